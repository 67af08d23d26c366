/* SPDX-License-Identifier: Apache-2.0 */
/* The parent against workers that lie: what bytes from outside might make of a worker must not reach further.
 * The program is the worker; the data folder's name in the job says how it lies. */
#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "engine/job.h"
#include "support/tap.h"
#include "sys/child.h"

#include <sys/resource.h>
#include <unistd.h>

enum { TIMEOUT_MS = 400, PATIENCE_MS = 60000 };

/* ---- lies ---- */

static void say(enum engine_frame_kind kind, const void *payload, size_t size) {
    SCOPED(buf_finish) struct buf buf = BUF_INIT(1 << 20);
    buf_append_u32(&buf, (uint32_t)size);
    buf_append_u8(&buf, (uint8_t)kind);
    buf_append(&buf, payload, size);
    if (!child_say(buf_bytes(&buf)))
        _exit(9);
}

static void say_columns(void) {
    say(ENGINE_FRAME_COLUMNS, "\2\1a\1b", 5);
}

static void say_garbage(void) {
    if (!child_say(bytes_of("<html>no such page</html>", 25)))
        _exit(9);
}

static void say_a_huge_frame(void) {
    const uint8_t head[] = {0xff, 0xff, 0xff, 0xff, ENGINE_FRAME_ROWS};
    if (!child_say(BYTES_OF(head)))
        _exit(9);
}

static void say_half_a_frame(void) {
    const uint8_t head[] = {100, 0, 0, 0, ENGINE_FRAME_COLUMNS, 1, 1};
    if (!child_say(BYTES_OF(head)))
        _exit(9);
}

static void speak_as_the_parent(void) {
    say(ENGINE_FRAME_END, "", 0);
}

static void say_rows_first(void) {
    say(ENGINE_FRAME_ROWS, "\0\1\0\0", 4);
}

static void say_columns_twice(void) {
    say_columns();
    say_columns();
}

static void say_no_columns(void) {
    say(ENGINE_FRAME_COLUMNS, "\0", 1);
}

static void say_more_columns_than_there_are(void) {
    say(ENGINE_FRAME_COLUMNS, "\xff\xff\xff\x7f\1a", 6);
}

static void say_uneven_rows(void) {
    say_columns();
    say(ENGINE_FRAME_ROWS, "\0\1\0\0\0", 5);
}

static void say_rows_beyond_counting(void) {
    say_columns();
    say(ENGINE_FRAME_ROWS, "\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\0", 12);
}

static void say_a_value_past_the_end(void) {
    say_columns();
    say(ENGINE_FRAME_ROWS,
        "\0\1\0\x7f"
        "abc",
        7);
}

static void say_more_nulls_than_may_be(void) {
    static uint8_t payload[300004] = {0, 0xf0, 0x93, 0x09}; /* 150,000 rows */
    say_columns();
    say(ENGINE_FRAME_ROWS, payload, sizeof payload);
}

static void say_a_file(void) {
    say(ENGINE_FRAME_FILE, "\1\1\0\0", 4);
}

static void end_with_more(void) {
    say_columns();
    say(ENGINE_FRAME_DONE, "\1\1", 2);
}

static void fail_with_success(void) {
    say(ENGINE_FRAME_FAILED, "\0\2ok", 4);
}

static void fail_with_an_escape(void) {
    say(ENGINE_FRAME_FAILED, "\1\x09\x1b[2J\nroot", 11);
}

static void end_without_a_word(void) {
}

static void stay_silent(void) {
    for (;;)
        pause();
}

static void close_and_stay(void) {
    (void)close(STDOUT_FILENO);
    stay_silent();
}

static const struct lie {
    const char *name;
    void (*tell)(void);
    enum error_kind kind; /* of what the parent makes of it */
} lies[] = {
    {"garbage", say_garbage, ERROR_UNAVAILABLE},
    {"a huge frame", say_a_huge_frame, ERROR_UNAVAILABLE},
    {"half a frame", say_half_a_frame, ERROR_UNAVAILABLE},
    {"the parent's words", speak_as_the_parent, ERROR_UNAVAILABLE},
    {"rows first", say_rows_first, ERROR_UNAVAILABLE},
    {"columns twice", say_columns_twice, ERROR_UNAVAILABLE},
    {"no columns", say_no_columns, ERROR_UNAVAILABLE},
    {"more columns than there are", say_more_columns_than_there_are, ERROR_UNAVAILABLE},
    {"uneven rows", say_uneven_rows, ERROR_UNAVAILABLE},
    {"rows beyond counting", say_rows_beyond_counting, ERROR_UNAVAILABLE},
    {"a value past the end", say_a_value_past_the_end, ERROR_UNAVAILABLE},
    {"more nulls than may be", say_more_nulls_than_may_be, ERROR_UNAVAILABLE},
    {"a file", say_a_file, ERROR_UNAVAILABLE},
    {"an end with more", end_with_more, ERROR_UNAVAILABLE},
    {"a failure that is a success", fail_with_success, ERROR_UNAVAILABLE},
    {"a failure with an escape", fail_with_an_escape, ERROR_INVALID},
    {"nothing", end_without_a_word, ERROR_UNAVAILABLE},
    {"silence", stay_silent, ERROR_LIMIT},
    {"a closed door", close_and_stay, ERROR_UNAVAILABLE},
};
enum { LIE_COUNT = sizeof lies / sizeof *lies };

/* Hears the job as a worker does, then lies as its root says. */
static int be_worker(void) {
    struct arena arena = ARENA_INIT;
    uint8_t head[ENGINE_FRAME_HEAD_SIZE];
    static uint8_t payload[1 << 16];
    struct engine_job job;
    struct error error;
    size_t heard = 0;
    uint64_t index = 0;
    if (!child_hear(head, sizeof head, &heard) || !child_hear(payload, load_u32(head), &heard) ||
        !engine_job_parse(&arena, bytes_of(payload, heard), &job, &error) || !str_to_u64(job.root, &index))
        _exit(8);
    lies[index].tell();
    _exit(0);
}

/* ---- tests ---- */

static size_t lie;
static struct engine *start_engine(void) {
    char root[24];
    (void)snprintf(root, sizeof root, "%zu", lie);
    return engine_create(&(struct engine_options){.root = root, .library = "/proc/self/exe"});
}

static bool is_printable(const char *text) {
    while (*text >= ' ' && *text <= '~')
        text++;
    return *text == '\0';
}

static void no_query_believes_it(void) {
    struct engine *engine = start_engine();
    struct error error = {0};
    struct engine_rows rows = {.row_count = 77};
    struct engine_query_options options = {.statement = STR_LITERAL("SELECT 1"),
        .timeout_ms = lies[lie].kind == ERROR_LIMIT ? TIMEOUT_MS : PATIENCE_MS};
    struct engine_query *query = engine_query_start(engine, &options, &error);
    EXPECT(query != NULL);
    if (query != NULL) {
        EXPECT(!engine_query_next(query, &rows, &error) && rows.row_count == 77);
        EXPECT_INT(error.kind, lies[lie].kind);
        EXPECT(is_printable(error.message) && error.message[0] != '\0');
        EXPECT(!engine_query_next(query, &rows, &error));
        engine_query_destroy(query);
    }
    engine_destroy(engine);
    if (!tap_ok)
        printf("# told %s; the parent says: %s\n", lies[lie].name, error.message);
}

/* Grows with each worker that was started and has ended. */
static long work_of_workers(void) {
    struct rusage usage;
    EXPECT_INT(getrusage(RUSAGE_CHILDREN, &usage), 0);
    return usage.ru_minflt;
}

static void no_check_believes_it(void) {
    struct engine *engine = start_engine();
    struct error error = {0};
    EXPECT(!engine_check(engine, &error) && error.kind == ERROR_UNAVAILABLE && is_printable(error.message));
    /* Bad news is remembered: no worker is started again at once. */
    long before = work_of_workers();
    EXPECT(before > 0);
    EXPECT(!engine_check(engine, &error) && error.kind == ERROR_UNAVAILABLE);
    EXPECT_INT(work_of_workers(), before);
    engine_destroy(engine);
}

static void no_writer_believes_it(void) {
    struct engine *engine = start_engine();
    struct error error = {0};
    struct engine_file file = {.rows = 77};
    struct engine_writer *writer = engine_writer_begin(engine, "x.parquet", true, &error);
    bool is_written = writer != NULL;
    static const uint8_t record[100000] = {'{', '}'};
    for (int i = 0; i < 50 && is_written; i++)
        is_written = engine_writer_add(writer, BYTES_OF(record), &error);
    if (is_written) {
        EXPECT(!engine_writer_finish(writer, &file, &error) && file.rows == 77);
    } else {
        engine_writer_abandon(writer);
    }
    EXPECT(error.kind != ERROR_NONE && is_printable(error.message));
    engine_destroy(engine);
}

int main(int argc, char **argv) {
    if (argc >= 2 && strcmp(argv[1], "worker") == 0)
        return be_worker();
    for (lie = 0; lie < LIE_COUNT; lie++) {
        TEST(no_query_believes_it);
        /* Who is silent is waited for, and a file is a writer's right answer. */
        if (lies[lie].tell == stay_silent || lies[lie].tell == close_and_stay || lies[lie].tell == say_a_file)
            continue;
        TEST(no_check_believes_it);
        TEST(no_writer_believes_it);
    }
    return tap_done();
}
