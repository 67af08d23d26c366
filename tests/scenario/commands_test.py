# SPDX-License-Identifier: Apache-2.0
"""The command lines of the subcommands: what is wrong is named and nothing is asked."""
import json
import subprocess

import pytest

import cairn_daemon
import records
from cairn_daemon import eventually


@pytest.mark.parametrize("line, word", [
    ("status --output xml", "json|table"),
    ("lookup --output xml", "json|table"),
    ("tail --output xml", "json|table"),
    ("key list --output xml", "json|table"),
    ("key create --user x --role boss", "admin|auditor|writer"),
    ("lookup --read-only maybe", "true|false"),
    ("lookup --limit 0", "--limit"),
    ("lookup --attribute EventName", "NAME=VALUE"),
    ("lookup --attribute Colour=red", "Colour"),
    ("lookup --from tomorrow", "tomorrow"),
    ("lookup --no-such-flag 1", "no-such-flag"),
    ("lookup extra", "extra"),
    ("status extra", "extra"),
    ("demo extra", "extra"),
    ("key frob", "key create"),
    ("import", "cairn import PATH"),
    ("verify", "cairn verify TRAIL"),
])
def test_a_wrong_command_line_is_named_and_ends_with_exit_status_2(daemon, line, word):
    done = daemon.run(*line.split(), check=False)
    assert done.returncode == 2
    assert word in done.stderr
    assert done.stdout == ""


def test_help_says_how_each_command_is_used(daemon):
    listed = daemon.run("--help").stdout
    for command in ("demo", "import", "key", "lookup", "status", "tail", "verify", "serve"):
        assert f"  {command} " in listed
        assert f"usage: cairn {command}" in daemon.run(command, "--help").stdout


@pytest.mark.parametrize("line", ["status", "key list", "lookup --output json"])
def test_a_full_disk_under_what_is_printed_is_a_failure(daemon, line):
    with open("/dev/full", "w", encoding="utf-8") as full:
        environment = cairn_daemon.plain_environment(CAIRN_ENDPOINT=daemon.url, AWS_ACCESS_KEY_ID=daemon.key[0],
                                                     AWS_SECRET_ACCESS_KEY=daemon.key[1])
        done = subprocess.run([cairn_daemon.binary(), *line.split()], env=environment, stdin=subprocess.DEVNULL, stdout=full,
                              stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert "standard output could not be written" in done.stderr


def test_lookup_shows_the_key_of_a_caller_that_nobody_knows(daemon):
    key = "AKIAEXAMPLEUNKNOWN01"
    record = records.record(user={"type": "Unknown", "accountId": cairn_daemon.ACCOUNT, "accessKeyId": key})
    assert daemon.send([record]).json()["Accepted"] == 1
    eventually(lambda: key in daemon.run("lookup", "--event-id", record["eventID"]).stdout)
    daemon.stop()
    assert key in daemon.run("lookup", "--data", daemon.data, "--event-id", record["eventID"]).stdout


def test_lookup_takes_the_region_from_its_flag(daemon):
    record = records.record(awsRegion="eu-west-1")
    assert daemon.send([record]).json()["Accepted"] == 1

    def found(*flags):
        done = daemon.run("lookup", "--event-id", record["eventID"], "--output", "json", *flags)
        return [event["eventID"] for event in json.loads(done.stdout)["Records"]]

    assert eventually(lambda: found("--region", "eu-west-1")) == [record["eventID"]]
    assert found() == []


def test_the_folder_has_the_credentials_whatever_keys_of_others_the_environment_has(start_daemon):
    daemon = start_daemon(environment={"CAIRN_ROOT_ACCESS_KEY_ID": "", "CAIRN_ROOT_SECRET_ACCESS_KEY": ""})
    environment = cairn_daemon.plain_environment(AWS_ACCESS_KEY_ID="AKIAEXAMPLESTORE0001", AWS_SECRET_ACCESS_KEY="of/the/store")
    command = [cairn_daemon.binary(), "status", "--output", "json"]
    done = cairn_daemon.run_command([*command, "--data", daemon.data], environment)
    assert json.loads(done.stdout)["AccountId"] == cairn_daemon.ACCOUNT
    refused = cairn_daemon.run_command([*command, "--endpoint", daemon.url], environment, check=False)
    assert refused.returncode == 1 and "UnrecognizedClientException" in refused.stderr


def test_credentials_of_the_environment_count_where_the_daemon_has_its_own_from_there(start_daemon):
    daemon = start_daemon(environment={"CAIRN_ROOT_ACCESS_KEY_ID": "", "CAIRN_ROOT_SECRET_ACCESS_KEY": ""})
    daemon.environment.update(CAIRN_ROOT_ACCESS_KEY_ID=daemon.key[0], CAIRN_ROOT_SECRET_ACCESS_KEY=daemon.key[1])
    daemon.restart()
    assert (daemon.data / "root-credentials.json").exists()  # of before: it has no power any more
    environment = cairn_daemon.plain_environment(AWS_ACCESS_KEY_ID=daemon.key[0], AWS_SECRET_ACCESS_KEY=daemon.key[1])
    cairn_daemon.run_command([cairn_daemon.binary(), "status", "--data", daemon.data], environment)


def test_lookup_by_account_is_refused_while_the_daemon_decides_by_the_key(daemon):
    done = daemon.run("lookup", "--account", "111122223333", check=False)
    assert done.returncode == 1 and "account of the key" in done.stderr
