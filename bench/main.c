/* SPDX-License-Identifier: Apache-2.0 */
/* bench: the benchmarks of one run, each beside a peer. `make bench` calls it through bench/run. */
#include "base/check.h"
#include "sys/clock.h"
#include "sys/process.h"

#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

double bench_seconds(void) {
    return (double)clock_instant(clock_real()).ns / 1e9;
}

double bench_thread_cpu_seconds(void) {
    struct timespec time = {0};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

double bench_cpu_seconds(void) {
    return (double)process_cpu_us() / 1e6;
}

uint64_t bench_resident_peak(void) {
    return process_resident_bytes_peak();
}

_Noreturn void bench_fail(const struct error *error) {
    fprintf(stderr, "bench: %s\n", error->message);
    exit(1);
}

void bench_row(const char *name, double value, const char *unit) {
    printf("  %-44s%10.2f %s\n", name, value, unit);
    (void)fflush(stdout);
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double bench_percentile(double *samples, size_t count, double share) {
    ASSERT(count > 0);
    qsort(samples, count, sizeof *samples, by_value);
    size_t index = (size_t)((double)count * share);
    return samples[index < count ? index : count - 1];
}

const char *bench_folder(const struct bench_settings *settings, const char *name) {
    static char paths[8][4096];
    static unsigned next;
    char *path = paths[next++ % 8];
    (void)snprintf(path, sizeof paths[0], "%s/%s", settings->work, name);
    struct error error = {.message = "cannot make a folder to work in: give an empty --work"};
    if (mkdir(path, 0700) != 0)
        bench_fail(&error);
    return path;
}

static const struct {
    const char *name;
    void (*run)(const struct bench_settings *settings);
} benches[] = {{"ingest", bench_ingest}, {"http", bench_http}, {"delivery", bench_delivery},
    {"import", bench_import}, {"insights", bench_insights}, {"insights-reader", bench_insights_reader},
    {"insights-ingest", bench_ingest_insights}, {"lake-ingest", bench_lake_ingest},
    {"log-files", bench_log_files}};

static bool set(struct bench_settings *settings, const char *name, const char *value) {
    const struct {
        const char *name;
        const char **text;
        uint64_t *number;
    } rows[] = {
        {"--data", &settings->data, NULL},
        {"--work", &settings->work, NULL},
        {"--cairn", &settings->cairn, NULL},
        {"--events", NULL, &settings->events},
        {"--peer-events", NULL, &settings->peer_events},
        {"--lookups", NULL, &settings->lookups},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(name, rows[i].name) != 0)
            continue;
        if (rows[i].text != NULL)
            *rows[i].text = value;
        return rows[i].text != NULL || str_to_u64(str_from(value), rows[i].number);
    }
    return false;
}

int main(int argc, char **argv) {
    struct bench_settings settings = {.events = 1000000, .peer_events = 200000, .lookups = 2000};
    bool is_good = argc >= 2;
    for (int i = 2; is_good && i < argc; i += 2)
        is_good = i + 1 < argc && set(&settings, argv[i], argv[i + 1]);
    if (is_good && settings.data != NULL && settings.work != NULL) {
        for (size_t i = 0; i < sizeof benches / sizeof benches[0]; i++) {
            if (strcmp(argv[1], benches[i].name) == 0) {
                benches[i].run(&settings);
                return 0;
            }
        }
    }
    fprintf(stderr, "usage: bench ingest|http|delivery|import|insights|insights-reader|insights-ingest|"
                    "lake-ingest|log-files --data DIR --work DIR [--cairn FILE] [--events N]\n"
                    "             [--peer-events N] [--lookups N]\n");
    return 2;
}
