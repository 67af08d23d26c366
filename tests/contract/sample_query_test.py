# SPDX-License-Identifier: Apache-2.0
"""SearchSampleQueries and GenerateQuery, good and bad."""
import re

import pytest

from cairn_daemon import ROOT, eventually
from lake import needs_engine

pytestmark = pytest.mark.any_sdk


@pytest.fixture
def store(ask):
    return ask("CreateEventDataStore", Name="main").json()["EventDataStoreArn"]


@pytest.mark.parametrize("phrase, name", [
    ("failed console logins", "Failed console sign-ins"),
    ("Who deleted my resources?", "Who deleted a resource"),
    ("signed in without MFA", "Console sign-ins without MFA"),
    ("top errors", "Most frequent errors"),
    ("access denied", "Denied access by principal"),
    ("what did the root user do", "Actions of the root user"),
    ("security group changes", "Changes of security groups"),
    ("throttling", "Throttled calls"),
    ("most active users", "Most active users"),
    ("who assumed roles", "Roles that were assumed"),
    ("ec2 instances launched", "EC2 instances that were launched"),
    ("kms keys scheduled for deletion", "Encryption keys that were disabled or scheduled for deletion"),
    ("someone stopped logging of a trail", "Changes of audit logging"),
    ("old TLS versions", "Calls with old TLS versions"),
])
def test_a_phrase_finds_its_sample_first(ask, phrase, name):
    results = ask("SearchSampleQueries", SearchPhrase=phrase).json()["SearchResults"]
    assert [result["Name"] for result in results][:1] == [name]
    relevances = [result["Relevance"] for result in results]
    assert relevances == sorted(relevances, reverse=True) and 0 < relevances[-1] <= relevances[0] <= 1
    assert all(result["Description"].endswith(".") for result in results)
    assert all("FROM $EDS_ID" in result["SQL"] and "$START" not in result["SQL"] for result in results)


def test_results_come_in_pages(ask):
    whole = ask("SearchSampleQueries", SearchPhrase="user events", MaxResults=50).json()["SearchResults"]
    assert len(whole) > 10 and len({result["Name"] for result in whole}) == len(whole)
    assert len(ask("SearchSampleQueries", SearchPhrase="user events").json()["SearchResults"]) == 10
    first = ask("SearchSampleQueries", SearchPhrase="user events", MaxResults=7).json()
    second = ask("SearchSampleQueries", SearchPhrase="user events", MaxResults=7, NextToken=first["NextToken"]).json()
    assert first["SearchResults"] + second["SearchResults"] == whole[:14]
    assert ask("SearchSampleQueries", SearchPhrase="other words", NextToken=first["NextToken"]).error == "InvalidNextTokenException"
    assert ask("SearchSampleQueries", SearchPhrase="xyzzy").json() == {"SearchResults": []}


@pytest.mark.parametrize("members", [{}, {"SearchPhrase": "x"}, {"SearchPhrase": "x" * 1001}, {"SearchPhrase": "ähnlich"},
                                     {"SearchPhrase": "users", "MaxResults": 51}, {"SearchPhrase": "users", "MaxResults": 0}])
def test_the_limits_of_searches_hold(ask, members):
    assert ask("SearchSampleQueries", **members).error == "ValidationException"


def test_a_prompt_becomes_a_query(ask, store):
    answer = ask("GenerateQuery", EventDataStores=[store], Prompt="What are my top errors in the past month?").json()
    uuid = store.rpartition("/")[2]
    assert f"FROM {uuid}\n" in answer["QueryStatement"] and "errorCode" in answer["QueryStatement"]
    assert re.search(r"eventTime > '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d'", answer["QueryStatement"])
    assert "$" not in answer["QueryStatement"]
    assert re.fullmatch(r"[a-zA-Z][a-zA-Z0-9._\-]*", answer["QueryAlias"])
    assert answer["EventDataStoreOwnerAccountId"] == store.split(":")[4]
    month = re.search(r"> '([^']*)'", answer["QueryStatement"])[1]
    day = ask("GenerateQuery", EventDataStores=[uuid], Prompt="top errors of the last 24 hours").json()["QueryStatement"]
    assert re.search(r"> '([^']*)'", day)[1] > month


def test_a_service_of_the_prompt_is_taken(ask, store):
    answer = ask("GenerateQuery", EventDataStores=[store], Prompt="Give me a list of users that used SNS.").json()
    assert "eventSource = 'sns.amazonaws.com'" in answer["QueryStatement"]


def test_a_prompt_that_no_sample_fits_gets_the_error_of_aws(ask, store):
    answer = ask("GenerateQuery", EventDataStores=[store], Prompt="How is the weather in Oslo tomorrow?")
    assert (answer.status, answer.error) == (400, "GenerateResponseException")


@pytest.mark.parametrize("members, error", [
    ({"Prompt": "top errors"}, "ValidationException"),
    ({"Prompt": "top errors", "EventDataStores": []}, "ValidationException"),
    ({"Prompt": "to", "EventDataStores": ["STORE"]}, "ValidationException"),
    ({"Prompt": "top errors " * 50, "EventDataStores": ["STORE"]}, "ValidationException"),
    ({"Prompt": "top errors", "EventDataStores": ["STORE", "STORE"]}, "ValidationException"),
    ({"Prompt": "top errors", "EventDataStores": ["arn:aws:s3:::b"]}, "EventDataStoreARNInvalidException"),
    ({"Prompt": "top errors", "EventDataStores": ["00000000-0000-4000-8000-000000000000"]}, "EventDataStoreNotFoundException"),
])
def test_bad_prompts_are_refused(ask, store, members, error):
    if "EventDataStores" in members:
        members = {**members, "EventDataStores": [store if name == "STORE" else name for name in members["EventDataStores"]]}
    assert ask("GenerateQuery", **members).error == error


def test_every_sample_runs(ask, store):
    """Each row of the table, as SearchSampleQueries shows it."""
    needs_engine()
    names = re.findall(r'^SAMPLE\("([^"]+)"', (ROOT / "src/lakeapi/sample_table.h").read_text(), re.MULTILINE)
    assert len(names) >= 40 and len(set(names)) == len(names)
    for name in names:
        results = ask("SearchSampleQueries", SearchPhrase=name, MaxResults=50).json()["SearchResults"]
        (statement,) = [result["SQL"] for result in results if result["Name"] == name]
        started = ask("StartQuery", QueryStatement=statement.replace("$EDS_ID", store[-36:]))
        assert started.status == 200, (name, started)
        done = eventually(lambda: (lambda query: query["QueryStatus"] not in ("QUEUED", "RUNNING") and query)(
            ask("DescribeQuery", QueryId=started.json()["QueryId"]).json()))
        assert done["QueryStatus"] == "FINISHED", (name, done)


def test_a_generated_query_is_started_by_its_alias(ask, store):
    needs_engine()
    generated = ask("GenerateQuery", EventDataStores=[store], Prompt="top errors").json()
    started = ask("StartQuery", QueryAlias=generated["QueryAlias"])
    described = ask("DescribeQuery", QueryId=started.json()["QueryId"]).json()
    assert described["QueryString"] == generated["QueryStatement"] and described["Prompt"] == "top errors"
