/* SPDX-License-Identifier: Apache-2.0 */
/* selector_rows: how parsed selectors lie in memory; shared by selector_basic, selector_advanced and
 * selector. */
#pragma once

#include "event/selector.h"

struct event_value_list {
    struct str *items;
    size_t count;
};

enum event_read_write { READ_WRITE_ALL, READ_ONLY, WRITE_ONLY };

struct event_basic_selector {
    enum event_read_write read_write;
    bool include_management;
    struct event_data_resource {
        struct str type;
        struct event_value_list values;
    } * resources;
    size_t resource_count;
    struct event_value_list excluded_sources;
};

enum event_field {
    FIELD_CATEGORY,
    FIELD_READ_ONLY,
    FIELD_SOURCE,
    FIELD_NAME,
    FIELD_TYPE,
    FIELD_RESOURCE_TYPE,
    FIELD_RESOURCE_ARN,
    FIELD_FROM_CONSOLE,
    FIELD_USER_ARN,
    FIELD_ERROR_CODE,
    FIELD_VPC_ENDPOINT,
    FIELD_COUNT
};
extern const char *const event_field_names[FIELD_COUNT];

/* The three that include come first, those that exclude after them. */
enum event_operator {
    OPERATOR_EQUALS,
    OPERATOR_STARTS_WITH,
    OPERATOR_ENDS_WITH,
    OPERATOR_NOT_EQUALS,
    OPERATOR_NOT_STARTS_WITH,
    OPERATOR_NOT_ENDS_WITH,
    OPERATOR_COUNT
};
extern const char *const event_operator_names[OPERATOR_COUNT];

struct event_advanced_selector {
    struct str name; /* data is NULL where none was given */
    struct str category, resource_type;
    struct event_field_selector {
        enum event_field field;
        struct event_value_list values[OPERATOR_COUNT];
    } * fields;
    size_t field_count;
};

struct event_selectors {
    struct arena arena; /* holds all below */
    bool are_advanced;
    size_t count;
    struct event_basic_selector *basic;
    struct event_advanced_selector *advanced;
};

/* A text from outside in an error message: its first 200 bytes. */
#define SHOWN(text) (int)((text).size < 200 ? (text).size : 200), (text).data

/* Copy an array of strings; `what` names it in the error. */
NODISCARD bool event_selector_copy_values(struct arena *arena, struct json_value array, const char *what,
    struct event_value_list *ret_values, struct error *error);
