# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the tests about trails (gone after the test that made them) and Lake (an account for each test)."""
import pytest

from lake_account import LakeAccount, new_account


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


@pytest.fixture
def account():
    return new_account()


@pytest.fixture
def lake_account(shared_daemon, account):
    """That account's control API; the fixtures below are parts of it."""
    return LakeAccount(shared_daemon, account)


def part(name):
    """A fixture: that member of the account's control API."""
    @pytest.fixture(name=name)
    def of_account(lake_account):
        return getattr(lake_account, name)
    return of_account


key, ask, call, refused = (part(name) for name in ("key", "ask", "call", "refused"))


@pytest.fixture
def lake(shared_daemon, key):
    """A client of that account."""
    return shared_daemon.client("cloudtrail", key=key)


@pytest.fixture
def store(lake):
    """The ARN of an event data store with the defaults, but that it can be deleted."""
    return lake.create_event_data_store(Name="main", TerminationProtectionEnabled=False)["EventDataStoreArn"]
