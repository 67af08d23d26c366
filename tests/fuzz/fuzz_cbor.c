/* SPDX-License-Identifier: Apache-2.0 */
/* What CBOR becomes is JSON that a strict reader takes. */
#include "base/check.h"
#include "base/own.h"
#include "codec/cbor.h"
#include "codec/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void destroy_parser(struct json_parser **parser) {
    json_parser_destroy(*parser);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    SCOPED(buf_finish) struct buf json = BUF_INIT(1 << 20);
    SCOPED(destroy_parser) struct json_parser *parser = json_parser_create();
    struct json_value root;
    struct error error;
    if (!cbor_append_json(&json, bytes_of(data, size), &error))
        return 0;
    bool parses = json_parse(parser, buf_str(&json), &root, &error);
    ASSERT(parses);
    return 0;
}
