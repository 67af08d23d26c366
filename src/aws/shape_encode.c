/* SPDX-License-Identifier: Apache-2.0 */
/* shape_encode.c: structs as JSON, for answers and for records. */
#include "aws/shape.h"
#include "base/check.h"
#include "codec/text.h"

#include <stdio.h>

static bool is_set(const struct aws_shape *shape, const void *place) {
    switch (shape->kind) {
    case AWS_STRING:
        return ((const struct str *)place)->data != NULL;
    case AWS_BLOB:
        return ((const struct bytes *)place)->data != NULL;
    case AWS_BOOLEAN:
        return ((const struct aws_boolean *)place)->is_set;
    case AWS_INTEGER:
    case AWS_LONG:
        return ((const struct aws_integer *)place)->is_set;
    case AWS_DOUBLE:
        return ((const struct aws_double *)place)->is_set;
    case AWS_TIMESTAMP:
        return ((const struct aws_timestamp *)place)->is_set;
    case AWS_LIST:
    case AWS_MAP:
        return ((const struct aws_list *)place)->is_set;
    case AWS_STRUCTURE:
        return *(void *const *)place != NULL;
    }
    return false;
}

size_t aws_shape_count_set(const struct aws_shape *shape, const void *structure) {
    size_t count = 0;
    for (size_t i = 0; i < shape->member_count; i++)
        count += is_set(shape->members[i].shape, (const char *)structure + shape->members[i].offset);
    return count;
}

static void write_key(struct json_writer *writer, const char *name, enum aws_style style) {
    struct str key = str_from(name);
    char lowered[64];
    bool is_upper = name[0] >= 'A' && name[0] <= 'Z';
    if (style == AWS_STYLE_RECORD && is_upper) {
        int size = snprintf(lowered, sizeof lowered, "%c%s", name[0] + ('a' - 'A'), name + 1);
        ASSERT(size > 0 && (size_t)size < sizeof lowered);
        key = str_of(lowered, (size_t)size);
    }
    json_key(writer, key);
}

/* Records hold times as the Java text that real ones show: "Jul 10, 2023, 12:07:59 PM". */
static void write_record_time(struct json_writer *writer, struct moment moment) {
    static const char *const months[] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil_time civil = time_civil(moment);
    char text[64];
    int hour = civil.hour % 12 == 0 ? 12 : civil.hour % 12;
    int size = snprintf(text, sizeof text, "%s %d, %d, %d:%02d:%02d %s", months[civil.month - 1], civil.day,
        civil.year, hour, civil.minute, civil.second, civil.hour < 12 ? "AM" : "PM");
    json_write_string(writer, str_of(text, (size_t)size));
}

static void write_blob(struct json_writer *writer, struct bytes bytes) {
    struct buf text = BUF_INIT(BUF_UNBOUNDED);
    base64_append(&text, bytes);
    json_write_string(writer, buf_str(&text));
    buf_finish(&text);
}

static void encode(
    struct json_writer *writer, const struct aws_shape *shape, const void *place, enum aws_style style);

static void encode_list(struct json_writer *writer, const struct aws_shape *shape,
    const struct aws_list *list, enum aws_style style) {
    const struct aws_shape *element = shape->element;
    size_t size = aws_element_size(element);
    json_begin_array(writer);
    for (size_t i = 0; i < list->count; i++) {
        const char *item = (const char *)list->items + size * i;
        if (element->kind == AWS_STRUCTURE)
            aws_shape_encode(writer, element, item, style);
        else
            encode(writer, element, item, style);
    }
    json_end_array(writer);
}

/* Keys are the sender's own: records show them as they are. */
static void encode_map(struct json_writer *writer, const struct aws_list *map) {
    json_begin_object(writer);
    for (size_t i = 0; i < map->count; i++) {
        const struct aws_entry *entry = AWS_ITEM(*map, struct aws_entry, i);
        json_key(writer, entry->key);
        json_write_string(writer, entry->value);
    }
    json_end_object(writer);
}

static void encode(
    struct json_writer *writer, const struct aws_shape *shape, const void *place, enum aws_style style) {
    switch (shape->kind) {
    case AWS_STRING:
        json_write_string(writer, *(const struct str *)place);
        return;
    case AWS_BLOB:
        write_blob(writer, *(const struct bytes *)place);
        return;
    case AWS_BOOLEAN:
        json_write_boolean(writer, ((const struct aws_boolean *)place)->value);
        return;
    case AWS_INTEGER:
    case AWS_LONG:
        json_write_i64(writer, ((const struct aws_integer *)place)->value);
        return;
    case AWS_DOUBLE:
        json_write_double(writer, ((const struct aws_double *)place)->value);
        return;
    case AWS_TIMESTAMP:
        if (style == AWS_STYLE_RECORD)
            write_record_time(writer, ((const struct aws_timestamp *)place)->value);
        else
            json_write_seconds(writer, ((const struct aws_timestamp *)place)->value.ms);
        return;
    case AWS_LIST:
        encode_list(writer, shape, place, style);
        return;
    case AWS_MAP:
        encode_map(writer, place);
        return;
    case AWS_STRUCTURE:
        aws_shape_encode(writer, shape, *(void *const *)place, style);
        return;
    }
}

void aws_shape_encode(
    struct json_writer *writer, const struct aws_shape *shape, const void *structure, enum aws_style style) {
    ASSERT(shape->kind == AWS_STRUCTURE);
    json_begin_object(writer);
    for (size_t i = 0; i < shape->member_count; i++) {
        const struct aws_member *member = &shape->members[i];
        const void *place = (const char *)structure + member->offset;
        if (!is_set(member->shape, place) || (style == AWS_STYLE_RECORD && member->is_secret))
            continue;
        write_key(writer, member->name, style);
        encode(writer, member->shape, place, style);
    }
    json_end_object(writer);
}
