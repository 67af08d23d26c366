/* SPDX-License-Identifier: Apache-2.0 */
/*
 * remote: buckets at S3 endpoints, reached with signed requests. The functions do what their
 * namesakes in objects.h do.
 *
 * Threads: any; a call takes a client of its own from a small pool.
 */
#pragma once

#include "objects.h"

struct objects_remote;

struct objects_remote *objects_remote_create(const struct objects_options *options, struct clock *clock);
void objects_remote_destroy(struct objects_remote *remote); /* NULL is fine */

/* See objects_end_remote(). */
void objects_remote_end(struct objects_remote *remote);

/* True where a rule sends `bucket` to an endpoint. */
bool objects_remote_has(const struct objects_remote *remote, struct str bucket);

NODISCARD bool objects_remote_bucket_get(struct objects_remote *remote, struct str bucket,
    struct arena *arena, struct objects_bucket *ret_bucket, struct error *error);

struct objects_remote_put {
    struct str bucket, key, acl;
    struct bytes body;
    const struct objects_metadata *metadata;
};
NODISCARD bool objects_remote_put(
    struct objects_remote *remote, const struct objects_remote_put *put, struct error *error);

/* `out` NULL: the description only. */
struct objects_remote_get {
    struct str bucket, key;
    struct buf *out;
};
NODISCARD bool objects_remote_get(struct objects_remote *remote, const struct objects_remote_get *get,
    struct arena *arena, struct objects_info *ret_info, struct error *error);
NODISCARD bool objects_remote_delete(
    struct objects_remote *remote, struct str bucket, struct str key, struct error *error);
NODISCARD bool objects_remote_list(struct objects_remote *remote, struct str bucket,
    const struct objects_list_query *query, struct arena *arena, struct objects_page *ret_page,
    struct error *error);
