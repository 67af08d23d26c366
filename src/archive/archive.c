/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive.c: the listing, folder by folder. A folder (one day of a region and account) is gathered whole,
 * joined with what digests name in it, and given out in the order of its keys. Folders that are gone
 * altogether are found at the end, by the digests that name files in them.
 */
#include "base/check.h"
#include "base/own.h"
#include "codec/compress.h"

#include "private.h"

#include <stdlib.h>
#include <string.h>

enum { DIGEST_DAYS = 2 }; /* a digest of the next day may name files of the last hours */

bool archive_parse_uri(struct str uri, struct str *ret_bucket, struct str *ret_prefix) {
    struct str scheme = STR_LITERAL("s3://");
    if (!str_starts_with(uri, scheme))
        return false;
    struct str rest = str_slice(uri, scheme.size, uri.size), bucket = str_cut(&rest, '/');
    if (bucket.size == 0)
        return false;
    *ret_bucket = bucket;
    *ret_prefix = rest;
    return true;
}

struct archive *archive_open(const struct archive_options *options) {
    struct archive *archive = MEM_NEW(struct archive);
    archive->options = *options;
    archive->options.bucket = arena_str(&archive->arena, options->bucket);
    archive->options.prefix = arena_str(&archive->arena, options->prefix);
    archive->options.after = arena_str(&archive->arena, options->after);
    archive->parser = json_parser_create();
    archive->digests_region = NULL;
    for (size_t i = 0; i < DIGEST_DAYS; i++)
        archive->days[i].day = -1;
    return archive;
}

void archive_close(struct archive *archive) {
    if (archive == NULL)
        return;
    for (size_t i = 0; i < archive->region_count; i++) {
        mem_free(archive->regions[i]->days);
        mem_free(archive->regions[i]);
    }
    for (size_t i = 0; i < DIGEST_DAYS; i++) {
        mem_free(archive->days[i].named);
        arena_finish(&archive->days[i].arena);
    }
    mem_free(archive->regions);
    mem_free(archive->entries);
    json_parser_destroy(archive->parser);
    arena_finish(&archive->folder_arena);
    arena_finish(&archive->page_arena);
    arena_finish(&archive->arena);
    mem_free(archive);
}

uint64_t archive_folders(const struct archive *archive) {
    return archive->folders;
}

bool archive_goes_on(const struct archive *archive, struct error *error) {
    const struct archive_options *options = &archive->options;
    return options->goes_on == NULL || options->goes_on(options->goes_on_context) ||
           error_set(error, ERROR_UNAVAILABLE, "the archive is not read any further");
}

/* ---- which keys ---- */

static bool has_part(struct str key, const char *name) {
    while (key.size > 0)
        if (str_is(str_cut(&key, '/'), name))
            return true;
    return false;
}

/* By the name's time, else by the day of its folder; what tells neither is taken. */
static bool is_in_time(const struct archive *archive, const struct archive_place *place) {
    struct moment from = archive->options.from, to = archive->options.to;
    struct moment at = archive_place_time(place->name);
    if (at.ms != MOMENT_NONE.ms)
        return at.ms >= from.ms && at.ms <= to.ms;
    int64_t start = place->day * MS_PER_DAY;
    return start + MS_PER_DAY > from.ms && start <= to.ms;
}

bool archive_wants_key(const struct archive *archive, struct str key) {
    struct archive_place place;
    struct str prefix = archive->options.prefix;
    if (!str_ends_with(key, STR_LITERAL(".json.gz")) || !str_starts_with(key, prefix))
        return false;
    if (!archive_place_parse(key, &place))
        return has_part(key, "CloudTrail") ||
               (prefix.size > 0 && !has_part(key, "CloudTrail-Digest") && !has_part(key, "AWSLogs"));
    bool is_wanted = str_is(place.folder, "CloudTrail") ||
                     (prefix.size >= place.folder_size && !str_is(place.folder, "CloudTrail-Digest"));
    return is_wanted && is_in_time(archive, &place);
}

/* ---- regions ---- */

static struct archive_region *find_region(struct archive *archive, const struct archive_place *place) {
    for (size_t i = archive->region_count; i-- > 0;) {
        struct archive_region *region = archive->regions[i];
        if (str_equals(region->region, place->region) && str_equals(region->base, place->base))
            return region;
    }
    if (archive->region_count == archive->region_capacity) {
        archive->region_capacity = archive->region_capacity * 2 + 16;
        archive->regions =
            mem_resize_array(archive->regions, archive->region_capacity, sizeof(struct archive_region *));
    }
    struct archive_region *region = MEM_NEW(struct archive_region);
    region->base = arena_str(&archive->arena, place->base);
    region->region = arena_str(&archive->arena, place->region);
    archive->regions[archive->region_count++] = region;
    return region;
}

/* Keys come in order, so days do. */
static void mark_listed(struct archive_region *region, int64_t day) {
    if (region->day_count > 0 && region->days[region->day_count - 1] == day)
        return;
    if (region->day_count == region->day_capacity) {
        region->day_capacity = region->day_capacity * 2 + 64;
        region->days = mem_resize_array(region->days, region->day_capacity, sizeof *region->days);
    }
    region->days[region->day_count++] = day;
}

/* ---- folders ---- */

struct archive_entry *archive_add_entry(struct archive *archive, struct str key) {
    if (archive->entry_count == archive->entry_capacity) {
        archive->entry_capacity = archive->entry_capacity * 2 + 256;
        archive->entries =
            mem_resize_array(archive->entries, archive->entry_capacity, sizeof *archive->entries);
    }
    struct archive_entry *entry = &archive->entries[archive->entry_count++];
    *entry = (struct archive_entry){.key = arena_str(&archive->folder_arena, key)};
    return entry;
}

static int compare_entries(const void *a, const void *b) {
    const struct archive_entry *left = a, *right = b;
    int order = str_compare(left->key, right->key);
    return order != 0 ? order : (int)right->is_listed - (int)left->is_listed; /* the listed one first */
}

/* One entry for each key: whether it is listed from one, its hash from another. */
static void join_entries(struct archive *archive) {
    size_t kept = 0;
    if (archive->entry_count > 1)
        qsort(archive->entries, archive->entry_count, sizeof *archive->entries, compare_entries);
    for (size_t i = 0; i < archive->entry_count; i++) {
        const struct archive_entry *entry = &archive->entries[i];
        struct archive_entry *last = kept > 0 ? &archive->entries[kept - 1] : NULL;
        if (last == NULL || !str_equals(last->key, entry->key)) {
            archive->entries[kept++] = *entry;
        } else if (entry->has_hash && !last->has_hash) {
            last->has_hash = true;
            memcpy(last->sha256, entry->sha256, SHA256_SIZE);
        }
    }
    archive->entry_count = kept;
}

static void begin_entries(struct archive *archive) {
    arena_clear(&archive->folder_arena);
    archive->entry_count = 0;
    archive->entry_index = 0;
}

/* The next key of the listing, not taken yet; empty at the end. */
static bool peek_key(struct archive *archive, struct str *ret_key, struct error *error) {
    *ret_key = STR_EMPTY;
    while (archive->page_index == archive->page.object_count && !archive->is_listed) {
        struct objects_list_query query = {.prefix = archive->options.prefix,
            .start_after = archive->start_after,
            .limit = OBJECTS_LIST_MAX};
        struct arena fresh = ARENA_INIT;
        if (!archive_goes_on(archive, error) ||
            !objects_list(
                archive->options.objects, archive->options.bucket, &query, &fresh, &archive->page, error)) {
            arena_finish(&fresh);
            archive->page = (struct objects_page){0};
            archive->page_index = 0;
            return false;
        }
        arena_finish(&archive->page_arena);
        archive->page_arena = fresh;
        archive->page_index = 0;
        archive->start_after = archive->page.next;
        archive->is_listed = !archive->page.is_truncated;
    }
    if (archive->page_index < archive->page.object_count)
        *ret_key = archive->page.objects[archive->page_index].key;
    return true;
}

/* Gather the folder of the first wanted key from here on; no entries where the listing is at its end. */
static bool gather_folder(
    struct archive *archive, struct archive_place *ret_place, bool *ret_has_place, struct error *error) {
    struct str key, path = STR_EMPTY;
    *ret_has_place = false;
    while (peek_key(archive, &key, error) && key.size > 0) {
        struct archive_place place;
        bool has_place = archive_place_parse(key, &place);
        if (archive->entry_count > 0 && (!has_place || !str_equals(place.path, path)))
            return true;
        archive->page_index++;
        struct archive_region *region = has_place ? find_region(archive, &place) : NULL;
        if (!archive_wants_key(archive, key))
            continue;
        if (region != NULL)
            mark_listed(region, place.day);
        if (str_compare(key, archive->options.after) <= 0)
            continue; /* done before the resumption; listed all the same, for its region and its day */
        if (archive->entry_count == ARCHIVE_FOLDER_FILES_MAX)
            return error_set(error, ERROR_LIMIT, "the folder of %.*s has too many files", STR(key));
        struct archive_entry *entry = archive_add_entry(archive, key);
        entry->size = archive->page.objects[archive->page_index - 1].size;
        entry->is_listed = true;
        if (!has_place)
            return true;
        *ret_has_place = archive_place_parse(entry->key, ret_place);
        path = ret_place->path;
    }
    return error->kind == ERROR_NONE;
}

static bool next_folder(struct archive *archive, struct error *error) {
    struct archive_place place;
    bool has_place = false;
    struct error here = {0};
    begin_entries(archive);
    if (!gather_folder(archive, &place, &has_place, &here)) {
        *error = here;
        return false;
    }
    archive->folders += archive->entry_count > 0;
    if (!has_place)
        return true;
    if (!archive_digests_add_named(archive, find_region(archive, &place), &place, error))
        return false;
    join_entries(archive);
    return true;
}

static bool next_late(struct archive *archive, struct error *error) {
    begin_entries(archive);
    archive->are_late = true;
    while (archive->entry_count == 0 && archive->late_region < archive->region_count) {
        struct archive_region *region = archive->regions[archive->late_region++];
        if (!archive_digests_add_late(archive, region, error))
            return false;
        join_entries(archive);
    }
    return true;
}

bool archive_next(struct archive *archive, struct archive_file *ret_file, struct error *error) {
    bool done = true;
    if (archive->entry_index == archive->entry_count && !archive->are_late)
        done = next_folder(archive, error);
    if (done && archive->entry_index == archive->entry_count)
        done = next_late(archive, error);
    if (!done) {
        begin_entries(archive); /* what was gathered so far is not whole: it is gone, and the error stays */
        return false;
    }
    *ret_file = (struct archive_file){.key = STR_EMPTY};
    if (archive->entry_index == archive->entry_count)
        return true;
    const struct archive_entry *entry = &archive->entries[archive->entry_index++];
    *ret_file = (struct archive_file){.key = entry->key,
        .size = entry->size,
        .is_listed = entry->is_listed,
        .has_hash = entry->has_hash,
        .is_late = archive->are_late};
    memcpy(ret_file->sha256, entry->sha256, SHA256_SIZE);
    return true;
}

bool archive_get(
    const struct archive *archive, const struct archive_file *file, struct buf *packed, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    const struct archive_options *options = &archive->options;
    return objects_get(options->objects, options->bucket, file->key, &arena, packed, NULL, error);
}

bool archive_unpack(
    const struct archive_file *file, struct bytes packed, struct buf *raw, struct error *error) {
    buf_clear(raw);
    raw->limit = ARCHIVE_FILE_BYTES_MAX + JSON_PADDING;
    if (!gzip_is(packed))
        return error_set(error, ERROR_INVALID, "the file is not gzip");
    if (!gzip_inflate(packed, raw, error))
        return false;
    uint8_t hash[SHA256_SIZE];
    if (file->has_hash) {
        hash_sha256(buf_bytes(raw), hash);
        if (memcmp(hash, file->sha256, SHA256_SIZE) != 0)
            return error_set(error, ERROR_CONFLICT, "the file is not the one that its digest names");
    }
    return buf_reserve(raw, JSON_PADDING) != NULL || error_set(error, ERROR_LIMIT, "the file is too large");
}

bool archive_fetch(
    const struct archive *archive, const struct archive_file *file, struct buf *raw, struct error *error) {
    SCOPED(buf_finish) struct buf packed = BUF_INIT(ARCHIVE_FILE_BYTES_MAX);
    return archive_get(archive, file, &packed, error) && archive_unpack(file, buf_bytes(&packed), raw, error);
}
