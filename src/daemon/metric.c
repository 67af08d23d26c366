/* SPDX-License-Identifier: Apache-2.0 */
#include "metric.h"

#include <string.h>

#define METRIC_COUNTER "counter"
#define METRIC_GAUGE   "gauge"
struct metric_row {
    const char *name, *labels, *kind, *help;
};
#define METRIC_ROW(member, name, labels, kind, help) {name, labels, METRIC_##kind, help},
static const struct metric_row rows[] = {METRIC_TABLE(METRIC_ROW)};
static const struct metric_row gateway_rows[] = {METRIC_GATEWAY_TABLE(METRIC_ROW)};
static const struct metric_row store_rows[] = {METRIC_STORE_TABLE(METRIC_ROW)};
enum {
    ROW_COUNT = sizeof rows / sizeof rows[0],
    GATEWAY_ROW_COUNT = sizeof gateway_rows / sizeof gateway_rows[0],
    STORE_ROW_COUNT = sizeof store_rows / sizeof store_rows[0]
};

#define METRIC_VALUE(member, name, labels, kind, help) (uint64_t) from->member,

static void append_value(struct buf *buf, uint64_t value) {
    buf_append_format(buf, " %llu\n", (unsigned long long)value);
}

static void append_head(struct buf *buf, const struct metric_row *row) {
    buf_append_format(buf, "# HELP %s %s\n# TYPE %s %s\n", row->name, row->help, row->name, row->kind);
}

static void append_histogram(struct buf *buf, const struct journal_stats *journal) {
    static const char name[] = "cairn_journal_sync_seconds";
    append_head(buf, &(struct metric_row){name, "", "histogram", "Time that a sync of the journal took"});
    uint64_t below = 0;
    for (size_t i = 0; i < JOURNAL_SYNC_BUCKETS; i++) {
        below += journal->sync_bucket_count[i];
        uint64_t us = journal_sync_bucket_us[i];
        if (us == UINT64_MAX)
            buf_append_format(buf, "%s_bucket{le=\"+Inf\"}", name);
        else
            buf_append_format(buf, "%s_bucket{le=\"%g\"}", name, (double)us / 1e6);
        append_value(buf, below);
    }
    buf_append_format(buf, "%s_sum %.6f\n%s_count", name, (double)journal->sync_total_us / 1e6, name);
    append_value(buf, journal->sync_count);
}

/* A name, and below it the rows of all entries. */
static void append_gateways(struct buf *buf, const struct metrics *metrics) {
    for (size_t i = 0; metrics->gateway_count > 0 && i < GATEWAY_ROW_COUNT; i++) {
        append_head(buf, &gateway_rows[i]);
        for (size_t j = 0; j < metrics->gateway_count; j++) {
            const struct gateway_stats *from = &metrics->gateways[j];
            const uint64_t values[] = {METRIC_GATEWAY_TABLE(METRIC_VALUE)};
            buf_append_format(buf, "%s{entry=\"%.*s\"}", gateway_rows[i].name, STR(from->name));
            append_value(buf, values[i]);
        }
    }
}

static void append_stores(struct buf *buf, const struct metrics *metrics) {
    for (size_t i = 0; metrics->store_count > 0 && i < STORE_ROW_COUNT; i++) {
        append_head(buf, &store_rows[i]);
        for (size_t j = 0; j < metrics->store_count; j++) {
            const struct metric_store *from = &metrics->stores[j];
            const uint64_t values[] = {METRIC_STORE_TABLE(METRIC_VALUE)};
            buf_append_format(buf, "%s{store=\"%s\"}", store_rows[i].name, from->uuid);
            append_value(buf, values[i]);
        }
    }
}

void daemon_metric_append(struct buf *buf, const struct metrics *from) {
    const uint64_t values[] = {METRIC_TABLE(METRIC_VALUE)};
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (i == 0 || strcmp(rows[i].name, rows[i - 1].name) != 0)
            append_head(buf, &rows[i]);
        bool has_labels = rows[i].labels[0] != '\0';
        buf_append_format(buf, has_labels ? "%s{%s}" : "%s", rows[i].name, rows[i].labels);
        append_value(buf, values[i]);
    }
    append_gateways(buf, from);
    append_stores(buf, from);
    append_histogram(buf, &from->journal);
}
