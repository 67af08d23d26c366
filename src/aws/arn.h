/* SPDX-License-Identifier: Apache-2.0 */
/* arn: Amazon Resource Names, arn:partition:service:region:account:resource. Threads: values; any. */
#pragma once

#include "base/arena.h"

struct aws_arn {
    struct str partition, service, region, account, resource; /* region and account may be empty */
};

/* Cut a text into its parts, which borrow from it; false where it is no ARN. */
bool aws_arn_parse(struct str text, struct aws_arn *ret_arn);

/* 12 digits. */
bool aws_is_account_id(struct str text);

/* A region as it may stand in paths and ARNs: [a-z0-9][a-z0-9-]{0,31}. */
bool aws_is_region(struct str text);

/* "aws", "aws-cn" or "aws-us-gov", as the region's name tells. */
struct str aws_partition_of(struct str region);
