# SPDX-License-Identifier: Apache-2.0
"""The life of a digest chain: stop and start, validation off and on, rotated keys, several regions and trails."""
import re
import time

import pytest

import records
from cairn_daemon import eventually, settled
from digest_chain import Chain

REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2")


@pytest.fixture
def audited(start_daemon):
    daemon = start_daemon("--delivery-interval", "1s", "--digest-interval", "1s", "--key-rotation-interval", "4s")
    daemon.client("s3").create_bucket(Bucket="audit")
    return daemon


def make_trail(daemon, name="main", **options):
    trails = daemon.client("cloudtrail")
    arn = trails.create_trail(Name=name, S3BucketName="audit", EnableLogFileValidation=True, **options)["TrailARN"]
    trails.start_logging(Name=name)
    return arn


def chain_of(daemon, arn, **options):
    return Chain(daemon.client("s3"), daemon.client("cloudtrail", region=options.get("region") or "us-east-1"), arn, "audit", **options)


def send(daemon, count=3, **options):
    assert daemon.send(records.records(count, **options)).json()["Accepted"] == count


def covered(daemon, arn, logs_min=1, **options):
    """Wait until digests name all log files, of which there are enough; returns the report."""
    def look():
        chain = chain_of(daemon, arn, **options)
        logs, report = set(chain.log_keys()), chain.validate()
        return report if len(logs) >= logs_min and logs <= set(report.logs) else None

    return eventually(look, every_s=0.3)


def covered_text(daemon, arn):
    """What stands in the log files that digests name."""
    chain = chain_of(daemon, arn)
    return b"".join(chain.load(key)[0] for key in chain.validate().logs)


def test_stop_ends_a_chain_and_start_begins_another(audited):
    arn, trails = make_trail(audited), audited.client("cloudtrail")
    send(audited)
    covered(audited, arn)
    trails.stop_logging(Name="main")
    eventually(lambda: b'"StopLogging"' in covered_text(audited, arn), every_s=0.3)
    # StopLogging may stand in the digest of a full interval, and the chain's last one, to the stop, is then empty.
    settled(lambda: len(covered(audited, arn).digests), quiet_s=4)
    ended = covered(audited, arn)
    assert ended.is_one_good_chain
    trails.start_logging(Name="main")
    send(audited)
    report = eventually(lambda: (lambda found: found if len(found.starts) == 2 and len(found.digests) > len(ended.digests) + 1 else None)(
        covered(audited, arn, len(ended.logs) + 1)), every_s=0.3)
    assert not report.invalid and not report.breaks


def test_validation_switched_off_and_on_again_begins_another_chain(audited):
    arn, trails = make_trail(audited), audited.client("cloudtrail")
    send(audited)
    first = covered(audited, arn)
    trails.update_trail(Name="main", EnableLogFileValidation=False)
    settled(lambda: len(chain_of(audited, arn).listed(chain_of(audited, arn).digest_pattern)), quiet_s=4)
    trails.update_trail(Name="main", EnableLogFileValidation=True)
    report = eventually(lambda: (lambda found: found if len(found.starts) == 2 else None)(chain_of(audited, arn).validate()), every_s=0.3)
    assert not report.invalid and not report.breaks
    assert set(first.digests) <= set(report.digests)


def test_a_chain_goes_on_over_restarts_and_rotated_keys(audited):
    arn = make_trail(audited)
    for by_kill in (False, True, False, True):
        send(audited)
        time.sleep(1.5)
        audited.restart(by_kill=by_kill)
    eventually(lambda: len(chain_of(audited, arn).public_keys) > 1, every_s=0.5)
    send(audited)
    report = covered(audited, arn, logs_min=2)
    assert report.is_one_good_chain, (report.invalid, report.breaks, report.starts)


def test_each_region_and_each_trail_has_its_own_chain(audited):
    every, home = make_trail(audited, "every", IsMultiRegionTrail=True, S3KeyPrefix="every"), make_trail(audited, "home")
    for region in REGIONS:
        send(audited, region=region)
    for region in REGIONS:
        assert covered(audited, every, prefix="every", region=region).is_one_good_chain
    assert covered(audited, home).is_one_good_chain


def digests_put(daemon):
    """A look that leaves no event, other than those at the bucket."""
    text = daemon.request("GET", "/metrics", sign=None).body.decode()
    return int(re.search(r"^cairn_digest_files_total (\d+)$", text, re.MULTILINE).group(1))


def test_a_time_without_events_has_its_digests_too(audited):
    arn = make_trail(audited)
    covered(audited, arn)

    def look():
        """Looking is recorded, and delivered a while later: a digest without log files comes when nobody has looked since."""
        before = digests_put(audited)
        eventually(lambda: digests_put(audited) >= before + 4, every_s=0.2)
        chain = chain_of(audited, arn)
        report = chain.validate()
        digests = [chain.load_digest(key) for key in report.digests]
        empty = [digest for digest in digests if not digest["logFiles"]]
        return empty and (report, digests, empty)

    report, digests, empty = eventually(look, timeout_s=120)
    assert report.is_one_good_chain
    assert all((digest["oldestEventTime"], digest["newestEventTime"]) == (None, None) for digest in empty)
    assert all(digest["oldestEventTime"] <= digest["newestEventTime"] for digest in digests if digest["logFiles"])
