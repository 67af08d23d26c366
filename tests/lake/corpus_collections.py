# SPDX-License-Identifier: Apache-2.0
"""Questions about arrays, maps, rows and lambdas."""
from lake_reference import AnyOrder, Corpus, counted, entry, field, grouped, mapping

corpus = Corpus()


def keys_of(record):
    return list(record["requestParameters"] or {})


def with_parameters(records):
    return [record for record in records if record["requestParameters"] is not None]


def distinct(values):
    return list(dict.fromkeys(values))


@corpus.query("SELECT cardinality(requestParameters), cardinality(map_keys(requestParameters)), count(*) FROM $real GROUP BY 1, 2")
def numbers_of_parameters(real):
    sizes = [None if record["requestParameters"] is None else len(record["requestParameters"]) for record in real]
    return counted((size, size) for size in sizes)


@corpus.query("SELECT key, count(*) AS calls FROM $real CROSS JOIN UNNEST(map_keys(requestParameters)) AS t(key) GROUP BY key HAVING count(*) > 30",
              columns=["key", "calls"])
def parameters_used_often(real):
    return [row for row in counted(key for record in real for key in keys_of(record)) if row[1] > 30]


@corpus.query("SELECT eventName, name, value FROM $made CROSS JOIN UNNEST(requestParameters) AS p (name, value)", columns=["eventName", "name", "value"])
def maps_unfolded(made):
    return [[record["eventName"], *pair] for record in with_parameters(made) for pair in mapping(record, "requestParameters").items()]


@corpus.query("""SELECT r.arn, r.type, count(*) FROM $real, UNNEST(resources) AS r (accountid, type, arn, arnprefix) WHERE r.type IS NOT NULL GROUP BY r.arn, r.type""")
def rows_of_arrays_unfolded(real):
    return counted((one["ARN"], one["type"]) for record in real for one in record.get("resources", []) if one.get("type"))


@corpus.query("""SELECT eventID, place, arn FROM $made CROSS JOIN UNNEST(resources) WITH ORDINALITY AS r (accountid, type, arn, arnprefix, place)""")
def places_in_an_array(made):
    return [[record["eventID"], place, one.get("ARN")] for record in made for place, one in enumerate(record.get("resources", []), 1)]


@corpus.query("SELECT eventID, r.arn FROM $made LEFT JOIN UNNEST(resources) AS r (accountid, type, arn, arnprefix) ON true")
def those_without_anything_to_unfold_too(made):
    return [[record["eventID"], one.get("ARN")] for record in made for one in record.get("resources") or [{}]]


@corpus.query("""SELECT eventID, k, n FROM $made CROSS JOIN UNNEST(map_keys(requestParameters), sequence(1, 2)) AS t (k, n)
                 WHERE eventSource = 'dynamodb.amazonaws.com'""")
def two_arrays_side_by_side(made):
    rows = []
    for record in made:
        if record["eventSource"] == "dynamodb.amazonaws.com":
            keys = keys_of(record)
            for index in range(max(len(keys), 2)):
                rows.append([record["eventID"], keys[index] if index < len(keys) else None, index + 1 if index < 2 else None])
    return rows


@corpus.query("""SELECT part, place, count(*) FROM $real CROSS JOIN UNNEST(split(sourceIPAddress, '.')) WITH ORDINALITY AS t (part, place)
                 WHERE sourceIPAddress LIKE '%.%.%.%' GROUP BY part, place""")
def parts_of_addresses(real):
    addresses = [record["sourceIPAddress"].split(".") for record in real if record["sourceIPAddress"].count(".") >= 3]
    return counted((part, place) for parts in addresses for place, part in enumerate(parts, 1))


@corpus.query("""SELECT tag_key, count(*) FROM (
                   SELECT json_extract_scalar(tag, '$.key') AS tag_key FROM $real
                   CROSS JOIN UNNEST(CAST(json_parse(element_at(requestParameters, 'tags')) AS array(json))) AS t (tag)
                   WHERE element_at(requestParameters, 'tags') LIKE '[%') GROUP BY tag_key""")
def tags_by_key(real):
    lists = [record["requestParameters"]["tags"] for record in with_parameters(real) if isinstance(record["requestParameters"].get("tags"), list)]
    return counted(tag["key"] for tags in lists for tag in tags)


@corpus.query("""SELECT eventID, resource FROM $made CROSS JOIN UNNEST(array_distinct(CAST(json_parse(element_at(requestParameters, 'resources')) AS array(varchar))))
                 AS t (resource) WHERE element_at(requestParameters, 'resources') IS NOT NULL""")
def json_arrays_unfolded(made):
    return [[record["eventID"], name] for record in with_parameters(made) for name in distinct(record["requestParameters"].get("resources", []))]


@corpus.query("SELECT eventID, transform(resources, r -> r.arn), transform(resources, r -> coalesce(r.type, '?')) FROM $made WHERE resources IS NOT NULL")
def resources_transformed(made):
    return [[record["eventID"], [one.get("ARN") for one in record["resources"]], [one.get("type") or "?" for one in record["resources"]]]
            for record in made if "resources" in record]


@corpus.query("""SELECT eventID, array_join(transform(filter(map_keys(requestParameters), k -> k LIKE '%Set'), k -> upper(substr(k, 1, length(k) - 3))), '+')
                 FROM $real WHERE any_match(map_keys(requestParameters), k -> k LIKE '%Set')""")
def lambdas_inside_each_other(real):
    rows = []
    for record in real:
        sets = [key[:-3].upper() for key in keys_of(record) if key.endswith("Set")]
        if sets:
            rows.append([record["eventID"], "+".join(sets)])
    return rows


@corpus.query("""SELECT any_match(map_keys(requestParameters), k -> k = 'filterSet'), all_match(map_keys(requestParameters), k -> length(k) > 5),
                 none_match(map_keys(requestParameters), k -> regexp_like(k, '[A-Z]')), count(*) FROM $real WHERE requestParameters IS NOT NULL GROUP BY 1, 2, 3""")
def matches_in_arrays(real):
    lists = [keys_of(record) for record in with_parameters(real)]
    return counted(("filterSet" in keys, all(len(key) > 5 for key in keys), not any(key != key.lower() for key in keys)) for keys in lists)


@corpus.query("""SELECT eventID, reduce(transform(map_keys(requestParameters), k -> length(k)), 0, (total, n) -> total + n, total -> total * 10) FROM $made
                 WHERE requestParameters IS NOT NULL""")
def arrays_reduced(made):
    return [[record["eventID"], 10 * sum(map(len, keys_of(record)))] for record in with_parameters(made)]


@corpus.query("""SELECT eventID, map_filter(requestParameters, (k, v) -> v IS NOT NULL AND k <> 'tableName'),
                 transform_values(requestParameters, (k, v) -> length(k)), transform_keys(requestParameters, (k, v) -> upper(k)) FROM $made
                 WHERE requestParameters IS NOT NULL""")
def maps_filtered_and_transformed(made):
    rows = []
    for record in with_parameters(made):
        whole = mapping(record, "requestParameters")
        rows.append([record["eventID"], {key: value for key, value in whole.items() if value is not None and key != "tableName"},
                     {key: len(key) for key in whole}, {key.upper(): value for key, value in whole.items()}])
    return rows


@corpus.query("""SELECT eventID, zip_with(map_keys(requestParameters), map_values(requestParameters), (k, v) -> k || '=' || coalesce(v, 'nothing')),
                 map_values(requestParameters), cardinality(map_entries(requestParameters)), map_from_entries(map_entries(requestParameters))['tableName']
                 FROM $made WHERE eventSource = 'dynamodb.amazonaws.com'""")
def keys_and_values_zipped(made):
    rows = []
    for record in made:
        if record["eventSource"] == "dynamodb.amazonaws.com":
            whole = mapping(record, "requestParameters")
            rows.append([record["eventID"], [f"{key}={'nothing' if value is None else value}" for key, value in whole.items()],
                         list(whole.values()), len(whole), whole["tableName"]])
    return rows


@corpus.query("""SELECT eventID, zip(map_keys(requestParameters), split(eventSource, '.'))[1][2], map_concat(requestParameters, map(ARRAY['tableName'], ARRAY['x'])),
                 map(ARRAY['a', eventName], ARRAY[1, 2]), cardinality(map()) FROM $made WHERE eventSource = 'dynamodb.amazonaws.com'""")
def maps_made_and_joined(made):
    rows = []
    for record in made:
        if record["eventSource"] == "dynamodb.amazonaws.com":
            rows.append([record["eventID"], "dynamodb", {**mapping(record, "requestParameters"), "tableName": "x"}, {"a": 1, record["eventName"]: 2}, 0])
    return rows


@corpus.query("SELECT eventSource, array_agg(eventName ORDER BY eventTime DESC, eventID) FROM $made GROUP BY eventSource")
def names_gathered_in_order(made):
    rows = []
    for source, group in grouped(made, lambda record: record["eventSource"]).items():
        group.sort(key=lambda record: record["eventID"])
        group.sort(key=lambda record: record["eventTime"], reverse=True)
        rows.append([source, [record["eventName"] for record in group]])
    return rows


@corpus.query("""SELECT userIdentity.userName, array_sort(array_agg(DISTINCT eventName)), array_max(array_agg(eventName)), array_min(array_agg(eventName)),
                 cardinality(array_distinct(array_agg(eventSource))), contains(array_agg(eventName), 'DescribeImages') FROM $real GROUP BY userIdentity.userName""")
def arrays_by_user(real):
    rows = []
    for name, group in grouped(real, lambda record: field(record, "userIdentity.userName")).items():
        names = sorted({record["eventName"] for record in group})
        rows.append([name, names, names[-1], names[0], len({record["eventSource"] for record in group}), "DescribeImages" in names])
    return rows


@corpus.query("""SELECT eventName, array_union(a, b), array_intersect(a, b), array_except(a, b), arrays_overlap(a, b), array_position(a, 'com'),
                 array_remove(a, 'amazonaws'), array_join(a, '/'), array_join(ARRAY['x', NULL, 'y'], '-', '?'), a || b, reverse(a)
                 FROM (SELECT eventName, split(eventSource, '.') AS a, ARRAY['com', 'ec2', 'org'] AS b FROM $made) WHERE eventName LIKE 'D%'""")
def arrays_as_sets(made):
    rows, b = [], ["com", "ec2", "org"]
    for record in made:
        if record["eventName"].startswith("D"):
            a = record["eventSource"].split(".")
            rows.append([record["eventName"], AnyOrder(distinct(a + b)), AnyOrder([one for one in a if one in b]), AnyOrder([one for one in a if one not in b]),
                         bool(set(a) & set(b)), 3, [one for one in a if one != "amazonaws"], "/".join(a), "x-?-y", a + b, a[::-1]])
    return rows


@corpus.query("""SELECT eventName, slice(a, 1, 2), slice(a, -2, 2), a[1], element_at(a, 2), element_at(a, -1), element_at(a, 9), sequence(1, 9, 4), sequence(3, 1, -1),
                 repeat('x', 3), flatten(ARRAY[a, ARRAY['z']]), array_sort(ARRAY[3, NULL, 1]), array_distinct(ARRAY[1, 1, NULL, NULL]), cardinality(a),
                 ARRAY[1, 2] = ARRAY[1, 2], filter(a, x -> x <> a[1])
                 FROM (SELECT eventName, split(eventSource, '.') AS a FROM $made WHERE readOnly)""")
def pieces_of_arrays(made):
    rows = []
    for record in made:
        if record["readOnly"]:
            a = record["eventSource"].split(".")
            rows.append([record["eventName"], a[:2], a[-2:], a[0], a[1], a[-1], None, [1, 5, 9], [3, 2, 1], ["x"] * 3, [*a, "z"], [1, 3, None],
                         AnyOrder([1, None]), len(a), True, [one for one in a if one != a[0]]])
    return rows


@corpus.query("""SELECT element_at(map_agg(eventID, eventName), 'none'), cardinality(map_agg(eventID, eventName)),
                 element_at(map_agg(eventID, eventName), max(eventID)), cardinality(multimap_agg(eventSource, eventName)),
                 cardinality(element_at(multimap_agg(eventSource, eventName), 's3.amazonaws.com')), element_at(histogram(eventName), 'Decrypt'),
                 cardinality(histogram(eventName)) FROM $real""")
def maps_gathered(real):
    names = [record["eventName"] for record in real]
    last = max(real, key=lambda record: record["eventID"])
    return [[None, len(real), last["eventName"], len({record["eventSource"] for record in real}),
             sum(record["eventSource"] == "s3.amazonaws.com" for record in real), names.count("Decrypt"), len(set(names))]]


@corpus.query("""SELECT multimap_agg(eventName, awsRegion) FROM (SELECT eventName, awsRegion FROM $made WHERE eventName = 'TagResource' ORDER BY awsRegion)""")
def regions_gathered_by_name(made):
    regions = sorted(record["awsRegion"] for record in made if record["eventName"] == "TagResource")
    return [[{"TagResource": regions}]]


@corpus.query("SELECT eventID FROM $real WHERE contains(transform(resources, r -> r.type), 'AWS::S3::Bucket') AND NOT contains(ARRAY['GetBucketAcl', 'x'], eventName)")
def events_about_buckets(real):
    return [[record["eventID"]] for record in real if any(one.get("type") == "AWS::S3::Bucket" for one in record.get("resources", []))
            and record["eventName"] != "GetBucketAcl"]


@corpus.query("""SELECT eventID, cardinality(filter(resources, r -> r.arn LIKE '%credentials%')) AS hits FROM $real
                 WHERE cardinality(filter(resources, r -> r.arn LIKE '%credentials%')) > 1""", columns=["eventID", "hits"])
def calls_for_many_parameters_at_once(real):
    hits = [(record["eventID"], sum("credentials" in one["ARN"] for one in record.get("resources", []))) for record in real]
    return [[event_id, count] for event_id, count in hits if count > 1]


@corpus.query("SELECT eventID, element_at(requestParameters, 'streams') IS NULL, element_at(requestParameters, 'keys'), requestParameters IS NULL FROM $made")
def absent_and_null_are_null(made):
    return [[record["eventID"], entry(record, "requestParameters", "streams") is None, entry(record, "requestParameters", "keys"),
             record["requestParameters"] is None] for record in made]
