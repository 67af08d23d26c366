/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request goes through four gates in this order: signature and role at the headers, memory
 * while the body comes, its hash when it is whole, its form when it is cut into records. Only then
 * does anything of it take effect.
 */
#include "ingest/ingest.h"

#include "admission/admission.h"
#include "auth/auth.h"
#include "aws/arn.h"
#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "catalog/stores.h"
#include "codec/compress.h"
#include "sys/clock.h"

#include "answer.h"

#include <stdatomic.h>
#include <string.h>

enum {
    SUBMIT_TIMEOUT_MS = 5000,
    UPLOAD_MAGIC = 0x1d9e57,
    RECORD_WEIGHT = 256, /* memory that a record takes beside its bytes, with its line of the answer */
    RECORDS_STEP = 256,  /* reserved at once */
};

struct ingest {
    struct ingest_options options;
    struct http_service service;
    char *accounts; /* the list, owned */
    _Atomic uint64_t memory_bytes;
};

struct upload {
    uint32_t magic;
    struct ingest *ingest;
    struct auth_identity identity;
    struct buf body, inflated;
    uint64_t reserved_bytes;
    bool is_authenticated, is_import, is_archive;
};

/* Is it a list as --accept-accounts takes it? */
static bool check_accounts(struct str text, struct error *error) {
    if (text.size == 0 || str_is(text, "any"))
        return true;
    while (text.size > 0) {
        struct str account = str_trim(str_cut(&text, ','));
        if (!aws_is_account_id(account))
            return error_set(error, ERROR_INVALID,
                "option accept-accounts: `%.*s' is no account id: write `any', or ids of 12 digits with "
                "commas",
                STR(account));
    }
    return true;
}

static bool is_listed(struct str list, struct str account) {
    while (list.size > 0) {
        if (str_equals(str_trim(str_cut(&list, ',')), account))
            return true;
    }
    return false;
}

/* The operator may send for every account that is taken; everybody else for their own only. */
static bool accepts_account(struct str account, void *context) {
    const struct upload *upload = context;
    const struct ingest *ingest = upload->ingest;
    const struct auth_principal *principal = &upload->identity.principal;
    if (!principal->is_root && !str_equals(account, principal->account))
        return false;
    if (ingest->options.accept_accounts.size == 0)
        return auth_has_account(ingest->options.auth, account);
    return str_is(ingest->options.accept_accounts, "any") ||
           is_listed(ingest->options.accept_accounts, account);
}

/* Asked for events above 256 KiB only, which are rare. */
static bool takes_large(struct str account, void *context) {
    const struct upload *upload = context;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_store *stores = NULL;
    size_t count = 0;
    if (upload->ingest->options.catalog == NULL)
        return false;
    catalog_store_list(upload->ingest->options.catalog, account, STR_EMPTY, &arena, &stores, &count);
    for (size_t i = 0; i < count; i++)
        if (stores[i].takes_large_events && stores[i].status == CATALOG_STORE_ENABLED)
            return true;
    return false;
}

/* Before the memory is taken. Half of it is for senders whose signature was checked: nobody else may fill
 * it with bodies that never end. */
static bool reserve(struct upload *upload, uint64_t bytes) {
    struct ingest *ingest = upload->ingest;
    uint64_t bytes_max = ingest->options.memory_bytes_max / (upload->is_authenticated ? 1 : 2);
    uint64_t before = atomic_fetch_add(&ingest->memory_bytes, bytes);
    if (before + bytes > bytes_max) {
        atomic_fetch_sub(&ingest->memory_bytes, bytes);
        return false;
    }
    upload->reserved_bytes += bytes;
    return true;
}

static void release(struct upload *upload, uint64_t bytes) {
    atomic_fetch_sub(&upload->ingest->memory_bytes, bytes);
    upload->reserved_bytes -= bytes;
}

static bool query_says(struct str query, const char *flag) {
    while (query.size > 0) {
        struct str value = str_cut(&query, '&');
        struct str name = str_cut(&value, '=');
        if (str_is(name, flag))
            return str_is(value, "true");
    }
    return false;
}

/* `payload_hash` is empty where the body is still to come and x-amz-content-sha256 stands for it. */
static bool authenticate(struct upload *upload, struct http_exchange *exchange, struct str payload_hash) {
    struct arena *arena = http_arena(exchange);
    struct auth_request request = {.request = auth_request_of(exchange),
        .service = "cairn",
        .now = clock_now(upload->ingest->options.clock)};
    request.request.payload_hash = payload_hash;
    struct auth_refusal refusal = {0};
    if (!auth_authenticate(upload->ingest->options.auth, arena, &request, &upload->identity, &refusal)) {
        ingest_answer_error(exchange, refusal.status, refusal.code, refusal.message);
        return false;
    }
    const struct auth_principal *principal = &upload->identity.principal;
    upload->is_authenticated = true;
    if (auth_allows(principal, AUTH_SEND_EVENTS))
        return true;
    struct str denial = auth_denial(arena, principal, STR_LITERAL("cairn:PutEvents"), STR_EMPTY);
    ingest_answer_error(exchange, 400, "AccessDeniedException", denial);
    return false;
}

static void answer_overloaded(struct http_exchange *exchange) {
    http_set_header(exchange, "Retry-After", STR_LITERAL("1"));
    ingest_answer_error(exchange, 429, "ThrottlingException", STR_LITERAL("Rate exceeded"));
}

static void answer_too_large(struct http_exchange *exchange) {
    ingest_answer_error(exchange, 413, "RequestEntityTooLargeException",
        STR_LITERAL("A request holds at most 64 MiB and 262144 records, inflated: send several."));
}

static void on_headers(struct http_exchange *exchange, void *context) {
    struct ingest *ingest = context;
    if (!str_is(http_method(exchange), "POST")) {
        http_set_header(exchange, "Allow", STR_LITERAL("POST"));
        ingest_answer_error(exchange, 405, "MethodNotAllowed", STR_LITERAL("Send records with POST."));
        return;
    }
    uint64_t length = 0;
    if (str_to_u64(http_header_value(exchange, "Content-Length"), &length) &&
        length > INGEST_BODY_BYTES_MAX) {
        answer_too_large(exchange);
        return;
    }
    struct upload *upload = MEM_NEW(struct upload);
    *upload = (struct upload){.magic = UPLOAD_MAGIC,
        .ingest = ingest,
        .body = BUF_INIT(INGEST_BODY_BYTES_MAX + JSON_PADDING),
        .inflated = BUF_INIT(INGEST_BODY_BYTES_MAX + JSON_PADDING),
        .is_import = query_says(http_query(exchange), "import"),
        .is_archive = query_says(http_query(exchange), "archive")};
    http_attach(exchange, upload);
    /* A client that names the body's hash is refused before it sends; another one after. */
    bool is_early = http_has_header(exchange, "x-amz-content-sha256");
    if (is_early && authenticate(upload, exchange, STR_EMPTY) && !reserve(upload, length))
        answer_overloaded(exchange);
}

static void on_body(struct http_exchange *exchange, struct bytes piece, void *context) {
    struct upload *upload = http_attachment(exchange);
    (void)context;
    if (http_has_answer(exchange))
        return;
    ASSERT_IS(upload, UPLOAD);
    if (upload->body.size + piece.size > INGEST_BODY_BYTES_MAX) {
        answer_too_large(exchange);
    } else if (upload->body.size + piece.size > upload->reserved_bytes && !reserve(upload, piece.size)) {
        answer_overloaded(exchange);
    } else {
        buf_append_bytes(&upload->body, piece);
    }
}

/* The signature covers the hash of the body that came; false where it was answered. */
static bool check_body(struct http_exchange *exchange, struct upload *upload) {
    uint8_t hash[SHA256_SIZE];
    char text[2 * SHA256_SIZE];
    hash_sha256(buf_bytes(&upload->body), hash);
    hex_encode(BYTES_OF(hash), text);
    struct str payload_hash = str_of(text, sizeof text);
    if (!upload->is_authenticated)
        return authenticate(upload, exchange, arena_str(http_arena(exchange), payload_hash));
    if (str_equals(payload_hash, upload->identity.payload_hash))
        return true;
    ingest_answer_error(exchange, 400, "InvalidSignatureException",
        STR_LITERAL(
            "The request signature we calculated does not match the signature you provided: the body is not "
            "the one that was signed."));
    return false;
}

/* How large the body says it is inflated: true of what compressors make, and no more than a claim. */
static uint64_t claimed_size(struct bytes gzip) {
    enum { SIZE_FIELD = 4, EXPANSION_MAX = 1032, CLAIM_MIN = 1024 };
    uint64_t claimed = gzip.size < SIZE_FIELD ? 0 : load_u32(gzip.data + gzip.size - SIZE_FIELD);
    uint64_t most = (uint64_t)gzip.size * EXPANSION_MAX;
    claimed = claimed < most ? claimed : most;
    claimed = claimed > CLAIM_MIN ? claimed : CLAIM_MIN;
    return claimed < INGEST_BODY_BYTES_MAX ? claimed : INGEST_BODY_BYTES_MAX;
}

/* Inflate the body into memory that is reserved for as much as it claims, then for the most there may be. */
static bool inflate(struct http_exchange *exchange, struct upload *upload) {
    struct error error = {0};
    struct buf *text = &upload->inflated;
    uint64_t sizes[] = {claimed_size(buf_bytes(&upload->body)), INGEST_BODY_BYTES_MAX};
    bool done = false;
    for (size_t i = 0; !done && i < sizeof sizes / sizeof *sizes; i++) {
        if (!reserve(upload, sizes[i])) {
            answer_overloaded(exchange);
            return false;
        }
        *text = BUF_INIT(sizes[i]);
        done = gzip_inflate(buf_bytes(&upload->body), text, &error);
        if (!done)
            buf_finish(text);
        release(upload, done ? sizes[i] - text->size : sizes[i]);
        if (!done && error.kind != ERROR_LIMIT) {
            ingest_answer_error(exchange, 400, "SerializationException", str_from(error.message));
            return false;
        }
    }
    if (!done) {
        answer_too_large(exchange);
        return false;
    }
    text->limit = INGEST_BODY_BYTES_MAX + JSON_PADDING;
    release(upload, upload->body.size);
    buf_finish(&upload->body);
    return true;
}

/* The plain body, followed by padding; false where it was answered. */
static bool plain_body(struct http_exchange *exchange, struct upload *upload, struct str *ret_text) {
    struct buf *text = &upload->body;
    if (gzip_is(buf_bytes(text))) {
        if (!inflate(exchange, upload))
            return false;
        text = &upload->inflated;
    }
    size_t size = text->size;
    void *padding = buf_reserve(text, JSON_PADDING);
    ASSERT(padding != NULL);
    memset(padding, 0, JSON_PADDING);
    *ret_text = str_of(text->data, size);
    return true;
}

/* A batch being filled. `problem`: why it was broken off, ERROR_LIMIT or ERROR_UNAVAILABLE. */
struct filling {
    struct upload *upload;
    struct admission_batch *batch;
    struct error problem;
};

static bool add_record(struct str record, void *context) {
    struct filling *filling = context;
    size_t count = admission_batch_count(filling->batch);
    if (count == INGEST_RECORDS_MAX)
        return error_set(&filling->problem, ERROR_LIMIT, "more than %d records", INGEST_RECORDS_MAX);
    if (count % RECORDS_STEP == 0 && !reserve(filling->upload, RECORDS_STEP * RECORD_WEIGHT))
        return error_set(&filling->problem, ERROR_UNAVAILABLE, "no memory for more records");
    admission_batch_add(filling->batch, record);
    return true;
}

static void add_lines(struct filling *filling, struct str text) {
    bool goes_on = true;
    while (text.size > 0 && goes_on) {
        struct str line = str_trim(str_cut(&text, '\n'));
        if (line.size > 0 && line.data[line.size - 1] == '\r')
            line = str_trim(str_slice(line, 0, line.size - 1));
        goes_on = line.size == 0 || add_record(line, filling);
    }
}

/* A line of NDJSON is an event, which has an eventVersion; the other form has Records or is an array. */
static bool is_lines(struct json_parser *parser, struct str text) {
    struct str first = str_trim(str_cut(&text, '\n'));
    struct json_value value = JSON_MISSING;
    struct error ignored = {0};
    if (first.size == 0 || first.data[0] != '{' || !json_parse(parser, first, &value, &ignored))
        return false;
    return !json_exists(json_get(value, "Records"));
}

/* False where it was answered. */
static bool fill_batch(struct http_exchange *exchange, struct filling *filling, struct str text) {
    struct json_parser *parser = json_parser_create();
    struct error error = {0};
    bool done = true;
    if (is_lines(parser, text))
        add_lines(filling, text);
    else
        done = json_split_records(parser, text, add_record, filling, &error);
    json_parser_destroy(parser);
    if (filling->problem.kind == ERROR_LIMIT)
        answer_too_large(exchange);
    else if (filling->problem.kind == ERROR_UNAVAILABLE)
        answer_overloaded(exchange);
    else if (!done)
        ingest_answer_error(exchange, 400, "SerializationException", str_from(error.message));
    return done && filling->problem.kind == ERROR_NONE;
}

static void submit(struct http_exchange *exchange, struct upload *upload, struct admission_batch *batch) {
    struct error error = {0};
    if (admission_submit(upload->ingest->options.admission, batch, SUBMIT_TIMEOUT_MS, &error)) {
        ingest_answer_batch(exchange, batch);
        return;
    }
    if (error.kind == ERROR_LIMIT || admission_stats(upload->ingest->options.admission).is_refusing)
        ingest_answer_error(exchange, 503, "ServiceUnavailable", str_from(error.message));
    else
        answer_overloaded(exchange);
}

static void on_complete(struct http_exchange *exchange, void *context) {
    struct upload *upload = http_attachment(exchange);
    (void)context;
    if (http_has_answer(exchange))
        return;
    ASSERT_IS(upload, UPLOAD);
    struct str text = STR_EMPTY;
    if (!check_body(exchange, upload) || !plain_body(exchange, upload, &text))
        return;
    if (!reserve(upload, text.size)) { /* the batch keeps a copy */
        answer_overloaded(exchange);
        return;
    }
    const struct auth_principal *principal = &upload->identity.principal;
    struct admission_sender sender = {
        .door = upload->is_import ? EVENT_DOOR_IMPORT : EVENT_DOOR_EVENTS,
        .principal = principal->arn,
        .is_archive = upload->is_archive,
        .may_send_reserved = upload->is_import && principal->role == CATALOG_ROLE_ADMIN,
        .accepts_account = accepts_account,
        .takes_large = takes_large,
        .context = upload,
    };
    struct admission_batch *batch = admission_batch_create(upload->ingest->options.admission, &sender);
    struct filling filling = {.upload = upload, .batch = batch};
    if (fill_batch(exchange, &filling, text))
        submit(exchange, upload, batch);
    admission_batch_destroy(batch);
}

static void on_close(struct http_exchange *exchange, void *context) {
    struct upload *upload = http_attachment(exchange);
    (void)context;
    if (upload == NULL)
        return;
    atomic_fetch_sub(&upload->ingest->memory_bytes, upload->reserved_bytes);
    buf_finish(&upload->body);
    buf_finish(&upload->inflated);
    mem_wipe(&upload->identity, sizeof upload->identity);
    mem_free(upload);
}

struct ingest *ingest_create(const struct ingest_options *options, struct error *error) {
    if (!check_accounts(options->accept_accounts, error))
        return NULL;
    struct ingest *ingest = MEM_NEW(struct ingest);
    ingest->options = *options;
    ingest->accounts = mem_copy(options->accept_accounts.data, options->accept_accounts.size);
    ingest->options.accept_accounts = str_from(ingest->accounts);
    ingest->service = (struct http_service){on_headers, on_body, on_complete, on_close, ingest};
    return ingest;
}

void ingest_destroy(struct ingest *ingest) {
    if (ingest == NULL)
        return;
    ASSERT(atomic_load(&ingest->memory_bytes) == 0);
    mem_free(ingest->accounts);
    mem_free(ingest);
}

const struct http_service *ingest_service(struct ingest *ingest) {
    return &ingest->service;
}
