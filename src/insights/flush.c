/* SPDX-License-Identifier: Apache-2.0 */
/* flush: counts of judged minutes, and late ones, become files: one for each day. */
#include "base/check.h"
#include "base/own.h"

#include "private.h"

#include <stdlib.h>

struct item {
    const struct insights_slot *slot;
    uint32_t minute, count;
};

static int by_order(const void *a, const void *b) {
    const struct item *left = a, *right = b;
    uint32_t left_day = left->minute / INSIGHTS_DAY_MINUTES, right_day = right->minute / INSIGHTS_DAY_MINUTES;
    if (left_day != right_day)
        return left_day < right_day ? -1 : 1;
    if (left->slot == right->slot)
        return left->minute < right->minute ? -1 : left->minute > right->minute;
    if (left->slot->hash != right->slot->hash)
        return left->slot->hash < right->slot->hash ? -1 : 1;
    return str_compare(str_of((const char *)left->slot->key, left->slot->key_size),
        str_of((const char *)right->slot->key, right->slot->key_size));
}

static struct item *sort_items(const struct insights *insights) {
    struct item *items = mem_alloc_array(insights->unsaved_count, sizeof *items);
    for (uint32_t i = 0; i < insights->unsaved_count; i++) {
        const struct insights_tally *tally = &insights->unsaved[i];
        items[i] = (struct item){insights_slot_at(insights, tally->slot), tally->minute, tally->count};
    }
    qsort(items, insights->unsaved_count, sizeof *items, by_order);
    return items;
}

/* Write the items of the first one's day; returns how many in `ret_count`. */
static bool write_day(struct insights *insights, const struct item *items, size_t item_count,
    struct insights_file *ret_file, size_t *ret_count, struct error *error) {
    struct insights_counts_head head = insights_files_head(&insights->files, 1);
    struct insights_counts_writer *writer = insights_counts_create(insights->disk, &head, error);
    uint32_t day = items->minute / INSIGHTS_DAY_MINUTES;
    size_t i = 0;
    if (writer == NULL)
        return false;
    for (; i < item_count && items[i].minute / INSIGHTS_DAY_MINUTES == day; i++) {
        struct insights_count count = {.hash = items[i].slot->hash,
            .key = bytes_of(items[i].slot->key, items[i].slot->key_size),
            .minute = items[i].minute,
            .count = items[i].count};
        if (!insights_counts_add(writer, &count, error)) {
            insights_counts_destroy(writer);
            return false;
        }
    }
    *ret_file =
        (struct insights_file){.number = head.number, .day = day, .period_minutes = 1, .is_pending = true};
    *ret_count = i;
    return insights_counts_finish(writer, &ret_file->bytes, error);
}

/* The files take the place of what is in memory, at once for whoever asks. */
static void publish(struct insights *insights, const struct insights_file *files, size_t count) {
    MUTEX_SCOPE(&insights->mutex);
    for (size_t i = 0; i < count; i++)
        insights_files_add(&insights->files, &files[i]);
    for (uint32_t i = 0; i < insights->unsaved_count; i++)
        insights_slot_at(insights, insights->unsaved[i].slot)->unsaved = INSIGHTS_NONE;
    insights->unsaved_count = 0;
}

bool insights_flush(struct insights *insights, struct error *error) {
    if (insights->disk == NULL || insights->unsaved_count == 0) {
        publish(insights, NULL, 0);
        return true;
    }
    SCOPED(own_free) struct item *items = sort_items(insights);
    SCOPED(own_free) struct insights_file *files = NULL;
    size_t count = 0, written = 0;
    while (written < insights->unsaved_count) {
        size_t of_day = 0;
        files = mem_resize_array(files, count + 1, sizeof *files);
        if (!write_day(
                insights, items + written, insights->unsaved_count - written, &files[count], &of_day, error))
            return error_context(error, "write counts of insights");
        written += of_day;
        count++;
    }
    publish(insights, files, count);
    return true;
}
