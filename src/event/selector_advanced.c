/* SPDX-License-Identifier: Apache-2.0 */
/*
 * selector_advanced: AdvancedEventSelectors of trails and of event data stores. Which field a category
 * knows, with which operators and values, is a table; the API reference of AdvancedFieldSelector is
 * its source.
 */
#include "base/check.h"
#include "base/own.h"

#include "selector_rows.h"

#include <string.h>

enum {
    CONDITIONS_MAX = 500, /* values over all conditions of all selectors */
    STORE_SELECTORS_MAX = 5,
    NAME_SIZE_MAX = 1000,
    VALUE_SIZE_MAX = 2048,
};

const char *const event_field_names[FIELD_COUNT] = {
    [FIELD_CATEGORY] = "eventCategory",
    [FIELD_READ_ONLY] = "readOnly",
    [FIELD_SOURCE] = "eventSource",
    [FIELD_NAME] = "eventName",
    [FIELD_TYPE] = "eventType",
    [FIELD_RESOURCE_TYPE] = "resources.type",
    [FIELD_RESOURCE_ARN] = "resources.ARN",
    [FIELD_FROM_CONSOLE] = "sessionCredentialFromConsole",
    [FIELD_USER_ARN] = "userIdentity.arn",
    [FIELD_ERROR_CODE] = "errorCode",
    [FIELD_VPC_ENDPOINT] = "vpcEndpointId",
};

const char *const event_operator_names[OPERATOR_COUNT] = {
    [OPERATOR_EQUALS] = "Equals",
    [OPERATOR_STARTS_WITH] = "StartsWith",
    [OPERATOR_ENDS_WITH] = "EndsWith",
    [OPERATOR_NOT_EQUALS] = "NotEquals",
    [OPERATOR_NOT_STARTS_WITH] = "NotStartsWith",
    [OPERATOR_NOT_ENDS_WITH] = "NotEndsWith",
};

/* ---- the table of rules ---- */

enum {
    NONE = 0,
    EQ = 1 << OPERATOR_EQUALS,
    NE = 1 << OPERATOR_NOT_EQUALS,
    ANY = (1 << OPERATOR_COUNT) - 1,
};

static const struct rule {
    const char *category;
    enum event_field field;
    unsigned trail, store; /* operators allowed for each; NONE: the field is not */
    bool is_required, takes_one_value;
    const char *values; /* the only ones allowed, between bars; NULL: any */
} rules[] = {
    {"Management", FIELD_CATEGORY, EQ, EQ, true, true, NULL},
    {"Management", FIELD_READ_ONLY, EQ, EQ, false, false, "|true|false|"},
    {"Management", FIELD_SOURCE, NE, ANY, false, false, NULL},
    {"Management", FIELD_NAME, NONE, ANY, false, false, NULL},
    {"Management", FIELD_TYPE, NONE, ANY, false, false, NULL},
    {"Management", FIELD_FROM_CONSOLE, NONE, EQ | NE, false, false, "|true|false|"},
    {"Management", FIELD_USER_ARN, NONE, ANY, false, false, NULL},
    {"Data", FIELD_CATEGORY, EQ, EQ, true, true, NULL},
    {"Data", FIELD_READ_ONLY, EQ, EQ, false, false, "|true|false|"},
    {"Data", FIELD_SOURCE, ANY, ANY, false, false, NULL},
    {"Data", FIELD_NAME, ANY, ANY, false, false, NULL},
    {"Data", FIELD_TYPE, ANY, ANY, false, false, NULL},
    {"Data", FIELD_RESOURCE_TYPE, EQ, EQ, true, true, NULL},
    {"Data", FIELD_RESOURCE_ARN, ANY, ANY, false, false, NULL},
    {"Data", FIELD_FROM_CONSOLE, EQ | NE, EQ | NE, false, false, "|true|false|"},
    {"Data", FIELD_USER_ARN, ANY, ANY, false, false, NULL},
    {"NetworkActivity", FIELD_CATEGORY, EQ, EQ, true, true, NULL},
    {"NetworkActivity", FIELD_SOURCE, EQ, EQ, true, true, NULL},
    {"NetworkActivity", FIELD_NAME, ANY, ANY, false, false, NULL},
    {"NetworkActivity", FIELD_ERROR_CODE, EQ, EQ, false, false, "|VpceAccessDenied|"},
    {"NetworkActivity", FIELD_VPC_ENDPOINT, ANY, ANY, false, false, NULL},
    {"NetworkActivity", FIELD_USER_ARN, ANY, NONE, false, false, NULL},
    {"Insight", FIELD_CATEGORY, NONE, EQ, true, true, NULL},
    {"ConfigurationItem", FIELD_CATEGORY, NONE, EQ, true, true, NULL},
    {"Evidence", FIELD_CATEGORY, NONE, EQ, true, true, NULL},
    {"ActivityAuditLog", FIELD_CATEGORY, NONE, EQ, true, true, NULL},
};
enum { RULE_COUNT = sizeof rules / sizeof *rules };

/* A trail can leave out the management events of these two services and of no other. */
static const char *const trail_excluded_sources = "|kms.amazonaws.com|rdsdata.amazonaws.com|";

static const struct rule *find_rule(struct str category, enum event_field field, bool is_store) {
    for (size_t i = 0; i < RULE_COUNT; i++) {
        unsigned operators = is_store ? rules[i].store : rules[i].trail;
        if (operators != NONE && rules[i].field == field && str_is(category, rules[i].category))
            return &rules[i];
    }
    return NULL;
}

static bool is_among(const char *values, struct str value) {
    const char *at = values + 1;
    while (*at != '\0') {
        const char *bar = strchr(at, '|');
        if (str_equals(str_of(at, (size_t)(bar - at)), value))
            return true;
        at = bar + 1;
    }
    return false;
}

/* ---- values ---- */

/* How the ARNs of a resource type begin behind "arn:partition:"; `has_place`: region and account stand
 * between service and rest. Types that are not here take any ARN. */
static const struct arn_form {
    const char *type, *service, *rest;
    bool has_region, has_account;
} arn_forms[] = {
    {"AWS::S3::Object", "s3", "", false, false},
    {"AWS::S3::AccessPoint", "s3", "accesspoint/", true, true},
    {"AWS::S3ObjectLambda::AccessPoint", "s3-object-lambda", "accesspoint/", true, true},
    {"AWS::Lambda::Function", "lambda", "function:", true, true},
    {"AWS::DynamoDB::Table", "dynamodb", "table/", true, true},
    {"AWS::DynamoDB::Stream", "dynamodb", "table/", true, true},
    {"AWS::CloudTrail::Channel", "cloudtrail", "channel/", true, true},
    {"AWS::EC2::Snapshot", "ec2", "snapshot/", true, false},
    {"AWS::SNS::Topic", "sns", "", true, true},
    {"AWS::SQS::Queue", "sqs", "", true, true},
    {"AWS::Kinesis::Stream", "kinesis", "stream/", true, true},
};

static bool fits_form(
    struct str region, struct str account, struct str service, struct str rest, const struct arn_form *form) {
    struct str beginning = str_from(form->rest);
    return str_is(service, form->service) && (region.size != 0) == form->has_region &&
           (account.size != 0) == form->has_account && str_starts_with(rest, beginning) &&
           rest.size > beginning.size;
}

/* A whole ARN of the type, as Equals and NotEquals ask for it; of S3 objects one with bucket and slash. */
static bool is_arn_of(struct str type, struct str value) {
    struct str rest = value;
    struct str scheme = str_cut(&rest, ':'), partition = str_cut(&rest, ':');
    struct str service = str_cut(&rest, ':'), region = str_cut(&rest, ':');
    struct str account = str_cut(&rest, ':');
    if (!str_is(scheme, "arn") || partition.size == 0 || service.size == 0 || rest.size == 0)
        return false;
    for (size_t i = 0; i < sizeof arn_forms / sizeof *arn_forms; i++) {
        if (str_is(type, arn_forms[i].type) && !fits_form(region, account, service, rest, &arn_forms[i]))
            return false;
    }
    size_t slash = str_find_char(rest, '/');
    return !str_is(type, "AWS::S3::Object") || (slash != SIZE_MAX && slash > 0);
}

/* "AWS::S3::Object": the list of types grows every month, so only the shape is checked. */
static bool is_resource_type(struct str type) {
    struct str rest = type;
    if (!str_starts_with(type, STR_LITERAL("AWS::")))
        return false;
    rest = str_slice(rest, 5, SIZE_MAX);
    size_t colons = str_find(rest, STR_LITERAL("::"));
    return colons != SIZE_MAX && colons > 0 && colons + 2 < rest.size &&
           str_find_char(str_slice(rest, colons + 2, SIZE_MAX), ':') == SIZE_MAX;
}

static bool refuse_value(struct str value, enum event_field field, struct error *error) {
    return error_set(
        error, ERROR_INVALID, "Value %.*s for field %s is invalid.", SHOWN(value), event_field_names[field]);
}

struct check {
    const struct rule *rule;
    struct str resource_type;
    bool is_store;
};

static bool is_value_legal(const struct check *check, enum event_operator operator, struct str value) {
    enum event_field field = check->rule->field;
    const char *allowed = check->rule->values;
    if (field == FIELD_SOURCE && !check->is_store && strcmp(check->rule->category, "Management") == 0)
        allowed = trail_excluded_sources;
    if (allowed != NULL)
        return is_among(allowed, value);
    if (field == FIELD_RESOURCE_TYPE)
        return is_resource_type(value);
    bool is_whole = operator== OPERATOR_EQUALS || operator== OPERATOR_NOT_EQUALS;
    return field != FIELD_RESOURCE_ARN || !is_whole || is_arn_of(check->resource_type, value);
}

static bool check_values(const struct check *check, enum event_operator operator,
    const struct event_value_list * values, struct error *error) {
    enum event_field field = check->rule->field;
    for (size_t i = 0; i < values->count; i++) {
        struct str value = values->items[i];
        if (value.size == 0 || value.size > VALUE_SIZE_MAX)
            return error_set(error, ERROR_INVALID,
                "A value for field %s has %zu characters; 1 to %d are allowed.", event_field_names[field],
                value.size, VALUE_SIZE_MAX);
        if (!is_value_legal(check, operator, value))
            return refuse_value(value, field, error);
    }
    if (check->rule->takes_one_value && values->count != 1)
        return error_set(error, ERROR_INVALID, "Field %s takes exactly one value.", event_field_names[field]);
    return true;
}

/* ---- parsing ---- */

static bool find_field(struct str name, enum event_field *ret_field, struct error *error) {
    for (unsigned i = 0; i < FIELD_COUNT; i++) {
        if (str_is(name, event_field_names[i])) {
            *ret_field = (enum event_field)i;
            return true;
        }
    }
    return error_set(error, ERROR_INVALID, "Value %.*s for Field is invalid.", SHOWN(name));
}

static bool parse_field(struct arena *arena, struct json_value object, struct event_field_selector *ret_field,
    size_t *condition_count, struct error *error) {
    struct event_field_selector field = {0};
    if (json_kind(object) != JSON_OBJECT)
        return error_set(error, ERROR_INVALID, "A field selector is not an object.");
    if (!find_field(json_text(json_get(object, "Field")), &field.field, error))
        return false;
    size_t operator_count = 0;
    for (size_t i = 0; i < OPERATOR_COUNT; i++) {
        struct json_value list = json_get(object, event_operator_names[i]);
        if (json_kind(list) == JSON_NULL)
            continue;
        if (!event_selector_copy_values(arena, list, event_operator_names[i], &field.values[i], error))
            return false;
        if (field.values[i].count == 0)
            return error_set(error, ERROR_INVALID, "Operator %s of field %s has no values.",
                event_operator_names[i], event_field_names[field.field]);
        *condition_count += field.values[i].count;
        operator_count++;
    }
    if (operator_count == 0)
        return error_set(error, ERROR_INVALID, "Field %s has no operator.", event_field_names[field.field]);
    *ret_field = field;
    return true;
}

static bool parse_fields(struct arena *arena, struct json_value list,
    struct event_advanced_selector *selector, size_t *condition_count, struct error *error) {
    size_t count = json_count(list);
    if (json_kind(list) != JSON_ARRAY || count == 0)
        return error_set(error, ERROR_INVALID, "An advanced event selector has no field selectors.");
    if (count > CONDITIONS_MAX)
        return error_set(error, ERROR_INVALID, "An advanced event selector has more than %d field selectors.",
            CONDITIONS_MAX);
    selector->fields = ARENA_ARRAY(arena, count, struct event_field_selector);
    struct json_iterator iterator = json_iterate(list);
    while (json_next(&iterator)) {
        struct event_field_selector *field = &selector->fields[selector->field_count];
        if (!parse_field(arena, iterator.value, field, condition_count, error))
            return false;
        selector->field_count++;
    }
    return true;
}

/* The one value of a field that may stand once, or the empty text. */
static bool single_value(const struct event_advanced_selector *selector, enum event_field field,
    struct str *ret_value, struct error *error) {
    struct str value = STR_EMPTY;
    size_t count = 0;
    for (size_t i = 0; i < selector->field_count; i++) {
        const struct event_field_selector *candidate = &selector->fields[i];
        if (candidate->field != field)
            continue;
        count++;
        if (candidate->values[OPERATOR_EQUALS].count == 1)
            value = candidate->values[OPERATOR_EQUALS].items[0];
    }
    if (count > 1)
        return error_set(error, ERROR_INVALID,
            "Field %s stands more than once in an advanced event selector.", event_field_names[field]);
    *ret_value = value;
    return true;
}

static bool check_field(const struct event_advanced_selector *selector,
    const struct event_field_selector *field, bool is_store, struct error *error) {
    const struct rule *rule = find_rule(selector->category, field->field, is_store);
    if (rule == NULL)
        return error_set(error, ERROR_INVALID, "Field %s is not supported for eventCategory %.*s.",
            event_field_names[field->field], SHOWN(selector->category));
    struct check check = {rule, selector->resource_type, is_store};
    unsigned operators = is_store ? rule->store : rule->trail;
    for (unsigned i = 0; i < OPERATOR_COUNT; i++) {
        if (field->values[i].count == 0)
            continue;
        if ((operators >> i & 1) == 0)
            return error_set(error, ERROR_INVALID,
                "Operator %s is not supported for field %s with eventCategory %.*s.", event_operator_names[i],
                event_field_names[field->field], SHOWN(selector->category));
        if (!check_values(&check, (enum event_operator)i, &field->values[i], error))
            return false;
    }
    return true;
}

static bool check_selector(struct event_advanced_selector *selector, bool is_store, struct error *error) {
    if (!single_value(selector, FIELD_CATEGORY, &selector->category, error) ||
        !single_value(selector, FIELD_RESOURCE_TYPE, &selector->resource_type, error))
        return false;
    if (selector->category.size == 0)
        return error_set(error, ERROR_INVALID,
            "An advanced event selector needs the field eventCategory, with Equals and one value.");
    if (find_rule(selector->category, FIELD_CATEGORY, is_store) == NULL)
        return refuse_value(selector->category, FIELD_CATEGORY, error);
    for (size_t i = 0; i < selector->field_count; i++) {
        if (!check_field(selector, &selector->fields[i], is_store, error))
            return false;
    }
    for (size_t i = 0; i < RULE_COUNT; i++) {
        bool is_given = !rules[i].is_required || !str_is(selector->category, rules[i].category);
        for (size_t j = 0; j < selector->field_count; j++)
            is_given = is_given || selector->fields[j].field == rules[i].field;
        if (!is_given)
            return error_set(error, ERROR_INVALID, "Field %s is required for eventCategory %.*s.",
                event_field_names[rules[i].field], SHOWN(selector->category));
    }
    return true;
}

static bool parse_selector(struct arena *arena, struct json_value object,
    struct event_advanced_selector *selector, size_t *condition_count, struct error *error) {
    if (json_kind(object) != JSON_OBJECT)
        return error_set(error, ERROR_INVALID, "An advanced event selector is not an object.");
    struct json_value name = json_get(object, "Name");
    if (json_kind(name) != JSON_NULL) {
        struct str text = json_text(name);
        if (json_kind(name) != JSON_STRING || text.size > NAME_SIZE_MAX)
            return error_set(error, ERROR_INVALID,
                "The name of an advanced event selector has at most %d characters.", NAME_SIZE_MAX);
        selector->name = arena_str(arena, text);
    }
    return parse_fields(arena, json_get(object, "FieldSelectors"), selector, condition_count, error);
}

static enum event_family family_of(struct str category) {
    static const struct {
        const char *category;
        enum event_family family;
    } families[] = {
        {"Insight", EVENT_FAMILY_INSIGHT},
        {"ConfigurationItem", EVENT_FAMILY_CONFIGURATION},
        {"Evidence", EVENT_FAMILY_EVIDENCE},
        {"ActivityAuditLog", EVENT_FAMILY_ACTIVITY},
    };
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (str_is(category, families[i].category))
            return families[i].family;
    return EVENT_FAMILY_CLOUDTRAIL;
}

enum event_family event_selectors_family(const struct event_selectors *selectors) {
    return selectors->are_advanced ? family_of(selectors->advanced[0].category) : EVENT_FAMILY_CLOUDTRAIL;
}

/* A store has one schema, and so events of one family. */
static bool check_family(const struct event_selectors *selectors, struct error *error) {
    for (size_t i = 1; i < selectors->count; i++) {
        struct str category = selectors->advanced[i].category;
        if (family_of(category) != event_selectors_family(selectors))
            return error_set(error, ERROR_INVALID,
                "An event data store cannot have events of eventCategory %.*s together with %.*s.",
                SHOWN(selectors->advanced[0].category), SHOWN(category));
    }
    return true;
}

static struct event_selectors *parse_list(
    struct json_value list, size_t count_max, bool is_store, struct error *error) {
    size_t count = json_count(list);
    if (json_kind(list) != JSON_ARRAY || count == 0 || count > count_max) {
        error_set(error, ERROR_INVALID, "1 to %zu advanced event selectors are allowed; %zu were specified.",
            count_max, count);
        return NULL;
    }
    SCOPED(event_selectors_destroyp) struct event_selectors *selectors = MEM_NEW(struct event_selectors);
    selectors->are_advanced = true;
    selectors->advanced = ARENA_ARRAY(&selectors->arena, count, struct event_advanced_selector);
    size_t condition_count = 0;
    struct json_iterator iterator = json_iterate(list);
    while (json_next(&iterator)) {
        struct event_advanced_selector *selector = &selectors->advanced[selectors->count];
        if (!parse_selector(&selectors->arena, iterator.value, selector, &condition_count, error) ||
            !check_selector(selector, is_store, error))
            return NULL;
        selectors->count++;
    }
    if (condition_count > CONDITIONS_MAX) {
        error_set(error, ERROR_INVALID,
            "The conditions of all advanced event selectors have %zu values; the maximum is %d.",
            condition_count, CONDITIONS_MAX);
        return NULL;
    }
    return is_store && !check_family(selectors, error) ? NULL : TAKE(selectors);
}

struct event_selectors *event_selectors_parse_advanced(struct json_value list, struct error *error) {
    /* No count is published for trails; each selector has a value at least, so this bounds them. */
    return parse_list(list, CONDITIONS_MAX, false, error);
}

struct event_selectors *event_selectors_parse_store(struct json_value list, struct error *error) {
    return parse_list(list, STORE_SELECTORS_MAX, true, error);
}
