# SPDX-License-Identifier: Apache-2.0
"""LookupEvents through boto3, beside an independent reading of the real records and of the document (P4)."""
import collections
import json
import random

import botocore.exceptions
import pytest

import lookup_fields
import records
from cairn_daemon import daemons, eventually

REAL_ACCOUNT = "123837392027"
VALUES = 200


@pytest.fixture(scope="module")
def real_records(shared_data):
    found = []
    for path in sorted(shared_data.glob("*.json")):
        found += json.loads(path.read_text())["Records"]
    return found


@pytest.fixture(scope="module")
def loaded(real_records, tmp_path_factory):
    """A daemon that holds the real records."""
    with daemons(tmp_path_factory.mktemp("loaded")) as start:
        daemon = start("--account-id", REAL_ACCOUNT)
        for at in range(0, len(real_records), 200):
            answer = daemon.send(real_records[at : at + 200])
            assert answer.json()["Accepted"] == len(real_records[at : at + 200]), answer
        client = daemon.client("cloudtrail")
        last = real_records[-1]["eventID"]
        eventually(lambda: client.lookup_events(LookupAttributes=[{"AttributeKey": "EventId", "AttributeValue": last}])["Events"])
        yield daemon


def lookup_all(client, **parameters):
    events = []
    for page in client.get_paginator("lookup_events").paginate(**parameters):
        events += page["Events"]
    return events


def test_each_attribute_finds_exactly_what_the_files_hold(loaded, real_records):
    rows = lookup_fields.resource_rows()
    holders = collections.defaultdict(set)
    for record in real_records:
        for pair in lookup_fields.attributes(record, rows):
            holders[pair].add(record["eventID"])
    client, choice, wrong = loaded.client("cloudtrail"), random.Random(5), []
    own = {record["eventID"] for record in real_records}
    for attribute in sorted({attribute for attribute, _ in holders}):
        values = sorted(value for name, value in holders if name == attribute and lookup_fields.weight(value) <= 2000)
        for value in choice.sample(values, min(VALUES, len(values))):
            events = lookup_all(client, LookupAttributes=[{"AttributeKey": attribute, "AttributeValue": value}])
            # Cairn records the calls made here as well; what is asked about are the real ones.
            ids = [event["EventId"] for event in events if event["EventId"] in own]
            if len(ids) != len(set(ids)) or set(ids) != holders[attribute, value]:
                wrong.append((attribute, value, len(ids), len(holders[attribute, value])))
    assert not wrong, wrong[:20]


def test_what_is_shown_of_an_event_is_what_the_document_says(loaded, real_records):
    rows = lookup_fields.resource_rows()
    shown = {event["EventId"]: event for event in lookup_all(loaded.client("cloudtrail"))}
    for record in real_records:
        event = shown[record["eventID"]]
        assert json.loads(event["CloudTrailEvent"]) == record
        assert event.get("Username") == lookup_fields.username(record)
        assert event.get("AccessKeyId") == (record["userIdentity"].get("accessKeyId") or None)
        assert event["ReadOnly"] == str(record["readOnly"]).lower()
        listed = [(resource["ResourceType"], resource["ResourceName"]) for resource in event["Resources"]]
        assert listed == lookup_fields.resources(record, rows), record["eventID"]


def test_paging_gives_each_event_once_newest_first_while_new_ones_arrive(loaded, real_records):
    client = loaded.client("cloudtrail")
    seen, token, pages = [], None, 0
    while True:
        page = client.lookup_events(MaxResults=37, **({"NextToken": token} if token else {}))
        seen += page["Events"]
        pages += 1
        if pages % 5 == 0:
            # Some newer than everything, some in the middle of what is still to come.
            middle = real_records[pages]["eventTime"]
            sent = loaded.send([records.record(account=REAL_ACCOUNT), records.record(account=REAL_ACCOUNT, when=middle)])
            assert sent.json()["Accepted"] == 2
        token = page.get("NextToken")
        if not token:
            break
    ids = [event["EventId"] for event in seen]
    assert len(ids) == len(set(ids))
    assert {record["eventID"] for record in real_records} <= set(ids)
    times = [event["EventTime"] for event in seen]
    assert times == sorted(times, reverse=True)


def test_a_token_stays_good_over_a_restart_and_bad_with_other_parameters(loaded):
    client = loaded.client("cloudtrail")
    whole = [event["EventId"] for event in lookup_all(client, LookupAttributes=[{"AttributeKey": "ReadOnly", "AttributeValue": "true"}],
                                                      EndTime="2023-07-10T12:20:00Z")]
    options = {"LookupAttributes": [{"AttributeKey": "ReadOnly", "AttributeValue": "true"}], "EndTime": "2023-07-10T12:20:00Z"}
    first = client.lookup_events(MaxResults=20, **options)
    loaded.restart()
    second = client.lookup_events(MaxResults=20, NextToken=first["NextToken"], **options)
    assert [event["EventId"] for event in first["Events"] + second["Events"]] == whole[:40]
    other = {**options, "LookupAttributes": [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]}
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        client.lookup_events(MaxResults=20, NextToken=first["NextToken"], **other)
    assert raised.value.response["Error"]["Code"] == "InvalidNextTokenException"


def test_both_ends_of_a_time_range_are_included(loaded, real_records):
    times = sorted({record["eventTime"] for record in real_records})
    start, end = times[len(times) // 3], times[len(times) // 2]
    expected = {record["eventID"] for record in real_records if start <= record["eventTime"] <= end}
    events = lookup_all(loaded.client("cloudtrail"), StartTime=start, EndTime=end)
    assert expected <= {event["EventId"] for event in events}
    own = {record["eventID"] for record in real_records}
    assert {event["EventId"] for event in events} & own == expected


@pytest.mark.parametrize("parameters, error", [
    ({"MaxResults": 51}, "InvalidMaxResultsException"),
    ({"MaxResults": 0}, "InvalidMaxResultsException"),
    ({"NextToken": "made up"}, "InvalidNextTokenException"),
    ({"StartTime": 2000, "EndTime": 1000}, "InvalidTimeRangeException"),
    ({"EventCategory": "data"}, "InvalidEventCategoryException"),
    ({"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "A"},
                           {"AttributeKey": "ReadOnly", "AttributeValue": "true"}]}, "InvalidLookupAttributesException"),
    ({"LookupAttributes": [{"AttributeKey": "Colour", "AttributeValue": "red"}]}, "InvalidLookupAttributesException"),
    ({"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "_" * 1001}]}, "InvalidLookupAttributesException"),
])
def test_bad_parameters_get_awss_own_error(shared_daemon, parameters, error):
    answer = shared_daemon.call("LookupEvents", parameters)
    assert answer.status == 400
    assert answer.error == error


def test_lookups_see_their_own_account_and_region_only(shared_daemon):
    here, there = records.record(), records.record(region="eu-west-1")
    shared_daemon.send([here, there])

    def ids(region):
        return {event["EventId"] for event in lookup_all(shared_daemon.client("cloudtrail", region=region))}

    eventually(lambda: here["eventID"] in ids("us-east-1") and there["eventID"] in ids("eu-west-1"))
    assert there["eventID"] not in ids("us-east-1")
    assert here["eventID"] not in ids("eu-west-1")


def test_data_events_are_not_in_event_history_but_in_cairns_own_search(shared_daemon):
    event = records.s3_data_event()
    shared_daemon.send([event])

    def searched():
        answer = shared_daemon.cairn("Search", {"Categories": ["Data"], "Filters": [{"Name": "EventId", "Value": event["eventID"]}]})
        assert answer.status == 200, answer
        return answer.json()["Events"]

    assert len(eventually(searched)) == 1
    assert event["eventID"] not in {found["EventId"] for found in lookup_all(shared_daemon.client("cloudtrail"))}
