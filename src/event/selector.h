/* SPDX-License-Identifier: Apache-2.0 */
/*
 * selector: event selectors, basic and advanced: a question to facets.
 *
 * Threads: values; any.
 */
#pragma once

#include "event/event.h"

/* Parsed from AWS's JSON (as PutEventSelectors sends it) with every rule and limit of
 * the API; ERROR_INVALID carries AWS's message, to be answered as InvalidEventSelectorsException.
 * _store() is for event data stores, which know more fields and categories than trails. */
struct event_selectors;
NODISCARD struct event_selectors *event_selectors_parse_basic(struct json_value list, struct error *error);
NODISCARD struct event_selectors *event_selectors_parse_advanced(struct json_value list, struct error *error);
NODISCARD struct event_selectors *event_selectors_parse_store(struct json_value list, struct error *error);
struct event_selectors *event_selectors_default(void); /* a new trail's: all management events */
/* From the catalog's text: empty means the default. */
NODISCARD struct event_selectors *event_selectors_read(
    struct str text, bool are_advanced, struct error *error);
NODISCARD struct event_selectors *event_selectors_read_store(struct str text, struct error *error);
void event_selectors_destroy(struct event_selectors *selectors);
static inline void event_selectors_destroyp(struct event_selectors **selectors) {
    event_selectors_destroy(*selectors);
}
bool event_selectors_are_default(const struct event_selectors *selectors);

/* What kind of events a store's selectors select: event_selectors_parse_store() refuses mixtures. */
enum event_family {
    EVENT_FAMILY_CLOUDTRAIL, /* Management, Data, NetworkActivity */
    EVENT_FAMILY_INSIGHT,
    EVENT_FAMILY_CONFIGURATION,
    EVENT_FAMILY_EVIDENCE,
    EVENT_FAMILY_ACTIVITY
};
enum event_family event_selectors_family(const struct event_selectors *selectors);

/* Can events of that category, reads or else writes, be selected at all? */
bool event_selectors_reach(
    const struct event_selectors *selectors, enum event_category category, bool is_read);

/* Canonical JSON of the list, as GetEventSelectors returns it and the catalog keeps it. */
void event_selectors_append_json(struct buf *buf, const struct event_selectors *selectors);

/* Is the event selected? Of a data event with many resources one of the selected type that meets the ARN
 * conditions is enough. Insight and aggregated events are no question for a trail's selectors: false. */
bool event_selectors_match(const struct event_selectors *selectors, const struct event_facets *facets);
