/* SPDX-License-Identifier: Apache-2.0 */
/* console pack: files are found by their path; what is no whole pack is refused. */
#include "base/buf.h"
#include "codec/compress.h"
#include "console/pack.h"
#include "support/tap.h"

static void append_file(struct buf *pack, const char *path, const char *content, bool is_immutable) {
    struct error error = {0};
    struct buf gzip = BUF_INIT(BUF_UNBOUNDED);
    EXPECT(gzip_append(&gzip, str_bytes(str_from(content)), &error));
    buf_append_u32(pack, (uint32_t)gzip.size);
    buf_append_u32(pack, (uint32_t)strlen(content));
    buf_append_u16(pack, (uint16_t)strlen(path));
    buf_append_u16(pack, 9);
    buf_append_u32(pack, is_immutable);
    buf_append_text(pack, path);
    buf_append_text(pack, "text/html");
    buf_append_bytes(pack, buf_bytes(&gzip));
    buf_finish(&gzip);
}

static struct buf pack_of(const char *first, const char *second) {
    struct buf pack = BUF_INIT(BUF_UNBOUNDED);
    uint8_t hash[SHA256_SIZE];
    buf_append_text(&pack, "CAIRNCON");
    buf_append_u32(&pack, 1);
    buf_append_u32(&pack, 2);
    append_file(&pack, first, "one", true);
    append_file(&pack, second, "two", false);
    hash_sha256(buf_bytes(&pack), hash);
    buf_append(&pack, hash, sizeof hash);
    return pack;
}

static void files_are_found_by_their_path(void) {
    struct error error = {0};
    struct console_pack pack;
    struct buf bytes = pack_of("assets/a.js", "index.html");
    EXPECT(console_pack_parse(buf_bytes(&bytes), &pack, &error));
    EXPECT_INT(pack.count, 2);
    const struct console_file *file = console_pack_find(&pack, STR_LITERAL("assets/a.js"));
    EXPECT(file != NULL && file->is_immutable && file->size == 3 && str_is(file->content_type, "text/html"));
    EXPECT(file != NULL && strlen(file->etag) == 66 && file->etag[0] == '"' && file->etag[65] == '"');
    EXPECT(console_pack_find(&pack, STR_LITERAL("index.html")) != NULL);
    EXPECT(console_pack_find(&pack, STR_LITERAL("index.htm")) == NULL);
    EXPECT(console_pack_find(&pack, STR_EMPTY) == NULL);
    console_pack_finish(&pack);
    buf_finish(&bytes);
}

static void any_changed_or_missing_byte_is_noticed(void) {
    struct buf bytes = pack_of("assets/a.js", "index.html");
    struct console_pack pack;
    for (size_t i = 0; i < bytes.size; i++) {
        struct error error = {0};
        bytes.data[i] = (char)(bytes.data[i] ^ 1);
        EXPECT(!console_pack_parse(buf_bytes(&bytes), &pack, &error));
        EXPECT_INT(error.kind, ERROR_CORRUPT);
        bytes.data[i] = (char)(bytes.data[i] ^ 1);
        EXPECT(!console_pack_parse(bytes_of(bytes.data, i), &pack, &error));
    }
    buf_finish(&bytes);
}

static void files_out_of_order_are_refused(void) {
    struct error error = {0};
    struct console_pack pack;
    struct buf bytes = pack_of("b", "a");
    EXPECT(!console_pack_parse(buf_bytes(&bytes), &pack, &error));
    buf_finish(&bytes);
}

int main(void) {
    TEST(files_are_found_by_their_path);
    TEST(any_changed_or_missing_byte_is_noticed);
    TEST(files_out_of_order_are_refused);
    return tap_done();
}
