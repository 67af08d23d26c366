/* SPDX-License-Identifier: Apache-2.0 */
#include "metric.h"

#include <stddef.h>
#include <string.h>

#define METRIC_COUNTER "counter"
#define METRIC_GAUGE   "gauge"
struct metric_row {
    size_t offset;
    const char *name, *labels, *kind, *help;
};
#define METRIC_ROW(member, name, labels, kind, help)                                                         \
    {offsetof(struct metrics, member), name, labels, METRIC_##kind, help},
static const struct metric_row rows[] = {METRIC_TABLE(METRIC_ROW)};
#define METRIC_GATEWAY_ROW(member, name, labels, kind, help)                                                 \
    {offsetof(struct gateway_stats, member), name, labels, METRIC_##kind, help},
static const struct metric_row gateway_rows[] = {METRIC_GATEWAY_TABLE(METRIC_GATEWAY_ROW)};
#define METRIC_STORE_ROW(member, name, labels, kind, help)                                                   \
    {offsetof(struct metric_store, member), name, labels, METRIC_##kind, help},
static const struct metric_row store_rows[] = {METRIC_STORE_TABLE(METRIC_STORE_ROW)};
enum {
    ROW_COUNT = sizeof rows / sizeof rows[0],
    GATEWAY_ROW_COUNT = sizeof gateway_rows / sizeof gateway_rows[0],
    STORE_ROW_COUNT = sizeof store_rows / sizeof store_rows[0]
};

static void append_head(struct buf *buf, const char *name, const char *kind, const char *help) {
    buf_append_format(buf, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

static void append_histogram(struct buf *buf, const struct metrics *metrics) {
    static const char *const name = "cairn_journal_sync_seconds";
    append_head(buf, name, "histogram", "Time that a sync of the journal took");
    uint64_t below = 0;
    for (size_t i = 0; i < metrics->sync_bucket_count; i++) {
        below += metrics->sync_bucket[i];
        uint64_t us = metrics->sync_bucket_us[i];
        if (us == UINT64_MAX)
            buf_append_format(buf, "%s_bucket{le=\"+Inf\"} %llu\n", name, (unsigned long long)below);
        else
            buf_append_format(
                buf, "%s_bucket{le=\"%g\"} %llu\n", name, (double)us / 1e6, (unsigned long long)below);
    }
    buf_append_format(buf, "%s_sum %.6f\n%s_count %llu\n", name, (double)metrics->sync_total_us / 1e6, name,
        (unsigned long long)metrics->sync_count);
}

/* A name, and below it the rows of all entries. */
static void append_gateways(struct buf *buf, const struct metrics *metrics) {
    for (size_t i = 0; metrics->gateway_count > 0 && i < GATEWAY_ROW_COUNT; i++) {
        append_head(buf, gateway_rows[i].name, gateway_rows[i].kind, gateway_rows[i].help);
        for (size_t j = 0; j < metrics->gateway_count; j++) {
            uint64_t value = 0;
            memcpy(&value, (const char *)&metrics->gateways[j] + gateway_rows[i].offset, sizeof value);
            buf_append_format(buf, "%s{entry=\"%.*s\"} %llu\n", gateway_rows[i].name,
                STR(metrics->gateways[j].name), (unsigned long long)value);
        }
    }
}

static void append_stores(struct buf *buf, const struct metrics *metrics) {
    for (size_t i = 0; metrics->store_count > 0 && i < STORE_ROW_COUNT; i++) {
        append_head(buf, store_rows[i].name, store_rows[i].kind, store_rows[i].help);
        for (size_t j = 0; j < metrics->store_count; j++) {
            uint64_t value = 0;
            memcpy(&value, (const char *)&metrics->stores[j] + store_rows[i].offset, sizeof value);
            buf_append_format(buf, "%s{store=\"%s\"} %llu\n", store_rows[i].name, metrics->stores[j].uuid,
                (unsigned long long)value);
        }
    }
}

void daemon_metric_append(struct buf *buf, const struct metrics *metrics) {
    for (size_t i = 0; i < ROW_COUNT; i++) {
        uint64_t value = 0;
        memcpy(&value, (const char *)metrics + rows[i].offset, sizeof value);
        if (i == 0 || strcmp(rows[i].name, rows[i - 1].name) != 0)
            append_head(buf, rows[i].name, rows[i].kind, rows[i].help);
        bool has_labels = rows[i].labels[0] != '\0';
        buf_append_format(buf, "%s%s%s%s %llu\n", rows[i].name, has_labels ? "{" : "", rows[i].labels,
            has_labels ? "}" : "", (unsigned long long)value);
    }
    append_gateways(buf, metrics);
    append_stores(buf, metrics);
    append_histogram(buf, metrics);
}
