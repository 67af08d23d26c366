# SPDX-License-Identifier: Apache-2.0
"""The command lines of the subcommands: what is wrong is named and nothing is asked."""
import json

import pytest

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


def test_lookup_takes_the_region_from_its_flag(daemon):
    record = records.record(awsRegion="eu-west-1")
    assert daemon.send([record]).json()["Accepted"] == 1

    def found(*flags):
        done = daemon.run("lookup", "--event-id", record["eventID"], "--output", "json", *flags)
        return [event["eventID"] for event in json.loads(done.stdout)["Records"]]

    assert eventually(lambda: found("--region", "eu-west-1")) == [record["eventID"]]
    assert found() == []


def test_lookup_by_account_is_refused_while_the_daemon_decides_by_the_key(daemon):
    done = daemon.run("lookup", "--account", "111122223333", check=False)
    assert done.returncode == 1 and "account of the key" in done.stderr
