/* SPDX-License-Identifier: Apache-2.0 */
#include "log_files.h"

#include "base/own.h"
#include "codec/compress.h"
#include "codec/text.h"
#include "sys/clock.h"
#include "sys/disk.h"

#include <stdio.h>

void log_file_name(uint64_t first, uint64_t count, struct moment end, char ret_name[LOG_FILE_NAME_SIZE]) {
    char time[32];
    struct buf iso = BUF_INIT(sizeof time);
    time_append_iso(&iso, corpus_time(first, count, end)); /* 2026-01-02T03:04:05Z */
    const char *at = iso.data;
    (void)snprintf(ret_name, LOG_FILE_NAME_SIZE,
        "123837392027_CloudTrail_us-east-1_%.4s%.2s%.2sT%.2s%.2sZ_%016llu.json.gz", at, at + 5, at + 8,
        at + 11, at + 14, (unsigned long long)first);
    buf_finish(&iso);
}

uint64_t log_files_write(const struct bench_settings *settings, const struct corpus *corpus,
    struct moment end, struct disk *disk) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    SCOPED(buf_finish) struct buf packed = BUF_INIT(BUF_UNBOUNDED);
    uint64_t raw_bytes = 0;
    for (uint64_t first = 0; first < settings->events; first += LOG_FILE_EVENTS) {
        struct error error = {0};
        char name[LOG_FILE_NAME_SIZE];
        buf_clear(&text);
        buf_clear(&packed);
        buf_append_text(&text, "{\"Records\":[");
        for (uint64_t i = first; i < first + LOG_FILE_EVENTS && i < settings->events; i++) {
            if (i > first)
                buf_append_char(&text, ',');
            corpus_append(corpus, i, settings->events, end, &text);
        }
        buf_append_text(&text, "]}");
        raw_bytes += text.size;
        log_file_name(first, settings->events, end, name);
        SCOPED(disk_closep) struct disk_file *file = disk_open(disk, name, DISK_CREATE, &error);
        if (file == NULL || !gzip_append(&packed, buf_bytes(&text), &error) ||
            !disk_append(file, packed.data, packed.size, &error))
            bench_fail(&error);
    }
    return raw_bytes;
}

void bench_log_files(const struct bench_settings *settings) {
    struct error error = {0};
    struct corpus *corpus = corpus_create(settings->data, &error);
    struct disk *disk = disk_real_create(settings->work, &error);
    if (corpus == NULL || disk == NULL)
        bench_fail(&error);
    uint64_t raw_bytes = log_files_write(settings, corpus, clock_now(clock_real()), disk);
    printf("%llu events, %llu bytes\n", (unsigned long long)settings->events, (unsigned long long)raw_bytes);
    disk_real_destroy(disk);
    corpus_destroy(corpus);
}
