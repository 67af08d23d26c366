/* SPDX-License-Identifier: Apache-2.0 */
/* api.c: from an HTTP exchange to a call and back. */
#include "base/check.h"
#include "base/own.h"
#include "codec/hash.h"
#include "sys/clock.h"
#include "sys/random.h"

#include "private.h"

#include <string.h>

/* A request whose body is still coming. */
struct reception {
    struct buf body;
    uint64_t reserved_bytes; /* of the memory for large bodies */
};

#define TOO_LARGE "The body of a request has at most 1048576 bytes."
_Static_assert(API_BODY_BYTES_MAX == 1048576, "the message says how much");

/* What the request asks for, before it is known who asks. */
struct question {
    const struct api_operation *operation; /* NULL: unknown */
    enum api_service service;              /* whose words an error takes */
    struct str body;                       /* of the operation; STS has none */
    struct str complaint;                  /* what AWS says where the operation is unknown */
};

static void on_headers(struct http_exchange *exchange, void *context);
static void on_body(struct http_exchange *exchange, struct bytes piece, void *context);
static void on_complete(struct http_exchange *exchange, void *context);
static void on_close(struct http_exchange *exchange, void *context);

/* The key under page tokens, made once and kept sealed. */
#define TOKEN_KEY_NAME "page-token-key"

static bool make_token_key(struct api *api, struct error *error) {
    struct catalog *catalog = api->options.catalog;
    SCOPED(buf_finish) struct buf sealed = BUF_INIT(API_TOKEN_KEY_SIZE + SEAL_OVERHEAD);
    random_bytes(api->token_key, API_TOKEN_KEY_SIZE);
    if (!catalog_seal(catalog, STR_LITERAL(TOKEN_KEY_NAME), BYTES_OF(api->token_key), &sealed, error))
        return false;
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(catalog, error);
    return change != NULL && catalog_meta_set(change, TOKEN_KEY_NAME, buf_bytes(&sealed), error) &&
           catalog_commit(TAKE(change), error);
}

static bool load_token_key(struct api *api, struct error *error) {
    struct catalog *catalog = api->options.catalog;
    SCOPED(buf_finish) struct buf sealed = BUF_INIT(API_TOKEN_KEY_SIZE + SEAL_OVERHEAD);
    SCOPED(buf_finish) struct buf key = BUF_INIT(API_TOKEN_KEY_SIZE);
    if (!catalog_meta_get(catalog, TOKEN_KEY_NAME, &sealed, error))
        return error->kind == ERROR_NOT_FOUND && make_token_key(api, error);
    if (!catalog_unseal(catalog, STR_LITERAL(TOKEN_KEY_NAME), buf_bytes(&sealed), &key, error))
        return false;
    if (key.size != API_TOKEN_KEY_SIZE)
        return error_set(error, ERROR_CORRUPT, "page token key of %zu bytes", key.size);
    memcpy(api->token_key, key.data, API_TOKEN_KEY_SIZE);
    mem_wipe(key.data, key.size);
    return true;
}

struct api *api_create(const struct api_options *options, struct error *error) {
    struct api *api = MEM_NEW(struct api);
    api->options = *options;
    api->service = (struct http_service){on_headers, on_body, on_complete, on_close, api};
    api->started_at = clock_now(options->clock);
    api->outbox = api_outbox_create(options->catalog, options->admission);
    if (load_token_key(api, error))
        return api;
    api_destroy(api);
    return NULL;
}

void api_destroy(struct api *api) {
    if (api == NULL)
        return;
    api_outbox_destroy(api->outbox);
    mem_wipe(api->token_key, sizeof api->token_key);
    mem_free(api);
}

bool api_replay_outbox(struct api *api, struct error *error) {
    return api_outbox_flush(api->outbox, error);
}

const struct http_service *api_service(struct api *api) {
    return &api->service;
}

struct api_stats api_stats(struct api *api) {
    return (struct api_stats){.calls = atomic_load(&api->calls),
        .failures = atomic_load(&api->failures),
        .authentication_failures = atomic_load(&api->authentication_failures),
        .unrecorded_calls = atomic_load(&api->unrecorded_calls)};
}

static struct uuid new_uuid(void) {
    uint8_t random[UUID_SIZE];
    random_bytes(random, sizeof random);
    return uuid_random(random);
}

/* Refuse before a call exists. */
static void refuse(struct api *api, struct http_exchange *exchange, enum api_service service,
    enum api_error error, struct str message) {
    char request_id[UUID_TEXT_SIZE + 1];
    uuid_format(new_uuid(), request_id);
    struct api_call call = {.arena = http_arena(exchange)};
    IGNORE(api_fail(&call, error, "%.*s", STR(message)), "only the fault is wanted");
    atomic_fetch_add(&api->calls, 1);
    atomic_fetch_add(&api->failures, 1);
    api_answer_refusal(exchange, service, request_id, &call.fault);
}

static void on_headers(struct http_exchange *exchange, void *context) {
    struct api *api = context;
    uint64_t announced = 0;
    struct str length = http_header_value(exchange, "Content-Length");
    if (str_to_u64(length, &announced) && announced > API_BODY_BYTES_MAX) {
        refuse(api, exchange, API_CLOUDTRAIL, API_TOO_LARGE, STR_LITERAL(TOO_LARGE));
        return;
    }
    struct reception *reception = MEM_NEW(struct reception);
    reception->body = BUF_INIT(API_BODY_BYTES_MAX);
    http_attach(exchange, reception);
}

/* Who sends is known only when all has come: what strangers can make us keep is bounded, and calls of the
 * usual size do not depend on it. */
static bool reserve(struct api *api, struct reception *reception, size_t size) {
    if (reception->body.size + size <= API_BODY_FREE_BYTES)
        return true;
    reception->reserved_bytes += size;
    return atomic_fetch_add(&api->large_body_bytes, size) + size <= API_LARGE_BODIES_BYTES_MAX;
}

static void on_body(struct http_exchange *exchange, struct bytes piece, void *context) {
    struct reception *reception = http_attachment(exchange);
    if (reserve(context, reception, piece.size))
        buf_append_bytes(&reception->body, piece); /* on_complete sees where it is too large */
    else
        refuse(context, exchange, API_CLOUDTRAIL, API_THROTTLED, STR_LITERAL("Rate exceeded"));
}

static void on_close(struct http_exchange *exchange, void *context) {
    struct api *api = context;
    struct reception *reception = http_attachment(exchange);
    if (reception == NULL)
        return;
    atomic_fetch_sub(&api->large_body_bytes, reception->reserved_bytes);
    buf_finish(&reception->body);
    mem_free(reception);
}

/* A parameter of a form or query, decoded; empty where there is none. */
static struct str form_value(struct arena *arena, struct str form, const char *name) {
    while (form.size > 0) {
        struct str value = str_cut(&form, '&');
        if (!str_is(str_cut(&value, '='), name))
            continue;
        SCOPED(buf_finish) struct buf text = BUF_INIT(value.size);
        if (percent_decode(value, true, &text))
            return arena_str(arena, buf_str(&text));
    }
    return STR_EMPTY;
}

static struct question read_question(
    const struct api_extension *extension, struct http_exchange *exchange, struct str body) {
    if (http_has_header(exchange, "X-Amz-Target")) {
        const struct api_operation *operation =
            api_operation_of_target(extension, http_header_value(exchange, "X-Amz-Target"));
        bool is_post = str_is(http_method(exchange), "POST");
        return (struct question){.operation = is_post ? operation : NULL,
            .service = operation != NULL ? operation->service : API_CLOUDTRAIL,
            .body = body,
            .complaint = STR_EMPTY};
    }
    /* The query protocol: STS. */
    struct arena *arena = http_arena(exchange);
    struct str action = form_value(arena, body, "Action");
    if (action.size == 0)
        action = form_value(arena, http_query(exchange), "Action");
    const struct api_operation *operation = api_operation_find(NULL, API_STS, action);
    if (action.size == 0)
        return (struct question){.service = API_CLOUDTRAIL, .body = STR_EMPTY, .complaint = STR_EMPTY};
    struct str complaint = arena_format(
        arena, "Could not find operation %.*s for version 2011-06-15", STR(str_slice(action, 0, 128)));
    return (struct question){operation, API_STS, STR_EMPTY, complaint};
}

static struct aws_request signed_request(struct http_exchange *exchange, struct str body) {
    uint8_t hash[SHA256_SIZE];
    char hex[2 * SHA256_SIZE];
    hash_sha256(str_bytes(body), hash);
    hex_encode(BYTES_OF(hash), hex);
    struct aws_request request = auth_request_of(exchange);
    request.payload_hash = arena_str(http_arena(exchange), str_of(hex, sizeof hex));
    return request;
}

/* Failures of authentication are answered and counted, not recorded, as in AWS: nobody is known to have
 * made the call, and an event that names whom a stranger claims to be would let him write into a history. */
static bool authenticate(struct api_call *call, struct str body) {
    struct auth_request request = {.request = signed_request(call->exchange, body),
        .service = api_service_names(call->operation->service)->signing_name,
        .now = call->now};
    struct auth_identity identity;
    struct auth_refusal refusal;
    if (!auth_authenticate(call->api->options.auth, call->arena, &request, &identity, &refusal)) {
        call->fault = (struct api_fault){refusal.code, refusal.status, refusal.message};
        atomic_fetch_add(&call->api->authentication_failures, 1);
        return false;
    }
    call->principal = identity.principal;
    call->account = identity.principal.account;
    call->region = identity.region;
    mem_wipe(identity.signing_key, sizeof identity.signing_key);
    return true;
}

static void on_complete(struct http_exchange *exchange, void *context) {
    struct api *api = context;
    struct reception *reception = http_attachment(exchange);
    if (reception->body.overflowed) {
        refuse(api, exchange, API_CLOUDTRAIL, API_TOO_LARGE, STR_LITERAL(TOO_LARGE));
        return;
    }
    struct str body = buf_str(&reception->body);
    struct question question = read_question(api->options.extension, exchange, body);
    if (question.operation == NULL) {
        refuse(api, exchange, question.service,
            question.service == API_STS ? API_STS_INVALID_ACTION : API_UNKNOWN_OPERATION, question.complaint);
        return;
    }
    struct api_call call = {.api = api,
        .exchange = exchange,
        .arena = http_arena(exchange),
        .operation = question.operation,
        .now = clock_now(api->options.clock),
        .event_id = new_uuid()};
    uuid_format(new_uuid(), call.request_id);
    bool succeeded = authenticate(&call, body) && api_call_run(&call, question.body);
    atomic_fetch_add(&api->calls, 1);
    if (!succeeded)
        atomic_fetch_add(&api->failures, 1);
    api_answer(&call, succeeded);
    json_parser_destroy(call.parser);
    json_parser_destroy(call.stored_parser);
}
