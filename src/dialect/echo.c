/* SPDX-License-Identifier: Apache-2.0 */
/* echo: services like to say which value they refuse. What a part does not show, no message may. */
#include "echo.h"

#include "base/own.h"
#include "codec/json.h"
#include "protocol/body.h"
#include "protocol/params.h"

enum {
    ECHO_BODY_MAX = 64 << 10,   /* larger bodies are not kept, and no message about them is recorded */
    ECHO_SIZE_MIN = 6,          /* shorter values stand in any text by chance */
    ECHO_MESSAGE_MAX = 4 << 10, /* a record shows less of it; bounds the work for bodies of many values */
};

static const struct str HIDDEN = {
    "HIDDEN_DUE_TO_SECURITY_REASONS", sizeof "HIDDEN_DUE_TO_SECURITY_REASONS" - 1};

static bool names_its_values(enum protocol_kind kind) {
    return kind == PROTOCOL_JSON || kind == PROTOCOL_CBOR || kind == PROTOCOL_QUERY || kind == PROTOCOL_EC2;
}

void dialect_echo_keep(struct arena *arena, struct bytes body, struct protocol_call *call) {
    if (!names_its_values(call->kind))
        return;
    call->sent_is_left_out = body.size > ECHO_BODY_MAX;
    if (!call->sent_is_left_out)
        call->sent = arena_bytes(arena, body);
}

static void cover(struct arena *arena, struct str secret, struct protocol_call *call) {
    struct str rest = call->error_message;
    size_t at = secret.size >= ECHO_SIZE_MIN ? str_find(rest, secret) : SIZE_MAX;
    if (at == SIZE_MAX)
        return;
    SCOPED(buf_finish) struct buf covered = BUF_INIT(BUF_UNBOUNDED);
    for (; at != SIZE_MAX; at = str_find(rest, secret)) {
        buf_append_str(&covered, str_slice(rest, 0, at));
        buf_append_str(&covered, HIDDEN);
        rest = str_slice(rest, at + secret.size, SIZE_MAX);
    }
    buf_append_str(&covered, rest);
    call->error_message = arena_str(arena, buf_str(&covered));
}

static void cover_unless_shown(struct arena *arena, struct str value, struct protocol_call *call) {
    bool is_in_message = value.size >= ECHO_SIZE_MIN && str_find(call->error_message, value) != SIZE_MAX;
    for (size_t i = 0; is_in_message && i < call->part_count; i++) {
        if (str_find(call->parts[i].request.json, value) != SIZE_MAX)
            return;
    }
    cover(arena, value, call);
}

/* Depth is bounded by the parser. */
static void cover_json(struct arena *arena, struct json_value value, struct protocol_call *call) {
    struct json_iterator iterator = json_iterate(value);
    if (json_kind(value) == JSON_STRING)
        cover_unless_shown(arena, json_text(value), call);
    while (json_next(&iterator))
        cover_json(arena, iterator.value, call);
}

/* Depth is bounded by PROTOCOL_PARAMETER_DEPTH_MAX. */
static void cover_parameters(
    struct arena *arena, const struct protocol_parameter *node, struct protocol_call *call) {
    if (node->has_value)
        cover_unless_shown(arena, node->value, call);
    for (const struct protocol_parameter *child = node->first; child != NULL; child = child->next)
        cover_parameters(arena, child, call);
}

void dialect_echo_cover(struct arena *arena, struct protocol_call *call) {
    if (call->error_message.size == 0)
        return;
    call->error_message = str_slice(call->error_message, 0, ECHO_MESSAGE_MAX);
    cover(arena, call->claim.session_token, call);
    if (!names_its_values(call->kind))
        return;
    if (call->sent_is_left_out || call->body_was_too_large) {
        call->error_message = HIDDEN;
        return;
    }
    if (call->kind == PROTOCOL_QUERY || call->kind == PROTOCOL_EC2) {
        struct protocol_parameter root = {.name = STR_EMPTY};
        IGNORE(protocol_parameters_add(arena, bytes_str(protocol_body_plain(arena, call->sent)), &root),
            "what is too much was not recorded either");
        cover_parameters(arena, &root, call);
        return;
    }
    SCOPED(protocol_document_close)
    struct protocol_document document = protocol_document_open(protocol_json_of(arena, call, call->sent));
    cover_json(arena, document.root, call);
}
