# SPDX-License-Identifier: Apache-2.0
"""Who called: keys of Cairn, of the principals file, and those that a gateway learned from answers passing by."""
import datetime
import json
import time

import boto3
import botocore.config
import botocore.exceptions
import pytest

import records
import servers
from cairn_daemon import ACCOUNT, REGION, ROOT_KEY, eventually
from fake_upstream import Answer, FakeUpstream
from gateway import ALICE, IDENTITIES, STRANGER, Gateway
from gateway_calls.call import ANY, difference

ROLE = f"arn:aws:iam::{ACCOUNT}:role/Deployer"
ISSUER = {"type": "Role", "principalId": ANY, "arn": ROLE, "accountId": ACCOUNT, "userName": "Deployer"}
ATTRIBUTES = {"creationDate": ANY, "mfaAuthenticated": "false"}
LEARNS = {"learn": "true"}


def client(name, url, key=ALICE, token=None):
    config = {"s3": {"addressing_style": "path"}} if name == "s3" else {}
    return boto3.client(name, endpoint_url=url, region_name=REGION, aws_access_key_id=key[0], aws_secret_access_key=key[1],
                        aws_session_token=token, config=botocore.config.Config(retries={"total_max_attempts": 1}, **config))


def session_client(name, url, credentials):
    return client(name, url, (credentials["AccessKeyId"], credentials["SecretAccessKey"]), credentials.get("SessionToken"))


def only(taken, event_name):
    (record,) = [record for record in taken if record["eventName"] == event_name]
    return record


def check(expected, record):
    assert difference(expected, record["userIdentity"], "userIdentity") == ""


def unknown(access_key):
    return {"type": "Unknown", "accessKeyId": access_key}


def assumed(access_key, session, **context):
    return {"type": "AssumedRole", "principalId": ANY, "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/Deployer/{session}", "accountId": ACCOUNT,
            "accessKeyId": access_key, "sessionContext": {"sessionIssuer": ISSUER, "attributes": ATTRIBUTES, **context}}


@pytest.fixture
def aws(start_daemon, moto_server, tmp_path):
    """aws(**keys) starts a gateway in front of moto."""
    return lambda **keys: Gateway(start_daemon, tmp_path, {"aws": {"upstream": moto_server.url, **keys}})


def test_a_call_with_a_temporary_key_names_role_session_and_issuer(aws):
    gateway = aws(learn="true")
    given = client("sts", gateway.url("aws")).assume_role(RoleArn=ROLE, RoleSessionName="nightly")
    credentials = given["Credentials"]
    session_client("sqs", gateway.url("aws"), credentials).list_queues()
    record = only(gateway.take(2), "ListQueues")
    check(assumed(credentials["AccessKeyId"], "nightly"), record)
    identity = record["userIdentity"]
    assert identity["principalId"] == given["AssumedRoleUser"]["AssumedRoleId"]
    assert identity["sessionContext"]["sessionIssuer"]["principalId"] == identity["principalId"].split(":")[0]
    age_s = (records.utc_now() - datetime.datetime.fromisoformat(identity["sessionContext"]["attributes"]["creationDate"].replace("Z", "+00:00"))
             ).total_seconds()
    assert -1 <= age_s < 60 and "userName" not in identity


def test_what_was_learned_is_known_after_a_restart(aws):
    gateway = aws(learn="true", guarantee="fail-closed")
    credentials = client("sts", gateway.url("aws")).assume_role(RoleArn=ROLE, RoleSessionName="kept")["Credentials"]
    gateway.take(1)
    gateway.daemon.restart()
    session_client("sqs", gateway.url("aws"), credentials).list_queues()
    check(assumed(credentials["AccessKeyId"], "kept"), only(gateway.take(1), "ListQueues"))


def test_without_learning_a_temporary_key_is_unknown(aws):
    gateway = aws()
    credentials = client("sts", gateway.url("aws")).assume_role(RoleArn=ROLE, RoleSessionName="nightly")["Credentials"]
    session_client("sqs", gateway.url("aws"), credentials).list_queues()
    check(unknown(credentials["AccessKeyId"]), only(gateway.take(2), "ListQueues"))


def test_what_one_entry_learned_another_does_not_know(start_daemon, moto_server, tmp_path):
    gateway = Gateway(start_daemon, tmp_path, {"one": {"upstream": moto_server.url, **LEARNS}, "two": {"upstream": moto_server.url, **LEARNS}})
    credentials = client("sts", gateway.url("one")).assume_role(RoleArn=ROLE, RoleSessionName="nightly")["Credentials"]
    session_client("sqs", gateway.url("two"), credentials).list_queues()
    check(unknown(credentials["AccessKeyId"]), only(gateway.take(2), "ListQueues"))


@pytest.mark.parametrize("method, parameters, identity", [
    ("get_session_token", {}, {"type": "IAMUser", "userName": "alice", "arn": f"arn:aws:iam::{ACCOUNT}:user/alice",
                               "sessionContext": {"attributes": ATTRIBUTES}}),
    ("get_federation_token", {"Name": "visitor"}, {"type": "FederatedUser", "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/visitor",
                                                    "sessionContext": {"sessionIssuer": {"type": "IAMUser", "userName": "alice"}}}),
    ("assume_role", {"RoleArn": ROLE, "RoleSessionName": "signed", "SourceIdentity": "alice@example.org"},
     {"type": "AssumedRole", "sessionContext": {"sourceIdentity": "alice@example.org", "sessionIssuer": ISSUER}}),
    ("assume_role", {"RoleArn": ROLE, "RoleSessionName": "safe", "SerialNumber": f"arn:aws:iam::{ACCOUNT}:mfa/alice", "TokenCode": "123456"},
     {"type": "AssumedRole", "sessionContext": {"attributes": {"creationDate": ANY, "mfaAuthenticated": "true"}}}),
    ("assume_role_with_web_identity", {"RoleArn": ROLE, "RoleSessionName": "web", "WebIdentityToken": "a.b.c"},
     {"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/Deployer/web", "sessionContext": {"sessionIssuer": ISSUER}}),
])
def test_each_operation_that_hands_out_a_key_teaches_whose_it_is(aws, method, parameters, identity):
    gateway = aws(learn="true")
    credentials = getattr(client("sts", gateway.url("aws")), method)(**parameters)["Credentials"]
    session_client("sqs", gateway.url("aws"), credentials).list_queues()
    check({**identity, "accessKeyId": credentials["AccessKeyId"]}, only(gateway.take(2), "ListQueues"))


def test_a_created_access_key_is_its_users(aws):
    gateway = aws(learn="true")
    iam = client("iam", gateway.url("aws"))
    name = f"carol-{time.time_ns()}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    client("sqs", gateway.url("aws"), (key["AccessKeyId"], key["SecretAccessKey"])).list_queues()
    check({"type": "IAMUser", "userName": name, "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}", "accountId": ACCOUNT,
           "accessKeyId": key["AccessKeyId"]}, only(gateway.take(3), "ListQueues"))


# Answers of our own making

def assume_role_answer(access_key, lasts_s=3600, status=200):
    until = records.time_text(records.utc_now() + datetime.timedelta(seconds=lasts_s))
    return Answer(status, f"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<AssumedRoleUser><AssumedRoleId>AROAEXAMPLEROLEID0001:made</AssumedRoleId><Arn>arn:aws:sts::{ACCOUNT}:assumed-role/Deployer/made</Arn></AssumedRoleUser>
<Credentials><AccessKeyId>{access_key}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
<Expiration>{until}</Expiration></Credentials></AssumeRoleResult><ResponseMetadata><RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>
</ResponseMetadata></AssumeRoleResponse>""".encode(), {"Content-Type": "text/xml"})


@pytest.fixture
def canned():
    with FakeUpstream() as server:
        yield server


def assume_then_call(gateway, canned, answer, key):
    """The record of a call with `key` after AssumeRole was answered so."""
    canned.answer = lambda request: answer
    try:
        client("sts", gateway.url("made")).assume_role(RoleArn=ROLE, RoleSessionName="made")
    except botocore.exceptions.ClientError:
        pass
    return call_with(gateway, canned, key)


def call_with(gateway, canned, key):
    canned.answer = lambda request: Answer(200, b'{"TableNames":[]}', {"Content-Type": "application/x-amz-json-1.0"})
    client("dynamodb", gateway.url("made"), key).list_tables()
    return only([record for record in gateway.take(1) if record["eventName"] == "ListTables"], "ListTables")


TEMPORARY = ("ASIAEXAMPLEMADE00001", "made/secret/of/forty/characters/00000000")


@pytest.fixture
def made(start_daemon, canned, tmp_path):
    return Gateway(start_daemon, tmp_path, {"made": {"upstream": canned.url, **LEARNS}})


def test_a_session_is_forgotten_when_it_has_expired(made, canned):
    check({"type": "AssumedRole"}, assume_then_call(made, canned, assume_role_answer(TEMPORARY[0], lasts_s=4), TEMPORARY))
    eventually(lambda: call_with(made, canned, TEMPORARY)["userIdentity"]["type"] == "Unknown", every_s=0.3)
    check(unknown(TEMPORARY[0]), call_with(made, canned, TEMPORARY))


def test_a_refused_operation_teaches_nothing(made, canned):
    check(unknown(TEMPORARY[0]), assume_then_call(made, canned, assume_role_answer(TEMPORARY[0], status=403), TEMPORARY))


@pytest.mark.parametrize("key, who", [(ALICE, "alice"), (ROOT_KEY, "root")])
def test_an_answer_never_says_whose_a_known_key_is(made, canned, key, who):
    check(IDENTITIES[who], assume_then_call(made, canned, assume_role_answer(key[0]), key))


# Refusals

def test_a_caller_that_the_service_does_not_know_is_unknown(start_daemon, s3_server, tmp_path):
    principals = {"principals": [{"accessKeyId": STRANGER[0], "type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/mallory"}]}
    gateway = Gateway(start_daemon, tmp_path, {"store": {"upstream": s3_server.url}}, principals=principals)
    with pytest.raises(botocore.exceptions.ClientError, match="InvalidAccessKeyId"):
        client("s3", gateway.url("store"), STRANGER).list_buckets()
    (record,) = gateway.take(1)
    assert record["errorCode"] == "InvalidAccessKeyId"
    check(unknown(STRANGER[0]), record)
    assert "mallory" not in json.dumps(record)


def test_a_denied_user_is_named_and_one_with_a_wrong_secret_is_not(start_daemon, moto_server, tmp_path):
    """Against a service that checks signatures and policies: a moto of this test's own."""
    allowed = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]})
    with servers.moto() as strict:
        assert strict.url != moto_server.url
        gateway = Gateway(start_daemon, tmp_path, {"aws": {"upstream": strict.url, **LEARNS}})
        iam = client("iam", gateway.url("aws"))
        iam.create_user(UserName="carol")
        iam.put_user_policy(UserName="carol", PolicyName="queues", PolicyDocument=allowed)
        made = iam.create_access_key(UserName="carol")["AccessKey"]
        strict.post("/moto-api/reset-auth", 0)
        key = made["AccessKeyId"], made["SecretAccessKey"]
        client("sqs", gateway.url("aws"), key).list_queues()
        with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
            client("iam", gateway.url("aws"), key).list_users()
        with pytest.raises(botocore.exceptions.ClientError, match="SignatureDoesNotMatch"):
            client("sns", gateway.url("aws"), (key[0], STRANGER[1])).list_topics()
    taken = gateway.take(6)
    carol = {"type": "IAMUser", "userName": "carol", "accessKeyId": key[0]}
    check(carol, only(taken, "ListQueues"))
    denied, refused = only(taken, "ListUsers"), only(taken, "ListTopics")
    check(carol, denied)
    check(unknown(key[0]), refused)
    assert (denied["errorCode"], refused["errorCode"]) == ("AccessDenied", "SignatureDoesNotMatch")
    assert "carol" in denied["errorMessage"]


@pytest.mark.parametrize("guarantee", ["buffered", "fail-closed", "best-effort"])
def test_a_forged_signature_is_recorded_as_denied_and_not_forwarded(start_daemon, canned, tmp_path, guarantee):
    gateway = Gateway(start_daemon, tmp_path, {"made": {"upstream": canned.url, "guarantee": guarantee}})
    forged = (ROOT_KEY[0], STRANGER[1])
    with pytest.raises(botocore.exceptions.ClientError, match="SignatureDoesNotMatch"):
        client("s3", gateway.url("made"), forged).put_object(Bucket="vault", Key="gold", Body=b"lead")
    with pytest.raises(botocore.exceptions.ClientError, match="SignatureDoesNotMatch|InvalidSignature"):
        client("dynamodb", gateway.url("made"), forged).list_tables()
    taken = gateway.take(2)
    assert canned.requests == []
    record = only(taken, "PutObject")
    assert record["errorCode"] == "SignatureDoesNotMatch"
    assert record["requestParameters"]["key"] == "gold" and record["userIdentity"]["accessKeyId"] == ROOT_KEY[0]
    assert record["userIdentity"]["type"] != "Root"
    assert only(taken, "ListTables")["errorCode"] in ("InvalidSignatureException", "SignatureDoesNotMatch")


def test_a_signature_of_cairns_key_that_is_right_is_forwarded(start_daemon, canned, tmp_path):
    gateway = Gateway(start_daemon, tmp_path, {"made": {"upstream": canned.url}})
    canned.answer = lambda request: Answer(200, b"")
    client("s3", gateway.url("made"), ROOT_KEY).put_object(Bucket="vault", Key="gold & more/100%", Body=b"gold")
    (record,) = gateway.take(1)
    check(IDENTITIES["root"], record)
    (request,) = canned.requests
    assert (request.method, request.target, request.body) == ("PUT", "/vault/gold%20%26%20more/100%25", b"gold")
    assert request.headers["host"] == gateway.url("made").removeprefix("http://")


def test_a_changed_principals_file_holds_after_a_signal(start_daemon, canned, tmp_path):
    gateway = Gateway(start_daemon, tmp_path, {"made": {"upstream": canned.url}})
    check({"userName": "alice"}, call_with(gateway, canned, ALICE))
    gateway.principals_path.write_text(json.dumps({"principals": [
        {"accessKeyId": ALICE[0], "type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/team/alicia"}]}))
    gateway.daemon.process.send_signal(1)
    eventually(lambda: call_with(gateway, canned, ALICE)["userIdentity"]["userName"] == "alicia", every_s=0.2)
