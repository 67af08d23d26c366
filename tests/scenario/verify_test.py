# SPDX-License-Identifier: Apache-2.0
"""cairn verify: what AWS's validator cannot see, Cairn's own does (P4)."""
import contextlib
import json
import re
import sqlite3

import pytest

import records
from cairn_daemon import eventually


@pytest.fixture
def delivered(start_daemon):
    """A daemon with a trail, some log files and digests that name them."""
    daemon = start_daemon("--delivery-interval", "1s", "--digest-interval", "1s")
    s3, trails = daemon.client("s3"), daemon.client("cloudtrail")
    s3.create_bucket(Bucket="audit")
    trails.create_trail(Name="main", S3BucketName="audit", EnableLogFileValidation=True)
    trails.start_logging(Name="main")
    daemon.send(records.records(5))
    eventually(lambda: verified(daemon)["ValidLogFiles"] > 0 and verified(daemon)["ValidDigests"] > 1, every_s=0.5)
    trails.stop_logging(Name="main")
    eventually(lambda: verified(daemon)["IsValid"], every_s=1)
    return daemon


def verified(daemon):
    done = daemon.run("verify", "main", "--output", "json", check=False)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def keys(daemon, part):
    pages = daemon.client("s3").get_paginator("list_objects_v2").paginate(Bucket="audit")
    return sorted(entry["Key"] for page in pages for entry in page.get("Contents", []) if part in entry["Key"] and entry["Size"])


def findings(daemon):
    return {(row["S3Object"], row["Kind"]) for row in verified(daemon)["Findings"]}


def test_what_is_whole_is_valid_and_exits_with_0(delivered):
    done = delivered.run("verify", "main")
    assert done.returncode == 0
    assert re.search(r"^(\d+)/\1 digest files valid$", done.stdout, re.M)
    assert re.search(r"^(\d+)/\1 log files valid$", done.stdout, re.M)


def test_a_deleted_newest_digest_is_reported(delivered):
    newest = keys(delivered, "/CloudTrail-Digest/")[-1]
    delivered.client("s3").delete_object(Bucket="audit", Key=newest)
    assert newest in {key for key, _ in findings(delivered)}
    assert delivered.run("verify", "main", check=False).returncode == 1


def test_a_deleted_chain_is_reported(delivered):
    s3 = delivered.client("s3")
    digests = keys(delivered, "/CloudTrail-Digest/")
    for key in digests:
        s3.delete_object(Bucket="audit", Key=key)
    assert set(digests) <= {key for key, _ in findings(delivered)}


def test_a_planted_log_file_is_reported(delivered):
    s3 = delivered.client("s3")
    real = keys(delivered, "/CloudTrail/")[0]
    planted = real[:-len("0123456789012345.json.gz")] + "AAAAAAAAAAAAAAAA.json.gz"
    s3.put_object(Bucket="audit", Key=planted, Body=s3.get_object(Bucket="audit", Key=real)["Body"].read())
    assert planted in {key for key, _ in findings(delivered)}


def test_an_unknown_trail_is_named(shared_daemon):
    done = shared_daemon.run("verify", "nothing-of-that-name", check=False)
    assert done.returncode == 1 and "TrailNotFoundException" in done.stderr


def test_a_catalog_that_lost_digests_is_told_at_start(delivered):
    delivered.stop()
    delivered.start()
    assert "checkpoint_differs" not in delivered.log()
    delivered.stop()
    with contextlib.closing(sqlite3.connect(delivered.data / "catalog.db")) as catalog:
        catalog.execute("DELETE FROM digests")
        catalog.commit()
    delivered.start()
    assert "checkpoint_differs" in delivered.log()
