# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the tests about trails: a bucket, and trails that are gone after the test that made them."""
import pytest


@pytest.fixture(scope="module")
def bucket(shared_daemon):
    shared_daemon.client("s3").create_bucket(Bucket="audit")
    return "audit"


@pytest.fixture
def trails(shared_daemon, bucket):
    """A client; the trails that a test made are gone after it."""
    client = shared_daemon.client("cloudtrail")
    yield client
    for trail in client.describe_trails(includeShadowTrails=False)["trailList"]:
        client.delete_trail(Name=trail["TrailARN"])
    elsewhere = shared_daemon.client("cloudtrail", region="eu-west-1")
    for trail in elsewhere.describe_trails(includeShadowTrails=False)["trailList"]:
        elsewhere.delete_trail(Name=trail["TrailARN"])


@pytest.fixture
def trail(trails, bucket):
    """The ARN of a multi-region trail named main."""
    return trails.create_trail(Name="main", S3BucketName=bucket, IsMultiRegionTrail=True)["TrailARN"]
