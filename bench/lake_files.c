/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of events: records sorted, over the pipe to a worker, in columns, written; with the record itself and
 * without. Then all of them merged to one. Pinned to one core, parent and worker share it, so a rate is a
 * core's.
 */
#include "base/check.h"
#include "base/own.h"
#include "codec/text.h"
#include "engine/engine.h"

#include "bench.h"
#include "corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { EVENTS_PER_FILE = 100000, FILES_MAX = 256, FILE_BYTES_MAX = 1 << 30 };

struct files {
    struct engine *engine;
    struct corpus *corpus;
    const struct bench_settings *settings;
    char names[FILES_MAX][32];
    size_t count;
    uint64_t events, raw_bytes, bytes;
    double seconds, cpu_seconds;
};

/* Of this process and of the workers that ended. */
static double all_cpu_seconds(void) {
    struct rusage children = {0};
    getrusage(RUSAGE_CHILDREN, &children);
    return bench_cpu_seconds() + (double)(children.ru_utime.tv_sec + children.ru_stime.tv_sec) +
           (double)(children.ru_utime.tv_usec + children.ru_stime.tv_usec) / 1e6;
}

struct record {
    struct moment time;
    struct bytes bytes;
};

static int by_time(const void *a, const void *b) {
    const struct record *left = a, *right = b;
    if (left->time.ms != right->time.ms)
        return left->time.ms < right->time.ms ? -1 : 1;
    return (left->bytes.data > right->bytes.data) - (left->bytes.data < right->bytes.data);
}

static struct moment time_of(struct str record) {
    static const char *const key = "\"eventTime\":\"";
    struct moment time = {0};
    size_t at = str_find(record, str_from(key)) + strlen(key);
    ASSERT(time_parse_iso(str_slice(record, at, strlen("2023-11-14T22:13:20Z")), &time));
    return time;
}

/* Made first, so that making them is not measured. */
static void make_records(
    const struct files *files, uint64_t first, uint64_t count, struct buf *texts, struct record *records) {
    SCOPED(own_free) size_t *ends = mem_alloc_array(count, sizeof *ends);
    buf_clear(texts);
    for (uint64_t i = 0; i < count; i++) {
        corpus_append(
            files->corpus, first + i, files->settings->events, (struct moment){1700000000000}, texts);
        ends[i] = texts->size;
    }
    for (uint64_t i = 0; i < count; i++) {
        size_t at = i == 0 ? 0 : ends[i - 1];
        records[i].bytes = bytes_of(texts->data + at, ends[i] - at);
        records[i].time = time_of(bytes_str(records[i].bytes));
    }
}

/* As a store's reader does it. */
static void write_file(struct files *files, uint64_t first, uint64_t count, bool keep_json) {
    static struct buf texts = {.limit = FILE_BYTES_MAX};
    SCOPED(own_free) struct record *records = mem_alloc_array(count, sizeof *records);
    struct error error = {0};
    make_records(files, first, count, &texts, records);
    char *name = files->names[files->count];
    (void)snprintf(name, sizeof files->names[0], "%s%zu.parquet", keep_json ? "raw" : "bare", files->count);
    double start = bench_seconds(), cpu_start = all_cpu_seconds();
    struct engine_writer *writer = engine_writer_begin_sorted(files->engine, name, keep_json, &error);
    if (writer == NULL)
        bench_fail(&error);
    qsort(records, count, sizeof *records, by_time);
    for (uint64_t i = 0; i < count; i++)
        if (!engine_writer_add_sorted(writer, records[i].time, records[i].bytes, &error))
            bench_fail(&error);
    struct engine_file file;
    if (!engine_writer_finish(writer, &file, &error))
        bench_fail(&error);
    files->seconds += bench_seconds() - start;
    files->cpu_seconds += all_cpu_seconds() - cpu_start;
    files->count++;
    files->events += count;
    files->raw_bytes += texts.size;
    files->bytes += file.bytes;
}

static void merge_files(struct files *files) {
    const char *names[FILES_MAX];
    struct error error = {0};
    struct engine_file file;
    for (size_t i = 0; i < files->count; i++)
        names[i] = files->names[i];
    double start = bench_seconds();
    struct engine_merge merge = {
        .names = names, .name_count = files->count, .into = "merged.parquet", .oldest = MOMENT_MIN};
    if (!engine_merge(files->engine, &merge, &file, &error))
        bench_fail(&error);
    bench_row("merged", (double)file.rows / (bench_seconds() - start) / 1e3, "k events/s");
    bench_row("", (double)file.bytes / (double)file.rows, "bytes an event");
}

static void run(struct files *files, bool keep_json) {
    files->count = 0;
    files->events = files->raw_bytes = files->bytes = 0;
    files->seconds = files->cpu_seconds = 0;
    for (uint64_t first = 0; first < files->settings->events; first += EVENTS_PER_FILE) {
        uint64_t left = files->settings->events - first;
        write_file(files, first, left < EVENTS_PER_FILE ? left : EVENTS_PER_FILE, keep_json);
    }
    double events = (double)files->events;
    bench_row(keep_json ? "written with eventJson" : "written without", events / files->seconds / 1e3,
        "k events/s");
    bench_row("", (double)files->raw_bytes / files->seconds / 1e6, "MB/s of records");
    bench_row("", events / files->cpu_seconds / 1e3, "k events/s of CPU");
    bench_row("", (double)files->bytes / events, "bytes an event");
    merge_files(files);
}

void bench_lake_ingest(const struct bench_settings *settings) {
    struct error error = {0};
    struct files *files = MEM_NEW(struct files);
    files->settings = settings;
    files->corpus = corpus_create(settings->data, &error);
    if (files->corpus == NULL)
        bench_fail(&error);
    ASSERT(settings->events <= (uint64_t)FILES_MAX * EVENTS_PER_FILE);
    struct engine_options options = {.root = bench_folder(settings, "lake"),
        .library = getenv("CAIRN_ENGINE_LIBRARY"),
        .program = settings->cairn,
        .allow_unconfined = getenv("CAIRN_ALLOW_UNCONFINED_WORKERS") != NULL};
    files->engine = engine_create(&options);
    if (!engine_check(files->engine, &error))
        bench_fail(&error);
    printf(
        "lake-ingest: %llu events to files of %d\n", (unsigned long long)settings->events, EVENTS_PER_FILE);
    run(files, false);
    run(files, true);
    engine_destroy(files->engine);
    corpus_destroy(files->corpus);
    mem_free(files);
}
