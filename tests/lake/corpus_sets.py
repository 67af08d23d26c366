# SPDX-License-Identifier: Apache-2.0
"""Questions about groups, windows, joins of two stores, sets, subqueries and the order of rows."""
import collections
import itertools
import math
import statistics

from lake_reference import AnyOrder, Corpus, counted, entry, field, grouped, moment, time, user

corpus = Corpus()


def name(record):
    return record["eventName"]


def source(record):
    return record["eventSource"]


# Groups

@corpus.query("""SELECT eventSource, count(*), count(errorCode), count(DISTINCT sourceIPAddress), count_if(readOnly), min(eventName), max(eventName),
                 avg(length(eventName)), sum(length(eventName)), bool_and(readOnly), bool_or(readOnly), every(managementEvent) FROM $real GROUP BY eventSource""")
def a_service_at_a_glance(real):
    rows = []
    for service, group in grouped(real, source).items():
        names, reads = sorted(map(name, group)), [record["readOnly"] for record in group]
        rows.append([service, len(group), sum("errorCode" in record for record in group), len({record["sourceIPAddress"] for record in group}), sum(reads),
                     names[0], names[-1], statistics.fmean(map(len, names)), sum(map(len, names)), all(reads), any(reads),
                     all(record["managementEvent"] for record in group)])
    return rows


@corpus.query("""SELECT eventSource, min_by(eventName, eventTime), max_by(eventID, eventID), min_by(eventID, eventID, 2), max_by(eventID, eventID, 2), min(eventID, 2),
                 max(length(eventName), 2) FROM (SELECT * FROM $real WHERE eventSource IN ('ram.amazonaws.com', 'lambda.amazonaws.com', 'account.amazonaws.com'))
                 GROUP BY eventSource""")
def the_first_and_the_last_of_each(real):
    rows = []
    for service, group in grouped(real, source).items():
        if service in ("ram.amazonaws.com", "lambda.amazonaws.com", "account.amazonaws.com"):
            ids = sorted(record["eventID"] for record in group)
            rows.append([service, name(min(group, key=time)), ids[-1], ids[:2], ids[:-3:-1], ids[:2], sorted(map(len, map(name, group)))[:-3:-1]])
    return rows


@corpus.query("SELECT awsRegion, arbitrary(recipientAccountId), any_value(eventCategory) FROM $real GROUP BY awsRegion")
def any_value_of_a_constant(real):
    return [[region, group[0]["recipientAccountId"], "Management"] for region, group in grouped(real, lambda record: record["awsRegion"]).items()]


@corpus.query("""SELECT approx_distinct(eventName), approx_distinct(eventSource, 0.01), approx_percentile(length(eventName), 0.5), approx_percentile(length(eventName), 0.95)
                 FROM $real""")
def counts_and_percentiles(real):
    sizes = sorted(map(len, map(name, real)))
    return [[len(set(map(name, real))), len(set(map(source, real))), *(sizes[math.ceil(share * len(sizes)) - 1] for share in (0.5, 0.95))]]


@corpus.query("""SELECT stddev(x), stddev_samp(x), stddev_pop(x), variance(x), var_samp(x), var_pop(x), corr(x, y), covar_samp(x, y), covar_pop(x, y),
                 regr_slope(y, x), regr_intercept(y, x), geometric_mean(x), avg(x) FROM (SELECT length(eventName) AS x, length(userAgent) AS y FROM $real)""")
def spread_of_lengths(real):
    x, y = [len(name(record)) for record in real], [len(record["userAgent"]) for record in real]
    mean_x, mean_y, count = statistics.fmean(x), statistics.fmean(y), len(x)
    covariance = math.fsum((a - mean_x) * (b - mean_y) for a, b in zip(x, y))
    square = math.fsum((a - mean_x) ** 2 for a in x)
    slope = covariance / square
    return [[statistics.stdev(x), statistics.stdev(x), statistics.pstdev(x), statistics.variance(x), statistics.variance(x), statistics.pvariance(x) / 1.0,
             covariance / math.sqrt(square * math.fsum((b - mean_y) ** 2 for b in y)), covariance / (count - 1), covariance / count, slope,
             mean_y - slope * mean_x, math.exp(statistics.fmean(map(math.log, x))), mean_x]]


@corpus.query("SELECT bitwise_and_agg(length(eventName)), bitwise_or_agg(length(eventName)), bitwise_xor_agg(length(eventName)) FROM $made")
def bits_of_all(made):
    sizes = [len(name(record)) for record in made]
    both, either, odd = sizes[0], 0, 0
    for size in sizes:
        both, either, odd = both & size, either | size, odd ^ size
    return [[both, either, odd]]


@corpus.query("""SELECT userIdentity.userName, listagg(eventName, ', ') WITHIN GROUP (ORDER BY eventTime, eventID) AS story FROM $made
                 WHERE userIdentity.userName IS NOT NULL GROUP BY userIdentity.userName""", columns=["userName", "story"])
def stories_of_users(made):
    groups = grouped(sorted(made, key=lambda record: (time(record), record["eventID"])), user)
    return [[who, ", ".join(map(name, group))] for who, group in groups.items() if who]


@corpus.query("""SELECT eventSource, count(*) FILTER (WHERE errorCode IS NOT NULL) AS failed, sum(length(eventName)) FILTER (WHERE readOnly),
                 count(DISTINCT userIdentity.userName) FILTER (WHERE NOT readOnly) FROM $real GROUP BY eventSource""")
def aggregates_with_filters(real):
    rows = []
    for service, group in grouped(real, source).items():
        read = [len(name(record)) for record in group if record["readOnly"]]
        rows.append([service, sum("errorCode" in record for record in group), sum(read) if read else None,
                     len({user(record) for record in group if not record["readOnly"]} - {None})])
    return rows


@corpus.query("""SELECT eventCategory, eventType, count(*), grouping(eventCategory, eventType) FROM $made GROUP BY ROLLUP (eventCategory, eventType)""")
def totals_by_rollup(made):
    pairs = [(record["eventCategory"], record["eventType"]) for record in made]
    return [*([*pair, count, 0] for pair, count in collections.Counter(pairs).items()),
            *([category, None, count, 1] for category, count in collections.Counter(pair[0] for pair in pairs).items()), [None, None, len(made), 3]]


@corpus.query("SELECT awsRegion, readOnly, count(*) FROM $made GROUP BY CUBE (awsRegion, readOnly)")
def totals_by_cube(made):
    def kept(record, with_region, with_flag):
        return (record["awsRegion"] if with_region else None, record["readOnly"] if with_flag else None)
    return [row for choice in itertools.product((True, False), repeat=2) for row in counted(kept(record, *choice) for record in made)]


@corpus.query("SELECT eventSource, awsRegion, count(*) FROM $made GROUP BY GROUPING SETS ((eventSource), (awsRegion), ())")
def totals_by_sets(made):
    return [*([service, None, count] for service, count in counted(map(source, made))),
            *([None, region, count] for region, count in counted(record["awsRegion"] for record in made)), [None, None, len(made)]]


@corpus.query("""SELECT count(*), sum(length(eventName)), max(eventTime), array_agg(eventName), count_if(readOnly) FROM $real WHERE eventName = 'NoSuchCall'""")
def aggregates_of_nothing(real):
    del real
    return [[0, None, None, None, 0]]


@corpus.query("SELECT eventSource FROM $real GROUP BY eventSource HAVING count(*) = count_if(readOnly) AND min(eventTime) > TIMESTAMP '2023-07-10 12:00:00'")
def services_only_read_from_after_noon(real):
    return [[service] for service, group in grouped(real, source).items()
            if all(record["readOnly"] for record in group) and min(map(time, group)) > moment("2023-07-10T12:00:00Z")]


# Windows

@corpus.query("""SELECT eventName, calls, rank() OVER (ORDER BY calls DESC), dense_rank() OVER (ORDER BY calls DESC),
                 row_number() OVER (ORDER BY calls DESC, eventName), ntile(4) OVER (ORDER BY calls DESC, eventName),
                 percent_rank() OVER (ORDER BY calls), cume_dist() OVER (ORDER BY calls)
                 FROM (SELECT eventName, count(*) AS calls FROM $real GROUP BY eventName)""")
def ranks_of_calls(real):
    rows = sorted(counted(map(name, real)), key=lambda row: (-row[1], row[0]))
    counts = [row[1] for row in rows]
    levels, total = sorted(set(counts), reverse=True), len(rows)
    size, more = divmod(total, 4)
    quarters = [quarter for quarter in range(4) for _ in range(size + (quarter < more))]
    return [[event, calls, 1 + sum(other > calls for other in counts), 1 + levels.index(calls), place, quarters[place - 1] + 1,
             sum(other < calls for other in counts) / (total - 1), sum(other <= calls for other in counts) / total]
            for place, (event, calls) in enumerate(rows, 1)]


@corpus.query("""SELECT eventID, lag(eventName) OVER w, lead(eventName, 2, 'end') OVER w, first_value(eventName) OVER w, last_value(eventName) OVER w,
                 nth_value(eventName, 3) OVER w FROM $made WINDOW w AS (ORDER BY eventTime, eventID)""")
def neighbours_in_time(made):
    rows = sorted(made, key=lambda record: (time(record), record["eventID"]))
    names = list(map(name, rows))
    return [[record["eventID"], names[at - 1] if at else None, names[at + 2] if at + 2 < len(names) else "end", names[0], names[at],
             names[2] if at >= 2 else None] for at, record in enumerate(rows)]


@corpus.query("""SELECT eventID, date_diff('second', lag(eventTime, 1, eventTime) OVER (PARTITION BY userIdentity.accessKeyId ORDER BY eventTime, eventID), eventTime)
                 AS pause FROM $real WHERE userIdentity.accessKeyId IS NOT NULL""")
def pauses_of_each_key(real):
    rows = []
    for key, group in grouped(real, lambda record: field(record, "userIdentity.accessKeyId")).items():
        if key is not None:
            group.sort(key=lambda record: (time(record), record["eventID"]))
            rows += [[here["eventID"], int((time(here) - time(before)).total_seconds())] for before, here in zip([group[0], *group], group)]
    return rows


@corpus.query("""SELECT eventID, sum(length(eventName)) OVER (PARTITION BY eventSource ORDER BY eventID ROWS BETWEEN 2 PRECEDING AND CURRENT ROW),
                 count(*) OVER (PARTITION BY eventSource), max(eventName) OVER (PARTITION BY eventSource ORDER BY eventID ROWS BETWEEN UNBOUNDED PRECEDING AND
                 UNBOUNDED FOLLOWING), avg(length(eventName)) OVER () FROM $made""")
def sums_over_frames(made):
    rows, mean = [], statistics.fmean(len(name(record)) for record in made)
    for group in grouped(sorted(made, key=lambda record: record["eventID"]), source).values():
        for at, record in enumerate(group):
            rows.append([record["eventID"], sum(len(name(one)) for one in group[max(0, at - 2):at + 1]), len(group), max(map(name, group)), mean])
    return rows


@corpus.query("""SELECT eventID, last_value(errorCode) IGNORE NULLS OVER (ORDER BY eventTime, eventID ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
                 lag(errorCode) IGNORE NULLS OVER (ORDER BY eventTime, eventID) FROM $made""")
def the_last_fault_before(made):
    rows, last = [], None
    for record in sorted(made, key=lambda record: (time(record), record["eventID"])):
        now = record.get("errorCode") or last
        rows.append([record["eventID"], now, last])
        last = now
    return rows


@corpus.query("""SELECT eventSource, eventName, calls FROM (
                   SELECT eventSource, eventName, count(*) AS calls, row_number() OVER (PARTITION BY eventSource ORDER BY count(*) DESC, eventName) AS place
                   FROM $real GROUP BY eventSource, eventName)
                 WHERE place <= 2""")
def two_commonest_calls_of_each_service(real):
    rows = []
    for service, group in grouped(real, source).items():
        ranked = sorted(counted(map(name, group)), key=lambda row: (-row[1], row[0]))
        rows += [[service, *row] for row in ranked[:2]]
    return rows


@corpus.query("""SELECT eventID, count(*) OVER (ORDER BY eventTime RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND CURRENT ROW) AS recent FROM $made""")
def events_within_a_minute_before(made):
    return [[record["eventID"], sum(0 <= (time(record) - time(other)).total_seconds() <= 60 for other in made)] for record in made]


# Joins

@corpus.query("""SELECT r.eventName, count(*) FROM $real r JOIN $made m ON r.eventName = m.eventName GROUP BY r.eventName""", columns=["eventName", "_col1"])
def names_in_both_stores(real, made):
    there = collections.Counter(map(name, made))
    return [[event, count * there[event]] for event, count in counted(map(name, real)) if there[event]]


@corpus.query("""SELECT m.eventSource, count(r.eventID) FROM (SELECT DISTINCT eventSource FROM $made) m LEFT JOIN $real r ON r.eventSource = m.eventSource
                 GROUP BY m.eventSource""")
def services_of_one_store_counted_in_the_other(real, made):
    there = collections.Counter(map(source, real))
    return [[service, there[service]] for service in set(map(source, made))]


@corpus.query("""SELECT a.eventSource, b.eventSource FROM (SELECT DISTINCT eventSource FROM $real) a FULL OUTER JOIN (SELECT DISTINCT eventSource FROM $made) b
                 ON a.eventSource = b.eventSource WHERE a.eventSource IS NULL OR b.eventSource IS NULL""", columns=["eventSource", "eventSource"])
def services_in_one_store_only(real, made):
    here, there = set(map(source, real)), set(map(source, made))
    return [*([service, None] for service in here - there), *([None, service] for service in there - here)]


@corpus.query("""SELECT m.eventID, r.n FROM (SELECT eventSource, count(*) AS n FROM $real GROUP BY eventSource) r RIGHT JOIN $made m USING (eventSource)""")
def counts_beside_each_event(real, made):
    counts = collections.Counter(map(source, real))
    return [[record["eventID"], counts.get(source(record))] for record in made]


@corpus.query("""SELECT keys.userIdentity.accessKeyId, used.eventName, used.eventTime FROM $real AS keys
                 INNER JOIN $real AS used ON used.userIdentity.accessKeyId = json_extract_scalar(element_at(keys.responseElements, 'credentials'), '$.accessKeyId')
                 WHERE keys.eventName = 'AssumeRole'""")
def what_was_done_with_borrowed_keys(real):
    rows = []
    for record in real:
        key = field(record, "responseElements.credentials.accessKeyId") if name(record) == "AssumeRole" else None
        rows += [[field(record, "userIdentity.accessKeyId"), name(used), time(used)] for used in real
                 if key and field(used, "userIdentity.accessKeyId") == key]
    return rows


@corpus.query("""SELECT count(*) FROM (SELECT DISTINCT eventSource FROM $real) CROSS JOIN (SELECT DISTINCT awsRegion FROM $made) AS regions""")
def all_pairs(real, made):
    return [[len(set(map(source, real))) * len({record["awsRegion"] for record in made})]]


@corpus.query("""SELECT a.eventID, b.eventID FROM $made a, $made b WHERE a.userIdentity.userName = b.userIdentity.userName AND a.eventID < b.eventID
                 AND abs(date_diff('second', a.eventTime, b.eventTime)) < 120""")
def events_of_one_user_close_together(made):
    return [[a["eventID"], b["eventID"]] for a in made for b in made if user(a) and user(a) == user(b) and a["eventID"] < b["eventID"]
            and abs((time(a) - time(b)).total_seconds()) < 120]


# WITH, sets, subqueries

@corpus.query("""WITH failures AS (SELECT eventSource, count(*) AS n FROM $real WHERE errorCode IS NOT NULL GROUP BY eventSource),
                      everything AS (SELECT eventSource, count(*) AS n FROM $real GROUP BY eventSource)
                 SELECT e.eventSource, CAST(f.n AS double) / e.n AS share FROM everything e JOIN failures f ON f.eventSource = e.eventSource ORDER BY share DESC, 1
                 LIMIT 5""", ordered=True, columns=["eventSource", "share"])
def services_that_fail_most(real):
    rows = [[service, sum("errorCode" in record for record in group) / len(group)] for service, group in grouped(real, source).items()]
    return sorted((row for row in rows if row[1]), key=lambda row: (-row[1], row[0]))[:5]


@corpus.query("""WITH firsts (who, started) AS (SELECT userIdentity.userName, min(eventTime) FROM $real GROUP BY 1),
                      late AS (SELECT who FROM firsts WHERE started > TIMESTAMP '2023-07-10 11:50:00')
                 SELECT count(*), max(who) FROM late""")
def parts_that_build_on_each_other(real):
    late = [who for who, group in grouped(real, user).items() if min(map(time, group)) > moment("2023-07-10T11:50:00Z")]
    return [[len(late), max(filter(None, late))]]


@corpus.query("SELECT eventSource FROM $real UNION SELECT eventSource FROM $made")
def services_of_both_stores(real, made):
    return [[service] for service in set(map(source, real)) | set(map(source, made))]


@corpus.query("SELECT eventName, awsRegion FROM $made WHERE readOnly UNION ALL SELECT eventName, awsRegion FROM $made WHERE eventSource = 'iam.amazonaws.com' ORDER BY 1, 2",
              ordered=True)
def two_lists_one_after_the_other(made):
    return sorted([name(record), record["awsRegion"]] for record in
                  [*(record for record in made if record["readOnly"]), *(record for record in made if source(record) == "iam.amazonaws.com")])


@corpus.query("(SELECT eventSource FROM $real INTERSECT SELECT eventSource FROM $made) EXCEPT SELECT 'ec2.amazonaws.com' FROM $made")
def services_in_both_but_one(real, made):
    return [[service] for service in (set(map(source, real)) & set(map(source, made))) - {"ec2.amazonaws.com"}]


@corpus.query("SELECT eventID FROM $real r WHERE eventTime = (SELECT max(eventTime) FROM $real x WHERE x.eventSource = r.eventSource)")
def the_newest_of_each_service(real):
    newest = {service: max(map(time, group)) for service, group in grouped(real, source).items()}
    return [[record["eventID"]] for record in real if time(record) == newest[source(record)]]


@corpus.query("""SELECT DISTINCT userIdentity.userName FROM $real r WHERE EXISTS (SELECT 1 FROM $real f WHERE f.userIdentity.userName = r.userIdentity.userName
                 AND f.errorCode = 'AccessDenied') OR userIdentity.userName IN (SELECT userIdentity.userName FROM $real WHERE eventName = 'ConsoleLogin')""")
def users_who_were_refused_or_signed_in(real):
    found = {user(record) for record in real if record.get("errorCode") == "AccessDenied" or name(record) == "ConsoleLogin"}
    return [[who] for who in found - {None}]


@corpus.query("""SELECT eventName FROM $made m WHERE NOT EXISTS (SELECT 1 FROM $real r WHERE r.eventName = m.eventName) AND eventName NOT IN (
                 SELECT eventName FROM $made WHERE errorCode IS NOT NULL)""")
def names_that_only_one_store_has(real, made):
    elsewhere = set(map(name, real)) | {name(record) for record in made if record.get("errorCode")}
    return [[name(record)] for record in made if name(record) not in elsewhere]


@corpus.query("""SELECT eventName, count(*), (SELECT count(*) FROM $real) AS total FROM $real GROUP BY eventName
                 HAVING count(*) > (SELECT avg(n) * 4 FROM (SELECT count(*) AS n FROM $real GROUP BY eventName))""")
def calls_far_above_the_average(real):
    rows = counted(map(name, real))
    bound = 4 * statistics.fmean(row[1] for row in rows)
    return [[*row, len(real)] for row in rows if row[1] > bound]


@corpus.query("SELECT count(*) FROM $real WHERE length(eventName) > ALL (SELECT length(eventName) FROM $made) OR eventSource = ANY (SELECT eventSource FROM $made)")
def quantified_comparisons(real, made):
    longest, sources = max(map(len, map(name, made))), set(map(source, made))
    return [[sum(len(name(record)) > longest or source(record) in sources for record in real)]]


@corpus.query("""SELECT v.label, count(*) FROM $real JOIN (VALUES ('Describe', 'look'), ('Get', 'look'), ('Delete', 'remove')) AS v (prefix, label)
                 ON starts_with(eventName, v.prefix) GROUP BY v.label""")
def names_by_a_list_of_values(real):
    labels = (("Describe", "look"), ("Get", "look"), ("Delete", "remove"))
    return counted(label for record in real for prefix, label in labels if name(record).startswith(prefix))


@corpus.query("""WITH RECURSIVE steps (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM steps WHERE n < 5)
                 SELECT n, (SELECT count(*) FROM $made WHERE month(eventTime) = n) FROM steps""")
def months_by_recursion(made):
    return [[month, sum(time(record).month == month for record in made)] for month in range(1, 6)]


@corpus.query("""SELECT t.service, sum(t.n) FROM (SELECT eventSource AS service, count(*) AS n FROM $real GROUP BY 1 UNION ALL SELECT eventSource, count(*) FROM $made GROUP BY 1) t
                 GROUP BY t.service HAVING sum(t.n) > 100""")
def sums_over_both_stores(real, made):
    return [row for row in counted(map(source, [*real, *made])) if row[1] > 100]


# Order

@corpus.query("SELECT errorCode, eventID FROM $made ORDER BY errorCode, eventID DESC", ordered=True)
def nulls_come_last(made):
    rows = sorted(made, key=lambda record: record["eventID"], reverse=True)
    rows.sort(key=lambda record: (record.get("errorCode") is None, record.get("errorCode") or ""))
    return [[record.get("errorCode"), record["eventID"]] for record in rows]


@corpus.query("SELECT errorCode, eventID FROM $made ORDER BY errorCode DESC, eventID", ordered=True)
def nulls_come_last_downwards_too(made):
    rows = sorted(made, key=lambda record: record["eventID"])
    rows.sort(key=lambda record: record.get("errorCode") or "", reverse=True)
    return [[record.get("errorCode"), record["eventID"]] for record in rows]


@corpus.query("SELECT errorCode, eventID FROM $made ORDER BY errorCode NULLS FIRST, eventID OFFSET 2 LIMIT 5", ordered=True)
def nulls_first_and_a_part_of_the_rows(made):
    rows = sorted(made, key=lambda record: (record.get("errorCode") is not None, record.get("errorCode") or "", record["eventID"]))
    return [[record.get("errorCode"), record["eventID"]] for record in rows[2:7]]


@corpus.query("SELECT eventID AS id FROM $real ORDER BY length(userAgent) DESC, id FETCH FIRST 10 ROWS ONLY", ordered=True, columns=["id"])
def longest_agents_first(real):
    rows = sorted(real, key=lambda record: (-len(record["userAgent"]), record["eventID"]))
    return [[record["eventID"]] for record in rows[:10]]


@corpus.query("SELECT eventName FROM $made GROUP BY eventName ORDER BY max(eventTime), eventName LIMIT ALL", ordered=True)
def names_in_the_order_of_their_last_use(made):
    last = {event: max(map(time, group)) for event, group in grouped(made, name).items()}
    return [[event] for event in sorted(last, key=lambda event: (last[event], event))]


@corpus.query("SELECT DISTINCT awsRegion, eventCategory FROM $made ORDER BY eventCategory DESC, awsRegion", ordered=True)
def distinct_rows_in_order(made):
    pairs = sorted({(record["awsRegion"], record["eventCategory"]) for record in made})
    return [list(pair) for pair in sorted(pairs, key=lambda pair: pair[1], reverse=True)]


@corpus.query("SELECT eventName n, count(*) c FROM $made m GROUP BY eventName ORDER BY c DESC, n ASC LIMIT 3", ordered=True, columns=["n", "c"])
def names_given_without_as(made):
    return sorted(counted(map(name, made)), key=lambda row: (-row[1], row[0]))[:3]


@corpus.query("SELECT eventName FROM $made WHERE element_at(additionalEventData, 'bytesTransferredIn') > '1' LIMIT 0")
def no_rows_asked_for(made):
    del made
    return []


@corpus.query("SELECT * FROM (SELECT eventID, eventTime, userIdentity.userName AS who FROM $made) WHERE who = 'anna'", columns=["eventID", "eventTime", "who"])
def everything_of_a_subquery(made):
    return [[record["eventID"], time(record), "anna"] for record in made if user(record) == "anna"]


@corpus.query("SELECT m.* FROM (SELECT eventName AS a, awsRegion AS b FROM $made) AS m WHERE m.b <> 'us-east-1'", columns=["a", "b"])
def everything_of_an_alias(made):
    return [[name(record), record["awsRegion"]] for record in made if record["awsRegion"] != "us-east-1"]


@corpus.query("""SELECT who, services FROM (SELECT userIdentity.userName AS who, array_agg(DISTINCT eventSource) AS services FROM $made GROUP BY 1)
                 WHERE cardinality(services) > 1""")
def users_of_several_services(made):
    groups = {who: {source(record) for record in group} for who, group in grouped(made, user).items()}
    return [[who, AnyOrder(services)] for who, services in groups.items() if len(services) > 1]


@corpus.query("""SELECT date_trunc('minute', eventTime) AS minute, count(*) AS tries FROM $made WHERE eventName = 'ConsoleLogin'
                 AND element_at(responseElements, 'ConsoleLogin') = 'Failure' GROUP BY 1 HAVING count(*) >= 2""")
def repeated_failures_to_sign_in(made):
    failures = [time(record).replace(second=0) for record in made if entry(record, "responseElements", "ConsoleLogin") == "Failure"]
    return [row for row in counted(failures) if row[1] >= 2]
