/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Delivery: from the journal to log files on disk (read, select, hash, gzip, write, sync, rename), on
 * one core: while it follows what comes in, and catching up from disk with all that came before. Beside
 * it the same files made the plain way with zlib -6. The first and the last share their core with what is not
 * theirs, so their thread's CPU time is what counts.
 */
#include "delivery/delivery.h"

#include "base/arena.h"
#include "base/own.h"
#include "catalog/trails.h"
#include "codec/hash.h"
#include "objects/objects.h"
#include "sys/clock.h"

#include "bench.h"
#include "corpus.h"
#include "pipeline.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

enum { FILE_EVENTS = 5000, BATCH_EVENTS = 800, INTERVAL_MS = 300000 };

static const char account[] = "123837392027";
static const char create_id[] = "11111111-1111-4111-8111-111111111111";
static const char start_id[] = "22222222-2222-4222-8222-222222222222";

static struct uuid id_of(const char *text) {
    struct uuid id = {{0}};
    struct error error = {.message = "bad id"};
    if (!uuid_parse(str_from(text), &id))
        bench_fail(&error);
    return id;
}

static void make_trail(struct catalog *catalog) {
    struct error error = {0};
    struct catalog_trail trail = {.account = str_from(account),
        .home_region = STR_LITERAL("us-east-1"),
        .name = STR_LITERAL("bench"),
        .arn = STR_LITERAL("arn:aws:cloudtrail:us-east-1:123837392027:trail/bench"),
        .s3_bucket_name = STR_LITERAL("bench-logs"),
        .include_global_service_events = true,
        .is_multi_region = true};
    uint64_t id = 0;
    struct catalog_change *change = catalog_begin(catalog, &error);
    if (change == NULL || !catalog_trail_create(change, &trail, id_of(create_id), &id, &error) ||
        !catalog_trail_set_logging(change, id, true, clock_now(clock_real()), id_of(start_id), &error) ||
        !catalog_commit(change, &error))
        bench_fail(&error);
}

/* The events that the trail's versions hold from. */
static void append_own(struct buf *text, const char *name, const char *id) {
    buf_append_format(text,
        "{\"eventVersion\":\"1.11\",\"userIdentity\":{\"type\":\"Root\",\"accountId\":\"%s\"},\"eventTime\":"
        "\"2026-01-01T00:00:00Z\",\"eventSource\":\"cloudtrail.amazonaws.com\",\"eventName\":\"%s\","
        "\"awsRegion\":"
        "\"us-east-1\",\"sourceIPAddress\":\"10.0.0.1\",\"requestParameters\":null,\"responseElements\":null,"
        "\"eventID\":\"%s\",\"readOnly\":false,\"eventType\":\"AwsApiCall\",\"managementEvent\":true,"
        "\"recipientAccountId\":\"%s\",\"eventCategory\":\"Management\"}\n",
        account, name, id, account);
}

static void submit(struct pipeline *pipeline, struct buf *text) {
    struct error error = {0};
    struct admission_sender sender = {.door = EVENT_DOOR_EVENTS};
    struct admission_batch *batch = admission_batch_create(pipeline->admission, &sender);
    size_t size = text->size;
    IGNORE(buf_reserve(text, JSON_PADDING) == NULL, "unbounded");
    struct str lines = str_of(text->data, size);
    while (lines.size > 0)
        admission_batch_add(batch, str_cut(&lines, '\n'));
    if (!admission_submit(pipeline->admission, batch, 60000, &error))
        bench_fail(&error);
    admission_batch_destroy(batch);
    buf_clear(text);
}

/* A delivery with a catalog of its own, so that it begins at the first event. */
struct run {
    struct catalog *catalog;
    struct delivery *delivery;
    double seconds; /* CPU time of its steps */
};

static void start_run(struct run *run, struct pipeline *pipeline, struct objects *objects) {
    struct error error = {0};
    struct catalog_options catalog_options = {
        .path = ":memory:", .key = (const uint8_t *)"0123456789abcdef0123456789abcdef"};
    *run = (struct run){.catalog = catalog_open(&catalog_options, &error)};
    if (run->catalog == NULL)
        bench_fail(&error);
    make_trail(run->catalog);
    struct delivery_stores stores = {run->catalog, pipeline->journal, pipeline->history, objects};
    struct delivery_options options = {.interval_ms = INTERVAL_MS,
        .home_region = STR_LITERAL("us-east-1"),
        .home_account = str_from(account)};
    run->delivery = delivery_open(&stores, &options, &error);
    if (run->delivery == NULL)
        bench_fail(&error);
}

/* All that can be done now, `ahead_ms` in the future. */
static void step_all(struct run *run, int64_t ahead_ms) {
    struct moment due = MOMENT_MIN;
    struct moment now = clock_now(clock_real());
    now.ms += ahead_ms;
    double started = bench_thread_cpu_seconds();
    while (due.ms <= now.ms) {
        struct error error = {0};
        if (!delivery_step(run->delivery, now, &due, &error))
            bench_fail(&error);
    }
    run->seconds += bench_thread_cpu_seconds() - started;
}

/* Past the interval all files are due. */
static struct delivery_stats end_run(struct run *run, uint64_t events) {
    struct delivery_stats stats = {0};
    struct error error = {.message = "not all events were delivered"};
    step_all(run, INTERVAL_MS + 1000);
    delivery_stats(run->delivery, &stats);
    if (stats.events_planned < events || stats.files_done < stats.files_planned)
        bench_fail(&error);
    delivery_close(run->delivery);
    catalog_close(run->catalog);
    return stats;
}

static double follow(const struct bench_settings *settings, const struct corpus *corpus,
    struct pipeline *pipeline, struct objects *objects) {
    struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct moment end = clock_now(clock_real());
    struct run run;
    start_run(&run, pipeline, objects);
    append_own(&text, "CreateTrail", create_id);
    append_own(&text, "StartLogging", start_id);
    for (uint64_t i = 0; i < settings->events; i++) {
        corpus_append(corpus, i, settings->events, end, &text);
        buf_append_char(&text, '\n');
        if (i % BATCH_EVENTS != BATCH_EVENTS - 1 && i + 1 < settings->events)
            continue;
        submit(pipeline, &text);
        step_all(&run, 0);
    }
    buf_finish(&text);
    struct delivery_stats stats = end_run(&run, settings->events);
    double rate = (double)settings->events / run.seconds;
    bench_row("log files, following", rate / 1000, "k events/s of CPU");
    bench_row("  files", (double)stats.files_done, "");
    bench_row(
        "  compressed to", 100.0 * (double)stats.gzip_bytes_done / (double)stats.raw_bytes_planned, "%");
    return rate;
}

static void catch_up(
    const struct bench_settings *settings, struct pipeline *pipeline, struct objects *objects) {
    struct run run;
    start_run(&run, pipeline, objects);
    double started = bench_seconds();
    step_all(&run, 0);
    (void)end_run(&run, settings->events);
    bench_row("log files, catching up from disk",
        (double)settings->events / (bench_seconds() - started) / 1000, "k events/s");
}

static void write_plainly(struct disk *disk, struct buf *raw, struct buf *packed, unsigned number) {
    struct error error = {0};
    uint8_t hash[SHA256_SIZE];
    char name[64];
    z_stream stream = {.next_in = (unsigned char *)raw->data, .avail_in = (unsigned)raw->size};
    hash_sha256(buf_bytes(raw), hash);
    error = (struct error){.message = "zlib failed"};
    if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        bench_fail(&error);
    size_t bound = deflateBound(&stream, raw->size);
    buf_clear(packed);
    stream.next_out = buf_reserve(packed, bound);
    stream.avail_out = (unsigned)bound;
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
        bench_fail(&error);
    buf_commit(packed, stream.total_out);
    deflateEnd(&stream);
    (void)snprintf(name, sizeof name, "%u.json.gz", number);
    if (!disk_write_file(disk, name, buf_bytes(packed), &error))
        bench_fail(&error);
}

static double deliver_plainly(const struct bench_settings *settings, const struct corpus *corpus) {
    struct error error = {0};
    struct disk *disk = disk_real_create(bench_folder(settings, "zlib"), &error);
    struct buf raw = BUF_INIT(BUF_UNBOUNDED);
    struct buf packed = BUF_INIT(BUF_UNBOUNDED);
    struct moment end = clock_now(clock_real());
    double seconds = 0;
    uint64_t count = 0;
    if (disk == NULL)
        bench_fail(&error);
    for (unsigned number = 0; count < settings->peer_events; number++) {
        buf_clear(&raw);
        buf_append_text(&raw, "{\"Records\":[");
        for (int i = 0; i < FILE_EVENTS; i++, count++) {
            buf_append_text(&raw, i > 0 ? "," : "");
            corpus_append(corpus, count, settings->peer_events + FILE_EVENTS, end, &raw);
        }
        buf_append_text(&raw, "]}");
        double started = bench_thread_cpu_seconds(); /* making the records is not what is measured */
        write_plainly(disk, &raw, &packed, number);
        seconds += bench_thread_cpu_seconds() - started;
    }
    buf_finish(&raw);
    buf_finish(&packed);
    disk_real_destroy(disk);
    return (double)count / seconds;
}

void bench_delivery(const struct bench_settings *settings) {
    struct error error = {0};
    struct corpus *corpus = corpus_create(settings->data, &error);
    const char *folder = bench_folder(settings, "cairn");
    struct disk *disk = disk_real_create(folder, &error);
    struct objects_options objects_options = {.rule_count = 0};
    struct objects *objects = disk == NULL ? NULL : objects_open(disk, &objects_options, &error);
    struct objects_bucket bucket = {.name = STR_LITERAL("bench-logs"),
        .owner_account = str_from(account),
        .region = STR_LITERAL("us-east-1"),
        .created_at = clock_now(clock_real())};
    if (corpus == NULL || objects == NULL || !objects_bucket_create(objects, &bucket, &error))
        bench_fail(&error);
    printf("delivery, one core: %llu events\n", (unsigned long long)settings->events);
    struct pipeline pipeline;
    pipeline_open(&pipeline, folder);
    double rate = follow(settings, corpus, &pipeline, objects);
    pipeline_wait_searchable(&pipeline);
    clock_sleep_ms(2000); /* let seals and merges end: their time is not delivery's */
    catch_up(settings, &pipeline, objects);
    double peer = deliver_plainly(settings, corpus);
    bench_row("log files, zlib -6, nothing selected or planned", peer / 1000, "k events/s of CPU");
    bench_row("Cairn is faster by", rate / peer, "times");
    pipeline_close(&pipeline);
    objects_close(objects);
    disk_real_destroy(disk);
    corpus_destroy(corpus);
}
