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
#include "admission/admission.h"

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

static bool flush_seen(struct admission *admission, uint64_t position, struct error *error) {
    if (seen_wants_flush(admission->seen) && !seen_flush(admission->seen, position, error))
        return false;
    journal_hold(admission->journal, seen_position(admission->seen));
    return true;
}

static bool replay_record(
    struct admission *admission, const struct journal_record *record, struct error *error) {
    struct event_envelope envelope;
    arena_clear(&admission->group->arena);
    if (!event_envelope_parse(&admission->group->arena, record->payload, &envelope, error))
        return false;
    if (envelope.arrived_at.ms > admission->group->last_arrival.ms)
        admission->group->last_arrival = envelope.arrived_at;
    if (envelope.kind != EVENT_KIND_EVENT)
        return true;
    struct seen_claim claim = {.id = envelope.facets.id, .content = admission_content(envelope.sha256)};
    if (!seen_check(admission->seen, &claim, 1, error))
        return false;
    if (claim.verdict == SEEN_CONFLICT)
        return error_set(error, ERROR_CORRUPT, "its event id is known with other content");
    return flush_seen(admission, record->position, error);
}

static bool replay_from(struct admission *admission, struct journal_cursor *cursor, struct error *error) {
    for (;;) {
        struct journal_record record;
        if (!journal_cursor_next(cursor, &record, error))
            return false;
        if (record.position == 0)
            return true;
        if (!replay_record(admission, &record, error))
            return error_context(error, "position %" PRIu64, record.position);
    }
}

/* Tell `seen` what came after its last flush, and find the last arrival time (invariant 2). */
static bool replay(struct admission *admission, struct error *error) {
    uint64_t known = seen_position(admission->seen), end = journal_end(admission->journal);
    uint64_t oldest = journal_oldest(admission->journal);
    if (known > end)
        return error_set(error, ERROR_CORRUPT,
            "admitted ids reach position %" PRIu64 ", but the journal ends at %" PRIu64
            ": were they restored from different backups?",
            known, end);
    if (known + 1 < oldest)
        return error_set(error, ERROR_CORRUPT,
            "admitted ids end at position %" PRIu64 ", but the journal begins at %" PRIu64
            ": the ids between them are lost",
            known, oldest);
    /* The last record always, for its arrival time. */
    uint64_t from = known == end && end >= oldest && end > 0 ? end : known + 1;
    struct journal_cursor *cursor = journal_cursor_create(admission->journal, from);
    bool done = replay_from(admission, cursor, error);
    journal_cursor_destroy(cursor);
    return done || error_context(error, "replay the journal");
}

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
    journal_hold(journal, seen_position(seen));
    mutex_init(&admission->mutex);
    if (!replay(admission, error)) {
        error_context(error, "open admission");
        return NULL;
    }
    return TAKE(admission);
}

void admission_close(struct admission *admission) {
    if (admission == NULL)
        return;
    ASSERT(admission->thread == NULL);
    for (size_t i = 0; i < admission->kit_count; i++)
        destroy_kit(&admission->kits[i]);
    event_parser_destroy(admission->group->parser);
    arena_finish(&admission->group->arena);
    mem_free(admission->group);
    queue_destroy(admission->queue);
    mutex_finish(&admission->mutex);
    mem_free(admission);
}

/* The admission thread's work. */

static uint64_t weight_of(const struct admission_batch *batch) {
    return batch->kit.payloads.size + batch->item_count * ITEM_WEIGHT;
}

static void finish_batch(
    struct admission *admission, struct admission_batch *batch, const struct error *error) {
    {
        MUTEX_SCOPE(&admission->mutex);
        admission->stats.queued_bytes -= weight_of(batch);
    }
    MUTEX_SCOPE(&batch->mutex);
    batch->done = true;
    batch->error = *error;
    condition_signal(&batch->changed);
}

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
    return done && flush_seen(admission, journal_end(admission->journal), error);
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
        group->entries[group->count++] = (struct admission_entry){batch, item};
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
    if (!flush_seen(admission, journal_end(admission->journal), &error) ||
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

bool admission_hand_in(
    struct admission *admission, struct admission_batch *batch, int64_t timeout_ms, struct error *error) {
    uint64_t weight = weight_of(batch);
    {
        MUTEX_SCOPE(&admission->mutex);
        admission->stats.queued_bytes += weight;
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
    ASSERT(!batch->submitted && batch->admission == admission);
    if (!admission_hand_in(admission, batch, timeout_ms, error))
        return false;
    MUTEX_SCOPE(&batch->mutex);
    while (!batch->done)
        condition_wait(&batch->changed, &batch->mutex);
    if (batch->error.kind == ERROR_NONE)
        return true;
    *error = batch->error;
    return false;
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
