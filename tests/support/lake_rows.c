/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lake_rows FOLDER: records, one a line, from standard input become files of events in the folder, written
 * and merged by real workers, and are read back: a line of the columns and their types, then each row, as
 * JSON. For tests/scenario/lake_columns_test.py, which computes the same from the records by itself. Ends
 * with 77 where there is no engine.
 */
#include "support/real_engine.h"
#include "support/real_reader.h"

enum { FILES = 3, EXIT_SKIPPED = 77, LINE_SIZE_MAX = 4 << 20 };

static void write_files(struct engine *engine, const char *const names[FILES]) {
    static char line[LINE_SIZE_MAX];
    struct error error = {0};
    struct engine_writer *writers[FILES];
    struct engine_file file;
    for (size_t i = 0; i < FILES; i++) {
        writers[i] = engine_writer_begin(engine, names[i], true, &error);
        ASSERT(writers[i] != NULL);
    }
    for (size_t i = 0; fgets(line, sizeof line, stdin) != NULL; i++) {
        struct str record = str_trim(str_of(line, strcspn(line, "\n")));
        bool done = engine_writer_add(writers[i % FILES], str_bytes(record), &error);
        ASSERT(done);
    }
    for (size_t i = 0; i < FILES; i++) {
        bool done = engine_writer_finish(writers[i], &file, &error);
        ASSERT(done);
    }
}

int main(int argc, char **argv) {
    REAL_ENGINE_WORKER(argc, argv);
    ASSERT(argc == 2);
    static const char *const names[FILES] = {"a.parquet", "b.parquet", "c.parquet"};
    struct engine *engine = real_engine_create(argv[1]);
    if (engine == NULL)
        return EXIT_SKIPPED;
    write_files(engine, names);
    struct error error = {0};
    struct engine_file file;
    struct engine_merge merge = {
        .names = names, .name_count = FILES, .into = "all.parquet", .oldest = MOMENT_MIN};
    bool done = engine_merge(engine, &merge, &file, &error);
    ASSERT(done);
    engine_destroy(engine);
    real_reader_open(argv[1]);
    real_reader_print(
        "SELECT to_json(map_from_entries(list((column_name, column_type)))) FROM (DESCRIBE FROM FILE)",
        "all.parquet");
    real_reader_print("SELECT to_json(event) FROM FILE AS event", "all.parquet");
    real_reader_close();
    return 0;
}
