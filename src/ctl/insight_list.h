/* SPDX-License-Identifier: Apache-2.0 */
/* insight_list: what a replay finds, as people read it: one row for both records of an insight. Private to
 * ctl. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "codec/json.h"

struct ctl_insight {
    struct str shared_id;
    struct str start, end; /* eventTime of the two records; an end that is empty: it goes on */
    struct str account, region, source, name, type, error_code, identity;
    double usual, rate;
    int64_t minutes;
};

/* All texts live in the arena. */
struct ctl_insight_list {
    struct arena arena;
    struct json_parser *parser;
    struct ctl_insight *items; /* in the order in which they started */
    size_t count, capacity;
};
void ctl_insight_list_init(struct ctl_insight_list *list);
void ctl_insight_list_finish(struct ctl_insight_list *list);

/* A Start record begins a row, its End record completes it. */
NODISCARD bool ctl_insight_list_add(struct ctl_insight_list *list, struct str record, struct error *error);
void ctl_insight_list_print(const struct ctl_insight_list *list);
