# SPDX-License-Identifier: Apache-2.0
"""The S3 door through boto3, plain requests and presigned addresses: what today's SDKs send by default, and worse (P4)."""
import base64
import hashlib
import io
import urllib.parse
import uuid

import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from aws_errors import aws_error
from cairn_daemon import REGION


@pytest.fixture(scope="module")
def s3(shared_daemon):
    return shared_daemon.client("s3")


@pytest.fixture
def bucket(s3):
    name = f"bucket-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    return name


def body_of(answer):
    return answer["Body"].read()


# Buckets

def test_a_bucket_is_made_found_listed_and_deleted(s3):
    name = f"bucket-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    s3.head_bucket(Bucket=name)
    assert name in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] is None
    s3.delete_bucket(Bucket=name)
    with aws_error("404", status=404):
        s3.head_bucket(Bucket=name)
    with aws_error("NoSuchBucket", status=404):
        s3.list_objects_v2(Bucket=name)


def test_a_bucket_in_another_region_says_so(shared_daemon):
    client = shared_daemon.client("s3", region="eu-west-1")
    name = f"bucket-{uuid.uuid4().hex[:12]}"
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert client.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-west-1"


def test_a_bucket_that_holds_something_is_not_deleted(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    with aws_error("BucketNotEmpty", status=409):
        s3.delete_bucket(Bucket=bucket)


@pytest.mark.parametrize("name", ["events", "console", "healthz", "readyz", "metrics", "sources"])
def test_names_that_are_doors_of_cairn_are_no_buckets(shared_daemon, name):
    answer = shared_daemon.request("PUT", f"/{name}", sign="s3")
    assert answer.status == 400, answer


def test_the_acl_has_one_fixed_owner(s3, bucket):
    acl = s3.get_bucket_acl(Bucket=bucket)
    assert [grant["Permission"] for grant in acl["Grants"]] == ["FULL_CONTROL"]
    assert acl["Owner"]["ID"] == acl["Grants"][0]["Grantee"]["ID"]


def test_a_bucket_policy_is_kept_and_deleted(s3, bucket):
    with aws_error("NoSuchBucketPolicy", status=404):
        s3.get_bucket_policy(Bucket=bucket)
    policy = '{"Version":"2012-10-17","Statement":[]}'
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == policy
    with aws_error("MalformedPolicy", status=400):
        s3.put_bucket_policy(Bucket=bucket, Policy="not a policy")
    s3.delete_bucket_policy(Bucket=bucket)
    with aws_error("NoSuchBucketPolicy", status=404):
        s3.get_bucket_policy(Bucket=bucket)


# Objects

def test_an_object_comes_back_as_it_was_put(s3, bucket):
    data = bytes(range(256)) * 1000
    put = s3.put_object(Bucket=bucket, Key="a/b c.bin", Body=data, ContentType="application/x-thing", ContentEncoding="identity",
                        Metadata={"Colour": "blue", "signature": "0a0b"})
    assert put["ETag"] == f'"{hashlib.md5(data).hexdigest()}"'
    got = s3.get_object(Bucket=bucket, Key="a/b c.bin")
    assert body_of(got) == data
    assert (got["ETag"], got["ContentLength"], got["ContentType"]) == (put["ETag"], len(data), "application/x-thing")
    assert got["Metadata"] == {"colour": "blue", "signature": "0a0b"}
    head = s3.head_object(Bucket=bucket, Key="a/b c.bin")
    assert (head["ETag"], head["ContentLength"], head["Metadata"]) == (got["ETag"], len(data), got["Metadata"])


ODD_KEYS = ["../../etc/passwd", "/leading", "trailing/", "a//b", ".", "..", "a/../b", "%2e%2e%2f", "k\u00fc\u00df\U0001f4dc", " blank ", "a+b", "a&b<c>'\"",
            "quote'", "\u0001control", "x" * 1024, "question?mark#hash", "a\\b", "CON", "a" * 255 + "/" + "b" * 255]


@pytest.mark.parametrize("key", ODD_KEYS)
def test_odd_keys_are_stored_faithfully(s3, bucket, key):
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert body_of(s3.get_object(Bucket=bucket, Key=key)) == key.encode()
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    s3.delete_object(Bucket=bucket, Key=key)
    with aws_error("NoSuchKey", status=404):
        s3.get_object(Bucket=bucket, Key=key)


def test_keys_that_share_a_start_with_a_folder_live_side_by_side(s3, bucket):
    for key in ("a", "a/", "a/b", "a/b/c"):
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["a", "a/", "a/b", "a/b/c"]


def test_no_key_escapes_the_data_folder(start_daemon):
    daemon = start_daemon()
    s3 = daemon.client("s3")
    s3.create_bucket(Bucket="inside")
    for key in ("../outside", "../../outside", "/../outside", "a/../../../outside"):
        s3.put_object(Bucket="inside", Key=key, Body=b"x")
    assert not list(daemon.folder.glob("outside")) and not list(daemon.folder.parent.glob("outside"))
    assert not (daemon.data / "outside").exists()


@pytest.mark.parametrize("header, expected", [
    ("bytes=0-4", b"01234"), ("bytes=5-", b"56789"), ("bytes=-3", b"789"), ("bytes=8-100", b"89"),
])
def test_a_range_gives_its_part(s3, bucket, header, expected):
    s3.put_object(Bucket=bucket, Key="digits", Body=b"0123456789")
    answer = s3.get_object(Bucket=bucket, Key="digits", Range=header)
    assert body_of(answer) == expected
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert answer["ContentRange"].endswith("/10")


def test_a_range_past_the_end_is_refused(s3, bucket):
    s3.put_object(Bucket=bucket, Key="digits", Body=b"0123456789")
    with aws_error("InvalidRange", status=416):
        s3.get_object(Bucket=bucket, Key="digits", Range="bytes=10-")


def test_conditions_decide(s3, bucket):
    tag = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["ETag"]
    with aws_error("304", status=304):
        s3.get_object(Bucket=bucket, Key="k", IfNoneMatch=tag)
    with aws_error("PreconditionFailed", status=412):
        s3.get_object(Bucket=bucket, Key="k", IfMatch='"other"')
    assert body_of(s3.get_object(Bucket=bucket, Key="k", IfMatch=tag)) == b"1"


def test_a_put_that_must_make_a_new_object_does_not_replace_one(shared_daemon, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    answer = shared_daemon.request("PUT", f"/{bucket}/k", b"2", {"If-None-Match": "*"}, sign="s3")
    assert answer.status == 412
    assert body_of(s3.get_object(Bucket=bucket, Key="k")) == b"1"


def test_an_object_is_copied_with_its_metadata_or_new_ones(s3, bucket):
    s3.put_object(Bucket=bucket, Key="from here", Body=b"data", Metadata={"a": "1"})
    s3.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "from here"})
    assert s3.head_object(Bucket=bucket, Key="to")["Metadata"] == {"a": "1"}
    s3.copy_object(Bucket=bucket, Key="to2", CopySource=f"{bucket}/from here", MetadataDirective="REPLACE", Metadata={"b": "2"})
    assert s3.head_object(Bucket=bucket, Key="to2")["Metadata"] == {"b": "2"}
    with aws_error("NoSuchKey", status=404):
        s3.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "nothing"})


def test_many_objects_are_deleted_at_once(s3, bucket):
    for number in range(5):
        s3.put_object(Bucket=bucket, Key=f"k<{number}>&", Body=b"x")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": f"k<{number}>&"} for number in range(4)] + [{"Key": "nothing"}]})
    assert len(answer["Deleted"]) == 5
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["k<4>&"]


# Checksums and bodies

@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"])
def test_a_checksum_is_checked_and_kept(s3, bucket, algorithm):
    try:
        put = s3.put_object(Bucket=bucket, Key="k", Body=b"hello", ChecksumAlgorithm=algorithm)
    except Exception as problem:  # an SDK that does not know it, or lacks its library, cannot ask
        if "crt" in str(problem).lower() or "Unsupported" in str(problem):
            pytest.skip(f"this SDK cannot make {algorithm}")
        raise
    assert put[f"Checksum{algorithm}"]
    assert s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")[f"Checksum{algorithm}"] == put[f"Checksum{algorithm}"]


@pytest.mark.parametrize("header, value", [
    ("x-amz-checksum-crc32", base64.b64encode(b"\0\0\0\0").decode()),
    ("x-amz-checksum-crc64nvme", base64.b64encode(b"\0" * 8).decode()),
    ("x-amz-checksum-sha256", base64.b64encode(b"\0" * 32).decode()),
    ("Content-MD5", base64.b64encode(b"\0" * 16).decode()),
])
def test_a_body_that_does_not_match_its_checksum_is_never_seen(shared_daemon, s3, bucket, header, value):
    answer = shared_daemon.request("PUT", f"/{bucket}/k", b"hello", {header: value}, sign="s3")
    assert answer.status == 400
    assert b"<Code>BadDigest</Code>" in answer.body or b"InvalidDigest" in answer.body or b"XAmzContentSHA256Mismatch" in answer.body
    with aws_error("404", status=404):
        s3.head_object(Bucket=bucket, Key="k")


def test_a_body_changed_after_it_was_signed_is_never_seen(shared_daemon, s3, bucket):
    import http.client

    from botocore.auth import S3SigV4Auth

    request = AWSRequest(method="PUT", url=f"{shared_daemon.url}/{bucket}/k", data=b"signed", headers={})
    S3SigV4Auth(Credentials(*shared_daemon.key), "s3", REGION).add_auth(request)
    headers = dict(request.headers.items())
    assert headers["X-Amz-Content-SHA256"] != "UNSIGNED-PAYLOAD"
    connection = http.client.HTTPConnection("127.0.0.1", shared_daemon.port, timeout=30)
    connection.request("PUT", f"/{bucket}/k", body=b"forged", headers=headers)
    answer = connection.getresponse()
    assert (answer.status, b"XAmzContentSHA256Mismatch" in answer.read()) == (400, True)
    with aws_error("404", status=404):
        s3.head_object(Bucket=bucket, Key="k")


def test_a_stream_of_unknown_checksum_comes_in_chunks_with_a_trailer(s3, bucket):
    # A body that cannot be read twice makes newer SDKs use aws-chunked with a trailing checksum.
    s3.upload_fileobj(io.BytesIO(b"stream" * 1000), bucket, "k")
    assert body_of(s3.get_object(Bucket=bucket, Key="k")) == b"stream" * 1000


def test_a_multipart_upload_is_one_object(s3, bucket):
    parts = [b"a" * (5 << 20), b"b" * (5 << 20), b"c" * 1000]
    upload = s3.create_multipart_upload(Bucket=bucket, Key="big", Metadata={"kind": "big"})["UploadId"]
    assert [entry["UploadId"] for entry in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == [upload]
    tags = [s3.upload_part(Bucket=bucket, Key="big", UploadId=upload, PartNumber=number, Body=part)["ETag"]
            for number, part in enumerate(parts, 1)]
    assert [part["Size"] for part in s3.list_parts(Bucket=bucket, Key="big", UploadId=upload)["Parts"]] == [len(part) for part in parts]
    with aws_error("404", status=404):
        s3.head_object(Bucket=bucket, Key="big")
    done = s3.complete_multipart_upload(Bucket=bucket, Key="big", UploadId=upload, MultipartUpload={
        "Parts": [{"ETag": tag, "PartNumber": number} for number, tag in enumerate(tags, 1)]})
    assert done["ETag"].endswith('-3"')
    got = s3.get_object(Bucket=bucket, Key="big")
    assert body_of(got) == b"".join(parts)
    assert got["Metadata"] == {"kind": "big"}


def test_a_multipart_upload_that_is_aborted_leaves_nothing(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="big")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="big", UploadId=upload, PartNumber=1, Body=b"x")
    s3.abort_multipart_upload(Bucket=bucket, Key="big", UploadId=upload)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
    with aws_error("NoSuchUpload", status=404):
        s3.upload_part(Bucket=bucket, Key="big", UploadId=upload, PartNumber=2, Body=b"x")


# Listing

@pytest.fixture(scope="module")
def listed(s3):
    s3.create_bucket(Bucket="listed")
    for key in ("a/1", "a/2", "b/1", "b/2/x", "c", "d e"):
        s3.put_object(Bucket="listed", Key=key, Body=b"x")
    return "listed"


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2"])
def test_folders_come_as_common_prefixes(s3, listed, operation):
    answer = getattr(s3, operation)(Bucket=listed, Delimiter="/")
    assert [entry["Prefix"] for entry in answer["CommonPrefixes"]] == ["a/", "b/"]
    assert [entry["Key"] for entry in answer["Contents"]] == ["c", "d e"]
    below = getattr(s3, operation)(Bucket=listed, Prefix="b/", Delimiter="/")
    assert ([entry["Key"] for entry in below["Contents"]], [entry["Prefix"] for entry in below["CommonPrefixes"]]) == (["b/1"], ["b/2/"])


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2"])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_pages_join_to_the_whole(s3, listed, operation, size):
    pages = list(s3.get_paginator(operation).paginate(Bucket=listed, PaginationConfig={"PageSize": size}))
    assert [entry["Key"] for page in pages for entry in page.get("Contents", [])] == ["a/1", "a/2", "b/1", "b/2/x", "c", "d e"]
    folded = s3.get_paginator(operation).paginate(Bucket=listed, Delimiter="/", PaginationConfig={"PageSize": size})
    found = [entry for page in folded for entry in
             [item["Prefix"] for item in page.get("CommonPrefixes", [])] + [item["Key"] for item in page.get("Contents", [])]]
    assert found == ["a/", "b/", "c", "d e"]


def test_a_listing_starts_after_a_key(s3, listed):
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=listed, StartAfter="b/1")["Contents"]] == ["b/2/x", "c", "d e"]
    assert [entry["Key"] for entry in s3.list_objects(Bucket=listed, Marker="b/1")["Contents"]] == ["b/2/x", "c", "d e"]


# Addresses

def test_a_presigned_address_works_without_a_header(shared_daemon, s3, bucket):
    s3.put_object(Bucket=bucket, Key="a b", Body=b"shared")
    s3 = shared_daemon.client("s3", signature_version="s3v4")  # older SDKs presign by version 2 unless told
    address = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a b"}, ExpiresIn=60)
    target = address.partition(shared_daemon.url)[2]
    answer = shared_daemon.request("GET", target, sign=None)
    assert (answer.status, answer.body) == (200, b"shared")
    assert shared_daemon.request("GET", target.replace("a%20b", "other"), sign=None).status == 403
    put = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "new"}, ExpiresIn=60).partition(shared_daemon.url)[2]
    assert shared_daemon.request("PUT", put, b"came by address", sign=None).status == 200
    assert body_of(s3.get_object(Bucket=bucket, Key="new")) == b"came by address"


def test_a_presigned_address_lives_seven_days_at_most(shared_daemon, bucket):
    request = AWSRequest(method="GET", url=f"{shared_daemon.url}/{bucket}?list-type=2")
    S3SigV4QueryAuth(Credentials(*shared_daemon.key), "s3", REGION, expires=604801).add_auth(request)
    answer = shared_daemon.request("GET", request.url.partition(shared_daemon.url)[2], sign=None)
    assert (answer.status, b"<Code>AuthorizationQueryParametersError</Code>" in answer.body) == (400, True)


def test_a_bucket_answers_below_localhost(shared_daemon, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"by host")
    host = f"{bucket}.localhost:{shared_daemon.port}"
    request = AWSRequest(method="GET", url=f"http://{host}/k", headers={})
    from botocore.auth import S3SigV4Auth

    S3SigV4Auth(Credentials(*shared_daemon.key), "s3", REGION).add_auth(request)
    answer = shared_daemon.request("GET", "/k", headers={**dict(request.headers.items()), "Host": host}, sign=None)
    assert (answer.status, answer.body) == (200, b"by host")


def test_every_answer_is_safe_in_a_browser(shared_daemon, s3, bucket):
    s3.put_object(Bucket=bucket, Key="page.html", Body=b"<script>alert(1)</script>", ContentType="text/html")
    for target in (f"/{bucket}/page.html", f"/{bucket}?list-type=2", f"/{bucket}/nothing"):
        answer = shared_daemon.request("GET", target, sign="s3")
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_errors_are_xml_with_a_request_id(shared_daemon, bucket):
    answer = shared_daemon.request("GET", f"/{bucket}/nothing", sign="s3")
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/xml"
    assert answer.headers["x-amz-request-id"].encode() in answer.body
    assert b"<Code>NoSuchKey</Code>" in answer.body


def test_a_bad_signature_is_refused_as_s3_does(shared_daemon, bucket):
    s3 = shared_daemon.client("s3", key=(shared_daemon.key[0], "wrong"))
    with aws_error("SignatureDoesNotMatch", status=403):
        s3.list_objects_v2(Bucket=bucket)
    with aws_error("InvalidAccessKeyId", status=403):
        shared_daemon.client("s3", key=("AKIAUNKNOWN000000000", "x")).list_objects_v2(Bucket=bucket)
    assert shared_daemon.request("GET", f"/{bucket}", sign=None).status == 403


def test_calls_to_the_door_are_events(shared_daemon, s3, bucket):
    s3.put_object(Bucket=bucket, Key="watched", Body=b"x")

    def recorded(name, category):
        answer = shared_daemon.cairn("Search", {"Categories": [category], "Filters": [
            {"Name": "EventName", "Value": name}, {"Name": "ResourceName", "Value": bucket}]})
        return answer.json().get("Events") if answer.status == 200 else None

    from cairn_daemon import eventually

    made = eventually(lambda: recorded("CreateBucket", "Management"))[0]["CloudTrailEvent"]
    assert '"eventSource":"s3.amazonaws.com"' in made
    put = eventually(lambda: recorded("PutObject", "Data"))[0]["CloudTrailEvent"]
    assert '"key":"watched"' in put and urllib.parse.quote(shared_daemon.key[1]) not in put
