# SPDX-License-Identifier: Apache-2.0
"""Senders that mean harm: they take neither the memory nor the turn of others."""
import gzip
import hashlib
import json
import socket
import time

import records
from cairn_daemon import ACCOUNT


def sha256(body):
    return {"X-Amz-Content-SHA256": hashlib.sha256(body).hexdigest()}


def body_of(count):
    return json.dumps({"Records": records.records(count)}).encode()


def begin_upload(daemon, declared, sent):
    """A sender that nobody knows: it names no hash, declares a body, sends a part of it and keeps still."""
    line = socket.create_connection(("127.0.0.1", daemon.port))
    line.sendall((f"POST /events HTTP/1.1\r\nHost: here\r\nContent-Length: {declared}\r\n"
                  "Authorization: AWS4-HMAC-SHA256 Credential=AKIAUNKNOWNUNKNOWN00/20260101/us-east-1/cairn/aws4_request, "
                  f"SignedHeaders=host;x-amz-date, Signature={'0' * 64}\r\n\r\n").encode())
    line.sendall(b" " * sent)
    return line


def test_bodies_of_strangers_leave_half_of_the_memory_to_known_senders(start_daemon):
    daemon = start_daemon("--ingest-memory", "4m")
    lines = [begin_upload(daemon, 4 << 20, 1 << 20) for _ in range(6)]
    body = body_of(500)
    answer = daemon.request("POST", "/events", body, sha256(body))
    assert answer.status == 200, answer
    for line in lines:
        line.close()


def test_a_million_tiny_records_are_refused_before_they_take_memory(daemon):
    for body in (b"1\n" * 1_000_000, b'{"Records":[' + b",".join([b"1"] * 1_000_000) + b"]}",
                 b'{"eventVersion":"1.0"}\n' + b"1\n" * 1_000_000):
        answer = daemon.send(gzip.compress(body))
        assert answer.status in (400, 413), answer
        assert len(answer.body) < 1000
    assert daemon.send(records.records(3)).json()["Accepted"] == 3


def test_a_body_that_claims_to_be_small_and_inflates_to_more_than_allowed_is_refused(daemon):
    many = gzip.compress(b" " * (40 << 20)) + gzip.compress(b" " * (40 << 20)) + gzip.compress(b" ")
    answer = daemon.send(many)
    assert answer.status == 413, answer
    two_members = gzip.compress(body_of(3)[:20]) + gzip.compress(b"")
    assert daemon.send(two_members).status == 400
    body = body_of(4)
    assert daemon.send(gzip.compress(body[:50]) + gzip.compress(body[50:]) + gzip.compress(b"")).json()["Accepted"] == 4


def test_a_list_of_accounts_holds_for_writers_too(start_daemon):
    daemon = start_daemon("--accept-accounts", ACCOUNT)
    made = {}
    for account in (ACCOUNT, "210987654321"):
        key = daemon.cairn("CreateKey", {"AccountId": account, "UserName": "sender", "Role": "writer"}).json()["Key"]
        made[account] = daemon.send(records.records(2, account=account),
                                    key=(key["AccessKeyId"], key["SecretAccessKey"])).json()
    assert made[ACCOUNT]["Accepted"] == 2
    assert made["210987654321"]["Refused"] == 2


def large_calls(daemon, count):
    """So many unsigned calls of 1 MB, all but their last byte."""
    lines = [socket.create_connection(("127.0.0.1", daemon.port)) for _ in range(count)]
    for line in lines:
        line.sendall(b"POST / HTTP/1.1\r\nHost: here\r\nX-Amz-Target: CloudTrail_20131101.ListTrails\r\n"
                     b"Content-Length: 1000000\r\n\r\n" + b" " * 999_999)
    return lines


def throttled(lines):
    """How many are told to come later, now that they end."""
    count = 0
    for line in lines:
        line.settimeout(30)
        line.sendall(b" ")
        count += b"ThrottlingException" in line.recv(4096)
        line.close()
    return count


def test_large_calls_of_strangers_do_not_stop_calls_of_the_usual_size(daemon):
    for wait_s in (0.5, 2, 8):  # until the daemon has read them
        lines = large_calls(daemon, 80)
        assert daemon.call("ListTrails", {}).status == 200
        time.sleep(wait_s)
        count = throttled(lines)
        if count:
            break
    assert 0 < count < 80
    large = daemon.call("DescribeTrails", {"trailNameList": ["arn:aws:cloudtrail:us-east-1:123456789012:trail/none"] * 9000})
    assert large.status == 200, large
