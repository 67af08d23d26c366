/* SPDX-License-Identifier: Apache-2.0 */
/* making: the parent's side of the jobs that make files: writing and merging. */
#include "base/check.h"
#include "base/own.h"

#include "exchange.h"

/* Far beyond what honest work takes between two words; a worker that is silent for longer hangs. */
enum { MAKE_MS_MAX = 120000 };

struct engine_writer {
    struct engine *engine;
    char *name;
    bool is_sorted;
    struct moment newest; /* of a sorted one */
    struct engine_exchange exchange;
    struct buf records; /* times, sizes and bytes, not said yet */
};

/* The file that a worker says it made; whether it can be true is checked as far as it can be. */
static bool hear_file(struct engine_exchange *exchange, struct engine_file *ret_file, struct error *error) {
    struct bytes payload;
    if (!engine_exchange_hear_only(
            exchange, ENGINE_FRAME_FILE, engine_deadline(MAKE_MS_MAX), &payload, error))
        return false;
    struct engine_file file;
    if (!engine_file_parse(payload, &file, error)) {
        error->kind = ERROR_UNAVAILABLE;
        return false;
    }
    *ret_file = file;
    return true;
}

static struct engine_writer *begin(struct engine *engine, const struct engine_job *job, struct error *error) {
    struct engine_job copy = *job;
    struct engine_writer *writer = MEM_NEW(struct engine_writer);
    if (!engine_exchange_begin(engine, &copy, &writer->exchange, error)) {
        mem_free(writer);
        return NULL;
    }
    writer->engine = engine;
    writer->name = mem_copy(job->name.data, job->name.size);
    writer->is_sorted = job->is_sorted;
    writer->newest = MOMENT_MIN;
    writer->records = BUF_INIT(ENGINE_FRAME_SIZE_MAX);
    return writer;
}

struct engine_writer *engine_writer_begin(
    struct engine *engine, const char *name, bool keep_json, struct error *error) {
    return begin(engine,
        &(struct engine_job){.kind = ENGINE_JOB_WRITE, .name = str_from(name), .keep_json = keep_json},
        error);
}

struct engine_writer *engine_writer_begin_sorted(
    struct engine *engine, const char *name, bool keep_json, struct error *error) {
    return begin(engine,
        &(struct engine_job){
            .kind = ENGINE_JOB_WRITE, .name = str_from(name), .keep_json = keep_json, .is_sorted = true},
        error);
}

static bool say_records(struct engine_writer *writer, struct error *error) {
    if (writer->records.size == 0)
        return true;
    bool is_said = engine_exchange_say(&writer->exchange, ENGINE_FRAME_RECORDS, buf_bytes(&writer->records),
        engine_deadline(MAKE_MS_MAX), error);
    buf_clear(&writer->records);
    return is_said;
}

static bool add(struct engine_writer *writer, struct bytes record, struct error *error) {
    ASSERT(record.size <= ENGINE_FRAME_SIZE_MAX / 2);
    if (writer->exchange.is_over)
        return error_set(error, ERROR_UNAVAILABLE, "the SQL engine's process is over");
    engine_append_text(&writer->records, bytes_str(record));
    return writer->records.size < ENGINE_FRAME_BATCH_SIZE || say_records(writer, error);
}

bool engine_writer_add(struct engine_writer *writer, struct bytes record, struct error *error) {
    ASSERT(!writer->is_sorted);
    return add(writer, record, error);
}

bool engine_writer_add_sorted(
    struct engine_writer *writer, struct moment time, struct bytes record, struct error *error) {
    ASSERT(writer->is_sorted && time.ms >= writer->newest.ms);
    writer->newest = time;
    engine_append_signed(&writer->records, time.ms);
    return add(writer, record, error);
}

static void destroy_writer(struct engine_writer *writer) {
    engine_exchange_end(&writer->exchange);
    buf_finish(&writer->records);
    mem_free(writer->name);
    mem_free(writer);
}

bool engine_writer_finish(
    struct engine_writer *owned_writer, struct engine_file *ret_file, struct error *error) {
    bool done = say_records(owned_writer, error) &&
                engine_exchange_say(&owned_writer->exchange, ENGINE_FRAME_END, (struct bytes){NULL, 0},
                    engine_deadline(MAKE_MS_MAX), error) &&
                hear_file(&owned_writer->exchange, ret_file, error);
    if (done)
        destroy_writer(owned_writer);
    else
        engine_writer_abandon(owned_writer);
    return done;
}

/* The worker is ended first: what is there then stays away. */
void engine_writer_abandon(struct engine_writer *owned_writer) {
    if (owned_writer == NULL)
        return;
    engine_exchange_end(&owned_writer->exchange);
    engine_remove_file(owned_writer->engine, owned_writer->name);
    destroy_writer(owned_writer);
}

bool engine_merge(struct engine *engine, const struct engine_merge *merge, struct engine_file *ret_file,
    struct error *error) {
    struct engine_job job = {.kind = ENGINE_JOB_MERGE,
        .name = str_from(merge->into),
        .names = merge->names,
        .name_count = merge->name_count,
        .oldest = merge->oldest};
    struct engine_exchange exchange;
    if (!engine_exchange_begin(engine, &job, &exchange, error))
        return false;
    bool done = hear_file(&exchange, ret_file, error);
    engine_exchange_end(&exchange);
    return done;
}
