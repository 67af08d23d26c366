/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse: one record's checks and facets. The top level and userIdentity are walked once each:
 * known members are put in their places, unknown keys only remembered to find doubles. All keys
 * are compared decoded, so an escaped double is found too.
 */
#include "base/check.h"
#include "base/mem.h"
#include "event/event.h"

#include "parser.h"

#define MEMBER_NAME(name, text) text,
static const char *const top_names[] = {TOP_MEMBERS(MEMBER_NAME)};
static const char *const identity_names[] = {IDENTITY_MEMBERS(MEMBER_NAME)};

/* Names of ids that Cairn makes where a record has none (of its bytes) or one that is no UUID (of
 * the id's text, so that two such ids stay two and one stays one). Fixed for ever. */
static const struct uuid bytes_name_space = {
    {0x6f, 0x1c, 0x2a, 0x5e, 0x83, 0x4b, 0x4d, 0x0f, 0x9a, 0x61, 0x37, 0xe0, 0x5c, 0xd2, 0x18, 0xb4}};
static const struct uuid text_name_space = {
    {0x2b, 0x90, 0xe7, 0x44, 0x1d, 0xc6, 0x4f, 0x7a, 0xb3, 0x08, 0xf5, 0x6e, 0xa1, 0x39, 0xd0, 0x5b}};

struct event_parser *event_parser_create(void) {
    struct event_parser *parser = MEM_NEW(struct event_parser);
    parser->json = json_parser_create();
    parser->lookup_rows = event_lookup_rows_create();
    event_names_init(&parser->top_names, top_names, TOP_COUNT);
    event_names_init(&parser->identity_names, identity_names, IDENTITY_COUNT);
    return parser;
}

void event_parser_destroy(struct event_parser *parser) {
    if (parser == NULL)
        return;
    json_parser_destroy(parser->json);
    event_lookup_rows_destroy(parser->lookup_rows);
    mem_free(parser->lookup_resources.items);
    mem_free(parser->resources.items);
    mem_free(parser);
}

void event_resource_list_add(struct event_resource_list *list, struct event_resource resource) {
    if (list->count == EVENT_RESOURCES_MAX)
        return;
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        list->items = mem_resize_array(list->items, list->capacity, sizeof *list->items);
    }
    list->items[list->count++] = resource;
}

static void clear_key_set(struct event_key_set *set) {
    set->count = 0;
    if (++set->generation == 0) {
        memset(set->slots, 0, sizeof set->slots);
        set->generation = 1;
    }
}

/* False where the unknown key was there before. */
static bool remember_unknown_key(struct event_parser *parser, struct str key, uint64_t hash) {
    struct event_key_set *set = &parser->key_set;
    size_t slot = hash % EVENT_KEYS_SLOTS;
    for (; set->slots[slot].generation == set->generation; slot = (slot + 1) % EVENT_KEYS_SLOTS) {
        if (set->slots[slot].hash == hash && str_equals(parser->unknown_keys[set->slots[slot].index], key))
            return false;
    }
    set->slots[slot] = (struct event_key_slot){hash, set->count, set->generation};
    parser->unknown_keys[set->count++] = key;
    return true;
}

static bool refuse_duplicate(struct str key, const char *where, struct error *error) {
    return error_set(error, ERROR_INVALID, "the key \"%.*s\" stands twice %s",
        (int)(key.size < 100 ? key.size : 100), key.data, where);
}

/* Put the members of `object` that `names` knows into `ret_members`, the others nowhere. */
static bool collect(struct event_parser *parser, struct json_value object, const struct event_names *names,
    struct json_value *ret_members, const char *where, struct error *error) {
    clear_key_set(&parser->key_set);
    bool too_many_keys = false;
    struct json_iterator iterator = json_iterate(object);
    while (json_next(&iterator)) {
        uint64_t hash = event_name_hash(iterator.key);
        size_t index = event_names_find(names, iterator.key, hash);
        if (index != SIZE_MAX) {
            if (json_exists(ret_members[index]))
                return refuse_duplicate(iterator.key, where, error);
            ret_members[index] = iterator.value;
        } else if (parser->key_set.count == EVENT_KEYS_MAX) {
            too_many_keys = true;
        } else if (!remember_unknown_key(parser, iterator.key, hash)) {
            return refuse_duplicate(iterator.key, where, error);
        }
    }
    struct str key;
    if (too_many_keys && json_find_duplicate_key(object, &key))
        return refuse_duplicate(key, where, error);
    return true;
}

/* A member that is a text, or absent or null (both: empty). */
static bool read_text(struct json_value value, const char *name, struct str *ret_text, struct error *error) {
    switch (json_kind(value)) {
    case JSON_STRING:
        *ret_text = json_text(value);
        return true;
    case JSON_NULL:
        *ret_text = STR_EMPTY;
        return true;
    case JSON_BOOLEAN:
    case JSON_NUMBER:
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    return error_set(error, ERROR_INVALID, "%s is not a string", name);
}

static bool read_truth(
    struct json_value value, const char *name, enum event_truth *ret_truth, struct error *error) {
    bool truth;
    if (json_kind(value) == JSON_NULL) {
        *ret_truth = EVENT_ABSENT;
        return true;
    }
    if (!json_boolean(value, &truth))
        return error_set(error, ERROR_INVALID, "%s is neither true nor false", name);
    *ret_truth = truth ? EVENT_TRUE : EVENT_FALSE;
    return true;
}

static bool expect_kind(struct json_value value, enum json_kind kind, const char *name, struct error *error) {
    if (json_kind(value) == JSON_NULL || json_kind(value) == kind)
        return true;
    return error_set(error, ERROR_INVALID, "%s is not an %s", name, kind == JSON_ARRAY ? "array" : "object");
}

/* The facets that are a member's text and no more. */
static const struct text_facet {
    enum top_member member;
    size_t offset;
} top_texts[] = {
    {TOP_VERSION, offsetof(struct event_facets, version)},
    {TOP_NAME, offsetof(struct event_facets, name)},
    {TOP_SOURCE, offsetof(struct event_facets, source)},
    {TOP_REGION, offsetof(struct event_facets, region)},
    {TOP_TYPE, offsetof(struct event_facets, event_type)},
    {TOP_CATEGORY, offsetof(struct event_facets, category_text)},
    {TOP_SOURCE_IP, offsetof(struct event_facets, source_ip)},
    {TOP_USER_AGENT, offsetof(struct event_facets, user_agent)},
    {TOP_ERROR_CODE, offsetof(struct event_facets, error_code)},
    {TOP_VPC_ENDPOINT, offsetof(struct event_facets, vpc_endpoint_id)},
    {TOP_SHARED_ID, offsetof(struct event_facets, shared_id)},
};

static bool read_texts(const struct json_value *top, struct event_facets *facets, struct error *error) {
    for (size_t i = 0; i < sizeof top_texts / sizeof *top_texts; i++) {
        enum top_member member = top_texts[i].member;
        struct str *text = (struct str *)(void *)((char *)facets + top_texts[i].offset);
        if (!read_text(top[member], top_names[member], text, error))
            return false;
    }
    /* AWS writes this truth as the string "true"; a boolean means the same. */
    bool from_console;
    if (json_boolean(top[TOP_FROM_CONSOLE], &from_console)) {
        facets->session_from_console = str_from(from_console ? "true" : "false");
        return true;
    }
    return read_text(
        top[TOP_FROM_CONSOLE], top_names[TOP_FROM_CONSOLE], &facets->session_from_console, error);
}

/* "1.00" to "1.11", the aggregated events' "1.0", and minor versions that AWS may add: digits. */
static bool check_version(struct str version, struct error *error) {
    if (version.size == 0)
        return error_set(error, ERROR_INVALID, "eventVersion is missing: not a CloudTrail record");
    bool known = version.size >= 3 && version.size <= 4 && version.data[0] == '1' && version.data[1] == '.';
    for (size_t i = 2; known && i < version.size; i++)
        known = version.data[i] >= '0' && version.data[i] <= '9';
    if (!known)
        return error_set(error, ERROR_INVALID, "eventVersion \"%.*s\" is not a version that Cairn knows",
            (int)(version.size < 32 ? version.size : 32), version.data);
    return true;
}

static bool check_region(struct str region, struct error *error) {
    if (region.size == 0)
        return error_set(error, ERROR_INVALID, "awsRegion is missing");
    bool legal = region.size <= 32 && region.data[0] != '-';
    for (size_t i = 0; legal && i < region.size; i++) {
        char c = region.data[i];
        legal = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    }
    if (!legal)
        return error_set(error, ERROR_INVALID, "awsRegion \"%.*s\" is not the name of a region",
            (int)(region.size < 64 ? region.size : 64), region.data);
    return true;
}

/* An aggregated event has a window instead of a time: it counts from where the window starts. */
static bool read_time(
    const struct json_value *top, struct moment now, struct moment *ret_time, struct error *error) {
    struct str text;
    if (!read_text(top[TOP_TIME], "eventTime", &text, error))
        return false;
    if (text.size == 0)
        text = json_text(json_get(top[TOP_WINDOW], "windowStart"));
    if (text.size == 0)
        return error_set(error, ERROR_INVALID, "eventTime is missing");
    struct moment time;
    if (!time_parse_iso(text, &time) || time.ms < 0)
        return error_set(error, ERROR_INVALID, "eventTime \"%.*s\" is not a time (YYYY-MM-DDThh:mm:ssZ)",
            (int)(text.size < 64 ? text.size : 64), text.data);
    if (time.ms - EVENT_AHEAD_MS_MAX > now.ms)
        return error_set(error, ERROR_INVALID, "eventTime %.*s is more than 15 minutes ahead", STR(text));
    *ret_time = time;
    return true;
}

/* Whose event it is: the account that it was recorded for, else the one that called. */
static bool read_account(const struct json_value *top, const struct json_value *identity,
    struct str *ret_account, struct error *error) {
    struct json_value issuer = json_get(identity[IDENTITY_SESSION], "sessionIssuer");
    const struct {
        const char *name;
        struct json_value value;
    } places[] = {
        {"recipientAccountId", top[TOP_RECIPIENT]},
        {"accountId", top[TOP_AGGREGATED_ACCOUNT]},
        {"userIdentity.accountId", identity[IDENTITY_ACCOUNT]},
        {"userIdentity.sessionContext.sessionIssuer.accountId", json_get(issuer, "accountId")},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct str account;
        if (!read_text(places[i].value, places[i].name, &account, error))
            return false;
        if (account.size == 0)
            continue;
        bool legal = account.size == 12;
        for (size_t digit = 0; legal && digit < account.size; digit++)
            legal = account.data[digit] >= '0' && account.data[digit] <= '9';
        if (!legal)
            return error_set(error, ERROR_INVALID, "%s \"%.*s\" is not an account of 12 digits",
                places[i].name, (int)(account.size < 64 ? account.size : 64), account.data);
        *ret_account = account;
        return true;
    }
    return error_set(error, ERROR_INVALID, "the record names no account (recipientAccountId is missing)");
}

static bool read_id(
    const struct json_value *top, struct str record, struct event_facets *facets, struct error *error) {
    struct str text;
    if (!read_text(top[TOP_ID], "eventID", &text, error))
        return false;
    if (text.size == 0 && !read_text(top[TOP_AGGREGATED_ID], "eventId", &text, error))
        return false;
    facets->id_is_derived = !uuid_parse(text, &facets->id);
    if (facets->id_is_derived)
        facets->id = text.size == 0 ? uuid_named(bytes_name_space, str_bytes(record))
                                    : uuid_named(text_name_space, str_bytes(text));
    return true;
}

static const struct category_name {
    const char *text;
    enum event_category category;
} category_names[] = {
    {"Management", EVENT_MANAGEMENT},
    {"Data", EVENT_DATA},
    {"NetworkActivity", EVENT_NETWORK_ACTIVITY},
    {"Insight", EVENT_INSIGHT},
    {"Aggregated", EVENT_AGGREGATED},
};

/* Records older than 1.07 have no eventCategory: eventType and managementEvent tell. */
static void derive_category(struct event_facets *facets) {
    if (facets->category_text.size == 0) {
        const char *text = facets->management_event == EVENT_FALSE ? "Data" : "Management";
        if (str_is(facets->event_type, "AwsCloudTrailInsight"))
            text = "Insight";
        else if (str_is(facets->event_type, "AwsAggregatedEvent"))
            text = "Aggregated";
        else if (str_starts_with(facets->event_type, STR_LITERAL("AwsVpceEvent")))
            text = "NetworkActivity";
        facets->category_text = str_from(text);
    }
    facets->category = EVENT_OTHER;
    for (size_t i = 0; i < sizeof category_names / sizeof *category_names; i++) {
        if (str_is(facets->category_text, category_names[i].text))
            facets->category = category_names[i].category;
    }
}

/* Events of channels say what they are about in eventData, and in metadata which channel it was. */
static bool read_activity(struct event_parser *parser, struct event_facets *facets, struct error *error) {
    struct json_value data = parser->top[TOP_EVENT_DATA], metadata = parser->top[TOP_METADATA];
    if (!str_is(facets->category_text, EVENT_ACTIVITY_CATEGORY))
        return true;
    if (!expect_kind(data, JSON_OBJECT, "eventData", error) ||
        !expect_kind(metadata, JSON_OBJECT, "metadata", error))
        return false;
    struct json_value identity = json_get(data, "userIdentity");
    facets->source = json_text(json_get(data, "eventSource"));
    facets->name = json_text(json_get(data, "eventName"));
    facets->error_code = json_text(json_get(data, "errorCode"));
    facets->source_ip = json_text(json_get(data, "sourceIPAddress"));
    facets->user_agent = json_text(json_get(data, "userAgent"));
    facets->user_type = json_text(json_get(identity, "type"));
    facets->username = json_text(json_get(identity, "principalId"));
    struct str channel = json_text(json_get(metadata, "channelARN"));
    if (channel.size > 0)
        event_resource_list_add(
            &parser->resources, (struct event_resource){STR_LITERAL(EVENT_CHANNEL_TYPE), channel});
    return true;
}

/* Insight records say what they are about one level down. */
static bool read_subject(const struct json_value *top, struct event_facets *facets, struct error *error) {
    if (facets->category == EVENT_INSIGHT) {
        if (!expect_kind(top[TOP_INSIGHT], JSON_OBJECT, "insightDetails", error))
            return false;
        if (facets->source.size == 0)
            facets->source = json_text(json_get(top[TOP_INSIGHT], "eventSource"));
        if (facets->name.size == 0)
            facets->name = json_text(json_get(top[TOP_INSIGHT], "eventName"));
        if (facets->error_code.size == 0)
            facets->error_code = json_text(json_get(top[TOP_INSIGHT], "errorCode"));
    }
    bool is_call = facets->category == EVENT_MANAGEMENT || facets->category == EVENT_DATA ||
                   facets->category == EVENT_NETWORK_ACTIVITY;
    if (is_call && facets->source.size == 0)
        return error_set(error, ERROR_INVALID, "eventSource is missing");
    if (is_call && facets->name.size == 0)
        return error_set(error, ERROR_INVALID, "eventName is missing");
    return true;
}

static bool read_identity(struct event_parser *parser, struct event_facets *facets, struct error *error) {
    struct json_value object = parser->top[TOP_IDENTITY];
    struct json_value *identity = parser->identity;
    if (!expect_kind(object, JSON_OBJECT, "userIdentity", error))
        return false;
    if (!collect(parser, object, &parser->identity_names, identity, "in userIdentity", error))
        return false;
    if (!read_text(identity[IDENTITY_TYPE], "userIdentity.type", &facets->user_type, error))
        return false;
    if (!read_text(identity[IDENTITY_ARN], "userIdentity.arn", &facets->user_arn, error))
        return false;
    if (!read_text(identity[IDENTITY_ACCESS_KEY], "userIdentity.accessKeyId", &facets->access_key_id, error))
        return false;
    facets->username = event_derive_username(identity);
    return true;
}

/* resources[]: {accountId, type, ARN}; S3 listings have an ARNPrefix in place of the ARN. */
static bool read_resources(struct event_parser *parser, struct error *error) {
    parser->resources.count = 0;
    if (!expect_kind(parser->top[TOP_RESOURCES], JSON_ARRAY, "resources", error))
        return false;
    struct json_iterator iterator = json_iterate(parser->top[TOP_RESOURCES]);
    while (json_next(&iterator)) {
        if (json_kind(iterator.value) != JSON_OBJECT)
            return error_set(error, ERROR_INVALID, "resources has an element that is not an object");
        struct event_resource resource = {STR_EMPTY, STR_EMPTY};
        struct json_value arn = json_get(iterator.value, "ARN");
        if (!json_exists(arn))
            arn = json_get(iterator.value, "ARNPrefix");
        if (!read_text(json_get(iterator.value, "type"), "resources.type", &resource.type, error) ||
            !read_text(arn, "resources.ARN", &resource.name, error))
            return false;
        event_resource_list_add(&parser->resources, resource);
    }
    return true;
}

/* Things that people send by mistake, told apart so that they know what to do. */
static bool refuse_other_documents(const struct json_value *top, struct error *error) {
    if (json_exists(top[TOP_DIGEST_START]) || json_exists(top[TOP_DIGEST_BUCKET]))
        return error_set(error, ERROR_INVALID, "this is a CloudTrail digest file, not an event");
    if (json_exists(top[TOP_RECORDS]))
        return error_set(error, ERROR_INVALID, "this is a log file (Records), not one event");
    return true;
}

static bool read_top(struct event_parser *parser, struct str record, struct moment now,
    struct event_facets *facets, struct error *error) {
    const struct json_value *top = parser->top;
    if (!refuse_other_documents(top, error) || !read_texts(top, facets, error) ||
        !check_version(facets->version, error) || !check_region(facets->region, error) ||
        !read_time(top, now, &facets->time, error) || !read_id(top, record, facets, error) ||
        !read_truth(top[TOP_READ_ONLY], "readOnly", &facets->read_only, error) ||
        !read_truth(top[TOP_MANAGEMENT_EVENT], "managementEvent", &facets->management_event, error))
        return false;
    derive_category(facets);
    return read_subject(top, facets, error);
}

bool event_parse(struct event_parser *parser, struct str record, struct moment now,
    struct event_facets *ret_facets, struct error *error) {
    if (record.size > EVENT_LARGE_SIZE_MAX)
        return error_set(error, ERROR_LIMIT, "the event has %zu bytes; at most %d are allowed", record.size,
            EVENT_LARGE_SIZE_MAX);
    struct json_value root;
    if (!json_parse_padded(parser->json, record, &root, error))
        return false;
    if (json_kind(root) != JSON_OBJECT)
        return error_set(error, ERROR_INVALID, "the event is not a JSON object");
    memset(parser->top, 0, sizeof parser->top);
    memset(parser->identity, 0, sizeof parser->identity);
    struct event_facets facets = {0};
    if (!collect(parser, root, &parser->top_names, parser->top, "at the top level", error) ||
        !read_top(parser, record, now, &facets, error) || !read_identity(parser, &facets, error) ||
        !read_account(parser->top, parser->identity, &facets.account, error) ||
        !read_resources(parser, error) || !read_activity(parser, &facets, error))
        return false;
    event_derive_lookup_resources(parser, facets.source, facets.name);
    facets.lookup_resources = parser->lookup_resources.items;
    facets.lookup_resource_count = parser->lookup_resources.count;
    facets.resources = parser->resources.items;
    facets.resource_count = parser->resources.count;
    *ret_facets = facets;
    return true;
}

bool event_is_reserved(const struct event_facets *facets) {
    return facets->category == EVENT_INSIGHT || str_is(facets->event_type, "AwsCloudTrailInsight") ||
           str_is(facets->category_text, EVENT_ACTIVITY_CATEGORY) ||
           str_is(facets->source, "cairn.amazonaws.com");
}
