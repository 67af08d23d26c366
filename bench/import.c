/* SPDX-License-Identifier: Apache-2.0 */
/* cairn import of a folder of log files as CloudTrail delivers them, beside loading the same files into
 * SQLite. */
#include "base/arena.h"
#include "base/own.h"
#include "codec/compress.h"
#include "sys/clock.h"
#include "sys/disk.h"

#include "bench.h"
#include "corpus.h"
#include "log_files.h"
#include "peer.h"
#include "target.h"

#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

extern char **environ;

static double import_cairn(const struct bench_settings *settings, const char *folder) {
    const char *arguments[] = {settings->cairn, "import", "--endpoint", target_url(), folder, NULL};
    struct error error = {.message = "cairn import failed"};
    int pid = 0;
    int status = 0;
    double started = bench_seconds();
    if (posix_spawn(&pid, settings->cairn, NULL, NULL, (char *const *)(uintptr_t)arguments, environ) != 0 ||
        waitpid(pid, &status, 0) != pid || status != 0)
        bench_fail(&error);
    return (double)settings->events / (bench_seconds() - started);
}

struct load {
    struct peer *peer;
    struct event_parser *parser;
};

static bool load_record(struct str record, void *context) {
    struct load *load = context;
    struct event_facets facets;
    struct error error = {0};
    if (!event_parse(load->parser, record, clock_now(clock_real()), &facets, &error))
        bench_fail(&error);
    load->peer->methods->add(load->peer, &facets, record);
    return true;
}

static double import_peer(const struct bench_settings *settings, struct moment end, struct disk *disk) {
    struct load load = {peer_sqlite.open(bench_folder(settings, "import-sqlite")), event_parser_create()};
    struct json_parser *splitter = json_parser_create();
    struct buf packed = BUF_INIT(BUF_UNBOUNDED);
    struct buf text = BUF_INIT((size_t)1 << 30);
    double started = bench_seconds();
    uint64_t count = 0;
    for (; count < settings->peer_events && count < settings->events; count += LOG_FILE_EVENTS) {
        struct error error = {0};
        char name[LOG_FILE_NAME_SIZE];
        log_file_name(count, settings->events, end, name);
        buf_clear(&packed);
        buf_clear(&text);
        if (!disk_read_file(disk, name, &packed, &error) || !gzip_inflate(buf_bytes(&packed), &text, &error))
            bench_fail(&error);
        struct str records = buf_str(&text);
        IGNORE(buf_reserve(&text, JSON_PADDING) == NULL, "the limit is far");
        load.peer->methods->begin(load.peer);
        if (!json_split_records(splitter, str_of(text.data, records.size), load_record, &load, &error))
            bench_fail(&error);
        load.peer->methods->commit(load.peer);
    }
    double rate = (double)count / (bench_seconds() - started);
    load.peer->methods->close(load.peer);
    event_parser_destroy(load.parser);
    json_parser_destroy(splitter);
    buf_finish(&packed);
    buf_finish(&text);
    return rate;
}

void bench_import(const struct bench_settings *settings) {
    struct error error = {0};
    const char *folder = bench_folder(settings, "import");
    struct corpus *corpus = corpus_create(settings->data, &error);
    struct disk *disk = disk_real_create(folder, &error);
    if (corpus == NULL || disk == NULL)
        bench_fail(&error);
    struct arena arena = ARENA_INIT;
    struct http_client *client =
        http_client_create(&(struct http_client_options){.connect_timeout_ms = 5000});
    printf("import: %llu events in files of %d\n", (unsigned long long)settings->events, LOG_FILE_EVENTS);
    struct moment end = clock_now(clock_real());
    log_files_write(settings, corpus, end, disk);
    int pid = target_start(settings);
    target_wait_ready(client, &arena);
    double rate = import_cairn(settings, folder);
    bench_row("cairn import", rate / 1000, "k events/s");
    target_stop(pid);
    double peer = import_peer(settings, end, disk);
    bench_row("SQLite, nine indexes, in process", peer / 1000, "k events/s");
    bench_row("Cairn is faster by", rate / peer, "times");
    http_client_destroy(client);
    arena_finish(&arena);
    disk_real_destroy(disk);
    corpus_destroy(corpus);
}
