/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal: opening, appending and releasing. Reading is in cursor.c.
 *
 * Invariants:
 * 1. A segment ends where the next one begins, whatever bytes follow there; the last one ends
 *    at journal->end. So nothing is ever truncated, and nothing that was written changes.
 * 2. A group is written only after all before it was synced. The first frame of a group is marked,
 *    so a valid group proves that damage before it is no unfinished tail.
 * 3. Opening copies the last group into a new segment: a failed sync may have left it in the
 *    kernel's memory only, where it can be read and yet is not on disk.
 * 4. After a failed write or sync nothing is appended until the journal is opened again.
 */
#include "journal/journal.h"

#include "base/check.h"
#include "base/own.h"
#include "sys/clock.h"
#include "sys/disk.h"

#include "private.h"

#include <inttypes.h>
#include <string.h>

static const uint64_t default_segment_bytes = 128 << 20;

const uint64_t journal_sync_bucket_us[JOURNAL_SYNC_BUCKETS] = {
    100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 1000000, UINT64_MAX};

static void journal_closep(struct journal **journal) {
    journal_close(*journal);
}

static void add_segment(struct journal *journal, struct journal_segment segment) {
    journal->segments =
        mem_resize_array(journal->segments, journal->segment_count + 1, sizeof *journal->segments);
    journal->segments[journal->segment_count++] = segment;
}

/* The new last segment; it may replace the one that has the same first position. */
static bool start_segment(
    struct journal *journal, uint64_t first_position, const struct journal_copy *copy, struct error *error) {
    struct journal_header header = journal->header;
    header.first_position = first_position;
    struct disk_file *file = journal_segment_create(journal->disk, &header, copy, error);
    if (file == NULL)
        return false;
    disk_close(journal->file);
    journal->file = file;
    journal->file_first = first_position;
    journal->file_bytes = JOURNAL_HEADER_SIZE + copy->size;
    MUTEX_SCOPE(&journal->mutex);
    if (journal->segment_count > 0 && journal->segments[journal->segment_count - 1].first == first_position)
        journal->segment_count--;
    add_segment(journal, (struct journal_segment){first_position, journal->file_bytes});
    return true;
}

static bool load_segments(struct journal *journal, struct error *error) {
    SCOPED(own_free) uint64_t *firsts = NULL;
    size_t count = 0;
    if (!journal->read_only && (!disk_make_directory(journal->disk, JOURNAL_FOLDER, error) ||
                                   !disk_sync_directory(journal->disk, "", error)))
        return false;
    if (!journal_segment_list(journal->disk, &firsts, &count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        char name[JOURNAL_NAME_SIZE];
        struct disk_stat stat;
        journal_segment_name(firsts[i], name);
        if (!disk_stat(journal->disk, name, &stat, error))
            return false;
        add_segment(journal, (struct journal_segment){firsts[i], stat.size});
    }
    return true;
}

/* Find the end and make it durable (invariant 3). */
static bool recover(struct journal *journal, uint64_t known_position, struct error *error) {
    struct journal_tail tail = {.group_position = 1};
    struct journal_header expected = journal->header;
    if (journal->segment_count > 0) {
        expected.first_position = journal->segments[journal->segment_count - 1].first;
        if (!journal_segment_scan(journal->disk, &expected, &tail, error))
            return false;
    }
    if (tail.end_position < known_position)
        return error_set(error, ERROR_CORRUPT,
            "ends at position %" PRIu64 ", but other stores hold events up to %" PRIu64
            ": segments are missing or damaged",
            tail.end_position, known_position);
    journal->end = tail.end_position;
    if (journal->read_only)
        return true;
    struct journal_copy copy = {
        expected.first_position, tail.group_offset, tail.end_offset - tail.group_offset};
    return start_segment(journal, tail.group_position, &copy, error);
}

struct journal *journal_open(struct disk *disk, const struct journal_options *options, struct error *error) {
    SCOPED(journal_closep) struct journal *journal = MEM_NEW(struct journal);
    journal->disk = disk;
    journal->clock = options->clock != NULL ? options->clock : clock_real();
    journal->header = (struct journal_header){options->cairn_id, options->generation, 0};
    journal->segment_bytes = options->segment_bytes != 0 ? options->segment_bytes : default_segment_bytes;
    journal->read_only = options->read_only;
    journal->held = UINT64_MAX;
    mutex_init(&journal->mutex);
    journal->pace = UINT64_MAX;
    condition_init(&journal->advanced);
    if (!load_segments(journal, error) || !recover(journal, options->known_position, error)) {
        error_context(error, "open journal");
        return NULL;
    }
    return TAKE(journal);
}

void journal_close(struct journal *journal) {
    if (journal == NULL)
        return;
    ASSERT(journal->cursors == 0);
    disk_close(journal->file);
    ASSERT(journal->waiters == NULL);
    condition_finish(&journal->advanced);
    mutex_finish(&journal->mutex);
    mem_free(journal->segments);
    journal_recent_finish(&journal->recent);
    mem_free(journal);
}

static bool check_group(
    const struct bytes *payloads, size_t count, uint64_t *ret_bytes, struct error *error) {
    ASSERT(count > 0);
    uint64_t size = 0;
    for (size_t i = 0; i < count; i++) {
        if (payloads[i].size == 0 || payloads[i].size > JOURNAL_PAYLOAD_SIZE_MAX)
            return error_set(error, ERROR_LIMIT, "payload of %zu bytes", payloads[i].size);
        size += payloads[i].size;
        if (size > JOURNAL_GROUP_SIZE_MAX)
            return error_set(error, ERROR_LIMIT, "group of more than %d bytes", JOURNAL_GROUP_SIZE_MAX);
    }
    *ret_bytes = size + count * JOURNAL_FRAME_HEADER_SIZE;
    return true;
}

static bool write_block(struct journal *journal, struct journal_block *block, struct error *error) {
    size_t size = block->size - block->written;
    if (!disk_append(journal->file, block->data + block->written, size, error))
        return false;
    block->written = block->size;
    journal->file_bytes += size;
    return true;
}

/* A block that has room for `frame`, and as a rule for much more. */
static struct journal_block *begin_block(struct journal *journal, const struct journal_frame *frame) {
    struct journal_spot spot = {journal->file_first, journal->file_bytes};
    size_t capacity = journal->segment_bytes < JOURNAL_BLOCK_SIZE ? (size_t)journal->segment_bytes
                                                                  : (size_t)JOURNAL_BLOCK_SIZE;
    size_t size = JOURNAL_FRAME_HEADER_SIZE + frame->payload.size;
    MUTEX_SCOPE(&journal->mutex);
    return journal_recent_begin(&journal->recent, frame->position, spot, size > capacity ? size : capacity);
}

/* Usually one write; a group that does not fit into what is left of a block takes several. */
static bool write_group(
    struct journal *journal, const struct bytes *payloads, size_t count, struct error *error) {
    struct journal_block *block = journal_recent_newest(&journal->recent);
    bool is_ours = block != NULL && block->spot.segment == journal->file_first;
    for (size_t i = 0; i < count; i++) {
        struct journal_frame frame = {journal->end + 1 + i, i == 0, payloads[i]};
        if (is_ours && journal_block_add(block, &frame))
            continue;
        if (is_ours && !write_block(journal, block, error))
            return false;
        block = begin_block(journal, &frame);
        is_ours = true;
        bool fits = journal_block_add(block, &frame);
        ASSERT(fits);
    }
    return write_block(journal, block, error);
}

static bool timed_sync(struct journal *journal, uint64_t *ret_us, struct error *error) {
    struct instant start = clock_instant(journal->clock);
    if (!disk_sync(journal->file, error))
        return false;
    *ret_us = (uint64_t)(clock_instant(journal->clock).ns - start.ns) / 1000;
    return true;
}

static void observe_sync(struct journal_stats *stats, uint64_t us) {
    size_t bucket = 0;
    while (us > journal_sync_bucket_us[bucket])
        bucket++;
    stats->sync_bucket_count[bucket]++;
    stats->sync_count++;
    stats->sync_total_us += us;
}

/* From here on cursors see the group: it is durable. */
static void publish(struct journal *journal, size_t count, uint64_t bytes, uint64_t sync_us) {
    MUTEX_SCOPE(&journal->mutex);
    journal->end += count;
    journal_recent_publish(&journal->recent, journal->end);
    journal->segments[journal->segment_count - 1].bytes = journal->file_bytes;
    journal->stats.groups_appended++;
    journal->stats.payloads_appended += count;
    journal->stats.bytes_appended += bytes;
    observe_sync(&journal->stats, sync_us);
    for (struct journal_waiter *waiter = journal->waiters; waiter != NULL; waiter = waiter->next)
        if (waiter->position <= journal->end)
            condition_signal(&waiter->reached);
}

static bool write_durably(struct journal *journal, const struct bytes *payloads, size_t count,
    uint64_t *ret_sync_us, struct error *error) {
    static const struct journal_copy nothing;
    if (journal->file_bytes >= journal->segment_bytes &&
        !start_segment(journal, journal->end + 1, &nothing, error))
        return false;
    return write_group(journal, payloads, count, error) && timed_sync(journal, ret_sync_us, error);
}

static void set_broken(struct journal *journal) {
    MUTEX_SCOPE(&journal->mutex);
    journal->broken = true;
}

bool journal_append(struct journal *journal, const struct bytes *payloads, size_t count,
    uint64_t *ret_first_position, struct error *error) {
    uint64_t bytes = 0, sync_us = 0;
    ASSERT(!journal->read_only);
    if (!check_group(payloads, count, &bytes, error))
        return false;
    if (journal_is_broken(journal))
        return error_set(error, ERROR_UNAVAILABLE,
            "the journal refuses events after a failed write: check the disk and restart");
    if (!write_durably(journal, payloads, count, &sync_us, error)) {
        set_broken(journal);
        return error_context(error, "append to journal at position %" PRIu64, journal->end + 1);
    }
    *ret_first_position = journal->end + 1;
    publish(journal, count, bytes, sync_us);
    return true;
}

/* Does the first segment lie wholly at or below `position`? The last one stays: it knows the next
 * position. */
static bool is_released(struct journal *journal, uint64_t position, uint64_t *ret_first) {
    MUTEX_SCOPE(&journal->mutex);
    uint64_t last = position < journal->held ? position : journal->held;
    if (journal->segment_count < 2 || journal->segments[1].first - 1 > last)
        return false;
    *ret_first = journal->segments[0].first;
    return true;
}

static void drop_first(struct journal *journal) {
    MUTEX_SCOPE(&journal->mutex);
    journal->segment_count--;
    memmove(journal->segments, journal->segments + 1, journal->segment_count * sizeof *journal->segments);
}

/* Durable before the next one goes: a crash must not leave a gap between two segments. */
static bool remove_segment(struct journal *journal, uint64_t first, struct error *error) {
    char name[JOURNAL_NAME_SIZE];
    journal_segment_name(first, name);
    bool removed = disk_unlink(journal->disk, name, error) || error->kind == ERROR_NOT_FOUND;
    return (removed && disk_sync_directory(journal->disk, JOURNAL_FOLDER, error)) ||
           error_context(error, "release %s", name);
}

bool journal_release(struct journal *journal, uint64_t position, struct error *error) {
    ASSERT(!journal->read_only);
    uint64_t first = 0;
    while (is_released(journal, position, &first)) {
        if (!remove_segment(journal, first, error))
            return false;
        drop_first(journal);
    }
    return true;
}

void journal_hold(struct journal *journal, uint64_t position) {
    MUTEX_SCOPE(&journal->mutex);
    journal->held = position;
}

uint64_t journal_end(struct journal *journal) {
    MUTEX_SCOPE(&journal->mutex);
    return journal->end;
}

static uint64_t oldest(const struct journal *journal) {
    return journal->segment_count > 0 ? journal->segments[0].first : journal->end + 1;
}

uint64_t journal_oldest(struct journal *journal) {
    MUTEX_SCOPE(&journal->mutex);
    return oldest(journal);
}

bool journal_is_broken(struct journal *journal) {
    MUTEX_SCOPE(&journal->mutex);
    return journal->broken;
}

struct journal_stats journal_stats(struct journal *journal) {
    MUTEX_SCOPE(&journal->mutex);
    struct journal_stats stats = journal->stats;
    stats.end_position = journal->end;
    stats.segment_count = journal->segment_count;
    stats.broken = journal->broken;
    for (size_t i = 0; i < journal->segment_count; i++)
        stats.bytes += journal->segments[i].bytes;
    return stats;
}

void journal_interrupt(struct journal *journal) {
    MUTEX_SCOPE(&journal->mutex);
    journal->interrupted = true;
    for (struct journal_waiter *waiter = journal->waiters; waiter != NULL; waiter = waiter->next)
        condition_signal(&waiter->reached);
    condition_broadcast(&journal->advanced);
}
