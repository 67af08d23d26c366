# SPDX-License-Identifier: Apache-2.0
"""The messages that people know from AWS, to the letter (P5)."""
import pytest

from aws_errors import aws_error
from cairn_daemon import ACCOUNT

ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/nothing"


def create(**fields):
    return lambda client: client.create_trail(**{"Name": "fresh", "S3BucketName": "audit", **fields})


def select(kind, value):
    return lambda client: client.put_event_selectors(
        TrailName="main", EventSelectors=[{"DataResources": [{"Type": kind, "Values": [value]}]}])


@pytest.mark.parametrize("call, error, message", [
    (lambda client: client.start_logging(Name="nothing"), "TrailNotFoundException", f"Unknown trail: {ARN} for the user: {ACCOUNT}"),
    (lambda client: client.stop_logging(Name="nothing"), "TrailNotFoundException", f"Unknown trail: {ARN} for the user: {ACCOUNT}"),
    (lambda client: client.delete_trail(Name="nothing"), "TrailNotFoundException", f"Unknown trail: {ARN} for the user: {ACCOUNT}"),
    (lambda client: client.get_trail_status(Name="nothing"), "TrailNotFoundException", f"Unknown trail: {ARN} for the user: {ACCOUNT}"),
    (lambda client: client.get_trail(Name="nothing"), "TrailNotFoundException", f"Unknown trail: nothing for the user: {ACCOUNT}"),
    (create(Name="main"), "TrailAlreadyExistsException", f"Trail main already exists for customer: {ACCOUNT}"),
    (create(S3BucketName="nowhere-at-all"), "S3BucketDoesNotExistException", "S3 bucket nowhere-at-all does not exist!"),
    (create(S3BucketName="nowhere-at-all", IsMultiRegionTrail=True, IncludeGlobalServiceEvents=False),
     "InvalidParameterCombinationException", "Multi-Region trail must include global service events."),
    (create(Name="a"), "InvalidTrailNameException",
     "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 1 characters."),
    (create(Name="a" * 130), "InvalidTrailNameException",
     "Trail name too long. Maximum allowed length: 128 characters. Specified name length: 130 characters."),
    (create(Name="-trail"), "InvalidTrailNameException", "Trail name must starts with a letter or number."),
    (create(Name="trail-"), "InvalidTrailNameException", "Trail name must ends with a letter or number."),
    (create(Name="tr*il"), "InvalidTrailNameException", "Trail name or ARN can only contain uppercase letters, lowercase letters, "
     "numbers, periods (.), hyphens (-), and underscores (_)."),
    (create(SnsTopicName="topic"), "InsufficientSnsTopicPolicyException", "SNS Topic does not exist or the topic policy is incorrect!"),
    (create(CloudWatchLogsLogGroupArn=f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:g:*"), "InvalidCloudWatchLogsRoleArnException",
     "You must specify a role ARN as well as a log group."),
    (select("AWS::S3::Object", "arn:aws:s3:::*"), "InvalidEventSelectorsException",
     "Value arn:aws:s3:::* for DataResources.Values is invalid."),
    (select("AWS::Lambda::Function", "arn:aws:lambda:*"), "InvalidEventSelectorsException",
     "Value arn:aws:lambda:* for DataResources.Values is invalid."),
    (select("AWS::S3::Object", "photos"), "InvalidEventSelectorsException", "Value photos for DataResources.Values is invalid."),
])
def test_the_message_is_awss(trails, trail, call, error, message):
    with aws_error(error) as raised:
        call(trails)
    assert raised.value.response["Error"]["Message"] == message


def test_too_many_trails_are_counted_in_awss_words(trails, bucket):
    for number in range(5):
        trails.create_trail(Name=f"trail-{number}", S3BucketName=bucket)
    with aws_error("MaximumNumberOfTrailsExceededException") as raised:
        trails.create_trail(Name="trail-6", S3BucketName=bucket)
    assert raised.value.response["Error"]["Message"] == f"User: {ACCOUNT} already has 5 trails in us-east-1."


def test_a_denial_names_who_and_what(shared_daemon):
    key = shared_daemon.cairn("CreateKey", {"UserName": "reader", "Role": "auditor"}).json()["Key"]
    with aws_error("AccessDeniedException") as raised:
        shared_daemon.client("cloudtrail", key=(key["AccessKeyId"], key["SecretAccessKey"])).delete_trail(Name="main")
    assert raised.value.response["Error"]["Message"] == (
        f"User: {key['Arn']} is not authorized to perform: cloudtrail:DeleteTrail because no identity-based policy allows the "
        "cloudtrail:DeleteTrail action")
