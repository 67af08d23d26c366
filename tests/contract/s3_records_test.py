# SPDX-License-Identifier: Apache-2.0
"""Calls to the S3 door as the events that they leave: names, parameters, resources, and no secret among them (P6)."""
import json
import urllib.parse
import uuid

import pytest

from aws_errors import aws_error
from cairn_daemon import ACCOUNT, eventually


@pytest.fixture(scope="module")
def s3(shared_daemon):
    return shared_daemon.client("s3", signature_version="s3v4")


@pytest.fixture
def bucket(s3):
    name = f"seen-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def recorded(shared_daemon, bucket):
    """recorded("GetObject") is the newest event of that name on the bucket."""
    def find(name, category="Data"):
        def ask():
            answer = shared_daemon.cairn("Search", {"Categories": [category], "Filters": [
                {"Name": "EventName", "Value": name}, {"Name": "ResourceName", "Value": bucket}]})
            return answer.json().get("Events")
        return json.loads(eventually(ask)[0]["CloudTrailEvent"])

    return find


def test_a_put_is_a_data_event_of_object_and_bucket(s3, bucket, recorded):
    s3.put_object(Bucket=bucket, Key="a b/\u00fc", Body=b"hello")
    event = recorded("PutObject")
    assert (event["eventSource"], event["eventCategory"], event["readOnly"], event["managementEvent"]) == ("s3.amazonaws.com", "Data", False, False)
    assert (event["requestParameters"]["bucketName"], event["requestParameters"]["key"]) == (bucket, "a b/\u00fc")
    assert event["resources"] == [{"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::{bucket}/a b/\u00fc"},
                                  {"accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{bucket}"}]
    assert event["additionalEventData"]["bytesTransferredIn"] == 5
    assert len(event["requestID"]) == 16
    assert event["userAgent"].startswith("[") and not event["userAgent"].startswith("[[")


def test_calls_on_buckets_are_management_events(s3, bucket, recorded):
    s3.get_bucket_acl(Bucket=bucket)
    event = recorded("GetBucketAcl", "Management")
    assert (event["readOnly"], event["requestParameters"]["acl"]) == (True, "")


def test_a_refused_call_has_its_error(s3, bucket, recorded):
    with aws_error("NoSuchKey", "The specified key does not exist.", status=404):
        s3.get_object(Bucket=bucket, Key="nothing")
    event = recorded("GetObject")
    assert (event["errorCode"], event["errorMessage"], event["responseElements"]) == ("NoSuchKey", "The specified key does not exist.", None)


def test_deleting_many_names_each_object(s3, bucket, recorded):
    for key in ("x", "y"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"1")
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "x"}, {"Key": "y"}]})
    arns = [resource["ARN"] for resource in recorded("DeleteObjects")["resources"]]
    assert arns == [f"arn:aws:s3:::{bucket}/x", f"arn:aws:s3:::{bucket}/y", f"arn:aws:s3:::{bucket}"]


def test_a_presigned_address_leaves_no_signature_behind(shared_daemon, s3, bucket, recorded):
    s3.put_object(Bucket=bucket, Key="shared", Body=b"12345")
    address = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "shared"}, ExpiresIn=60)
    signature = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)["X-Amz-Signature"][0]
    assert shared_daemon.request("GET", address.partition(shared_daemon.url)[2], sign=None).body == b"12345"
    event = recorded("GetObject")
    assert event["additionalEventData"]["AuthenticationMethod"] == "QueryString"
    assert event["additionalEventData"]["bytesTransferredOut"] == 5
    assert event["requestParameters"]["X-Amz-Expires"] == "60"
    assert signature not in json.dumps(event) and "X-Amz-Credential" not in event["requestParameters"]


def test_who_cannot_prove_to_be_somebody_leaves_no_event(shared_daemon, bucket, recorded):
    forger = shared_daemon.client("s3", key=(shared_daemon.key[0], "wrong"))
    with aws_error("SignatureDoesNotMatch", status=403):
        forger.delete_bucket(Bucket=bucket)
    recorded("CreateBucket", "Management")
    answer = shared_daemon.cairn("Search", {"Categories": ["Management"], "Filters": [
        {"Name": "EventName", "Value": "DeleteBucket"}, {"Name": "ResourceName", "Value": bucket}]})
    assert answer.json()["Events"] == []
