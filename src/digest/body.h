/* SPDX-License-Identifier: Apache-2.0 */
/* body: the bytes of a digest file: its key, its JSON and what is signed. Pure; threads: any. */
#pragma once

#include "base/buf.h"
#include "catalog/digests.h"
#include "catalog/plans.h"
#include "digest/digest.h"

/* [prefix/]AWSLogs/<account>/CloudTrail-Digest/<region>/<Y>/<M>/<D>/
 *     <account>_CloudTrail-Digest_<region>_<trail>_<home>_<YYYYMMDDThhmmssZ>.json.gz */
struct digest_name {
    struct str prefix, account, region, trail, home_region;
    struct moment end_at;
};
void digest_body_append_key(struct buf *buf, const struct digest_name *name);

struct digest_content {
    struct str account, bucket, object_key, fingerprint;
    struct moment start_at, end_at;
    const struct catalog_digest *previous; /* NULL: a starting digest */
    const struct catalog_plan *files;
    size_t file_count;
};

/* AWS's members in AWS's order, compact. */
void digest_body_append(struct buf *buf, const struct digest_content *content);
