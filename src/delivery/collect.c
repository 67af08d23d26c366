/* SPDX-License-Identifier: Apache-2.0 */
#include "collect.h"

#include "base/check.h"
#include "base/mem.h"
#include "codec/hash.h"

#include "place.h"

#include <string.h>

enum { CHAINS = 4096 };
static const char HEAD[] = "{\"Records\":[";
static const char TAIL[] = "]}";

/* After a restart: how far a group was planned. Dropped once the reader is past all of them. */
struct skip {
    struct skip *next;
    uint64_t hash, trail_id, last_position;
    char *owned_region, *owned_folder;
};

struct delivery_collector {
    int64_t interval_ms;
    uint64_t file_bytes_max, memory_bytes_max;
    struct delivery_file *open[CHAINS];
    size_t open_count;
    struct delivery_file *closed, **closed_end;
    uint64_t open_bytes, closed_bytes;
    struct moment next_due;
    struct skip *skips[CHAINS];
    uint64_t skip_until; /* no group was planned past this position */
};

void delivery_file_destroy(struct delivery_file *file) {
    if (file == NULL)
        return;
    buf_finish(&file->raw);
    mem_free(file->owned_region);
    mem_free(file);
}

struct str delivery_file_region(const struct delivery_file *file) {
    return str_from(file->owned_region);
}

void delivery_file_append(
    struct delivery_file *file, uint64_t position, const struct event_envelope *envelope) {
    struct moment at = envelope->facets.time;
    if (file->record_count == 0) {
        file->first_position = position;
        file->oldest_event_at = file->newest_event_at = at;
        buf_append(&file->raw, HEAD, sizeof HEAD - 1);
    } else {
        ASSERT(position > file->last_position);
        buf_append_char(&file->raw, ',');
    }
    buf_append_str(&file->raw, envelope->record);
    file->record_count++;
    file->last_position = position;
    if (at.ms < file->oldest_event_at.ms)
        file->oldest_event_at = at;
    if (at.ms > file->newest_event_at.ms)
        file->newest_event_at = at;
}

void delivery_file_end(struct delivery_file *file) {
    ASSERT(file->record_count > 0);
    buf_append(&file->raw, TAIL, sizeof TAIL - 1);
}

struct delivery_collector *delivery_collector_create(
    int64_t interval_ms, uint64_t file_bytes_max, uint64_t memory_bytes_max) {
    struct delivery_collector *collector = MEM_NEW(struct delivery_collector);
    collector->interval_ms = interval_ms;
    collector->file_bytes_max = file_bytes_max;
    collector->memory_bytes_max = memory_bytes_max;
    collector->closed_end = &collector->closed;
    collector->next_due = MOMENT_MAX;
    return collector;
}

static void drop_skips(struct delivery_collector *collector) {
    for (size_t i = 0; i < CHAINS; i++) {
        while (collector->skips[i] != NULL) {
            struct skip *skip = collector->skips[i];
            collector->skips[i] = skip->next;
            mem_free(skip->owned_region);
            mem_free(skip->owned_folder);
            mem_free(skip);
        }
    }
    collector->skip_until = 0;
}

static void destroy_list(struct delivery_file *file) {
    while (file != NULL) {
        struct delivery_file *next = file->next;
        delivery_file_destroy(file);
        file = next;
    }
}

void delivery_collector_destroy(struct delivery_collector *collector) {
    if (collector == NULL)
        return;
    for (size_t i = 0; i < CHAINS; i++)
        destroy_list(collector->open[i]);
    destroy_list(collector->closed);
    drop_skips(collector);
    mem_free(collector);
}

static uint64_t group_hash(uint64_t trail_id, struct str region, const char *folder) {
    uint64_t hash = hash_quick(str_bytes(region), trail_id);
    return hash_quick(bytes_of(folder, strlen(folder)), hash);
}

void delivery_collector_skip(struct delivery_collector *collector, uint64_t trail_id, struct str region,
    struct str folder, uint64_t last_position) {
    struct skip *skip = MEM_NEW(struct skip);
    skip->trail_id = trail_id;
    skip->last_position = last_position;
    skip->owned_region = mem_copy(region.data, region.size);
    skip->owned_folder = mem_copy(folder.data, folder.size);
    skip->hash = group_hash(trail_id, region, skip->owned_folder);
    skip->next = collector->skips[skip->hash % CHAINS];
    collector->skips[skip->hash % CHAINS] = skip;
    if (last_position > collector->skip_until)
        collector->skip_until = last_position;
}

static bool is_planned(const struct delivery_collector *collector, uint64_t hash, uint64_t trail_id,
    struct str region, const char *folder, uint64_t position) {
    for (const struct skip *skip = collector->skips[hash % CHAINS]; skip != NULL; skip = skip->next) {
        if (skip->hash == hash && skip->trail_id == trail_id && str_is(region, skip->owned_region) &&
            strcmp(skip->owned_folder, folder) == 0)
            return position <= skip->last_position;
    }
    return false;
}

/* Move the file that `link` points at from the open ones to the closed ones. */
static void close_file(struct delivery_collector *collector, struct delivery_file **link) {
    struct delivery_file *file = *link;
    *link = file->next;
    file->next = NULL;
    collector->open_count--;
    collector->open_bytes -= file->raw.capacity;
    delivery_file_end(file);
    collector->closed_bytes += file->raw.capacity;
    *collector->closed_end = file;
    collector->closed_end = &file->next;
}

static struct delivery_file **find_file(struct delivery_collector *collector, uint64_t hash,
    const struct catalog_version *version, struct str region, const char *folder) {
    struct delivery_file **link = &collector->open[hash % CHAINS];
    for (; *link != NULL; link = &(*link)->next) {
        const struct delivery_file *file = *link;
        if (file->hash == hash && file->version->trail_id == version->trail_id && file->folder == folder &&
            str_is(region, file->owned_region))
            return link;
    }
    return NULL;
}

static struct delivery_file *open_file(struct delivery_collector *collector, uint64_t hash,
    const struct catalog_version *version, struct str region, const char *folder, struct moment now) {
    struct delivery_file *file = MEM_NEW(struct delivery_file);
    *file = (struct delivery_file){
        .next = collector->open[hash % CHAINS],
        .version = version,
        .folder = folder,
        .owned_region = mem_copy(region.data, region.size),
        .hash = hash,
        .raw = BUF_INIT(BUF_UNBOUNDED),
        .opened_at = now,
    };
    collector->open[hash % CHAINS] = file;
    collector->open_count++;
    if (now.ms + collector->interval_ms < collector->next_due.ms)
        collector->next_due = (struct moment){now.ms + collector->interval_ms};
    return file;
}

void delivery_collector_add(struct delivery_collector *collector, const struct catalog_version *version,
    uint64_t position, const struct event_envelope *envelope, struct moment now) {
    struct str region = envelope->facets.region;
    const char *folder = delivery_place_folder(envelope->facets.category);
    uint64_t hash = group_hash(version->trail_id, region, folder);
    if (position <= collector->skip_until) {
        if (is_planned(collector, hash, version->trail_id, region, folder, position))
            return;
    } else if (collector->skip_until > 0) {
        drop_skips(collector);
    }
    struct delivery_file **link = find_file(collector, hash, version, region, folder);
    size_t more = envelope->record.size + sizeof HEAD + sizeof TAIL;
    if (link != NULL && (*link)->raw.size + more > collector->file_bytes_max) {
        close_file(collector, link);
        link = NULL;
    }
    struct delivery_file *file =
        link != NULL ? *link : open_file(collector, hash, version, region, folder, now);
    ASSERT(file->version == version); /* a trail's files are closed when its version changes */
    size_t before = file->raw.capacity;
    delivery_file_append(file, position, envelope);
    collector->open_bytes += file->raw.capacity - before;
}

/* Find out anew when the next file is due. */
static void find_next_due(struct delivery_collector *collector) {
    collector->next_due = MOMENT_MAX;
    for (size_t i = 0; i < CHAINS; i++) {
        for (const struct delivery_file *file = collector->open[i]; file != NULL; file = file->next) {
            int64_t due = file->opened_at.ms + collector->interval_ms;
            if (due < collector->next_due.ms)
                collector->next_due.ms = due;
        }
    }
}

void delivery_collector_close_trail(struct delivery_collector *collector, uint64_t trail_id) {
    for (size_t i = 0; i < CHAINS; i++) {
        for (struct delivery_file **link = &collector->open[i]; *link != NULL;) {
            if ((*link)->version->trail_id == trail_id)
                close_file(collector, link);
            else
                link = &(*link)->next;
        }
    }
    find_next_due(collector);
}

void delivery_collector_close_due(struct delivery_collector *collector, struct moment now) {
    if (now.ms < collector->next_due.ms)
        return;
    for (size_t i = 0; i < CHAINS; i++) {
        for (struct delivery_file **link = &collector->open[i]; *link != NULL;) {
            if ((*link)->opened_at.ms + collector->interval_ms <= now.ms)
                close_file(collector, link);
            else
                link = &(*link)->next;
        }
    }
    find_next_due(collector);
}

static void close_largest(struct delivery_collector *collector) {
    struct delivery_file **largest = NULL;
    for (size_t i = 0; i < CHAINS; i++) {
        for (struct delivery_file **link = &collector->open[i]; *link != NULL; link = &(*link)->next) {
            if (largest == NULL || (*link)->raw.capacity > (*largest)->raw.capacity)
                largest = link;
        }
    }
    if (largest != NULL)
        close_file(collector, largest);
}

bool delivery_collector_is_full(struct delivery_collector *collector) {
    uint64_t limit = collector->memory_bytes_max;
    if (collector->open_bytes + collector->closed_bytes <= limit)
        return collector->closed_bytes > limit / 4;
    while (collector->open_bytes > limit / 2 && collector->open_count > 0)
        close_largest(collector);
    return true;
}

struct delivery_file *delivery_collector_take(struct delivery_collector *collector) {
    struct delivery_file *closed = collector->closed;
    collector->closed = NULL;
    collector->closed_end = &collector->closed;
    collector->closed_bytes = 0;
    return closed;
}

const struct delivery_file *delivery_collector_closed(const struct delivery_collector *collector) {
    return collector->closed;
}

uint64_t delivery_collector_first_position(const struct delivery_collector *collector, uint64_t otherwise) {
    uint64_t first = otherwise;
    for (size_t i = 0; i < CHAINS; i++) {
        for (const struct delivery_file *file = collector->open[i]; file != NULL; file = file->next)
            first = file->first_position < first ? file->first_position : first;
    }
    return first;
}

struct moment delivery_collector_next_due(const struct delivery_collector *collector) {
    return collector->next_due;
}

uint64_t delivery_collector_memory(const struct delivery_collector *collector) {
    return collector->open_bytes + collector->closed_bytes;
}

size_t delivery_collector_open_count(const struct delivery_collector *collector) {
    return collector->open_count;
}
