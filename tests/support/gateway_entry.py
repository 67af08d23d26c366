# SPDX-License-Identifier: Apache-2.0
"""A daemon with gateway entries: the configuration, requests through an entry, its numbers and its records."""
import http.client
import json
import re

import boto3
import botocore.config
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from cairn_daemon import REGION, Answer, free_port

NUMBERS = ("seen", "recorded", "gap", "refused", "in_flight")


class Entry:
    """An entry of the gateway of one daemon; `keys` are those of its section, '-' written as '_'."""

    def __init__(self, name, upstream, **keys):
        self.name, self.port = name, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.keys = {"listen": f"127.0.0.1:{self.port}", "upstream": upstream, **keys}

    def section(self):
        lines = (f"{name.replace('_', '-')} = {value}\n" for name, value in self.keys.items())
        return f'[gateway "{self.name}"]\n' + "".join(lines)

    def request(self, method, target, body=b"", headers=None, sign=None, key=None, timeout=30):
        """One HTTP request through the entry; `sign` names the service it is signed for."""
        headers = dict(headers or {})
        if sign:
            request = AWSRequest(method=method, url=self.url + target, data=body, headers=headers)
            signer = S3SigV4Auth if sign == "s3" else SigV4Auth
            signer(Credentials(*key), sign, REGION).add_auth(request)
            headers = dict(request.headers.items())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, target, body=body, headers=headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def client(self, service, key, region=REGION):
        config = botocore.config.Config(retries={"total_max_attempts": 1}, signature_version="s3v4" if service == "s3" else None, s3={"addressing_style": "path"})
        return boto3.client(service, endpoint_url=self.url, region_name=region, aws_access_key_id=key[0],
                            aws_secret_access_key=key[1], config=config)

    def numbers(self, daemon):
        """What /metrics says of the entry."""
        text = daemon.request("GET", "/metrics", sign=None).body.decode()
        found = dict(re.findall(rf'^cairn_gateway_(\w+){{entry="{self.name}"}} (\d+)$', text, re.MULTILINE))
        return {name: int(found["calls_in_flight" if name == "in_flight" else f"calls_{name}_total"]) for name in NUMBERS} | {
            "unknown_outcomes": int(found["unknown_outcomes_total"]), "forged": int(found["calls_forged_total"])}


def adds_up(numbers):
    return numbers["seen"] == numbers["recorded"] + numbers["gap"] + numbers["refused"] + numbers["in_flight"]


def configure(folder, *entries):
    """The --config option for these entries."""
    path = folder / "cairn.conf"
    path.write_text("".join(entry.section() for entry in entries))
    return ("--config", str(path))


def search(daemon, *filters, **parameters):
    """Every record that Cairn's Search finds, newest first, with the door it came by."""
    found, token = [], {}
    while True:
        answer = daemon.cairn("Search", {"Filters": [{"Name": name, "Value": value} for name, value in filters],
                                         "MaxResults": 1000, **parameters, **token})
        assert answer.status == 200, answer
        page = answer.json()
        found += [json.loads(event["CloudTrailEvent"]) | {"door": event["Door"]} for event in page["Events"]]
        if "NextToken" not in page:
            return found
        token = {"NextToken": page["NextToken"]}


def records_of(daemon, *filters):
    """Those that a gateway made."""
    return [record for record in search(daemon, *filters) if record["door"] == "gateway"]
