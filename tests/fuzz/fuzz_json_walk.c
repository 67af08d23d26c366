/* SPDX-License-Identifier: Apache-2.0 */
/* Over any bytes the walk stays inside; over JSON it finds what the parser finds. */
#include "base/check.h"
#include "base/own.h"
#include "codec/json_walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct arena arena;

static void compare(struct json_walk *walk, struct json_value value);

static void compare_members(struct json_walk *walk, struct json_value object) {
    struct str raw_key;
    ASSERT(json_walk_enter(walk, '{'));
    for (struct json_iterator member = json_iterate(object); json_next(&member);) {
        ASSERT(json_walk_member(walk, &raw_key));
        ASSERT(str_equals(json_walk_decode(&arena, raw_key), member.key));
        compare(walk, member.value);
    }
    ASSERT(!json_walk_member(walk, &raw_key));
}

static void compare_elements(struct json_walk *walk, struct json_value array) {
    ASSERT(json_walk_enter(walk, '['));
    for (struct json_iterator element = json_iterate(array); json_next(&element);) {
        ASSERT(json_walk_element(walk));
        compare(walk, element.value);
    }
    ASSERT(!json_walk_element(walk));
}

static void compare(struct json_walk *walk, struct json_value value) {
    ASSERT(json_walk_kind(walk) == json_kind(value));
    struct json_walk whole = *walk;
    struct str slice = json_walk_value(&whole);
    ASSERT(slice.size > 0);
    if (json_kind(value) == JSON_OBJECT)
        compare_members(walk, value);
    else if (json_kind(value) == JSON_ARRAY)
        compare_elements(walk, value);
    else
        *walk = whole;
    ASSERT(walk->at == whole.at);
    if (json_kind(value) == JSON_STRING)
        ASSERT(str_equals(json_walk_decode(&arena, json_walk_unquote(slice)), json_text(value)));
}

/* Whatever it is: go as deep as it lets, at most as far as there are bytes. */
static void wander(struct json_walk *walk, size_t depth) {
    struct str key;
    if (depth < JSON_DEPTH_MAX && json_walk_enter(walk, '{')) {
        while (json_walk_member(walk, &key)) {
            ASSERT(json_walk_decode(&arena, key).size <= key.size + 3);
            wander(walk, depth + 1);
        }
    } else if (depth < JSON_DEPTH_MAX && json_walk_enter(walk, '[')) {
        while (json_walk_element(walk))
            wander(walk, depth + 1);
    } else {
        const char *before = walk->at;
        struct str value = json_walk_value(walk);
        ASSERT(walk->at <= walk->end && (walk->at > before || walk->at == walk->end));
        ASSERT(json_walk_decode(&arena, json_walk_unquote(value)).size <= value.size + 3);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct json_parser *parser;
    if (parser == NULL)
        parser = json_parser_create();
    /* A copy of just this size, so that a step too far is seen. */
    SCOPED(own_free) char *copy = mem_alloc(size + 1);
    copy = mem_resize(copy, size > 0 ? size : 1);
    for (size_t i = 0; i < size; i++)
        copy[i] = (char)data[i];
    struct str text = str_of(copy, size);
    struct json_walk walk = JSON_WALK(text);
    wander(&walk, 0);
    struct error error;
    struct json_value root = JSON_MISSING;
    if (json_parse(parser, text, &root, &error)) {
        walk = JSON_WALK(text);
        compare(&walk, root);
    }
    arena_clear(&arena);
    return 0;
}
