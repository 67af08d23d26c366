# SPDX-License-Identifier: Apache-2.0
"""Two accounts on one daemon: neither sees, changes nor counts what is the other's."""
import pytest

import records
from aws_errors import aws_error
from cairn_daemon import ACCOUNT, eventually

OTHER = "210987654321"


@pytest.fixture(scope="module")
def other_key(shared_daemon):
    answer = shared_daemon.cairn("CreateKey", {"AccountId": OTHER, "UserName": "olga", "Role": "admin"})
    assert answer.status == 200, answer
    key = answer.json()["Key"]
    assert key["Arn"] == f"arn:aws:iam::{OTHER}:user/olga"
    return key["AccessKeyId"], key["SecretAccessKey"]


def looked_up(daemon, key=None):
    pages = daemon.client("cloudtrail", key=key).get_paginator("lookup_events").paginate()
    return {event["EventId"] for page in pages for event in page["Events"]}


def test_each_account_looks_up_its_own_events(shared_daemon, other_key):
    mine, theirs = records.record(), records.record(account=OTHER)
    assert shared_daemon.send([mine, theirs]).json()["Accepted"] == 2  # the root key may send for every account that has a key
    eventually(lambda: mine["eventID"] in looked_up(shared_daemon) and theirs["eventID"] in looked_up(shared_daemon, other_key))
    assert theirs["eventID"] not in looked_up(shared_daemon)
    assert mine["eventID"] not in looked_up(shared_daemon, other_key)
    found = shared_daemon.cairn("Search", {"Filters": [{"Name": "EventId", "Value": mine["eventID"]}]}, key=other_key)
    assert found.json()["Events"] == []


def test_a_key_sends_for_its_own_account_alone(shared_daemon, other_key):
    answer = shared_daemon.send([records.record(), records.record(account=OTHER)], key=other_key).json()
    assert [row["Status"] for row in answer["Records"]] == ["refused", "accepted"]


def test_an_event_id_taken_by_another_account_is_a_conflict_that_tells_nothing_of_it(shared_daemon, other_key):
    mine = records.record()
    theirs = dict(records.record(account=OTHER), eventID=mine["eventID"])
    assert shared_daemon.send([mine]).json()["Accepted"] == 1
    assert shared_daemon.send([theirs], key=other_key).json()["Refused"] == 1

    def attempts():
        client = shared_daemon.client("cloudtrail", key=other_key)
        return client.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "EventIdConflict"}])["Events"]

    attempt = eventually(attempts)[0]["CloudTrailEvent"]
    assert mine["eventID"] in attempt and ACCOUNT not in attempt


def test_trails_and_buckets_of_another_account_are_out_of_reach(shared_daemon, other_key):
    s3, trails = shared_daemon.client("s3"), shared_daemon.client("cloudtrail")
    s3.create_bucket(Bucket="mine")
    s3.put_object(Bucket="mine", Key="secret", Body=b"x")
    arn = trails.create_trail(Name="mine", S3BucketName="mine", IsMultiRegionTrail=True)["TrailARN"]
    their_s3, their_trails = shared_daemon.client("s3", key=other_key), shared_daemon.client("cloudtrail", key=other_key)
    assert their_trails.describe_trails()["trailList"] == []
    assert their_trails.list_trails()["Trails"] == []
    for call in (their_trails.get_trail, their_trails.get_trail_status, their_trails.stop_logging, their_trails.delete_trail):
        with aws_error("TrailNotFoundException"):
            call(Name=arn)
    assert [bucket["Name"] for bucket in their_s3.list_buckets()["Buckets"]] == []
    for call in (lambda: their_s3.get_object(Bucket="mine", Key="secret"), lambda: their_s3.list_objects_v2(Bucket="mine"),
                 lambda: their_s3.put_object(Bucket="mine", Key="more", Body=b"x"), lambda: their_s3.delete_bucket(Bucket="mine")):
        with aws_error("AccessDenied", status=403):
            call()
    with aws_error("BucketAlreadyExists", status=409):
        their_s3.create_bucket(Bucket="mine")
    with aws_error("InsufficientS3BucketPolicyException"):
        their_trails.create_trail(Name="theirs", S3BucketName="mine")
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["mine"]
    trails.delete_trail(Name="mine")


def test_an_admin_of_another_account_makes_keys_of_that_account_only(shared_daemon, other_key):
    made = shared_daemon.cairn("CreateKey", {"UserName": "oscar", "Role": "auditor"}, key=other_key).json()["Key"]
    assert made["AccountId"] == OTHER
    refused = shared_daemon.cairn("CreateKey", {"AccountId": ACCOUNT, "UserName": "mallory", "Role": "admin"}, key=other_key)
    assert (refused.status, refused.error) == (400, "AccessDeniedException")
    listed = {key["AccountId"] for key in shared_daemon.cairn("ListKeys", key=other_key).json()["Keys"]}
    assert listed == {OTHER}
    assert shared_daemon.cairn("DisableKey", {"AccessKeyId": shared_daemon.key[0]}, key=other_key).status == 400
    assert shared_daemon.cairn("GetStatus").status == 200
