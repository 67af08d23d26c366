/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shape: AWS JSON structures as tables. One table describes a structure's members; decoding,
 * validation, encoding and the form in which a call is recorded follow from it.
 *
 * In C a member is one of the types below, at its offset in the structure's struct. Everything
 * zeroed is "not sent": absent and null are the same to AWS, and neither is encoded.
 *
 * Threads: tables are constant; functions any.
 */
#pragma once

#include "base/arena.h"
#include "base/time.h"
#include "codec/json.h"

enum aws_kind {
    AWS_STRING,    /* struct str; data NULL: not sent */
    AWS_BLOB,      /* struct bytes; data NULL: not sent. Base64 on the wire; only encoded */
    AWS_BOOLEAN,   /* struct aws_boolean */
    AWS_INTEGER,   /* struct aws_integer, 32 bits on the wire */
    AWS_LONG,      /* struct aws_integer, 64 bits */
    AWS_DOUBLE,    /* struct aws_double; only encoded */
    AWS_TIMESTAMP, /* struct aws_timestamp; epoch seconds on the wire */
    AWS_LIST,      /* struct aws_list */
    AWS_MAP,       /* struct aws_list of struct aws_entry: texts to texts */
    AWS_STRUCTURE, /* a pointer to the struct; NULL: not sent */
};

struct aws_boolean {
    bool is_set, value;
};
struct aws_integer {
    bool is_set;
    int64_t value;
};
struct aws_double {
    bool is_set;
    double value;
};
struct aws_timestamp {
    bool is_set;
    struct moment value;
};
struct aws_list { /* of strings: struct str; of structures: the structs themselves; of maps and lists: struct
                   * aws_list; else the types above */
    bool is_set;
    size_t count;
    void *items;
};

struct aws_entry { /* of a map */
    struct str key, value;
};

struct aws_shape;
struct aws_member {
    const char *name; /* as on the wire; records use it with its first letter in lower case */
    size_t offset;
    const struct aws_shape *shape;
    bool is_required, is_secret; /* a secret never stands in a record */
};
/* What a text is made of: AWS's pattern, as messages show it, and all the characters that fit it. */
struct aws_pattern {
    const char *text, *characters;
};
struct aws_shape {
    enum aws_kind kind;
    int64_t min, max; /* length of texts (characters), lists and maps, value of numbers; max 0: no bounds */
    const struct aws_pattern *pattern; /* of texts; NULL: any */
    const char *const *values;         /* the texts allowed, NULL at the end; NULL: any */
    const struct aws_shape *element;   /* of a list */
    const struct aws_member *members;  /* of a structure, in AWS's order */
    size_t member_count;
    size_t size; /* of the struct */
};

/* Patterns that more than one text has. */
extern const struct aws_pattern aws_pattern_name, aws_pattern_resource, aws_pattern_role, aws_pattern_uuid,
    aws_pattern_digits;

/* Shapes without constraints. */
extern const struct aws_shape aws_string, aws_blob, aws_boolean, aws_integer, aws_long, aws_double,
    aws_timestamp, aws_string_list, aws_string_map;

#define AWS_SHAPE_OF(type, table)                                                                            \
    {                                                                                                        \
        .kind = AWS_STRUCTURE, .members = (table), .member_count = sizeof(table) / sizeof *(table),          \
        .size = sizeof(type)                                                                                 \
    }
#define AWS_LIST_OF(element_shape)                                                                           \
    { .kind = AWS_LIST, .element = &(element_shape) }

#define AWS_SET_BOOLEAN(boolean) ((struct aws_boolean){true, (boolean)})
#define AWS_SET_INTEGER(number)  ((struct aws_integer){true, (number)})
#define AWS_SET_TIMESTAMP(when)  ((struct aws_timestamp){true, (when)})

/* Not set where there is nothing to say: an empty text, a time that never was. */
static inline struct str aws_optional_text(struct str text) {
    return text.size > 0 ? text : (struct str){NULL, 0};
}
static inline struct aws_timestamp aws_optional_time(struct moment moment) {
    return (struct aws_timestamp){moment.ms != MOMENT_NONE.ms, moment};
}

/* Bytes that an element of a list takes. */
size_t aws_element_size(const struct aws_shape *element);

/* The i-th element, for lists of strings and of structures. */
#define AWS_ITEM(list, type, index) (&((type *)(list).items)[index])

/* Read `json` into the zeroed struct `ret_structure` of the structure `shape`. Unknown members are ignored.
 * ERROR_INVALID, with the message of AWS's SerializationException, where a member has another kind.
 * Texts borrow from the parsed document, lists and structures live in the arena. */
NODISCARD bool aws_shape_decode(struct arena *arena, const struct aws_shape *shape, struct json_value json,
    void *ret_structure, struct error *error);

/* Hold the structure to the table's constraints; ERROR_INVALID names every breach in AWS's words: "1
 * validation error detected: Value '' at 'name' failed to satisfy constraint: Member must ...". */
NODISCARD bool aws_shape_validate(const struct aws_shape *shape, const void *structure, struct error *error);

enum aws_style {
    AWS_STYLE_WIRE,  /* as SDKs read it */
    AWS_STYLE_RECORD /* as CloudTrail records a call's parameters: lowerCamel names, times as text */
};

/* Print the structure as a JSON object. */
void aws_shape_encode(
    struct json_writer *writer, const struct aws_shape *shape, const void *structure, enum aws_style style);

/* Number of members that are set: a call without any is recorded with null parameters. */
size_t aws_shape_count_set(const struct aws_shape *shape, const void *structure);
