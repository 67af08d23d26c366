/* SPDX-License-Identifier: Apache-2.0 */
/* queries rows: what was written page by page comes back, nulls and all; damage is told. */
#include "base/own.h"
#include "engine/engine.h"
#include "queries/csv.h"
#include "queries/rows.h"
#include "support/disk_sim.h"
#include "support/tap.h"

#include <stdio.h>

#define ID STR_LITERAL("11111111-0000-4000-8000-000000000001")

static const struct str COLUMNS[] = {{"eventName", 9}, {"n", 1}};

static void sim_closep(struct disk_sim **sim) {
    disk_sim_destroy(*sim);
}

static struct disk_sim *new_disk(void) {
    struct error error = {0};
    struct disk_sim *sim = disk_sim_create(1);
    EXPECT(disk_make_directory(disk_sim_disk(sim), "lake", &error));
    EXPECT(disk_make_directory(disk_sim_disk(sim), QUERIES_ROWS_FOLDER, &error));
    EXPECT(disk_sync_directory(disk_sim_disk(sim), "", &error));
    EXPECT(disk_sync_directory(disk_sim_disk(sim), "lake", &error));
    return sim;
}

/* Row i: ("name-i", null for every third, else i). */
static bool append(struct queries_rows_writer *writer, uint64_t from, size_t count, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str *values = ARENA_ARRAY(&arena, 2 * count + 1, struct str);
    for (size_t i = 0; i < count; i++) {
        values[2 * i] = arena_format(&arena, "name-%zu", (size_t)from + i);
        if ((from + i) % 3 != 0)
            values[2 * i + 1] = arena_format(&arena, "%zu", (size_t)from + i);
    }
    struct engine_rows rows = {COLUMNS, 2, count, values};
    return queries_rows_append(writer, &rows, error);
}

static struct queries_rows_writer *begin(struct disk_sim *sim, uint64_t bytes_max) {
    struct error error = {0};
    struct queries_rows_writer *writer = queries_rows_begin(disk_sim_disk(sim), ID, bytes_max, &error);
    EXPECT(writer != NULL);
    return writer;
}

static void write_rows(struct disk_sim *sim, size_t count) {
    struct error error = {0};
    struct queries_rows_writer *writer = begin(sim, 1 << 24);
    for (size_t i = 0; i < count; i += 700)
        EXPECT(append(writer, i, count - i < 700 ? count - i : 700, &error));
    EXPECT(append(writer, count, 0, &error)); /* an answer without rows has columns, too */
    EXPECT(queries_rows_flush(writer, true, &error));
    EXPECT_INT(queries_rows_count(writer), count);
    queries_rows_close(writer);
}

static void expect_row(const struct queries_page *page, size_t i, uint64_t number) {
    char text[32];
    (void)snprintf(text, sizeof text, "name-%llu", (unsigned long long)number);
    EXPECT(str_is(page->values[2 * i], text));
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    if (number % 3 == 0)
        EXPECT(page->values[2 * i + 1].data == NULL);
    else
        EXPECT(str_is(page->values[2 * i + 1], text));
}

static void all_rows_come_back_in_pages_of_any_size(void) {
    static const size_t SIZES[] = {1000, 999, 333, 7};
    SCOPED(sim_closep) struct disk_sim *sim = new_disk();
    write_rows(sim, 2501);
    disk_sim_crash(sim); /* what was flushed durably stays */
    for (size_t s = 0; s < sizeof SIZES / sizeof SIZES[0]; s++) {
        uint64_t from = 0, seen = 0;
        do {
            SCOPED(arena_finish) struct arena arena = ARENA_INIT;
            struct error error = {0};
            struct queries_page page;
            EXPECT(queries_rows_read(disk_sim_disk(sim), ID, from, SIZES[s], &arena, &page, &error));
            EXPECT_INT(page.column_count, 2);
            EXPECT(str_is(page.columns[0], "eventName") && str_is(page.columns[1], "n"));
            for (size_t i = 0; i < page.row_count; i++)
                expect_row(&page, i, seen++);
            EXPECT(page.next == 0 || page.next == seen);
            from = page.next;
        } while (from != 0);
        EXPECT_INT(seen, 2501);
    }
}

static void an_answer_without_rows_still_has_its_columns(void) {
    SCOPED(sim_closep) struct disk_sim *sim = new_disk();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct queries_page page;
    EXPECT(queries_rows_read(disk_sim_disk(sim), ID, 0, 10, &arena, &page, &error));
    EXPECT_INT(page.column_count, 0); /* nothing was written yet */
    write_rows(sim, 0);
    EXPECT(queries_rows_read(disk_sim_disk(sim), ID, 0, 10, &arena, &page, &error));
    EXPECT_INT(page.column_count, 2);
    EXPECT_INT(page.row_count, 0);
    EXPECT_INT(page.next, 0);
}

static void a_page_ends_where_its_bytes_do(void) {
    SCOPED(sim_closep) struct disk_sim *sim = new_disk();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    SCOPED(own_free) char *large = mem_alloc(3 << 20);
    struct error error = {0};
    struct queries_page page;
    struct str values[] = {{large, 3 << 20}, {NULL, 0}};
    struct engine_rows rows = {COLUMNS, 2, 1, values};
    struct queries_rows_writer *writer = begin(sim, 1 << 26);
    for (int i = 0; i < 4; i++)
        EXPECT(queries_rows_append(writer, &rows, &error));
    EXPECT(queries_rows_flush(writer, false, &error));
    queries_rows_close(writer);
    EXPECT(queries_rows_read(disk_sim_disk(sim), ID, 0, 10, &arena, &page, &error));
    EXPECT_INT(page.row_count, 2);
    EXPECT_INT(page.next, 2);
    EXPECT(queries_rows_read(disk_sim_disk(sim), ID, 2, 10, &arena, &page, &error));
    EXPECT_INT(page.row_count, 2);
    EXPECT_INT(page.next, 0);
}

static void a_page_of_many_columns_has_few_rows(void) {
    enum { WIDTH = 4000, ROWS = 300, ROWS_FITTING = 64 };
    SCOPED(sim_closep) struct disk_sim *sim = new_disk();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct queries_page page;
    struct str *columns = ARENA_ARRAY(&arena, WIDTH, struct str);
    struct str *nulls = ARENA_ARRAY(&arena, (size_t)WIDTH * ROWS, struct str);
    for (size_t i = 0; i < WIDTH; i++)
        columns[i] = STR_LITERAL("c");
    struct engine_rows rows = {columns, WIDTH, ROWS, nulls};
    struct queries_rows_writer *writer = begin(sim, 1 << 26);
    EXPECT(queries_rows_append(writer, &rows, &error));
    EXPECT(queries_rows_flush(writer, false, &error));
    queries_rows_close(writer);
    uint64_t from = 0, seen = 0;
    do {
        EXPECT(queries_rows_read(disk_sim_disk(sim), ID, from, 1000, &arena, &page, &error));
        EXPECT(page.row_count > 0 && page.row_count <= ROWS_FITTING);
        seen += page.row_count;
        from = page.next;
    } while (from != 0);
    EXPECT_INT(seen, ROWS);
}

static void a_result_too_large_is_refused(void) {
    SCOPED(sim_closep) struct disk_sim *sim = new_disk();
    struct error error = {0};
    struct queries_rows_writer *writer = begin(sim, 2000);
    bool done = true;
    for (int i = 0; i < 3 && done; i++)
        done = append(writer, 0, 1000, &error);
    EXPECT(!done);
    EXPECT_INT(error.kind, ERROR_LIMIT);
    queries_rows_close(writer);
}

static void a_changed_bit_is_noticed(void) {
    SCOPED(sim_closep) struct disk_sim *sim = new_disk();
    char name[QUERIES_ROWS_NAME_SIZE];
    EXPECT(queries_rows_name(ID, name));
    write_rows(sim, 5);
    uint64_t noticed = 0, bits = 0;
    for (;; bits++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct error error = {0};
        struct queries_page page;
        if (!disk_sim_flip_bit(sim, name, bits))
            break;
        /* A size that grew past the end of the file is told as one that is still being written: fewer rows.
         */
        bool holds = queries_rows_read(disk_sim_disk(sim), ID, 0, 10, &arena, &page, &error);
        noticed += !holds || page.row_count < 5;
        EXPECT(disk_sim_flip_bit(sim, name, bits));
    }
    EXPECT(bits > 500);
    EXPECT_INT(noticed, bits);
}

static void names_are_ids_only(void) {
    char name[QUERIES_ROWS_NAME_SIZE];
    EXPECT(!queries_rows_name(STR_LITERAL("../../catalog.db"), name));
    EXPECT(!queries_rows_name(STR_EMPTY, name));
    EXPECT(queries_rows_name(ID, name));
    EXPECT(strcmp(name, "lake/results/11111111-0000-4000-8000-000000000001.rows") == 0);
}

static void csv_quotes_what_needs_it(void) {
    struct buf csv = BUF_INIT(BUF_UNBOUNDED);
    const struct str values[] = {
        {"plain", 5}, {"a,b", 3}, {"say \"no\"", 8}, {"", 0}, {NULL, 0}, {"two\nlines", 9}};
    queries_csv_append(&csv, values, sizeof values / sizeof values[0]);
    EXPECT(str_is(buf_str(&csv), "plain,\"a,b\",\"say \"\"no\"\"\",\"\",,\"two\nlines\"\n"));
    buf_finish(&csv);
}

int main(void) {
    TEST(all_rows_come_back_in_pages_of_any_size);
    TEST(an_answer_without_rows_still_has_its_columns);
    TEST(a_page_ends_where_its_bytes_do);
    TEST(a_page_of_many_columns_has_few_rows);
    TEST(a_result_too_large_is_refused);
    TEST(a_changed_bit_is_noticed);
    TEST(names_are_ids_only);
    TEST(csv_quotes_what_needs_it);
    return tap_done();
}
