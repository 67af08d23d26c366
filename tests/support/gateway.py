# SPDX-License-Identifier: Apache-2.0
"""A Cairn daemon with gateways in front of servers, and the records that they made.

    gateway = Gateway(start_daemon, folder, {"store": {"upstream": server.url, "guarantee": "fail-closed"}})
    ... calls to gateway.url("store") ...
    gateway.take(1)  # the events that came since
"""
import json
import time

import servers
from cairn_daemon import ACCOUNT, HANG_S, ROOT_KEY
from gateway_entry import Entry, configure

ALICE = servers.KEY
STRANGER = ("AKIAEXAMPLESTRANGER1", "a/secret/that/nobody/here/has/heard/of/0")
KEYS = {"alice": ALICE, "root": ROOT_KEY, "stranger": STRANGER, "anonymous": None}
PRINCIPALS = {"principals": [{"accessKeyId": ALICE[0], "type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/alice",
                              "principalId": "AIDAEXAMPLEALICE00001"}]}
IDENTITIES = {
    "alice": {"type": "IAMUser", "principalId": "AIDAEXAMPLEALICE00001", "arn": f"arn:aws:iam::{ACCOUNT}:user/alice", "accountId": ACCOUNT,
              "accessKeyId": ALICE[0], "userName": "alice"},
    "root": {"type": "Root", "principalId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root", "accountId": ACCOUNT, "accessKeyId": ROOT_KEY[0]},
    "stranger": {"type": "Unknown", "accessKeyId": STRANGER[0]},
    "anonymous": {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"},
}


class Gateway:
    """`entries`: the keys of each entry's section by its name, with at least its upstream."""

    def __init__(self, start_daemon, folder, entries, *options, principals=PRINCIPALS, **arguments):
        self.principals_path = folder / "principals.json"
        self.principals_path.write_text(json.dumps(principals))
        self.entries = {name: Entry(name, **{"principals-file": self.principals_path, **keys}) for name, keys in entries.items()}
        self.daemon = start_daemon(*configure(folder, *self.entries.values()), *options, **arguments)
        first = self.tail(0)
        self.position, self.session = first["Position"], first["SessionId"]

    def url(self, name):
        return self.entries[name].url

    def port(self, name):
        return self.entries[name].port

    def tail(self, wait_s, **parameters):
        answer = self.daemon.cairn("Tail", {"WaitSeconds": wait_s, "MaxResults": 1000, **parameters})
        assert answer.status == 200, answer
        return answer.json()

    def take(self, count=0, quiet_s=0.3, timeout_s=HANG_S):
        """The records of gateways since the last take: at least `count` of them, and no more after quiet_s."""
        taken, deadline = [], time.monotonic() + timeout_s
        quiet_since = time.monotonic()
        while time.monotonic() < deadline and (len(taken) < count or time.monotonic() - quiet_since < quiet_s):
            page = self.tail(1 if len(taken) < count else 0, AfterPosition=self.position, SessionId=self.session)
            self.position = page["Position"]
            new = [event for event in page["Events"] if (event.get("Principal") or "").startswith("gateway/")]
            taken += [json.loads(event["CloudTrailEvent"]) for event in new]
            if page["Events"]:
                quiet_since = time.monotonic()
            elif len(taken) >= count:
                time.sleep(0.05)
        assert len(taken) >= count, f"{len(taken)} records of {count} after {timeout_s} s: {[record['eventName'] for record in taken]}"
        return taken
