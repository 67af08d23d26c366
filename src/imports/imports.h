/* SPDX-License-Identifier: Apache-2.0 */
/*
 * imports: archives of CloudTrail log files into event data stores, from a bucket of Cairn's own or any S3.
 *
 * Promise: an import goes on where it was after every restart and ends in a state that stays; each event is
 * once in its store, whatever was imported twice or came live too. Files that could not be taken are listed
 * with the reason, and tried again by a retry (StartImport with the import's id).
 *
 * They run one after the other. The archive may hold other accounts' files (an organization's bucket does):
 * they are taken as AWS takes them; who may import is who may read the bucket and fill the store.
 *
 * Selectors of the store do not matter, retention does (events past it are skipped). State:
 * catalog/imports.h. Threads: imports_start() and imports_stop() one; everything else any.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "catalog/imports.h"

struct clock;
struct imports;
struct lake;
struct objects;

struct imports_options { /* all borrowed */
    struct catalog *catalog;
    struct objects *objects;
    struct lake *lake;
    struct clock *clock;    /* NULL: the real one */
    unsigned run_files_max; /* accounted for at one time; 0: 500 */
    uint64_t batch_bytes;   /* of records, for one file of the store; 0: 64 MiB */
    void (*on_failure)(const char *message, void *context); /* for the log: why one waits; may be NULL */
    void *context;
};
struct imports *imports_create(const struct imports_options *options);
void imports_destroy(struct imports *imports); /* NULL is fine */

/* Its thread: imports that are INITIALIZING or IN_PROGRESS go on. */
void imports_start(struct imports *imports);
void imports_stop(struct imports *imports);

/* After a commit that added, retried or stopped an import (catalog/imports.h). */
void imports_wake(struct imports *imports);

struct imports_stats {                                   /* since the start */
    uint64_t files, events, duplicates, failures, bytes; /* bytes of records, inflated */
    unsigned running;
};
struct imports_stats imports_stats(struct imports *imports);
