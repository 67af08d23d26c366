/* SPDX-License-Identifier: Apache-2.0 */
#include "lake_parts.h"

#include "base/own.h"
#include "catalog/catalog.h"
#include "engine/engine.h"
#include "imports/imports.h"
#include "lake/lake.h"
#include "queries/queries.h"
#include "sys/clock.h"
#include "sys/process.h"
#include "sys/thread.h"

#include "lake_copy.h"
#include "lake_reader.h"
#include "log.h"
#include "metric.h"

enum { HOUSEKEEPING_MS = 20 * 1000 };

/* field / guarded by: is_stopping / mutex; the rest / set at creation */
struct lake_parts {
    struct arena arena;
    char *root; /* of the data folder, for workers */
    struct engine *engine;
    struct lake *lake;
    struct lake_reader *reader;
    struct lake_copy *copy; /* NULL: none */
    struct queries *queries;
    struct imports *imports;
    struct lakeapi api;
    struct api *service; /* that takes scheduled refreshes */
    struct thread *housekeeper;
    struct mutex mutex;
    struct condition is_changed;
    bool is_stopping;
};

/* Housekeeping. */

static bool pause(struct lake_parts *parts) {
    MUTEX_SCOPE(&parts->mutex);
    if (!parts->is_stopping)
        IGNORE(condition_wait_ms(&parts->is_changed, &parts->mutex, HOUSEKEEPING_MS), "either way we look");
    return !parts->is_stopping;
}

static void tell_of_import(const char *message, void *context) {
    (void)context;
    daemon_log(LOG_import_waits, "%s", message);
}

static void keep_house(void *context) {
    struct lake_parts *parts = context;
    while (pause(parts)) {
        struct error error = {0};
        if (!queries_maintain(parts->queries, clock_now(clock_real()), &error))
            daemon_log(LOG_queries_failed, "%s", error.message);
        engine_standby_tidy(parts->engine);
        if (!lakeapi_run_schedules(parts->service, clock_now(clock_real()), &error))
            daemon_log(LOG_refresh_failed, "%s", error.message);
    }
}

/* Life cycle. */

static bool open_engine(struct lake_parts *parts, const struct options *options, struct error *error) {
    parts->root = process_absolute_path(arena_text(&parts->arena, options->data));
    if (parts->root == NULL)
        return error_set(error, ERROR_IO, "no path leads to %.*s", STR(options->data));
    struct engine_options engine_options = {.root = parts->root,
        .library = arena_text(&parts->arena, options->engine_library),
        .memory_bytes = options->query_memory,
        .allow_unconfined = options->allow_unconfined_workers};
    parts->engine = engine_create(&engine_options);
    return true;
}

/* A writer takes a quarter of its memory in records, and an import brings twice a batch at once. */
static uint64_t batch_bytes_of(const struct options *options) {
    enum { PART = 10, BATCH_BYTES_MAX = 64 << 20 };
    uint64_t bytes = options->query_memory / PART;
    return bytes < BATCH_BYTES_MAX ? bytes : BATCH_BYTES_MAX;
}

static bool open_lake(
    struct lake_parts *parts, const struct lake_parts_options *options, struct error *error) {
    const struct options *own = options->options;
    bool keeps_json = str_is(own->lake_event_json, "on");
    if (!keeps_json && !str_is(own->lake_event_json, "off"))
        return error_set(error, ERROR_INVALID, "option lake-event-json takes on or off, not `%.*s'",
            STR(own->lake_event_json));
    struct lake_options lake_options = {.disk = options->disk,
        .catalog = options->catalog,
        .engine = parts->engine,
        .cairn_id = catalog_cairn_id(options->catalog),
        .generation = catalog_generation(options->catalog),
        .keep_json = keeps_json,
        .batch_bytes = batch_bytes_of(own)};
    parts->lake = lake_open(&lake_options, error);
    struct lake_reader_options reader_options = {
        .lake = parts->lake, .history = options->history, .journal = options->journal};
    if (parts->lake != NULL)
        parts->reader = daemon_lake_reader_open(&reader_options);
    return parts->lake != NULL;
}

static bool open_copy(
    struct lake_parts *parts, const struct lake_parts_options *options, struct error *error) {
    struct lake_copy_options copy_options = {.target = options->options->lake_copy,
        .disk = options->disk,
        .lake = parts->lake,
        .objects = options->objects};
    if (copy_options.target.size == 0)
        return true;
    parts->copy = daemon_lake_copy_open(&copy_options, error);
    return parts->copy != NULL;
}

static bool open_queries(
    struct lake_parts *parts, const struct lake_parts_options *options, struct error *error) {
    const struct options *own = options->options;
    struct queries_options queries_options = {.disk = options->disk,
        .catalog = options->catalog,
        .engine = parts->engine,
        .lake = parts->lake,
        .objects = options->objects,
        .concurrency = (unsigned)own->query_concurrency,
        .open_max = (unsigned)own->query_queue,
        .timeout_ms = own->query_timeout,
        .result_retention_ms = own->query_result_retention,
        .key_rotation_interval_ms = own->key_rotation_interval};
    parts->queries = queries_create(&queries_options, error);
    return parts->queries != NULL;
}

struct lake_parts *daemon_lake_parts_open(const struct lake_parts_options *options, struct error *error) {
    struct lake_parts *parts = MEM_NEW(struct lake_parts);
    mutex_init(&parts->mutex);
    condition_init(&parts->is_changed);
    if (!open_engine(parts, options->options, error) || !open_lake(parts, options, error) ||
        !open_copy(parts, options, error) || !open_queries(parts, options, error)) {
        IGNORE(error_context(error, "event data stores"), "it says where");
        daemon_lake_parts_close(parts);
        return NULL;
    }
    struct imports_options imports_options = {.catalog = options->catalog,
        .objects = options->objects,
        .lake = parts->lake,
        .on_failure = tell_of_import};
    parts->imports = imports_create(&imports_options);
    parts->api = (struct lakeapi){.lake = parts->lake,
        .queries = parts->queries,
        .imports = parts->imports,
        .engine = parts->engine,
        .stores_max = (unsigned)options->options->event_data_stores_max};
    return parts;
}

void daemon_lake_parts_start(struct lake_parts *parts, struct api *api) {
    parts->service = api;
    daemon_lake_reader_start(parts->reader);
    daemon_lake_copy_start(parts->copy);
    queries_start(parts->queries);
    imports_start(parts->imports);
    parts->housekeeper = thread_start("lake-house", keep_house, parts);
}

static void stop_housekeeper(struct lake_parts *parts) {
    mutex_lock(&parts->mutex);
    parts->is_stopping = true;
    condition_broadcast(&parts->is_changed);
    mutex_unlock(&parts->mutex);
    thread_join(TAKE(parts->housekeeper));
}

void daemon_lake_parts_end_checks(struct lake_parts *parts) {
    if (parts != NULL)
        queries_end_checks(parts->queries);
}

void daemon_lake_parts_stop(struct lake_parts *parts) {
    bool is_running = parts != NULL && parts->housekeeper != NULL;
    if (!is_running)
        return;
    stop_housekeeper(parts);
    imports_stop(parts->imports);
    queries_stop(parts->queries);
    daemon_lake_copy_stop(parts->copy);
    daemon_lake_reader_stop(parts->reader);
}

void daemon_lake_parts_close(struct lake_parts *parts) {
    if (parts == NULL)
        return;
    imports_destroy(parts->imports);
    queries_destroy(parts->queries);
    daemon_lake_copy_close(parts->copy);
    daemon_lake_reader_close(parts->reader);
    lake_close(parts->lake);
    engine_destroy(parts->engine);
    condition_finish(&parts->is_changed);
    mutex_finish(&parts->mutex);
    mem_free(parts->root);
    arena_finish(&parts->arena);
    mem_free(parts);
}

struct lakeapi *daemon_lake_parts_api(struct lake_parts *parts) {
    return &parts->api;
}

uint64_t daemon_lake_parts_position(struct lake_parts *parts) {
    return daemon_lake_reader_position(parts->reader);
}

void daemon_lake_parts_fill_metrics(struct lake_parts *parts, struct metrics *metrics) {
    metrics->queries = queries_stats(parts->queries);
    metrics->imports = imports_stats(parts->imports);
    daemon_lake_reader_fill_metrics(parts->reader, metrics);
}
