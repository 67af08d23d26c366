/* SPDX-License-Identifier: Apache-2.0 */
/*
 * result: the XML of query replies as responseElements. XML does not tell lists from structures; names do:
 * lists of "member" or of one repeated element, and names in the plural.
 */
#include "base/own.h"

#include "private.h"

struct context {
    struct arena *arena;
    struct json_writer *writer;
    struct str service;
    enum protocol_times times;
};

static void write_value(const struct context *context, struct str name, const struct xml_node *node);

/* Elements that old SQS repeats without a list around them, as its JSON names that list. */
static struct str list_name(struct str service, struct str name) {
    static const struct {
        const char *name, *list;
    } lists[] = {
        {"SendMessageBatchResultEntry", "successful"},
        {"DeleteMessageBatchResultEntry", "successful"},
        {"ChangeMessageVisibilityBatchResultEntry", "successful"},
        {"BatchResultErrorEntry", "failed"},
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists && str_is(service, "sqs"); i++) {
        if (str_is(name, lists[i].name))
            return str_from(lists[i].list);
    }
    return STR_EMPTY;
}

/* "Tags", "TagList"; not "Status". */
static bool is_plural(struct str name) {
    static const char *const structures[] = {"PendingModifiedValues", "Credentials"};
    for (size_t i = 0; i < sizeof structures / sizeof *structures; i++) {
        if (str_is(name, structures[i]))
            return false;
    }
    bool ends_otherwise = str_ends_with(name, STR_LITERAL("ss")) || str_ends_with(name, STR_LITERAL("us"));
    return str_ends_with(name, STR_LITERAL("List")) ||
           (str_ends_with(name, STR_LITERAL("s")) && !ends_otherwise);
}

static bool is_list(const struct xml_node *node) {
    const struct xml_node *first = node->first_child;
    if (first == NULL)
        return false;
    for (const struct xml_node *child = first->next; child != NULL; child = child->next) {
        if (!str_equals(child->name, first->name))
            return false;
    }
    return str_is(first->name, "member") || is_plural(node->name);
}

static bool is_map(const struct xml_node *node) {
    for (const struct xml_node *child = node->first_child; child != NULL; child = child->next) {
        if (!str_is(child->name, "entry") || xml_child(child, "key") == NULL)
            return false;
    }
    return node->first_child != NULL;
}

static void write_map(const struct context *context, const struct xml_node *node) {
    json_begin_object(context->writer);
    for (const struct xml_node *child = node->first_child; child != NULL; child = child->next) {
        const struct xml_node *value = xml_child(child, "value");
        json_key(context->writer, xml_child_text(child, "key"));
        if (value == NULL)
            json_write_null(context->writer);
        else
            write_value(context, STR_LITERAL("value"), value);
    }
    json_end_object(context->writer);
}

static void write_list(const struct context *context, const struct xml_node *node) {
    json_begin_array(context->writer);
    for (const struct xml_node *child = node->first_child; child != NULL; child = child->next)
        write_value(context, STR_LITERAL("value"), child);
    json_end_array(context->writer);
}

/* An element and, where the same name follows at once, those behind it; returns the last one written. */
static const struct xml_node *write_member(const struct context *context, const struct xml_node *node) {
    struct str list = list_name(context->service, node->name);
    struct str name = list.size != 0 ? list : protocol_lowered(context->arena, node->name);
    bool is_repeated = node->next != NULL && str_equals(node->next->name, node->name);
    bool is_empty = node->first_child == NULL && node->text.size == 0;
    if (is_empty && !is_repeated && !is_plural(node->name))
        return node; /* nobody knows of what type nothing is */
    if (protocol_write_payload(context->writer, context->service, name, false))
        return node;
    json_key(context->writer, name);
    if (list.size == 0 && !is_repeated) {
        write_value(context, name, node);
        return node;
    }
    json_begin_array(context->writer);
    write_value(context, STR_LITERAL("value"), node);
    for (; node->next != NULL && str_equals(node->next->name, node->name); node = node->next)
        write_value(context, STR_LITERAL("value"), node->next);
    json_end_array(context->writer);
    return node;
}

static void write_members(const struct context *context, const struct xml_node *node) {
    json_begin_object(context->writer);
    for (const struct xml_node *child = node->first_child; child != NULL; child = child->next)
        child = write_member(context, child);
    json_end_object(context->writer);
}

/* Depth is bounded by XML_DEPTH_MAX. */
static void write_value(const struct context *context, struct str name, const struct xml_node *node) {
    if (is_map(node))
        write_map(context, node);
    else if (is_list(node) || (node->first_child == NULL && node->text.size == 0 && is_plural(node->name)))
        write_list(context, node);
    else if (node->first_child != NULL)
        write_members(context, node);
    else
        protocol_write_typed(context->writer, name, node->text, context->times);
}

/* Services whose records have what is in the only element of the result, without that element's name. */
static bool drops_wrapper(struct str service) {
    return str_is(service, "rds") || str_is(service, "redshift") || str_is(service, "elasticache");
}

struct call_part rpc_result_part(
    struct arena *arena, const struct xml_node *result, const struct protocol_call *call) {
    SCOPED(buf_finish) struct buf json = BUF_INIT(PROTOCOL_TEXT_SIZE_MAX);
    struct json_writer writer = JSON_WRITER(&json);
    bool has_comma = !str_is(call->service, "iam") && !str_is(call->service, "rds");
    const struct context context = {
        arena, &writer, call->service, has_comma ? PROTOCOL_TIMES_WORDS_COMMA : PROTOCOL_TIMES_WORDS};
    const struct xml_node *only = result->first_child;
    bool is_wrapped = drops_wrapper(call->service) && only != NULL && only->next == NULL &&
                      only->first_child != NULL && !is_list(only);
    write_members(&context, is_wrapped ? only : result);
    return protocol_part_of(arena, &json);
}
