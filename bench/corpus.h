/* SPDX-License-Identifier: Apache-2.0 */
/*
 * corpus: any number of records replayed from a few real ones: fresh ids, times over 30 days,
 * users, keys and addresses drawn from a Zipf distribution. Record i is the same in every run, so
 * a lookup can ask for what it knows to be there.
 *
 * Threads: a corpus is read-only once made; generation is pure.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "base/time.h"

struct corpus;

enum { CORPUS_USERS = 2000, CORPUS_ADDRESSES = 5000 };

/* Templates from the records of .json, .json.gz and .ndjson files below `folder`. */
struct corpus *corpus_create(const char *folder, struct error *error);
void corpus_destroy(struct corpus *corpus);
size_t corpus_template_count(const struct corpus *corpus);

/* Append record `index` of `count`: event times rise with the index over the 30 days before `end`, jittered
 * by up to two minutes as they are in real deliveries. */
void corpus_append(
    const struct corpus *corpus, uint64_t index, uint64_t count, struct moment end, struct buf *out);

/* Of an event, before it is jittered. */
struct moment corpus_time(uint64_t index, uint64_t count, struct moment end);
