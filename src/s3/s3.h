/* SPDX-License-Identifier: Apache-2.0 */
/*
 * s3: the dialect of S3, of its directory buckets and of S3 Control.
 *
 * Threads: pure.
 */
#pragma once

#include "protocol/dialect.h"

extern const struct protocol_dialect s3_dialect;

/* The bucket that the host names, as it is written there; empty where it names none. */
struct str s3_bucket_of_host(const struct protocol_head *head);
