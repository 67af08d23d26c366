/* SPDX-License-Identifier: Apache-2.0 */
/*
 * remote: requests to S3 endpoints. A request that got no answer, or one that says "come again", is
 * repeated a few times at once: all requests here may be repeated. Who must not give up at that
 * (delivery) comes again later by itself.
 */
#include "remote.h"

#include "aws/sigv4.h"
#include "base/check.h"
#include "base/own.h"
#include "codec/text.h"
#include "http/http.h"
#include "sys/clock.h"
#include "sys/thread.h"

#include "remote_reply.h"

#include <stdatomic.h>

enum {
    IDLE_CLIENTS_MAX = 8,
    TRIES = 3,
    FIRST_PAUSE_MS = 200, /* four times longer each time */
    CONNECT_TIMEOUT_MS = 10000,
    IDLE_TIMEOUT_MS = 60000,
    ANSWER_BYTES_MAX = 8 * 1024 * 1024, /* lists and errors */
    HEADERS_MAX = 32,
    END_GRACE_MS = 5000,
};

struct remote_rule {
    struct objects_remote_rule rule;
    struct str scheme, host, base_path; /* of the endpoint; the host without the scheme's own port */
    struct http_client *idle[IDLE_CLIENTS_MAX];
    size_t idle_count;
};

struct objects_remote {
    struct clock *clock;
    struct mutex mutex; /* guards the rules' idle clients */
    struct arena arena; /* the copied rules */
    struct remote_rule *rules;
    size_t rule_count;
    atomic_int_fast64_t end_at_ns; /* on the real clock; 0: nobody asked for an end */
};

/* "http://host:port/base" in its parts. */
static void split_endpoint(struct arena *arena, struct remote_rule *rule) {
    struct str rest = rule->rule.endpoint;
    size_t at = str_find(rest, STR_LITERAL("://"));
    rule->scheme = at == SIZE_MAX ? STR_LITERAL("https") : str_slice(rest, 0, at);
    if (at != SIZE_MAX)
        rest = str_slice(rest, at + 3, SIZE_MAX);
    rule->host = str_cut(&rest, '/');
    while (rest.size > 0 && rest.data[rest.size - 1] == '/')
        rest.size--;
    rule->base_path = rest.size > 0 ? arena_format(arena, "/%.*s", STR(rest)) : STR_EMPTY;
    struct str own_port = str_is(rule->scheme, "https") ? STR_LITERAL(":443") : STR_LITERAL(":80");
    if (str_ends_with(rule->host, own_port))
        rule->host.size -= own_port.size;
}

static void copy_rule(struct arena *arena, const struct objects_remote_rule *from, struct remote_rule *to) {
    to->rule = (struct objects_remote_rule){
        .pattern = arena_str(arena, from->pattern),
        .endpoint = arena_str(arena, from->endpoint),
        .region = arena_str(arena, from->region.size > 0 ? from->region : STR_LITERAL("us-east-1")),
        .access_key_id = arena_str(arena, from->access_key_id),
        .secret_access_key = arena_str(arena, from->secret_access_key),
        .session_token = arena_str(arena, from->session_token),
        .virtual_style = from->virtual_style,
        .acl_none = from->acl_none,
        .ca_file = from->ca_file == NULL ? NULL : arena_text(arena, str_from(from->ca_file)),
    };
    split_endpoint(arena, to);
}

struct objects_remote *objects_remote_create(const struct objects_options *options, struct clock *clock) {
    struct objects_remote *remote = MEM_NEW(struct objects_remote);
    remote->clock = clock;
    mutex_init(&remote->mutex);
    remote->rules = ARENA_ARRAY(&remote->arena, options->rule_count, struct remote_rule);
    remote->rule_count = options->rule_count;
    for (size_t i = 0; i < options->rule_count; i++)
        copy_rule(&remote->arena, &options->rules[i], &remote->rules[i]);
    return remote;
}

void objects_remote_destroy(struct objects_remote *remote) {
    if (remote == NULL)
        return;
    for (size_t i = 0; i < remote->rule_count; i++) {
        for (size_t j = 0; j < remote->rules[i].idle_count; j++)
            http_client_destroy(remote->rules[i].idle[j]);
    }
    mutex_finish(&remote->mutex);
    arena_finish(&remote->arena);
    mem_free(remote);
}

void objects_remote_end(struct objects_remote *remote) {
    atomic_store(&remote->end_at_ns, clock_instant(clock_real()).ns + (int64_t)END_GRACE_MS * 1000000);
}

static bool is_at_end(void *context) {
    struct objects_remote *remote = context;
    int64_t end_at_ns = atomic_load(&remote->end_at_ns);
    return end_at_ns != 0 && clock_instant(clock_real()).ns >= end_at_ns;
}

/* '*' stands for any run of characters. */
static bool matches(struct str pattern, struct str name) {
    size_t star = str_find_char(pattern, '*');
    if (star == SIZE_MAX)
        return str_equals(pattern, name);
    if (!str_starts_with(name, str_slice(pattern, 0, star)))
        return false;
    struct str rest = str_slice(pattern, star + 1, SIZE_MAX);
    for (size_t at = star; at <= name.size; at++) {
        if (matches(rest, str_slice(name, at, SIZE_MAX)))
            return true;
    }
    return false;
}

static struct remote_rule *find_rule(const struct objects_remote *remote, struct str bucket) {
    for (size_t i = 0; remote != NULL && i < remote->rule_count; i++) {
        if (matches(remote->rules[i].rule.pattern, bucket))
            return &remote->rules[i];
    }
    return NULL;
}

bool objects_remote_has(const struct objects_remote *remote, struct str bucket) {
    return find_rule(remote, bucket) != NULL;
}

static struct http_client *take_client(struct objects_remote *remote, struct remote_rule *rule) {
    {
        MUTEX_SCOPE(&remote->mutex);
        if (rule->idle_count > 0)
            return rule->idle[--rule->idle_count];
    }
    struct http_client_options options = {.ca_file = rule->rule.ca_file,
        .connect_timeout_ms = CONNECT_TIMEOUT_MS,
        .idle_timeout_ms = IDLE_TIMEOUT_MS,
        .is_cancelled = is_at_end,
        .cancel_context = remote};
    return http_client_create(&options);
}

static void give_client(struct objects_remote *remote, struct remote_rule *rule, struct http_client *client) {
    {
        MUTEX_SCOPE(&remote->mutex);
        if (rule->idle_count < IDLE_CLIENTS_MAX) {
            rule->idle[rule->idle_count++] = client;
            return;
        }
    }
    http_client_destroy(client);
}

struct request {
    const char *method;
    struct str bucket, key, query;
    struct bytes body;
    struct aws_header headers[HEADERS_MAX];
    size_t header_count;
    struct buf *out; /* takes the body of a good answer; NULL: collected */
};

static void add_header(struct request *request, const char *name, struct str value) {
    if (value.size == 0)
        return;
    ASSERT(request->header_count < HEADERS_MAX);
    request->headers[request->header_count++] = (struct aws_header){str_from(name), value};
}

static bool on_body(struct bytes piece, void *context) {
    return buf_append_bytes(context, piece);
}

static struct str path_of(
    struct arena *arena, const struct remote_rule *rule, const struct request *request) {
    SCOPED(buf_finish) struct buf path = BUF_INIT(BUF_UNBOUNDED);
    (void)buf_append_str(&path, rule->base_path);
    (void)buf_append_char(&path, '/');
    if (!rule->rule.virtual_style)
        (void)buf_append_str(&path, request->bucket);
    if (!rule->rule.virtual_style && request->key.size > 0)
        (void)buf_append_char(&path, '/');
    (void)percent_append(&path, request->key, true);
    return arena_str(arena, buf_str(&path));
}

/* Sign and send once. */
static bool send_once(struct objects_remote *remote, struct remote_rule *rule, struct request *request,
    struct arena *arena, struct http_reply *ret_reply, struct error *error) {
    uint8_t hash[SHA256_SIZE];
    char hex[2 * SHA256_SIZE];
    hash_sha256(request->body, hash);
    hex_encode(BYTES_OF(hash), hex);
    struct str host = rule->rule.virtual_style
                          ? arena_format(arena, "%.*s.%.*s", STR(request->bucket), STR(rule->host))
                          : rule->host;
    request->headers[0] = (struct aws_header){STR_LITERAL("Host"), host};
    struct aws_request signable = {str_from(request->method), path_of(arena, rule, request), request->query,
        request->headers, request->header_count, str_of(hex, sizeof(hex))};
    struct aws_sign_options options = {rule->rule.access_key_id, rule->rule.secret_access_key,
        rule->rule.session_token, rule->rule.region, STR_LITERAL("s3"), clock_now(remote->clock)};
    struct aws_header *signed_headers = NULL;
    size_t count = aws_sign(arena, &signable, &options, &signed_headers);
    struct http_header *headers = ARENA_ARRAY(arena, count, struct http_header);
    for (size_t i = 0; i < count; i++)
        headers[i] = (struct http_header){signed_headers[i].name, signed_headers[i].value};
    struct http_call call = {
        .method = signable.method,
        .url = arena_format(arena, "%.*s://%.*s%.*s%s%.*s", STR(rule->scheme), STR(host), STR(signable.path),
            request->query.size > 0 ? "?" : "", STR(request->query)),
        .headers = headers,
        .header_count = count,
        .body = request->body,
        .on_body = request->out == NULL ? NULL : on_body,
        .on_body_context = request->out,
        .answer_bytes_max = ANSWER_BYTES_MAX,
    };
    struct http_client *client = take_client(remote, rule);
    bool done = http_client_call(client, &call, arena, ret_reply, error);
    give_client(remote, rule, client);
    if (!done && request->out != NULL && request->out->overflowed)
        return error_set(
            error, ERROR_LIMIT, "EntityTooLarge: the object has more than %zu bytes", request->out->limit);
    if (!done && error->kind == ERROR_UNAVAILABLE)
        return error_context(error, "ServiceUnavailable: %.*s", STR(rule->host));
    return done;
}

/* Send, and send again where that may help; false with the error that S3 names. */
static bool send_request(struct objects_remote *remote, struct request *request, struct arena *arena,
    struct http_reply *ret_reply, struct error *error) {
    struct remote_rule *rule = find_rule(remote, request->bucket);
    ASSERT(rule != NULL && request->header_count > 0);
    size_t kept = request->out == NULL ? 0 : request->out->size;
    int64_t pause_ms = FIRST_PAUSE_MS;
    for (int i = 1;; i++, pause_ms *= 4) {
        *error = (struct error){0};
        if (is_at_end(remote))
            return error_set(error, ERROR_UNAVAILABLE, "ServiceUnavailable: this program is being stopped");
        if (send_once(remote, rule, request, arena, ret_reply, error) &&
            objects_remote_check(ret_reply, request->key, error))
            return true;
        if (error->kind != ERROR_UNAVAILABLE || i == TRIES || atomic_load(&remote->end_at_ns) != 0)
            return false;
        if (request->out != NULL)
            request->out->size = kept;
        clock_sleep_ms(pause_ms);
    }
}

static struct request begin(const char *method, struct str bucket, struct str key) {
    return (struct request){
        .method = method, .bucket = bucket, .key = key, .header_count = 1 /* the first is Host */};
}

bool objects_remote_bucket_get(struct objects_remote *remote, struct str bucket, struct arena *arena,
    struct objects_bucket *ret_bucket, struct error *error) {
    struct request request = begin("HEAD", bucket, STR_EMPTY);
    struct http_reply reply;
    if (!send_request(remote, &request, arena, &reply, error))
        return false;
    struct str region = http_reply_header(&reply, "x-amz-bucket-region");
    *ret_bucket = (struct objects_bucket){
        .name = arena_str(arena, bucket),
        .region = region.size > 0 ? region : find_rule(remote, bucket)->rule.region,
        .owner_account = STR_EMPTY,
        .policy = STR_EMPTY,
        .is_remote = true,
    };
    return true;
}

static void add_metadata(
    struct request *request, struct arena *arena, const struct objects_metadata *metadata) {
    add_header(request, "Content-Type", metadata->content_type);
    add_header(request, "Content-Encoding", metadata->content_encoding);
    add_header(request, "Content-Disposition", metadata->content_disposition);
    add_header(request, "Content-Language", metadata->content_language);
    add_header(request, "Cache-Control", metadata->cache_control);
    add_header(request, "Expires", metadata->expires);
    for (size_t i = 0; i < metadata->user_count; i++) {
        struct str name = arena_format(arena, "x-amz-meta-%.*s", STR(metadata->user[i].name));
        add_header(request, name.data, metadata->user[i].value);
    }
}

bool objects_remote_put(
    struct objects_remote *remote, const struct objects_remote_put *put, struct error *error) {
    enum { OTHER_HEADERS = 8 };
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct request request = begin("PUT", put->bucket, put->key);
    struct http_reply reply;
    if (put->metadata != NULL && put->metadata->user_count > HEADERS_MAX - OTHER_HEADERS)
        return error_set(
            error, ERROR_LIMIT, "MetadataTooLarge: more than %d user metadata", HEADERS_MAX - OTHER_HEADERS);
    request.body = put->body;
    if (put->metadata != NULL)
        add_metadata(&request, &arena, put->metadata);
    if (!find_rule(remote, put->bucket)->rule.acl_none)
        add_header(&request, "x-amz-acl", put->acl);
    return send_request(remote, &request, &arena, &reply, error);
}

bool objects_remote_get(struct objects_remote *remote, const struct objects_remote_get *get,
    struct arena *arena, struct objects_info *ret_info, struct error *error) {
    struct request request = begin(get->out == NULL ? "HEAD" : "GET", get->bucket, get->key);
    struct http_reply reply;
    size_t before = get->out == NULL ? 0 : get->out->size;
    request.out = get->out;
    if (!send_request(remote, &request, arena, &reply, error))
        return false;
    struct objects_info info = objects_remote_info(&reply, arena);
    info.key = arena_str(arena, get->key);
    if (get->out != NULL)
        info.size = get->out->size - before;
    *ret_info = info;
    return true;
}

bool objects_remote_delete(
    struct objects_remote *remote, struct str bucket, struct str key, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct request request = begin("DELETE", bucket, key);
    struct http_reply reply;
    return send_request(remote, &request, &arena, &reply, error) ||
           (error->kind == ERROR_NOT_FOUND &&
               str_starts_with(str_from(error->message), STR_LITERAL("NoSuchKey:")));
}

static void add_parameter(struct buf *query, const char *name, struct str value) {
    if (value.size == 0)
        return;
    (void)buf_append_format(query, "&%s=", name);
    (void)percent_append(query, value, false);
}

/* Where the last page ended in a common prefix, the next begins behind all that it stands for. S3 itself
 * would begin inside of it and give it again. */
static struct str start_after(struct arena *arena, const struct objects_list_query *query) {
    static const char LAST_CHARACTER[] = "\xf4\x8f\xbf\xbf"; /* U+10FFFF: no key goes beyond */
    if (query->delimiter.size == 0 || !str_ends_with(query->start_after, query->delimiter))
        return query->start_after;
    return arena_format(arena, "%.*s%s", STR(query->start_after), LAST_CHARACTER);
}

bool objects_remote_list(struct objects_remote *remote, struct str bucket,
    const struct objects_list_query *query, struct arena *arena, struct objects_page *ret_page,
    struct error *error) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct request request = begin("GET", bucket, STR_EMPTY);
    struct http_reply reply;
    (void)buf_append_format(&text, "list-type=2&encoding-type=url&max-keys=%zu", query->limit);
    add_parameter(&text, "prefix", query->prefix);
    add_parameter(&text, "delimiter", query->delimiter);
    add_parameter(&text, "start-after", start_after(arena, query));
    request.query = buf_str(&text);
    return send_request(remote, &request, arena, &reply, error) &&
           objects_remote_parse_list(bytes_str(reply.body), query->limit, arena, ret_page, error);
}
