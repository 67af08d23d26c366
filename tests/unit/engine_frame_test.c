/* SPDX-License-Identifier: Apache-2.0 */
/* What parent and worker say, as bytes: it comes back as it was, and what is not of its form is refused. */
#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "engine/job.h"
#include "support/tap.h"

static const char *const names[] = {"lake/a/1.parquet", "lake/a/2.parquet"};
static const struct engine_table tables[] = {
    {.id = {"first", 5}, .names = names, .name_count = 2, .oldest = {-5}},
    {.id = {"second", 6}, .names = NULL, .name_count = 0, .oldest = {INT64_MIN + 1}},
};
static const struct engine_job sample = {.kind = ENGINE_JOB_QUERY,
    .root = {"/data", 5},
    .library = {"/lib.so", 7},
    .memory_bytes = 1ull << 40,
    .threads = 3,
    .allow_unconfined = true,
    .statement = {"SELECT 'x'", 10},
    .tables = tables,
    .table_count = 2,
    .timeout_ms = 600000,
    .check_only = true,
    .name = {"lake/a/3.parquet", 16},
    .keep_json = true,
    .is_sorted = true,
    .names = names,
    .name_count = 2,
    .oldest = {INT64_MAX}};

static bool same_names(const char *const *a, size_t a_count, const char *const *b, size_t b_count) {
    bool same = a_count == b_count;
    for (size_t i = 0; same && i < a_count; i++)
        same = strcmp(a[i], b[i]) == 0;
    return same;
}

static void a_job_comes_back_as_it_was(void) {
    struct arena arena = ARENA_INIT;
    SCOPED(buf_finish) struct buf buf = BUF_INIT(1 << 20);
    struct error error = {0};
    struct engine_job job = {0};
    EXPECT(engine_job_append(&buf, &sample, &error));
    EXPECT(engine_job_parse(&arena, buf_bytes(&buf), &job, &error));
    EXPECT(job.kind == sample.kind && str_equals(job.root, sample.root) &&
           str_equals(job.library, sample.library));
    EXPECT(job.memory_bytes == sample.memory_bytes && job.threads == 3 && job.allow_unconfined);
    EXPECT(str_equals(job.statement, sample.statement) && job.timeout_ms == 600000 && job.check_only);
    EXPECT(str_equals(job.name, sample.name) && job.keep_json && job.is_sorted && job.oldest.ms == INT64_MAX);
    EXPECT(same_names(job.names, job.name_count, names, 2));
    EXPECT_INT(job.table_count, 2);
    for (size_t i = 0; i < job.table_count && i < 2; i++) {
        EXPECT(str_equals(job.tables[i].id, tables[i].id) && job.tables[i].oldest.ms == tables[i].oldest.ms);
        EXPECT(
            same_names(job.tables[i].names, job.tables[i].name_count, tables[i].names, tables[i].name_count));
    }
    arena_finish(&arena);
}

static void a_cut_or_grown_job_is_refused(void) {
    SCOPED(buf_finish) struct buf buf = BUF_INIT(1 << 20);
    struct error error = {0};
    ASSERT(engine_job_append(&buf, &sample, &error));
    size_t size = buf.size;
    buf_append_u8(&buf, 0);
    for (size_t cut = 0; cut <= buf.size; cut++) {
        struct arena arena = ARENA_INIT;
        struct engine_job job;
        bool is_parsed = engine_job_parse(&arena, bytes_of(buf.data, cut), &job, &error);
        EXPECT(is_parsed == (cut == size));
        EXPECT(is_parsed || error.kind == ERROR_CORRUPT);
        arena_finish(&arena);
    }
}

static void a_job_of_another_version_is_refused(void) {
    struct arena arena = ARENA_INIT;
    SCOPED(buf_finish) struct buf buf = BUF_INIT(1 << 20);
    struct error error = {0};
    struct engine_job job;
    ASSERT(engine_job_append(&buf, &sample, &error));
    buf.data[0]++;
    EXPECT(
        !engine_job_parse(&arena, buf_bytes(&buf), &job, &error) && strstr(error.message, "version") != NULL);
    arena_finish(&arena);
}

static void heads_are_of_a_direction_and_a_size(void) {
    struct error error = {0};
    enum engine_frame_kind kind = ENGINE_FRAME_END;
    size_t size = 0;
    uint8_t head[ENGINE_FRAME_HEAD_SIZE] = {0};
    for (unsigned number = 0; number < 256; number++) {
        head[4] = (uint8_t)number;
        EXPECT(engine_frame_parse_head(head, false, &kind, &size, &error) == (number >= 1 && number <= 3));
        EXPECT(engine_frame_parse_head(head, true, &kind, &size, &error) == (number >= 16 && number <= 20));
    }
    head[4] = ENGINE_FRAME_ROWS;
    store_u32(head, ENGINE_FRAME_SIZE_MAX);
    EXPECT(engine_frame_parse_head(head, true, &kind, &size, &error) && size == ENGINE_FRAME_SIZE_MAX);
    store_u32(head, ENGINE_FRAME_SIZE_MAX + 1);
    EXPECT(!engine_frame_parse_head(head, true, &kind, &size, &error) && error.kind == ERROR_CORRUPT);
}

static void rows_come_back_with_their_nulls(void) {
    struct arena arena = ARENA_INIT;
    SCOPED(buf_finish) struct buf buf = BUF_INIT(1 << 20);
    struct error error = {0};
    struct engine_answer_rows rows = {0};
    buf_append_varint(&buf, 77);
    buf_append_varint(&buf, 2);
    engine_value_append(&buf, STR_LITERAL("a"));
    engine_value_append(&buf, (struct str){NULL, 0});
    engine_value_append(&buf, STR_EMPTY);
    engine_value_append(&buf, STR_LITERAL("dd"));
    EXPECT(engine_rows_parse(&arena, buf_bytes(&buf), 2, &rows, &error));
    EXPECT(rows.bytes_scanned == 77 && rows.row_count == 2);
    EXPECT(str_is(rows.values[0], "a") && rows.values[1].data == NULL);
    EXPECT(rows.values[2].data != NULL && rows.values[2].size == 0 && str_is(rows.values[3], "dd"));
    EXPECT(!engine_rows_parse(&arena, buf_bytes(&buf), 3, &rows, &error));
    EXPECT(!engine_rows_parse(&arena, buf_bytes(&buf), 1, &rows, &error));
    EXPECT(!engine_rows_parse(&arena, buf_bytes(&buf), 0, &rows, &error));
    arena_finish(&arena);
}

/* A worker that says so much would cost the parent more memory than its frame. */
static void more_values_than_a_frame_may_have_are_refused(void) {
    struct arena arena = ARENA_INIT;
    SCOPED(buf_finish) struct buf buf = BUF_INIT(1 << 20);
    struct error error = {0};
    struct engine_answer_rows rows = {0};
    buf_append_varint(&buf, 0);
    buf_append_varint(&buf, ENGINE_FRAME_VALUES_MAX + 1);
    for (int i = 0; i <= ENGINE_FRAME_VALUES_MAX; i++)
        buf_append_u8(&buf, 0);
    EXPECT(!engine_rows_parse(&arena, buf_bytes(&buf), 1, &rows, &error) && error.kind == ERROR_CORRUPT);
    /* Counts whose product does not fit a word. */
    buf_clear(&buf);
    buf_append_varint(&buf, 0);
    buf_append_varint(&buf, UINT64_MAX);
    EXPECT(!engine_rows_parse(&arena, buf_bytes(&buf), 2, &rows, &error));
    arena_finish(&arena);
}

static void a_file_comes_back_as_it_was(void) {
    SCOPED(buf_finish) struct buf buf = BUF_INIT(1 << 20);
    struct error error = {0};
    struct engine_file file = {3, 400, {-9}, {INT64_MAX}}, heard = {0};
    engine_file_append(&buf, &file);
    EXPECT(engine_file_parse(buf_bytes(&buf), &heard, &error));
    EXPECT(heard.rows == 3 && heard.bytes == 400 && heard.oldest.ms == -9 && heard.newest.ms == INT64_MAX);
    EXPECT(!engine_file_parse(bytes_of(buf.data, buf.size - 1), &heard, &error));
}

static void a_failure_keeps_kind_and_text(void) {
    SCOPED(buf_finish) struct buf buf = BUF_INIT(1 << 20);
    struct error error = {0}, heard = {0};
    (void)error_set(&error, ERROR_INVALID, "line 1:8: no such column: caf\xc3\xa9");
    engine_failure_append(&buf, &error);
    engine_failure_parse(buf_bytes(&buf), &heard);
    EXPECT(heard.kind == ERROR_INVALID && strcmp(heard.message, error.message) == 0);
}

static void a_hostile_failure_is_made_harmless(void) {
    SCOPED(buf_finish) struct buf buf = BUF_INIT(1 << 20);
    struct error heard = {0};
    buf_append_varint(&buf, 999);
    engine_append_text(&buf, STR_LITERAL("\x1b[2J\nforged line \xff"));
    engine_failure_parse(buf_bytes(&buf), &heard);
    EXPECT(heard.kind == ERROR_CORRUPT && strcmp(heard.message, " [2J forged line ?") == 0);
    /* Nothing that a worker says makes a success of a failure. */
    buf_clear(&buf);
    buf_append_varint(&buf, ERROR_NONE);
    engine_append_text(&buf, STR_EMPTY);
    engine_failure_parse(buf_bytes(&buf), &heard);
    EXPECT(heard.kind == ERROR_CORRUPT);
    engine_failure_parse(bytes_of("", 0), &heard);
    EXPECT(heard.kind == ERROR_CORRUPT);
}

static void columns_come_back(void) {
    struct arena arena = ARENA_INIT;
    SCOPED(buf_finish) struct buf buf = BUF_INIT(1 << 20);
    struct error error = {0};
    const struct str *columns = NULL;
    size_t count = 0;
    buf_append_varint(&buf, 2);
    engine_append_text(&buf, STR_LITERAL("eventName"));
    engine_append_text(&buf, STR_LITERAL("_col1"));
    EXPECT(engine_columns_parse(&arena, buf_bytes(&buf), &columns, &count, &error));
    EXPECT(count == 2 && str_is(columns[0], "eventName") && str_is(columns[1], "_col1"));
    EXPECT(!engine_columns_parse(&arena, bytes_of("\0", 1), &columns, &count, &error)); /* none */
    EXPECT(!engine_columns_parse(&arena, bytes_of("\xff\xff\x7f", 3), &columns, &count, &error));
    arena_finish(&arena);
}

int main(void) {
    TEST(a_job_comes_back_as_it_was);
    TEST(a_cut_or_grown_job_is_refused);
    TEST(a_job_of_another_version_is_refused);
    TEST(heads_are_of_a_direction_and_a_size);
    TEST(rows_come_back_with_their_nulls);
    TEST(more_values_than_a_frame_may_have_are_refused);
    TEST(a_file_comes_back_as_it_was);
    TEST(a_failure_keeps_kind_and_text);
    TEST(a_hostile_failure_is_made_harmless);
    TEST(columns_come_back);
    return tap_done();
}
