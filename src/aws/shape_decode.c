/* SPDX-License-Identifier: Apache-2.0 */
/* shape_decode.c: JSON into the structs that shapes describe. */
#include "aws/shape.h"
#include "base/check.h"

#include <math.h>
#include <string.h>

const struct aws_shape aws_string = {.kind = AWS_STRING};
const struct aws_shape aws_blob = {.kind = AWS_BLOB};
const struct aws_shape aws_boolean = {.kind = AWS_BOOLEAN};
const struct aws_shape aws_integer = {.kind = AWS_INTEGER};
const struct aws_shape aws_long = {.kind = AWS_LONG};
const struct aws_shape aws_double = {.kind = AWS_DOUBLE};
const struct aws_shape aws_timestamp = {.kind = AWS_TIMESTAMP};
const struct aws_shape aws_string_list = AWS_LIST_OF(aws_string);
const struct aws_shape aws_string_map = {.kind = AWS_MAP, .element = &aws_string};

/* Years 0001 to 9999: what a time can be printed as. */
size_t aws_element_size(const struct aws_shape *element) {
    switch (element->kind) {
    case AWS_STRING:
        return sizeof(struct str);
    case AWS_BLOB:
        return sizeof(struct bytes);
    case AWS_BOOLEAN:
        return sizeof(struct aws_boolean);
    case AWS_INTEGER:
    case AWS_LONG:
        return sizeof(struct aws_integer);
    case AWS_DOUBLE:
        return sizeof(struct aws_double);
    case AWS_TIMESTAMP:
        return sizeof(struct aws_timestamp);
    case AWS_LIST:
    case AWS_MAP:
        return sizeof(struct aws_list);
    case AWS_STRUCTURE:
        return element->size;
    }
    return 0;
}

static const double epoch_seconds_min = -62135596800.0, epoch_seconds_max = 253402300799.0;

/* What AWS's front end calls the kinds of JSON tokens and of members. */
static const char *token_name(struct json_value json) {
    bool boolean = false;
    switch (json_kind(json)) {
    case JSON_STRING:
        return "STRING_VALUE";
    case JSON_NUMBER:
        return "NUMBER_VALUE";
    case JSON_BOOLEAN:
        return json_boolean(json, &boolean) && boolean ? "TRUE_VALUE" : "FALSE_VALUE";
    case JSON_NULL:
        return "NULL_VALUE";
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    return NULL;
}

static const char *const kind_names[] = {
    [AWS_STRING] = "a String",
    [AWS_BLOB] = "a Blob",
    [AWS_BOOLEAN] = "a Boolean",
    [AWS_INTEGER] = "an Integer",
    [AWS_LONG] = "a Long",
    [AWS_DOUBLE] = "a Double",
    [AWS_TIMESTAMP] = "milliseconds since epoch",
    [AWS_LIST] = "a List",
    [AWS_MAP] = "a Map",
    [AWS_STRUCTURE] = "a Structure",
};

static bool refuse_kind(const struct aws_shape *shape, struct json_value json, struct error *error) {
    if (json_kind(json) == JSON_OBJECT)
        return error_set(error, ERROR_INVALID, "Start of structure or map found where not expected.");
    if (json_kind(json) == JSON_ARRAY)
        return error_set(error, ERROR_INVALID, "Start of list found where not expected.");
    return error_set(
        error, ERROR_INVALID, "%s can not be converted to %s", token_name(json), kind_names[shape->kind]);
}

static bool decode_number(
    const struct aws_shape *shape, struct json_value json, struct aws_integer *ret, struct error *error) {
    int64_t number;
    if (json_kind(json) != JSON_NUMBER)
        return refuse_kind(shape, json, error);
    double real;
    if (!json_i64(json, &number)) {
        if (!json_double(json, &real) || fabs(real) > 9e15)
            return error_set(
                error, ERROR_INVALID, "NUMBER_VALUE can not be converted to %s", kind_names[shape->kind]);
        number = (int64_t)real; /* 5.0 and 5.7 both read as 5, as AWS's front end does */
    }
    if (shape->kind == AWS_INTEGER && (number < INT32_MIN || number > INT32_MAX))
        return error_set(
            error, ERROR_INVALID, "NUMBER_VALUE can not be converted to %s", kind_names[shape->kind]);
    *ret = AWS_SET_INTEGER(number);
    return true;
}

static bool decode_timestamp(
    const struct aws_shape *shape, struct json_value json, struct aws_timestamp *ret, struct error *error) {
    double seconds;
    if (!json_double(json, &seconds))
        return refuse_kind(shape, json, error);
    if (!(seconds >= epoch_seconds_min && seconds <= epoch_seconds_max))
        return error_set(
            error, ERROR_INVALID, "NUMBER_VALUE can not be converted to %s", kind_names[shape->kind]);
    *ret = AWS_SET_TIMESTAMP(((struct moment){(int64_t)llround(seconds * 1000)}));
    return true;
}

static bool decode(struct arena *arena, const struct aws_shape *shape, struct json_value json, void *place,
    struct error *error);

static bool decode_members(struct arena *arena, const struct aws_shape *shape, struct json_value json,
    char *structure, struct error *error) {
    if (json_kind(json) != JSON_OBJECT)
        return refuse_kind(shape, json, error);
    for (size_t i = 0; i < shape->member_count; i++) {
        const struct aws_member *member = &shape->members[i];
        struct json_value value = json_get(json, member->name);
        if (!json_exists(value) || json_kind(value) == JSON_NULL)
            continue;
        if (!decode(arena, member->shape, value, structure + member->offset, error))
            return false;
    }
    return true;
}

static bool decode_list(struct arena *arena, const struct aws_shape *shape, struct json_value json,
    struct aws_list *ret_list, struct error *error) {
    if (json_kind(json) != JSON_ARRAY)
        return refuse_kind(shape, json, error);
    ASSERT(shape->element->kind == AWS_STRING || shape->element->kind == AWS_STRUCTURE);
    size_t count = json_count(json), size = aws_element_size(shape->element), index = 0;
    char *items = arena_alloc_array(arena, count, size);
    struct json_iterator iterator = json_iterate(json);
    while (json_next(&iterator) && index < count) {
        char *item = items + size * index++;
        if (json_kind(iterator.value) == JSON_NULL)
            continue; /* validation refuses a null text; a null structure reads as one without members */
        bool is_fine = shape->element->kind == AWS_STRUCTURE
                           ? decode_members(arena, shape->element, iterator.value, item, error)
                           : decode(arena, shape->element, iterator.value, item, error);
        if (!is_fine)
            return false;
    }
    *ret_list = (struct aws_list){true, count, items};
    return true;
}

static bool decode_map(struct arena *arena, const struct aws_shape *shape, struct json_value json,
    struct aws_list *ret_list, struct error *error) {
    if (json_kind(json) != JSON_OBJECT)
        return refuse_kind(shape, json, error);
    size_t count = json_count(json), index = 0;
    struct aws_entry *entries = ARENA_ARRAY(arena, count, struct aws_entry);
    struct json_iterator iterator = json_iterate(json);
    while (json_next(&iterator) && index < count) {
        struct aws_entry *entry = &entries[index++];
        entry->key = iterator.key;
        if (json_kind(iterator.value) != JSON_NULL &&
            !decode(arena, shape->element, iterator.value, &entry->value, error))
            return false;
    }
    *ret_list = (struct aws_list){true, count, entries};
    return true;
}

static bool decode_structure(struct arena *arena, const struct aws_shape *shape, struct json_value json,
    void **ret_structure, struct error *error) {
    void *structure = arena_alloc(arena, shape->size);
    if (!decode_members(arena, shape, json, structure, error))
        return false;
    *ret_structure = structure;
    return true;
}

static bool decode(struct arena *arena, const struct aws_shape *shape, struct json_value json, void *place,
    struct error *error) {
    struct aws_boolean *boolean = place;
    struct str *text = place;
    switch (shape->kind) {
    case AWS_STRING:
        if (!json_string(json, text))
            return refuse_kind(shape, json, error);
        if (text->data == NULL)
            *text = STR_EMPTY; /* sent and empty is not the same as not sent */
        return true;
    case AWS_BOOLEAN:
        boolean->is_set = json_boolean(json, &boolean->value);
        return boolean->is_set || refuse_kind(shape, json, error);
    case AWS_INTEGER:
    case AWS_LONG:
        return decode_number(shape, json, place, error);
    case AWS_TIMESTAMP:
        return decode_timestamp(shape, json, place, error);
    case AWS_LIST:
        return decode_list(arena, shape, json, place, error);
    case AWS_MAP:
        return decode_map(arena, shape, json, place, error);
    case AWS_STRUCTURE:
        return decode_structure(arena, shape, json, place, error);
    case AWS_BLOB:
    case AWS_DOUBLE:
        break; /* no request of CloudTrail has one */
    }
    return refuse_kind(shape, json, error);
}

bool aws_shape_decode(struct arena *arena, const struct aws_shape *shape, struct json_value json,
    void *ret_structure, struct error *error) {
    ASSERT(shape->kind == AWS_STRUCTURE);
    return decode_members(arena, shape, json, ret_structure, error);
}
