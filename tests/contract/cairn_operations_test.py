# SPDX-License-Identifier: Apache-2.0
"""What CloudTrail has no operation for: Search, Tail, GetStatus, and the commands on top of them."""
import json
import threading
import time
import uuid

import pytest

import records
from cairn_daemon import ACCOUNT, HANG_S, eventually


def answered(answer):
    assert answer.status == 200, answer
    return answer.json()


def search(daemon, **parameters):
    return answered(daemon.cairn("Search", parameters))["Events"]


def found(daemon, record):
    """The record as Search shows it, once it does."""
    return eventually(lambda: search(daemon, Filters=[{"Name": "EventId", "Value": record["eventID"]}]))[0]


def test_search_shows_what_is_known_of_an_event(shared_daemon):
    record = records.record(user=records.assumed_role(session="night-run"), errorCode="AccessDenied", errorMessage="no")
    shared_daemon.send([record])
    event = found(shared_daemon, record)
    assert (event["EventName"], event["Username"], event["ErrorCode"]) == ("CreateBucket", "night-run", "AccessDenied")
    assert (event["AccountId"], event["AwsRegion"], event["SourceIPAddress"]) == (ACCOUNT, "us-east-1", "198.51.100.23")
    assert event["UserArn"] == record["userIdentity"]["arn"]
    assert event["Witnessed"] is False and event["Position"] > 0 and event["ArrivalTime"] > 0
    assert json.loads(event["CloudTrailEvent"]) == record


@pytest.mark.parametrize("name, value", [
    ("SourceIPAddress", "192.0.2.200"), ("ErrorCode", "Strange"), ("UserArn", "arn:aws:iam::123456789012:user/odd"),
    ("ResourceArn", "arn:aws:s3:::odd-bucket"), ("AccessKeyId", "AKIAODD0000000000001"),
])
def test_search_finds_by_fields_that_lookups_do_not_know(shared_daemon, name, value):
    odd = records.record(sourceIPAddress="192.0.2.200", errorCode="Strange", errorMessage="odd",
                         user=records.iam_user("odd", access_key="AKIAODD0000000000001"),
                         resources=[{"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::odd-bucket"}])
    shared_daemon.send([odd, records.record()])
    found(shared_daemon, odd)
    events = search(shared_daemon, Filters=[{"Name": name, "Value": value}])
    assert odd["eventID"] in {event["EventId"] for event in events}
    assert {event["UserArn"] for event in events} == {"arn:aws:iam::123456789012:user/odd"}


def test_a_page_of_large_events_ends_before_it_is_too_large_to_send(daemon):
    filler = {"filler": "\"" * 100000}  # twice as long in an answer, where a record is a text
    batches = [[records.record("PutFiller", requestParameters=filler) for _ in range(50)] for _ in range(8)]
    for batch in batches:
        assert daemon.send(batch, compress=True).json()["Accepted"] == 50
    ids = [record["eventID"] for batch in batches for record in batch]
    eventually(lambda: search(daemon, Filters=[{"Name": "EventId", "Value": ids[-1]}]))
    question = {"Filters": [{"Name": "EventName", "Value": "PutFiller"}], "MaxResults": 1000}
    seen, pages = [], 0
    while True:
        page = answered(daemon.cairn("Search", question))
        seen += [event["EventId"] for event in page["Events"]]
        pages += 1
        if "NextToken" not in page:
            break
        question["NextToken"] = page["NextToken"]
    assert sorted(seen) == sorted(ids) and pages > 1


def test_filters_hold_together(shared_daemon):
    user = f"user-{uuid.uuid4().hex[:8]}"
    made = records.record("CreateBucket", user=records.iam_user(user))
    gone = records.record("DeleteBucket", user=records.iam_user(user))
    shared_daemon.send([made, gone])
    found(shared_daemon, gone)
    events = search(shared_daemon, Filters=[{"Name": "Username", "Value": user}, {"Name": "EventName", "Value": "DeleteBucket"}])
    assert [event["EventId"] for event in events] == [gone["eventID"]]


def test_search_pages(shared_daemon):
    user = f"user-{uuid.uuid4().hex[:8]}"
    batch = records.records(25, user=records.iam_user(user))
    shared_daemon.send(batch)
    found(shared_daemon, batch[-1])
    ids, token = [], None
    while True:
        page = answered(shared_daemon.cairn("Search", {"Filters": [{"Name": "Username", "Value": user}], "MaxResults": 10,
                                                       **({"NextToken": token} if token else {})}))
        ids += [event["EventId"] for event in page["Events"]]
        token = page.get("NextToken")
        if not token:
            break
    assert sorted(ids) == sorted(record["eventID"] for record in batch)


def test_tail_waits_and_brings_new_events_oldest_first(shared_daemon):
    filters = [{"Name": "Username", "Value": "tailed"}]
    start = answered(shared_daemon.cairn("Tail", {"WaitSeconds": 0, "Filters": filters}))
    batch = records.records(3, user=records.iam_user("tailed"))
    timer = threading.Timer(1, lambda: shared_daemon.send(batch))
    timer.start()
    started, ids, position = time.monotonic(), [], start["Position"]
    while len(ids) < 3 and time.monotonic() - started < HANG_S:
        page = answered(shared_daemon.cairn("Tail", {"AfterPosition": position, "WaitSeconds": 10, "Filters": filters,
                                                     "SessionId": start["SessionId"]}))
        ids += [event["EventId"] for event in page["Events"]]
        position = page["Position"]
    timer.join()
    assert ids == [record["eventID"] for record in batch]


def test_a_tail_is_one_record_however_often_it_polls(shared_daemon):
    start = answered(shared_daemon.cairn("Tail", {"WaitSeconds": 0}))

    def recorded():
        return len(search(shared_daemon, Filters=[{"Name": "EventName", "Value": "Tail"}], MaxResults=1000))

    shared_daemon.catch_up()
    before = recorded()
    assert before > 0
    for _ in range(5):
        answered(shared_daemon.cairn("Tail", {"WaitSeconds": 0, "AfterPosition": start["Position"], "SessionId": start["SessionId"]}))
    shared_daemon.catch_up()
    assert recorded() == before


def test_the_status_tells_positions_and_counts(shared_daemon):
    record = records.record()
    shared_daemon.send([record])
    found(shared_daemon, record)
    status = answered(shared_daemon.cairn("GetStatus"))
    assert status["AccountId"] == ACCOUNT
    assert status["JournalPosition"] >= status["HistoryPosition"] > 0
    assert status["Admission"]["Admitted"] >= 1
    assert {reader["Name"] for reader in status["Readers"]} >= {"history", "delivery"}


def test_verify_trail_counts_what_a_trail_delivered(shared_daemon):
    answer = shared_daemon.cairn("VerifyTrail", {"TrailName": "no-such-trail"})
    assert answer.status == 400 and answer.json()["__type"] == "TrailNotFoundException"
    shared_daemon.client("s3").create_bucket(Bucket="verify-audit")
    arn = shared_daemon.client("cloudtrail").create_trail(Name="to-verify", S3BucketName="verify-audit")["TrailARN"]
    verified = answered(shared_daemon.cairn("VerifyTrail", {"TrailName": arn}))
    assert verified["TrailARN"] == arn and verified["IsValid"] and verified["Findings"] == []
    assert verified["Digests"] == verified["LogFiles"] == 0
    answer = shared_daemon.cairn("VerifyTrail", {"TrailName": arn, "StartTime": 2000000000, "EndTime": 1000000000})
    assert answer.json()["__type"] == "InvalidTimeRangeException"


# The commands

def test_lookup_prints_a_table_and_records_that_can_be_imported_again(start_daemon, tmp_path):
    daemon = start_daemon()
    record = records.record(user=records.iam_user("printed"))
    daemon.send([record])
    found(daemon, record)
    assert "printed" in daemon.run("lookup", "--username", "printed").stdout
    text = daemon.run("lookup", "--username", "printed", "--output", "json").stdout
    assert json.loads(text)["Records"] == [record]
    (tmp_path / "again.json").write_text(text)
    summary = json.loads(daemon.run("import", "--output", "json", tmp_path / "again.json").stdout)
    assert (summary["accepted"], summary["duplicate"]) == (0, 1)


def test_an_event_cannot_command_the_terminal_that_shows_it(daemon):
    record = records.record("Odd\x1b[2J\x9b2J\x7fName", user=records.iam_user("hostile"))
    daemon.send([record])
    found(daemon, record)
    shown = daemon.run("lookup", "--username", "hostile").stdout
    assert "Odd?[2J?2J?Name" in shown


def test_lookup_reads_the_folder_of_a_stopped_daemon(start_daemon):
    daemon = start_daemon()
    batch = records.records(20, user=records.iam_user("stored"))
    daemon.send(batch)
    daemon.stop()
    text = daemon.run("lookup", "--data", daemon.data, "--username", "stored", "--output", "json").stdout
    assert {record["eventID"] for record in json.loads(text)["Records"]} == {record["eventID"] for record in batch}


def test_status_says_in_words_and_in_json_how_things_are(shared_daemon):
    assert json.loads(shared_daemon.run("status", "--output", "json").stdout)
    assert "history" in shared_daemon.run("status").stdout


def test_a_command_that_reaches_no_daemon_says_so_and_fails(shared_daemon):
    done = shared_daemon.run("status", "--endpoint", "http://127.0.0.1:9", check=False)
    assert done.returncode != 0
    assert "127.0.0.1:9" in done.stderr
    done = shared_daemon.run("lookup", "--no-such-flag", check=False)
    assert done.returncode != 0 and "no-such-flag" in done.stderr
