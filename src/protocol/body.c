/* SPDX-License-Identifier: Apache-2.0 */
/* body: which bodies are wanted, and bodies as text. */
#include "body.h"

#include "base/own.h"
#include "call/operation.h"
#include "codec/cbor.h"
#include "codec/compress.h"

/* Batches: the services' own limits, base64 and JSON around them included. */
static const struct {
    const char *operation;
    size_t body_bytes_max;
} large_bodies[] = {
    {"BatchWriteItem", PROTOCOL_BODY_SIZE_MAX},
    {"BatchGetItem", PROTOCOL_BODY_SIZE_MAX},
    {"TransactWriteItems", PROTOCOL_BODY_SIZE_MAX},
    {"TransactGetItems", PROTOCOL_BODY_SIZE_MAX},
    {"PutRecords", PROTOCOL_BODY_SIZE_MAX},
    {"PutRecordBatch", PROTOCOL_BODY_SIZE_MAX},
    {"PutEvents", 4 << 20},
    {"SendMessage", 8 << 20}, /* in the query protocol text may be percent-encoded, three bytes for one */
    {"SendMessageBatch", 8 << 20},
    {"Publish", 8 << 20},
    {"PublishBatch", 8 << 20},
    {"PutItem", 4 << 20},
    {"PutRecord", PROTOCOL_BODY_SIZE_MAX},
};

void protocol_body_begin(struct protocol_call *call) {
    call->body_bytes_max = PROTOCOL_SINGLE_SIZE_MAX;
    for (size_t i = 0; i < sizeof large_bodies / sizeof *large_bodies; i++) {
        if (str_is(call->operation, large_bodies[i].operation))
            call->body_bytes_max = large_bodies[i].body_bytes_max;
    }
}

void protocol_body_begin_reply(const struct protocol_reply *reply, struct protocol_call *call) {
    call->reply_bytes_max = 0;
    if (reply->status >= 300)
        call->reply_bytes_max = PROTOCOL_FAILURE_SIZE_MAX;
    else if (call_shows_response(call->event_source, call->operation))
        call->reply_bytes_max = PROTOCOL_REPLY_SIZE_MAX;
}

struct bytes protocol_body_plain(struct arena *arena, struct bytes body) {
    SCOPED(buf_finish) struct buf plain = BUF_INIT(PROTOCOL_BODY_SIZE_MAX);
    struct error error;
    if (!gzip_is(body))
        return body;
    if (!gzip_inflate(body, &plain, &error))
        return bytes_of("", 0);
    return arena_bytes(arena, buf_bytes(&plain));
}

struct str protocol_json_of(struct arena *arena, const struct protocol_call *call, struct bytes body) {
    struct bytes plain = protocol_body_plain(arena, body);
    if (call->kind != PROTOCOL_CBOR || str_starts_with(str_trim(bytes_str(plain)), STR_LITERAL("{")))
        return bytes_str(plain);
    SCOPED(buf_finish) struct buf json = BUF_INIT(PROTOCOL_TEXT_SIZE_MAX);
    struct error error;
    return cbor_append_json(&json, plain, &error) ? arena_str(arena, buf_str(&json)) : STR_EMPTY;
}

struct protocol_document protocol_document_open(struct str json) {
    struct protocol_document document = {NULL, JSON_MISSING};
    struct error error;
    struct json_value root;
    if (json.size == 0)
        return document;
    document.parser = json_parser_create();
    if (json_parse(document.parser, json, &root, &error))
        document.root = root;
    return document;
}

void protocol_document_close(struct protocol_document *document) {
    json_parser_destroy(document->parser);
}

struct json_value protocol_member(struct json_value object, struct str name) {
    struct json_value found = JSON_MISSING;
    struct json_iterator iterator = json_iterate(object);
    while (json_kind(object) == JSON_OBJECT && json_next(&iterator)) {
        if (str_equals(iterator.key, name))
            found = iterator.value;
    }
    return found;
}

struct call_part protocol_part_of(struct arena *arena, struct buf *json) {
    struct call_part part = {JSON_MISSING, STR_EMPTY};
    if (json->size != 0 && !json->overflowed && !str_is(buf_str(json), "{}"))
        part.json = arena_str(arena, buf_str(json));
    buf_clear(json);
    return part;
}

struct call_part protocol_part_omitted(
    struct arena *arena, const char *name, const char *why, size_t original_size) {
    struct str json = arena_format(
        arena, "{\"reason\":\"%s %s\",\"omitted\":true,\"originalSize\":%zu}", name, why, original_size);
    return (struct call_part){JSON_MISSING, json};
}
