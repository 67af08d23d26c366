# SPDX-License-Identifier: Apache-2.0
"""What each guarantee does on a full disk: fail-closed passes nothing on, buffered waits within bounds and then
refuses, best-effort sheds and tells of it; with room again all goes on (P3, P7)."""
import json

import pytest

from cairn_daemon import eventually
from fake_upstream import FakeUpstream
from gateway_entry import Entry, adds_up, configure, records_of, search
from small_disk import MIB

ROOM_IN_MEMORY = 1500  # more calls than --gateway-memory 1m has room for


@pytest.fixture
def upstream():
    with FakeUpstream() as fake:
        yield fake


@pytest.fixture
def start_full(start_on, small_disk, tmp_path):
    """start_full(entry) runs a daemon that finds its disk full after a first call."""
    def start(entry):
        daemon = start_on(*configure(tmp_path, entry), "--free-disk-floor", "16m", "--gateway-memory", "1m",
                          "--journal-segment-size", "4m")
        assert entry.request("GET", "/b/first").status == 200
        small_disk.fill(leave=8 * MIB)
        eventually(lambda: daemon.request("GET", "/readyz", sign=None).status == 503)
        return daemon
    return start


def at_rest(daemon, entry):
    def look():
        numbers = entry.numbers(daemon)
        return numbers if numbers["in_flight"] == 0 else None
    numbers = eventually(look)
    assert adds_up(numbers), numbers
    return numbers


def call_until_refused(entry):
    """How many calls were answered by the upstream before one was not."""
    for number in range(ROOM_IN_MEMORY):
        answer = entry.request("GET", f"/b/{number}")
        if answer.status != 200:
            assert answer.status == 503 and b"<Code>SlowDown</Code>" in answer.body, answer
            return number
    raise AssertionError("memory has no bound")


def test_fail_closed_nothing_is_passed_on(start_full, small_disk, upstream):
    entry = Entry("closed", upstream.url, guarantee="fail-closed")
    daemon = start_full(entry)
    for number in range(5):
        answer = entry.request("GET", f"/b/{number}")
        assert answer.status == 503 and b"<Code>SlowDown</Code>" in answer.body, answer
    assert upstream.targets() == ["/b/first"]
    small_disk.empty()
    eventually(lambda: entry.request("GET", "/b/again").status == 200)
    numbers = at_rest(daemon, entry)
    assert numbers["recorded"] == 2 and numbers["refused"] >= 5 and numbers["gap"] == 0, numbers


def test_buffered_records_wait_in_memory_and_then_calls_are_refused(start_full, small_disk, upstream):
    entry = Entry("buffered", upstream.url, wait="200ms")
    daemon = start_full(entry)
    answered = call_until_refused(entry)
    numbers = entry.numbers(daemon)
    assert adds_up(numbers) and numbers["in_flight"] == answered and numbers["gap"] == 0, numbers
    assert answered > 100 and len(upstream.targets()) == 1 + answered
    small_disk.empty()
    numbers = at_rest(daemon, entry)
    assert numbers["recorded"] == 1 + answered and numbers["gap"] == 0 and numbers["refused"] == 1, numbers
    assert entry.request("GET", "/b/again").status == 200
    eventually(lambda: len(records_of(daemon)) == 2 + answered)


def test_best_effort_sheds_what_does_not_fit_and_tells_of_it(start_full, small_disk, upstream):
    entry = Entry("effort", upstream.url, guarantee="best-effort")
    daemon = start_full(entry)
    for number in range(ROOM_IN_MEMORY):
        assert entry.request("GET", f"/b/{number}").status == 200
    numbers = entry.numbers(daemon)
    assert adds_up(numbers) and numbers["gap"] > 0 and numbers["refused"] == 0, numbers
    small_disk.empty()
    numbers = at_rest(daemon, entry)
    assert numbers["recorded"] + numbers["gap"] == 1 + ROOM_IN_MEMORY, numbers

    def told():
        events = search(daemon, ("EventName", "EventsNotRecorded"))
        details = [event["serviceEventDetails"] for event in events]
        assert all(detail["exact"] and "effort" in json.dumps(detail) for detail in details)
        return sum(detail["count"] for detail in details) == numbers["gap"]
    eventually(told)
