# SPDX-License-Identifier: Apache-2.0
"""Insights turned off, started again, lost and damaged: nobody waits in vain, and counts are what history says (P2, P5)."""
import shutil

import pytest

import records
from aws_errors import aws_error
from cairn_daemon import HANG_S, eventually

CALLS = "ApiCallRateInsight"


def test_without_insights_nobody_can_ask_for_them(start_daemon):
    daemon = start_daemon("--insights", "off")
    daemon.client("s3").create_bucket(Bucket="audit")
    trails = daemon.client("cloudtrail")
    trails.create_trail(Name="main", S3BucketName="audit")
    with aws_error("UnsupportedOperationException", "turned off"):
        trails.put_insight_selectors(TrailName="main", InsightSelectors=[{"InsightType": CALLS}])
    assert trails.put_insight_selectors(TrailName="main", InsightSelectors=[])["InsightSelectors"] == []
    asked = {"EventSource": "ec2.amazonaws.com", "EventName": "RunInstances", "InsightType": CALLS}
    assert daemon.call("ListInsightsMetricData", asked).error == "UnsupportedOperationException"
    assert "insights" not in {reader["Name"] for reader in daemon.cairn("GetStatus").json()["Readers"]}


def test_a_value_that_is_neither_on_nor_off_is_refused(start_daemon):
    daemon = start_daemon("--insights", "yes", wait=False)
    assert daemon.process.wait(HANG_S) != 0
    assert "insights takes on or off" in daemon.log()
    daemon.process = None


def counts(daemon):
    asked = {"EventSource": "kinesis.amazonaws.com", "EventName": "CreateStream", "InsightType": CALLS, "Period": 60}
    answer = daemon.call("ListInsightsMetricData", asked).json()
    return dict(zip(answer["Timestamps"], answer["Values"]))


@pytest.fixture
def counted(start_daemon):
    """A daemon that has counted 600 calls and let go of most of its journal, and what it counted."""
    daemon = start_daemon("--journal-segment-size", "64k")
    for number in range(60):
        batch = records.records(10, name="CreateStream", source="kinesis.amazonaws.com", ago_s=60 * number)
        assert daemon.send(batch).json()["Accepted"] == 10
    before = eventually(lambda: [found for found in [counts(daemon)] if sum(found.values()) == 600])[0]
    segments = len(list((daemon.data / "journal").iterdir()))
    daemon.stop()
    daemon.start()
    eventually(lambda: len(list((daemon.data / "journal").iterdir())) < segments // 2)
    return daemon, before


def test_counts_are_there_after_a_restart_and_are_made_again_where_they_are_gone(counted):
    daemon, before = counted
    assert counts(daemon) == before
    daemon.kill()
    shutil.rmtree(daemon.data / "insights")
    daemon.start()  # the journal has let go of the events: history has them
    assert eventually(lambda: [found for found in [counts(daemon)] if sum(found.values()) >= 600])[0] == before


def test_damaged_counts_are_told_of_and_the_daemon_can_go_on_without(counted):
    daemon, _ = counted
    daemon.stop()
    manifest = daemon.data / "insights/manifest"
    data = bytearray(manifest.read_bytes())
    data[50] ^= 1
    manifest.write_bytes(data)
    daemon.start(wait=False)
    assert daemon.process.wait(HANG_S) != 0
    assert "insights (--insights off goes on without them)" in daemon.log() and "manifest" in daemon.log()
    daemon.process = None
    daemon.options += ["--insights", "off"]
    daemon.start()
