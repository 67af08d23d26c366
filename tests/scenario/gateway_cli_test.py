# SPDX-License-Identifier: Apache-2.0
"""The AWS CLIs through gateways: each command is one record, known again by what AWS_EXECUTION_ENV adds to its User-Agent."""
import concurrent.futures
import dataclasses
import re

import pytest

from cairn_daemon import REGION, daemons, plain_environment, run_command
from gateway import ALICE, IDENTITIES, Gateway
from gateway_calls.call import ABSENT, ANY, DATA, MANAGEMENT, READ, WRITE, difference


@dataclasses.dataclass
class Command:
    server: str
    words: str
    source: str
    event: str
    effect: bool
    category: str
    request: object
    error: str = None

    @property
    def tag(self):
        """What its User-Agent says beside much else; also the test's name."""
        return "-".join(re.findall("[a-z0-9]+", self.words.split(" --")[0].replace("{", "").replace("kind}", "x")))


PREPARED = "s3api create-bucket --bucket cli-{kind}"
COMMANDS = [
    Command("s3", "s3 cp {file} s3://cli-{kind}/copied", "s3", "PutObject", WRITE, DATA, {"bucketName": "cli-{kind}", "key": "copied"}),
    Command("s3", "s3 ls s3://cli-{kind}/", "s3", "ListObjects", READ, DATA, {"bucketName": "cli-{kind}", "list-type": "2", "delimiter": "/"}),
    Command("s3", "s3api head-object --bucket cli-{kind} --key missing", "s3", "HeadObject", READ, DATA, {"key": "missing"}, error=ANY),
    Command("dynamodb", "dynamodb list-tables", "dynamodb", "ListTables", READ, MANAGEMENT, None),
    Command("dynamodb", "dynamodb get-item --table-name NoSuch --key {{\"Id\":{{\"S\":\"1\"}}}}", "dynamodb", "GetItem", READ, DATA,
            {"tableName": "NoSuch", "key": {"Id": "1"}}, error="ResourceNotFoundException"),
    Command("moto", "sts get-caller-identity", "sts", "GetCallerIdentity", READ, MANAGEMENT, None),
    Command("moto", "iam get-user --user-name nobody", "iam", "GetUser", READ, MANAGEMENT, {"userName": "nobody"}, error="NoSuchEntityException"),
    Command("moto", "sqs create-queue --queue-name cli-{kind}", "sqs", "CreateQueue", WRITE, MANAGEMENT, {"queueName": "cli-{kind}"}),
    Command("moto", "sns create-topic --name cli-{kind}", "sns", "CreateTopic", WRITE, MANAGEMENT, {"name": "cli-{kind}"}),
    Command("moto", "kms list-keys", "kms", "ListKeys", READ, MANAGEMENT, None),
    Command("moto", "secretsmanager create-secret --name cli-{kind} --secret-string tiger", "secretsmanager", "CreateSecret", WRITE, MANAGEMENT,
            {"name": "cli-{kind}", "secretString": ABSENT}),
    Command("moto", "lambda get-function --function-name missing", "lambda", "GetFunction20150331v2", READ, MANAGEMENT, {"functionName": "missing"},
            error="ResourceNotFoundException"),
    Command("moto", "ec2 describe-vpcs --vpc-ids vpc-00000000", "ec2", "DescribeVpcs", READ, MANAGEMENT,
            {"vpcSet": {"items": [{"vpcId": "vpc-00000000"}]}, "filterSet": {}}, error="Client.InvalidVpcID.NotFound"),
    Command("moto", "cloudformation list-stacks", "cloudformation", "ListStacks", READ, MANAGEMENT, None),
    Command("moto", "ssm get-parameter --name /no/such", "ssm", "GetParameter", READ, MANAGEMENT, {"name": "/no/such"}, error="ParameterNotFound"),
]


def filled(value, **names):
    """The {names} in a row's texts, filled in."""
    if isinstance(value, dict):
        return {key: filled(member, **names) for key, member in value.items()}
    return value.format(**names) if isinstance(value, str) else value


class Runs:
    def __init__(self):
        self.statuses, self.records, self.missing = {}, [], {}


@pytest.fixture(scope="module", params=["debian", "newest"])
def runs(request, aws_cli, tmp_path_factory):
    """All commands, each run once with this CLI."""
    program, folder, result = aws_cli(request.param).program, tmp_path_factory.mktemp("cli"), Runs()
    (folder / "file").write_text("words")
    urls = {}
    for name in ("s3", "dynamodb", "moto"):
        try:
            urls[name] = request.getfixturevalue(f"{name}_server").url
        except pytest.skip.Exception as problem:
            result.missing[name] = str(problem)

    def run(command, url):
        environment = plain_environment(HOME=str(folder), AWS_ACCESS_KEY_ID=ALICE[0], AWS_SECRET_ACCESS_KEY=ALICE[1], AWS_DEFAULT_REGION=REGION,
                                        AWS_EXECUTION_ENV=command.tag, AWS_MAX_ATTEMPTS="1")
        words = filled(command.words, kind=request.param, file=folder / "file").split(" ")
        return run_command([program, "--endpoint-url", url, *words], environment, check=False).returncode

    with daemons(folder) as start, concurrent.futures.ThreadPoolExecutor(2) as pool:
        gateway = Gateway(start, folder, {name: {"upstream": url} for name, url in urls.items()})
        commands = [command for command in COMMANDS if command.server in urls]
        run(Command("s3", PREPARED, "s3", "CreateBucket", WRITE, MANAGEMENT, None), urls["s3"])
        statuses = pool.map(lambda command: run(command, gateway.url(command.server)), commands)
        result.statuses = dict(zip((command.tag for command in commands), statuses))
        result.records, result.kind = gateway.take(len(commands)), request.param
        yield result


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.tag)
def test_a_command_is_one_record(runs, command):
    if command.server in runs.missing:
        pytest.skip(runs.missing[command.server])
    assert (runs.statuses[command.tag] == 0) == (command.error is None)
    records = [record for record in runs.records if f"exec-env/{command.tag} " in record["userAgent"].strip("[]") + " "]
    assert len(records) == 1, [record["userAgent"] for record in runs.records]
    record = records[0]
    assert (record["eventSource"], record["eventName"]) == (f"{command.source}.amazonaws.com", command.event)
    assert (record["readOnly"], record["eventCategory"]) == (command.effect, command.category)
    assert difference(command.error, record.get("errorCode"), "errorCode") == ""
    assert difference(filled(command.request, kind=runs.kind), record["requestParameters"], "requestParameters") == ""
    assert difference(IDENTITIES["alice"], record["userIdentity"], "userIdentity") == ""


def test_the_commands_left_no_other_record(runs):
    assert len(runs.records) == len(runs.statuses)
