/* SPDX-License-Identifier: Apache-2.0 */
/* s3: the dialect of S3 and of what speaks as it does. */
#include "private.h"

/* As S3's own log names what is no operation: REST.PATCH.OBJECT. */
static struct str name_unknown(
    struct arena *arena, const struct protocol_head *head, const struct s3_target *target) {
    static const char *const levels[] = {"SERVICE", "BUCKET", "OBJECT"};
    struct str method = head->request->method;
    bool is_method = method.size > 0 && method.size <= 20;
    for (size_t i = 0; i < method.size && is_method; i++)
        is_method = method.data[i] >= 'A' && method.data[i] <= 'Z';
    return arena_format(
        arena, "REST.%.*s.%s", STR(is_method ? method : STR_LITERAL("OTHER")), levels[target->level]);
}

static size_t wanted_of_body(enum s3_body body) {
    switch (body) {
    case S3_BODY_XML:
    case S3_BODY_POLICY:
        return S3_DOCUMENT_SIZE_MAX;
    case S3_BODY_KEYS:
        return S3_DELETION_SIZE_MAX;
    case S3_BODY_FORM:
        return S3_FORM_SIZE_MAX;
    case S3_BODY_NONE:
        break;
    }
    return 0;
}

/* The size of the object where the body has more than it: aws-chunked. */
static void take_payload_size(const struct protocol_request *request, struct protocol_call *call) {
    struct str size =
        protocol_header(request->headers, request->header_count, STR_LITERAL("x-amz-decoded-content-length"));
    uint64_t number;
    if (str_to_u64(size, &number))
        call->payload_size = number;
}

static bool is_chunked(const struct protocol_request *request) {
    struct str hash =
        protocol_header(request->headers, request->header_count, STR_LITERAL("x-amz-content-sha256"));
    struct str encoding =
        protocol_header(request->headers, request->header_count, STR_LITERAL("content-encoding"));
    return str_starts_with(hash, STR_LITERAL("STREAMING-")) ||
           str_find(encoding, STR_LITERAL("aws-chunked")) != SIZE_MAX;
}

static void begin(struct arena *arena, const struct protocol_head *head, struct protocol_call *call) {
    struct s3_call *state = ARENA_NEW(arena, struct s3_call);
    call->detail = state;
    if (!s3_control_begin(arena, head, call, state)) {
        s3_target_read(arena, head, &state->target);
        state->operation = s3_operation_find(arena, head, &state->target, str_is(call->service, "s3express"));
        call->parts[0].request.json = s3_parameters(arena, head, &state->target, NULL, 0);
    }
    call->bucket = state->target.bucket;
    call->key = state->target.key;
    state->is_head = state->target.method == S3_HEAD;
    if (state->operation == NULL) {
        call->operation = name_unknown(arena, head, &state->target);
        return;
    }
    call->operation = str_from(state->operation->name);
    call->body_bytes_max = wanted_of_body(state->operation->body);
    call->body_prefix_will_do = state->operation->body == S3_BODY_FORM;
    state->form_type = head->content_type;
    state->is_chunked = call->body_bytes_max > 0 && is_chunked(head->request);
    if (state->target.method == S3_PUT || state->target.method == S3_POST)
        take_payload_size(head->request, call);
}

static void read_body(
    struct arena *arena, struct protocol_keys *keys, struct bytes body, struct protocol_call *call) {
    (void)keys;
    struct s3_call *state = call->detail;
    struct str text = bytes_str(body), *parameters = &call->parts[0].request.json;
    if (state->operation == NULL || text.size == 0)
        return;
    if (state->is_chunked)
        text = s3_unchunked(arena, text);
    switch (state->operation->body) {
    case S3_BODY_XML:
        *parameters = s3_document_record(arena, text, *parameters);
        break;
    case S3_BODY_POLICY:
        *parameters = s3_policy_record(arena, text, *parameters);
        break;
    case S3_BODY_KEYS:
        s3_deletion_read(arena, text, call);
        break;
    case S3_BODY_FORM:
        s3_form_read(arena, text, call);
        break;
    case S3_BODY_NONE:
        break;
    }
}

/* 303 is how a form's success redirects. */
static bool is_error(unsigned status) {
    return status >= 300 && status != 303;
}

static void begin_reply(const struct protocol_reply *reply, struct protocol_call *call) {
    const struct s3_call *state = call->detail;
    call->reply_bytes_max = 0;
    if (state->is_head || reply->status == 304 || reply->status == 204)
        return;
    if (is_error(reply->status)) {
        call->reply_bytes_max = S3_ERROR_SIZE_MAX;
        return;
    }
    enum s3_reply kind = state->operation == NULL ? S3_REPLY_PLAIN : state->operation->reply;
    if (kind == S3_REPLY_RESULT || kind == S3_REPLY_SESSION)
        call->reply_bytes_max = S3_ERROR_SIZE_MAX;
    else if (kind == S3_REPLY_KEYS)
        call->reply_bytes_max = PROTOCOL_REPLY_SIZE_MAX;
}

/* CreateSession: a key for the bucket, which acts for the caller itself. Its token is not recorded. */
static void take_session(struct arena *arena, const struct xml_node *root, struct protocol_call *call) {
    const struct xml_node *credentials = xml_child(root, "Credentials");
    struct str access_key_id = xml_child_text(credentials, "AccessKeyId");
    struct str expiration = xml_child_text(credentials, "Expiration");
    if (access_key_id.size == 0)
        return;
    struct protocol_session *session = ARENA_NEW(arena, struct protocol_session);
    session->access_key_id = access_key_id;
    session->expires_at = MOMENT_NONE;
    if (time_parse_iso(expiration, &session->expires_at))
        call->session = session;
    struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&text);
    json_begin_object(&writer);
    json_key(&writer, STR_LITERAL("credentials"));
    json_begin_object(&writer);
    json_member_string(&writer, "accessKeyId", access_key_id);
    json_member_string(&writer, "expiration", expiration);
    json_end_object(&writer);
    json_end_object(&writer);
    call->parts[0].response.json = arena_str(arena, buf_str(&text));
    buf_finish(&text);
}

static void read_error(
    struct arena *arena, const struct protocol_reply *reply, struct bytes body, struct protocol_call *call) {
    const struct s3_call *state = call->detail;
    if (!s3_error_take(s3_document_read(arena, body), call))
        s3_error_of_status(reply->status, &state->target, call);
}

static void read_reply(struct arena *arena, struct protocol_keys *keys, const struct protocol_reply *reply,
    struct bytes body, struct protocol_call *call) {
    (void)keys;
    const struct s3_call *state = call->detail;
    if (call->body_was_too_large)
        call->parts[0].request.json =
            s3_omitted(arena, call->parts[0].request.json, "too large", call->body_bytes_max + 1);
    if (is_error(reply->status)) {
        read_error(arena, reply, body, call);
        return;
    }
    enum s3_reply kind = state->operation == NULL ? S3_REPLY_PLAIN : state->operation->reply;
    const struct xml_node *root = kind == S3_REPLY_PLAIN ? NULL : s3_document_read(arena, body);
    if (root != NULL && s3_error_take(root, call))
        return;
    bool is_read = state->target.method == S3_GET || state->target.method == S3_HEAD;
    if (!is_read)
        call->parts[0].response.json = s3_elements(arena, reply);
    if (root != NULL && kind == S3_REPLY_SESSION)
        take_session(arena, root, call);
    else if (root != NULL && kind == S3_REPLY_KEYS)
        s3_deletion_answer(arena, root, call);
}

const struct protocol_dialect s3_dialect = {begin, read_body, begin_reply, read_reply};
