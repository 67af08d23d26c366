/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest: the door POST /events. CloudTrail records in, `{"Records":[...]}`, a bare array or one a
 * line, gzip or plain; the answer says per record whether it was accepted, a duplicate or refused.
 *
 * Promise: 200 is answered when every accepted and duplicate record is durable. A body whose
 * hash is not the signed one, or that is no such list, changes nothing.
 *
 * Threads: the callbacks run on the connection's thread; the rest any.
 */
#pragma once

#include "base/error.h"
#include "http/http.h"

struct admission;
struct auth;
struct catalog;
struct clock;
struct ingest;

enum {
    INGEST_BODY_BYTES_MAX = 64 << 20, /* on the wire, and inflated */
    INGEST_RECORDS_MAX = 256 << 10,   /* no record that is one has fewer bytes than these two allow */
};

struct ingest_options {
    struct admission *admission; /* both borrowed */
    struct auth *auth;
    struct catalog *catalog; /* whose event data stores may take large events; NULL: there are none */
    struct clock *clock;
    uint64_t memory_bytes_max;  /* of bodies in flight, all connections together; past it 429 */
    struct str accept_accounts; /* "any", ids with commas, or empty: accounts that have a key */
};

/* ERROR_INVALID for a list of accounts that is none. */
NODISCARD struct ingest *ingest_create(const struct ingest_options *options, struct error *error);
void ingest_destroy(struct ingest *ingest);

/* The service for the router; its context is the ingest. */
const struct http_service *ingest_service(struct ingest *ingest);
