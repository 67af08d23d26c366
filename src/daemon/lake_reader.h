/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lake_reader: two threads for the event data stores. One shows them every event, from the journal or, where
 * that has let go, from history, and commits; the other merges, and removes what is past keeping, meanwhile.
 *
 * A store that fails is closed and opened again by the lake itself; the reader goes back to where it stands.
 *
 * Threads: open, start, stop and close from the main thread; the rest any.
 */
#pragma once

#include "base/error.h"

#include <stdint.h>

struct history;
struct journal;
struct lake;
struct lake_reader;
struct metrics;

struct lake_reader_options { /* all borrowed */
    struct lake *lake;
    struct history *history;
    struct journal *journal;
};

struct lake_reader *daemon_lake_reader_open(const struct lake_reader_options *options);
void daemon_lake_reader_start(struct lake_reader *reader); /* NULL is fine, here and below */

/* End the threads and commit what was taken. */
void daemon_lake_reader_stop(struct lake_reader *reader);
void daemon_lake_reader_close(struct lake_reader *reader);

/* How far the events are queryable: the least of the stores that take any; the end of the journal where there
 * is none. */
uint64_t daemon_lake_reader_position(struct lake_reader *reader);
void daemon_lake_reader_fill_metrics(struct lake_reader *reader, struct metrics *metrics);
