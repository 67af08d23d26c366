# SPDX-License-Identifier: Apache-2.0
"""What trails may be and may not be: AWS's limits, regions, buckets, and what Cairn does not have (P5)."""
import json

import pytest

from aws_errors import aws_error
from cairn_daemon import ACCOUNT, eventually

ROLE = f"arn:aws:iam::{ACCOUNT}:role/logs"
LOG_GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:trail:*"


def arn_of(name, region="us-east-1", account=ACCOUNT):
    return f"arn:aws:cloudtrail:{region}:{account}:trail/{name}"


@pytest.fixture
def elsewhere(shared_daemon):
    """A client of the same account in a region that is no trail's home."""
    return shared_daemon.client("cloudtrail", region="eu-west-1")


# Names and ARNs, of every operation that takes one

BY_NAME = {
    "delete_trail": lambda client, name: client.delete_trail(Name=name),
    "get_event_selectors": lambda client, name: client.get_event_selectors(TrailName=name),
    "get_trail": lambda client, name: client.get_trail(Name=name),
    "get_trail_status": lambda client, name: client.get_trail_status(Name=name),
    "put_event_selectors": lambda client, name: client.put_event_selectors(TrailName=name, EventSelectors=[{}]),
    "start_logging": lambda client, name: client.start_logging(Name=name),
    "stop_logging": lambda client, name: client.stop_logging(Name=name),
    "update_trail": lambda client, name: client.update_trail(Name=name, S3KeyPrefix="x"),
}


@pytest.mark.parametrize("operation", BY_NAME)
@pytest.mark.parametrize("name, error", [
    ("nothing", "TrailNotFoundException"),
    (arn_of("nothing"), "TrailNotFoundException"),
    (arn_of("main", account="210987654321"), "TrailNotFoundException"),
    ("x", "InvalidTrailNameException"),
    ("ma in", "InvalidTrailNameException"),
    ("arn:aws:cloudtrail:us-east-1:12:trail/main", "CloudTrailARNInvalidException"),
    (f"arn:aws:s3:us-east-1:{ACCOUNT}:trail/main", "CloudTrailARNInvalidException"),
])
def test_a_trail_that_is_not_there_or_misnamed_is_refused(trails, trail, operation, name, error):
    with aws_error(error):
        BY_NAME[operation](trails, name)
    assert [shown["TrailARN"] for shown in trails.list_trails()["Trails"]] == [trail]


READS = ["get_event_selectors", "get_trail", "get_trail_status"]


@pytest.mark.parametrize("operation", READS)
def test_in_another_region_a_trail_is_read_by_its_arn_alone(trails, trail, elsewhere, operation):
    BY_NAME[operation](elsewhere, trail)
    with aws_error("TrailNotFoundException"):
        BY_NAME[operation](elsewhere, "main")


@pytest.mark.parametrize("operation", sorted(BY_NAME.keys() - set(READS)))
def test_in_another_region_a_trail_cannot_be_changed(trails, trail, elsewhere, operation):
    for name in (trail, "main"):
        with aws_error("InvalidHomeRegionException"):
            BY_NAME[operation](elsewhere, name)
    assert trails.get_trail(Name="main")["Trail"]["TrailARN"] == trail


def test_describe_finds_arns_anywhere_and_names_at_home_only(trails, trail, elsewhere):
    def described(client, **parameters):
        return [shown["TrailARN"] for shown in client.describe_trails(**parameters)["trailList"]]

    assert described(trails, trailNameList=["main", trail]) in ([trail], [trail, trail])
    assert described(elsewhere, trailNameList=[trail]) == [trail]
    assert described(elsewhere, trailNameList=["main"]) == []
    with aws_error("CloudTrailARNInvalidException"):
        described(trails, trailNameList=["arn:aws:cloudtrail:nowhere"])


def test_list_trails_shows_the_trails_of_every_region(trails, trail, elsewhere):
    there = elsewhere.create_trail(Name="there", S3BucketName="audit")["TrailARN"]
    for client in (trails, elsewhere):
        assert {(shown["TrailARN"], shown["HomeRegion"]) for shown in client.list_trails()["Trails"]} == {
            (trail, "us-east-1"), (there, "eu-west-1")}
    with aws_error("InvalidTokenException"):
        trails.list_trails(NextToken="made up")


# How many

def test_a_shadow_counts_in_its_region(trails, elsewhere, bucket):
    for number in range(5):
        trails.create_trail(Name=f"trail-{number}", S3BucketName=bucket, IsMultiRegionTrail=True)
    with aws_error("MaximumNumberOfTrailsExceededException", "already has 5 trails", "eu-west-1"):
        elsewhere.create_trail(Name="one-more", S3BucketName=bucket)


def test_a_trail_cannot_become_multi_region_where_another_region_is_full(trails, elsewhere, bucket):
    trails.create_trail(Name="main", S3BucketName=bucket)
    for number in range(5):
        elsewhere.create_trail(Name=f"trail-{number}", S3BucketName=bucket)
    with aws_error("MaximumNumberOfTrailsExceededException"):
        trails.update_trail(Name="main", IsMultiRegionTrail=True)
    assert trails.get_trail(Name="main")["Trail"]["IsMultiRegionTrail"] is False


# What Cairn does not have: refused as AWS refuses what it cannot reach, never accepted and ignored

@pytest.mark.parametrize("fields, error", [
    ({"SnsTopicName": "topic"}, "InsufficientSnsTopicPolicyException"),
    ({"SnsTopicName": "no topic"}, "InvalidSnsTopicNameException"),
    ({"CloudWatchLogsLogGroupArn": LOG_GROUP}, "InvalidCloudWatchLogsRoleArnException"),
    ({"CloudWatchLogsRoleArn": ROLE}, "InvalidCloudWatchLogsLogGroupArnException"),
    ({"CloudWatchLogsLogGroupArn": LOG_GROUP, "CloudWatchLogsRoleArn": ROLE}, "InvalidCloudWatchLogsLogGroupArnException"),
    ({"KmsKeyId": "alias/trail"}, "KmsKeyNotFoundException"),
    ({"KmsKeyId": "two words"}, "InvalidKmsKeyIdException"),
    ({"IsOrganizationTrail": True}, "OrganizationsNotInUseException"),
])
def test_topics_log_groups_keys_and_organizations_are_refused(trails, trail, bucket, fields, error):
    with aws_error(error):
        trails.create_trail(Name="second", S3BucketName=bucket, **fields)
    with aws_error(error):
        trails.update_trail(Name="main", **fields)
    assert [shown["Name"] for shown in trails.list_trails()["Trails"]] == ["main"]


def test_empty_texts_clear_and_pass(trails, trail):
    updated = trails.update_trail(Name="main", SnsTopicName="", KmsKeyId="", CloudWatchLogsLogGroupArn="", CloudWatchLogsRoleArn="")
    assert not {"SnsTopicName", "SnsTopicARN", "KmsKeyId", "CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn"} & set(updated)


# UpdateTrail

@pytest.mark.parametrize("fields, error", [
    ({"S3BucketName": "nowhere-at-all"}, "S3BucketDoesNotExistException"),
    ({"S3BucketName": "Not_A_Bucket"}, "InvalidS3BucketNameException"),
    ({"S3KeyPrefix": "p" * 201}, "InvalidS3PrefixException"),
    ({"IncludeGlobalServiceEvents": False}, "InvalidParameterCombinationException"),
])
def test_update_trail_refuses_bad_fields_and_changes_nothing(trails, trail, fields, error):
    before = trails.get_trail(Name="main")["Trail"]
    with aws_error(error):
        trails.update_trail(Name="main", EnableLogFileValidation=True, **fields)
    assert trails.get_trail(Name="main")["Trail"] == before


def test_start_and_stop_can_be_repeated(trails, trail):
    for call in (trails.stop_logging, trails.start_logging, trails.start_logging, trails.stop_logging, trails.stop_logging):
        call(Name="main")
    assert trails.get_trail_status(Name="main")["IsLogging"] is False


def test_a_name_is_free_again_once_its_trail_is_deleted(trails, trail, bucket):
    trails.start_logging(Name="main")
    trails.delete_trail(Name="main")
    with aws_error("TrailNotFoundException"):
        trails.delete_trail(Name="main")
    trails.create_trail(Name="main", S3BucketName=bucket)
    assert trails.get_trail_status(Name="main")["IsLogging"] is False


def test_the_status_has_every_member_that_aws_gives(start_daemon):
    daemon = start_daemon("--delivery-interval", "1s", "--digest-interval", "2s")
    daemon.client("s3").create_bucket(Bucket="audit")
    trails = daemon.client("cloudtrail")
    trails.create_trail(Name="main", S3BucketName="audit", EnableLogFileValidation=True)
    old = {"LatestDeliveryAttemptTime", "LatestNotificationAttemptTime", "LatestNotificationAttemptSucceeded",
           "LatestDeliveryAttemptSucceeded", "TimeLoggingStarted", "TimeLoggingStopped"}

    def status():
        answer = trails.get_trail_status(Name="main")
        return {name: value for name, value in answer.items() if name != "ResponseMetadata"}

    assert status() == {"IsLogging": False, **dict.fromkeys(old, "")}
    trails.start_logging(Name="main")
    eventually(lambda: {"LatestDeliveryTime", "LatestDigestDeliveryTime"} <= set(status()), every_s=0.2)
    trails.stop_logging(Name="main")
    last = status()
    assert set(last) == old | {"IsLogging", "LatestDeliveryTime", "LatestDigestDeliveryTime", "StartLoggingTime", "StopLoggingTime"}
    assert last["LatestDeliveryAttemptSucceeded"] == last["LatestDeliveryAttemptTime"] != ""
    assert last["LatestNotificationAttemptTime"] == ""


# Bucket policies as AWS checks them

def aws_policy(bucket, prefix="", account=ACCOUNT, name="main"):
    """The policy that AWS's documentation asks for."""
    here = {"StringEquals": {"aws:SourceArn": arn_of(name)}}
    key = f"{prefix}/AWSLogs/{account}/*" if prefix else f"AWSLogs/{account}/*"
    service = {"Service": "cloudtrail.amazonaws.com"}
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{bucket}", "Condition": here},
        {"Effect": "Allow", "Principal": service, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/{key}",
         "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": arn_of(name)}}}]})


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    from cairn_daemon import daemons

    with daemons(tmp_path_factory.mktemp("strict")) as start:
        yield start("--bucket-policy", "enforce")


@pytest.mark.parametrize("policy", [
    None,
    aws_policy("other-bucket"),
    aws_policy("strict", prefix="elsewhere"),
    aws_policy("strict", account="210987654321"),
    aws_policy("strict", name="other"),
    aws_policy("strict").replace("s3:GetBucketAcl", "s3:GetBucketLocation"),
    aws_policy("strict").replace("cloudtrail.amazonaws.com", "config.amazonaws.com"),
    aws_policy("strict").replace("bucket-owner-full-control", "private"),
    aws_policy("strict").replace('"Allow"', '"Deny"'),
])
def test_a_bucket_whose_policy_does_not_let_cloudtrail_write_is_refused(strict, policy):
    s3, trails = strict.client("s3"), strict.client("cloudtrail")
    s3.create_bucket(Bucket="strict")
    try:
        if policy:
            s3.put_bucket_policy(Bucket="strict", Policy=policy)
        with aws_error("InsufficientS3BucketPolicyException", "Incorrect S3 bucket policy is detected for bucket: strict"):
            trails.create_trail(Name="main", S3BucketName="strict")
    finally:
        s3.delete_bucket(Bucket="strict")
    assert trails.list_trails()["Trails"] == []


def test_aws_own_policy_is_enough_and_is_asked_for_again_by_update(strict):
    s3, trails = strict.client("s3"), strict.client("cloudtrail")
    for bucket in ("good-policy", "no-policy"):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_policy(Bucket="good-policy", Policy=aws_policy("good-policy", "logs"))
    trails.create_trail(Name="main", S3BucketName="good-policy", S3KeyPrefix="logs")
    for change in ({"S3BucketName": "no-policy"}, {"S3KeyPrefix": "other"}):
        with aws_error("InsufficientS3BucketPolicyException"):
            trails.update_trail(Name="main", **change)
    assert trails.get_trail(Name="main")["Trail"]["S3KeyPrefix"] == "logs"
    trails.delete_trail(Name="main")


# Tags

def test_tags_can_come_with_the_trail(trails, bucket):
    arn = trails.create_trail(Name="tagged", S3BucketName=bucket, TagsList=[{"Key": "team", "Value": "security"}])["TrailARN"]
    assert trails.list_tags(ResourceIdList=[arn])["ResourceTagList"] == [
        {"ResourceId": arn, "TagsList": [{"Key": "team", "Value": "security"}]}]


TAG = [{"Key": "k", "Value": "v"}]


@pytest.mark.parametrize("call", [
    lambda client, arn: client.add_tags(ResourceId=arn, TagsList=TAG),
    lambda client, arn: client.remove_tags(ResourceId=arn, TagsList=TAG),
    lambda client, arn: client.list_tags(ResourceIdList=[arn]),
])
@pytest.mark.parametrize("arn, error", [
    ("main", "CloudTrailARNInvalidException"),
    (f"arn:aws:s3:::{ACCOUNT}", "CloudTrailARNInvalidException"),
    (f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:teapot/main", "ResourceTypeNotSupportedException"),
    (arn_of("nothing"), "ResourceNotFoundException"),
    (arn_of("main", account="210987654321"), "ResourceNotFoundException"),
    (arn_of("main", region="eu-west-1"), "ResourceNotFoundException"),
])
def test_tags_of_what_is_no_trail_of_ours_are_refused(trails, trail, call, arn, error):
    with aws_error(error):
        call(trails, arn)


@pytest.mark.parametrize("tags, error", [
    ([{"Key": "aws:mine", "Value": "v"}], "InvalidTagParameterException"),
    ([{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}], "InvalidTagParameterException"),
    ([{"Key": f"key-{number}"} for number in range(50)], "TagsLimitExceededException"),
])
def test_bad_tags_are_refused_and_change_nothing(trails, trail, tags, error):
    trails.add_tags(ResourceId=trail, TagsList=[{"Key": "kept", "Value": "v"}])
    with aws_error(error):
        trails.add_tags(ResourceId=trail, TagsList=tags)
    assert trails.list_tags(ResourceIdList=[trail])["ResourceTagList"][0]["TagsList"] == [{"Key": "kept", "Value": "v"}]


@pytest.mark.parametrize("operation, parameters", [
    ("AddTags", {"ResourceId": arn_of("main"), "TagsList": [{"Key": "k" * 129, "Value": "v"}]}),
    ("AddTags", {"ResourceId": arn_of("main"), "TagsList": [{"Key": "", "Value": "v"}]}),
    ("AddTags", {"ResourceId": arn_of("main"), "TagsList": [{"Key": "k", "Value": "v" * 257}]}),
    ("AddTags", {"TagsList": TAG}),
    ("RemoveTags", {"ResourceId": arn_of("main")}),
    ("ListTags", {"ResourceIdList": [arn_of("main")] * 21}),
    ("ListTags", {}),
])
def test_tags_that_the_model_forbids_are_refused(shared_daemon, trails, trail, operation, parameters):
    answer = shared_daemon.call(operation, parameters)
    assert answer.status == 400
    assert answer.error in ("InvalidParameterException", "ValidationException", "InvalidTagParameterException")
    assert "1 validation error" in answer.json()["Message"]


# Public keys

def test_public_keys_are_found_by_the_time_they_were_valid(start_daemon):
    daemon = start_daemon("--delivery-interval", "1s", "--digest-interval", "1s", "--key-rotation-interval", "3s")
    daemon.client("s3").create_bucket(Bucket="audit")
    trails = daemon.client("cloudtrail")
    trails.create_trail(Name="main", S3BucketName="audit", EnableLogFileValidation=True)
    trails.start_logging(Name="main")
    keys = eventually(lambda: (lambda found: found if len(found) >= 3 else None)(
        trails.list_public_keys(StartTime=0)["PublicKeyList"]), every_s=0.2)
    assert len({key["Fingerprint"] for key in keys}) == len(keys)
    ordered = sorted(keys, key=lambda key: key["ValidityStartTime"])
    first = ordered[0]
    assert first["ValidityStartTime"] < first["ValidityEndTime"] <= ordered[-1]["ValidityEndTime"]
    found = trails.list_public_keys(StartTime=first["ValidityStartTime"], EndTime=first["ValidityStartTime"])["PublicKeyList"]
    assert first["Fingerprint"] in {key["Fingerprint"] for key in found}
    assert ordered[-1]["Fingerprint"] not in {key["Fingerprint"] for key in found}
    assert trails.list_public_keys(StartTime=1000, EndTime=2000)["PublicKeyList"] == []
    with aws_error("InvalidTimeRangeException"):
        trails.list_public_keys(StartTime=2000, EndTime=1000)
    with aws_error("InvalidTokenException"):
        trails.list_public_keys(NextToken="made up")
