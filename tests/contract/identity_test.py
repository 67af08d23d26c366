# SPDX-License-Identifier: Apache-2.0
"""Who am I: the first thing that people ask a new endpoint."""
import json

import cairn_daemon


def test_boto3_learns_the_account_and_the_arn_of_its_key(shared_daemon):
    identity = shared_daemon.client("sts").get_caller_identity()
    assert identity["Account"] == cairn_daemon.ACCOUNT
    assert identity["Arn"].startswith("arn:aws:iam::")


def test_the_aws_cli_learns_it_too(shared_daemon, aws):
    identity = json.loads(aws(shared_daemon, "sts", "get-caller-identity").stdout)
    assert identity["Account"] == cairn_daemon.ACCOUNT
