/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.c: one import. Threads take turns at the archive: each takes a run of files that follow each other,
 * reads their records, and hands the run in when these are in the store: where files are small, a batch of
 * the store holds the records of many runs. Runs are accounted for in the order of their files.
 *
 * Invariants:
 *   1. A run is accounted for (in one change of the catalog) only when its records are durable in the store.
 *   2. `after_key` is the last file of the last run accounted for: what a crash cuts is read again, and the
 *      store leaves out what it has.
 *   3. A status that somebody else set (STOPPED) is never overwritten.
 */
#include "base/check.h"
#include "base/own.h"
#include "catalog/signing.h"
#include "catalog/stores.h"
#include "objects/objects.h"
#include "sys/clock.h"

#include "private.h"

#include <stdlib.h>
#include <string.h>

enum {
    THREADS = 2,
    RUN_PACKED_BYTES = 2 << 20, /* about 15 MB inflated: threads come to the end together */
    FLUSH_MS = 10000,           /* a bucket may be slow: what was read shows after so long */
    ATTEMPTS_MAX = 5,           /* to read a file from a bucket that does not answer */
    ATTEMPT_PAUSE_MS = 1000,
    STOP_LOOK_MS = 500,
    FAILURES_AT_ONCE = 1000,
};

struct run {
    struct arena arena;
    uint64_t number;
    struct imports_file *files;
    size_t count;
    uint64_t folders;     /* of the archive when it was taken */
    uint64_t flushes_due; /* of its reader, until its records are in the store */
    struct run *next;     /* read, or handed in: in order of number */
};

/* What a thread has in hand. */
struct hand {
    struct work *work;
    struct imports_reader *reader;
    struct run *read, **last; /* runs that are not handed in yet */
    struct instant flushed_at;
};

/* Which files failed before: a retry takes just those, and none of them counts twice. */
struct failed {
    struct arena arena;
    struct catalog_import_failure *failures; /* sorted by location */
    size_t count;
};

/* field / guarded by: archive, next_number, is_at_end, is_unlistable / taking; import, done, next_done /
 * accounting; is_cut, error / accounting */
struct work {
    struct imports *imports;
    uint64_t store_id;
    int64_t retention_days;
    struct str bucket;
    struct failed failed;
    bool is_retry, is_remote;
    struct mutex taking, accounting;
    struct archive *archive;
    uint64_t next_number;
    bool is_at_end, is_unlistable;
    struct catalog_import *import;
    struct arena arena; /* of what `import` points to */
    struct run *done;
    uint64_t next_done, folders_before;
    bool is_cut; /* stopped, or it has to wait: both threads end */
    struct instant looked_at;
    struct error error;
};

static void run_destroy(struct run *run) {
    for (size_t i = 0; i < run->count; i++)
        buf_finish(&run->files[i].packed);
    arena_finish(&run->arena);
    mem_free(run->files);
    mem_free(run);
}

static bool is_cut(struct work *work) {
    MUTEX_SCOPE(&work->accounting);
    return work->is_cut;
}

static void cut(struct work *work, const struct error *error) {
    MUTEX_SCOPE(&work->accounting);
    work->is_cut = true;
    if (error != NULL && work->error.kind == ERROR_NONE)
        work->error = *error;
}

/* Now and then: was it stopped? Cheap enough between files. */
static bool goes_on(struct work *work) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error ignored = {0};
    struct catalog_import now;
    struct instant instant = clock_instant(clock_real());
    MUTEX_SCOPE(&work->accounting);
    bool is_due = instant.ns - work->looked_at.ns > (int64_t)STOP_LOOK_MS * 1000000;
    if (is_due &&
        catalog_import_get(work->imports->options.catalog, work->import->import_id, &arena, &now, &ignored))
        work->is_cut = work->is_cut || now.status == CATALOG_IMPORT_STOPPED;
    work->looked_at = is_due ? instant : work->looked_at;
    return !work->is_cut;
}

/* For the archive, whose listings may be long: neither stopped nor cut, and the daemon goes on. */
static bool may_go_on(void *context) {
    struct work *work = context;
    return imports_pause_ms(work->imports, 0) && goes_on(work);
}

/* ---- taking ---- */

static int compare_locations(const void *a, const void *b) {
    const struct catalog_import_failure *left = a, *right = b;
    return str_compare(left->location, right->location);
}

static const struct catalog_import_failure *failure_at(const struct work *work, struct str location) {
    struct catalog_import_failure wanted = {.location = location};
    return work->failed.count == 0 ? NULL
                                   : bsearch(&wanted, work->failed.failures, work->failed.count,
                                         sizeof wanted, compare_locations);
}

static struct str location_of(const struct work *work, struct str key, struct arena *arena) {
    return arena_format(arena, "s3://%.*s/%.*s", STR(work->bucket), STR(key));
}

static bool add_file(struct work *work, struct run *run, const struct archive_file *file) {
    unsigned max = work->imports->options.run_files_max;
    if (run->files == NULL)
        run->files = mem_alloc_array(max, sizeof *run->files);
    struct imports_file *own = &run->files[run->count++];
    own->file = *file;
    own->file.key = arena_str(&run->arena, file->key);
    return run->count < max;
}

/* The next run; without files at the end. The lock is held while the bucket is listed: there is one listing.
 */
static bool take(struct work *work, struct run *run, struct error *error) {
    MUTEX_SCOPE(&work->taking);
    uint64_t bytes = 0;
    run->number = work->next_number;
    while (!work->is_at_end && bytes < RUN_PACKED_BYTES) {
        struct archive_file file;
        if (!archive_next(work->archive, &file, error)) {
            work->is_unlistable = true;
            work->is_at_end = true; /* or the other thread would go on behind what is lost here */
            if (!may_go_on(work))
                *error = (struct error){0}; /* that is why: nothing went wrong */
            return false;
        }
        work->is_at_end = file.key.size == 0;
        if (work->is_at_end ||
            (work->is_retry && failure_at(work, location_of(work, file.key, &run->arena)) == NULL))
            continue;
        bytes += file.size;
        if (!add_file(work, run, &file))
            break;
    }
    run->folders = archive_folders(work->archive);
    work->next_number += run->count > 0;
    return true;
}

/* ---- accounting ---- */

static uint64_t *count_of(struct catalog_import *import, enum imports_outcome outcome) {
    switch (outcome) {
    case IMPORTS_TAKEN:
        return &import->files_unproved;
    case IMPORTS_PROVED:
        return &import->files_proved;
    case IMPORTS_MISSING:
        return &import->files_missing;
    case IMPORTS_ALTERED:
        return &import->files_altered;
    case IMPORTS_UNREADABLE:
        break;
    }
    return &import->files_failed;
}

static enum imports_outcome outcome_before(const struct catalog_import_failure *failure) {
    return str_is(failure->error_type, "NoSuchKey")        ? IMPORTS_MISSING
           : str_is(failure->error_type, "DigestMismatch") ? IMPORTS_ALTERED
                                                           : IMPORTS_UNREADABLE;
}

static bool account_file(struct work *work, struct run *run, struct catalog_change *change,
    const struct imports_file *file, struct error *error) {
    struct catalog_import *import = work->import;
    struct str location = location_of(work, file->file.key, &run->arena);
    const struct catalog_import_failure *before = failure_at(work, location);
    bool is_good = file->outcome == IMPORTS_TAKEN || file->outcome == IMPORTS_PROVED;
    if (before != NULL) {
        import->failed_entries -= import->failed_entries > 0;
        uint64_t *count = count_of(import, outcome_before(before));
        *count -= *count > 0;
    }
    ++*count_of(import, file->outcome);
    import->files_completed += is_good;
    import->events_completed += file->records;
    if (is_good && before == NULL)
        return true;
    import->failed_entries += !is_good;
    struct catalog_import_failure failure = {.import = import->id,
        .location = location,
        .status = is_good ? CATALOG_IMPORT_FAILURE_SUCCEEDED : CATALOG_IMPORT_FAILURE_FAILED,
        .error_type = is_good ? before->error_type : file->error_type,
        .error_message = is_good ? before->error_message : file->error_message,
        .updated_at = clock_now(work->imports->options.clock)};
    atomic_fetch_add(&work->imports->failures, !is_good);
    return catalog_import_failure_put(change, &failure, error);
}

/* Invariant 3: the row as it stands now rules; `ret_is_stopped` where it was stopped meanwhile. */
static bool save(
    struct work *work, struct catalog_change *change, bool *ret_is_stopped, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_import now;
    if (!catalog_import_get(work->imports->options.catalog, work->import->import_id, &arena, &now, error))
        return false;
    *ret_is_stopped = now.status == CATALOG_IMPORT_STOPPED;
    struct catalog_import row = *work->import;
    row.status = *ret_is_stopped ? now.status : row.status;
    row.updated_at = clock_now(work->imports->options.clock);
    return catalog_import_update(change, &row, error);
}

/* Runs that are whole up to here, in one change. The numbers in memory are taken back where it fails. */
static bool account(struct work *work, struct error *error) {
    struct catalog_import before = *work->import;
    bool is_stopped = false;
    SCOPED(catalog_rollbackp)
    struct catalog_change *change = catalog_begin(work->imports->options.catalog, error);
    bool done = change != NULL;
    uint64_t next = work->next_done;
    for (struct run *run = work->done; run != NULL && run->number == next && done; run = run->next, next++) {
        for (size_t i = 0; i < run->count && done; i++) {
            const struct imports_file *file = &run->files[i];
            done = account_file(work, run, change, file, error);
            if (!file->file.is_late && !work->is_retry)
                work->import->after_key = file->file.key;
        }
        work->import->prefixes_found = work->folders_before + run->folders;
        work->import->prefixes_completed =
            work->import->prefixes_found - (work->import->prefixes_found > before.prefixes_completed);
    }
    done = done && save(work, change, &is_stopped, error) && catalog_commit(TAKE(change), error);
    work->is_cut = work->is_cut || is_stopped || !done;
    if (!done) {
        *work->import = before;
        return false;
    }
    work->import->after_key = arena_str(&work->arena, work->import->after_key);
    while (work->done != NULL && work->done->number == work->next_done) {
        struct run *run = work->done;
        work->done = run->next;
        work->next_done++;
        run_destroy(run);
    }
    return true;
}

/* Those that are read and in the store. */
static bool hand_in(struct hand *hand, struct error *error) {
    struct work *work = hand->work;
    uint64_t flushes = imports_reader_flushes(hand->reader);
    MUTEX_SCOPE(&work->accounting);
    while (hand->read != NULL && hand->read->flushes_due <= flushes) {
        struct run *run = hand->read, **place = &work->done;
        hand->read = run->next;
        while (*place != NULL && (*place)->number < run->number)
            place = &(*place)->next;
        run->next = *place;
        *place = run;
        atomic_fetch_add(&work->imports->files, run->count);
    }
    if (hand->read == NULL)
        hand->last = &hand->read;
    return work->done == NULL || work->done->number != work->next_done || account(work, error);
}

/* ---- the threads ---- */

/* A bucket that does not answer is asked again for a while; then the whole import waits. */
static bool fetch(
    struct work *work, struct imports_reader *reader, struct run *run, size_t i, struct error *error) {
    for (int attempt = 1;; attempt++) {
        struct error why = {0};
        if (imports_reader_fetch(reader, work->archive, &run->files[i], &run->arena, &why))
            return true;
        if (why.kind == ERROR_UNAVAILABLE && attempt < ATTEMPTS_MAX && goes_on(work) &&
            imports_pause_ms(work->imports, (int64_t)ATTEMPT_PAUSE_MS * attempt))
            continue;
        *error = why;
        return error_context(error, "%.*s", STR(run->files[i].file.key));
    }
}

static void destroy_ahead(struct imports_ahead **ahead) {
    imports_ahead_destroy(*ahead);
}

static bool do_run(struct hand *hand, struct run *run, struct error *error) {
    SCOPED(destroy_ahead)
    struct imports_ahead *ahead =
        hand->work->is_remote ? imports_ahead_start(hand->work->archive, run->files, run->count) : NULL;
    for (size_t i = 0; i < run->count; i++) {
        imports_ahead_wait(ahead, i);
        if (!may_go_on(hand->work) || !fetch(hand->work, hand->reader, run, i, error) ||
            !imports_reader_take(hand->reader, &run->files[i], &run->arena, error))
            return false;
    }
    run->flushes_due = imports_reader_flushes_due(hand->reader);
    return true;
}

static bool flush(struct hand *hand, struct error *error) {
    hand->flushed_at = clock_instant(clock_real());
    return imports_reader_flush(hand->reader, error);
}

static bool is_flush_due(struct hand *hand) {
    return clock_instant(clock_real()).ns - hand->flushed_at.ns >= (int64_t)FLUSH_MS * 1000000;
}

/* A run of the archive; `ret_is_last` where there is none, and all is handed in. */
static bool step(struct hand *hand, bool *ret_is_last, struct error *error) {
    struct run *run = MEM_NEW(struct run);
    uint64_t flushes = imports_reader_flushes(hand->reader);
    bool done = take(hand->work, run, error);
    *ret_is_last = run->count == 0;
    if (!done || *ret_is_last || !do_run(hand, run, error)) {
        run_destroy(run);
        return done && *ret_is_last && flush(hand, error) && hand_in(hand, error);
    }
    *hand->last = run;
    hand->last = &run->next;
    if (flushes != imports_reader_flushes(hand->reader))
        hand->flushed_at = clock_instant(clock_real());
    return (!is_flush_due(hand) || flush(hand, error)) && hand_in(hand, error);
}

static void work_thread(void *context) {
    struct work *work = context;
    struct hand hand = {.work = work,
        .reader = imports_reader_create(work->imports, work->store_id, work->retention_days),
        .last = &hand.read,
        .flushed_at = clock_instant(clock_real())};
    for (bool is_last = false; !is_last && !is_cut(work);) {
        struct error error = {0}, ignored = {0};
        if (step(&hand, &is_last, &error))
            continue;
        /* What was read before it need not be read again. */
        if (may_go_on(work))
            IGNORE(flush(&hand, &ignored) && hand_in(&hand, &ignored), "then it is read again");
        cut(work, error.kind != ERROR_NONE ? &error : NULL);
    }
    while (hand.read != NULL) {
        struct run *run = hand.read;
        hand.read = run->next;
        run_destroy(run);
    }
    imports_reader_destroy(hand.reader);
}

/* ---- one import ---- */

static bool load_failed(struct work *work, struct error *error) {
    struct failed *failed = &work->failed;
    uint64_t after = 0;
    size_t count = 0, capacity = 0;
    do {
        struct catalog_import_failure *page = NULL;
        if (!catalog_import_failure_list(work->imports->options.catalog, work->import->id, after,
                FAILURES_AT_ONCE, &failed->arena, &page, &count, error))
            return false;
        for (size_t i = 0; i < count; i++) {
            after = page[i].id;
            if (page[i].status == CATALOG_IMPORT_FAILURE_SUCCEEDED)
                continue;
            if (failed->count == capacity) {
                capacity = capacity * 2 + 64;
                failed->failures = mem_resize_array(failed->failures, capacity, sizeof *failed->failures);
            }
            failed->failures[failed->count++] = page[i];
        }
    } while (count == FAILURES_AT_ONCE);
    if (failed->count > 1)
        qsort(failed->failures, failed->count, sizeof *failed->failures, compare_locations);
    return true;
}

/* A retry of an import that the bucket refused to list goes on with the listing, as if it had been stopped.
 */
static bool resume_listing(struct work *work, struct error *error) {
    struct catalog_import *import = work->import;
    const struct catalog_import_failure *refused = failure_at(work, import->location_uri);
    if (refused == NULL)
        return true;
    struct catalog_import_failure failure = *refused;
    failure.status = CATALOG_IMPORT_FAILURE_SUCCEEDED;
    failure.updated_at = clock_now(work->imports->options.clock);
    import->failed_entries -= import->failed_entries > 0;
    import->is_retry = work->is_retry = false;
    bool is_stopped = false;
    SCOPED(catalog_rollbackp)
    struct catalog_change *change = catalog_begin(work->imports->options.catalog, error);
    return change != NULL && catalog_import_failure_put(change, &failure, error) &&
           save(work, change, &is_stopped, error) && catalog_commit(TAKE(change), error);
}

static bool prove(struct work *work, struct error *error) {
    struct catalog_import *import = work->import;
    struct archive_counts counts = {import->files_proved, import->files_altered, import->files_missing,
        import->files_unproved, import->files_failed};
    struct archive_proof proof;
    if (!archive_prove(work->archive, &counts, &work->arena, &proof, error))
        return false;
    import->proof = proof.reason;
    import->is_proved_complete = proof.is_complete;
    return true;
}

static bool save_alone(struct work *work, struct error *error) {
    bool is_stopped = false;
    SCOPED(catalog_rollbackp)
    struct catalog_change *change = catalog_begin(work->imports->options.catalog, error);
    bool done =
        change != NULL && save(work, change, &is_stopped, error) && catalog_commit(TAKE(change), error);
    work->is_cut = work->is_cut || is_stopped;
    return done;
}

static bool end(struct work *work, struct error *error) {
    struct catalog_import *import = work->import;
    if (!prove(work, error))
        return false;
    import->prefixes_completed = import->prefixes_found;
    import->status = import->failed_entries > 0 ? CATALOG_IMPORT_FAILED : CATALOG_IMPORT_COMPLETED;
    return save_alone(work, error);
}

/* What no waiting mends: the bucket says no or is gone, or so is the store; a folder is beyond all bounds. */
static bool is_final(const struct work *work, const struct error *why) {
    return why->kind == ERROR_NOT_FOUND || why->kind == ERROR_DENIED ||
           (why->kind == ERROR_LIMIT && work->is_unlistable);
}

/* What it was is the one failure. */
static bool end_denied(struct work *work, const struct error *why, struct error *error) {
    SCOPED(catalog_rollbackp)
    struct catalog_change *change = catalog_begin(work->imports->options.catalog, error);
    struct str message = arena_format(&work->arena, "%s", why->message), rest = message;
    struct str code = str_cut(&rest, ':');
    struct catalog_import_failure failure = {.import = work->import->id,
        .location = work->import->location_uri,
        .status = CATALOG_IMPORT_FAILURE_FAILED,
        .error_type =
            rest.size > 0 && str_find_char(code, ' ') == SIZE_MAX ? code : STR_LITERAL("ImportFailed"),
        .error_message = message,
        .updated_at = clock_now(work->imports->options.clock)};
    bool is_stopped = false;
    work->import->status = CATALOG_IMPORT_FAILED;
    work->import->failed_entries += 1;
    return change != NULL && catalog_import_failure_put(change, &failure, error) &&
           save(work, change, &is_stopped, error) && catalog_commit(TAKE(change), error);
}

static bool do_work(struct work *work, struct error *error) {
    struct thread *threads[THREADS];
    work->import->status = CATALOG_IMPORT_IN_PROGRESS;
    if (!save_alone(work, error))
        return false;
    for (int i = 0; i < THREADS; i++)
        threads[i] = thread_start("import files", work_thread, work);
    for (int i = 0; i < THREADS; i++)
        thread_join(threads[i]);
    if (is_final(work, &work->error))
        return end_denied(work, &work->error, error);
    if (work->error.kind != ERROR_NONE) {
        *error = work->error;
        return false;
    }
    return work->is_cut || end(work, error) || !may_go_on(work); /* cut at the digests: the next run proves */
}

static void work_finish(struct work *work) {
    while (work->done != NULL) {
        struct run *run = work->done;
        work->done = run->next;
        run_destroy(run);
    }
    archive_close(work->archive);
    mem_free(work->failed.failures);
    arena_finish(&work->failed.arena);
    arena_finish(&work->arena);
    mutex_finish(&work->taking);
    mutex_finish(&work->accounting);
}

/* The keys that this Cairn signed with. */
static bool find_key(
    struct str fingerprint, struct arena *arena, struct bytes *ret_public_der, void *context) {
    struct imports *imports = context;
    struct catalog_signing_key key;
    struct error ignored = {0};
    if (!catalog_signing_find(imports->options.catalog, fingerprint, arena, &key, &ignored))
        return false;
    *ret_public_der = key.public_der;
    return true;
}

/* The bucket of a stopped or failed import may have become somebody else's since its start. */
static bool check_owner(struct work *work, struct str bucket_name, struct error *error) {
    struct objects_bucket bucket;
    struct error why = {0};
    if (!objects_bucket_get(work->imports->options.objects, bucket_name, &work->arena, &bucket, &why)) {
        *error = why;
        return why.kind == ERROR_NOT_FOUND; /* the listing says it in S3's words */
    }
    work->is_remote = bucket.is_remote;
    return bucket.is_remote || str_equals(bucket.owner_account, work->import->account) ||
           error_set(error, ERROR_DENIED, "AccessDenied: the bucket %.*s belongs to another account",
               STR(bucket_name));
}

/* May it (still) bring what is there to where it goes? */
static bool check_ends(struct work *work, struct str bucket, struct error *error) {
    struct catalog_store store;
    if (!catalog_store_find(
            work->imports->options.catalog, work->import->store_uuid, &work->arena, &store, error))
        return error_context(error, "EventDataStoreNotFound");
    work->store_id = store.id;
    work->retention_days = store.retention_days;
    return check_owner(work, bucket, error);
}

bool imports_run(struct imports *imports, struct catalog_import *import, struct error *error) {
    SCOPED(work_finish)
    struct work work = {.imports = imports, .import = import, .is_retry = import->is_retry};
    mutex_init(&work.taking);
    mutex_init(&work.accounting);
    struct error why = {0};
    struct archive_options options = {.objects = imports->options.objects,
        .find_key = find_key,
        .find_key_context = imports,
        .goes_on = may_go_on,
        .goes_on_context = &work,
        .from = import->from_time.ms != MOMENT_NONE.ms ? import->from_time : MOMENT_MIN,
        .to = import->to_time.ms != MOMENT_NONE.ms ? import->to_time : MOMENT_MAX,
        .after = STR_EMPTY};
    if (!archive_parse_uri(import->location_uri, &options.bucket, &options.prefix))
        return error_set(error, ERROR_INVALID, "`%.*s' is no location in S3", STR(import->location_uri));
    if ((import->failed_entries > 0 && !load_failed(&work, error)) ||
        (work.is_retry && !resume_listing(&work, error)))
        return false;
    if (!check_ends(&work, options.bucket, &why)) {
        *error = why;
        return is_final(&work, &why) && end_denied(&work, &why, error);
    }
    work.bucket = options.bucket;
    options.after = import->is_retry ? STR_EMPTY : import->after_key;
    work.folders_before = import->is_retry ? 0 : import->prefixes_completed;
    work.archive = archive_open(&options);
    return do_work(&work, error);
}
