/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_engine: engine/engine.h without DuckDB, on a disk of the test's choice, the simulated one too.
 *
 * A file is a line of text, "FAKE rows oldest newest\n", and then its rows, sorted by event time, each
 * "time size record\n". A query answers every row of its tables, in the order of tables, files and rows, with
 * the columns eventid and eventtime; of the statement only these words are looked at:
 *
 *     FAIL     ERROR_INVALID "line 1:8: ..."
 *     DIE      the worker is gone: ERROR_UNAVAILABLE, after the first rows
 *     BIG      ERROR_LIMIT, out of memory
 *     SLOW     no end before it is cancelled, times out or is destroyed
 *     PAUSE    10 ms before each batch of rows
 *
 * Threads: as engine.h.
 */
#pragma once

#include "engine/engine.h"

struct disk;

enum { FAKE_ENGINE_ROWS_MAX = 100 }; /* of one engine_query_next() */

/* Borrows the disk. engine_destroy() frees it. engine_create() makes one on a real disk at its root. */
struct engine *fake_engine_create(struct disk *disk);

/* As if the library were missing. */
void fake_engine_set_missing(struct engine *engine, bool is_missing);

/* The n-th job of a writer or merger from now (0: the next) dies at its end and leaves a part of its file, as
 * a killed worker does; -1: none. */
void fake_engine_fail_at(struct engine *engine, int job);

/* The rows of a file: in its order. False where it is none. */
typedef void fake_engine_on_row(struct moment time, struct str record, void *context);
NODISCARD bool fake_engine_read(
    struct disk *disk, const char *name, fake_engine_on_row *on_row, void *context, struct error *error);
