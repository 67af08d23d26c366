/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sources.c: the door. Who has no token is answered at the headers and keeps no memory; memory is
 * reserved before it is taken, for the body and for the records that are made of it; an answer of 200 comes
 * when all of them are durable.
 */
#include "sources/sources.h"

#include "admission/admission.h"
#include "aws/arn.h"
#include "base/check.h"
#include "base/own.h"
#include "sys/clock.h"

#include "source.h"

#include <stdatomic.h>
#include <string.h>

enum {
    TOKEN_SIZE_MIN = 16,
    SUBMIT_TIMEOUT_MS = 3000, /* MinIO gives up after 5 s */
    UPLOAD_MAGIC = 0x50c4ce5,
    PARSED_WEIGHT = 4,   /* memory that a body takes while it is read, in its own size */
    RECORD_WEIGHT = 256, /* memory that a record takes beside its bytes */
};

static const struct kind {
    const char *name, *path;
    bool (*read)(struct source_reading *reading, struct str body, struct error *error);
} kinds[] = {
    {"minio", "/sources/minio", sources_read_minio},
    {"kubernetes", "/sources/kubernetes", sources_read_kubernetes},
};
enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

struct source {
    struct source_entry entry; /* texts in the arena; account and region are set */
    const struct kind *kind;
    struct str principal; /* of its records: "source/NAME" */
};

struct sources {
    struct arena arena;
    struct sources_options options;
    struct source *items;
    size_t count;
    struct http_service service;
    _Atomic uint64_t memory_bytes;
};

struct upload {
    uint32_t magic;
    struct sources *sources;
    const struct source *source;
    struct buf body;
    uint64_t reserved_bytes;
};

/* ---- answers ---- */

static void answer(struct http_exchange *exchange, unsigned status, struct buf *body) {
    http_set_header(exchange, "Content-Type", STR_LITERAL("application/json"));
    http_answer(exchange, status, buf_bytes(body));
    buf_finish(body);
}

static void answer_error(
    struct http_exchange *exchange, unsigned status, const char *type, struct str message) {
    struct buf body = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&body);
    json_begin_object(&writer);
    json_member_string(&writer, "__type", str_from(type));
    json_member_string(&writer, "Message", message);
    json_end_object(&writer);
    answer(exchange, status, &body);
}

static void answer_overloaded(struct http_exchange *exchange) {
    http_set_header(exchange, "Retry-After", STR_LITERAL("1"));
    answer_error(exchange, 429, "ThrottlingException", STR_LITERAL("Rate exceeded: send it again later."));
}

static void answer_too_large(struct http_exchange *exchange) {
    answer_error(exchange, 413, "RequestEntityTooLargeException",
        STR_LITERAL("A request holds at most 16 MiB and 10000 events: send smaller batches."));
}

/* ---- who sends ---- */

static const struct kind *kind_of_path(struct str path) {
    if (path.size > 1 && path.data[path.size - 1] == '/')
        path = str_slice(path, 0, path.size - 1);
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (str_is(path, kinds[i].path))
            return &kinds[i];
    return NULL;
}

/* "Bearer TOKEN", or the token alone, as MinIO sends what stands in auth_token. */
static struct str token_of(struct http_exchange *exchange) {
    struct str token = str_trim(http_header_value(exchange, "Authorization"));
    if (token.size > 7 && str_equals_ignoring_case(str_slice(token, 0, 7), STR_LITERAL("Bearer ")))
        token = str_trim(str_slice(token, 7, SIZE_MAX));
    return token;
}

/* Looks at every source, so that the time tells nothing of which one it is. */
static const struct source *source_of_token(
    const struct sources *sources, const struct kind *kind, struct str token) {
    const struct source *found = NULL;
    for (size_t i = 0; i < sources->count; i++) {
        const struct source *source = &sources->items[i];
        bool is_right = bytes_equal_in_constant_time(str_bytes(source->entry.token), str_bytes(token));
        if (is_right && source->kind == kind)
            found = source;
    }
    return found;
}

/* ---- the body ---- */

static bool reserve(struct upload *upload, uint64_t bytes) {
    struct sources *sources = upload->sources;
    uint64_t before = atomic_fetch_add(&sources->memory_bytes, bytes);
    if (before + bytes > sources->options.memory_bytes_max) {
        atomic_fetch_sub(&sources->memory_bytes, bytes);
        return false;
    }
    upload->reserved_bytes += bytes;
    return true;
}

static void on_headers(struct http_exchange *exchange, void *context) {
    struct sources *sources = context;
    const struct kind *kind = kind_of_path(http_path(exchange));
    if (kind == NULL) {
        answer_error(
            exchange, 404, "NotFound", STR_LITERAL("There are /sources/minio and /sources/kubernetes."));
        return;
    }
    if (!str_is(http_method(exchange), "POST") && !str_is(http_method(exchange), "PUT")) {
        http_set_header(exchange, "Allow", STR_LITERAL("POST"));
        answer_error(exchange, 405, "MethodNotAllowed", STR_LITERAL("Send events with POST."));
        return;
    }
    const struct source *source = source_of_token(sources, kind, token_of(exchange));
    if (source == NULL) {
        http_set_header(exchange, "WWW-Authenticate", STR_LITERAL("Bearer"));
        answer_error(exchange, 401, "UnauthorizedException",
            STR_LITERAL(
                "The header Authorization must be `Bearer TOKEN' with the token of a [source] section of "
                "this kind."));
        return;
    }
    uint64_t length = 0;
    bool has_length = str_to_u64(http_header_value(exchange, "Content-Length"), &length);
    if (has_length && length > SOURCES_BODY_BYTES_MAX) {
        answer_too_large(exchange);
        return;
    }
    struct upload *upload = MEM_NEW(struct upload);
    *upload = (struct upload){.magic = UPLOAD_MAGIC,
        .sources = sources,
        .source = source,
        .body = BUF_INIT(SOURCES_BODY_BYTES_MAX)};
    http_attach(exchange, upload);
    if (!reserve(upload, has_length ? length : 0))
        answer_overloaded(exchange);
}

static void on_body(struct http_exchange *exchange, struct bytes piece, void *context) {
    struct upload *upload = http_attachment(exchange);
    (void)context;
    if (http_has_answer(exchange))
        return;
    ASSERT_IS(upload, UPLOAD);
    if (upload->body.size + piece.size > SOURCES_BODY_BYTES_MAX)
        answer_too_large(exchange);
    else if (upload->body.size + piece.size > upload->reserved_bytes && !reserve(upload, piece.size))
        answer_overloaded(exchange);
    else
        buf_append_bytes(&upload->body, piece);
}

/* ---- events ---- */

struct filling {
    struct upload *upload;
    struct admission_batch *batch;
    bool is_overloaded;
};

static bool on_record(struct str record, void *context) {
    struct filling *filling = context;
    filling->is_overloaded = !reserve(filling->upload, record.size + RECORD_WEIGHT);
    if (!filling->is_overloaded)
        admission_batch_add(filling->batch, record);
    return !filling->is_overloaded;
}

/* False where it was answered. */
static bool fill(struct http_exchange *exchange, struct filling *filling, size_t *ret_skipped) {
    const struct upload *upload = filling->upload;
    struct error error = {0};
    struct source_reading reading = {.entry = &upload->source->entry,
        .now = clock_now(upload->sources->options.clock),
        .on_record = on_record,
        .context = filling};
    sources_reading_init(&reading);
    bool done = upload->source->kind->read(&reading, buf_str(&upload->body), &error);
    *ret_skipped = reading.skipped_count;
    sources_reading_finish(&reading);
    if (filling->is_overloaded)
        answer_overloaded(exchange);
    else if (!done && error.kind == ERROR_LIMIT)
        answer_too_large(exchange);
    else if (!done)
        answer_error(exchange, 400, "SerializationException", str_from(error.message));
    return done && !filling->is_overloaded;
}

static void answer_batch(
    struct http_exchange *exchange, const struct admission_batch *batch, size_t skipped) {
    size_t counts[ADMISSION_REFUSED + 1] = {0};
    struct buf body = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&body);
    const char *reason = NULL;
    for (size_t i = 0; i < admission_batch_count(batch); i++) {
        struct admission_result result = admission_batch_result(batch, i);
        counts[result.outcome]++;
        if (result.outcome == ADMISSION_REFUSED && reason == NULL)
            reason = result.reason;
    }
    json_begin_object(&writer);
    if (reason != NULL) {
        json_member_string(&writer, "__type", STR_LITERAL("ValidationException"));
        json_member_string(&writer, "Message", str_from(reason));
    }
    json_member_i64(&writer, "Accepted", (int64_t)counts[ADMISSION_ACCEPTED]);
    json_member_i64(&writer, "Duplicate", (int64_t)counts[ADMISSION_DUPLICATE]);
    json_member_i64(&writer, "Refused", (int64_t)counts[ADMISSION_REFUSED]);
    json_member_i64(&writer, "Skipped", (int64_t)skipped);
    json_end_object(&writer);
    answer(exchange, reason == NULL ? 200 : 400, &body);
}

static void submit(struct http_exchange *exchange, const struct upload *upload, struct admission_batch *batch,
    size_t skipped) {
    struct admission *admission = upload->sources->options.admission;
    struct error error = {0};
    if (admission_batch_count(batch) == 0 || admission_submit(admission, batch, SUBMIT_TIMEOUT_MS, &error))
        answer_batch(exchange, batch, skipped);
    else if (error.kind == ERROR_LIMIT || admission_stats(admission).is_refusing)
        answer_error(exchange, 503, "ServiceUnavailable", str_from(error.message));
    else
        answer_overloaded(exchange);
}

static void on_complete(struct http_exchange *exchange, void *context) {
    struct upload *upload = http_attachment(exchange);
    (void)context;
    if (http_has_answer(exchange))
        return;
    ASSERT_IS(upload, UPLOAD);
    struct admission_sender sender = {
        .door = EVENT_DOOR_SOURCE, .principal = upload->source->principal, .is_witnessed = false};
    struct admission_batch *batch = admission_batch_create(upload->sources->options.admission, &sender);
    struct filling filling = {.upload = upload, .batch = batch};
    size_t skipped = 0;
    if (!reserve(upload, PARSED_WEIGHT * upload->body.size))
        answer_overloaded(exchange);
    else if (fill(exchange, &filling, &skipped))
        submit(exchange, upload, batch, skipped);
    admission_batch_destroy(batch);
}

static void on_close(struct http_exchange *exchange, void *context) {
    struct upload *upload = http_attachment(exchange);
    (void)context;
    if (upload == NULL)
        return;
    atomic_fetch_sub(&upload->sources->memory_bytes, upload->reserved_bytes);
    buf_finish(&upload->body);
    mem_free(upload);
}

/* ---- life ---- */

static bool refuse(const struct source_entry *entry, struct error *error, const char *why) {
    return error_set(error, ERROR_INVALID, "[source \"%.*s\"]: %s", STR(entry->name), why);
}

static bool check_entry(const struct sources *sources, const struct source *source, struct error *error) {
    const struct source_entry *entry = &source->entry;
    if (source->kind == NULL)
        return refuse(entry, error, "kind takes minio or kubernetes");
    if (entry->token.size < TOKEN_SIZE_MIN)
        return refuse(
            entry, error, "token takes at least 16 characters: make one with `openssl rand -hex 32'");
    if (!aws_is_account_id(entry->account))
        return refuse(entry, error, "account takes 12 digits");
    if (!aws_is_region(entry->region))
        return refuse(entry, error, "region takes a region like us-east-1");
    for (size_t i = 0; i < sources->count; i++)
        if (sources->items[i].kind == source->kind && str_equals(sources->items[i].entry.token, entry->token))
            return refuse(entry, error, "token is that of another source already");
    return true;
}

static struct source copy_entry(struct sources *sources, const struct source_entry *from) {
    struct arena *arena = &sources->arena;
    struct str account = from->account.size > 0 ? from->account : sources->options.account;
    struct str region = from->region.size > 0 ? from->region : sources->options.region;
    struct source source = {.entry = {.name = arena_str(arena, from->name),
                                .kind = arena_str(arena, from->kind),
                                .token = arena_str(arena, from->token),
                                .account = arena_str(arena, account),
                                .region = arena_str(arena, region)},
        .principal = arena_format(arena, "source/%.*s", STR(from->name))};
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (str_is(from->kind, kinds[i].name))
            source.kind = &kinds[i];
    return source;
}

static void destroyp(struct sources **sources) {
    sources_destroy(*sources);
}

struct sources *sources_create(const struct sources_options *options, struct error *error) {
    SCOPED(destroyp) struct sources *sources = MEM_NEW(struct sources);
    sources->options = *options;
    sources->service = (struct http_service){on_headers, on_body, on_complete, on_close, sources};
    sources->items = ARENA_ARRAY(&sources->arena, options->entry_count, struct source);
    for (size_t i = 0; i < options->entry_count; i++) {
        struct source source = copy_entry(sources, &options->entries[i]);
        if (!check_entry(sources, &source, error))
            return NULL;
        sources->items[sources->count++] = source;
    }
    return TAKE(sources);
}

void sources_destroy(struct sources *sources) {
    if (sources == NULL)
        return;
    ASSERT(atomic_load(&sources->memory_bytes) == 0);
    for (size_t i = 0; i < sources->count; i++) {
        struct str token = sources->items[i].entry.token;
        mem_wipe((char *)(uintptr_t)token.data, token.size);
    }
    arena_finish(&sources->arena);
    mem_free(sources);
}

const struct http_service *sources_service(struct sources *sources) {
    return &sources->service;
}
