# SPDX-License-Identifier: Apache-2.0
"""Multipart uploads through boto3: parts, copies of parts, pages, checksums of the whole, and what S3 refuses."""
import base64
import hashlib
import uuid
import zlib

import pytest

from aws_errors import aws_error

MIB = 1 << 20
PARTS = [b"a" * (5 * MIB), b"b" * (5 * MIB), b"c" * 1000]


@pytest.fixture(scope="module")
def s3(shared_daemon):
    return shared_daemon.client("s3")


@pytest.fixture(scope="module")
def bucket(s3):
    name = f"parts-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def key():
    return f"big-{uuid.uuid4().hex[:8]}"


def begin(s3, bucket, key, **options):
    return {"Bucket": bucket, "Key": key, "UploadId": s3.create_multipart_upload(Bucket=bucket, Key=key, **options)["UploadId"]}


def send(s3, upload, parts, **options):
    return [{"PartNumber": number, "ETag": s3.upload_part(PartNumber=number, Body=part, **upload, **options)["ETag"]}
            for number, part in enumerate(parts, 1)]


def complete(s3, upload, named, **options):
    return s3.complete_multipart_upload(MultipartUpload={"Parts": named}, **upload, **options)


def test_the_etag_is_the_hash_of_the_parts_hashes(s3, bucket, key):
    upload = begin(s3, bucket, key)
    done = complete(s3, upload, send(s3, upload, PARTS))
    expected = hashlib.md5(b"".join(hashlib.md5(part).digest() for part in PARTS)).hexdigest()
    assert done["ETag"] == f'"{expected}-3"'
    assert s3.head_object(Bucket=bucket, Key=key)["ContentLength"] == sum(map(len, PARTS))


def test_one_part_can_be_read_by_its_number(s3, bucket, key):
    upload = begin(s3, bucket, key)
    complete(s3, upload, send(s3, upload, PARTS))
    answer = s3.get_object(Bucket=bucket, Key=key, PartNumber=3)
    assert (answer["Body"].read(), answer["PartsCount"]) == (PARTS[2], 3)
    assert answer["ContentRange"] == f"bytes {10 * MIB}-{10 * MIB + 999}/{10 * MIB + 1000}"
    with aws_error("416", status=416):
        s3.head_object(Bucket=bucket, Key=key, PartNumber=4)


def test_parts_left_out_are_not_in_the_object(s3, bucket, key):
    upload = begin(s3, bucket, key)
    named = send(s3, upload, PARTS)
    complete(s3, upload, [named[0], named[2]])
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == PARTS[0] + PARTS[2]


def test_a_part_sent_again_replaces_the_first(s3, bucket, key):
    upload = begin(s3, bucket, key)
    send(s3, upload, [b"first"])
    complete(s3, upload, send(s3, upload, [b"second"]))
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"second"


def test_small_parts_but_the_last_are_refused(s3, bucket, key):
    upload = begin(s3, bucket, key)
    named = send(s3, upload, [b"small", b"last"])
    with aws_error("EntityTooSmall", status=400):
        complete(s3, upload, named)


def test_parts_out_of_order_or_unknown_are_refused(s3, bucket, key):
    upload = begin(s3, bucket, key)
    named = send(s3, upload, [b"x", b"y"])
    with aws_error("InvalidPartOrder", status=400):
        complete(s3, upload, named[::-1])
    with aws_error("InvalidPart", status=400):
        complete(s3, upload, [{"PartNumber": 3, "ETag": named[0]["ETag"]}])
    with aws_error("InvalidPart", status=400):
        complete(s3, upload, [{"PartNumber": 1, "ETag": '"0123"'}])
    with aws_error("InvalidArgument", status=400):
        s3.upload_part(PartNumber=10001, Body=b"x", **upload)
    with aws_error("NoSuchUpload", status=404):
        s3.list_parts(Bucket=bucket, Key="another", UploadId=upload["UploadId"])


def test_parts_are_listed_in_pages(s3, bucket, key):
    upload = begin(s3, bucket, key)
    send(s3, upload, [b"1", b"2", b"3"])
    first = s3.list_parts(MaxParts=2, **upload)
    assert ([part["PartNumber"] for part in first["Parts"]], first["IsTruncated"], first["NextPartNumberMarker"]) == ([1, 2], True, 2)
    rest = s3.list_parts(PartNumberMarker=2, **upload)
    assert ([part["PartNumber"] for part in rest["Parts"]], rest["IsTruncated"]) == ([3], False)


def test_uploads_are_listed_by_key_with_folders_and_pages(s3):
    bucket = f"uploads-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=bucket)
    begun = [begin(s3, bucket, key) for key in ("b", "a/1", "a/2", "c d", "b")]
    listed = s3.list_multipart_uploads(Bucket=bucket)
    assert [entry["Key"] for entry in listed["Uploads"]] == ["a/1", "a/2", "b", "b", "c d"]
    assert [entry["UploadId"] for entry in listed["Uploads"] if entry["Key"] == "b"] == [begun[0]["UploadId"], begun[4]["UploadId"]]
    folded = s3.list_multipart_uploads(Bucket=bucket, Delimiter="/")
    assert [entry["Prefix"] for entry in folded["CommonPrefixes"]] == ["a/"]
    for size in (1, 2, 3):
        pages = s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, PaginationConfig={"PageSize": size})
        assert [entry["Key"] for page in pages for entry in page.get("Uploads", [])] == ["a/1", "a/2", "b", "b", "c d"]
    s3.delete_bucket(Bucket=bucket)


def test_parts_are_copied_from_other_objects(s3, bucket, key):
    s3.put_object(Bucket=bucket, Key="source", Body=bytes(range(256)) * 4)
    upload = begin(s3, bucket, key)
    source = {"Bucket": bucket, "Key": "source"}
    part = s3.upload_part_copy(PartNumber=1, CopySource=source, CopySourceRange="bytes=256-511", **upload)["CopyPartResult"]
    complete(s3, upload, [{"PartNumber": 1, "ETag": part["ETag"]}])
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == bytes(range(256))
    upload = begin(s3, bucket, key)
    with aws_error("InvalidArgument", status=400):
        s3.upload_part_copy(PartNumber=1, CopySource=source, CopySourceRange="bytes=0-1024", **upload)


def crc32(data):
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def in_elements(daemon, method, target, headers=None, body=b""):
    return daemon.request(method, target, body, headers or {}, sign="s3")


def test_a_composite_checksum_is_of_the_parts_checksums(shared_daemon, s3, bucket, key):
    made = in_elements(shared_daemon, "POST", f"/{bucket}/{key}?uploads", {"x-amz-checksum-algorithm": "CRC32"})
    upload = made.body.split(b"<UploadId>")[1].split(b"<")[0].decode()
    assert made.headers["x-amz-checksum-type"] == "COMPOSITE"
    named = ""
    for number, part in enumerate(PARTS, 1):
        sent = in_elements(shared_daemon, "PUT", f"/{bucket}/{key}?partNumber={number}&uploadId={upload}",
                           {"x-amz-checksum-crc32": crc32(part)}, part)
        assert sent.headers["x-amz-checksum-crc32"] == crc32(part)
        named += f"<Part><PartNumber>{number}</PartNumber><ETag>{sent.headers['etag']}</ETag><ChecksumCRC32>{crc32(part)}</ChecksumCRC32></Part>"
    done = in_elements(shared_daemon, "POST", f"/{bucket}/{key}?uploadId={upload}", body=f"<CompleteMultipartUpload>{named}</CompleteMultipartUpload>".encode())
    expected = crc32(b"".join(zlib.crc32(part).to_bytes(4, "big") for part in PARTS)) + "-3"
    assert f"<ChecksumCRC32>{expected}</ChecksumCRC32>".encode() in done.body
    head = in_elements(shared_daemon, "HEAD", f"/{bucket}/{key}", {"x-amz-checksum-mode": "ENABLED"})
    assert (head.headers["x-amz-checksum-crc32"], head.headers["x-amz-checksum-type"]) == (expected, "COMPOSITE")


def test_a_full_object_checksum_is_checked_at_the_end(shared_daemon, s3, bucket, key):
    def whole(named_checksum):
        made = in_elements(shared_daemon, "POST", f"/{bucket}/{key}?uploads",
                           {"x-amz-checksum-algorithm": "CRC32", "x-amz-checksum-type": "FULL_OBJECT"})
        upload = made.body.split(b"<UploadId>")[1].split(b"<")[0].decode()
        named = ""
        for number, part in enumerate(PARTS, 1):
            sent = in_elements(shared_daemon, "PUT", f"/{bucket}/{key}?partNumber={number}&uploadId={upload}", body=part)
            named += f"<Part><PartNumber>{number}</PartNumber><ETag>{sent.headers['etag']}</ETag></Part>"
        return in_elements(shared_daemon, "POST", f"/{bucket}/{key}?uploadId={upload}", {"x-amz-checksum-crc32": named_checksum},
                           f"<CompleteMultipartUpload>{named}</CompleteMultipartUpload>".encode())

    wrong = whole("AAAAAA==")
    assert (wrong.status, b"<Code>BadDigest</Code>" in wrong.body) == (400, True)
    with aws_error("404", status=404):
        s3.head_object(Bucket=bucket, Key=key)
    right = whole(crc32(b"".join(PARTS)))
    assert (right.status, b"<ChecksumType>FULL_OBJECT</ChecksumType>" in right.body) == (200, True)


def test_an_upload_that_asks_for_one_checksum_takes_no_other(shared_daemon, bucket, key):
    made = in_elements(shared_daemon, "POST", f"/{bucket}/{key}?uploads", {"x-amz-checksum-algorithm": "SHA256"})
    upload = made.body.split(b"<UploadId>")[1].split(b"<")[0].decode()
    answer = in_elements(shared_daemon, "PUT", f"/{bucket}/{key}?partNumber=1&uploadId={upload}", {"x-amz-checksum-crc32": crc32(b"x")}, b"x")
    assert (answer.status, b"<Code>InvalidRequest</Code>" in answer.body) == (400, True)
    refused = in_elements(shared_daemon, "POST", f"/{bucket}/{key}?uploads", {"x-amz-checksum-algorithm": "SHA256", "x-amz-checksum-type": "FULL_OBJECT"})
    assert refused.status == 400


def test_parts_outlive_a_kill(start_daemon):
    daemon = start_daemon()
    s3 = daemon.client("s3")
    s3.create_bucket(Bucket="kept")
    upload = begin(s3, "kept", "k")
    named = send(s3, upload, [b"part"])
    daemon.restart(by_kill=True)
    s3 = daemon.client("s3")
    complete(s3, upload, named)
    assert s3.get_object(Bucket="kept", Key="k")["Body"].read() == b"part"
