/* SPDX-License-Identifier: Apache-2.0 */
#include "segment.h"

#include "base/check.h"
#include "base/own.h"
#include "sys/disk.h"

#include "reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 20, COPY_CHUNK_SIZE = 128 << 10, SEGMENTS_MAX = 1 << 24 };

static const char temporary_name[] = JOURNAL_FOLDER "/new.tmp";

void journal_segment_name(uint64_t first_position, char ret_name[JOURNAL_NAME_SIZE]) {
    (void)snprintf(ret_name, JOURNAL_NAME_SIZE, JOURNAL_FOLDER "/%0*" PRIu64 ".log", DIGITS, first_position);
}

struct listing {
    uint64_t *firsts;
    size_t count;
};

static bool add_segment(const char *name, bool is_directory, void *context) {
    struct listing *listing = context;
    struct str text = str_from(name);
    uint64_t first = 0;
    if (is_directory || text.size != DIGITS + 4 || !str_ends_with(text, STR_LITERAL(".log")) ||
        !str_to_u64(str_slice(text, 0, DIGITS), &first) || first == 0)
        return true; /* somebody's own file */
    ASSERT(listing->count < SEGMENTS_MAX);
    listing->firsts = mem_resize_array(listing->firsts, listing->count + 1, sizeof *listing->firsts);
    listing->firsts[listing->count++] = first;
    return true;
}

static int compare_firsts(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

bool journal_segment_list(
    struct disk *disk, uint64_t **ret_owned_firsts, size_t *ret_count, struct error *error) {
    struct listing listing = {0};
    if (!disk_list(disk, JOURNAL_FOLDER, add_segment, &listing, error)) {
        mem_free(listing.firsts);
        return false;
    }
    if (listing.count > 0)
        qsort(listing.firsts, listing.count, sizeof *listing.firsts, compare_firsts);
    *ret_owned_firsts = listing.firsts;
    *ret_count = listing.count;
    return true;
}

static bool check_header(struct disk_file *file, const struct journal_header *expected, struct error *error) {
    uint8_t bytes[JOURNAL_HEADER_SIZE];
    struct journal_header header;
    if (!disk_read_exactly(file, 0, bytes, sizeof bytes, error) ||
        !journal_header_parse(BYTES_OF(bytes), &header, error))
        return false;
    if (memcmp(header.cairn_id.bytes, expected->cairn_id.bytes, UUID_SIZE) != 0)
        return error_set(error, ERROR_CONFLICT, "segment belongs to another Cairn");
    if (header.generation > expected->generation)
        return error_set(error, ERROR_CONFLICT,
            "segment is of generation %" PRIu64 ", the other stores of %" PRIu64
            ": was a part of the data folder restored from a backup?",
            header.generation, expected->generation);
    if (header.first_position != expected->first_position)
        return error_set(error, ERROR_CORRUPT, "segment begins at position %" PRIu64 ": was it renamed?",
            header.first_position);
    return true;
}

struct disk_file *journal_segment_open(
    struct disk *disk, const struct journal_header *expected, struct error *error) {
    char name[JOURNAL_NAME_SIZE];
    journal_segment_name(expected->first_position, name);
    SCOPED(disk_closep) struct disk_file *file = disk_open(disk, name, DISK_READ, error);
    if (file == NULL || !check_header(file, expected, error)) {
        error_context(error, "%s", name);
        return NULL;
    }
    return TAKE(file);
}

static bool scan(struct journal_reader *reader, struct journal_tail *tail, struct error *error) {
    enum journal_frame_state state = JOURNAL_FRAME_WHOLE;
    for (;;) {
        struct journal_frame frame;
        uint64_t offset = reader->offset;
        if (!journal_reader_next(reader, &state, &frame, error))
            return false;
        if (state != JOURNAL_FRAME_WHOLE)
            break;
        if (frame.position != tail->end_position + 1)
            return error_set(error, ERROR_CORRUPT, "position %" PRIu64 " stands where %" PRIu64 " belongs",
                frame.position, tail->end_position + 1);
        if (frame.starts_group) {
            tail->group_position = frame.position;
            tail->group_offset = offset;
        }
        tail->end_position = frame.position;
        tail->end_offset = reader->offset;
    }
    bool durable_once = false;
    if (!journal_reader_find_group(reader, tail->end_position, &durable_once, error))
        return false;
    if (durable_once)
        return error_set(error, ERROR_CORRUPT,
            "position %" PRIu64 " at byte %" PRIu64
            " is damaged and later ones are not: restore the file, or move "
            "it and all later ones away to go on without them",
            tail->end_position + 1, tail->end_offset);
    return true;
}

bool journal_segment_scan(struct disk *disk, const struct journal_header *expected,
    struct journal_tail *ret_tail, struct error *error) {
    struct disk_file *file = journal_segment_open(disk, expected, error);
    if (file == NULL)
        return false;
    struct journal_reader reader = {0};
    journal_reader_start(&reader, file, JOURNAL_HEADER_SIZE);
    struct journal_tail tail = {
        .end_position = expected->first_position - 1,
        .group_position = expected->first_position,
        .group_offset = JOURNAL_HEADER_SIZE,
        .end_offset = JOURNAL_HEADER_SIZE,
    };
    bool done = scan(&reader, &tail, error);
    journal_reader_finish(&reader);
    if (!done) {
        char name[JOURNAL_NAME_SIZE];
        journal_segment_name(expected->first_position, name);
        return error_context(error, "%s", name);
    }
    *ret_tail = tail;
    return true;
}

static bool copy_content(
    struct disk *disk, const struct journal_copy *copy, struct disk_file *to, struct error *error) {
    char name[JOURNAL_NAME_SIZE];
    journal_segment_name(copy->from_position, name);
    SCOPED(disk_closep) struct disk_file *from = disk_open(disk, name, DISK_READ, error);
    if (from == NULL)
        return false;
    SCOPED(own_free) uint8_t *chunk = mem_alloc(COPY_CHUNK_SIZE);
    for (uint64_t done = 0; done < copy->size;) {
        size_t size = copy->size - done < COPY_CHUNK_SIZE ? (size_t)(copy->size - done) : COPY_CHUNK_SIZE;
        if (!disk_read_exactly(from, copy->offset + done, chunk, size, error) ||
            !disk_append(to, chunk, size, error))
            return false;
        done += size;
    }
    return true;
}

static struct disk_file *create(struct disk *disk, const struct journal_header *header,
    const struct journal_copy *copy, struct error *error) {
    uint8_t bytes[JOURNAL_HEADER_SIZE];
    char name[JOURNAL_NAME_SIZE];
    journal_header_write(bytes, header);
    journal_segment_name(header->first_position, name);
    struct error ignored = {0};
    IGNORE(disk_unlink(disk, temporary_name, &ignored), "usually there is none; creation reports the rest");
    SCOPED(disk_closep) struct disk_file *file = disk_open(disk, temporary_name, DISK_CREATE_LOG, error);
    if (file == NULL || !disk_append(file, bytes, sizeof bytes, error) ||
        (copy->size > 0 && !copy_content(disk, copy, file, error)) || !disk_sync(file, error) ||
        !disk_rename(disk, temporary_name, name, error) || !disk_sync_directory(disk, JOURNAL_FOLDER, error))
        return NULL;
    return TAKE(file);
}

struct disk_file *journal_segment_create(struct disk *disk, const struct journal_header *header,
    const struct journal_copy *copy, struct error *error) {
    struct disk_file *file = create(disk, header, copy, error);
    if (file == NULL)
        error_context(error, "create journal segment %" PRIu64, header->first_position);
    return file;
}
