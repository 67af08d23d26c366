# SPDX-License-Identifier: Apache-2.0
"""Channels, PutAuditEvents and resource policies: every operation, good and bad; each test has an account of its own."""
import base64
import datetime
import hashlib
import json
import urllib.parse
import uuid

import pytest

from cairn_daemon import REGION, eventually
from lake import needs_engine
from lake_account import LakeAccount, new_account

ACTIVITY = [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["ActivityAuditLog"]}]}]
RESULTS = 1000


class Lake(LakeAccount):
    """An account that has channels."""

    def store(self, name="audit", selectors=ACTIVITY):
        created = self.call("CreateEventDataStore", Name=name, AdvancedEventSelectors=selectors, TerminationProtectionEnabled=False)
        return created["EventDataStoreArn"]

    def channel(self, store, name="shop", source="Custom"):
        return self.call("CreateChannel", Name=name, Source=source,
                         Destinations=[{"Type": "EVENT_DATA_STORE", "Location": store}])["ChannelArn"]

    def put(self, channel, *events, external_id=None, body=None, region=REGION):
        query = {"channelArn": channel, **({"externalId": external_id} if external_id else {})}
        content = body if body is not None else json.dumps({"auditEvents": list(events)}).encode()
        return self.daemon.request("POST", "/PutAuditEvents?" + urllib.parse.urlencode(query), content,
                                   {"Content-Type": "application/json"}, sign="cloudtrail-data", key=self.key, region=region)


@pytest.fixture
def lake(shared_daemon):
    return Lake(shared_daemon, new_account())


@pytest.fixture
def store(lake):
    return lake.store()


@pytest.fixture
def channel(lake, store):
    return lake.channel(store)


def event(lake, event_id="one", checksum=True, **more):
    data = {"version": "1.0", "userIdentity": {"type": "user", "principalId": "ada", "details": {"team": "blue"}},
            "eventSource": "shop", "eventName": "Order", "UID": str(uuid.uuid4()),
            "eventTime": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S"),
            "recipientAccountId": lake.account, "sourceIPAddress": "192.0.2.1", "requestParameters": {"item": "7"}, **more}
    text = json.dumps(data)
    entry = {"id": event_id, "eventData": text}
    if checksum:
        entry["eventDataChecksum"] = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return entry


def destination(arn, kind="EVENT_DATA_STORE"):
    return [{"Type": kind, "Location": arn}]


# Channels

def test_a_channel_comes_back_as_it_was_made(lake, store):
    tags = [{"Key": "team", "Value": "blue"}]
    created = lake.call("CreateChannel", Name="shop", Source="Custom", Destinations=destination(store), Tags=tags)
    identity, _, own = created["ChannelArn"].rpartition("/")
    assert identity == f"arn:aws:cloudtrail:{REGION}:{lake.account}:channel" and str(uuid.UUID(own)) == own
    assert created == {"ChannelArn": created["ChannelArn"], "Name": "shop", "Source": "Custom",
                       "Destinations": destination(store), "Tags": tags}
    for reference in (created["ChannelArn"], own):
        got = lake.call("GetChannel", Channel=reference)
        assert got == {"ChannelArn": created["ChannelArn"], "Name": "shop", "Source": "Custom",
                       "Destinations": destination(store), "IngestionStatus": {}}
    assert lake.call("ListChannels")["Channels"] == [{"ChannelArn": created["ChannelArn"], "Name": "shop"}]
    assert lake.call("ListTags", ResourceIdList=[created["ChannelArn"]])["ResourceTagList"][0]["TagsList"] == tags


def test_names_and_sources_are_taken_once(lake, store, channel):
    lake.refused("ChannelAlreadyExistsException", "CreateChannel", "name shop", Name="shop", Source="Okta", Destinations=destination(store))
    lake.refused("ChannelAlreadyExistsException", "CreateChannel", "source Custom", Name="other", Source="Custom", Destinations=destination(store))
    other = lake.channel(store, "other", "Okta")
    lake.refused("ChannelAlreadyExistsException", "UpdateChannel", "shop", Channel=other, Name="shop")


@pytest.mark.parametrize("source", ["s3.amazonaws.com", "-x", "a/b", "a\nb"])
def test_a_source_is_no_aws_service(lake, store, source):
    lake.refused("InvalidSourceException", "CreateChannel", Name="shop", Source=source, Destinations=destination(store))


def test_destinations_are_stores_of_activity_that_are_there(lake, store):
    gone = f"arn:aws:cloudtrail:{REGION}:{lake.account}:eventdatastore/{uuid.uuid4()}"
    other = lake.store("management", [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}])

    def refused(error, destinations):
        lake.refused(error, "CreateChannel", Name="shop", Source="Custom", Destinations=destinations)

    refused("EventDataStoreNotFoundException", destination(gone))
    refused("EventDataStoreARNInvalidException", destination("arn:aws:s3:::bucket"))
    refused("InvalidEventDataStoreCategoryException", destination(other))
    refused("InvalidParameterException", destination("config.amazonaws.com", "AWS_SERVICE"))
    refused("InvalidParameterException", destination(store) * 2)
    refused("ValidationException", [])
    refused("ValidationException", [{"Type": "QUEUE", "Location": store}])
    lake.call("DeleteEventDataStore", EventDataStore=store)
    refused("InactiveEventDataStoreException", destination(store))


@pytest.mark.parametrize("name", ["ab", "a" * 129, "a b", "a/b"])
def test_a_name_keeps_the_rules(lake, store, name):
    lake.refused("ValidationException", "CreateChannel", Name=name, Source="Custom", Destinations=destination(store))


def test_there_are_25_channels_and_they_are_listed_in_pages(lake, store):
    made = [lake.channel(store, f"channel-{number}", f"Source-{number}") for number in range(25)]
    lake.refused("ChannelMaxLimitExceededException", "CreateChannel", "25", Name="more", Source="More", Destinations=destination(store))
    first = lake.call("ListChannels", MaxResults=20)
    rest = lake.call("ListChannels", MaxResults=20, NextToken=first["NextToken"])
    assert [channel["ChannelArn"] for channel in first["Channels"] + rest["Channels"]] == made and "NextToken" not in rest
    lake.refused("InvalidNextTokenException", "ListChannels", NextToken="nonsense")
    lake.refused("ValidationException", "ListChannels", MaxResults=0)


def test_a_channel_is_updated(lake, store, channel):
    other = lake.store("other")
    updated = lake.call("UpdateChannel", Channel=channel, Name="renamed", Destinations=destination(other))
    assert updated == {"ChannelArn": channel, "Name": "renamed", "Source": "Custom", "Destinations": destination(other)}
    assert lake.call("GetChannel", Channel=channel)["Name"] == "renamed"
    lake.refused("InvalidParameterException", "UpdateChannel", Channel=channel)
    lake.refused("EventDataStoreNotFoundException", "UpdateChannel", Channel=channel, Destinations=destination(str(uuid.uuid4())))
    lake.call("DeleteEventDataStore", EventDataStore=store)


def test_a_channel_is_deleted_and_its_store_only_after_it(lake, store, channel):
    lake.refused("ChannelExistsForEDSException", "DeleteEventDataStore", EventDataStore=store)
    assert lake.call("DeleteChannel", Channel=channel) == {}
    lake.refused("ChannelNotFoundException", "GetChannel", Channel=channel)
    lake.refused("ChannelNotFoundException", "DeleteChannel", Channel=channel)
    lake.call("DeleteEventDataStore", EventDataStore=store)


def test_channels_are_their_accounts_own(shared_daemon, lake, channel):
    stranger = Lake(shared_daemon, new_account())
    for operation in ("GetChannel", "DeleteChannel"):
        stranger.refused("ChannelNotFoundException", operation, Channel=channel)
        lake.refused("ChannelARNInvalidException", operation, Channel="arn:aws:cloudtrail:us-east-1:1:trail/x")
        lake.refused("ChannelARNInvalidException", operation, Channel="no-channel")
    assert stranger.call("ListChannels")["Channels"] == []
    auditor = Lake(shared_daemon, lake.account, "auditor", "auditor")
    assert auditor.call("GetChannel", Channel=channel)["Name"] == "shop"
    auditor.refused("AccessDeniedException", "DeleteChannel", Channel=channel)


# PutAuditEvents

def found(lake):
    """Everything that history has of the account, newest first."""
    return lake.daemon.cairn("Search", {"MaxResults": RESULTS}, key=lake.key).json()["Events"]


def records_of(lake, name):
    return [record for record in (json.loads(entry["CloudTrailEvent"]) for entry in found(lake)) if
            record.get("eventName") == name or record.get("eventData", {}).get("eventName") == name]


def test_events_are_kept_as_aws_keeps_them(lake, channel):
    sent = event(lake, "id-1")
    answer = lake.put(channel, sent)
    assert answer.status == 200 and answer.headers["content-type"] == "application/json"
    assert answer.json()["failed"] == []
    (successful,) = answer.json()["successful"]
    assert successful["id"] == "id-1" and uuid.UUID(successful["eventID"])
    (record,) = eventually(lambda: records_of(lake, "Order"))
    assert record.pop("eventData") == json.loads(sent["eventData"])
    assert datetime.datetime.strptime(record["metadata"].pop("ingestionTime"), "%Y-%m-%dT%H:%M:%SZ")
    assert record == {"eventVersion": "1.0", "eventCategory": "ActivityAuditLog", "eventType": "ActivityLog",
                      "eventID": successful["eventID"], "eventTime": json.loads(sent["eventData"])["eventTime"] + "Z",
                      "awsRegion": REGION, "recipientAccountId": lake.account, "metadata": {"channelARN": channel}}


def test_a_repetition_adds_nothing_and_has_the_same_event_id(lake, channel):
    sent, other = event(lake, "id-1"), event(lake, "id-1")
    first = lake.put(channel, sent).json()["successful"]
    eventually(lambda: records_of(lake, "Order"))
    assert lake.put(channel, sent).json()["successful"] == first
    assert lake.put(channel, other).json()["successful"] != first  # another content is another event, as with AWS
    assert len(eventually(lambda: len(records_of(lake, "Order")) >= 2 and records_of(lake, "Order"))) == 2
    assert not [record for record in found(lake) if record["EventName"] == "EventIdConflict"]


def test_each_event_is_answered_for_itself(lake, channel):
    good, bad = event(lake, "good"), event(lake, "bad", recipientAccountId="999999999999")
    broken, spoiled = {"id": "broken", "eventData": "{"}, event(lake, "spoiled")
    spoiled["eventDataChecksum"] = base64.b64encode(b"x" * 32).decode()
    aws, long, short = event(lake, "aws", eventSource="iam.amazonaws.com"), event(lake, "long", errorCode="E" * 257), event(lake, "short", UID="")
    answer = lake.put(channel, good, bad, broken, spoiled, aws, long, short).json()
    assert [entry["id"] for entry in answer["successful"]] == ["good"]
    assert {entry["id"]: entry["errorCode"] for entry in answer["failed"]} == {
        "bad": "InvalidRecipient", "broken": "InvalidData", "spoiled": "InvalidChecksum", "aws": "InvalidEventSource",
        "long": "FieldTooLong", "short": "FieldNotFound"}
    assert all(entry["errorMessage"] for entry in answer["failed"])
    status = lake.call("GetChannel", Channel=channel)["IngestionStatus"]
    assert status["LatestIngestionSuccessEventID"] == answer["successful"][0]["eventID"]
    assert status["LatestIngestionErrorCode"] == "FieldNotFound"
    assert status["LatestIngestionAttemptTime"] >= status["LatestIngestionSuccessTime"] > 0


def refused(answer, error, status=400):
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (status, error), answer
    assert "message" in answer.json()


def test_whole_calls_are_refused(lake, channel):
    gone = channel[:-36] + str(uuid.uuid4())
    refused(lake.put(gone, event(lake)), "ChannelNotFound")
    refused(lake.put("arn:aws:cloudtrail:us-east-1:1:trail/x", event(lake)), "InvalidChannelARN")
    refused(lake.put("", event(lake)), "InvalidChannelARN")
    refused(lake.put(channel.replace(lake.account, "999999999999"), event(lake)), "ChannelNotFound")
    refused(lake.put(channel, event(lake), region="eu-west-1"), "ChannelNotFound")
    refused(lake.put(channel, event(lake, "a"), event(lake, "a")), "DuplicatedAuditEventId")
    refused(lake.put(channel), "ValidationException")
    refused(lake.put(channel, *[event(lake, str(number)) for number in range(101)]), "ValidationException")
    refused(lake.put(channel, event(lake, "a b")), "ValidationException")
    refused(lake.put(channel, {"id": "a"}), "ValidationException")
    refused(lake.put(channel, event(lake), external_id="x"), "ValidationException")
    refused(lake.put(channel, body=b"{"), "SerializationException")
    refused(lake.put(channel, body=b'{"auditEvents":1}'), "SerializationException")
    refused(lake.put(channel, *[event(lake, str(number), requestParameters={"x": "y" * 90000}) for number in range(12)]), "ValidationException")
    refused(lake.put(channel, body=b" " * (3 << 20)), "RequestEntityTooLargeException", 413)
    assert lake.put(channel.rpartition("/")[2], event(lake)).status == 200


def test_a_wrong_signature_is_refused(shared_daemon, lake, channel):
    target = "/PutAuditEvents?" + urllib.parse.urlencode({"channelArn": channel})
    body = json.dumps({"auditEvents": [event(lake)]}).encode()
    forged = (lake.key[0], "x" * 40)
    assert shared_daemon.request("POST", target, body, sign="cloudtrail-data", key=forged).status == 403
    assert shared_daemon.request("POST", target, body, sign=None).status == 403
    assert shared_daemon.request("GET", target, sign="cloudtrail-data", key=lake.key).status == 404
    assert records_of(lake, "Order") == []


def test_the_call_is_a_data_event_without_the_data(lake, channel):
    answer = lake.put(channel, event(lake, "id-1", requestParameters={"token": "not-in-the-call"}), external_id="not-there-either")
    refusal = lake.put(channel)
    (call, failed) = sorted(eventually(lambda: (lambda calls: len(calls) == 2 and calls)(records_of(lake, "PutAuditEvents"))),
                            key=lambda record: record.get("errorCode", ""))
    assert (call["eventSource"], call["eventCategory"], call["readOnly"]) == ("cloudtrail-data.amazonaws.com", "Data", False)
    assert call["resources"] == [{"accountId": lake.account, "type": "AWS::CloudTrail::Channel", "ARN": channel}]
    assert call["requestParameters"] == {"channelArn": channel, "auditEvents": [{"id": "id-1"}]}
    assert call["responseElements"] == answer.json()
    assert "not-in-the-call" not in json.dumps(call) and "not-there-either" not in json.dumps(call)
    assert failed["errorCode"] == "ValidationException" == refusal.headers["x-amzn-errortype"]


def test_events_of_channels_come_by_channels_only(lake, channel):
    lake.put(channel, event(lake, "id-1"))
    (record,) = eventually(lambda: records_of(lake, "Order"))
    writer = Lake(lake.daemon, lake.account, "writer", "writer")
    record["eventID"] = str(uuid.uuid4())
    answer = lake.daemon.send([record], key=writer.key)
    assert answer.status == 200 and "made by Cairn itself" in answer.body.decode()


def test_lookups_do_not_find_them(lake, channel):
    lake.put(channel, event(lake, "id-1"))
    eventually(lambda: records_of(lake, "Order"))
    client = lake.daemon.client("cloudtrail", key=lake.key)
    names = {entry["EventName"] for entry in client.lookup_events()["Events"]}
    assert "CreateChannel" in names and not {"Order", "PutAuditEvents"} & names


def rows(lake, statement):
    """All values of the query's rows, as lists."""
    query = lake.call("StartQuery", QueryStatement=statement)["QueryId"]
    done = eventually(lambda: (lambda described: described["QueryStatus"] not in ("QUEUED", "RUNNING") and described)(
        lake.call("DescribeQuery", QueryId=query)))
    assert done["QueryStatus"] == "FINISHED", done
    page = lake.call("GetQueryResults", QueryId=query)
    return [[value for cell in row for value in cell.values()] for row in page["QueryResultRows"]]


def test_they_are_queried_in_the_stores_that_the_channel_names(lake, channel, store):
    needs_engine()
    other = lake.store("other")
    sent = event(lake, "id-1", UID="first", additionalEventData={"n": 1})
    first = lake.put(channel, sent).json()["successful"][0]["eventID"]
    lake.call("UpdateChannel", Channel=channel, Destinations=destination(other))
    lake.put(channel, event(lake, "id-2", UID="second"))
    lake.put(channel, sent)  # a repetition, which stays where it went

    def found(arn):
        return rows(lake, "SELECT eventID, eventCategory, eventData.uid, eventData.userIdentity.principalId, metadata.channelARN, "
                          f"element_at(eventData.additionalEventData, 'n') FROM {arn[-36:]} WHERE eventTime > '2020-01-01 00:00:00'")
    assert eventually(lambda: found(store)) == [[first, "ActivityAuditLog", "first", "ada", channel, "1"]]
    assert [row[2] for row in eventually(lambda: found(other))] == ["second"]
    assert len(found(store)) == 1


# Resource policies

def policy(channel, principal, external_id=None, effect="Allow"):
    statement = {"Effect": effect, "Principal": principal, "Action": "cloudtrail-data:PutAuditEvents", "Resource": channel}
    if external_id:
        statement["Condition"] = {"StringEquals": {"cloudtrail:ExternalId": external_id}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_policy_lets_another_account_write(shared_daemon, lake, channel):
    partner = Lake(shared_daemon, new_account(), "writer", "partner")
    refused(partner.put(channel, event(lake)), "ChannelInsufficientPermission")
    lake.call("PutResourcePolicy", ResourceArn=channel, ResourcePolicy=policy(channel, {"AWS": f"arn:aws:iam::{partner.account}:user/partner"}))
    assert partner.put(channel, event(lake)).json()["failed"] == []
    lake.call("PutResourcePolicy", ResourceArn=channel, ResourcePolicy=policy(channel, {"AWS": partner.account}, "sesame"))
    refused(partner.put(channel, event(lake)), "ChannelInsufficientPermission")
    refused(partner.put(channel, event(lake), external_id="other"), "ChannelInsufficientPermission")
    assert partner.put(channel, event(lake), external_id="sesame").json()["failed"] == []
    assert lake.put(channel, event(lake)).json()["failed"] == []  # the owner needs none
    lake.call("DeleteResourcePolicy", ResourceArn=channel)
    refused(partner.put(channel, event(lake), external_id="sesame"), "ChannelInsufficientPermission")
    assert len(eventually(lambda: (lambda seen: len(seen) == 3 and seen)(records_of(lake, "Order")))) == 3


def test_a_deny_beats_the_owners_right(shared_daemon, lake, channel):
    lake.call("PutResourcePolicy", ResourceArn=channel, ResourcePolicy=policy(channel, "*", effect="Deny"))
    refused(lake.put(channel, event(lake)), "AccessDeniedException", 403)
    auditor = Lake(shared_daemon, lake.account, "auditor", "auditor")
    lake.call("DeleteResourcePolicy", ResourceArn=channel)
    refused(auditor.put(channel, event(lake)), "AccessDeniedException", 403)


def test_a_policy_comes_back_as_it_was_put(lake, store, channel):
    text = policy(channel, "*").replace("{", "{ ")
    put = lake.call("PutResourcePolicy", ResourceArn=channel, ResourcePolicy=text)
    assert put == {"ResourceArn": channel, "ResourcePolicy": text} == lake.call("GetResourcePolicy", ResourceArn=channel)
    lake.refused("ResourcePolicyNotFoundException", "GetResourcePolicy", ResourceArn=store)
    reader = json.dumps({"Statement": {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
                                       "Action": "cloudtrail:StartQuery", "Resource": store}})
    assert lake.call("PutResourcePolicy", ResourceArn=store, ResourcePolicy=reader)["ResourcePolicy"] == reader
    lake.call("DeleteResourcePolicy", ResourceArn=store)
    lake.refused("ResourcePolicyNotFoundException", "DeleteResourcePolicy", ResourceArn=store)


@pytest.mark.parametrize("text", ["no json", "{}", "[]", '{"Statement":[]}', policy("arn:other", "*"), policy("CHANNEL", {"AWS": "ada"}),
                                  policy("CHANNEL", "*").replace("cloudtrail-data:PutAuditEvents", "s3:PutObject"),
                                  policy("CHANNEL", "*", effect="Maybe")])
def test_a_text_that_is_no_policy_is_refused(lake, channel, text):
    lake.refused("ResourcePolicyNotValidException", "PutResourcePolicy", ResourceArn=channel, ResourcePolicy=text.replace("CHANNEL", channel))
    lake.refused("ResourcePolicyNotFoundException", "GetResourcePolicy", ResourceArn=channel)


def test_policies_are_of_resources_that_are_there(shared_daemon, lake, channel):
    gone = channel[:-36] + str(uuid.uuid4())
    stranger = Lake(shared_daemon, new_account())
    for operation, more in (("PutResourcePolicy", {"ResourcePolicy": policy(channel, "*")}), ("GetResourcePolicy", {}), ("DeleteResourcePolicy", {})):
        lake.refused("ResourceNotFoundException", operation, ResourceArn=gone, **more)
        stranger.refused("ResourceNotFoundException", operation, ResourceArn=channel, **more)
        lake.refused("ResourceARNNotValidException", operation, ResourceArn="channel/x", **more)
        lake.refused("ResourceTypeNotSupportedException", operation, ResourceArn=channel.replace(":channel/", ":trail/"), **more)
    lake.refused("ValidationException", "PutResourcePolicy", ResourceArn=channel, ResourcePolicy=" " * 8193)
    auditor = Lake(shared_daemon, lake.account, "auditor", "auditor")
    auditor.refused("AccessDeniedException", "PutResourcePolicy", ResourceArn=channel, ResourcePolicy=policy(channel, "*"))


def test_a_restart_keeps_channels_and_events_once(start_daemon):
    daemon = start_daemon()
    lake = Lake(daemon, new_account())
    channel = lake.channel(lake.store())
    sent = event(lake, "id-1")
    first = lake.put(channel, sent).json()
    daemon.restart(by_kill=True)
    assert lake.put(channel, sent).json() == first
    eventually(lambda: records_of(lake, "Order"))
    daemon.restart()
    assert len(records_of(lake, "Order")) == 1
    assert lake.call("GetChannel", Channel=channel)["IngestionStatus"]["LatestIngestionSuccessEventID"] == first["successful"][0]["eventID"]


def test_the_sdk_does_it_all(shared_daemon, lake, store):
    client = shared_daemon.client("cloudtrail", key=lake.key)
    if not hasattr(client, "create_channel"):
        pytest.skip("this SDK does not know CreateChannel")
    channel = client.create_channel(Name="shop", Source="Custom", Destinations=destination(store))["ChannelArn"]
    client.put_resource_policy(ResourceArn=channel, ResourcePolicy=policy(channel, "*"))
    assert client.get_resource_policy(ResourceArn=channel)["ResourcePolicy"]
    data = shared_daemon.client("cloudtrail-data", key=lake.key)
    answer = data.put_audit_events(channelArn=channel, auditEvents=[event(lake), event(lake, "two", version="")])
    assert [entry["id"] for entry in answer["successful"]] == ["one"] and answer["failed"][0]["errorCode"] == "FieldNotFound"
    with pytest.raises(data.exceptions.ChannelNotFound):
        data.put_audit_events(channelArn=channel[:-36] + str(uuid.uuid4()), auditEvents=[event(lake)])
    assert client.get_channel(Channel=channel)["IngestionStatus"]["LatestIngestionErrorCode"] == "FieldNotFound"
    client.update_channel(Channel=channel, Name="renamed")
    client.delete_resource_policy(ResourceArn=channel)
    client.delete_channel(Channel=channel)
