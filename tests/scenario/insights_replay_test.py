# SPDX-License-Identifier: Apache-2.0
"""cairn insights --replay: what insights would have told of an archive, from its files alone."""
import datetime
import gzip
import json
import os
import random
import subprocess

import pytest

import insight_reader
import records
from cairn_daemon import binary, plain_environment, run_command
from terminal import open_terminal

DAYS, CALLS_A_MINUTE, SPIKE, MINUTES = 9, 4, 120, 12
BEGIN = datetime.datetime(2026, 3, 2, tzinfo=datetime.timezone.utc)
SPIKE_AT = BEGIN + datetime.timedelta(days=8, hours=14, minutes=7)


def replay(*arguments, check=True):
    return run_command([binary(), "insights", *arguments], plain_environment(), check)


def minimal(number, when, user):
    """A record with no more than counts; JSON by hand, as there are many."""
    return (f'{{"eventVersion":"1.11","userIdentity":{user},"eventTime":"{records.time_text(when)}","eventSource":"ec2.amazonaws.com",'
            f'"eventName":"RunInstances","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.23","userAgent":"tests/1",'
            f'"requestParameters":null,"responseElements":null,"eventID":"0f0f0f0f-0000-4000-8000-{number:012x}","readOnly":false,'
            f'"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}}')


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Nine days of one call with a burst by a role on the last; the files are out of order, one is there twice."""
    folder, choice = tmp_path_factory.mktemp("archive"), random.Random(3)
    alice, role = json.dumps(records.iam_user()), json.dumps(records.assumed_role())
    lines, number = [], 0
    for minute in range(DAYS * 1440):
        when = BEGIN + datetime.timedelta(minutes=minute)
        calls = [alice] * choice.choices([2, 3, 4, 5, 6])[0]
        if SPIKE_AT <= when < SPIKE_AT + datetime.timedelta(minutes=MINUTES):
            calls += [role] * SPIKE
        for user in calls:
            number += 1
            lines.append(minimal(number, when + datetime.timedelta(seconds=choice.randrange(60)), user))
    choice.shuffle(lines)
    for file, at in enumerate(range(0, len(lines), 8000)):
        text = ('{"Records":[' + ",".join(lines[at : at + 8000]) + "]}").encode()
        place = folder / f"AWSLogs/123456789012/CloudTrail/us-east-1/{file}.json"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.with_suffix(".json.gz").write_bytes(gzip.compress(text, 1)) if file % 2 else place.write_bytes(text)
    (folder / "again.json").write_bytes(place.read_bytes() if place.exists() else gzip.decompress(place.with_suffix(".json.gz").read_bytes()))
    return folder


@pytest.fixture(scope="module")
def found(archive):
    return json.loads(replay("--replay", archive, "--output", "json").stdout)["Records"]


def test_the_burst_is_found_with_its_begin_and_end_and_who_it_was(found):
    details = [insight_reader.read(record) for record in found]
    assert [detail["state"] for detail in details] == ["Start", "End"]
    start, end = found
    assert start["eventTime"] == records.time_text(SPIKE_AT)
    # It is over when five minutes together are usual again.
    over = [records.time_text(SPIKE_AT + datetime.timedelta(minutes=MINUTES + more)) for more in range(6)]
    assert end["eventTime"] in over
    minutes = MINUTES + over.index(end["eventTime"])
    assert start["sharedEventID"] == end["sharedEventID"] and start["eventID"] != end["eventID"]
    context = details[1]["insightContext"]
    assert context["statistics"]["insight"]["average"] == pytest.approx(SPIKE * MINUTES / minutes + CALLS_A_MINUTE, rel=0.05)
    assert context["statistics"]["baseline"]["average"] == pytest.approx(CALLS_A_MINUTE, rel=0.2)
    assert context["statistics"]["insightDuration"] == minutes
    first = context["attributions"][0]["insight"][0]
    assert first["value"] == "arn:aws:sts::123456789012:assumed-role/Deployer"
    assert first["average"] == pytest.approx(SPIKE * MINUTES / minutes, rel=0.05)


def test_a_second_replay_gives_the_same_records(archive, found):
    assert json.loads(replay("--replay", archive, "--output", "json").stdout)["Records"] == found


def test_as_a_table_an_insight_is_a_row(archive):
    done = replay("--replay", archive)
    head, row = done.stdout.splitlines()
    assert head.split()[:2] == ["START", "END"]
    assert row.startswith(records.time_text(SPIKE_AT)) and "RunInstances" in row and "assumed-role/Deployer" in row
    assert "1 insights" in done.stderr


def test_what_cannot_be_read_is_told_and_shows_in_the_exit_status(tmp_path):
    (tmp_path / "broken.json").write_text('{"Records":[')
    (tmp_path / "good.json").write_text(json.dumps({"Records": records.records(3)}))
    done = replay("--replay", tmp_path, check=False)
    assert done.returncode == 3 and "broken.json" in done.stderr
    (tmp_path / "broken.json").write_text(json.dumps({"Records": [{"eventVersion": "1.11"}]}))
    done = replay("--replay", tmp_path, check=False)
    assert done.returncode == 3 and "1 records were left out" in done.stderr


def test_a_terminal_shows_how_far_it_is_and_a_file_does_not(archive):
    reader, terminal = open_terminal()
    with os.fdopen(reader, "rb", buffering=0) as screen:
        done = subprocess.run([binary(), "insights", "--replay", archive], stdout=subprocess.PIPE, stderr=terminal, check=True,
                              env=plain_environment(), timeout=120)
        os.close(terminal)
        assert b"\r[#" in screen.read(4096) and b"\r" not in done.stdout
    assert "\r" not in replay("--replay", archive).stderr


@pytest.mark.parametrize("arguments, status", [([], 2), (["--replay"], 2), (["--replay", "/nowhere"], 1),
                                               (["--replay", ".", "--warm", "soon"], 2), (["--help"], 0)])
def test_the_exit_status_says_what_went_wrong(arguments, status):
    done = replay(*arguments, check=False)
    assert done.returncode == status, done
    assert status == 0 or done.stderr
