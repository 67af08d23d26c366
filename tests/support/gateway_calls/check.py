# SPDX-License-Identifier: Apache-2.0
"""Compare the record of a call with the row of its table."""
import re
import uuid

from gateway import IDENTITIES
from gateway_calls.call import ACCOUNT, UNSTATED, difference


def tag_of(record):
    """The User-Agent, which S3's records have in brackets."""
    return record["userAgent"].strip("[]")


def identity_of(call):
    """What userIdentity must hold. Cairn's own door, as the upstream, knows Cairn's key only."""
    return call.identity or IDENTITIES["root" if call.service.server == "cairn" and call.who == "alice" else call.who]


def check_meaning(call, outcome, record):
    """What was done, by whom, to what, and how it ended."""
    assert (outcome.error is None) == (call.error is None), f"the client saw {outcome.error}"
    assert (record["eventName"], record["eventSource"]) == (call.event, call.service.source)
    assert difference(call.effect, record["readOnly"], "readOnly") == ""
    assert difference(call.category, record["eventCategory"], "eventCategory") == ""
    assert record["managementEvent"] == (record["eventCategory"] == "Management")
    assert difference(call.error, record.get("errorCode"), "errorCode") == ""
    assert difference(identity_of(call), record["userIdentity"], "userIdentity") == ""
    assert difference(outcome.request, record["requestParameters"], "requestParameters") == ""
    no_response = call.error or (outcome.response is UNSTATED and call.effect is True)
    assert difference(None if no_response else outcome.response, record["responseElements"], "responseElements") == ""
    assert difference(call.service.api_version, record.get("apiVersion"), "apiVersion") == ""
    if call.resources is not UNSTATED:
        assert [(entry.get("type"), entry.get("ARN")) for entry in record.get("resources", [])] == [tuple(entry) for entry in call.resources]


def check_frame(call, outcome, record):
    """What every record of an API call has."""
    assert (record["eventVersion"], record["eventType"]) == ("1.11", "AwsApiCall")
    assert (record["awsRegion"], record["recipientAccountId"], record["sourceIPAddress"]) == ("us-east-1", ACCOUNT, "127.0.0.1")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", record["eventTime"]) and uuid.UUID(record["eventID"])
    headers = outcome.answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    said = headers.get("x-amzn-requestid") or headers.get("x-amz-request-id")
    assert said is None or record["requestID"] == said
    if call.service.source == "s3.amazonaws.com":
        assert record["userAgent"] == f"[{call.tag}]"
        assert isinstance(record["additionalEventData"]["bytesTransferredOut"], int)
    if call.error:
        assert record["responseElements"] is None and record.get("errorMessage", "?") != ""
