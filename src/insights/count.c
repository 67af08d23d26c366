/* SPDX-License-Identifier: Apache-2.0 */
/* count: each call once, in the minute of its event: open until that minute is judged, then unsaved until it
 * is on disk. What comes later is unsaved at once. */
#include "base/check.h"
#include "base/own.h"

#include "private.h"

static uint32_t new_open(struct insights *insights) {
    uint32_t at = insights->open_free;
    if (at != INSIGHTS_NONE) {
        insights->open_free = insights->open[at].next;
        return at;
    }
    if (insights->open_count == insights->open_capacity) {
        insights->open_capacity = insights->open_capacity * 3 / 2 + 1024;
        insights->open = mem_resize_array(insights->open, insights->open_capacity, sizeof *insights->open);
    }
    return insights->open_count++;
}

void insights_count_add_open(struct insights *insights, uint32_t number, uint32_t minute, uint32_t count) {
    uint32_t at = new_open(insights);
    struct insights_slot *slot = insights_slot_at(insights, number);
    insights->open[at] = (struct insights_tally){minute, count, slot->open, number};
    slot->open = at;
}

static struct insights_tally *find_open(const struct insights *insights, uint32_t number, uint32_t minute) {
    for (uint32_t at = insights_slot_at(insights, number)->open; at != INSIGHTS_NONE;
         at = insights->open[at].next)
        if (insights->open[at].minute == minute)
            return &insights->open[at];
    return NULL;
}

static uint32_t count_open(struct insights *insights, uint32_t number, uint32_t minute) {
    struct insights_tally *tally = find_open(insights, number, minute);
    if (tally != NULL)
        return ++tally->count;
    insights_table_touch(insights, number);
    insights_count_add_open(insights, number, minute, 1);
    return 1;
}

uint32_t insights_count_so_far(const struct insights *insights, uint32_t number, uint32_t minute) {
    const struct insights_tally *tally = find_open(insights, number, minute);
    return tally != NULL ? tally->count : 0;
}

/* True where it is the first of its minute. */
static bool count_unsaved(struct insights *insights, uint32_t number, uint32_t minute, uint32_t count) {
    struct insights_slot *slot = insights_slot_at(insights, number);
    if (slot->unsaved != INSIGHTS_NONE && insights->unsaved[slot->unsaved].minute == minute) {
        insights->unsaved[slot->unsaved].count += count;
        return false;
    }
    if (insights->unsaved_count == insights->unsaved_capacity) {
        insights->unsaved_capacity = insights->unsaved_capacity * 3 / 2 + 1024;
        insights->unsaved =
            mem_resize_array(insights->unsaved, insights->unsaved_capacity, sizeof *insights->unsaved);
    }
    uint32_t at = insights->unsaved_count++;
    insights->unsaved[at] = (struct insights_tally){minute, count, slot->unsaved, number};
    slot->unsaved = at;
    return true;
}

static void count_late(struct insights *insights, uint32_t number, int64_t minute) {
    struct insights_slot *slot = insights_slot_at(insights, number);
    if (minute < 0 || minute < insights->judged - INSIGHTS_KEPT_DAYS * 1440)
        return;
    if (slot->heard_minute != (uint32_t)insights->judged)
        insights_table_touch(insights, number);
    slot->late_at = (uint32_t)insights->judged;
    if (count_unsaved(insights, number, (uint32_t)minute, 1) && ++slot->late_minutes == INSIGHTS_LATE_MINUTES)
        insights->late_count++;
}

uint32_t insights_count(struct insights *insights, uint32_t number, int64_t minute, const uint32_t *values) {
    if (minute < insights->judged || minute >= insights->judged + INSIGHTS_AHEAD_MINUTES_MAX) {
        count_late(insights, number, minute);
        return 0;
    }
    insights_recent_add(insights, insights_slot_at(insights, number), (uint32_t)minute, values);
    return count_open(insights, number, (uint32_t)minute);
}

uint32_t insights_count_take(struct insights *insights, uint32_t number, uint32_t minute) {
    uint32_t *link = &insights_slot_at(insights, number)->open;
    while (*link != INSIGHTS_NONE && insights->open[*link].minute != minute)
        link = &insights->open[*link].next;
    if (*link == INSIGHTS_NONE)
        return 0;
    uint32_t at = *link, count = insights->open[at].count;
    *link = insights->open[at].next;
    insights->open[at].next = insights->open_free;
    insights->open_free = at;
    (void)count_unsaved(insights, number, minute, count);
    return count;
}

void insights_count_finish(struct insights *insights) {
    mem_free(insights->open);
    mem_free(insights->unsaved);
}
