# SPDX-License-Identifier: Apache-2.0
"""Event data stores in the whole daemon: queryable soon, each event once, through kill -9 too, and without the engine.

Two rounds of kill -9 in the suite; CAIRN_KILL_ROUNDS for more. A failure prints its seed; CAIRN_KILL_SEED repeats the pauses.
"""
import collections
import http.client
import json
import os
import random
import threading
import time

import lake as lakes
import records
from cairn_daemon import eventually

ROUNDS = int(os.environ.get("CAIRN_KILL_ROUNDS") or 2)


def create_store(daemon, **options):
    """The table of a new store."""
    made = daemon.client("cloudtrail").create_event_data_store(Name="audit", TerminationProtectionEnabled=False, **options)
    return made["EventDataStoreArn"].rpartition("/")[2]


def ids_in(daemon, table):
    """How often each event id is in the store."""
    statement = f"SELECT eventID, count(*) AS n FROM {table} GROUP BY eventID"
    return {row["eventID"]: int(row["n"]) for row in lakes.answer(daemon.client("cloudtrail"), statement)}


def send(daemon, batch):
    assert daemon.send(batch).json()["Accepted"] == len(batch)
    return [record["eventID"] for record in batch]


def manifest_of(daemon, table):
    return json.loads((daemon.data / "lake" / table / "manifest.json").read_text())


def test_an_event_is_queryable_and_once(start_daemon):
    lakes.needs_engine()
    daemon = start_daemon()
    table = create_store(daemon)
    first = send(daemon, records.records(200))
    eventually(lambda: manifest_of(daemon, table)["files"])  # how soon, `make bench` tells
    daemon.send(records.records(1) + [records.record(event_id=first[0])])  # the second has an id that is taken
    eventually(lambda: len(ids_in(daemon, table)) >= 201, timeout_s=60)
    found = ids_in(daemon, table)
    assert set(first) <= set(found) and set(found.values()) == {1}
    daemon.restart()
    assert ids_in(daemon, table).keys() >= found.keys()


def test_what_is_past_retention_is_not_taken(start_daemon):
    lakes.needs_engine()
    daemon = start_daemon()
    table = create_store(daemon, RetentionPeriod=7)
    young, old = send(daemon, [records.record(ago_s=3600), records.record(ago_s=8 * 86400)])
    eventually(lambda: young in ids_in(daemon, table), timeout_s=60)
    assert old not in ids_in(daemon, table)


def test_without_the_engine_events_wait_until_it_is_there(start_daemon):
    lakes.needs_engine()
    daemon = start_daemon("--engine-library", "/nowhere/libduckdb.so")
    table = create_store(daemon)
    ids = send(daemon, records.records(50))
    eventually(lambda: "lake_failed" in daemon.log(), timeout_s=60)
    assert daemon.request("GET", "/readyz", sign=None).status == 200
    assert manifest_of(daemon, table)["files"] == []
    daemon.restart("--engine-library", lakes.engine_library())
    eventually(lambda: set(ids) <= set(ids_in(daemon, table)), timeout_s=60)


def test_a_copy_in_a_bucket_follows_the_store(start_daemon):
    lakes.needs_engine()
    daemon = start_daemon("--lake-copy", "copies/lake")
    s3 = daemon.client("s3")
    s3.create_bucket(Bucket="copies")
    table = create_store(daemon)

    def copied():
        """Names below the store's prefix, and those that the manifest there names."""
        found = {item["Key"].rpartition("/")[2] for item in s3.list_objects_v2(Bucket="copies", Prefix=f"lake/{table}/").get("Contents", [])}
        if "manifest.json" not in found:
            return found, None
        manifest = json.loads(s3.get_object(Bucket="copies", Key=f"lake/{table}/manifest.json")["Body"].read())
        return found - {"manifest.json"}, {file["name"] for file in manifest["files"]}

    send(daemon, records.records(20))
    for _ in range(3):
        send(daemon, records.records(20))
        eventually(lambda: all(copied()) and len(set(map(frozenset, copied()))) == 1, timeout_s=60)
    found, _ = copied()
    name = min(found & {path.name for path in (daemon.data / "lake" / table).iterdir()})
    assert s3.get_object(Bucket="copies", Key=f"lake/{table}/{name}")["Body"].read() == (daemon.data / "lake" / table / name).read_bytes()


class Sender(threading.Thread):
    """Sends until told to stop; remembers which events were acknowledged."""

    def __init__(self, daemon, seed):
        super().__init__()
        self.daemon_under_test, self.choice = daemon, random.Random(seed)
        self.acknowledged = set()
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.is_set():
            batch = records.records(self.choice.choice((1, 5, 50)))
            time.sleep(self.choice.uniform(0, 0.1))
            try:
                answer = self.daemon_under_test.send(batch)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)  # killed, or not up again yet
                continue
            rows = answer.json()["Records"] if answer.status == 200 else []
            self.acknowledged |= {record["eventID"] for record, row in zip(batch, rows) if row["Status"] in ("accepted", "duplicate")}


def test_each_event_is_once_in_the_store_after_every_kill(start_daemon):
    lakes.needs_engine()
    seed = int(os.environ.get("CAIRN_KILL_SEED") or random.randrange(1 << 30))
    print(f"CAIRN_KILL_SEED={seed}")
    choice = random.Random(seed)
    daemon = start_daemon()
    table = create_store(daemon)
    sender = Sender(daemon, seed)
    sender.start()
    try:
        for _ in range(ROUNDS):
            time.sleep(choice.uniform(0.5, 6))
            daemon.kill()
            daemon.start()
        eventually(lambda: sender.acknowledged, timeout_s=60)
    finally:
        sender.stopping.set()
        sender.join()
    eventually(lambda: sender.acknowledged <= ids_in(daemon, table).keys(), timeout_s=120, every_s=1)
    twice = collections.Counter({event: count for event, count in ids_in(daemon, table).items() if count > 1})
    assert not twice, twice.most_common(5)
    named = {file["name"] for file in manifest_of(daemon, table)["files"]}
    daemon.stop()
    left = {path.name for path in (daemon.data / "lake" / table).glob("*.parquet")}
    assert {file["name"] for file in manifest_of(daemon, table)["files"]} == left, (named, left)
    daemon.start()
