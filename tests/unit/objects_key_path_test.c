/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "objects/key_path.h"
#include "support/tap.h"

#include <stdlib.h>

static void expect_path(struct str key, const char *expected) {
    SCOPED(buf_finish) struct buf path = BUF_INIT(BUF_UNBOUNDED);
    objects_key_path_append(&path, key);
    EXPECT(str_is(buf_str(&path), expected));
    if (!str_is(buf_str(&path), expected))
        printf("# %s\n", path.data);
}

static void ordinary_keys_stay_readable(void) {
    expect_path(STR_LITERAL("AWSLogs/123456789012/CloudTrail/us-east-1/2026/11/23/x.json.gz"),
        "AWSLogs/123456789012/CloudTrail/us-east-1/2026/11/23/@x.json.gz");
    expect_path(STR_LITERAL("gr\xc3\xbc\xc3\x9f"
                            "e und mehr"),
        "@gr\xc3\xbc\xc3\x9f"
        "e und mehr");
}

static void odd_keys_have_harmless_paths(void) {
    expect_path(STR_LITERAL("/"), "%/@");
    expect_path(STR_LITERAL("a/"), "a/@");
    expect_path(STR_LITERAL("a//b"), "a/%/@b");
    expect_path(STR_LITERAL("../../etc/passwd"), "%2E%2E/%2E%2E/etc/@passwd");
    expect_path(STR_LITERAL("./.."), "%2E/@..");
    expect_path(STR_LITERAL("@a/@b"), "%40a/@@b");
    expect_path(STR_LITERAL("a\0b\n%\x7f\xff"), "@a%00b%0A%25%7F%FF");
    expect_path(STR_LITERAL("%/%+/x"), "%25/%25+/@x");
}

static void names_that_we_did_not_write_are_told(void) {
    static const char *const FILES[] = {"a", "", "@%2", "@%41", "@%0a", ".", "@%zz", "@\xff"};
    static const char *const DIRECTORIES[] = {"@a", "%41", "%2E%2E%2E", "a%", "%+", "..", "\x01"};
    SCOPED(buf_finish) struct buf part = BUF_INIT(BUF_UNBOUNDED);
    for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++)
        EXPECT_INT(objects_key_path_decode(str_from(FILES[i]), false, &part), OBJECTS_NAME_STRANGE);
    for (size_t i = 0; i < sizeof(DIRECTORIES) / sizeof(DIRECTORIES[0]); i++)
        EXPECT_INT(objects_key_path_decode(str_from(DIRECTORIES[i]), true, &part), OBJECTS_NAME_STRANGE);
    EXPECT_INT(part.size, 0);
}

/* What the path says, component by component. */
static bool decode(struct str path, struct buf *ret_key) {
    for (;;) {
        bool is_directory = str_find_char(path, '/') != SIZE_MAX;
        struct str name = str_cut(&path, '/');
        enum objects_name_kind kind = objects_key_path_decode(name, is_directory, ret_key);
        if (kind == OBJECTS_NAME_STRANGE || name.size == 0 || name.size > 255 || str_is(name, ".") ||
            str_is(name, ".."))
            return false;
        if (kind == OBJECTS_NAME_OBJECT)
            return path.size == 0;
        if (kind == OBJECTS_NAME_DIRECTORY)
            (void)buf_append_char(ret_key, '/');
    }
}

static void any_key_comes_back_from_its_path(void) {
    static const char *const PIECES[] = {"a", "/", ".", "..", "%", "@", "+", "\x01", "\xc3\xa9", "\xff",
        "\xe2\x82", "0123456789012345678901234567890123456789012345678901234567890123456789", "%2E", "%+"};
    unsigned seed = 1;
    for (int round = 0; round < 20000; round++) {
        SCOPED(buf_finish) struct buf key = BUF_INIT(1024);
        SCOPED(buf_finish) struct buf path = BUF_INIT(BUF_UNBOUNDED);
        SCOPED(buf_finish) struct buf back = BUF_INIT(BUF_UNBOUNDED);
        int count = 1 + rand_r(&seed) % 20;
        for (int i = 0; i < count; i++) {
            if (rand_r(&seed) % 20 == 0)
                (void)buf_append_u8(&key, (uint8_t)rand_r(&seed));
            else
                (void)buf_append_text(
                    &key, PIECES[(unsigned)rand_r(&seed) % (sizeof(PIECES) / sizeof(PIECES[0]))]);
        }
        objects_key_path_append(&path, buf_str(&key));
        bool decoded = decode(buf_str(&path), &back);
        EXPECT(decoded && str_equals(buf_str(&key), buf_str(&back)));
    }
}

static void the_longest_key_fits_a_path(void) {
    char key[1024];
    for (int fill = 0; fill < 256; fill++) {
        SCOPED(buf_finish) struct buf path = BUF_INIT(BUF_UNBOUNDED);
        memset(key, fill, sizeof(key));
        objects_key_path_append(&path, str_of(key, sizeof(key)));
        EXPECT(path.size < 3300);
    }
}

int main(void) {
    TEST(ordinary_keys_stay_readable);
    TEST(odd_keys_have_harmless_paths);
    TEST(names_that_we_did_not_write_are_told);
    TEST(any_key_comes_back_from_its_path);
    TEST(the_longest_key_fits_a_path);
    return tap_done();
}
