# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the scenario and contract suites. See tests/support/cairn_daemon.py."""
import contextlib
import os
import pathlib
import subprocess
import warnings

import pytest

import cairn_daemon
import servers
from cairn_daemon import daemons, running
from console_data import browsing
from real_records import REAL_RECORDS
from small_disk import SmallDisk

pytest.register_assert_rewrite("gateway_calls.check")


@pytest.fixture
def start_daemon(tmp_path):
    """start_daemon("--delivery-interval", "1s") starts one more daemon on fresh data."""
    with daemons(tmp_path) as start:
        yield start


@pytest.fixture
def small_disk(tmp_path):
    """A tmpfs, which only root can mount; skips elsewhere. Larger for many kill rounds: a daemon that never lives for a
    minute does not seal its history, so the journal keeps all that came."""
    size_mib = 192 + 4 * int(os.environ.get("CAIRN_KILL_ROUNDS") or 0)
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_mib}m", "tmpfs", folder], capture_output=True, check=False).returncode != 0:
        pytest.skip("no tmpfs can be mounted here")
    yield SmallDisk(folder)
    subprocess.run(["umount", folder], check=True)


@pytest.fixture
def start_on(small_disk):
    """As start_daemon, with the data on the small disk."""
    with daemons(small_disk.folder) as start:
        yield start


@pytest.fixture
def daemon(start_daemon):
    """A daemon of this test's own, with default options."""
    return start_daemon()


@pytest.fixture(scope="module")
def shared_daemon(tmp_path_factory):
    """One daemon for all tests of a file, for tests that leave nothing behind that disturbs the others."""
    with daemons(tmp_path_factory.mktemp("shared")) as start:
        yield start()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A browser in front of the console of a daemon with records of all kinds."""
    with browsing(tmp_path_factory.mktemp("console")) as one:
        yield one


@pytest.fixture(scope="session")
def shared_data():
    """The folder of real log files that stands beside the repository on some machines."""
    if not REAL_RECORDS.is_dir():
        pytest.skip(f"{REAL_RECORDS} is not there; CAIRN_REAL_RECORDS can name it")
    return REAL_RECORDS


def running_server(start, *arguments):
    """A server of servers.py for as long as the fixture lasts; skips where it cannot be installed."""
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(start(*arguments))
        except servers.Missing as problem:
            pytest.skip(str(problem))
        yield server


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory):
    """An S3 server from npm."""
    yield from running_server(servers.s3, tmp_path_factory.mktemp("s3"))


@pytest.fixture(scope="session")
def dynamodb_server():
    """A DynamoDB server from npm."""
    yield from running_server(servers.dynamodb)


@pytest.fixture(scope="session")
def moto_server():
    """A server of all of AWS's services, from PyPI."""
    yield from running_server(servers.moto)


@pytest.fixture(scope="session")
def seaweedfs_server(tmp_path_factory):
    """SeaweedFS, where the Go module proxy or the machine has it."""
    yield from running_server(servers.seaweedfs, tmp_path_factory.mktemp("seaweedfs"))


def aws_programs():
    newest = os.environ.get("CAIRN_NEWEST_AWS", str(cairn_daemon.ROOT / ".venv-test/bin/aws"))
    return {"debian": "/usr/bin/aws", "newest": newest}


def aws_program(kind):
    if kind != "2":
        return aws_programs()[kind]
    try:
        return servers.install_aws_cli()
    except servers.Missing as missing:
        pytest.skip(str(missing))


def aws_runner(kind, folder):
    """aws(daemon, "s3", "ls") runs the AWS CLI with nothing but the environment a user would set.

    Debian's 2.9 does not read AWS_ENDPOINT_URL and is told by --endpoint-url; PyPI's versions, which are 1.x, read
    AWS_DEFAULT_REGION where 2.x reads AWS_REGION.
    """
    program = aws_program(kind)
    if not pathlib.Path(program).exists():
        pytest.skip(f"the {kind} AWS CLI is not installed")

    def run(daemon, *arguments, check=True, key=None, region=cairn_daemon.REGION):
        access_key, secret = key or daemon.key
        environment = cairn_daemon.plain_environment(
            HOME=str(folder), AWS_ENDPOINT_URL=daemon.url, AWS_ACCESS_KEY_ID=access_key, AWS_SECRET_ACCESS_KEY=secret,
            AWS_REGION=region, AWS_DEFAULT_REGION=region)
        endpoint = ["--endpoint-url", daemon.url] if kind == "debian" else []
        return cairn_daemon.run_command([program, *endpoint, *arguments], environment, check)

    run.program = program
    return run


@pytest.fixture(scope="module")
def aws_cli(tmp_path_factory):
    """aws_cli("newest"), aws_cli("debian") or aws_cli("2"): one of the AWS CLIs; skips where it is not installed."""
    return lambda kind: aws_runner(kind, tmp_path_factory.mktemp("home"))


@pytest.fixture(params=["debian", "newest"])
def aws(request, aws_cli):
    """Each AWS CLI in turn."""
    return aws_cli(request.param)


@pytest.fixture
def validate_logs(aws_cli):
    """validate_logs(daemon, "--trail-arn", ...) is `aws cloudtrail validate-logs`, or None, with a warning, where only
    Debian's AWS CLI is there: that one asks AWS's own S3, whatever --endpoint-url says."""
    if not pathlib.Path(aws_programs()["newest"]).exists():
        warnings.warn("the newest AWS CLI is not installed: log files are validated by the tests' own validator only")
        return None
    aws = aws_cli("newest")
    return lambda daemon, *arguments: aws(daemon, "cloudtrail", "validate-logs", *arguments, check=False)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows the end of its daemons' logs."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for daemon in running:
            report.sections.append((f"log of {daemon.url}", daemon.log()[-6000:]))
