/* SPDX-License-Identifier: Apache-2.0 */
/*
 * operation_table: every S3 operation that Cairn answers; the first row that fits a request is its
 * operation. Columns: method; level; the query parameter that must be there ("" for none); the header
 * that must be there ("" for none); the API's name (its event: call/operation_table.h); READ (admin,
 * auditor) or CHANGE (admin); body: NONE, SMALL (collected) or STREAM; handler.
 */
/* clang-format off */
OPERATION(GET,     SERVICE,  "",                   "",                   ListBuckets,                         READ,    NONE,    list_buckets)

OPERATION(GET,     BUCKET,   "location",           "",                   GetBucketLocation,                   READ,    NONE,    get_bucket_location)
OPERATION(GET,     BUCKET,   "acl",                "",                   GetBucketAcl,                        READ,    NONE,    get_acl)
OPERATION(PUT,     BUCKET,   "acl",                "",                   PutBucketAcl,                        CHANGE,  SMALL,   put_acl)
OPERATION(GET,     BUCKET,   "policy",             "",                   GetBucketPolicy,                     READ,    NONE,    get_bucket_policy)
OPERATION(PUT,     BUCKET,   "policy",             "",                   PutBucketPolicy,                     CHANGE,  SMALL,   put_bucket_policy)
OPERATION(DELETE,  BUCKET,   "policy",             "",                   DeleteBucketPolicy,                  CHANGE,  NONE,    delete_bucket_policy)
OPERATION(GET,     BUCKET,   "versioning",         "",                   GetBucketVersioning,                 READ,    NONE,    plain)
OPERATION(GET,     BUCKET,   "encryption",         "",                   GetBucketEncryption,                 READ,    NONE,    plain)
OPERATION(GET,     BUCKET,   "publicAccessBlock",  "",                   GetPublicAccessBlock,                READ,    NONE,    plain)
OPERATION(GET,     BUCKET,   "policyStatus",       "",                   GetBucketPolicyStatus,               READ,    NONE,    plain)
OPERATION(GET,     BUCKET,   "tagging",            "",                   GetBucketTagging,                    READ,    NONE,    plain)
OPERATION(GET,     BUCKET,   "lifecycle",          "",                   GetBucketLifecycleConfiguration,     READ,    NONE,    plain)
OPERATION(GET,     BUCKET,   "cors",               "",                   GetBucketCors,                       READ,    NONE,    plain)
OPERATION(GET,     BUCKET,   "website",            "",                   GetBucketWebsite,                    READ,    NONE,    plain)
OPERATION(GET,     BUCKET,   "replication",        "",                   GetBucketReplication,                READ,    NONE,    plain)
OPERATION(GET,     BUCKET,   "object-lock",        "",                   GetObjectLockConfiguration,          READ,    NONE,    plain)
OPERATION(GET,     BUCKET,   "ownershipControls",  "",                   GetBucketOwnershipControls,          READ,    NONE,    plain)
OPERATION(GET,     BUCKET,   "logging",            "",                   GetBucketLogging,                    READ,    NONE,    plain)
OPERATION(GET,     BUCKET,   "notification",       "",                   GetBucketNotificationConfiguration,  READ,    NONE,    plain)
OPERATION(GET,     BUCKET,   "accelerate",         "",                   GetBucketAccelerateConfiguration,    READ,    NONE,    plain)
OPERATION(GET,     BUCKET,   "requestPayment",     "",                   GetBucketRequestPayment,             READ,    NONE,    plain)
OPERATION(GET,     BUCKET,   "uploads",            "",                   ListMultipartUploads,                READ,    NONE,    list_multipart_uploads)
OPERATION(GET,     BUCKET,   "versions",           "",                   ListObjectVersions,                  READ,    NONE,    list_object_versions)
OPERATION(POST,    BUCKET,   "delete",             "",                   DeleteObjects,                       CHANGE,  SMALL,   delete_objects)
OPERATION(GET,     BUCKET,   "list-type",          "",                   ListObjectsV2,                       READ,    NONE,    list_objects_v2)
OPERATION(GET,     BUCKET,   "",                   "",                   ListObjects,                         READ,    NONE,    list_objects)
OPERATION(PUT,     BUCKET,   "",                   "",                   CreateBucket,                        CHANGE,  SMALL,   create_bucket)
OPERATION(DELETE,  BUCKET,   "",                   "",                   DeleteBucket,                        CHANGE,  NONE,    delete_bucket)
OPERATION(HEAD,    BUCKET,   "",                   "",                   HeadBucket,                          READ,    NONE,    head_bucket)

OPERATION(GET,     OBJECT,   "acl",                "",                   GetObjectAcl,                        READ,    NONE,    get_acl)
OPERATION(PUT,     OBJECT,   "acl",                "",                   PutObjectAcl,                        CHANGE,  SMALL,   put_acl)
OPERATION(GET,     OBJECT,   "tagging",            "",                   GetObjectTagging,                    READ,    NONE,    plain)
OPERATION(GET,     OBJECT,   "legal-hold",         "",                   GetObjectLegalHold,                  READ,    NONE,    plain)
OPERATION(GET,     OBJECT,   "retention",          "",                   GetObjectRetention,                  READ,    NONE,    plain)
OPERATION(POST,    OBJECT,   "uploads",            "",                   CreateMultipartUpload,               CHANGE,  NONE,    create_multipart_upload)
OPERATION(PUT,     OBJECT,   "uploadId",           "x-amz-copy-source",  UploadPartCopy,                      CHANGE,  NONE,    upload_part_copy)
OPERATION(PUT,     OBJECT,   "uploadId",           "",                   UploadPart,                          CHANGE,  STREAM,  upload_part)
OPERATION(GET,     OBJECT,   "uploadId",           "",                   ListParts,                           READ,    NONE,    list_parts)
OPERATION(POST,    OBJECT,   "uploadId",           "",                   CompleteMultipartUpload,             CHANGE,  SMALL,   complete_multipart_upload)
OPERATION(DELETE,  OBJECT,   "uploadId",           "",                   AbortMultipartUpload,                CHANGE,  NONE,    abort_multipart_upload)
OPERATION(GET,     OBJECT,   "",                   "",                   GetObject,                           READ,    NONE,    get_object)
OPERATION(HEAD,    OBJECT,   "",                   "",                   HeadObject,                          READ,    NONE,    get_object)
OPERATION(PUT,     OBJECT,   "",                   "x-amz-copy-source",  CopyObject,                          CHANGE,  NONE,    copy_object)
OPERATION(PUT,     OBJECT,   "",                   "",                   PutObject,                           CHANGE,  STREAM,  put_object)
OPERATION(DELETE,  OBJECT,   "",                   "",                   DeleteObject,                        CHANGE,  NONE,    delete_object)
/* clang-format on */
