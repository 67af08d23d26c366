# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the whole daemon while an event data store takes events, merges files, imports and is queried: each event is
once in the store, imports and queries come to their end, and no worker or file stays behind.

Three rounds in the suite; `make lake-kill N=100` for more. A failure prints its seed; CAIRN_KILL_SEED repeats the pauses
(the kernel's timing stays its own). One round in four kills the daemon once more while it recovers.
"""
import gzip
import http.client
import json
import os
import pathlib
import random
import threading
import time

import botocore.exceptions
import pytest

import lake as lakes
import records
from cairn_daemon import ACCOUNT, REGION, eventually, settled

ROUNDS = int(os.environ.get("CAIRN_KILL_ROUNDS") or 2)
FILES, FILE_EVENTS = 60, 40
DAY_S = 24 * 60 * 60
ORPHAN_S = 20  # less than what a query may take that nobody ends
USUAL = {"MaxConcurrentQueriesException", "AccountHasOngoingImportException", "InactiveQueryException", "ThrottlingException"}


def is_usual(problem):
    """What a daemon that is killed again and again may answer, or not."""
    if isinstance(problem, botocore.exceptions.ClientError):
        return problem.response["Error"]["Code"] in USUAL or problem.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    return isinstance(problem, (OSError, http.client.HTTPException, botocore.exceptions.BotoCoreError))


class Worker(threading.Thread):
    """Does something again and again until told to stop, whatever the daemon's state; keeps what went really wrong."""

    def __init__(self, seed):
        super().__init__()
        self.choice, self.problem, self.stopping = random.Random(seed), None, threading.Event()

    def run(self):
        while not self.stopping.is_set() and self.problem is None:
            try:
                self.step()
            except Exception as problem:
                if not is_usual(problem):
                    self.problem = repr(problem)
                time.sleep(0.02)  # killed, or not up again yet


class Sender(Worker):
    """Live events of the last days, so that many files are to be merged; now and then those of a log file of the archive."""

    def __init__(self, daemon, archive, seed):
        super().__init__(seed)
        self.target, self.archive, self.acknowledged, self.sent = daemon, archive, set(), set()

    def step(self):
        time.sleep(self.choice.uniform(0, 0.1))
        if self.choice.random() < 0.1:
            batch = self.choice.choice(self.archive)
        else:
            batch = records.records(self.choice.choice((1, 10, 60)), ago_s=self.choice.randrange(4) * DAY_S)
        ids = [record["eventID"] for record in batch]
        self.sent |= set(ids)
        answer = self.target.send(batch)
        if answer.status == 200:
            rows = answer.json()["Records"]
            self.acknowledged |= {event for event, row in zip(ids, rows) if row["Status"] in ("accepted", "duplicate")}
        elif answer.status not in (429, 503):
            self.problem = repr(answer)


class Importer(Worker):
    """One import of the archive after the other."""

    def __init__(self, daemon, store, seed):
        super().__init__(seed)
        self.lake, self.store, self.current = daemon.client("cloudtrail"), store, None

    def step(self):
        time.sleep(0.05)
        if self.current is None:
            source = {"S3LocationUri": "s3://archive/", "S3BucketRegion": REGION, "S3BucketAccessRoleArn": f"arn:aws:iam::{ACCOUNT}:role/import"}
            self.current = self.lake.start_import(Destinations=[self.store], ImportSource={"S3": source})["ImportId"]
        status = self.lake.get_import(ImportId=self.current)["ImportStatus"]
        if status in ("COMPLETED", "FAILED", "STOPPED"):
            self.current = None


class Asker(Worker):
    """Queries, short and long; cancels one in four. `cancelled`: those whose cancellation was acknowledged."""

    def __init__(self, daemon, table, seed):
        super().__init__(seed)
        self.lake, self.started, self.cancelled = daemon.client("cloudtrail"), set(), set()
        some = f"(SELECT eventID FROM {table} LIMIT 2000)"
        self.statements = (f"SELECT count(*) AS n FROM {table}", f"SELECT count(*) AS n FROM {some} a CROSS JOIN {some} b WHERE a.eventID < b.eventID")

    def step(self):
        time.sleep(self.choice.uniform(0.05, 0.4))
        query_id = self.lake.start_query(QueryStatement=self.choice.choice(self.statements))["QueryId"]
        self.started.add(query_id)
        if self.choice.random() < 0.25:
            time.sleep(self.choice.uniform(0, 0.2))
            self.lake.cancel_query(QueryId=query_id)
            self.cancelled.add(query_id)


def write_archive(daemon):
    """A bucket with log files of the last days. Returns the records of each."""
    s3, written = daemon.client("s3"), []
    s3.create_bucket(Bucket="archive")
    for number in range(FILES):
        batch = records.records(FILE_EVENTS, ago_s=number % 4 * DAY_S + 60)
        when = batch[0]["eventTime"]
        name = f"{ACCOUNT}_CloudTrail_{REGION}_{when[:16].replace('-', '').replace(':', '')}Z_{number:016}.json.gz"
        key = f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/{when[:10].replace('-', '/')}/{name}"
        s3.put_object(Bucket="archive", Key=key, Body=gzip.compress(json.dumps({"Records": batch}).encode()))
        written.append(batch)
    return written


def workers_of(process_id):
    """The processes that work for that daemon."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes().split(b"\0")[:3] == [b"cairn", b"worker", str(process_id).encode()]:
                found.append(path.parent.name)
        except OSError:
            continue  # it has ended meanwhile
    return found


def kill(daemon):
    process_id = daemon.process.pid
    busy = len(workers_of(process_id))
    daemon.kill()
    eventually(lambda: not workers_of(process_id), timeout_s=ORPHAN_S)
    return busy


def kill_and_start(daemon, choice):
    """One round: let it work for a moment, kill it, sometimes again at a moment of its recovery. Returns the workers met."""
    time.sleep(choice.uniform(0.2, 5))
    busy = kill(daemon)
    if choice.random() < 0.25:
        daemon.start(wait=False)
        time.sleep(choice.uniform(0, 0.6))
        busy += kill(daemon)
    daemon.start()
    return busy


def listed(operation, member, **options):
    """All entries of a list in pages."""
    found, token = [], {}
    while True:
        page = operation(**options, **token)
        found += page[member]
        if "NextToken" not in page:
            return found
        token = {"NextToken": page["NextToken"]}


def queries(client, store):
    return {query["QueryId"]: query["QueryStatus"] for query in listed(client.list_queries, "Queries", EventDataStore=store)}


def imports(client):
    return [entry["ImportStatus"] for entry in listed(client.list_imports, "Imports")]


def stray_files(data, table, query_ids):
    """What is in the store's folder and no manifest names, and rows of no query."""
    folder = data / "lake" / table
    manifest = json.loads((folder / "manifest.json").read_text())
    named = {entry["name"] for entry in manifest["files"]} | {f"{sequence:020}.ids" for sequence in manifest["ids"]}
    rows = {path.name for path in (data / "lake/results").iterdir()} - {f"{query_id}.rows" for query_id in query_ids}
    return sorted(({path.name for path in folder.iterdir()} - named - {"manifest.json", "seen"}) | rows)


def check_store(client, table, workers, archived):
    """Every acknowledged and every imported event is in the store once, and nothing else but Cairn's own."""
    senders = [worker for worker in workers if isinstance(worker, Sender)]
    acknowledged = set().union(*(sender.acknowledged for sender in senders)) | archived
    sent = set().union(*(sender.sent for sender in senders)) | archived
    statement = f"SELECT eventID FROM {table} WHERE userAgent = 'cairn-tests/1'"

    def all_found():
        """The ids in the store, once every acknowledged one is among them: those of which nobody knows may come before."""
        found = {row["eventID"] for row in lakes.answer(client, statement)}
        return found if acknowledged <= found else None

    found = eventually(all_found, timeout_s=120, every_s=1)
    twice = lakes.answer(client, f"SELECT eventID, count(*) AS n FROM {table} GROUP BY eventID HAVING count(*) > 1")
    assert twice == []
    assert not found - sent, f"in the store and sent by nobody: {sorted(found - sent)[:5]}"
    return len(found), len(acknowledged)


@pytest.mark.slow
def test_kill_9_while_a_store_works_leaves_each_event_once(start_daemon):
    lakes.needs_engine()
    seed = int(os.environ.get("CAIRN_KILL_SEED") or random.randrange(1 << 30))
    print(f"CAIRN_KILL_SEED={seed}")
    choice, busy = random.Random(seed), 0
    daemon = start_daemon("--journal-segment-size", "1m", "--query-memory", "256m")
    client = daemon.client("cloudtrail")
    archive = write_archive(daemon)
    store = client.create_event_data_store(Name="main")["EventDataStoreArn"]
    table = store.rpartition("/")[2]
    asker, importer = Asker(daemon, table, seed), Importer(daemon, store, seed)
    workers = [Sender(daemon, archive, seed + 1), Sender(daemon, archive, seed + 2), importer, asker]
    for worker in workers:
        worker.start()
    try:
        for _ in range(ROUNDS):
            busy += kill_and_start(daemon, choice)
        eventually(lambda: asker.started and all(worker.acknowledged for worker in workers if isinstance(worker, Sender)), timeout_s=120)
        eventually(lambda: workers_of(daemon.process.pid), every_s=0.02, timeout_s=120)  # else none is ever found left behind
    finally:
        for worker in workers:
            worker.stopping.set()
        for worker in workers:
            worker.join()
    assert not any(worker.problem for worker in workers), [worker.problem for worker in workers]

    eventually(lambda: not set(imports(client)) & {"INITIALIZING", "IN_PROGRESS"}, timeout_s=120, every_s=0.5)
    assert set(imports(client)) == {"COMPLETED"}, f"seed {seed}"
    eventually(lambda: not set(queries(client, store).values()) & {"QUEUED", "RUNNING"}, timeout_s=300, every_s=0.5)
    ended = queries(client, store)
    assert set(ended.values()) <= {"FINISHED", "CANCELLED"} and not asker.started - set(ended), f"seed {seed}: {ended}"
    assert all(ended[query_id] == "CANCELLED" for query_id in asker.cancelled), f"seed {seed}"
    archived = {record["eventID"] for batch in archive for record in batch}
    found, acknowledged = check_store(client, table, workers, archived)

    settled(lambda: (daemon.data / "lake" / table / "manifest.json").stat().st_mtime_ns, quiet_s=4, timeout_s=120)  # merging too is done
    assert check_store(client, table, workers, archived)[0] >= found
    process_id, ended = daemon.process.pid, queries(client, store)
    daemon.stop()
    eventually(lambda: not workers_of(process_id), timeout_s=ORPHAN_S)
    assert not stray_files(daemon.data, table, ended), f"seed {seed}"
    print(f"{ROUNDS} rounds, {busy} workers cut: {found} events in the store, {acknowledged} acknowledged; {len(ended)} queries")
