/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/hash.h"
#include "codec/text.h"
#include "support/tap.h"

static struct bytes text(const char *c_string) {
    return str_bytes(str_from(c_string));
}

static bool is_hex(const uint8_t *bytes, size_t size, const char *expected) {
    char hex[2 * HASH_SIZE_MAX + 1] = "";
    hex_encode(bytes_of(bytes, size), hex);
    bool same = str_is(str_of(hex, 2 * size), expected);
    if (!same)
        printf("# %s\n", hex);
    return same;
}

/* FIPS 180 and RFC 1321 examples. */
static void digests_of_known_texts(void) {
    uint8_t hash[HASH_SIZE_MAX];
    hash_sha256(text("abc"), hash);
    EXPECT(is_hex(hash, SHA256_SIZE, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    hash_sha256(text(""), hash);
    EXPECT(is_hex(hash, SHA256_SIZE, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    hash_md5(text("abc"), hash);
    EXPECT(is_hex(hash, MD5_SIZE, "900150983cd24fb0d6963f7d28e17f72"));
}

/* RFC 4231, test cases 1, 2 and 6. */
static void hmac_of_short_and_long_keys(void) {
    uint8_t hash[SHA256_SIZE], key[131];
    memset(key, 0x0b, 20);
    hash_hmac_sha256(bytes_of(key, 20), text("Hi There"), hash);
    EXPECT(is_hex(hash, SHA256_SIZE, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
    hash_hmac_sha256(text("Jefe"), text("what do ya want for nothing?"), hash);
    EXPECT(is_hex(hash, SHA256_SIZE, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    memset(key, 0xaa, sizeof key);
    hash_hmac_sha256(BYTES_OF(key), text("Test Using Larger Than Block-Size Key - Hash Key First"), hash);
    EXPECT(is_hex(hash, SHA256_SIZE, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
}

static void checksums_have_their_check_values(void) {
    EXPECT(hash_crc32(0, text("123456789")) == 0xcbf43926);
    EXPECT(hash_crc32c(0, text("123456789")) == 0xe3069283);
    EXPECT(hash_crc64nvme(0, text("123456789")) == 0xae8b14860a799888);
    EXPECT(hash_crc32(0, text("")) == 0 && hash_crc32c(0, text("")) == 0 && hash_crc64nvme(0, text("")) == 0);
}

static void checksums_go_on_where_they_stopped(void) {
    static const char data[] = "The quick brown fox jumps over the lazy dog, twice over.";
    for (size_t cut = 0; cut <= sizeof data; cut++) {
        struct bytes head = bytes_of(data, cut), tail = bytes_of(data + cut, sizeof data - cut);
        EXPECT(hash_crc32(hash_crc32(0, head), tail) == hash_crc32(0, BYTES_OF(data)));
        EXPECT(hash_crc32c(hash_crc32c(0, head), tail) == hash_crc32c(0, BYTES_OF(data)));
        EXPECT(hash_crc64nvme(hash_crc64nvme(0, head), tail) == hash_crc64nvme(0, BYTES_OF(data)));
    }
}

static void streams_give_what_one_call_gives(void) {
    static const struct {
        enum hash_kind kind;
        const char *expected; /* of "123456789" */
    } kinds[] = {{HASH_MD5, "25f9e794323b453885f5181f1b624d0b"},
        {HASH_SHA1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"},
        {HASH_SHA256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"},
        {HASH_CRC32, "cbf43926"}, {HASH_CRC32C, "e3069283"}, {HASH_CRC64NVME, "ae8b14860a799888"}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        uint8_t hash[HASH_SIZE_MAX];
        struct hash_stream *stream = hash_stream_create(kinds[i].kind);
        hash_stream_update(stream, text("1234"));
        hash_stream_update(stream, text(""));
        hash_stream_update(stream, text("56789"));
        size_t size = hash_stream_finish(stream, hash);
        EXPECT(is_hex(hash, size, kinds[i].expected));
        hash_stream_destroy(stream);
    }
}

/* Values of XXH3's specification: they are on disk, so they may never change. */
static void the_quick_hash_is_xxh3(void) {
    EXPECT(hash_quick(text(""), 0) == 0x2d06800538d394c2);
    EXPECT(hash_quick(text("abc"), 0) == 0x78af5f94892f3950);
    EXPECT(hash_quick(text("abc"), 1) != hash_quick(text("abc"), 0));
}

int main(void) {
    TEST(digests_of_known_texts);
    TEST(hmac_of_short_and_long_keys);
    TEST(checksums_have_their_check_values);
    TEST(checksums_go_on_where_they_stopped);
    TEST(streams_give_what_one_call_gives);
    TEST(the_quick_hash_is_xxh3);
    return tap_done();
}
