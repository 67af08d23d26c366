/* SPDX-License-Identifier: Apache-2.0 */
#include "lockdown.h"

#include "sys/confine.h"

enum {
    MAKER_SECONDS_MAX = 3600, /* an honest file takes minutes */
    QUERY_SECONDS_SPARE = 10,
    MS_IN_SECOND = 1000,
};

/* The program, the library, stacks and what the library takes without counting it. */
static const uint64_t MEMORY_BYTES_SPARE = 768ull << 20;
static const uint64_t FILE_BYTES_MAX = 16ull << 30;

/* The parent kills at the timeout; this is for a parent that is stopped or stuck. 0: as long as it takes. */
static int64_t wall_seconds(const struct engine_job *job) {
    if (job->kind != ENGINE_JOB_QUERY)
        return MAKER_SECONDS_MAX;
    if (job->timeout_ms <= 0 || job->timeout_ms > (int64_t)UINT32_MAX * MS_IN_SECOND)
        return 0;
    return job->timeout_ms / MS_IN_SECOND + QUERY_SECONDS_SPARE;
}

static const char *folder_of(struct engine_worker *worker, struct str name) {
    struct str path = arena_format(&worker->arena, "%.*s/%.*s", STR(worker->job.root), STR(name));
    while (path.size > 0 && path.data[path.size - 1] != '/')
        path.size--;
    return arena_text(&worker->arena, path);
}

static void name_paths(struct engine_worker *worker, struct confine_options *options) {
    const struct engine_job *job = &worker->job;
    size_t count = job->name_count + 1;
    for (size_t i = 0; i < job->table_count; i++)
        count += job->tables[i].name_count;
    struct confine_path *paths = ARENA_ARRAY(&worker->arena, count, struct confine_path);
    count = 0;
    for (size_t i = 0; i < job->table_count; i++)
        for (size_t k = 0; k < job->tables[i].name_count; k++)
            paths[count++].path = engine_worker_path(worker, job->tables[i].names[k]);
    for (size_t i = 0; i < job->name_count; i++)
        paths[count++].path = engine_worker_path(worker, job->names[i]);
    if (job->name.size > 0)
        paths[count++] = (struct confine_path){folder_of(worker, job->name), true};
    options->paths = paths;
    options->path_count = count;
}

bool engine_lock_down(struct engine_worker *worker, struct error *error) {
    const struct engine_job *job = &worker->job;
    struct confine_options options = {.memory_bytes = job->memory_bytes + MEMORY_BYTES_SPARE,
        .cpu_seconds = wall_seconds(job) * (int64_t)job->threads,
        .wall_seconds = wall_seconds(job),
        .file_bytes = job->name.size > 0 ? FILE_BYTES_MAX : 0};
    name_paths(worker, &options);
    if (!confine_limits(&options, error))
        return false;
    bool is_confined = confine_files(&options, error) && confine_calls(&options, error);
    if (is_confined || (error->kind == ERROR_UNAVAILABLE && job->allow_unconfined))
        return true;
    if (error->kind == ERROR_UNAVAILABLE)
        return error_context(
            error, "SQL would run where it could read everything; --allow-unconfined-workers lets it");
    return false;
}
