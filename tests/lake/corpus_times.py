# SPDX-License-Identifier: Apache-2.0
"""Questions about times, numbers and bits."""
import calendar
import datetime
import math

from lake_reference import Corpus, counted, entry, field, grouped, moment, time

corpus = Corpus()
UTC = datetime.timezone.utc
EPOCH = moment("1970-01-01T00:00:00Z")


def hour(when):
    return when.replace(minute=0, second=0)


def seconds(since, until):
    return int((until - since).total_seconds())


@corpus.query("SELECT date_trunc('hour', eventTime) AS hour, count(*) AS calls FROM $real GROUP BY date_trunc('hour', eventTime) ORDER BY hour",
              ordered=True, columns=["hour", "calls"])
def calls_by_hour(real):
    return sorted(counted(hour(time(record)) for record in real))


@corpus.query("""SELECT eventID, date_trunc('minute', eventTime), date_trunc('day', eventTime), date_trunc('week', eventTime),
                 date_trunc('month', eventTime), date_trunc('quarter', eventTime), date_trunc('year', eventTime) FROM $made""")
def times_cut_to_units(made):
    rows = []
    for record in made:
        when = time(record)
        day = when.replace(hour=0, minute=0, second=0)
        rows.append([record["eventID"], when.replace(second=0), day, day - datetime.timedelta(days=when.weekday()), day.replace(day=1),
                     day.replace(day=1, month=(when.month - 1) // 3 * 3 + 1), day.replace(day=1, month=1)])
    return rows


@corpus.query("""SELECT DISTINCT eventTime, year(eventTime), quarter(eventTime), month(eventTime), week(eventTime), week_of_year(eventTime),
                 day(eventTime), day_of_month(eventTime), day_of_week(eventTime), dow(eventTime), day_of_year(eventTime), doy(eventTime),
                 year_of_week(eventTime), yow(eventTime), hour(eventTime), minute(eventTime), second(eventTime), millisecond(eventTime)
                 FROM $made""")
def parts_of_times(made):
    rows = []
    for when in {time(record) for record in made}:
        year, week, weekday = when.isocalendar()
        of_year = when.timetuple().tm_yday
        rows.append([when, when.year, (when.month + 2) // 3, when.month, week, week, when.day, when.day, weekday, weekday, of_year, of_year,
                     year, year, when.hour, when.minute, when.second, 0])
    return rows


@corpus.query("""SELECT extract(hour FROM eventTime) AS at, extract(DOW FROM eventTime), EXTRACT(YEAR FROM eventTime), count(*) FROM $real
                 GROUP BY 1, 2, 3 ORDER BY at""", ordered=True)
def parts_by_extract(real):
    return sorted(counted((time(record).hour, time(record).isoweekday(), time(record).year) for record in real))


@corpus.query("""SELECT date_format(eventTime, '%Y-%m-%d %H:%i:%s'), date_format(eventTime, '%d.%m.%y %h:%i %p'), date_format(eventTime, '%W, %e %M'),
                 date_format(eventTime, '%a %b %j'), format_datetime(eventTime, 'yyyy-MM-dd''T''HH:mm:ss'), format_datetime(eventTime, 'EEE d MMMM, H''h''')
                 FROM $made""")
def times_as_texts(made):
    rows = []
    for record in made:
        when = time(record)
        rows.append([when.strftime("%Y-%m-%d %H:%M:%S"), when.strftime("%d.%m.%y %I:%M %p"), when.strftime("%A, ") + str(when.day) + when.strftime(" %B"),
                     when.strftime("%a %b %j"), when.strftime("%Y-%m-%dT%H:%M:%S"),
                     f"{when.strftime('%a')} {when.day} {when.strftime('%B')}, {when.hour}h"])
    return rows


@corpus.query("SELECT date_format(eventTime, '%Y-%m-%d %H:00') AS slot, count(*) FROM $real GROUP BY 1 HAVING count(*) >= 100")
def busy_slots(real):
    return [row for row in counted(time(record).strftime("%Y-%m-%d %H:00") for record in real) if row[1] >= 100]


@corpus.query("""SELECT eventID, date_parse(date_format(eventTime, '%d/%m/%Y %H:%i:%s'), '%d/%m/%Y %H:%i:%s') = eventTime,
                 date_parse('2024-03-04', '%Y-%m-%d'), parse_datetime('2024-03-04 05:06', 'yyyy-MM-dd HH:mm'),
                 from_iso8601_timestamp('2024-03-04T05:06:07Z'), from_iso8601_timestamp('2024-03-04T05:06:07+02:00') <= eventTime,
                 from_iso8601_date('2024-03-04') FROM $made WHERE eventSource = 's3.amazonaws.com'""")
def texts_as_times(made):
    zoned = datetime.datetime(2024, 3, 4, 5, 6, tzinfo=UTC)
    return [[record["eventID"], True, moment("2024-03-04T00:00:00Z"), zoned, zoned.replace(second=7),
             moment("2024-03-04T03:06:07Z") <= time(record), datetime.date(2024, 3, 4)] for record in made
            if record["eventSource"] == "s3.amazonaws.com"]


@corpus.query("""SELECT eventID, date_parse(json_extract_scalar(element_at(requestParameters, 'executionResult'), '$.executionDate'),
                 '%b %e, %Y, %h:%i:%s %p') AS started FROM $real WHERE eventName = 'UpdateInstanceAssociationStatus'""")
def times_hidden_in_parameters(real):
    return [[record["eventID"], datetime.datetime.strptime(record["requestParameters"]["executionResult"]["executionDate"], "%b %d, %Y, %I:%M:%S %p")]
            for record in real if record["eventName"] == "UpdateInstanceAssociationStatus"]


@corpus.query("""SELECT eventID, date_add('day', 1, eventTime), date_add('month', -1, eventTime), date_add('hour', 36, eventTime),
                 date_add('year', 1, eventTime), eventTime + INTERVAL '90' MINUTE, eventTime - INTERVAL '1' DAY, eventTime + INTERVAL '1' MONTH,
                 last_day_of_month(eventTime) FROM $made""")
def times_moved(made):
    def months_on(when, count):
        month = when.month - 1 + count
        year, month = when.year + month // 12, month % 12 + 1
        return when.replace(year=year, month=month, day=min(when.day, calendar.monthrange(year, month)[1]))
    rows = []
    for record in made:
        when = time(record)
        rows.append([record["eventID"], when + datetime.timedelta(days=1), months_on(when, -1), when + datetime.timedelta(hours=36),
                     months_on(when, 12), when + datetime.timedelta(minutes=90), when - datetime.timedelta(days=1), months_on(when, 1),
                     when.replace(day=calendar.monthrange(when.year, when.month)[1]).date()])
    return rows


@corpus.query("""SELECT eventID, date_diff('second', eventTime, TIMESTAMP '2024-03-01 00:00:01'), date_diff('minute', eventTime, TIMESTAMP '2024-03-01 00:00:01'),
                 date_diff('hour', TIMESTAMP '2024-02-01 12:00:00', eventTime), date_diff('day', TIMESTAMP '2024-02-29 12:00:00', eventTime),
                 date_diff('month', TIMESTAMP '2024-01-31 00:00:00', eventTime) FROM $made WHERE year(eventTime) = 2024 AND month(eventTime) < 4""")
def whole_units_between_times(made):
    def whole(amount, unit):
        return int(amount / unit)  # towards zero

    def months(since, until):
        count = (until.year - since.year) * 12 + until.month - since.month
        back = (until.day, until.time()) < (since.day, since.time())
        last = until.day == calendar.monthrange(until.year, until.month)[1] and since.day > until.day
        return count - (back and not last)
    rows = []
    for record in made:
        when = time(record)
        if moment("2024-01-01T00:00:00Z") <= when < moment("2024-04-01T00:00:00Z"):
            to_march = seconds(when, moment("2024-03-01T00:00:01Z"))
            rows.append([record["eventID"], to_march, whole(to_march, 60), whole(seconds(moment("2024-02-01T12:00:00Z"), when), 3600),
                         whole(seconds(moment("2024-02-29T12:00:00Z"), when), 86400), months(moment("2024-01-31T00:00:00Z"), when)])
    return rows


@corpus.query("""SELECT eventID, to_unixtime(eventTime), from_unixtime(1709251200), to_iso8601(eventTime), to_iso8601(date(eventTime)),
                 CAST(to_unixtime(eventTime) AS bigint) % 3600, date(eventTime) FROM $made WHERE awsRegion = 'eu-central-1'""")
def seconds_since_the_epoch(made):
    return [[record["eventID"], (time(record) - EPOCH).total_seconds(), datetime.datetime(2024, 3, 1, tzinfo=UTC),
             time(record).strftime("%Y-%m-%dT%H:%M:%S.000"), time(record).date(), seconds(EPOCH, time(record)) % 3600, time(record).date()]
            for record in made if record["awsRegion"] == "eu-central-1"]


@corpus.query("""SELECT count(*) FROM $real WHERE eventTime < now() AND eventTime < current_timestamp AND eventTime < localtimestamp AND date(eventTime) < current_date
                 AND eventTime < now() - INTERVAL '30' DAY AND current_timezone() = 'UTC'""")
def all_of_it_is_past(real):
    return [[len(real)]]


@corpus.query("SELECT count(*) FROM $made WHERE date(eventTime) = DATE '2024-02-29' OR CAST(eventTime AS date) IN (DATE '2024-03-01', DATE '2025-01-01')")
def events_of_single_days(made):
    days = {datetime.date(2024, 2, 29), datetime.date(2024, 3, 1), datetime.date(2025, 1, 1)}
    return [[sum(time(record).date() in days for record in made)]]


@corpus.query("""SELECT count_if(eventTime > '2023-07-10 12:00:00'), count_if(eventTime <= TIMESTAMP '2023-07-10 12:00:00'),
                 count_if(eventTime > from_iso8601_timestamp('2023-07-10T12:00:00Z')), count_if(eventTime = '2023-07-10 12:07:57.000'),
                 count_if(eventTime >= date_format(TIMESTAMP '2023-07-10 12:30:00', '%Y-%m-%d %H:%i:%s')), count_if(eventTime NOT BETWEEN '2023-07-10 12:00:00'
                 AND '2023-07-10 12:10:00') FROM $real""")
def times_compared_in_many_forms(real):
    times = list(map(time, real))
    noon, ten = moment("2023-07-10T12:00:00Z"), moment("2023-07-10T12:10:00Z")
    late = sum(when > noon for when in times)
    return [[late, len(times) - late, late, times.count(moment("2023-07-10T12:07:57Z")), sum(when >= moment("2023-07-10T12:30:00Z") for when in times),
             sum(not noon <= when <= ten for when in times)]]


@corpus.query("""SELECT userIdentity.userName, max(eventTime) - min(eventTime) FROM $made WHERE userIdentity.userName IN ('dora', 'boris', 'chidi')
                 GROUP BY userIdentity.userName""")
def spans_of_time(made):
    groups = grouped((record for record in made if field(record, "userIdentity.userName") in ("dora", "boris", "chidi")),
                     lambda record: record["userIdentity"]["userName"])
    rows = []
    for name, group in groups.items():
        span = max(map(time, group)) - min(map(time, group))
        minutes, second = divmod(span.seconds, 60)
        rows.append([name, f"{span.days} {minutes // 60:02}:{minutes % 60:02}:{second:02}.000"])
    return rows


# Numbers

@corpus.query("""SELECT DISTINCT length(eventName), length(eventName) / 4, length(eventName) % 4, mod(length(eventName), 5), -length(eventName) / 4,
                 abs(10 - length(eventName)), sign(10 - length(eventName)), length(eventName) * 2 - 1, CAST(length(eventName) AS double) / 4,
                 power(length(eventName), 2), pow(2, length(eventName)), sqrt(length(eventName)), cbrt(length(eventName)) FROM $real
                 WHERE eventSource = 's3.amazonaws.com'""")
def sums_with_lengths(real):
    rows = []
    for size in {len(record["eventName"]) for record in real if record["eventSource"] == "s3.amazonaws.com"}:
        rows.append([size, size // 4, size % 4, size % 5, -(size // 4), abs(10 - size), (10 > size) - (10 < size), size * 2 - 1, size / 4,
                     float(size ** 2), float(2 ** size), math.sqrt(size), size ** (1 / 3)])
    return rows


@corpus.query("""SELECT DISTINCT exp(x), ln(x), log2(x), log10(x), log(3, x), round(x / 7), round(x / 7, 2), floor(x / 7), ceil(x / 7), ceiling(x / 7),
                 truncate(x / 7), sin(x), cos(x), tan(x), asin(x / 100), acos(x / 100), atan(x), atan2(x, 3), degrees(x), radians(x)
                 FROM (SELECT CAST(length(eventName) AS double) AS x FROM $made)""")
def functions_of_doubles(made):
    rows = []
    for x in {float(len(record["eventName"])) for record in made}:
        rows.append([math.exp(x), math.log(x), math.log2(x), math.log10(x), math.log(x) / math.log(3), float(round(x / 7)), round(x / 7, 2),
                     float(math.floor(x / 7)), float(math.ceil(x / 7)), float(math.ceil(x / 7)), float(math.trunc(x / 7)), math.sin(x), math.cos(x),
                     math.tan(x), math.asin(x / 100), math.acos(x / 100), math.atan(x), math.atan2(x, 3), math.degrees(x), math.radians(x)])
    return rows


@corpus.query("""SELECT pi(), e(), infinity(), is_nan(nan()), is_infinite(-infinity()), is_finite(1e3), round(2.5e0), round(-2.5e0), round(CAST(17 AS bigint)),
                 round(1234.567e0, -2), floor(CAST(7 AS bigint)), ceil(-0.5e0), 5 / 2, -5 / 2, 5 % -3, 7.0e0 / 2, 1e7, 1e-4, 123456789.5e0, 1e21
                 FROM $made WHERE eventName = 'RotateKey'""")
def constants_and_roundings(made):
    del made
    return [[math.pi, math.e, math.inf, True, True, True, 3.0, -3.0, 17, 1200.0, 7, -0.0, 2, -2, 2, 3.5, 1e7, 1e-4, 123456789.5, 1e21]]


@corpus.query("""SELECT DISTINCT n, bitwise_and(n, 12), bitwise_or(n, 12), bitwise_xor(n, 12), bitwise_not(n), bitwise_left_shift(n, 3),
                 bitwise_right_shift_arithmetic(n, 1), bit_count(n, 64), to_base(n, 16), to_base(n, 2), from_base(to_base(n, 7), 7)
                 FROM (SELECT length(userAgent) AS n FROM $real)""")
def bits_of_lengths(real):
    def seven(number):
        return (seven(number // 7) if number >= 7 else "") + str(number % 7)
    return [[n, n & 12, n | 12, n ^ 12, ~n, n << 3, n >> 1, bin(n).count("1"), f"{n:x}", f"{n:b}", int(seven(n), 7)]
            for n in {len(record["userAgent"]) for record in real}]


@corpus.query("""SELECT count_if(random() >= 0 AND random() < 1), count_if(rand() < 1), count_if(random(6) BETWEEN 0 AND 5), count_if(rand(1) = 0) FROM $made""")
def chance_within_its_bounds(made):
    return [[len(made)] * 4]


@corpus.query("""SELECT sum(CAST(element_at(responseElements, 'allocatedStorage') AS bigint)), avg(CAST(element_at(responseElements, 'allocatedStorage') AS double)),
                 count(element_at(responseElements, 'allocatedStorage')) FROM $real WHERE eventSource = 'rds.amazonaws.com'""")
def storage_asked_for(real):
    sizes = [int(entry(record, "responseElements", "allocatedStorage")) for record in real
             if record["eventSource"] == "rds.amazonaws.com" and entry(record, "responseElements", "allocatedStorage") is not None]
    return [[sum(sizes), sum(sizes) / len(sizes), len(sizes)] if sizes else [None, None, 0]]
