/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "codec/crypto.h"
#include "codec/hash.h"
#include "codec/text.h"
#include "support/tap.h"

static struct error error;

/* The public key of the AWS CLI's list-public-keys example, and its fingerprint there. */
static const char EXAMPLE_KEY[] =
    "MIIBCgKCAQEAlSS3cl92HDycr/"
    "MTj0moOhas8habjrraXw+KzlWF0axSI2tcF+3iJ9BKQAVSKxGwxwu3m0wG3J+kUl1xboEcEPHYoIYMbgfS"
    "w7KGnuDKwkLzsQWhUJ0cIbOHASox1vv/5fNXkrHhGbDCHeVXm804c83nvHUEFYThr1PfyP/"
    "8HwrCtR3FX5OANtQCP61C1nJtSSkC8JSQUOrI"
    "P4CuwJjc+4WGDk+BGH5m9iuiAKkipEHWmUl8/P7XpfpWQuk4h8g3pXZOrNXr08lbh4d39svj7UqdhvOXoBISp9t/"
    "EXYuePGEtBdrKD9Dz+VH"
    "wyUPtBQvYr9BnkF88qBnaPNhS44rzwIDAQAB";
static const char EXAMPLE_FINGERPRINT[] = "7f3f401420072e50a65a141430817ab3";

static void the_public_form_is_the_one_that_cloudtrail_lists(void) {
    SCOPED(buf_finish) struct buf der = BUF_INIT(4096);
    SCOPED(buf_finish) struct buf again = BUF_INIT(4096);
    EXPECT(base64_decode(str_from(EXAMPLE_KEY), &der));
    EXPECT_INT(der.size, 270);
    struct rsa_key *key = rsa_key_from_public(buf_bytes(&der), &error);
    EXPECT(key != NULL && rsa_key_append_public(key, &again, &error));
    EXPECT(str_equals(buf_str(&der), buf_str(&again)));
    uint8_t hash[MD5_SIZE];
    hash_md5(buf_bytes(&again), hash);
    char hex[2 * MD5_SIZE];
    hex_encode(BYTES_OF(hash), hex);
    EXPECT(str_is(str_of(hex, sizeof hex), EXAMPLE_FINGERPRINT));
    rsa_key_destroy(key);
}

static void a_signature_verifies_with_the_stored_and_the_listed_key(void) {
    SCOPED(buf_finish) struct buf private_der = BUF_INIT(8192);
    SCOPED(buf_finish) struct buf public_der = BUF_INIT(8192);
    SCOPED(buf_finish) struct buf signature = BUF_INIT(8192);
    struct rsa_key *made = rsa_key_generate(2048, &error);
    EXPECT(made != NULL && rsa_key_append_private(made, &private_der, &error));
    EXPECT(rsa_key_append_public(made, &public_der, &error));
    EXPECT_INT(public_der.size, 270);
    EXPECT(str_starts_with(buf_str(&public_der), STR_LITERAL("\x30\x82\x01\x0a\x02\x82\x01\x01\x00")));
    struct rsa_key *stored = rsa_key_from_private(buf_bytes(&private_der), &error);
    struct rsa_key *listed = rsa_key_from_public(buf_bytes(&public_der), &error);
    struct bytes message = BYTES_OF("2015-08-17T15:28:04Z\ns3-bucket/key\n");
    EXPECT(stored != NULL && rsa_sign(stored, message, &signature, &error));
    EXPECT_INT(signature.size, 256);
    EXPECT(rsa_verify(listed, message, buf_bytes(&signature)));
    EXPECT(rsa_verify(made, message, buf_bytes(&signature)));
    EXPECT(!rsa_verify(listed, BYTES_OF("another"), buf_bytes(&signature)));
    EXPECT(!rsa_verify(listed, message, bytes_of(signature.data, 255)));
    signature.data[100] ^= 1;
    EXPECT(!rsa_verify(listed, message, buf_bytes(&signature)));
    rsa_key_destroy(made);
    rsa_key_destroy(stored);
    rsa_key_destroy(listed);
}

static void bytes_that_are_no_rsa_key_are_refused(void) {
    SCOPED(buf_finish) struct buf der = BUF_INIT(4096);
    EXPECT(base64_decode(str_from(EXAMPLE_KEY), &der));
    EXPECT(rsa_key_from_private(buf_bytes(&der), &error) == NULL);
    EXPECT_INT(error.kind, ERROR_INVALID);
    EXPECT(rsa_key_from_public(bytes_of("", 0), &error) == NULL);
    EXPECT(rsa_key_from_public(bytes_of(der.data, der.size - 1), &error) == NULL);
    buf_append_char(&der, 'x');
    EXPECT(rsa_key_from_public(buf_bytes(&der), &error) == NULL);
}

/* Test case 16 of the GCM specification (McGrew and Viega). */
static void sealing_is_aes_256_gcm(void) {
    uint8_t key[SEAL_KEY_SIZE], nonce[12], context[20], secret[60], expected[76];
    EXPECT(hex_decode(STR_LITERAL("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"), key));
    EXPECT(hex_decode(STR_LITERAL("cafebabefacedbaddecaf888"), nonce));
    EXPECT(hex_decode(STR_LITERAL("feedfacedeadbeeffeedfacedeadbeefabaddad2"), context));
    EXPECT(hex_decode(STR_LITERAL("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                                  "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"),
        secret));
    EXPECT(hex_decode(STR_LITERAL("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                                  "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                                  "76fc6ece0f4e1768cddf8853bb2d551b"),
        expected));
    SCOPED(buf_finish) struct buf sealed = BUF_INIT(1000);
    SCOPED(buf_finish) struct buf opened = BUF_INIT(1000);
    struct str belongs_to = bytes_str(BYTES_OF(context));
    EXPECT(seal(key, nonce, belongs_to, BYTES_OF(secret), &sealed, &error));
    EXPECT_INT(sealed.size, sizeof secret + SEAL_OVERHEAD);
    EXPECT(memcmp(sealed.data, nonce, sizeof nonce) == 0);
    EXPECT(memcmp(sealed.data + sizeof nonce, expected, sizeof expected) == 0);
    EXPECT(unseal(key, belongs_to, buf_bytes(&sealed), &opened, &error));
    EXPECT(bytes_equal(buf_bytes(&opened), BYTES_OF(secret)));
}

static void any_altered_bit_key_or_context_does_not_open(void) {
    uint8_t key[SEAL_KEY_SIZE] = {1}, other_key[SEAL_KEY_SIZE] = {2}, nonce[12] = {3};
    SCOPED(buf_finish) struct buf sealed = BUF_INIT(1000);
    SCOPED(buf_finish) struct buf opened = BUF_INIT(1000);
    EXPECT(seal(key, nonce, STR_LITERAL("key:1"), BYTES_OF("secret"), &sealed, &error));
    EXPECT(!unseal(other_key, STR_LITERAL("key:1"), buf_bytes(&sealed), &opened, &error));
    EXPECT_INT(error.kind, ERROR_CORRUPT);
    EXPECT(!unseal(key, STR_LITERAL("key:2"), buf_bytes(&sealed), &opened, &error));
    for (size_t size = 0; size < sealed.size; size++)
        EXPECT(!unseal(key, STR_LITERAL("key:1"), bytes_of(sealed.data, size), &opened, &error));
    for (size_t bit = 0; bit < 8 * sealed.size; bit++) {
        sealed.data[bit / 8] ^= (char)(1 << bit % 8);
        EXPECT(!unseal(key, STR_LITERAL("key:1"), buf_bytes(&sealed), &opened, &error));
        sealed.data[bit / 8] ^= (char)(1 << bit % 8);
    }
    EXPECT_INT(opened.size, 0);
    EXPECT(unseal(key, STR_LITERAL("key:1"), buf_bytes(&sealed), &opened, &error));
    EXPECT(str_equals(buf_str(&opened), STR_LITERAL("secret\0")));
}

int main(void) {
    TEST(the_public_form_is_the_one_that_cloudtrail_lists);
    TEST(a_signature_verifies_with_the_stored_and_the_listed_key);
    TEST(bytes_that_are_no_rsa_key_are_refused);
    TEST(sealing_is_aes_256_gcm);
    TEST(any_altered_bit_key_or_context_does_not_open);
    return tap_done();
}
