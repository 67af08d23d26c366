/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scrub: a call's parameters on their way into its record: secrets left out or covered, names in the
 * record's casing. One walk for every service; what is secret is a table.
 */
#include "base/check.h"
#include "base/own.h"

#include "private.h"

#include <stdlib.h>
#include <string.h>

struct scrubber {
    struct json_writer *writer;
    struct call_secrets secrets;
    bool lowers_names;
    bool only_addresses; /* are all that may be secret inside of texts: these name objects and items */
};

/* Where a value stands: 0 is the part itself, 1 a parameter. */
struct place {
    unsigned depth;
    bool lowers_names; /* of its members */
};

/* Members whose own members are the caller's names, not AWS's: they are never lowered. */
static bool is_map(struct str name) {
    static const char *const maps[] = {"annotations", "attributeMapping", "attributes",
        "connectionProperties", "dockerLabels", "encryptionContext", "encryptionContextEquals",
        "encryptionContextSubset", "environmentVariables", "hyperParameters", "labels", "metadata", "options",
        "parameters", "providerDetails", "requestModels", "requestParameters", "requestTemplates",
        "responseModels", "responseParameters", "responseTemplates", "stageVariables", "tags", "variables"};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        if (str_equals_ignoring_case(name, str_from(maps[i])))
            return true;
    }
    return false;
}

static void write_name(const struct scrubber *scrubber, struct str name, bool is_lowered) {
    char lowered[128];
    bool is_upper = name.size != 0 && name.data[0] >= 'A' && name.data[0] <= 'Z';
    if (!is_lowered || !is_upper) {
        json_key(scrubber->writer, name);
    } else if (name.size <= sizeof lowered) {
        memcpy(lowered, name.data, name.size);
        lowered[0] = (char)(lowered[0] + ('a' - 'A'));
        json_key(scrubber->writer, str_of(lowered, name.size));
    } else {
        SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
        buf_append_str(&text, name);
        text.data[0] = (char)(text.data[0] + ('a' - 'A'));
        json_key(scrubber->writer, buf_str(&text));
    }
}

static void write_text(const struct scrubber *scrubber, struct str text) {
    SCOPED(buf_finish) struct buf covered = BUF_INIT(BUF_UNBOUNDED);
    if (call_text_append_covered(&covered, &scrubber->secrets, text, scrubber->only_addresses))
        json_write_string(scrubber->writer, buf_str(&covered));
    else
        json_write_string(scrubber->writer, text);
}

/* ---- members that are there twice ---- */

/* A name as it will stand in the record. */
struct twin {
    struct str name;
    size_t index;
    bool is_lowered;
};

static int compare_twins(const void *a, const void *b) {
    const struct twin *one = a, *other = b;
    struct str left = one->name, right = other->name;
    bool is_folded = one->is_lowered && left.size != 0 && right.size != 0;
    if (is_folded) {
        int first = (left.data[0] >= 'A' && left.data[0] <= 'Z' ? left.data[0] | 0x20 : left.data[0]) -
                    (right.data[0] >= 'A' && right.data[0] <= 'Z' ? right.data[0] | 0x20 : right.data[0]);
        if (first != 0)
            return first;
        left = str_slice(left, 1, SIZE_MAX);
        right = str_slice(right, 1, SIZE_MAX);
    }
    int order = str_compare(left, right);
    return order != 0 ? order : (one->index > other->index) - (one->index < other->index);
}

static bool is_same_name(const struct twin *one, const struct twin *other) {
    struct twin moved = *other;
    moved.index = one->index;
    return one->name.size == other->name.size && compare_twins(one, &moved) == 0;
}

/* Which members have a later one of their name; NULL where none has. One per member, owned. */
static bool *find_overruled(struct json_value object, bool lowers_names, struct str *ret_name) {
    size_t count = json_count(object);
    bool has_one = false;
    struct json_iterator iterator = json_iterate(object);
    SCOPED(own_free) struct twin *twins = mem_alloc_array(count + 1, sizeof *twins);
    SCOPED(own_free) bool *overruled = mem_alloc_array(count + 1, sizeof *overruled);
    for (size_t i = 0; i < count && json_next(&iterator); i++) {
        twins[i] = (struct twin){iterator.key, i, lowers_names};
        overruled[i] = false;
    }
    qsort(twins, count, sizeof *twins, compare_twins);
    for (size_t i = 1; i < count; i++) {
        if (!is_same_name(&twins[i - 1], &twins[i]))
            continue;
        has_one = overruled[twins[i - 1].index] = true;
        *ret_name = twins[i].name;
    }
    return has_one ? TAKE(overruled) : NULL;
}

static bool has_twin(struct json_value object, bool lowers_names) {
    enum { FEW = 16 };
    if (json_count(object) > FEW)
        return true; /* it is looked at thoroughly */
    for (struct json_iterator one = json_iterate(object); json_next(&one);) {
        const struct twin twin = {one.key, 0, lowers_names};
        for (struct json_iterator rest = one; json_next(&rest);) {
            const struct twin other = {rest.key, 0, lowers_names};
            if (one.key.size == rest.key.size && is_same_name(&twin, &other))
                return true;
        }
    }
    return false;
}

/* ---- values ---- */

static void write_value(const struct scrubber *scrubber, struct json_value value, struct place place);

static void write_member(
    const struct scrubber *scrubber, struct str name, struct json_value value, struct place object) {
    struct place place = {object.depth + 1, scrubber->lowers_names && !is_map(name)};
    enum call_secret_form form = call_secret_form(&scrubber->secrets, name, place.depth);
    if (form == CALL_SECRET_DROP)
        return;
    write_name(scrubber, name, object.lowers_names);
    enum json_kind kind = json_kind(value);
    if (form == CALL_SECRET_NONE || kind == JSON_NULL || kind == JSON_BOOLEAN)
        write_value(scrubber, value, place);
    else
        json_write_string(scrubber->writer, str_from(form == CALL_SECRET_STARS ? "****" : CALL_HIDDEN));
}

/* Of members of one name the last is recorded, as most services take it; that there was another is recorded
 * too. A record with both would be read in different ways. */
static void write_members(const struct scrubber *scrubber, struct json_value object, struct place place) {
    struct str name = STR_EMPTY;
    struct json_iterator iterator = json_iterate(object);
    SCOPED(own_free)
    bool *overruled =
        has_twin(object, place.lowers_names) ? find_overruled(object, place.lowers_names, &name) : NULL;
    for (size_t i = 0; json_next(&iterator); i++) {
        if (overruled == NULL || !overruled[i])
            write_member(scrubber, iterator.key, iterator.value, place);
    }
    if (overruled != NULL && !str_is(name, "ambiguousMember"))
        json_member_string(scrubber->writer, "ambiguousMember", name);
}

/* Depth is bounded by the parser's JSON_DEPTH_MAX. */
static void write_value(const struct scrubber *scrubber, struct json_value value, struct place place) {
    struct json_iterator iterator = json_iterate(value);
    struct place element = {place.depth + 1, scrubber->lowers_names}; /* a list under "tags" is no map */
    switch (json_kind(value)) {
    case JSON_OBJECT:
        json_begin_object(scrubber->writer);
        write_members(scrubber, value, place);
        json_end_object(scrubber->writer);
        break;
    case JSON_ARRAY:
        json_begin_array(scrubber->writer);
        while (json_next(&iterator))
            write_value(scrubber, iterator.value, element);
        json_end_array(scrubber->writer);
        break;
    case JSON_STRING:
        write_text(scrubber, json_text(value));
        break;
    case JSON_NULL:
    case JSON_BOOLEAN:
    case JSON_NUMBER:
        json_write_raw(scrubber->writer, STR_EMPTY); /* the comma, where there is one */
        json_append_value(scrubber->writer->buf, value);
        break;
    }
}

void call_append_scrubbed(struct buf *buf, const struct call *call, struct json_value part) {
    struct json_writer writer = JSON_WRITER(buf);
    bool lowers_names = call->casing == CALL_WIRE && !call_keeps_case(call->event_source);
    struct scrubber scrubber = {&writer, call_secrets_of(call), lowers_names, false};
    scrubber.only_addresses =
        str_is(scrubber.secrets.service, "s3") || str_is(scrubber.secrets.service, "dynamodb");
    write_value(&scrubber, part, (struct place){0, lowers_names});
}

/* ---- error messages ---- */

enum { ECHO_SIZE_MIN = 4 }; /* shorter values stand in any text by chance */

static void cover_all(struct buf *message, struct str secret) {
    SCOPED(buf_finish) struct buf covered = BUF_INIT(BUF_UNBOUNDED);
    struct str rest = buf_str(message);
    size_t at = str_find(rest, secret);
    if (at == SIZE_MAX)
        return;
    for (; at != SIZE_MAX; at = str_find(rest, secret)) {
        buf_append_str(&covered, str_slice(rest, 0, at));
        buf_append_text(&covered, CALL_HIDDEN);
        rest = str_slice(rest, at + secret.size, SIZE_MAX);
    }
    buf_append_str(&covered, rest);
    buf_clear(message);
    buf_append_str(message, buf_str(&covered));
}

/* Services like to say which value they refuse. */
static void cover_echoes(struct buf *message, const struct call_secrets *secrets, struct json_value value,
    unsigned depth, bool is_secret) {
    struct json_iterator iterator = json_iterate(value);
    struct str text = json_text(value);
    if (is_secret && text.size >= ECHO_SIZE_MIN)
        cover_all(message, text);
    while (json_next(&iterator)) {
        bool is_below = is_secret || call_secret_form(secrets, iterator.key, depth + 1) != CALL_SECRET_NONE;
        cover_echoes(message, secrets, iterator.value, depth + 1, is_below);
    }
}

void call_append_message(struct buf *buf, const struct call *call, struct json_value request) {
    struct call_secrets secrets = call_secrets_of(call);
    SCOPED(buf_finish) struct buf message = BUF_INIT(BUF_UNBOUNDED);
    if (!call_text_append_covered(&message, &secrets, call->error_message, false))
        buf_append_str(&message, call->error_message);
    cover_echoes(&message, &secrets, request, 0, false);
    buf_append_str(buf, buf_str(&message));
}
