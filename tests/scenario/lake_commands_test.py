# SPDX-License-Identifier: Apache-2.0
"""cairn query, over a daemon's stores and over files; cairn import s3://, history out of a bucket."""
import collections
import contextlib
import csv
import gzip
import io
import json
import os
import signal
import socket
import subprocess
import time
import uuid

import pytest

import lake as lakes
import records
from cairn_daemon import REGION, binary, eventually, plain_environment, run_command
from terminal import open_terminal

COUNT = "SELECT eventName, count(*) AS n FROM events GROUP BY eventName ORDER BY eventName"


@pytest.fixture(scope="module")
def names():
    """What the store of the tests is filled with."""
    return collections.Counter({"CreateBucket": 1100, "DeleteBucket": 400, "RunInstances": 7})


@pytest.fixture(scope="module")
def filled(shared_daemon, names):
    """The daemon, with one store that has all events of `names`. Returns the store's id."""
    lakes.needs_engine()
    client = shared_daemon.client("cloudtrail")
    arn = client.create_event_data_store(Name="main")["EventDataStoreArn"]
    batch = [records.record(name=name) for name, count in names.items() for _ in range(count)]
    assert shared_daemon.send(batch).json()["Accepted"] == len(batch)
    table = arn.rpartition("/")[2]
    statement = f"SELECT count(*) AS n FROM {table} WHERE eventName IN {tuple(names)}"
    eventually(lambda: lakes.answer(client, statement) == [{"n": str(len(batch))}], timeout_s=60, every_s=0.5)
    return table


def of_interest(statement, names):
    return statement.replace("GROUP BY", f"WHERE eventName IN {tuple(names)} GROUP BY", 1)


def interrupted(command, environment, when):
    """Start, wait until when() is true, send SIGINT. Returns the exit status, and what went to both outputs."""
    with subprocess.Popen([binary(), *command], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:
        eventually(when)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors


def credentials(daemon):
    return {"CAIRN_ENDPOINT": daemon.url, "AWS_ACCESS_KEY_ID": daemon.key[0], "AWS_SECRET_ACCESS_KEY": daemon.key[1], "AWS_REGION": REGION}


def query_files(*arguments, check=True, **environment):
    """cairn query --path, with no daemon and no credentials."""
    environment = {"CAIRN_ENGINE_LIBRARY": lakes.engine_library() or "", **environment}
    return run_command([binary(), "query", *arguments], plain_environment(**environment), check)


def write_files(folder, count=3, events=50):
    """Log files as a bucket has them, one of them gzip. Returns all records."""
    written = []
    for number in range(count):
        batch = records.records(events, ago_s=number * 60)
        written += batch
        place = folder / f"AWSLogs/123456789012/CloudTrail/us-east-1/2026/01/{number + 1:02}"
        place.mkdir(parents=True)
        data = json.dumps({"Records": batch}).encode()
        (place / f"{number}.json.gz").write_bytes(gzip.compress(data)) if number == 0 else (place / f"{number}.json").write_bytes(data)
    return written


# A daemon's stores

def test_rows_come_as_json_csv_and_table(shared_daemon, filled, names):
    expected = [{"eventName": name, "n": str(count)} for name, count in sorted(names.items())]
    for table in ("events", "$EDS_ID", filled):
        statement = of_interest(COUNT, names).replace("FROM events", f"FROM {table}")
        assert json.loads(shared_daemon.run("query", "--output", "json", statement).stdout) == expected
    done = shared_daemon.run("query", "--output", "csv", statement)
    assert (list(csv.DictReader(io.StringIO(done.stdout))), done.stderr) == (expected, "")
    done = shared_daemon.run("query", statement)
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines == [["eventName", "n"], *([row["eventName"], row["n"]] for row in expected)]
    assert "3 rows" in done.stderr


def test_all_pages_are_printed(shared_daemon, filled, names):
    done = shared_daemon.run("query", "--output", "csv", f"SELECT eventID FROM events WHERE eventName IN {tuple(names)}")
    ids = done.stdout.split()[1:]
    assert len(ids) == len(set(ids)) == sum(names.values())  # more than a page has


def test_odd_values_survive_csv_and_json(shared_daemon, filled):
    statement = "SELECT DISTINCT 'a,\"b\"' AS \"one,two\", 'line' || chr(10) || 'break' AS b, CAST(NULL AS varchar) AS c FROM events"
    row = {"one,two": "a,\"b\"", "b": "line\nbreak", "c": ""}
    assert json.loads(shared_daemon.run("query", "--output", "json", statement).stdout) == [row]
    assert list(csv.DictReader(io.StringIO(shared_daemon.run("query", "--output", "csv", statement).stdout))) == [row]
    assert "line?break" in shared_daemon.run("query", statement).stdout


def test_no_rows_are_an_empty_answer(shared_daemon, filled):
    for form, expected in (("json", "[]\n"), ("csv", ""), ("table", "")):
        assert shared_daemon.run("query", "--output", form, "SELECT eventName FROM events WHERE eventName = 'none'").stdout == expected


def test_a_fault_is_shown_at_its_place_in_what_was_typed(shared_daemon, filled):
    for statement, place, line, caret in (
            ("SELECT nothing FROM events", "line 1:8: ", "  SELECT nothing FROM events", 9),
            ("SELECT e.eventName\nFROM events e JOIN events f\n  ON e.eventID = f.eventID AND f.nothing = 1", "line 3:32: ",
             "    ON e.eventID = f.eventID AND f.nothing = 1", 33),
            ("SELECT 'ü€𝄞' AS a, b FROM events", "line 1:20: ", "  SELECT 'ü€𝄞' AS a, b FROM events", 21),
            ("DROP TABLE events", "line 1:1: ", "  DROP TABLE events", 2)):
        done = shared_daemon.run("query", statement, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        message, shown, mark = done.stderr.splitlines()
        assert message.startswith(f"cairn query: {place}") and (shown, mark) == (line, " " * caret + "^"), done.stderr
        assert filled not in done.stderr


def test_what_cannot_be_asked_is_told(shared_daemon, filled):
    unknown = str(uuid.uuid4())
    for arguments, status, words in (
            ((), 2, "give one statement"), (("SELECT 1", "FROM events"), 2, "in quotes"), (("--output", "xml", COUNT), 2, "table|json|csv"),
            (("--store", "main", f"SELECT 1 FROM {filled}"), 2, "no FROM events"), (("--path", "x", "--store", "main", COUNT), 2, "leave --store"),
            (("--store", "other", COUNT), 1, "there are: main"), ((f"SELECT eventID FROM {unknown}",), 1, "EventDataStoreNotFoundException"),
            (("SELECT CAST(eventName AS integer) FROM events",), 1, "whole number")):
        done = shared_daemon.run("query", *arguments, check=False)
        assert (done.returncode, done.stdout) == (status, "") and words in done.stderr, (arguments, done)


def test_a_store_is_found_by_name_id_and_arn_and_must_be_named_where_there_are_two(shared_daemon, filled, names):
    client = shared_daemon.client("cloudtrail")
    arn = client.create_event_data_store(Name="second", TerminationProtectionEnabled=False)["EventDataStoreArn"]
    try:
        done = shared_daemon.run("query", COUNT, check=False)
        assert done.returncode == 1 and "main" in done.stderr and "second" in done.stderr
        for name in ("main", filled, filled.upper(), client.get_event_data_store(EventDataStore=filled)["EventDataStoreArn"]):
            done = shared_daemon.run("query", "--store", name, "--output", "json", of_interest(COUNT, names))
            assert [row["n"] for row in json.loads(done.stdout)] == ["1100", "400", "7"]
    finally:
        client.delete_event_data_store(EventDataStore=arn)
    shared_daemon.run("query", COUNT)  # what waits for its deletion does not count


def test_interrupting_it_cancels_the_query(shared_daemon, filled):
    client = shared_daemon.client("cloudtrail")

    def running():
        return client.list_queries(EventDataStore=filled, QueryStatus="RUNNING")["Queries"]

    status, output, errors = interrupted(["query", lakes.endless("events")], plain_environment(**credentials(shared_daemon)), running)
    assert (status, output) == (130, "") and "cancelled" in errors
    cancelled = client.list_queries(EventDataStore=filled, QueryStatus="CANCELLED")["Queries"]
    assert len(cancelled) == 1 and not running()


def test_a_second_interrupt_does_not_wait_for_a_daemon_that_hangs(shared_daemon, filled):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environment = plain_environment(**{**credentials(shared_daemon), "CAIRN_ENDPOINT": f"http://127.0.0.1:{silent.getsockname()[1]}"})
        with subprocess.Popen([binary(), "query", COUNT], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            connection, _ = silent.accept()
            for _ in range(2):
                process.send_signal(signal.SIGINT)
                time.sleep(0.3)
            assert process.wait(30) == 130
            connection.close()


def test_a_terminal_sees_that_something_goes_on(shared_daemon, filled):
    """The bar is on standard error, only where that is a terminal."""
    statement = "SELECT sum(length(concat(a.eventID, c.eventID))) FROM events a CROSS JOIN events b CROSS JOIN events c"
    ours, theirs = open_terminal()
    with subprocess.Popen([binary(), "query", statement], env=plain_environment(**credentials(shared_daemon)), stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=theirs) as process:
        os.close(theirs)
        seen = b""
        deadline = time.monotonic() + 30
        while b"MB read" not in seen and time.monotonic() < deadline:
            seen += os.read(ours, 4096)
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(OSError):  # the terminal's end
            while os.read(ours, 4096):
                pass
    os.close(ours)
    assert b"####" in seen and b"MB read" in seen and process.returncode in (130, 0)


def test_a_reader_that_has_enough_ends_it_quietly(shared_daemon, filled):
    with subprocess.Popen([binary(), "query", "--output", "csv", "SELECT eventID FROM events"], stdin=subprocess.DEVNULL,
                          env=plain_environment(**credentials(shared_daemon)), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert (process.wait(60), process.stderr.read()) == (0, b"")


# Files

def test_files_are_queried_without_a_daemon(tmp_path):
    lakes.needs_engine()
    written = write_files(tmp_path / "logs")
    for table in ("events", "$EDS_ID", uuid.uuid4()):
        done = query_files("--path", tmp_path / "logs", "--output", "csv", f"SELECT eventID FROM {table}", TMPDIR=str(tmp_path))
        assert sorted(done.stdout.split()[1:]) == sorted(record["eventID"] for record in written)
    one, two = (tmp_path / "logs" / f"AWSLogs/123456789012/CloudTrail/us-east-1/2026/01/{day}" for day in ("01", "02"))
    done = query_files("--path", one, "--path", two, "--output", "json", "SELECT count(*) AS n, max(events.eventName) AS name FROM events")
    assert json.loads(done.stdout) == [{"n": "100", "name": written[0]["eventName"]}]
    assert [path.name for path in tmp_path.iterdir()] == ["logs"]  # nothing stays


def test_the_real_records_by_service(shared_data):
    lakes.needs_engine()
    expected = collections.Counter(record["eventSource"] for path in shared_data.glob("*.json") for record in json.loads(path.read_text())["Records"])
    done = query_files("--path", shared_data, "--output", "json", "SELECT eventSource, count(*) AS n FROM events GROUP BY 1")
    assert {row["eventSource"]: int(row["n"]) for row in json.loads(done.stdout)} == expected


def test_broken_files_and_records_are_left_out_and_told(tmp_path):
    lakes.needs_engine()
    written = write_files(tmp_path)
    (tmp_path / "broken.json.gz").write_bytes(gzip.compress(b"{")[:-4])
    (tmp_path / "odd.json").write_text(json.dumps({"Records": [{"eventName": "NoTime"}]}))
    done = query_files("--path", tmp_path, "--output", "csv", "SELECT count(*) AS n FROM events", check=False)
    assert (done.returncode, done.stdout) == (3, f"n\n{len(written)}\n")
    assert "broken.json.gz" in done.stderr and "is left out" in done.stderr


def test_faults_over_files_are_told_before_files_are_read(tmp_path):
    lakes.needs_engine()
    (tmp_path / "broken.json").write_text("{")
    done = query_files("--path", tmp_path, "SELECT nothing FROM events", check=False)
    assert done.returncode == 1 and "line 1:8: " in done.stderr and "       ^" in done.stderr and "broken.json" not in done.stderr
    done = query_files("--path", tmp_path / "nowhere", COUNT, check=False)
    assert done.returncode == 1 and "nowhere" in done.stderr


def test_without_the_engine_it_says_what_is_missing(tmp_path):
    write_files(tmp_path / "logs", count=1)
    done = query_files("--path", tmp_path / "logs", COUNT, check=False, CAIRN_ENGINE_LIBRARY=str(tmp_path / "libduckdb.so"), TMPDIR=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "") and f"the SQL engine's library {tmp_path}/libduckdb.so is not there" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["logs"]


def test_interrupting_a_query_over_files_leaves_nothing(tmp_path):
    lakes.needs_engine()
    write_files(tmp_path / "logs", count=4)
    place = tmp_path / "tmp"
    place.mkdir()
    status, output, errors = interrupted(
        ["query", "--output", "csv", "--path", tmp_path / "logs", lakes.endless("events")],
        plain_environment(CAIRN_ENGINE_LIBRARY=lakes.engine_library(), TMPDIR=str(place)),
        lambda: list(place.glob("*/*.parquet")))
    assert (status, output) == (130, "") and "cancelled" in errors
    assert not list(place.iterdir())


# Buckets

@pytest.fixture
def archive(start_daemon):
    """A daemon whose trail has delivered log files and signed digests of them. Returns it, the ids of all events, and the
    keys of the log files."""
    daemon = start_daemon("--delivery-interval", "1s", "--digest-interval", "2s")
    s3, trails = daemon.client("s3"), daemon.client("cloudtrail")
    s3.create_bucket(Bucket="audit")
    trails.create_trail(Name="main", S3BucketName="audit", EnableLogFileValidation=True)
    trails.start_logging(Name="main")

    def delivered():
        keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket="audit").get("Contents", []) if "/CloudTrail/" in entry["Key"]]
        bodies = [json.loads(gzip.decompress(s3.get_object(Bucket="audit", Key=key)["Body"].read())) for key in keys if key.endswith(".gz")]
        return [record for body in bodies for record in body["Records"]], [key for key in keys if key.endswith(".gz")]

    for _ in range(2):  # a log file each
        batch = records.records(10)
        daemon.send(batch)
        eventually(lambda: {record["eventID"] for record in batch} <= {record["eventID"] for record in delivered()[0]})
    trails.stop_logging(Name="main")  # a last digest covers what the ones before do not
    eventually(lambda: any(record["eventName"] == "StopLogging" for record in delivered()[0]))  # the trail's last event
    eventually(lambda: import_summary(daemon, "s3://audit")[1]["buckets"][0]["isProvedComplete"], every_s=0.5)
    found, keys = delivered()
    assert len(keys) > 1
    return daemon, {record["eventID"] for record in found}, keys


def import_summary(daemon, *arguments, **environment):
    done = daemon.run("import", "--output", "json", *arguments, check=False, **environment)
    return done, json.loads(done.stdout or "null")


def found_ids(daemon):
    return {event["EventId"] for page in daemon.client("cloudtrail").get_paginator("lookup_events").paginate() for event in page["Events"]}


def test_a_bucket_of_the_daemon_is_read_and_proved(archive):
    daemon, ids, keys = archive
    done, summary = import_summary(daemon, "s3://audit/")
    bucket, = summary["buckets"]
    assert (done.returncode, summary["accepted"], summary["duplicate"], bucket["files"]) == (0, 0, len(ids), len(keys))
    assert "digests prove" in bucket["reason"] and "proved complete: " in daemon.run("import", "s3://audit/").stdout
    one = import_summary(daemon, f"s3://audit/{keys[0]}")[1]  # a prefix may be one file's key
    assert 0 < one["duplicate"] < len(ids) and one["buckets"][0]["files"] == 1


def test_a_bucket_elsewhere_comes_in_once(archive, start_daemon):
    there, ids, _ = archive
    here = start_daemon()
    for arguments, environment in ((("--s3-endpoint", there.url), {}), (("--archive",), {"AWS_ENDPOINT_URL_S3": there.url})):
        done, summary = import_summary(here, *arguments, "s3://audit", **environment)
        assert done.returncode == 0 and summary["accepted"] + summary["duplicate"] == len(ids)
        assert not summary["buckets"][0]["isProvedComplete"] and "keys that this Cairn does not know" in summary["buckets"][0]["reason"]
    eventually(lambda: ids <= found_ids(here))


def test_what_is_missing_or_changed_is_told(archive, start_daemon):
    there, _, keys = archive
    s3 = there.client("s3")
    s3.delete_object(Bucket="audit", Key=keys[0])
    s3.put_object(Bucket="audit", Key=keys[1], Body=gzip.compress(json.dumps({"Records": [records.record()]}).encode()))
    s3.put_object(Bucket="audit", Key=keys[1].replace("_CloudTrail_us-east-1_2", "_CloudTrail_us-east-1_3"), Body=b"no gzip")
    done, summary = import_summary(start_daemon(), "--s3-endpoint", there.url, "s3://audit")
    bucket, = summary["buckets"]
    assert (done.returncode, bucket["filesLeftOut"], bucket["isProvedComplete"]) == (3, 3, False)
    for key, words in ((keys[0], "it is not there"), (keys[1], "")):
        assert any(f"s3://audit/{key}: " in line and words in line for line in done.stderr.splitlines()), done.stderr


def test_what_is_no_bucket_is_told(shared_daemon):
    shared_daemon.client("s3").create_bucket(Bucket="empty")
    closed = "http://127.0.0.1:1"
    for arguments, status, words in (
            (("s3://",), 2, "names no bucket"), (("s3:///prefix",), 2, "names no bucket"), (("s3://no-such-bucket",), 1, "NoSuchBucket"),
            (("--s3-endpoint", closed, "s3://audit"), 1, "connect"), (("s3://empty",), 0, "")):
        done = shared_daemon.run("import", *arguments, check=False)
        assert done.returncode == status and words in done.stderr, (arguments, done)
    assert "there are no digests" in done.stdout
