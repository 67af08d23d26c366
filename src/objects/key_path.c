/* SPDX-License-Identifier: Apache-2.0 */
/* key_path: components escaped by '%', long ones cut into nested directories. */
#include "key_path.h"

#include "base/check.h"
#include "base/own.h"
#include "codec/text.h"

#include <string.h>

enum { PART_SIZE_MAX = 240 }; /* bytes of an escaped name; file systems take 255 */

static const char OBJECT_MARK = '@';
static const char EMPTY_NAME[] = "%";
static const char CONTINUATION_MARK[] = "%+";

/* Bytes of the well-formed UTF-8 sequence that `text` starts with; 0 where there is none. */
static size_t utf8_sequence_size(struct str text) {
    for (size_t size = 1; size <= 4 && size <= text.size; size++) {
        if (str_is_utf8(str_slice(text, 0, size)))
            return size;
    }
    return 0;
}

/* The next unit of a key: a character kept as it is, or one byte that is escaped. */
static size_t unit_size(struct str text, bool *ret_is_escaped) {
    size_t size = utf8_sequence_size(text);
    uint8_t first = (uint8_t)text.data[0];
    *ret_is_escaped = size == 0 || first < 0x20 || first == 0x7f || first == '%';
    return *ret_is_escaped ? 1 : size;
}

static void append_escaped(struct buf *out, char c) {
    (void)buf_append_format(out, "%%%02X", (unsigned)(uint8_t)c);
}

static void append_units(struct buf *out, struct str text) {
    while (text.size > 0) {
        bool is_escaped = false;
        size_t size = unit_size(text, &is_escaped);
        if (is_escaped)
            append_escaped(out, text.data[0]);
        else
            (void)buf_append(out, text.data, size);
        text = str_slice(text, size, SIZE_MAX);
    }
}

/* How many bytes of `component` fit into one name. */
static size_t bytes_that_fit(struct str component) {
    size_t used = 0, escaped_size = 0;
    while (used < component.size) {
        bool is_escaped = false;
        size_t size = unit_size(str_slice(component, used, SIZE_MAX), &is_escaped);
        escaped_size += is_escaped ? 3 : size;
        if (escaped_size > PART_SIZE_MAX)
            return used;
        used += size;
    }
    return used;
}

static void append_directory_part(struct buf *path, struct str part) {
    if (part.size == 0) {
        (void)buf_append_text(path, EMPTY_NAME);
        return;
    }
    /* Names that mean something else as they stand have their first character escaped. */
    if (str_is(part, ".") || str_is(part, "..") || part.data[0] == OBJECT_MARK) {
        append_escaped(path, part.data[0]);
        part = str_slice(part, 1, SIZE_MAX);
        if (str_is(part, ".")) {
            append_escaped(path, '.');
            return;
        }
    }
    append_units(path, part);
}

static struct str append_continuations(struct buf *path, struct str component) {
    for (size_t size = bytes_that_fit(component); size < component.size; size = bytes_that_fit(component)) {
        append_directory_part(path, str_slice(component, 0, size));
        (void)buf_append_text(path, CONTINUATION_MARK);
        (void)buf_append_char(path, '/');
        component = str_slice(component, size, SIZE_MAX);
    }
    return component;
}

static void append_directory(struct buf *path, struct str component) {
    append_directory_part(path, append_continuations(path, component));
    (void)buf_append_char(path, '/');
}

void objects_key_path_append_directory(struct buf *path, struct str prefix) {
    ASSERT(prefix.size == 0 || prefix.data[prefix.size - 1] == '/');
    for (size_t slash = str_find_char(prefix, '/'); slash != SIZE_MAX; slash = str_find_char(prefix, '/')) {
        append_directory(path, str_slice(prefix, 0, slash));
        prefix = str_slice(prefix, slash + 1, SIZE_MAX);
    }
}

void objects_key_path_append(struct buf *path, struct str key) {
    size_t directory_size = key.size;
    while (directory_size > 0 && key.data[directory_size - 1] != '/')
        directory_size--;
    objects_key_path_append_directory(path, str_slice(key, 0, directory_size));
    struct str last = append_continuations(path, str_slice(key, directory_size, SIZE_MAX));
    (void)buf_append_char(path, OBJECT_MARK);
    append_units(path, last);
}

/* The name that `part` gets, to compare with the one that was found. */
static bool is_name_of(struct str name, enum objects_name_kind kind, struct str part) {
    SCOPED(buf_finish) struct buf expected = BUF_INIT(BUF_UNBOUNDED);
    if (kind == OBJECTS_NAME_OBJECT) {
        (void)buf_append_char(&expected, OBJECT_MARK);
        append_units(&expected, part);
    } else {
        append_directory_part(&expected, part);
        if (kind == OBJECTS_NAME_CONTINUATION)
            (void)buf_append_text(&expected, CONTINUATION_MARK);
    }
    return str_equals(name, buf_str(&expected));
}

enum objects_name_kind objects_key_path_decode(struct str name, bool is_directory, struct buf *ret_part) {
    SCOPED(buf_finish) struct buf part = BUF_INIT(BUF_UNBOUNDED);
    enum objects_name_kind kind = OBJECTS_NAME_DIRECTORY;
    struct str escaped = name;
    if (!is_directory) {
        if (name.size == 0 || name.data[0] != OBJECT_MARK)
            return OBJECTS_NAME_STRANGE;
        kind = OBJECTS_NAME_OBJECT;
        escaped = str_slice(name, 1, SIZE_MAX);
    } else if (str_ends_with(name, str_from(CONTINUATION_MARK))) {
        kind = OBJECTS_NAME_CONTINUATION;
        escaped = str_slice(name, 0, name.size - strlen(CONTINUATION_MARK));
    } else if (str_is(name, EMPTY_NAME)) {
        escaped = STR_EMPTY;
    }
    if (!percent_decode(escaped, false, &part) || !is_name_of(name, kind, buf_str(&part)))
        return OBJECTS_NAME_STRANGE;
    (void)buf_append_str(ret_part, buf_str(&part));
    return kind;
}
