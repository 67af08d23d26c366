/* SPDX-License-Identifier: Apache-2.0 */
/* origin: the server that a URL without a path names. Threads: pure. */
#pragma once

#include "base/error.h"
#include "base/str.h"

struct http_origin { /* borrows from the text */
    bool is_tls;
    struct str authority; /* HOST[:PORT], as the Host header has it */
    struct str host;      /* without the brackets of an IPv6 address */
    uint16_t port;        /* 80 or 443 where the text has none */
};

/* "http://HOST[:PORT]" or "https://HOST[:PORT]", perhaps with a slash behind. ERROR_INVALID says so, without
 * the text: it may hold a password. */
NODISCARD bool http_origin_parse(struct str text, struct http_origin *ret_origin, struct error *error);
