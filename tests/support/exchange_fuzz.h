/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange_fuzz: an exchange made of fuzz input, and what must hold of it: whatever the bodies are, each part
 * is JSON that a strict reader takes.
 */
#pragma once

#include "base/check.h"
#include "base/own.h"
#include "support/exchange_text.h"

/* Input: the number of a head, the status of the reply in hundreds, the request's body, 0xfe, the reply's. */
struct exchange_input {
    size_t head;
    unsigned status;
    struct bytes body, reply;
};

static inline struct exchange_input exchange_input(const uint8_t *data, size_t size, size_t head_count) {
    struct exchange_input input = {
        .head = size > 0 ? data[0] % head_count : 0, .status = size > 1 && data[1] % 2 == 1 ? 400 : 200};
    struct str rest = str_slice(str_of((const char *)data, size), 2, SIZE_MAX);
    size_t at = str_find_char(rest, '\xfe');
    input.body = str_bytes(str_slice(rest, 0, at));
    if (at != SIZE_MAX)
        input.reply = str_bytes(str_slice(rest, at + 1, SIZE_MAX));
    else
        input.reply = bytes_of("", 0);
    return input;
}

static inline void exchange_check_part(struct json_parser *parser, struct str json) {
    struct json_value value = JSON_MISSING;
    struct error error;
    bool is_object =
        json.size == 0 || (json_parse(parser, json, &value, &error) && json_kind(value) == JSON_OBJECT);
    ASSERT(is_object);
}

/* Read the exchange twice, so that what the first taught `keys` (or NULL) changes the second. */
static inline void exchange_try(
    struct str head, const struct exchange_input *input, struct protocol_keys *keys) {
    struct json_parser *parser = json_parser_create();
    for (int round = 0; round < 2; round++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct bytes none;
        struct protocol_request request = exchange_request(&arena, head, &none);
        struct protocol_reply reply = {.status = input->status};
        struct protocol_call call;
        dialect_begin(&arena, &request, &call);
        dialect_read_body(&arena, keys, input->body, &call);
        dialect_begin_reply(&reply, &call);
        dialect_read_reply(
            &arena, keys, &reply, call.reply_bytes_max == 0 ? bytes_of("", 0) : input->reply, &call);
        ASSERT(call.part_count >= 1 && call.part_count <= PROTOCOL_PARTS_MAX);
        for (size_t i = 0; i < call.part_count; i++) {
            exchange_check_part(parser, call.parts[i].request.json);
            exchange_check_part(parser, call.parts[i].response.json);
            exchange_check_part(parser, call.parts[i].additional.json);
        }
    }
    json_parser_destroy(parser);
}
