/* SPDX-License-Identifier: Apache-2.0 */
/* selector: what is common to basic and advanced selectors: printing and the question itself. */
#include "base/check.h"
#include "base/mem.h"
#include "base/own.h"

#include "selector_rows.h"

void event_selectors_destroy(struct event_selectors *selectors) {
    if (selectors == NULL)
        return;
    arena_finish(&selectors->arena);
    mem_free(selectors);
}

bool event_selectors_are_default(const struct event_selectors *selectors) {
    if (selectors->are_advanced || selectors->count != 1)
        return false;
    const struct event_basic_selector *selector = &selectors->basic[0];
    return selector->read_write == READ_WRITE_ALL && selector->include_management &&
           selector->resource_count == 0 && selector->excluded_sources.count == 0;
}

/* ---- printing ---- */

static void write_values(struct json_writer *writer, const char *key, struct event_value_list values) {
    json_key(writer, str_from(key));
    json_begin_array(writer);
    for (size_t i = 0; i < values.count; i++)
        json_write_string(writer, values.items[i]);
    json_end_array(writer);
}

static void write_basic(struct json_writer *writer, const struct event_basic_selector *selector) {
    static const char *const read_write_names[] = {
        [READ_WRITE_ALL] = "All", [READ_ONLY] = "ReadOnly", [WRITE_ONLY] = "WriteOnly"};
    json_begin_object(writer);
    json_member_string(writer, "ReadWriteType", str_from(read_write_names[selector->read_write]));
    json_member_boolean(writer, "IncludeManagementEvents", selector->include_management);
    json_key(writer, STR_LITERAL("DataResources"));
    json_begin_array(writer);
    for (size_t i = 0; i < selector->resource_count; i++) {
        json_begin_object(writer);
        json_member_string(writer, "Type", selector->resources[i].type);
        write_values(writer, "Values", selector->resources[i].values);
        json_end_object(writer);
    }
    json_end_array(writer);
    write_values(writer, "ExcludeManagementEventSources", selector->excluded_sources);
    json_end_object(writer);
}

static void write_advanced(struct json_writer *writer, const struct event_advanced_selector *selector) {
    json_begin_object(writer);
    if (selector->name.data != NULL)
        json_member_string(writer, "Name", selector->name);
    json_key(writer, STR_LITERAL("FieldSelectors"));
    json_begin_array(writer);
    for (size_t i = 0; i < selector->field_count; i++) {
        const struct event_field_selector *field = &selector->fields[i];
        json_begin_object(writer);
        json_member_string(writer, "Field", str_from(event_field_names[field->field]));
        for (size_t j = 0; j < OPERATOR_COUNT; j++) {
            if (field->values[j].count != 0)
                write_values(writer, event_operator_names[j], field->values[j]);
        }
        json_end_object(writer);
    }
    json_end_array(writer);
    json_end_object(writer);
}

void event_selectors_append_json(struct buf *buf, const struct event_selectors *selectors) {
    struct json_writer writer = JSON_WRITER(buf);
    json_begin_array(&writer);
    for (size_t i = 0; i < selectors->count; i++) {
        if (selectors->are_advanced)
            write_advanced(&writer, &selectors->advanced[i]);
        else
            write_basic(&writer, &selectors->basic[i]);
    }
    json_end_array(&writer);
}

/* ---- matching ---- */

static bool is_among(struct event_value_list values, struct str text) {
    for (size_t i = 0; i < values.count; i++) {
        if (str_equals(values.items[i], text))
            return true;
    }
    return false;
}

/* "arn:aws:s3" and "arn:aws:s3:::", but not "arn:aws:s3:::bucket/ends-in:". */
static bool means_all(struct str arn) {
    size_t colons = 0;
    for (size_t i = 0; i < arn.size; i++)
        colons += arn.data[i] == ':';
    return colons < 3 || (colons == 5 && arn.data[arn.size - 1] == ':');
}

/* S3 values are the beginning of object ARNs; those of functions and tables are whole. */
static bool selects_arn(struct str type, struct str value, struct str arn) {
    if (means_all(value))
        return true;
    return str_is(type, "AWS::S3::Object") ? str_starts_with(arn, value) : str_equals(arn, value);
}

static bool selects_resource(const struct event_data_resource *selected, const struct event_facets *facets) {
    for (size_t i = 0; i < facets->resource_count; i++) {
        if (!str_equals(facets->resources[i].type, selected->type))
            continue;
        for (size_t j = 0; j < selected->values.count; j++) {
            if (selects_arn(selected->type, selected->values.items[j], facets->resources[i].name))
                return true;
        }
    }
    return false;
}

static bool match_basic(const struct event_basic_selector *selector, const struct event_facets *facets) {
    bool is_read = facets->read_only == EVENT_TRUE;
    if ((selector->read_write == READ_ONLY && !is_read) || (selector->read_write == WRITE_ONLY && is_read))
        return false;
    if (facets->category == EVENT_MANAGEMENT)
        return selector->include_management && !is_among(selector->excluded_sources, facets->source);
    if (facets->category != EVENT_DATA)
        return false;
    for (size_t i = 0; i < selector->resource_count; i++) {
        if (selects_resource(&selector->resources[i], facets))
            return true;
    }
    return false;
}

static bool meets(enum event_operator operator, struct str value, struct str text) {
    switch (operator) {
    case OPERATOR_EQUALS:
    case OPERATOR_NOT_EQUALS:
        return str_equals(text, value);
    case OPERATOR_STARTS_WITH:
    case OPERATOR_NOT_STARTS_WITH:
        return str_starts_with(text, value);
    case OPERATOR_ENDS_WITH:
    case OPERATOR_NOT_ENDS_WITH:
        return str_ends_with(text, value);
    case OPERATOR_COUNT:
        break;
    }
    return false;
}

/* Any value of any including operator, where there is one; and no value of an excluding one. */
static bool meets_field(const struct event_field_selector *field, struct str text) {
    bool is_included = false, has_includes = false;
    for (unsigned i = 0; i < OPERATOR_COUNT; i++) {
        bool excludes = i >= OPERATOR_NOT_EQUALS;
        for (size_t j = 0; j < field->values[i].count; j++) {
            bool is_met = meets((enum event_operator)i, field->values[i].items[j], text);
            if (excludes && is_met)
                return false;
            is_included = is_included || (!excludes && is_met);
            has_includes = has_includes || !excludes;
        }
    }
    return is_included || !has_includes;
}

/* An event that does not say whether it reads is taken for a write, so that none gets lost. */
static struct str field_text(const struct event_facets *facets, enum event_field field) {
    switch (field) {
    case FIELD_CATEGORY:
        return facets->category_text;
    case FIELD_READ_ONLY:
        return str_from(facets->read_only == EVENT_TRUE ? "true" : "false");
    case FIELD_SOURCE:
        return facets->source;
    case FIELD_NAME:
        return facets->name;
    case FIELD_TYPE:
        return facets->event_type;
    case FIELD_FROM_CONSOLE:
        return str_from(str_is(facets->session_from_console, "true") ? "true" : "false");
    case FIELD_USER_ARN:
        return facets->user_arn;
    case FIELD_ERROR_CODE:
        return facets->error_code;
    case FIELD_VPC_ENDPOINT:
        return facets->vpc_endpoint_id;
    case FIELD_RESOURCE_TYPE:
    case FIELD_RESOURCE_ARN:
    case FIELD_COUNT:
        break;
    }
    return STR_EMPTY;
}

/* Do all conditions of the selector on resources.* hold for one and the same resource? */
static bool match_resource(
    const struct event_advanced_selector *selector, const struct event_resource *resource) {
    if (!str_equals(selector->resource_type, resource->type))
        return false;
    for (size_t i = 0; i < selector->field_count; i++) {
        const struct event_field_selector *field = &selector->fields[i];
        if (field->field == FIELD_RESOURCE_ARN && !meets_field(field, resource->name))
            return false;
    }
    return true;
}

static bool match_advanced(
    const struct event_advanced_selector *selector, const struct event_facets *facets) {
    for (size_t i = 0; i < selector->field_count; i++) {
        const struct event_field_selector *field = &selector->fields[i];
        bool is_of_resource = field->field == FIELD_RESOURCE_TYPE || field->field == FIELD_RESOURCE_ARN;
        if (!is_of_resource && !meets_field(field, field_text(facets, field->field)))
            return false;
    }
    if (selector->resource_type.size == 0)
        return true;
    for (size_t i = 0; i < facets->resource_count; i++) {
        if (match_resource(selector, &facets->resources[i]))
            return true;
    }
    return false;
}

bool event_selectors_match(const struct event_selectors *selectors, const struct event_facets *facets) {
    for (size_t i = 0; i < selectors->count; i++) {
        if (selectors->are_advanced ? match_advanced(&selectors->advanced[i], facets)
                                    : match_basic(&selectors->basic[i], facets))
            return true;
    }
    return false;
}

static bool reaches_basic(
    const struct event_basic_selector *selector, enum event_category category, bool is_read) {
    if (selector->read_write == (is_read ? WRITE_ONLY : READ_ONLY))
        return false;
    if (category == EVENT_MANAGEMENT)
        return selector->include_management;
    bool has_values = false;
    for (size_t i = 0; i < selector->resource_count; i++)
        has_values = has_values || selector->resources[i].values.count > 0;
    return category == EVENT_DATA && has_values;
}

static bool reaches_advanced(
    const struct event_advanced_selector *selector, const char *category, bool is_read) {
    for (size_t i = 0; i < selector->field_count; i++) {
        const struct event_field_selector *field = &selector->fields[i];
        if (field->field == FIELD_CATEGORY && !meets_field(field, str_from(category)))
            return false;
        if (field->field == FIELD_READ_ONLY && !meets_field(field, str_from(is_read ? "true" : "false")))
            return false;
    }
    return true;
}

bool event_selectors_reach(
    const struct event_selectors *selectors, enum event_category category, bool is_read) {
    static const char *const NAMES[] = {[EVENT_MANAGEMENT] = "Management",
        [EVENT_DATA] = "Data",
        [EVENT_NETWORK_ACTIVITY] = "NetworkActivity"};
    if (category > EVENT_NETWORK_ACTIVITY)
        return false;
    for (size_t i = 0; i < selectors->count; i++) {
        if (selectors->are_advanced ? reaches_advanced(&selectors->advanced[i], NAMES[category], is_read)
                                    : reaches_basic(&selectors->basic[i], category, is_read))
            return true;
    }
    return false;
}

static void destroy_parser(struct json_parser **parser) {
    json_parser_destroy(*parser);
}

typedef struct event_selectors *parse_list(struct json_value list, struct error *error);

static struct event_selectors *read(struct str text, parse_list *parse, struct error *error) {
    if (text.size == 0)
        return event_selectors_default();
    SCOPED(destroy_parser) struct json_parser *parser = json_parser_create();
    struct json_value list = JSON_MISSING;
    return json_parse(parser, text, &list, error) ? parse(list, error) : NULL;
}

struct event_selectors *event_selectors_read(struct str text, bool are_advanced, struct error *error) {
    return read(text, are_advanced ? event_selectors_parse_advanced : event_selectors_parse_basic, error);
}

struct event_selectors *event_selectors_read_store(struct str text, struct error *error) {
    return read(text, event_selectors_parse_store, error);
}
