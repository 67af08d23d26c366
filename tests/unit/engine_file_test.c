/* SPDX-License-Identifier: Apache-2.0 */
/* Files of events written and merged by real workers, and read back. Skipped where the library is not there.
 */
#include "base/buf.h"
#include "codec/text.h"
#include "support/real_engine.h"
#include "support/real_reader.h"
#include "support/tap.h"
#include "sys/disk.h"

#include <unistd.h>

enum { MANY = 5000 };

static char root[] = "/tmp/cairn-engine-XXXXXX";
static struct engine *engine;
static struct disk *disk;

static bool write_texts(const char *name, const char *const *records, size_t count, bool keep_json,
    struct engine_file *ret_file) {
    struct error error = {0};
    struct engine_writer *writer = engine_writer_begin(engine, name, keep_json, &error);
    bool done = writer != NULL;
    for (size_t i = 0; done && i < count; i++)
        done = engine_writer_add(writer, str_bytes(str_from(records[i])), &error);
    if (done)
        done = engine_writer_finish(writer, ret_file, &error);
    else
        engine_writer_abandon(writer);
    if (!done)
        printf("# %s\n", error.message);
    return done;
}

/* `count` events, one each `step_ms` from `start` on, in a disorder that is always the same. */
static bool write_many(const char *name, uint64_t count, int64_t start_ms, int64_t step_ms) {
    struct error error = {0};
    SCOPED(buf_finish) struct buf record = BUF_INIT(1 << 20);
    struct engine_writer *writer = engine_writer_begin(engine, name, true, &error);
    ASSERT(writer != NULL);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t place = i * 7919 % count;
        buf_clear(&record);
        buf_append_text(&record, "{\"eventTime\":\"");
        time_append_iso(&record, (struct moment){start_ms + (int64_t)place * step_ms});
        buf_append_format(&record,
            "\",\"eventID\":\"%s-%06u\",\"requestParameters\":{\"place\":%u,\"text\":\"%.*s\"},\"resources\":"
            "[{"
            "\"ARN\":\"arn:aws:s3:::bucket-%u\"},{}]}",
            name, (unsigned)place, (unsigned)place, (int)(place % 90),
            "............................................................................................",
            (unsigned)place);
        if (!engine_writer_add(writer, buf_bytes(&record), &error)) {
            printf("# %s\n", error.message);
            engine_writer_abandon(writer);
            return false;
        }
    }
    struct engine_file file;
    bool done = engine_writer_finish(writer, &file, &error);
    if (!done)
        printf("# %s\n", error.message);
    return done && file.rows == count && file.oldest.ms == start_ms &&
           file.newest.ms == start_ms + (int64_t)(count - 1) * step_ms;
}

static bool merge(const char *const *names, size_t count, const char *into, struct moment oldest,
    struct engine_file *ret_file) {
    struct engine_merge what = {.names = names, .name_count = count, .into = into, .oldest = oldest};
    struct error error = {0};
    bool done = engine_merge(engine, &what, ret_file, &error);
    if (!done)
        printf("# %s\n", error.message);
    return done;
}

static uint64_t size_of(const char *name) {
    struct error error = {0};
    SCOPED(buf_finish) struct buf bytes = BUF_INIT(1 << 28);
    ASSERT(disk_read_file(disk, name, &bytes, &error));
    return bytes.size;
}

static void a_file_holds_its_events_sorted_and_tells_what_it_is(void) {
    static const char *const records[] = {
        "{\"eventTime\":\"2026-03-02T08:04:21Z\",\"eventName\":\"third\",\"requestParameters\":{\"n\":1.50,"
        "\"z\":null}}",
        "{\"eventTime\":\"2026-03-02T08:04:19Z\",\"eventName\":\"first\",\"readOnly\":true}",
        "{\"eventTime\":\"2026-03-02T08:04:20.5Z\",\"eventName\":\"second\",\"resources\":[{\"ARN\":\"a\"},{}"
        "]}",
        "{\"eventTime\":\"2026-03-02T08:04:21Z\",\"eventName\":\"fourth\"}",
    };
    struct engine_file file;
    EXPECT(write_texts("sorted.parquet", records, 4, true, &file));
    EXPECT_INT(file.rows, 4);
    EXPECT_INT(file.bytes, size_of("sorted.parquet"));
    EXPECT_INT(file.oldest.ms, 1772438659000);
    EXPECT_INT(file.newest.ms, 1772438661000);
    EXPECT_INT(real_reader_number("sorted.parquet",
                   "SELECT CAST(list(eventname) = ['first', 'second', 'third', 'fourth'] AS BIGINT) "
                   "FROM FILE"),
        1);
    EXPECT_INT(real_reader_number("sorted.parquet",
                   "SELECT CAST(requestparameters['n'] = '1.50' AND map_keys(requestparameters) = ['"
                   "n', 'z'] AND requestparameters['z'] IS NULL AS BIGINT) FROM FILE WHERE eventname"
                   " = 'third'"),
        1);
    EXPECT_INT(real_reader_number("sorted.parquet",
                   "SELECT CAST(len(resources) = 2 AND resources[1].arn = 'a' AND resources[2].arn I"
                   "S NULL AS BIGINT) FROM FILE WHERE eventname = 'second'"),
        1);
    EXPECT_INT(real_reader_number("sorted.parquet",
                   "SELECT CAST(epoch_ms(eventtime) AS BIGINT) FROM FILE WHERE eventname = 'second'"),
        1772438660500);
    EXPECT_INT(real_reader_number("sorted.parquet",
                   "SELECT count(eventjson) FROM FILE WHERE eventjson LIKE '%\"eventName\"%'"),
        4);
}

static void raw_records_are_kept_only_where_they_are_wanted(void) {
    static const char *const records[] = {"{\"eventTime\":\"2026-03-02T08:04:21Z\",\"eventName\":\"a\"}"};
    struct engine_file file;
    EXPECT(write_texts("bare.parquet", records, 1, false, &file));
    EXPECT_INT(real_reader_number("bare.parquet", "SELECT count(*) - count(eventjson) FROM FILE"), 1);
    EXPECT_INT(real_reader_number("bare.parquet", "SELECT count(*) FROM FILE WHERE eventname = 'a'"), 1);
}

/* An array of arrays of arrays. */
static void append_deep(struct buf *record) {
    buf_append_text(record, "{\"eventName\":\"deep\",\"requestParameters\":{\"a\":");
    for (unsigned i = 0; i < 100; i++)
        buf_append_text(record, "[");
    for (unsigned i = 0; i < 100; i++)
        buf_append_text(record, "]");
    buf_append_text(record, "}}");
}

/* As large as a record may be: of members, and of resources. */
static void append_wide(struct buf *record) {
    buf_append_text(record, "{\"eventName\":\"wide\",\"requestParameters\":{");
    while (record->size < 1000000)
        buf_append_format(record, "%s\"key%zu\":\"a value that is not short %zu\"",
            record->data[record->size - 1] == '{' ? "" : ",", record->size, record->size);
    buf_append_text(record, "},\"resources\":[{}");
    while (record->size < 1048000)
        buf_append_text(record, ",{}");
    buf_append_text(record, "]}");
}

static int64_t hostile_number(const char *sql) {
    return real_reader_number("hostile.parquet", sql);
}

static void a_hostile_record_does_not_fail_its_file(void) {
    static const char *const name[] = {"hostile.parquet"};
    SCOPED(buf_finish) struct buf deep = BUF_INIT(1 << 22);
    SCOPED(buf_finish) struct buf wide = BUF_INIT(1 << 22);
    append_deep(&deep);
    append_wide(&wide);
    const char *const records[] = {"", "[]", "{",
        "{\"userIdentity\":\"root\",\"eventTime\":7,\"requestParameters\":[1]}",
        "{\"eventName\":\"\\ud800\",\"requestParameters\":{\"\\udc00\":\"\\ud800\",\"\\udc00\":1}}",
        "{\"eventName\":\"\xff\xfe\",\"requestParameters\":{\"\xc0\x80\":\"\xe2\x82\"}}",
        "{\"eventName\":\"\\u0000nul\",\"eventSource\":\"a\\u0000b\"}", deep.data, wide.data,
        "{\"eventTime\":\"0001-01-01T00:00:00Z\"}", "{\"eventTime\":\"9999-12-31T23:59:59.999Z\"}",
        "{\"eventName\":\"null\",\"userIdentity\":null,\"resources\":[null,{\"ARN\":null}]}"};
    struct engine_file file, merged;
    EXPECT(write_texts("hostile.parquet", records, sizeof records / sizeof *records, true, &file));
    EXPECT_INT(file.rows, 12);
    EXPECT_INT(hostile_number("SELECT count(*) FROM FILE WHERE eventtime IS NULL"), 0);
    EXPECT_INT(hostile_number("SELECT count(*) FROM FILE WHERE eventname = chr(65533)"), 1);
    EXPECT_INT(hostile_number("SELECT CAST(cardinality(requestparameters) AS BIGINT) FROM FILE WHERE "
                              "eventname = chr(65533)"),
        1);
    EXPECT_INT(hostile_number("SELECT count(*) FROM FILE WHERE eventname = chr(65533) || chr(65533)"), 1);
    EXPECT_INT(hostile_number("SELECT CAST(length(eventjson) AS BIGINT) FROM FILE WHERE eventname = 'wide'"),
        (int64_t)wide.size);
    EXPECT(hostile_number("SELECT CAST(cardinality(requestparameters) AS BIGINT) FROM FILE WHERE eventname "
                          "= 'wide'") > 15000);
    EXPECT(
        hostile_number("SELECT CAST(len(resources) AS BIGINT) FROM FILE WHERE eventname = 'wide'") > 10000);
    EXPECT_INT(hostile_number("SELECT CAST(len(resources) AS BIGINT) FROM FILE WHERE eventname = 'null'"), 1);
    EXPECT_INT(hostile_number("SELECT CAST(len(requestparameters['a']) AS BIGINT) FROM FILE WHERE "
                              "eventname = 'deep'"),
        200);
    EXPECT(merge(name, 1, "hostile2.parquet", MOMENT_MIN, &merged));
    EXPECT_INT(merged.rows, 12);
    EXPECT_INT(merged.oldest.ms, file.oldest.ms);
    EXPECT_INT(merged.newest.ms, file.newest.ms);
}

enum { GROUPS_ROWS = 45000, GROUPS_SELDOM = 20000 };

/* A value each so many rows, so that a column is there in some row groups only, and its texts come again. */
static void append_of_groups(struct buf *record, unsigned i) {
    buf_append_text(record, "{\"eventTime\":\"");
    time_append_iso(record, (struct moment){1772438400000 + (int64_t)i * 1000});
    buf_append_format(record, "\",\"eventID\":\"%u\",\"eventName\":\"name-%u\",\"readOnly\":%s", i, i % 7,
        i % 3 == 0 ? "true" : "false");
    if (i % GROUPS_SELDOM == 1)
        buf_append_format(record,
            ",\"insightContext\":{\"baselineAverage\":%u.5,\"insightDuration\":-%u},\"eventContext\":{"
            "\"tagContext\":{\"resourceTags\":[{\"arn\":\"a\",\"tags\":{\"k\":\"%u\",\"l\":null}},{},{"
            "\"tags\":{}}]}}",
            i, i, i);
    buf_append_text(record, "}");
}

static void a_file_of_several_row_groups_has_each_value_in_its_row(void) {
    struct error error = {0};
    struct engine_file file = {0};
    struct engine_writer *writer = engine_writer_begin(engine, "groups.parquet", false, &error);
    ASSERT(writer != NULL);
    for (unsigned i = 0; i < GROUPS_ROWS; i++) {
        SCOPED(buf_finish) struct buf record = BUF_INIT(1 << 20);
        append_of_groups(&record, i);
        EXPECT(engine_writer_add(writer, buf_bytes(&record), &error));
    }
    EXPECT(engine_writer_finish(writer, &file, &error));
    EXPECT_INT(file.rows, GROUPS_ROWS);
    EXPECT_INT(
        real_reader_number("groups.parquet",
            "SELECT count(*) FROM FILE WHERE CAST(eventid AS BIGINT) = file_row_number AND eventname = "
            "'name-' || file_row_number % 7 AND readonly = (file_row_number % 3 = 0) AND epoch_ms(eventtime)"
            " = 1772438400000 + file_row_number * 1000"),
        GROUPS_ROWS);
    EXPECT_INT(
        real_reader_number("groups.parquet",
            "SELECT count(*) FROM FILE WHERE file_row_number % 20000 = 1 AND "
            "insightcontext.baselineaverage = file_row_number + 0.5 AND insightcontext.insightduration = "
            "-file_row_number AND len(eventcontext.tagcontext.resourcetags) = 3 AND "
            "eventcontext.tagcontext.resourcetags[1].tags['k'] = CAST(file_row_number AS VARCHAR) AND "
            "map_keys(eventcontext.tagcontext.resourcetags[1].tags) = ['k', 'l'] AND "
            "eventcontext.tagcontext.resourcetags[2].tags IS NULL AND "
            "cardinality(eventcontext.tagcontext.resourcetags[3].tags) = 0"),
        3);
    EXPECT_INT(real_reader_number("groups.parquet",
                   "SELECT count(*) FROM FILE WHERE insightcontext IS NULL AND eventcontext IS NULL AND "
                   "resources IS NULL AND eventjson IS NULL"),
        GROUPS_ROWS - 3);
    /* By what the footer says, row groups are passed over. */
    EXPECT_INT(real_reader_number("groups.parquet",
                   "SELECT count(*) FROM FILE WHERE insightcontext.insightduration < -40000"),
        1);
    EXPECT_INT(real_reader_number("groups.parquet",
                   "SELECT count(*) FROM FILE WHERE eventtime >= epoch_ms(1772438400000 + 44999000)"),
        1);
}

static bool is_there(const char *name) {
    struct error error = {0};
    struct disk_stat stat;
    return disk_stat(disk, name, &stat, &error);
}

/* Larger together than a page of a column. */
static void sorted_records_become_a_file_while_they_come(void) {
    enum { COUNT = 40, SIZE = 300000 };
    struct error error = {0};
    struct engine_file file = {0};
    struct engine_writer *writer = engine_writer_begin_sorted(engine, "stream.parquet", true, &error);
    ASSERT(writer != NULL);
    for (unsigned i = 0; i < COUNT; i++) {
        SCOPED(buf_finish) struct buf record = BUF_INIT(1 << 20);
        buf_append_format(&record, "{\"eventID\":\"%u\",\"errorMessage\":\"", i);
        for (unsigned k = 0; i % 5 != 0 && k < SIZE; k++)
            buf_append_char(&record, (char)('a' + (i + k / 7) % 26));
        buf_append_text(&record, i % 5 == 4 ? "\",\"readOnly\":\xff}" : "\"}");
        EXPECT(engine_writer_add_sorted(
            writer, (struct moment){1772438400000 + i / 3}, buf_bytes(&record), &error));
    }
    EXPECT(engine_writer_finish(writer, &file, &error));
    EXPECT_INT(file.rows, COUNT);
    EXPECT_INT(file.bytes, size_of("stream.parquet"));
    EXPECT_INT(file.oldest.ms, 1772438400000);
    EXPECT_INT(file.newest.ms, 1772438400000 + (COUNT - 1) / 3);
    EXPECT_INT(real_reader_number("stream.parquet",
                   "SELECT count(*) FROM FILE WHERE CAST(eventid AS BIGINT) = file_row_number AND "
                   "epoch_ms(eventtime) = "
                   "1772438400000 + file_row_number // 3 AND length(errormessage) = CASE WHEN "
                   "file_row_number % 5 = 0 "
                   "THEN 0 ELSE 300000 END AND (file_row_number % 5 = 0 OR errormessage[1] = chr(CAST(97 + "
                   "file_row_number % 26 AS INTEGER))) AND eventjson LIKE '%' || errormessage || '%'"),
        COUNT);
}

static void an_abandoned_file_is_gone(void) {
    struct error error = {0};
    struct engine_writer *writer = engine_writer_begin_sorted(engine, "abandoned.parquet", true, &error);
    ASSERT(writer != NULL);
    for (unsigned i = 0; i < 100000; i++)
        EXPECT(engine_writer_add_sorted(
            writer, (struct moment){i}, str_bytes(STR_LITERAL("{\"eventID\":\"abandoned\"}")), &error));
    EXPECT(is_there("abandoned.parquet")); /* so many records are more than pipes hold */
    engine_writer_abandon(writer);
    EXPECT(!is_there("abandoned.parquet"));
}

/* a, b, c and d are in it, and sorted. */
static void expect_merged(const char *name, const struct engine_file *file) {
    EXPECT_INT(file->rows, 3 * MANY + 10);
    EXPECT_INT(file->bytes, size_of(name));
    EXPECT_INT(file->oldest.ms, 1772438400000 - 3600000);
    EXPECT_INT(file->newest.ms, 1772438400000 + MANY * 500 + (MANY - 1) * 2000);
    EXPECT_INT(real_reader_number(name, "SELECT count(DISTINCT eventid) FROM FILE"), 3 * MANY + 10);
    EXPECT_INT(real_reader_number(name,
                   "SELECT count(*) FROM FILE WHERE eventid LIKE '%-' || format('{:06d}', CAST(reque"
                   "stparameters['place'] AS INTEGER)) AND resources[1].arn = 'arn:aws:s3:::bucket-'"
                   " || requestparameters['place'] AND resources[2].arn IS NULL AND length(requestpa"
                   "rameters['text']) = CAST(requestparameters['place'] AS INTEGER) % 90 AND eventjs"
                   "on LIKE '%' || eventid || '%'"),
        3 * MANY + 10);
    EXPECT_INT(
        real_reader_number(name, "SELECT count(*) FROM (SELECT eventtime < lag(eventtime) OVER (ORDER BY "
                                 "file_row_number) AS falls FROM FILE) WHERE falls"),
        0);
}

static const char *const four_names[] = {"a.parquet", "b.parquet", "c.parquet", "d.parquet"};

static void merged_files_are_one_sorted_file(void) {
    EXPECT(write_many("a.parquet", MANY, 1772438400000, 1000));
    EXPECT(write_many("b.parquet", MANY, 1772438400000, 1000));              /* the same times */
    EXPECT(write_many("c.parquet", MANY, 1772438400000 + MANY * 500, 2000)); /* overlapping */
    EXPECT(write_many("d.parquet", 10, 1772438400000 - 3600000, 1000));      /* older than all */
    struct engine_file file = {0};
    EXPECT(merge(four_names, 4, "merged.parquet", MOMENT_MIN, &file));
    expect_merged("merged.parquet", &file);
}

/* With little memory a merge takes no more than 2,048 rows at once. */
static void a_merge_in_many_slices_is_the_same(void) {
    struct engine *whole = engine;
    struct engine_file file = {0};
    engine = real_engine_create_with((struct engine_options){.root = root, .memory_bytes = 256 << 20});
    EXPECT(merge(four_names, 4, "sliced.parquet", MOMENT_MIN, &file));
    expect_merged("sliced.parquet", &file);
    engine_destroy(engine);
    engine = whole;
}

static void rows_before_the_oldest_are_left_out(void) {
    static const char *const names[] = {"a.parquet", "d.parquet"};
    struct engine_file file;
    struct moment oldest = {1772438400000 + 1000 * 1000};
    EXPECT(merge(names, 2, "young.parquet", oldest, &file));
    EXPECT_INT(file.rows, MANY - 1000);
    EXPECT_INT(file.oldest.ms, oldest.ms);
    struct moment never = {1772438400000 + (int64_t)MANY * 86400000};
    EXPECT(merge(names, 2, "none.parquet", never, &file));
    EXPECT_INT(file.rows, 0);
    EXPECT_INT(real_reader_number("none.parquet", "SELECT count(*) FROM FILE"), 0);
}

static void what_is_no_file_of_events_is_not_merged(void) {
    static const char *const broken[] = {"broken.parquet"}, *const missing[] = {"nowhere.parquet"};
    struct error error = {0};
    struct engine_file file;
    ASSERT(disk_write_file(disk, "broken.parquet", BYTES_OF("PAR1 and no more PAR1"), &error));
    EXPECT(!merge(broken, 1, "never.parquet", MOMENT_MIN, &file));
    EXPECT(!merge(missing, 1, "never.parquet", MOMENT_MIN, &file));
}

static bool remove_entry(const char *name, bool is_directory, void *context) {
    struct error error = {0};
    (void)context;
    if (!is_directory)
        IGNORE(disk_unlink(disk, name, &error), "a temporary folder");
    return true;
}

int main(int argc, char **argv) {
    REAL_ENGINE_WORKER(argc, argv);
    struct error error = {0};
    ASSERT(mkdtemp(root) != NULL);
    disk = disk_real_create(root, &error);
    engine = real_engine_create(root);
    if (engine != NULL) {
        real_reader_open(root);
        TEST(a_file_holds_its_events_sorted_and_tells_what_it_is);
        TEST(raw_records_are_kept_only_where_they_are_wanted);
        TEST(a_hostile_record_does_not_fail_its_file);
        TEST(a_file_of_several_row_groups_has_each_value_in_its_row);
        TEST(sorted_records_become_a_file_while_they_come);
        TEST(an_abandoned_file_is_gone);
        TEST(merged_files_are_one_sorted_file);
        TEST(a_merge_in_many_slices_is_the_same);
        TEST(rows_before_the_oldest_are_left_out);
        TEST(what_is_no_file_of_events_is_not_merged);
        real_reader_close();
    }
    engine_destroy(engine);
    IGNORE(disk_list(disk, "", remove_entry, NULL, &error), "a temporary folder");
    disk_real_destroy(disk);
    (void)rmdir(root);
    return engine == NULL ? 0 : tap_done();
}
