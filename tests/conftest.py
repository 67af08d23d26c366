# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the scenario and contract suites. See tests/support/cairn_daemon.py."""
import contextlib
import os
import pathlib

import pytest

import cairn_daemon

REAL_RECORDS = pathlib.Path(os.environ.get("CAIRN_REAL_RECORDS", cairn_daemon.ROOT.parent / "shared/data/real-cloudtrail"))
running = []  # every daemon of the current test, for its log


@contextlib.contextmanager
def daemons(folder):
    """A function that starts daemons in numbered folders; all are stopped, and checked, at the end."""
    started = []

    def start(*options, wait=True, **arguments):
        place = folder / f"daemon-{len(started) + 1}"
        place.mkdir(parents=True)
        daemon = cairn_daemon.Daemon(place, options, **arguments)
        started.append(daemon)
        running.append(daemon)
        return daemon.start(wait)

    try:
        yield start
    finally:
        problems = []
        for daemon in started:
            running.remove(daemon)
            try:
                daemon.cleanup()
            except AssertionError as problem:
                problems.append(str(problem))
        assert not problems, "\n".join(problems)


@pytest.fixture
def start_daemon(tmp_path):
    """start_daemon("--delivery-interval", "1s") starts one more daemon on fresh data."""
    with daemons(tmp_path) as start:
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


@pytest.fixture(scope="session")
def shared_data():
    """The folder of real log files that stands beside the repository on some machines."""
    if not REAL_RECORDS.is_dir():
        pytest.skip(f"{REAL_RECORDS} is not there; CAIRN_REAL_RECORDS can name it")
    return REAL_RECORDS


def aws_programs():
    newest = os.environ.get("CAIRN_NEWEST_AWS", str(cairn_daemon.ROOT / ".venv-test/bin/aws"))
    return {"debian": "/usr/bin/aws", "newest": newest}


@pytest.fixture(params=["debian", "newest"])
def aws(request, tmp_path):
    """aws(daemon, "s3", "ls") runs the AWS CLI with nothing but the environment a user would set.

    Debian's 2.9 does not read AWS_ENDPOINT_URL and is told by --endpoint-url.
    """
    program = aws_programs()[request.param]
    if not pathlib.Path(program).exists():
        pytest.skip(f"the {request.param} AWS CLI is not installed")

    def run(daemon, *arguments, check=True, key=None, region=cairn_daemon.REGION):
        access_key, secret = key or daemon.key
        environment = cairn_daemon.plain_environment(
            AWS_ENDPOINT_URL=daemon.url, AWS_ACCESS_KEY_ID=access_key, AWS_SECRET_ACCESS_KEY=secret, AWS_REGION=region,
            AWS_DEFAULT_REGION=region, AWS_PAGER="", AWS_CONFIG_FILE=str(tmp_path / "no-config"),
            AWS_SHARED_CREDENTIALS_FILE=str(tmp_path / "no-credentials"))
        endpoint = ["--endpoint-url", daemon.url] if request.param == "debian" else []
        return cairn_daemon.run_command([program, *endpoint, *arguments], environment, check)

    return run


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows the end of its daemons' logs."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for daemon in running:
            report.sections.append((f"log of {daemon.url}", daemon.log()[-6000:]))
