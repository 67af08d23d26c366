/* SPDX-License-Identifier: Apache-2.0 */
/* digests.c: digests as a reader of archives sees them: which files they name. */
#include "base/own.h"
#include "codec/compress.h"
#include "codec/text.h"

#include "private.h"

#include <stdlib.h>
#include <string.h>

void archive_digest_range(const struct archive *archive, int64_t ret_range[2]) {
    struct moment from = archive->options.from, to = archive->options.to;
    ret_range[0] = from.ms > 0 ? from.ms / MS_PER_DAY : 0;
    /* A digest of the next day may still name files of the last. */
    ret_range[1] = to.ms < INT64_MAX - MS_PER_DAY ? to.ms / MS_PER_DAY + 1 : INT64_MAX;
}

/* Fetch one: its hash and body, or why it cannot be read. False for what is no finding. */
static bool fetch(
    struct archive *archive, struct arena *arena, struct archive_digest *digest, struct error *error) {
    SCOPED(buf_finish) struct buf gzip = BUF_INIT(ARCHIVE_DIGEST_BYTES_MAX);
    SCOPED(buf_finish) struct buf raw = BUF_INIT(ARCHIVE_DIGEST_BYTES_MAX);
    struct error why = {0};
    const struct archive_options *options = &archive->options;
    digest->body = JSON_MISSING;
    bool is_read =
        objects_get(options->objects, options->bucket, digest->key, arena, &gzip, &digest->info, &why) &&
        gzip_inflate(buf_bytes(&gzip), &raw, &why) &&
        json_parse(archive->parser, buf_str(&raw), &digest->body, &why);
    if (is_read) {
        hash_sha256(buf_bytes(&raw), digest->sha256);
        return true;
    }
    digest->body = JSON_MISSING;
    digest->why = arena_format(arena, "%s", why.message);
    if (why.kind != ERROR_UNAVAILABLE && why.kind != ERROR_IO)
        return true;
    *error = why;
    return false;
}

/* One page of keys; false from the callback ends it all. */
static bool read_page(struct archive *archive, const struct objects_page *page, const int64_t range[2],
    archive_on_digest *on_digest, void *context, bool *ret_is_over, struct error *error) {
    for (size_t i = 0; i < page->object_count && !*ret_is_over; i++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct archive_digest digest = {.key = page->objects[i].key};
        if (!archive_place_parse(digest.key, &digest.place) ||
            archive_place_trail(digest.place.name, digest.place.region).size == 0)
            continue;
        if (digest.place.day > range[1])
            *ret_is_over = true;
        if (digest.place.day < range[0] || digest.place.day > range[1])
            continue;
        if (!archive_goes_on(archive, error) || !fetch(archive, &arena, &digest, error))
            return error_context(error, "digest %.*s", STR(digest.key));
        if (!on_digest(&digest, context))
            *ret_is_over = true;
    }
    return true;
}

bool archive_digests_read(struct archive *archive, const struct archive_region *region,
    const int64_t range[2], archive_on_digest *on_digest, void *context, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str prefix =
        arena_format(&arena, "%.*sCloudTrail-Digest/%.*s/", STR(region->base), STR(region->region));
    struct civil_time from = time_civil((struct moment){range[0] * MS_PER_DAY});
    struct objects_list_query query = {.prefix = prefix,
        .start_after =
            arena_format(&arena, "%.*s%04d/%02d/%02d", STR(prefix), from.year, from.month, from.day),
        .limit = OBJECTS_LIST_MAX};
    bool is_over = false;
    struct objects_page page;
    do {
        if (!archive_goes_on(archive, error) ||
            !objects_list(archive->options.objects, archive->options.bucket, &query, &arena, &page, error) ||
            !read_page(archive, &page, range, on_digest, context, &is_over, error))
            return false;
        query.start_after = page.next;
    } while (page.is_truncated && !is_over);
    return true;
}

bool archive_digest_next_file(
    const struct archive *archive, struct json_iterator *files, struct archive_named *ret_named) {
    while (json_next(files)) {
        struct str hash = json_text(json_get(files->value, "hashValue"));
        ret_named->key = json_text(json_get(files->value, "s3Object"));
        if (ret_named->key.size > 0 && ret_named->key.size <= OBJECTS_KEY_SIZE_MAX &&
            str_equals(json_text(json_get(files->value, "s3Bucket")), archive->options.bucket) &&
            hash.size == 2 * SHA256_SIZE && hex_decode(hash, ret_named->sha256))
            return true;
    }
    return false;
}

/* ---- the digests of a day, kept ---- */

struct naming {
    struct archive *archive;
    struct archive_day *day;
};

static bool keep_named(const struct archive_digest *digest, void *context) {
    struct naming *naming = context;
    struct archive_day *day = naming->day;
    struct json_iterator files = json_iterate(json_get(digest->body, "logFiles"));
    struct archive_named named;
    while (
        archive_digest_next_file(naming->archive, &files, &named) && day->count < ARCHIVE_FOLDER_FILES_MAX) {
        if (day->count == day->capacity) {
            day->capacity = day->capacity * 2 + 256;
            day->named = mem_resize_array(day->named, day->capacity, sizeof *day->named);
        }
        named.key = arena_str(&day->arena, named.key);
        day->named[day->count++] = named;
    }
    return true;
}

/* The digests of one day; days come in ascending order, so the one before is what may go. */
static bool load_day(struct archive *archive, const struct archive_region *region, int64_t number,
    const struct archive_day **ret_day, struct error *error) {
    struct archive_day *day = &archive->days[number % 2];
    *ret_day = day;
    if (day->day == number && archive->digests_region == region)
        return true;
    int64_t range[2] = {number, number};
    struct naming naming = {archive, day};
    day->day = -1;
    day->count = 0;
    arena_clear(&day->arena);
    if (!archive_digests_read(archive, region, range, keep_named, &naming, error))
        return false;
    day->day = number;
    return true;
}

static bool note_first(const struct archive_digest *digest, void *context) {
    (void)digest;
    *(bool *)context = true;
    return false;
}

/* Does the region have any digest at all? Asked once. */
static bool ask_for_digests(struct archive *archive, struct archive_region *region, struct error *error) {
    int64_t range[2];
    if (region->is_asked)
        return true;
    archive_digest_range(archive, range);
    if (!archive_digests_read(archive, region, range, note_first, &region->has_digests, error))
        return false;
    region->is_asked = true;
    return true;
}

static void add_named(struct archive *archive, const struct archive_named *named) {
    struct archive_entry *entry = archive_add_entry(archive, named->key);
    entry->has_hash = true;
    memcpy(entry->sha256, named->sha256, SHA256_SIZE);
}

/* In this folder, wanted, and not done before the resumption. */
static bool is_due(const struct archive *archive, struct str key, struct str path) {
    return str_starts_with(key, path) && archive_wants_key(archive, key) &&
           str_compare(key, archive->options.after) > 0;
}

bool archive_digests_add_named(struct archive *archive, struct archive_region *region,
    const struct archive_place *place, struct error *error) {
    if (!str_is(place->folder, "CloudTrail") && !str_is(place->folder, "CloudTrail-Insight"))
        return true;
    if (!ask_for_digests(archive, region, error))
        return false;
    for (int64_t number = place->day; number <= place->day + 1 && region->has_digests; number++) {
        const struct archive_day *day = NULL;
        if (!load_day(archive, region, number, &day, error))
            return false;
        for (size_t i = 0; i < day->count; i++)
            if (is_due(archive, day->named[i].key, place->path))
                add_named(archive, &day->named[i]);
    }
    archive->digests_region = region;
    return true;
}

/* ---- folders that were not listed ---- */

struct search {
    struct archive *archive;
    const struct archive_region *region;
};

static int compare_days(const void *a, const void *b) {
    const int64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static bool was_listed(const struct archive_region *region, int64_t day) {
    return region->day_count > 0 &&
           bsearch(&day, region->days, region->day_count, sizeof(int64_t), compare_days) != NULL;
}

static bool add_late(const struct archive_digest *digest, void *context) {
    struct search *search = context;
    struct archive *archive = search->archive;
    struct json_iterator files = json_iterate(json_get(digest->body, "logFiles"));
    struct archive_named named;
    while (archive_digest_next_file(archive, &files, &named)) {
        struct archive_place place;
        bool is_late = archive_wants_key(archive, named.key) && archive_place_parse(named.key, &place) &&
                       !was_listed(search->region, place.day);
        if (is_late && archive->entry_count < ARCHIVE_FOLDER_FILES_MAX)
            add_named(archive, &named);
    }
    return true;
}

bool archive_digests_add_late(struct archive *archive, struct archive_region *region, struct error *error) {
    struct search search = {.archive = archive, .region = region};
    int64_t range[2];
    archive_digest_range(archive, range);
    if (!ask_for_digests(archive, region, error))
        return false;
    return !region->has_digests || archive_digests_read(archive, region, range, add_late, &search, error);
}
