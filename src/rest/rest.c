/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rest: calls that are told by method and path. Their parameters are those of path, query and headers
 * together with the members of a JSON body, under the names of the service's model.
 */
#include "base/own.h"

#include "private.h"

#include <string.h>

enum { QUERY_PARAMETERS_MAX = 256, LIST_ELEMENTS_MAX = 256 };

/* ---- what the table says of a parameter ---- */

/* "name=Member#" of a route's members: NAME is under which it is sent. */
struct token {
    struct str name, member;
    char kind; /* '#', '?', '*' or 0 */
};

static bool next_token(struct str *rest, struct token *ret_token) {
    if (rest->size == 0)
        return false;
    struct token token = {.member = str_cut(rest, ' ')};
    char last = token.member.data[token.member.size - 1];
    if (token.member.size > 1 && (last == '#' || last == '?' || last == '*')) {
        token.kind = last;
        token.member.size--;
    }
    struct str whole = token.member;
    token.name = str_cut(&token.member, '=');
    if (token.name.size == whole.size)
        token.member = whole;
    *ret_token = token;
    return true;
}

static bool has_mark(const struct route *route, const char *mark) {
    struct str rest = str_from(route->members);
    struct token token;
    while (next_token(&rest, &token)) {
        if (str_is(token.name, mark))
            return true;
    }
    return false;
}

struct str rest_body_member(const struct route *route) {
    struct str rest = str_from(route->members);
    struct token token;
    while (next_token(&rest, &token)) {
        if (token.name.data[0] == '@')
            return str_slice(token.name, 1, SIZE_MAX);
    }
    return STR_EMPTY;
}

/* A query parameter that the table does not name is text, and recorded as it was sent. */
static struct token token_of(const struct route *route, struct str name) {
    struct str rest = str_from(route->members);
    struct token token;
    while (next_token(&rest, &token)) {
        if (str_equals(token.name, name))
            return token;
    }
    return (struct token){name, name, '\0'};
}

/* ---- parameters of the head ---- */

void rest_write_typed(struct json_writer *writer, char kind, struct str text) {
    int64_t number = 0;
    if (kind == '#' && str_to_i64(text, &number))
        json_write_i64(writer, number);
    else if (kind == '?' && (str_is(text, "true") || str_is(text, "false")))
        json_write_boolean(writer, str_is(text, "true"));
    else
        json_write_string(writer, text);
}

static void write_labels(struct arena *arena, struct json_writer *writer, const struct route_match *match) {
    for (size_t i = 0; i < match->label_count; i++) {
        json_key(writer, match->labels[i].member);
        rest_write_typed(
            writer, match->labels[i].kind, protocol_decode(arena, match->labels[i].value, false));
    }
}

/* What the path says cannot be said again: the service does not look there. */
static bool is_label(const struct route_match *match, struct str name) {
    for (size_t i = 0; i < match->label_count; i++) {
        if (name.size != 0 && str_equals_ignoring_case(match->labels[i].member, name))
            return true;
    }
    return false;
}

/* All values that the query has for the name. */
static void write_list(struct arena *arena, struct json_writer *writer, struct str query, struct str name) {
    json_begin_array(writer);
    for (size_t i = 0; i < LIST_ELEMENTS_MAX && query.size != 0; i++) {
        struct str value = str_cut(&query, '&');
        if (str_equals(str_cut(&value, '='), name))
            json_write_string(writer, protocol_decode(arena, value, true));
    }
    json_end_array(writer);
}

/* What signs a request, and what only chooses the operation, is no parameter. */
static bool is_frame(const struct route *route, struct str name) {
    struct str chosen = str_from(route->query);
    return str_equals_ignoring_case(str_slice(name, 0, 6), STR_LITERAL("X-Amz-")) || name.size == 0 ||
           (chosen.size != 0 && str_equals(str_cut(&chosen, '='), name));
}

static void write_query(
    struct arena *arena, struct json_writer *writer, const struct route_match *match, struct str query) {
    const struct route *route = match->route;
    struct str rest = query;
    for (size_t i = 0; i < QUERY_PARAMETERS_MAX && rest.size != 0; i++) {
        struct str before = str_of(query.data, query.size - rest.size), raw = rest, earlier;
        struct str value = str_cut(&rest, '&');
        struct str name = str_cut(&value, '=');
        if (is_frame(route, name) || protocol_query_find(before, name, &earlier))
            continue;
        struct token token = token_of(route, protocol_decode(arena, name, true));
        if (is_label(match, token.member))
            continue;
        json_key(writer, token.member);
        if (token.kind == '*')
            write_list(arena, writer, raw, name);
        else
            rest_write_typed(writer, token.kind, protocol_decode(arena, value, true));
    }
}

static void write_headers(
    struct json_writer *writer, const struct route *route, const struct protocol_request *request) {
    struct str rest = str_from(route->members);
    struct token token;
    while (next_token(&rest, &token)) {
        if (token.name.data[0] != '^')
            continue;
        struct str value =
            protocol_header(request->headers, request->header_count, str_slice(token.name, 1, SIZE_MAX));
        if (value.size == 0)
            continue;
        json_key(writer, token.member);
        rest_write_typed(writer, token.kind, value);
    }
}

/* What is known of a call that no table has. */
static void take_unknown(struct arena *arena, const struct protocol_head *head, struct protocol_call *call) {
    SCOPED(buf_finish) struct buf json = BUF_INIT(PROTOCOL_TEXT_SIZE_MAX);
    struct json_writer writer = JSON_WRITER(&json);
    json_begin_object(&writer);
    json_member_string(&writer, "httpMethod", head->request->method);
    json_member_string(&writer, "httpPath", head->path);
    json_end_object(&writer);
    call->parts[0].request = protocol_part_of(arena, &json);
}

/* Older SDKs sign calls of IoT for execute-api, whose own routes are all below @connections. */
static bool find_route(struct arena *arena, const struct protocol_head *head, struct protocol_call *call,
    struct route_match *ret_match) {
    struct str method = head->request->method, iot = STR_LITERAL("iot");
    if (rest_route_find(call->service, method, head->path, head->query, ret_match))
        return true;
    if (!str_is(call->service, "execute-api") ||
        !rest_route_find(iot, method, head->path, head->query, ret_match))
        return false;
    call->service = iot;
    call->event_source = protocol_event_source(arena, iot);
    return true;
}

void rest_begin(struct arena *arena, const struct protocol_head *head, struct protocol_call *call) {
    struct rest_detail *detail = ARENA_NEW(arena, struct rest_detail);
    if (!find_route(arena, head, call, &detail->match)) {
        take_unknown(arena, head, call);
        return;
    }
    const struct route *route = detail->match.route;
    SCOPED(buf_finish) struct buf json = BUF_INIT(PROTOCOL_TEXT_SIZE_MAX);
    struct json_writer writer = JSON_WRITER(&json);
    write_labels(arena, &writer, &detail->match);
    write_query(arena, &writer, &detail->match, head->query);
    write_headers(&writer, route, head->request);
    detail->members = arena_str(arena, buf_str(&json));
    call->operation = str_from(route->operation);
    call->detail = detail;
    rest_take_request(arena, detail->members, STR_EMPTY, call);
    if (!has_mark(route, "!"))
        protocol_body_begin(call);
    if (str_is(call->service, "lambda") && call->body_bytes_max != 0)
        call->body_bytes_max = PROTOCOL_BODY_SIZE_MAX; /* code comes in the body, beside the names */
}

/* ---- bodies ---- */

void rest_take_request(struct arena *arena, struct str members, struct str body, struct protocol_call *call) {
    const char *comma = members.size != 0 && body.size != 0 ? "," : "";
    call->parts[0].request = (struct call_part){JSON_MISSING, STR_EMPTY};
    if (members.size + body.size != 0)
        call->parts[0].request.json = arena_format(arena, "{%.*s%s%.*s}", STR(members), comma, STR(body));
    if (!protocol_has_resources(call))
        return;
    SCOPED(protocol_document_close)
    struct protocol_document document = protocol_document_open(call->parts[0].request.json);
    protocol_find_resources(arena, document.root, call);
}

void rest_take_unreadable(
    struct arena *arena, struct str members, size_t body_size, struct protocol_call *call) {
    struct call_part part = protocol_part_omitted(arena, "requestParameters", "not readable", body_size);
    rest_take_request(arena, members, str_slice(part.json, 1, part.json.size - 2), call);
}

static void read_body(
    struct arena *arena, struct protocol_keys *keys, struct bytes body, struct protocol_call *call) {
    const struct rest_detail *detail = call->detail;
    IGNORE(keys != NULL, "tables are DynamoDB's");
    if (detail == NULL || body.size == 0)
        return;
    struct str text = bytes_str(protocol_body_plain(arena, body));
    SCOPED(protocol_document_close) struct protocol_document document = protocol_document_open(text);
    struct str member = rest_body_member(detail->match.route);
    SCOPED(buf_finish) struct buf json = BUF_INIT(PROTOCOL_TEXT_SIZE_MAX);
    struct json_writer writer = JSON_WRITER(&json);
    struct json_iterator iterator = json_iterate(document.root);
    if (member.size != 0 && json_exists(document.root)) {
        json_key(&writer, member);
        json_append_value(&json, document.root);
    } else if (json_kind(document.root) == JSON_OBJECT) {
        while (json_next(&iterator)) {
            if (is_label(&detail->match, iterator.key))
                continue;
            json_key(&writer, iterator.key);
            json_append_value(&json, iterator.value);
            writer.needs_comma = true;
        }
    } else {
        rest_take_unreadable(arena, detail->members, body.size, call);
        return;
    }
    rest_take_request(arena, detail->members, buf_str(&json), call);
}

void rest_begin_reply(const struct protocol_reply *reply, struct protocol_call *call) {
    const struct rest_detail *detail = call->detail;
    protocol_body_begin_reply(reply, call);
    bool is_payload = detail == NULL || has_mark(detail->match.route, "~");
    if (reply->status < 300 && is_payload)
        call->reply_bytes_max = 0;
}

static void read_reply(struct arena *arena, struct protocol_keys *keys, const struct protocol_reply *reply,
    struct bytes body, struct protocol_call *call) {
    IGNORE(keys != NULL, "tables are DynamoDB's");
    if (reply->status >= 300) {
        protocol_read_failure(arena, reply, body, call);
        return;
    }
    if (body.size == 0 || call->reply_bytes_max == 0)
        return;
    struct str text = bytes_str(protocol_body_plain(arena, body));
    SCOPED(protocol_document_close) struct protocol_document document = protocol_document_open(text);
    if (json_kind(document.root) != JSON_OBJECT)
        return;
    SCOPED(buf_finish) struct buf json = BUF_INIT(PROTOCOL_TEXT_SIZE_MAX);
    json_append_value(&json, document.root);
    call->parts[0].response = protocol_part_of(arena, &json);
}

const struct protocol_dialect rest_json = {rest_begin, read_body, rest_begin_reply, read_reply};
