# SPDX-License-Identifier: Apache-2.0
"""The whole path with the stock AWS CLI: import, delivery, digests, `aws cloudtrail validate-logs`, tampering (P4).

Debian's 2.9 goes as far as it can: its validate-logs asks AWS's own S3, whatever --endpoint-url says.
"""
import datetime
import gzip
import json
import re

import pytest

from cairn_daemon import daemons, eventually, settled
from digest_chain import Chain

ACCOUNT = "123837392027"  # the account of the real records
TRAIL = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/main"


class Story:
    """A daemon whose trail has delivered the real records, and stopped: what is in the bucket stays as it is."""

    def __init__(self, daemon, aws):
        self.daemon, self.aws = daemon, aws
        self.s3, self.trails = daemon.client("s3"), daemon.client("cloudtrail")

    def record(self, folder):
        self.aws(self.daemon, "s3", "mb", "s3://audit")
        made = self.aws(self.daemon, "cloudtrail", "create-trail", "--name", "main", "--s3-bucket-name", "audit",
                        "--is-multi-region-trail", "--enable-log-file-validation")
        assert json.loads(made.stdout)["TrailARN"] == TRAIL
        self.aws(self.daemon, "cloudtrail", "start-logging", "--name", "main")
        self.chain = Chain(self.s3, self.trails, TRAIL, "audit")
        eventually(lambda: self.trails.list_public_keys()["PublicKeyList"])
        self.chain = Chain(self.s3, self.trails, TRAIL, "audit")
        eventually(lambda: self.digests, every_s=0.2)  # so that the one with log files is not the first
        summary = json.loads(self.daemon.run("import", "--output", "json", str(folder)).stdout)
        assert (summary["accepted"], summary["refused"]) == (1233, 0)
        eventually(lambda: imported_ids(folder) <= self.delivered_ids(), every_s=0.5)
        eventually(lambda: set(self.chain.log_keys()) <= set(self.chain.validate().logs), every_s=0.5)
        eventually(lambda: len(self.digests) > 2, every_s=0.2)  # so that one has neighbours on both sides
        self.aws(self.daemon, "cloudtrail", "stop-logging", "--name", "main")
        eventually(lambda: "StopLogging" in self.all_text() and set(self.chain.log_keys()) <= set(self.chain.validate().logs), every_s=0.5)
        settled(lambda: self.digests, quiet_s=4)  # the chain's last digest may be an empty one

    @property
    def digests(self):
        return self.chain.listed(self.chain.digest_pattern)

    def read(self, key):
        return gzip.decompress(self.s3.get_object(Bucket="audit", Key=key)["Body"].read())

    def all_text(self):
        return "".join(self.read(key).decode() for key in self.chain.log_keys())

    def delivered_ids(self):
        """The event ids in every log file; an id that is there twice fails at once."""
        ids = [record["eventID"] for key in self.chain.log_keys() for record in json.loads(self.read(key))["Records"]]
        assert len(ids) == len(set(ids))
        return set(ids)

    def validate(self):
        start = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        done = self.aws(self.daemon, "cloudtrail", "validate-logs", "--trail-arn", TRAIL, "--start-time", start, "--verbose",
                        check=False)
        return done.returncode, done.stdout + done.stderr

    def harm(self, key, body=None):
        """Put another body under a key, or remove it; returns what puts the old one back."""
        old = self.s3.get_object(Bucket="audit", Key=key)
        data, metadata = old["Body"].read(), old["Metadata"]
        if body is None:
            self.s3.delete_object(Bucket="audit", Key=key)
        else:
            self.s3.put_object(Bucket="audit", Key=key, Body=body, Metadata=metadata)
        return lambda: self.s3.put_object(Bucket="audit", Key=key, Body=data, Metadata=metadata)


def imported_ids(folder):
    return {record["eventID"] for path in folder.glob("*.json") for record in json.loads(path.read_text())["Records"]}


@pytest.fixture(scope="module")
def story(request, shared_data, aws_cli, tmp_path_factory):
    aws = aws_cli(request.param)
    with daemons(tmp_path_factory.mktemp("story")) as start:
        story = Story(start("--account-id", ACCOUNT, "--delivery-interval", "1s", "--digest-interval", "2s"), aws)
        story.record(shared_data)
        yield story


each_cli = pytest.mark.parametrize("story", ["debian", "newest"], indirect=True)
newest_cli = pytest.mark.parametrize("story", ["newest"], indirect=True)


@each_cli
def test_the_aws_cli_lists_awss_layout(story):
    listing = story.aws(story.daemon, "s3", "ls", "--recursive", "s3://audit").stdout
    names = {line.split(None, 3)[3] for line in listing.splitlines()}
    today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d")
    log = re.compile(rf"AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/(\d{{4}})/(\d\d)/(\d\d)/{ACCOUNT}_CloudTrail_us-east-1_\1\2\3T\d{{4}}Z_[A-Za-z0-9]{{16}}\.json\.gz")
    digest = re.compile(rf"AWSLogs/{ACCOUNT}/CloudTrail-Digest/us-east-1/(\d{{4}})/(\d\d)/(\d\d)/"
                        rf"{ACCOUNT}_CloudTrail-Digest_us-east-1_main_us-east-1_\1\2\3T\d{{6}}Z\.json\.gz")
    logs, digests = ({name for name in names if pattern.fullmatch(name)} for pattern in (log, digest))
    assert logs and digests and any(today in name for name in digests)
    assert {name for name in names - logs - digests if not name.endswith("/")} == set()


@newest_cli
def test_the_aws_cli_finds_everything_valid(story):
    status, text = story.validate()
    assert status == 0 and "INVALID" not in text, text
    assert f"{len(story.digests)}/{len(story.digests)} digest files valid" in text
    assert f"{len(story.chain.log_keys())}/{len(story.chain.log_keys())} log files valid" in text


def big_log(story):
    return max(story.chain.log_keys(), key=lambda key: len(story.read(key)))


def with_one_byte_altered(text):
    at = text.index(b'"eventName":"') + len(b'"eventName":"')
    return gzip.compress(text[:at] + b"X" + text[at + 1 :])


def alter_log(story):
    key = big_log(story)
    return key, "Log file", "hash value doesn't match", story.harm(key, with_one_byte_altered(story.read(key)))


def delete_log(story):
    key = big_log(story)
    return key, "Log file", "not found", story.harm(key)


def lengthen_log(story):
    key = big_log(story)
    longer = story.s3.get_object(Bucket="audit", Key=key)["Body"].read() + gzip.compress(b"more")
    return key, "Log file", "unexpected data after end of compressed stream", story.harm(key, longer)


def delete_digest(story):
    key = story.digests[-2]
    return key, "Digest file", "not found", story.harm(key)


def alter_digest(story):
    key = story.digests[-2]
    text = story.read(key)
    later = text.replace(b'"awsAccountId":"1', b'"awsAccountId":"2')
    assert later != text
    return key, "Digest file", "signature verification failed", story.harm(key, gzip.compress(later))


def move_digest(story):
    older, key = story.digests[-3], story.digests[-2]
    body = story.s3.get_object(Bucket="audit", Key=older)["Body"].read()
    return key, "Digest file", "has been moved from its original location", story.harm(key, body)


@newest_cli
@pytest.mark.parametrize("harm", [alter_log, delete_log, lengthen_log, alter_digest, delete_digest, move_digest])
def test_what_was_altered_or_removed_is_reported(story, harm):
    key, kind, reason, repair = harm(story)
    try:
        status, text = story.validate()
        report = story.chain.validate()
    finally:
        repair()
    assert status == 1
    assert f"{kind}\ts3://audit/{key}\tINVALID: {reason}" in text
    assert text.count("\tINVALID: ") == 1, text
    assert reason in report.invalid.get(key, ""), report  # our own validator judges as the AWS CLI does
    assert story.chain.validate().is_one_good_chain
