/* SPDX-License-Identifier: Apache-2.0 */
/* metric: the numbers of /metrics. Threads: a snapshot is a value; printing is pure. */
#pragma once

#include "admission/admission.h"
#include "api/api.h"
#include "audit/audit.h"
#include "base/buf.h"
#include "codec/text.h"
#include "delivery/delivery.h"
#include "digest/digest.h"
#include "gateway/gateway.h"
#include "history/history.h"
#include "imports/imports.h"
#include "insights/insights.h"
#include "journal/journal.h"
#include "queries/queries.h"
#include "s3api/s3api.h"

#include "metric_table.h"

#define METRIC_MEMBER(member, name, labels, kind, help) uint64_t member;

enum { METRIC_STORES_MAX = 256 };

struct metric_store {
    char uuid[UUID_TEXT_SIZE + 1];
    METRIC_STORE_TABLE(METRIC_MEMBER)
};

struct metrics {
    /* What the parts tell of themselves. */
    struct admission_stats admission;
    struct journal_stats journal;
    struct history_stats history;
    struct delivery_stats delivery;
    struct digest_stats digest;
    struct insights_stats insights;
    struct queries_stats queries;
    struct imports_stats imports;
    struct audit_stats audit;
    struct api_stats api;
    struct s3api_stats s3api;
    /* What follows from several of them, or is asked of the machine. */
    uint64_t history_lag, delivery_lag, insights_lag, lake_lag;
    uint64_t files_waiting, delivery_oldest_ms, digest_age_ms;
    uint64_t insights_failing, lake_failing;
    uint64_t requests, request_errors, unrecorded_reads;
    uint64_t free_disk, resident;
    size_t gateway_count;
    struct gateway_stats gateways[GATEWAY_ENTRIES_MAX];
    size_t store_count;
    struct metric_store stores[METRIC_STORES_MAX];
};

void daemon_metric_append(struct buf *buf, const struct metrics *from);
