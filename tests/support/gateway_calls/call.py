# SPDX-License-Identifier: Apache-2.0
"""One row of the tables in this folder: a call that a real client makes, and the record that AWS documents for it.

The tables are written from AWS's documentation ("Logging ... API calls using AWS CloudTrail" of each service, and
CloudTrail's record reference), never from what Cairn writes.
"""
import dataclasses

READ, WRITE = True, False
MANAGEMENT, DATA = "Management", "Data"
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
ACCOUNT = "123456789012"


class Anything:
    """Equal to everything; ANY means that something is there, not what it is."""

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return self.name


ANY, ABSENT, UNSTATED = Anything("ANY"), Anything("ABSENT"), Anything("UNSTATED")


@dataclasses.dataclass
class Call:
    """`parameters`, `request`, `response` and `resources` may be functions of what earlier calls of the table kept.

    `request` and `response` are what the record must hold at least: members not named may be there too, ABSENT ones
    must not. None: null. UNSTATED: the documentation does not say; but reads and failed calls have no response.
    """
    method: str  # of the boto3 client
    parameters: object
    event: str  # eventName
    effect: bool  # readOnly
    category: str
    request: object = UNSTATED
    response: object = UNSTATED
    resources: object = UNSTATED  # [(type, ARN)], in order, and no others
    error: str = None  # errorCode
    keep: str = None  # name under which the answer is kept
    who: str = "alice"
    identity: dict = None  # userIdentity, where it is not that of `who`
    service: object = None  # the Service of its table
    number: int = 0

    @property
    def tag(self):
        """What the call's User-Agent says, so that its record is known again; also the test's name."""
        return f"{self.service.name}-{self.number:02d}-{self.method}"


@dataclasses.dataclass
class Service:
    """A table: calls of one boto3 client, made in order through one server."""
    name: str
    client: str
    source: str  # eventSource
    calls: list
    server: str = "moto"
    region: str = "us-east-1"
    api_version: object = UNSTATED

    def __post_init__(self):
        for number, call in enumerate(self.calls, 1):
            call.service, call.number = self, number


def bucket_resource(bucket):
    return ("AWS::S3::Bucket", f"arn:aws:s3:::{bucket}")


def object_resources(bucket, key):
    return [("AWS::S3::Object", f"arn:aws:s3:::{bucket}/{key}"), bucket_resource(bucket)]


def resolve(value, kept):
    return value(kept) if callable(value) else value


def difference(expected, found, where=""):
    """Where `found` does not hold what is expected, in words; "" where it does."""
    if expected is UNSTATED:
        return ""
    if expected is ANY:
        return "" if found is not None else f"{where} is missing"
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            return f"{where} is {found!r}, not an object"
        for name, value in expected.items():
            if value is ABSENT:
                if name in found:
                    return f"{where}.{name} must not be there"
            elif name not in found:
                return f"{where}.{name} is missing in {found!r}"
            else:
                problem = difference(value, found[name], f"{where}.{name}")
                if problem:
                    return problem
        return ""
    if isinstance(expected, list):
        if not isinstance(found, list) or len(found) != len(expected):
            return f"{where} is {found!r}, not {expected!r}"
        return next(filter(None, (difference(*pair, f"{where}[{index}]") for index, pair in enumerate(zip(expected, found)))), "")
    return "" if expected == found and isinstance(found, type(expected)) else f"{where} is {found!r}, not {expected!r}"
