/* SPDX-License-Identifier: Apache-2.0 */
/* fake_engine: what the tests of lake, queries and imports stand on does what engine.h says. */
#include "support/disk_sim.h"
#include "support/fake_engine.h"
#include "support/tap.h"

#include <stdio.h>

static struct bytes record(char text[128], int number) {
    int size = snprintf(text, 128,
        "{\"eventTime\":\"2026-01-02T03:04:%02dZ\",\n \"eventID\":\"00000000-0000-4000-8000-%012d\"}", number,
        number);
    return bytes_of(text, (size_t)size);
}

static struct engine_file write_numbers(struct engine *engine, const char *name, int first, int count) {
    struct error error = {0};
    struct engine_writer *writer = engine_writer_begin(engine, name, true, &error);
    EXPECT(writer != NULL);
    for (int i = count - 1; i >= 0; i--) {
        char text[128];
        EXPECT(engine_writer_add(writer, record(text, first + i), &error));
    }
    struct engine_file file = {0};
    EXPECT(engine_writer_finish(writer, &file, &error));
    return file;
}

static size_t query_count(struct engine *engine, const char *const *names, size_t name_count,
    const char *statement, struct error *error) {
    struct engine_table table = {
        .id = STR_LITERAL("t"), .names = names, .name_count = name_count, .oldest = MOMENT_MIN};
    struct engine_query_options options = {
        .statement = str_from(statement), .tables = &table, .table_count = 1, .timeout_ms = 200};
    struct engine_query *query = engine_query_start(engine, &options, error);
    EXPECT(query != NULL);
    size_t count = 0;
    struct engine_rows rows = {0};
    while (engine_query_next(query, &rows, error) && rows.row_count > 0) {
        EXPECT(rows.column_count == 2 && str_is(rows.columns[0], "eventid"));
        count += rows.row_count;
    }
    EXPECT_INT(engine_query_statistics(query).events_matched, count);
    engine_query_destroy(query);
    return count;
}

static void what_is_written_is_sorted_merged_and_answered(void) {
    struct disk_sim *sim = disk_sim_create(1);
    struct engine *engine = fake_engine_create(disk_sim_disk(sim));
    struct engine_file a = write_numbers(engine, "a", 0, 20), b = write_numbers(engine, "b", 10, 30);
    EXPECT_INT(a.rows, 20);
    EXPECT_INT(b.newest.ms - a.oldest.ms, 39000);
    const char *const names[] = {"a", "b"}, *const merged[] = {"c"};
    struct engine_merge merge = {
        .names = names, .name_count = 2, .into = "c", .oldest = {a.oldest.ms + 5000}};
    struct engine_file c = {0};
    struct error error = {0};
    EXPECT(engine_merge(engine, &merge, &c, &error));
    EXPECT_INT(c.rows, 45);
    EXPECT_INT(c.oldest.ms, a.oldest.ms + 5000);
    EXPECT_INT(query_count(engine, names, 2, "SELECT", &error), 50);
    EXPECT_INT(query_count(engine, merged, 1, "SELECT", &error), 45);
    EXPECT_INT(error.kind, ERROR_NONE);
    engine_destroy(engine);
    disk_sim_destroy(sim);
}

static void magic_words_and_switches_make_it_fail(void) {
    struct disk_sim *sim = disk_sim_create(1);
    struct engine *engine = fake_engine_create(disk_sim_disk(sim));
    write_numbers(engine, "a", 0, 20);
    const char *const names[] = {"a"};
    static const struct {
        const char *statement;
        enum error_kind kind;
    } cases[] = {{"FAIL", ERROR_INVALID}, {"BIG", ERROR_LIMIT}, {"DIE", ERROR_UNAVAILABLE},
        {"SLOW", ERROR_LIMIT}, {"PAUSE", ERROR_NONE}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {0};
        query_count(engine, names, 1, cases[i].statement, &error);
        EXPECT_INT(error.kind, cases[i].kind);
    }
    struct error error = {0};
    fake_engine_fail_at(engine, 0);
    struct engine_file file = {0};
    struct engine_merge merge = {.names = names, .name_count = 1, .into = "b", .oldest = MOMENT_MIN};
    EXPECT(!engine_merge(engine, &merge, &file, &error));
    merge.into = "c";
    EXPECT(engine_merge(engine, &merge, &file, &error));
    fake_engine_set_missing(engine, true);
    EXPECT(!engine_check(engine, &error));
    EXPECT_INT(error.kind, ERROR_UNAVAILABLE);
    EXPECT(engine_writer_begin(engine, "d", true, &error) == NULL);
    engine_destroy(engine);
    disk_sim_destroy(sim);
}

int main(void) {
    TEST(what_is_written_is_sorted_merged_and_answered);
    TEST(magic_words_and_switches_make_it_fail);
    return tap_done();
}
