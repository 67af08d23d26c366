/* SPDX-License-Identifier: Apache-2.0 */
/* audit.c: from an HTTP exchange to a call and back. */
#include "audit/audit.h"

#include "admission/admission.h"
#include "base/own.h"
#include "codec/hash.h"
#include "sys/clock.h"
#include "sys/random.h"

#include "private.h"

#include <string.h>

/* A request whose body is still coming. */
struct reception {
    struct buf body;
    uint64_t reserved_bytes;
};

/* The secret under event ids: without it an event of a known id and content could be planted before. */
#define KEY_NAME "audit-id-key"

static bool make_key(struct audit *audit, struct error *error) {
    struct catalog *catalog = audit->options.catalog;
    SCOPED(buf_finish) struct buf sealed = BUF_INIT(AUDIT_KEY_SIZE + SEAL_OVERHEAD);
    random_bytes(audit->key, AUDIT_KEY_SIZE);
    if (!catalog_seal(catalog, STR_LITERAL(KEY_NAME), BYTES_OF(audit->key), &sealed, error))
        return false;
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(catalog, error);
    return change != NULL && catalog_meta_set(change, KEY_NAME, buf_bytes(&sealed), error) &&
           catalog_commit(TAKE(change), error);
}

static bool load_key(struct audit *audit, struct error *error) {
    struct catalog *catalog = audit->options.catalog;
    SCOPED(buf_finish) struct buf sealed = BUF_INIT(AUDIT_KEY_SIZE + SEAL_OVERHEAD);
    SCOPED(buf_finish) struct buf key = BUF_INIT(AUDIT_KEY_SIZE);
    if (!catalog_meta_get(catalog, KEY_NAME, &sealed, error))
        return error->kind == ERROR_NOT_FOUND && make_key(audit, error);
    if (!catalog_unseal(catalog, STR_LITERAL(KEY_NAME), buf_bytes(&sealed), &key, error))
        return false;
    if (key.size != AUDIT_KEY_SIZE)
        return error_set(error, ERROR_CORRUPT, "key of audit event ids of %zu bytes", key.size);
    memcpy(audit->key, key.data, AUDIT_KEY_SIZE);
    mem_wipe(key.data, key.size);
    return true;
}

static void new_request_id(char ret_text[UUID_TEXT_SIZE + 1]) {
    uint8_t random[UUID_SIZE];
    random_bytes(random, sizeof random);
    uuid_format(uuid_random(random), ret_text);
}

static struct audit_call call_of(struct audit *audit, struct http_exchange *exchange) {
    struct audit_call call = {.audit = audit,
        .exchange = exchange,
        .arena = http_arena(exchange),
        .now = clock_now(audit->options.clock),
        .row = {.uuid = STR_EMPTY}};
    new_request_id(call.request_id);
    return call;
}

static void finish(struct audit_call *call, bool succeeded) {
    struct audit *audit = call->audit;
    atomic_fetch_add(&audit->calls, 1);
    atomic_fetch_add(&audit->failures, succeeded ? 0 : 1);
    for (size_t i = 0; succeeded && i < call->count; i++)
        atomic_fetch_add(call->outcomes[i].code == NULL ? &audit->successful : &audit->failed, 1);
    audit_answer(call, succeeded);
}

/* Refuse before it is known who calls. */
static void refuse(struct audit *audit, struct http_exchange *exchange, struct audit_fault fault) {
    struct audit_call call = call_of(audit, exchange);
    call.fault = fault;
    finish(&call, false);
}

static void refuse_large(struct audit *audit, struct http_exchange *exchange) {
    refuse(audit, exchange,
        (struct audit_fault){"RequestEntityTooLargeException", 413,
            STR_LITERAL("A request holds at most 100 events and 1 MB of eventData: send several.")});
}

static void on_headers(struct http_exchange *exchange, void *context) {
    uint64_t announced = 0;
    bool is_call = str_is(http_method(exchange), "POST") && str_is(http_path(exchange), "/PutAuditEvents");
    if (!is_call) {
        refuse(context, exchange, (struct audit_fault){"UnknownOperationException", 404, STR_EMPTY});
        return;
    }
    if (str_to_u64(http_header_value(exchange, "Content-Length"), &announced) &&
        announced > AUDIT_BODY_BYTES_MAX) {
        refuse_large(context, exchange);
        return;
    }
    struct reception *reception = MEM_NEW(struct reception);
    reception->body = BUF_INIT(AUDIT_BODY_BYTES_MAX);
    http_attach(exchange, reception);
}

/* Who sends is known only when all has come: what strangers can make us keep is bounded. */
static bool reserve(struct audit *audit, struct reception *reception, size_t size) {
    if (reception->body.size + size <= AUDIT_BODY_FREE_BYTES)
        return true;
    reception->reserved_bytes += size;
    return atomic_fetch_add(&audit->large_bytes, size) + size <= AUDIT_LARGE_BYTES_MAX;
}

static void on_body(struct http_exchange *exchange, struct bytes piece, void *context) {
    struct reception *reception = http_attachment(exchange);
    if (reception == NULL || http_has_answer(exchange))
        return;
    if (reserve(context, reception, piece.size))
        buf_append_bytes(&reception->body, piece); /* on_complete sees where it is too large */
    else
        refuse(context, exchange,
            (struct audit_fault){"ThrottlingException", 429, STR_LITERAL("Rate exceeded")});
}

static void on_close(struct http_exchange *exchange, void *context) {
    struct audit *audit = context;
    struct reception *reception = http_attachment(exchange);
    if (reception == NULL)
        return;
    atomic_fetch_sub(&audit->large_bytes, reception->reserved_bytes);
    buf_finish(&reception->body);
    mem_free(reception);
}

/* A parameter of the query, decoded; empty where there is none. */
static struct str query_value(struct http_exchange *exchange, const char *name) {
    struct str query = http_query(exchange);
    while (query.size > 0) {
        struct str value = str_cut(&query, '&');
        if (!str_is(str_cut(&value, '='), name))
            continue;
        SCOPED(buf_finish) struct buf text = BUF_INIT(value.size);
        if (percent_decode(value, false, &text))
            return arena_str(http_arena(exchange), buf_str(&text));
    }
    return STR_EMPTY;
}

static bool authenticate(struct audit_call *call, struct str body) {
    uint8_t hash[SHA256_SIZE];
    char hex[2 * SHA256_SIZE];
    hash_sha256(str_bytes(body), hash);
    hex_encode(BYTES_OF(hash), hex);
    struct auth_request request = {.request = auth_request_of(call->exchange),
        .service = "cloudtrail-data",
        .now = call->now,
        .words = AUTH_WORDS_REST_JSON};
    request.request.payload_hash = arena_str(call->arena, str_of(hex, sizeof hex));
    struct auth_identity identity;
    struct auth_refusal refusal;
    if (!auth_authenticate(call->audit->options.auth, call->arena, &request, &identity, &refusal)) {
        call->fault = (struct audit_fault){refusal.code, refusal.status, refusal.message};
        return false;
    }
    call->principal = identity.principal;
    call->region = identity.region;
    mem_wipe(identity.signing_key, sizeof identity.signing_key);
    return true;
}

/* As api's: overload asks to come again, which adds nothing twice; with a failing disk answers go on. */
static bool record(struct audit_call *call, bool succeeded) {
    struct error error = {0};
    if (audit_record_admit(call, succeeded, &error))
        return succeeded;
    bool is_refusing = admission_stats(call->audit->options.admission).is_refusing;
    if (error.kind == ERROR_UNAVAILABLE && !is_refusing)
        return audit_fail(call, "ThrottlingException", "Rate exceeded");
    return succeeded;
}

static void on_complete(struct http_exchange *exchange, void *context) {
    struct audit *audit = context;
    struct reception *reception = http_attachment(exchange);
    if (reception == NULL || http_has_answer(exchange))
        return;
    if (reception->body.overflowed) {
        refuse_large(audit, exchange);
        return;
    }
    struct audit_call call = call_of(audit, exchange);
    struct str body = buf_str(&reception->body);
    call.channel = query_value(exchange, "channelArn");
    call.external_id = query_value(exchange, "externalId");
    if (!authenticate(&call, body)) { /* answered, not recorded: nobody is known to have called */
        finish(&call, false);
        return;
    }
    bool succeeded = audit_call_run(&call, body);
    succeeded = record(&call, succeeded);
    finish(&call, succeeded);
    json_parser_destroy(call.parser);
}

struct audit *audit_create(const struct audit_options *options, struct error *error) {
    struct audit *audit = MEM_NEW(struct audit);
    audit->options = *options;
    audit->service = (struct http_service){on_headers, on_body, on_complete, on_close, audit};
    if (load_key(audit, error))
        return audit;
    audit_destroy(audit);
    return NULL;
}

void audit_destroy(struct audit *audit) {
    if (audit == NULL)
        return;
    catalog_channel_flush(audit->options.catalog);
    mem_wipe(audit->key, sizeof audit->key);
    mem_free(audit);
}

const struct http_service *audit_service(struct audit *audit) {
    return &audit->service;
}

struct audit_stats audit_stats(struct audit *audit) {
    return (struct audit_stats){.calls = atomic_load(&audit->calls),
        .failures = atomic_load(&audit->failures),
        .successful = atomic_load(&audit->successful),
        .failed = atomic_load(&audit->failed)};
}
