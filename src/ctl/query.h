/* SPDX-License-Identifier: Apache-2.0 */
/* query: what the two ways of `cairn query` share: over a daemon's stores, and over files. Private to ctl. */
#pragma once

#include "argument.h"
#include "client.h"
#include "row_printer.h"

struct ctl_query_arguments {
    struct ctl_connection connection;
    struct str output, store, engine_library;
    struct ctl_texts paths;
    bool allow_unconfined_workers;
};

/* How it ended, for people who look at a table. */
void ctl_query_print_end(const struct ctl_row_printer *printer, uint64_t bytes_scanned, int64_t elapsed_ms);

/* Answer the statement from the files of `paths`. Returns the exit code; the statement's own faults are
 * printed, other errors left in `error`. */
int ctl_query_folder(const struct ctl_query_arguments *given, struct str text, struct error *error);
