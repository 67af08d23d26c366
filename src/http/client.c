/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"
#include "base/own.h"
#include "http/http.h"

#include "target.h"

#include <curl/curl.h>

enum { REPLY_HEADERS_MAX = 256, REPLY_HEADERS_SIZE_MAX = 64 << 10 };

struct http_client {
    CURL *handle; /* keeps its connections between calls */
    char *ca_file, *unix_socket;
    bool insecure_tls;
    int64_t connect_timeout_ms, idle_timeout_ms;
    bool (*is_cancelled)(void *context);
    void *cancel_context;
};

/* One call while it runs. */
struct transfer {
    struct http_client *client;
    const struct http_call *call;
    struct arena *arena;
    struct http_reply reply;
    struct buf body;
    size_t headers_size;
    uint64_t sent;
    const char *broken_by; /* who ended it, if one of us did */
    bool is_too_large;
    struct curl_slist *headers;
    char reason[CURL_ERROR_SIZE];
};

struct http_client *http_client_create(const struct http_client_options *options) {
    ASSERT(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    struct http_client *client = MEM_NEW(struct http_client);
    client->handle = curl_easy_init();
    ASSERT(client->handle != NULL);
    client->ca_file = options->ca_file == NULL ? NULL : mem_text(options->ca_file);
    client->unix_socket = options->unix_socket == NULL ? NULL : mem_text(options->unix_socket);
    client->insecure_tls = options->insecure_tls;
    client->connect_timeout_ms = options->connect_timeout_ms;
    client->idle_timeout_ms = options->idle_timeout_ms;
    client->is_cancelled = options->is_cancelled;
    client->cancel_context = options->cancel_context;
    return client;
}

void http_client_destroy(struct http_client *client) {
    if (client == NULL)
        return;
    curl_easy_cleanup(client->handle);
    curl_global_cleanup();
    mem_free(client->ca_file);
    mem_free(client->unix_socket);
    mem_free(client);
}

static size_t on_reply_body(char *data, size_t one, size_t size, void *context) {
    struct transfer *transfer = context;
    (void)one;
    if (transfer->call->on_body != NULL && transfer->reply.status / 100 == 2) {
        if (transfer->call->on_body(bytes_of(data, size), transfer->call->on_body_context))
            return size;
        transfer->broken_by = "the receiver of the body";
        return CURL_WRITEFUNC_ERROR;
    }
    if (buf_append(&transfer->body, data, size))
        return size;
    transfer->is_too_large = true;
    return CURL_WRITEFUNC_ERROR;
}

/* "HTTP/1.1 404 Not Found": a new answer begins, also after "100 Continue". */
static void begin_reply(struct transfer *transfer, struct str line) {
    uint64_t status = 0;
    (void)str_cut(&line, ' ');
    if (!str_to_u64(str_slice(line, 0, 3), &status))
        status = 0;
    transfer->reply.status = (unsigned)status;
    transfer->reply.header_count = 0;
}

static size_t on_reply_header(char *data, size_t one, size_t size, void *context) {
    struct transfer *transfer = context;
    (void)one;
    struct str line = str_of(data, size);
    while (line.size > 0 && (line.data[line.size - 1] == '\n' || line.data[line.size - 1] == '\r'))
        line.size--;
    transfer->headers_size += size;
    if (transfer->headers_size > REPLY_HEADERS_SIZE_MAX ||
        transfer->reply.header_count == REPLY_HEADERS_MAX) {
        transfer->is_too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    if (str_starts_with(line, STR_LITERAL("HTTP/"))) {
        begin_reply(transfer, line);
    } else if (str_find_char(line, ':') != SIZE_MAX) {
        struct str name = arena_str(transfer->arena, str_cut(&line, ':'));
        struct str value = arena_str(transfer->arena, str_trim(line));
        transfer->reply.headers[transfer->reply.header_count++] = (struct http_header){name, value};
    }
    return size;
}

static size_t on_send(char *data, size_t one, size_t size, void *context) {
    struct transfer *transfer = context;
    int64_t count = transfer->call->read_body(transfer->call->read_context, transfer->sent, data, one * size);
    if (count < 0) {
        transfer->broken_by = "the sender of the body";
        return CURL_READFUNC_ABORT;
    }
    transfer->sent += (uint64_t)count;
    return (size_t)count;
}

/* A kept connection may turn out to be dead after part of the body was sent: curl begins again. */
static int on_seek(void *context, curl_off_t offset, int origin) {
    struct transfer *transfer = context;
    if (origin != 0)
        return CURL_SEEKFUNC_CANTSEEK;
    transfer->sent = (uint64_t)offset;
    return CURL_SEEKFUNC_OK;
}

static int on_progress(
    void *context, curl_off_t to_get, curl_off_t got, curl_off_t to_send, curl_off_t sent) {
    struct transfer *transfer = context;
    (void)to_get, (void)got, (void)to_send, (void)sent;
    if (!transfer->client->is_cancelled(transfer->client->cancel_context))
        return 0;
    transfer->broken_by = "a stop of this program";
    return 1;
}

/* Every option is known to the curl that we build with, so a refusal is our bug or no memory. */
#define SET(handle, option, value) ASSERT(curl_easy_setopt((handle), (option), (value)) == CURLE_OK)

static void set_client_options(struct transfer *transfer) {
    CURL *handle = transfer->client->handle;
    const struct http_client *client = transfer->client;
    long idle_s = (long)((client->idle_timeout_ms + 999) / 1000);
    SET(handle, CURLOPT_NOSIGNAL, 1L);
    SET(handle, CURLOPT_PATH_AS_IS, 1L);
    SET(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    SET(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(handle, CURLOPT_CONNECTTIMEOUT_MS, (long)client->connect_timeout_ms);
    SET(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    SET(handle, CURLOPT_LOW_SPEED_TIME, idle_s);
    SET(handle, CURLOPT_SSL_VERIFYPEER, client->insecure_tls ? 0L : 1L);
    SET(handle, CURLOPT_SSL_VERIFYHOST, client->insecure_tls ? 0L : 2L);
    if (client->ca_file != NULL)
        SET(handle, CURLOPT_CAINFO, client->ca_file);
    if (client->unix_socket != NULL)
        SET(handle, CURLOPT_UNIX_SOCKET_PATH, client->unix_socket);
    SET(handle, CURLOPT_ERRORBUFFER, transfer->reason);
    SET(handle, CURLOPT_WRITEFUNCTION, on_reply_body);
    SET(handle, CURLOPT_WRITEDATA, transfer);
    SET(handle, CURLOPT_HEADERFUNCTION, on_reply_header);
    SET(handle, CURLOPT_HEADERDATA, transfer);
    if (client->is_cancelled == NULL)
        return;
    SET(handle, CURLOPT_NOPROGRESS, 0L);
    SET(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
    SET(handle, CURLOPT_XFERINFODATA, transfer);
}

static void add_header(struct transfer *transfer, const char *line) {
    struct curl_slist *longer = curl_slist_append(transfer->headers, line);
    ASSERT(longer != NULL);
    transfer->headers = longer;
}

/* curl sends "Name;" as a header without a value and takes "Name:" as "do not send it". */
static void set_headers(struct transfer *transfer) {
    static const char *const unasked[] = {"Expect", "Content-Type", "Accept", "User-Agent"};
    const struct http_call *call = transfer->call;
    for (size_t i = 0; i < call->header_count; i++) {
        struct str name = http_target_clean(transfer->arena, call->headers[i].name);
        struct str value = http_target_clean(transfer->arena, call->headers[i].value);
        add_header(transfer,
            arena_format(transfer->arena, value.size == 0 ? "%.*s;%.*s" : "%.*s: %.*s", STR(name), STR(value))
                .data);
    }
    for (size_t i = 0; i < sizeof unasked / sizeof *unasked; i++) {
        if (http_target_header(call->headers, call->header_count, str_from(unasked[i])).size == 0)
            add_header(transfer, arena_format(transfer->arena, "%s:", unasked[i]).data);
    }
    SET(transfer->client->handle, CURLOPT_HTTPHEADER, transfer->headers);
}

static void set_method_and_body(struct transfer *transfer) {
    CURL *handle = transfer->client->handle;
    const struct http_call *call = transfer->call;
    bool may_have_body =
        str_is(call->method, "POST") || str_is(call->method, "PUT") || str_is(call->method, "PATCH");
    if (str_is(call->method, "HEAD")) {
        SET(handle, CURLOPT_NOBODY, 1L);
    } else if (call->read_body != NULL) {
        bool is_chunked = call->body_size == UINT64_MAX;
        SET(handle, CURLOPT_UPLOAD, 1L);
        SET(handle, CURLOPT_READFUNCTION, on_send);
        SET(handle, CURLOPT_READDATA, transfer);
        SET(handle, CURLOPT_SEEKFUNCTION, on_seek);
        SET(handle, CURLOPT_SEEKDATA, transfer);
        SET(handle, CURLOPT_INFILESIZE_LARGE, is_chunked ? (curl_off_t)-1 : (curl_off_t)call->body_size);
    } else if (may_have_body || call->body.size > 0) {
        SET(handle, CURLOPT_POST, 1L);
        SET(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.size);
        SET(handle, CURLOPT_POSTFIELDS, call->body.size == 0 ? "" : (const char *)call->body.data);
    }
    SET(handle, CURLOPT_CUSTOMREQUEST, arena_text(transfer->arena, call->method));
}

static bool explain(const struct transfer *transfer, CURLcode code, struct error *error) {
    const char *reason = transfer->reason[0] != '\0' ? transfer->reason : curl_easy_strerror(code);
    struct str url = transfer->call->url;
    struct str shown = str_cut(&url, '?'); /* a query may hold a signature */
    if (transfer->is_too_large)
        return error_set(error, ERROR_LIMIT, "%.*s: the answer is too large", STR(shown));
    if (transfer->broken_by != NULL)
        return error_set(error, ERROR_UNAVAILABLE, "%.*s: broken off by %s", STR(shown), transfer->broken_by);
    bool is_our_url = code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
    return error_set(error, is_our_url ? ERROR_INVALID : ERROR_UNAVAILABLE, "%.*s: %s", STR(shown), reason);
}

static void finish(struct transfer *transfer) {
    curl_easy_reset(transfer->client->handle); /* connections stay */
    curl_slist_free_all(transfer->headers);
    buf_finish(&transfer->body);
}

bool http_client_call(struct http_client *client, const struct http_call *call, struct arena *arena,
    struct http_reply *ret_reply, struct error *error) {
    SCOPED(finish)
    struct transfer transfer = {
        .client = client, .call = call, .arena = arena, .body = BUF_INIT(call->answer_bytes_max)};
    transfer.reply.headers = ARENA_ARRAY(arena, REPLY_HEADERS_MAX, struct http_header);
    set_client_options(&transfer);
    set_headers(&transfer);
    set_method_and_body(&transfer);
    SET(client->handle, CURLOPT_URL, arena_text(arena, call->url));
    CURLcode code = curl_easy_perform(client->handle);
    if (code != CURLE_OK)
        return explain(&transfer, code, error);
    transfer.reply.body = arena_bytes(arena, buf_bytes(&transfer.body));
    *ret_reply = transfer.reply;
    return true;
}

struct str http_reply_header(const struct http_reply *reply, const char *name) {
    return http_target_header(reply->headers, reply->header_count, str_from(name));
}
