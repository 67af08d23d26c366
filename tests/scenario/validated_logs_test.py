# SPDX-License-Identifier: Apache-2.0
"""The whole path with the stock AWS CLI: import, delivery, digests, `aws cloudtrail validate-logs`, tampering."""
import datetime
import gzip
import json
import re

import pytest

from cairn_daemon import eventually

ACCOUNT = "123837392027"  # the account of the real records
TRAIL = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/main"
LOG = re.compile(rf"AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/\d{{4}}/\d\d/\d\d/{ACCOUNT}_CloudTrail_us-east-1_\d{{8}}T\d{{4}}Z_[A-Za-z0-9]{{16}}\.json\.gz")
DIGEST = re.compile(rf"AWSLogs/{ACCOUNT}/CloudTrail-Digest/us-east-1/\d{{4}}/\d\d/\d\d/"
                    rf"{ACCOUNT}_CloudTrail-Digest_us-east-1_main_us-east-1_\d{{8}}T\d{{6}}Z\.json\.gz")


@pytest.fixture
def audited(start_daemon, shared_data, aws):
    """A daemon whose trail has delivered the real records, with a digest of each log file."""
    daemon = start_daemon("--account-id", ACCOUNT, "--delivery-interval", "1s", "--digest-interval", "5s")
    aws(daemon, "s3", "mb", "s3://audit")
    made = json.loads(aws(daemon, "cloudtrail", "create-trail", "--name", "main", "--s3-bucket-name", "audit",
                          "--is-multi-region-trail", "--enable-log-file-validation").stdout)
    assert made["TrailARN"] == TRAIL
    aws(daemon, "cloudtrail", "start-logging", "--name", "main")
    summary = daemon.run("import", "--output", "json", str(shared_data))
    assert json.loads(summary.stdout)["accepted"] == 1233
    s3 = daemon.client("s3")
    eventually(lambda: len(delivered_ids(s3) & imported_ids(shared_data)) == 1233, timeout_s=60, every_s=1)
    last = max(log_keys(s3))
    eventually(lambda: any(last in digest for digest in digests(s3).values()), timeout_s=60, every_s=1)
    return daemon


def keys(s3, pattern):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="audit")
    return sorted(entry["Key"] for page in pages for entry in page.get("Contents", []) if pattern.fullmatch(entry["Key"]))


def log_keys(s3):
    return keys(s3, LOG)


def read(s3, key):
    return gzip.decompress(s3.get_object(Bucket="audit", Key=key)["Body"].read()).decode()


def digests(s3):
    return {key: read(s3, key) for key in keys(s3, DIGEST)}


def delivered_ids(s3):
    """The event ids in every log file; an id that is there twice fails at once."""
    ids = [record["eventID"] for key in log_keys(s3) for record in json.loads(read(s3, key))["Records"]]
    assert len(ids) == len(set(ids))
    return set(ids)


def imported_ids(folder):
    return {record["eventID"] for path in folder.glob("*.json") for record in json.loads(path.read_text())["Records"]}


def validate(aws, daemon, **options):
    start = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return aws(daemon, "cloudtrail", "validate-logs", "--trail-arn", TRAIL, "--start-time", start, "--verbose", **options)


def test_the_aws_cli_lists_awss_layout_and_finds_everything_valid(audited, aws):
    listing = aws(audited, "s3", "ls", "--recursive", "s3://audit").stdout
    names = [line.split(None, 3)[3] for line in listing.splitlines()]
    assert any(LOG.fullmatch(name) for name in names)
    assert any(DIGEST.fullmatch(name) for name in names)
    done = validate(aws, audited)
    assert "INVALID" not in done.stdout + done.stderr
    assert re.search(r"(\d+)/\1 digest files valid", done.stdout)
    assert re.search(r"(\d+)/\1 log files valid", done.stdout)


@pytest.mark.parametrize("harm", ["one byte of a log file", "a log file", "a digest"])
def test_what_was_altered_or_removed_is_reported(audited, aws, harm):
    s3 = audited.client("s3")
    log = max(log_keys(s3), key=lambda key: s3.head_object(Bucket="audit", Key=key)["ContentLength"])
    eventually(lambda: len(digests(s3)) > 2, timeout_s=60, every_s=1)
    digest = sorted(digests(s3))[1]  # neither the first nor the last
    if harm == "one byte of a log file":
        text = read(s3, log)
        at = text.index('"eventName":"') + len('"eventName":"')
        s3.put_object(Bucket="audit", Key=log, Body=gzip.compress((text[:at] + "X" + text[at + 1 :]).encode()))
        expected = f"Log file\ts3://audit/{log}\tINVALID: hash value doesn't match"
    elif harm == "a log file":
        s3.delete_object(Bucket="audit", Key=log)
        expected = f"Log file\ts3://audit/{log}\tINVALID: not found"
    else:
        s3.delete_object(Bucket="audit", Key=digest)
        expected = f"Digest file\ts3://audit/{digest}\tINVALID: not found"
    done = validate(aws, audited, check=False)
    assert done.returncode == 1
    assert expected in done.stdout + done.stderr
