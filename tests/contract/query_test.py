# SPDX-License-Identifier: Apache-2.0
"""Lake queries: StartQuery, DescribeQuery, GetQueryResults, ListQueries, CancelQuery, good and bad."""
import datetime
import json
import uuid

import pytest

import lake as lakes
import records
from aws_errors import aws_error
from cairn_daemon import eventually
from lake_account import LakeAccount, new_account

UNKNOWN = str(uuid.uuid4())
NOW = datetime.datetime.now(datetime.timezone.utc)


@pytest.fixture
def engine():
    lakes.needs_engine()


@pytest.fixture
def table(store):
    return store.rpartition("/")[2]


@pytest.fixture
def filled(shared_daemon, lake, account, table, engine):
    """Names and ids of three events that the store has."""
    sent = [records.record(account=account, eventName=name) for name in ("RunInstances", "StopInstances", "CreateUser")]
    assert shared_daemon.send(sent).json()["Accepted"] == len(sent)
    names = tuple(record["eventName"] for record in sent)
    statement = f"SELECT eventName, eventID FROM {table} WHERE eventName IN {names} ORDER BY eventName"
    expected = sorted(({"eventName": record["eventName"], "eventID": record["eventID"]} for record in sent), key=lambda row: row["eventName"])
    eventually(lambda: lakes.answer(lake, statement) == expected, timeout_s=60)
    return statement, expected


@pytest.fixture
def endless(shared_daemon, lake, account, table, engine):
    assert shared_daemon.send([records.record(account=account) for _ in range(100)]).json()["Accepted"] == 100
    eventually(lambda: int(lakes.answer(lake, f"SELECT count(*) AS n FROM {table}")[0]["n"]) >= 100, timeout_s=60)
    return lakes.endless(table)


def test_a_query_is_answered_in_pages(lake, filled, store):
    statement, expected = filled
    started = lake.start_query(QueryStatement=statement)
    query_id = started["QueryId"]
    assert str(uuid.UUID(query_id)) == query_id
    described = lakes.ended(lake, query_id)
    assert (described["QueryId"], described["QueryString"], described["QueryStatus"]) == (query_id, statement, "FINISHED")
    statistics = described["QueryStatistics"]
    assert statistics["EventsMatched"] == 3 and statistics["EventsScanned"] >= 3 and statistics["BytesScanned"] > 0
    assert statistics["ExecutionTimeInMillis"] >= 0 and abs(statistics["CreationTime"] - NOW) < datetime.timedelta(minutes=10)
    assert "DeliveryStatus" not in described and "ErrorMessage" not in described
    first = lake.get_query_results(QueryId=query_id, MaxQueryResults=2)
    assert first["QueryStatus"] == "FINISHED"
    assert first["QueryStatistics"]["ResultsCount"] == 2 and first["QueryStatistics"]["TotalResultsCount"] == 3
    assert first["QueryResultRows"][0] == [{"eventName": expected[0]["eventName"]}, {"eventID": expected[0]["eventID"]}]
    assert lakes.rows(lake, query_id, page_size=2) == expected
    # Old clients still name the store.
    assert lake.get_query_results(EventDataStore=store, QueryId=query_id)["QueryStatistics"]["ResultsCount"] == 3
    with aws_error("InvalidNextTokenException"):
        lake.get_query_results(QueryId=query_id, NextToken=first["NextToken"][:-8] + "AAAAAAA=")


def test_values_are_texts_and_null_is_an_empty_one(lake, filled, table):
    row, = lakes.answer(lake, f"SELECT count(*) AS n, true AS yes, 1.5 AS real, NULL AS nothing FROM {table} WHERE eventName = 'RunInstances'")
    assert row == {"n": "1", "yes": "true", "real": "1.5", "nothing": ""}


@pytest.mark.parametrize("statement, place", [
    ("SELECT nonsense FROM {table}", "line 1:8:"), ("SELECT eventName\nFROM {table}\nWHERE nonsense = 1", "line 3:7:"),
    ("SELECT FROM WHERE", "line 1:"), ("SELECT 1", "line 1:"), ("DELETE FROM {table}", "line 1:1:"), ("SELECT eventName FROM {table}; SELECT 1", "line 1:"),
])
def test_a_fault_of_the_statement_names_its_place(lake, table, engine, statement, place):
    with aws_error("InvalidQueryStatementException", place):
        lake.start_query(QueryStatement=statement.format(table=table))


def test_what_no_query_can_be_is_refused(lake, ask, table, engine):
    fine = f"SELECT eventName FROM {table}"
    for members, code in (
            ({}, "InvalidParameterException"), ({"QueryStatement": ""}, "ValidationException"), ({"QueryStatement": "x" * 10001}, "ValidationException"),
            ({"QueryStatement": fine, "QueryAlias": "mine"}, "InvalidParameterException"),
            ({"QueryStatement": fine, "QueryParameters": ["a"]}, "InvalidParameterException"),
            ({"QueryAlias": "nobodys"}, "InvalidParameterException"), ({"QueryAlias": "mine!"}, "ValidationException"),
            ({"QueryAlias": "mine", "QueryParameters": []}, "ValidationException"),
            ({"QueryAlias": "mine", "QueryParameters": ["a"] * 11}, "ValidationException"),
            ({"QueryStatement": fine.replace(table, UNKNOWN)}, "EventDataStoreNotFoundException"),
            ({"QueryStatement": fine, "EventDataStoreOwnerAccountId": "999999999999"}, "EventDataStoreNotFoundException"),
            ({"QueryStatement": fine, "DeliveryS3Uri": "https://bucket/"}, "InvalidParameterException"),
            ({"QueryStatement": fine, "DeliveryS3Uri": "s3://B/"}, "InvalidS3BucketNameException"),
            ({"QueryStatement": fine, "DeliveryS3Uri": "s3://bucket/" + "p" * 201}, "InvalidS3PrefixException"),
            ({"QueryStatement": fine, "DeliveryS3Uri": f"s3://{UNKNOWN}/"}, "S3BucketDoesNotExistException")):
        answer = ask("StartQuery", **members)
        assert (answer.status, answer.error) == (400, code), (members, answer)


def test_a_store_that_waits_for_its_deletion_is_not_queried(lake, filled, store):
    statement, _ = filled
    query_id = lake.start_query(QueryStatement=statement)["QueryId"]
    lakes.ended(lake, query_id)
    lake.delete_event_data_store(EventDataStore=store)
    for ask in (lambda: lake.start_query(QueryStatement=statement), lambda: lake.describe_query(QueryId=query_id),
                lambda: lake.get_query_results(QueryId=query_id), lambda: lake.list_queries(EventDataStore=store)):
        with aws_error("InactiveEventDataStoreException"):
            ask()
    lake.restore_event_data_store(EventDataStore=store)
    assert len(lakes.rows(lake, query_id)) == 3


def test_a_bucket_of_another_account_takes_no_rows_without_its_policy(lake, shared_daemon, table, account, bucket, engine):
    with aws_error("InsufficientS3BucketPolicyException", bucket):
        lake.start_query(QueryStatement=f"SELECT eventName FROM {table}", DeliveryS3Uri=f"s3://{bucket}/")
    policy = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": ["s3:PutObject*", "s3:Abort*", "s3:GetBucketAcl"],
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"StringLike": {"aws:sourceAccount": account, "aws:sourceArn": f"arn:aws:cloudtrail:us-east-1:{account}:eventdatastore/*"}}}]}
    shared_daemon.client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    started = lake.start_query(QueryStatement=f"SELECT eventName FROM {table}", DeliveryS3Uri=f"s3://{bucket}/")
    assert eventually(lambda: lake.describe_query(QueryId=started["QueryId"])["DeliveryStatus"] == "SUCCESS")


def test_a_query_of_somebody_else_is_nobodys(lake, filled, shared_daemon):
    statement, _ = filled
    query_id = lake.start_query(QueryStatement=statement)["QueryId"]
    other = shared_daemon.client("cloudtrail")
    for ask in (other.describe_query, other.get_query_results, other.cancel_query):
        with aws_error("QueryIdNotFoundException", query_id):
            ask(QueryId=query_id)
    with aws_error("EventDataStoreNotFoundException"):
        other.start_query(QueryStatement=statement)
    with aws_error("QueryIdNotFoundException"):
        lake.describe_query(QueryId=UNKNOWN)


def test_a_resource_policy_opens_a_store_to_another_account(shared_daemon, lake, lake_account, filled, store, account):
    statement, expected = filled
    stranger = LakeAccount(shared_daemon, new_account())
    other = shared_daemon.client("cloudtrail", key=stranger.key)
    lake_account.open_to(stranger.account, store, "GetEventDataStore")
    assert other.get_event_data_store(EventDataStore=store)["EventDataStoreArn"] == store
    with aws_error("EventDataStoreNotFoundException"):
        other.start_query(QueryStatement=statement)
    lake_account.open_to(stranger.account, store, "StartQuery", "DescribeQuery", "GetQueryResults")
    started = stranger.call("StartQuery", QueryStatement=statement, EventDataStoreOwnerAccountId=account)
    assert started["EventDataStoreOwnerAccountId"] == account
    assert lakes.ended(other, started["QueryId"])["QueryStatus"] == "FINISHED"
    assert lakes.rows(other, started["QueryId"]) == expected
    with aws_error("EventDataStoreNotFoundException"):
        other.update_event_data_store(EventDataStore=store, Name="mine")
    with aws_error("QueryIdNotFoundException"):
        lake.describe_query(QueryId=started["QueryId"])
    lake_account.open_to(stranger.account, store, "GetEventDataStore")
    with aws_error("EventDataStoreNotFoundException"):
        other.get_query_results(QueryId=started["QueryId"])


def test_a_query_is_described_by_id_or_alias(ask):
    assert ask("DescribeQuery").error == "InvalidParameterException"
    assert ask("DescribeQuery", QueryId=UNKNOWN, QueryAlias="mine").error == "InvalidParameterException"
    assert ask("DescribeQuery", QueryId=UNKNOWN, RefreshId="1234567890").error == "InvalidParameterException"
    assert ask("DescribeQuery", QueryAlias="nobodys").error == "QueryIdNotFoundException"
    assert ask("DescribeQuery", QueryAlias="mine", RefreshId="123").error == "ValidationException"
    assert ask("DescribeQuery", QueryId="x").error == "ValidationException"


def test_a_query_that_ended_cannot_be_cancelled(lake, filled):
    statement, _ = filled
    query_id = lake.start_query(QueryStatement=statement)["QueryId"]
    lakes.ended(lake, query_id)
    with aws_error("InactiveQueryException", "FINISHED"):
        lake.cancel_query(QueryId=query_id)


def test_a_query_that_runs_is_cancelled(lake, endless):
    query_id = lake.start_query(QueryStatement=endless)["QueryId"]
    eventually(lambda: lake.describe_query(QueryId=query_id)["QueryStatus"] == "RUNNING")
    cancelled = lake.cancel_query(QueryId=query_id)
    assert (cancelled["QueryId"], cancelled["QueryStatus"]) == (query_id, "CANCELLED")
    assert lakes.ended(lake, query_id)["QueryStatus"] == "CANCELLED"
    assert lake.get_query_results(QueryId=query_id)["QueryResultRows"] == []


def test_queries_are_listed_newest_first_in_pages(lake, filled, store, ask):
    statement, _ = filled
    made = [lake.start_query(QueryStatement=statement)["QueryId"] for _ in range(3)]
    for query_id in made:
        lakes.ended(lake, query_id)
    listed = lake.list_queries(EventDataStore=store, MaxResults=2)
    assert [query["QueryId"] for query in listed["Queries"]] == made[:0:-1]
    assert set(listed["Queries"][0]) == {"QueryId", "QueryStatus", "CreationTime"} and listed["Queries"][0]["QueryStatus"] == "FINISHED"
    rest = lake.list_queries(EventDataStore=store, NextToken=listed["NextToken"])
    assert rest["Queries"][0]["QueryId"] == made[0]
    assert lake.list_queries(EventDataStore=store, QueryStatus="FAILED")["Queries"] == []
    hour = datetime.timedelta(hours=1)
    assert lake.list_queries(EventDataStore=store, EndTime=NOW - hour)["Queries"] == []
    assert len(lake.list_queries(EventDataStore=store, StartTime=NOW - hour, EndTime=NOW + hour)["Queries"]) >= 3
    with aws_error("InvalidDateRangeException"):
        lake.list_queries(EventDataStore=store, StartTime=NOW, EndTime=NOW - hour)
    with aws_error("InvalidDateRangeException"):
        lake.list_queries(EventDataStore=store, StartTime=NOW, EndTime=NOW)
    assert ask("ListQueries", EventDataStore=store, QueryStatus="DONE").error == "InvalidQueryStatusException"
    assert ask("ListQueries", EventDataStore=store, MaxResults=1001).error == "InvalidMaxResultsException"
    assert ask("ListQueries", EventDataStore=UNKNOWN).error == "EventDataStoreNotFoundException"
    assert ask("ListQueries").error == "ValidationException"
    with aws_error("InvalidNextTokenException"):
        lake.list_queries(EventDataStore=store, QueryStatus="FAILED", NextToken=listed["NextToken"])


def test_more_than_ten_queries_are_too_many(lake, endless):
    made = [lake.start_query(QueryStatement=endless)["QueryId"] for _ in range(10)]
    with aws_error("MaxConcurrentQueriesException"):
        lake.start_query(QueryStatement=endless)
    for query_id in made:
        lake.cancel_query(QueryId=query_id)


def test_without_the_engine_a_query_says_what_is_missing(start_daemon):
    daemon = start_daemon("--engine-library", "/nowhere/libduckdb.so")
    store = daemon.call("CreateEventDataStore", {"Name": "main"}).json()["EventDataStoreArn"]
    table = store.rpartition("/")[2]
    refused = daemon.call("StartQuery", {"QueryStatement": f"SELECT eventName FROM {table}"})
    assert (refused.status, refused.error) == (400, "UnsupportedOperationException")
    assert "/nowhere/libduckdb.so" in refused.json()["Message"]
    assert daemon.call("StartQuery", {"QueryStatement": "SELEC"}).error == "InvalidQueryStatementException"
    assert daemon.call("ListQueries", {"EventDataStore": store}).json()["Queries"] == []
