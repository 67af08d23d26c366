# SPDX-License-Identifier: Apache-2.0
"""Make the calls of a table, each under a User-Agent of its own, so that its record is known again."""
import dataclasses

import boto3
import botocore
import botocore.config
import botocore.exceptions

from gateway_calls.call import resolve


@dataclasses.dataclass
class Outcome:
    """What a client saw of a call, and the parameters and values of its row once all is known."""
    error: str
    answer: dict
    request: object
    response: object


class Player:
    def __init__(self, url, keys, region="us-east-1"):
        """`keys`: access key and secret by the row's `who`; None: the calls are not signed."""
        self.url, self.keys, self.region = url, keys, region
        self.clients, self.tag = {}, ""

    def client(self, name, who):
        """A client whose requests say self.tag in User-Agent."""
        if (name, who) not in self.clients:
            key = self.keys[who]
            config = {"retries": {"total_max_attempts": 1}, "read_timeout": 60}
            if name == "s3":
                config["s3"] = {"addressing_style": "path"}
            if key is None:
                config["signature_version"] = botocore.UNSIGNED
            access_key, secret = key or (None, None)
            client = boto3.client(name, endpoint_url=self.url, region_name=self.region, aws_access_key_id=access_key,
                                  aws_secret_access_key=secret, config=botocore.config.Config(**config))
            client.meta.events.register("before-sign.*", self.mark)
            client.meta.events.register("before-send.*", self.mark)
            self.clients[name, who] = client
        return self.clients[name, who]

    def mark(self, request, **_):
        del request.headers["User-Agent"]
        request.headers["User-Agent"] = self.tag

    def play(self, service):
        """Make the service's calls in order; outcomes by tag."""
        kept, outcomes = {}, {}
        for call in service.calls:
            self.tag = call.tag
            parameters = resolve(call.parameters, kept)
            error, answer = None, {}
            try:
                answer = getattr(self.client(service.client, call.who), call.method)(**parameters)
                if "Body" in answer:
                    answer["Body"].read()
            except botocore.exceptions.ClientError as problem:
                error = problem.response["Error"]["Code"]
            if call.keep:
                kept[call.keep] = answer
            outcomes[call.tag] = Outcome(error, answer, resolve(call.request, kept), resolve(call.response, kept))
        return outcomes
