# SPDX-License-Identifier: Apache-2.0
"""The recording gateway in front of a service: what passes, what is recorded, and what each guarantee does (P3, P6, P7)."""
import hashlib
import http.client
import json
import os
import signal
import subprocess
import threading
import time

import botocore.exceptions
import pytest

import cairn_daemon
import fake_s3
from cairn_daemon import ACCOUNT, ROOT_KEY, eventually, free_port
from fake_upstream import Answer, FakeUpstream
from gateway_entry import Entry, adds_up, configure, records_of, search

GUARANTEES = ("buffered", "fail-closed", "best-effort")
ROOT_ARN = f"arn:aws:iam::{ACCOUNT}:root"


@pytest.fixture
def upstream():
    with FakeUpstream() as fake:
        yield fake


@pytest.fixture
def start(start_daemon, tmp_path):
    """start(entry, ..., options=[...]) runs a daemon with these entries."""
    return lambda *entries, options=(), **more: start_daemon(*configure(tmp_path, *entries), *options, **more)


def one_record(daemon, *filters):
    return eventually(lambda: [record for record in records_of(daemon, *filters)])[0]


def settled(daemon, entry, seen):
    """The entry's numbers once nothing is in flight."""
    def look():
        numbers = entry.numbers(daemon)
        return numbers if numbers["seen"] >= seen and numbers["in_flight"] == 0 else None
    numbers = eventually(look)
    assert adds_up(numbers) and numbers["seen"] == seen, numbers
    return numbers


@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_a_call_passes_as_it_came_and_becomes_one_record(start, upstream, guarantee):
    entry = Entry("store", upstream.url, guarantee=guarantee)
    daemon = start(entry)
    answer = entry.request("GET", "/photos/a%20b/c.jpg?versionId=7", headers={"User-Agent": "curl/8", "X-Odd": "1, 2 ,3"})
    assert (answer.status, answer.body) == (200, b"hello")
    assert answer.headers["x-amz-request-id"] == "UPSTREAMREQUEST1"
    [request] = upstream.requests
    assert (request.method, request.target) == ("GET", "/photos/a%20b/c.jpg?versionId=7")
    assert request.headers["host"] == f"127.0.0.1:{entry.port}" and request.headers["x-odd"] == "1, 2 ,3"
    numbers = settled(daemon, entry, seen=1)
    assert numbers["recorded"] == 1
    record = one_record(daemon)
    assert record["eventName"] == "GetObject" and record["eventSource"] == "s3.amazonaws.com"
    assert record["requestParameters"]["bucketName"] == "photos" and record["requestParameters"]["key"] == "a b/c.jpg"
    assert record["sourceIPAddress"] == "127.0.0.1" and record["userAgent"] == "[curl/8]"
    assert record["requestID"] == "UPSTREAMREQUEST1" and record["eventCategory"] == "Data" and record["readOnly"]
    assert record["additionalEventData"]["bytesTransferredOut"] == 5
    assert record["recipientAccountId"] == ACCOUNT and record["userIdentity"]["principalId"] == ""
    assert "errorCode" not in record and "tlsDetails" not in record


def test_fail_closed_the_record_is_durable_before_the_reply_is_whole(start, upstream):
    entry = Entry("store", upstream.url, guarantee="fail-closed")
    daemon = start(entry)
    for number in range(20):
        assert entry.request("GET", f"/b/{number}").status == 200
        numbers = entry.numbers(daemon)
        assert (numbers["recorded"], numbers["in_flight"]) == (number + 1, 0)


@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_large_bodies_pass_both_ways_unchanged(start, upstream, guarantee):
    entry = Entry("store", upstream.url, guarantee=guarantee)
    daemon = start(entry)
    body = os.urandom(1 << 20) * 24
    upstream.answer = lambda request: Answer(200, body if request.method == "GET" else b"")
    assert entry.request("PUT", "/b/large", body=body).status == 200
    assert hashlib.sha256(upstream.requests[0].body).digest() == hashlib.sha256(body).digest()
    assert hashlib.sha256(entry.request("GET", "/b/large").body).digest() == hashlib.sha256(body).digest()
    settled(daemon, entry, seen=2)
    data = eventually(lambda: {record["eventName"]: record["additionalEventData"] for record in records_of(daemon)}
                      if len(records_of(daemon)) == 2 else None)
    assert data["PutObject"]["bytesTransferredIn"] == len(body)
    assert data["GetObject"]["bytesTransferredOut"] == len(body)


@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_an_upstream_that_is_not_there_is_told_of_in_the_words_of_the_protocol(start, guarantee):
    entry = Entry("store", f"http://127.0.0.1:{free_port()}", guarantee=guarantee)
    daemon = start(entry)
    answer = entry.request("GET", "/b/k")
    assert answer.status == 503 and b"<Code>ServiceUnavailable</Code>" in answer.body
    headers = {"X-Amz-Target": "DynamoDB_20120810.GetItem", "Content-Type": "application/x-amz-json-1.0"}
    answer = entry.request("POST", "/", b'{"TableName":"t","Key":{"k":{"S":"1"}}}', headers)
    assert answer.status == 503 and answer.error == "ServiceUnavailable"
    answer = entry.request("POST", "/", b"Action=GetCallerIdentity&Version=2011-06-15",
                           {"Content-Type": "application/x-www-form-urlencoded"}, sign="sts", key=ROOT_KEY)
    assert answer.status == 503 and b"<ErrorResponse" in answer.body
    assert settled(daemon, entry, seen=3)["recorded"] == 3
    found = eventually(lambda: records_of(daemon) if len(records_of(daemon)) == 3 else None)
    assert {record["eventName"] for record in found} == {"GetObject", "GetItem", "GetCallerIdentity"}
    assert {record["errorCode"] for record in found} == {"ServiceUnavailable"}


def test_every_protocol_is_refused_in_its_own_words(start):
    entry = Entry("store", f"http://127.0.0.1:{free_port()}")
    daemon = start(entry)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = entry.request("POST", "/", b"Action=DescribeVpcs&Version=2016-11-15", form, sign="ec2", key=ROOT_KEY)
    assert answer.status == 503 and b"<Errors><Error><Code>Unavailable</Code>" in answer.body, answer
    answer = entry.request("GET", "/2015-03-31/functions/", sign="lambda", key=ROOT_KEY)
    assert answer.status == 503 and answer.headers["x-amzn-errortype"] == "ServiceUnavailableException", answer
    cbor = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor", "Accept": "application/cbor"}
    answer = entry.request("POST", "/service/GraniteServiceVersion20100801/operation/ListMetrics", b"\xa0", cbor, sign="monitoring",
                           key=ROOT_KEY)
    assert answer.status == 503 and answer.headers["smithy-protocol"] == "rpc-v2-cbor", answer
    assert answer.body.startswith(b"\xa2\x79\x00\x06__type\x79\x00\x12ServiceUnavailable"), answer
    answer = entry.request("HEAD", "/b/k")
    assert answer.status == 503 and answer.body == b""
    assert settled(daemon, entry, seen=4)["recorded"] == 4
    found = eventually(lambda: records_of(daemon) if len(records_of(daemon)) == 4 else None)
    assert {record["eventSource"].partition(".")[0] for record in found} == {"ec2", "lambda", "monitoring", "s3"}


@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_an_upstream_that_breaks_off_leaves_a_record_of_unknown_outcome(start, upstream, guarantee):
    entry = Entry("store", upstream.url, guarantee=guarantee)
    daemon = start(entry)
    upstream.answer = lambda request: None
    answer = entry.request("POST", "/b/k?uploads")
    assert answer.status == 502 and b"<Error>" in answer.body
    upstream.answer = lambda request: Answer(200, bytes(1 << 20), cut_after=1000)
    with pytest.raises((http.client.HTTPException, OSError)):
        entry.request("GET", "/b/cut")
    assert settled(daemon, entry, seen=2)["recorded"] == 2
    found = eventually(lambda: records_of(daemon) if len(records_of(daemon)) == 2 else None)
    assert [record["errorCode"] for record in found] == ["OutcomeUnknown"] * 2


@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_a_forged_call_is_refused_recorded_and_not_passed_on(start, upstream, guarantee):
    entry = Entry("store", upstream.url, guarantee=guarantee)
    daemon = start(entry)
    answer = entry.request("GET", "/b/k", sign="s3", key=(ROOT_KEY[0], "not the secret"))
    assert answer.status == 403 and b"<Code>SignatureDoesNotMatch</Code>" in answer.body
    assert entry.request("GET", "/b/k", sign="s3", key=ROOT_KEY).status == 200
    assert upstream.targets() == ["/b/k"]
    numbers = settled(daemon, entry, seen=2)
    assert numbers["recorded"] == 2 and numbers["forged"] == 1
    found = eventually(lambda: records_of(daemon) if len(records_of(daemon)) == 2 else None)
    good, forged = sorted(found, key=lambda record: "errorCode" in record)  # two loops: in either order
    assert forged["errorCode"] == "SignatureDoesNotMatch" and "errorCode" not in good
    assert forged["userIdentity"]["accessKeyId"] == ROOT_KEY[0] and "arn" not in forged["userIdentity"]
    assert good["userIdentity"]["type"] == "Root" and good["userIdentity"]["arn"] == ROOT_ARN


def test_errors_of_the_upstream_stand_in_the_record(start, upstream):
    entry = Entry("store", upstream.url)
    daemon = start(entry)
    upstream.answer = lambda request: Answer(
        404, b"<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>",
        {"Content-Type": "application/xml", "x-amz-request-id": "R2"})
    assert entry.request("GET", "/b/none").status == 404
    record = one_record(daemon)
    assert record["errorCode"] == "NoSuchKey" and record["errorMessage"] == "The specified key does not exist."
    assert record["requestID"] == "R2"


def test_a_client_that_leaves_halfway_is_recorded(start, upstream):
    entry = Entry("store", upstream.url)
    daemon = start(entry)
    connection = http.client.HTTPConnection("127.0.0.1", entry.port)
    connection.putrequest("PUT", "/b/half")
    connection.putheader("Content-Length", str(1 << 20))
    connection.endheaders()
    connection.send(bytes(1000))
    eventually(lambda: entry.numbers(daemon)["seen"] == 1)
    connection.close()
    assert settled(daemon, entry, seen=1)["recorded"] == 1
    assert one_record(daemon)["errorCode"] == "IncompleteBody"


def test_an_entry_with_credentials_signs_anew_for_those_it_allows(start, start_daemon):
    with fake_s3.FakeS3("box") as store:
        keys = {"sign_access_key_id": fake_s3.ACCESS_KEY, "sign_secret_access_key": fake_s3.SECRET, "sign_region": fake_s3.REGION}
        entry = Entry("signs", store.url, allow=ROOT_ARN, **keys)
        daemon = start(entry)
        s3 = entry.client("s3", ROOT_KEY)
        s3.put_object(Bucket="box", Key="a b", Body=b"content")
        assert store.objects["box", "a b"] == b"content"
        assert s3.get_object(Bucket="box", Key="a b")["Body"].read() == b"content"
        url = s3.generate_presigned_url("get_object", Params={"Bucket": "box", "Key": "a b"})
        assert entry.request("GET", url.removeprefix(entry.url)).body == b"content"
        assert ROOT_KEY[0] not in repr(store.requests), "the caller's signature must not reach the upstream"
        count = len(store.requests)
        assert entry.request("GET", "/box/a%20b").status == 403  # nobody
        other = daemon.cairn("CreateKey", {"UserName": "eve", "Role": "auditor"}).json()["Key"]
        with pytest.raises(botocore.exceptions.ClientError) as raised:
            entry.client("s3", (other["AccessKeyId"], other["SecretAccessKey"])).get_object(Bucket="box", Key="a b")
        assert raised.value.response["Error"]["Code"] == "AccessDenied"
        assert len(store.requests) == count, "a call of somebody else was passed on"
        assert settled(daemon, entry, seen=5)["recorded"] == 5
        denied = eventually(lambda: records_of(daemon, ("ErrorCode", "AccessDenied")))
        assert any(record["userIdentity"].get("userName") == "eve" for record in denied)


def test_the_own_s3_door_can_stand_behind_it(start):
    port = free_port()
    entry = Entry("own", f"http://127.0.0.1:{port}", guarantee="fail-closed")
    daemon = start(entry, options=("--listen", f"127.0.0.1:{port}"), wait=False)
    daemon.port = port
    eventually(daemon.is_ready)
    s3 = entry.client("s3", ROOT_KEY)
    s3.create_bucket(Bucket="through")
    for number in range(3):
        s3.put_object(Bucket="through", Key=f"k{number}", Body=b"x" * 100)
    s3.delete_objects(Bucket="through", Delete={"Objects": [{"Key": "k0"}, {"Key": "k1"}]})
    assert [row["Key"] for row in s3.list_objects_v2(Bucket="through")["Contents"]] == ["k2"]
    assert settled(daemon, entry, seen=6)["recorded"] == 6
    record = eventually(lambda: records_of(daemon, ("EventName", "DeleteObjects")))[0]
    assert {row["ARN"] for row in record["resources"]} >= {"arn:aws:s3:::through/k0", "arn:aws:s3:::through/k1"}


def test_numbers_and_records_survive_restarts(start, upstream):
    entries = [Entry(guarantee, upstream.url, guarantee=guarantee) for guarantee in GUARANTEES]
    daemon = start(*entries)
    for entry in entries:
        for number in range(7):
            entry.request("GET", f"/{entry.name}/{number}")
        settled(daemon, entry, seen=7)
    daemon.restart()
    for entry in entries:
        entry.request("GET", f"/{entry.name}/again")
        assert settled(daemon, entry, seen=8)["recorded"] == 8
    daemon.restart(by_kill=True)
    for entry in entries:
        numbers = entry.numbers(daemon)
        assert adds_up(numbers) and numbers["in_flight"] == 0 and numbers["recorded"] == 8, numbers
        assert numbers["gap"] == 0 or entry.name != "fail-closed"
    assert len(eventually(lambda: records_of(daemon) if len(records_of(daemon)) == 24 else None)) == 24


def test_status_and_the_log_show_the_entries(start, upstream):
    entry = Entry("store", upstream.url, guarantee="fail-closed")
    daemon = start(entry)
    entry.request("GET", "/b/k")
    [shown] = daemon.cairn("GetStatus").json()["Gateways"]
    assert shown["Name"] == "store" and shown["Upstream"] == upstream.url and shown["Guarantee"] == "fail-closed"
    assert shown["Seen"] == 1 and shown["Recorded"] == 1 and shown["Listen"] == f"127.0.0.1:{entry.port}"
    assert "fail-closed" in daemon.run("status", "--output", "table").stdout
    assert "event=gateway_ready" in daemon.log()


def test_one_entry_needs_no_file(start_daemon, upstream):
    port = free_port()
    daemon = start_daemon("--gateway", f"127.0.0.1:{port}={upstream.url}")
    entry = Entry("default", upstream.url)
    entry.port, entry.url = port, f"http://127.0.0.1:{port}"
    assert entry.request("GET", "/b/k").body == b"hello"
    assert settled(daemon, entry, seen=1)["recorded"] == 1


@pytest.mark.parametrize("keys, words", [
    ({"listen": "127.0.0.1"}, "HOST:PORT"),
    ({"listen": "0.0.0.0:9999"}, "insecure-http"),
    ({"upstream": "ftp://x"}, "http://HOST"),
    ({"upstream": "http://x/path"}, "http://HOST"),
    ({"upstream": "http://x:99999"}, "http://HOST"),
    ({"upstream": "https://x", "upstream_ca": "/nowhere.pem"}, "/nowhere.pem"),
    ({"account": "12"}, "12 digits"),
    ({"service": "S3"}, "dynamodb"),
    ({"virtual_hosts": "s3.example.com,http://x"}, "http://x"),
    ({"sign_access_key_id": "AKIAEXAMPLE"}, "go together"),
    ({"sign_access_key_id": "AKIAEXAMPLE", "sign_secret_access_key": "x"}, "allow"),
    ({"tls_cert": "/nowhere.pem"}, "go together"),
    ({"tls_cert": "/nowhere.pem", "tls_key": "/nowhere.key"}, "/nowhere.pem"),
    ({"principals_file": "/nowhere.json"}, "/nowhere.json"),
    ({"hide": "nonsense"}, "hide"),
])
def test_a_wrong_entry_is_refused_with_its_name_and_what_it_takes(tmp_path, keys, words):
    entry = Entry("odd", "http://127.0.0.1:1")
    entry.keys.update(keys)
    done = subprocess.run([cairn_daemon.binary(), "serve", "--data", tmp_path / "data", "--listen", f"127.0.0.1:{free_port()}",
                           *configure(tmp_path, entry)], capture_output=True, text=True, check=False, timeout=60,
                          env=cairn_daemon.plain_environment())
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert "odd" in last and words in last, done.stderr


def test_a_port_that_is_taken_is_named(tmp_path):
    with FakeUpstream() as other:
        done = subprocess.run([cairn_daemon.binary(), "serve", "--data", tmp_path / "data", "--listen", f"127.0.0.1:{free_port()}",
                               "--gateway", f"127.0.0.1:{other.port}=http://127.0.0.1:1"], capture_output=True, text=True, check=False,
                              timeout=60, env=cairn_daemon.plain_environment())
        assert done.returncode == 1 and f"port {other.port}: " in done.stderr and "in use" in done.stderr, done.stderr


def test_sighup_reads_the_principals_again(start, upstream, tmp_path):
    principals = tmp_path / "principals.json"

    def name(user):
        principals.write_text('{"principals": [{"accessKeyId": "AKIAEXAMPLEALICE0001", "arn": "arn:aws:iam::%s:user/%s"}]}' % (ACCOUNT, user))

    def callers():
        entry.request("GET", "/b/k", sign="s3", key=("AKIAEXAMPLEALICE0001", "x"))
        return {record["userIdentity"].get("userName") for record in records_of(daemon)}

    name("alice")
    entry = Entry("store", upstream.url, principals_file=str(principals))
    daemon = start(entry)
    eventually(lambda: callers() == {"alice"})
    name("alicia")
    daemon.process.send_signal(signal.SIGHUP)
    eventually(lambda: callers() == {"alice", "alicia"})


def test_sigterm_lets_calls_in_flight_end(start, upstream):
    entries = [Entry(guarantee, upstream.url, guarantee=guarantee) for guarantee in GUARANTEES]
    daemon = start(*entries)
    upstream.answer = lambda request: time.sleep(1) or Answer(200, b"late")
    answers = []
    threads = [threading.Thread(target=lambda entry=entry: answers.append(entry.request("GET", "/b/slow").body)) for entry in entries]
    for thread in threads:
        thread.start()
    eventually(lambda: len(upstream.targets()) == 3)
    daemon.stop()
    for thread in threads:
        thread.join()
    assert answers == [b"late"] * 3
    daemon.start()
    for entry in entries:
        assert settled(daemon, entry, seen=1)["recorded"] == 1


def test_a_source_with_its_token_sends_audit_logs(start_daemon, tmp_path):
    config = tmp_path / "cairn.conf"
    config.write_text('[source "cluster"]\nkind = kubernetes\ntoken = a-token-of-some-length\n')
    daemon = start_daemon("--config", str(config))
    event = {"kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "auditID": "6a7b0a44-25d8-4c4e-9d56-2f6f3a1c0001",
             "stage": "ResponseComplete", "requestURI": "/api/v1/namespaces/default/pods", "verb": "list",
             "user": {"username": "jane"}, "sourceIPs": ["192.0.2.7"], "objectRef": {"resource": "pods", "namespace": "default"},
             "responseStatus": {"code": 200}, "requestReceivedTimestamp": "2026-03-02T08:00:00.000000Z",
             "stageTimestamp": "2026-03-02T08:00:00.010000Z"}
    body = json.dumps({"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": [event]}).encode()

    def send(token):
        return daemon.request("POST", "/sources/kubernetes", body, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
                              sign=None).status

    assert send("another-token-of-some-length") in (401, 403)
    assert send("a-token-of-some-length") == 200 and send("a-token-of-some-length") == 200
    assert len(eventually(lambda: search(daemon, ("SourceIPAddress", "192.0.2.7")))) == 1


def test_tls_ends_and_begins_at_an_entry(start, upstream, tmp_path):
    certificate, key = tmp_path / "tls.pem", tmp_path / "tls.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   capture_output=True, check=True)
    inner = Entry("inner", upstream.url, tls_cert=str(certificate), tls_key=str(key), guarantee="fail-closed")
    outer = Entry("outer", f"https://127.0.0.1:{inner.port}", upstream_ca=str(certificate), guarantee="fail-closed")
    distrusts = Entry("distrusts", f"https://127.0.0.1:{inner.port}")
    daemon = start(inner, outer, distrusts)
    assert outer.request("GET", "/b/k").body == b"hello"
    assert distrusts.request("GET", "/b/k").status == 503
    assert upstream.targets() == ["/b/k"], "a certificate that nobody vouches for was taken"
    found = eventually(lambda: records_of(daemon) if len(records_of(daemon)) == 3 else None)
    [details] = [record["tlsDetails"] for record in found if "tlsDetails" in record]
    assert details["tlsVersion"].startswith("TLSv1.") and details["cipherSuite"]
    assert details["clientProvidedHostHeader"] == f"127.0.0.1:{outer.port}"
