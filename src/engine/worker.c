/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker: one process, one job (or standby for one). In this order: die with the parent; hear the job, which
 * the parent made; load the library and open an empty database, where the job needs them; lock down; do the
 * job. Bytes from outside (records, files, the statement) are looked at only when the process is locked down.
 */
#include "worker.h"

#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "codec/json.h"
#include "sys/child.h"
#include "sys/disk.h"
#include "sys/process.h"

#include "lockdown.h"

#include <stdio.h>
#include <string.h>

enum { WORKER_DONE = 0, WORKER_FAILED = 1, WORKER_MISUSED = 2 };

bool engine_worker_hear(struct engine_worker *worker, enum engine_frame_kind *ret_kind,
    struct bytes *ret_payload, struct error *error) {
    uint8_t head[ENGINE_FRAME_HEAD_SIZE];
    size_t size = 0, heard = 0;
    if (!child_hear(head, sizeof head, &heard) || heard != sizeof head)
        return error_set(error, ERROR_UNAVAILABLE, "the daemon says no more");
    if (!engine_frame_parse_head(head, false, ret_kind, &size, error))
        return false;
    buf_clear(&worker->input);
    void *data = buf_reserve(&worker->input, size + JSON_PADDING);
    ASSERT(data != NULL);
    if (!child_hear(data, size, &heard) || heard != size)
        return error_set(error, ERROR_UNAVAILABLE, "the daemon broke off");
    memset((char *)data + size, 0, JSON_PADDING);
    *ret_payload = bytes_of(data, size);
    return true;
}

bool engine_worker_say(enum engine_frame_kind kind, struct bytes payload, struct error *error) {
    struct buf head = BUF_INIT(ENGINE_FRAME_HEAD_SIZE);
    engine_frame_append_head(&head, kind, payload.size);
    bool is_said = child_say(buf_bytes(&head)) && child_say(payload);
    buf_finish(&head);
    return is_said || error_set(error, ERROR_UNAVAILABLE, "the daemon does not listen");
}

bool engine_worker_fault(
    struct engine_worker *worker, struct duckdb_result *result, enum error_kind kind, struct error *error) {
    return engine_worker_tell(worker->library.result_error(result), kind, error);
}

bool engine_worker_tell(const char *message, enum error_kind kind, struct error *error) {
    struct str text = str_from(message == NULL ? "the SQL engine gives no reason" : message);
    bool is_memory = str_starts_with(text, STR_LITERAL("Out of Memory")) ||
                     str_find(text, STR_LITERAL("std::bad_alloc")) != SIZE_MAX;
    if (is_memory)
        kind = ERROR_LIMIT;
    return error_set(error, kind, "%.*s", STR(str_slice(text, 0, ENGINE_MESSAGE_SIZE_MAX)));
}

bool engine_worker_run(
    struct engine_worker *worker, const char *sql, enum error_kind kind, struct error *error) {
    struct duckdb_result result = {0};
    bool done = worker->library.query(worker->connection, sql, &result) == DUCKDB_SUCCESS;
    if (!done)
        engine_worker_fault(worker, &result, kind, error);
    worker->library.destroy_result(&result);
    return done;
}

const char *engine_worker_path(struct engine_worker *worker, const char *name) {
    return arena_format(&worker->arena, "%.*s/%s", STR(worker->job.root), name).data;
}

void engine_append_literal(struct buf *buf, struct str text) {
    buf_append_char(buf, '\'');
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\'')
            buf_append_char(buf, '\'');
        buf_append_char(buf, text.data[i]);
    }
    buf_append_char(buf, '\'');
}

/* An empty one. The library looks around (control groups) as it opens, which it may not do later. */
static bool open_database(struct engine_worker *worker, struct error *error) {
    const struct engine_library *library = &worker->library;
    char memory[32];
    /* The library counts most of what it takes, not all: the kernel's limit lies above its own. */
    (void)snprintf(memory, sizeof memory, "%lluB", (unsigned long long)(worker->job.memory_bytes / 4 * 3));
    const struct {
        const char *name, *value;
    } settings[] = {
        {"threads", "1"}, /* none beside this one until start_threads() */
        {"memory_limit", memory},
        {"temp_directory", ""},
        {"autoinstall_known_extensions", "false"},
        {"autoload_known_extensions", "false"},
        {"allow_community_extensions", "false"},
    };
    struct duckdb_config *config = NULL;
    if (library->create_config(&config) != DUCKDB_SUCCESS)
        return error_set(error, ERROR_UNAVAILABLE, "the SQL engine takes no settings");
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (library->set_config(config, settings[i].name, settings[i].value) != DUCKDB_SUCCESS)
            return error_set(error, ERROR_UNAVAILABLE, "the SQL engine does not take %s", settings[i].name);
    char *message = NULL;
    if (library->open_ext(":memory:", &worker->database, config, &message) != DUCKDB_SUCCESS)
        return error_set(
            error, ERROR_UNAVAILABLE, "open a database: %.300s", message == NULL ? "?" : message);
    library->destroy_config(&config);
    if (library->connect(worker->database, &worker->connection) != DUCKDB_SUCCESS)
        return error_set(error, ERROR_UNAVAILABLE, "connect to a database");
    return true;
}

/* Jobs that make files go by the order of rows, and have one. */
static bool start_threads(struct engine_worker *worker, struct error *error) {
    char sql[32];
    unsigned threads = worker->job.kind == ENGINE_JOB_QUERY ? worker->job.threads : 1;
    (void)snprintf(sql, sizeof sql, "SET threads=%u", threads);
    return engine_worker_run(worker, sql, ERROR_UNAVAILABLE, error);
}

static bool check(struct engine_worker *worker, struct error *error) {
    if (!engine_worker_run(worker, "SELECT 1", ERROR_UNAVAILABLE, error))
        return false;
    return engine_worker_say(ENGINE_FRAME_DONE, (struct bytes){NULL, 0}, error);
}

static bool open_library(struct engine_worker *worker, struct error *error) {
    const char *library = arena_text(&worker->arena, worker->job.library);
    return engine_library_load(library, &worker->library, error) && open_database(worker, error);
}

static bool open_folder(struct engine_worker *worker, struct error *error) {
    worker->disk = disk_real_create(arena_text(&worker->arena, worker->job.root), error);
    return worker->disk != NULL;
}

static bool start_nothing(struct engine_worker *worker, struct error *error) {
    (void)worker, (void)error;
    return true;
}

static bool await_query(struct engine_worker *worker, struct error *error);

static const struct {
    const char *name; /* as lists of processes show it */
    /* What cannot be opened later, before the worker is locked down; what is started after it; the job. */
    bool (*open)(struct engine_worker *worker, struct error *error);
    bool (*start)(struct engine_worker *worker, struct error *error);
    bool (*run)(struct engine_worker *worker, struct error *error);
} jobs[] = {
    [ENGINE_JOB_CHECK] = {"cairn-check", open_library, start_threads, check},
    [ENGINE_JOB_QUERY] = {"cairn-query", open_library, start_threads, engine_work_query},
    [ENGINE_JOB_WRITE] = {"cairn-write", open_folder, start_nothing, engine_work_write},
    [ENGINE_JOB_MERGE] = {"cairn-merge", open_library, start_threads, engine_work_merge},
    [ENGINE_JOB_STANDBY] = {"cairn-standby", await_query, NULL, NULL}, /* it is a query by then */
};

static bool hear_job(struct engine_worker *worker, struct error *error) {
    enum engine_frame_kind kind;
    struct bytes payload;
    if (!engine_worker_hear(worker, &kind, &payload, error))
        return false;
    if (kind != ENGINE_FRAME_JOB)
        return error_set(error, ERROR_CORRUPT, "the daemon did not say what to do");
    payload = arena_bytes(&worker->arena, payload);
    if (!engine_job_parse(&worker->arena, payload, &worker->job, error))
        return false;
    process_rename(jobs[worker->job.kind].name);
    return true;
}

static bool await_query(struct engine_worker *worker, struct error *error) {
    if (!open_library(worker, error) || !hear_job(worker, error))
        return false;
    return worker->job.kind == ENGINE_JOB_QUERY ||
           error_set(error, ERROR_CORRUPT, "the daemon waited with something else than a query");
}

static bool do_job(struct engine_worker *worker, struct error *error) {
    if (!hear_job(worker, error))
        return false;
    if (worker->job.kind == ENGINE_JOB_MERGE)
        process_yield_priority(); /* nobody waits for it, as for the others */
    return jobs[worker->job.kind].open(worker, error) && engine_lock_down(worker, error) &&
           jobs[worker->job.kind].start(worker, error) && jobs[worker->job.kind].run(worker, error);
}

/* Says why a job could not be done, as far as anybody listens. */
static void say_failure(const struct error *failure) {
    struct error error;
    struct buf payload = BUF_INIT(ENGINE_MESSAGE_SIZE_MAX + 2 * VARINT_SIZE_MAX);
    engine_failure_append(&payload, failure);
    IGNORE(
        engine_worker_say(ENGINE_FRAME_FAILED, buf_bytes(&payload), &error), "the parent sees the end then");
    buf_finish(&payload);
}

int engine_worker(int argc, char **argv) {
    int64_t parent_id = 0;
    if (argc != 1 || !str_to_i64(str_from(argv[0]), &parent_id))
        return WORKER_MISUSED;
    if (!child_die_with_parent(parent_id))
        return WORKER_FAILED;
    struct engine_worker *worker = MEM_NEW(struct engine_worker);
    worker->io_descriptor = process_io_open();
    worker->input = BUF_INIT(ENGINE_FRAME_SIZE_MAX + JSON_PADDING + 1);
    struct error error = {0};
    bool done = do_job(worker, &error);
    if (!done)
        say_failure(&error);
    /* Not freed: the process ends, and the library's threads with it. */
    process_end(done ? WORKER_DONE : WORKER_FAILED);
}
