/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules: does a store take an event? Its version at the event's position says so. Insights go to a store only
 * where a store that has it for their destination asks for them, and events of channels only where the
 * channel names it.
 */
#include "base/own.h"
#include "catalog/channels.h"
#include "catalog/stores.h"
#include "event/event.h"
#include "event/insight.h"
#include "event/selector.h"

#include "store.h"

#include <string.h>

struct version {
    uint64_t from_position;
    bool is_taking, is_multi_region, takes_large_events;
    struct event_selectors *selectors;
};

struct lake_rules {
    struct version *versions; /* oldest first */
    size_t count;
};

void lake_rules_destroy(struct lake_rules *rules) {
    if (rules == NULL)
        return;
    for (size_t i = 0; i < rules->count; i++)
        event_selectors_destroy(rules->versions[i].selectors);
    mem_free(rules->versions);
    mem_free(rules);
}

static void destroy_rules(struct lake_rules **rules) {
    lake_rules_destroy(*rules);
}

struct lake_rules *lake_rules_read(struct catalog *catalog, uint64_t store_id, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    SCOPED(destroy_rules) struct lake_rules *rules = MEM_NEW(struct lake_rules);
    struct catalog_store_version *versions = NULL;
    size_t count = 0;
    if (!catalog_store_version_list(catalog, store_id, &arena, &versions, &count, error))
        return NULL;
    rules->versions = mem_alloc_array(count + 1, sizeof *rules->versions);
    for (size_t i = 0; i < count; i++) {
        struct version *version = &rules->versions[rules->count++];
        *version = (struct version){versions[i].from_position, versions[i].is_taking,
            versions[i].is_multi_region, versions[i].takes_large_events, NULL};
        version->selectors = event_selectors_read_store(versions[i].event_selectors, error);
        if (version->selectors == NULL)
            return NULL;
    }
    return TAKE(rules);
}

static const struct version *version_at(const struct lake_rules *rules, uint64_t position) {
    for (size_t i = rules->count; i > 0; i--) {
        if (rules->versions[i - 1].from_position <= position)
            return &rules->versions[i - 1];
    }
    return NULL;
}

/* Does another store, with this one as its destination, ask for that insight? */
static bool is_insight_asked_for(const struct lake_store *store, const struct event_envelope *envelope) {
    const struct lake *lake = store->lake;
    struct event_insight insight = {0};
    struct error error = {0};
    if (!event_insight_parse(lake->parser, envelope->record, &insight, &error) || insight.is_data)
        return false;
    for (size_t i = 0; i < lake->source_count; i++) {
        const struct catalog_store *source = &lake->sources[i];
        if (str_equals(source->insights_store_arn, store->settings.arn) &&
            (source->insights & catalog_insight(insight.is_error_rate, false)) != 0 &&
            (source->is_multi_region || str_equals(source->region, envelope->facets.region)))
            return true;
    }
    return false;
}

/* Is `word` among the words with spaces between? */
static bool has_word(struct str words, struct str word) {
    struct str rest = words;
    while (rest.size > 0) {
        if (str_equals(str_cut(&rest, ' '), word))
            return true;
    }
    return false;
}

static bool does_channel_name(const struct lake_store *store, uint64_t position,
    const struct event_envelope *envelope, bool *ret_does, struct error *error) {
    struct lake *lake = store->lake;
    struct json_value root = JSON_MISSING;
    struct error ignored = {0};
    struct str destinations = STR_EMPTY;
    *ret_does = false;
    if (!json_parse(lake->parser, envelope->record, &root, &ignored))
        return true; /* nothing that a channel sent */
    struct str channel = json_text(json_get(json_get(root, "metadata"), "channelARN"));
    if (!catalog_channel_destinations(
            lake->options.catalog, channel, position, &lake->arena, &destinations, error))
        return false;
    *ret_does = has_word(destinations, store->settings.arn);
    return true;
}

bool lake_rules_take(const struct lake_store *store, uint64_t position, const struct event_envelope *envelope,
    bool *ret_takes, struct error *error) {
    const struct event_facets *facets = &envelope->facets;
    const struct version *version = version_at(store->rules, position);
    *ret_takes = false;
    if (version == NULL || !version->is_taking || !str_equals(facets->account, store->settings.account) ||
        (envelope->record.size > EVENT_SIZE_MAX && !version->takes_large_events) ||
        !event_selectors_match(version->selectors, facets))
        return true;
    if (facets->category == EVENT_INSIGHT) {
        *ret_takes = is_insight_asked_for(store, envelope);
        return true;
    }
    if (str_is(facets->category_text, "ActivityAuditLog"))
        return does_channel_name(store, position, envelope, ret_takes, error);
    *ret_takes = version->is_multi_region || str_equals(facets->region, store->settings.region);
    return true;
}
