# SPDX-License-Identifier: Apache-2.0
"""What README tells people to try is run as it stands there."""
import gzip
import json
import re
import shlex

import pytest

import cairn_daemon
import lake
import records
from cairn_daemon import ROOT, eventually
from fake_upstream import Answer, FakeUpstream


def commands():
    """The lines of README's shell blocks behind the first, continued lines joined."""
    text = (ROOT / "README.md").read_text()
    part = text[text.index("## Record the calls") : text.index("## What it promises")]
    blocks = "".join(re.findall(r"```sh\n(.*?)```", part, re.DOTALL)).replace("\\\n", " ")
    return [line for line in blocks.splitlines() if line.strip() and not line.startswith("#")]


def prepared(daemon, gateway_url, line, folder):
    """The line for this daemon instead of the one on port 8420."""
    line = line.replace("http://127.0.0.1:8421", gateway_url).replace("--data data", f"--data {shlex.quote(str(daemon.data))}")
    line = line.replace("http://127.0.0.1:8420", daemon.url).replace("/path/to/AWSLogs", shlex.quote(str(folder / "AWSLogs")))
    line = line.replace("build/cairn tail", "timeout 2 build/cairn tail").replace("build/cairn", cairn_daemon.binary())
    return line.replace("AWS_ACCESS_KEY_ID=...", f"AWS_ACCESS_KEY_ID={daemon.key[0]}").replace(
        "AWS_SECRET_ACCESS_KEY=...", f"AWS_SECRET_ACCESS_KEY={daemon.key[1]}")


def write_archive(folder):
    place = folder / "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/02"
    place.mkdir(parents=True)
    batch = records.records(20, account="111122223333", region="eu-west-1")
    (place / "log.json.gz").write_bytes(gzip.compress(json.dumps({"Records": batch}).encode()))


@pytest.fixture
def store():
    """What the gateway stands in front of."""
    buckets = (b"<ListAllMyBucketsResult><Buckets><Bucket><Name>photos</Name>"
               b"<CreationDate>2026-03-02T08:00:00.000Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>")
    with FakeUpstream() as fake:
        fake.answer = lambda request: Answer(200, buckets, {"Content-Type": "application/xml"})
        yield fake


def test_every_command_of_the_readme_works(start_daemon, store, aws_cli, tmp_path):
    program = aws_cli("newest").program
    port = cairn_daemon.free_port()
    daemon = start_daemon("--delivery-interval", "1s", "--digest-interval", "2s", "--gateway", f"127.0.0.1:{port}={store.url}",
                          environment={"CAIRN_ROOT_ACCESS_KEY_ID": "", "CAIRN_ROOT_SECRET_ACCESS_KEY": ""})
    made = json.loads((daemon.data / "root-credentials.json").read_text())
    daemon.key = (made["accessKeyId"], made["secretAccessKey"])
    write_archive(tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/aws").symlink_to(program)
    environment = cairn_daemon.plain_environment(
        HOME=str(tmp_path), AWS_ACCESS_KEY_ID="AKIAEXAMPLESTORE0001", AWS_SECRET_ACCESS_KEY="the/stores", AWS_DEFAULT_REGION="us-east-1")
    environment["PATH"] = f"{tmp_path}/bin:{environment['PATH']}"
    exports, said = "", {}
    lines = commands()
    assert len(lines) >= 12
    assert lines[0] == "script/server --gateway 127.0.0.1:8421=http://127.0.0.1:9000"  # as it was started above
    for line in lines[1:]:
        line = prepared(daemon, f"http://127.0.0.1:{port}", line, tmp_path)
        if line.startswith("export "):
            exports += line + "\n"
            continue
        if "query" in line and lake.engine_library() is None:
            continue
        if "lookup --data" in line:  # its reply did not wait for the record
            eventually(lambda: "ListBuckets" in daemon.run("lookup").stdout, every_s=0.1)
        daemon.catch_up()
        if "validate-logs" in line or "s3 ls --rec" in line:
            eventually(lambda: "/CloudTrail-Digest/us-east-1/" in str(daemon.client("s3").list_objects_v2(Bucket="audit")), every_s=0.3)
        done = cairn_daemon.run_command(["sh", "-c", exports + line], environment, check=False)
        wanted = 124 if line.startswith("timeout ") and done.returncode == 124 else 0
        assert done.returncode == wanted, f"{line}\n{done.stdout}{done.stderr}"
        said[line] = done.stdout
    text = "\n".join(said.values())
    assert "support-backup" in text and "203.0.113.66" in text
    assert "photos" in text and "ListBuckets" in text
    assert "digest files valid" in text and "INVALID" not in text
    assert re.search(r"accepted +20\b", text)
