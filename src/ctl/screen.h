/* SPDX-License-Identifier: Apache-2.0 */
/* screen: what people see: a progress bar on a terminal, and tables. Private to ctl. */
#pragma once

#include "base/buf.h"
#include "base/time.h"

/* A progress bar on standard error; silent where that is no terminal. */
struct ctl_progress {
    bool is_shown;
    struct instant started, drawn;
    uint64_t total, done; /* bytes */
};
void ctl_progress_begin(struct ctl_progress *progress, uint64_t total);
void ctl_progress_update(struct ctl_progress *progress, uint64_t done, uint64_t events);
/* The same where nobody knows how much there is to do: what goes on, for how long, and what it has read. */
void ctl_progress_wait(struct ctl_progress *progress, const char *what, uint64_t bytes);
void ctl_progress_end(struct ctl_progress *progress);

/* A table: cells are added row by row and printed with columns aligned. Control characters of
 * cells are shown as '?', so that a record cannot drive the terminal. */
struct ctl_table {
    size_t column_count;
    size_t *widths;
    struct buf cells; /* each cell: u32 size, bytes */
    size_t cell_count;
};
void ctl_table_begin(struct ctl_table *table, size_t column_count);
void ctl_table_cell(struct ctl_table *table, struct str text);
void ctl_table_flush(struct ctl_table *table); /* print what came so far; later rows line up with it */
void ctl_table_print(struct ctl_table *table); /* print, and free it */

/* Print text with control characters shown as '?'. */
void ctl_print_safely(struct str text);
/* The same for a line on standard error, whose end is added: what it tells of may come from a record, a key
 * or an answer, which are not to drive the terminal. */
void ctl_complain(const char *format, ...) PRINTF(1, 2);
