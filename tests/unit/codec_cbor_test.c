/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "codec/cbor.h"
#include "codec/hex.h"
#include "codec/text.h"
#include "support/tap.h"

static struct error error;

/* Is the CBOR (in hex) the JSON? NULL: it is refused. */
static bool is_json(const char *hex, const char *json) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(1 << 16);
    uint8_t bytes[256];
    size_t size = strlen(hex) / 2;
    if (!hex_decode(str_from(hex), bytes))
        return false;
    bool done = cbor_append_json(&text, bytes_of(bytes, size), &error);
    bool same = json == NULL ? !done && error.kind == ERROR_INVALID : done && str_is(buf_str(&text), json);
    if (!same)
        printf("# %s gives %.*s (%s)\n", hex, STR(buf_str(&text)), done ? "done" : error.message);
    return same;
}

/* The examples of RFC 8949, appendix A. */
static void numbers_are_read_with_all_digits(void) {
    EXPECT(is_json("00", "0"));
    EXPECT(is_json("17", "23"));
    EXPECT(is_json("1818", "24"));
    EXPECT(is_json("1903e8", "1000"));
    EXPECT(is_json("1a000f4240", "1000000"));
    EXPECT(is_json("1bffffffffffffffff", "18446744073709551615"));
    EXPECT(is_json("20", "-1"));
    EXPECT(is_json("3863", "-100"));
    EXPECT(is_json("3b7fffffffffffffff", "-9223372036854775808"));
    EXPECT(is_json("3b8000000000000000", "-9223372036854775809"));
    EXPECT(is_json("3bffffffffffffffff", "-18446744073709551616"));
}

static void floats_of_all_sizes_are_read(void) {
    EXPECT(is_json("f93e00", "1.5"));
    EXPECT(is_json("f97bff", "65504"));
    EXPECT(is_json("f90001", "5.9604644775390625e-08"));
    EXPECT(is_json("f9c400", "-4"));
    EXPECT(is_json("fa47c35000", "100000"));
    EXPECT(is_json("fb3ff199999999999a", "1.1"));
    EXPECT(is_json("f97c00", "\"Infinity\""));
    EXPECT(is_json("faff800000", "\"-Infinity\""));
    EXPECT(is_json("fb7ff8000000000000", "\"NaN\""));
}

static void texts_bytes_and_constants_are_read(void) {
    EXPECT(is_json("60", "\"\""));
    EXPECT(is_json("62c3bc", "\"\xc3\xbc\""));
    EXPECT(is_json("62220a", "\"\\\"\\n\""));
    EXPECT(is_json("4401020304", "\"AQIDBA==\""));
    EXPECT(is_json("40", "\"\""));
    EXPECT(is_json("f4", "false"));
    EXPECT(is_json("f5", "true"));
    EXPECT(is_json("f6", "null"));
    EXPECT(is_json("f7", "null"));
}

static void maps_and_arrays_keep_their_order_and_their_doubles(void) {
    EXPECT(is_json("80", "[]"));
    EXPECT(is_json("a0", "{}"));
    EXPECT(is_json("8301820203820405", "[1,[2,3],[4,5]]"));
    EXPECT(is_json("a26161016162820203", "{\"a\":1,\"b\":[2,3]}"));
    EXPECT(is_json("a2616101616102", "{\"a\":1,\"a\":2}"));
}

static void items_without_a_length_end_with_their_break(void) {
    EXPECT(is_json("5f42010243030405ff", "\"AQIDBAU=\""));
    EXPECT(is_json("7f657374726561646d696e67ff", "\"streaming\""));
    EXPECT(is_json("9fff", "[]"));
    EXPECT(is_json("9f018202039f0405ffff", "[1,[2,3],[4,5]]"));
    EXPECT(is_json("bf61610161629f0203ffff", "{\"a\":1,\"b\":[2,3]}"));
    EXPECT(is_json("bf7f6161ff01ff", "{\"a\":1}"));
}

static void a_tag_leaves_its_value(void) {
    EXPECT(is_json("c11a514b67b0", "1363896240"));
    EXPECT(is_json("c1fb41d452d9ec200000", "1363896240.5"));
    EXPECT(is_json("d9d9f7a0", "{}"));
    EXPECT(is_json("c249010000000000000000", "\"AQAAAAAAAAAA\""));
}

static void what_is_cut_or_not_allowed_is_refused(void) {
    static const char *const bad[] = {"", "18", "19ff", "1b00000000000000", "61", "62c3", "61ff", "4201",
        "81", "8201", "a1", "a16161", "a1616101ff", "a10102", "a1f601", "1c", "1f", "3f", "df00", "5f",
        "5f00ff", "5f6161ff", "5f5f4101ffff", "7f4101ff", "7f", "7f61c361bcff", "9f", "9f01", "bf",
        "bf6161ff", "ff", "81ff", "f0", "f818", "f8ff", "0000", "c1", "5bffffffffffffffff",
        "9bffffffffffffffff", "bbffffffffffffffff6161", "7b7fffffffffffffff61"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        EXPECT(is_json(bad[i], NULL));
}

static bool nests(size_t depth, uint8_t opener) {
    SCOPED(buf_finish) struct buf cbor = BUF_INIT(4096), json = BUF_INIT(4096);
    for (size_t i = 0; i < depth; i++)
        buf_append_u8(&cbor, opener);
    buf_append_u8(&cbor, 0);
    return cbor_append_json(&json, buf_bytes(&cbor), &error);
}

static void nesting_ends_at_its_limit(void) {
    EXPECT(nests(CBOR_DEPTH_MAX, 0x81));
    EXPECT(!nests(CBOR_DEPTH_MAX + 1, 0x81) && error.kind == ERROR_INVALID);
    EXPECT(nests(CBOR_DEPTH_MAX, 0xc1));
    EXPECT(!nests(CBOR_DEPTH_MAX + 1, 0xc1));
}

static void a_full_buffer_is_a_limit(void) {
    SCOPED(buf_finish) struct buf cbor = BUF_INIT(4096), json = BUF_INIT(100);
    buf_append_u8(&cbor, 0x9f);
    for (size_t i = 0; i < 200; i++)
        buf_append_u8(&cbor, 0);
    buf_append_u8(&cbor, 0xff);
    EXPECT(!cbor_append_json(&json, buf_bytes(&cbor), &error) && error.kind == ERROR_LIMIT);
}

int main(void) {
    TEST(numbers_are_read_with_all_digits);
    TEST(floats_of_all_sizes_are_read);
    TEST(texts_bytes_and_constants_are_read);
    TEST(maps_and_arrays_keep_their_order_and_their_doubles);
    TEST(items_without_a_length_end_with_their_break);
    TEST(a_tag_leaves_its_value);
    TEST(what_is_cut_or_not_allowed_is_refused);
    TEST(nesting_ends_at_its_limit);
    TEST(a_full_buffer_is_a_limit);
    return tap_done();
}
