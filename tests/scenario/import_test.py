# SPDX-License-Identifier: Apache-2.0
"""cairn import: files and folders of CloudTrail logs, each event once, however often and by whomever (P2, P3)."""
import concurrent.futures
import gzip
import json

import records
from cairn_daemon import ACCOUNT, eventually


def write_folder(folder, files=20, events=40):
    """A folder tree as a bucket of log files has it, half of it compressed. Returns the ids."""
    ids = []
    for number in range(files):
        batch = records.records(events, ago_s=number * 60)
        ids += [record["eventID"] for record in batch]
        place = folder / f"AWSLogs/123456789012/CloudTrail/us-east-1/2026/01/{number + 1:02}"
        place.mkdir(parents=True)
        data = json.dumps({"Records": batch}).encode()
        if number % 2:
            (place / f"{number}.json.gz").write_bytes(gzip.compress(data))
        else:
            (place / f"{number}.json").write_bytes(data)
    return ids


def summary(done):
    return json.loads(done.stdout)


def stored_ids(daemon):
    found = [event["EventId"] for page in daemon.client("cloudtrail").get_paginator("lookup_events").paginate()
             for event in page["Events"]]
    assert len(found) == len(set(found)), "an event is there twice"
    return set(found)


def test_a_folder_comes_in_whole_and_a_second_time_adds_nothing(daemon, tmp_path):
    ids = write_folder(tmp_path / "logs")
    first = summary(daemon.run("import", "--output", "json", str(tmp_path / "logs")))
    assert (first["accepted"], first["duplicate"], first["refused"]) == (len(ids), 0, 0)
    second = summary(daemon.run("import", "--output", "json", str(tmp_path / "logs")))
    assert (second["accepted"], second["duplicate"], second["refused"]) == (0, len(ids), 0)
    eventually(lambda: set(ids) <= stored_ids(daemon))


def test_links_to_files_are_read_and_links_to_folders_only_where_named(daemon, tmp_path):
    ids = write_folder(tmp_path / "kept", files=3)
    logs = tmp_path / "logs"
    logs.mkdir()
    for number, path in enumerate(sorted((tmp_path / "kept").rglob("*.json*"))):
        (logs / f"link-{number}{''.join(path.suffixes)}").symlink_to(path)
    (logs / "around").symlink_to(tmp_path)
    (logs / "lost.json").symlink_to(tmp_path / "nowhere")
    first = daemon.run("import", "--output", "json", str(logs), check=False)
    assert first.returncode > 0 and "lost.json" in first.stderr and "around: left out, a link" in first.stderr
    assert summary(first)["accepted"] == len(ids)
    (tmp_path / "by-name").symlink_to(tmp_path / "kept")
    assert summary(daemon.run("import", "--output", "json", str(tmp_path / "by-name")))["duplicate"] == len(ids)


def test_two_importers_at_once_add_each_event_once(daemon, tmp_path):
    ids = write_folder(tmp_path / "logs")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs = [pool.submit(daemon.run, "import", "--output", "json", str(tmp_path / "logs")) for _ in range(2)]
        answers = [summary(run.result()) for run in runs]
    assert sum(answer["accepted"] for answer in answers) == len(ids)
    assert sum(answer["duplicate"] for answer in answers) == len(ids)
    eventually(lambda: set(ids) <= stored_ids(daemon))


def test_real_log_files_by_two_importers_and_once_more_are_each_event_once(start_daemon, shared_data):
    daemon = start_daemon("--account-id", "123837392027")
    ids = {record["eventID"] for path in shared_data.glob("*.json") for record in json.loads(path.read_text())["Records"]}
    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs = [pool.submit(daemon.run, "import", "--output", "json", str(shared_data)) for _ in range(2)]
        answers = [summary(run.result()) for run in runs]
    answers.append(summary(daemon.run("import", "--output", "json", str(shared_data))))
    assert sum(answer["accepted"] for answer in answers) == len(ids) == 1233
    assert sum(answer["duplicate"] for answer in answers) == 2 * len(ids)
    assert sum(answer["refused"] for answer in answers) == 0
    eventually(lambda: ids <= stored_ids(daemon))


def test_a_record_that_reuses_an_id_is_refused_and_that_is_recorded(daemon, tmp_path):
    ids = write_folder(tmp_path / "logs", files=4)
    daemon.run("import", str(tmp_path / "logs"))
    path = sorted((tmp_path / "logs").rglob("*.json"))[0]
    forged = json.loads(path.read_text())
    forged["Records"][7]["eventName"] = "ListBuckets"
    path.write_text(json.dumps(forged))
    done = daemon.run("import", "--output", "json", str(tmp_path / "logs"), check=False)
    assert done.returncode != 0 and forged["Records"][7]["eventID"] in done.stderr
    assert (summary(done)["accepted"], summary(done)["duplicate"], summary(done)["refused"]) == (0, len(ids) - 1, 1)
    trails = daemon.client("cloudtrail")

    def attempts():
        return trails.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "EventIdConflict"}])["Events"]

    assert [forged["Records"][7]["eventID"] in event["CloudTrailEvent"] for event in eventually(attempts)] == [True]
    kept = trails.lookup_events(LookupAttributes=[{"AttributeKey": "EventId", "AttributeValue": forged["Records"][7]["eventID"]}])["Events"]
    assert [event["EventName"] for event in kept] == ["CreateBucket"]


def test_nothing_that_is_told_of_drives_the_terminal(daemon, tmp_path):
    bad = [{**records.record(), name: f"us\x1b[2J\x9b5n{name}"} for name in ("awsRegion", "eventTime", "recipientAccountId")]
    (tmp_path / "bad.json").write_text(json.dumps({"Records": [*bad, {**records.record(), "a\x1b[31m": 1, "a\x1b[31m!": 2}]}).replace("31m!", "31m"))
    s3 = daemon.client("s3")
    s3.create_bucket(Bucket="logs")
    for region in ("us\x1b[2J", "us\x9b2J", "us-east-1\r\nX-Evil: yes"):
        s3.put_object(Bucket="logs", Key=f"AWSLogs/{ACCOUNT}/CloudTrail/{region}/2026/01/01/a.json.gz", Body=b"none")
    for place, words in ((tmp_path / "bad.json", ("is not the name of a region", "stands twice")), ("s3://logs", ("is not gzip",))):
        done = daemon.run("import", place, check=False)
        assert done.returncode == 3 and all(word in done.stderr for word in words), done.stderr
        assert not any(character < " " and character != "\n" or "\x7f" <= character < "\xa0" for character in done.stdout + done.stderr), done
        assert "public keys of" not in done.stderr  # folders that are no regions are asked for none


def test_the_table_says_what_came_in(daemon, tmp_path):
    write_folder(tmp_path / "logs", files=2)
    text = daemon.run("import", str(tmp_path / "logs")).stdout
    assert "123456789012" in text
    assert "us-east-1" in text
    assert "80" in text


def test_archived_events_are_looked_up_and_never_delivered(start_daemon, tmp_path):
    daemon = start_daemon("--delivery-interval", "1s")
    s3, trails = daemon.client("s3"), daemon.client("cloudtrail")
    s3.create_bucket(Bucket="audit")
    trails.create_trail(Name="main", S3BucketName="audit")
    trails.start_logging(Name="main")
    ids = set(write_folder(tmp_path / "old", files=2))
    daemon.run("import", "--archive", str(tmp_path / "old"))
    later = records.record()
    daemon.send([later])

    def delivered():
        found = set()
        for entry in s3.list_objects_v2(Bucket="audit").get("Contents", []):
            if entry["Key"].endswith(".json.gz"):
                body = gzip.decompress(s3.get_object(Bucket="audit", Key=entry["Key"])["Body"].read())
                found |= {record["eventID"] for record in json.loads(body)["Records"]}
        return found

    eventually(lambda: later["eventID"] in delivered(), every_s=0.5)
    assert not ids & delivered()
    daemon.catch_up()
    assert ids <= stored_ids(daemon)


def test_the_demo_brings_sample_events_and_can_be_repeated(daemon):
    daemon.run("demo")
    daemon.catch_up()
    count = len(stored_ids(daemon))
    assert count > 50  # those of the home region
    daemon.run("demo")
    daemon.catch_up()
    assert len(stored_ids(daemon)) > count + 50
    shown = daemon.run("lookup", "--event-name", "StopLogging", "--output", "json").stdout
    assert "StopLogging" in shown
