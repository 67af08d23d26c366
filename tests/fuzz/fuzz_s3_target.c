/* SPDX-License-Identifier: Apache-2.0 */
/* "METHOD", "host" and "path?query": bucket, key and parameters of an S3 call. */
#include "base/check.h"
#include "base/own.h"
#include "support/exchange_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str text = bytes_str(bytes_of(data, size));
    struct protocol_request request = {.service = STR_LITERAL("s3"),
        .service_is_fixed = true,
        .host_suffixes = STR_LITERAL("localhost, s3.example.com,example.com,,x")};
    struct protocol_header host = {STR_LITERAL("Host"), STR_EMPTY};
    request.method = str_cut(&text, '\n');
    host.value = str_cut(&text, '\n');
    request.target = text;
    request.headers = &host;
    request.header_count = 1;
    struct protocol_call call;
    dialect_begin(&arena, &request, &call);
    ASSERT(call.kind == PROTOCOL_S3 && call.operation.size > 0);
    struct json_parser *parser = json_parser_create();
    struct json_value parameters;
    struct error error;
    struct str twice;
    ASSERT(json_parse(parser, call.parts[0].request.json, &parameters, &error));
    ASSERT(!json_find_duplicate_key(parameters, &twice));
    struct str bucket = json_text(json_get(parameters, "bucketName"));
    struct str key = json_text(json_get(parameters, "key"));
    ASSERT(!str_is_utf8(call.bucket) || str_equals(bucket, call.bucket));
    ASSERT(!str_is_utf8(call.key) || str_equals(key, call.key));
    json_parser_destroy(parser);
    return 0;
}
