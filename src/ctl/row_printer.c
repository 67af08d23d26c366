/* SPDX-License-Identifier: Apache-2.0 */
#include "row_printer.h"

#include "codec/json.h"

#include <stdio.h>

enum ctl_row_form ctl_row_form(struct str name) {
    return str_is(name, "json") ? CTL_ROWS_JSON : str_is(name, "csv") ? CTL_ROWS_CSV : CTL_ROWS_TABLE;
}

void ctl_row_printer_begin(struct ctl_row_printer *printer, enum ctl_row_form form) {
    *printer = (struct ctl_row_printer){.form = form, .line = BUF_INIT(BUF_UNBOUNDED)};
    if (form == CTL_ROWS_JSON)
        printf("[");
}

static bool needs_quotes(struct str value) {
    for (size_t i = 0; i < value.size; i++)
        if (value.data[i] == '"' || value.data[i] == ',' || value.data[i] == '\n' || value.data[i] == '\r')
            return true;
    return value.size > 0 && (value.data[0] == ' ' || value.data[value.size - 1] == ' ');
}

static void append_csv(struct buf *line, struct str value) {
    if (!needs_quotes(value)) {
        buf_append_str(line, value);
        return;
    }
    buf_append_char(line, '"');
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] == '"')
            buf_append_char(line, '"');
        buf_append_char(line, value.data[i]);
    }
    buf_append_char(line, '"');
}

static void print_csv(struct ctl_row_printer *printer, const struct str *values) {
    for (size_t i = 0; i < printer->column_count; i++) {
        if (i > 0)
            buf_append_char(&printer->line, ',');
        if (printer->column_count == 1 && values[i].size == 0)
            buf_append_text(&printer->line, "\"\""); /* an empty line is no row to many readers */
        else
            append_csv(&printer->line, values[i]);
    }
    buf_append_char(&printer->line, '\n');
}

static void print_json(struct ctl_row_printer *printer, const struct str *values) {
    struct json_writer writer = JSON_WRITER(&printer->line);
    buf_append_text(&printer->line, printer->row_count > 0 ? ",\n" : "\n");
    json_begin_object(&writer);
    for (size_t i = 0; i < printer->column_count; i++) {
        json_key(&writer, printer->columns[i]);
        json_write_string(&writer, values[i]);
    }
    json_end_object(&writer);
}

static void print(struct ctl_row_printer *printer, const struct str *values) {
    switch (printer->form) {
    case CTL_ROWS_TABLE:
        for (size_t i = 0; i < printer->column_count; i++)
            ctl_table_cell(&printer->table, values[i]);
        break;
    case CTL_ROWS_JSON:
        print_json(printer, values);
        break;
    case CTL_ROWS_CSV:
        print_csv(printer, values);
        break;
    }
    if (printer->line.size > 0)
        (void)fwrite(printer->line.data, 1, printer->line.size, stdout);
    buf_clear(&printer->line);
}

void ctl_row_printer_columns(struct ctl_row_printer *printer, const struct str *columns, size_t count) {
    printer->columns = columns;
    printer->column_count = count;
    if (printer->form == CTL_ROWS_TABLE)
        ctl_table_begin(&printer->table, count);
    if (printer->form != CTL_ROWS_JSON)
        print(printer, columns);
}

void ctl_row_printer_add(struct ctl_row_printer *printer, const struct str *values) {
    print(printer, values);
    printer->row_count++;
}

bool ctl_row_printer_flush(struct ctl_row_printer *printer) {
    if (printer->form == CTL_ROWS_TABLE && printer->columns != NULL)
        ctl_table_flush(&printer->table);
    return fflush(stdout) == 0 && !ferror(stdout);
}

void ctl_row_printer_end(struct ctl_row_printer *printer) {
    if (printer->form == CTL_ROWS_JSON)
        printf(printer->row_count > 0 ? "\n]\n" : "]\n");
    if (printer->form == CTL_ROWS_TABLE && printer->columns != NULL)
        ctl_table_print(&printer->table);
    buf_finish(&printer->line);
}
