/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_printer: the rows of a query on standard output, as they come: a table, a JSON array with an object a
 * row, or CSV with a head (RFC 4180). Private to ctl.
 */
#pragma once

#include "screen.h"

enum ctl_row_form { CTL_ROWS_TABLE, CTL_ROWS_JSON, CTL_ROWS_CSV };

struct ctl_row_printer {
    enum ctl_row_form form;
    uint64_t row_count;
    /* private */
    const struct str *columns; /* NULL: none came yet */
    size_t column_count;
    struct ctl_table table;
    struct buf line;
};

/* "table", "json", "csv"; empty is a table. */
enum ctl_row_form ctl_row_form(struct str name);

void ctl_row_printer_begin(struct ctl_row_printer *printer, enum ctl_row_form form);
/* Once, before the first row; names are borrowed. Without columns (AWS tells them with rows only) the answer
 * is empty. */
void ctl_row_printer_columns(struct ctl_row_printer *printer, const struct str *columns, size_t count);
/* As many values as there are columns; what is null is an empty text, as in AWS's answers. */
void ctl_row_printer_add(struct ctl_row_printer *printer, const struct str *values);
/* Rows so far are to be seen; false where nobody reads them any more. */
bool ctl_row_printer_flush(struct ctl_row_printer *printer);
void ctl_row_printer_end(struct ctl_row_printer *printer);
