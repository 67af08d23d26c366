/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "codec/text.h"
#include "support/tap.h"

static struct buf out = {.limit = 4096};

static bool wrote(const char *text) {
    bool same = str_is(buf_str(&out), text);
    if (!same)
        printf("# wrote %.*s\n", STR(buf_str(&out)));
    buf_clear(&out);
    return same;
}

static void hex_goes_both_ways(void) {
    EXPECT(hex_append(&out, BYTES_OF(((uint8_t[]){0x00, 0x9a, 0xff}))));
    EXPECT(wrote("009aff"));
    uint8_t bytes[3] = {0};
    EXPECT(hex_decode(STR_LITERAL("009AfF"), bytes));
    EXPECT(bytes[0] == 0 && bytes[1] == 0x9a && bytes[2] == 0xff);
    EXPECT(!hex_decode(STR_LITERAL("009"), bytes));
    EXPECT(!hex_decode(STR_LITERAL("0g"), bytes));
    EXPECT(!hex_decode(STR_LITERAL("0 "), bytes));
}

static const struct {
    const char *plain, *encoded;
} BASE64[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xbf", "+/+/"}};

static void base64_follows_rfc_4648(void) {
    for (size_t i = 0; i < sizeof BASE64 / sizeof *BASE64; i++) {
        EXPECT(base64_append(&out, str_bytes(str_from(BASE64[i].plain))));
        EXPECT(wrote(BASE64[i].encoded));
        EXPECT(base64_decode(str_from(BASE64[i].encoded), &out));
        EXPECT(wrote(BASE64[i].plain));
    }
}

static void base64_of_another_form_is_refused(void) {
    static const char *const bad[] = {"Z", "Zg",
        "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "=g==", "Zg==Zg==", "Zm 9", "Zm9v\n", "Zm9-", "Zg=v"};
    buf_append_text(&out, "kept");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        EXPECT(!base64_decode(str_from(bad[i]), &out));
    EXPECT(wrote("kept"));
}

static void percent_encoding_is_what_signature_version_4_wants(void) {
    EXPECT(percent_append(&out, STR_LITERAL("AZaz09-._~ /+*\xc3\xa9%"), false));
    EXPECT(wrote("AZaz09-._~%20%2F%2B%2A%C3%A9%25"));
    EXPECT(percent_append(&out, STR_LITERAL("a/b c"), true));
    EXPECT(wrote("a/b%20c"));
}

static void percent_decoding_refuses_what_is_no_escape(void) {
    EXPECT(percent_decode(STR_LITERAL("a%2fb%C3%a9+c%00"), false, &out));
    EXPECT(str_equals(buf_str(&out), STR_LITERAL("a/b\xc3\xa9+c\0")));
    buf_clear(&out);
    EXPECT(percent_decode(STR_LITERAL("a+b"), true, &out));
    EXPECT(wrote("a b"));
    EXPECT(!percent_decode(STR_LITERAL("%zz"), false, &out));
    EXPECT(!percent_decode(STR_LITERAL("a%2"), false, &out));
    EXPECT(!percent_decode(STR_LITERAL("%"), false, &out));
    EXPECT_INT(out.size, 0);
}

static void encoders_say_when_the_buffer_is_full(void) {
    SCOPED(buf_finish) struct buf small = BUF_INIT(3);
    EXPECT(!hex_append(&small, BYTES_OF("ab")));
    buf_clear(&small);
    EXPECT(!base64_append(&small, BYTES_OF("ab")));
    buf_clear(&small);
    EXPECT(!percent_append(&small, STR_LITERAL("ab %"), false));
}

/* RFC 9562, appendices A.3 and A.4, and the DNS name space. */
static void uuids_have_their_version_and_text(void) {
    uint8_t ones[UUID_SIZE];
    memset(ones, 0xff, sizeof ones);
    char text[UUID_TEXT_SIZE + 1];
    uuid_format(uuid_random(ones), text);
    EXPECT(str_is(str_from(text), "ffffffff-ffff-4fff-bfff-ffffffffffff"));
    struct uuid dns;
    EXPECT(uuid_parse(STR_LITERAL("6BA7B810-9dad-11d1-80b4-00c04fd430c8"), &dns));
    uuid_format(uuid_named(dns, str_bytes(STR_LITERAL("www.example.com"))), text);
    EXPECT(str_is(str_from(text), "2ed6657d-e927-568b-95e1-2665a8aea6a2"));
}

static void text_that_is_no_uuid_is_refused(void) {
    static const char *const bad[] = {"", "6ba7b810-9dad-11d1-80b4-00c04fd430c",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8a", "6ba7b8109dad-11d1-80b4-00c04fd430c8aa",
        "6ba7b810-9dad-11d1-80b4-00c04fd430cg", "6ba7b810-9dad-11d1-80b4000c04fd430c8a",
        "{ba7b810-9dad-11d1-80b4-00c04fd430c8"};
    struct uuid uuid;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        EXPECT(!uuid_parse(str_from(bad[i]), &uuid));
}

int main(void) {
    TEST(hex_goes_both_ways);
    TEST(base64_follows_rfc_4648);
    TEST(base64_of_another_form_is_refused);
    TEST(percent_encoding_is_what_signature_version_4_wants);
    TEST(percent_decoding_refuses_what_is_no_escape);
    TEST(encoders_say_when_the_buffer_is_full);
    TEST(uuids_have_their_version_and_text);
    TEST(text_that_is_no_uuid_is_refused);
    buf_finish(&out);
    return tap_done();
}
