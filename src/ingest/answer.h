/* SPDX-License-Identifier: Apache-2.0 */
/* answer: what POST /events says. Private to ingest. */
#pragma once

#include "base/str.h"

struct admission_batch;
struct http_exchange;

/* {"__type":...,"Message":...} as AWS's JSON services say it. */
void ingest_answer_error(
    struct http_exchange *exchange, unsigned status, const char *code, struct str message);

/* Counts, accounts, regions and time span of what was taken, and each record's outcome in order. */
void ingest_answer_batch(struct http_exchange *exchange, const struct admission_batch *batch);
