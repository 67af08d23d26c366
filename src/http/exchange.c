/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange: one request and its answer.
 *
 * libmicrohttpd takes an answer at two moments only: with the headers, after which it reads no
 * more and closes the connection, and after the whole body. So an answer that is given early
 * waits for the end of the body where that is near, and the connection can go on.
 */
#include "base/check.h"
#include "base/own.h"

#include "server.h"
#include "target.h"
#include "tls.h"

enum {
    EXCHANGE_MAGIC = 0x68747470,
    HEADERS_SIZE_MAX = 16 << 10, /* names and values of a request, with the target */
    DROPPED_BYTES_MAX = 16 << 20 /* of body that nobody wants */
};

enum stage { STAGE_LINE, STAGE_BODY, STAGE_ANSWERED };

/* A streamed answer's source; libmicrohttpd's response owns it. */
struct stream {
    http_read_body *read;
    void (*close)(void *reader);
    void *reader; /* NULL once closed */
    bool is_closed;
};

struct answer_header {
    const char *name, *value;
    struct answer_header *next;
};

struct http_exchange {
    uint32_t magic;
    enum stage stage;
    bool is_offered; /* to the service, which will hear of its end */
    struct arena arena;
    struct http_server *server;
    struct http_connection *connection;
    struct MHD_Connection *mhd;
    const struct http_service *service;
    struct str method, target, path, query;
    struct http_header *headers;
    size_t header_count, headers_size;
    uint64_t body_size, dropped_bytes;
    void *attachment;
    struct answer_header *answer_headers, **answer_headers_end;
    struct MHD_Response *answer; /* one reference is ours until the end */
    struct stream *stream;
    unsigned status;
};

static void close_stream(struct stream *stream) {
    if (!stream->is_closed && stream->close != NULL)
        stream->close(stream->reader);
    stream->is_closed = true;
}

static void destroy_stream(void *stream) {
    close_stream(stream);
    mem_free(stream);
}

static ssize_t read_stream(void *context, uint64_t offset, char *data, size_t size) {
    struct stream *stream = context;
    int64_t count = stream->read(stream->reader, offset, data, size);
    ASSERT(count <= (int64_t)size);
    if (count > 0)
        return (ssize_t)count;
    return count == 0 ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void set_answer(struct http_exchange *exchange, unsigned status, struct MHD_Response *owned_answer) {
    ASSERT(exchange->answer == NULL);
    ASSERT(owned_answer != NULL && status >= 200 && status <= 999);
    for (struct answer_header *it = exchange->answer_headers; it != NULL; it = it->next)
        IGNORE(MHD_add_response_header(owned_answer, it->name, it->value) == MHD_NO,
            "it refuses empty values, which may as well be left out");
    exchange->answer = owned_answer;
    exchange->status = status;
}

void http_set_header(struct http_exchange *exchange, const char *name, struct str value) {
    struct answer_header *header = ARENA_NEW(&exchange->arena, struct answer_header);
    header->name = arena_text(&exchange->arena, str_from(name));
    header->value = http_target_clean(&exchange->arena, value).data;
    *exchange->answer_headers_end = header;
    exchange->answer_headers_end = &header->next;
}

void http_answer(struct http_exchange *exchange, unsigned status, struct bytes body) {
    set_answer(exchange, status,
        MHD_create_response_from_buffer(body.size, (void *)(uintptr_t)body.data, MHD_RESPMEM_MUST_COPY));
}

void http_answer_owned(struct http_exchange *exchange, unsigned status, char *owned_body, size_t size) {
    set_answer(
        exchange, status, MHD_create_response_from_buffer_with_free_callback(size, owned_body, mem_free));
}

void http_answer_stream(struct http_exchange *exchange, unsigned status, uint64_t body_size,
    http_read_body *read, void (*close)(void *reader), void *owned_reader) {
    enum { BLOCK_SIZE = 64 << 10 };
    struct stream *stream = MEM_NEW(struct stream);
    *stream = (struct stream){read, close, owned_reader, false};
    exchange->stream = stream;
    set_answer(exchange, status,
        MHD_create_response_from_callback(body_size == UINT64_MAX ? MHD_SIZE_UNKNOWN : body_size, BLOCK_SIZE,
            read_stream, stream, destroy_stream));
}

static void answer_text(struct http_exchange *exchange, unsigned status, const char *text) {
    http_set_header(exchange, "Content-Type", STR_LITERAL("text/plain"));
    http_set_header(exchange, "Connection", STR_LITERAL("close"));
    http_answer(exchange, status, str_bytes(str_from(text)));
}

/* Called with the raw request line's target, before libmicrohttpd takes it apart in place. */
void *http_exchange_begin(void *context, const char *target, struct MHD_Connection *mhd) {
    struct http_exchange *exchange = MEM_NEW(struct http_exchange);
    exchange->magic = EXCHANGE_MAGIC;
    exchange->server = context;
    exchange->connection = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    exchange->mhd = mhd;
    exchange->service = http_server_service(exchange->server);
    exchange->target = arena_str(&exchange->arena, str_from(target));
    exchange->answer_headers_end = &exchange->answer_headers;
    http_target_split(exchange->target, &exchange->path, &exchange->query);
    /* Of a request line that it cannot take, libmicrohttpd forgets what we return. */
    http_exchange_destroy(exchange->connection->exchange);
    exchange->connection->exchange = exchange;
    return exchange;
}

static enum MHD_Result take_header(void *context, enum MHD_ValueKind kind, const char *name, size_t name_size,
    const char *value, size_t value_size) {
    struct http_exchange *exchange = context;
    (void)kind;
    struct str name_text = arena_str(&exchange->arena, str_of(name, name_size));
    struct str trimmed = value == NULL ? STR_EMPTY : str_trim(str_of(value, value_size));
    struct str value_text = arena_str(&exchange->arena, trimmed);
    exchange->headers[exchange->header_count++] = (struct http_header){name_text, value_text};
    exchange->headers_size += name_size + value_size + sizeof ": \r\n" - 1;
    return MHD_YES;
}

static void take_headers(struct http_exchange *exchange, const char *method) {
    int count = MHD_get_connection_values_n(exchange->mhd, MHD_HEADER_KIND, NULL, NULL);
    exchange->method = arena_str(&exchange->arena, str_from(method));
    exchange->headers = ARENA_ARRAY(&exchange->arena, (size_t)count + 1, struct http_header);
    exchange->headers_size = exchange->target.size;
    (void)MHD_get_connection_values_n(exchange->mhd, MHD_HEADER_KIND, take_header, exchange);
}

static enum MHD_Result queue_answer(struct http_exchange *exchange) {
    exchange->stage = STAGE_ANSWERED;
    http_server_count(exchange->server, exchange->status);
    return MHD_queue_response(exchange->mhd, exchange->status, exchange->answer);
}

static bool expects_continue(const struct http_exchange *exchange) {
    return str_equals_ignoring_case(http_header_value(exchange, "Expect"), STR_LITERAL("100-continue"));
}

static void offer(struct http_exchange *exchange) {
    exchange->is_offered = true;
    if (exchange->service->on_headers != NULL)
        exchange->service->on_headers(exchange, exchange->service->context);
}

/* The headers are complete; the body, if there is one, has not begun. */
static enum MHD_Result begin(struct http_exchange *exchange, const char *method) {
    exchange->stage = STAGE_BODY;
    take_headers(exchange, method);
    if (!http_target_body_size(exchange->headers, exchange->header_count, &exchange->body_size)) {
        answer_text(exchange, MHD_HTTP_BAD_REQUEST, "Bad request: the size of the body is not clear.\n");
        return queue_answer(exchange);
    }
    if (exchange->headers_size > HEADERS_SIZE_MAX)
        answer_text(exchange, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE, "Request headers are too large.\n");
    else if (http_server_is_stopping(exchange->server))
        answer_text(exchange, MHD_HTTP_SERVICE_UNAVAILABLE, "The server is stopping.\n");
    else if (exchange->connection->is_spare)
        answer_text(exchange, MHD_HTTP_SERVICE_UNAVAILABLE, "Too many connections.\n");
    else
        offer(exchange);
    bool is_long = exchange->body_size > DROPPED_BYTES_MAX && exchange->body_size != UINT64_MAX;
    bool has_body = exchange->body_size > 0;
    if (exchange->answer != NULL && has_body && (is_long || expects_continue(exchange)))
        return queue_answer(exchange);
    http_connection_await_body(exchange->connection);
    return MHD_YES;
}

static enum MHD_Result take_piece(struct http_exchange *exchange, struct bytes piece) {
    if (exchange->answer != NULL) {
        exchange->dropped_bytes += piece.size;
        if (exchange->dropped_bytes > DROPPED_BYTES_MAX)
            return MHD_NO;
    } else if (exchange->service->on_body != NULL) {
        exchange->service->on_body(exchange, piece, exchange->service->context);
    }
    http_connection_await_body(exchange->connection);
    return MHD_YES;
}

static enum MHD_Result complete(struct http_exchange *exchange) {
    if (exchange->answer == NULL)
        exchange->service->on_complete(exchange, exchange->service->context);
    if (exchange->answer == NULL)
        answer_text(exchange, MHD_HTTP_INTERNAL_SERVER_ERROR, "The request was not answered.\n");
    return queue_answer(exchange);
}

enum MHD_Result http_exchange_advance(void *server, struct MHD_Connection *mhd, const char *url,
    const char *method, const char *version, const char *upload_data, size_t *upload_data_size,
    void **context) {
    (void)server;
    (void)mhd;
    (void)url;
    (void)version;
    struct http_exchange *exchange = *context;
    ASSERT_IS(exchange, EXCHANGE);
    http_connection_received(exchange->connection, *upload_data_size);
    if (exchange->stage == STAGE_LINE)
        return begin(exchange, method);
    if (*upload_data_size == 0)
        return exchange->stage == STAGE_BODY ? complete(exchange) : MHD_YES;
    struct bytes piece = bytes_of(upload_data, *upload_data_size);
    *upload_data_size = 0;
    return take_piece(exchange, piece);
}

void http_exchange_destroy(struct http_exchange *exchange) {
    if (exchange == NULL)
        return;
    ASSERT_IS(exchange, EXCHANGE);
    exchange->connection->exchange = NULL;
    /* Before the arena goes: readers may live in it. */
    if (exchange->stream != NULL)
        close_stream(exchange->stream);
    if (exchange->is_offered && exchange->service->on_close != NULL)
        exchange->service->on_close(exchange, exchange->service->context);
    if (exchange->answer != NULL)
        MHD_destroy_response(exchange->answer);
    arena_finish(&exchange->arena);
    mem_free(exchange);
}

void http_exchange_end(
    void *server, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode code) {
    (void)server;
    (void)mhd;
    (void)code;
    struct http_exchange *exchange = *context;
    if (exchange == NULL)
        return;
    ASSERT_IS(exchange, EXCHANGE);
    *context = NULL;
    struct http_connection *connection = exchange->connection;
    http_exchange_destroy(exchange);
    http_connection_await_request(connection);
}

void http_hand_over(struct http_exchange *exchange, const struct http_service *service) {
    exchange->service = service;
    offer(exchange);
}

struct arena *http_arena(struct http_exchange *exchange) {
    return &exchange->arena;
}

struct str http_method(const struct http_exchange *exchange) {
    return exchange->method;
}

struct str http_path(const struct http_exchange *exchange) {
    return exchange->path;
}

struct str http_query(const struct http_exchange *exchange) {
    return exchange->query;
}

struct str http_header_value(const struct http_exchange *exchange, const char *name) {
    return http_target_header(exchange->headers, exchange->header_count, str_from(name));
}

bool http_has_header(const struct http_exchange *exchange, const char *name) {
    for (size_t i = 0; i < exchange->header_count; i++) {
        if (str_equals_ignoring_case(exchange->headers[i].name, str_from(name)))
            return true;
    }
    return false;
}

size_t http_headers(struct http_exchange *exchange, const struct http_header **ret_headers) {
    *ret_headers = exchange->headers;
    return exchange->header_count;
}

struct str http_client_address(const struct http_exchange *exchange) {
    return str_from(exchange->connection->address);
}

static gnutls_session_t tls_session(const struct http_exchange *exchange) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    return info == NULL ? NULL : info->tls_session;
}

bool http_is_tls(const struct http_exchange *exchange) {
    return tls_session(exchange) != NULL;
}

struct str http_tls_version(const struct http_exchange *exchange) {
    return http_is_tls(exchange) ? http_tls_session_version(tls_session(exchange)) : STR_EMPTY;
}

struct str http_tls_cipher(const struct http_exchange *exchange) {
    return http_is_tls(exchange) ? http_tls_session_cipher(tls_session(exchange)) : STR_EMPTY;
}

bool http_has_answer(const struct http_exchange *exchange) {
    return exchange->answer != NULL;
}

void http_attach(struct http_exchange *exchange, void *attachment) {
    exchange->attachment = attachment;
}

void *http_attachment(const struct http_exchange *exchange) {
    return exchange->attachment;
}

struct http_server *http_exchange_server(const struct http_exchange *exchange) {
    return exchange->server;
}
