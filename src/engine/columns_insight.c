/* SPDX-License-Identifier: Apache-2.0 */
/*
 * columns_insight: Insights events stand in log files with all they say in `insightDetails`, but AWS's schema
 * of a store of insights has columns for it. A store gets the records that trails get, so the columns are
 * filled from there. A member of its own, where a record has one, counts more.
 */
#include "columns_insight.h"

#include "base/check.h"

#include <stdio.h>

enum { PATH_SIZE = 64, DEPTH_MAX = 3 };

static const struct {
    const char *path; /* in insightDetails */
    const char *column, *part;
} places[] = {
    {"/state", "insightstate", NULL},
    {"/eventSource", "insighteventsource", NULL},
    {"/eventName", "insighteventname", NULL},
    {"/errorCode", "insighterrorcode", NULL},
    {"/insightType", "insighttype", NULL},
    {"/insightSource", "insightsource", NULL},
    {"/insightContext/statistics/baseline/average", "insightcontext", "baselineaverage"},
    {"/insightContext/statistics/insight/average", "insightcontext", "insightaverage"},
    {"/insightContext/statistics/baselineDuration", "insightcontext", "baselineduration"},
    {"/insightContext/statistics/insightDuration", "insightcontext", "insightduration"},
    {"/insightContext/attributions", "insightcontext", "attributions"},
};
enum { PLACE_COUNT = sizeof places / sizeof *places };

/* The value that comes, into a column or a part of one, unless something is there. */
static void take(
    struct engine_columns *columns, struct json_walk *walk, size_t place, struct engine_cell *cells) {
    size_t column = engine_columns_find(columns, places[place].column);
    if (places[place].part != NULL) {
        cells[column].state = ENGINE_CELL_VALUE;
        const char *part = places[place].part;
        for (column++; !str_is(str_from(part), columns->rows[column].name);
             column = columns->rows[column].end)
            ASSERT(column < ENGINE_COLUMN_COUNT);
    }
    if (cells[column].state == ENGINE_CELL_ABSENT)
        engine_columns_take(columns, walk, column, &cells[column]);
    else
        json_walk_value(walk);
}

static void take_members(struct engine_columns *columns, struct json_walk *walk, const char *path,
    unsigned depth, struct engine_cell *cells) {
    struct str key;
    json_walk_enter(walk, '{');
    while (json_walk_member(walk, &key)) {
        char member[PATH_SIZE];
        (void)snprintf(
            member, sizeof member, "%s/%.*s", path, key.size < PATH_SIZE ? (int)key.size : 0, key.data);
        size_t place = 0;
        while (place < PLACE_COUNT && !str_is(str_from(places[place].path), member))
            place++;
        if (place < PLACE_COUNT)
            take(columns, walk, place, cells);
        else if (json_walk_kind(walk) == JSON_OBJECT && depth < DEPTH_MAX)
            take_members(columns, walk, member, depth + 1, cells);
        else
            json_walk_value(walk);
    }
}

void engine_columns_take_insight(
    struct engine_columns *columns, struct str record, struct engine_cell cells[ENGINE_COLUMN_COUNT]) {
    struct json_walk walk = JSON_WALK(record);
    struct str key;
    json_walk_enter(&walk, '{');
    while (json_walk_member(&walk, &key)) {
        if (str_is(key, "insightDetails") && json_walk_kind(&walk) == JSON_OBJECT)
            take_members(columns, &walk, "", 0, cells);
        else
            json_walk_value(&walk);
    }
}
