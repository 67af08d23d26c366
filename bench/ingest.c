/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In process: from a record's text to searchable, everything durable with a sync per MiB, on one
 * core (the caller pins the process). Records are generated beforehand into a file, so that making
 * them costs nothing here. SQLite and RocksDB get the same records, parsed the same way.
 */
#include "base/arena.h"
#include "base/own.h"
#include "sys/clock.h"
#include "sys/thread.h"

#include "bench.h"
#include "corpus.h"
#include "peer.h"
#include "pipeline.h"

#include <stdio.h>
#include <string.h>

enum {
    BATCH_BYTES = 1 << 20,
    SENDERS = 3,
    PAGE = 50,
    LIVE_AHEAD_MS = 180000, /* their minutes are still open for insights when they are sent */
};

static const uint64_t FAR = (uint64_t)1 << 40; /* of so many records the last million is of two minutes */

struct source {
    struct disk_file *file;
    struct mutex mutex; /* guards offset */
    uint64_t offset, size;
};

struct sender {
    struct pipeline *pipeline;
    struct source *source;
    struct thread *thread;
    uint64_t accepted;
};

/* The next whole lines, about BATCH_BYTES of them; empty at the end. */
static struct str next_lines(struct source *source, struct buf *buf) {
    struct error error = {0};
    size_t size = 0;
    MUTEX_SCOPE(&source->mutex);
    buf_clear(buf);
    char *place = buf_reserve(buf, BATCH_BYTES + JSON_PADDING);
    if (!disk_read(source->file, source->offset, place, BATCH_BYTES, &size, &error))
        bench_fail(&error);
    while (size > 0 && place[size - 1] != '\n')
        size--;
    source->offset += size;
    return str_of(place, size);
}

static void run_sender(void *context) {
    struct sender *sender = context;
    struct buf buf = BUF_INIT(2 * BATCH_BYTES);
    struct admission_sender as = {
        .door = EVENT_DOOR_EVENTS, .principal = STR_LITERAL("arn:aws:iam::123456789012:root")};
    for (;;) {
        struct error error = {0};
        struct str lines = next_lines(sender->source, &buf);
        if (lines.size == 0)
            break;
        struct admission_batch *batch = admission_batch_create(sender->pipeline->admission, &as);
        while (lines.size > 0)
            admission_batch_add(batch, str_cut(&lines, '\n'));
        if (!admission_submit(sender->pipeline->admission, batch, 60000, &error))
            bench_fail(&error);
        for (size_t i = 0; i < admission_batch_count(batch); i++)
            sender->accepted += admission_batch_result(batch, i).outcome == ADMISSION_ACCEPTED;
        admission_batch_destroy(batch);
    }
    buf_finish(&buf);
}

/* Of 30 days, as an archive has them, or (`is_live`) of these minutes. */
static void write_corpus(
    const struct bench_settings *settings, const struct corpus *corpus, bool is_live, struct disk *disk) {
    struct error error = {0};
    struct moment end = clock_now(clock_real());
    uint64_t first = is_live ? FAR : 0;
    end.ms += is_live ? LIVE_AHEAD_MS : 0;
    struct disk_file *file = disk_open(disk, "corpus.ndjson", DISK_CREATE, &error);
    struct buf buf = BUF_INIT(BUF_UNBOUNDED);
    for (uint64_t i = 0; file != NULL && i < settings->events; i++) {
        corpus_append(corpus, first + i, first + settings->events, end, &buf);
        buf_append_char(&buf, '\n');
        if (buf.size < 8 << 20 && i + 1 < settings->events)
            continue;
        if (!disk_append(file, buf.data, buf.size, &error))
            bench_fail(&error);
        buf_clear(&buf);
    }
    if (file == NULL)
        bench_fail(&error);
    buf_finish(&buf);
    disk_close(file);
}

static double ingest_cairn(
    const struct bench_settings *settings, struct pipeline *pipeline, struct disk *disk) {
    struct error error = {0};
    struct source source = {.file = disk_open(disk, "corpus.ndjson", DISK_READ, &error)};
    struct sender senders[SENDERS] = {{.pipeline = pipeline}};
    mutex_init(&source.mutex);
    double started = bench_seconds();
    double cpu_started = bench_cpu_seconds();
    for (int i = 0; i < SENDERS; i++) {
        senders[i] = (struct sender){.pipeline = pipeline, .source = &source};
        senders[i].thread = thread_start("sender", run_sender, &senders[i]);
    }
    uint64_t accepted = 0;
    for (int i = 0; i < SENDERS; i++) {
        thread_join(senders[i].thread);
        accepted += senders[i].accepted;
    }
    pipeline_wait_searchable(pipeline);
    double seconds = bench_seconds() - started;
    if (accepted != settings->events)
        printf("  (!) %llu of %llu events were accepted\n", (unsigned long long)accepted,
            (unsigned long long)settings->events);
    double rate = (double)settings->events / seconds;
    bench_row("Cairn, durable and searchable", rate / 1000, "k events/s");
    bench_row("  CPU per event", (bench_cpu_seconds() - cpu_started) / (double)settings->events * 1e6, "us");
    bench_row("  syncs", (double)journal_stats(pipeline->journal).sync_count, "");
    bench_row("  resident memory, peak", (double)bench_resident_peak() / 1048576, "MiB");
    mutex_finish(&source.mutex);
    disk_close(source.file);
    return rate;
}

static double ingest_peer(const struct bench_settings *settings, const struct peer_methods *methods,
    const char *folder, struct disk *disk, struct peer **ret_peer) {
    struct error error = {0};
    struct source source = {.file = disk_open(disk, "corpus.ndjson", DISK_READ, &error)};
    struct buf buf = BUF_INIT(2 * BATCH_BYTES);
    struct event_parser *parser = event_parser_create();
    struct peer *peer = methods->open(bench_folder(settings, folder));
    mutex_init(&source.mutex);
    double started = bench_seconds();
    uint64_t count = 0;
    while (count < settings->peer_events) {
        struct str lines = next_lines(&source, &buf);
        if (lines.size == 0)
            break;
        peer->methods->begin(peer);
        for (; lines.size > 0; count++) {
            struct event_facets facets;
            struct str record = str_cut(&lines, '\n');
            if (!event_parse(parser, record, clock_now(clock_real()), &facets, &error))
                bench_fail(&error);
            peer->methods->add(peer, &facets, record);
        }
        peer->methods->commit(peer);
    }
    double rate = (double)count / (bench_seconds() - started);
    bench_row(methods->name, rate / 1000, "k events/s");
    bench_row("  bytes an event on disk", (double)peer->methods->disk_bytes(peer) / (double)count, "bytes");
    event_parser_destroy(parser);
    buf_finish(&buf);
    mutex_finish(&source.mutex);
    disk_close(source.file);
    *ret_peer = peer;
    return rate;
}

/* Random users of the corpus, newest 50, straight from history. */
static void look_up(
    const struct bench_settings *settings, struct pipeline *pipeline, struct peer *const *peers) {
    double *samples = mem_alloc_array(settings->lookups, sizeof *samples);
    struct arena arena = ARENA_INIT;
    struct buf out = BUF_INIT(BUF_UNBOUNDED);
    for (int which = 0; which < 3; which++) {
        for (uint64_t i = 0; i < settings->lookups; i++) {
            char user[32];
            (void)snprintf(user, sizeof user, "user-%04u", (unsigned)((i * 2654435761u >> 7) % CORPUS_USERS));
            struct history_filter filter = {HISTORY_USERNAME, str_from(user)};
            struct history_query query = {.account = STR_LITERAL("123837392027"),
                .region = STR_LITERAL("us-east-1"),
                .from = MOMENT_MIN,
                .to = MOMENT_MAX,
                .filters = &filter,
                .filter_count = 1,
                .limit = PAGE,
                .now = clock_now(clock_real())};
            struct history_page page = {0};
            struct error error = {0};
            arena_clear(&arena);
            buf_clear(&out);
            double started = bench_seconds();
            if (which == 0 && !history_lookup(pipeline->history, &query, &arena, &page, &error))
                bench_fail(&error);
            if (which > 0)
                peers[which - 1]->methods->newest_of_user(peers[which - 1], filter.value, PAGE, &out);
            samples[i] = (bench_seconds() - started) * 1000;
        }
        const char *name = which == 0 ? "Cairn" : peers[which - 1]->methods->name;
        double median = bench_percentile(samples, settings->lookups, 0.5);
        printf("  newest %d of a user, %-24s p50 %.2f ms, p99 %.2f ms\n", PAGE, name, median,
            bench_percentile(samples, settings->lookups, 0.99));
    }
    buf_finish(&out);
    arena_finish(&arena);
    mem_free(samples);
}

/* The rate of live events with the reader of insights on or off. */
static double ingest_live(
    const struct bench_settings *settings, const char *folder, bool has_insights, struct disk *disk) {
    struct pipeline pipeline;
    pipeline_open(&pipeline, bench_folder(settings, folder));
    if (has_insights)
        pipeline_start_insights(&pipeline);
    double rate = ingest_cairn(settings, &pipeline, disk);
    pipeline_seal(&pipeline);
    if (has_insights) {
        double counted = (double)insights_stats(pipeline.insights).events_counted;
        bench_row("  CPU per event of the reader",
            pipeline.counter_cpu_seconds / (double)settings->events * 1e6, "us");
        bench_row("  events that insights count", 100 * counted / (double)settings->events, "%");
    }
    pipeline_close(&pipeline);
    return rate;
}

void bench_ingest_insights(const struct bench_settings *settings) {
    struct error error = {0};
    struct corpus *corpus = corpus_create(settings->data, &error);
    struct disk *disk = disk_real_create(bench_folder(settings, "corpus"), &error);
    if (corpus == NULL || disk == NULL)
        bench_fail(&error);
    printf("in process, one core: %llu live events, without and with the reader of insights\n",
        (unsigned long long)settings->events);
    write_corpus(settings, corpus, true, disk);
    double without = ingest_live(settings, "without", false, disk);
    double with = ingest_live(settings, "with", true, disk);
    bench_row("with the reader the rate is", 100 * with / without, "% of that without");
    disk_real_destroy(disk);
    corpus_destroy(corpus);
}

void bench_ingest(const struct bench_settings *settings) {
    struct error error = {0};
    struct corpus *corpus = corpus_create(settings->data, &error);
    struct disk *disk = disk_real_create(bench_folder(settings, "corpus"), &error);
    if (corpus == NULL || disk == NULL)
        bench_fail(&error);
    printf("in process, one core: %llu events replayed from %zu records\n",
        (unsigned long long)settings->events, corpus_template_count(corpus));
    write_corpus(settings, corpus, false, disk);
    struct pipeline pipeline;
    struct peer *peers[2] = {NULL, NULL};
    pipeline_open(&pipeline, bench_folder(settings, "cairn"));
    double rate = ingest_cairn(settings, &pipeline, disk);
    pipeline_seal(&pipeline);
    struct history_stats stats = {0};
    history_stats(pipeline.history, &stats);
    bench_row(
        "  bytes an event on disk, history", (double)stats.disk_bytes / (double)settings->events, "bytes");
    double sqlite = ingest_peer(settings, &peer_sqlite, "sqlite", disk, &peers[0]);
    double rocksdb = ingest_peer(settings, &peer_rocksdb, "rocksdb", disk, &peers[1]);
    bench_row("Cairn is faster than SQLite by", rate / sqlite, "times");
    bench_row("Cairn is faster than RocksDB by", rate / rocksdb, "times");
    look_up(settings, &pipeline, peers);
    peers[0]->methods->close(peers[0]);
    peers[1]->methods->close(peers[1]);
    pipeline_close(&pipeline);
    disk_real_destroy(disk);
    corpus_destroy(corpus);
}
