/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of S3: a configuration, a deletion or a form, and behind a line of four dashes its answer. The first
 * byte says which, and whether the body is chunked. */
#include "base/check.h"
#include "base/own.h"
#include "support/exchange_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
    const char *method, *target;
} kinds[] = {{"PUT", "/b?versioning"}, {"POST", "/b?delete"}, {"POST", "/b"}, {"PUT", "/b?policy"},
    {"GET", "/b?session"}, {"POST", "/b/k?uploadId=u"}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str text = bytes_str(bytes_of(data, size)), line = STR_LITERAL("\n----\n"), reply = STR_EMPTY;
    if (size == 0)
        return 0;
    size_t kind = (data[0] & 0x7f) % (sizeof kinds / sizeof *kinds), at = str_find(text, line);
    if (at != SIZE_MAX) {
        reply = str_slice(text, at + line.size, SIZE_MAX);
        text = str_slice(text, 0, at);
    }
    struct protocol_header headers[] = {
        {STR_LITERAL("Content-Type"), STR_LITERAL("multipart/form-data; boundary=x")},
        {STR_LITERAL("Content-Encoding"), STR_LITERAL("aws-chunked")}};
    struct protocol_request request = {.method = str_from(kinds[kind].method),
        .target = str_from(kinds[kind].target),
        .headers = headers,
        .header_count = data[0] & 0x80 ? 2 : 1,
        .service = STR_LITERAL("s3"),
        .service_is_fixed = true};
    struct bytes body = str_bytes(str_slice(text, 1, SIZE_MAX));
    struct protocol_call call = exchange_read(&arena, &request, body, reply);
    struct json_parser *parser = json_parser_create();
    for (size_t i = 0; i < call.part_count; i++) {
        const struct call_part *parts[] = {
            &call.parts[i].request, &call.parts[i].response, &call.parts[i].additional};
        for (size_t p = 0; p < 3; p++) {
            struct json_value value;
            struct error error;
            ASSERT(parts[p]->json.size == 0 || json_parse(parser, parts[p]->json, &value, &error));
            ASSERT(kind != 1 || parts[p]->json.size <= CALL_PART_SIZE_MAX);
        }
    }
    json_parser_destroy(parser);
    return 0;
}
