/* SPDX-License-Identifier: Apache-2.0 */
/* s3_door: the S3 door on a simulated disk behind a real port, and a client that signs. */
#pragma once

#include "auth/auth.h"
#include "base/own.h"
#include "codec/text.h"
#include "http/http.h"
#include "objects/objects.h"
#include "s3api/s3api.h"
#include "support/disk_sim.h"
#include "support/tap.h"
#include "sys/clock.h"

#define S3_DOOR_KEY     "AKIAROOTROOTROOTROOT"
#define S3_DOOR_SECRET  "rootSecretRootSecret"
#define S3_DOOR_ACCOUNT "123456789012"

struct s3_door {
    struct arena arena;
    struct disk_sim *sim;
    struct objects *objects;
    struct catalog *catalog;
    struct auth *auth;
    struct s3api *s3api;
    struct http_server *server;
    struct http_client *client;
    struct error error;
};

static inline void s3_door_open(struct s3_door *door) {
    static const uint8_t seal_key[SEAL_KEY_SIZE] = {1};
    *door = (struct s3_door){.sim = disk_sim_create(1)};
    struct catalog_options catalog_options = {.path = ":memory:", .key = seal_key};
    struct http_server_options server_options = {
        .host = STR_LITERAL("127.0.0.1"), .connections_max = 16, .idle_timeout_s = 10};
    struct http_client_options client_options = {.connect_timeout_ms = 5000, .idle_timeout_ms = 10000};
    door->objects = objects_open(disk_sim_disk(door->sim), NULL, &door->error);
    door->catalog = catalog_open(&catalog_options, &door->error);
    EXPECT(auth_install_root(door->catalog, STR_LITERAL(S3_DOOR_ACCOUNT), STR_LITERAL(S3_DOOR_KEY),
        STR_LITERAL(S3_DOOR_SECRET), clock_now(clock_real()), &door->error));
    door->auth = auth_create(door->catalog, &door->error);
    struct s3api_options options = {.objects = door->objects,
        .auth = door->auth,
        .region = STR_LITERAL("us-east-1"),
        .virtual_host = STR_LITERAL("localhost")};
    door->s3api = s3api_create(&options, &door->error);
    door->server = http_server_create(&server_options, s3api_service(door->s3api), &door->error);
    door->client = http_client_create(&client_options);
    EXPECT(door->objects != NULL && door->auth != NULL && door->server != NULL);
}

static inline void s3_door_close(struct s3_door *door) {
    http_client_destroy(door->client);
    http_server_stop(door->server);
    http_server_destroy(door->server);
    s3api_destroy(door->s3api);
    auth_destroy(door->auth);
    catalog_close(door->catalog);
    objects_close(door->objects);
    disk_sim_destroy(door->sim);
    arena_finish(&door->arena);
}

struct s3_door_request {
    const char *method, *target;
    struct str body;
    const struct aws_header *headers; /* besides those of the signature */
    size_t header_count;
    const char *payload_hash; /* NULL: the body's */
    const char *secret;       /* NULL: the right one */
};

static inline struct http_reply s3_door_call(struct s3_door *door, const struct s3_door_request *request) {
    struct arena *arena = &door->arena;
    uint8_t hash[SHA256_SIZE];
    char hex[2 * SHA256_SIZE];
    hash_sha256(str_bytes(request->body), hash);
    hex_encode(BYTES_OF(hash), hex);
    struct str host = arena_format(arena, "127.0.0.1:%u", http_server_port(door->server));
    struct aws_header *headers = ARENA_ARRAY(arena, request->header_count + 1, struct aws_header),
                      *all = NULL;
    headers[0] = (struct aws_header){STR_LITERAL("Host"), host};
    for (size_t i = 0; i < request->header_count; i++)
        headers[i + 1] = request->headers[i];
    struct str query = str_from(request->target), path = str_cut(&query, '?');
    struct aws_request signable = {str_from(request->method), path, query, headers, request->header_count + 1,
        request->payload_hash != NULL ? str_from(request->payload_hash)
                                      : arena_str(arena, str_of(hex, sizeof(hex)))};
    struct aws_sign_options options = {STR_LITERAL(S3_DOOR_KEY),
        str_from(request->secret != NULL ? request->secret : S3_DOOR_SECRET), STR_EMPTY,
        STR_LITERAL("us-east-1"), STR_LITERAL("s3"), clock_now(clock_real())};
    size_t count = aws_sign(arena, &signable, &options, &all);
    struct http_header *sent = ARENA_ARRAY(arena, count, struct http_header);
    for (size_t i = 0; i < count; i++)
        sent[i] = (struct http_header){all[i].name, all[i].value};
    struct http_call call = {.method = signable.method,
        .url = arena_format(arena, "http://%.*s%s", STR(host), request->target),
        .headers = sent,
        .header_count = count,
        .body = str_bytes(request->body),
        .answer_bytes_max = 1 << 20};
    struct http_reply reply = {0};
    bool done = http_client_call(door->client, &call, arena, &reply, &door->error);
    EXPECT(done);
    if (!done)
        printf("# %s %s: %s\n", request->method, request->target, door->error.message);
    return reply;
}

static inline struct http_reply s3_door_ask(struct s3_door *door, const char *method, const char *target) {
    return s3_door_call(door, &(struct s3_door_request){.method = method, .target = target});
}

static inline bool s3_door_has_code(const struct http_reply *reply, const char *code) {
    SCOPED(buf_finish) struct buf element = BUF_INIT(BUF_UNBOUNDED);
    (void)buf_append_format(&element, "<Code>%s</Code>", code);
    bool has = str_find(bytes_str(reply->body), buf_str(&element)) != SIZE_MAX;
    if (!has)
        printf("# %u %.*s\n", reply->status, (int)reply->body.size, (const char *)reply->body.data);
    return has;
}
