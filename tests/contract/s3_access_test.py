# SPDX-License-Identifier: Apache-2.0
"""Who may do what at the S3 door: roles, other accounts, expected owners; and what is refused rather than ignored."""
import json
import uuid

import pytest

from aws_errors import aws_error

OTHER_ACCOUNT = "210987654321"


def new_key(daemon, role, user, *options):
    made = json.loads(daemon.run("key", "create", "--user", user, "--role", role, "--output", "json", *options).stdout)
    return made["AccessKeyId"], made["SecretAccessKey"]


@pytest.fixture(scope="module")
def s3(shared_daemon):
    return shared_daemon.client("s3")


@pytest.fixture(scope="module")
def bucket(s3):
    name = f"access-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="k", Body=b"x")
    return name


def test_an_auditor_reads_the_buckets_of_its_account_and_changes_nothing(shared_daemon, bucket):
    s3 = shared_daemon.client("s3", key=new_key(shared_daemon, "auditor", "s3-auditor"))
    assert bucket in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1
    for change in (lambda: s3.put_object(Bucket=bucket, Key="k", Body=b"changed"), lambda: s3.delete_object(Bucket=bucket, Key="k"),
                   lambda: s3.create_bucket(Bucket="auditors-own"), lambda: s3.delete_bucket_policy(Bucket=bucket),
                   lambda: s3.copy_object(Bucket=bucket, Key="k2", CopySource=f"{bucket}/k"),
                   lambda: s3.create_multipart_upload(Bucket=bucket, Key="k3")):
        with aws_error("AccessDenied", status=403):
            change()
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


def test_a_writer_has_no_buckets(shared_daemon, bucket):
    s3 = shared_daemon.client("s3", key=new_key(shared_daemon, "writer", "s3-writer"))
    for call in (lambda: s3.list_buckets(), lambda: s3.get_object(Bucket=bucket, Key="k"),
                 lambda: s3.put_object(Bucket=bucket, Key="k", Body=b"y")):
        with aws_error("AccessDenied", status=403):
            call()


def test_the_buckets_of_another_account_are_closed(shared_daemon, bucket):
    s3 = shared_daemon.client("s3", key=new_key(shared_daemon, "admin", "other", "--account", OTHER_ACCOUNT))
    assert s3.list_buckets()["Buckets"] == []
    for call in (lambda: s3.get_object(Bucket=bucket, Key="k"), lambda: s3.put_object(Bucket=bucket, Key="k", Body=b"y"),
                 lambda: s3.list_objects_v2(Bucket=bucket), lambda: s3.delete_bucket(Bucket=bucket), lambda: s3.get_bucket_policy(Bucket=bucket)):
        with aws_error("AccessDenied", status=403):
            call()
    with aws_error("BucketAlreadyExists", status=409):
        s3.create_bucket(Bucket=bucket)
    own = f"own-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=own)
    with aws_error("AccessDenied", status=403):
        s3.copy_object(Bucket=own, Key="stolen", CopySource=f"{bucket}/k")


def test_an_expected_owner_must_be_the_owner(s3, bucket):
    with aws_error("AccessDenied", status=403):
        s3.get_object(Bucket=bucket, Key="k", ExpectedBucketOwner=OTHER_ACCOUNT)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    with aws_error("AccessDenied", status=403):
        s3.copy_object(Bucket=bucket, Key="l", CopySource=f"{bucket}/k", ExpectedSourceBucketOwner=OTHER_ACCOUNT)


def test_a_bucket_of_one_s_own_is_found_again(shared_daemon, s3, bucket):
    s3.create_bucket(Bucket=bucket)  # in us-east-1 that is no error
    name = f"west-{uuid.uuid4().hex[:12]}"
    west = shared_daemon.client("s3", region="us-west-2")
    where = {"LocationConstraint": "us-west-2"}
    west.create_bucket(Bucket=name, CreateBucketConfiguration=where)
    with aws_error("BucketAlreadyOwnedByYou", status=409):
        west.create_bucket(Bucket=name, CreateBucketConfiguration=where)
    assert west.head_bucket(Bucket=name)["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == "us-west-2"
    with aws_error("IllegalLocationConstraintException", status=400):
        west.create_bucket(Bucket=f"{name}-2")


@pytest.mark.parametrize("headers, code, status", [
    ({"x-amz-server-side-encryption": "aws:kms"}, "NotImplemented", 501),
    ({"x-amz-tagging": "a=b"}, "NotImplemented", 501),
    ({"x-amz-object-lock-mode": "COMPLIANCE"}, "NotImplemented", 501),
    ({"x-amz-storage-class": "GLACIER"}, "InvalidStorageClass", 400),
    ({"x-amz-acl": "public-read"}, "AccessControlListNotSupported", 400),
    ({"x-amz-meta-large": "x" * 2100}, "MetadataTooLarge", 400),
    ({"x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-crc32c": "AAAAAA=="}, "InvalidRequest", 400),
    ({"If-None-Match": '"tag"'}, "NotImplemented", 501),
])
def test_what_cairn_cannot_keep_is_refused(shared_daemon, s3, bucket, headers, code, status):
    answer = shared_daemon.request("PUT", f"/{bucket}/refused", b"x", headers, sign="s3")
    assert (answer.status, f"<Code>{code}</Code>".encode() in answer.body) == (status, True), answer.body
    with aws_error("404", status=404):
        s3.head_object(Bucket=bucket, Key="refused")


@pytest.mark.parametrize("call, code", [
    ("get_bucket_tagging", "NoSuchTagSet"), ("get_bucket_encryption", "ServerSideEncryptionConfigurationNotFoundError"),
    ("get_public_access_block", "NoSuchPublicAccessBlockConfiguration"), ("get_bucket_cors", "NoSuchCORSConfiguration"),
    ("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration"), ("get_bucket_website", "NoSuchWebsiteConfiguration"),
    ("get_bucket_replication", "ReplicationConfigurationNotFoundError"), ("get_object_lock_configuration", "ObjectLockConfigurationNotFoundError"),
])
def test_a_plain_bucket_has_no_such_configuration(s3, bucket, call, code):
    with aws_error(code, status=404):
        getattr(s3, call)(Bucket=bucket)


@pytest.mark.parametrize("call", ["get_bucket_versioning", "get_bucket_logging", "get_bucket_notification_configuration",
                                  "get_bucket_accelerate_configuration", "get_bucket_request_payment", "get_bucket_ownership_controls"])
def test_a_plain_bucket_answers_with_the_defaults(s3, bucket, call):
    assert getattr(s3, call)(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize("method, target", [("PUT", "?versioning"), ("PUT", "?lifecycle"), ("DELETE", "?lifecycle"), ("PUT", "?encryption"), ("PUT", "?tagging")])
def test_what_is_not_there_is_not_taken_for_the_bucket_itself(shared_daemon, s3, bucket, method, target):
    answer = shared_daemon.request(method, f"/{bucket}{target}", b"", sign="s3")
    assert (answer.status, b"<Code>NotImplemented</Code>" in answer.body) == (501, True)
    s3.head_bucket(Bucket=bucket)


def test_signature_version_2_is_told_to_be_too_old(shared_daemon, bucket):
    answer = shared_daemon.request("GET", f"/{bucket}/k?AWSAccessKeyId=AKIA&Signature=x&Expires=1999999999", sign=None)
    assert (answer.status, b"AWS4-HMAC-SHA256" in answer.body) == (400, True)


def test_versions_of_a_plain_bucket_are_the_objects(s3, bucket):
    versions = s3.list_object_versions(Bucket=bucket)["Versions"]
    assert [(version["Key"], version["VersionId"], version["IsLatest"]) for version in versions] == [("k", "null", True)]
    assert s3.get_object(Bucket=bucket, Key="k", VersionId="null")["Body"].read() == b"x"
    with aws_error("InvalidArgument", status=400):
        s3.get_object(Bucket=bucket, Key="k", VersionId="other")


def test_an_answer_can_be_given_other_headers(s3, bucket):
    answer = s3.get_object(Bucket=bucket, Key="k", ResponseContentType="text/plain", ResponseContentDisposition='attachment; filename="x"')
    assert (answer["ContentType"], answer["ContentDisposition"]) == ("text/plain", 'attachment; filename="x"')
