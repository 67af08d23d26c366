# SPDX-License-Identifier: Apache-2.0
"""Audit logs of MinIO and of Kubernetes, sent here directly: each call becomes one event, and no secret stays (P1, P2)."""
import json
import subprocess

import cairn_daemon
from cairn_daemon import ACCOUNT, eventually

MINIO_TOKEN = "token-of-the-store-01"
KUBERNETES_TOKEN = "token-of-the-cluster-01"
OTHER_ACCOUNT = "210987654321"
CANARIES = ("CanarySignature", "CanarySessionToken", "CanaryCustomerKey", "CanarySecretData", "CanaryPatch", "CanaryExtra")


def start(start_daemon, tmp_path, **more):
    config, token = tmp_path / "cairn.conf", tmp_path / "cluster-token"
    token.write_text(KUBERNETES_TOKEN + "\n")
    config.write_text(f"""
[source "store"]
kind = minio
token = {MINIO_TOKEN}
region = eu-west-1

[source "cluster"]
kind = kubernetes
token-file = {token}
account = {more.get("account", ACCOUNT)}
""")
    return start_daemon("--config", str(config))


def minio_entry(number, name="PutObject", **more):
    return {"version": "1", "deploymentid": "bc0e4d1e-bacc-42eb-91ad-2d7f3eacfa8d",
            "time": f"2026-03-02T08:00:{number % 60:02}.187817748Z", "event": "", "trigger": "incoming",
            "api": {"name": name, "bucket": "photos", "object": f"{number}.jpg", "status": "OK", "statusCode": 200, "rx": 5, "tx": 0,
                    **more},
            "remotehost": "192.0.2.7", "requestID": f"15BA4A72{number:08X}", "userAgent": "MinIO (linux; amd64) minio-go/v7.0.70",
            "requestPath": f"/photos/{number}.jpg", "requestHost": "minio:9000",
            "requestQuery": {"X-Amz-Signature": "CanarySignature", "X-Amz-Credential": "alice/x"},
            "requestHeader": {"Authorization": "AWS4-HMAC-SHA256 Credential=alice/x, Signature=CanarySignature",
                              "X-Amz-Security-Token": "CanarySessionToken",
                              "X-Amz-Server-Side-Encryption-Customer-Key": "CanaryCustomerKey"},
            "responseHeader": {"X-Amz-Request-Id": f"15BA4A72{number:08X}"}, "accessKey": "alice"}


def kubernetes_event(number, stage="ResponseComplete"):
    return {"kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "RequestResponse",
            "auditID": f"4bd2f1a4-4f3a-4b0c-9a8e-{number:012}", "stage": stage, "verb": "create",
            "requestURI": "/api/v1/namespaces/prod/secrets?fieldManager=kubectl-create",
            "user": {"username": "alice", "groups": ["dev"], "extra": {"scopes": ["CanaryExtra"]}},
            "sourceIPs": ["203.0.113.9", "192.0.2.7"], "userAgent": "kubectl/v1.31.0",
            "objectRef": {"resource": "secrets", "namespace": "prod", "name": f"db-{number}", "apiVersion": "v1"},
            "responseStatus": {"metadata": {}, "code": 201},
            "requestObject": {"kind": "Secret", "metadata": {"name": f"db-{number}"}, "data": {"password": "CanarySecretData"}},
            "requestReceivedTimestamp": "2026-03-02T08:00:00.000000Z", "stageTimestamp": "2026-03-02T08:00:01.120000Z",
            "annotations": {"authorization.k8s.io/decision": "allow", "patch.webhook.admission.k8s.io/round_0_index_0": "CanaryPatch"}}


def post(daemon, kind, body, token):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return daemon.request("POST", f"/sources/{kind}", body, {"Authorization": token, "Content-Type": "application/json"}, sign=None)


def counts(answer):
    assert answer.status == 200, answer
    return tuple(answer.json()[name] for name in ("Accepted", "Duplicate", "Refused", "Skipped"))


def events_of(daemon, source, region, count):
    """What a search of this region finds of an event source."""
    def look():
        search = {"Filters": [{"Name": "EventSource", "Value": source}], "MaxResults": 1000, "Categories": ["Management", "Data"]}
        found = daemon.cairn("Search", search, region=region).json()["Events"]
        return found if len(found) >= count else None
    events = eventually(look)
    assert len(events) == count
    return events


def test_calls_to_minio_become_events_of_s3(start_daemon, tmp_path):
    daemon = start(start_daemon, tmp_path)
    assert counts(post(daemon, "minio", b"{}", MINIO_TOKEN)) == (0, 0, 0, 0)  # so MinIO asks whether somebody listens
    assert counts(post(daemon, "minio", minio_entry(1), MINIO_TOKEN)) == (1, 0, 0, 0)
    lines = b"\n".join(json.dumps(minio_entry(number, "GetObject")).encode() for number in range(2, 102))
    assert counts(post(daemon, "minio", lines, "Bearer " + MINIO_TOKEN)) == (100, 0, 0, 0)
    events = events_of(daemon, "s3.amazonaws.com", "eu-west-1", 101)
    assert {event["Door"] for event in events} == {"source"} and not any(event["Witnessed"] for event in events)
    assert {event["Principal"] for event in events} == {"source/store"}
    [put] = [json.loads(event["CloudTrailEvent"]) for event in events if event["EventName"] == "PutObject"]
    assert put["userIdentity"]["arn"] == f"arn:aws:iam::{ACCOUNT}:user/alice" and put["eventCategory"] == "Data"
    assert put["requestParameters"]["key"] == "1.jpg" and put["sourceIPAddress"] == "192.0.2.7"
    assert [resource["ARN"] for resource in put["resources"]] == ["arn:aws:s3:::photos/1.jpg", "arn:aws:s3:::photos"]


def test_every_key_of_a_batch_delete_is_found(start_daemon, tmp_path):
    daemon = start(start_daemon, tmp_path)
    keys = [f"{'folder/' * 20}{number}" for number in range(1000)]
    entry = minio_entry(1, "DeleteMultipleObjects", objects=[{"objectName": key} for key in keys])
    accepted = counts(post(daemon, "minio", entry, MINIO_TOKEN))[0]
    assert accepted > 1
    records = [json.loads(event["CloudTrailEvent"]) for event in events_of(daemon, "s3.amazonaws.com", "eu-west-1", accepted)]
    assert {record["eventName"] for record in records} == {"DeleteObjects"}
    assert len({record["requestID"] for record in records}) == 1
    named = [item["Key"] for record in records for item in record["requestParameters"]["Delete"]["Object"]]
    assert sorted(named) == sorted(keys)
    arns = {resource["ARN"] for record in records for resource in record["resources"]}
    assert {f"arn:aws:s3:::photos/{key}" for key in keys} <= arns


def test_calls_to_kubernetes_become_events_at_their_end(start_daemon, tmp_path):
    daemon = start(start_daemon, tmp_path)
    stages = [kubernetes_event(number, stage) for number in range(5) for stage in ("RequestReceived", "ResponseComplete")]
    event_list = {"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "metadata": {}, "items": stages}
    assert counts(post(daemon, "kubernetes", event_list, "Bearer " + KUBERNETES_TOKEN)) == (5, 0, 0, 5)
    assert counts(post(daemon, "kubernetes", kubernetes_event(5), "Bearer " + KUBERNETES_TOKEN)) == (1, 0, 0, 0)
    events = events_of(daemon, "kubernetes.io", "us-east-1", 6)
    assert {event["EventName"] for event in events} == {"CreateSecrets"} and {event["Username"] for event in events} == {"alice"}
    record = json.loads(events[0]["CloudTrailEvent"])
    assert record["sourceIPAddress"] == "192.0.2.7" and record["requestParameters"]["namespace"] == "prod"
    assert record["managementEvent"] is True and record["readOnly"] is False
    names = {json.loads(event["CloudTrailEvent"])["requestParameters"]["name"] for event in events}
    assert names == {f"db-{number}" for number in range(6)}


def test_what_was_answered_survives_a_kill_and_comes_again_as_a_duplicate(start_daemon, tmp_path):
    daemon = start(start_daemon, tmp_path)
    entries = [minio_entry(number) for number in range(20)]
    events = [kubernetes_event(number) for number in range(20)]
    assert counts(post(daemon, "minio", entries, MINIO_TOKEN)) == (20, 0, 0, 0)
    assert counts(post(daemon, "kubernetes", events, KUBERNETES_TOKEN)) == (20, 0, 0, 0)
    daemon.restart(by_kill=True)
    assert counts(post(daemon, "minio", entries + [minio_entry(20)], MINIO_TOKEN)) == (1, 20, 0, 0)
    assert counts(post(daemon, "kubernetes", events, KUBERNETES_TOKEN)) == (0, 20, 0, 0)
    assert daemon.cairn("GetStatus").json()["Admission"]["Conflicts"] == 0
    events_of(daemon, "s3.amazonaws.com", "eu-west-1", 21)
    events_of(daemon, "kubernetes.io", "us-east-1", 20)


def test_no_secret_of_a_sender_is_on_disk(start_daemon, tmp_path):
    daemon = start(start_daemon, tmp_path)
    assert counts(post(daemon, "minio", minio_entry(1), MINIO_TOKEN))[0] == 1
    assert counts(post(daemon, "kubernetes", kubernetes_event(1), KUBERNETES_TOKEN))[0] == 1
    events_of(daemon, "s3.amazonaws.com", "eu-west-1", 1)
    daemon.stop()
    files = [path for path in daemon.data.rglob("*") if path.is_file()]
    assert any(b"15BA4A7200000001" in path.read_bytes() for path in files), "the record itself is not there either"
    for path in files:
        content = path.read_bytes()
        for canary in (*CANARIES, MINIO_TOKEN, KUBERNETES_TOKEN):
            assert canary.encode() not in content, f"{canary} in {path}"


def test_who_has_no_token_is_not_heard(start_daemon, tmp_path):
    daemon = start(start_daemon, tmp_path)
    for kind, token in (("minio", ""), ("minio", "Bearer " + KUBERNETES_TOKEN), ("kubernetes", MINIO_TOKEN), ("minio", MINIO_TOKEN + "x")):
        answer = post(daemon, kind, minio_entry(1), token)
        assert (answer.status, answer.error) == (401, "UnauthorizedException"), answer
    answer = post(daemon, "minio", b'{"api":{}}\n{"api"', MINIO_TOKEN)
    assert (answer.status, answer.error) == (400, "SerializationException") and answer.json()["Message"].startswith("line 2: ")
    answer = post(daemon, "minio", [{"api": {}}] * 10001, MINIO_TOKEN)
    assert (answer.status, answer.error) == (413, "RequestEntityTooLargeException")
    assert daemon.cairn("GetStatus").json()["Admission"]["Admitted"] <= 2  # Cairn's own


def test_a_source_may_belong_to_another_account(start_daemon, tmp_path):
    daemon = start(start_daemon, tmp_path, account=OTHER_ACCOUNT)
    assert counts(post(daemon, "kubernetes", kubernetes_event(1), KUBERNETES_TOKEN)) == (1, 0, 0, 0)
    created = daemon.cairn("CreateKey", {"AccountId": OTHER_ACCOUNT, "UserName": "eve", "Role": "auditor"}).json()["Key"]
    key = (created["AccessKeyId"], created["SecretAccessKey"])
    # Cairn's own records of these very calls may come first.
    assert eventually(lambda: [event for event in daemon.cairn("Search", {}, key=key).json()["Events"]
                               if event["EventSource"] == "kubernetes.io"])
    sources = {event["EventSource"] for event in daemon.cairn("Search", {}).json()["Events"]}
    assert "kubernetes.io" not in sources


def test_a_section_that_cannot_work_is_told_at_start(tmp_path):
    config = tmp_path / "cairn.conf"
    config.write_text('[source "store"]\nkind = minio\ntoken = short\n')
    command = [cairn_daemon.binary(), "serve", "--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0", "--config", str(config)]
    ended = subprocess.run(command, env=cairn_daemon.plain_environment(), capture_output=True, timeout=60, check=False)
    assert ended.returncode != 0
    assert b"token takes at least 16 characters" in ended.stderr + ended.stdout
