# SPDX-License-Identifier: Apache-2.0
"""Calls that touch many things: every key they touched, and what became of each, is in their records."""
import concurrent.futures
import json
import os

import boto3
import botocore.config
import pytest

from cairn_daemon import REGION, plain_environment, run_command
from fake_upstream import Answer, FakeUpstream
from gateway import ALICE, Gateway

OBJECTS = 2500


def client(name, url, **config):
    if name == "s3":
        config.setdefault("s3", {"addressing_style": "path"})
    return boto3.client(name, endpoint_url=url, region_name=REGION, aws_access_key_id=ALICE[0], aws_secret_access_key=ALICE[1],
                        config=botocore.config.Config(retries={"total_max_attempts": 1}, max_pool_connections=8, **config))


def texts(value):
    """Every text in a JSON value."""
    if isinstance(value, dict):
        return [text for member in value.values() for text in texts(member)]
    if isinstance(value, list):
        return [text for member in value for text in texts(member)]
    return [value] if isinstance(value, str) else []


def check_links(parts):
    """Several records of one call name one shared id, the first one's own, and each has an id of its own."""
    assert len({record["eventID"] for record in parts}) == len(parts)
    assert len({record["sharedEventID"] for record in parts}) == 1
    assert parts[0]["sharedEventID"] in {record["eventID"] for record in parts}
    assert len({(record["eventName"], record.get("requestID")) for record in parts}) == 1


@pytest.fixture
def objects(s3_server):
    """A bucket with OBJECTS objects, put there past the gateway; the keys."""
    store = client("s3", s3_server.url)
    bucket = "many"
    store.create_bucket(Bucket=bucket)
    keys = [f"book & more {number:05d}.txt" for number in range(OBJECTS)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: store.put_object(Bucket=bucket, Key=key, Body=b"x"), keys))
    yield bucket, keys
    for page in store.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in page.get("Contents", []):
            store.delete_object(Bucket=bucket, Key=entry["Key"])
    store.delete_bucket(Bucket=bucket)


def test_every_key_that_a_recursive_removal_touched_is_in_the_records(start_daemon, tmp_path, s3_server, objects, aws_cli):
    bucket, keys = objects
    gateway = Gateway(start_daemon, tmp_path, {"store": {"upstream": s3_server.url, "guarantee": "fail-closed"}})
    environment = plain_environment(HOME=str(tmp_path), AWS_ACCESS_KEY_ID=ALICE[0], AWS_SECRET_ACCESS_KEY=ALICE[1], AWS_DEFAULT_REGION=REGION)
    run_command([aws_cli("debian").program, "--endpoint-url", gateway.url("store"), "s3", "rm", f"s3://{bucket}", "--recursive", "--quiet"], environment)
    records = gateway.take(OBJECTS)
    deleted = [record for record in records if record["eventName"] in ("DeleteObject", "DeleteObjects")]
    touched = [text for record in deleted for text in texts(record["requestParameters"])]
    assert sorted(text for text in touched if text.startswith("book ")) == sorted(keys)
    assert all("errorCode" not in record for record in deleted)
    assert {record["eventName"] for record in records} - {"DeleteObject", "DeleteObjects"} == {"ListObjects"}


@pytest.mark.parametrize("guarantee", ["buffered", "fail-closed"])
def test_a_removal_too_long_for_one_record_is_several_linked_ones(start_daemon, tmp_path, s3_server, guarantee):
    client("s3", s3_server.url).create_bucket(Bucket=f"long-{guarantee}")
    gateway = Gateway(start_daemon, tmp_path, {"store": {"upstream": s3_server.url, "guarantee": guarantee}})
    keys = [f"{number:04d}-" + "/".join(["k" * 100] * 4) for number in range(1000)]
    client("s3", gateway.url("store")).delete_objects(Bucket=f"long-{guarantee}", Delete={"Objects": [{"Key": key} for key in keys]})
    records = gateway.take(2)
    assert {record["eventName"] for record in records} == {"DeleteObjects"}
    check_links(records)
    assert set(keys) <= {text for record in records for text in texts(record["requestParameters"])}
    assert all(len(json.dumps(record)) < 256 * 1024 for record in records)


def test_what_became_of_each_key_is_recorded(start_daemon, tmp_path):
    errors = "".join(f"<Error><Key>kept-{number}</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error>" for number in range(3))
    with FakeUpstream() as server:
        server.answer = lambda request: Answer(200, (
            f'<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Deleted><Key>gone</Key></Deleted>{errors}</DeleteResult>').encode(),
            {"x-amz-request-id": "4442587FB7D0A2F9"})
        gateway = Gateway(start_daemon, tmp_path, {"store": {"upstream": server.url}})
        client("s3", gateway.url("store")).delete_objects(Bucket="bucket", Delete={"Objects": [
            {"Key": "gone"}, *({"Key": f"kept-{number}"} for number in range(3))]})
        (record,) = gateway.take(1)
    assert {"gone", "kept-0", "kept-1", "kept-2"} <= set(texts(record["requestParameters"]))
    told = json.dumps([record["responseElements"], record.get("additionalEventData"), record["requestParameters"]])
    assert told.count("AccessDenied") == 3
    assert record["requestID"] == "4442587FB7D0A2F9"


@pytest.fixture
def table(dynamodb_server):
    """A table with the key (Shelf, Number) in the DynamoDB server."""
    database = client("dynamodb", dynamodb_server.url)
    name = f"Books-{os.getpid()}"
    database.create_table(TableName=name, BillingMode="PAY_PER_REQUEST",
                          KeySchema=[{"AttributeName": "Shelf", "KeyType": "HASH"}, {"AttributeName": "Number", "KeyType": "RANGE"}],
                          AttributeDefinitions=[{"AttributeName": "Shelf", "AttributeType": "S"}, {"AttributeName": "Number", "AttributeType": "N"}])
    database.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    yield name
    database.delete_table(TableName=name)


def test_a_batch_write_names_each_item_by_its_key_and_nothing_else(start_daemon, tmp_path, dynamodb_server, table):
    gateway = Gateway(start_daemon, tmp_path, {"database": {"upstream": dynamodb_server.url, "guarantee": "fail-closed"}})
    database = client("dynamodb", gateway.url("database"))
    database.describe_table(TableName=table)  # tells the gateway which attributes are the key
    puts = [{"PutRequest": {"Item": {"Shelf": {"S": f"shelf-{number}"}, "Number": {"N": str(7000 + number)}, "Review": {"S": "private words"}}}}
            for number in range(24)]
    database.batch_write_item(RequestItems={table: [*puts, {"DeleteRequest": {"Key": {"Shelf": {"S": "shelf-24"}, "Number": {"N": "7024"}}}}]})
    records = [record for record in gateway.take(2) if record["eventName"] == "BatchWriteItem"]
    assert len(records) == 1
    text = json.dumps(records[0]["requestParameters"])
    assert all(f'"shelf-{number}"' in text and str(7000 + number) in text for number in range(25))
    assert "private words" not in text and table in text
    assert [(entry["type"], entry["ARN"]) for entry in records[0]["resources"]] == [
        ("AWS::DynamoDB::Table", f"arn:aws:dynamodb:us-east-1:123456789012:table/{table}")]


def test_a_transaction_names_the_key_of_each_of_its_hundred_items(start_daemon, tmp_path):
    reasons = [{"Code": "None"}] * 99 + [{"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}]
    with FakeUpstream() as server:
        server.answer = lambda request: Answer(400, json.dumps(
            {"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException", "Message": "Transaction cancelled",
             "CancellationReasons": reasons}).encode(), {"Content-Type": "application/x-amz-json-1.0"})
        gateway = Gateway(start_daemon, tmp_path, {"database": {"upstream": server.url}})
        database = client("dynamodb", gateway.url("database"))
        with pytest.raises(database.exceptions.TransactionCanceledException):
            database.transact_write_items(TransactItems=[{"Update": {
                "TableName": "Books", "Key": {"Shelf": {"S": f"shelf-{number}"}}, "UpdateExpression": "SET Review = :r",
                "ExpressionAttributeValues": {":r": {"S": "private words"}}}} for number in range(100)])
        (record,) = gateway.take(1)
    text = json.dumps(record)
    assert all(f'"shelf-{number}"' in text for number in range(100)) and "private words" not in text
    assert record["errorCode"] == "TransactionCanceledException"


@pytest.mark.parametrize("service, method, parameters, ids", [
    ("sqs", "send_message_batch", lambda kept: {"QueueUrl": kept["QueueUrl"], "Entries": [
        {"Id": f"entry-{number}", "MessageBody": f"private words {number}"} for number in range(10)]}, [f"entry-{number}" for number in range(10)]),
    ("sns", "publish_batch", lambda kept: {"TopicArn": kept["TopicArn"], "PublishBatchRequestEntries": [
        {"Id": f"entry-{number}", "Message": f"private words {number}"} for number in range(10)]}, [f"entry-{number}" for number in range(10)]),
    ("kinesis", "put_records", lambda kept: {"StreamName": kept["StreamName"], "Records": [
        {"Data": f"private words {number}".encode(), "PartitionKey": f"page-{number}"} for number in range(500)]},
     [f"page-{number}" for number in range(500)]),
])
def test_a_batch_of_messages_names_each_entry_but_no_message(start_daemon, tmp_path, moto_server, service, method, parameters, ids):
    gateway = Gateway(start_daemon, tmp_path, {"aws": {"upstream": moto_server.url}})
    caller = client(service, gateway.url("aws"))
    kept = {}
    if service == "sqs":
        kept = caller.create_queue(QueueName="batched")
    elif service == "sns":
        kept = caller.create_topic(Name="batched")
    else:
        kept = {"StreamName": f"batched-{os.getpid()}"}
        caller.create_stream(ShardCount=1, **kept)
    getattr(caller, method)(**parameters(kept))
    records = [record for record in gateway.take(2) if record["eventName"].lower() == method.replace("_", "")]
    assert len(records) == 1
    text = json.dumps(records[0])
    assert all(f'"{name}"' in text for name in ids)
    assert "private words" not in text and "cHJpdmF0ZSB3b3Jkc" not in text
