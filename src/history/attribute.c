/* SPDX-License-Identifier: Apache-2.0 */
/* attribute: the table of names, and the way from facets to terms. Numbers here are part of the format. */
#include "attribute.h"

#include "base/check.h"

#include <string.h>

/* An attribute is one text of the facets, or handled by name below (offset 0 is `time`, never a text). */
static const struct {
    const char *name;
    size_t text_offset;
} attributes[HISTORY_ATTRIBUTE_COUNT] = {
    [HISTORY_ACCESS_KEY_ID] = {"AccessKeyId", offsetof(struct event_facets, access_key_id)},
    [HISTORY_EVENT_ID] = {"EventId", 0},
    [HISTORY_EVENT_NAME] = {"EventName", offsetof(struct event_facets, name)},
    [HISTORY_EVENT_SOURCE] = {"EventSource", offsetof(struct event_facets, source)},
    [HISTORY_READ_ONLY] = {"ReadOnly", 0},
    [HISTORY_RESOURCE_NAME] = {"ResourceName", 0},
    [HISTORY_RESOURCE_TYPE] = {"ResourceType", 0},
    [HISTORY_USERNAME] = {"Username", offsetof(struct event_facets, username)},
    [HISTORY_SOURCE_IP] = {"SourceIPAddress", offsetof(struct event_facets, source_ip)},
    [HISTORY_ERROR_CODE] = {"ErrorCode", offsetof(struct event_facets, error_code)},
    [HISTORY_USER_ARN] = {"UserArn", offsetof(struct event_facets, user_arn)},
    [HISTORY_RESOURCE_ARN] = {"ResourceArn", 0},
};

const char *history_attribute_name(enum history_attribute attribute) {
    ASSERT(attribute < HISTORY_ATTRIBUTE_COUNT);
    return attributes[attribute].name;
}

bool history_attribute_from_name(struct str name, enum history_attribute *ret_attribute) {
    for (unsigned i = 0; i < HISTORY_ATTRIBUTE_COUNT; i++) {
        if (!str_is(name, attributes[i].name))
            continue;
        *ret_attribute = (enum history_attribute)i;
        return true;
    }
    return false;
}

uint64_t history_place_hash(struct str account, struct str region) {
    return hash_quick(str_bytes(region), hash_quick(str_bytes(account), 0));
}

/* Number 0 stands for "every event", an attribute for itself plus one. */
static uint64_t term_of(uint64_t place, enum event_category category, unsigned number, struct str value) {
    uint64_t scope = place + ((uint64_t)category * 64 + number) * 0x9e3779b97f4a7c15;
    uint64_t hash = hash_quick(str_bytes(value), scope);
    return hash != 0 ? hash : 1; /* tables in memory mark free places with 0 */
}

uint64_t history_term_all(uint64_t place, enum event_category category) {
    return term_of(place, category, 0, STR_EMPTY);
}

uint64_t history_term(
    uint64_t place, enum event_category category, enum history_attribute attribute, struct str value) {
    return term_of(place, category, (unsigned)attribute + 1, value);
}

static struct str text_of(const struct event_facets *facets, enum history_attribute attribute) {
    return *(const struct str *)(const void *)((const char *)facets + attributes[attribute].text_offset);
}

static struct str read_only_text(enum event_truth read_only) {
    switch (read_only) {
    case EVENT_FALSE:
        return STR_LITERAL("false");
    case EVENT_TRUE:
        return STR_LITERAL("true");
    case EVENT_ABSENT:
        break;
    }
    return STR_EMPTY;
}

struct terms {
    uint64_t place;
    enum event_category category;
    history_on_term *on_term;
    void *context;
};

static void add_term(const struct terms *terms, enum history_attribute attribute, struct str value) {
    if (value.size > 0)
        terms->on_term(history_term(terms->place, terms->category, attribute, value), terms->context);
}

void history_terms_of(const struct event_facets *facets, history_on_term *on_term, void *context) {
    struct terms terms = {.place = history_place_hash(facets->account, facets->region),
        .category = facets->category,
        .on_term = on_term,
        .context = context};
    on_term(history_term_all(terms.place, terms.category), context);
    for (unsigned i = 0; i < HISTORY_ATTRIBUTE_COUNT; i++)
        if (attributes[i].text_offset != 0)
            add_term(&terms, (enum history_attribute)i, text_of(facets, (enum history_attribute)i));
    add_term(&terms, HISTORY_READ_ONLY, read_only_text(facets->read_only));
    for (size_t i = 0; i < facets->lookup_resource_count; i++) {
        add_term(&terms, HISTORY_RESOURCE_NAME, facets->lookup_resources[i].name);
        add_term(&terms, HISTORY_RESOURCE_TYPE, facets->lookup_resources[i].type);
    }
    for (size_t i = 0; i < facets->resource_count; i++)
        add_term(&terms, HISTORY_RESOURCE_ARN, facets->resources[i].name);
}

uint64_t history_id_hash(struct uuid id) {
    return hash_quick(BYTES_OF(id.bytes), 0);
}

static bool any_resource_is(
    const struct event_resource *resources, size_t count, bool by_type, struct str value) {
    for (size_t i = 0; i < count; i++)
        if (str_equals(by_type ? resources[i].type : resources[i].name, value))
            return true;
    return false;
}

bool history_filter_matches(const struct history_filter *filter, const struct event_facets *facets) {
    if (filter->value.size == 0)
        return false;
    if (filter->attribute == HISTORY_EVENT_ID) {
        struct uuid id;
        return uuid_parse(filter->value, &id) && memcmp(id.bytes, facets->id.bytes, UUID_SIZE) == 0;
    }
    if (filter->attribute == HISTORY_READ_ONLY)
        return str_equals(filter->value, read_only_text(facets->read_only));
    if (filter->attribute == HISTORY_RESOURCE_NAME || filter->attribute == HISTORY_RESOURCE_TYPE)
        return any_resource_is(facets->lookup_resources, facets->lookup_resource_count,
            filter->attribute == HISTORY_RESOURCE_TYPE, filter->value);
    if (filter->attribute == HISTORY_RESOURCE_ARN)
        return any_resource_is(facets->resources, facets->resource_count, false, filter->value);
    return str_equals(filter->value, text_of(facets, filter->attribute));
}
