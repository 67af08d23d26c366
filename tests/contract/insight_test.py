# SPDX-License-Identifier: Apache-2.0
"""Insights: PutInsightSelectors, GetInsightSelectors, ListInsightsData and ListInsightsMetricData, good and bad."""
import datetime
import json

import pytest

import records
from aws_errors import aws_error
from cairn_daemon import ACCOUNT, eventually

CALLS, ERRORS = "ApiCallRateInsight", "ApiErrorRateInsight"
DATA_SELECTORS = [{"ReadWriteType": "All", "IncludeManagementEvents": True,
                   "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]


def selectors(*types, categories=("Management",)):
    return [{"InsightType": kind, "EventCategories": list(categories)} for kind in types]


@pytest.fixture
def new_sdk(trails):
    """The newest operations and members are in newer SDKs only; the suite runs with both."""
    if not hasattr(trails, "list_insights_data"):
        pytest.skip("this SDK does not know ListInsightsData")
    return trails


def test_insight_selectors_are_kept_as_put(trails, trail):
    put = trails.put_insight_selectors(TrailName="main", InsightSelectors=[{"InsightType": CALLS}])
    assert put["TrailARN"] == trail
    assert [selector["InsightType"] for selector in put["InsightSelectors"]] == [CALLS]
    got = trails.get_insight_selectors(TrailName="main")
    assert (got["TrailARN"], got["InsightSelectors"]) == (trail, put["InsightSelectors"])
    assert trails.get_insight_selectors(TrailName=trail)["InsightSelectors"] == put["InsightSelectors"]
    assert trails.get_trail(Name="main")["Trail"]["HasInsightSelectors"] is True


def test_both_types_can_be_on(trails, trail):
    trails.put_insight_selectors(TrailName="main", InsightSelectors=[{"InsightType": ERRORS}, {"InsightType": CALLS}])
    got = trails.get_insight_selectors(TrailName="main")["InsightSelectors"]
    assert {selector["InsightType"] for selector in got} == {CALLS, ERRORS}


def test_an_empty_list_turns_them_off(trails, trail):
    trails.put_insight_selectors(TrailName="main", InsightSelectors=[{"InsightType": CALLS}])
    assert trails.put_insight_selectors(TrailName="main", InsightSelectors=[])["InsightSelectors"] == []
    with aws_error("InsightNotEnabledException", trail, "does not have Insights enabled"):
        trails.get_insight_selectors(TrailName="main")
    assert trails.get_trail(Name="main")["Trail"]["HasInsightSelectors"] is False


def test_without_categories_management_is_meant_and_categories_replace_earlier_ones(shared_daemon, trails, trail):
    def put(asked):
        answer = shared_daemon.call("PutInsightSelectors", {"TrailName": "main", "InsightSelectors": asked})
        assert answer.status == 200, answer
        got = shared_daemon.call("GetInsightSelectors", {"TrailName": "main"}).json()
        assert answer.json() == got
        return got["InsightSelectors"]

    trails.put_event_selectors(TrailName="main", EventSelectors=DATA_SELECTORS)
    assert put([{"InsightType": CALLS}]) == selectors(CALLS)
    both = selectors(CALLS, ERRORS, categories=("Management", "Data"))
    assert put(both) == both
    assert put(selectors(ERRORS, categories=("Data",))) == selectors(ERRORS, categories=("Data",))


def test_the_newest_sdk_reads_categories(new_sdk, trails, trail):
    trails.put_event_selectors(TrailName="main", EventSelectors=DATA_SELECTORS)
    asked = selectors(CALLS, ERRORS, categories=("Management", "Data"))
    assert new_sdk.put_insight_selectors(TrailName="main", InsightSelectors=asked)["InsightSelectors"] == asked
    assert new_sdk.get_insight_selectors(TrailName="main")["InsightSelectors"] == asked


def test_stopping_and_starting_keeps_the_selectors(trails, trail):
    trails.put_insight_selectors(TrailName="main", InsightSelectors=[{"InsightType": CALLS}])
    trails.start_logging(Name="main")
    trails.stop_logging(Name="main")
    assert len(trails.get_insight_selectors(TrailName="main")["InsightSelectors"]) == 1


def test_other_changes_of_the_trail_leave_the_selectors(trails, trail):
    asked = trails.put_insight_selectors(TrailName="main", InsightSelectors=[{"InsightType": ERRORS}])["InsightSelectors"]
    trails.update_trail(Name="main", EnableLogFileValidation=True)
    trails.put_event_selectors(TrailName="main", EventSelectors=DATA_SELECTORS)
    assert trails.get_insight_selectors(TrailName="main")["InsightSelectors"] == asked


@pytest.mark.parametrize("asked", [
    [{"InsightType": "ApiLatencyInsight"}],
    [{}],
    [{"InsightType": CALLS, "EventCategories": ["NetworkActivity"]}],
    [{"InsightType": CALLS}, {"InsightType": "apiErrorRateInsight"}],
])
def test_what_is_no_insight_is_refused(shared_daemon, trails, trail, asked):
    answer = shared_daemon.call("PutInsightSelectors", {"TrailName": "main", "InsightSelectors": asked})
    assert (answer.status, answer.error) == (400, "InvalidInsightSelectorsException")
    assert trails.get_trail(Name="main")["Trail"]["HasInsightSelectors"] is False


WRITES, READS = ({"ReadWriteType": kind, "IncludeManagementEvents": True} for kind in ("WriteOnly", "ReadOnly"))
DATA_ONLY = {**DATA_SELECTORS[0], "IncludeManagementEvents": False}


@pytest.mark.parametrize("logged, kind, category, is_taken", [
    (WRITES, CALLS, "Management", True),
    (WRITES, ERRORS, "Management", True),
    (WRITES, CALLS, "Data", False),
    (READS, CALLS, "Management", False),
    (READS, ERRORS, "Management", True),
    (DATA_ONLY, CALLS, "Management", False),
    (DATA_ONLY, ERRORS, "Management", False),
    (DATA_ONLY, CALLS, "Data", True),
    (DATA_ONLY, ERRORS, "Data", True),
])
def test_a_trail_must_log_what_insights_are_found_in(shared_daemon, trails, trail, logged, kind, category, is_taken):
    trails.put_event_selectors(TrailName="main", EventSelectors=[logged])
    answer = shared_daemon.call("PutInsightSelectors", {"TrailName": "main", "InsightSelectors": selectors(kind, categories=[category])})
    assert (answer.status == 200) == is_taken, answer
    assert is_taken or answer.error == "InvalidInsightSelectorsException"


def test_advanced_selectors_are_looked_at_too(trails, trail):
    read_only = [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "readOnly", "Equals": ["true"]}]}]
    trails.put_event_selectors(TrailName="main", AdvancedEventSelectors=read_only)
    with aws_error("InvalidInsightSelectorsException", "write management events"):
        trails.put_insight_selectors(TrailName="main", InsightSelectors=[{"InsightType": CALLS}])
    trails.put_insight_selectors(TrailName="main", InsightSelectors=[{"InsightType": ERRORS}])


STORE = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:eventdatastore/3c1c8d6e-0b8e-4c7e-9a55-5b1f0a4f7d20"


@pytest.mark.parametrize("operation", ["PutInsightSelectors", "GetInsightSelectors"])
@pytest.mark.parametrize("parameters, error", [
    ({"TrailName": "main", "EventDataStore": STORE}, "InvalidParameterCombinationException"),
    ({}, "InvalidParameterCombinationException"),
    ({"EventDataStore": STORE}, "EventDataStoreNotFoundException"),
    ({"TrailName": "nosuch"}, "TrailNotFoundException"),
    ({"TrailName": "a"}, "InvalidTrailNameException"),
    ({"TrailName": "arn:aws:s3:::bucket"}, "CloudTrailARNInvalidException"),
])
def test_the_target_is_one_trail(shared_daemon, trails, trail, operation, parameters, error):
    asked = {"InsightSelectors": [{"InsightType": CALLS}]} if operation.startswith("Put") else {}
    answer = shared_daemon.call(operation, {**parameters, **asked})
    assert (answer.status, answer.error) == (400, error), answer


def test_a_destination_goes_with_a_store_only(shared_daemon, trails, trail):
    answer = shared_daemon.call("PutInsightSelectors", {"TrailName": "main", "InsightsDestination": STORE, "InsightSelectors": []})
    assert answer.error == "InvalidParameterCombinationException"
    answer = shared_daemon.call("PutInsightSelectors", {"TrailName": "main"})
    assert answer.status == 400  # without a list


def test_they_are_changed_at_home_and_read_from_everywhere(shared_daemon, trails, trail):
    trails.put_insight_selectors(TrailName="main", InsightSelectors=[{"InsightType": CALLS}])
    elsewhere = shared_daemon.client("cloudtrail", region="eu-west-1")
    for name in ("main", trail):
        with aws_error("InvalidHomeRegionException"):
            elsewhere.put_insight_selectors(TrailName=name, InsightSelectors=[])
    assert len(elsewhere.get_insight_selectors(TrailName=trail)["InsightSelectors"]) == 1


def test_the_bucket_must_still_be_there(shared_daemon, trails, trail):
    s3 = shared_daemon.client("s3")
    s3.create_bucket(Bucket="shortlived")
    trails.create_trail(Name="brief", S3BucketName="shortlived")
    s3.delete_bucket(Bucket="shortlived")
    with aws_error("S3BucketDoesNotExistException"):
        trails.put_insight_selectors(TrailName="brief", InsightSelectors=[{"InsightType": CALLS}])


def test_both_calls_are_events(shared_daemon, trails, trail):
    trails.put_insight_selectors(TrailName="main", InsightSelectors=[{"InsightType": CALLS}])
    trails.get_insight_selectors(TrailName="main")

    def found(name, parameters):  # among the calls of other tests
        events = trails.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}])["Events"]
        records = [json.loads(event["CloudTrailEvent"]) for event in events]
        return next((record for record in records if record["requestParameters"] == parameters and "errorCode" not in record), None)

    selectors = [{"insightType": CALLS, "eventCategories": ["Management"]}]
    record = eventually(lambda: found("PutInsightSelectors", {"trailName": "main", "insightSelectors": selectors}))
    assert record["responseElements"]["trailARN"] == trail
    assert (record["readOnly"], record["managementEvent"]) == (False, True)
    assert eventually(lambda: found("GetInsightSelectors", {"trailName": "main"}))["readOnly"] is True


# ListInsightsData

def insight(number, trail_arn=None, name="GetObject", minute=0):
    now = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
    details = {"state": "Start", "eventSource": "s3.amazonaws.com", "eventName": name, "insightType": CALLS,
               "insightContext": {"statistics": {"baseline": {"average": 1}, "insight": {"average": 9}, "insightDuration": 1,
                                                 "baselineDuration": 10080}}}
    if trail_arn:
        details |= {"sourceEventCategory": "Data", "insightSource": trail_arn}
    return {"eventVersion": "1.11", "eventTime": (now - datetime.timedelta(minutes=60 - minute)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "awsRegion": "us-east-1", "eventID": f"7d2f6c52-8a1e-4d0b-9d64-{number:012d}", "eventType": "AwsCloudTrailInsight",
            "recipientAccountId": ACCOUNT, "sharedEventID": f"8d2f6c52-8a1e-4d0b-9d64-{number:012d}", "insightDetails": details,
            "eventCategory": "Insight"}


@pytest.fixture(scope="module")
def insights(shared_daemon, bucket, tmp_path_factory):
    """The ARN of a trail with 70 insights of its data events, and two of management events, brought as an archive."""
    arn = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/datatrail"
    folder = tmp_path_factory.mktemp("insights")
    found = [insight(number, arn, "GetObject" if number < 60 else "PutObject", number % 60) for number in range(70)]
    found += [insight(100 + number, name="RunInstances") for number in range(2)] + [insight(200, arn + "2")]
    (folder / "insights.json").write_text(json.dumps({"Records": found}))
    shared_daemon.run("import", folder)
    shared_daemon.catch_up()
    return arn


@pytest.fixture
def data_trail(trails, insights):
    return trails.create_trail(Name="datatrail", S3BucketName="audit")["TrailARN"]


def listed(daemon, arn, **more):
    answer = daemon.call("ListInsightsData", {"InsightSource": arn, "DataType": "InsightsEvents", **more})
    assert answer.status == 200, answer
    return answer.json()


def test_a_trails_insights_are_listed_newest_first_in_pages(shared_daemon, data_trail):
    first = listed(shared_daemon, data_trail, MaxResults=40)
    second = listed(shared_daemon, data_trail, MaxResults=40, NextToken=first["NextToken"])
    events = first["Events"] + second["Events"]
    assert (len(first["Events"]), len(second["Events"]), "NextToken" in second) == (40, 30, False)
    assert len({event["EventId"] for event in events}) == 70
    times = [event["EventTime"] for event in events]
    assert times == sorted(times, reverse=True)
    assert {json.loads(event["CloudTrailEvent"])["insightDetails"]["insightSource"] for event in events} == {data_trail}


def test_dimensions_choose(shared_daemon, data_trail):
    for dimension, count in (({"EventName": "PutObject"}, 10), ({"EventSource": "ec2.amazonaws.com"}, 0),
                             ({"EventId": "7d2f6c52-8a1e-4d0b-9d64-000000000007"}, 1),
                             ({"EventId": "7d2f6c52-8a1e-4d0b-9d64-000000000100"}, 0)):
        assert len(listed(shared_daemon, data_trail, Dimensions=dimension)["Events"]) == count, dimension


def test_event_history_has_those_of_management_events_only(shared_daemon, data_trail):
    def found():
        return shared_daemon.call("LookupEvents", {"EventCategory": "insight"}).json()["Events"]

    assert len([event for event in found() if event["EventName"] == "RunInstances"]) == 2
    assert not [event for event in found() if event["EventName"] == "GetObject"]


@pytest.mark.parametrize("parameters, error", [
    ({"DataType": "Everything"}, "ValidationException"),
    ({"InsightSource": None}, "ValidationException"),
    ({"InsightSource": "datatrail"}, "CloudTrailARNInvalidException"),
    ({"InsightSource": f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/nosuch"}, "TrailNotFoundException"),
    ({"MaxResults": 51}, "ValidationException"),
    ({"MaxResults": 0}, "ValidationException"),
    ({"StartTime": 2000, "EndTime": 1000}, "InvalidParameterException"),
    ({"Dimensions": {}}, "InvalidParameterException"),
    ({"Dimensions": {"Username": "ann"}}, "InvalidParameterException"),
    ({"Dimensions": {"EventName": "a", "EventSource": "b"}}, "InvalidParameterException"),
    ({"Dimensions": {"EventName": ""}}, "ValidationException"),
    ({"NextToken": "made up"}, "InvalidNextTokenException"),
])
def test_bad_lists_of_insights_are_refused(shared_daemon, data_trail, parameters, error):
    good = {"InsightSource": data_trail, "DataType": "InsightsEvents"}
    answer = shared_daemon.call("ListInsightsData", {**good, **parameters})
    assert (answer.status, answer.error) == (400, error), answer


def test_the_newest_sdk_lists_insights(new_sdk, data_trail):
    assert len(new_sdk.list_insights_data(InsightSource=data_trail, DataType="InsightsEvents")["Events"]) == 50
    pages = new_sdk.get_paginator("list_insights_data").paginate(InsightSource=data_trail, DataType="InsightsEvents")
    assert sum(len(page["Events"]) for page in pages) == 70


# ListInsightsMetricData

METRIC = {"EventSource": "s3.amazonaws.com", "EventName": "CreateBucket", "InsightType": CALLS}


@pytest.mark.parametrize("parameters, error", [
    ({"EventSource": None}, "ValidationException"),
    ({"EventSource": "s3"}, "ValidationException"),
    ({"EventSource": "S3.amazonaws.com"}, "ValidationException"),
    ({"EventSource": ".amazonaws.com"}, "ValidationException"),
    ({"EventSource": "s" * 243 + ".amazonaws.com"}, "ValidationException"),
    ({"EventName": "Create-Bucket"}, "ValidationException"),
    ({"EventName": ""}, "ValidationException"),
    ({"EventName": "n" * 129}, "ValidationException"),
    ({"InsightType": "ApiLatencyInsight"}, "ValidationException"),
    ({"InsightType": ERRORS}, "InvalidParameterException"),
    ({"InsightType": ERRORS, "ErrorCode": "a/b"}, "ValidationException"),
    ({"InsightType": ERRORS, "ErrorCode": "e" * 129}, "ValidationException"),
    ({"Period": 59}, "ValidationException"),
    ({"Period": 3601}, "ValidationException"),
    ({"Period": 120}, "InvalidParameterException"),
    ({"DataType": "Zeros"}, "ValidationException"),
    ({"MaxResults": 0}, "ValidationException"),
    ({"MaxResults": 21601}, "ValidationException"),
    ({"StartTime": 2000, "EndTime": 1000}, "InvalidParameterException"),
    ({"NextToken": "made up"}, "InvalidParameterException"),
    ({"NextToken": ""}, "ValidationException"),
    ({"TrailName": "nosuch"}, "TrailNotFoundException"),
    ({"TrailName": "a"}, "InvalidTrailNameException"),
])
def test_bad_questions_about_metrics_are_refused(shared_daemon, parameters, error):
    answer = shared_daemon.call("ListInsightsMetricData", {**METRIC, **parameters})
    assert (answer.status, answer.error) == (400, error), answer


def metric(daemon, **more):
    answer = daemon.call("ListInsightsMetricData", {**METRIC, **more})
    assert answer.status == 200, answer
    return answer.json()


@pytest.fixture(scope="module")
def counted(shared_daemon):
    """The minute in which seven buckets were made and one could not be, of calls that nobody else makes here."""
    when = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0) - datetime.timedelta(minutes=10)
    sent = records.records(7, name="CreateStream", source="kinesis.amazonaws.com", when=when)
    sent += records.records(1, name="CreateStream", source="kinesis.amazonaws.com", when=when, errorCode="LimitExceededException")
    sent += records.records(5, name="ListStreams", source="kinesis.amazonaws.com", when=when)
    assert shared_daemon.send(sent).json()["Accepted"] == len(sent)
    eventually(lambda: sum(metric(shared_daemon, **STREAMS)["Values"]) == 8)
    return when.timestamp()


STREAMS = {"EventSource": "kinesis.amazonaws.com", "EventName": "CreateStream"}


@pytest.mark.parametrize("period", [60, 300, 3600])
def test_metrics_are_counts_by_period(shared_daemon, counted, period):
    answer = metric(shared_daemon, **STREAMS, Period=period)
    assert (answer["Timestamps"], answer["Values"]) == ([counted // period * period], [8])
    assert {name: answer[name] for name in ("EventSource", "EventName", "InsightType")} == {**STREAMS, "InsightType": CALLS}
    assert "TrailARN" not in answer and "ErrorCode" not in answer and "NextToken" not in answer


def test_metrics_of_errors_are_by_code(shared_daemon, counted):
    answer = metric(shared_daemon, **STREAMS, InsightType=ERRORS, ErrorCode="LimitExceededException", Period=60)
    assert (answer["Values"], answer["ErrorCode"]) == ([1], "LimitExceededException")
    assert metric(shared_daemon, **STREAMS, InsightType=ERRORS, ErrorCode="AccessDenied", Period=60)["Values"] == []


def test_reads_that_succeed_are_no_metric(shared_daemon, counted):
    assert metric(shared_daemon, EventSource="kinesis.amazonaws.com", EventName="ListStreams")["Values"] == []


def test_the_end_of_a_span_is_not_included_and_its_start_is(shared_daemon, counted):
    def values(start, end):
        return metric(shared_daemon, **STREAMS, Period=60, StartTime=start, EndTime=end)["Values"]

    assert values(counted - 600, counted) == []
    assert values(counted, counted + 60) == [8]
    assert values(counted + 60, counted + 600) == []


def test_zeros_are_filled_in_where_asked_for(shared_daemon, counted):
    answer = metric(shared_daemon, **STREAMS, Period=60, DataType="FillWithZeros", StartTime=counted - 120, EndTime=counted + 180)
    assert answer["Timestamps"] == [counted + 60 * step for step in range(-2, 3)]
    assert answer["Values"] == [0, 0, 8, 0, 0]
    first = metric(shared_daemon, **STREAMS, Period=60, DataType="FillWithZeros", StartTime=counted - 120, EndTime=counted + 180, MaxResults=3)
    rest = metric(shared_daemon, **STREAMS, Period=60, DataType="FillWithZeros", StartTime=counted - 120, EndTime=counted + 180,
                  NextToken=first["NextToken"])
    assert (first["Values"], rest["Values"]) == ([0, 0, 8], [0, 0])


def test_the_newest_sdk_reads_metrics(new_sdk, counted):
    answer = new_sdk.list_insights_metric_data(**STREAMS, InsightType=CALLS, Period=60)
    assert answer["Values"] == [8.0]
    assert [time.timestamp() for time in answer["Timestamps"]] == [counted]
