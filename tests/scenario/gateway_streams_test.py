# SPDX-License-Identifier: Apache-2.0
"""Bytes pass a gateway as they are, whatever their number and framing, in constant memory.

CAIRN_GATEWAY_STREAM_MB=5120 streams 5 GB in place of 200 MB.
"""
import hashlib
import http.client
import http.server
import json
import os
import re
import socket
import ssl
import threading
import urllib.error
import urllib.request

import boto3
import botocore.config
import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from cairn_daemon import ACCOUNT, REGION, ROOT_KEY, plain_environment, run_command
from gateway import ALICE, Gateway
from tls import Certificate, TlsDaemon

STREAM_BYTES = int(os.environ.get("CAIRN_GATEWAY_STREAM_MB", "200")) << 20
GROWTH_MAX = 32 << 20
BLOCK = os.urandom(1 << 20)


class Stream(http.server.BaseHTTPRequestHandler):
    """Takes bodies of any size and tells their size and SHA-256; gives as many bytes as the path says."""
    protocol_version = "HTTP/1.1"

    def log_message(self, format, *arguments):  # pylint: disable=redefined-builtin
        pass

    def pieces(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline().split(b";")[0], 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return
        left = int(self.headers.get("Content-Length") or 0)
        while left:
            piece = self.rfile.read(min(left, 1 << 20))
            left -= len(piece)
            yield piece

    def do_PUT(self):
        size, digest = 0, hashlib.sha256()
        for piece in self.pieces():
            size += len(piece)
            digest.update(piece)
        body = json.dumps({"size": size, "sha256": digest.hexdigest(), "headers": {name.lower(): value for name, value in self.headers.items()},
                           "target": self.path}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        left = int(self.path.rpartition("/")[2])
        self.send_response(200)
        self.send_header("Content-Length", str(left))
        self.end_headers()
        while left:
            piece = BLOCK[:min(left, len(BLOCK))]
            left -= len(piece)
            self.wfile.write(piece)


@pytest.fixture(scope="module")
def stream_server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stream)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def resident_bytes(gateway):
    with open(f"/proc/{gateway.daemon.process.pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read())[1]) << 10


class Watch:
    """The most memory that the daemon held while the block ran."""

    def __init__(self, gateway):
        self.gateway, self.peak, self.done = gateway, 0, threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.done.wait(0.02):
            self.peak = max(self.peak, resident_bytes(self.gateway))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *problem):
        self.done.set()
        self.thread.join()


def put_stream(gateway, size, chunked=False):
    """PUT so many bytes in blocks; what the server saw, and what it should have."""
    digest, left = hashlib.sha256(), size

    def blocks():
        nonlocal left
        while left:
            piece = BLOCK[:min(left, len(BLOCK))]
            left -= len(piece)
            digest.update(piece)
            yield piece

    connection = http.client.HTTPConnection("127.0.0.1", gateway.port("stream"), timeout=120)
    headers = {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"} if chunked else {"Content-Length": str(size), "x-amz-content-sha256": "UNSIGNED-PAYLOAD"}
    connection.request("PUT", "/bucket/large", body=blocks(), headers=headers, encode_chunked=chunked)
    answer = connection.getresponse()
    seen = json.loads(answer.read())
    connection.close()
    return seen, {"size": size, "sha256": digest.hexdigest()}


def get_stream(gateway, size):
    """GET so many bytes; how many came, all of them right."""
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port("stream"), timeout=120)
    connection.request("GET", f"/bucket/{size}")
    answer, got = connection.getresponse(), 0
    while piece := answer.read(len(BLOCK)):
        assert piece == BLOCK[:len(piece)]
        got += len(piece)
    connection.close()
    return got


@pytest.mark.parametrize("guarantee", ["buffered", "fail-closed"])
def test_memory_stays_flat_through_a_large_body_each_way(start_daemon, stream_server, tmp_path, guarantee):
    gateway = Gateway(start_daemon, tmp_path, {"stream": {"upstream": stream_server, "guarantee": guarantee}},
                      environment={"ASAN_OPTIONS": "detect_leaks=1:quarantine_size_mb=1"})
    put_stream(gateway, 8 << 20)
    get_stream(gateway, 8 << 20)
    before = resident_bytes(gateway)
    with Watch(gateway) as watch:
        seen, sent = put_stream(gateway, STREAM_BYTES)
        got = get_stream(gateway, STREAM_BYTES)
    assert (seen["size"], seen["sha256"]) == (sent["size"], sent["sha256"]) and got == STREAM_BYTES
    assert watch.peak - before < GROWTH_MAX, f"{before >> 20} MB before, {watch.peak >> 20} MB at most"
    transferred = [record["additionalEventData"] for record in gateway.take(4)]
    assert sorted(part["bytesTransferredIn"] for part in transferred) == [0, 0, 8 << 20, STREAM_BYTES]
    assert sorted(part["bytesTransferredOut"] for part in transferred)[2:] == [8 << 20, STREAM_BYTES]


@pytest.mark.parametrize("size", [0, 1, 65536, 3 << 20])
def test_a_chunked_upload_arrives_whole(start_daemon, stream_server, tmp_path, size):
    gateway = Gateway(start_daemon, tmp_path, {"stream": {"upstream": stream_server}})
    seen, sent = put_stream(gateway, size, chunked=True)
    assert (seen["size"], seen["sha256"]) == (sent["size"], sent["sha256"])
    (record,) = gateway.take(1)
    assert record["additionalEventData"]["bytesTransferredIn"] == size


@pytest.mark.parametrize("guarantee", ["buffered", "fail-closed"])
def test_a_client_that_asks_first_is_told_to_go_on(start_daemon, s3_server, tmp_path, guarantee):
    gateway = Gateway(start_daemon, tmp_path, {"store": {"upstream": s3_server.url, "guarantee": guarantee}})
    s3_client(s3_server.url, ALICE).create_bucket(Bucket=f"asked-{guarantee}")
    url = gateway.url("store")
    request = AWSRequest(method="PUT", url=f"{url}/asked-{guarantee}/key", data=b"words", headers={"Expect": "100-continue"})
    S3SigV4Auth(Credentials(*ALICE), "s3", REGION).add_auth(request)
    head = f"PUT /asked-{guarantee}/key HTTP/1.1\r\nHost: {url[7:]}\r\nContent-Length: 5\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in request.headers.items())
    with socket.create_connection(("127.0.0.1", gateway.port("store")), timeout=20) as connection:
        connection.sendall(head.encode() + b"\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"words")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
    assert s3_client(s3_server.url, ALICE).get_object(Bucket=f"asked-{guarantee}", Key="key")["Body"].read() == b"words"


# Real clients, against Cairn's own door, which checks every signature

def s3_client(url, key, **more):
    config = botocore.config.Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, **more.pop("config", {}))
    return boto3.client("s3", endpoint_url=url, region_name=REGION, aws_access_key_id=key[0], aws_secret_access_key=key[1], config=config, **more)


@pytest.fixture
def door(start_daemon, tmp_path):
    """A gateway in front of Cairn's own S3 door, and a client of it that has a bucket. Replies wait for their records, so
    that these are in the order of the calls."""
    gateway = Gateway(start_daemon, tmp_path, {"door": {"upstream": start_daemon().url, "virtual-hosts": "localhost", "guarantee": "fail-closed"}})
    client = s3_client(gateway.url("door"), ROOT_KEY)
    client.create_bucket(Bucket="pictures")
    gateway.take(1)
    return gateway, client


def test_ranges_heads_and_conditions_pass_as_they_are(door):
    gateway, client = door
    put = client.put_object(Bucket="pictures", Key="a b/c", Body=bytes(range(256)) * 40, ContentType="image/png", Metadata={"mood": "good"})
    assert client.get_object(Bucket="pictures", Key="a b/c", Range="bytes=250-259")["Body"].read() == bytes([250, 251, 252, 253, 254, 255, 0, 1, 2, 3])
    head = client.head_object(Bucket="pictures", Key="a b/c")
    assert (head["ContentLength"], head["ContentType"], head["Metadata"], head["ETag"]) == (10240, "image/png", {"mood": "good"}, put["ETag"])
    with pytest.raises(client.exceptions.ClientError, match="304"):
        client.get_object(Bucket="pictures", Key="a b/c", IfNoneMatch=put["ETag"])
    taken = gateway.take(4)
    assert [record["eventName"] for record in taken] == ["PutObject", "GetObject", "HeadObject", "GetObject"]
    assert [record["additionalEventData"]["bytesTransferredOut"] for record in taken[1:]] == [10, 0, 0]


def test_a_presigned_url_works_and_is_recorded_without_its_signature(door):
    gateway, client = door
    client.put_object(Bucket="pictures", Key="shared & free", Body=b"for all")
    signer = s3_client(gateway.url("door"), ROOT_KEY, config={"signature_version": "s3v4"})
    url = signer.generate_presigned_url("get_object", Params={"Bucket": "pictures", "Key": "shared & free"}, ExpiresIn=60)
    with urllib.request.urlopen(url, timeout=20) as answer:
        assert answer.read() == b"for all"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(url.replace("X-Amz-Expires=60", "X-Amz-Expires=61"), timeout=20)
    _, good, bad = gateway.take(3)
    signature = re.search("X-Amz-Signature=([0-9a-f]+)", url)[1]
    assert signature not in json.dumps([good, bad])
    assert good["additionalEventData"]["AuthenticationMethod"] == "QueryString" and good["requestParameters"]["X-Amz-Expires"] == "60"
    assert (good["requestParameters"]["key"], bad.get("errorCode")) == ("shared & free", "SignatureDoesNotMatch")


def test_a_virtual_host_is_a_bucket(door):
    gateway, client = door
    client.put_object(Bucket="pictures", Key="hosted", Body=b"here")
    host = f"pictures.localhost:{gateway.port('door')}"
    request = AWSRequest(method="GET", url=f"http://{host}/hosted", headers={"Host": host})
    S3SigV4Auth(Credentials(*ROOT_KEY), "s3", REGION).add_auth(request)
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port("door"), timeout=20)
    connection.request("GET", "/hosted", headers=dict(request.headers.items()))
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b"here")
    record = gateway.take(2)[1]
    assert (record["eventName"], record["requestParameters"]["bucketName"], record["requestParameters"]["key"]) == ("GetObject", "pictures", "hosted")
    assert record["requestParameters"]["Host"].startswith("pictures.localhost")


def test_the_aws_cli_copies_a_large_file_there_and_back(door, aws_cli, tmp_path):
    gateway, _ = door
    (tmp_path / "large").write_bytes(os.urandom(20 << 20))
    environment = plain_environment(HOME=str(tmp_path), AWS_ACCESS_KEY_ID=ROOT_KEY[0], AWS_SECRET_ACCESS_KEY=ROOT_KEY[1], AWS_DEFAULT_REGION=REGION)
    for source, target in ((tmp_path / "large", "s3://pictures/large"), ("s3://pictures/large", tmp_path / "back")):
        run_command([aws_cli("debian").program, "--endpoint-url", gateway.url("door"), "s3", "cp", source, target, "--quiet"], environment)
    assert (tmp_path / "back").read_bytes() == (tmp_path / "large").read_bytes()
    taken = gateway.take(6)
    names = [record["eventName"] for record in taken]
    assert names.count("CreateMultipartUpload") == names.count("CompleteMultipartUpload") == 1 and names.count("UploadPart") == 3
    sent = sum(record["additionalEventData"]["bytesTransferredIn"] for record in taken if record["eventName"] == "UploadPart")
    received = sum(record["additionalEventData"]["bytesTransferredOut"] for record in taken if record["eventName"] == "GetObject")
    assert sent == received == 20 << 20


def test_tls_on_both_sides_and_a_body_in_signed_chunks(start_daemon, tmp_path):
    upstream_folder, front_folder = tmp_path / "up", tmp_path / "front"
    upstream_folder.mkdir()
    front_folder.mkdir()
    inner, outer = Certificate(upstream_folder), Certificate(front_folder)
    upstream = TlsDaemon(upstream_folder, inner).start()
    try:
        gateway = Gateway(start_daemon, tmp_path, {
            "good": {"upstream": upstream.url, "guarantee": "fail-closed", "upstream-ca": inner.certificate, "tls-cert": outer.certificate, "tls-key": outer.key},
            "wrong": {"upstream": upstream.url, "upstream-ca": outer.certificate}})
        client = s3_client(gateway.url("good").replace("http:", "https:"), ROOT_KEY, verify=str(outer.certificate))
        client.create_bucket(Bucket="pictures")
        body = os.urandom(300_000)
        client.put_object(Bucket="pictures", Key="cat", Body=body, ChecksumAlgorithm="CRC32")
        assert client.get_object(Bucket="pictures", Key="cat")["Body"].read() == body
        taken = gateway.take(3)
        put = taken[1]
        assert put["additionalEventData"]["bytesTransferredIn"] == len(body), "the framing of aws-chunked is not the object's"
        for record in taken:
            assert re.match(r"TLSv1\.[23]$", record["tlsDetails"]["tlsVersion"])
            assert record["tlsDetails"]["clientProvidedHostHeader"].startswith("127.0.0.1")
            assert record["userIdentity"]["arn"] == f"arn:aws:iam::{ACCOUNT}:root"
        with pytest.raises(client.exceptions.ClientError, match="ServiceUnavailable"):
            s3_client(gateway.url("wrong"), ROOT_KEY).list_buckets()
    finally:
        upstream.cleanup()


def test_the_gateways_certificate_is_the_one_that_clients_see(start_daemon, stream_server, tmp_path):
    certificate = Certificate(tmp_path)
    gateway = Gateway(start_daemon, tmp_path, {"stream": {"upstream": stream_server, "tls-cert": certificate.certificate, "tls-key": certificate.key}})
    context = ssl.create_default_context(cafile=certificate.certificate)
    connection = http.client.HTTPSConnection("127.0.0.1", gateway.port("stream"), timeout=20, context=context)
    connection.request("GET", "/bucket/100")
    assert len(connection.getresponse().read()) == 100
    assert gateway.take(1)[0]["tlsDetails"]["tlsVersion"].startswith("TLSv1.")
