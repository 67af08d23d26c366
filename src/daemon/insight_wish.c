/* SPDX-License-Identifier: Apache-2.0 */
#include "insight_wish.h"

#include "base/mem.h"
#include "catalog/trails.h"
#include "event/selector.h"

enum { DATA_INSIGHTS = 12 }; /* both bits of catalog_insight() for data events */

/* A trail that logs and asks for insights. */
struct wish {
    struct catalog_trail trail;
    struct event_selectors *selectors;
};

struct insight_wishes {
    struct catalog *catalog;
    uint64_t generation; /* of the trails that the rest was read from; 0: none yet */
    struct arena arena;
    struct wish *items;
    size_t count;
    bool has_data;
};

static void clear(struct insight_wishes *wishes) {
    for (size_t i = 0; i < wishes->count; i++)
        event_selectors_destroy(wishes->items[i].selectors);
    wishes->count = 0;
    wishes->has_data = false;
    arena_clear(&wishes->arena);
}

struct insight_wishes *daemon_insight_wishes_create(struct catalog *catalog) {
    struct insight_wishes *wishes = MEM_NEW(struct insight_wishes);
    *wishes = (struct insight_wishes){.catalog = catalog, .arena = ARENA_INIT};
    return wishes;
}

void daemon_insight_wishes_destroy(struct insight_wishes *wishes) {
    if (wishes == NULL)
        return;
    clear(wishes);
    arena_finish(&wishes->arena);
    mem_free(wishes);
}

static void add(struct insight_wishes *wishes, const struct catalog_trail *trail) {
    struct error error = {0};
    struct event_selectors *selectors =
        event_selectors_read(trail->event_selectors, trail->event_selectors_are_advanced, &error);
    if (selectors == NULL) /* delivery tells of it */
        return;
    wishes->items[wishes->count++] = (struct wish){*trail, selectors};
    wishes->has_data = wishes->has_data || (trail->insights & DATA_INSIGHTS) != 0;
}

/* The generation is read first: a change meanwhile is seen by the next question. */
static void refresh(struct insight_wishes *wishes) {
    uint64_t generation = catalog_trails_generation(wishes->catalog);
    if (generation == wishes->generation)
        return;
    struct catalog_trail *trails = NULL;
    size_t count = 0;
    clear(wishes);
    catalog_trail_list(wishes->catalog, STR_EMPTY, STR_EMPTY, &wishes->arena, &trails, &count);
    wishes->items = ARENA_ARRAY(&wishes->arena, count, struct wish);
    for (size_t i = 0; i < count; i++)
        if (trails[i].is_logging && trails[i].insights != 0)
            add(wishes, &trails[i]);
    wishes->generation = generation;
}

static bool is_of_place(const struct catalog_trail *trail, struct str account, struct str region) {
    return str_equals(trail->account, account) &&
           (trail->is_multi_region || str_equals(trail->home_region, region));
}

size_t daemon_insight_wishes_trails(struct insight_wishes *wishes, const struct event_facets *facets,
    struct str *ret_arns, size_t count_max) {
    size_t count = 0;
    refresh(wishes);
    for (size_t i = 0; wishes->has_data && i < wishes->count && count < count_max; i++) {
        const struct wish *wish = &wishes->items[i];
        if ((wish->trail.insights & DATA_INSIGHTS) != 0 &&
            is_of_place(&wish->trail, facets->account, facets->region) &&
            event_selectors_match(wish->selectors, facets))
            ret_arns[count++] = wish->trail.arn;
    }
    return count;
}

/* Does the trail log what the series counts: writes for the call rate, else anything? */
static bool logs_series(const struct wish *wish, const struct insights_series *series) {
    struct event_facets facets = {.category = EVENT_MANAGEMENT,
        .category_text = STR_LITERAL("Management"),
        .source = series->event_source,
        .name = series->event_name,
        .read_only = EVENT_FALSE};
    if (event_selectors_match(wish->selectors, &facets))
        return true;
    facets.read_only = EVENT_TRUE;
    return series->type == INSIGHTS_ERROR_RATE && event_selectors_match(wish->selectors, &facets);
}

bool daemon_insight_wishes_want(struct insight_wishes *wishes, const struct insights_series *series) {
    unsigned bit = catalog_insight(series->type == INSIGHTS_ERROR_RATE, series->is_data);
    refresh(wishes);
    for (size_t i = 0; i < wishes->count; i++) {
        const struct wish *wish = &wishes->items[i];
        bool asks =
            (wish->trail.insights & bit) != 0 && is_of_place(&wish->trail, series->account, series->region);
        if (asks &&
            (series->is_data ? str_equals(wish->trail.arn, series->trail_arn) : logs_series(wish, series)))
            return true;
    }
    return false;
}
