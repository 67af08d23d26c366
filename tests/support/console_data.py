# SPDX-License-Identifier: Apache-2.0
"""A daemon with records of all kinds for the console to show, and what a journey may ask about them."""
import collections
import datetime
import json

import console_browser
import records
from cairn_daemon import REGION
from conftest import REAL_RECORDS

ACCOUNT = "123837392027"  # of the real records, where they are


def insight(number, state, minutes_ago, **context):
    """An insight of a burst of RunInstances, as CloudTrail writes one."""
    when = records.utc_now().replace(second=0, microsecond=0) - datetime.timedelta(minutes=minutes_ago)
    statistics = {"baseline": {"average": 0.2}, "insight": {"average": 41.5}, "insightDuration": 8, "baselineDuration": 10080}
    attributions = [
        {"attribute": "userIdentityArn", "insight": [{"value": f"arn:aws:sts::{ACCOUNT}:assumed-role/Deployer", "average": 41.3}],
         "baseline": [{"value": f"arn:aws:iam::{ACCOUNT}:user/alice", "average": 0.2}]},
        {"attribute": "userAgent", "insight": [{"value": "tool/7", "average": 41.5}], "baseline": [{"value": "aws-cli/2", "average": 0.2}]},
        {"attribute": "errorCode", "insight": [{"value": "null", "average": 41.5}], "baseline": [{"value": "null", "average": 0.2}]}]
    details = {"state": state, "eventSource": "ec2.amazonaws.com", "eventName": "RunInstances", "insightType": "ApiCallRateInsight",
               "insightContext": {"statistics": {**statistics, **context}, "attributions": attributions}}
    return {"eventVersion": "1.11", "eventTime": records.time_text(when), "awsRegion": REGION,
            "eventID": f"7d2f6c52-8a1e-4d0b-9d64-{number:012d}", "eventType": "AwsCloudTrailInsight", "recipientAccountId": ACCOUNT,
            "sharedEventID": f"8d2f6c52-8a1e-4d0b-9d64-{number // 2:012d}", "insightDetails": details, "eventCategory": "Insight"}


class Known:
    OPTIONS = ["--account-id", ACCOUNT, "--accept-accounts", "any", "--delivery-interval", "1s", "--digest-interval", "10s",
               "--console-pack", str(console_browser.PACK)]

    def __init__(self, daemon):
        self.daemon, self.is_filled = daemon, False
        self.daemon.run("demo")
        if REAL_RECORDS.is_dir():
            self.daemon.run("import", str(REAL_RECORDS))

    def answers(self):
        """A function for each question of a journey."""
        return {name: getattr(self, name) for name in ("subject", "send", "known", "call")}

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

    def send(self, records_or_fields):
        """One record of these fields, or whole records as they are; the ID of the last."""
        sent = records_or_fields if isinstance(records_or_fields, list) else [records.record(account=ACCOUNT, **records_or_fields)]
        assert self.daemon.send(sent).json()["Accepted"] == len(sent)
        return {"id": sent[-1]["eventID"]}

    def call(self, request):
        """An operation of CloudTrail, by who signed in."""
        answer = self.daemon.call(request["operation"], request.get("parameters", {}))
        assert answer.status == 200, answer
        return answer.json()

    def known(self, _=None):
        """One of each thing that has a page, made when it is asked for first; their names."""
        if not hasattr(self, "names"):
            self.daemon.client("s3").create_bucket(Bucket="kept-logs")
            trail = self.call({"operation": "CreateTrail", "parameters": {
                "Name": "kept", "S3BucketName": "kept-logs", "EnableLogFileValidation": True, "IsMultiRegionTrail": True}})["TrailARN"]
            self.call({"operation": "StartLogging", "parameters": {"Name": trail}})
            store = self.call({"operation": "CreateEventDataStore", "parameters": {"Name": "kept-events"}})["EventDataStoreArn"]
            insights = [insight(2, "Start", 40), insight(3, "End", 32), insight(4, "Start", 12)]
            folder = self.daemon.folder / "insights"
            folder.mkdir()
            (folder / "insights.json").write_text(json.dumps({"Records": insights}))
            self.daemon.run("import", str(folder))
            self.names = {"trail": trail, "store": store.rpartition("/")[2], "insight": insights[0]["eventID"], "event": self.subject()["eventId"]}
        return self.names
