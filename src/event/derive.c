/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive: the two things that LookupEvents shows and no record says: Username and Resources. The
 * rules are on a page of their own, docs/formats/lookup-fields.md, so that others can check them.
 */
#include "base/check.h"
#include "base/mem.h"
#include "event/event.h"

#include "parser.h"

/* The part of "AROAEXAMPLE:session" or "123456789012:name" after the colon. */
static struct str after_colon(struct str principal) {
    size_t colon = str_find_char(principal, ':');
    return colon == SIZE_MAX ? STR_EMPTY : str_slice(principal, colon + 1, SIZE_MAX);
}

enum username_from { FROM_USER_NAME, FROM_PRINCIPAL, FROM_NOTHING, FROM_ROOT };

/* Types that are not here (IAMUser, SAMLUser, WebIdentityUser, Directory, ...) give userName. */
static const struct username_rule {
    const char *type;
    enum username_from from;
} username_rules[] = {
    {"AssumedRole", FROM_PRINCIPAL},
    {"FederatedUser", FROM_PRINCIPAL},
    {"Root", FROM_ROOT},
    {"AWSService", FROM_NOTHING},
    {"AWSAccount", FROM_NOTHING},
};

struct str event_derive_username(const struct json_value identity[IDENTITY_COUNT]) {
    struct str type = json_text(identity[IDENTITY_TYPE]);
    enum username_from from = FROM_USER_NAME;
    for (size_t i = 0; i < sizeof username_rules / sizeof *username_rules; i++) {
        if (str_is(type, username_rules[i].type))
            from = username_rules[i].from;
    }
    switch (from) {
    case FROM_USER_NAME:
        return json_text(identity[IDENTITY_USER_NAME]);
    case FROM_PRINCIPAL:
        return after_colon(json_text(identity[IDENTITY_PRINCIPAL]));
    case FROM_ROOT:
        return STR_LITERAL("root");
    case FROM_NOTHING:
        return STR_EMPTY;
    }
    return STR_EMPTY;
}

/* ---- resources ---- */

#define LOOKUP_ROW(service, member, event, type) {service, member, event, type},
static const struct lookup_row {
    const char *service, *member, *event, *type;
} lookup_table[] = {
#include "lookup_table.h"
};
#undef LOOKUP_ROW

enum {
    LOOKUP_ROWS = sizeof lookup_table / sizeof *lookup_table,
    LOOKUP_SLOTS = 1024, /* at least twice the rows */
    LOOKUP_DEPTH_MAX = 16,
};
_Static_assert(LOOKUP_SLOTS >= 2 * LOOKUP_ROWS, "the table of rows has become too full");

struct prepared_row {
    struct str name, parent, event, type;
    uint64_t hash; /* of the name, mixed with the service */
};

struct event_lookup_rows {
    struct event_names services;
    const char *service_names[EVENT_NAMES_MAX];
    uint64_t keys_of_service[EVENT_NAMES_MAX]; /* a filter: bit (hash >> 58) of each row's name */
    struct prepared_row rows[LOOKUP_ROWS];
    uint16_t slots[LOOKUP_SLOTS]; /* index into rows plus 1; 0 is free */
};

static uint64_t mix_service(uint64_t name_hash, size_t service) {
    return name_hash ^ (service + 1) * 0x9e3779b97f4a7c15U;
}

struct event_lookup_rows *event_lookup_rows_create(void) {
    struct event_lookup_rows *rows = MEM_NEW(struct event_lookup_rows);
    size_t service_count = 0;
    for (size_t i = 0; i < LOOKUP_ROWS; i++) {
        const struct lookup_row *row = &lookup_table[i];
        /* Rows of a service stand together, so a new name is a new service. */
        if (i == 0 || strcmp(row->service, lookup_table[i - 1].service) != 0) {
            ASSERT(service_count < EVENT_NAMES_MAX);
            rows->service_names[service_count++] = row->service;
        }
        struct str name = str_from(row->member), parent = STR_EMPTY;
        if (str_find_char(name, '.') != SIZE_MAX)
            parent = str_cut(&name, '.');
        uint64_t hash = event_name_hash(name);
        rows->keys_of_service[service_count - 1] |= 1ULL << (hash >> 58);
        hash = mix_service(hash, service_count - 1);
        rows->rows[i] = (struct prepared_row){name, parent, str_from(row->event), str_from(row->type), hash};
        size_t slot = hash % LOOKUP_SLOTS;
        while (rows->slots[slot] != 0)
            slot = (slot + 1) % LOOKUP_SLOTS;
        rows->slots[slot] = (uint16_t)(i + 1);
    }
    event_names_init(&rows->services, rows->service_names, service_count);
    return rows;
}

void event_lookup_rows_destroy(struct event_lookup_rows *rows) {
    mem_free(rows);
}

struct walk {
    struct event_parser *parser;
    const struct event_lookup_rows *rows;
    size_t service;
    uint64_t keys; /* the service's filter */
    struct str event_name;
};

/* A resource once, however often the record names it. */
static void add_resource(struct event_parser *parser, struct str type, struct str name) {
    struct event_key_set *set = &parser->key_set;
    struct event_resource_list *list = &parser->lookup_resources;
    if (list->count == EVENT_RESOURCES_MAX)
        return;
    uint64_t hash = event_name_hash(name);
    size_t slot = hash % EVENT_KEYS_SLOTS;
    for (; set->slots[slot].generation == set->generation; slot = (slot + 1) % EVENT_KEYS_SLOTS) {
        const struct event_resource *known = &list->items[set->slots[slot].index];
        if (set->slots[slot].hash == hash && str_equals(known->name, name) && str_equals(known->type, type))
            return;
    }
    /* The set holds the first names; later ones are looked for in the list behind them. */
    for (size_t i = EVENT_KEYS_MAX; i < list->count; i++) {
        if (str_equals(list->items[i].name, name) && str_equals(list->items[i].type, type))
            return;
    }
    if (list->count < EVENT_KEYS_MAX)
        set->slots[slot] = (struct event_key_slot){hash, list->count, set->generation};
    event_resource_list_add(list, (struct event_resource){type, name});
}

static void match_text(
    const struct walk *walk, struct str member, struct str parent, struct json_value value) {
    uint64_t hash = event_name_hash(member);
    if ((walk->keys >> (hash >> 58) & 1) == 0)
        return;
    struct str text = json_text(value);
    if (text.size == 0 || text.size > EVENT_NAME_SIZE_MAX)
        return;
    hash = mix_service(hash, walk->service);
    for (size_t slot = hash % LOOKUP_SLOTS; walk->rows->slots[slot] != 0; slot = (slot + 1) % LOOKUP_SLOTS) {
        const struct prepared_row *row = &walk->rows->rows[walk->rows->slots[slot] - 1U];
        if (row->hash != hash || !str_equals(row->name, member))
            continue;
        if (row->parent.size != 0 && !str_equals(row->parent, parent))
            continue;
        if (row->event.size != 0 && str_find(walk->event_name, row->event) == SIZE_MAX)
            continue;
        add_resource(walk->parser, row->type, text);
    }
}

/* `member` is the name that `container` stands under; an array's elements stand under the array's. */
static void walk_container(const struct walk *walk, struct json_value container, struct str member,
    struct str parent, unsigned depth) {
    struct json_iterator iterator = json_iterate(container);
    while (json_next(&iterator)) {
        struct str name = iterator.is_object ? iterator.key : member;
        struct str above = iterator.is_object ? member : parent;
        switch (json_kind(iterator.value)) {
        case JSON_STRING:
            match_text(walk, name, above, iterator.value);
            break;
        case JSON_ARRAY:
        case JSON_OBJECT:
            if (depth < LOOKUP_DEPTH_MAX)
                walk_container(walk, iterator.value, name, above, depth + 1);
            break;
        case JSON_NULL:
        case JSON_BOOLEAN:
        case JSON_NUMBER:
            break;
        }
    }
}

void event_derive_lookup_resources(struct event_parser *parser, struct str source, struct str name) {
    parser->lookup_resources.count = 0;
    struct str suffix = STR_LITERAL(".amazonaws.com");
    if (!str_ends_with(source, suffix))
        return;
    struct str service = str_slice(source, 0, source.size - suffix.size);
    const struct event_lookup_rows *rows = parser->lookup_rows;
    size_t index = event_names_find(&rows->services, service, event_name_hash(service));
    if (index == SIZE_MAX)
        return;
    if (++parser->key_set.generation == 0)
        parser->key_set = (struct event_key_set){.generation = 1};
    struct walk walk = {parser, rows, index, rows->keys_of_service[index], name};
    walk_container(&walk, parser->top[TOP_REQUEST], STR_EMPTY, STR_EMPTY, 1);
    walk_container(&walk, parser->top[TOP_RESPONSE], STR_EMPTY, STR_EMPTY, 1);
}
