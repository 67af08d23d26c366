/* SPDX-License-Identifier: Apache-2.0 */
/*
 * insights: the reader. Invariants:
 * 1. What a snapshot and the files that its manifest names hold is what the events up to its position say,
 * each counted once.
 * 2. Before an event is counted every minute is judged that had ended `grace_ms` before it arrived. So what
 *    a model is fed, and with it every insight, follows from the journal alone.
 *    An event of its own can say that its minute is a rise already; drops, and what is learned, wait.
 * 3. A record is forgotten only when somebody took it, or when a snapshot has it.
 */
#include "base/check.h"
#include "base/own.h"
#include "sys/disk.h"

#include "private.h"

#include <stdio.h>
#include <string.h>

enum {
    CELLS_A_SERIES = 16,
    DATA_TRAILS_MAX = 16,
    SNAPSHOT_AFTER_MS = 120000,
    SNAPSHOT_BYTES_A_MS = 1000, /* on the long run */
    FILES_PENDING_MAX = 1024,
};

static void insights_closep(struct insights **insights) {
    insights_close(*insights);
}

/* ---- opening ---- */

static void set_defaults(struct insights *insights) {
    struct insights_options *options = &insights->options;
    if (options->series_max == 0)
        options->series_max = INSIGHTS_SERIES_MAX;
    if (options->unsaved_max == 0)
        options->unsaved_max = INSIGHTS_UNSAVED_MAX;
    if (options->grace_ms == 0)
        options->grace_ms = INSIGHTS_GRACE_MS;
    insights->model_options.warm_minutes = options->warm_ms / MS_PER_MINUTE;
    uint64_t cells = options->series_max * CELLS_A_SERIES;
    insights->cell_capacity = cells < INSIGHTS_CELLS_MAX ? (uint32_t)cells : INSIGHTS_CELLS_MAX;
}

struct insights *insights_open(
    struct disk *disk, const struct insights_options *options, struct error *error) {
    ASSERT(options->series_max < INSIGHTS_NONE / 4);
    SCOPED(insights_closep) struct insights *insights = MEM_NEW(struct insights);
    *insights = (struct insights){.disk = disk,
        .options = *options,
        .judged = INT64_MIN,
        .unwatched_until = INT64_MIN,
        .arena = ARENA_INIT,
        .free_slot = INSIGHTS_NONE,
        .newest = INSIGHTS_NONE,
        .oldest = INSIGHTS_NONE,
        .open_free = INSIGHTS_NONE,
        .cell_next = 1,
        .snapshot_judged = INT64_MIN,
        .snapshot_at = MOMENT_NONE,
        .stats.judged_until = MOMENT_NONE};
    mutex_init(&insights->mutex);
    set_defaults(insights);
    insights->cells = mem_alloc_array(insights->cell_capacity, sizeof *insights->cells);
    insights_values_init(&insights->values);
    insights_files_init(&insights->files, disk, &insights->mutex, options);
    if (disk != NULL && !insights_snapshot_load(insights, error)) {
        error_context(error, "open the counts of insights");
        return NULL;
    }
    insights->stats.position = insights->position;
    return TAKE(insights);
}

void insights_close(struct insights *insights) {
    if (insights == NULL)
        return;
    for (uint32_t i = 0; i < insights->pending_count; i++)
        mem_free(insights->pending[i]);
    mem_free(insights->pending);
    insights_files_finish(&insights->files);
    insights_table_finish(insights);
    insights_count_finish(insights);
    insights_values_finish(&insights->values);
    mem_free(insights->cells);
    arena_finish(&insights->arena);
    mutex_finish(&insights->mutex);
    mem_free(insights);
}

uint64_t insights_position(const struct insights *insights) {
    return insights->position;
}

/* ---- counting ---- */

static bool check_broken(const struct insights *insights, struct error *error) {
    return !insights->broken ||
           error_set(error, ERROR_UNAVAILABLE, "insights failed to write before and must be opened again");
}

/* arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION without the session, as CloudTrail Insights cuts it. */
static struct str without_session(struct str arn) {
    static const struct str role = {":assumed-role/", 14};
    if (!str_starts_with(arn, STR_LITERAL("arn:")))
        return arn;
    size_t at = str_find(arn, role);
    if (at == SIZE_MAX)
        return arn;
    size_t name = at + role.size, slash = str_find_char(str_slice(arn, name, arn.size), '/');
    return slash == SIZE_MAX ? arn : str_slice(arn, 0, name + slash);
}

static void intern_values(
    struct insights *insights, const struct event_facets *facets, uint32_t ret_values[INSIGHTS_ATTRIBUTES]) {
    struct str who = facets->user_arn.size > 0 ? without_session(facets->user_arn) : facets->username;
    MUTEX_SCOPE(&insights->mutex);
    ret_values[INSIGHTS_IDENTITY] = insights_values_intern(&insights->values, who);
    ret_values[INSIGHTS_AGENT] = insights_values_intern(&insights->values, facets->user_agent);
    ret_values[INSIGHTS_ERROR] = insights_values_intern(&insights->values, facets->error_code);
}

struct counted {
    const struct event_facets *facets;
    int64_t minute, arrival_minute;
    uint32_t values[INSIGHTS_ATTRIBUTES];
};

static bool count_series(struct insights *insights, const struct insights_series *series,
    const struct counted *counted, struct error *error) {
    uint8_t key[INSIGHTS_KEY_SIZE_MAX];
    struct bytes bytes = bytes_of(key, insights_key_write(key, series));
    uint64_t hash = insights_key_hash(bytes);
    bool is_known = insights_table_find(insights, bytes, hash) != INSIGHTS_NONE;
    if (!is_known && insights_table_wants_flush(insights) && !insights_flush(insights, error))
        return false;
    mutex_lock(&insights->mutex);
    uint32_t slot = insights_table_intern(insights, bytes, hash), count = 0;
    if (slot != INSIGHTS_NONE)
        count = insights_count(insights, slot, counted->minute, counted->values);
    mutex_unlock(&insights->mutex);
    if (count > 0 && counted->minute <= counted->arrival_minute)
        insights_judge_early(insights, slot, counted->minute, count);
    return true;
}

/* As a call and, where it failed, as an error. */
static bool count_for(
    struct insights *insights, struct str trail_arn, const struct counted *counted, struct error *error) {
    const struct event_facets *facets = counted->facets;
    struct insights_series series = {.type = INSIGHTS_CALL_RATE,
        .is_data = trail_arn.size > 0,
        .account = facets->account,
        .region = facets->region,
        .event_source = facets->source,
        .event_name = facets->name,
        .trail_arn = trail_arn};
    if ((series.is_data || facets->read_only != EVENT_TRUE) &&
        !count_series(insights, &series, counted, error))
        return false;
    if (facets->error_code.size == 0)
        return true;
    series.type = INSIGHTS_ERROR_RATE;
    series.error_code = facets->error_code;
    return count_series(insights, &series, counted, error);
}

static bool count_event(struct insights *insights, const struct event_facets *facets,
    struct moment arrived_at, struct error *error) {
    struct str trails[DATA_TRAILS_MAX] = {STR_EMPTY};
    size_t trail_count = 1; /* of management events: none, once */
    if (event_is_reserved(facets))
        return true;
    if (facets->category == EVENT_DATA)
        trail_count = insights->options.data_trails == NULL ? 0
                                                            : insights->options.data_trails(facets, trails,
                                                                  DATA_TRAILS_MAX, insights->options.context);
    else if (facets->category != EVENT_MANAGEMENT ||
             (facets->read_only == EVENT_TRUE && facets->error_code.size == 0))
        return true;
    if (trail_count == 0)
        return true;
    struct counted counted = {.facets = facets,
        .minute = insights_minute_of(facets->time),
        .arrival_minute = insights_minute_of(arrived_at)};
    intern_values(insights, facets, counted.values);
    for (size_t i = 0; i < trail_count; i++)
        if (!count_for(insights, trails[i], &counted, error))
            return false;
    MUTEX_SCOPE(&insights->mutex);
    insights->stats.events_counted++;
    insights->stats.events_late += counted.minute < insights->judged ? 1 : 0;
    return true;
}

/* Judge what had ended a while before `now`, be it by an arrival or by the clock. */
static bool judge_at(struct insights *insights, struct moment now, struct error *error) {
    struct moment started_at = insights->options.started_at;
    bool has_started = started_at.ms > 0 && now.ms >= started_at.ms;
    insights->unwatched_until = has_started ? insights_minute_of(started_at) + 1 : INT64_MIN;
    struct moment until = {now.ms - insights->options.grace_ms};
    return insights_judge_until(insights, insights_minute_of(until), error);
}

static bool apply(struct insights *insights, struct bytes payload, struct error *error) {
    struct event_envelope envelope;
    if (!event_envelope_parse_head(payload, &envelope, error))
        return false;
    if (envelope.kind != EVENT_KIND_EVENT)
        return true;
    arena_clear(&insights->arena);
    if (!event_envelope_parse(&insights->arena, payload, &envelope, error))
        return false;
    struct moment arrived_at = envelope.arrived_at.ms > 0 ? envelope.arrived_at : envelope.facets.time;
    if (!judge_at(insights, arrived_at, error) || !count_event(insights, &envelope.facets, arrived_at, error))
        return false;
    return insights->unsaved_count < insights->options.unsaved_max || insights_flush(insights, error);
}

bool insights_apply(struct insights *insights, uint64_t position, struct bytes payload, struct error *error) {
    if (!check_broken(insights, error))
        return false;
    if (position <= insights->position)
        return error_set(error, ERROR_CONFLICT, "event %ju is counted already", (uintmax_t)position);
    insights->broken = !apply(insights, payload, error);
    if (insights->broken)
        return error_context(error, "count event %ju", (uintmax_t)position);
    MUTEX_SCOPE(&insights->mutex);
    insights->position = insights->stats.position = position;
    return true;
}

bool insights_advance(struct insights *insights, struct moment now, struct error *error) {
    if (!check_broken(insights, error))
        return false;
    if (insights->pending_count > 0)
        insights_offer_pending(insights);
    insights->broken = !judge_at(insights, now, error);
    return !insights->broken;
}

/* ---- housekeeping ---- */

static bool is_due(struct insights *insights, struct moment now, bool force) {
    bool is_changed = insights->position != insights->snapshot_position ||
                      insights->judged != insights->snapshot_judged || insights->snapshot == 0;
    if (insights->snapshot_at.ms == MOMENT_NONE.ms)
        insights->snapshot_at = now;
    int64_t wait_ms = (int64_t)(insights->snapshot_bytes / SNAPSHOT_BYTES_A_MS);
    if (wait_ms < SNAPSHOT_AFTER_MS)
        wait_ms = SNAPSHOT_AFTER_MS;
    return is_changed && (force || insights->wants_snapshot || now.ms - insights->snapshot_at.ms >= wait_ms ||
                             insights_files_pending(&insights->files) >= FILES_PENDING_MAX);
}

static bool maintain(
    struct insights *insights, struct moment now, bool force, bool *ret_has_more, struct error *error) {
    if (is_due(insights, now, force)) {
        if (!insights_snapshot_save(insights, error))
            return error_context(error, "save a snapshot of insights");
        insights->snapshot_at = now;
        insights->wants_snapshot = false;
    }
    return insights_files_maintain(&insights->files, now, ret_has_more, error) ||
           error_context(error, "merge counts of insights");
}

bool insights_maintain(
    struct insights *insights, struct moment now, bool force, bool *ret_has_more, struct error *error) {
    bool has_more = false;
    if (!check_broken(insights, error))
        return false;
    if (insights->disk != NULL && !maintain(insights, now, force, &has_more, error)) {
        insights->broken = true;
        return false;
    }
    *ret_has_more = has_more;
    return true;
}

struct insights_stats insights_stats(struct insights *insights) {
    MUTEX_SCOPE(&insights->mutex);
    struct insights_stats stats = insights->stats;
    stats.memory_bytes = insights_table_bytes(insights) + insights_values_bytes(&insights->values) +
                         (uint64_t)insights->cell_capacity * sizeof *insights->cells +
                         (uint64_t)insights->open_capacity * sizeof *insights->open +
                         (uint64_t)insights->unsaved_capacity * sizeof *insights->unsaved +
                         (uint64_t)insights->book_count * sizeof(struct insights_book);
    stats.disk_bytes = insights_files_bytes(&insights->files) + insights->snapshot_bytes;
    return stats;
}
