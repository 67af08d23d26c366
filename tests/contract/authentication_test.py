# SPDX-License-Identifier: Apache-2.0
"""Who may call: signatures as AWS checks them, and Cairn's roles (P5)."""
import datetime
import json

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import records
from aws_errors import aws_error
from cairn_daemon import ACCOUNT, CLOUDTRAIL_TARGET, REGION

HEADERS = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": CLOUDTRAIL_TARGET + "DescribeTrails"}


def signed_headers(daemon, body=b"{}", key=None, moment=None, token=None, service="cloudtrail", monkeypatch=None):
    credentials = Credentials(*(key or daemon.key), token)
    request = AWSRequest(method="POST", url=daemon.url + "/", data=body, headers=dict(HEADERS))
    if moment:
        request.context["timestamp"] = moment.strftime("%Y%m%dT%H%M%SZ")
        auth = SigV4Auth(credentials, service, REGION)
        auth._modify_request_before_signing(request)  # add_auth() would take the present
        request.headers["X-Amz-Date"] = request.context["timestamp"]
        canonical = auth.canonical_request(request)
        auth._inject_signature_to_request(request, auth.signature(auth.string_to_sign(request, canonical), request))
    else:
        SigV4Auth(credentials, service, REGION).add_auth(request)
    return dict(request.headers.items())


def answer_to(daemon, headers, body=b"{}", target="/"):
    return daemon.request("POST", target, body, headers, sign=None)


def test_a_good_signature_is_answered(shared_daemon):
    assert answer_to(shared_daemon, signed_headers(shared_daemon)).status == 200


@pytest.mark.parametrize("change, error", [
    (lambda headers: headers.pop("Authorization"), "MissingAuthenticationTokenException"),
    (lambda headers: headers.update(Authorization="AWS4-HMAC-SHA256 nonsense"), "IncompleteSignatureException"),
    (lambda headers: headers.update(Authorization=headers["Authorization"][:-4] + "0000"), "InvalidSignatureException"),
])
def test_a_bad_authorization_gets_awss_error(shared_daemon, change, error):
    headers = signed_headers(shared_daemon)
    change(headers)
    answer = answer_to(shared_daemon, headers)
    assert (answer.status, answer.error) == (400, error)


def test_an_unknown_key_and_a_session_token_are_not_recognized(shared_daemon):
    for headers in (signed_headers(shared_daemon, key=("AKIAUNKNOWN000000000", "secret")),
                    signed_headers(shared_daemon, token="a token that nobody issued")):
        answer = answer_to(shared_daemon, headers)
        assert (answer.status, answer.error) == (400, "UnrecognizedClientException")


def test_a_changed_body_is_refused(shared_daemon):
    answer = answer_to(shared_daemon, signed_headers(shared_daemon, b"{}"), b'{"includeShadowTrails":false}')
    assert (answer.status, answer.error) == (400, "InvalidSignatureException")


@pytest.mark.parametrize("minutes", [-20, 20])
def test_a_signature_of_another_time_is_refused(shared_daemon, minutes):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    answer = answer_to(shared_daemon, signed_headers(shared_daemon, moment=moment))
    assert (answer.status, answer.error) == (400, "InvalidSignatureException")
    assert "Signature" in answer.json()["Message"]


def test_a_signature_for_another_service_is_refused(shared_daemon):
    assert answer_to(shared_daemon, signed_headers(shared_daemon, service="ec2")).status in (400, 403)


def test_an_unsigned_payload_is_for_s3_alone(shared_daemon):
    request = AWSRequest(method="POST", url=shared_daemon.url + "/", data=b"{}",
                         headers={**HEADERS, "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"})
    SigV4Auth(Credentials(*shared_daemon.key), "cloudtrail", REGION).add_auth(request)
    answer = answer_to(shared_daemon, dict(request.headers.items()))
    assert answer.status in (400, 403)


def test_presigned_addresses_are_for_s3_alone(shared_daemon):
    request = AWSRequest(method="POST", url=shared_daemon.url + "/", headers=dict(HEADERS))
    SigV4QueryAuth(Credentials(*shared_daemon.key), "cloudtrail", REGION, expires=60).add_auth(request)
    answer = answer_to(shared_daemon, dict(HEADERS), target="/?" + request.url.partition("?")[2])
    assert answer.status in (400, 403)


# Roles

def new_key(daemon, role, name):
    answer = daemon.cairn("CreateKey", {"UserName": name, "Role": role})
    assert answer.status == 200, answer
    key = answer.json()["Key"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def test_a_key_has_its_own_identity_and_its_secret_is_shown_once(shared_daemon):
    key = new_key(shared_daemon, "auditor", "carol")
    identity = shared_daemon.client("sts", key=key).get_caller_identity()
    assert (identity["Account"], identity["Arn"].rpartition("/")[2]) == (ACCOUNT, "carol")
    listing = shared_daemon.cairn("ListKeys").body.decode()
    assert key[0] in listing and key[1] not in listing


def test_an_auditor_reads_and_changes_nothing(shared_daemon):
    key = new_key(shared_daemon, "auditor", "reader")
    trails = shared_daemon.client("cloudtrail", key=key)
    trails.describe_trails()
    trails.lookup_events()
    with aws_error("AccessDeniedException", "cloudtrail:CreateTrail", "reader"):
        trails.create_trail(Name="main", S3BucketName="audit")
    assert shared_daemon.send(records.records(1), key=key).status in (400, 403)
    assert shared_daemon.cairn("CreateKey", {"UserName": "x", "Role": "admin"}, key=key).status in (400, 403)


def test_a_writer_sends_for_its_account_and_does_nothing_else(shared_daemon):
    key = new_key(shared_daemon, "writer", "sender")
    assert shared_daemon.send(records.records(2), key=key).json()["Accepted"] == 2
    assert shared_daemon.send(records.records(1, account="210987654321"), key=key).json()["Refused"] == 1
    with aws_error("AccessDeniedException"):
        shared_daemon.client("cloudtrail", key=key).lookup_events()
    with aws_error("AccessDenied", status=403):
        shared_daemon.client("s3", key=key).list_buckets()


def test_a_disabled_key_is_no_key(shared_daemon):
    key = new_key(shared_daemon, "admin", "leaver")
    shared_daemon.client("cloudtrail", key=key).describe_trails()
    assert shared_daemon.cairn("DisableKey", {"AccessKeyId": key[0]}).status == 200
    with aws_error("UnrecognizedClientException"):
        shared_daemon.client("cloudtrail", key=key).describe_trails()


def test_the_key_command_makes_lists_and_disables(shared_daemon):
    made = json.loads(shared_daemon.run("key", "create", "--user", "dora", "--role", "writer", "--output", "json").stdout)
    made = made.get("Key", made)
    identifier = made.get("AccessKeyId") or made["access_key_id"]
    assert identifier in shared_daemon.run("key", "list").stdout
    shared_daemon.run("key", "disable", identifier)
    assert "Inactive" in shared_daemon.run("key", "list").stdout


def test_no_secret_is_in_the_data_folder(start_daemon):
    daemon = start_daemon()
    _, secret = new_key(daemon, "admin", "alice")
    daemon.stop()
    for path in daemon.data.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert secret.encode() not in data, path
            assert daemon.key[1].encode() not in data, path
