# SPDX-License-Identifier: Apache-2.0
"""S3: "Amazon S3 CloudTrail events" of its user guide, with the names that S3 logs."""
from gateway_calls.call import ABSENT, ANY, DATA, MANAGEMENT, READ, WRITE, Call, Service, bucket_resource, object_resources, resolve

BUCKET = "pictures"
IN_BUCKET = [bucket_resource(BUCKET)]
POLICY = ('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",'
          '"Resource":"arn:aws:s3:::pictures/*"}]}')


def of_bucket(method, event, effect, sub_resource, parameters=None, **more):
    """A management call on a sub-resource of the bucket, which the record names as an empty parameter."""
    return Call(method, {"Bucket": BUCKET, **(parameters or {})}, event, effect, MANAGEMENT,
                {"bucketName": BUCKET, "Host": ANY, sub_resource: "", "key": ABSENT}, resources=IN_BUCKET, **more)


def of_object(method, event, effect, parameters=None, key="cat.jpg", request=None, **more):
    """A data call on one object."""
    return Call(method, {"Bucket": BUCKET, "Key": key, **(parameters or {})}, event, effect, DATA,
                {"bucketName": BUCKET, "Host": ANY, "key": key, **(request or {})}, resources=object_resources(BUCKET, key), **more)


MANAGEMENT_CALLS = [
    Call("list_buckets", {}, "ListBuckets", READ, MANAGEMENT, {"Host": ANY, "bucketName": ABSENT}),
    Call("create_bucket", {"Bucket": BUCKET}, "CreateBucket", WRITE, MANAGEMENT, {"bucketName": BUCKET, "Host": ANY}),
    Call("create_bucket", {"Bucket": "elsewhere", "CreateBucketConfiguration": {"LocationConstraint": "us-east-1"}}, "CreateBucket", WRITE,
         MANAGEMENT, {"bucketName": "elsewhere"}, error="InvalidLocationConstraint"),
    of_bucket("get_bucket_location", "GetBucketLocation", READ, "location"),
    of_bucket("put_bucket_versioning", "PutBucketVersioning", WRITE, "versioning", {"VersioningConfiguration": {"Status": "Enabled"}}),
    of_bucket("get_bucket_versioning", "GetBucketVersioning", READ, "versioning"),
    of_bucket("put_bucket_tagging", "PutBucketTagging", WRITE, "tagging", {"Tagging": {"TagSet": [{"Key": "team", "Value": "red"}]}}),
    of_bucket("get_bucket_tagging", "GetBucketTagging", READ, "tagging"),
    of_bucket("delete_bucket_tagging", "DeleteBucketTagging", WRITE, "tagging"),
    of_bucket("get_bucket_tagging", "GetBucketTagging", READ, "tagging", error="NoSuchTagSet"),
    of_bucket("put_bucket_policy", "PutBucketPolicy", WRITE, "policy", {"Policy": POLICY}),
    of_bucket("get_bucket_policy", "GetBucketPolicy", READ, "policy"),
    of_bucket("get_bucket_policy_status", "GetBucketPolicyStatus", READ, "policyStatus"),
    of_bucket("delete_bucket_policy", "DeleteBucketPolicy", WRITE, "policy"),
    of_bucket("get_bucket_policy", "GetBucketPolicy", READ, "policy", error="NoSuchBucketPolicy"),
    of_bucket("put_bucket_acl", "PutBucketAcl", WRITE, "acl", {"ACL": "private"}),
    of_bucket("get_bucket_acl", "GetBucketAcl", READ, "acl"),
    of_bucket("put_bucket_cors", "PutBucketCors", WRITE, "cors",
              {"CORSConfiguration": {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}}),
    of_bucket("get_bucket_cors", "GetBucketCors", READ, "cors"),
    of_bucket("delete_bucket_cors", "DeleteBucketCors", WRITE, "cors"),
    of_bucket("get_bucket_cors", "GetBucketCors", READ, "cors", error="NoSuchCORSConfiguration"),
    of_bucket("put_bucket_lifecycle_configuration", "PutBucketLifecycle", WRITE, "lifecycle",
              {"LifecycleConfiguration": {"Rules": [{"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 3}}]}}),
    of_bucket("get_bucket_lifecycle_configuration", "GetBucketLifecycle", READ, "lifecycle"),
    of_bucket("delete_bucket_lifecycle", "DeleteBucketLifecycle", WRITE, "lifecycle"),
    of_bucket("put_bucket_encryption", "PutBucketEncryption", WRITE, "encryption", {"ServerSideEncryptionConfiguration": {
        "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}}),
    of_bucket("get_bucket_encryption", "GetBucketEncryption", READ, "encryption"),
    of_bucket("delete_bucket_encryption", "DeleteBucketEncryption", WRITE, "encryption"),
    of_bucket("put_bucket_website", "PutBucketWebsite", WRITE, "website", {"WebsiteConfiguration": {"IndexDocument": {"Suffix": "index.html"}}}),
    of_bucket("get_bucket_website", "GetBucketWebsite", READ, "website"),
    of_bucket("delete_bucket_website", "DeleteBucketWebsite", WRITE, "website"),
    of_bucket("put_bucket_logging", "PutBucketLogging", WRITE, "logging", {"BucketLoggingStatus": {}}),
    of_bucket("get_bucket_logging", "GetBucketLogging", READ, "logging"),
    of_bucket("put_bucket_notification_configuration", "PutBucketNotification", WRITE, "notification", {"NotificationConfiguration": {}}),
    of_bucket("get_bucket_notification_configuration", "GetBucketNotification", READ, "notification"),
    of_bucket("put_bucket_accelerate_configuration", "PutAccelerateConfiguration", WRITE, "accelerate",
              {"AccelerateConfiguration": {"Status": "Enabled"}}),
    of_bucket("get_bucket_accelerate_configuration", "GetAccelerateConfiguration", READ, "accelerate"),
    of_bucket("put_public_access_block", "PutBucketPublicAccessBlock", WRITE, "publicAccessBlock",
              {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}),
    of_bucket("get_public_access_block", "GetBucketPublicAccessBlock", READ, "publicAccessBlock"),
    of_bucket("delete_public_access_block", "DeleteBucketPublicAccessBlock", WRITE, "publicAccessBlock"),
    of_bucket("put_bucket_ownership_controls", "PutBucketOwnershipControls", WRITE, "ownershipControls",
              {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}}),
    of_bucket("get_bucket_ownership_controls", "GetBucketOwnershipControls", READ, "ownershipControls"),
    of_bucket("get_bucket_request_payment", "GetBucketRequestPayment", READ, "requestPayment"),
    of_bucket("list_multipart_uploads", "ListMultipartUploads", READ, "uploads"),
    Call("delete_bucket", {"Bucket": "no-such-bucket"}, "DeleteBucket", WRITE, MANAGEMENT, {"bucketName": "no-such-bucket"},
         error="NoSuchBucket"),
    Call("delete_bucket", {"Bucket": BUCKET}, "DeleteBucket", WRITE, MANAGEMENT, {"bucketName": BUCKET}, resources=IN_BUCKET),
]

TAGS = {"Tagging": {"TagSet": [{"Key": "animal", "Value": "cat"}]}}


def of_upload(method, event, parameters=None, **more):
    """A data call on the multipart upload that was begun last."""
    return Call(method, lambda kept: {"Bucket": BUCKET, "Key": "big.bin", "UploadId": kept["upload"]["UploadId"],
                                      **resolve(parameters or {}, kept)},
                event, method == "list_parts", DATA, {"bucketName": BUCKET, "key": "big.bin", "uploadId": ANY, **more.pop("request", {})},
                resources=object_resources(BUCKET, "big.bin"), **more)


def object_calls(odd_key="\u00fcber/a b+c&d=e%.txt", missing=None):
    """Fresh rows: the same calls go to several servers. `missing`: how a server refuses what it does not have."""
    begin = ("create_multipart_upload", "CreateMultipartUpload", WRITE)
    return [
        Call("create_bucket", {"Bucket": BUCKET}, "CreateBucket", WRITE, MANAGEMENT, {"bucketName": BUCKET}),
        of_object("put_object", "PutObject", WRITE, {"Body": b"meow" * 100, "ContentType": "image/jpeg"}),
        of_object("head_object", "HeadObject", READ),
        of_object("get_object", "GetObject", READ),
        of_object("get_object", "GetObject", READ, {"Range": "bytes=0-9"}),
        of_object("get_object", "GetObject", READ, key="no-such-key", error="NoSuchKey"),
        of_object("get_object", "GetObject", READ, key=odd_key, error="NoSuchKey"),
        of_object("copy_object", "CopyObject", WRITE, {"CopySource": f"{BUCKET}/cat.jpg"}, "copies/cat.jpg",
                  {"x-amz-copy-source": f"{BUCKET}/cat.jpg"}),
        Call("list_objects", {"Bucket": BUCKET, "Prefix": "copies/"}, "ListObjects", READ, DATA, {"bucketName": BUCKET, "prefix": "copies/"}),
        Call("list_objects_v2", {"Bucket": BUCKET, "MaxKeys": 7}, "ListObjects", READ, DATA,
             {"bucketName": BUCKET, "list-type": "2", "max-keys": "7"}),
        of_object(*begin, key="big.bin", request={"uploads": ""}, keep="upload"),
        of_upload("abort_multipart_upload", "AbortMultipartUpload", error=missing),
        of_object(*begin, key="big.bin", request={"uploads": ""}, keep="upload"),
        of_upload("upload_part", "UploadPart", {"PartNumber": 1, "Body": b"x" * 4096}, request={"partNumber": "1"}, keep="part"),
        of_upload("list_parts", "ListParts", error=missing),
        of_upload("complete_multipart_upload", "CompleteMultipartUpload",
                  lambda kept: {"MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": kept["part"]["ETag"]}]}}),
        of_object("delete_object", "DeleteObject", WRITE, key="copies/cat.jpg"),
        Call("delete_objects", {"Bucket": BUCKET, "Delete": {"Objects": [{"Key": "cat.jpg"}, {"Key": "big.bin"}]}}, "DeleteObjects", WRITE,
             DATA, {"bucketName": BUCKET, "delete": ""}),
        Call("put_object", {"Bucket": "no-such-bucket", "Key": "k", "Body": b"x"}, "PutObject", WRITE, DATA,
             {"bucketName": "no-such-bucket", "key": "k"}, error="NoSuchBucket"),
        Call("delete_bucket", {"Bucket": BUCKET}, "DeleteBucket", WRITE, MANAGEMENT, {"bucketName": BUCKET}, resources=IN_BUCKET),
    ]


MORE_OBJECT_CALLS = [
    Call("create_bucket", {"Bucket": BUCKET, "ObjectLockEnabledForBucket": True}, "CreateBucket", WRITE, MANAGEMENT, {"bucketName": BUCKET}),
    Call("head_bucket", {"Bucket": BUCKET}, "HeadBucket", READ, DATA, {"bucketName": BUCKET}),
    of_object("put_object", "PutObject", WRITE, {"Body": b"meow"}),
    of_object("put_object_tagging", "PutObjectTagging", WRITE, TAGS, request={"tagging": ""}),
    of_object("get_object_tagging", "GetObjectTagging", READ, request={"tagging": ""}),
    of_object("delete_object_tagging", "DeleteObjectTagging", WRITE, request={"tagging": ""}),
    of_object("put_object_acl", "PutObjectAcl", WRITE, {"ACL": "public-read"}, request={"acl": ""}),
    of_object("get_object_acl", "GetObjectAcl", READ, request={"acl": ""}),
    of_object("get_object_attributes", "GetObjectAttributes", READ, {"ObjectAttributes": ["ETag"]}, request={"attributes": ""}),
    of_object("put_object_legal_hold", "PutObjectLegalHold", WRITE, {"LegalHold": {"Status": "OFF"}}, request={"legal-hold": ""}),
    of_object("get_object_legal_hold", "GetObjectLegalHold", READ, request={"legal-hold": ""}),
    of_object("restore_object", "RestoreObject", WRITE, {"RestoreRequest": {"Days": 1}}, request={"restore": ""}, error="InvalidObjectState"),
    Call("list_object_versions", {"Bucket": BUCKET}, "ListObjectVersions", READ, DATA, {"bucketName": BUCKET, "versions": ""}),
    Call("get_object_lock_configuration", {"Bucket": BUCKET}, "GetBucketObjectLockConfiguration", READ, MANAGEMENT,
         {"bucketName": BUCKET, "object-lock": ""}, resources=IN_BUCKET),
    Call("get_object", {"Bucket": BUCKET, "Key": "cat.jpg"}, "GetObject", READ, DATA, {"key": "cat.jpg"}, who="stranger"),
    Call("get_object", {"Bucket": BUCKET, "Key": "cat.jpg"}, "GetObject", READ, DATA, {"key": "cat.jpg"}, who="anonymous"),
]


SERVICES = [
    Service("s3-buckets", "s3", "s3.amazonaws.com", MANAGEMENT_CALLS),
    Service("s3-objects", "s3", "s3.amazonaws.com", MORE_OBJECT_CALLS),
    Service("s3-npm", "s3", "s3.amazonaws.com", object_calls("a b+c&d=e.txt", "MethodNotAllowed"), server="s3"),
    Service("s3-cairn", "s3", "s3.amazonaws.com", object_calls(), server="cairn"),
]
