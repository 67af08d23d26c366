/* SPDX-License-Identifier: Apache-2.0 */
/* listen: an address to listen on, as options give it. Threads: pure. */
#pragma once

#include "base/error.h"
#include "base/str.h"

struct http_listen {
    struct str host; /* borrows; brackets of an IPv6 address removed */
    uint16_t port;
};

/* HOST:PORT; ERROR_INVALID says so. */
NODISCARD bool http_listen_parse(struct str text, struct http_listen *ret_listen, struct error *error);

/* Can only programs of this machine connect to it? */
bool http_listen_is_loopback(struct str host);
