# SPDX-License-Identifier: Apache-2.0
"""The daemon's life: it starts, answers, keeps to its data folder and stops with exit status 0."""
import concurrent.futures
import contextlib
import http.client
import json
import shutil
import stat
import subprocess
import threading
import time

import pytest

import cairn_daemon
import records
from lake import needs_engine


def test_it_answers_health_readiness_and_metrics_without_a_signature(daemon):
    for path in ("/healthz", "/readyz", "/metrics"):
        assert daemon.request("GET", path, sign=None).status == 200


def test_it_stops_with_exit_status_0_and_starts_again_on_its_data(daemon):
    daemon.restart()
    assert daemon.request("GET", "/readyz", sign=None).status == 200


def test_sigterm_under_load_ends_with_0_and_keeps_what_was_acknowledged(daemon):
    acknowledged, stopping = set(), threading.Event()

    def send():
        while not stopping.is_set():
            batch = records.records(20)
            try:
                answer = daemon.send(batch)
            except (OSError, http.client.HTTPException):
                continue  # refused or cut off: not acknowledged
            if answer.status == 200:
                acknowledged.update(record["eventID"] for record in batch)

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    try:
        for _ in range(2):
            before = len(acknowledged)
            cairn_daemon.eventually(lambda before=before: len(acknowledged) > before + 100)
            daemon.stop()
            daemon.start()
    finally:
        stopping.set()
        for sender in senders:
            sender.join()
    daemon.catch_up()
    pages = daemon.client("cloudtrail").get_paginator("lookup_events").paginate()
    found = [event["EventId"] for page in pages for event in page["Events"]]
    assert acknowledged <= set(found) and len(found) == len(set(found))


def test_it_starts_after_kill_9(daemon):
    daemon.restart(by_kill=True)
    assert daemon.request("GET", "/readyz", sign=None).status == 200


def test_first_credentials_are_made_and_kept_where_only_the_owner_reads_them(start_daemon):
    daemon = start_daemon(environment={"CAIRN_ROOT_ACCESS_KEY_ID": "", "CAIRN_ROOT_SECRET_ACCESS_KEY": ""})
    path = daemon.data / "root-credentials.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    key = made_key(path)
    identity = daemon.client("sts", key=key).get_caller_identity()
    assert identity["Account"] == cairn_daemon.ACCOUNT
    daemon.restart()
    assert made_key(path) == key


def made_key(path):
    """The access key and the secret, whatever the members are called."""
    members = {name.lower().replace("_", ""): value for name, value in json.loads(path.read_text()).items()}
    return (next(members[name] for name in ("accesskeyid", "awsaccesskeyid") if name in members),
            next(members[name] for name in ("secretaccesskey", "awssecretaccesskey") if name in members))


def test_the_steps_it_prints_can_be_copied_in_any_folder(tmp_path):
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    (home / "program").symlink_to(cairn_daemon.binary())
    command = ["./program", "serve", "--data", "it's data", "--listen", "127.0.0.1:0", "--region", "eu-west-1"]
    with subprocess.Popen(command, cwd=home, env=cairn_daemon.plain_environment(), text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as daemon:
        lines = [daemon.stdout.readline().strip() for _ in range(8)]
        daemon.stdout.close()
        try:
            assert lines[1].endswith("/root-credentials.json")
            demo, lookup, tail = lines[3:6]
            assert " demo --data " in demo and " tail --data " in tail
            assert lines[7] == "--gateway 127.0.0.1:8421=http://127.0.0.1:9000"

            def said(step):
                done = subprocess.run(step, shell=True, cwd=elsewhere, env=cairn_daemon.plain_environment(), text=True,
                                      capture_output=True, check=False, timeout=cairn_daemon.HANG_S)
                assert done.returncode == 0, step + done.stderr
                return done.stdout

            said(demo)
            cairn_daemon.eventually(lambda: "eu-west-1" in said(lookup))  # the daemon's own region, where none is set
        finally:
            daemon.terminate()


def test_a_second_daemon_on_the_same_data_is_refused(daemon, tmp_path):
    second = cairn_daemon.run_command(
        [cairn_daemon.binary(), "serve", "--data", daemon.data, "--listen", f"127.0.0.1:{cairn_daemon.free_port()}"],
        cairn_daemon.plain_environment(), check=False, timeout_s=60)
    assert second.returncode not in (0, None)
    assert "lock" in second.stderr or "another" in second.stderr
    assert daemon.request("GET", "/readyz", sign=None).status == 200


@pytest.mark.parametrize("arguments, word", [
    (["--no-such-option", "1"], "no-such-option"),
    (["--delivery-interval", "soon"], "delivery-interval"),
    (["--listen", "0.0.0.0:0"], "insecure-http"),
])
def test_a_bad_option_is_named_and_nothing_starts(arguments, word, tmp_path):
    done = cairn_daemon.run_command([cairn_daemon.binary(), "serve", "--data", tmp_path / "data", *arguments],
                                    cairn_daemon.plain_environment(), check=False, timeout_s=60)
    assert done.returncode > 0
    assert word in done.stderr


def test_a_misspelt_environment_variable_is_warned_of(start_daemon):
    daemon = start_daemon(environment={"CAIRN_DELIVERY_INTERVALL": "1s", "CAIRN_DIGEST_INTERVAL": "1s"})
    warned = [line for line in daemon.log().splitlines() if "level=warning" in line]
    assert len(warned) == 1 and "CAIRN_DELIVERY_INTERVALL" in warned[0]


def test_the_config_file_and_the_key_file_may_be_links_as_mounted_secrets_are(start_daemon, tmp_path):
    (tmp_path / "real.conf").write_text("region = eu-north-1\n")
    (tmp_path / "real.key").write_bytes(bytes(range(32)))
    (tmp_path / "cairn.conf").symlink_to("real.conf")
    (tmp_path / "key").symlink_to("real.key")
    daemon = start_daemon("--config", str(tmp_path / "cairn.conf"), "--key-file", str(tmp_path / "key"))
    assert daemon.cairn("GetStatus", region="eu-north-1").json()["Region"] == "eu-north-1"
    assert not (daemon.data / "key").exists()


def test_an_unknown_key_of_the_config_file_is_an_error(tmp_path):
    config = tmp_path / "cairn.conf"
    config.write_text("no-such-key = 1\n")
    done = cairn_daemon.run_command(
        [cairn_daemon.binary(), "serve", "--data", tmp_path / "data", "--config", config],
        cairn_daemon.plain_environment(), check=False, timeout_s=60)
    assert done.returncode > 0
    assert "no-such-key" in done.stderr


def is_ready(daemon):
    return daemon.request("GET", "/readyz", sign=None).status == 200


def test_a_full_disk_is_told_and_refuses_writes_while_reads_go_on(start_daemon):
    daemon = start_daemon("--free-disk-floor", "1024g", wait=False)
    cairn_daemon.eventually(lambda: "event=disk_full" in daemon.log())
    assert not is_ready(daemon)
    assert daemon.send([records.record()]).status == 503
    assert daemon.call("LookupEvents", {}).status == 200
    assert daemon.cairn("CreateKey", {"UserName": "alice", "Role": "writer"}).status == 500
    assert daemon.log().count("event=disk_full") == 1


def test_a_journal_that_cannot_be_written_stops_admission_and_the_log_says_so_once(start_daemon):
    daemon = start_daemon("--journal-segment-size", "64k")
    for position in range(2, 40):  # whichever segment comes next, its name is taken
        (daemon.data / f"journal/{position:020}.log").mkdir()
    batch = [records.record(requestParameters={"filler": "x" * 10000}) for _ in range(10)]
    answers = [daemon.send(batch[i:i + 1]).status for i in range(10)]
    assert 503 in answers, answers
    cairn_daemon.eventually(lambda: "event=admission_stopped" in daemon.log())
    assert not is_ready(daemon)
    assert daemon.call("LookupEvents", {}).status == 200
    assert daemon.log().count("event=admission_stopped") == 1


def test_a_catalog_restored_without_the_rest_is_refused_however_often(start_daemon, tmp_path):
    daemon = start_daemon()
    daemon.stop()
    backup = tmp_path / "backup"
    backup.mkdir()
    for path in daemon.data.glob("catalog.db*"):
        shutil.copy(path, backup)
    daemon.start()
    daemon.send(records.records(3))
    daemon.stop()
    for path in daemon.data.glob("catalog.db*"):
        path.unlink()
    for path in backup.iterdir():
        shutil.copy(path, daemon.data)
    for _ in range(3):
        done = cairn_daemon.run_command(
            [cairn_daemon.binary(), "serve", "--data", daemon.data, "--listen", "127.0.0.1:0"],
            cairn_daemon.plain_environment(**daemon.environment), check=False, timeout_s=60)
        assert done.returncode > 0
        assert "restored" in done.stderr, done.stderr


def test_statements_that_plan_for_long_hold_up_no_stop(daemon):
    needs_engine()
    table = daemon.call("CreateEventDataStore", {"Name": "main"}).json()["EventDataStoreArn"].rpartition("/")[2]
    joins = " ".join(f"JOIN {table} s{number} ON s{number}.eventID = s{number - 1}.eventID" for number in range(1, 90))

    def ask(_):
        with contextlib.suppress(OSError, http.client.HTTPException):  # the stop may cut the connection
            daemon.call("StartQuery", {"QueryStatement": f"SELECT count(*) FROM {table} s0 {joins}"})

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(ask, number) for number in range(8)]
        time.sleep(1)  # two are planned, the others wait for them
        assert not all(one.done() for one in asking)
        daemon.stop(timeout_s=20)
