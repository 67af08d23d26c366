# SPDX-License-Identifier: Apache-2.0
"""What clients may try at a gateway entry: to be recorded as somebody else, as another call, or not at all."""
import http.client
import json
import socket
import time

import pytest

import fake_s3
from cairn_daemon import ACCOUNT, HANG_S, ROOT_KEY, eventually
from fake_upstream import Answer, FakeUpstream
from gateway_entry import Entry, adds_up, configure, records_of

GUARANTEES = ("buffered", "fail-closed", "best-effort")
ROOT_ARN = f"arn:aws:iam::{ACCOUNT}:root"
MALLORY = ("AKIAMALLORYMALLORY00", "mallory/has/a/secret/of/forty/characters")
XML = {"Content-Type": "text/xml"}
SESSION = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser>
<AssumedRoleId>AROAADMIN:boss</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/Admin/boss</Arn></AssumedRoleUser>
<Credentials><AccessKeyId>%s</AccessKeyId><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
</AssumeRoleResult></AssumeRoleResponse>"""


@pytest.fixture
def upstream():
    with FakeUpstream() as fake:
        yield fake


@pytest.fixture
def start(start_daemon, tmp_path):
    return lambda *entries, options=(), **more: start_daemon(*configure(tmp_path, *entries), *options, **more)


def recorded(daemon, count):
    """All records, once there are so many, in the order of their times."""
    def look():
        found = records_of(daemon)
        return found if len(found) >= count else None
    return sorted(eventually(look), key=lambda record: record["eventTime"])


def raw(entry, text):
    """The status that comes back for bytes as they are."""
    with socket.create_connection(("127.0.0.1", entry.port), timeout=HANG_S) as connection:
        connection.sendall(text.encode())
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return answer.status


@pytest.mark.parametrize("sign, headers", [("sts", {}), (None, {"User-Agent": "x api/sts"})])
def test_an_object_that_looks_like_a_session_teaches_nothing(start, upstream, sign, headers):
    entry = Entry("store", upstream.url, learn="true")
    daemon = start(entry)
    upstream.answer = lambda request: Answer(200, (SESSION % MALLORY[0]).encode(), XML)
    entry.request("GET", "/b/lie?Action=AssumeRole&Version=2011-06-15", headers=headers, sign=sign, key=MALLORY)
    entry.request("GET", "/b/plain", sign="s3", key=MALLORY)
    for record in recorded(daemon, 2):
        assert record["userIdentity"]["type"] in ("Unknown", "AWSAccount"), record["userIdentity"]
        assert (record["eventSource"], record["eventName"]) == ("s3.amazonaws.com", "GetObject")


def test_an_answer_to_a_call_of_sts_teaches(start, upstream):
    entry = Entry("store", upstream.url, learn="true")
    daemon = start(entry)
    upstream.answer = lambda request: Answer(200, (SESSION % MALLORY[0]).encode(), XML)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    entry.request("POST", "/", b"Action=AssumeRole&Version=2011-06-15", headers=form, sign="sts", key=ROOT_KEY)
    entry.request("GET", "/b/plain", sign="s3", key=MALLORY)
    [record] = [record for record in recorded(daemon, 2) if record["eventName"] == "GetObject"]
    assert record["userIdentity"]["arn"].endswith(":assumed-role/Admin/boss")


def test_a_member_that_is_sent_twice_is_recorded_once(start, upstream):
    entry = Entry("queues", upstream.url)
    daemon = start(entry)
    body = b'{"QueueUrl":"http://h/111122223333/a","queueUrl":"http://h/111122223333/c","QueueUrl":"http://h/111122223333/b"}'
    entry.request("POST", "/", body, headers={"X-Amz-Target": "AmazonSQS.SendMessage", "Content-Type": "application/x-amz-json-1.0"})
    [record] = recorded(daemon, 1)
    assert record["requestParameters"] == {"queueUrl": "http://h/111122223333/b", "ambiguousMember": "QueueUrl"}
    assert [row["ARN"].rpartition(":")[2] for row in record["resources"]] == ["b"]


@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_a_client_that_keeps_a_byte_of_its_body_back_does_not_make_a_success_a_failure(start, upstream, guarantee):
    entry = Entry("store", upstream.url, guarantee=guarantee)
    daemon = start(entry)
    with socket.create_connection(("127.0.0.1", entry.port)) as connection:
        connection.sendall(b"DELETE /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nfour")
        eventually(lambda: upstream.begun)
    [record] = recorded(daemon, 1)
    assert (record["eventName"], record["errorCode"]) == ("DeleteObject", "OutcomeUnknown")


def early_upstream():
    """A service that answers as soon as it has a request's head, and the socket it listens on."""
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_an_answer_that_came_before_the_client_left_is_what_is_recorded(start):
    listener, url = early_upstream()
    entry = Entry("store", url, guarantee="fail-closed")
    daemon = start(entry)
    with listener, socket.create_connection(("127.0.0.1", entry.port)) as client:
        client.sendall(b"DELETE /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n")
        service, _ = listener.accept()
        with service:
            service.recv(65536)
            service.sendall(b"HTTP/1.1 204 No Content\r\nx-amz-request-id: R7\r\n\r\n")
            assert client.recv(65536).startswith(b"HTTP/1.1 204 ")
            client.close()
            [record] = recorded(daemon, 1)
    assert record["eventName"] == "DeleteObject" and record["requestID"] == "R7" and "errorCode" not in record


def test_a_call_that_is_signed_anew_is_recorded_with_the_bucket_it_goes_to(start):
    with fake_s3.FakeS3("box") as store:
        entry = Entry("signs", store.url, allow=ROOT_ARN, virtual_hosts="s3.example.com", sign_access_key_id=fake_s3.ACCESS_KEY,
                      sign_secret_access_key=fake_s3.SECRET, sign_region=fake_s3.REGION)
        daemon = start(entry)
        for number, (host, path) in enumerate((("decoy.s3.amazonaws.com", "/box/k0"), ("BOX.S3.Example.com", "/k1"))):
            answer = entry.request("PUT", path, b"content", headers={"Host": host}, sign="s3", key=ROOT_KEY)
            assert answer.status == 200, answer.body
            assert store.objects["box", f"k{number}"] == b"content"
        for record in recorded(daemon, 2):
            assert record["requestParameters"]["bucketName"] == "box", record["requestParameters"]


@pytest.mark.parametrize("target, host", [
    ("/b/k#?tagging", "h"), ("/b\\k", "h"), ("b/k", "h"), ("ftp://h/b/k", "h"), ("http://other/b/k", "h"), ("http://u@h/b/k", "h"),
])
def test_a_target_that_services_read_in_different_ways_is_refused(start, upstream, target, host):
    entry = Entry("store", upstream.url)
    start(entry)
    assert raw(entry, f"DELETE {target} HTTP/1.1\r\nHost: {host}\r\n\r\n") == 400
    assert raw(entry, f"GET http://{host}/b/k HTTP/1.1\r\nHost: {host}\r\n\r\n") == 200
    assert [request.method for request in upstream.requests] == ["GET"]


@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_slow_bodies_leave_room_for_records(start, upstream, guarantee):
    entry = Entry("store", upstream.url, guarantee=guarantee, wait="100ms")
    daemon = start(entry, options=("--gateway-memory", "32m"))
    head = "POST / HTTP/1.1\r\nHost: h\r\nX-Amz-Target: DynamoDB_20120810.BatchWriteItem\r\nContent-Length: {}\r\n\r\n{{"
    slow = [socket.create_connection(("127.0.0.1", entry.port)) for _ in range(40)]
    for number, connection in enumerate(slow):
        connection.sendall(head.format((16, 4, 1)[number % 3] << 20).encode())
    time.sleep(0.5)  # most are being read; nothing tells of it
    assert [entry.request("GET", f"/b/k{number}").status for number in range(5)] == [200] * 5
    body = json.dumps({"TableName": "t", "Key": {"id": {"S": "1"}}})
    answer = entry.request("POST", "/", body.encode(), headers={"X-Amz-Target": "DynamoDB_20120810.DeleteItem"})
    assert answer.status == 200, answer.body
    for connection in slow:
        connection.close()
    numbers = eventually(lambda: (found := entry.numbers(daemon))["in_flight"] == 0 and found)
    daemon.catch_up()
    names = [record["eventName"] for record in records_of(daemon)]
    assert names.count("GetObject") == 5 and names.count("DeleteItem") == 1
    assert adds_up(numbers) and numbers["gap"] == 0


def test_a_signed_form_is_its_signers(start, upstream):
    entry = Entry("store", upstream.url)
    daemon = start(entry)
    fields = {"key": "k", "x-amz-credential": f"{MALLORY[0]}/20260101/us-east-1/s3/aws4_request", "filler": "f" * 200000, "acl": "private"}
    body = "".join(f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
    body += '--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ncontent\r\n--x--\r\n'
    assert entry.request("POST", "/b", body.encode(), headers={"Content-Type": "multipart/form-data; boundary=x"}).status == 200
    old = b"Action=ListQueues&Version=2012-11-05&SignatureVersion=2&Signature=x&AWSAccessKeyId="
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert entry.request("POST", "/", old + MALLORY[0].encode(), headers=form).status == 200
    assert entry.request("POST", "/", old + ROOT_KEY[0].encode(), headers=form).status == 400
    for record in recorded(daemon, 3):
        key = ROOT_KEY[0] if "errorCode" in record else MALLORY[0]
        assert (record["userIdentity"]["type"], record["userIdentity"]["accessKeyId"]) == ("Unknown", key), record
        assert record["eventName"] == "ListQueues" or record["requestParameters"]["acl"] == "private"


@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_a_large_form_has_to_say_early_which_call_it_is(start, upstream, guarantee):
    entry = Entry("users", upstream.url, guarantee=guarantee)
    daemon = start(entry)
    filler, form = b"Version=2010-05-08&X=" + b"x" * (4 << 20), {"Content-Type": "application/x-www-form-urlencoded"}
    action = b"Action=DeleteUser&UserName=a&"
    assert entry.request("POST", "/", action + filler, headers=form).status == 200
    assert entry.request("POST", "/", iter([action, filler]), headers=form).status == 200
    for body in (filler + b"&" + action, iter([filler, b"&" + action])):
        try:
            assert entry.request("POST", "/", body, headers=form).status == 413
        except ConnectionError:
            pass  # the answer came before the body was sent
    assert len(upstream.requests) == 2
    names = sorted((record["eventName"], record.get("errorCode", "")) for record in recorded(daemon, 4))
    assert names == [("DeleteUser", "")] * 2 + [("Unknown", "RequestEntityTooLarge")] * 2


def test_a_batch_too_large_to_read_is_not_passed_on(start, upstream):
    entry = Entry("store", upstream.url)
    daemon = start(entry)
    keys, padding = b"<Delete><Quiet>true</Quiet><Object><Key>k</Key></Object>", b" " * (9 << 20)
    assert entry.request("POST", "/b?delete", keys + b"</Delete>").status == 200
    for body in (keys + padding + b"</Delete>", iter([keys, padding, b"</Delete>"])):
        try:
            assert entry.request("POST", "/b?delete", body).status == 413
        except ConnectionError:
            pass  # the answer came before the body was sent
    assert len(upstream.requests) == 1
    assert sorted(record.get("errorCode", "") for record in recorded(daemon, 3)) == ["", "EntityTooLarge", "EntityTooLarge"]


@pytest.mark.parametrize("target, body, names", [
    ("/", b"Action=ListUsers&Action=DeleteUser&UserName=a&Version=2010-05-08", {}),
    ("/?Action=ListUsers", b"Action=DeleteUser&UserName=a&Version=2010-05-08", {}),
    ("/?Action=ListUsers", b"{}", {"X-Amz-Target": "AmazonSQS.DeleteQueue", "Content-Type": "application/x-amz-json-1.0"}),
    ("/", b"Action=ListQueues", {"X-Amz-Target": "AmazonSQS.DeleteQueue"}),
])
def test_a_call_that_names_two_operations_is_not_passed_on(start, upstream, target, body, names):
    entry = Entry("any", upstream.url, guarantee="fail-closed")
    daemon = start(entry)
    assert entry.request("POST", target, body, headers={"Content-Type": "application/x-www-form-urlencoded", **names}).status == 400
    [record] = recorded(daemon, 1)
    assert record["eventName"] == "Unknown" and "more than one operation" in record["errorMessage"]
    assert upstream.requests == []
