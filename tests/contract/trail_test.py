# SPDX-License-Identifier: Apache-2.0
"""Trails through boto3: every operation, good and bad input, with AWS's own errors (P4, P5)."""
import datetime
import uuid

import pytest

from aws_errors import aws_error
from cairn_daemon import ACCOUNT, eventually


def arn_of(name, region="us-east-1", account=ACCOUNT):
    return f"arn:aws:cloudtrail:{region}:{account}:trail/{name}"


def members(response):
    return {name: value for name, value in response.items() if name != "ResponseMetadata"}


# CreateTrail

def test_create_trail_answers_what_it_made_and_no_more(trails, bucket):
    made = members(trails.create_trail(Name="main", S3BucketName=bucket, S3KeyPrefix="logs", EnableLogFileValidation=True))
    assert made == {"Name": "main", "S3BucketName": bucket, "S3KeyPrefix": "logs", "IncludeGlobalServiceEvents": True,
                    "IsMultiRegionTrail": False, "TrailARN": arn_of("main"), "LogFileValidationEnabled": True,
                    "IsOrganizationTrail": False}


def test_every_answer_carries_a_request_id(trails):
    assert uuid.UUID(trails.describe_trails()["ResponseMetadata"]["RequestId"])


def test_a_new_trail_does_not_log_until_it_is_started(trails, trail):
    assert trails.get_trail_status(Name=trail)["IsLogging"] is False


@pytest.mark.parametrize("name, words", [
    ("ab", ["too short", "2"]),
    ("a" * 129, ["too long", "129"]),
    (".main", ["starts with"]),
    ("main-", ["ends with"]),
    ("ma/in", ["can only contain"]),
    ("my--trail", []),
    ("my-_trail", []),
    ("192.0.2.1", []),
])
def test_a_bad_name_is_refused_as_aws_does(trails, bucket, name, words):
    with aws_error("InvalidTrailNameException", *words):
        trails.create_trail(Name=name, S3BucketName=bucket)
    assert trails.list_trails()["Trails"] == []


def test_a_name_that_is_taken_is_refused(trails, trail, bucket):
    with aws_error("TrailAlreadyExistsException", "main", ACCOUNT):
        trails.create_trail(Name="main", S3BucketName=bucket)


def test_a_bucket_that_is_not_there_is_refused(trails):
    with aws_error("S3BucketDoesNotExistException", "nowhere-at-all"):
        trails.create_trail(Name="main", S3BucketName="nowhere-at-all")


@pytest.mark.parametrize("fields, error", [
    ({"S3BucketName": "Not_A_Bucket"}, "InvalidS3BucketNameException"),
    ({"S3KeyPrefix": "p" * 201}, "InvalidS3PrefixException"),
    ({"IsMultiRegionTrail": True, "IncludeGlobalServiceEvents": False}, "InvalidParameterCombinationException"),
    ({"TagsList": [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}]}, "InvalidTagParameterException"),
    ({"TagsList": [{"Key": f"k{number}", "Value": "v"} for number in range(51)]}, "TagsLimitExceededException"),
])
def test_create_trail_refuses_bad_fields(trails, bucket, fields, error):
    with aws_error(error):
        trails.create_trail(**{"Name": "main", "S3BucketName": bucket, **fields})
    assert trails.list_trails()["Trails"] == []


def test_a_region_holds_five_trails(trails, bucket):
    for number in range(5):
        trails.create_trail(Name=f"trail-{number}", S3BucketName=bucket)
    with aws_error("MaximumNumberOfTrailsExceededException", "already has 5 trails", ACCOUNT, "us-east-1"):
        trails.create_trail(Name="trail-6", S3BucketName=bucket)


def test_create_trail_without_its_required_members_is_refused(shared_daemon):
    answer = shared_daemon.call("CreateTrail", {"S3BucketName": "audit"})
    assert answer.status == 400
    assert "Exception" in answer.error


# Reading trails

def test_describe_get_and_list_agree(trails, trail, bucket):
    expected = {"Name": "main", "S3BucketName": bucket, "IncludeGlobalServiceEvents": True, "IsMultiRegionTrail": True,
                "HomeRegion": "us-east-1", "TrailARN": trail, "LogFileValidationEnabled": False, "HasCustomEventSelectors": False,
                "HasInsightSelectors": False, "IsOrganizationTrail": False}
    assert trails.describe_trails()["trailList"] == [expected]
    assert trails.describe_trails(trailNameList=["main"])["trailList"] == [expected]
    assert trails.get_trail(Name="main")["Trail"] == expected
    assert trails.get_trail(Name=trail)["Trail"] == expected
    assert trails.list_trails()["Trails"] == [{"TrailARN": trail, "Name": "main", "HomeRegion": "us-east-1"}]


def test_unknown_names_are_left_out_of_describe_and_refused_by_get(trails, trail):
    assert trails.describe_trails(trailNameList=["other"])["trailList"] == []
    with aws_error("TrailNotFoundException", "other", ACCOUNT):
        trails.get_trail(Name="other")
    with aws_error("TrailNotFoundException", arn_of("other")):
        trails.get_trail_status(Name="other")


def test_a_multi_region_trail_has_a_shadow_in_other_regions(shared_daemon, trails, trail):
    elsewhere = shared_daemon.client("cloudtrail", region="eu-west-1")
    shadows = elsewhere.describe_trails()["trailList"]
    assert [(shadow["TrailARN"], shadow["HomeRegion"]) for shadow in shadows] == [(trail, "us-east-1")]
    assert elsewhere.describe_trails(includeShadowTrails=False)["trailList"] == []
    assert elsewhere.get_trail(Name=trail)["Trail"]["HomeRegion"] == "us-east-1"
    for change in (lambda: elsewhere.stop_logging(Name=trail), lambda: elsewhere.delete_trail(Name=trail),
                   lambda: elsewhere.update_trail(Name=trail, S3KeyPrefix="x")):
        with aws_error("InvalidHomeRegionException"):
            change()


def test_a_single_region_trail_is_seen_in_its_region_only(shared_daemon, trails, bucket):
    trails.create_trail(Name="local", S3BucketName=bucket)
    assert shared_daemon.client("cloudtrail", region="eu-west-1").describe_trails()["trailList"] == []


# Changing trails

def test_update_trail_changes_what_it_names_and_keeps_the_rest(shared_daemon, trails, trail, bucket):
    shared_daemon.client("s3").create_bucket(Bucket="other-audit")
    updated = members(trails.update_trail(Name="main", S3BucketName="other-audit", EnableLogFileValidation=True))
    assert updated["S3BucketName"] == "other-audit"
    assert updated["LogFileValidationEnabled"] is True
    assert updated["IsMultiRegionTrail"] is True
    assert trails.get_trail(Name=trail)["Trail"]["S3BucketName"] == "other-audit"


def test_a_trail_that_becomes_single_region_leaves_global_events(trails, trail):
    updated = trails.update_trail(Name="main", IsMultiRegionTrail=False)
    assert updated["IncludeGlobalServiceEvents"] is False
    assert trails.update_trail(Name="main", IsMultiRegionTrail=True)["IncludeGlobalServiceEvents"] is True


@pytest.mark.parametrize("operation", ["update_trail", "delete_trail", "start_logging", "stop_logging"])
def test_changes_of_an_unknown_trail_are_refused(trails, operation):
    with aws_error("TrailNotFoundException", arn_of("nothing"), ACCOUNT):
        getattr(trails, operation)(Name="nothing")


@pytest.mark.parametrize("arn", ["arn:aws:cloudtrail:us-east-1:123456789012:trial/main", "arn:aws:s3:::audit",
                                 "arn:aws:cloudtrail:us-east-1:12:trail/main"])
def test_a_malformed_arn_is_refused(trails, arn):
    with aws_error("CloudTrailARNInvalidException"):
        trails.start_logging(Name=arn)


def test_start_and_stop_are_seen_in_the_status(trails, trail):
    before = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=2)
    trails.start_logging(Name="main")
    status = trails.get_trail_status(Name="main")
    assert status["IsLogging"] is True
    assert status["StartLoggingTime"] >= before
    assert status["TimeLoggingStarted"].startswith("20") and status["TimeLoggingStopped"] == ""
    trails.stop_logging(Name="main")
    status = trails.get_trail_status(Name="main")
    assert status["IsLogging"] is False
    assert status["StopLoggingTime"] >= status["StartLoggingTime"]


def test_delete_takes_the_trail_and_leaves_the_bucket(shared_daemon, trails, trail, bucket):
    trails.delete_trail(Name="main")
    assert trails.describe_trails()["trailList"] == []
    shared_daemon.client("s3").head_bucket(Bucket=bucket)


# Event selectors

def test_a_new_trail_selects_all_management_events(trails, trail):
    answer = members(trails.get_event_selectors(TrailName="main"))
    assert answer == {"TrailARN": trail, "EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True,
                                                             "DataResources": [], "ExcludeManagementEventSources": []}]}


def test_basic_selectors_are_kept_as_put(trails, trail):
    selectors = [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True,
                  "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::photos/", "arn:aws:s3:::audit/raw"]},
                                    {"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}],
                  "ExcludeManagementEventSources": ["kms.amazonaws.com"]}]
    assert trails.put_event_selectors(TrailName="main", EventSelectors=selectors)["EventSelectors"] == selectors
    assert trails.get_event_selectors(TrailName=trail)["EventSelectors"] == selectors
    assert trails.get_trail(Name="main")["Trail"]["HasCustomEventSelectors"] is True


def test_advanced_selectors_take_the_place_of_basic_ones(trails, trail):
    selectors = [
        {"Name": "writes", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "readOnly", "Equals": ["false"]},
                                              {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]}]},
        {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
                            {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::photos/"], "NotEndsWith": [".tmp"]},
                            {"Field": "userIdentity.arn", "NotStartsWith": ["arn:aws:sts::"]}]},
        {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["NetworkActivity"]}, {"Field": "eventSource", "Equals": ["s3.amazonaws.com"]},
                            {"Field": "errorCode", "Equals": ["VpceAccessDenied"]}]},
    ]
    trails.put_event_selectors(TrailName="main", AdvancedEventSelectors=selectors)
    answer = trails.get_event_selectors(TrailName="main")
    assert "EventSelectors" not in answer
    shown = answer["AdvancedEventSelectors"]
    assert [selector.get("Name") or None for selector in shown] == ["writes", None, None]
    assert [selector["FieldSelectors"] for selector in shown] == [selector["FieldSelectors"] for selector in selectors]


def data_resource(value, kind="AWS::S3::Object"):
    return [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [{"Type": kind, "Values": [value]}]}]


@pytest.mark.parametrize("selectors", [
    data_resource("arn:aws:s3:::photos"),
    data_resource("arn:aws:s3:::*"),
    data_resource("photos/"),
    data_resource("arn:aws:lambda:*", "AWS::Lambda::Function"),
    data_resource("arn:aws:sqs:us-east-1:123456789012:q", "AWS::SQS::Queue"),
    [{"ReadWriteType": "Sometimes"}],
    [{"ExcludeManagementEventSources": ["s3.amazonaws.com"]}],
    [{"ReadWriteType": "All"}] * 6,
    [{"DataResources": [{"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::b/{number}" for number in range(251)]}]}],
])
def test_bad_basic_selectors_are_refused(trails, trail, selectors):
    with aws_error("InvalidEventSelectorsException"):
        trails.put_event_selectors(TrailName="main", EventSelectors=selectors)
    assert trails.get_trail(Name="main")["Trail"]["HasCustomEventSelectors"] is False


def fields(*more, category="Data"):
    return [{"FieldSelectors": [{"Field": "eventCategory", "Equals": [category]}, *more]}]


S3_OBJECT = {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}


@pytest.mark.parametrize("selectors", [
    fields(),  # resources.type is missing
    fields(S3_OBJECT, {"Field": "resources.type", "Equals": ["AWS::SQS::Queue"]}),
    fields({"Field": "resources.type", "Equals": ["AWS::S3::Object", "AWS::SQS::Queue"]}),
    fields(S3_OBJECT, {"Field": "resources.ARN", "Equals": ["photos"]}),
    fields(S3_OBJECT, {"Field": "colour", "Equals": ["red"]}),
    fields(S3_OBJECT, {"Field": "readOnly", "Equals": ["maybe"]}),
    fields(S3_OBJECT, {"Field": "eventName", "Equals": [f"Name{number}" for number in range(501)]}),
    fields({"Field": "eventName", "Equals": ["CreateBucket"]}, category="Management"),
    fields({"Field": "eventSource", "Equals": ["s3.amazonaws.com"]}, category="Management"),
    fields({"Field": "eventSource", "NotEquals": ["s3.amazonaws.com"]}, category="Management"),
    fields(category="NetworkActivity"),  # eventSource is missing
    fields(category="Insight"),
    [{"FieldSelectors": [{"Field": "readOnly", "Equals": ["true"]}]}],
])
def test_bad_advanced_selectors_are_refused(trails, trail, selectors):
    with aws_error("InvalidEventSelectorsException"):
        trails.put_event_selectors(TrailName="main", AdvancedEventSelectors=selectors)
    assert trails.get_trail(Name="main")["Trail"]["HasCustomEventSelectors"] is False


# Tags and keys

def test_tags_are_added_listed_and_removed(trails, trail):
    trails.add_tags(ResourceId=trail, TagsList=[{"Key": "team", "Value": "security"}, {"Key": "empty"}])
    trails.add_tags(ResourceId=trail, TagsList=[{"Key": "team", "Value": "platform"}])
    listed = trails.list_tags(ResourceIdList=[trail])["ResourceTagList"]
    assert listed[0]["ResourceId"] == trail
    assert {tag["Key"]: tag.get("Value") for tag in listed[0]["TagsList"]}["team"] == "platform"
    trails.remove_tags(ResourceId=trail, TagsList=[{"Key": "team"}, {"Key": "empty"}])
    assert trails.list_tags(ResourceIdList=[trail])["ResourceTagList"][0]["TagsList"] == []


def test_bad_tags_are_refused(trails, trail):
    with aws_error("TagsLimitExceededException"):
        trails.add_tags(ResourceId=trail, TagsList=[{"Key": f"k{number}", "Value": "v"} for number in range(51)])
    with aws_error("InvalidTagParameterException"):
        trails.add_tags(ResourceId=trail, TagsList=[{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}])
    with aws_error("CloudTrailARNInvalidException"):
        trails.add_tags(ResourceId="main", TagsList=[{"Key": "k", "Value": "1"}])
    with aws_error("ResourceNotFoundException"):
        trails.add_tags(ResourceId=arn_of("nothing"), TagsList=[{"Key": "k", "Value": "1"}])


def test_the_public_keys_of_the_present_are_listed(trails):
    keys = trails.list_public_keys()["PublicKeyList"]
    for key in keys:
        assert key["ValidityStartTime"] < key["ValidityEndTime"]
        assert len(key["Fingerprint"]) == 32
    with aws_error("InvalidTimeRangeException"):
        trails.list_public_keys(StartTime=2000, EndTime=1000)


# The wire

def test_both_target_prefixes_are_the_same_operation(shared_daemon):
    for prefix in ("CloudTrail_20131101.", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101."):
        answer = shared_daemon.call("DescribeTrails", {}, target=prefix)
        assert (answer.status, list(answer.json())) == (200, ["trailList"])
        assert answer.headers["content-type"] == "application/x-amz-json-1.1"


@pytest.mark.parametrize("body, error", [
    (b"not json", "SerializationException"),
    (b"[]", "SerializationException"),
    (b'{"Name": 5, "S3BucketName": "audit"}', "SerializationException"),
    (b'{"Name": "main", "S3BucketName": "audit", "IsMultiRegionTrail": "yes"}', "SerializationException"),
])
def test_a_body_of_the_wrong_shape_is_a_serialization_error(shared_daemon, body, error):
    answer = shared_daemon.call("CreateTrail", body)
    assert (answer.status, answer.error) == (400, error)


def test_an_unknown_operation_is_named_so(shared_daemon):
    answer = shared_daemon.call("MakeTea", {})
    assert (answer.status, answer.error) == (400, "UnknownOperationException")


# Self-recording

def test_each_call_is_an_event_itself_with_awss_parameter_casing(shared_daemon, trails, trail):
    trails.start_logging(Name="main")

    def newest(name):
        events = trails.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}])["Events"]
        return events[0]["CloudTrailEvent"]

    shared_daemon.catch_up()
    made = newest("CreateTrail")
    assert '"s3BucketName":"audit"' in made and '"eventSource":"cloudtrail.amazonaws.com"' in made
    assert '"trailARN":"' in made
    assert '"name":"main"' in newest("StartLogging")
