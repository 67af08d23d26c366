/* SPDX-License-Identifier: Apache-2.0 */
/*
 * insight_wish: which insights the trails and the event data stores ask for, remembered until one changes.
 *
 * Threads: one owner, that of the reader of insights.
 */
#pragma once

#include "event/event.h"
#include "insights/insights.h"

struct catalog;
struct insight_wishes;

struct insight_wishes *daemon_insight_wishes_create(struct catalog *catalog); /* borrowed */
void daemon_insight_wishes_destroy(struct insight_wishes *wishes);            /* NULL is fine */

/* As the callbacks of struct insights_options. */
size_t daemon_insight_wishes_trails(
    struct insight_wishes *wishes, const struct event_facets *facets, struct str *ret_arns, size_t count_max);
bool daemon_insight_wishes_want(struct insight_wishes *wishes, const struct insights_series *series);
