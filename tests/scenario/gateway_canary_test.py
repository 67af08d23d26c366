# SPDX-License-Identifier: Apache-2.0
"""Nothing secret reaches the disk: canaries go through gateways of each guarantee, in every protocol, and are then
searched for in every file that Cairn keeps, in clear, base64 and hex, inflated where a file is compressed (P6)."""
import base64
import http.client
import json
import re
import secrets

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import canaries
import secret_search
from cairn_daemon import ACCOUNT, REGION, ROOT_KEY, daemons, eventually
from fake_upstream import Answer, FakeUpstream
from gateway import ALICE, Gateway

CANARY, MARKER = "ZqCanarySecret", "VisibleMarker"
GUARANTEES = ["buffered", "fail-closed", "best-effort"]


def send(gateway, entry, plant):
    """Make the planted request; returns the signature that was made for it."""
    url, headers = gateway.url(entry), {"User-Agent": "canary", **plant.headers}
    if plant.service:
        request = AWSRequest(method=plant.method, url=url + plant.target, data=plant.body, headers=headers)
        signer = S3SigV4Auth if plant.service == "s3" else SigV4Auth
        signer(Credentials(*ALICE, headers.get("X-Amz-Security-Token")), plant.service, REGION).add_auth(request)
        headers = dict(request.headers.items())
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port(entry), timeout=30)
    try:
        connection.request(plant.method, plant.target, body=plant.body, headers=headers)
        answer = connection.getresponse()
        assert answer.status == plant.reply.status
        assert answer.read() == plant.reply.body, "the client's answer must not be changed"
    finally:
        connection.close()
    return re.findall("Signature=([0-9a-f]{64})", headers.get("Authorization", ""))


def start_trail(daemon):
    """A trail that logs everything a gateway may see, delivered every second."""
    daemon.client("s3").create_bucket(Bucket="audit")
    trails = daemon.client("cloudtrail")
    trails.create_trail(Name="all", S3BucketName="audit", IsMultiRegionTrail=True)
    types = ["AWS::S3::Object", "AWS::DynamoDB::Table", "AWS::Lambda::Function", "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::Kinesis::Stream"]
    trails.put_event_selectors(TrailName="all", AdvancedEventSelectors=[
        {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
        *({"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": [kind]}]} for kind in types)])
    trails.start_logging(Name="all")


class Planted:
    """What was sent through the gateways, what was recorded of it, and the data folder afterwards."""

    def __init__(self):
        self.records, self.kinds, self.signatures, self.places, self.daemon = [], {}, [], {}, None
        self.sent = 0


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    folder, result = tmp_path_factory.mktemp("canary"), Planted()
    with FakeUpstream() as server, daemons(folder) as start:
        entries = {name: {"upstream": server.url, "guarantee": name, "learn": "true", "hide": canaries.HIDE} for name in GUARANTEES}
        gateway = Gateway(start, folder, entries, "--delivery-interval", "1s", "--log-level", "debug")
        result.daemon = gateway.daemon
        start_trail(gateway.daemon)
        for entry in GUARANTEES:
            for kind, make in canaries.KINDS.items():
                canary = CANARY + secrets.token_hex(6)
                plant = make(canary)
                result.kinds[canary] = f"{kind} ({entry})"
                server.answer = lambda request, reply=plant.reply: reply
                result.signatures += send(gateway, entry, plant)
                result.sent += 1
            for name in (MARKER, base64.b64encode(MARKER.encode()).decode().strip("="), MARKER.encode().hex()):
                server.answer = lambda request: Answer(200, b"")
                send(gateway, entry, canaries.s3("GET", f"/bucket/{name}"))
                result.sent += 1
        result.records = gateway.take(result.sent)
        eventually(lambda: any(MARKER.encode() in data for name, data in secret_search.contents(gateway.daemon.data / "objects")
                               if "gzip" in name), every_s=0.5)
        result.answers = json.dumps(result.records).encode()
        gateway.daemon.stop()
        yield result


def test_each_planted_call_left_one_record(planted):
    assert len(planted.records) == planted.sent
    assert len(canaries.KINDS) >= 40


def test_no_canary_is_in_any_file(planted):
    places = secret_search.search(planted.daemon.data, CANARY, [("daemon's log", planted.daemon.log_path.read_bytes()), ("records", planted.answers)])
    kinds = {planted.kinds.get(match) for text in places.values() for match in re.findall(CANARY + "[0-9a-f]{12}", text)}
    assert places == {}, kinds


def test_no_canary_is_in_any_record(planted):
    """As above, but it tells all of the kinds at once."""
    text = planted.answers.decode()
    found = {kind for canary, kind in planted.kinds.items() if any(form.decode() in text for form in secret_search.forms(canary))}
    assert sorted(found) == []


def test_no_signature_is_in_any_file(planted):
    data = b"".join(data for _, data in secret_search.contents(planted.daemon.data)) + planted.daemon.log_path.read_bytes()
    assert len(planted.signatures) > 100
    assert not [signature for signature in planted.signatures if signature.encode() in data]


def test_no_secret_of_the_configuration_is_in_any_file(start_daemon, tmp_path):
    """An entry that signs anew, the root credentials, and a source's token."""
    canary = CANARY + secrets.token_hex(13)
    with FakeUpstream() as server:
        gateway = Gateway(start_daemon, tmp_path, {"signs": {
            "upstream": server.url, "sign-access-key-id": "AKIAEXAMPLEUPSTREAM1", "sign-secret-access-key": canary, "sign-session-token": canary,
            "sign-region": REGION, "allow": f"arn:aws:iam::{ACCOUNT}:root"}}, key=(ROOT_KEY[0], canary))
        with open(tmp_path / "cairn.conf", "a", encoding="utf-8") as config:
            config.write(f'[source "store"]\nkind = minio\ntoken = {canary}\n')
        gateway.daemon.restart()
        server.answer = lambda request: Answer(200, b"")
        gateway.entries["signs"].client("s3", (ROOT_KEY[0], canary)).put_object(Bucket=MARKER.lower(), Key="key", Body=b"x")
        gateway.daemon.request("POST", "/sources/minio", b"{}", {"Authorization": f"Bearer {canary}"}, sign=None)
        gateway.take(1)
        gateway.daemon.stop()
    assert server.requests[0].headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLEUPSTREAM1/")
    assert server.requests[0].headers["x-amz-security-token"] == canary
    assert secret_search.search(gateway.daemon.data, CANARY, [("daemon's log", gateway.daemon.log_path.read_bytes())]) == {}
    assert secret_search.search(gateway.daemon.data, MARKER.lower()) != {}


@pytest.mark.parametrize("store", ["journal/", "history/", "objects/"])
def test_the_search_would_have_found_them_there(planted, store):
    """The same search finds what is not secret, in each store that holds records."""
    assert any(name.startswith(store) for name in secret_search.search(planted.daemon.data, MARKER))


@pytest.mark.parametrize("planted_as", [MARKER.encode(), b"x" + base64.b64encode(b"ab" + MARKER.encode()), MARKER.encode().hex().encode()])
def test_the_search_finds_each_form(tmp_path, planted_as):
    (tmp_path / "file").write_bytes(b"before " + planted_as + b" after")
    assert set(secret_search.search(tmp_path, MARKER)) == {"file"}
    assert secret_search.search(tmp_path, "OtherMarkerText") == {}
