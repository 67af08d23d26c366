/* SPDX-License-Identifier: Apache-2.0 */
#include "http/origin.h"

#include <string.h>

static bool has_strange(struct str authority) {
    for (size_t i = 0; i < authority.size; i++) {
        char c = authority.data[i];
        if (c <= ' ' || c == 0x7f || strchr("/?#@\\", c) != NULL)
            return true;
    }
    return authority.size == 0;
}

static bool split_host(struct str authority, struct str *ret_host, struct str *ret_port) {
    struct str rest = authority;
    if (authority.data[0] == '[') {
        if (str_find_char(authority, ']') == SIZE_MAX)
            return false;
        rest = str_slice(authority, 1, SIZE_MAX);
        *ret_host = str_cut(&rest, ']');
        if (rest.size > 0 && rest.data[0] != ':')
            return false;
        *ret_port = str_slice(rest, 1, SIZE_MAX);
        return ret_host->size > 0;
    }
    *ret_host = str_cut(&rest, ':');
    *ret_port = rest;
    return ret_host->size > 0 && str_find_char(rest, ':') == SIZE_MAX;
}

bool http_origin_parse(struct str text, struct http_origin *ret_origin, struct error *error) {
    const struct str plain = STR_LITERAL("http://"), secure = STR_LITERAL("https://");
    struct http_origin origin = {.is_tls = str_starts_with(text, secure)};
    struct str port = STR_EMPTY;
    bool has_scheme = origin.is_tls || str_starts_with(text, plain);
    origin.authority = str_slice(text, origin.is_tls ? secure.size : plain.size, SIZE_MAX);
    if (str_ends_with(origin.authority, STR_LITERAL("/")))
        origin.authority.size--;
    uint64_t number = origin.is_tls ? 443 : 80;
    if (!has_scheme || has_strange(origin.authority) || !split_host(origin.authority, &origin.host, &port) ||
        (port.size > 0 && (!str_to_u64(port, &number) || number == 0 || number > UINT16_MAX)))
        return error_set(
            error, ERROR_INVALID, "it takes http://HOST[:PORT] or https://HOST[:PORT], without a path");
    origin.port = (uint16_t)number;
    *ret_origin = origin;
    return true;
}
