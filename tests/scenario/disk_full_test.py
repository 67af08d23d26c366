# SPDX-License-Identifier: Apache-2.0
"""A full disk: nothing more is acknowledged, what is there can be read, and with room again all goes on (P7).

On a small tmpfs, which only root can mount; skipped elsewhere.
"""
import botocore.exceptions
import pytest

import records
from cairn_daemon import eventually
from small_disk import MIB


@pytest.fixture
def start(start_on):
    return lambda *options: start_on("--journal-segment-size", "4m", *options)


def looked_up(daemon):
    pages = daemon.client("cloudtrail").get_paginator("lookup_events").paginate()
    ids = [event["EventId"] for page in pages for event in page["Events"]]
    assert len(ids) == len(set(ids))
    return set(ids)


def metric(daemon, name):
    text = daemon.request("GET", "/metrics", sign=None).body.decode()
    return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(name + " "))


def ids_of(batch):
    return {record["eventID"] for record in batch}


def test_below_the_floor_writes_are_refused_and_reads_go_on_until_there_is_room(small_disk, start):
    daemon = start("--free-disk-floor", "16m")
    s3, trails = daemon.client("s3"), daemon.client("cloudtrail")
    s3.create_bucket(Bucket="audit")
    s3.put_object(Bucket="audit", Key="kept", Body=b"kept")
    before = records.records(100)
    assert daemon.send(before).json()["Accepted"] == 100
    eventually(lambda: ids_of(before) <= looked_up(daemon))

    small_disk.fill(leave=8 * MIB)
    refused = records.records(100)
    answer = daemon.send(refused)
    assert answer.status == 503, answer
    assert answer.error == "ServiceUnavailable" and "free" in answer.json()["Message"].lower()
    eventually(lambda: daemon.request("GET", "/readyz", sign=None).status == 503)
    assert daemon.request("GET", "/healthz", sign=None).status == 200
    for change in (lambda: trails.create_trail(Name="main", S3BucketName="audit"), lambda: s3.create_bucket(Bucket="more"),
                   lambda: s3.put_object(Bucket="audit", Key="new", Body=b"new")):
        with pytest.raises(botocore.exceptions.ClientError) as raised:
            change()
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] >= 500
    assert ids_of(before) <= looked_up(daemon)
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket="audit")["Contents"]] == ["kept"]
    assert s3.get_object(Bucket="audit", Key="kept")["Body"].read() == b"kept"
    assert trails.describe_trails()["trailList"] == []
    assert daemon.cairn("GetStatus").status == 200
    assert metric(daemon, "cairn_unrecorded_reads_total") > 3, "what cannot be recorded must at least be counted"

    small_disk.empty()
    eventually(lambda: daemon.request("GET", "/readyz", sign=None).status == 200)
    after = records.records(100)
    assert daemon.send(after).json()["Accepted"] == 100
    assert daemon.send(refused).json()["Accepted"] == 100, "what was refused must not have left its ids"
    eventually(lambda: ids_of(before + after + refused) <= looked_up(daemon))


def test_a_disk_that_is_full_to_the_last_byte_loses_nothing_acknowledged(small_disk, start):
    daemon = start("--free-disk-floor", "0")
    acknowledged = set()
    small_disk.fill(leave=6 * MIB)
    for _ in range(200):
        batch = records.records(100)
        answer = daemon.send(batch)
        if answer.status != 200:
            break
        acknowledged |= ids_of(batch)
    assert answer.status >= 500, answer
    assert daemon.request("GET", "/healthz", sign=None).status == 200
    eventually(lambda: acknowledged <= looked_up(daemon))
    small_disk.empty()
    daemon.restart()
    eventually(lambda: acknowledged <= looked_up(daemon))
    last = records.records(10)
    assert daemon.send(last).json()["Accepted"] == 10
