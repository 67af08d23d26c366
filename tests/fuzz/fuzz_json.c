/* SPDX-License-Identifier: Apache-2.0 */
/* What parses prints; what was printed parses and prints the same. */
#include "base/check.h"
#include "base/own.h"
#include "codec/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct json_parser *parser;
    if (parser == NULL)
        parser = json_parser_create();
    struct error error;
    struct json_value root = JSON_MISSING;
    if (!json_parse(parser, str_of((const char *)data, size), &root, &error))
        return 0;
    struct str key = STR_EMPTY;
    if (json_find_duplicate_key(root, &key))
        ASSERT(json_exists(json_get_str(root, key)));
    SCOPED(buf_finish) struct buf first = BUF_INIT(64 << 20);
    SCOPED(buf_finish) struct buf second = BUF_INIT(64 << 20);
    ASSERT(json_append_value(&first, root));
    bool parses = json_parse(parser, buf_str(&first), &root, &error);
    ASSERT(parses);
    ASSERT(json_append_value(&second, root));
    ASSERT(str_equals(buf_str(&first), buf_str(&second)));
    return 0;
}
