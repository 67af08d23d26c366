/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Over HTTP, client and daemon on the same machine: POST /events in 1 MB batches on two connections,
 * the time from an acknowledgement to the event being found, and LookupEvents of random attribute
 * values of the corpus.
 */

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
#include "target.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { BATCH_EVENTS = 800, CLIENTS = 2, FOUND_SAMPLES = 200 };

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
    for (;;) {
        uint64_t first = atomic_fetch_add(poster->next, BATCH_EVENTS);
        if (first >= poster->settings->events)
            break;
        buf_clear(&body);
        buf_append_text(&body, "{\"Records\":[");
        for (uint64_t i = first; i < first + BATCH_EVENTS && i < poster->settings->events; i++) {
            if (i > first)
                buf_append_char(&body, ',');
            corpus_append(poster->corpus, i, poster->settings->events, poster->end, &body);
        }
        buf_append_text(&body, "]}");
        struct http_reply reply = {0};
        for (;;) {
            arena_clear(&arena);
            struct error error = {.message = "POST /events failed"};
            if (!target_call(client, &arena, "/events", "cairn", NULL, buf_bytes(&body), &reply))
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
    if (!target_call(
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
            !target_call(client, &arena, "/events", "cairn", NULL, str_bytes(text), &reply) ||
            reply.status != 200)
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

void bench_http(const struct bench_settings *settings) {
    struct error error = {0};
    struct corpus *corpus = corpus_create(settings->data, &error);
    if (corpus == NULL)
        bench_fail(&error);
    struct arena arena = ARENA_INIT;
    struct http_client *client =
        http_client_create(&(struct http_client_options){.connect_timeout_ms = 5000});
    printf("over HTTP: %llu events\n", (unsigned long long)settings->events);
    int pid = target_start(settings);
    struct moment end = clock_now(clock_real());
    target_wait_ready(client, &arena);
    post_all(settings, corpus, end);
    clock_sleep_ms(2000); /* segments of the last seconds are sealed and merged */
    look_up_all(settings, corpus, end, client);
    measure_found(corpus, client);
    target_print_memory(pid);
    http_client_destroy(client);
    target_stop(pid);
    arena_finish(&arena);
    corpus_destroy(corpus);
}
