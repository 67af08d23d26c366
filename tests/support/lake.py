# SPDX-License-Identifier: Apache-2.0
"""CloudTrail Lake in tests: is the SQL engine there, and queries to their last row."""
import os
import pathlib

import pytest

from cairn_daemon import binary, eventually

ENDED = ("FINISHED", "FAILED", "CANCELLED", "TIMED_OUT")


def engine_library():
    """Where the daemon under test finds its engine, or None."""
    beside = pathlib.Path(binary()).resolve().parent
    places = [os.environ.get("CAIRN_ENGINE_LIBRARY"), beside / "libduckdb.so", beside.parent / "build-engine/libduckdb.so"]
    return next((str(place) for place in places if place and pathlib.Path(place).is_file()), None)


def needs_engine():
    if engine_library() is None:
        pytest.skip("the SQL engine's library is not there: tools/fetch-engine gets it")


def ended(client, query_id, timeout_s=120):
    """What DescribeQuery says of the query once it has ended."""
    def look():
        described = client.describe_query(QueryId=query_id)
        return described["QueryStatus"] in ENDED and described
    return eventually(look, timeout_s=timeout_s)


def endless(table):
    """A statement that runs for hours and takes no memory: of a table of ten rows at least, half of whose joins may be kept."""
    others = " ".join(f"CROSS JOIN few {name}" for name in "bcdefghijkl")
    return f"WITH few AS (SELECT eventID FROM {table} LIMIT 10) SELECT sum(length(concat(a.eventID, l.eventID))) FROM few a {others}"


def rows(client, query_id, page_size=1000):
    """All rows, each a dict."""
    found, token = [], {}
    while True:
        page = client.get_query_results(QueryId=query_id, MaxQueryResults=page_size, **token)
        found += [{name: value for cell in row for name, value in cell.items()} for row in page["QueryResultRows"]]
        if "NextToken" not in page:
            return found
        token = {"NextToken": page["NextToken"]}


def answer(client, statement, **options):
    """The rows of a statement, which must be answered."""
    query_id = client.start_query(QueryStatement=statement, **options)["QueryId"]
    described = ended(client, query_id)
    assert described["QueryStatus"] == "FINISHED", described
    return rows(client, query_id)
