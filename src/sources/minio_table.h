/* SPDX-License-Identifier: Apache-2.0 */
/*
 * minio_table: S3 operations that MinIO calls otherwise. To add one, add a row.
 *
 * MINIO(its name, S3's)
 */
/* clang-format off */
MINIO("CopyObjectPart",                 "UploadPartCopy")
MINIO("DeleteBucketReplicationConfig",  "DeleteBucketReplication")
MINIO("DeleteMultipleObjects",          "DeleteObjects")
MINIO("GetBucketACL",                   "GetBucketAcl")
MINIO("GetBucketAccelerate",            "GetBucketAccelerateConfiguration")
MINIO("GetBucketLifecycle",             "GetBucketLifecycleConfiguration")
MINIO("GetBucketNotification",          "GetBucketNotificationConfiguration")
MINIO("GetBucketObjectLockConfig",      "GetObjectLockConfiguration")
MINIO("GetBucketReplicationConfig",     "GetBucketReplication")
MINIO("GetObjectACL",                   "GetObjectAcl")
MINIO("GetObjectLambda",                "GetObject")
MINIO("ListObjectParts",                "ListParts")
MINIO("ListObjectVersionsM",            "ListObjectVersions")
MINIO("ListObjectsV1",                  "ListObjects")
MINIO("ListObjectsV2M",                 "ListObjectsV2")
MINIO("NewMultipartUpload",             "CreateMultipartUpload")
MINIO("PostPolicyBucket",               "PostObject")
MINIO("PostRestoreObject",              "RestoreObject")
MINIO("PutBucket",                      "CreateBucket")
MINIO("PutBucketACL",                   "PutBucketAcl")
MINIO("PutBucketLifecycle",             "PutBucketLifecycleConfiguration")
MINIO("PutBucketNotification",          "PutBucketNotificationConfiguration")
MINIO("PutBucketObjectLockConfig",      "PutObjectLockConfiguration")
MINIO("PutBucketReplicationConfig",     "PutBucketReplication")
MINIO("PutObjectACL",                   "PutObjectAcl")
MINIO("PutObjectExtract",               "PutObject")
MINIO("PutObjectPart",                  "UploadPart")
/* clang-format on */
