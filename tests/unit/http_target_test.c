/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http.h"
#include "http/origin.h"
#include "http/target.h"
#include "support/tap.h"

static bool splits(const char *target, const char *expected_path, const char *expected_query) {
    struct str path, query;
    http_target_split(str_from(target), &path, &query);
    bool same = str_is(path, expected_path) && str_is(query, expected_query);
    if (!same)
        printf("# %s: %.*s ? %.*s\n", target, STR(path), STR(query));
    return same;
}

static void targets_have_a_path_and_a_query(void) {
    EXPECT(splits("/", "/", ""));
    EXPECT(splits("/a%2fb/", "/a%2fb/", ""));
    EXPECT(splits("/a?b?c=/d", "/a", "b?c=/d"));
    EXPECT(splits("/?", "/", ""));
    EXPECT(splits("?a", "/", "a"));
    EXPECT(splits("", "/", ""));
    EXPECT(splits("*", "*", ""));
    EXPECT(splits("/a://b/c", "/a://b/c", ""));
    EXPECT(splits("http://host:80/a?b", "/a", "b"));
    EXPECT(splits("https://host", "/", ""));
    EXPECT(splits("https://host?x=/", "/", "x=/"));
}

static bool names(const char *text, bool is_tls, const char *authority, const char *host, uint16_t port) {
    struct http_origin origin;
    struct error error;
    return http_origin_parse(str_from(text), &origin, &error) && origin.is_tls == is_tls &&
           str_is(origin.authority, authority) && str_is(origin.host, host) && origin.port == port;
}

static void an_origin_is_a_scheme_a_host_and_perhaps_a_port(void) {
    EXPECT(names("http://store", false, "store", "store", 80));
    EXPECT(names("https://store/", true, "store", "store", 443));
    EXPECT(names("http://127.0.0.1:9000", false, "127.0.0.1:9000", "127.0.0.1", 9000));
    EXPECT(names("https://[::1]:9000", true, "[::1]:9000", "::1", 9000));
    struct http_origin origin;
    struct error error;
    static const char *const wrong[] = {"", "store", "http://", "http:///", "https://:80", "ftp://store",
        "http://store:0", "http://store:65536", "http://store:x", "http://store/path", "http://user@store",
        "http://store?a", "http://a b", "http://::1", "http://[::1", "http://[::1]9000", "http://[]:80"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        EXPECT(!http_origin_parse(str_from(wrong[i]), &origin, &error));
}

static bool has_size(const struct http_header *headers, size_t count, uint64_t expected) {
    uint64_t size = 12345;
    return http_target_body_size(headers, count, &size) && size == expected;
}

static void the_size_of_a_body_must_be_clear(void) {
    struct http_header length = {STR_LITERAL("content-LENGTH"), STR_LITERAL("17")};
    struct http_header other = {STR_LITERAL("Content-Length"), STR_LITERAL("18")};
    struct http_header chunked = {STR_LITERAL("Transfer-Encoding"), STR_LITERAL("Chunked")};
    struct http_header gzip = {STR_LITERAL("Transfer-Encoding"), STR_LITERAL("gzip, chunked")};
    struct http_header bad = {STR_LITERAL("Content-Length"), STR_LITERAL("1,1")};
    struct http_header huge = {STR_LITERAL("Content-Length"), STR_LITERAL("18446744073709551615")};
    uint64_t size = 0;
    EXPECT(has_size(NULL, 0, 0));
    EXPECT(has_size(&length, 1, 17));
    EXPECT(has_size(&chunked, 1, UINT64_MAX));
    EXPECT(!http_target_body_size(&gzip, 1, &size));
    EXPECT(!http_target_body_size(&bad, 1, &size));
    EXPECT(!http_target_body_size(&huge, 1, &size));
    EXPECT(!http_target_body_size((struct http_header[]){length, other}, 2, &size));
    EXPECT(!http_target_body_size((struct http_header[]){length, length}, 2, &size));
    EXPECT(!http_target_body_size((struct http_header[]){chunked, length}, 2, &size));
    EXPECT(!http_target_body_size((struct http_header[]){chunked, chunked}, 2, &size));
}

static void sent_values_hold_no_control_characters(void) {
    struct arena arena = ARENA_INIT;
    EXPECT(str_is(http_target_clean(&arena, STR_LITERAL("  a b\r\nc\t\0d\x7f\xc3\xa9 ")), "a bcd\xc3\xa9"));
    EXPECT_INT(http_target_clean(&arena, STR_LITERAL(" \r\n ")).size, 0);
    EXPECT_INT(http_target_clean(&arena, STR_EMPTY).size, 0);
    arena_finish(&arena);
}

int main(void) {
    TEST(an_origin_is_a_scheme_a_host_and_perhaps_a_port);
    TEST(targets_have_a_path_and_a_query);
    TEST(the_size_of_a_body_must_be_clear);
    TEST(sent_values_hold_no_control_characters);
    return tap_done();
}
