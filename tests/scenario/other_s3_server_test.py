# SPDX-License-Identifier: Apache-2.0
"""Delivery to an S3 server that others wrote (s3rver from npm): what Cairn sends is S3 to somebody else too."""
import gzip
import json

import boto3
import botocore.config
import pytest

import records
from cairn_daemon import REGION, eventually


@pytest.fixture
def server(s3_server):
    """A boto3 client of a running server that has the bucket far-audit."""
    client = boto3.client("s3", endpoint_url=s3_server.url, region_name=REGION, aws_access_key_id=s3_server.key[0],
                          aws_secret_access_key=s3_server.key[1], config=botocore.config.Config(s3={"addressing_style": "path"}))
    client.create_bucket(Bucket="far-audit")
    return client


def test_log_files_and_digests_arrive_there(start_daemon, s3_server, server, tmp_path):
    config = tmp_path / "cairn.conf"
    config.write_text(f'[bucket "far-*"]\nendpoint = {server.meta.endpoint_url}\nregion = {REGION}\n'
                      f"access-key-id = {s3_server.key[0]}\nsecret-access-key = {s3_server.key[1]}\n")
    daemon = start_daemon("--config", str(config), "--delivery-interval", "1s", "--digest-interval", "2s")
    trails = daemon.client("cloudtrail")
    trails.create_trail(Name="main", S3BucketName="far-audit", EnableLogFileValidation=True)
    trails.start_logging(Name="main")
    batch = records.records(20)
    assert daemon.send(batch).json()["Accepted"] == 20
    expected = {record["eventID"] for record in batch}

    def keys():
        return [entry["Key"] for entry in server.list_objects_v2(Bucket="far-audit").get("Contents", [])]

    def delivered():
        found = set()
        for key in keys():
            if "/CloudTrail/" in key and key.endswith(".gz"):
                body = server.get_object(Bucket="far-audit", Key=key)["Body"].read()
                found |= {record["eventID"] for record in json.loads(gzip.decompress(body))["Records"]}
        return found

    eventually(lambda: expected <= delivered(), timeout_s=60, every_s=0.5)
    digest = eventually(lambda: [key for key in keys() if "/CloudTrail-Digest/" in key and key.endswith(".gz")], timeout_s=60, every_s=0.5)[0]
    metadata = server.head_object(Bucket="far-audit", Key=digest)["Metadata"]
    assert metadata["signature-algorithm"] == "SHA256withRSA" and metadata["signature"]
