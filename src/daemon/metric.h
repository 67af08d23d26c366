/* SPDX-License-Identifier: Apache-2.0 */
/* metric: the numbers of /metrics. Threads: a snapshot is a value; printing is pure. */
#pragma once

#include "base/buf.h"
#include "codec/text.h"
#include "gateway/gateway.h"

#include "metric_table.h"

#define METRIC_MEMBER(member, name, labels, kind, help) uint64_t member;

enum { METRIC_SYNC_BUCKETS_MAX = 32, METRIC_STORES_MAX = 256 };

struct metric_store {
    char uuid[UUID_TEXT_SIZE + 1];
    METRIC_STORE_TABLE(METRIC_MEMBER)
};

struct metrics {
    METRIC_TABLE(METRIC_MEMBER)
    /* Histogram of the journal's sync time. */
    uint64_t sync_count, sync_total_us;
    size_t sync_bucket_count;
    uint64_t sync_bucket_us[METRIC_SYNC_BUCKETS_MAX],
        sync_bucket[METRIC_SYNC_BUCKETS_MAX]; /* not cumulative */
    size_t gateway_count;
    struct gateway_stats gateways[GATEWAY_ENTRIES_MAX];
    size_t store_count;
    struct metric_store stores[METRIC_STORES_MAX];
};

void daemon_metric_append(struct buf *buf, const struct metrics *metrics);
