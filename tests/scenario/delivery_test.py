# SPDX-License-Identifier: Apache-2.0
"""Trails deliver what their selectors match, to where AWS would put it, never twice and never less (P2, P4)."""
import gzip
import json
import re

import pytest

import records
from cairn_daemon import ACCOUNT, eventually


@pytest.fixture
def delivering(start_daemon):
    """A daemon with a bucket and quick delivery."""
    daemon = start_daemon("--delivery-interval", "1s", "--digest-interval", "2s")
    daemon.client("s3").create_bucket(Bucket="audit")
    return daemon


def make_trail(daemon, name="main", start=True, selectors=None, **options):
    trails = daemon.client("cloudtrail")
    arn = trails.create_trail(Name=name, S3BucketName="audit", **options)["TrailARN"]
    if selectors:
        trails.put_event_selectors(TrailName=name, AdvancedEventSelectors=selectors)
    if start:
        trails.start_logging(Name=name)
    return arn


def log_files(daemon, prefix="", bucket="audit"):
    """Key to records of each delivered log file."""
    s3 = daemon.client("s3")
    files = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for entry in page.get("Contents", []):
            if entry["Key"].endswith(".json.gz") and "/CloudTrail-Digest/" not in entry["Key"]:
                text = gzip.decompress(s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read())
                files[entry["Key"]] = json.loads(text)["Records"]
    return files


def delivered(daemon, **options):
    """Ids in log files, in no order; twice is an error."""
    ids = [record.get("eventID") for batch in log_files(daemon, **options).values() for record in batch]
    assert len(ids) == len(set(ids)), "an event was delivered twice"
    return set(ids)


def send(daemon, *batch):
    answer = daemon.send(list(batch))
    assert answer.json()["Accepted"] == len(batch), answer
    return {record["eventID"] for record in batch}


def test_files_have_awss_names_and_form(delivering):
    make_trail(delivering, S3KeyPrefix="logs", IsMultiRegionTrail=True)
    ids = send(delivering, records.record(), records.record(region="eu-west-1"))
    eventually(lambda: ids <= delivered(delivering), every_s=0.3)
    for key, batch in log_files(delivering).items():
        match = re.fullmatch(rf"logs/AWSLogs/{ACCOUNT}/CloudTrail/([a-z0-9-]+)/\d{{4}}/\d\d/\d\d/"
                             rf"{ACCOUNT}_CloudTrail_([a-z0-9-]+)_\d{{8}}T\d{{4}}Z_[A-Za-z0-9]{{16}}\.json\.gz", key)
        assert match and match[1] == match[2], key
        assert {record["awsRegion"] for record in batch} == {match[1]}
    s3 = delivering.client("s3")
    key = next(iter(log_files(delivering)))
    data = s3.get_object(Bucket="audit", Key=key)["Body"].read()
    assert gzip.decompress(data).startswith(b'{"Records":[{')


def test_records_are_delivered_byte_for_byte(delivering):
    make_trail(delivering)
    record = records.record(requestParameters={"text": "\u00fc \U0001f4dc", "number": 12345678901234567890})
    text = json.dumps(record)
    delivering.send(f'{{"Records": [{text}]}}'.encode())
    eventually(lambda: record["eventID"] in delivered(delivering), every_s=0.3)
    s3 = delivering.client("s3")
    bodies = [gzip.decompress(s3.get_object(Bucket="audit", Key=key)["Body"].read()) for key in log_files(delivering)]
    assert any(text.encode() in body for body in bodies)


def test_a_single_region_trail_delivers_its_region_alone(delivering):
    make_trail(delivering)
    here, there = records.record(), records.record(region="eu-west-1")
    send(delivering, there, here)
    eventually(lambda: here["eventID"] in delivered(delivering), every_s=0.3)
    assert there["eventID"] not in delivered(delivering)


def test_selectors_decide_what_is_delivered(delivering):
    data = [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
                                {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::photos/"]}, {"Field": "readOnly", "Equals": ["true"]}]}]
    make_trail(delivering, selectors=data)
    wanted = records.s3_data_event("GetObject", bucket="photos")
    others = [records.s3_data_event("GetObject", bucket="films"), records.s3_data_event("PutObject", bucket="photos"), records.record()]
    send(delivering, *others, wanted)
    eventually(lambda: wanted["eventID"] in delivered(delivering), every_s=0.3)
    assert delivered(delivering) == {wanted["eventID"]}


def test_nothing_is_delivered_before_start_nor_after_stop(delivering):
    make_trail(delivering, start=False)
    trails = delivering.client("cloudtrail")
    before = send(delivering, records.record())
    trails.start_logging(Name="main")
    between = send(delivering, *records.records(3))
    trails.stop_logging(Name="main")
    after = send(delivering, records.record())
    trails.start_logging(Name="main")
    last = send(delivering, records.record())
    eventually(lambda: between | last <= delivered(delivering), every_s=0.3)
    assert not (before | after) & delivered(delivering)


def test_each_trail_gets_its_own_files(delivering):
    make_trail(delivering, "first", S3KeyPrefix="first")
    make_trail(delivering, "second", S3KeyPrefix="second")
    ids = send(delivering, *records.records(5))
    for prefix in ("first/", "second/"):
        eventually(lambda prefix=prefix: ids <= delivered(delivering, prefix=prefix), every_s=0.3)


def test_delivery_goes_on_where_it_was_after_a_stop_and_after_kill_9(delivering):
    make_trail(delivering)
    sent = set()
    for by_kill in (False, True, False):
        sent |= send(delivering, *records.records(20))
        delivering.restart(by_kill=by_kill)
    eventually(lambda: sent <= delivered(delivering), every_s=0.3)


def test_the_status_tells_of_deliveries_and_of_a_bucket_that_went_away(delivering):
    make_trail(delivering, EnableLogFileValidation=True)
    trails, s3 = delivering.client("cloudtrail"), delivering.client("s3")
    send(delivering, records.record())
    status = eventually(lambda: (lambda answer: answer if "LatestDigestDeliveryTime" in answer and "LatestDeliveryTime" in answer
                                 else None)(trails.get_trail_status(Name="main")), every_s=0.3)
    assert not status.get("LatestDeliveryError")

    def bucket_is_gone():
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket="audit"):
            s3.delete_objects(Bucket="audit", Delete={"Objects": [{"Key": entry["Key"]} for entry in page.get("Contents", [])]})
        try:
            s3.delete_bucket(Bucket="audit")
        except s3.exceptions.ClientError as problem:
            assert problem.response["Error"]["Code"] == "BucketNotEmpty"  # one more file was delivered
            return False
        return True

    eventually(bucket_is_gone)
    ids = send(delivering, records.record())
    eventually(lambda: trails.get_trail_status(Name="main").get("LatestDeliveryError") == "NoSuchBucket", every_s=0.3)
    eventually(lambda: "event=delivery_failed" in delivering.log(), every_s=0.3)
    s3.create_bucket(Bucket="audit")
    eventually(lambda: ids <= delivered(delivering), every_s=1)
    eventually(lambda: not trails.get_trail_status(Name="main").get("LatestDeliveryError"), every_s=0.3)


def test_metrics_count_what_happened(delivering):
    make_trail(delivering)
    ids = send(delivering, *records.records(7))
    eventually(lambda: ids <= delivered(delivering), every_s=0.3)
    text = delivering.request("GET", "/metrics", sign=None).body.decode()
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
    assert float(values["cairn_events_admitted_total"]) >= 7
    assert float(values["cairn_delivery_files_total"]) >= 1
    assert float(values["cairn_unrecorded_reads_total"]) == 0
    requests = float(values["cairn_http_requests_total"])
    delivering.client("s3").list_buckets()
    delivering.send(records.records(1))
    assert delivering.request("GET", "/nothing/here", sign=None).status < 500
    text = delivering.request("GET", "/metrics", sign=None).body.decode()
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
    assert float(values["cairn_http_requests_total"]) == requests + 4  # every door counts, the first /metrics too
    assert float(values["cairn_http_errors_total"]) == 0
