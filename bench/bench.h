/* SPDX-License-Identifier: Apache-2.0 */
/* bench: what the benchmarks share: settings, clocks, percentiles, a row of the report. */
#pragma once

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"

struct bench_settings {
    const char *data;  /* folder of records to replay */
    const char *work;  /* folder for what a run writes; emptied before and after */
    const char *cairn; /* the binary, for runs over HTTP */
    uint64_t events, peer_events;
    uint64_t lookups;
};

double bench_seconds(void);            /* monotonic */
double bench_cpu_seconds(void);        /* of this process, all threads */
double bench_thread_cpu_seconds(void); /* of the calling thread */
uint64_t bench_resident_peak(void);

/* Stop with a message. */
_Noreturn void bench_fail(const struct error *error);

/* "  name    value unit", aligned. */
void bench_row(const char *name, double value, const char *unit);

/* Sorts `samples`; `share` 0.5 is the median. */
double bench_percentile(double *samples, size_t count, double share);

/* Make `work`/name anew and return its path (static). */
const char *bench_folder(const struct bench_settings *settings, const char *name);

void bench_ingest(const struct bench_settings *settings);   /* in process, and lookups on what it made */
void bench_http(const struct bench_settings *settings);     /* a daemon, POST /events, LookupEvents */
void bench_delivery(const struct bench_settings *settings); /* log files, beside zlib -6 */
void bench_insights(
    const struct bench_settings *settings); /* how well Insights decides, on labelled traffic */
/* In process, with the reader of insights on. */
void bench_ingest_insights(const struct bench_settings *settings);
/* Who is named in an insight, memory of many series. */
void bench_insights_reader(const struct bench_settings *settings);
void bench_lake_ingest(const struct bench_settings *settings); /* files of events by the SQL engine */
void bench_import(const struct bench_settings *settings);      /* cairn import of a folder of log files */
void bench_log_files(const struct bench_settings *settings);   /* no bench: the corpus into `work`, for one */
