/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include "http/http.h"

void http_target_split(struct str target, struct str *ret_path, struct str *ret_query) {
    struct str path = target;
    size_t scheme = str_find(target, STR_LITERAL("://"));
    if (target.size > 0 && target.data[0] != '/' && scheme != SIZE_MAX) {
        struct str authority = str_slice(target, scheme + 3, SIZE_MAX);
        size_t slash = 0;
        while (slash < authority.size && authority.data[slash] != '/' && authority.data[slash] != '?')
            slash++;
        path = str_slice(authority, slash, SIZE_MAX);
    }
    *ret_query = path;
    *ret_path = str_cut(ret_query, '?');
    if (ret_path->size == 0)
        *ret_path = STR_LITERAL("/");
}

/* RFC 9110: a token. */
static bool is_name(struct str name) {
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        bool is_alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_alphanumeric && str_find_char(STR_LITERAL("!#$%&'*+-.^_`|~"), c) == SIZE_MAX)
            return false;
    }
    return name.size > 0;
}

bool http_target_body_size(const struct http_header *headers, size_t count, uint64_t *ret_size) {
    uint64_t size = 0;
    size_t lengths = 0, encodings = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_name(headers[i].name))
            return false;
        if (str_equals_ignoring_case(headers[i].name, STR_LITERAL("Content-Length"))) {
            lengths++;
            if (!str_to_u64(headers[i].value, &size) || size == UINT64_MAX)
                return false;
        } else if (str_equals_ignoring_case(headers[i].name, STR_LITERAL("Transfer-Encoding"))) {
            encodings++;
            if (!str_equals_ignoring_case(headers[i].value, STR_LITERAL("chunked")))
                return false;
        }
    }
    if (lengths + encodings > 1)
        return false;
    *ret_size = encodings > 0 ? UINT64_MAX : size;
    return true;
}

struct str http_target_header(const struct http_header *headers, size_t count, struct str name) {
    for (size_t i = 0; i < count; i++) {
        if (str_equals_ignoring_case(headers[i].name, name))
            return headers[i].value;
    }
    return STR_EMPTY;
}

struct str http_target_clean(struct arena *arena, struct str value) {
    char *text = arena_text(arena, value);
    size_t size = 0;
    for (size_t i = 0; i < value.size; i++) {
        if ((uint8_t)value.data[i] >= 0x20 && value.data[i] != 0x7f)
            text[size++] = value.data[i];
    }
    text[size] = '\0';
    struct str trimmed = str_trim(str_of(text, size));
    text[trimmed.data + trimmed.size - text] = '\0';
    return trimmed;
}
