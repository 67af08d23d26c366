/* SPDX-License-Identifier: Apache-2.0 */
#include "csv.h"

static bool needs_quotes(struct str value) {
    if (value.size == 0)
        return value.data != NULL;
    for (size_t i = 0; i < value.size; i++)
        if (value.data[i] == '"' || value.data[i] == ',' || value.data[i] == '\n' || value.data[i] == '\r')
            return true;
    return value.data[0] == ' ' || value.data[value.size - 1] == ' ';
}

static void append_quoted(struct buf *buf, struct str value) {
    buf_append_char(buf, '"');
    while (value.size > 0) {
        size_t quote = str_find_char(value, '"');
        size_t size = quote == SIZE_MAX ? value.size : quote + 1;
        buf_append_str(buf, str_slice(value, 0, size));
        if (quote != SIZE_MAX)
            buf_append_char(buf, '"');
        value = str_slice(value, size, value.size);
    }
    buf_append_char(buf, '"');
}

void queries_csv_append(struct buf *buf, const struct str *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_append_char(buf, ',');
        if (needs_quotes(values[i]))
            append_quoted(buf, values[i]);
        else
            buf_append_str(buf, values[i]);
    }
    buf_append_char(buf, '\n');
}
