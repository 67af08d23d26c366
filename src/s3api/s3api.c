/* SPDX-License-Identifier: Apache-2.0 */
/*
 * s3api: the life of an exchange. Headers: who is it, what is asked, may they, is there such a bucket.
 * Body: decoded, hashed, and kept or streamed to an upload. End: the handler answers.
 */
#include "s3api.h"

#include "admission/admission.h"
#include "base/check.h"
#include "base/own.h"
#include "codec/text.h"
#include "sys/clock.h"
#include "sys/random.h"

#include "exchange.h"
#include "handlers.h"

enum { SMALL_BODY_SIZE_MAX = 4 * 1024 * 1024, REQUEST_ID_SIZE = 16, HOST_ID_RANDOM_SIZE = 56 };

struct str s3api_header(const struct s3api_exchange *exchange, const char *name) {
    return http_header_value(exchange->http, name);
}

static bool has_header(const char *name, void *context) {
    const struct s3api_exchange *exchange = context;
    return http_has_header(exchange->http, name);
}

static void make_ids(struct s3api_exchange *exchange) {
    static const char DIGITS[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    uint8_t random[HOST_ID_RANDOM_SIZE];
    char id[REQUEST_ID_SIZE];
    random_bytes(random, sizeof(random));
    for (size_t i = 0; i < sizeof(id); i++)
        id[i] = DIGITS[random[i] % (sizeof(DIGITS) - 1)];
    exchange->request_id = arena_str(exchange->arena, str_of(id, sizeof(id)));
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    random_bytes(random, sizeof(random));
    (void)base64_append(&text, BYTES_OF(random));
    exchange->host_id = arena_str(exchange->arena, buf_str(&text));
}

static bool parse(struct s3api_exchange *exchange, struct error *error) {
    struct http_exchange *http = exchange->http;
    struct s3api_request_line line = {http_method(http), s3api_header(exchange, "Host"), http_path(http),
        http_query(http), exchange->api->options.virtual_host};
    if (!s3api_request_parse(exchange->arena, &line, &exchange->request, error))
        return false;
    exchange->operation = s3api_operation_find(&exchange->request, has_header, exchange, error);
    return exchange->operation != NULL;
}

/* Old clients still presign that way; they are told what to do instead. */
static bool is_signed_by_version_2(const struct s3api_exchange *exchange) {
    return str_starts_with(s3api_header(exchange, "Authorization"), STR_LITERAL("AWS ")) ||
           (s3api_has_parameter(&exchange->request, "AWSAccessKeyId") &&
               s3api_has_parameter(&exchange->request, "Signature"));
}

static bool authenticate(struct s3api_exchange *exchange) {
    struct auth_request request = {
        .request = auth_request_of(exchange->http), .service = "s3", .now = exchange->time};
    struct auth_refusal *refusal = ARENA_NEW(exchange->arena, struct auth_refusal);
    if (auth_authenticate(
            exchange->api->options.auth, exchange->arena, &request, &exchange->identity, refusal)) {
        exchange->principal = &exchange->identity.principal;
        return true;
    }
    exchange->identity.region = refusal->region;
    if (is_signed_by_version_2(exchange)) {
        refusal->code = "InvalidRequest";
        refusal->status = 400;
        refusal->message =
            STR_LITERAL("The authorization mechanism you have provided is not supported. Please use "
                        "AWS4-HMAC-SHA256.");
    }
    s3api_answer_refusal(exchange, refusal);
    return false;
}

bool s3api_refuse_access(struct error *error) {
    return error_set(error, ERROR_DENIED, "AccessDenied: Access Denied");
}

static bool check_role(struct s3api_exchange *exchange, struct error *error) {
    const struct s3api_operation *operation = exchange->operation;
    if (auth_allows(exchange->principal, operation->is_read_only ? AUTH_BUCKETS : AUTH_CHANGE))
        return true;
    struct str action = arena_format(exchange->arena, "s3:%s", operation->name);
    struct str resource =
        exchange->request.level == S3API_SERVICE
            ? STR_LITERAL("*")
            : arena_format(exchange->arena, "arn:aws:s3:::%.*s%s%.*s", STR(exchange->request.bucket),
                  exchange->request.level == S3API_OBJECT ? "/" : "", STR(exchange->request.key));
    struct str denial = auth_denial(exchange->arena, exchange->principal, action, resource);
    return error_set(error, ERROR_DENIED, "AccessDenied: %.*s", STR(denial));
}

bool s3api_read_bucket(struct s3api_exchange *exchange, struct str name, struct objects_bucket *ret_bucket,
    struct error *error) {
    struct objects_bucket bucket;
    if (!objects_bucket_get(exchange->api->options.objects, name, exchange->arena, &bucket, error))
        return false;
    /* A bucket at another endpoint has no owner here: it is reached there, by that endpoint's rules. */
    if (bucket.is_remote || !str_equals(bucket.owner_account, exchange->principal->account))
        return s3api_refuse_access(error);
    *ret_bucket = bucket;
    return true;
}

static bool check_bucket(struct s3api_exchange *exchange, struct error *error) {
    struct str expected_owner = s3api_header(exchange, "x-amz-expected-bucket-owner");
    if (exchange->request.level == S3API_SERVICE || exchange->operation->handler == s3api_create_bucket)
        return true;
    if (!s3api_read_bucket(exchange, exchange->request.bucket, &exchange->bucket, error))
        return false;
    return expected_owner.size == 0 || str_equals(expected_owner, exchange->bucket.owner_account) ||
           s3api_refuse_access(error);
}

/* Only objects as they are: nothing is encrypted, locked or versioned here, and nobody shall think so. */
static bool check_headers(const struct s3api_exchange *exchange, struct error *error) {
    static const char *const UNSUPPORTED[] = {"x-amz-server-side-encryption",
        "x-amz-server-side-encryption-customer-algorithm", "x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-copy-source-server-side-encryption-customer-algorithm", "x-amz-object-lock-mode",
        "x-amz-object-lock-legal-hold", "x-amz-bucket-object-lock-enabled", "x-amz-tagging",
        "x-amz-website-redirect-location", "x-amz-write-offset-bytes", "x-amz-grant-full-control",
        "x-amz-grant-read", "x-amz-grant-write", "x-amz-grant-read-acp", "x-amz-grant-write-acp"};
    for (size_t i = 0; i < sizeof(UNSUPPORTED) / sizeof(UNSUPPORTED[0]); i++) {
        struct str value = s3api_header(exchange, UNSUPPORTED[i]);
        if (value.size > 0 && !str_equals_ignoring_case(value, STR_LITERAL("false")))
            return error_set(error, ERROR_INVALID,
                "NotImplemented: A header you provided implies functionality that is not implemented: %s",
                UNSUPPORTED[i]);
    }
    return true;
}

/* What could not be recorded is not done. */
static bool check_admission(const struct s3api_exchange *exchange, struct error *error) {
    struct admission *admission = exchange->api->options.admission;
    return exchange->operation->is_read_only || admission == NULL ||
           !admission_stats(admission).is_refusing ||
           error_set(error, ERROR_UNAVAILABLE,
               "ServiceUnavailable: No changes are taken: the disk is full or failing.");
}

static bool begin_body(struct s3api_exchange *exchange, struct error *error) {
    bool is_stream = exchange->operation->body == S3API_BODY_STREAM;
    struct s3api_body_options options = {
        .identity = &exchange->identity,
        .content_length = s3api_header(exchange, "Content-Length"),
        .decoded_content_length = s3api_header(exchange, "x-amz-decoded-content-length"),
        .may_be_absent = !is_stream,
    };
    if (!s3api_body_init(&exchange->body, &options, error))
        return false;
    uint64_t size = exchange->body.size_expected,
             limit = is_stream ? OBJECTS_PUT_SIZE_MAX : SMALL_BODY_SIZE_MAX;
    if (size != UINT64_MAX && size > limit)
        return error_set(
            error, ERROR_LIMIT, "EntityTooLarge: Your proposed upload exceeds the maximum allowed size");
    if (exchange->operation->handler == s3api_put_object)
        return s3api_begin_put_object(exchange, error);
    return exchange->operation->handler != s3api_upload_part || s3api_begin_upload_part(exchange, error);
}

static void on_headers(struct http_exchange *http, void *context) {
    struct s3api_exchange *exchange = MEM_NEW(struct s3api_exchange);
    struct error parse_error = {0}, error = {0};
    exchange->api = context;
    atomic_fetch_add(&exchange->api->requests, 1);
    exchange->http = http;
    exchange->arena = http_arena(http);
    exchange->time = clock_now(exchange->api->clock);
    exchange->small_body = BUF_INIT(SMALL_BODY_SIZE_MAX);
    http_attach(http, exchange);
    make_ids(exchange);
    bool is_parsed = parse(exchange, &parse_error);
    if (!authenticate(exchange))
        return;
    if (!is_parsed)
        s3api_answer_error(exchange, &parse_error);
    else if (!check_role(exchange, &error) || !check_bucket(exchange, &error) ||
             !check_headers(exchange, &error) || !check_admission(exchange, &error) ||
             !begin_body(exchange, &error))
        s3api_answer_error(exchange, &error);
}

static bool on_data(struct bytes piece, void *context, struct error *error) {
    struct s3api_exchange *exchange = context;
    if (exchange->upload != NULL)
        return objects_upload_append(exchange->upload, piece, error);
    return buf_append_bytes(&exchange->small_body, piece) ||
           error_set(
               error, ERROR_LIMIT, "EntityTooLarge: Your proposed upload exceeds the maximum allowed size");
}

static void on_body(struct http_exchange *http, struct bytes piece, void *context) {
    (void)context;
    struct s3api_exchange *exchange = http_attachment(http);
    if (http_has_answer(http) || exchange->has_failed)
        return;
    exchange->has_failed = !s3api_body_feed(&exchange->body, piece, on_data, exchange, &exchange->failure);
}

static void on_complete(struct http_exchange *http, void *context) {
    (void)context;
    struct s3api_exchange *exchange = http_attachment(http);
    if (http_has_answer(http))
        return;
    if (exchange->has_failed || !s3api_body_end(&exchange->body, &exchange->failure) ||
        !exchange->operation->handler(exchange, &exchange->failure)) {
        ASSERT(!http_has_answer(http));
        s3api_answer_error(exchange, &exchange->failure);
    }
    ASSERT(http_has_answer(http));
}

static void on_close(struct http_exchange *http, void *context) {
    (void)context;
    struct s3api_exchange *exchange = http_attachment(http);
    if (exchange == NULL)
        return;
    objects_upload_destroy(exchange->upload);
    s3api_body_finish(&exchange->body);
    buf_finish(&exchange->small_body);
    mem_wipe(&exchange->identity, sizeof(exchange->identity));
    mem_free(exchange);
}

struct s3api *s3api_create(const struct s3api_options *options, struct error *error) {
    (void)error; /* nothing here can fail yet */
    struct s3api *s3api = MEM_NEW(struct s3api);
    s3api->options = *options;
    s3api->clock = options->clock != NULL ? options->clock : clock_real();
    s3api->service = (struct http_service){on_headers, on_body, on_complete, on_close, s3api};
    return s3api;
}

void s3api_destroy(struct s3api *s3api) {
    mem_free(s3api);
}

const struct http_service *s3api_service(const struct s3api *s3api) {
    return &s3api->service;
}

struct s3api_stats s3api_stats(const struct s3api *s3api) {
    return (struct s3api_stats){atomic_load(&s3api->requests), atomic_load(&s3api->unrecorded_reads)};
}
