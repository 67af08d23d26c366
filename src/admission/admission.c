/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admission: the queue, the thread, and the order of things.
 *
 * Invariants:
 * 1. A result is final only when everything it speaks of is durable: an accepted record by its own group, a
 *    duplicate because its first came in an earlier group or in this one.
 * 2. `seen` is flushed only when all that it was asked about is in the journal, with the journal's end as
 *    its position. What the journal has above that position is asked again at opening, and held until then.
 * 3. After a failure between asking `seen` and the end of the append nothing is admitted until reopened.
 */
#include "admission/intent.h"
#include "base/check.h"
#include "base/own.h"
#include "journal/journal.h"
#include "sys/clock.h"
#include "sys/disk.h"
#include "sys/queue.h"

#include "private.h"

#include <inttypes.h>
#include <string.h>

enum {
    QUEUED_BATCHES_MAX = 4096,
    QUEUED_BYTES_MAX = 128 << 20,
    GROUP_BYTES = 1 << 20,
    GROUP_BATCHES_MAX = 512,
    MERGE_PER_RECORD = 8,
    IDLE_MERGE_ENTRIES = 1 << 15,
    IDLE_MS = 1000,
    ADMIT_TIMEOUT_MS = 30000,
    PACE_WAIT_MS = 50, /* a group: a reader that hangs slows senders down, it does not stop them */
    ITEM_WEIGHT = 128, /* what a record costs beside its payload */
};

struct admission_kit admission_take_kit(struct admission *admission) {
    {
        MUTEX_SCOPE(&admission->mutex);
        if (admission->kit_count > 0)
            return admission->kits[--admission->kit_count];
    }
    return (struct admission_kit){event_parser_create(), BUF_INIT(ADMISSION_BATCH_BYTES_MAX)};
}

static void destroy_kit(struct admission_kit *kit) {
    event_parser_destroy(kit->parser);
    buf_finish(&kit->payloads);
}

void admission_give_kit(struct admission *admission, struct admission_kit owned_kit) {
    if (owned_kit.payloads.capacity > ADMISSION_KIT_BYTES_MAX)
        buf_finish(&owned_kit.payloads);
    buf_clear(&owned_kit.payloads);
    {
        MUTEX_SCOPE(&admission->mutex);
        if (admission->kit_count < ADMISSION_KITS_MAX) {
            admission->kits[admission->kit_count++] = owned_kit;
            return;
        }
    }
    destroy_kit(&owned_kit);
}

/* Opening. */

static void admission_closep(struct admission **admission) {
    admission_close(*admission);
}

struct admission *admission_open(struct disk *disk, struct journal *journal, struct seen *seen,
    const struct admission_options *options, struct error *error) {
    SCOPED(admission_closep) struct admission *admission = MEM_NEW(struct admission);
    admission->disk = disk;
    admission->journal = journal;
    admission->seen = seen;
    admission->clock = options->clock != NULL ? options->clock : clock_real();
    admission->group_bytes = options->group_bytes != 0 ? options->group_bytes : GROUP_BYTES;
    admission->free_disk_floor = options->free_disk_floor;
    admission->queue = queue_create(
        QUEUED_BATCHES_MAX, options->queued_bytes_max != 0 ? options->queued_bytes_max : QUEUED_BYTES_MAX);
    admission->group = MEM_NEW(struct admission_group);
    admission->group->parser = event_parser_create();
    admission->group->last_arrival = MOMENT_MIN;
    admission->group->account = options->account;
    admission->group->region = options->region;
    admission->group->secret = seen_secret(seen);
    mutex_init(&admission->mutex);
    if (!admission_replay(admission, error)) {
        error_context(error, "open admission");
        return NULL;
    }
    return TAKE(admission);
}

/* Ending a batch. */

static uint64_t weight_of(const struct admission_batch *batch) {
    return batch->kit.payloads.size + batch->item_count * ITEM_WEIGHT;
}

/* The batch is not ours afterwards. `error` holds for it where it has none of its own. */
static void finish_batch(
    struct admission *admission, struct admission_batch *batch, const struct error *error) {
    {
        MUTEX_SCOPE(&admission->mutex);
        admission->stats.queued_bytes -= weight_of(batch);
    }
    if (error->kind != ERROR_NONE)
        batch->error = *error;
    if (batch->on_done != NULL) {
        batch->done = true;
        batch->on_done(batch, batch->done_context);
        return;
    }
    MUTEX_SCOPE(&batch->mutex);
    batch->done = true;
    condition_signal(&batch->changed);
}

/* What nobody will work on any more. */
static void refuse_queued(struct admission *admission) {
    struct error error = {0};
    error_set(&error, ERROR_UNAVAILABLE, "shutting down");
    queue_close(admission->queue);
    for (struct admission_batch *batch; (batch = queue_pop(admission->queue, 0)) != NULL;)
        finish_batch(admission, batch, &error);
}

void admission_close(struct admission *admission) {
    if (admission == NULL)
        return;
    ASSERT(admission->thread == NULL);
    if (admission->queue != NULL)
        refuse_queued(admission);
    for (size_t i = 0; i < admission->kit_count; i++)
        destroy_kit(&admission->kits[i]);
    for (size_t i = 0; i < admission->tally_count; i++) {
        mem_free((char *)(uintptr_t)admission->tallies[i]->principal.data);
        mem_free(admission->tallies[i]);
    }
    mem_free(admission->tallies);
    admission_intents_finish(&admission->intents);
    event_parser_destroy(admission->group->parser);
    arena_finish(&admission->group->arena);
    mem_free(admission->group);
    queue_destroy(admission->queue);
    mutex_finish(&admission->mutex);
    mem_free(admission);
}

/* The admission thread's work. */

static bool check_broken(struct admission *admission, struct error *error) {
    MUTEX_SCOPE(&admission->mutex);
    if (admission->failure.kind == ERROR_NONE)
        return true;
    return error_set(
        error, ERROR_UNAVAILABLE, "no events are admitted after a failed write: check the disk and restart");
}

/* Records that fit into one commit: conflicts may double the ids, and `seen` must not fill up halfway. */
static size_t chunk_count_max(const struct admission *admission) {
    size_t room = seen_room(admission->seen) / 2;
    return room < ADMISSION_CHUNK_COUNT_MAX ? room : ADMISSION_CHUNK_COUNT_MAX;
}

static bool commit_chunk(struct admission *admission, struct error *error) {
    struct admission_group *group = admission->group;
    if (group->count == 0)
        return true;
    bool done = check_broken(admission, error) && admission_commit(admission, error);
    group->count = 0;
    group->bytes = 0;
    /* In between as well, for batches larger than `seen` takes at once. */
    return done && admission_flush_seen(admission, journal_end(admission->journal), error);
}

/* Add all of a batch, committing whenever a chunk is full. */
static bool add_batch(struct admission *admission, struct admission_batch *batch, struct error *error) {
    struct admission_group *group = admission->group;
    for (size_t i = 0; i < batch->item_count; i++) {
        const struct admission_item *item = &batch->items[i];
        if ((group->count >= chunk_count_max(admission) ||
                group->bytes + item->size > ADMISSION_CHUNK_BYTES_MAX) &&
            !commit_chunk(admission, error))
            return false;
        ASSERT(group->count < ADMISSION_CHUNK_COUNT_MAX);
        group->entries[group->count++] = (struct admission_entry){.batch = batch, .item = item};
        group->bytes += item->size;
    }
    return true;
}

void admission_break(struct admission *admission, const struct error *reason) {
    MUTEX_SCOPE(&admission->mutex);
    if (admission->failure.kind == ERROR_NONE)
        admission->failure = *reason;
}

/* Between groups: keep `seen` in shape. Its failure concerns the next group: this one is durable. */
static void tend_seen(struct admission *admission, size_t entries) {
    struct error error = {0};
    if (!check_broken(admission, &error))
        return;
    if (!admission_flush_seen(admission, journal_end(admission->journal), &error) ||
        (entries > 0 && !seen_merge(admission->seen, entries, &error)))
        admission_break(admission, &error);
}

static size_t pop_batches(struct admission *admission, struct admission_batch **batches, int64_t timeout_ms) {
    size_t count = 0;
    uint64_t bytes = 0;
    while (count < GROUP_BATCHES_MAX && bytes < admission->group_bytes) {
        batches[count] = queue_pop(admission->queue, count == 0 ? timeout_ms : 0);
        if (batches[count] == NULL)
            break;
        bytes += batches[count++]->kit.payloads.size;
    }
    return count;
}

static bool step(struct admission *admission, int64_t timeout_ms) {
    struct admission_batch *batches[GROUP_BATCHES_MAX];
    size_t count = pop_batches(admission, batches, timeout_ms);
    struct error error = {0};
    bool done = true;
    for (size_t i = 0; done && i < count; i++)
        done = add_batch(admission, batches[i], &error);
    done = done && commit_chunk(admission, &error);
    admission->group->count = 0;
    admission->group->bytes = 0;
    if (done)
        error = (struct error){0};
    for (size_t i = 0; i < count; i++)
        finish_batch(admission, batches[i], &error);
    tend_seen(admission, (size_t)admission->group->new_count * MERGE_PER_RECORD);
    admission->group->new_count = 0;
    return count > 0;
}

bool admission_step(struct admission *admission) {
    return step(admission, 0);
}

static void run(void *context) {
    struct admission *admission = context;
    while (!queue_is_closed(admission->queue) || queue_count(admission->queue) > 0) {
        bool has_idle_work = seen_wants_merge(admission->seen);
        journal_wait_for_pace(admission->journal, PACE_WAIT_MS);
        if (!step(admission, has_idle_work ? 0 : IDLE_MS) && has_idle_work)
            tend_seen(admission, IDLE_MERGE_ENTRIES);
    }
}

void admission_start(struct admission *admission) {
    ASSERT(admission->thread == NULL);
    atomic_store(&admission->has_thread, true);
    admission->thread = thread_start("admission", run, admission);
}

void admission_stop(struct admission *admission) {
    queue_close(admission->queue);
    thread_join(TAKE(admission->thread));
    while (admission_step(admission))
        continue;
    /* So that the next start replays nothing; a failure only costs that time. */
    struct error ignored = {0};
    if (check_broken(admission, &ignored) && !journal_is_broken(admission->journal))
        IGNORE(seen_flush(admission->seen, journal_end(admission->journal), &ignored), "see above");
}

/* The senders' side. */

/* Called with the mutex held; few principals are counted. */
static struct admission_tally_slot *find_tally(const struct admission *admission, struct str principal) {
    for (size_t i = 0; i < admission->tally_count; i++)
        if (str_equals(admission->tallies[i]->principal, principal))
            return admission->tallies[i];
    return NULL;
}

struct admission_tally admission_tally(struct admission *admission, struct str principal) {
    MUTEX_SCOPE(&admission->mutex);
    struct admission_tally_slot *slot = find_tally(admission, principal);
    if (slot == NULL) {
        slot = MEM_NEW(struct admission_tally_slot);
        slot->principal = str_of(mem_copy(principal.data, principal.size), principal.size);
        admission->tallies = mem_resize_array(
            admission->tallies, admission->tally_count + 1, sizeof(struct admission_tally_slot *));
        admission->tallies[admission->tally_count++] = slot;
    }
    return (struct admission_tally){slot->numbered, admission->settled_position};
}

bool admission_hand_in(
    struct admission *admission, struct admission_batch *batch, int64_t timeout_ms, struct error *error) {
    uint64_t weight = weight_of(batch);
    ASSERT((!batch->submitted || batch->done) && batch->admission == admission);
    batch->done = false;
    batch->error = (struct error){0};
    {
        MUTEX_SCOPE(&admission->mutex);
        admission->stats.queued_bytes += weight;
        if (batch->numbered_count > 0)
            batch->tally = find_tally(admission, batch->sender.principal);
    }
    batch->submitted = true;
    if (queue_push(admission->queue, batch, weight, timeout_ms))
        return true;
    batch->submitted = false;
    MUTEX_SCOPE(&admission->mutex);
    admission->stats.queued_bytes -= weight;
    return error_set(error, ERROR_UNAVAILABLE,
        queue_is_closed(admission->queue) ? "shutting down" : "overloaded: too many events are waiting");
}

bool admission_submit(
    struct admission *admission, struct admission_batch *batch, int64_t timeout_ms, struct error *error) {
    batch->on_done = NULL;
    if (!admission_hand_in(admission, batch, timeout_ms, error))
        return false;
    while (!atomic_load(&admission->has_thread) && !batch->done)
        (void)admission_step(admission);
    MUTEX_SCOPE(&batch->mutex);
    while (!batch->done)
        condition_wait(&batch->changed, &batch->mutex);
    if (batch->error.kind == ERROR_NONE)
        return true;
    *error = batch->error;
    return false;
}

bool admission_submit_later(struct admission *admission, struct admission_batch *batch,
    admission_on_done *on_done, void *context, struct error *error) {
    if (batch->done && batch->error.kind != ERROR_NONE) { /* once more */
        batch->submitted = batch->done = false;
        batch->error = (struct error){0};
    }
    ASSERT(on_done != NULL);
    batch->on_done = on_done;
    batch->done_context = context;
    return admission_hand_in(admission, batch, 0, error);
}

bool admission_batch_failed(const struct admission_batch *batch, struct error *ret_error) {
    ASSERT(batch->done);
    if (batch->error.kind == ERROR_NONE)
        return false;
    *ret_error = batch->error;
    return true;
}

static void batch_destroyp(struct admission_batch **batch) {
    admission_batch_destroy(*batch);
}

bool admission_admit(struct admission *admission, const struct admission_sender *sender, struct str record,
    uint64_t *ret_position, struct error *error) {
    SCOPED(own_free) char *padded = mem_alloc(record.size + JSON_PADDING);
    if (record.size > 0)
        memcpy(padded, record.data, record.size);
    SCOPED(batch_destroyp) struct admission_batch *batch = admission_batch_create(admission, sender);
    admission_batch_add(batch, str_of(padded, record.size));
    if (!admission_submit(admission, batch, ADMIT_TIMEOUT_MS, error))
        return false;
    struct admission_result result = admission_batch_result(batch, 0);
    if (result.outcome == ADMISSION_REFUSED)
        return error_set(error, ERROR_INVALID, "%s", result.reason);
    *ret_position = result.position;
    return true;
}

struct admission_stats admission_stats(struct admission *admission) {
    uint64_t free_bytes = UINT64_MAX;
    struct error ignored = {0};
    if (admission->free_disk_floor > 0)
        IGNORE(disk_free_bytes(admission->disk, &free_bytes, &ignored), "then nothing is known of it");
    MUTEX_SCOPE(&admission->mutex);
    struct admission_stats stats = admission->stats;
    stats.open_intents = admission->intents.count;
    stats.is_refusing = admission->failure.kind != ERROR_NONE || free_bytes < admission->free_disk_floor;
    return stats;
}

bool admission_has_stopped(struct admission *admission, struct error *ret_reason) {
    MUTEX_SCOPE(&admission->mutex);
    if (admission->failure.kind == ERROR_NONE)
        return false;
    *ret_reason = admission->failure;
    return true;
}
