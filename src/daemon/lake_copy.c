/* SPDX-License-Identifier: Apache-2.0 */
#include "lake_copy.h"

#include "base/own.h"
#include "codec/hash.h"
#include "codec/json.h"
#include "lake/lake.h"
#include "objects/objects.h"
#include "sys/disk.h"
#include "sys/thread.h"

#include "log.h"

#include <stdlib.h>
#include <string.h>

enum {
    LOOK_MS = 5000,
    RETRY_PAUSE_MS = 60000,
    FILE_SIZE_MAX = 1 << 30, /* read into memory; one of 250,000 events takes a twentieth of it */
    MANIFEST_SIZE_MAX = 64 << 20,
};

/* The manifest that was copied last, by its hash. */
struct copied {
    uint64_t store_id, manifest;
};

/* field / guarded by: is_stopping / mutex; copied / the thread; the rest / set at opening */
struct lake_copy {
    struct lake_copy_options options;
    struct str bucket, prefix; /* the prefix ends with a slash, or is empty */
    struct arena arena;
    struct thread *thread;
    struct mutex mutex;
    struct condition is_changed;
    bool is_stopping;
    struct copied *copied;
    size_t copied_count;
};

static bool pause_ms(struct lake_copy *copy, int64_t ms) {
    MUTEX_SCOPE(&copy->mutex);
    if (!copy->is_stopping && ms > 0)
        IGNORE(condition_wait_ms(&copy->is_changed, &copy->mutex, ms), "either way we look");
    return !copy->is_stopping;
}

/* ---- names ---- */

/* Names of files, sorted. */
struct names {
    struct str *items;
    size_t count;
};

static int by_name(const void *a, const void *b) {
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static bool has_name(const struct names *names, struct str name) {
    return names->count > 0 &&
           bsearch(&name, names->items, names->count, sizeof *names->items, by_name) != NULL;
}

static void sort(struct names *names) {
    if (names->count > 1)
        qsort(names->items, names->count, sizeof *names->items, by_name);
}

static struct names held_names(const struct lake_files *files, struct arena *arena) {
    size_t count = 0;
    const char *const *paths = lake_files_names(files, &count);
    struct names names = {ARENA_ARRAY(arena, count, struct str), count};
    for (size_t i = 0; i < count; i++)
        names.items[i] = str_from(strrchr(paths[i], '/') + 1);
    sort(&names);
    return names;
}

static void destroy_parser(struct json_parser **parser) {
    json_parser_destroy(*parser);
}

static bool manifest_names(
    struct str manifest, struct arena *arena, struct names *ret_names, struct error *error) {
    SCOPED(destroy_parser) struct json_parser *parser = json_parser_create();
    struct json_value root = JSON_MISSING;
    if (!json_parse(parser, manifest, &root, error))
        return false;
    struct json_value list = json_get(root, "files");
    struct names names = {ARENA_ARRAY(arena, json_count(list), struct str), 0};
    struct json_iterator iterator = json_iterate(list);
    while (json_next(&iterator))
        names.items[names.count++] = arena_str(arena, json_text(json_get(iterator.value, "name")));
    sort(&names);
    *ret_names = names;
    return true;
}

/* What is below the store's prefix. */
static bool copied_names(struct lake_copy *copy, struct str prefix, struct arena *arena,
    struct names *ret_names, struct error *error) {
    struct names names = {NULL, 0};
    SCOPED(own_free) struct str *items = NULL;
    struct objects_list_query query = {.prefix = prefix, .limit = OBJECTS_LIST_MAX};
    for (bool has_more = true; has_more;) {
        struct objects_page page = {0};
        if (!objects_list(copy->options.objects, copy->bucket, &query, arena, &page, error))
            return false;
        items = mem_resize_array(items, names.count + page.object_count + 1, sizeof *items);
        for (size_t i = 0; i < page.object_count; i++)
            items[names.count++] = str_slice(page.objects[i].key, prefix.size, SIZE_MAX);
        has_more = page.is_truncated;
        query.start_after = page.next;
    }
    names.items = ARENA_ARRAY(arena, names.count, struct str);
    if (names.count > 0)
        memcpy(names.items, items, names.count * sizeof *items);
    sort(&names);
    *ret_names = names;
    return true;
}

/* ---- one store ---- */

struct copying {
    struct str uuid, prefix;
    struct names held, wanted, there;
    struct str manifest;
};

static bool put(struct lake_copy *copy, struct str key, struct bytes body, const char *content_type,
    struct error *error) {
    struct objects_metadata metadata = {.content_type = str_from(content_type)};
    return objects_put(copy->options.objects, copy->bucket, key, body, &metadata,
        STR_LITERAL("bucket-owner-full-control"), error);
}

static bool put_file(
    struct lake_copy *copy, const struct copying *copying, struct str name, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    SCOPED(buf_finish) struct buf body = BUF_INIT(FILE_SIZE_MAX);
    struct str path = arena_format(&arena, "lake/%.*s/%.*s", STR(copying->uuid), STR(name));
    struct str key = arena_format(&arena, "%.*s%.*s", STR(copying->prefix), STR(name));
    return disk_read_file(copy->options.disk, arena_text(&arena, path), &body, error) &&
           put(copy, key, buf_bytes(&body), "application/vnd.apache.parquet", error);
}

/* Files, the manifest, and then what it names no more. */
static bool copy_files(
    struct lake_copy *copy, const struct copying *copying, struct arena *arena, struct error *error) {
    for (size_t i = 0; i < copying->wanted.count; i++) {
        if (!pause_ms(copy, 0))
            return true; /* the next start goes on */
        if (!has_name(&copying->there, copying->wanted.items[i]) &&
            !put_file(copy, copying, copying->wanted.items[i], error))
            return false;
    }
    struct str key = arena_format(arena, "%.*smanifest.json", STR(copying->prefix));
    if (!put(copy, key, str_bytes(copying->manifest), "application/json", error))
        return false;
    for (size_t i = 0; i < copying->there.count; i++) {
        struct str name = copying->there.items[i];
        if (!str_ends_with(name, STR_LITERAL(".parquet")) || has_name(&copying->wanted, name))
            continue;
        key = arena_format(arena, "%.*s%.*s", STR(copying->prefix), STR(name));
        if (!objects_delete(copy->options.objects, copy->bucket, key, error))
            return false;
    }
    return true;
}

static struct copied *find_copied(struct lake_copy *copy, uint64_t store_id) {
    for (size_t i = 0; i < copy->copied_count; i++) {
        if (copy->copied[i].store_id == store_id)
            return &copy->copied[i];
    }
    copy->copied = mem_resize_array(copy->copied, copy->copied_count + 1, sizeof *copy->copied);
    copy->copied[copy->copied_count] = (struct copied){store_id, 0};
    return &copy->copied[copy->copied_count++];
}

static bool are_held(const struct copying *copying) {
    for (size_t i = 0; i < copying->wanted.count; i++) {
        if (!has_name(&copying->held, copying->wanted.items[i]))
            return false;
    }
    return true;
}

/* With the store's files held. */
static bool copy_held(struct lake_copy *copy, const struct lake_store_stats *store,
    const struct lake_files *files, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    SCOPED(buf_finish) struct buf manifest = BUF_INIT(MANIFEST_SIZE_MAX);
    struct str path = arena_format(&arena, "lake/%.*s/manifest.json", STR(store->uuid));
    if (!disk_read_file(copy->options.disk, arena_text(&arena, path), &manifest, error))
        return false;
    uint64_t hash = hash_quick(buf_bytes(&manifest), 1);
    if (find_copied(copy, store->store_id)->manifest == hash)
        return true;
    struct copying copying = {.uuid = store->uuid,
        .prefix = arena_format(&arena, "%.*s%.*s/", STR(copy->prefix), STR(store->uuid)),
        .held = held_names(files, &arena),
        .manifest = buf_str(&manifest)};
    if (!manifest_names(buf_str(&manifest), &arena, &copying.wanted, error))
        return false;
    if (!are_held(&copying)) /* it was rewritten just now, or names what is about to go */
        return true;
    if (!copied_names(copy, copying.prefix, &arena, &copying.there, error) ||
        !copy_files(copy, &copying, &arena, error))
        return false;
    find_copied(copy, store->store_id)->manifest = hash;
    return true;
}

static bool copy_store(struct lake_copy *copy, const struct lake_store_stats *store, struct error *error) {
    struct lake_files *files = lake_files_hold(copy->options.lake, store->store_id, error);
    if (files == NULL)
        return true; /* removed meanwhile, or damaged, which the lake's reader tells */
    bool done = copy_held(copy, store, files, error);
    lake_files_release(files);
    return done || error_context(error, "copy event data store %.*s to %.*s", STR(store->uuid),
                       STR(copy->options.target));
}

static bool copy_all(struct lake_copy *copy, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct lake_store_stats *stores = NULL;
    size_t count = lake_stats(copy->options.lake, &arena, &stores);
    bool done = true;
    for (size_t i = 0; done && i < count && pause_ms(copy, 0); i++)
        done = copy_store(copy, &stores[i], error);
    return done;
}

static void run(void *context) {
    struct lake_copy *copy = context;
    for (int64_t pause = LOOK_MS; pause_ms(copy, pause);) {
        struct error error = {0};
        bool done = copy_all(copy, &error);
        if (!done)
            daemon_log(LOG_lake_copy_failed, "%s", error.message);
        pause = done ? LOOK_MS : RETRY_PAUSE_MS;
    }
}

/* ---- life cycle ---- */

struct lake_copy *daemon_lake_copy_open(const struct lake_copy_options *options, struct error *error) {
    struct str rest = options->target, bucket = str_cut(&rest, '/');
    if (bucket.size == 0) {
        error_set(error, ERROR_INVALID, "option lake-copy takes BUCKET or BUCKET/PREFIX, not `%.*s'",
            STR(options->target));
        return NULL;
    }
    struct lake_copy *copy = MEM_NEW(struct lake_copy);
    copy->options = *options;
    copy->bucket = bucket;
    copy->prefix = rest;
    if (rest.size > 0 && !str_ends_with(rest, STR_LITERAL("/")))
        copy->prefix = arena_format(&copy->arena, "%.*s/", STR(rest));
    mutex_init(&copy->mutex);
    condition_init(&copy->is_changed);
    return copy;
}

void daemon_lake_copy_start(struct lake_copy *copy) {
    if (copy != NULL)
        copy->thread = thread_start("lake-copy", run, copy);
}

void daemon_lake_copy_stop(struct lake_copy *copy) {
    if (copy == NULL || copy->thread == NULL)
        return;
    mutex_lock(&copy->mutex);
    copy->is_stopping = true;
    condition_broadcast(&copy->is_changed);
    mutex_unlock(&copy->mutex);
    thread_join(TAKE(copy->thread));
}

void daemon_lake_copy_close(struct lake_copy *copy) {
    if (copy == NULL)
        return;
    daemon_lake_copy_stop(copy);
    condition_finish(&copy->is_changed);
    mutex_finish(&copy->mutex);
    arena_finish(&copy->arena);
    mem_free(copy->copied);
    mem_free(copy);
}
