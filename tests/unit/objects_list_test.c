/* SPDX-License-Identifier: Apache-2.0 */
/* Listing against a naive model: all keys in an array, sorted, filtered one by one. */
#include "base/own.h"
#include "objects/objects.h"
#include "support/disk_sim.h"
#include "support/tap.h"

#include <stdlib.h>

enum { KEYS_MAX = 250 };

struct model {
    struct arena arena;
    struct str keys[KEYS_MAX];
    size_t count;
};

static const struct str BUCKET = {"bucket", 6};

static int compare(const void *a, const void *b) {
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static struct str odd_text(unsigned *seed, struct arena *arena, int pieces_max) {
    static const char *const PIECES[] = {"a", "b", "/", "/", "-", ".", "..", "%", "@", "\x01", "\xc3\xa9",
        "\xff", "+",
        ("0123456789012345678901234567890123456789012345678901234567890123456789"
         "012345678901234567890123456789012345678901234567890123456789")};
    SCOPED(buf_finish) struct buf text = BUF_INIT(1024);
    int count = rand_r(seed) % (pieces_max + 1);
    for (int i = 0; i < count; i++)
        (void)buf_append_text(&text, PIECES[(unsigned)rand_r(seed) % (sizeof(PIECES) / sizeof(PIECES[0]))]);
    return arena_str(arena, buf_str(&text));
}

static void fill(struct model *model, struct objects *objects, unsigned *seed) {
    struct error error = {0};
    while (model->count < KEYS_MAX) {
        struct str key = odd_text(seed, &model->arena, model->count < KEYS_MAX / 2 ? 4 : 12);
        bool known = key.size == 0;
        for (size_t i = 0; i < model->count; i++)
            known = known || str_equals(model->keys[i], key);
        if (known)
            continue;
        EXPECT(objects_put(objects, BUCKET, key, str_bytes(key), NULL, STR_EMPTY, &error));
        model->keys[model->count++] = key;
    }
    qsort(model->keys, model->count, sizeof(struct str), compare);
}

/* The next item that a listing must show after `after`: a key or a common prefix. */
static bool model_next(const struct model *model, const struct objects_list_query *query, struct str after,
    struct str *ret_item, bool *ret_is_prefix) {
    for (size_t i = 0; i < model->count; i++) {
        struct str key = model->keys[i];
        if (str_compare(key, after) <= 0 || !str_starts_with(key, query->prefix))
            continue;
        size_t at = query->delimiter.size == 0
                        ? SIZE_MAX
                        : str_find(str_slice(key, query->prefix.size, SIZE_MAX), query->delimiter);
        struct str item =
            at == SIZE_MAX ? key : str_slice(key, 0, query->prefix.size + at + query->delimiter.size);
        if (at != SIZE_MAX && str_equals(item, after))
            continue;
        *ret_item = item;
        *ret_is_prefix = at != SIZE_MAX;
        return true;
    }
    return false;
}

static void check_listing(
    const struct model *model, struct objects *objects, struct objects_list_query query) {
    for (bool more = true; more;) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct objects_page page;
        struct error error = {0};
        bool done = objects_list(objects, BUCKET, &query, &arena, &page, &error);
        EXPECT(done);
        if (!done)
            return;
        size_t object = 0, prefix = 0;
        struct str after = query.start_after, item;
        bool is_prefix = false;
        while (object + prefix < query.limit && model_next(model, &query, after, &item, &is_prefix)) {
            bool same = is_prefix
                            ? prefix < page.prefix_count && str_equals(page.prefixes[prefix++], item)
                            : object < page.object_count && str_equals(page.objects[object++].key, item);
            EXPECT(same);
            if (!same)
                return;
            after = item;
        }
        EXPECT_INT(page.object_count, object);
        EXPECT_INT(page.prefix_count, prefix);
        more = model_next(model, &query, after, &item, &is_prefix);
        EXPECT_INT(page.is_truncated, more);
        EXPECT(!more || str_equals(page.next, after));
        query.start_after = after;
        if (page.is_truncated != more)
            return;
        /* `after` may live in this page's arena only as long as the model keeps its own. */
        for (size_t i = 0; i < model->count; i++)
            if (str_starts_with(model->keys[i], after))
                query.start_after = str_slice(model->keys[i], 0, after.size);
    }
}

static void listings_are_what_a_sorted_array_says(void) {
    static const char *const DELIMITERS[] = {"", "/", "-", "a", "/a", ".."};
    for (unsigned round = 1; round <= 4; round++) {
        struct error error = {0};
        unsigned seed = round;
        struct disk_sim *sim = disk_sim_create(round);
        struct objects *objects = objects_open(disk_sim_disk(sim), NULL, &error);
        struct objects_bucket bucket = {.name = BUCKET, .owner_account = STR_LITERAL("123456789012")};
        EXPECT(objects != NULL && objects_bucket_create(objects, &bucket, &error));
        struct model *model = MEM_NEW(struct model);
        fill(model, objects, &seed);
        for (int i = 0; i < 60; i++) {
            struct str some = model->keys[(unsigned)rand_r(&seed) % model->count];
            struct objects_list_query query = {
                .prefix =
                    i % 3 == 0 ? STR_EMPTY : str_slice(some, 0, (unsigned)rand_r(&seed) % (some.size + 1)),
                .delimiter = str_from(
                    DELIMITERS[(unsigned)rand_r(&seed) % (sizeof(DELIMITERS) / sizeof(DELIMITERS[0]))]),
                .start_after = i % 2 == 0 ? STR_EMPTY : odd_text(&seed, &model->arena, 4),
                .limit = 1 + (unsigned)rand_r(&seed) % (i % 4 == 0 ? 7 : 300),
            };
            check_listing(model, objects, query);
        }
        arena_finish(&model->arena);
        mem_free(model);
        objects_close(objects);
        disk_sim_destroy(sim);
    }
}

static void empty_folders_that_a_crash_left_are_no_prefixes(void) {
    struct error error = {0};
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct disk_sim *sim = disk_sim_create(1);
    struct disk *disk = disk_sim_disk(sim);
    struct objects *objects = objects_open(disk, NULL, &error);
    struct objects_bucket bucket = {.name = BUCKET, .owner_account = STR_LITERAL("123456789012")};
    EXPECT(objects_bucket_create(objects, &bucket, &error));
    EXPECT(disk_make_directory(disk, "objects/buckets/bucket/keys/a", &error));
    EXPECT(disk_make_directory(disk, "objects/buckets/bucket/keys/a/b", &error));
    struct objects_list_query query = {.delimiter = STR_LITERAL("/"), .limit = 10};
    struct objects_page page;
    EXPECT(objects_list(objects, BUCKET, &query, &arena, &page, &error));
    EXPECT_INT(page.prefix_count, 0);
    EXPECT(objects_bucket_delete(objects, BUCKET, &error));
    objects_close(objects);
    disk_sim_destroy(sim);
}

int main(void) {
    TEST(listings_are_what_a_sorted_array_says);
    TEST(empty_folders_that_a_crash_left_are_no_prefixes);
    return tap_done();
}
