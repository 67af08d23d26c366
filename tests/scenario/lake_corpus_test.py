# SPDX-License-Identifier: Apache-2.0
"""Questions of tests/lake put to event data stores through StartQuery; each answer must be the one worked out in Python.

Both stores are filled from buckets by StartImport: one with real records, the other with made ones that have all members
there are. Where the real ones are not at hand, those of `cairn demo` stand in: the answers are worked out from whatever
records there are.
"""
import concurrent.futures
import gzip
import re

import pytest

import corpus
import lake
import lake_reference
from cairn_daemon import ROOT, daemons, eventually
from real_records import REAL_RECORDS

ACCOUNT = "123837392027"  # of the real records
DEMO = ROOT / "src/ctl/demo_records.ndjson"
FUNCTIONS = ROOT / "src/presto/function_table.h"
AT_ONCE = 6  # of the ten that AWS lets an account have


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    lake.needs_engine()
    with daemons(tmp_path_factory.mktemp("corpus")) as start:
        yield start("--account-id", ACCOUNT, "--query-concurrency", "2", "--query-memory", "512m")


def is_ordinary(line):
    """Has the record what each call's record has? Some of the demonstration are of other kinds."""
    record = lake_reference.read(line)
    return {"eventSource", "userAgent", "requestParameters", "readOnly", "managementEvent"} <= set(record) and "type" in record["userIdentity"]


def log_files():
    """The texts of log files for each store: as CloudTrail wrote them, or made of lines of records."""
    def of_lines(lines):
        return "{\"Records\":[" + ",".join(lines) + "]}"
    made = [of_lines(lake_reference.MADE.read_text("utf-8").splitlines())]
    if REAL_RECORDS.is_dir():
        return {"real": [path.read_text("utf-8") for path in sorted(REAL_RECORDS.glob("*.json"))], "made": made}
    return {"real": [of_lines(filter(is_ordinary, DEMO.read_text("utf-8").splitlines()))], "made": made}


@pytest.fixture(scope="module")
def records():
    """What the stores hold, by the names that statements use."""
    return {name: [record for text in texts for record in lake_reference.read(text)["Records"]] for name, texts in log_files().items()}


def imported(daemon, client, name, texts):
    """The id of a store filled from a bucket that has the texts as a trail delivers them."""
    answer = daemon.call("CreateEventDataStore", {"Name": f"{name}-store", "RetentionPeriod": 3653, "StartIngestion": False})
    store = answer.json()["EventDataStoreArn"]  # older SDKs do not know StartIngestion
    s3 = daemon.client("s3")
    s3.create_bucket(Bucket=name)
    for number, text in enumerate(texts):
        key = f"AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/2024/03/01/{ACCOUNT}_CloudTrail_us-east-1_20240301T0000Z_{number:016}.json.gz"
        s3.put_object(Bucket=name, Key=key, Body=gzip.compress(text.encode()))
    source = {"S3": {"S3LocationUri": f"s3://{name}/", "S3BucketRegion": "us-east-1", "S3BucketAccessRoleArn": f"arn:aws:iam::{ACCOUNT}:role/import"}}
    import_id = client.start_import(Destinations=[store], ImportSource=source)["ImportId"]
    done = eventually(lambda: (found := client.get_import(ImportId=import_id))["ImportStatus"] in ("COMPLETED", "FAILED", "STOPPED") and found)
    assert done["ImportStatus"] == "COMPLETED", done
    return store.rpartition("/")[2]


@pytest.fixture(scope="module")
def stores(daemon, records):
    """The ids of both stores, with all records in them."""
    client = daemon.client("cloudtrail")
    ids = {name: imported(daemon, client, name, texts) for name, texts in log_files().items()}
    assert {name: count(client, table) for name, table in ids.items()} == {name: len(found) for name, found in records.items()}
    return ids


def count(client, table):
    return int(lake.answer(client, f"SELECT count(*) AS n FROM {table}")[0]["n"])


def asked(client, statement):
    """The query's end, the names of its columns and its rows as lists; the names are known of rows only."""
    query_id = client.start_query(QueryStatement=statement)["QueryId"]
    end = eventually(lambda: (found := client.describe_query(QueryId=query_id))["QueryStatus"] in lake.ENDED and found, every_s=0.2)
    rows, token = [], {}
    while end["QueryStatus"] == "FINISHED":
        page = client.get_query_results(QueryId=query_id, MaxQueryResults=1000, **token)
        rows += [[cell for one in row for cell in one.items()] for row in page["QueryResultRows"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    return end, [name for name, _ in rows[0]] if rows else None, [[value for _, value in row] for row in rows]


@pytest.fixture(scope="module")
def answers(daemon, stores, request):
    """What became of the queries of all selected tests, several running at a time."""
    client = daemon.client("cloudtrail", max_pool_connections=AT_ONCE)
    selected = {item.callspec.params["query"].name: item.callspec.params["query"] for item in request.session.items
                if item.originalname == test_an_answer_is_the_one_worked_out.__name__}
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        yield {name: pool.submit(asked, client, query.statement(**stores)) for name, query in selected.items()}


@pytest.mark.parametrize("query", corpus.QUERIES, ids=lambda query: query.name)
def test_an_answer_is_the_one_worked_out(answers, records, query):
    end, columns, rows = answers[query.name].result()
    assert end["QueryStatus"] == "FINISHED", (end.get("ErrorMessage"), query.sql)
    problem = corpus.difference(query, records, rows, columns)
    assert problem is None, f"{problem}\n{query.sql}"
    assert end["QueryStatistics"]["EventsMatched"] == len(rows)


def test_there_are_enough_questions_and_most_have_an_answer_to_the_real_records(records):
    assert len(corpus.QUERIES) == len({query.name for query in corpus.QUERIES}) >= 190
    if REAL_RECORDS.is_dir():
        assert [query.name for query in corpus.QUERIES if not query.expected(records)] == ["no_rows_asked_for"]


def test_each_function_that_is_covered_is_asked_for():
    names = set(re.findall(r'^(?:CALL|SPECIAL)\("(\w+)"', FUNCTIONS.read_text("utf-8"), re.MULTILINE))
    text = " ".join(query.sql.lower() for query in corpus.QUERIES)
    assert len(names) > 200
    assert sorted(name for name in names if not re.search(rf"\b{name}\s*\(", text)) == []


def test_each_column_of_an_event_is_asked_for():
    text = " ".join(query.sql.lower() for query in corpus.QUERIES)
    names = set(re.findall(r"^    ROW\(\d, (\w+), ", (ROOT / "src/engine/column_table.h").read_text("utf-8").split("insightsource")[0], re.MULTILINE))
    assert len(names) > 60
    assert sorted(name for name in names if not re.search(rf"\b{name}\b", text)) == []
