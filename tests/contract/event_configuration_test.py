# SPDX-License-Identifier: Apache-2.0
"""PutEventConfiguration and GetEventConfiguration of event data stores and trails, good and bad."""
import pytest

import records

KEYS = [{"Type": "TagContext", "Equals": ["team", "cost"]}, {"Type": "RequestContext", "Equals": ["aws:SourceIp"]}]
AGGREGATION = [{"Templates": ["API_ACTIVITY", "USER_ACTIONS"], "EventCategory": "Data"}]


@pytest.fixture
def trail(shared_daemon, call, key, account):
    bucket = f"logs-{account}"
    shared_daemon.client("s3", key=key).create_bucket(Bucket=bucket)
    return call("CreateTrail", Name="main", S3BucketName=bucket)["TrailARN"]


def test_a_new_store_takes_events_of_the_standard_size(call, store):
    expected = {"EventDataStoreArn": store, "MaxEventSize": "Standard", "ContextKeySelectors": []}
    assert call("GetEventConfiguration", EventDataStore=store) == expected
    assert call("GetEventConfiguration", EventDataStore=store.rpartition("/")[2]) == expected


def test_a_stores_configuration_is_kept(call, store):
    put = call("PutEventConfiguration", EventDataStore=store, MaxEventSize="Large", ContextKeySelectors=KEYS)
    assert put == {"EventDataStoreArn": store, "MaxEventSize": "Large", "ContextKeySelectors": KEYS}
    assert call("GetEventConfiguration", EventDataStore=store) == put
    assert call("PutEventConfiguration", EventDataStore=store, ContextKeySelectors=[])["MaxEventSize"] == "Large"
    assert call("PutEventConfiguration", EventDataStore=store, MaxEventSize="Standard") == {
        "EventDataStoreArn": store, "MaxEventSize": "Standard", "ContextKeySelectors": []}


def test_context_keys_need_large_events(call, refused, store):
    refused("InvalidParameterException", "PutEventConfiguration", EventDataStore=store, ContextKeySelectors=KEYS)
    refused("InvalidParameterException", "PutEventConfiguration", EventDataStore=store, MaxEventSize="Standard", ContextKeySelectors=KEYS)
    call("PutEventConfiguration", EventDataStore=store, MaxEventSize="Large", ContextKeySelectors=KEYS)
    refused("InvalidParameterException", "PutEventConfiguration", EventDataStore=store, MaxEventSize="Standard")


@pytest.mark.parametrize("keys", [KEYS[:1] * 2, [{"Type": "TagContext", "Equals": ["a", "a"]}]])
def test_doubles_are_refused(refused, store, keys):
    refused("InvalidParameterException", "PutEventConfiguration", EventDataStore=store, MaxEventSize="Large", ContextKeySelectors=keys)


@pytest.mark.parametrize("members", [{"MaxEventSize": "Huge"}, {"ContextKeySelectors": KEYS + KEYS[:1]},
                                     {"ContextKeySelectors": [{"Type": "Other", "Equals": ["a"]}]},
                                     {"ContextKeySelectors": [{"Type": "TagContext", "Equals": []}]},
                                     {"ContextKeySelectors": [{"Type": "TagContext", "Equals": ["x" * 129]}]}])
def test_the_models_limits_hold(refused, store, members):
    refused("ValidationException", "PutEventConfiguration", EventDataStore=store, **members)


def test_it_is_one_store_or_one_trail(refused, store, trail):
    for members in ({}, {"EventDataStore": store, "TrailName": trail}):
        refused("InvalidParameterCombinationException", "GetEventConfiguration", **members)
        refused("InvalidParameterCombinationException", "PutEventConfiguration", MaxEventSize="Large", **members)
    refused("InvalidParameterCombinationException", "PutEventConfiguration", TrailName=trail, MaxEventSize="Large")
    refused("InvalidParameterCombinationException", "PutEventConfiguration", EventDataStore=store, AggregationConfigurations=AGGREGATION)
    refused("InvalidParameterException", "PutEventConfiguration", TrailName=trail)
    refused("InvalidParameterException", "PutEventConfiguration", EventDataStore=store)


def test_other_stores_have_no_event_configuration(call, refused, store):
    selectors = [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["ActivityAuditLog"]}]}]
    other = call("CreateEventDataStore", Name="other", AdvancedEventSelectors=selectors)["EventDataStoreArn"]
    refused("InvalidEventDataStoreCategoryException", "GetEventConfiguration", EventDataStore=other)
    refused("EventDataStoreNotFoundException", "GetEventConfiguration", EventDataStore=store[:-4] + "0000")
    refused("EventDataStoreARNInvalidException", "GetEventConfiguration", EventDataStore="arn:aws:s3:::b")
    call("DeleteEventDataStore", EventDataStore=store)
    refused("InactiveEventDataStoreException", "PutEventConfiguration", EventDataStore=store, MaxEventSize="Large")


def test_a_trails_aggregation_is_kept(call, refused, trail):
    assert call("GetEventConfiguration", TrailName="main") == {"TrailARN": trail, "AggregationConfigurations": []}
    put = call("PutEventConfiguration", TrailName=trail, AggregationConfigurations=AGGREGATION)
    assert put == {"TrailARN": trail, "AggregationConfigurations": AGGREGATION} == call("GetEventConfiguration", TrailName="main")
    assert call("PutEventConfiguration", TrailName="main", AggregationConfigurations=[])["AggregationConfigurations"] == []
    refused("TrailNotFoundException", "GetEventConfiguration", TrailName="gone")
    doubled = [{"Templates": ["API_ACTIVITY"] * 2, "EventCategory": "Data"}]
    refused("InvalidParameterException", "PutEventConfiguration", TrailName="main", AggregationConfigurations=doubled)
    for wrong in (AGGREGATION * 2, [{"Templates": ["OTHER"], "EventCategory": "Data"}], [{"Templates": ["API_ACTIVITY"], "EventCategory": "Management"}]):
        refused("ValidationException", "PutEventConfiguration", TrailName="main", AggregationConfigurations=wrong)


def test_large_events_come_in_where_a_store_takes_them(shared_daemon, key, account, call, store):
    large = records.record(account=account, additionalEventData={"filler": "x" * 300000})
    answer = shared_daemon.send([large], key=key)
    assert "at most 262144" in answer.body.decode()
    call("PutEventConfiguration", EventDataStore=store, MaxEventSize="Large")
    assert shared_daemon.send([large], key=key).json()["Accepted"] == 1
    larger = records.record(account=account, additionalEventData={"filler": "x" * 1048576})
    assert "at most 1048576" in shared_daemon.send([larger], key=key).body.decode()
