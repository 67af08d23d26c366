# SPDX-License-Identifier: Apache-2.0
"""Start, talk to, kill and stop a real Cairn daemon in a temporary folder.

A Daemon is started on a free loopback port with known root credentials. Stopping it checks that it
exited with 0 and that no sanitizer complained; killing it checks the sanitizers only.
"""
import contextlib
import gzip
import http.client
import itertools
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

import boto3
import botocore.config
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ACCOUNT = "123456789012"
REGION = "us-east-1"
ROOT_KEY = ("AKIACAIRNTESTROOT001", "test/root+secret/of/forty/characters/000")
CLOUDTRAIL_TARGET = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101."
CAIRN_TARGET = "Cairn_20260101."
PORT_MIN, PORT_COUNT, PORTS_OF_A_PROCESS = 10000, 20000, 200
ports = itertools.count(os.getpid() * PORTS_OF_A_PROCESS)
HANG_S = 90  # what takes longer never comes, however busy the machine is
SANITIZER_MARKS = ("AddressSanitizer", "LeakSanitizer", "ThreadSanitizer", "runtime error:", "assertion failed")


def binary():
    """The program under test: $CAIRN_BINARY, else the sanitizer build, else the release build."""
    chosen = os.environ.get("CAIRN_BINARY")
    candidates = [pathlib.Path(chosen)] if chosen else [ROOT / "build-asan/cairn", ROOT / "build/cairn"]
    for path in candidates:
        if path.exists():
            return str(path.resolve())
    raise RuntimeError(f"{candidates[0]} is not there; run make asan first")


def free_port():
    """One of this process's own that nobody uses. None that the kernel gives away: it would give it to somebody else while
    a daemon starts again."""
    while True:
        port = PORT_MIN + next(ports) % PORT_COUNT
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def eventually(check, timeout_s=HANG_S, every_s=0.05):
    """Call check() until it returns something true, and return that; fail with its last answer."""
    deadline = time.monotonic() + timeout_s
    while True:
        answer = check()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {timeout_s} s; last answer: {answer!r}"
        time.sleep(every_s)


def settled(look, quiet_s, timeout_s=HANG_S):
    """What look() returns once it has stayed the same for quiet_s."""
    deadline, since, last = time.monotonic() + timeout_s, time.monotonic(), look()
    while time.monotonic() - since < quiet_s:
        time.sleep(0.1)
        now = look()
        if now != last:
            since, last = time.monotonic(), now
        assert time.monotonic() < deadline, f"still changing after {timeout_s} s: {now!r}"
    return last


def plain_environment(**more):
    """This process's environment without what would steer a daemon or an AWS client."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CAIRN_", "AWS_"))}
    kept["ASAN_OPTIONS"] = "detect_leaks=1:detect_stack_use_after_return=0"
    kept["UBSAN_OPTIONS"] = "print_stacktrace=1:halt_on_error=1"
    kept["TZ"] = "Antarctica/Troll"  # nobody's: a wrong use of local time shows
    return {**kept, **more}


class Answer:
    """One HTTP answer: status, headers (lower-case names), body."""

    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        """The AWS error name of a JSON error, without a namespace."""
        return self.json()["__type"].rpartition("#")[2]

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


class Daemon:
    def __init__(self, folder, options=(), environment=None, key=ROOT_KEY):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self.options = list(options)
        self.environment = {"CAIRN_ROOT_ACCESS_KEY_ID": key[0], "CAIRN_ROOT_SECRET_ACCESS_KEY": key[1],
                            **(environment or {})}
        self.key = key
        self.port = free_port()
        self.log_path = self.folder / "daemon.log"
        self.process = None

    # Life

    def start(self, wait=True):
        """Start the program; with wait, return once /readyz says 200."""
        assert self.process is None, "already running"
        command = [binary(), "serve", "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}", *self.options]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=plain_environment(**self.environment))
        if wait:
            eventually(self.is_ready)
        return self

    def is_ready(self):
        status = self.process.poll()
        assert status is None, f"the daemon ended with exit status {status}:\n{self.log()[-4000:]}"
        try:
            return self.request("GET", "/readyz", sign=None).status == 200
        except OSError:
            return False

    def stop(self, timeout_s=HANG_S):
        """SIGTERM; the daemon must end with exit status 0."""
        status = self.end(signal.SIGTERM, timeout_s)
        assert status == 0, f"exit status {status} after SIGTERM:\n{self.log()[-4000:]}"
        self.check_sanitizers()

    def kill(self):
        """kill -9, as a power cut would."""
        self.end(signal.SIGKILL, HANG_S)
        self.check_sanitizers()

    def restart(self, *options, by_kill=False):
        """Stop (or kill) and start again on the same data and port, with other options where given."""
        if by_kill:
            self.kill()
        else:
            self.stop()
        if options:
            self.options = list(options)
        return self.start()

    def end(self, signal_number, timeout_s):
        process, self.process = self.process, None
        process.send_signal(signal_number)
        try:
            return process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"not ended {timeout_s} s after signal {signal_number}:\n{self.log()[-4000:]}") from None

    def cleanup(self):
        if self.process is not None:
            if self.process.poll() is None:
                self.stop()
            else:
                status = self.process.returncode
                raise AssertionError(f"the daemon had ended with exit status {status}:\n{self.log()[-4000:]}")

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def check_sanitizers(self):
        text = self.log()
        for mark in SANITIZER_MARKS:
            assert mark not in text, text[max(0, text.index(mark) - 2000):][:6000]

    # Talking to it

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def client(self, service, region=REGION, key=None, **config):
        """A boto3 client of this daemon, with no retries that would hide an error."""
        access_key, secret = key or self.key
        if service == "s3":
            config.setdefault("s3", {"addressing_style": "path"})
        return boto3.client(service, endpoint_url=self.url, region_name=region, aws_access_key_id=access_key,
                            aws_secret_access_key=secret,
                            config=botocore.config.Config(retries={"total_max_attempts": 1}, **config))

    def request(self, method, target, body=b"", headers=None, sign="cairn", region=REGION, key=None):
        """One HTTP request, signed for the service `sign` (None: not at all)."""
        headers = dict(headers or {})
        if sign:
            request = AWSRequest(method=method, url=self.url + target, data=body, headers=headers)
            signer = S3SigV4Auth if sign == "s3" else SigV4Auth
            signer(Credentials(*(key or self.key)), sign, region).add_auth(request)
            headers = dict(request.headers.items())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, target, body=body, headers=headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def call(self, operation, parameters, target=CLOUDTRAIL_TARGET, service="cloudtrail", **options):
        """One JSON 1.1 operation without an SDK in between; `parameters` may be raw bytes."""
        body = parameters if isinstance(parameters, bytes) else json.dumps(parameters).encode()
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target + operation}
        return self.request("POST", "/", body, headers, sign=service, **options)

    def cairn(self, operation, parameters=None, **options):
        """One of Cairn's own operations."""
        return self.call(operation, parameters or {}, target=CAIRN_TARGET, service="cairn", **options)

    def send(self, records, compress=False, lines=False, **options):
        """POST /events; `records` are dicts, or one body as bytes. Returns the answer."""
        if isinstance(records, bytes):
            body = records
        elif lines:
            body = b"".join(json.dumps(record).encode() + b"\n" for record in records)
        else:
            body = json.dumps({"Records": records}).encode()
        headers = {"Content-Type": "application/x-ndjson" if lines else "application/json"}
        if compress:
            body = gzip.compress(body, 1)
            headers["Content-Encoding"] = "gzip"
        return self.request("POST", "/events", body, headers, **options)

    def catch_up(self):
        """Wait until lookups find everything that was acknowledged so far."""
        def positions():
            status = self.cairn("GetStatus").json()
            return status["JournalPosition"], status["HistoryPosition"]
        end, _ = positions()
        eventually(lambda: positions()[1] >= end)

    def run(self, *arguments, key=None, check=True, **environment):
        """A command of the program (lookup, import, ...) against this daemon."""
        access_key, secret = key or self.key
        environment = plain_environment(CAIRN_ENDPOINT=self.url, AWS_ACCESS_KEY_ID=access_key,
                                        AWS_SECRET_ACCESS_KEY=secret, AWS_REGION=REGION, **environment)
        return run_command([binary(), *arguments], environment, check)


def run_command(command, environment, check=True, timeout_s=300):
    """Run a program to its end; with check, it must exit with 0 and no sanitizer may complain."""
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          env=environment, timeout=timeout_s, check=False)
    for mark in SANITIZER_MARKS[:-1]:
        assert mark not in done.stderr, done.stderr
    assert not check or done.returncode == 0, f"{command}: exit status {done.returncode}\n{done.stdout}{done.stderr}"
    return done


running = []  # every daemon there is now, for the log of a failed test


@contextlib.contextmanager
def daemons(folder):
    """A function that starts daemons in numbered folders; all are stopped, and checked, at the end."""
    started = []

    def start(*options, wait=True, **arguments):
        place = folder / f"daemon-{len(started) + 1}"
        place.mkdir(parents=True)
        daemon = Daemon(place, options, **arguments)
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
