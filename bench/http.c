/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Over HTTP, client and daemon on the same machine: POST /events in 1 MB batches on two connections,
 * the time from an acknowledgement to the event being found, and LookupEvents of random attribute
 * values of the corpus.
 */
#include "http/http.h"

#include "aws/sigv4.h"
#include "base/arena.h"
#include "base/own.h"
#include "codec/json.h"
#include "codec/text.h"
#include "event/event.h"
#include "sys/clock.h"
#include "sys/random.h"
#include "sys/thread.h"

#include "bench.h"
#include "corpus.h"

#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    BATCH_BYTES = 1 << 20,
    CLIENTS = 2,
    FOUND_SAMPLES = 200,
    ANSWER_BYTES_MAX = 64 << 20,
    START_TRIES = 200
};

static const char host[] = "127.0.0.1:18420";
static const char account[] = "123837392027"; /* of the replayed records */
extern char **environ;

static pid_t start_daemon(const struct bench_settings *settings) {
    pid_t pid = 0;
    char *arguments[] = {(char *)(uintptr_t)settings->cairn, "serve", "--data",
        (char *)(uintptr_t)bench_folder(settings, "daemon"), "--listen", (char *)(uintptr_t)host,
        "--account-id", (char *)(uintptr_t)account, "--accept-accounts", "any", NULL};
    struct error error = {.message = "cannot start the daemon: give --cairn"};
    setenv("CAIRN_ROOT_ACCESS_KEY_ID", "AKIABENCHBENCHBENCH0", 1);
    setenv("CAIRN_ROOT_SECRET_ACCESS_KEY", "bench/bench/bench/bench/bench/bench/benc", 1);
    if (settings->cairn == NULL || posix_spawn(&pid, settings->cairn, NULL, NULL, arguments, environ) != 0)
        bench_fail(&error);
    return pid;
}

/* A signed call; the reply lives in the arena. */
static bool call(struct http_client *client, struct arena *arena, const char *path, const char *service,
    const char *target, struct bytes body, struct http_reply *ret_reply) {
    struct error error = {0};
    uint8_t hash[SHA256_SIZE];
    char hash_text[2 * SHA256_SIZE];
    hash_sha256(body, hash);
    hex_encode(BYTES_OF(hash), hash_text);
    struct aws_header headers[3] = {{STR_LITERAL("Host"), str_from(host)},
        {STR_LITERAL("Content-Type"), STR_LITERAL("application/x-amz-json-1.1")},
        {STR_LITERAL("X-Amz-Target"), str_from(target)}};
    struct aws_request request = {.method = STR_LITERAL("POST"),
        .path = str_from(path),
        .headers = headers,
        .header_count = target == NULL ? 2 : 3,
        .payload_hash = str_of(hash_text, sizeof hash_text)};
    struct aws_sign_options sign = {.access_key_id = STR_LITERAL("AKIABENCHBENCHBENCH0"),
        .secret_access_key = STR_LITERAL("bench/bench/bench/bench/bench/bench/benc"),
        .region = STR_LITERAL("us-east-1"),
        .service = str_from(service),
        .now = clock_now(clock_real())};
    struct aws_header *made = NULL;
    size_t count = aws_sign(arena, &request, &sign, &made);
    struct http_header *wire = ARENA_ARRAY(arena, count, struct http_header);
    for (size_t i = 0; i < count; i++)
        wire[i] = (struct http_header){made[i].name, made[i].value};
    struct http_call http_call = {.method = request.method,
        .url = arena_format(arena, "http://%s%s", host, path),
        .headers = wire,
        .header_count = count,
        .body = body,
        .answer_bytes_max = ANSWER_BYTES_MAX};
    return http_client_call(client, &http_call, arena, ret_reply, &error);
}

static void wait_ready(struct http_client *client, struct arena *arena) {
    for (int i = 0; i < START_TRIES; i++) {
        struct error error = {0};
        struct http_reply reply = {0};
        struct http_call ready = {.method = STR_LITERAL("GET"),
            .url = arena_format(arena, "http://%s/readyz", host),
            .answer_bytes_max = 4096};
        if (http_client_call(client, &ready, arena, &reply, &error) && reply.status == 200)
            return;
        clock_sleep_ms(50);
    }
    struct error error = {.message = "the daemon does not get ready"};
    bench_fail(&error);
}

struct poster {
    const struct corpus *corpus;
    const struct bench_settings *settings;
    struct moment end;
    atomic_uint_fast64_t *next; /* index of the next event to send */
    struct thread *thread;
};

static void run_poster(void *context) {
    struct poster *poster = context;
    struct arena arena = ARENA_INIT;
    struct buf body = BUF_INIT(BUF_UNBOUNDED);
    struct http_client *client =
        http_client_create(&(struct http_client_options){.connect_timeout_ms = 5000});
    enum { CHUNK = 800 };
    for (;;) {
        uint64_t first = atomic_fetch_add(poster->next, CHUNK);
        if (first >= poster->settings->events)
            break;
        buf_clear(&body);
        buf_append_text(&body, "{\"Records\":[");
        for (uint64_t i = first; i < first + CHUNK && i < poster->settings->events; i++) {
            if (i > first)
                buf_append_char(&body, ',');
            corpus_append(poster->corpus, i, poster->settings->events, poster->end, &body);
        }
        buf_append_text(&body, "]}");
        struct http_reply reply = {0};
        for (;;) {
            arena_clear(&arena);
            struct error error = {.message = "POST /events failed"};
            if (!call(client, &arena, "/events", "cairn", NULL, buf_bytes(&body), &reply))
                bench_fail(&error);
            if (reply.status == 200)
                break;
            if (reply.status != 429) {
                fprintf(stderr, "%.*s\n", STR(bytes_str(reply.body)));
                bench_fail(&error);
            }
            clock_sleep_ms(50);
        }
    }
    http_client_destroy(client);
    buf_finish(&body);
    arena_finish(&arena);
}

static void post_all(const struct bench_settings *settings, const struct corpus *corpus, struct moment end) {
    atomic_uint_fast64_t next = 0;
    struct poster posters[CLIENTS];
    double started = bench_seconds();
    for (int i = 0; i < CLIENTS; i++) {
        posters[i] = (struct poster){corpus, settings, end, &next, NULL};
        posters[i].thread = thread_start("poster", run_poster, &posters[i]);
    }
    for (int i = 0; i < CLIENTS; i++)
        thread_join(posters[i].thread);
    bench_row("POST /events, 1 MB batches, client included",
        (double)settings->events / (bench_seconds() - started) / 1000, "k events/s");
}

static size_t look_up(
    struct http_client *client, struct arena *arena, const char *key, struct str value, double *ret_ms) {
    struct buf body = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&body);
    json_begin_object(&writer);
    json_key(&writer, STR_LITERAL("LookupAttributes"));
    json_begin_array(&writer);
    json_begin_object(&writer);
    json_member_string(&writer, "AttributeKey", str_from(key));
    json_member_string(&writer, "AttributeValue", value);
    json_end_object(&writer);
    json_end_array(&writer);
    json_member_i64(&writer, "MaxResults", 50);
    json_end_object(&writer);
    struct http_reply reply = {0};
    struct error error = {.message = "LookupEvents failed"};
    double started = bench_seconds();
    if (!call(
            client, arena, "/", "cloudtrail", "CloudTrail_20131101.LookupEvents", buf_bytes(&body), &reply) ||
        reply.status != 200) {
        fprintf(stderr, "%.*s\n", STR(bytes_str(reply.body)));
        bench_fail(&error);
    }
    *ret_ms = (bench_seconds() - started) * 1000;
    buf_finish(&body);
    struct str answer = bytes_str(reply.body);
    size_t count = 0;
    for (size_t at = str_find(answer, STR_LITERAL("\"EventId\":")); at != SIZE_MAX;
         at = str_find(answer, STR_LITERAL("\"EventId\":"))) {
        answer = str_slice(answer, at + 1, SIZE_MAX);
        count++;
    }
    return count;
}

/* A random attribute of a random event. */
static const char *choose(
    const struct event_facets *facets, uint64_t random, struct arena *arena, struct str *ret_value) {
    char id[UUID_TEXT_SIZE + 1];
    uuid_format(facets->id, id);
    bool has_resource = facets->lookup_resource_count > 0;
    const struct {
        const char *key;
        struct str value;
    } rows[] = {{"EventName", facets->name}, {"EventSource", facets->source}, {"Username", facets->username},
        {"AccessKeyId", facets->access_key_id}, {"EventId", arena_str(arena, str_from(id))},
        {"ReadOnly", facets->read_only == EVENT_TRUE ? STR_LITERAL("true") : STR_LITERAL("false")},
        {"ResourceName", has_resource ? facets->lookup_resources[0].name : STR_EMPTY},
        {"ResourceType", has_resource ? facets->lookup_resources[0].type : STR_EMPTY}};
    size_t which = (size_t)(random % (sizeof rows / sizeof rows[0]));
    while (rows[which].value.size == 0)
        which = (which + 1) % (sizeof rows / sizeof rows[0]);
    *ret_value = arena_str(arena, rows[which].value);
    return rows[which].key;
}

static void look_up_all(const struct bench_settings *settings, const struct corpus *corpus, struct moment end,
    struct http_client *client) {
    double *samples = mem_alloc_array(settings->lookups, sizeof *samples);
    struct arena arena = ARENA_INIT;
    struct buf record = BUF_INIT(BUF_UNBOUNDED);
    struct event_parser *parser = event_parser_create();
    uint64_t results = 0;
    for (uint64_t i = 0; i < settings->lookups; i++) {
        uint64_t random = (i + 1) * 0x9e3779b97f4a7c15u;
        struct event_facets facets;
        struct error error = {0};
        arena_clear(&arena);
        buf_clear(&record);
        corpus_append(corpus, (random >> 20) % settings->events, settings->events, end, &record);
        struct str text = buf_str(&record);
        IGNORE(buf_reserve(&record, JSON_PADDING) == NULL, "unbounded");
        if (!event_parse(parser, text, end, &facets, &error))
            bench_fail(&error);
        struct str value = STR_EMPTY;
        const char *key = choose(&facets, random >> 7, &arena, &value);
        size_t count = look_up(client, &arena, key, value, &samples[i]);
        struct error nothing = {.message = "LookupEvents found nothing for a value of the corpus"};
        if (count == 0) {
            fprintf(stderr, "%s=%.*s\n", key, STR(value));
            bench_fail(&nothing);
        }
        results += count;
    }
    printf("  LookupEvents over HTTP, random attribute values, %.1f results each\n",
        (double)results / (double)settings->lookups);
    bench_row("  p50", bench_percentile(samples, settings->lookups, 0.5), "ms");
    bench_row("  p99", bench_percentile(samples, settings->lookups, 0.99), "ms");
    event_parser_destroy(parser);
    buf_finish(&record);
    arena_finish(&arena);
    mem_free(samples);
}

/* One event at a time: from its acknowledgement to the first lookup that has it. */
static void measure_found(const struct corpus *corpus, struct http_client *client) {
    double samples[FOUND_SAMPLES];
    struct arena arena = ARENA_INIT;
    struct buf body = BUF_INIT(BUF_UNBOUNDED);
    struct event_parser *parser = event_parser_create();
    for (int i = 0; i < FOUND_SAMPLES; i++) {
        struct error error = {.message = "POST /events failed"};
        struct event_facets facets;
        struct http_reply reply = {0};
        char id[UUID_TEXT_SIZE + 1];
        arena_clear(&arena);
        buf_clear(&body);
        corpus_append(corpus, random_u64() >> 8, UINT64_MAX, clock_now(clock_real()), &body);
        struct str text = buf_str(&body);
        IGNORE(buf_reserve(&body, JSON_PADDING) == NULL, "unbounded");
        if (!event_parse(parser, text, clock_now(clock_real()), &facets, &error) ||
            !call(client, &arena, "/events", "cairn", NULL, str_bytes(text), &reply) || reply.status != 200)
            bench_fail(&error);
        double started = bench_seconds();
        uuid_format(facets.id, id);
        double ignored = 0;
        while (look_up(client, &arena, "EventId", str_from(id), &ignored) == 0)
            arena_clear(&arena);
        samples[i] = (bench_seconds() - started) * 1000;
    }
    bench_row("acknowledged to found, p50", bench_percentile(samples, FOUND_SAMPLES, 0.5), "ms");
    bench_row("acknowledged to found, p99", bench_percentile(samples, FOUND_SAMPLES, 0.99), "ms");
    event_parser_destroy(parser);
    buf_finish(&body);
    arena_finish(&arena);
}

static void print_daemon_memory(pid_t pid) {
    char path[64];
    char line[256];
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        uint64_t kibibytes = 0;
        struct str text = str_from(line);
        if (!str_starts_with(text, STR_LITERAL("VmHWM:")))
            continue;
        text = str_trim(str_slice(text, 6, SIZE_MAX));
        if (str_to_u64(str_cut(&text, ' '), &kibibytes))
            bench_row("resident memory of the daemon, peak", (double)kibibytes / 1024, "MiB");
    }
    if (file != NULL)
        fclose(file);
}

void bench_http(const struct bench_settings *settings) {
    struct error error = {0};
    struct corpus *corpus = corpus_create(settings->data, &error);
    if (corpus == NULL)
        bench_fail(&error);
    struct arena arena = ARENA_INIT;
    struct http_client *client =
        http_client_create(&(struct http_client_options){.connect_timeout_ms = 5000});
    printf("over HTTP: %llu events\n", (unsigned long long)settings->events);
    pid_t pid = start_daemon(settings);
    struct moment end = clock_now(clock_real());
    wait_ready(client, &arena);
    post_all(settings, corpus, end);
    clock_sleep_ms(2000); /* segments of the last seconds are sealed and merged */
    look_up_all(settings, corpus, end, client);
    measure_found(corpus, client);
    print_daemon_memory(pid);
    http_client_destroy(client);
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    arena_finish(&arena);
    corpus_destroy(corpus);
}
