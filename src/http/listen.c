/* SPDX-License-Identifier: Apache-2.0 */
#include "http/listen.h"

bool http_listen_parse(struct str text, struct http_listen *ret_listen, struct error *error) {
    size_t colon = text.size;
    while (colon > 0 && text.data[colon - 1] != ':')
        colon--;
    uint64_t port = 0;
    if (colon < 2 || !str_to_u64(str_slice(text, colon, SIZE_MAX), &port) || port > UINT16_MAX)
        return error_set(error, ERROR_INVALID, "listen takes HOST:PORT, not `%.*s'", STR(text));
    struct str host = str_slice(text, 0, colon - 1);
    if (host.size > 2 && host.data[0] == '[' && host.data[host.size - 1] == ']')
        host = str_slice(host, 1, host.size - 2);
    *ret_listen = (struct http_listen){host, (uint16_t)port};
    return true;
}

bool http_listen_is_loopback(struct str host) {
    return str_is(host, "localhost") || str_is(host, "::1") || str_starts_with(host, STR_LITERAL("127."));
}
