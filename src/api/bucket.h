/* SPDX-License-Identifier: Apache-2.0 */
/* bucket: what is asked of a bucket that CloudTrail is to write to. */
#pragma once

#include "api/operation.h"

/* AWS's rules of bucket names and of prefixes: InvalidS3BucketNameException, InvalidS3PrefixException. */
bool api_bucket_check_name(struct api_call *call, struct str name);
bool api_bucket_check_prefix(struct api_call *call, struct str prefix);

/* The bucket is there and takes what CloudTrail writes into `folder`, for the trail or store `source_arn`:
 * S3BucketDoesNotExistException, InsufficientS3BucketPolicyException. */
bool api_bucket_check(struct api_call *call, struct str bucket, struct str folder, struct str source_arn);

/* The folder `name` of this account below a prefix: "prefix/AWSLogs/123456789012/CloudTrail/". */
struct str api_bucket_folder(struct api_call *call, struct str prefix, const char *name);
