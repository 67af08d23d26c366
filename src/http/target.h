/* SPDX-License-Identifier: Apache-2.0 */
/* target: the parts of a request target and the framing of a request's body. Pure. */
#pragma once

#include "base/error.h"
#include "base/str.h"

struct arena;
struct http_header;

/* Path and query of a raw target ("/a?b", "http://host/a?b" or "*"), as they stand there. */
void http_target_split(struct str target, struct str *ret_path, struct str *ret_query);

/* The size that the headers declare: 0 without a body, UINT64_MAX where it is chunked. False
 * where they contradict each other or a name is none ("Content-Length "), so that no two readers can see two
 * different requests. */
bool http_target_body_size(const struct http_header *headers, size_t count, uint64_t *ret_size);

/* The first value of the header `name`; empty where there is none. */
struct str http_target_header(const struct http_header *headers, size_t count, struct str name);

/* `value` without control characters and blanks around it, for a header that is sent. */
struct str http_target_clean(struct arena *arena, struct str value);
