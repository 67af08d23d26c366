# SPDX-License-Identifier: Apache-2.0
"""A daemon with records of all kinds for the console to show, and what a journey may ask about them."""
import collections
import contextlib
import datetime
import gzip
import json

import console_browser
import records
from cairn_daemon import REGION, daemons, eventually
from real_records import REAL_RECORDS

ACCOUNT = "123837392027"  # of the real records, where they are


def insight(number, state, minutes_ago, **more):
    """An insight of a burst of RunInstances, as CloudTrail writes one, with these details more."""
    when = records.utc_now().replace(second=0, microsecond=0) - datetime.timedelta(minutes=minutes_ago)
    statistics = {"baseline": {"average": 0.2}, "insight": {"average": 41.5}, "insightDuration": 8, "baselineDuration": 10080}
    attributions = [
        {"attribute": "userIdentityArn", "insight": [{"value": f"arn:aws:sts::{ACCOUNT}:assumed-role/Deployer", "average": 41.3}],
         "baseline": [{"value": f"arn:aws:iam::{ACCOUNT}:user/alice", "average": 0.2}]},
        {"attribute": "userAgent", "insight": [{"value": "tool/7", "average": 41.5}], "baseline": [{"value": "aws-cli/2", "average": 0.2}]},
        {"attribute": "errorCode", "insight": [{"value": "null", "average": 41.5}], "baseline": [{"value": "null", "average": 0.2}]}]
    details = {"state": state, "eventSource": "ec2.amazonaws.com", "eventName": "RunInstances", "insightType": "ApiCallRateInsight",
               "insightContext": {"statistics": statistics, "attributions": attributions}, **more}
    return {"eventVersion": "1.11", "eventTime": records.time_text(when), "awsRegion": REGION,
            "eventID": f"7d2f6c52-8a1e-4d0b-9d64-{number:012d}", "eventType": "AwsCloudTrailInsight", "recipientAccountId": ACCOUNT,
            "sharedEventID": f"8d2f6c52-8a1e-4d0b-9d64-{number // 2:012d}", "insightDetails": details, "eventCategory": "Insight"}


class Known:
    OPTIONS = ["--account-id", ACCOUNT, "--accept-accounts", "any", "--delivery-interval", "1s", "--digest-interval", "1s",
               "--console-pack", str(console_browser.PACK)]

    def __init__(self, daemon, has_real_records=True):
        self.daemon, self.is_filled = daemon, False
        self.daemon.run("demo")
        if has_real_records and REAL_RECORDS.is_dir():
            self.daemon.run("import", str(REAL_RECORDS))

    def answers(self):
        """A function for each question of a journey."""
        return {name: getattr(self, name) for name in ("subject", "send", "known", "call", "delivered", "digested", "alter", "archive")}

    def fill(self, count):
        """That many events more, once."""
        if not self.is_filled:
            assert self.daemon.send(records.records(count, account=ACCOUNT, name="FillIn", ago_s=86400)).json()["Accepted"] == count
        self.is_filled = True

    def events(self, **attributes):
        lookup = [{"Name": key, "Value": value} for key, value in attributes.items()]
        answer = self.daemon.cairn("Search", {"Filters": lookup, "Categories": ["Management"], "MaxResults": 1000})
        return answer.json()["Events"]

    def subject(self, _=None):
        """A user with some events of more than one name, and how many of one of them."""
        by_user = collections.defaultdict(list)
        for event in self.events():
            if event.get("Username"):
                by_user[event["Username"]].append(event)
        for user, events in sorted(by_user.items()):
            names = collections.Counter(event["EventName"] for event in events)
            name, named = names.most_common()[-1]
            if 3 <= len(events) <= 45 and len(names) > 1 and len(self.events(Username=user)) == len(events):
                event = next(event for event in events if event["EventName"] == name)
                return {"user": user, "events": len(events), "name": name, "named": named, "eventId": event["EventId"]}
        raise AssertionError("no user of the data fits")

    def send(self, fields):
        """One record of these fields, which can be looked up from then on; its ID."""
        record = records.record(account=ACCOUNT, **fields)
        assert self.daemon.send([record]).json()["Accepted"] == 1
        self.daemon.catch_up()
        return {"id": record["eventID"]}

    def call(self, request):
        """An operation of CloudTrail, by who signed in."""
        answer = self.daemon.call(request["operation"], request.get("parameters", {}))
        assert answer.status == 200, answer
        return answer.json()

    def keys(self, bucket, folder):
        pages = self.daemon.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
        found = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        return sorted(key for key in found if f"/{folder}/" in key and key.endswith(".gz"))

    def delivered(self, request):
        """Waits until the trail has a log file."""
        return eventually(lambda: self.keys(request["bucket"], "CloudTrail"))

    def digested(self, request):
        """Stops the trail once its digests name a log file, and waits until all of its chain is there."""
        self.delivered(request)
        verified = lambda: self.daemon.cairn("VerifyTrail", {"TrailName": request["trail"]}).json()
        eventually(lambda: verified()["ValidLogFiles"] > 0, every_s=0.3)
        self.call({"operation": "StopLogging", "parameters": {"Name": request["trail"]}})
        return {"files": eventually(lambda: (lambda now: now["IsValid"] and now["ValidLogFiles"])(verified()), every_s=0.3)}

    def alter(self, request):
        """Somebody with the bucket's key changes what a log file says; its name."""
        s3, key = self.daemon.client("s3"), self.keys(request["bucket"], "CloudTrail")[0]
        text = gzip.decompress(s3.get_object(Bucket=request["bucket"], Key=key)["Body"].read())
        s3.put_object(Bucket=request["bucket"], Key=key, Body=gzip.compress(text.replace(b"us-east-1", b"us-east-2")))
        return key.rpartition("/")[2]

    def archive(self, _=None):
        """A bucket of log files as AWS leaves them, to be imported; its address."""
        s3, bucket = self.daemon.client("s3"), "old-logs"
        s3.create_bucket(Bucket=bucket)
        folder = f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2026/01/02"
        old = records.records(120, account=ACCOUNT, name="OldCall", when="2026-01-02T03:04:05Z")
        s3.put_object(Bucket=bucket, Key=f"{folder}/{ACCOUNT}_CloudTrail_{REGION}_20260102T0310Z_abcdefghijklmnop.json.gz",
                      Body=gzip.compress(json.dumps({"Records": old}).encode()))
        return {"uri": f"s3://{bucket}/AWSLogs/{ACCOUNT}/CloudTrail/", "events": len(old)}

    def known(self, _=None):
        """One of each thing that has a page, made when it is asked for first; their names."""
        if not hasattr(self, "names"):
            self.daemon.client("s3").create_bucket(Bucket="kept-logs")
            trail = self.call({"operation": "CreateTrail", "parameters": {
                "Name": "kept", "S3BucketName": "kept-logs", "EnableLogFileValidation": True, "IsMultiRegionTrail": True}})["TrailARN"]
            self.call({"operation": "StartLogging", "parameters": {"Name": trail}})
            store = self.call({"operation": "CreateEventDataStore", "parameters": {"Name": "kept-events"}})["EventDataStoreArn"]
            insights = [insight(2, "Start", 40), insight(3, "End", 32), insight(4, "Start", 12),
                        insight(6, "Start", 50, eventSource="s3.amazonaws.com", eventName="GetObject", sourceEventCategory="Data", insightSource=trail),
                        insight(10, "Start", 57, eventSource={"not": "text"}),
                        insight(8, "Start", 55, eventName="OddOne", errorCode={"not": "text"},
                                insightContext={"statistics": {"baseline": {"average": None}, "insight": []}, "attributions": "none"})]
            folder = self.daemon.folder / "insights"
            folder.mkdir()
            (folder / "insights.json").write_text(json.dumps({"Records": insights}))
            self.daemon.run("import", str(folder))
            self.names = {"trail": trail, "store": store.rpartition("/")[2], "insight": insights[0]["eventID"], "event": self.subject()["eventId"]}
        return self.names


@contextlib.contextmanager
def browsing(folder, has_real_records=True, **answers):
    """A browser in front of a daemon with those records, for as long as the context lasts; `known` of it is what answers a
    journey's questions, beside `answers`. Skips where there is no console or no browser."""
    console_browser.packages()
    with daemons(folder) as start:
        known = Known(start(*Known.OPTIONS), has_real_records)
        with console_browser.browser(known.daemon, folder / "browser", {**known.answers(), **answers}) as one:
            one.known = known
            yield one
