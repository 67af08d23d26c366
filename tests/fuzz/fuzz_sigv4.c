/* SPDX-License-Identifier: Apache-2.0 */
/* Any header, query and path: parsed, or refused with a message; what was parsed can be verified. The first
 * line is the Authorization header, the second the date, the third the target. */
#include "aws/sigv4.h"
#include "base/check.h"
#include "base/own.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str rest = bytes_str(bytes_of(data, size));
    const struct aws_header headers[] = {
        {STR_LITERAL("Host"), STR_LITERAL("localhost")},
        {STR_LITERAL("Authorization"), str_cut(&rest, '\n')},
        {STR_LITERAL("X-Amz-Date"), str_cut(&rest, '\n')},
    };
    struct str query = rest;
    struct aws_request request = {
        STR_LITERAL("GET"), str_cut(&query, '?'), query, headers, 3, STR_LITERAL(AWS_UNSIGNED_PAYLOAD)};
    if (headers[1].value.size == 0)
        request.header_count = 1;
    (void)aws_claimed_service(&request);
    struct aws_authorization authorization;
    struct error error = {0};
    if (!aws_authorization_parse(&arena, &request, &authorization, &error)) {
        ASSERT(error.kind != ERROR_NONE && error.message[0] != '\0');
        return 0;
    }
    ASSERT(authorization.signature.size == AWS_SIGNATURE_SIZE);
    ASSERT(authorization.time_text.size == 16);
    uint8_t key[SHA256_SIZE];
    aws_signing_key(STR_LITERAL("secret"), &authorization.scope, key);
    struct str canonical = aws_canonical_request(&arena, &request, &authorization);
    struct str string_to_sign = aws_string_to_sign(&arena, canonical, &authorization);
    (void)aws_unsigned_header(&request, &authorization);
    (void)aws_signature_matches(key, string_to_sign, &authorization);
    struct aws_chunk_chain chain;
    char signature[AWS_SIGNATURE_SIZE];
    aws_chunk_chain_init(&chain, key, &authorization);
    aws_chunk_sign(&chain, key, signature);
    aws_trailer_sign(&chain, key, signature);
    return 0;
}
