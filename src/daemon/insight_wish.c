/* SPDX-License-Identifier: Apache-2.0 */
#include "insight_wish.h"

#include "base/mem.h"
#include "catalog/stores.h"
#include "catalog/trails.h"
#include "event/selector.h"

enum { DATA_INSIGHTS = 12 }; /* both bits of catalog_insight() for data events */

/* A trail that logs and asks for insights, or a store that takes events and does; texts are the arena's. */
struct wish {
    struct str account, region, trail_arn; /* no ARN: a store's */
    bool is_multi_region;
    unsigned insights;
    struct event_selectors *selectors;
};

struct insight_wishes {
    struct catalog *catalog;
    uint64_t trails_generation, stores_generation; /* that the rest was read from; 0: none yet */
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

/* Selectors that cannot be read ask for nothing: delivery, or the lake, tells of them. */
static void add(struct insight_wishes *wishes, struct wish wish) {
    if (wish.selectors == NULL)
        return;
    wishes->items[wishes->count++] = wish;
    wishes->has_data = wishes->has_data || (wish.insights & DATA_INSIGHTS) != 0;
}

static void add_trail(struct insight_wishes *wishes, const struct catalog_trail *trail) {
    struct error error = {0};
    if (!trail->is_logging || trail->insights == 0)
        return;
    add(wishes, (struct wish){.account = trail->account,
                    .region = trail->home_region,
                    .trail_arn = trail->arn,
                    .is_multi_region = trail->is_multi_region,
                    .insights = trail->insights,
                    .selectors = event_selectors_read(
                        trail->event_selectors, trail->event_selectors_are_advanced, &error)});
}

/* Stores ask for insights of management events only. */
static void add_store(struct insight_wishes *wishes, const struct catalog_store *store) {
    struct error error = {0};
    unsigned insights = store->insights & ~(unsigned)DATA_INSIGHTS;
    if (store->status != CATALOG_STORE_ENABLED || insights == 0)
        return;
    add(wishes, (struct wish){.account = store->account,
                    .region = store->region,
                    .is_multi_region = store->is_multi_region,
                    .insights = insights,
                    .selectors = event_selectors_read_store(store->event_selectors, &error)});
}

/* The generations are read first: a change meanwhile is seen by the next question. */
static void refresh(struct insight_wishes *wishes) {
    uint64_t trails_generation = catalog_trails_generation(wishes->catalog);
    uint64_t stores_generation = catalog_stores_generation(wishes->catalog);
    if (trails_generation == wishes->trails_generation && stores_generation == wishes->stores_generation)
        return;
    struct catalog_trail *trails = NULL;
    struct catalog_store *stores = NULL;
    size_t trail_count = 0, store_count = 0;
    clear(wishes);
    catalog_trail_list(wishes->catalog, STR_EMPTY, STR_EMPTY, &wishes->arena, &trails, &trail_count);
    catalog_store_list(wishes->catalog, STR_EMPTY, STR_EMPTY, &wishes->arena, &stores, &store_count);
    wishes->items = ARENA_ARRAY(&wishes->arena, trail_count + store_count, struct wish);
    for (size_t i = 0; i < trail_count; i++)
        add_trail(wishes, &trails[i]);
    for (size_t i = 0; i < store_count; i++)
        add_store(wishes, &stores[i]);
    wishes->trails_generation = trails_generation;
    wishes->stores_generation = stores_generation;
}

static bool is_of_place(const struct wish *wish, struct str account, struct str region) {
    return str_equals(wish->account, account) && (wish->is_multi_region || str_equals(wish->region, region));
}

size_t daemon_insight_wishes_trails(struct insight_wishes *wishes, const struct event_facets *facets,
    struct str *ret_arns, size_t count_max) {
    size_t count = 0;
    refresh(wishes);
    for (size_t i = 0; wishes->has_data && i < wishes->count && count < count_max; i++) {
        const struct wish *wish = &wishes->items[i];
        if ((wish->insights & DATA_INSIGHTS) != 0 && is_of_place(wish, facets->account, facets->region) &&
            event_selectors_match(wish->selectors, facets))
            ret_arns[count++] = wish->trail_arn;
    }
    return count;
}

/* Does the trail log, the store take, what the series counts: writes for the call rate, else anything? */
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
        bool asks = (wish->insights & bit) != 0 && is_of_place(wish, series->account, series->region);
        if (asks &&
            (series->is_data ? str_equals(wish->trail_arn, series->trail_arn) : logs_series(wish, series)))
            return true;
    }
    return false;
}
