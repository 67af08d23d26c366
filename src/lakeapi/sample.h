/* SPDX-License-Identifier: Apache-2.0 */
/* sample: the collection of sample queries, and which of them a phrase means. Pure. */
#pragma once

#include "base/arena.h"
#include "base/time.h"

struct lakeapi_sample {
    const char *name, *description, *words, *statement;
};

struct lakeapi_sample_match {
    const struct lakeapi_sample *sample;
    double relevance; /* 0 to 1 */
};

size_t lakeapi_samples(const struct lakeapi_sample **ret_samples);

/* Those that share a word with the phrase, the most relevant first: by words of name, description and more,
 * each counting the more the fewer samples have it. */
size_t lakeapi_sample_search(
    struct arena *arena, struct str phrase, struct lakeapi_sample_match **ret_matches);

/* What is to be filled in. */
struct lakeapi_sample_values {
    struct str store;    /* for $EDS_ID; empty: it stays */
    struct moment start; /* for $START */
    struct str service;  /* for $SERVICE; empty: s3 */
};
struct str lakeapi_sample_fill(
    struct arena *arena, const struct lakeapi_sample *sample, const struct lakeapi_sample_values *values);

/* How far back the phrase asks to look ("past month", "last 24 hours"); without that a week. */
int64_t lakeapi_sample_span_ms(struct str phrase);

/* The service that the phrase names ("SNS"): the first part of its event source; empty where none. */
struct str lakeapi_sample_service(struct arena *arena, struct str phrase);
