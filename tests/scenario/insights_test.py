# SPDX-License-Identifier: Apache-2.0
"""Insights in a running daemon whose clock the test moves: told in time, in AWS's form, to the trails that asked (P2, P4)."""
import datetime
import gzip
import json

import pytest

import insight_reader
import records
from cairn_daemon import ACCOUNT, daemons, eventually
from moved_clock import MovedClock

CALLS, ERRORS = "ApiCallRateInsight", "ApiErrorRateInsight"
USUAL, SPIKE, FAILURES, FAILED, READS, READ = 20, 400, 6, 240, 8, 300  # a minute
S3_DATA = [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}]}]
LEARNED, CALM, LATER = 250, 12, 25  # minutes: before the spike, after it, and until the clock is that of the machine
DELAY_MAX_S = 120
# A seventh of a day is only learned from: longer than the hours by which a rate is learned.
OPTIONS = ["--insights-warm", "1d", "--delivery-interval", "20s", "--digest-interval", "15m"]


def minute_of(moment):
    return moment.replace(second=0, microsecond=0)


class Story:
    """Traffic minute by minute; the daemon's clock goes with it."""

    def __init__(self, clock, daemon):
        self.clock, self.daemon = clock, daemon
        self.trails = daemon.client("cloudtrail")

    def set_up(self):
        s3 = self.daemon.client("s3")
        for name, types in (("both", [CALLS, ERRORS]), ("errors", [ERRORS]), ("none", [])):
            s3.create_bucket(Bucket=name)
            self.trails.create_trail(Name=name, S3BucketName=name, IsMultiRegionTrail=True, EnableLogFileValidation=True)
            self.trails.put_insight_selectors(TrailName=name, InsightSelectors=[{"InsightType": kind} for kind in types])
            self.trails.start_logging(Name=name)
        s3.create_bucket(Bucket="data")
        self.data_trail = self.trails.create_trail(Name="data", S3BucketName="data")["TrailARN"]
        self.trails.put_event_selectors(TrailName="data", AdvancedEventSelectors=S3_DATA)
        asked = [{"InsightType": CALLS, "EventCategories": ["Data"]}]
        assert self.daemon.call("PutInsightSelectors", {"TrailName": "data", "InsightSelectors": asked}).status == 200
        self.trails.start_logging(Name="data")
        self.at = minute_of(self.clock.now()) + datetime.timedelta(minutes=1)

    def minute(self, extra=()):
        """One minute of usual traffic and `extra`, and the clock at its end."""
        self.clock.set(self.at + datetime.timedelta(seconds=30))
        when = self.at + datetime.timedelta(seconds=7)
        batch = records.records(USUAL, name="RunInstances", source="ec2.amazonaws.com", when=when)
        batch += records.records(FAILURES, name="DescribeInstances", source="ec2.amazonaws.com", when=when,
                                 errorCode="Client.UnauthorizedOperation")
        batch += [records.s3_data_event(when=when) for _ in range(READS)]
        batch += [dict(record, eventTime=records.time_text(when)) for record in extra]
        answer = self.daemon.send(batch)
        assert answer.json()["Accepted"] == len(batch), answer
        self.at += datetime.timedelta(minutes=1)
        self.clock.set(self.at)

    def insights(self, **attributes):
        lookup = [{"AttributeKey": key, "AttributeValue": value} for key, value in attributes.items()]
        pages = self.trails.get_paginator("lookup_events").paginate(EventCategory="insight", LookupAttributes=lookup)
        return [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]

    def found_in_time(self, state, since, **attributes):
        """The insight in this state, looked up; not later than DELAY_MAX_S after `since` by the daemon's clock."""
        self.clock.set(self.at + datetime.timedelta(seconds=25))

        def look():
            return [record for record in self.insights(**attributes) if insight_reader.read(record)["state"] == state]

        found = eventually(look, timeout_s=30)
        assert (self.clock.now() - since).total_seconds() < DELAY_MAX_S, "too late"
        return found

    def files(self, bucket, folder="CloudTrail-Insight"):
        s3 = self.daemon.client("s3")
        listed = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        keys = [entry["Key"] for entry in listed if f"/{folder}/" in entry["Key"] and entry["Key"].endswith(".json.gz")]
        return {key: json.loads(gzip.decompress(s3.get_object(Bucket=bucket, Key=key)["Body"].read())) for key in keys}

    def delivered(self, bucket):
        """Every insight in the bucket's log files, each read strictly."""
        found = [record for file in self.files(bucket).values() for record in file["Records"]]
        for record in found:
            insight_reader.read(record)
        ids = [record["eventID"] for record in found]
        assert len(ids) == len(set(ids)), "an insight was delivered twice"
        return found


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch, daemons(tmp_path_factory.mktemp("insights")) as start:
        clock = MovedClock(tmp_path_factory.mktemp("clock"), patch)
        real = datetime.datetime.now(datetime.timezone.utc)
        clock.set(minute_of(real) - datetime.timedelta(minutes=LEARNED + CALM + LATER + 3))
        story = Story(clock, start(*OPTIONS, environment=clock.environment))
        story.set_up()
        for _ in range(LEARNED):
            story.minute()
        yield story


@pytest.fixture(scope="module")
def spike(story):
    """A minute in which a role calls a lot, and in which many calls fail: their begins."""
    assert story.insights() == []
    user = records.assumed_role(role="Deployer", session="someone")
    extra = records.records(SPIKE, name="RunInstances", source="ec2.amazonaws.com", user=user, userAgent="tool/7")
    extra += records.records(FAILED, name="DescribeInstances", source="ec2.amazonaws.com", errorCode="Client.UnauthorizedOperation")
    extra += [records.s3_data_event() for _ in range(READ)]
    since = story.at
    story.minute(extra)
    calls = story.found_in_time("Start", since, EventName="RunInstances")
    errors = story.found_in_time("Start", since, EventName="DescribeInstances")
    assert (len(calls), len(errors)) == (1, 1)
    return since, calls[0], errors[0]


@pytest.fixture(scope="module")
def over(story, spike):
    """And their ends, after usual minutes, with a kill -9 between."""
    story.minute()
    story.daemon.restart(by_kill=True)
    for _ in range(CALM - 1):
        story.minute()
    calls = eventually(lambda: [record for record in story.insights(EventName="RunInstances") if record["insightDetails"]["state"] == "End"])
    errors = eventually(lambda: [record for record in story.insights(EventName="DescribeInstances") if record["insightDetails"]["state"] == "End"])
    return calls[0], errors[0]


def test_a_spike_is_told_of_in_time_with_who_caused_it(spike):
    since, record, _ = spike
    details = insight_reader.read(record)
    assert record["eventTime"] == records.time_text(since)
    assert (details["insightType"], details["sourceEventCategory"]) == (CALLS, "Management")
    statistics, attributions = details["insightContext"]["statistics"], details["insightContext"]["attributions"]
    so_far = statistics["insight"]["average"]  # told before its minute was over
    assert USUAL * 2 < so_far <= USUAL + SPIKE
    assert USUAL / 2 < statistics["baseline"]["average"] < USUAL * 2  # of four hours; the replay test has a week
    first = [attribution["insight"][0] for attribution in attributions]
    assert first[0] == {"value": f"arn:aws:sts::{ACCOUNT}:assumed-role/Deployer", "average": so_far - USUAL}
    assert first[1] == {"value": "tool/7", "average": so_far - USUAL}
    assert first[2] == {"value": "null", "average": so_far}


def test_a_burst_of_errors_is_told_of_by_its_code(spike):
    details = insight_reader.read(spike[2])
    assert (details["insightType"], details["errorCode"]) == (ERRORS, "Client.UnauthorizedOperation")
    assert FAILURES * 2 < details["insightContext"]["statistics"]["insight"]["average"] <= FAILURES + FAILED


def test_its_end_shares_its_id_also_over_a_kill(story, spike, over):
    for start, end in zip(spike[1:], over):
        assert insight_reader.read(end)["state"] == "End"
        assert start["sharedEventID"] == end["sharedEventID"] and start["eventID"] != end["eventID"]
        assert start["eventTime"] < end["eventTime"]
        assert end["insightDetails"]["insightContext"]["statistics"]["insightDuration"] >= 1
    ids = [record["eventID"] for record in story.insights()]
    assert len(ids) == len(set(ids)) == 4


def test_metric_data_is_what_was_counted(story, over):
    def counts(**more):
        answer = story.daemon.call("ListInsightsMetricData", {"EventSource": "ec2.amazonaws.com", "EventName": "RunInstances",
                                                              "InsightType": CALLS, "Period": 60, **more})
        assert answer.status == 200, answer
        return answer.json()

    values = [USUAL] * LEARNED + [USUAL + SPIKE] + [USUAL] * CALM
    eventually(lambda: sum(counts()["Values"]) >= sum(values))
    assert counts()["Values"] == values
    assert sum(counts(Period=300)["Values"]) == sum(counts()["Values"])
    assert sum(counts(Period=3600)["Values"]) <= sum(values)
    first = counts(MaxResults=10)
    rest = counts(NextToken=first["NextToken"])
    assert first["Values"] + rest["Values"] == values
    assert len(rest["Timestamps"]) == len(rest["Values"])
    failed = story.daemon.call("ListInsightsMetricData", {"EventSource": "ec2.amazonaws.com", "EventName": "DescribeInstances", "Period": 60,
                                                          "InsightType": ERRORS, "ErrorCode": "Client.UnauthorizedOperation"}).json()
    assert failed["ErrorCode"] == "Client.UnauthorizedOperation" and max(failed["Values"]) == FAILURES + FAILED
    since = story.at - datetime.timedelta(minutes=500)
    filled = counts(DataType="FillWithZeros", StartTime=since.timestamp(), EndTime=story.at.timestamp())
    assert len(filled["Values"]) == 500 and filled["Values"][-len(values):] == values and set(filled["Values"][:200]) == {0}


def test_insights_of_data_events_are_the_trails_that_asked(story, over):
    def listed():
        answer = story.daemon.call("ListInsightsData", {"InsightSource": story.data_trail, "DataType": "InsightsEvents"})
        assert answer.status == 200, answer
        return [json.loads(event["CloudTrailEvent"]) for event in answer.json()["Events"]]

    end, start = eventually(lambda: [found for found in [listed()] if len(found) == 2])[0]
    details = insight_reader.read(start)
    assert (details["state"], insight_reader.read(end)["state"]) == ("Start", "End")
    assert (details["eventName"], details["sourceEventCategory"], details["insightSource"]) == ("GetObject", "Data", story.data_trail)
    assert READS * 2 < details["insightContext"]["statistics"]["insight"]["average"] <= READS + READ
    assert insight_reader.read(end)["insightContext"]["statistics"]["insight"]["average"] == READS + READ
    metric = {"EventSource": "s3.amazonaws.com", "EventName": "GetObject", "InsightType": CALLS, "Period": 60, "TrailName": "data"}
    counts = [READS] * LEARNED + [READS + READ] + [READS] * CALM
    answer = eventually(lambda: (found := story.daemon.call("ListInsightsMetricData", metric).json()) and sum(found["Values"]) >= sum(counts) and found)
    assert (answer["TrailARN"], answer["Values"]) == (story.data_trail, counts)
    assert story.daemon.call("ListInsightsMetricData", {**metric, "TrailName": "both"}).json()["Values"] == []
    story.clock.set(story.at + datetime.timedelta(minutes=1))
    eventually(lambda: len(story.delivered("data")) == 2, every_s=0.5)


def test_trails_get_what_they_asked_for(story, over):
    story.clock.set(story.at + datetime.timedelta(minutes=2))
    eventually(lambda: len(story.delivered("both")) == 4, every_s=0.5)
    eventually(lambda: len(story.delivered("errors")) == 2, every_s=0.5)
    assert {record["insightDetails"]["insightType"] for record in story.delivered("errors")} == {ERRORS}
    assert story.delivered("none") == []
    key = next(iter(story.files("both")))
    assert key.startswith(f"AWSLogs/{ACCOUNT}/CloudTrail-Insight/us-east-1/") and "_CloudTrail-Insight_us-east-1_" in key
    for bucket in ("both", "none"):
        usual = [record for file in story.files(bucket, "CloudTrail").values() for record in file["Records"]]
        assert usual and not [record for record in usual if record["eventCategory"] == "Insight"]


def test_status_and_metrics_show_the_reader(story, over):
    status = story.daemon.cairn("GetStatus").json()
    assert "insights" in {reader["Name"] for reader in status["Readers"]}
    text = story.daemon.request("GET", "/metrics", sign=None).body.decode()
    numbers = {line.split()[0]: int(line.split()[1]) for line in text.splitlines() if line.startswith("cairn_insights")}
    assert numbers["cairn_insights_open"] == 0 and numbers["cairn_insights_failing"] == 0
    assert numbers["cairn_insights_events_total"] > 0 and numbers["cairn_insights_series"] >= 2
    assert numbers["cairn_insights_started_total"] == numbers["cairn_insights_ended_total"] == 3


def test_the_aws_cli_validates_the_files(story, over, aws_cli):
    for _ in range(LATER):
        story.at += datetime.timedelta(minutes=1)
        story.clock.set(story.at)
    story.clock.come_back()
    aws = aws_cli("newest")
    keys = set(story.files("both"))

    def validate():
        since = records.time_text(story.clock.now() - datetime.timedelta(hours=8))
        trail = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/both"
        done = aws(story.daemon, "cloudtrail", "validate-logs", "--trail-arn", trail, "--start-time", since, "--verbose", check=False)
        assert "INVALID" not in done.stdout, done.stdout
        return done.returncode == 0 and all(f"{key}\tvalid" in done.stdout for key in keys)

    eventually(validate, every_s=2, timeout_s=60)
