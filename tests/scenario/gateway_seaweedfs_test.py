# SPDX-License-Identifier: Apache-2.0
"""SeaweedFS behind a gateway, where it is to be had: it checks signatures and streams as production stores do."""

from gateway import KEYS, Gateway
from gateway_calls import s3
from gateway_calls.call import Service
from gateway_calls.check import check_frame, check_meaning, tag_of
from gateway_calls.player import Player


def test_each_call_is_one_record_as_documented(start_daemon, tmp_path, seaweedfs_server):
    calls = s3.object_calls()
    service = Service("s3-seaweedfs", "s3", "s3.amazonaws.com", calls, server="seaweedfs")
    gateway = Gateway(start_daemon, tmp_path, {"store": {"upstream": seaweedfs_server.url, "guarantee": "fail-closed"}})
    outcomes = Player(gateway.url("store"), KEYS).play(service)
    records = gateway.take(len(calls))
    assert sorted(tag_of(record) for record in records) == sorted(call.tag for call in calls)
    by_tag = {tag_of(record): record for record in records}
    for call in calls:
        check_meaning(call, outcomes[call.tag], by_tag[call.tag])
        check_frame(call, outcomes[call.tag], by_tag[call.tag])
