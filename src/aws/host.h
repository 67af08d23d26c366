/* SPDX-License-Identifier: Apache-2.0 */
/* host: buckets named in host names ("virtual hosts"). Threads: pure; any. */
#pragma once

#include "base/str.h"

/* The bucket that a Host header names, with any port, where it is <bucket>.SUFFIX; empty where it is not.
 * `suffixes`: with commas; the longest that fits counts. */
struct str aws_bucket_of_host(struct str host, struct str suffixes);
