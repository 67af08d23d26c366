# SPDX-License-Identifier: Apache-2.0
"""A strict reader of insight records in the form that AWS documents for trails.

From "CloudTrail record contents for Insights events for trails" of the CloudTrail user guide: every member that must
be there is, none that may not be, each of its kind. Nothing here knows how Cairn makes them.
"""
import datetime
import re

ACCOUNT = re.compile(r"\d{12}")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TYPES = {"ApiCallRateInsight": ["userIdentityArn", "userAgent", "errorCode"], "ApiErrorRateInsight": ["userIdentityArn", "userAgent"]}
VALUES_MAX = 5


class Malformed(Exception):
    pass


def demand(truth, what):
    if not truth:
        raise Malformed(what)


def members(value, required, optional=()):
    demand(isinstance(value, dict), f"no object: {value!r}")
    missing, unknown = set(required) - set(value), set(value) - set(required) - set(optional)
    demand(not missing and not unknown, f"missing {sorted(missing)}, unknown {sorted(unknown)}")


def text(value, pattern=None):
    demand(isinstance(value, str) and value, f"no text: {value!r}")
    demand(pattern is None or pattern.fullmatch(value), f"not of the form {pattern and pattern.pattern}: {value!r}")


def number(value, least=0.0):
    demand(isinstance(value, (int, float)) and not isinstance(value, bool) and value >= least, f"no number from {least} on: {value!r}")


def whole(value, least):
    demand(isinstance(value, int) and not isinstance(value, bool) and value >= least, f"no whole number from {least} on: {value!r}")


def read_values(values):
    demand(isinstance(values, list) and len(values) <= VALUES_MAX, f"no list of up to {VALUES_MAX}: {values!r}")
    for value in values:
        members(value, ["value", "average"])
        text(value["value"])
        number(value["average"])
    averages = [value["average"] for value in values]
    demand(averages == sorted(averages, reverse=True), f"not sorted: {averages}")
    names = [value["value"] for value in values]
    demand(len(set(names)) == len(names), f"twice: {names}")


def read_attribution(attribution):
    members(attribution, ["attribute", "insight", "baseline"])
    read_values(attribution["insight"])
    read_values(attribution["baseline"])
    if attribution["attribute"] == "userIdentityArn":
        for value in attribution["insight"] + attribution["baseline"]:
            session = re.fullmatch(r"arn:[\w-]+:sts::\d{12}:assumed-role/[^/]+/.+", value["value"])
            demand(not session, f"a session is named: {value['value']}")


def read_context(context, kind):
    members(context, ["statistics", "attributions"])
    statistics = context["statistics"]
    members(statistics, ["baseline", "insight", "insightDuration", "baselineDuration"])
    for name in ("baseline", "insight"):
        members(statistics[name], ["average"])
        number(statistics[name]["average"])
    whole(statistics["insightDuration"], 1)
    whole(statistics["baselineDuration"], 0)
    demand([attribution.get("attribute") for attribution in context["attributions"]] == TYPES[kind], "attributes of another type")
    for attribution in context["attributions"]:
        read_attribution(attribution)


def read_details(details):
    members(details, ["state", "eventSource", "eventName", "insightType", "insightContext"],
            ["errorCode", "sourceEventCategory", "insightSource"])
    demand(details["state"] in ("Start", "End"), f"state {details['state']!r}")
    text(details["eventSource"], re.compile(r"[a-z0-9_-]+\.amazonaws\.com"))
    text(details["eventName"], re.compile(r"\w+"))
    demand(details["insightType"] in TYPES, f"insightType {details['insightType']!r}")
    demand(("errorCode" in details) == (details["insightType"] == "ApiErrorRateInsight"), "errorCode belongs to error rates")
    demand(details.get("sourceEventCategory", "Management") in ("Management", "Data"), "sourceEventCategory")
    is_data = details.get("sourceEventCategory") == "Data"
    demand(("insightSource" in details) == is_data, "insightSource belongs to data events")
    if is_data:
        text(details["insightSource"], re.compile(r"arn:[\w-]+:cloudtrail:[\w-]+:\d{12}:trail/[\w.-]+"))
    read_context(details["insightContext"], details["insightType"])


def read(record):
    """The record's details, once everything about it is as documented; Malformed says what is not."""
    members(record, ["eventVersion", "eventTime", "awsRegion", "eventID", "eventType", "recipientAccountId", "sharedEventID",
                     "insightDetails", "eventCategory"], ["addendum"])
    text(record["eventVersion"], re.compile(r"1\.(0[7-9]|[1-9]\d)"))
    time = datetime.datetime.strptime(record["eventTime"], "%Y-%m-%dT%H:%M:%SZ")
    demand(time.second == 0, f"no whole minute: {record['eventTime']}")
    text(record["awsRegion"], re.compile(r"[a-z]{2}(-[a-z]+)+-\d"))
    text(record["eventID"], UUID)
    text(record["sharedEventID"], UUID)
    demand(record["eventID"] != record["sharedEventID"], "the ids are the same")
    text(record["recipientAccountId"], ACCOUNT)
    demand((record["eventType"], record["eventCategory"]) == ("AwsCloudTrailInsight", "Insight"), "type or category")
    read_details(record["insightDetails"])
    return record["insightDetails"]
