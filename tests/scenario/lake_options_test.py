# SPDX-License-Identifier: Apache-2.0
"""Options of Lake: what each of them does."""
import re
import shutil

import cairn_daemon
import lake as lakes
import records
from cairn_daemon import eventually


def filled(daemon, count=20):
    """A client and the table's name of a store with that many events of this call."""
    client = daemon.client("cloudtrail")
    table = client.create_event_data_store(Name="main", TerminationProtectionEnabled=False)["EventDataStoreArn"].rpartition("/")[2]
    assert daemon.send([records.record("CreateUser") for _ in range(count)]).json()["Accepted"] == count
    counted = f"SELECT count(*) AS n FROM {table} WHERE eventName = 'CreateUser'"
    eventually(lambda: lakes.answer(client, counted) == [{"n": str(count)}], timeout_s=60)
    return client, table


def metric(daemon, name):
    return int(re.search(rf"^{name} (\d+)$", daemon.request("GET", "/metrics").body.decode(), re.MULTILINE).group(1))


def test_a_query_past_its_time_is_timed_out_and_counted(start_daemon):
    lakes.needs_engine()
    daemon = start_daemon()
    client, table = filled(daemon)
    eventually(lambda: metric(daemon, "cairn_queries_finished_total") >= 1)  # counted a moment after it is told
    daemon.restart("--query-timeout", "3s")
    query_id = eventually(lambda: daemon.call("StartQuery", {"QueryStatement": lakes.endless(table)}).json().get("QueryId"))  # planning has the same limit
    end = lakes.ended(client, query_id)
    assert end["QueryStatus"] == "TIMED_OUT", end
    eventually(lambda: metric(daemon, "cairn_queries_timed_out_total") == 1)


def test_queue_and_concurrency_bound_what_runs(start_daemon):
    lakes.needs_engine()
    daemon = start_daemon("--query-queue", "2", "--query-concurrency", "1")
    client, table = filled(daemon)
    made = [client.start_query(QueryStatement=lakes.endless(table))["QueryId"] for _ in range(2)]
    assert daemon.call("StartQuery", {"QueryStatement": lakes.endless(table)}).error == "MaxConcurrentQueriesException"
    eventually(lambda: [client.describe_query(QueryId=query_id)["QueryStatus"] for query_id in made] == ["RUNNING", "QUEUED"])
    assert (metric(daemon, "cairn_queries_running"), metric(daemon, "cairn_queries_queued")) == (1, 1)
    daemon.restart()  # what was interrupted runs again
    eventually(lambda: client.describe_query(QueryId=made[0])["QueryStatus"] == "RUNNING")


def test_the_text_of_events_can_be_left_out(start_daemon):
    lakes.needs_engine()
    for option, is_kept in (("on", True), ("off", False)):
        client, table = filled(start_daemon("--lake-event-json", option), count=1)
        row, = lakes.answer(client, f"SELECT eventJson FROM {table} WHERE eventName = 'CreateUser'")
        assert ('"eventName":"CreateUser"' in row["eventJson"].replace(" ", "")) == is_kept


def test_the_number_of_stores_is_an_option(start_daemon):
    daemon = start_daemon("--event-data-stores-max", "1")
    assert daemon.call("CreateEventDataStore", {"Name": "first"}).status == 200
    assert daemon.call("CreateEventDataStore", {"Name": "second"}).error == "EventDataStoreMaxLimitExceededException"


def test_a_query_that_needs_more_memory_than_it_may_have_fails(start_daemon):
    lakes.needs_engine()
    daemon = start_daemon("--query-memory", "128m")
    client, table = filled(daemon)
    many = f"SELECT cardinality(array_agg(concat(a.eventJson, b.eventJson, c.eventJson, d.eventJson))) FROM {table} a " + \
        " ".join(f"CROSS JOIN {table} {name}" for name in "bcd")
    query_id = client.start_query(QueryStatement=many)["QueryId"]
    described = lakes.ended(client, query_id, timeout_s=120)
    assert described["QueryStatus"] == "FAILED" and "memory" in described["ErrorMessage"].lower()


def test_the_engine_is_found_after_the_program_was_replaced(start_daemon, tmp_path, monkeypatch):
    """As an upgrade does, before the restart."""
    lakes.needs_engine()
    program, newer = tmp_path / "cairn", tmp_path / "cairn.new"
    shutil.copy(cairn_daemon.binary(), program)
    (tmp_path / "libduckdb.so").symlink_to(lakes.engine_library())
    monkeypatch.setattr(cairn_daemon, "binary", lambda: str(program))
    daemon = start_daemon()
    shutil.copy(program, newer)
    newer.rename(program)
    filled(daemon)
