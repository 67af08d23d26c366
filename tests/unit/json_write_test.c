/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "codec/json.h"
#include "support/tap.h"

#include <float.h>

static struct buf out = {.limit = 4096};
static struct json_writer writer = {.buf = &out};

static bool wrote(const char *text) {
    bool same = str_is(buf_str(&out), text);
    if (!same)
        printf("# wrote %.*s\n", STR(buf_str(&out)));
    buf_clear(&out);
    writer = JSON_WRITER(&out);
    return same;
}

static void commas_stand_between_members_and_elements_only(void) {
    json_begin_object(&writer);
    json_member_i64(&writer, "a", -1);
    json_key(&writer, STR_LITERAL("b"));
    json_begin_array(&writer);
    json_begin_object(&writer);
    json_end_object(&writer);
    json_begin_array(&writer);
    json_end_array(&writer);
    json_write_u64(&writer, UINT64_MAX);
    json_write_null(&writer);
    json_end_array(&writer);
    json_member_boolean(&writer, "c", true);
    json_member_null(&writer, "d");
    json_member_string(&writer, "e", STR_LITERAL("x"));
    json_key(&writer, STR_LITERAL("f"));
    json_write_raw(&writer, STR_LITERAL("[1]"));
    json_end_object(&writer);
    EXPECT(wrote(
        "{\"a\":-1,\"b\":[{},[],18446744073709551615,null],\"c\":true,\"d\":null,\"e\":\"x\",\"f\":[1]}"));
}

static void strings_are_escaped(void) {
    json_write_string(&writer, STR_LITERAL("\"\\/\b\f\n\r\t\x01\x1f\x7f \xc3\xa9\xf0\x9f\x98\x80"));
    EXPECT(wrote("\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f \xc3\xa9\xf0\x9f\x98\x80\""));
    json_write_string(&writer, STR_LITERAL("a\0b"));
    EXPECT(wrote("\"a\\u0000b\""));
    json_write_string(&writer, STR_EMPTY);
    EXPECT(wrote("\"\""));
}

static void bad_utf8_becomes_replacement_characters(void) {
    json_write_string(&writer, STR_LITERAL("a\xff z\xc3"));
    EXPECT(wrote("\"a\xef\xbf\xbd z\xef\xbf\xbd\""));
    json_write_string(&writer, STR_LITERAL("\xed\xa0\x80"));
    EXPECT(wrote("\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""));
}

static void doubles_are_as_short_as_they_can_be(void) {
    json_write_double(&writer, 0.1);
    EXPECT(wrote("0.1"));
    json_write_double(&writer, 1.0 / 3);
    EXPECT(wrote("0.3333333333333333"));
    json_write_double(&writer, DBL_MAX);
    EXPECT(wrote("1.7976931348623157e+308"));
    json_write_double(&writer, 100);
    EXPECT(wrote("100"));
    json_write_double(&writer, -0.0);
    EXPECT(wrote("-0.0"));
}

static void seconds_keep_their_fraction(void) {
    json_write_seconds(&writer, 1700000000000);
    EXPECT(wrote("1700000000"));
    json_write_seconds(&writer, 1700000000500);
    EXPECT(wrote("1700000000.5"));
    json_write_seconds(&writer, 1700000000007);
    EXPECT(wrote("1700000000.007"));
    json_write_seconds(&writer, 1700000000120);
    EXPECT(wrote("1700000000.12"));
    json_write_seconds(&writer, -1500);
    EXPECT(wrote("-1.5"));
    json_write_seconds(&writer, INT64_MIN);
    EXPECT(wrote("-9223372036854775.808"));
}

static void a_full_buffer_shows(void) {
    SCOPED(buf_finish) struct buf small = BUF_INIT(5);
    struct json_writer to_small = JSON_WRITER(&small);
    json_write_string(&to_small, STR_LITERAL("too long"));
    EXPECT(small.overflowed);
    EXPECT(small.size <= 5);
}

static void a_parsed_value_prints_compactly(void) {
    static const char text[] =
        "{\"a\":[1,-2,18446744073709551615,0.5,true,false,null],\"b\":{\"\\n\":\"\\\"\"},\"b\":{}}";
    struct json_parser *parser = json_parser_create();
    struct json_value root = JSON_MISSING;
    struct error error;
    EXPECT(json_parse(parser,
        STR_LITERAL(" { \"a\" : [ 1 , -2, 18446744073709551615, 5e-1, true,\tfalse, null ],\n"
                    "\"b\":{\"\\u000a\":\"\\u0022\"}, \"b\" : { } } "),
        &root, &error));
    EXPECT(json_append_value(&out, root));
    EXPECT(wrote(text));
    json_parser_destroy(parser);
}

int main(void) {
    TEST(commas_stand_between_members_and_elements_only);
    TEST(strings_are_escaped);
    TEST(bad_utf8_becomes_replacement_characters);
    TEST(doubles_are_as_short_as_they_can_be);
    TEST(seconds_keep_their_fraction);
    TEST(a_full_buffer_shows);
    TEST(a_parsed_value_prints_compactly);
    buf_finish(&out);
    return tap_done();
}
