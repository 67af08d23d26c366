# SPDX-License-Identifier: Apache-2.0
"""Event data stores: every operation on them, good and bad; each test has an account of its own."""
import datetime
import uuid

import pytest

from aws_errors import aws_error
from cairn_daemon import ACCOUNT, eventually
from lake_account import LakeAccount, new_account

KEY_ARN = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-2222-4333-8444-555555555555"


def category(name, *fields):
    return [{"FieldSelectors": [{"Field": "eventCategory", "Equals": [name]}, *fields]}]


def test_a_new_store_has_the_defaults_of_aws(lake, account):
    created = lake.create_event_data_store(Name="main")
    identity, _, own = created["EventDataStoreArn"].rpartition("/")
    assert identity == f"arn:aws:cloudtrail:us-east-1:{account}:eventdatastore" and str(uuid.UUID(own)) == own
    assert (created["Name"], created["Status"]) == ("main", "CREATED")
    assert (created["MultiRegionEnabled"], created["OrganizationEnabled"], created["TerminationProtectionEnabled"]) == (True, False, True)
    assert created["RetentionPeriod"] == 366
    assert created["AdvancedEventSelectors"] == [{"Name": "Default management events",
                                                  "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]
    assert abs(created["CreatedTimestamp"] - datetime.datetime.now(datetime.timezone.utc)) < datetime.timedelta(minutes=1)
    assert created["CreatedTimestamp"] == created["UpdatedTimestamp"] and created["TagsList"] == []
    assert "KmsKeyId" not in created


def test_a_store_is_got_by_arn_and_by_id(lake, store):
    by_arn = lake.get_event_data_store(EventDataStore=store)
    assert (by_arn["EventDataStoreArn"], by_arn["Status"]) == (store, "ENABLED")
    by_id = lake.get_event_data_store(EventDataStore=store.rpartition("/")[2])
    del by_arn["ResponseMetadata"], by_id["ResponseMetadata"]
    assert by_id == by_arn


def test_settings_are_kept_as_created(lake, ask):
    selectors = [*category("Data", {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
                           {"Field": "userIdentity.arn", "StartsWith": ["arn:aws:iam::"]}), *category("Management")]
    answer = ask("CreateEventDataStore", Name="a.b_c-d", AdvancedEventSelectors=selectors, MultiRegionEnabled=False, RetentionPeriod=7,
                  BillingMode="FIXED_RETENTION_PRICING", TerminationProtectionEnabled=False, TagsList=[{"Key": "team", "Value": "audit"}])
    assert answer.status == 200, answer
    created = answer.json()
    assert (created["BillingMode"], created["RetentionPeriod"], created["TagsList"]) == (
        "FIXED_RETENTION_PRICING", 7, [{"Key": "team", "Value": "audit"}])
    got = ask("GetEventDataStore", EventDataStore=created["EventDataStoreArn"]).json()
    assert got["AdvancedEventSelectors"] == selectors
    assert (got["MultiRegionEnabled"], got["FederationStatus"]) == (False, "DISABLED")
    assert ask("CreateEventDataStore", Name="fixed", BillingMode="FIXED_RETENTION_PRICING").json()["RetentionPeriod"] == 2557


@pytest.mark.parametrize("members, code, word", [
    ({}, "ValidationException", "name"),
    ({"Name": "ab"}, "ValidationException", "greater than or equal to 3"),
    ({"Name": "a" * 129}, "ValidationException", "less than or equal to 128"),
    ({"Name": "with space"}, "ValidationException", "regular expression"),
    ({"Name": "main", "RetentionPeriod": 6}, "ValidationException", "greater than or equal to 7"),
    ({"Name": "main", "RetentionPeriod": 3654}, "ValidationException", "less than or equal to 3653"),
    ({"Name": "main", "RetentionPeriod": 2558, "BillingMode": "FIXED_RETENTION_PRICING"}, "InvalidParameterException", "2557"),
    ({"Name": "main", "BillingMode": "FREE"}, "ValidationException", "enum value set"),
    ({"Name": "main", "KmsKeyId": KEY_ARN}, "KmsKeyNotFoundException", KEY_ARN),
    ({"Name": "main", "OrganizationEnabled": True}, "OrganizationsNotInUseException", "organization"),
    ({"Name": "main", "TagsList": [{"Key": "aws:x"}]}, "InvalidTagParameterException", "aws:"),
    ({"Name": "main", "TagsList": [{"Key": str(i)} for i in range(51)]}, "TagsLimitExceededException", "50"),
    ({"Name": "main", "AdvancedEventSelectors": []}, "InvalidEventSelectorsException", "1 to 5"),
    ({"Name": "main", "AdvancedEventSelectors": category("Management") * 6}, "InvalidEventSelectorsException", "1 to 5"),
    ({"Name": "main", "AdvancedEventSelectors": category("Data")}, "InvalidEventSelectorsException", "resources.type"),
    ({"Name": "main", "AdvancedEventSelectors": category("Nothing")}, "InvalidEventSelectorsException", "Nothing"),
    ({"Name": "main", "AdvancedEventSelectors": category("ConfigurationItem")}, "InvalidEventSelectorsException", "AWS Config"),
    ({"Name": "main", "AdvancedEventSelectors": category("Evidence")}, "InvalidEventSelectorsException", "Audit Manager"),
    ({"Name": "main", "AdvancedEventSelectors": category("Insight", {"Field": "eventName", "Equals": ["x"]})},
     "InvalidEventSelectorsException", "eventName"),
    ({"Name": "main", "AdvancedEventSelectors": category("Management") + category("ActivityAuditLog")},
     "InvalidEventSelectorsException", "together"),
])
def test_what_no_store_can_be_is_refused(ask, members, code, word):
    answer = ask("CreateEventDataStore", **members)
    assert (answer.status, answer.error) == (400, code), answer
    assert word in answer.json()["Message"]
    assert ask("ListEventDataStores").json()["EventDataStores"] == []


@pytest.mark.parametrize("name", ["Management", "Insight", "ActivityAuditLog"])
def test_each_category_that_cairn_has_makes_a_store(lake, name):
    created = lake.create_event_data_store(Name="main", AdvancedEventSelectors=category(name))
    assert created["AdvancedEventSelectors"] == category(name)


def test_a_name_is_taken_once_in_a_region_and_ten_stores_are_the_most(lake, shared_daemon, key):
    for number in range(10):
        lake.create_event_data_store(Name=f"store-{number}", TerminationProtectionEnabled=False)
    with aws_error("EventDataStoreMaxLimitExceededException", "10"):
        lake.create_event_data_store(Name="one-more")
    elsewhere = shared_daemon.client("cloudtrail", region="eu-west-1", key=key)
    assert ":eu-west-1:" in elsewhere.create_event_data_store(Name="store-0")["EventDataStoreArn"]
    with aws_error("EventDataStoreAlreadyExistsException", "store-0"):
        elsewhere.create_event_data_store(Name="store-0")


def test_stores_are_listed_in_pages_of_arn_and_name(lake, ask):
    made = [lake.create_event_data_store(Name=f"store-{number}")["EventDataStoreArn"] for number in range(5)]
    first = lake.list_event_data_stores(MaxResults=2)
    assert first["EventDataStores"] == [{"EventDataStoreArn": arn, "Name": f"store-{at}"} for at, arn in enumerate(made[:2])]
    rest = lake.list_event_data_stores(NextToken=first["NextToken"])
    assert [store["EventDataStoreArn"] for store in rest["EventDataStores"]] == made[2:] and "NextToken" not in rest
    with aws_error("InvalidNextTokenException"):
        lake.list_event_data_stores(NextToken="abcd")
    assert ask("ListEventDataStores", MaxResults=1001).error == "InvalidMaxResultsException"
    assert ask("ListEventDataStores", MaxResults=0).error == "InvalidMaxResultsException"


def test_a_store_of_somebody_else_or_elsewhere_does_not_exist(lake, store, shared_daemon, key):
    for client in (shared_daemon.client("cloudtrail"), shared_daemon.client("cloudtrail", region="eu-west-1", key=key)):
        for reference in (store, store.rpartition("/")[2]):
            with aws_error("EventDataStoreNotFoundException", reference):
                client.get_event_data_store(EventDataStore=reference)
        assert store not in [other["EventDataStoreArn"] for other in client.list_event_data_stores()["EventDataStores"]]


@pytest.mark.parametrize("operation, members", [
    ("GetEventDataStore", {}), ("UpdateEventDataStore", {"Name": "other"}), ("DeleteEventDataStore", {}), ("RestoreEventDataStore", {}),
    ("StartEventDataStoreIngestion", {}), ("StopEventDataStoreIngestion", {}), ("DisableFederation", {}),
    ("EnableFederation", {"FederationRoleArn": f"arn:aws:iam::{ACCOUNT}:role/federation"}),
])
def test_what_names_no_store_is_refused_by_every_operation(ask, operation, members):
    unknown = str(uuid.uuid4())
    for reference, code in (
            (unknown, "EventDataStoreNotFoundException"),
            (f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:eventdatastore/{unknown}", "EventDataStoreNotFoundException"),
            ("no-id", "EventDataStoreARNInvalidException"),
            (f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/{unknown}", "EventDataStoreARNInvalidException"),
            (f"arn:aws:s3:us-east-1:{ACCOUNT}:eventdatastore/{unknown}", "EventDataStoreARNInvalidException"),
            ("ab", "ValidationException"), ("a b c", "ValidationException"), (None, "ValidationException")):
        answer = ask(operation, EventDataStore=reference, **members)
        assert (answer.status, answer.error) == (400, code), (reference, answer)


def test_a_store_is_updated(lake, store):
    before = lake.get_event_data_store(EventDataStore=store)
    updated = lake.update_event_data_store(EventDataStore=store, Name="renamed", RetentionPeriod=90, MultiRegionEnabled=False,
                                           TerminationProtectionEnabled=True, AdvancedEventSelectors=category(
                                               "Management", {"Field": "readOnly", "Equals": ["false"]}))
    assert (updated["EventDataStoreArn"], updated["Name"], updated["Status"]) == (store, "renamed", "ENABLED")
    assert (updated["RetentionPeriod"], updated["MultiRegionEnabled"], updated["TerminationProtectionEnabled"]) == (90, False, True)
    assert updated["CreatedTimestamp"] == before["CreatedTimestamp"] and updated["UpdatedTimestamp"] >= before["UpdatedTimestamp"]
    got = lake.get_event_data_store(EventDataStore=store)
    assert got["AdvancedEventSelectors"] == updated["AdvancedEventSelectors"] and got["Name"] == "renamed"


def test_updates_that_aws_does_not_allow_are_refused(lake, store, ask):
    lake.create_event_data_store(Name="taken")
    for members, code in (
            ({}, "InvalidParameterException"), ({"Name": "taken"}, "EventDataStoreAlreadyExistsException"),
            ({"BillingMode": "FIXED_RETENTION_PRICING"}, "InvalidParameterException"),
            ({"AdvancedEventSelectors": category("Insight")}, "InvalidEventSelectorsException"),
            ({"KmsKeyId": KEY_ARN}, "KmsKeyNotFoundException"), ({"OrganizationEnabled": True}, "OrganizationsNotInUseException")):
        answer = ask("UpdateEventDataStore", EventDataStore=store, **members)
        assert (answer.status, answer.error) == (400, code), (members, answer)
    fixed = ask("CreateEventDataStore", Name="fixed", BillingMode="FIXED_RETENTION_PRICING").json()["EventDataStoreArn"]
    assert ask("UpdateEventDataStore", EventDataStore=fixed, RetentionPeriod=3000).error == "InvalidParameterException"
    changed = ask("UpdateEventDataStore", EventDataStore=fixed, BillingMode="EXTENDABLE_RETENTION_PRICING", RetentionPeriod=3000).json()
    assert (changed["BillingMode"], changed["RetentionPeriod"]) == ("EXTENDABLE_RETENTION_PRICING", 3000)


def test_a_deleted_store_waits_and_can_be_restored(lake, ask):
    store = lake.create_event_data_store(Name="main")["EventDataStoreArn"]
    with aws_error("EventDataStoreTerminationProtectedException", "termination protection"):
        lake.delete_event_data_store(EventDataStore=store)
    with aws_error("InvalidEventDataStoreStatusException", "PENDING_DELETION"):
        lake.restore_event_data_store(EventDataStore=store)
    lake.update_event_data_store(EventDataStore=store, TerminationProtectionEnabled=False)
    lake.delete_event_data_store(EventDataStore=store)
    assert lake.get_event_data_store(EventDataStore=store)["Status"] == "PENDING_DELETION"
    for operation, members in (("DeleteEventDataStore", {}), ("UpdateEventDataStore", {"Name": "other"}), ("DisableFederation", {})):
        assert ask(operation, EventDataStore=store, **members).error == "InactiveEventDataStoreException"
    assert ask("StopEventDataStoreIngestion", EventDataStore=store).error == "InvalidEventDataStoreStatusException"
    assert ask("AddTags", ResourceId=store, TagsList=[{"Key": "a"}]).error == "InactiveEventDataStoreException"
    restored = lake.restore_event_data_store(EventDataStore=store)
    assert (restored["EventDataStoreArn"], restored["Status"]) == (store, "ENABLED")


def test_ingestion_is_stopped_and_started(lake, ask):
    store = ask("CreateEventDataStore", Name="main", StartIngestion=False).json()["EventDataStoreArn"]

    def status():
        return lake.get_event_data_store(EventDataStore=store)["Status"]

    assert status() == "STOPPED_INGESTION"
    assert ask("StopEventDataStoreIngestion", EventDataStore=store).error == "InvalidEventDataStoreStatusException"
    assert ask("StartEventDataStoreIngestion", EventDataStore=store).status == 200
    assert status() == "ENABLED"
    assert ask("StartEventDataStoreIngestion", EventDataStore=store).error == "InvalidEventDataStoreStatusException"
    assert ask("StopEventDataStoreIngestion", EventDataStore=store).status == 200
    assert status() == "STOPPED_INGESTION"
    insights = lake.create_event_data_store(Name="insights", AdvancedEventSelectors=category("Insight"))["EventDataStoreArn"]
    for operation in ("StartEventDataStoreIngestion", "StopEventDataStoreIngestion"):
        assert ask(operation, EventDataStore=insights).error == "InvalidEventDataStoreCategoryException"


def test_stores_have_tags(lake, store):
    lake.add_tags(ResourceId=store, TagsList=[{"Key": "team", "Value": "audit"}, {"Key": "bare"}])
    lake.add_tags(ResourceId=store, TagsList=[{"Key": "team", "Value": "other"}])
    assert sorted(tag["Key"] for tag in lake.list_tags(ResourceIdList=[store])["ResourceTagList"][0]["TagsList"]) == ["bare", "team"]
    lake.remove_tags(ResourceId=store, TagsList=[{"Key": "bare"}])
    assert lake.list_tags(ResourceIdList=[store])["ResourceTagList"] == [
        {"ResourceId": store, "TagsList": [{"Key": "team", "Value": "other"}]}]
    with aws_error("EventDataStoreNotFoundException"):
        lake.list_tags(ResourceIdList=[store[:-36] + str(uuid.uuid4())])
    with aws_error("EventDataStoreARNInvalidException"):
        lake.list_tags(ResourceIdList=[store[:-1]])


def test_no_store_can_be_federated(lake, store, ask):
    role = f"arn:aws:iam::{ACCOUNT}:role/federation"
    refused = ask("EnableFederation", EventDataStore=store, FederationRoleArn=role)
    assert (refused.status, refused.error) == (400, "AccessDeniedException") and role in refused.json()["Message"]
    assert ask("EnableFederation", EventDataStore=store, FederationRoleArn="abc").error == "InvalidParameterException"
    assert ask("EnableFederation", EventDataStore=store).error == "ValidationException"
    assert ask("DisableFederation", EventDataStore=store).json() == {"EventDataStoreArn": store, "FederationStatus": "DISABLED"}


def test_insights_of_a_store_go_to_an_insight_store(lake, store, ask):
    destination = lake.create_event_data_store(Name="insights", AdvancedEventSelectors=category("Insight"))["EventDataStoreArn"]
    wanted = [{"InsightType": "ApiCallRateInsight", "EventCategories": ["Management"]}]
    assert ask("GetInsightSelectors", EventDataStore=store).error == "InsightNotEnabledException"
    put = ask("PutInsightSelectors", EventDataStore=store, InsightsDestination=destination, InsightSelectors=wanted)
    assert put.json() == {"EventDataStoreArn": store, "InsightsDestination": destination, "InsightSelectors": wanted}
    assert ask("GetInsightSelectors", EventDataStore=store.rpartition("/")[2]).json() == put.json()
    reads_only = category("Management", {"Field": "readOnly", "Equals": ["true"]})
    assert ask("UpdateEventDataStore", EventDataStore=store, AdvancedEventSelectors=reads_only).error == "InvalidInsightSelectorsException"
    for members, code in (
            ({"InsightSelectors": wanted}, "InvalidParameterCombinationException"),
            ({"InsightSelectors": wanted, "InsightsDestination": store}, "InvalidParameterException"),
            ({"InsightSelectors": wanted, "InsightsDestination": str(uuid.uuid4())}, "EventDataStoreNotFoundException"),
            ({"InsightSelectors": wanted, "InsightsDestination": destination, "TrailName": "main"}, "InvalidParameterCombinationException"),
            ({"InsightSelectors": [{"InsightType": "Weather"}], "InsightsDestination": destination}, "InvalidInsightSelectorsException"),
            ({"InsightSelectors": [{"InsightType": "ApiCallRateInsight", "EventCategories": ["Data"]}], "InsightsDestination": destination},
             "InvalidInsightSelectorsException")):
        assert ask("PutInsightSelectors", EventDataStore=store, **members).error == code, members
    assert ask("PutInsightSelectors", EventDataStore=destination, InsightsDestination=destination,
                InsightSelectors=wanted).error == "InvalidInsightSelectorsException"
    assert ask("PutInsightSelectors", EventDataStore=store, InsightSelectors=[]).status == 200
    assert ask("GetInsightSelectors", EventDataStore=store).error == "InsightNotEnabledException"


def test_insights_stay_in_their_account(shared_daemon, store, account, refused):
    """A store of another account may be open to the caller; insights of the one never go to the other."""
    other = LakeAccount(shared_daemon, new_account())
    destination = other.call("CreateEventDataStore", Name="insights", AdvancedEventSelectors=category("Insight"))["EventDataStoreArn"]
    other.open_to(account, destination, "PutInsightSelectors")
    refused("InvalidParameterException", "PutInsightSelectors", EventDataStore=store, InsightsDestination=destination,
            InsightSelectors=[{"InsightType": "ApiCallRateInsight"}])


def test_changes_of_stores_are_events(shared_daemon, lake, store, ask):
    def events():
        return {event["EventName"] for event in lake.lookup_events()["Events"]}

    ask("DeleteEventDataStore", EventDataStore=store)
    eventually(lambda: {"CreateEventDataStore", "DeleteEventDataStore"} <= events())
