# SPDX-License-Identifier: Apache-2.0
"""The story of Lake with the AWS CLI: a store is made, filled from an archive of real records, queried, and the
rows delivered and verified."""
import collections
import gzip
import json
import re

import pytest

import lake as lakes
import records
from cairn_daemon import eventually

BUCKET, ROLE = "archive", "arn:aws:iam::123456789012:role/import"
DELIVERED = "s3://archive/results"


@pytest.fixture(scope="module")
def aws(aws_cli):
    """Only AWS CLI 2 has verify-query-results."""
    return aws_cli("2")


@pytest.fixture(scope="module")
def cloudtrail(shared_daemon, aws):
    lakes.needs_engine()

    def run(operation, *arguments):
        return json.loads(aws(shared_daemon, "cloudtrail", operation, *arguments).stdout)
    return run


@pytest.fixture(scope="module")
def archived(shared_daemon, shared_data):
    """The records that a bucket holds as a trail would have delivered them."""
    s3 = shared_daemon.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    found = []
    for path in sorted(shared_data.glob("*.json")):
        account, region, day = re.match(r"(\d+)_CloudTrail_([^_]+)_(\d{8})T", path.name).groups()
        found += json.loads(path.read_text())["Records"]
        key = f"AWSLogs/{account}/CloudTrail/{region}/{day[:4]}/{day[4:6]}/{day[6:]}/{path.name}.gz"
        s3.put_object(Bucket=BUCKET, Key=key, Body=gzip.compress(path.read_bytes()))
    return found


@pytest.fixture(scope="module")
def store(cloudtrail, archived):
    """The ARN of a store with all of them."""
    created = cloudtrail("create-event-data-store", "--name", "story", "--retention-period", "3653", "--no-termination-protection-enabled")
    store = created["EventDataStoreArn"]
    source = {"S3": {"S3LocationUri": f"s3://{BUCKET}/", "S3BucketRegion": "us-east-1", "S3BucketAccessRoleArn": ROLE}}
    started = cloudtrail("start-import", "--destinations", store, "--import-source", json.dumps(source))

    def ended():
        found = cloudtrail("get-import", "--import-id", started["ImportId"])
        return found["ImportStatus"] in ("COMPLETED", "FAILED", "STOPPED") and found
    done = eventually(ended, timeout_s=120, every_s=1)
    assert done["ImportStatus"] == "COMPLETED", done
    assert done["ImportStatistics"]["EventsCompleted"] == len({record["eventID"] for record in archived})
    return store


def started(cloudtrail, statement, *arguments):
    return cloudtrail("start-query", "--query-statement", statement, *arguments)["QueryId"]


def described(daemon, cloudtrail, query_id):
    """What the AWS CLI shows of the query once it has ended. It takes the CLI a second to start: the SDK waits."""
    lakes.ended(daemon.client("cloudtrail"), query_id)
    return cloudtrail("describe-query", "--query-id", query_id)


def pages(cloudtrail, query_id, size):
    """The pages of a query's rows."""
    token = []
    while True:
        page = cloudtrail("get-query-results", "--query-id", query_id, "--max-query-results", str(size), "--no-paginate", *token)
        yield [{name: value for cell in row for name, value in cell.items()} for row in page["QueryResultRows"]]
        if "NextToken" not in page:
            return
        token = ["--next-token", page["NextToken"]]


def test_what_was_imported_is_counted_by_a_query(shared_daemon, cloudtrail, store, archived):
    table = store.rpartition("/")[2]
    expected = collections.Counter((record["eventSource"], record["eventName"]) for record in
                                   {record["eventID"]: record for record in archived}.values() if record["eventTime"] < "2024")
    query_id = started(cloudtrail, f"SELECT eventSource, eventName, count(*) AS n FROM {table} WHERE eventTime < '2024-01-01 00:00:00' "
                                   "GROUP BY eventSource, eventName ORDER BY n DESC, eventSource, eventName")
    query = described(shared_daemon, cloudtrail, query_id)
    assert query["QueryStatus"] == "FINISHED", query
    assert query["QueryStatistics"]["EventsMatched"] == len(expected) and query["QueryStatistics"]["EventsScanned"] >= sum(expected.values())
    found = list(pages(cloudtrail, query_id, 60))
    assert all(len(page) == 60 for page in found[:-1])
    rows = [(row["eventSource"], row["eventName"], int(row["n"])) for page in found for row in page]
    assert rows == sorted(((source, name, n) for (source, name), n in expected.items()), key=lambda row: (-row[2], row[0], row[1]))
    assert query_id in {listed["QueryId"] for listed in cloudtrail("list-queries", "--event-data-store", store)["Queries"]}


def test_the_status_tells_what_an_archive_is_proved_to_be(shared_daemon, store):
    assert store
    found = [one for one in shared_daemon.cairn("GetStatus").json()["Imports"] if one["S3LocationUri"] == f"s3://{BUCKET}/"]
    assert [(one["ProvedComplete"], one["Proof"]) for one in found] == [(False, "there are no digests: nothing can be proved")]


def test_new_events_can_be_queried(shared_daemon, cloudtrail, store):
    table = store.rpartition("/")[2]
    record = records.record()
    shared_daemon.send([record])
    client = shared_daemon.client("cloudtrail")
    eventually(lambda: lakes.answer(client, f"SELECT eventID FROM {table} WHERE eventID = '{record['eventID']}'") != [])


def test_a_query_is_cancelled(shared_daemon, cloudtrail, store):
    table = store.rpartition("/")[2]
    query_id = started(cloudtrail, lakes.endless(table))
    assert cloudtrail("cancel-query", "--query-id", query_id)["QueryStatus"] == "CANCELLED"
    assert described(shared_daemon, cloudtrail, query_id)["QueryStatus"] == "CANCELLED"


def test_delivered_rows_are_verified_by_the_aws_cli(shared_daemon, aws, cloudtrail, store, archived, tmp_path):
    table = store.rpartition("/")[2]
    query_id = started(cloudtrail, f"SELECT eventID, eventName FROM {table} WHERE eventTime < '2024-01-01' ORDER BY eventID",
                       "--delivery-s3-uri", DELIVERED)
    eventually(lambda: shared_daemon.client("cloudtrail").describe_query(QueryId=query_id).get("DeliveryStatus") not in (None, "PENDING"))
    query = described(shared_daemon, cloudtrail, query_id)
    assert (query["DeliveryStatus"], query["DeliveryS3Uri"]) == ("SUCCESS", DELIVERED)
    s3 = shared_daemon.client("s3")
    keys = [found["Key"] for found in s3.list_objects_v2(Bucket=BUCKET, Prefix="results/")["Contents"]]
    folder = keys[0].rpartition("/")[0]
    assert re.fullmatch(rf"results/AWSLogs/123456789012/CloudTrail-Lake/Query/\d{{4}}/\d\d/\d\d/{query_id}", folder)
    assert {key.rpartition("/")[2] for key in keys} == {"result_1.csv.gz", "result_sign.json"}
    lines = gzip.decompress(s3.get_object(Bucket=BUCKET, Key=f"{folder}/result_1.csv.gz")["Body"].read()).decode().splitlines()
    assert len(lines) - 1 == len({record["eventID"] for record in archived if record["eventTime"] < "2024"})
    verified = aws(shared_daemon, "cloudtrail", "verify-query-results", "--s3-bucket", BUCKET, "--s3-prefix", folder)
    assert "Successfully validated sign and query result files" in verified.stdout
    for key in keys:
        (tmp_path / key.rpartition("/")[2]).write_bytes(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    (tmp_path / "result_1.csv.gz").write_bytes(gzip.compress(b"eventID,eventName\n"))
    forged = aws(shared_daemon, "cloudtrail", "verify-query-results", "--local-export-path", str(tmp_path), check=False)
    assert forged.returncode != 0


def test_a_store_is_deleted_and_restored(cloudtrail, aws, shared_daemon, store):
    aws(shared_daemon, "cloudtrail", "delete-event-data-store", "--event-data-store", store)
    assert cloudtrail("get-event-data-store", "--event-data-store", store)["Status"] == "PENDING_DELETION"
    assert cloudtrail("restore-event-data-store", "--event-data-store", store)["Status"] == "ENABLED"
