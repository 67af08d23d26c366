/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "codec/json.h"
#include "support/tap.h"

#include <math.h>

static struct json_parser *parser;
static struct error error;

static struct json_value parse(const char *text) {
    struct json_value root = JSON_MISSING;
    if (!json_parse(parser, str_from(text), &root, &error))
        return JSON_MISSING;
    return root;
}

static bool refuses(const char *text) {
    return !json_exists(parse(text)) && error.kind == ERROR_INVALID;
}

static void members_are_found_by_key(void) {
    struct json_value root = parse("{\"a\":1,\"b\":{\"c\":[true,null,\"x\"]},\"d\":2.5}");
    EXPECT_INT(json_kind(root), JSON_OBJECT);
    EXPECT_INT(json_count(root), 3);
    int64_t number = 0;
    EXPECT(json_i64(json_get(root, "a"), &number));
    EXPECT_INT(number, 1);
    double fraction = 0;
    EXPECT(json_double(json_get(root, "d"), &fraction));
    EXPECT(fraction == 2.5);
    struct json_value list = json_get(json_get(root, "b"), "c");
    EXPECT_INT(json_kind(list), JSON_ARRAY);
    EXPECT_INT(json_count(list), 3);
    EXPECT(!json_exists(json_get(root, "c")));
    EXPECT(!json_exists(json_get(list, "c")));
}

static void a_missing_value_reads_as_nothing(void) {
    int64_t number = 7;
    bool boolean = true;
    struct str text = STR_LITERAL("kept");
    struct json_value missing = json_get(JSON_MISSING, "a");
    EXPECT(!json_exists(missing));
    EXPECT_INT(json_kind(missing), JSON_NULL);
    EXPECT_INT(json_count(missing), 0);
    EXPECT(!json_i64(missing, &number) && number == 7);
    EXPECT(!json_boolean(missing, &boolean) && boolean);
    EXPECT(!json_string(missing, &text) && str_is(text, "kept"));
    EXPECT_INT(json_text(missing).size, 0);
    struct json_iterator iterator = json_iterate(missing);
    EXPECT(!json_next(&iterator));
}

static void escapes_are_decoded(void) {
    struct json_value root = parse("{\"\\u0044elete\":\"tab\\t \\u00e9 \\ud83d\\ude00 \\u0000!\"}");
    struct str text = json_text(json_get(root, "Delete"));
    EXPECT(str_equals(text, STR_LITERAL("tab\t \xc3\xa9 \xf0\x9f\x98\x80 \0!")));
}

static void iteration_gives_members_in_order(void) {
    struct json_iterator iterator =
        json_iterate(parse("{\"b\":[1,[2,{}],3.5],\"a\":{\"x\":0},\"b\":\"again\"}"));
    const char *keys[] = {"b", "a", "b"};
    const enum json_kind kinds[] = {JSON_ARRAY, JSON_OBJECT, JSON_STRING};
    for (size_t i = 0; i < 3; i++) {
        EXPECT(json_next(&iterator));
        EXPECT(str_is(iterator.key, keys[i]));
        EXPECT_INT(json_kind(iterator.value), kinds[i]);
    }
    EXPECT(!json_next(&iterator));
    EXPECT(!json_next(&iterator));
}

static void the_first_of_two_equal_keys_wins(void) {
    int64_t number = 0;
    EXPECT(json_i64(json_get(parse("{\"a\":1,\"a\":2}"), "a"), &number));
    EXPECT_INT(number, 1);
}

static void duplicate_keys_are_noticed(void) {
    struct str key = STR_EMPTY;
    EXPECT(!json_find_duplicate_key(parse("{\"a\":{\"b\":1},\"b\":{\"a\":2}}"), &key));
    EXPECT(!json_find_duplicate_key(parse("[1,1]"), &key));
    EXPECT(!json_find_duplicate_key(parse("{}"), &key));
    EXPECT(json_find_duplicate_key(parse("{\"eventID\":1,\"x\":2,\"event\\u0049D\":3}"), &key));
    EXPECT(str_is(key, "eventID"));
    EXPECT(json_find_duplicate_key(parse("{\"\":1,\"\":3}"), &key));
    EXPECT_INT(key.size, 0);
}

static bool has_duplicate(int key_count, int repeated) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(1 << 20);
    struct json_writer writer = JSON_WRITER(&text);
    json_begin_object(&writer);
    for (int i = 0; i < key_count; i++) {
        SCOPED(buf_finish) struct buf key = BUF_INIT(64);
        buf_append_format(&key, "a common beginning %d and end", i == key_count - 1 ? repeated : i);
        json_key(&writer, buf_str(&key));
        json_write_null(&writer);
    }
    json_end_object(&writer);
    struct str found = STR_EMPTY;
    return json_find_duplicate_key(parse(text.data), &found);
}

static void duplicate_keys_are_noticed_in_objects_of_any_size(void) {
    for (int count = 2; count < 300; count++) {
        EXPECT(!has_duplicate(count, count));
        EXPECT(has_duplicate(count, 0));
        EXPECT(has_duplicate(count, count - 2));
    }
    EXPECT(!has_duplicate(10000, 10000));
    EXPECT(has_duplicate(10000, 4711));
}

static void integers_of_64_bits_are_exact(void) {
    int64_t number = 0;
    uint64_t magnitude = 0;
    EXPECT(json_i64(parse("-9223372036854775808"), &number) && number == INT64_MIN);
    EXPECT(json_i64(parse("9223372036854775807"), &number) && number == INT64_MAX);
    EXPECT(!json_i64(parse("9223372036854775808"), &number));
    EXPECT(json_u64(parse("18446744073709551615"), &magnitude) && magnitude == UINT64_MAX);
    EXPECT(json_u64(parse("0"), &magnitude) && magnitude == 0);
    EXPECT(!json_u64(parse("-1"), &magnitude));
    EXPECT(!json_i64(parse("1.0"), &number));
}

static void integers_of_any_length_are_doubles(void) {
    double number = 0;
    int64_t integer = 0;
    EXPECT(json_double(parse("18446744073709551616"), &number) && number == 18446744073709551616.0);
    EXPECT(json_double(parse("-9223372036854775809"), &number) && number == -9223372036854775808.0);
    struct json_value root = parse("{\"id\":123456789012345678901234567890,\"\\\"1\":[-1e400,1E-400,7],\"s\":"
                                   "\"99999999999999999999999\"}");
    EXPECT(json_double(json_get(root, "id"), &number) && number == 123456789012345678901234567890.0);
    EXPECT(!json_i64(json_get(root, "id"), &integer));
    EXPECT(str_is(json_text(json_get(root, "s")), "99999999999999999999999"));
    struct json_iterator list = json_iterate(json_get(root, "\"1"));
    EXPECT(json_next(&list) && json_double(list.value, &number) && number == -1.7976931348623157e308);
    EXPECT(json_next(&list) && json_double(list.value, &number) && number == 0);
    EXPECT(json_next(&list) && json_i64(list.value, &integer) && integer == 7);
}

static void an_integer_of_a_thousand_digits_is_the_largest_double(void) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(2000);
    for (int i = 0; i < 1000; i++)
        buf_append_char(&text, '9');
    double number = 0;
    EXPECT(json_double(parse(text.data), &number));
    EXPECT(number == 1.7976931348623157e308);
}

static void what_is_no_json_is_refused(void) {
    static const char *const bad[] = {"", " ", "{", "}", "[1,]", "{\"a\"}", "{\"a\":1,}", "nul", "tru e",
        "01", "1.", ".5", "+1", "-", "1e", "012345678901234567890123", "123456789012345678901234.",
        "[123456789012345678901234 5]", "\"a", "\"\x01\"", "\"\\x\"", "\"\\ud800\"", "\"\xff\"",
        "\"\xc0\x80\"", "{} x", "[1] [2]", "'a'", "{a:1}", "NaN", "[1}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        bool refused = refuses(bad[i]);
        EXPECT(refused);
        if (!refused)
            printf("# accepted: %s\n", bad[i]);
    }
}

static bool nests(int depth, const char *innermost) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(4096);
    for (int i = 0; i < depth; i++)
        buf_append_char(&text, '[');
    buf_append_text(&text, innermost);
    for (int i = 0; i < depth; i++)
        buf_append_char(&text, ']');
    return json_exists(parse(text.data));
}

static void nesting_ends_at_the_limit(void) {
    EXPECT(nests(JSON_DEPTH_MAX - 1, "1"));
    EXPECT(nests(JSON_DEPTH_MAX, ""));
    EXPECT(!nests(JSON_DEPTH_MAX, "1"));
    EXPECT(!nests(JSON_DEPTH_MAX + 1, ""));
    EXPECT(strstr(error.message, "128") != NULL);
}

static void a_padded_text_is_parsed_in_place(void) {
    static const char text[] =
        "{\"a\":12}345\"                                                                 ";
    struct json_value root = JSON_MISSING;
    EXPECT(json_parse_padded(parser, str_of(text, 8), &root, &error));
    EXPECT_INT(json_count(root), 1);
    EXPECT(!json_parse_padded(parser, str_of(text, 9), &root, &error));
    EXPECT(json_parse_padded(parser, str_of(text + 5, 1), &root, &error));
    int64_t number = 0;
    EXPECT(json_i64(root, &number) && number == 1);
}

static void memory_of_a_huge_text_is_given_back_and_small_texts_still_parse(void) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(16 << 20);
    buf_append_char(&text, '[');
    for (int i = 0; i < 1000000; i++)
        buf_append_text(&text, "\"abc\",");
    buf_append_text(&text, "0]");
    EXPECT_INT(json_count(parse(text.data)), 1000001);
    EXPECT_INT(json_count(parse("[1,2]")), 2);
}

static void an_array_past_the_saturated_count_is_counted(void) {
    enum { COUNT = 0x1000001 };
    SCOPED(buf_finish) struct buf text = BUF_INIT(64 << 20);
    buf_append_char(&text, '[');
    for (int i = 0; i < COUNT - 1; i++)
        buf_append_text(&text, "1,");
    buf_append_text(&text, "1]");
    EXPECT_INT(json_count(parse(text.data)), COUNT);
}

int main(void) {
    parser = json_parser_create();
    TEST(members_are_found_by_key);
    TEST(a_missing_value_reads_as_nothing);
    TEST(escapes_are_decoded);
    TEST(iteration_gives_members_in_order);
    TEST(the_first_of_two_equal_keys_wins);
    TEST(duplicate_keys_are_noticed);
    TEST(duplicate_keys_are_noticed_in_objects_of_any_size);
    TEST(integers_of_64_bits_are_exact);
    TEST(integers_of_any_length_are_doubles);
    TEST(an_integer_of_a_thousand_digits_is_the_largest_double);
    TEST(what_is_no_json_is_refused);
    TEST(nesting_ends_at_the_limit);
    TEST(a_padded_text_is_parsed_in_place);
    TEST(memory_of_a_huge_text_is_given_back_and_small_texts_still_parse);
    TEST(an_array_past_the_saturated_count_is_counted);
    json_parser_destroy(parser);
    return tap_done();
}
