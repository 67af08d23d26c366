/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sources: audit logs of others, sent here directly by those who will not put a gateway in the path:
 * POST /sources/minio (audit webhook) and POST /sources/kubernetes (audit webhook, one Event or an
 * EventList), each turned into CloudTrail events.
 *
 * Promise: 200 is answered when every event of the body is durable. An event sent twice is admitted once:
 * ids follow from what the source says (auditID, request id and time).
 *
 * Senders show a token: `Authorization: Bearer TOKEN` (MinIO sends its auth_token so, or bare).
 *
 * Threads: the callbacks run on the connection's thread; the rest any.
 */
#pragma once

#include "base/error.h"
#include "http/http.h"

struct admission;
struct clock;
struct sources;

enum { SOURCES_BODY_BYTES_MAX = 16 << 20, SOURCES_MAX = 16 };

/* One [source "NAME"] section of the configuration file. */
struct source_entry {
    struct str name;
    struct str kind;            /* "minio", "kubernetes" */
    struct str token;           /* at least 16 characters */
    struct str account, region; /* that its events belong to; empty: home */
};

struct sources_options {
    struct admission *admission; /* borrowed */
    struct clock *clock;
    struct str account, region;
    const struct source_entry *entries; /* copied */
    size_t entry_count;
    uint64_t memory_bytes_max; /* of bodies in flight, all connections together; past it 429 */
};

NODISCARD struct sources *sources_create(const struct sources_options *options, struct error *error);
void sources_destroy(struct sources *sources); /* NULL is fine */

/* For http_hand_over(): the exchanges whose path begins with /sources/. */
const struct http_service *sources_service(struct sources *sources);
