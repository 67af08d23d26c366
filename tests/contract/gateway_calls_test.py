# SPDX-License-Identifier: Apache-2.0
"""Calls of real clients to real servers, through gateways: each call is exactly one record, and it says what AWS's
documentation says it should. The tables are in tests/support/gateway_calls (P3, P4)."""
import collections

import pytest

import gateway_calls
from cairn_daemon import ROOT_KEY, daemons
from gateway import KEYS, Gateway
from gateway_calls.check import check_frame, check_meaning, tag_of
from gateway_calls.player import Player

GUARANTEES = {"moto": "buffered", "s3": "fail-closed", "dynamodb": "best-effort", "cairn": "fail-closed"}
CALLS = [call for service in gateway_calls.SERVICES for call in service.calls]


class Played:
    """All tables, played once: what the clients saw, and the records."""

    def __init__(self):
        self.outcomes, self.records, self.missing, self.numbers = {}, collections.defaultdict(list), {}, {}


@pytest.fixture(scope="module")
def upstreams(request):
    """URLs by name, and why a server is missing."""
    found, missing = {}, {}
    for name in ("s3", "dynamodb", "moto"):
        try:
            found[name] = request.getfixturevalue(f"{name}_server").url
        except pytest.skip.Exception as problem:
            missing[name] = str(problem)
    return found, missing


@pytest.fixture(scope="module")
def played(upstreams, tmp_path_factory):
    folder, result = tmp_path_factory.mktemp("gateway"), Played()
    found, result.missing = upstreams
    with daemons(folder) as start:
        found = {**found, "cairn": start().url}
        gateway = Gateway(start, folder, {name: {"upstream": url, "guarantee": GUARANTEES[name]} for name, url in found.items()})
        services = [service for service in gateway_calls.SERVICES if service.server in found]
        for service in services:
            keys = {**KEYS, "alice": ROOT_KEY} if service.server == "cairn" else KEYS
            result.outcomes.update(Player(gateway.url(service.server), keys).play(service))
        for record in gateway.take(sum(len(service.calls) for service in services) - 5):
            result.records[tag_of(record)].append(record)
        result.numbers = {name: entry.numbers(gateway.daemon) for name, entry in gateway.entries.items()}
        yield result


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.tag)
def test_a_call_is_one_record_as_documented(played, call):
    if call.service.server in played.missing:
        pytest.skip(played.missing[call.service.server])
    records = played.records[call.tag]
    assert len(records) == 1, [record["eventName"] for record in records]
    check_meaning(call, played.outcomes[call.tag], records[0])
    check_frame(call, played.outcomes[call.tag], records[0])


def test_nothing_else_was_recorded(played):
    assert set(played.records) <= {call.tag for call in CALLS}
    ids = [record["eventID"] for records in played.records.values() for record in records]
    assert len(ids) == len(set(ids)) == sum(len(records) for records in played.records.values())


def test_every_call_is_counted_as_seen_and_recorded(played):
    made = collections.Counter(call.service.server for call in CALLS)
    for name, numbers in played.numbers.items():
        assert (numbers["seen"], numbers["recorded"], numbers["gap"], numbers["refused"]) == (made[name], made[name], 0, 0), name


def test_the_tables_are_as_large_as_promised():
    assert len(CALLS) >= 350
    assert len({(call.service.source, call.event) for call in CALLS}) >= 250
    assert sum(call.error is not None for call in CALLS) >= 40
