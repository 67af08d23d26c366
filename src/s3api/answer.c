/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer: every way an exchange ends. The call is reported first; where that fails, the client is told
 * that the service is unavailable, whatever was done.
 */
#include "base/check.h"
#include "base/own.h"
#include "codec/text.h"
#include "codec/xml.h"
#include "objects/reader.h"

#include "exchange.h"
#include "record.h"

static const struct {
    const char *code;
    unsigned status;
} ERRORS[] = {
#define S3_ERROR(code, status) {code, status},
#include "error_table.h"
#undef S3_ERROR
};

static void set_common_headers(struct s3api_exchange *exchange) {
    struct http_exchange *http = exchange->http;
    http_set_header(http, "x-amz-request-id", exchange->request_id);
    http_set_header(http, "x-amz-id-2", exchange->host_id);
    http_set_header(http, "Server", STR_LITERAL("AmazonS3"));
    /* No object may act as a page beside the console, which is of the same origin. */
    http_set_header(http, "Content-Security-Policy", STR_LITERAL("sandbox; default-src 'none'"));
    http_set_header(http, "X-Content-Type-Options", STR_LITERAL("nosniff"));
}

static struct buf error_document(struct s3api_exchange *exchange, const struct s3api_outcome *outcome) {
    struct buf xml = BUF_INIT(BUF_UNBOUNDED);
    (void)buf_append_text(&xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml_open(&xml, "Error");
    xml_element(&xml, "Code", outcome->code);
    xml_element(&xml, "Message", outcome->message);
    if (exchange->request.bucket.size > 0)
        xml_element(&xml, "BucketName", exchange->request.bucket);
    if (exchange->request.key.size > 0)
        xml_element(&xml, "Key", exchange->request.key);
    xml_element(&xml, "Resource", http_path(exchange->http));
    xml_element(&xml, "RequestId", exchange->request_id);
    xml_element(&xml, "HostId", exchange->host_id);
    xml_close(&xml, "Error");
    return xml;
}

static void send_error(struct s3api_exchange *exchange, const struct s3api_outcome *outcome) {
    SCOPED(buf_finish) struct buf xml = error_document(exchange, outcome);
    set_common_headers(exchange);
    if (outcome->status == 304) {
        http_answer(exchange->http, 304, (struct bytes){0});
        return;
    }
    http_set_header(exchange->http, "Content-Type", STR_LITERAL("application/xml"));
    http_answer(exchange->http, outcome->status, buf_bytes(&xml));
}

/* True where the answer may go out as it was meant. */
static bool may_answer(struct s3api_exchange *exchange, const struct s3api_outcome *outcome) {
    struct error error = {0};
    ASSERT(!http_has_answer(exchange->http));
    if (s3api_record_admit(exchange, outcome, &error))
        return true;
    send_error(exchange,
        &(struct s3api_outcome){.status = 503,
            .code = STR_LITERAL("SlowDown"),
            .message = STR_LITERAL("The call could not be recorded. Please reduce your request rate.")});
    return false;
}

static unsigned status_of(struct str code) {
    for (size_t i = 0; i < sizeof(ERRORS) / sizeof(ERRORS[0]); i++) {
        if (str_is(code, ERRORS[i].code))
            return ERRORS[i].status;
    }
    return 0;
}

void s3api_answer_error(struct s3api_exchange *exchange, const struct error *error) {
    struct str message = str_from(error->message), code = str_cut(&message, ':');
    struct s3api_outcome outcome = {status_of(code), code, str_trim(message), 0};
    if (outcome.status == 0 || outcome.status == 500)
        outcome = (struct s3api_outcome){.status = 500,
            .code = STR_LITERAL("InternalError"),
            .message = STR_LITERAL("We encountered an internal error. Please try again.")};
    if (may_answer(exchange, &outcome))
        send_error(exchange, &outcome);
}

void s3api_answer_refusal(struct s3api_exchange *exchange, const struct auth_refusal *refusal) {
    struct s3api_outcome outcome = {refusal->status, str_from(refusal->code), refusal->message, 0};
    if (may_answer(exchange, &outcome))
        send_error(exchange, &outcome);
}

void s3api_answer_empty(struct s3api_exchange *exchange, unsigned status) {
    if (!may_answer(exchange, &(struct s3api_outcome){.status = status}))
        return;
    set_common_headers(exchange);
    http_answer(exchange->http, status, (struct bytes){0});
}

void s3api_answer_body(struct s3api_exchange *exchange, const char *content_type, struct bytes body) {
    if (!may_answer(exchange, &(struct s3api_outcome){.status = 200, .bytes_out = body.size}))
        return;
    set_common_headers(exchange);
    http_set_header(exchange->http, "Content-Type", str_from(content_type));
    http_answer(exchange->http, 200, body);
}

struct stream {
    struct objects_reader *reader;
    uint64_t offset, size;
};

static int64_t read_stream(void *reader, uint64_t offset, void *data, size_t size) {
    struct stream *stream = reader;
    struct error error = {0};
    size_t got = 0;
    if (offset >= stream->size)
        return 0;
    if (size > stream->size - offset)
        size = (size_t)(stream->size - offset);
    /* A failure in the middle can only be told by breaking off. */
    return objects_reader_read(stream->reader, stream->offset + offset, data, size, &got, &error)
               ? (int64_t)got
               : -1;
}

static void close_stream(void *reader) {
    struct stream *stream = reader;
    objects_reader_close(stream->reader);
    mem_free(stream);
}

void s3api_answer_stream(struct s3api_exchange *exchange, const struct s3api_stream *stream) {
    bool is_head = str_is(exchange->request.method, "HEAD");
    struct s3api_outcome outcome = {.status = stream->status, .bytes_out = is_head ? 0 : stream->size};
    if (!may_answer(exchange, &outcome)) {
        objects_reader_close(stream->owned_reader);
        return;
    }
    set_common_headers(exchange);
    struct stream *owned = MEM_NEW(struct stream);
    *owned = (struct stream){stream->owned_reader, stream->offset, stream->size};
    http_answer_stream(exchange->http, stream->status, stream->size, read_stream, close_stream, owned);
}

struct buf s3api_xml_begin(const char *root) {
    struct buf xml = BUF_INIT(BUF_UNBOUNDED); /* lists have at most a thousand entries */
    (void)buf_append_format(
        &xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<%s xmlns=\"" S3API_XML_NAMESPACE "\">", root);
    return xml;
}

void s3api_answer_xml(struct s3api_exchange *exchange, struct buf *xml) {
    s3api_answer_body(exchange, "application/xml", buf_bytes(xml));
    buf_finish(xml);
}

void s3api_xml_number(struct buf *xml, const char *name, uint64_t number) {
    (void)buf_append_format(xml, "<%s>%llu</%s>", name, (unsigned long long)number, name);
}

void s3api_xml_boolean(struct buf *xml, const char *name, bool boolean) {
    xml_element(xml, name, str_from(boolean ? "true" : "false"));
}

void s3api_xml_time(struct buf *xml, const char *name, struct moment moment) {
    struct civil_time civil = time_civil(moment);
    (void)buf_append_format(xml, "<%s>%04d-%02d-%02dT%02d:%02d:%02d.%03dZ</%s>", name, civil.year,
        civil.month, civil.day, civil.hour, civil.minute, civil.second, civil.millisecond, name);
}

void s3api_xml_etag(struct buf *xml, struct str etag) {
    (void)buf_append_format(xml, "<ETag>&quot;%.*s&quot;</ETag>", STR(etag));
}

void s3api_xml_identity(struct buf *xml, struct str account) {
    uint8_t hash[SHA256_SIZE];
    char id[2 * SHA256_SIZE];
    /* Canonical user ids are 64 hex digits that tell nothing; ours are the account's hash. */
    hash_sha256(str_bytes(account), hash);
    hex_encode(BYTES_OF(hash), id);
    xml_element(xml, "ID", str_of(id, sizeof(id)));
    xml_element(xml, "DisplayName", account);
}

void s3api_xml_owner(struct buf *xml, const char *name, struct str account) {
    xml_open(xml, name);
    s3api_xml_identity(xml, account);
    xml_close(xml, name);
}
