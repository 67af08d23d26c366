# SPDX-License-Identifier: Apache-2.0
"""Event selectors, basic and advanced: every field, operator and limit of AWS's, taken or refused with its error (P5)."""
import pytest

from aws_errors import aws_error
from cairn_daemon import ACCOUNT

FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:thumbnails"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
OPERATORS = ["Equals", "StartsWith", "EndsWith", "NotEquals", "NotStartsWith", "NotEndsWith"]


def put(trails, **selectors):
    return trails.put_event_selectors(TrailName="main", **selectors)


def basic(*resources, **fields):
    return [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [
        {"Type": kind, "Values": values} for kind, values in resources], "ExcludeManagementEventSources": [], **fields}]


def data(*more, kind="AWS::S3::Object"):
    return selected("Data", {"Field": "resources.type", "Equals": [kind]}, *more)


def selected(category, *more):
    return {"FieldSelectors": [{"Field": "eventCategory", "Equals": [category]}, *more]}


def network(*more):
    return selected("NetworkActivity", {"Field": "eventSource", "Equals": ["s3.amazonaws.com"]}, *more)


@pytest.mark.parametrize("selectors", [
    basic(("AWS::S3::Object", ["arn:aws:s3"])),
    basic(("AWS::S3::Object", ["arn:aws:s3:::"])),
    basic(("AWS::S3::Object", ["arn:aws:s3:::photos/", "arn:aws:s3:::photos/2026"])),
    basic(("AWS::Lambda::Function", ["arn:aws:lambda"])),
    basic(("AWS::Lambda::Function", [FUNCTION])),
    basic(("AWS::DynamoDB::Table", ["arn:aws:dynamodb"])),
    basic(("AWS::DynamoDB::Table", [TABLE])),
    basic(("AWS::S3::Object", [])),
    basic(("AWS::S3::Object", [f"arn:aws:s3:::photos/{number}" for number in range(250)])),
    basic(ReadWriteType="ReadOnly"),
    basic(("AWS::S3::Object", ["arn:aws:s3"]), IncludeManagementEvents=False),
    basic(ExcludeManagementEventSources=["kms.amazonaws.com", "rdsdata.amazonaws.com"]),
    basic() * 5,
])
def test_good_basic_selectors_are_kept_as_put(trails, trail, selectors):
    assert put(trails, EventSelectors=selectors)["EventSelectors"] == selectors
    answer = trails.get_event_selectors(TrailName="main")
    assert (answer["TrailARN"], answer["EventSelectors"]) == (trail, selectors)


def test_what_a_basic_selector_leaves_out_is_filled_in(trails, trail):
    assert put(trails, EventSelectors=[{}])["EventSelectors"] == basic()


DATA_FIELDS = {"eventName": "GetObject", "eventSource": "s3.amazonaws.com", "eventType": "AwsApiCall",
               "resources.ARN": "arn:aws:s3:::photos/cat.jpg", "userIdentity.arn": f"arn:aws:iam::{ACCOUNT}:user/alice"}


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("field", DATA_FIELDS)
def test_data_events_take_every_operator(trails, trail, field, operator):
    good_then_read(trails, [data({"Field": field, operator: [DATA_FIELDS[field]]})])


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("field, value", [("eventName", "GetObject"), ("vpcEndpointId", "vpce-0123456789abcdef0"),
                                          ("userIdentity.arn", f"arn:aws:iam::{ACCOUNT}:user/alice")])
def test_network_activity_takes_every_operator(trails, trail, field, value, operator):
    good_then_read(trails, [network({"Field": field, operator: [value]})])


def good_then_read(trails, selectors):
    def fields(answer):
        return [selector["FieldSelectors"] for selector in answer["AdvancedEventSelectors"]]

    wanted = [selector["FieldSelectors"] for selector in selectors]
    assert fields(put(trails, AdvancedEventSelectors=selectors)) == wanted
    assert fields(trails.get_event_selectors(TrailName="main")) == wanted
    assert trails.get_trail(Name="main")["Trail"]["HasCustomEventSelectors"] is True


@pytest.mark.parametrize("selectors", [
    [selected("Management")],
    [selected("Management", {"Field": "readOnly", "Equals": ["true"]})],
    [data({"Field": "readOnly", "Equals": ["false"]})],
    [data({"Field": "sessionCredentialFromConsole", "Equals": ["true"]})],
    [data({"Field": "sessionCredentialFromConsole", "NotEquals": ["true"]})],
    [data({"Field": "eventName", "Equals": ["GetObject"], "StartsWith": ["Put"], "NotEndsWith": ["Acl"]})],
    [data(kind="AWS::SomethingNew::Widget")],
    [network({"Field": "errorCode", "Equals": ["VpceAccessDenied"]})],
    [data({"Field": "eventName", "Equals": [f"Name{number}" for number in range(490)]})],
    [data({"Field": "eventName", "Equals": ["n" * 2048]})],
])
def test_good_advanced_selectors_are_kept_as_put(trails, trail, selectors):
    good_then_read(trails, selectors)


@pytest.mark.parametrize("selector", [
    selected("Evidence"),
    selected("ConfigurationItem"),
    {"FieldSelectors": [{"Field": "eventCategory", "NotEquals": ["Management"]}]},
    {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management", "Data"]}]},
    selected("Management", {"Field": "eventType", "Equals": ["AwsApiCall"]}),
    selected("Management", {"Field": "userIdentity.arn", "Equals": ["arn:aws:iam::123456789012:user/alice"]}),
    selected("Management", {"Field": "sessionCredentialFromConsole", "Equals": ["true"]}),
    selected("Management", {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}),
    selected("Management", {"Field": "readOnly", "NotEquals": ["true"]}),
    data({"Field": "readOnly", "StartsWith": ["t"]}),
    data({"Field": "sessionCredentialFromConsole", "StartsWith": ["t"]}),
    data({"Field": "errorCode", "Equals": ["VpceAccessDenied"]}),
    data({"Field": "vpcEndpointId", "Equals": ["vpce-0123456789abcdef0"]}),
    data(kind="S3Object"),
    network({"Field": "errorCode", "Equals": ["AccessDenied"]}),
    network({"Field": "errorCode", "StartsWith": ["Vpce"]}),
    network({"Field": "readOnly", "Equals": ["true"]}),
    selected("NetworkActivity", {"Field": "eventSource", "Equals": ["s3.amazonaws.com", "ec2.amazonaws.com"]}),
    selected("NetworkActivity", {"Field": "eventSource", "StartsWith": ["s3"]}),
    data({"Field": "eventName"}),
])
def test_fields_and_operators_that_a_category_does_not_take_are_refused(trails, trail, selector):
    with aws_error("InvalidEventSelectorsException"):
        put(trails, AdvancedEventSelectors=[selector])
    assert trails.get_trail(Name="main")["Trail"]["HasCustomEventSelectors"] is False


def test_one_of_both_kinds_must_be_given_and_only_one(trails, trail):
    for selectors in ({}, {"EventSelectors": basic(), "AdvancedEventSelectors": [selected("Management")]}):
        with aws_error("InvalidEventSelectorsException"):
            put(trails, **selectors)


def test_basic_selectors_take_the_place_of_advanced_ones(trails, trail):
    put(trails, AdvancedEventSelectors=[selected("Management")])
    put(trails, EventSelectors=basic())
    assert "AdvancedEventSelectors" not in trails.get_event_selectors(TrailName="main")


@pytest.mark.parametrize("selectors", [
    {"AdvancedEventSelectors": [{"Name": "n" * 1001, "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]},
    {"AdvancedEventSelectors": [data({"Field": "eventName", "Equals": ["n" * 2049]})]},
    {"AdvancedEventSelectors": [data({"Field": "eventName", "Equals": []})]},
    {"AdvancedEventSelectors": [data({"Field": "event name", "Equals": ["x"]})]},
    {"AdvancedEventSelectors": [{"FieldSelectors": []}]},
    {"AdvancedEventSelectors": []},
    {"EventSelectors": []},
    {"EventSelectors": [{"ReadWriteType": "all"}]},
])
def test_what_the_model_forbids_is_refused(shared_daemon, trails, trail, selectors):
    answer = shared_daemon.call("PutEventSelectors", {"TrailName": "main", **selectors})
    assert answer.status == 400
    assert answer.error in ("InvalidEventSelectorsException", "InvalidParameterException", "ValidationException"), answer
    assert trails.get_trail(Name="main")["Trail"]["HasCustomEventSelectors"] is False
