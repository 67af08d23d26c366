/* SPDX-License-Identifier: Apache-2.0 */
/*
 * s3api: the S3 door: REST-XML on `objects`, for requests that are signed for the service s3.
 *
 * Promise: a PUT is visible only after its hash, chunk signatures and checksums matched. A bucket
 * belongs to its creator's account; other accounts are denied. Every authenticated call is itself
 * an event of s3.amazonaws.com, admitted before the answer: no change is answered with success
 * otherwise; with a full or failing disk changes are refused, and reads go on and are counted.
 *
 * Threads: any; an exchange belongs to its connection's thread.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

struct admission;
struct auth;
struct clock;
struct http_service;
struct objects;
struct s3api;

struct s3api_options { /* all borrowed */
    struct objects *objects;
    struct auth *auth;
    struct admission *admission; /* NULL: calls are not recorded (tests) */
    struct clock *clock;         /* NULL: the real one */
    struct str region;           /* of events that belong to no bucket and were signed for none */
    struct str virtual_host;     /* "localhost": <bucket>.localhost names a bucket; empty: none does */
};

NODISCARD struct s3api *s3api_create(const struct s3api_options *options, struct error *error);
void s3api_destroy(struct s3api *s3api); /* NULL is fine */

/* For http_hand_over(): the exchanges that are this door's. */
const struct http_service *s3api_service(const struct s3api *s3api);

struct s3api_stats {
    uint64_t requests, unrecorded_reads; /* since start */
};
struct s3api_stats s3api_stats(const struct s3api *s3api);
