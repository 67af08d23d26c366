# SPDX-License-Identifier: Apache-2.0
"""Each column of each record in a file of events is what the record says, computed here from its JSON alone.

A column's or a part's name is its key in lower case, and its type says how the value stands there; so the expectation needs no table
of columns. Nested values are looked for in the record's text, because they stand in the file as they stand there.
"""
import datetime
import json
import os
import pathlib
import subprocess

import pytest

import cairn_daemon
import servers
from real_records import REAL_RECORDS

EXIT_SKIPPED = 77
NASTY = [
    '{"eventVersion":"1.11","eventTime":"2026-03-02T08:04:19.125Z","eventID":"nested","requestParameters":{"n":1.50,"big":1e400,'
    '"list":[1, {"a" : "\\u0062"}],"text":"\\u00e9\\ud83d\\ude00 \\"q\\"","null":null,"":"","t":true}}',
    '{"eventVersion":"1.11","eventTime":"2026-03-02T08:04:18Z","eventID":"twice","addendum":{"k":1,"\\u006b":2}}',
    '{"eventVersion":"1.11","eventTime":"2026-03-02T08:04:17Z","eventID":"kinds","userIdentity":"root","readOnly":"true","errorCode":7,'
    '"resources":[{"ARN":"a","type":null},7,{}],"tlsDetails":[],"managementEvent":null,"errorMessage":{"a":[ ]}}',
    '{"eventVersion":"1.11","eventTime":"2026-03-02T08:04:16Z","eventID":"context","eventContext":{"requestContext":{"aws:x":"y"},'
    '"tagContext":{"resourceTags":[{"arn":"r","tags":{"k":"v"}},{"tags":{}}],"principalTags":{}}},'
    '"userIdentity":{"inScopeOf":{"sourceArn":"s"},"onBehalfOf":{"userId":"u"},"invokedByDelegate":{"accountId":"1"},"credentialId":"c",'
    '"sessionContext":{"attributes":{"creationDate":"2026-03-02T08:00:01Z","mfaAuthenticated":"true"},"assumedRoot":"true",'
    '"webIdFederationData":{"federatedProvider":"p","attributes":{"sub":"x"}}}}}',
    '{"eventVersion":"1.0","eventTime":"2026-03-02T08:04:15Z","eventID":"channel","eventCategory":"ActivityAuditLog",'
    '"metadata":{"ingestionTime":"2026-03-02 08:04:16","channelARN":"arn:c"},"eventData":{"UID":"u","version":"1","eventTime":'
    '"2026-03-02T08:04:14Z","userIdentity":{"type":"t","principalId":"p","details":{"a":{"b":1.0}}},"additionalEventData":{"k":false}}}',
    '{"eventVersion":"1.09","eventTime":"2026-03-02T08:04:14Z","eventID":"insight","insightState":"End","insightContext":{'
    '"baselineAverage":0.25,"insightDuration":12,"attributions":[{"attribute":"userAgent","insight":[{"value":"a","average":4}]}]}}',
]


# What is expected, from a record's text

def members(text):
    """Key and text of each member of an object's text."""
    decoder = json.JSONDecoder()
    at = text.index("{") + 1
    while text[at:].lstrip()[0] != "}":
        at += len(text[at:]) - len(text[at:].lstrip(" ,\n\t"))
        key, at = decoder.raw_decode(text, at)
        at = text.index(":", at) + 1
        at += len(text[at:]) - len(text[at:].lstrip())
        _, end = decoder.raw_decode(text, at)
        yield key, text[at:end]
        at = end


def elements(text):
    """The texts of an array's elements."""
    decoder = json.JSONDecoder()
    at = 1
    while text[at:].lstrip()[0] != "]":
        at += len(text[at:]) - len(text[at:].lstrip(" ,\n\t"))
        _, end = decoder.raw_decode(text, at)
        yield text[at:end]
        at = end


def first_of(text):
    """An object's members; of a key that stands twice the first."""
    found = {}
    for key, value in members(text):
        found.setdefault(key, value)
    return found


def as_text(text):
    value = json.loads(text)
    return value if isinstance(value, str) or value is None else text


def as_time(text):
    value = json.loads(text)
    return datetime.datetime.fromisoformat(value.replace("Z", "")) if isinstance(value, str) else None


SIMPLE = {
    "VARCHAR": as_text,
    "BOOLEAN": lambda text: {"true": True, "false": False}.get(text.strip('"')),
    "TIMESTAMP": as_time,
    "DOUBLE": lambda text: float(text) if isinstance(json.loads(text), (int, float)) else None,
    "INTEGER": lambda text: int(text) if isinstance(json.loads(text), int) else None,
}


def expect(kind, text):
    """What a column of that type holds for a value's text; None: null."""
    if text is None:
        return None
    if isinstance(kind, str):
        return SIMPLE[kind](text)
    if kind[0] == "list":
        return [expect(kind[1], element) for element in elements(text) if element[0] == "{"] if text[0] == "[" else None
    if text[0] != "{":
        return None
    values = first_of(text)
    if kind[0] == "map":
        return {key: as_text(value) for key, value in values.items()}
    in_lower_case = {}
    for key, value in values.items():
        in_lower_case.setdefault(key.lower(), value)
    return {name: expect(part, in_lower_case.get(name)) for name, part in kind[1].items()}


# What is there

def parse_type(text):
    """STRUCT(a VARCHAR, b MAP(VARCHAR, VARCHAR))[] as ("list", ("struct", {"a": "VARCHAR", ...}))."""
    if text.endswith("[]"):
        return ("list", parse_type(text[:-2]))
    if text.startswith("MAP("):
        return ("map",)
    if not text.startswith("STRUCT("):
        return text
    parts, depth, start = {}, 0, len("STRUCT(")
    for at in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if (text[at] == "," and depth == 0) or depth < 0:
            name, part = text[start:at].strip().split(" ", 1)
            parts[name.strip('"')] = parse_type(part)
            start = at + 1
    return ("struct", parts)


def found(kind, value):
    """A value as DuckDB or pyarrow prints it as JSON, made comparable."""
    if value is None:
        return None
    if kind == "TIMESTAMP":
        return datetime.datetime.fromisoformat(value)
    if isinstance(kind, str):
        return value
    if kind[0] == "list":
        return [found(kind[1], element) for element in value]
    if kind[0] == "map":
        return dict(value)
    return {name: found(part, value[name]) for name, part in kind[1].items()}


def sample_records():
    """Records as texts: real ones where they are at hand, ours, and nasty ones."""
    texts = []
    for path in sorted(REAL_RECORDS.glob("*.json")):
        text = path.read_text(encoding="utf-8")
        texts += elements(text[text.index("["):])
    ours = (cairn_daemon.ROOT / "src/ctl/demo_records.ndjson").read_text(encoding="utf-8")
    return texts + ours.strip().split("\n") + NASTY


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """Records, types of columns, rows that DuckDB read, and the file."""
    folder = tmp_path_factory.mktemp("lake")
    program = pathlib.Path(cairn_daemon.binary()).parent / "tests/lake_rows"
    library = cairn_daemon.ROOT / "build-engine/libduckdb.so"
    environment = {"CAIRN_ENGINE_LIBRARY": str(library), **os.environ}
    records = sample_records()
    done = subprocess.run([str(program), str(folder)], input="\n".join(records) + "\n", capture_output=True, text=True, check=False,
                          env=environment, timeout=300)
    if done.returncode == EXIT_SKIPPED:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    lines = done.stdout.split("\n")
    types = {name: parse_type(kind) for name, kind in json.loads(lines[0]).items()}
    return records, types, [json.loads(line) for line in lines[1:] if line], folder / "all.parquet"


def of_trail_insight(details):
    """The columns of a store of insights, from `insightDetails`."""
    found_there = first_of(details)
    names = {"insightstate": "state", "insighteventsource": "eventSource", "insighteventname": "eventName", "insighterrorcode": "errorCode",
             "insighttype": "insightType", "insightsource": "insightSource"}
    values = {column: found_there[name] for column, name in names.items() if name in found_there}
    context = first_of(found_there["insightContext"])
    statistics = first_of(context["statistics"])
    parts = {"baselineAverage": first_of(statistics["baseline"])["average"], "insightAverage": first_of(statistics["insight"])["average"],
             **{name: statistics[name] for name in ("baselineDuration", "insightDuration") if name in statistics},
             "attributions": context["attributions"]}
    values["insightcontext"] = "{" + ",".join(f'"{name}":{value}' for name, value in parts.items()) + "}"
    return values


def columns_of(record):
    """Name and text of the value of each column that the record fills."""
    members_there = first_of(record)
    values = {key.lower(): value for key, value in members_there.items()}
    if "timeWindow" in members_there:
        values["eventtime"] = first_of(members_there["timeWindow"])["windowStart"]
        del values["eventid"]  # "eventId": these events have members of their own, which are no columns
    if "insightDetails" in members_there:
        values.update(of_trail_insight(members_there["insightDetails"]))
    return values


def check(records, types, rows):
    assert len(rows) == len(records)
    of_record = {row["eventjson"]: row for row in rows}
    for record in records:
        row = of_record[record]
        values = columns_of(record)
        for name, kind in types.items():
            if name != "eventjson":
                assert found(kind, row[name]) == expect(kind, values.get(name)), f"{name} of {record}"


def test_each_column_is_what_the_record_says(lake):
    records, types, rows, _ = lake
    check(records, types, rows)


def test_rows_are_sorted_by_time(lake):
    _, _, rows, _ = lake
    times = [datetime.datetime.fromisoformat(row["eventtime"]) for row in rows]
    assert times == sorted(times)


def test_the_documented_columns_are_there(lake):
    _, types, _, _ = lake
    documented = ("eventversion useridentity eventtime eventsource eventname awsregion sourceipaddress useragent errorcode errormessage "
                  "requestparameters responseelements additionaleventdata requestid eventid readonly resources eventtype apiversion "
                  "managementevent recipientaccountid sharedeventid annotation vpcendpointid vpcendpointaccountid serviceeventdetails "
                  "addendum edgedevicedetails insightdetails eventcategory tlsdetails sessioncredentialfromconsole eventjson")
    assert set(documented.split()) <= set(types)


READ_WITH_PYARROW = """
import json, sys, pyarrow.parquet
for row in pyarrow.parquet.read_table(sys.argv[1]).to_pylist():
    print(json.dumps(row, default=str))
"""


def test_another_reader_of_parquet_reads_the_same(lake):
    records, types, _, path = lake
    try:
        python = servers.install_pyarrow()
    except servers.Missing as missing:
        pytest.skip(str(missing))
    done = subprocess.run([str(python), "-c", READ_WITH_PYARROW, str(path)], capture_output=True, text=True, check=True, timeout=120)
    check(records, types, [json.loads(line) for line in done.stdout.split("\n") if line])
