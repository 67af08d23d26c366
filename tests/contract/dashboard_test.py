# SPDX-License-Identifier: Apache-2.0
"""Dashboards: every operation, good and bad. Their queries need the SQL engine."""
import concurrent.futures
import datetime
import time
import uuid

import pytest

import records
from cairn_daemon import REGION, eventually
from lake import needs_engine
from lake_account import LakeAccount, new_account
from moved_clock import MovedClock

HOURLY = {"Frequency": {"Unit": "HOURS", "Value": 1}, "Status": "ENABLED", "TimeOfDay": "00:30"}
MANAGED = ["AWSCloudTrail-Overview", "AWSCloudTrail-Security"]


@pytest.fixture
def store(call):
    needs_engine()
    return call("CreateEventDataStore", Name="main", TerminationProtectionEnabled=False)["EventDataStoreArn"]


def widget(store, statement="SELECT eventName, count(*) AS n FROM STORE WHERE eventTime > '?' GROUP BY eventName", parameters=("$StartTime$",)):
    return {"QueryStatement": statement.replace("STORE", store[-36:]), "ViewProperties": {"Title": "Calls", "View": "Table"},
            **({"QueryParameters": list(parameters)} if parameters else {})}


@pytest.fixture
def dashboard(call, store):
    return call("CreateDashboard", Name="board", Widgets=[widget(store), widget(store, "SELECT count(*) AS n FROM STORE", ())])


def test_a_dashboard_comes_back_as_it_was_made(call, account, store):
    tags = [{"Key": "team", "Value": "blue"}]
    created = call("CreateDashboard", Name="board", Widgets=[widget(store)], RefreshSchedule=HOURLY, TagsList=tags,
                   TerminationProtectionEnabled=True)
    arn = f"arn:aws:cloudtrail:{REGION}:{account}:dashboard/board"
    (shown,) = created["Widgets"]
    alias = shown.pop("QueryAlias")
    assert alias and shown == widget(store)
    assert {**created, "Widgets": []} == {"DashboardArn": arn, "Name": "board", "Type": "CUSTOM", "Widgets": [], "TagsList": tags,
                                          "RefreshSchedule": HOURLY, "TerminationProtectionEnabled": True}
    for reference in ("board", arn):
        got = call("GetDashboard", DashboardId=reference)
        assert got["Widgets"] == [{"QueryAlias": alias, **widget(store)}]
        assert (got["DashboardArn"], got["Type"], got["Status"], got["RefreshSchedule"]) == (arn, "CUSTOM", "CREATED", HOURLY)
        assert got["TerminationProtectionEnabled"] is True and got["CreatedTimestamp"] == got["UpdatedTimestamp"]
        assert "LastRefreshId" not in got
    assert call("ListTags", ResourceIdList=[arn])["ResourceTagList"][0]["TagsList"] == tags
    call("AddTags", ResourceId=arn, TagsList=[{"Key": "more"}])
    assert len(call("ListTags", ResourceIdList=[arn])["ResourceTagList"][0]["TagsList"]) == 2


def test_widgets_are_queries_that_run(refused, store):
    def bad(error, *widgets):
        refused(error, "CreateDashboard", Name="board", Widgets=list(widgets))

    bad("InvalidQueryStatementException", widget(store, "SELECT FROM", ()))
    bad("InvalidQueryStatementException", widget(store, "SELECT nothing FROM STORE", ()))
    bad("EventDataStoreNotFoundException", widget(str(uuid.uuid4())))
    bad("ValidationException", widget(store, parameters=("$Store$",)))
    bad("ValidationException", widget(store, parameters=("$EventDataStoreId$",)))
    bad("InvalidParameterException", widget(store, parameters=()))
    bad("InvalidParameterException", widget(store, parameters=("$StartTime$", "$EndTime$")))
    bad("ValidationException", {**widget(store), "ViewProperties": {"x": "too short"}})
    bad("ValidationException", {**widget(store), "ViewProperties": {"Title": "a/b"}})
    bad("ValidationException", {"QueryStatement": "SELECT 1"})
    bad("ServiceQuotaExceededException", *[widget(store)] * 11)


def test_widgets_of_inactive_stores_are_refused(call, refused, store):
    call("DeleteEventDataStore", EventDataStore=store)
    refused("InactiveEventDataStoreException", "CreateDashboard", Name="board", Widgets=[widget(store)])


@pytest.mark.parametrize("schedule", [{"Frequency": {"Unit": "HOURS", "Value": 2}}, {"Frequency": {"Unit": "DAYS", "Value": 2}},
                                      {"Frequency": {"Unit": "WEEKS", "Value": 1}}, {**HOURLY, "TimeOfDay": "24:00"},
                                      {**HOURLY, "TimeOfDay": "7:00"}, {**HOURLY, "Status": "ON"}, {"Status": "ENABLED"}])
def test_schedules_keep_the_rules(refused, schedule):
    refused("ValidationException", "CreateDashboard", Name="board", RefreshSchedule=schedule)


@pytest.mark.parametrize("name", ["ab", "a" * 129, "a.b", "a b"])
def test_names_keep_the_rules(refused, name):
    refused("ValidationException", "CreateDashboard", Name=name)


def test_a_name_is_taken_once(call, refused):
    call("CreateDashboard", Name="board")
    refused("ConflictException", "CreateDashboard", "board", Name="board")
    refused("ConflictException", "CreateDashboard", Name=MANAGED[0])


def test_dashboards_are_listed_in_pages_and_by_type(call, refused):
    for number in range(5):
        call("CreateDashboard", Name=f"board-{number}")
    names = lambda answer: [entry["DashboardArn"].rpartition("/")[2] for entry in answer["Dashboards"]]
    own = [f"board-{number}" for number in range(5)]
    assert names(call("ListDashboards")) == MANAGED + own
    assert names(call("ListDashboards", Type="MANAGED")) == MANAGED
    assert names(call("ListDashboards", NamePrefix="board-")) == own
    first = call("ListDashboards", Type="CUSTOM", MaxResults=3)
    rest = call("ListDashboards", Type="CUSTOM", MaxResults=3, NextToken=first["NextToken"])
    assert names(first) + names(rest) == own and "NextToken" not in rest
    refused("InvalidNextTokenException", "ListDashboards", Type="MANAGED", NextToken=first["NextToken"])
    refused("ValidationException", "ListDashboards", Type="OTHER")


def test_there_are_at_most_100(call, refused):
    for number in range(100):
        call("CreateDashboard", Name=f"board-{number}")
    refused("ServiceQuotaExceededException", "CreateDashboard", "100", Name="more")


def test_an_update_keeps_aliases_of_statements_that_stay(call, refused, store, dashboard):
    first, second = dashboard["Widgets"]
    updated = call("UpdateDashboard", DashboardId="board", RefreshSchedule=HOURLY, TerminationProtectionEnabled=True,
                   Widgets=[widget(store, "SELECT count(*) AS n FROM STORE", ()), widget(store, "SELECT max(eventTime) AS t FROM STORE", ())])
    assert updated["Widgets"][0]["QueryAlias"] == second["QueryAlias"]
    assert updated["Widgets"][1]["QueryAlias"] not in (first["QueryAlias"], second["QueryAlias"])
    assert updated["UpdatedTimestamp"] > updated["CreatedTimestamp"] and updated["RefreshSchedule"] == HOURLY
    got = call("GetDashboard", DashboardId="board")
    assert (got["Status"], got["Widgets"]) == ("UPDATED", updated["Widgets"])
    off = call("UpdateDashboard", DashboardId="board", RefreshSchedule={"Status": "DISABLED"})
    assert off["RefreshSchedule"] == {**HOURLY, "Status": "DISABLED"} and off["Widgets"] == updated["Widgets"]
    refused("ResourceNotFoundException", "UpdateDashboard", DashboardId="gone")
    refused("InvalidQueryStatementException", "UpdateDashboard", DashboardId="board", Widgets=[widget(store, "no", ())])
    refused("ConflictException", "UpdateDashboard", DashboardId=MANAGED[0], Widgets=[])
    refused("ConflictException", "DeleteDashboard", "protection", DashboardId="board")


def test_a_dashboard_is_deleted(call, refused, dashboard):
    alias = dashboard["Widgets"][1]["QueryAlias"]
    assert call("StartQuery", QueryAlias=alias)["QueryId"]
    assert call("DeleteDashboard", DashboardId=dashboard["DashboardArn"]) == {}
    for operation in ("GetDashboard", "DeleteDashboard", "StartDashboardRefresh"):
        refused("ResourceNotFoundException", operation, DashboardId="board")
    refused("InvalidParameterException", "StartQuery", QueryAlias=alias)


def test_dashboards_are_their_accounts_own(shared_daemon, dashboard):
    answer = shared_daemon.call("GetDashboard", {"DashboardId": dashboard["DashboardArn"]})
    assert (answer.status, answer.error) == (400, "ResourceNotFoundException")


def finished(call, alias, refresh):
    def look():
        query = call("DescribeQuery", QueryAlias=alias, RefreshId=refresh)
        return query["QueryStatus"] not in ("QUEUED", "RUNNING") and query
    query = eventually(look, timeout_s=60)
    assert query["QueryStatus"] == "FINISHED", query
    return query


@pytest.mark.any_sdk
def test_a_refresh_runs_every_widget(shared_daemon, key, call, account, dashboard):
    shared_daemon.send([records.record("RunInstances", "ec2.amazonaws.com", account=account)], key=key)
    aliases = [widget["QueryAlias"] for widget in dashboard["Widgets"]]

    def rows():
        refresh = call("StartDashboardRefresh", DashboardId="board")["RefreshId"]
        assert refresh.isdigit() and 10 <= len(refresh) <= 20
        for alias in aliases:
            finished(call, alias, refresh)
        assert call("GetDashboard", DashboardId="board")["LastRefreshId"] == refresh
        result = call("GetQueryResults", QueryId=call("DescribeQuery", QueryAlias=aliases[0])["QueryId"])["QueryResultRows"]
        return {row[0]["eventName"]: row[1]["n"] for row in result}
    assert eventually(lambda: rows().get("RunInstances") == "1")
    long_ago = call("StartDashboardRefresh", DashboardId="board", QueryParameterValues={"$StartTime$": "2100-01-01T00:00:00Z"})
    assert "2100-01-01 00:00:00" in finished(call, aliases[0], long_ago["RefreshId"])["QueryString"]


@pytest.mark.any_sdk
def test_a_refresh_takes_back_no_change_made_meanwhile(call, dashboard):
    for protected in (True, False, True, False):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            refresh = pool.submit(call, "StartDashboardRefresh", DashboardId="board")
            time.sleep(0.01)  # the engine looks at the widgets' queries: that takes longer
            call("UpdateDashboard", DashboardId="board", TerminationProtectionEnabled=protected)
            refresh = refresh.result()["RefreshId"]
        got = call("GetDashboard", DashboardId="board")
        assert (got["TerminationProtectionEnabled"], got["LastRefreshId"]) == (protected, refresh)
        for shown in got["Widgets"]:
            finished(call, shown["QueryAlias"], refresh)


@pytest.mark.any_sdk
def test_a_refresh_takes_no_place_of_people(call, refused, store):
    call("CreateDashboard", Name="board", Widgets=[widget(store, f"SELECT count(*) AS n{number} FROM STORE", ()) for number in range(10)])
    call("StartDashboardRefresh", DashboardId="board")
    for _ in range(10):
        call("StartQuery", QueryStatement=f"SELECT count(*) FROM {store[-36:]}")


def test_parameters_of_a_refresh_are_known_ones(call, refused, dashboard):
    refused("ValidationException", "StartDashboardRefresh", DashboardId="board", QueryParameterValues={"$Other$": "x"})
    refused("ValidationException", "StartDashboardRefresh", DashboardId="board", QueryParameterValues={"$StartTime$": "a b"})
    refused("ValidationException", "StartDashboardRefresh", DashboardId="board", QueryParameterValues={"$EventDataStoreId$": "x"})


@pytest.mark.any_sdk
@pytest.mark.parametrize("name", MANAGED)
def test_the_managed_dashboards_run_over_a_store(call, refused, store, name):
    got = call("GetDashboard", DashboardId=name)
    assert got["Type"] == "MANAGED" and len(got["Widgets"]) >= 5
    assert all(widget["ViewProperties"]["Title"] for widget in got["Widgets"])
    refused("ValidationException", "StartDashboardRefresh", "EventDataStoreId", DashboardId=name)
    refused("EventDataStoreNotFoundException", "StartDashboardRefresh", DashboardId=name,
            QueryParameterValues={"$EventDataStoreId$": str(uuid.uuid4())})
    refresh = call("StartDashboardRefresh", DashboardId=name, QueryParameterValues={"$EventDataStoreId$": store})["RefreshId"]
    for widget in got["Widgets"]:
        finished(call, widget["QueryAlias"], refresh)
    assert call("GetDashboard", DashboardId=name)["LastRefreshId"] == refresh


@pytest.mark.any_sdk
def test_highlights_run_over_all_stores(call, refused, store):
    every_six = {"Frequency": {"Unit": "HOURS", "Value": 6}, "Status": "ENABLED"}
    refused("ResourceNotFoundException", "GetDashboard", DashboardId="AWSCloudTrail-Highlights")
    refused("ValidationException", "CreateDashboard", Name="AWSCloudTrail-Highlights")
    refused("ValidationException", "CreateDashboard", Name="AWSCloudTrail-Highlights", RefreshSchedule=HOURLY)
    refused("ValidationException", "CreateDashboard", Name="AWSCloudTrail-Highlights", RefreshSchedule=every_six, Widgets=[widget(store)])
    created = call("CreateDashboard", Name="AWSCloudTrail-Highlights", RefreshSchedule=every_six)
    assert created["Type"] == "MANAGED" and len(created["Widgets"]) >= 5
    other = call("CreateEventDataStore", Name="other")["EventDataStoreArn"]
    refresh = call("StartDashboardRefresh", DashboardId="AWSCloudTrail-Highlights")["RefreshId"]
    for shown in created["Widgets"]:
        query = finished(call, shown["QueryAlias"], refresh)["QueryString"]
        assert store[-36:] in query and other[-36:] in query
    call("DeleteDashboard", DashboardId="AWSCloudTrail-Highlights")


@pytest.mark.any_sdk
def test_a_schedule_refreshes_by_itself(start_daemon, tmp_path, monkeypatch):
    needs_engine()
    clock = MovedClock(tmp_path, monkeypatch)
    due = clock.now().replace(minute=30, second=0, microsecond=0)
    clock.set(due - datetime.timedelta(minutes=10))
    daemon = start_daemon(environment=clock.environment)
    account = LakeAccount(daemon, new_account())
    store = account.call("CreateEventDataStore", Name="main")["EventDataStoreArn"]
    created = account.call("CreateDashboard", Name="board", Widgets=[widget(store)], RefreshSchedule=HOURLY)
    assert "LastRefreshId" not in account.call("GetDashboard", DashboardId="board")
    clock.set(due)
    refresh = eventually(lambda: account.call("GetDashboard", DashboardId="board").get("LastRefreshId"), every_s=0.2)
    finished(account.call, created["Widgets"][0]["QueryAlias"], refresh)
    daemon.catch_up()
    found = daemon.cairn("Search", {"MaxResults": 1000}, key=account.key).json()["Events"]
    (event,) = [entry for entry in found if entry["EventName"] == "StartDashboardRefresh"]
    assert '"invokedBy":"cloudtrail.amazonaws.com"' in event["CloudTrailEvent"]


def test_the_sdk_does_it_all(shared_daemon, key, store):
    client = shared_daemon.client("cloudtrail", key=key)
    if not hasattr(client, "create_dashboard"):
        pytest.skip("this SDK does not know CreateDashboard")
    client.create_dashboard(Name="board", Widgets=[widget(store)], RefreshSchedule=HOURLY)
    client.update_dashboard(DashboardId="board", TerminationProtectionEnabled=False)
    client.start_dashboard_refresh(DashboardId="board", QueryParameterValues={"$StartTime$": "2026-01-01T00:00:00Z"})
    assert len(client.list_dashboards()["Dashboards"]) == 3 and client.get_dashboard(DashboardId="board")["LastRefreshId"]
    client.delete_dashboard(DashboardId="board")
