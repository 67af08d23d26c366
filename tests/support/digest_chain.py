# SPDX-License-Identifier: Apache-2.0
"""A validator of log files and digests, written from AWS's description of the digest file's structure alone.

It finds what `aws cloudtrail validate-logs` finds, and two things more: whether the digests' windows leave no
time out, and which log files no digest names. Independent of the program and of the AWS CLI on purpose.
"""
import base64
import dataclasses
import hashlib
import json
import re
import zlib

import botocore.exceptions
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

MEMBERS = ("awsAccountId", "digestStartTime", "digestEndTime", "digestS3Bucket", "digestS3Object", "digestPublicKeyFingerprint",
           "digestSignatureAlgorithm", "newestEventTime", "oldestEventTime", "previousDigestS3Bucket", "previousDigestS3Object",
           "previousDigestHashValue", "previousDigestHashAlgorithm", "previousDigestSignature", "logFiles")
PREVIOUS = [member for member in MEMBERS if member.startswith("previous")]


class Invalid(Exception):
    """Why a file is not valid, in the AWS CLI's words."""


@dataclasses.dataclass
class Report:
    """Keys by what was found of them. `starts` are digests that begin a chain, `breaks` windows that do not meet."""

    digests: list = dataclasses.field(default_factory=list)  # valid ones, newest first
    logs: list = dataclasses.field(default_factory=list)
    starts: list = dataclasses.field(default_factory=list)
    breaks: list = dataclasses.field(default_factory=list)
    invalid: dict = dataclasses.field(default_factory=dict)  # key to reason, digests and log files alike

    @property
    def is_one_good_chain(self):
        return bool(self.digests) and not self.invalid and not self.breaks and len(self.starts) == 1


class Chain:
    """The digests of one trail and one region in one bucket."""

    def __init__(self, s3, cloudtrail, trail_arn, bucket, prefix="", region=None):
        self.s3, self.bucket = s3, bucket
        home, account, name = trail_arn.split(":")[3], trail_arn.split(":")[4], trail_arn.rpartition("/")[2]
        region = region or home
        lead = (prefix + "/" if prefix else "") + f"AWSLogs/{account}/"
        names = [re.escape(part) for part in (account, region, name, home)]
        self.digest_pattern = re.compile(
            re.escape(f"{lead}CloudTrail-Digest/{region}/") +
            r"\d{{4}}/\d\d/\d\d/{}_CloudTrail-Digest_{}_{}_{}_(\d{{8}}T\d{{6}}Z)\.json\.gz".format(*names))
        self.log_pattern = re.compile(
            re.escape(f"{lead}CloudTrail/{region}/") +
            r"\d{{4}}/\d\d/\d\d/{}_CloudTrail_{}_\d{{8}}T\d{{4}}Z_\w{{16}}\.json\.gz".format(*names[:2]))
        keys = cloudtrail.list_public_keys(StartTime=0, EndTime=4102444800)["PublicKeyList"]
        self.public_keys = {key["Fingerprint"]: public_key(key) for key in keys}

    def listed(self, pattern):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return sorted(entry["Key"] for page in pages for entry in page.get("Contents", []) if pattern.fullmatch(entry["Key"]))

    def log_keys(self):
        return self.listed(self.log_pattern)

    def validate(self):
        """Walk the digests from the newest back, check each and the log files it names."""
        report, listed = Report(), self.listed(self.digest_pattern)
        key, newer = (listed[-1] if listed else None), None
        while key:
            try:
                digest = self.load_digest(key)
            except Invalid as reason:
                report.invalid[key] = str(reason)
                newer, key = None, before(listed, key)
                continue
            report.digests.append(key)
            if newer and newer["previousDigestS3Object"] and digest["digestEndTime"] != newer["digestStartTime"]:
                report.breaks.append((digest["digestEndTime"], newer["digestStartTime"]))
            for log in digest["logFiles"]:
                self.check_log(log, report)
            newer, previous = digest, digest["previousDigestS3Object"]
            if previous is None:
                report.starts.append(key)
                if any(digest[member] is not None for member in PREVIOUS):
                    report.invalid[key] = "begins a chain and names a previous digest"
            key = previous or before(listed, key)
        return report

    def load_digest(self, key):
        """The digest, its own signature and the link to the one before it checked."""
        text, metadata = self.load(key)
        try:
            digest = json.loads(text)
        except ValueError:
            raise Invalid("invalid format") from None
        if set(digest) != set(MEMBERS):
            raise Invalid("invalid format")
        if (digest["digestS3Bucket"], digest["digestS3Object"]) != (self.bucket, key):
            raise Invalid("has been moved from its original location")
        fingerprint = digest["digestPublicKeyFingerprint"]
        if fingerprint not in self.public_keys:
            raise Invalid(f"public key not found for fingerprint {fingerprint}")
        previous_signature = digest["previousDigestSignature"]
        signed = "\n".join((digest["digestEndTime"], f"{self.bucket}/{key}", hashlib.sha256(text).hexdigest(),
                            "null" if previous_signature is None else previous_signature))
        try:
            self.public_keys[fingerprint].verify(bytes.fromhex(metadata.get("signature", "")), signed.encode(),
                                                 padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            raise Invalid("signature verification failed") from None
        if metadata.get("signature-algorithm") != "SHA256withRSA":
            raise Invalid("signature verification failed")
        self.check_link(digest)
        return digest

    def check_link(self, digest):
        """The previous digest has the hash and the signature that this one tells; where it is missing, its turn comes."""
        if digest["previousDigestS3Object"] is None:
            return
        try:
            text, metadata = self.load(digest["previousDigestS3Object"])
        except Invalid:
            return
        if (hashlib.sha256(text).hexdigest(), metadata.get("signature")) != (
                digest["previousDigestHashValue"], digest["previousDigestSignature"]):
            raise Invalid("the previous digest is another one")

    def check_log(self, log, report):
        key = log["s3Object"]
        if key in report.logs or key in report.invalid:
            report.invalid[key] = "named by two digests"
            return
        try:
            text, _ = self.load(key)
            if log["hashAlgorithm"] != "SHA-256" or hashlib.sha256(text).hexdigest() != log["hashValue"]:
                raise Invalid("hash value doesn't match")
            times = [record["eventTime"] for record in json.loads(text)["Records"]]
            if (min(times), max(times)) != (log["oldestEventTime"], log["newestEventTime"]):
                raise Invalid("its times are others than the digest says")
        except Invalid as reason:
            report.invalid[key] = str(reason)
        else:
            report.logs.append(key)

    def load(self, key):
        """Uncompressed bytes and metadata of an object that must be one gzip member and nothing else."""
        try:
            answer = self.s3.get_object(Bucket=self.bucket, Key=key)
        except botocore.exceptions.ClientError as problem:
            if problem.response["Error"]["Code"] != "NoSuchKey":
                raise
            raise Invalid("not found") from None
        stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            text = stream.decompress(answer["Body"].read()) + stream.flush()
        except zlib.error:
            raise Invalid("invalid format") from None
        if not stream.eof:
            raise Invalid("invalid format")
        if stream.unused_data:
            raise Invalid("unexpected data after end of compressed stream")
        return text, answer["Metadata"]


def public_key(listed):
    """A listed key: its fingerprint is the MD5 of its PKCS #1 bytes."""
    data = listed["Value"] if isinstance(listed["Value"], bytes) else base64.b64decode(listed["Value"])
    assert hashlib.md5(data).hexdigest() == listed["Fingerprint"]
    text = b"-----BEGIN RSA PUBLIC KEY-----\n" + base64.encodebytes(data) + b"-----END RSA PUBLIC KEY-----\n"
    return serialization.load_pem_public_key(text)


def before(listed, key):
    """The listed key before this one: where the AWS CLI goes on after a digest that is not valid."""
    older = [other for other in listed if other < key]
    return older[-1] if older else None
