/* SPDX-License-Identifier: Apache-2.0 */
/* engine: what all jobs share in the parent: options, starting a worker, and whether workers can work. */
#include "engine/engine.h"

#include "base/check.h"
#include "base/own.h"
#include "sys/clock.h"
#include "sys/disk.h"
#include "sys/process.h"
#include "sys/thread.h"

#include "exchange.h"
#include "library.h"

#include <stdio.h>
#include <string.h>

enum {
    NS_PER_MS = 1000000,
    START_MS_MAX = 30000,
    CHECK_MS_MAX = 30000,
    GOOD_NEWS_MS = 60000, /* how long a check is believed */
    BAD_NEWS_MS = 10000,
    STANDBY_MS = 60000, /* who asked something mostly asks again soon */
    THREADS_MAX = 4,
};

static const uint64_t MEMORY_BYTES_DEFAULT = 1ull << 30;

struct engine {
    char *root, *library, *program; /* library, program: NULL where not named */
    uint64_t memory_bytes;
    unsigned threads;
    bool allow_unconfined;
    int64_t standby_ms;
    struct mutex mutex;
    struct condition changed;
    struct child_starter *starter; /* mutex; made for the first job */
    bool is_checking;              /* mutex */
    bool is_checked, is_able;      /* mutex; what the last check said, until: */
    struct instant checked_until;  /* mutex */
    struct error check_error;      /* mutex */
    struct child *standby;         /* mutex; NULL: none */
    struct instant standby_until;  /* mutex */
};

struct engine *engine_create(const struct engine_options *options) {
    struct engine *engine = MEM_NEW(struct engine);
    unsigned processors = process_processor_count();
    bool is_library_named = options->library != NULL && *options->library != '\0';
    engine->root = mem_text(options->root);
    engine->library = is_library_named ? mem_text(options->library) : NULL;
    engine->program = options->program == NULL ? NULL : mem_text(options->program);
    engine->memory_bytes = options->memory_bytes == 0 ? MEMORY_BYTES_DEFAULT : options->memory_bytes;
    engine->threads = options->threads != 0      ? options->threads
                      : processors < THREADS_MAX ? processors
                                                 : THREADS_MAX;
    engine->allow_unconfined = options->allow_unconfined;
    engine->standby_ms = options->standby_ms != 0 ? options->standby_ms : STANDBY_MS;
    mutex_init(&engine->mutex);
    condition_init(&engine->changed);
    return engine;
}

void engine_destroy(struct engine *engine) {
    if (engine == NULL)
        return;
    child_destroy(engine->standby);
    child_starter_destroy(engine->starter);
    condition_finish(&engine->changed);
    mutex_finish(&engine->mutex);
    mem_free(engine->root);
    mem_free(engine->library);
    mem_free(engine->program);
    mem_free(engine);
}

static struct child_starter *starter_of(struct engine *engine) {
    MUTEX_SCOPE(&engine->mutex);
    if (engine->starter == NULL)
        engine->starter = child_starter_create();
    return engine->starter;
}

/* The environment is the worker's own: nothing that the daemon was started with reaches it. */
static struct child *start_worker(struct engine *engine, struct error *error) {
    static const char *const environment[] = {
        "LC_ALL=C.UTF-8",
        "TZ=UTC",
        /* Threads of a query take a tenth less time than with one; more would eat the limit of memory. */
        "MALLOC_ARENA_MAX=4",
        "GLIBC_TUNABLES=glibc.malloc.hugetlb=1", /* large pages: an eighth of the time of a file's writing */
#if defined(__SANITIZE_ADDRESS__)
        "ASAN_OPTIONS=detect_leaks=0",
#endif
        NULL
    };
    char parent_id[24];
    (void)snprintf(parent_id, sizeof parent_id, "%lld", (long long)process_id());
    const char *arguments[] = {"cairn", "worker", parent_id, NULL};
    struct child_options options = {engine->program, arguments, environment};
    return child_start(starter_of(engine), &options, error);
}

/* The job with what is the engine's, as a payload. */
static bool append_job(
    struct engine *engine, struct engine_job *job, struct buf *payload, struct error *error) {
    SCOPED(own_free) char *library = engine_library_find(engine->library, error);
    if (library == NULL)
        return false;
    job->root = str_from(engine->root);
    job->library = str_from(library);
    job->memory_bytes = engine->memory_bytes;
    job->threads = engine->threads;
    job->allow_unconfined = engine->allow_unconfined;
    bool done = engine_job_append(payload, job, error);
    job->library = STR_EMPTY;
    return done;
}

static bool tell_job(struct child *owned_child, struct bytes payload, struct engine_exchange *ret_exchange,
    struct error *error) {
    *ret_exchange =
        (struct engine_exchange){.child = owned_child, .payload = BUF_INIT(ENGINE_FRAME_SIZE_MAX + 1)};
    if (engine_exchange_say(ret_exchange, ENGINE_FRAME_JOB, payload, engine_deadline(START_MS_MAX), error))
        return true;
    engine_exchange_end(ret_exchange);
    return false;
}

static struct child *take_standby(struct engine *engine) {
    MUTEX_SCOPE(&engine->mutex);
    return TAKE(engine->standby);
}

bool engine_exchange_begin(struct engine *engine, struct engine_job *job,
    struct engine_exchange *ret_exchange, struct error *error) {
    SCOPED(buf_finish) struct buf payload = BUF_INIT(ENGINE_FRAME_SIZE_MAX);
    struct error ignored = {0};
    if (!append_job(engine, job, &payload, error))
        return false;
    struct child *standby = job->kind == ENGINE_JOB_QUERY ? take_standby(engine) : NULL;
    if (standby != NULL && tell_job(standby, buf_bytes(&payload), ret_exchange, &ignored))
        return true; /* else it has ended: a new one does as well */
    struct child *child = start_worker(engine, error);
    return child != NULL && tell_job(child, buf_bytes(&payload), ret_exchange, error);
}

void engine_standby_start(struct engine *engine) {
    struct engine_job job = {.kind = ENGINE_JOB_STANDBY};
    struct engine_exchange exchange;
    struct error ignored = {0};
    mutex_lock(&engine->mutex);
    bool has_one = engine->standby != NULL;
    mutex_unlock(&engine->mutex);
    if (has_one || !engine_exchange_begin(engine, &job, &exchange, &ignored))
        return;
    mutex_lock(&engine->mutex);
    if (engine->standby == NULL) {
        engine->standby = TAKE(exchange.child);
        engine->standby_until = engine_deadline(engine->standby_ms);
    }
    mutex_unlock(&engine->mutex);
    engine_exchange_end(&exchange);
}

void engine_standby_tidy(struct engine *engine) {
    struct instant now = clock_instant(clock_real());
    mutex_lock(&engine->mutex);
    bool is_late = engine->standby != NULL && now.ns > engine->standby_until.ns;
    struct child *late = is_late ? TAKE(engine->standby) : NULL;
    mutex_unlock(&engine->mutex);
    child_destroy(late);
}

static bool probe(struct engine *engine, struct error *error) {
    struct engine_job job = {.kind = ENGINE_JOB_CHECK};
    struct engine_exchange exchange;
    struct bytes payload;
    if (!engine_exchange_begin(engine, &job, &exchange, error))
        return false;
    bool done = engine_exchange_hear_only(
        &exchange, ENGINE_FRAME_DONE, engine_deadline(CHECK_MS_MAX), &payload, error);
    engine_exchange_end(&exchange);
    return done;
}

bool engine_check(struct engine *engine, struct error *error) {
    mutex_lock(&engine->mutex);
    while (engine->is_checking)
        condition_wait(&engine->changed, &engine->mutex);
    struct instant now = clock_instant(clock_real());
    if (!engine->is_checked || now.ns > engine->checked_until.ns) {
        struct error found = {0};
        engine->is_checking = true;
        mutex_unlock(&engine->mutex);
        bool is_able = probe(engine, &found);
        if (!is_able)
            found.kind = ERROR_UNAVAILABLE; /* whatever it was, no job can run */
        mutex_lock(&engine->mutex);
        engine->is_checking = false;
        engine->is_checked = true;
        engine->is_able = is_able;
        engine->check_error = found;
        engine->checked_until = engine_deadline(is_able ? GOOD_NEWS_MS : BAD_NEWS_MS);
        condition_broadcast(&engine->changed);
    }
    bool is_able = engine->is_able;
    if (!is_able)
        *error = engine->check_error;
    mutex_unlock(&engine->mutex);
    return is_able;
}

void engine_remove_file(struct engine *engine, const char *name) {
    struct error ignored = {0};
    struct disk *disk = disk_real_create(engine->root, &ignored);
    if (disk == NULL)
        return;
    IGNORE(disk_unlink(disk, name, &ignored), "it was not begun, or nobody names it");
    disk_real_destroy(disk);
}
