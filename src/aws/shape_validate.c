/* SPDX-License-Identifier: Apache-2.0 */
/* shape_validate.c: the constraints of a shape, and AWS's words for what breaks them. */
#include "aws/shape.h"
#include "base/check.h"

#include <stdio.h>
#include <string.h>

/* AWS lists every breach in one message; more than these are only counted. */
enum { TEXT_SIZE_MAX = 440, VALUE_SHOWN_MAX = 64, PATH_SIZE_MAX = 160 };

struct report {
    struct buf text;
    size_t count;
};

/* Where we are: "lookupAttributes.1.member.attributeKey". */
struct path {
    char text[PATH_SIZE_MAX];
    size_t size;
};

static struct path path_below(const struct path *path, const char *name) {
    struct path below = *path;
    char first = name[0] >= 'A' && name[0] <= 'Z' ? (char)(name[0] + ('a' - 'A')) : name[0];
    int size = snprintf(below.text + path->size, sizeof below.text - path->size, "%s%c%s",
        path->size > 0 ? "." : "", first, name + 1);
    ASSERT(size > 0 && path->size + (size_t)size < sizeof below.text);
    below.size += (size_t)size;
    return below;
}

static struct path path_of_element(const struct path *path, size_t index) {
    char name[40];
    int size = snprintf(name, sizeof name, "%zu.member", index + 1);
    ASSERT(size > 0 && (size_t)size < sizeof name);
    return path_below(path, name);
}

static void complain(
    struct report *report, const struct path *path, struct str value, const char *format, ...) PRINTF(4, 5);
static void complain(
    struct report *report, const struct path *path, struct str value, const char *format, ...) {
    report->count++;
    if (report->text.size > TEXT_SIZE_MAX)
        return;
    if (report->count > 1)
        buf_append_text(&report->text, "; ");
    bool is_long = value.size > VALUE_SHOWN_MAX;
    if (value.data == NULL)
        buf_append_text(&report->text, "Value null");
    else
        buf_append_format(
            &report->text, "Value '%.*s%s'", STR(str_slice(value, 0, VALUE_SHOWN_MAX)), is_long ? "..." : "");
    buf_append_format(
        &report->text, " at '%.*s' failed to satisfy constraint: Member must ", (int)path->size, path->text);
    va_list args;
    va_start(args, format);
    buf_append_vformat(&report->text, format, args);
    va_end(args);
}

static size_t character_count(struct str text) {
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++)
        count += ((unsigned char)text.data[i] & 0xc0) != 0x80;
    return count;
}

static void check_size(struct report *report, const struct path *path, const struct aws_shape *shape,
    int64_t number, struct str shown) {
    bool has_length = shape->kind == AWS_STRING || shape->kind == AWS_LIST || shape->kind == AWS_MAP;
    const char *what = has_length ? "length" : "value";
    if (shape->max == 0)
        return;
    if (number < shape->min)
        complain(report, path, shown, "have %s greater than or equal to %lld", what, (long long)shape->min);
    if (number > shape->max)
        complain(report, path, shown, "have %s less than or equal to %lld", what, (long long)shape->max);
}

static void check_value(
    struct report *report, const struct path *path, const struct aws_shape *shape, struct str text) {
    if (shape->values == NULL)
        return;
    struct buf set = BUF_INIT(BUF_UNBOUNDED);
    for (size_t i = 0; shape->values[i] != NULL; i++) {
        if (str_is(text, shape->values[i])) {
            buf_finish(&set);
            return;
        }
        buf_append_format(&set, "%s%s", i > 0 ? ", " : "", shape->values[i]);
    }
    complain(report, path, text, "satisfy enum value set: [%s]", set.data);
    buf_finish(&set);
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS  "0123456789"
const struct aws_pattern aws_pattern_name = {"^[a-zA-Z0-9._\\-]+$", LETTERS DIGITS "._-"};
const struct aws_pattern aws_pattern_resource = {"^[a-zA-Z0-9._/\\-:]+$", LETTERS DIGITS "._/-:"};
const struct aws_pattern aws_pattern_role = {"^[a-zA-Z0-9._/\\-:@=\\+,\\.]+$", LETTERS DIGITS "._/-:@=+,"};
const struct aws_pattern aws_pattern_uuid = {"^[a-f0-9\\-]+$", "abcdef" DIGITS "-"};
const struct aws_pattern aws_pattern_digits = {"\\d+", DIGITS};

static void check_pattern(
    struct report *report, const struct path *path, const struct aws_shape *shape, struct str text) {
    if (shape->pattern == NULL)
        return;
    const char *characters = shape->pattern->characters;
    bool is_fine = text.size > 0;
    for (size_t i = 0; i < text.size && is_fine; i++)
        is_fine = memchr(characters, text.data[i], strlen(characters)) != NULL;
    if (!is_fine)
        complain(report, path, text, "satisfy regular expression pattern: %s", shape->pattern->text);
}

static void check_members(
    struct report *report, const struct path *path, const struct aws_shape *shape, const char *structure);

static void check_text(
    struct report *report, const struct path *path, const struct aws_shape *shape, struct str text) {
    check_size(report, path, shape, (int64_t)character_count(text), text);
    check_value(report, path, shape, text);
    check_pattern(report, path, shape, text);
}

static void check_list(struct report *report, const struct path *path, const struct aws_shape *shape,
    const struct aws_list *list) {
    check_size(report, path, shape, (int64_t)list->count, STR_LITERAL("[...]"));
    for (size_t i = 0; i < list->count; i++) {
        struct path below = path_of_element(path, i);
        const struct aws_shape *element = shape->element;
        if (element->kind == AWS_STRUCTURE)
            check_members(report, &below, element, (const char *)list->items + element->size * i);
        else if (AWS_ITEM(*list, struct str, i)->data == NULL)
            complain(report, &below, (struct str){NULL, 0}, "not be null");
        else
            check_text(report, &below, element, *AWS_ITEM(*list, struct str, i));
    }
}

static void check_map(struct report *report, const struct path *path, const struct aws_shape *shape,
    const struct aws_list *map) {
    check_size(report, path, shape, (int64_t)map->count, STR_LITERAL("{...}"));
    for (size_t i = 0; i < map->count; i++) {
        struct path below = path_of_element(path, i);
        const struct aws_entry *entry = AWS_ITEM(*map, struct aws_entry, i);
        if (entry->value.data == NULL)
            complain(report, &below, entry->value, "not be null");
        else
            check_text(report, &below, shape->element, entry->value);
    }
}

/* True where the member is there; its constraints are checked on the way. */
static bool check_member(
    struct report *report, const struct path *path, const struct aws_shape *shape, const void *place) {
    char digits[24];
    const struct str *text = place;
    const struct aws_integer *integer = place;
    const struct aws_list *list = place;
    void *const *structure = place;
    switch (shape->kind) {
    case AWS_STRING:
        if (text->data != NULL)
            check_text(report, path, shape, *text);
        return text->data != NULL;
    case AWS_INTEGER:
    case AWS_LONG:
        (void)snprintf(digits, sizeof digits, "%lld", (long long)integer->value);
        if (integer->is_set)
            check_size(report, path, shape, integer->value, str_from(digits));
        return integer->is_set;
    case AWS_LIST:
        if (list->is_set)
            check_list(report, path, shape, list);
        return list->is_set;
    case AWS_MAP:
        if (list->is_set)
            check_map(report, path, shape, list);
        return list->is_set;
    case AWS_STRUCTURE:
        if (*structure != NULL)
            check_members(report, path, shape, *structure);
        return *structure != NULL;
    case AWS_BOOLEAN:
        return ((const struct aws_boolean *)place)->is_set;
    case AWS_DOUBLE:
        return ((const struct aws_double *)place)->is_set;
    case AWS_TIMESTAMP:
        return ((const struct aws_timestamp *)place)->is_set;
    case AWS_BLOB:
        return ((const struct bytes *)place)->data != NULL;
    }
    return false;
}

static void check_members(
    struct report *report, const struct path *path, const struct aws_shape *shape, const char *structure) {
    for (size_t i = 0; i < shape->member_count; i++) {
        const struct aws_member *member = &shape->members[i];
        struct path below = path_below(path, member->name);
        bool is_there = check_member(report, &below, member->shape, structure + member->offset);
        if (!is_there && member->is_required)
            complain(report, &below, (struct str){NULL, 0}, "not be null");
    }
}

bool aws_shape_validate(const struct aws_shape *shape, const void *structure, struct error *error) {
    ASSERT(shape->kind == AWS_STRUCTURE);
    struct report report = {.text = BUF_INIT(BUF_UNBOUNDED)};
    struct path root = {.size = 0};
    check_members(&report, &root, shape, structure);
    if (report.count > 0)
        error_set(error, ERROR_INVALID, "%zu validation error%s detected: %.*s", report.count,
            report.count > 1 ? "s" : "",
            report.text.size > TEXT_SIZE_MAX ? TEXT_SIZE_MAX : (int)report.text.size, report.text.data);
    buf_finish(&report.text);
    return report.count == 0;
}
