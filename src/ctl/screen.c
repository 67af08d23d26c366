/* SPDX-License-Identifier: Apache-2.0 */
#include "screen.h"

#include "base/bits.h"
#include "base/check.h"
#include "base/mem.h"
#include "sys/clock.h"
#include "sys/process.h"

#include <stdio.h>

enum { BAR_CELLS = 30, MOVING_CELLS = 4, REDRAW_NS = 100000000, WIDTH_MAX = 64 };

void ctl_progress_begin(struct ctl_progress *progress, uint64_t total) {
    *progress = (struct ctl_progress){.is_shown = process_stderr_is_terminal(), .total = total};
    progress->started = clock_instant(clock_real());
}

static void draw(struct ctl_progress *progress, uint64_t events) {
    double share = progress->total == 0 ? 1.0 : (double)progress->done / (double)progress->total;
    int filled = (int)(share * BAR_CELLS);
    double seconds = (double)(clock_instant(clock_real()).ns - progress->started.ns) / 1e9;
    double rate = seconds > 0 ? (double)events / seconds : 0;
    (void)fprintf(stderr, "\r[%.*s%.*s] %3.0f %%  %llu events  %.0f/s ", filled,
        "##############################", BAR_CELLS - filled, "..............................", share * 100,
        (unsigned long long)events, rate);
}

void ctl_progress_update(struct ctl_progress *progress, uint64_t done, uint64_t events) {
    progress->done = done < progress->total ? done : progress->total;
    struct instant now = clock_instant(clock_real());
    if (!progress->is_shown || now.ns - progress->drawn.ns < REDRAW_NS)
        return;
    progress->drawn = now;
    draw(progress, events);
}

void ctl_progress_wait(struct ctl_progress *progress, const char *what, uint64_t bytes) {
    struct instant now = clock_instant(clock_real());
    if (!progress->is_shown || now.ns - progress->drawn.ns < REDRAW_NS)
        return;
    progress->drawn = now;
    int64_t passed_ns = now.ns - progress->started.ns;
    int at = (int)(passed_ns / REDRAW_NS % (2 * (BAR_CELLS - MOVING_CELLS))); /* there and back */
    at = at > BAR_CELLS - MOVING_CELLS ? 2 * (BAR_CELLS - MOVING_CELLS) - at : at;
    (void)fprintf(stderr, "\r[%.*s%.*s%.*s] %s  %.1f s  %.1f MB read ", at, "..............................",
        MOVING_CELLS, "####", BAR_CELLS - MOVING_CELLS - at, "..............................", what,
        (double)passed_ns / 1e9, (double)bytes / 1e6);
}

void ctl_progress_end(struct ctl_progress *progress) {
    if (progress->is_shown)
        (void)fprintf(stderr, "\r%*s\r", 79, "");
}

static void print_safely(struct str text, FILE *file) {
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        unsigned char next = i + 1 < text.size ? (unsigned char)text.data[i + 1] : 0;
        bool is_c1 = c == 0xc2 && next >= 0x80 && next < 0xa0; /* U+0080 to U+009F: terminals obey them too */
        (void)fputc(c < 0x20 || c == 0x7f || is_c1 ? '?' : c, file);
        i += is_c1;
    }
}

void ctl_print_safely(struct str text) {
    print_safely(text, stdout);
}

void ctl_complain(const char *format, ...) {
    struct buf text = BUF_INIT(BUF_UNBOUNDED);
    va_list args;
    va_start(args, format);
    buf_append_vformat(&text, format, args);
    va_end(args);
    print_safely(buf_str(&text), stderr);
    (void)fputc('\n', stderr);
    buf_finish(&text);
}

void ctl_table_begin(struct ctl_table *table, size_t column_count) {
    ASSERT(column_count > 0);
    *table = (struct ctl_table){.column_count = column_count,
        .widths = mem_alloc_array(column_count, sizeof *table->widths),
        .cells = BUF_INIT(BUF_UNBOUNDED)};
}

/* Columns line up by characters, not by bytes of UTF-8. */
static size_t width_of(struct str text) {
    size_t width = 0;
    for (size_t i = 0; i < text.size; i++)
        width += ((unsigned char)text.data[i] & 0xc0) != 0x80;
    return width;
}

void ctl_table_cell(struct ctl_table *table, struct str text) {
    size_t column = table->cell_count++ % table->column_count;
    size_t width = width_of(text);
    if (width > table->widths[column])
        table->widths[column] = width < WIDTH_MAX ? width : WIDTH_MAX;
    buf_append_u32(&table->cells, (uint32_t)text.size);
    buf_append_str(&table->cells, text);
}

void ctl_table_flush(struct ctl_table *table) {
    struct str rest = buf_str(&table->cells);
    for (size_t i = 0; i < table->cell_count; i++) {
        size_t column = i % table->column_count;
        size_t size = load_u32((const uint8_t *)rest.data);
        struct str text = str_slice(rest, 4, size);
        rest = str_slice(rest, 4 + size, SIZE_MAX);
        ctl_print_safely(text);
        bool is_last = column + 1 == table->column_count;
        for (size_t width = width_of(text); !is_last && width < table->widths[column] + 2; width++)
            (void)putchar(' ');
        if (is_last)
            (void)putchar('\n');
    }
    buf_clear(&table->cells);
    table->cell_count = 0;
}

void ctl_table_print(struct ctl_table *table) {
    ctl_table_flush(table);
    mem_free(table->widths);
    buf_finish(&table->cells);
}
