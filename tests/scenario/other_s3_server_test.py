# SPDX-License-Identifier: Apache-2.0
"""Delivery to an S3 server that others wrote (s3rver from npm): what Cairn sends is S3 to somebody else too."""
import contextlib
import gzip
import json
import shutil
import socket
import subprocess
import time

import boto3
import botocore.config
import pytest

import records
from cairn_daemon import REGION, eventually

PACKAGE = "s3rver@3.7.1"
KEY = ("S3RVER", "S3RVER")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder with the server's package; it comes over the network."""
    if not shutil.which("npm"):
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("npm")
    command = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--fetch-retries=0", "--fetch-timeout=20000", PACKAGE]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("the npm registry does not answer")
    if done.returncode != 0:
        pytest.skip(f"{PACKAGE} cannot be installed: {done.stderr.strip().splitlines()[-1:]}")
    return folder


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def server(installed, tmp_path):
    """A boto3 client of a running server that has the bucket far-audit."""
    port, place = free_port(), tmp_path / "s3rver"
    place.mkdir()
    process = subprocess.Popen([installed / "node_modules/.bin/s3rver", "-d", place, "-a", "127.0.0.1", "-p", str(port), "--no-vhost-buckets",
                                "--configure-bucket", "far-audit"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with contextlib.closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", region_name=REGION, aws_access_key_id=KEY[0], aws_secret_access_key=KEY[1],
                           config=botocore.config.Config(s3={"addressing_style": "path"}))
    finally:
        process.terminate()
        process.wait(10)


def test_log_files_and_digests_arrive_there(start_daemon, server, tmp_path):
    config = tmp_path / "cairn.conf"
    config.write_text(f'[bucket "far-*"]\nendpoint = {server.meta.endpoint_url}\nregion = {REGION}\n'
                      f"access-key-id = {KEY[0]}\nsecret-access-key = {KEY[1]}\n")
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
