# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the whole daemon under load, again and again: nothing acknowledged is lost, nothing is twice (P1, P2).

Ten rounds in the suite; `make kill N=300` for more. A failure prints its seed; CAIRN_KILL_SEED repeats the
pauses (the kernel's timing stays its own). One round in four kills the daemon once more while it recovers.
"""
import gzip
import http.client
import itertools
import json
import os
import random
import threading
import time

import botocore.exceptions
import pytest

import digest_chain
import records
from cairn_daemon import eventually

REGIONS = ("us-east-1", "us-east-1", "eu-west-1")
ROUNDS = int(os.environ.get("CAIRN_KILL_ROUNDS") or 10)


class Sender(threading.Thread):
    """Sends batches until told to stop; remembers which events were acknowledged, and which only sent."""

    def __init__(self, daemon, seed):
        super().__init__()
        self.daemon_under_test, self.choice = daemon, random.Random(seed)
        self.acknowledged, self.sent, self.problem = set(), set(), None
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.is_set():
            time.sleep(self.choice.uniform(0, 0.04))  # else the client's work, not the daemon's, fills the machine
            batch = records.records(self.choice.choice((1, 5, 50)), region=self.choice.choice(REGIONS))
            ids = [record["eventID"] for record in batch]
            self.sent |= set(ids)
            try:
                answer = self.daemon_under_test.send(batch, compress=self.choice.random() < 0.3)
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)  # killed, or not up again yet
                continue
            if answer.status == 200:
                rows = answer.json()["Records"]
                self.acknowledged |= {event for event, row in zip(ids, rows) if row["Status"] in ("accepted", "duplicate")}
            elif answer.status not in (429, 503):
                self.problem = repr(answer)
                return


class Changer(threading.Thread):
    """Changes a trail's tags and puts objects until told to stop; remembers what was acknowledged."""

    def __init__(self, daemon, arn):
        super().__init__()
        self.trails, self.s3, self.arn = daemon.client("cloudtrail"), daemon.client("s3"), arn
        self.requests, self.stored = set(), set()
        self.tried = {}  # key to the bodies that may have been stored
        self.stopping = threading.Event()

    def run(self):
        for number in itertools.count():
            if self.stopping.is_set():
                return
            key, body = f"object-{number % 20}", f"body {number} ".encode() * (number % 5000)
            try:
                answer = self.trails.add_tags(ResourceId=self.arn, TagsList=[{"Key": f"key-{number % 40}", "Value": str(number)}])
                self.requests.add(answer["ResponseMetadata"]["RequestId"])
                self.tried.setdefault(key, []).append(body)
                self.s3.put_object(Bucket="files", Key=key, Body=body)
                self.tried[key] = [body]
                self.stored.add(key)
            except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
                time.sleep(0.02)  # killed, or not up again yet
            time.sleep(0.02)


def looked_up(daemon):
    ids = [event["EventId"] for region in sorted(set(REGIONS))
           for page in daemon.client("cloudtrail", region=region).get_paginator("lookup_events").paginate()
           for event in page["Events"]]
    assert len(ids) == len(set(ids)), "lookups show an event twice"
    return set(ids)


def delivered(s3):
    ids = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket="audit"):
        for entry in page.get("Contents", []):
            if "/CloudTrail/" in entry["Key"] and entry["Key"].endswith(".json.gz"):
                body = gzip.decompress(s3.get_object(Bucket="audit", Key=entry["Key"])["Body"].read())
                ids += [record["eventID"] for record in json.loads(body)["Records"]]
    assert len(ids) == len(set(ids)), "log files hold an event twice"
    return set(ids)


def kill_and_start(daemon, choice):
    """One round: let it work for a moment, kill it, and sometimes kill it again at a moment of its recovery."""
    time.sleep(choice.uniform(0.05, 2))
    daemon.kill()
    if choice.random() < 0.25:
        daemon.start(wait=False)
        time.sleep(choice.uniform(0, 0.4))
        daemon.kill()
    daemon.start()


def run_rounds(daemon, seed, changer):
    """All rounds under the load of three senders and a changer. Returns what was acknowledged, and all that was sent."""
    choice = random.Random(seed)
    senders = [Sender(daemon, seed + number) for number in range(3)]
    for thread in (*senders, changer):
        thread.start()
    try:
        for _ in range(ROUNDS):
            kill_and_start(daemon, choice)
        time.sleep(1)
    finally:
        for thread in (*senders, changer):
            thread.stopping.set()
        for thread in (*senders, changer):
            thread.join()
    assert not any(sender.problem for sender in senders), [sender.problem for sender in senders]
    return set().union(*(sender.acknowledged for sender in senders)), set().union(*(sender.sent for sender in senders))


def check_changes(daemon, changer):
    """Every acknowledged change is an event once, and every object is whole: the last one put, or one tried after it."""
    daemon.catch_up()
    pages = daemon.client("cloudtrail").get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "AddTags"}])
    found = [json.loads(event["CloudTrailEvent"])["requestID"] for page in pages for event in page["Events"]]
    assert len(found) == len(set(found)), "a change was recorded twice"
    assert changer.requests and not changer.requests - set(found), "an acknowledged change is no event"
    for key, bodies in changer.tried.items():
        try:
            body = daemon.client("s3").get_object(Bucket="files", Key=key)["Body"].read()
        except daemon.client("s3").exceptions.NoSuchKey:
            assert key not in changer.stored, key
        else:
            assert body in bodies, key


def check_chain(daemon, arn, region, seed):
    """One region's digests are one chain that names every log file there is."""
    chain = digest_chain.Chain(daemon.client("s3"), daemon.client("cloudtrail", region=region), arn, "audit", region=region)
    eventually(lambda: set(chain.log_keys()) == set(chain.validate().logs), timeout_s=180, every_s=2)
    report = chain.validate()
    assert report.is_one_good_chain, f"seed {seed}, {region}: {report.invalid} {report.breaks} {report.starts}"
    return report


@pytest.mark.slow
def test_kill_9_under_load_loses_nothing_and_repeats_nothing(start_daemon, validate_logs):
    seed = int(os.environ.get("CAIRN_KILL_SEED") or random.randrange(1 << 30))
    print(f"CAIRN_KILL_SEED={seed}")
    daemon = start_daemon("--delivery-interval", "1s", "--digest-interval", "2s", "--key-rotation-interval", "30s",
                          "--journal-segment-size", "1m")
    s3, trails = daemon.client("s3"), daemon.client("cloudtrail")
    s3.create_bucket(Bucket="audit")
    s3.create_bucket(Bucket="files")
    arn = trails.create_trail(Name="main", S3BucketName="audit", IsMultiRegionTrail=True, EnableLogFileValidation=True)["TrailARN"]
    trails.start_logging(Name="main")
    changer = Changer(daemon, arn)
    acknowledged, sent = run_rounds(daemon, seed, changer)
    assert len(acknowledged) > ROUNDS
    check_changes(daemon, changer)  # which waits for the events too

    found = looked_up(daemon)
    assert not acknowledged - found, f"seed {seed}: acknowledged and not found: {sorted(acknowledged - found)[:5]}"
    eventually(lambda: not found & sent - delivered(s3), timeout_s=180, every_s=1)
    files = delivered(s3)
    assert not acknowledged - files, f"seed {seed}: acknowledged and in no log file: {sorted(acknowledged - files)[:5]}"

    trails.stop_logging(Name="main")  # a last digest covers what the ones before do not
    reports = [check_chain(daemon, arn, region, seed) for region in sorted(set(REGIONS))]
    logs, digests = (sum(len(part) for part in parts) for parts in zip(*((report.logs, report.digests) for report in reports)))
    print(f"{ROUNDS} rounds: {len(acknowledged)} events acknowledged of {len(sent)} sent, {logs} log files, {digests} digests, "
          f"{len(changer.requests)} changes")
    if validate_logs:
        done = validate_logs(daemon, "--trail-arn", arn, "--start-time", "2026-01-01T00:00:00Z")
        assert done.returncode == 0 and "INVALID" not in done.stdout + done.stderr, f"seed {seed}\n{done.stdout}{done.stderr}"
