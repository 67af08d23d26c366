# SPDX-License-Identifier: Apache-2.0
"""Events go in through POST /events and are found by lookups; what is wrong is refused, record by record (P1, P3, P5)."""
import base64
import json
import uuid

import pytest

import records
from cairn_daemon import eventually


def found(daemon, record, attribute="EventId", value=None):
    """The events that LookupEvents finds; retried until the record is there."""
    value = value or record["eventID"]
    client = daemon.client("cloudtrail", region=record["awsRegion"])

    def look():
        events = client.lookup_events(LookupAttributes=[{"AttributeKey": attribute, "AttributeValue": value}])["Events"]
        return events if any(event["EventId"] == record["eventID"] for event in events) else None

    return eventually(look)


def statuses(answer):
    assert answer.status == 200, answer
    return [row["Status"] for row in answer.json()["Records"]]


@pytest.mark.parametrize("form", ["wrapped", "wrapped and gzip", "lines", "lines and gzip"])
def test_an_accepted_record_is_found_byte_for_byte(shared_daemon, form):
    record = records.record(requestParameters={"text": "blank, \"quote\", \u00fc, \U0001f4dc", "number": 12345678901234567890})
    answer = shared_daemon.send([record], lines=form.startswith("lines"), compress=form.endswith("gzip"))
    assert statuses(answer) == ["accepted"]
    event = found(shared_daemon, record)[0]
    assert json.loads(event["CloudTrailEvent"]) == record
    assert event["CloudTrailEvent"] == json.dumps(record)


def test_an_acknowledged_event_is_searchable_within_a_moment(shared_daemon):
    """Within so many lookups: they take longer on a busy machine, as the daemon does. `make bench` has the time."""
    looks = []
    client = shared_daemon.client("cloudtrail")
    for _ in range(20):
        record = records.record()
        assert statuses(shared_daemon.send([record])) == ["accepted"]
        looks.append(1)
        while not client.lookup_events(LookupAttributes=[{"AttributeKey": "EventId", "AttributeValue": record["eventID"]}])["Events"]:
            looks[-1] += 1
            assert looks[-1] < 5000
    assert sorted(looks)[len(looks) // 2] < 100, looks


def test_every_lookup_attribute_finds_the_event(shared_daemon):
    name = f"user-{uuid.uuid4().hex[:8]}"
    key = f"AKIA{uuid.uuid4().hex[:16].upper()}"
    bucket = f"bucket-{uuid.uuid4().hex[:8]}"
    record = records.record(user=records.iam_user(name, access_key=key), requestParameters={"bucketName": bucket})
    shared_daemon.send([record])
    for attribute, value in (("EventId", record["eventID"]), ("EventName", "CreateBucket"), ("EventSource", "s3.amazonaws.com"),
                             ("ReadOnly", "false"), ("Username", name), ("AccessKeyId", key), ("ResourceName", bucket),
                             ("ResourceType", "AWS::S3::Bucket")):
        event = next(event for event in found(shared_daemon, record, attribute, value) if event["EventId"] == record["eventID"])
        assert event["Username"] == name
        assert {"ResourceType": "AWS::S3::Bucket", "ResourceName": bucket} in event["Resources"]


def test_a_repeated_record_is_a_duplicate_and_stays_one_event(daemon):
    record = records.record()
    assert statuses(daemon.send([record, record])) == ["accepted", "duplicate"]
    assert statuses(daemon.send([record])) == ["duplicate"]
    daemon.restart()
    assert statuses(daemon.send([record])) == ["duplicate"]
    assert len(found(daemon, record)) == 1


def test_a_taken_id_with_other_content_is_refused_and_the_attempt_recorded(daemon):
    first = records.record(name="DeleteBucket")
    second = dict(first, eventName="ListBuckets")
    assert statuses(daemon.send([first])) == ["accepted"]
    answer = daemon.send([second])
    assert statuses(answer) == ["refused"]
    assert answer.json()["Refused"] == 1
    events = found(daemon, first)
    assert [event["EventName"] for event in events] == ["DeleteBucket"]

    def attempt():
        everything = daemon.client("cloudtrail").lookup_events()["Events"]
        return [event for event in everything if event["EventName"] == "EventIdConflict" and first["eventID"] in event["CloudTrailEvent"]]

    assert len(eventually(attempt)) == 1


def test_the_good_records_of_a_batch_are_accepted_beside_the_bad(shared_daemon):
    good = records.records(3)
    bad = [records.record(eventTime="yesterday"), records.record(account="12"), records.record(region="../../etc"),
           records.record(ago_s=-3600), records.record(without=("eventTime",))]
    answer = shared_daemon.send([good[0], bad[0], good[1], *bad[1:], good[2]])
    assert statuses(answer) == ["accepted", "refused", "accepted", *["refused"] * 4, "accepted"]
    body = answer.json()
    assert (body["Accepted"], body["Duplicate"], body["Refused"]) == (3, 0, 5)
    assert all(row["Reason"] for row in body["Records"] if row["Status"] == "refused")
    for record in good:
        found(shared_daemon, record)


def test_an_escaped_name_hides_nothing(shared_daemon):
    record = records.record(name="DeleteTrail", source="cloudtrail.amazonaws.com")
    body = json.dumps({"Records": [record]}).replace("DeleteTrail", "\\u0044eleteTrail").encode()
    assert statuses(shared_daemon.send(body)) == ["accepted"]
    event = next(event for event in found(shared_daemon, record, "EventName", "DeleteTrail") if event["EventId"] == record["eventID"])
    assert "\\u0044eleteTrail" in event["CloudTrailEvent"]


def test_an_escaped_key_hides_nothing(shared_daemon):
    record = records.record(name="StopLogging", source="cloudtrail.amazonaws.com")
    body = json.dumps({"Records": [record]}).replace('"eventName"', '"event\\u004eame"').replace('"userName"', '"user\\u004eame"').encode()
    assert statuses(shared_daemon.send(body)) == ["accepted"]
    event = next(event for event in found(shared_daemon, record) if event["EventId"] == record["eventID"])
    assert (event["EventName"], event["Username"]) == ("StopLogging", "alice")


def test_an_escaped_event_id_is_the_same_id(shared_daemon):
    record = records.record(event_id="abcdef01-2345-4678-9abc-def012345678")
    assert statuses(shared_daemon.send([record])) == ["accepted"]
    body = json.dumps({"Records": [record]}).replace('"abcdef01', '"\\u0061bcdef01').encode()
    assert statuses(shared_daemon.send(body)) == ["refused"]


@pytest.mark.parametrize("place, more", [
    ("top level", '"eventName": "ListTrails"'),
    ("top level", '"event\\u004eame": "ListTrails"'),
    ("top level", '"eventID": "00000000-0000-4000-8000-000000000000"'),
    ("userIdentity", '"type": "Root"'),
    ("userIdentity", '"\\u0074ype": "Root"'),
])
def test_a_key_that_is_there_twice_is_refused(shared_daemon, place, more):
    record = records.record(name="DeleteTrail")
    text = json.dumps(record)
    twice = text[:-1] + f", {more}}}" if place == "top level" else text.replace('"type": "IAMUser"', f'"type": "IAMUser", {more}')
    answer = shared_daemon.send(f'{{"Records": [{twice}]}}'.encode())
    assert statuses(answer) == ["refused"]
    assert "twice" in answer.json()["Records"][0]["Reason"]
    assert statuses(shared_daemon.send([record])) == ["accepted"], "what was refused must not have taken the id"


def test_old_records_without_an_event_id_are_admitted_once(shared_daemon):
    record = records.record(eventVersion="1.00", without=("eventID", "requestID", "eventType", "readOnly", "managementEvent", "eventCategory"))
    assert statuses(shared_daemon.send([record])) == ["accepted"]
    assert statuses(shared_daemon.send([record])) == ["duplicate"]


@pytest.mark.parametrize("record", [
    {"eventVersion": "1.09", "eventType": "AwsCloudTrailInsight", "eventCategory": "Insight", "insightDetails": {"state": "Start"}},
    {"eventSource": "cairn.amazonaws.com", "eventName": "EventsNotRecorded", "eventType": "AwsServiceEvent"},
])
def test_records_that_only_cairn_may_make_are_refused(shared_daemon, record):
    assert statuses(shared_daemon.send([records.record(**record)])) == ["refused"]


@pytest.mark.parametrize("body, headers", [
    (b"not json", {}),
    (b'{"Records": [', {}),
    (b'{"Records": 5}', {}),
    (base64.b64decode("H4sIAAAAAAAAA6tWCkpNzi9KKVayUoiuVkrLTFWyUkpKLFKq1VFQykxRsjKsBQDRZwqPJAAAAA==")[:20], {"Content-Encoding": "gzip"}),
    (b"plain", {"Content-Encoding": "gzip"}),
])
def test_a_body_that_is_no_records_is_an_error_and_changes_nothing(shared_daemon, body, headers):
    answer = shared_daemon.request("POST", "/events", body, {"Content-Type": "application/json", **headers})
    refused_whole = answer.status == 400 and answer.json()["__type"]
    refused_each = answer.status == 200 and answer.json()["Accepted"] == 0 and answer.json()["Refused"] > 0
    assert refused_whole or refused_each, answer


def test_a_body_changed_after_it_was_signed_is_refused(shared_daemon):
    record = records.record()
    body = json.dumps({"Records": [record]}).encode()
    other = body.replace(b"CreateBucket", b"DeleteBucket")
    answer = sign_one_send_other(shared_daemon, body, other)
    assert answer.status in (400, 403), answer
    assert statuses(shared_daemon.send([record])) == ["accepted"], "the forged body must not have taken the id"


def sign_one_send_other(daemon, signed, sent):
    import http.client

    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    import cairn_daemon

    request = AWSRequest(method="POST", url=daemon.url + "/events", data=signed, headers={"Content-Type": "application/json"})
    SigV4Auth(Credentials(*daemon.key), "cairn", cairn_daemon.REGION).add_auth(request)
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=60)
    connection.request("POST", "/events", body=sent, headers=dict(request.headers.items()))
    answer = cairn_daemon.Answer(connection.getresponse())
    connection.close()
    return answer


def test_events_of_another_account_are_refused(shared_daemon):
    assert statuses(shared_daemon.send([records.record(account="210987654321")])) == ["refused"]


def test_acknowledged_events_survive_kill_9(daemon):
    sent = []
    for _ in range(10):
        batch = records.records(50)
        assert statuses(daemon.send(batch)) == ["accepted"] * 50
        sent += batch
    daemon.restart(by_kill=True)
    assert statuses(daemon.send(sent)) == ["duplicate"] * 500
    found(daemon, sent[0])
    found(daemon, sent[-1])
