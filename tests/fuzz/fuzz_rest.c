/* SPDX-License-Identifier: Apache-2.0 */
/* An exchange with a REST service: the first line chooses the service, then a request as in exchange_text.h,
 * a line "====", a reply. Whatever comes, the parts are JSON. */
#include "base/check.h"
#include "base/own.h"
#include "support/exchange_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_json(struct str json) {
    static struct json_parser *parser;
    struct json_value value;
    struct error error;
    if (parser == NULL)
        parser = json_parser_create();
    ASSERT(json.size == 0 || json_parse(parser, json, &value, &error));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str text = str_of((const char *)data, size), reply = STR_LITERAL("200");
    struct str service = str_cut(&text, '\n');
    size_t end = str_find(text, STR_LITERAL("\n====\n"));
    if (end != SIZE_MAX) {
        reply = str_slice(text, end + 6, SIZE_MAX);
        text = str_slice(text, 0, end);
    }
    struct bytes body;
    struct protocol_request request = exchange_request(&arena, text, &body);
    request.service = service;
    request.service_is_fixed = true;
    struct protocol_call call = exchange_read(&arena, &request, body, reply);
    ASSERT(call.part_count >= 1);
    if (call.kind != PROTOCOL_REST_JSON && call.kind != PROTOCOL_REST_XML)
        return 0;
    expect_json(call.parts[0].request.json);
    expect_json(call.parts[0].response.json);
    return 0;
}
