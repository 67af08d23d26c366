/* SPDX-License-Identifier: Apache-2.0 */
/* remote_reply: what S3 endpoints answer. Threads: pure; any. */
#pragma once

#include "objects.h"

struct http_reply;

/* True for a good answer; else the error it tells: "Code: message". `key` empty: it was about a bucket. */
NODISCARD bool objects_remote_check(const struct http_reply *reply, struct str key, struct error *error);

/* The object that the headers describe; all in the arena. */
struct objects_info objects_remote_info(const struct http_reply *reply, struct arena *arena);

/* A ListBucketResult. ERROR_UNAVAILABLE where it is none: whoever answered was not S3. */
NODISCARD bool objects_remote_parse_list(
    struct str text, size_t limit, struct arena *arena, struct objects_page *ret_page, struct error *error);
