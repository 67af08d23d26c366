/* SPDX-License-Identifier: Apache-2.0 */
/* query: what was counted of a series, from memory and files together. */
#include "base/check.h"
#include "base/own.h"

#include "private.h"

enum { ATTEMPTS = 8 };

/* Sums of periods from `first_minute` on. */
struct sums {
    double *values;
    size_t count;
    int64_t first_minute, period_minutes;
};

static void add(struct sums *sums, uint32_t minute, uint32_t count) {
    int64_t offset = (int64_t)minute - sums->first_minute;
    if (offset >= 0 && (uint64_t)(offset / sums->period_minutes) < sums->count)
        sums->values[offset / sums->period_minutes] += count;
}

static void add_tallies(
    const struct insights *insights, const struct insights_slot *slot, struct sums *sums) {
    for (uint32_t at = slot->open; at != INSIGHTS_NONE; at = insights->open[at].next)
        add(sums, insights->open[at].minute, insights->open[at].count);
    for (uint32_t at = slot->unsaved; at != INSIGHTS_NONE; at = insights->unsaved[at].next)
        add(sums, insights->unsaved[at].minute, insights->unsaved[at].count);
}

/* What is in memory, and a copy of the list of files that goes with it. */
static void add_memory(struct insights *insights, struct bytes key, uint64_t hash, struct sums *sums,
    struct arena *arena, struct insights_file **ret_files, size_t *ret_count) {
    MUTEX_SCOPE(&insights->mutex);
    uint32_t number = insights_table_find(insights, key, hash);
    if (number != INSIGHTS_NONE)
        add_tallies(insights, insights_slot_at(insights, number), sums);
    *ret_count = 0;
    *ret_files = ARENA_ARRAY(arena, insights->files.count + 1, struct insights_file);
    for (size_t i = 0; i < insights->files.count; i++) {
        const struct insights_file *file = &insights->files.files[i];
        int64_t first = (int64_t)file->day * INSIGHTS_DAY_MINUTES;
        if (first + INSIGHTS_DAY_MINUTES > sums->first_minute &&
            first < sums->first_minute + (int64_t)sums->count * sums->period_minutes)
            (*ret_files)[(*ret_count)++] = *file;
    }
}

static bool add_file(const struct insights *insights, const struct insights_file *file, struct bytes key,
    uint64_t hash, struct sums *sums, struct error *error) {
    struct insights_counts_head head = {.cairn_id = insights->options.cairn_id,
        .generation = insights->options.generation,
        .number = file->number,
        .period_minutes = file->period_minutes};
    struct insights_counts_reader *reader = insights_counts_open(insights->disk, &head, error);
    struct insights_count count = {0};
    bool done = false, read = reader != NULL;
    if (read)
        insights_counts_seek(reader, hash);
    while (read && !done && count.hash <= hash) {
        read = insights_counts_next(reader, &count, &done, error);
        if (read && !done && count.hash == hash && bytes_equal(count.key, key))
            add(sums, count.minute, count.count);
    }
    insights_counts_close(reader);
    return read;
}

/* Files may go while they are read, because a merge has finished: then all begins again. */
bool insights_sum(struct insights *insights, struct bytes key, int64_t first_minute, int64_t period_minutes,
    double *values, size_t count, struct error *error) {
    uint64_t hash = insights_key_hash(key);
    struct sums sums = {values, count, first_minute, period_minutes};
    for (unsigned attempt = 0;; attempt++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct insights_file *files = NULL;
        size_t file_count = 0, i = 0;
        for (size_t k = 0; k < count; k++)
            values[k] = 0;
        add_memory(insights, key, hash, &sums, &arena, &files, &file_count);
        while (i < file_count && add_file(insights, &files[i], key, hash, &sums, error))
            i++;
        if (i == file_count)
            return true;
        if (error->kind != ERROR_NOT_FOUND || attempt == ATTEMPTS)
            return error_context(error, "read counts of insights");
    }
}

static int64_t kept_ms(int64_t period_s) {
    int64_t days = period_s == 60 ? 15 : period_s == 300 ? 63 : INSIGHTS_KEPT_DAYS;
    return days * MS_PER_DAY;
}

static int64_t floor_to(int64_t ms, int64_t period_ms) {
    int64_t rest = ms % period_ms;
    return ms - (rest < 0 ? rest + period_ms : rest);
}

static void collect(
    const struct insights_query *query, const struct sums *sums, struct insights_values *values) {
    for (size_t i = 0; i < sums->count; i++) {
        struct moment time = {(sums->first_minute + (int64_t)i * sums->period_minutes) * MS_PER_MINUTE};
        if (sums->values[i] == 0 && !query->fill_zeros)
            continue;
        if (values->count == query->count_max) {
            values->next = time;
            return;
        }
        values->times[values->count] = time;
        values->values[values->count++] = sums->values[i];
    }
}

bool insights_query(struct insights *insights, const struct insights_query *query, struct arena *arena,
    struct insights_values *ret_values, struct error *error) {
    int64_t period_ms = query->period_s * MS_PER_SECOND;
    if (query->period_s != 60 && query->period_s != 300 && query->period_s != 3600)
        return error_set(error, ERROR_INVALID, "the period must be 60, 300 or 3600 seconds");
    int64_t oldest = query->now.ms - kept_ms(query->period_s), latest = query->now.ms;
    int64_t from = floor_to(query->from.ms > oldest ? query->from.ms : oldest, period_ms);
    int64_t to = query->to.ms < latest ? query->to.ms : latest;
    struct sums sums = {.first_minute = from / MS_PER_MINUTE, .period_minutes = query->period_s / 60};
    struct insights_values values = {.next = MOMENT_NONE};
    sums.count = to > from ? (size_t)((to - from + period_ms - 1) / period_ms) : 0;
    sums.values = ARENA_ARRAY(arena, sums.count, double);
    values.times = ARENA_ARRAY(arena, sums.count, struct moment);
    values.values = ARENA_ARRAY(arena, sums.count, double);
    uint8_t key[INSIGHTS_KEY_SIZE_MAX];
    struct bytes bytes = bytes_of(key, insights_key_write(key, &query->series));
    if (!insights_sum(
            insights, bytes, sums.first_minute, sums.period_minutes, sums.values, sums.count, error))
        return false;
    collect(query, &sums, &values);
    *ret_values = values;
    return true;
}
