/* SPDX-License-Identifier: Apache-2.0 */
/* What parent and worker hear of each other: a stream of frames, each payload read as the side that hears it
 * does. The first byte says which side, and how many columns the answer has. */
#include "base/check.h"
#include "base/own.h"
#include "engine/job.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hear_from_worker(
    struct arena *arena, enum engine_frame_kind kind, struct bytes payload, size_t columns) {
    struct error error = {0};
    struct engine_answer_rows rows;
    struct engine_file file;
    const struct str *names;
    size_t count;
    if (kind == ENGINE_FRAME_ROWS && engine_rows_parse(arena, payload, columns, &rows, &error)) {
        ASSERT(
            rows.row_count * columns <= ENGINE_FRAME_VALUES_MAX && rows.row_count * columns <= payload.size);
        for (size_t i = 0; i < rows.row_count * columns; i++)
            ASSERT(rows.values[i].data == NULL ||
                   rows.values[i].data + rows.values[i].size <= (const char *)payload.data + payload.size);
    }
    if (kind == ENGINE_FRAME_COLUMNS && engine_columns_parse(arena, payload, &names, &count, &error))
        ASSERT(count > 0 && count <= ENGINE_COLUMNS_MAX);
    if (kind == ENGINE_FRAME_FILE)
        IGNORE(engine_file_parse(payload, &file, &error), "any answer will do");
    if (kind == ENGINE_FRAME_FAILED) {
        engine_failure_parse(payload, &error);
        ASSERT(error.kind != ERROR_NONE && error.kind != ERROR_CONFLICT && error.kind != ERROR_DENIED);
        for (const char *c = error.message; *c != '\0'; c++)
            ASSERT((unsigned char)*c >= ' ' && *c != 0x7f);
    }
}

/* What is heard is said again the same way. */
static void hear_from_parent(struct arena *arena, enum engine_frame_kind kind, struct bytes payload) {
    struct error error = {0};
    struct engine_job job, again;
    SCOPED(buf_finish) struct buf said = BUF_INIT(ENGINE_FRAME_SIZE_MAX);
    if (kind != ENGINE_FRAME_JOB || !engine_job_parse(arena, payload, &job, &error))
        return;
    if (!engine_job_append(&said, &job, &error))
        return;
    bool is_parsed = engine_job_parse(arena, buf_bytes(&said), &again, &error);
    ASSERT(is_parsed && again.table_count == job.table_count && again.name_count == job.name_count);
    ASSERT(str_equals(again.statement, job.statement) && again.oldest.ms == job.oldest.ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = ARENA_INIT;
    struct error error;
    bool is_from_worker = size > 0 && (data[0] & 1) != 0;
    size_t columns = size > 0 ? data[0] >> 1 : 0;
    for (size_t at = 1; at + ENGINE_FRAME_HEAD_SIZE <= size;) {
        enum engine_frame_kind kind;
        size_t payload_size = 0;
        if (!engine_frame_parse_head(data + at, is_from_worker, &kind, &payload_size, &error))
            break;
        at += ENGINE_FRAME_HEAD_SIZE;
        struct bytes payload = bytes_of(data + at, payload_size < size - at ? payload_size : size - at);
        at += payload.size;
        if (is_from_worker)
            hear_from_worker(&arena, kind, payload, columns);
        else
            hear_from_parent(&arena, kind, payload);
        arena_clear(&arena);
    }
    arena_finish(&arena);
    return 0;
}
