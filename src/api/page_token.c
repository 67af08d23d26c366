/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page_token.c: version 1 is 1 byte version, 8 position_max, 8 time (ms), 8 position, 16 of the SHA-256 of
 * the parameters, 16 of an HMAC over all of that; base64.
 */
#include "base/bits.h"
#include "base/own.h"

#include "private.h"

#include <string.h>

enum {
    TOKEN_VERSION = 1,
    AT_POSITION_MAX = 1,
    AT_TIME = 9,
    AT_POSITION = 17,
    AT_PARAMETERS = 25,
    AT_MAC = 41,
    HASH_KEPT = 16,
    TOKEN_SIZE = AT_MAC + HASH_KEPT,
};

/* Tokens are bound to who asks and where: `parameters` says only what is asked. */
static void hash_parameters(const struct api_call *call, struct str parameters, uint8_t *ret_hash) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    buf_append_format(
        &text, "%s\n%.*s\n%.*s\n", call->operation->name, STR(call->account), STR(call->region));
    buf_append_str(&text, parameters);
    uint8_t hash[SHA256_SIZE];
    hash_sha256(buf_bytes(&text), hash);
    memcpy(ret_hash, hash, HASH_KEPT);
}

static void authenticate(const struct api_call *call, const uint8_t *token, uint8_t *ret_mac) {
    uint8_t mac[SHA256_SIZE];
    hash_hmac_sha256(BYTES_OF(call->api->token_key), bytes_of(token, AT_MAC), mac);
    memcpy(ret_mac, mac, HASH_KEPT);
}

struct str api_page_token_seal(struct api_call *call, const struct api_page *page, struct str parameters) {
    uint8_t token[TOKEN_SIZE] = {TOKEN_VERSION};
    store_u64(token + AT_POSITION_MAX, page->position_max);
    store_u64(token + AT_TIME, (uint64_t)page->time.ms);
    store_u64(token + AT_POSITION, page->position);
    hash_parameters(call, parameters, token + AT_PARAMETERS);
    authenticate(call, token, token + AT_MAC);
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    base64_append(&text, BYTES_OF(token));
    return arena_str(call->arena, buf_str(&text));
}

bool api_page_token_open(
    struct api_call *call, struct str token, struct str parameters, struct api_page *ret_page) {
    SCOPED(buf_finish) struct buf bytes = BUF_INIT(2 * TOKEN_SIZE);
    if (token.size > 2 * TOKEN_SIZE || !base64_decode(token, &bytes) || bytes.size != TOKEN_SIZE)
        return false;
    uint8_t expected[TOKEN_SIZE];
    memcpy(expected, bytes.data, AT_PARAMETERS);
    hash_parameters(call, parameters, expected + AT_PARAMETERS);
    authenticate(call, expected, expected + AT_MAC);
    if (expected[0] != TOKEN_VERSION || !bytes_equal_in_constant_time(BYTES_OF(expected), buf_bytes(&bytes)))
        return false;
    ret_page->position_max = load_u64(expected + AT_POSITION_MAX);
    ret_page->time = (struct moment){(int64_t)load_u64(expected + AT_TIME)};
    ret_page->position = load_u64(expected + AT_POSITION);
    return true;
}
