/* SPDX-License-Identifier: Apache-2.0 */
#include "client.h"

#include "aws/sigv4.h"
#include "base/own.h"
#include "codec/text.h"
#include "sys/clock.h"
#include "sys/disk.h"
#include "sys/process.h"

#include <stdlib.h>
#include <string.h>

enum {
    ANSWER_BYTES_MAX = 256 << 20,
    FILE_BYTES_MAX = 65536,
    CONNECT_TIMEOUT_MS = 5000,
    IDLE_TIMEOUT_MS = 300000
};

struct ctl_client {
    struct arena arena;         /* as long as the client */
    struct arena request_arena; /* as long as one answer */
    struct http_client *http;
    struct json_parser *parser;
    struct str endpoint, host, access_key_id, secret_access_key, session_token, region;
};

static struct str environment(const char *name) {
    return str_from(getenv(name));
}

static bool read_json_file(struct ctl_client *client, struct str folder, const char *name,
    struct json_value *ret_value, struct error *error) {
    struct disk *disk = disk_real_create(arena_text(&client->arena, folder), error);
    if (disk == NULL)
        return false;
    struct buf text = BUF_INIT(FILE_BYTES_MAX);
    bool done = disk_read_file(disk, name, &text, error) &&
                json_parse(client->parser, buf_str(&text), ret_value, error);
    buf_finish(&text);
    disk_real_destroy(disk);
    return done;
}

static struct str file_member(
    struct ctl_client *client, struct str folder, const char *file, const char *member) {
    struct error ignored = {0};
    struct json_value value = JSON_MISSING;
    if (folder.size == 0 || !read_json_file(client, folder, file, &value, &ignored))
        return STR_EMPTY;
    return arena_str(&client->arena, json_text(json_get(value, member)));
}

bool ctl_daemon_runs(struct str data) {
    struct buf path = BUF_INIT(BUF_UNBOUNDED);
    buf_append_format(&path, "%.*s/lock", STR(data));
    struct error ignored = {0};
    int64_t process = 0;
    bool runs = process_lock_holder(path.data, &process, &ignored);
    buf_finish(&path);
    return runs;
}

static bool resolve_endpoint(
    struct ctl_client *client, const struct ctl_connection *connection, struct error *error) {
    struct str endpoint = connection->endpoint;
    if (endpoint.size == 0 && connection->data.size > 0) {
        if (!ctl_daemon_runs(connection->data))
            return error_set(error, ERROR_UNAVAILABLE,
                "no daemon runs on %.*s: start `cairn serve --data %.*s'", STR(connection->data),
                STR(connection->data));
        endpoint = file_member(client, connection->data, "daemon.json", "endpoint");
    }
    if (endpoint.size == 0)
        endpoint = environment("CAIRN_ENDPOINT");
    if (endpoint.size == 0)
        endpoint = environment("AWS_ENDPOINT_URL");
    if (endpoint.size == 0)
        return error_set(error, ERROR_INVALID,
            "no daemon named: give --endpoint URL or --data DIR, or set AWS_ENDPOINT_URL "
            "(http://127.0.0.1:8420 by default)");
    while (endpoint.size > 0 && endpoint.data[endpoint.size - 1] == '/')
        endpoint.size--;
    size_t scheme = str_find(endpoint, STR_LITERAL("://"));
    if (scheme == SIZE_MAX)
        return error_set(
            error, ERROR_INVALID, "`%.*s' is no URL: it begins with http:// or https://", STR(endpoint));
    client->endpoint = arena_str(&client->arena, endpoint);
    client->host = str_slice(client->endpoint, scheme + 3, SIZE_MAX);
    return true;
}

static bool resolve_credentials(
    struct ctl_client *client, const struct ctl_connection *connection, struct error *error) {
    /* The folder before the environment: who tries a gateway has the keys of the service behind it there. */
    struct str file = file_member(client, connection->data, "daemon.json", "credentials");
    if (file.size > 0) {
        client->access_key_id = file_member(client, connection->data, file.data, "accessKeyId");
        client->secret_access_key = file_member(client, connection->data, file.data, "secretAccessKey");
    }
    if (client->access_key_id.size == 0 || client->secret_access_key.size == 0) {
        client->access_key_id = environment("AWS_ACCESS_KEY_ID");
        client->secret_access_key = environment("AWS_SECRET_ACCESS_KEY");
        client->session_token = environment("AWS_SESSION_TOKEN");
    }
    if (client->access_key_id.size == 0 || client->secret_access_key.size == 0)
        return error_set(error, ERROR_INVALID,
            "no credentials: give --data DIR whose root-credentials.json can be read, or set "
            "AWS_ACCESS_KEY_ID "
            "and AWS_SECRET_ACCESS_KEY");
    client->region = environment("AWS_REGION");
    if (client->region.size == 0)
        client->region = environment("AWS_DEFAULT_REGION");
    if (client->region.size == 0)
        client->region = file_member(client, connection->data, "daemon.json", "region");
    if (client->region.size == 0)
        client->region = STR_LITERAL("us-east-1");
    return true;
}

struct ctl_client *ctl_client_open(const struct ctl_connection *connection, struct error *error) {
    struct ctl_client *client = MEM_NEW(struct ctl_client);
    client->parser = json_parser_create();
    if (!resolve_endpoint(client, connection, error) || !resolve_credentials(client, connection, error)) {
        ctl_client_close(client);
        return NULL;
    }
    struct str ca_file = environment("AWS_CA_BUNDLE");
    client->http =
        http_client_create(&(struct http_client_options){.ca_file = ca_file.size > 0 ? ca_file.data : NULL,
            .connect_timeout_ms = CONNECT_TIMEOUT_MS,
            .idle_timeout_ms = IDLE_TIMEOUT_MS});
    return client;
}

void ctl_client_close(struct ctl_client *client) {
    if (client == NULL)
        return;
    http_client_destroy(client->http);
    json_parser_destroy(client->parser);
    arena_finish(&client->arena);
    arena_finish(&client->request_arena);
    mem_free(client);
}

void ctl_client_set_region(struct ctl_client *client, struct str region) {
    client->region = arena_str(&client->arena, region);
}

struct str ctl_client_region(const struct ctl_client *client) {
    return client->region;
}

struct str ctl_client_endpoint(const struct ctl_client *client) {
    return client->endpoint;
}

struct ctl_credentials ctl_client_credentials(const struct ctl_client *client) {
    return (struct ctl_credentials){client->access_key_id, client->secret_access_key, client->session_token};
}

struct post {
    struct str target, service, content_type, amz_target;
    struct bytes body;
};

static bool send_post(
    struct ctl_client *client, const struct post *post, struct http_reply *ret_reply, struct error *error) {
    struct arena *arena = &client->request_arena;
    arena_clear(arena);
    uint8_t hash[SHA256_SIZE];
    char hash_text[2 * SHA256_SIZE];
    hash_sha256(post->body, hash);
    hex_encode(bytes_of(hash, sizeof hash), hash_text);
    struct aws_header headers[3] = {{STR_LITERAL("Host"), client->host},
        {STR_LITERAL("Content-Type"), post->content_type}, {STR_LITERAL("X-Amz-Target"), post->amz_target}};
    struct str query = post->target;
    struct str path = str_cut(&query, '?');
    struct aws_request request = {.method = STR_LITERAL("POST"),
        .path = path,
        .query = query,
        .headers = headers,
        .header_count = post->amz_target.size > 0 ? 3 : 2,
        .payload_hash = str_of(hash_text, sizeof hash_text)};
    struct aws_sign_options sign = {.access_key_id = client->access_key_id,
        .secret_access_key = client->secret_access_key,
        .session_token = client->session_token,
        .region = client->region,
        .service = post->service,
        .now = clock_now(clock_real())};
    struct aws_header *signed_headers = NULL;
    size_t count = aws_sign(arena, &request, &sign, &signed_headers);
    struct http_header *wire = ARENA_ARRAY(arena, count, struct http_header);
    for (size_t i = 0; i < count; i++)
        wire[i] = (struct http_header){signed_headers[i].name, signed_headers[i].value};
    struct http_call call = {.method = request.method,
        .url = arena_format(arena, "%.*s%.*s", STR(client->endpoint), STR(post->target)),
        .headers = wire,
        .header_count = count,
        .body = post->body,
        .answer_bytes_max = ANSWER_BYTES_MAX};
    return http_client_call(client->http, &call, arena, ret_reply, error);
}

struct str ctl_client_reply_message(struct ctl_client *client, const struct http_reply *reply) {
    struct error ignored = {0};
    struct json_value value = JSON_MISSING;
    struct str body = bytes_str(reply->body);
    if (!json_parse(client->parser, body, &value, &ignored))
        return body.size > 0 ? str_slice(body, 0, 300) : STR_LITERAL("no body");
    struct str type = json_text(json_get(value, "__type"));
    struct str message = json_text(json_get(value, "Message"));
    return arena_format(&client->request_arena, "%.*s: %.*s", STR(type), STR(message));
}

/* `target` is the service's prefix of operations. */
static bool call(struct ctl_client *client, struct str service, const char *target, const char *operation,
    struct str body, struct json_value *ret_answer, struct error *error) {
    struct http_reply reply = {0};
    SCOPED(buf_finish) struct buf name = BUF_INIT(BUF_UNBOUNDED);
    buf_append_format(&name, "%s.%s", target, operation);
    struct post post = {.target = STR_LITERAL("/"),
        .service = service,
        .content_type = STR_LITERAL("application/x-amz-json-1.1"),
        .amz_target = buf_str(&name),
        .body = str_bytes(body)};
    if (!send_post(client, &post, &reply, error))
        return error_context(error, "%.*s", STR(client->endpoint));
    if (reply.status != 200)
        return error_set(error, ERROR_INVALID, "%s",
            str_from(arena_text(&client->request_arena, ctl_client_reply_message(client, &reply))).data);
    return json_parse(client->parser, bytes_str(reply.body), ret_answer, error) ||
           error_context(error, "answer of %s", operation);
}

bool ctl_client_call(struct ctl_client *client, const char *operation, struct str body,
    struct json_value *ret_answer, struct error *error) {
    return call(client, STR_LITERAL("cairn"), "Cairn_20260101", operation, body, ret_answer, error);
}

bool ctl_client_call_cloudtrail(struct ctl_client *client, const char *operation, struct str body,
    struct json_value *ret_answer, struct error *error) {
    return call(client, STR_LITERAL("cloudtrail"), "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
        operation, body, ret_answer, error);
}

bool ctl_client_post(struct ctl_client *client, struct str target, struct bytes body,
    struct http_reply *ret_reply, struct error *error) {
    struct post post = {.target = target,
        .service = STR_LITERAL("cairn"),
        .content_type = STR_LITERAL("application/json"),
        .body = body};
    return send_post(client, &post, ret_reply, error) || error_context(error, "%.*s", STR(client->endpoint));
}

bool ctl_client_account(struct ctl_client *client, struct str *ret_account, struct error *error) {
    struct http_reply reply = {0};
    struct post post = {.target = STR_LITERAL("/"),
        .service = STR_LITERAL("sts"),
        .content_type = STR_LITERAL("application/x-www-form-urlencoded; charset=utf-8"),
        .body = str_bytes(STR_LITERAL("Action=GetCallerIdentity&Version=2011-06-15"))};
    if (!send_post(client, &post, &reply, error))
        return error_context(error, "%.*s", STR(client->endpoint));
    struct str body = bytes_str(reply.body);
    size_t start = str_find(body, STR_LITERAL("<Account>"));
    size_t end = str_find(body, STR_LITERAL("</Account>"));
    if (reply.status != 200 || start == SIZE_MAX || end == SIZE_MAX || end < start + 9)
        return error_set(error, ERROR_DENIED, "the daemon does not know these credentials: %.*s",
            STR(str_slice(body, 0, 200)));
    *ret_account = arena_str(&client->arena, str_slice(body, start + 9, end - start - 9));
    return true;
}
