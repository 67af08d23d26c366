# SPDX-License-Identifier: Apache-2.0
"""Values of the Lake's SQL: every row of tests/lake/values.txt, through StartQuery to the rows that it answers."""
import pathlib
import re

import pytest

import lake as lakes
import records
from cairn_daemon import eventually

pytestmark = pytest.mark.any_sdk
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BATCH_BYTES, BATCH_ITEMS = 6000, 50
EVENT = {
    "eventTime": "2026-01-02T03:04:05Z", "awsRegion": "us-east-1", "eventSource": "s3.amazonaws.com", "readOnly": False,
    "userIdentity": {
        "type": "AssumedRole", "principalId": "AROAEXAMPLE:me", "arn": "arn:aws:sts::123456789012:assumed-role/admin/me",
        "sessionContext": {"sessionIssuer": {"type": "Role", "userName": "admin"},
                           "attributes": {"creationDate": "2026-01-01T00:00:00Z", "mfaAuthenticated": "false"}}},
    "requestParameters": {"bucketName": "my-bucket", "policy": '{"Version":"2012"}', "Host": "h"},
    "resources": [{"accountId": "123456789012", "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::my-bucket"}],
}


def table_rows():
    """(line, expression or statement, expected text) of each row."""
    for number, line in enumerate((ROOT / "tests/lake/values.txt").read_text().splitlines(), 1):
        if line and not line.startswith("#"):
            expression, _, expected = line.rpartition(" =>")
            yield number, expression, expected.strip()


def is_statement(expression):
    return re.match(r"(SELECT|WITH|DELETE)\b", expression) is not None


def statement_of(expression, table):
    return expression.replace("STORE", table) if is_statement(expression) else f"SELECT {expression} FROM {table}"


@pytest.fixture
def table(shared_daemon, lake, account):
    """A store with the one event that the rows speak of, and none of the test's own calls."""
    lakes.needs_engine()
    fields = [{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "eventName", "Equals": ["PutBucketPolicy"]}]
    store = lake.create_event_data_store(Name="values", RetentionPeriod=3653, AdvancedEventSelectors=[{"FieldSelectors": fields}])
    table = store["EventDataStoreArn"].rpartition("/")[2]
    sent = records.record("PutBucketPolicy", account=account, **EVENT)
    assert shared_daemon.send([sent]).json()["Accepted"] == 1
    eventually(lambda: lakes.answer(lake, f"SELECT count(*) AS n FROM {table}") == [{"n": "1"}], timeout_s=60)
    return table


def fault_of(lake, statement):
    """The words of a statement's error, be it refused at once or failed while it ran; None where it has none."""
    try:
        query_id = lake.start_query(QueryStatement=statement)["QueryId"]
    except lake.exceptions.ClientError as error:
        return error.response["Error"]["Message"]
    return lakes.ended(lake, query_id).get("ErrorMessage")


def items_of(number, expression, expected):
    """What is asked for a row, and what its answers are: a NULL looks like the empty text, so it is asked for."""
    whole = f"({expression})"
    if expected in ("", "<null>"):
        yield f"{whole} IS NULL AS n{number}", f"n{number}", "true" if expected else "false"
    yield f"{whole if is_statement(expression) else expression} AS v{number}", f"v{number}", "" if expected == "<null>" else expected


def batches(items):
    batch = []
    for item in items:
        if len(batch) == BATCH_ITEMS or sum(len(other[0]) + 2 for other in batch) > BATCH_BYTES:
            yield batch
            batch = []
        batch.append(item)
    yield batch


def test_expressions_and_statements_have_prestos_values(lake, table):
    usual = [row for row in table_rows() if not row[2].startswith("<error>")]
    assert len(usual) > 900
    wrong = []
    for batch in batches(item for row in usual for item in items_of(*row)):
        items = ", ".join(item for item, _, _ in batch).replace("STORE", table)
        [found] = lakes.answer(lake, f"SELECT {items} FROM {table}")
        wrong += [(item, found[name], expected) for item, name, expected in batch if found[name] != expected]
    assert not wrong


def test_what_is_not_covered_is_told(lake, table):
    wrong, told = [], 0
    for number, expression, expected in table_rows():
        if expected.startswith("<error>"):
            told += 1
            words = expected.removeprefix("<error>").strip()
            fault = fault_of(lake, statement_of(expression, table))
            wrong += [(number, expression, fault, expected)] if fault is None or words not in fault else []
    assert told > 20 and not wrong


def test_every_function_has_its_rows():
    """At least a usual value, a NULL and an edge for each name of the table of functions."""
    calls = re.findall(r'^(?:CALL|SPECIAL)\("(\w+)"', (ROOT / "src/presto/function_table.h").read_text(), re.M)
    assert len(set(calls)) > 200
    rows = [(expression, expected) for _, expression, expected in table_rows()]
    few = {name for name in calls if sum(re.search(rf"\b{name}\s*\(", expression, re.I) is not None for expression, _ in rows) < 3}
    assert not few
