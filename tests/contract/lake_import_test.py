# SPDX-License-Identifier: Apache-2.0
"""Imports into event data stores: StartImport, GetImport, ListImports, ListImportFailures, StopImport, good and bad."""
import datetime
import gzip
import json
import uuid

import pytest

import lake as lakes
import records
from aws_errors import aws_error
from cairn_daemon import eventually

UNKNOWN = str(uuid.uuid4())


@pytest.fixture
def archive(shared_daemon, key, account):
    """A bucket with two log files of two events each, and one that is none."""
    s3 = shared_daemon.client("s3", key=key)
    name = f"archive-{account}"
    s3.create_bucket(Bucket=name)
    folder = f"AWSLogs/{account}/CloudTrail/us-east-1/2026/01/02"
    for number in range(2):
        body = gzip.compress(json.dumps({"Records": [records.record(account=account) for _ in range(2)]}).encode())
        s3.put_object(Bucket=name, Key=f"{folder}/{account}_CloudTrail_us-east-1_20260102T00{number}0Z_abcdefghijklmno{number}.json.gz", Body=body)
    s3.put_object(Bucket=name, Key=f"{folder}/{account}_CloudTrail_us-east-1_20260102T0020Z_abcdefghijklmnop.json.gz", Body=b"not gzip")
    return name


def source(bucket, **changes):
    return {"S3": {"S3LocationUri": f"s3://{bucket}/", "S3BucketRegion": "us-east-1",
                   "S3BucketAccessRoleArn": "arn:aws:iam::123456789012:role/import", **changes}}


def test_an_import_ends_and_tells_what_it_did(lake, store, archive):
    lakes.needs_engine()
    started = lake.start_import(Destinations=[store], ImportSource=source(archive))
    assert started["ImportStatus"] == "INITIALIZING"
    assert (started["Destinations"], started["ImportSource"]) == ([store], source(archive))
    import_id = started["ImportId"]
    done = eventually(lambda: (lambda got: got["ImportStatus"] == "FAILED" and got)(lake.get_import(ImportId=import_id)), timeout_s=60)
    statistics = done["ImportStatistics"]
    assert (statistics["FilesCompleted"], statistics["EventsCompleted"], statistics["FailedEntries"]) == (2, 4, 1)
    failure, = lake.list_import_failures(ImportId=import_id)["Failures"]
    assert failure["Location"].startswith(f"s3://{archive}/") and failure["Status"] == "FAILED" and failure["ErrorType"] and failure["ErrorMessage"]
    listed, = lake.list_imports(Destination=store)["Imports"]
    assert (listed["ImportId"], listed["ImportStatus"], listed["Destinations"]) == (import_id, "FAILED", [store])
    assert lake.list_imports(ImportStatus="COMPLETED")["Imports"] == []
    with aws_error("InvalidParameterException"):
        lake.stop_import(ImportId=import_id)
    retried = lake.start_import(ImportId=import_id)
    assert retried["ImportId"] == import_id
    eventually(lambda: lake.get_import(ImportId=import_id)["ImportStatus"] == "FAILED", timeout_s=60)


def test_events_past_retention_are_not_counted(shared_daemon, lake, store, key, account):
    lakes.needs_engine()
    s3, name = shared_daemon.client("s3", key=key), f"archive-{account}"
    old = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=400)).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = gzip.compress(json.dumps({"Records": [records.record(account=account), records.record(account=account, eventTime=old)]}).encode())
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Body=body, Key=f"AWSLogs/{account}/CloudTrail/us-east-1/2026/01/02/"
                  f"{account}_CloudTrail_us-east-1_20260102T0000Z_abcdefghijklmnop.json.gz")
    import_id = lake.start_import(Destinations=[store], ImportSource=source(name))["ImportId"]
    done = eventually(lambda: (lambda got: got["ImportStatus"] == "COMPLETED" and got)(lake.get_import(ImportId=import_id)), timeout_s=60)
    assert (done["ImportStatistics"]["FilesCompleted"], done["ImportStatistics"]["EventsCompleted"]) == (1, 1)


def test_what_no_import_can_be_is_refused(lake, ask, store, archive, bucket):
    insights = ask("CreateEventDataStore", Name="insights", AdvancedEventSelectors=[
        {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Insight"]}]}]).json()["EventDataStoreArn"]
    for members, code in (
            ({}, "InvalidParameterException"), ({"Destinations": [store]}, "InvalidParameterException"),
            ({"ImportSource": source(archive)}, "InvalidParameterException"),
            ({"Destinations": [store, store], "ImportSource": source(archive)}, "ValidationException"),
            ({"Destinations": [store], "ImportSource": {"S3": {}}}, "ValidationException"),
            ({"Destinations": [store], "ImportSource": source(archive), "ImportId": UNKNOWN}, "InvalidParameterException"),
            ({"Destinations": [UNKNOWN], "ImportSource": source(archive)}, "EventDataStoreNotFoundException"),
            ({"Destinations": ["no-store"], "ImportSource": source(archive)}, "EventDataStoreARNInvalidException"),
            ({"Destinations": [insights], "ImportSource": source(archive)}, "InvalidEventDataStoreCategoryException"),
            ({"Destinations": [store], "ImportSource": source("no-such-bucket")}, "InvalidImportSourceException"),
            ({"Destinations": [store], "ImportSource": source(bucket)}, "InvalidImportSourceException"),
            ({"Destinations": [store], "ImportSource": source(archive, S3BucketRegion="eu-west-1")}, "InvalidImportSourceException"),
            ({"Destinations": [store], "ImportSource": source(archive, S3BucketAccessRoleArn="role")}, "InvalidImportSourceException"),
            ({"Destinations": [store], "ImportSource": source(archive, S3LocationUri=archive)}, "InvalidImportSourceException"),
            ({"Destinations": [store], "ImportSource": source(archive), "StartEventTime": 2, "EndEventTime": 1}, "InvalidParameterException"),
            ({"ImportId": UNKNOWN}, "ImportNotFoundException"), ({"ImportId": "x"}, "ValidationException")):
        answer = ask("StartImport", **members)
        assert (answer.status, answer.error) == (400, code), (members, answer)
    lake.delete_event_data_store(EventDataStore=store)
    assert ask("StartImport", Destinations=[store], ImportSource=source(archive)).error == "InactiveEventDataStoreException"


def test_what_names_no_import_is_refused(ask, shared_daemon):
    for operation, code in (("GetImport", "ImportNotFoundException"), ("StopImport", "ImportNotFoundException"),
                            ("ListImportFailures", "InvalidParameterException")):
        assert ask(operation, ImportId=UNKNOWN).error == code
        assert ask(operation).error == "ValidationException"
    assert ask("ListImports", ImportStatus="DONE").error == "ValidationException"
    assert ask("ListImports", MaxResults=1001).error == "ValidationException"
    assert ask("ListImports", Destination="no-arn").error == "EventDataStoreARNInvalidException"
    assert ask("ListImports", NextToken="abcd").error == "InvalidNextTokenException"


def test_one_import_runs_at_a_time_and_can_be_stopped(start_daemon):
    """Without the engine an import waits for it, and so goes on for as long as one likes."""
    daemon = start_daemon("--engine-library", "/nowhere/libduckdb.so")
    client, s3 = daemon.client("cloudtrail"), daemon.client("s3")
    s3.create_bucket(Bucket="archive")
    body = gzip.compress(json.dumps({"Records": [records.record()]}).encode())
    s3.put_object(Bucket="archive", Key="AWSLogs/123456789012/CloudTrail/us-east-1/2026/01/02/"
                  "123456789012_CloudTrail_us-east-1_20260102T0000Z_abcdefghijklmnop.json.gz", Body=body)
    store = client.create_event_data_store(Name="main", TerminationProtectionEnabled=False)["EventDataStoreArn"]
    import_id = client.start_import(Destinations=[store], ImportSource=source("archive"))["ImportId"]
    with aws_error("AccountHasOngoingImportException"):
        client.start_import(Destinations=[store], ImportSource=source("archive"))
    with aws_error("AccountHasOngoingImportException"):
        client.start_import(ImportId=import_id)
    for refused in (client.delete_event_data_store, client.update_event_data_store):
        with aws_error("EventDataStoreHasOngoingImportException", store):
            refused(EventDataStore=store, **({"RetentionPeriod": 9} if refused == client.update_event_data_store else {}))
    stopped = client.stop_import(ImportId=import_id)
    assert (stopped["ImportId"], stopped["ImportStatus"]) == (import_id, "STOPPED")
    with aws_error("InvalidParameterException", "STOPPED"):
        client.stop_import(ImportId=import_id)
    assert client.start_import(ImportId=import_id)["ImportStatus"] == "INITIALIZING"
