# SPDX-License-Identifier: Apache-2.0
"""Valid CloudTrail records for tests: one call, one record, every field changeable."""
import datetime
import itertools
import uuid

from cairn_daemon import ACCOUNT, REGION

numbers = itertools.count(1)


def utc_now():
    return datetime.datetime.now(datetime.timezone.utc)


def time_text(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def iam_user(name="alice", account=ACCOUNT, access_key="AKIAEXAMPLEALICE0001"):
    return {"type": "IAMUser", "principalId": f"AIDAEXAMPLE{name.upper():0<10.10}", "arn": f"arn:aws:iam::{account}:user/{name}",
            "accountId": account, "accessKeyId": access_key, "userName": name}


def assumed_role(role="Deployer", session="ci-run-1", account=ACCOUNT, access_key="ASIAEXAMPLEROLE00001"):
    issuer = {"type": "Role", "principalId": "AROAEXAMPLEROLEID0001", "arn": f"arn:aws:iam::{account}:role/{role}",
              "accountId": account, "userName": role}
    return {"type": "AssumedRole", "principalId": f"AROAEXAMPLEROLEID0001:{session}",
            "arn": f"arn:aws:sts::{account}:assumed-role/{role}/{session}", "accountId": account, "accessKeyId": access_key,
            "sessionContext": {"sessionIssuer": issuer, "attributes": {"creationDate": time_text(utc_now()),
                                                                       "mfaAuthenticated": "false"}}}


def record(name="CreateBucket", source="s3.amazonaws.com", when=None, ago_s=0, account=ACCOUNT, region=REGION, user=None,
           event_id=None, without=(), **fields):
    """One management event. `when` or `ago_s` set its time; `without` removes fields; `fields` override."""
    when = when or utc_now() - datetime.timedelta(seconds=ago_s)
    read_only = name.startswith(("Get", "List", "Describe", "Lookup", "Head"))
    made = {
        "eventVersion": "1.11",
        "userIdentity": user or iam_user(account=account),
        "eventTime": when if isinstance(when, str) else time_text(when),
        "eventSource": source,
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": "198.51.100.23",
        "userAgent": "cairn-tests/1",
        "requestParameters": {"number": next(numbers)},
        "responseElements": None,
        "requestID": str(uuid.uuid4()),
        "eventID": event_id or str(uuid.uuid4()),
        "readOnly": read_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
        **fields,
    }
    for field in without:
        del made[field]
    return made


def records(count, **options):
    return [record(**options) for _ in range(count)]


def s3_data_event(name="GetObject", bucket="photos", key="cat.jpg", **options):
    account = options.get("account", ACCOUNT)
    resources = [{"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::{bucket}/{key}"},
                 {"accountId": account, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{bucket}"}]
    return record(name, requestParameters={"bucketName": bucket, "key": key}, resources=resources, managementEvent=False,
                  eventCategory="Data", **options)
