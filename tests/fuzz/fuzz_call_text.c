/* SPDX-License-Identifier: Apache-2.0 */
/* A secret behind any text: whatever stands before it, it does not reach the record, and what does is JSON.
 */
#include "base/check.h"
#include "base/own.h"
#include "call/call.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const secrets[] = {"&password=CANARYCANARY&", "?X-Amz-Signature=CANARYCANARY",
    " {\"secretString\":\"CANARYCANARY\"}", "\npassword: CANARYCANARY\n", "&sig%3DCANARYCANARY",
    " amqp://u:CANARYCANARY@h/", "-----BEGIN PRIVATE KEY-----CANARYCANARY-----END PRIVATE KEY-----"};

static void expect_covered(struct json_parser *parser, struct str text, const char *secret) {
    SCOPED(buf_finish) struct buf sent = BUF_INIT(BUF_UNBOUNDED);
    SCOPED(buf_finish) struct buf value = BUF_INIT(BUF_UNBOUNDED);
    SCOPED(buf_finish) struct buf recorded = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&sent);
    struct json_value root;
    struct error error;
    buf_append_str(&value, text);
    buf_append_text(&value, secret);
    json_begin_object(&writer);
    json_member_string(&writer, "x", buf_str(&value));
    json_end_object(&writer);
    ASSERT(json_parse(parser, buf_str(&sent), &root, &error));
    struct call call = {.event_source = STR_LITERAL("anything.amazonaws.com")};
    call_append_scrubbed(&recorded, &call, root);
    ASSERT(str_find(buf_str(&recorded), STR_LITERAL("CANARYCANARY")) == SIZE_MAX);
    ASSERT(json_parse(parser, buf_str(&recorded), &root, &error));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct json_parser *parser;
    if (parser == NULL)
        parser = json_parser_create();
    struct str text = str_of((const char *)data, size);
    if (str_find(text, STR_LITERAL("CANARYCANARY")) != SIZE_MAX)
        return 0;
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        expect_covered(parser, text, secrets[i]);
    return 0;
}
