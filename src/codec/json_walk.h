/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_walk: a text of JSON that was checked before, walked once from front to back. No tree is made: a value
 * is the slice of the text that it is, exactly as it stands there (1.50 stays 1.50), which json.h's values do
 * not keep. Over a text that is no JSON the walk ends early, or gives slices of no meaning, but stays inside.
 *
 *     struct json_walk walk = JSON_WALK(text);
 *     for (json_walk_enter(&walk, '{'); json_walk_member(&walk, &key);)
 *         value = json_walk_value(&walk);
 *
 * Threads: pure; a walk is a value.
 */
#pragma once

#include "base/arena.h"
#include "codec/json.h"

struct json_walk {
    const char *at, *end;
    bool is_escaped; /* the key or string that was taken last has a backslash: it needs json_walk_decode() */
};
#define JSON_WALK(text) ((struct json_walk){.at = (text).data, .end = (text).data + (text).size})

/* The kind of the value that comes; JSON_NULL at the end. */
enum json_kind json_walk_kind(struct json_walk *walk);

/* Go into the object ('{') or array ('[') that comes; false, and not a step, where another value comes. */
bool json_walk_enter(struct json_walk *walk, char bracket);

/* In an object: the next key, between its quotes, not decoded; its value comes then and has to be taken:
 * json_walk_value(), or json_walk_enter() and all that is in it. False at the end, which is left behind. */
bool json_walk_member(struct json_walk *walk, struct str *ret_raw_key);

/* In an array: does another element come? False at the end, which is left behind. */
bool json_walk_element(struct json_walk *walk);

/* Take the value that comes, whole. Empty at the end of the text. */
struct str json_walk_value(struct json_walk *walk);

/* A string's text as json_walk_value() gave it, its quotes taken off. */
struct str json_walk_unquote(struct str value);

/* A number as json_walk_value() gave it, to the nearest double; false where it is none, or of more than 64
 * bytes. */
bool json_walk_number(struct str value, double *ret_number);

/* Decode what stands between a string's quotes: itself where nothing is escaped, else a copy in `arena`.
 * Half a surrogate pair, which no UTF-8 can hold, becomes U+FFFD. */
struct str json_walk_decode(struct arena *arena, struct str raw);
