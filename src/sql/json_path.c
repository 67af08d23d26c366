/* SPDX-License-Identifier: Apache-2.0 */
/* json_path.c: JSON paths: $.a.b[0]["a b"]['x'] as $."a"."b"[0]."a b"."x". */
#include "format.h"

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == ':' || c == '$' || (unsigned char)c >= 0x80;
}

static bool append_key(struct buf *buf, struct str key, struct error *error) {
    if (key.size == 0 || str_find_char(key, '"') != SIZE_MAX || str_find_char(key, '\\') != SIZE_MAX)
        return error_set(error, ERROR_INVALID, "invalid JSON path: a key with quotes or without letters");
    buf_append_text(buf, ".\"");
    buf_append_str(buf, key);
    buf_append_char(buf, '"');
    return true;
}

/* [0], ["a"], ['a'] */
static bool append_subscript(struct str *rest, struct buf *buf, struct error *error) {
    struct str inside = str_slice(*rest, 1, SIZE_MAX);
    char quote = inside.size > 0 ? inside.data[0] : ' ';
    bool is_key = quote == '"' || quote == '\'';
    size_t size = str_find_char(is_key ? str_slice(inside, 1, SIZE_MAX) : inside, is_key ? quote : ']');
    if (size == SIZE_MAX || (is_key && (inside.size < size + 3 || inside.data[size + 2] != ']')))
        return error_set(error, ERROR_INVALID, "invalid JSON path: a subscript does not end");
    uint64_t index = 0;
    if (is_key) {
        *rest = str_slice(inside, size + 3, SIZE_MAX);
        return append_key(buf, str_slice(inside, 1, size), error);
    }
    if (size > 9 || !str_to_u64(str_slice(inside, 0, size), &index))
        return error_set(error, ERROR_INVALID, "invalid JSON path: wildcards and filters are not covered");
    buf_append_format(buf, "[%u]", (unsigned)index);
    *rest = str_slice(inside, size + 1, SIZE_MAX);
    return true;
}

bool sql_json_path(struct str path, struct buf *buf, struct error *error) {
    struct str rest = str_trim(path);
    if (rest.size == 0 || rest.data[0] != '$')
        return error_set(error, ERROR_INVALID, "invalid JSON path: it does not begin with $");
    buf_append_char(buf, '$');
    rest = str_slice(rest, 1, SIZE_MAX);
    while (rest.size > 0) {
        if (rest.data[0] == '[') {
            if (!append_subscript(&rest, buf, error))
                return false;
            continue;
        }
        if (rest.data[0] == '.')
            rest = str_slice(rest, 1, SIZE_MAX);
        size_t size = 0;
        while (size < rest.size && is_word(rest.data[size]))
            size++;
        if (size == 0)
            return error_set(
                error, ERROR_INVALID, "invalid JSON path: wildcards and filters are not covered");
        if (!append_key(buf, str_slice(rest, 0, size), error))
            return false;
        rest = str_slice(rest, size, SIZE_MAX);
    }
    return true;
}
