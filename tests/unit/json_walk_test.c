/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "codec/json_walk.h"
#include "support/tap.h"

static struct arena arena;

static struct str decode(const char *raw) {
    return json_walk_decode(&arena, str_from(raw));
}

static void values_are_slices_of_the_text_as_it_stands(void) {
    static const char *const wanted[][2] = {{"a", "1.50"}, {"b", "{ \"x\" : [1, \"]}\\\"\"] }"},
        {"c", "\"q\\\"\""}, {"d", "null"}, {"e", "[]"}, {"f", "-0e+1"}};
    struct str text =
        STR_LITERAL(" {\"a\":1.50 , \"b\" :{ \"x\" : [1, \"]}\\\"\"] },\"c\":\"q\\\"\",\n\"d\":null,\"e\":[],"
                    "\"f\":-0e+1 }");
    struct json_walk walk = JSON_WALK(text);
    struct str key;
    EXPECT(json_walk_enter(&walk, '{'));
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        EXPECT(json_walk_member(&walk, &key) && str_is(key, wanted[i][0]));
        EXPECT(str_is(json_walk_value(&walk), wanted[i][1]));
    }
    EXPECT(!json_walk_member(&walk, &key));
    EXPECT(walk.at == walk.end);
}

static void what_comes_is_known_before_it_is_taken(void) {
    struct str text = STR_LITERAL("[{\"a\":1},[2],\"3\",true,null,4]");
    static const enum json_kind wanted[] = {
        JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON_BOOLEAN, JSON_NULL, JSON_NUMBER};
    struct json_walk walk = JSON_WALK(text);
    EXPECT(!json_walk_enter(&walk, '{'));
    EXPECT(json_walk_enter(&walk, '['));
    for (size_t i = 0; i < 6; i++) {
        EXPECT(json_walk_element(&walk));
        EXPECT_INT(json_walk_kind(&walk), wanted[i]);
        EXPECT(json_walk_value(&walk).size > 0);
    }
    EXPECT(!json_walk_element(&walk));
}

static void escapes_are_decoded(void) {
    EXPECT(str_is(decode("plain"), "plain"));
    EXPECT(str_is(decode("\\\"\\\\\\/\\b\\f\\n\\r\\t"), "\"\\/\b\f\n\r\t"));
    EXPECT(str_is(decode("\\u0041\\u00e9\\u20AC\\ud83d\\ude00"), "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
    EXPECT(str_equals(decode("a\\u0000b"), str_of("a\0b", 3)));
}

/* Strings are skipped eight bytes at a time: nothing may depend on where their bytes lie. */
static void an_escape_is_noticed_wherever_it_stands(void) {
    enum { SIZE_MAX_TRIED = 40 };
    for (size_t size = 2; size < SIZE_MAX_TRIED; size++) {
        for (size_t at = 0; at <= size - 2; at++) {
            char text[SIZE_MAX_TRIED + 12];
            for (unsigned escaped = 0; escaped < 2; escaped++) {
                int length = snprintf(text, sizeof text, "\"%.*s%s%.*s\",\"\\", (int)at,
                    "!#[]!#[]!#[]!#[]!#[]!#[]!#[]!#[]!#[]!#[]", escaped != 0 ? "\\\"" : "ab",
                    (int)(size - 2 - at),
                    "\xa2\xdc!\xa2\xdc!\xa2\xdc!\xa2\xdc!\xa2\xdc!\xa2\xdc!\xa2\xdc!\xa2\xdc!\xa2\xdc!"
                    "\xa2\xdc!\xa2\xdc!\xa2\xdc!\xa2\xdc!");
                struct json_walk walk = JSON_WALK(str_of(text, (size_t)length));
                struct str value = json_walk_value(&walk);
                if (value.size != size + 2 || walk.is_escaped != (escaped != 0))
                    printf("# %zu bytes, at %zu, %u\n", size, at, escaped);
                EXPECT_INT(value.size, size + 2);
                EXPECT(walk.is_escaped == (escaped != 0));
            }
        }
    }
}

static void half_a_surrogate_pair_becomes_the_replacement(void) {
    EXPECT(str_is(decode("\\ud800"), "\xef\xbf\xbd"));
    EXPECT(str_is(decode("\\udc00x"), "\xef\xbf\xbdx"));
    EXPECT(str_is(decode("\\ud800\\ud83d\\ude00"), "\xef\xbf\xbd\xf0\x9f\x98\x80"));
    EXPECT(str_is(decode("\\ud800\\n"), "\xef\xbf\xbd\n"));
}

static void a_broken_text_ends_the_walk(void) {
    static const char *const broken[] = {
        "", "{", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":\"b", "{\"a\":[", "{a:1}", "{\"a\\"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct str text = str_from(broken[i]), key = STR_EMPTY;
        struct json_walk walk = JSON_WALK(text);
        if (json_walk_enter(&walk, '{')) {
            while (json_walk_member(&walk, &key))
                EXPECT(json_walk_value(&walk).size <= text.size);
        }
        EXPECT(walk.at == walk.end);
    }
    EXPECT(decode("\\").size == 1);
    EXPECT(str_is(decode("\\u12"), "\xef\xbf\xbd"));
}

static void numbers_are_read(void) {
    double number = 0;
    EXPECT(json_walk_number(STR_LITERAL("-1.50e1"), &number) && number == -15);
    EXPECT(json_walk_number(STR_LITERAL("7"), &number) && number == 7);
    EXPECT(!json_walk_number(STR_LITERAL("7x"), &number) && !json_walk_number(STR_EMPTY, &number));
}

int main(void) {
    TEST(values_are_slices_of_the_text_as_it_stands);
    TEST(what_comes_is_known_before_it_is_taken);
    TEST(escapes_are_decoded);
    TEST(an_escape_is_noticed_wherever_it_stands);
    TEST(half_a_surrogate_pair_becomes_the_replacement);
    TEST(numbers_are_read);
    TEST(a_broken_text_ends_the_walk);
    arena_finish(&arena);
    return tap_done();
}
