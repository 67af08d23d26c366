# SPDX-License-Identifier: Apache-2.0
"""Questions that need functions of texts, regular expressions, JSON, URLs, hashes and conversions."""
import base64
import hashlib
import re
import urllib.parse

from lake_reference import Corpus, compact, counted, entry, field, mapping, read, text_of, time, user

corpus = Corpus()


def by_source(records, source):
    return [record for record in records if record["eventSource"] == source + ".amazonaws.com"]


def names(records):
    return sorted({record["eventName"] for record in records})


@corpus.query("""SELECT DISTINCT upper(eventName), lower(eventName), length(eventName), reverse(eventName), substr(eventName, 1, 3),
                 substr(eventName, -3), substring(eventName, 4), substring(eventName FROM 2 FOR 4) FROM $real
                 WHERE eventSource = 'iam.amazonaws.com'""")
def names_turned_and_cut(real):
    return [[name.upper(), name.lower(), len(name), name[::-1], name[:3], name[-3:], name[3:], name[1:5]]
            for name in names(by_source(real, "iam"))]


@corpus.query("""SELECT eventID, upper(errorMessage), length(errorMessage), reverse(errorMessage), strpos(errorMessage, '€'),
                 position('€' IN errorMessage), substr(errorMessage, strpos(errorMessage, '€') + 6) FROM $made
                 WHERE errorMessage LIKE '%€%'""")
def letters_count_not_octets(made):
    rows = []
    for record in made:
        message = record.get("errorMessage") or ""
        if "€" in message:
            at = message.index("€")
            rows.append([record["eventID"], message.upper(), len(message), message[::-1], at + 1, at + 1, message[at + 6:]])
    return rows


@corpus.query("""SELECT DISTINCT lpad(awsRegion, 12, '*'), rpad(awsRegion, 12, '+-'), lpad(awsRegion, 4, '*'), rpad(awsRegion, 4, '*'),
                 concat(awsRegion, '/', recipientAccountId), awsRegion || ':' || recipientAccountId,
                 concat_ws('-', awsRegion, errorCode, 'x') FROM $made WHERE errorCode IS NULL""")
def texts_put_together(made):
    rows = {(record["awsRegion"], record["recipientAccountId"]) for record in made if not record.get("errorCode")}
    return [[region.rjust(12, "*"), (region + "+-" * 12)[:12], region[:4], region[:4], f"{region}/{account}", f"{region}:{account}",
             f"{region}-x"] for region, account in rows]


@corpus.query("SELECT count(*), count(eventName || errorCode), count(concat(eventName, errorCode)) FROM $real")
def a_null_makes_all_of_it_null(real):
    failed = sum("errorCode" in record for record in real)
    return [[len(real), failed, failed]]


@corpus.query("""SELECT DISTINCT split_part(eventSource, '.', 1), split(eventSource, '.'), split(eventSource, '.', 2),
                 cardinality(split(eventSource, '-')), split_part(eventSource, '.', 9), replace(eventSource, '.amazonaws.com'),
                 replace(eventSource, 'amazonaws', 'cairn'), translate(eventSource, 'a.-', 'A_') FROM $real""")
def sources_taken_apart(real):
    rows = []
    for source in {record["eventSource"] for record in real}:
        parts = source.split(".")
        rows.append([parts[0], parts, source.split(".", 1), len(source.split("-")), None, source.replace(".amazonaws.com", ""),
                     source.replace("amazonaws", "cairn"), source.translate(str.maketrans("a.", "A_", "-"))])
    return rows


@corpus.query("""SELECT DISTINCT trim(userAgent), trim('[]' FROM userAgent), ltrim(userAgent, '['), rtrim(userAgent, ']'),
                 trim(LEADING '[' FROM userAgent), trim(TRAILING ']' FROM userAgent), ltrim('  ' || userAgent || ' '),
                 rtrim('  ' || userAgent || ' '), trim(BOTH FROM ' ' || userAgent || ' ') FROM $real WHERE userAgent LIKE '[%'""")
def brackets_and_blanks_at_the_ends(real):
    agents = {record["userAgent"] for record in real if record["userAgent"].startswith("[")}
    return [[agent, agent.strip("[]"), agent.lstrip("["), agent.rstrip("]"), agent.lstrip("["), agent.rstrip("]"), agent + " ",
             "  " + agent, agent] for agent in agents]


@corpus.query("""SELECT DISTINCT eventName, starts_with(eventName, 'Describe'), ends_with(eventName, 's'), strpos(eventName, 'i', 2),
                 strrpos(eventName, 'e'), codepoint(CAST(substr(eventName, 1, 1) AS varchar(1))), chr(65), levenshtein_distance(eventName, 'GetRole')
                 FROM $real WHERE eventSource = 'rds.amazonaws.com'""")
def where_letters_stand(real):
    def second(name):
        first = name.find("i")
        return name.find("i", first + 1) + 1 if first >= 0 else 0
    return [[name, name.startswith("Describe"), name.endswith("s"), second(name), name.rfind("e") + 1, ord(name[0]), "A",
             edits(name, "GetRole")] for name in names(by_source(real, "rds"))]


def edits(left, right):
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


@corpus.query("""SELECT a.eventID, b.eventID, hamming_distance(a.eventID, b.eventID) FROM $made a JOIN $made b
                 ON a.eventTime = b.eventTime AND a.eventID < b.eventID""")
def distances_of_pairs_of_ids(made):
    return [[a["eventID"], b["eventID"], sum(x != y for x, y in zip(a["eventID"], b["eventID"]))]
            for a in made for b in made if time(a) == time(b) and a["eventID"] < b["eventID"]]


@corpus.query("""SELECT eventID, split_to_map(element_at(additionalEventData, 'query'), '&', '='), url_extract_query(element_at(additionalEventData, 'LoginTo')),
                 split_to_map(url_extract_query(element_at(additionalEventData, 'LoginTo')), '&', '=')['region'] FROM $made
                 WHERE element_at(additionalEventData, 'LoginTo') LIKE '%region%'""")
def texts_as_maps(made):
    asked = [record for record in made if "region" in (entry(record, "additionalEventData", "LoginTo") or "")]
    return [[record["eventID"], None, urllib.parse.unquote(urllib.parse.urlsplit(entry(record, "additionalEventData", "LoginTo")).query),
             "us-east-1"] for record in asked]


# Patterns

@corpus.query("SELECT DISTINCT eventName FROM $real WHERE eventName LIKE 'Get_o%' OR eventName LIKE '%\\_%' ESCAPE '\\' OR eventName LIKE '%DB_nstance%'")
def names_like_a_pattern(real):
    return [[name] for name in names(real) if re.match(r"Get.o", name) or "_" in name or re.search("DB.nstance", name)]


@corpus.query("""SELECT DISTINCT userAgent FROM $real WHERE regexp_like(userAgent, '(?i)^stratus-RED-team_[0-9a-f]{8}-')""")
def agents_that_match(real):
    return [[agent] for agent in {record["userAgent"] for record in real} if re.match(r"(?i)stratus-RED-team_[0-9a-f]{8}-", agent)]


@corpus.query("""SELECT regexp_extract(userAgent, 'Terraform/([0-9.]+)', 1) AS version, regexp_extract(userAgent, 'Boto[0-9a-z]*/[0-9.]+'), count(*)
                 FROM $real GROUP BY 1, 2""")
def versions_of_tools(real):
    def found(pattern, text, group):
        match = re.search(pattern, text)
        return match and match.group(group)
    return counted((found(r"Terraform/([0-9.]+)", record["userAgent"], 1), found(r"Boto[0-9a-z]*/[0-9.]+", record["userAgent"], 0))
                   for record in real)


@corpus.query("""SELECT DISTINCT eventName, regexp_extract_all(eventName, '[A-Z][a-z]+'), regexp_extract_all(eventName, '([A-Z])[a-z]+', 1),
                 regexp_count(eventName, '[A-Z]'), regexp_split(eventName, '[A-Z]'), regexp_replace(eventName, '[a-z]+'),
                 regexp_replace(eventName, '([A-Z])([a-z])', '$2$1'), regexp_position(eventName, '[0-9]') FROM $real
                 WHERE eventSource IN ('lambda.amazonaws.com', 'rds.amazonaws.com')""")
def words_of_names(real):
    rows = []
    for name in names(by_source(real, "lambda") + by_source(real, "rds")):
        digit = re.search("[0-9]", name)
        rows.append([name, re.findall("[A-Z][a-z]+", name), re.findall("([A-Z])[a-z]+", name), len(re.findall("[A-Z]", name)),
                     re.split("[A-Z]", name), re.sub("[a-z]+", "", name), re.sub("([A-Z])([a-z])", r"\2\1", name),
                     digit.start() + 1 if digit else -1])
    return rows


@corpus.query("""SELECT regexp_replace(sourceIPAddress, '^(\\d+)\\.(\\d+)\\..*$', '$1.$2.0.0/16') AS net, count(*) FROM $real
                 WHERE regexp_like(sourceIPAddress, '^\\d+(\\.\\d+){3}$') GROUP BY 1 HAVING count(*) > 1 ORDER BY count(*) DESC, 1""", ordered=True)
def networks_by_calls(real):
    addresses = [record["sourceIPAddress"].split(".") for record in real if re.fullmatch(r"\d+(\.\d+){3}", record["sourceIPAddress"])]
    rows = counted(f"{parts[0]}.{parts[1]}.0.0/16" for parts in addresses)
    return sorted((row for row in rows if row[1] > 1), key=lambda row: (-row[1], row[0]))


# JSON

@corpus.query("""SELECT eventID, json_extract_scalar(element_at(requestParameters, 'instancesSet'), '$.items[0].instanceId') AS instance
                 FROM $real WHERE element_at(requestParameters, 'instancesSet') LIKE '{"items%'""", columns=["eventID", "instance"])
def machines_by_a_path(real):
    rows = []
    for record in real:
        machines = (record["requestParameters"] or {}).get("instancesSet")
        if machines:
            rows.append([record["eventID"], machines["items"][0].get("instanceId")])
    return rows


@corpus.query("""SELECT eventID, json_extract(element_at(requestParameters, 'tagSpecificationSet'), '$.items[0].tags'),
                 json_array_length(json_extract(element_at(requestParameters, 'tagSpecificationSet'), '$.items[0].tags')),
                 json_size(element_at(requestParameters, 'tagSpecificationSet'), '$.items')
                 FROM $real WHERE element_at(requestParameters, 'tagSpecificationSet') IS NOT NULL""")
def tags_of_new_things(real):
    rows = []
    for record in real:
        asked = (record["requestParameters"] or {}).get("tagSpecificationSet")
        if asked:
            tags = asked["items"][0]["tags"]
            rows.append([record["eventID"], compact(tags), len(tags), len(asked["items"])])
    return rows


@corpus.query("""SELECT json_extract_scalar(payload, '$.name'), json_extract(payload, '$.size[1]'), json_extract(payload, '$["deep"]["a"]'),
                 json_format(json_extract(payload, '$.deep')), json_size(payload, '$.size'), json_size(payload, '$.name'), json_extract_scalar(payload, '$.size'),
                 json_extract_scalar(payload, '$.none'), is_json_scalar(payload), is_json_scalar(json_extract(payload, '$.name'))
                 FROM (SELECT element_at(requestParameters, 'payload') AS payload FROM $made WHERE eventName = 'Invoke') AS calls
                 WHERE payload LIKE '{%'""")
def paths_into_a_payload(made):
    payloads = [entry(record, "requestParameters", "payload") for record in made if record["eventName"] == "Invoke"]
    payload = next(read(text) for text in payloads if text.startswith("{"))
    return [[payload["name"], "480", compact(payload["deep"]["a"]), compact(payload["deep"]), 2, 0, None, None, False, True]]


@corpus.query("""SELECT element_at(requestParameters, 'functionName'), json_extract_scalar(element_at(requestParameters, 'payload'), '$.name'),
                 TRY(json_parse(element_at(requestParameters, 'payload'))) IS NULL, json_array_length(element_at(requestParameters, 'payload')),
                 json_extract(element_at(requestParameters, 'payload'), '$.size') FROM $made WHERE eventName = 'Invoke'""")
def what_is_no_json_is_null(made):
    del made
    return [["resize", "café", False, None, "[640,480]"], ["report", None, True, None, None]]


@corpus.query("""SELECT eventID, json_array_get(element_at(requestParameters, 'names'), 0), json_array_get(element_at(requestParameters, 'names'), -1),
                 json_array_contains(element_at(requestParameters, 'names'), '/credentials/stratus-red-team/credentials-7'),
                 json_array_contains(element_at(requestParameters, 'names'), 'nothing'), json_array_length(element_at(requestParameters, 'names'))
                 FROM $real WHERE eventName = 'GetParameters'""")
def elements_of_a_json_array(real):
    wanted = "/credentials/stratus-red-team/credentials-7"
    lists = [(record["eventID"], record["requestParameters"]["names"]) for record in real if record["eventName"] == "GetParameters"]
    return [[event_id, compact(listed[0]), compact(listed[-1]), wanted in listed, False, len(listed)] for event_id, listed in lists]


@corpus.query("""SELECT CAST(json_parse(element_at(requestParameters, 'keys')) AS array(varchar)),
                 CAST(json_extract(element_at(requestParameters, 'provisioned'), '$.read') AS bigint),
                 CAST(json_parse(element_at(requestParameters, 'provisioned')) AS map(varchar, double)),
                 json_format(CAST(map(ARRAY['a', 'b'], ARRAY[1, 2]) AS json)), json_format(CAST(split(eventSource, '.') AS json)) FROM $made
                 WHERE eventName = 'CreateTable'""")
def json_as_arrays_and_maps_and_back(made):
    del made
    return [[["pk", "sk"], 5, {"read": 5.0, "write": 1.5}, '{"a":1,"b":2}', '["dynamodb","amazonaws","com"]']]


@corpus.query("""SELECT statement_sid, count(*) FROM (
                   SELECT json_extract_scalar(one, '$.Sid') AS statement_sid FROM $real
                   CROSS JOIN UNNEST(CAST(json_extract(element_at(requestParameters, 'bucketPolicy'), '$.Statement') AS array(json))) AS t(one)
                   WHERE eventName = 'PutBucketPolicy')
                 GROUP BY statement_sid""")
def statements_of_policies(real):
    policies = [record["requestParameters"]["bucketPolicy"] for record in real if record["eventName"] == "PutBucketPolicy"]
    return counted(statement.get("Sid") for policy in policies for statement in policy["Statement"])


@corpus.query("""SELECT json_extract_scalar(document, '$.Statement[0].Principal.AWS'), json_extract(document, '$.Statement[0].Action'), count(*)
                 FROM (SELECT element_at(requestParameters, 'assumeRolePolicyDocument') AS document FROM $real WHERE eventName = 'CreateRole')
                 GROUP BY 1, 2""")
def json_inside_a_text(real):
    documents = [read(record["requestParameters"]["assumeRolePolicyDocument"]) for record in real if record["eventName"] == "CreateRole"]
    statements = [document["Statement"][0] for document in documents]
    return counted((one["Principal"].get("AWS"), compact(one["Action"])) for one in statements)


@corpus.query("""SELECT eventID, json_extract_scalar(url_decode(json_extract_scalar(element_at(responseElements, 'role'), '$.assumeRolePolicyDocument')),
                 '$.Version') FROM $real WHERE eventName = 'CreateRole' AND errorCode IS NULL""")
def json_in_an_encoded_text_in_json(real):
    made = [record for record in real if record["eventName"] == "CreateRole" and "errorCode" not in record]
    documents = [(record["eventID"], field(record, "responseElements.role.assumeRolePolicyDocument")) for record in made]
    return [[event_id, document and read(urllib.parse.unquote(document))["Version"]] for event_id, document in documents]


@corpus.query("""SELECT eventID, element_at(CAST(json_extract(eventJson, '$.requestParameters') AS map(varchar, json)), 'tableName') AS name,
                 json_extract_scalar(eventJson, '$.requestParameters.big') FROM $made WHERE eventName = 'PutItem'""")
def a_map_out_of_the_record(made):
    return [[record["eventID"], '"baskets"', "12345678901234567890"] for record in made if record["eventName"] == "PutItem"]


# URLs, octets, hashes

@corpus.query("""SELECT url, url_extract_protocol(url), url_extract_host(url), url_extract_port(url), url_extract_path(url), url_extract_query(url),
                 url_extract_fragment(url) FROM (SELECT element_at(additionalEventData, 'LoginTo') AS url FROM $made) WHERE url <> ''""")
def parts_of_urls(made):
    rows = []
    for url in filter(None, (entry(record, "additionalEventData", "LoginTo") for record in made)):
        parts = urllib.parse.urlsplit(url)
        rows.append([url, parts.scheme, parts.hostname, parts.port, urllib.parse.unquote(parts.path), urllib.parse.unquote(parts.query),
                     parts.fragment])
    return rows


@corpus.query("""SELECT url_extract_parameter(url, 'y'), url_extract_parameter(url, 'state'), url_decode('a%2Fb+c'), url_encode('a/b c&é~')
                 FROM (SELECT element_at(additionalEventData, 'LoginTo') AS url FROM $made) WHERE url LIKE 'https%'""")
def parameters_of_urls(made):
    del made
    return [[None, "hash A", "a/b c", "a%2Fb+c%26%C3%A9%7E"], ["two words", None, "a/b c", "a%2Fb+c%26%C3%A9%7E"]]


@corpus.query("""SELECT DISTINCT eventName, to_hex(md5(to_utf8(eventName))), to_hex(sha1(to_utf8(eventName))), to_hex(sha256(to_utf8(eventName))),
                 to_base64(to_utf8(eventName)), from_utf8(from_base64(to_base64(to_utf8(eventName)))), to_hex(to_utf8('é€')),
                 from_utf8(from_hex('436169726E')) FROM $real WHERE eventSource = 'kms.amazonaws.com'""")
def hashes_and_codes(real):
    rows = []
    for name in names(by_source(real, "kms")):
        octets = name.encode()
        rows.append([name, *(hashlib.new(kind, octets).hexdigest().upper() for kind in ("md5", "sha1", "sha256")),
                     base64.b64encode(octets).decode(), name, "é€".encode().hex().upper(), "Cairn"])
    return rows


@corpus.query("SELECT eventID, eventJsonChecksum FROM $made")
def checksums_of_records(made):
    return [[record["eventID"], base64.b64encode(hashlib.sha256(compact(record).encode()).digest()).decode()] for record in made]


# Conversions and conditions

@corpus.query("""SELECT eventID, CAST(element_at(requestParameters, 'maxResults') AS integer), TRY_CAST(element_at(requestParameters, 'maxResults') AS double),
                 TRY_CAST(eventName AS bigint), CAST(readOnly AS varchar), CAST(eventTime AS varchar), CAST(eventTime AS date),
                 CAST(CAST(element_at(requestParameters, 'maxResults') AS integer) AS varchar) || '!' FROM $real
                 WHERE element_at(requestParameters, 'maxResults') IS NOT NULL""")
def texts_as_numbers_and_back(real):
    rows = []
    for record in real:
        most = entry(record, "requestParameters", "maxResults")
        if most is not None:
            rows.append([record["eventID"], int(most), float(most), None, "true" if record["readOnly"] else "false",
                         time(record).strftime("%Y-%m-%d %H:%M:%S.000"), time(record).date(), f"{int(most)}!"])
    return rows


@corpus.query("""SELECT coalesce(errorCode, element_at(requestParameters, 'tableName'), eventName), nullif(awsRegion, 'us-east-1'),
                 if(errorCode IS NULL, 'fine', 'failed'), if(readOnly, 'read'), greatest(length(eventName), 10), least(length(eventName), 10, 12),
                 greatest(errorCode, eventName) FROM $made""")
def one_or_the_other(made):
    rows = []
    for record in made:
        name, code = record["eventName"], record.get("errorCode")
        rows.append([code or entry(record, "requestParameters", "tableName") or name,
                     None if record["awsRegion"] == "us-east-1" else record["awsRegion"], "failed" if code else "fine",
                     "read" if record["readOnly"] else None, max(len(name), 10), min(len(name), 10), code and max(code, name)])
    return rows


@corpus.query("""SELECT CASE WHEN errorCode LIKE 'Client.%' THEN 'caller' WHEN errorCode IS NULL THEN 'none' ELSE 'other' END AS blame,
                 CASE eventCategory WHEN 'Management' THEN 1 WHEN 'Data' THEN 2 END AS kind, count(*) FROM $real GROUP BY 1, 2""")
def blame_by_cases(real):
    def blame(code):
        return "none" if code is None else "caller" if code.startswith("Client.") else "other"
    return counted((blame(record.get("errorCode")), {"Management": 1, "Data": 2}.get(record.get("eventCategory"))) for record in real)


@corpus.query("""SELECT eventID, TRY(CAST(element_at(requestParameters, 'weight') AS double) * 2), TRY(1 / (length(eventName) - length(eventName))),
                 CAST(element_at(requestParameters, 'weight') AS decimal(5, 2)), CAST(true AS integer), CAST('42' AS smallint), CAST(2.5 AS bigint) FROM $made WHERE eventName = 'PutItem'""")
def faults_that_are_tried(made):
    return [[record["eventID"], 3.0, None, "1.50", 1, 42, 3] for record in made if record["eventName"] == "PutItem"]


@corpus.query("""SELECT userIdentity.userName IS DISTINCT FROM 'anna', userIdentity.userName IS NOT DISTINCT FROM NULL, count(*) FROM $made GROUP BY 1, 2""")
def nulls_that_compare(made):
    return counted((user(record) != "anna", user(record) is None) for record in made)


@corpus.query("""SELECT eventID FROM $real WHERE NOT (readOnly OR errorCode IS NOT NULL) AND eventName NOT IN ('Decrypt', 'AssumeRole')
                 AND (sourceIPAddress = '10.8.8.10' OR userIdentity.userName <> 'bert-jan')""")
def conditions_in_brackets(real):
    return [[record["eventID"]] for record in real if not record["readOnly"] and "errorCode" not in record
            and record["eventName"] not in ("Decrypt", "AssumeRole")
            and (record["sourceIPAddress"] == "10.8.8.10" or user(record) not in (None, "bert-jan"))]


@corpus.query("SELECT eventID, element_at(requestParameters, 'userName') FROM $made WHERE element_at(requestParameters, 'userName') IN ('o''brien; drop', 'zoë')")
def quotes_in_texts(made):
    return [[record["eventID"], record["requestParameters"]["userName"]] for record in made if record["eventName"] == "CreateUser"]


@corpus.query("""-- every second word
                 SELECT /* the count */ count(*) AS "number of -- events", 'it''s /* no comment */' AS "a ""quoted"" name" FROM $made -- the end""",
              columns=["number of -- events", 'a "quoted" name'])
def comments_and_quoted_names(made):
    return [[len(made), "it's /* no comment */"]]


@corpus.query("""SELECT eventID, map_keys(requestParameters), field_count FROM (
                   SELECT eventID, requestParameters, cardinality(requestParameters) AS field_count FROM $real) AS counted
                 WHERE field_count > 9""")
def calls_with_many_parameters(real):
    wanted = [(record["eventID"], mapping(record, "requestParameters")) for record in real if record["requestParameters"]]
    return [[event_id, list(parameters), len(parameters)] for event_id, parameters in wanted if len(parameters) > 9]


@corpus.query("""SELECT CAST(row(eventName, readOnly) AS row(name varchar, reads boolean)).name, CAST(row(1, 'x') AS row(a bigint, b varchar)) FROM $made
                 WHERE eventName = 'RotateKey'""")
def rows_with_named_fields(made):
    return [[record["eventName"], {"a": 1, "b": "x"}] for record in made if record["eventName"] == "RotateKey"]


@corpus.query("""SELECT field_text, count(*) FROM (SELECT CAST(managementEvent AS varchar) || '/' || coalesce(CAST(tlsDetails.tlsVersion AS varchar), '-')
                 AS field_text FROM $real) GROUP BY field_text""")
def flags_as_texts(real):
    return counted(f"{text_of(record['managementEvent'])}/{field(record, 'tlsDetails.tlsVersion') or '-'}" for record in real)
