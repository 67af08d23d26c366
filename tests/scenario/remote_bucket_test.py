# SPDX-License-Identifier: Apache-2.0
"""A bucket on another S3 endpoint: delivered there, each event once, whatever the endpoint does meanwhile (P2)."""
import gzip
import json
import random
import time

import pytest

import records
from cairn_daemon import eventually
from fake_s3 import FakeS3


@pytest.fixture
def remote():
    with FakeS3("far-audit") as fake:
        yield fake


@pytest.fixture
def delivering(start_daemon, remote, tmp_path):
    """delivering(**keys) starts a daemon that delivers to the fake endpoint, with more keys for its section."""
    def start(**keys):
        config = tmp_path / "cairn.conf"
        config.write_text(remote.config("far-*", **keys))
        daemon = start_daemon("--config", str(config), "--delivery-interval", "1s", "--digest-interval", "2s")
        trails = daemon.client("cloudtrail")
        trails.create_trail(Name="main", S3BucketName="far-audit", EnableLogFileValidation=True)
        trails.start_logging(Name="main")
        return daemon

    return start


def delivered(fake):
    ids = [record["eventID"] for (_, key), body in list(fake.objects.items()) if "/CloudTrail/" in key and key.endswith(".gz")
           for record in json.loads(gzip.decompress(body))["Records"]]
    assert len(ids) == len(set(ids)), "an event was delivered twice"
    return set(ids)


def send(daemon, count=5):
    batch = records.records(count)
    assert daemon.send(batch).json()["Accepted"] == count
    return {record["eventID"] for record in batch}


def test_files_and_digests_arrive_with_the_acl_that_aws_sends(delivering, remote):
    ids = send(delivering())
    eventually(lambda: ids <= delivered(remote), every_s=0.3)
    eventually(lambda: any("/CloudTrail-Digest/" in key for _, key in list(remote.objects)), every_s=0.3)
    puts = [headers for method, _, key, headers in remote.requests if method == "PUT" and key.endswith(".gz")]
    assert {headers.get("x-amz-acl") for headers in puts} == {"bucket-owner-full-control"}


def test_a_store_that_refuses_the_acl_header_is_not_sent_it(delivering, remote):
    remote.refuses_acl = True
    ids = send(delivering(acl="none"))
    eventually(lambda: ids <= delivered(remote), every_s=0.3)


@pytest.mark.parametrize("fault", ["503", "reset", "torn", "slow"])
def test_a_failed_write_is_repeated_with_the_same_bytes_under_the_same_key(delivering, remote, fault):
    daemon = delivering()
    remote.faults = [fault] * 3
    ids = send(daemon)
    eventually(lambda: ids <= delivered(remote), timeout_s=90, every_s=0.5)
    assert not remote.changed


def test_faults_and_kills_together_lose_and_repeat_nothing(delivering, remote):
    daemon, choice, ids = delivering(), random.Random(7), set()
    for _ in range(6):
        remote.faults = [choice.choice(["503", "reset", "torn", "none"]) for _ in range(4)]
        ids |= send(daemon)
        time.sleep(choice.uniform(0.2, 1.8))
        daemon.restart(by_kill=True)
    remote.faults = []
    eventually(lambda: ids <= delivered(remote), timeout_s=90, every_s=0.5)
    assert not remote.changed


def test_an_endpoint_that_was_away_gets_everything_when_it_is_back(delivering, remote):
    daemon = delivering()
    remote.buckets.clear()
    ids = send(daemon)
    trails = daemon.client("cloudtrail")
    eventually(lambda: trails.get_trail_status(Name="main").get("LatestDeliveryError") == "NoSuchBucket", timeout_s=60, every_s=0.5)
    daemon.restart(by_kill=True)
    ids |= send(daemon)
    remote.buckets.add("far-audit")
    eventually(lambda: ids <= delivered(remote), timeout_s=90, every_s=0.5)
    assert not remote.changed


def test_a_refusal_shows_in_the_trails_status(delivering, remote):
    daemon = delivering()
    remote.faults = ["denied"] * 1000
    send(daemon)
    trails = daemon.client("cloudtrail")
    eventually(lambda: trails.get_trail_status(Name="main").get("LatestDeliveryError") == "AccessDenied", timeout_s=60, every_s=0.5)


def test_the_secret_of_the_endpoint_is_in_no_log(delivering, remote):
    daemon = delivering()
    send(daemon)
    eventually(lambda: remote.objects, every_s=0.3)
    daemon.stop()
    assert "fake/s3/secret" not in daemon.log()


def test_a_store_that_never_answers_does_not_hold_up_a_stop(delivering, remote):
    daemon = delivering()
    remote.faults = ["hang"] * 20
    ids = send(daemon)
    eventually(lambda: len(remote.faults) < 20)
    daemon.stop()
    remote.faults = []
    daemon.start()
    eventually(lambda: ids <= delivered(remote), every_s=0.3)
    assert not remote.changed
