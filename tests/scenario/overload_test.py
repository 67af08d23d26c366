# SPDX-License-Identifier: Apache-2.0
"""More than the daemon takes: it says so with 429 and stays within its memory; who comes again gets through (P3)."""
import concurrent.futures
import socket
import time

import pytest

import records
from cairn_daemon import HANG_S, eventually


def memory_kib(daemon):
    for line in open(f"/proc/{daemon.process.pid}/status", encoding="ascii"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


def test_senders_are_told_to_wait_and_nothing_is_lost(start_daemon):
    daemon = start_daemon("--ingest-memory", "4m")
    batches = [records.records(600) for _ in range(24)]

    def send(batch):
        refusals = 0
        while True:
            answer = daemon.send(batch)
            if answer.status == 200:
                return refusals, answer.json()["Accepted"] + answer.json()["Duplicate"]
            assert (answer.status, answer.error) == (429, "ThrottlingException"), answer
            refusals += 1
            assert refusals < 1000
            time.sleep(0.05)

    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        results = list(pool.map(send, batches))
    assert sum(refusals for refusals, _ in results) > 0, "24 senders of 600 KB never met the limit of 4 MiB"
    assert [count for _, count in results] == [600] * 24
    assert memory_kib(daemon) < 600 * 1024
    eventually(lambda: daemon.cairn("GetStatus").json()["Admission"]["Admitted"] >= 24 * 600)


def test_a_batch_larger_than_is_ever_taken_is_refused_at_once(start_daemon):
    daemon = start_daemon("--ingest-memory", "1m")
    answer = daemon.send(records.records(3000))
    assert answer.status in (413, 429), answer
    assert daemon.send(records.records(10)).json()["Accepted"] == 10


def test_connections_past_the_limit_do_not_keep_others_out_for_ever(start_daemon):
    daemon = start_daemon("--connections-max", "16", "--idle-timeout", "1s")
    idle = [socket.create_connection(("127.0.0.1", daemon.port)) for _ in range(40)]
    eventually(lambda: is_served(daemon), every_s=0.2)
    for connection in idle:
        connection.close()


def is_served(daemon):
    try:
        return daemon.request("GET", "/healthz", sign=None).status == 200
    except OSError:
        return False


@pytest.mark.parametrize("start", [b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n", b"GET /he", b"\x00\xff" * 100],
                         ids=["no body", "half a line", "garbage"])
def test_half_a_request_is_dropped_after_the_idle_timeout(start_daemon, start):
    daemon = start_daemon("--idle-timeout", "1s")
    with socket.create_connection(("127.0.0.1", daemon.port)) as connection:
        connection.settimeout(HANG_S)
        connection.sendall(start)
        while connection.recv(4096):
            pass
    assert is_served(daemon)
