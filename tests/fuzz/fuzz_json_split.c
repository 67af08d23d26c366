/* SPDX-License-Identifier: Apache-2.0 */
/* A text that is valid JSON with records splits into as many valid records; nothing leaves the text. */
#include "base/check.h"
#include "base/own.h"
#include "codec/json.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    struct json_parser *parser;
    struct str text;
    size_t count, bad;
};

static bool on_record(struct str record, void *context) {
    struct seen *seen = context;
    struct json_value root = JSON_MISSING;
    struct error error;
    ASSERT(record.data >= seen->text.data && record.data + record.size <= seen->text.data + seen->text.size);
    ASSERT(record.size > 0);
    seen->count++;
    if (!json_parse_padded(seen->parser, record, &root, &error))
        seen->bad++;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct json_parser *parser, *whole_parser;
    if (parser == NULL) {
        parser = json_parser_create();
        whole_parser = json_parser_create();
    }
    SCOPED(buf_finish) struct buf padded = BUF_INIT(16 << 20);
    buf_append(&padded, data, size);
    memset(buf_reserve(&padded, JSON_PADDING), '"', JSON_PADDING);
    struct seen seen = {parser, buf_str(&padded), 0, 0};
    struct error error;
    bool split = json_split_records(parser, seen.text, on_record, &seen, &error);
    struct json_value root = JSON_MISSING;
    bool valid = json_parse(whole_parser, seen.text, &root, &error);
    if (split && seen.bad == 0 && !valid) /* a record may nest as deep as a whole text may */
        ASSERT(strstr(error.message, "nested") != NULL);
    if (valid && split) {
        struct json_value records = json_kind(root) == JSON_ARRAY ? root : json_get(root, "Records");
        ASSERT(seen.bad == 0 && seen.count == json_count(records));
    }
    return 0;
}
