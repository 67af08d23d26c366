/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ec2: the query protocol as EC2 has it, and its two ways of being recorded. Old operations have sets of
 * items ({"instancesSet":{"items":[...]}}); those that came later are their XML, element by element
 * ({"CreateNatGatewayRequest":{...}}), with every text that looks like a number or a truth as one.
 */
#include "base/own.h"
#include "protocol/params.h"

#include "private.h"

#define OPERATION(name, sets) {name, sets},
#define LIST(operation, parameter, name, member, sets)
static const struct operation {
    const char *name, *sets;
} operations[] = {
#include "ec2_table.h"
};
#undef OPERATION
#undef LIST

#define OPERATION(name, sets)
#define LIST(operation, parameter, name, member, sets) {operation, parameter, name, member, sets},
static const struct list {
    const char *operation, *parameter, *name, *member, *sets;
} lists[] = {
#include "ec2_table.h"
};
#undef OPERATION
#undef LIST

struct context {
    struct arena *arena;
    struct json_writer *writer;
    struct str operation;
};

static const struct operation *find_operation(struct str name) {
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        if (str_is(name, operations[i].name))
            return &operations[i];
    }
    return NULL;
}

static const struct list *find_list(struct str operation, struct str parameter) {
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        if (str_is(parameter, lists[i].parameter) &&
            (lists[i].operation[0] == '\0' || str_is(operation, lists[i].operation)))
            return &lists[i];
    }
    return NULL;
}

struct str rpc_ec2_name(struct str operation, struct str lowered) {
    bool is_zone = str_is(operation, "CreateVolume") && str_is(lowered, "availabilityZone");
    return is_zone ? STR_LITERAL("zone") : lowered;
}

/* ---- parameters of old operations ---- */

static void write_members(const struct context *context, const struct protocol_parameter *node);

static bool is_sent(const struct context *context, const struct protocol_parameter *node, struct str set) {
    for (const struct protocol_parameter *child = node->first; child != NULL; child = child->next) {
        const struct list *row = find_list(context->operation, child->name);
        if (row != NULL && str_is(set, row->name) && protocol_parameter_is_list(child))
            return true;
    }
    return false;
}

/* Sets for which nothing was sent. */
static void write_empty_sets(
    const struct context *context, const struct protocol_parameter *node, const char *names) {
    struct str sets = str_from(names);
    while (sets.size != 0) {
        struct str set = str_cut(&sets, ' ');
        if (is_sent(context, node, set))
            continue;
        json_key(context->writer, set);
        json_write_raw(context->writer, STR_LITERAL("{}"));
    }
}

/* `row`: of the list that the item is in, NULL where it has none. */
static void write_item(const struct context *context, const struct list *row, struct str member,
    const struct protocol_parameter *item) {
    if (item->first != NULL) {
        json_begin_object(context->writer);
        write_members(context, item);
        write_empty_sets(context, item, row == NULL ? "" : row->sets);
        json_end_object(context->writer);
        return;
    }
    json_begin_object(context->writer);
    json_key(context->writer, member);
    json_write_string(context->writer, item->value);
    json_end_object(context->writer);
}

/* Tags of a new thing are an array of their own: {"resourceType":"vpc","tags":[...]}. */
static void write_tags(const struct context *context, const struct protocol_parameter *list) {
    json_key(context->writer, STR_LITERAL("tags"));
    json_begin_array(context->writer);
    for (const struct protocol_parameter *item = list->first; item != NULL; item = item->next)
        write_item(context, NULL, STR_LITERAL("key"), item);
    json_end_array(context->writer);
}

static void write_list(const struct context *context, const struct protocol_parameter *list) {
    const struct list *row = find_list(context->operation, list->name);
    struct str lowered = protocol_lowered(context->arena, list->name);
    struct str member = row != NULL && row->member[0] != '\0' ? str_from(row->member) : lowered;
    json_key(context->writer,
        row != NULL ? str_from(row->name) : arena_format(context->arena, "%.*sSet", STR(lowered)));
    json_begin_object(context->writer);
    json_key(context->writer, STR_LITERAL("items"));
    json_begin_array(context->writer);
    for (const struct protocol_parameter *item = list->first; item != NULL; item = item->next)
        write_item(context, row, member, item);
    json_end_array(context->writer);
    json_end_object(context->writer);
}

static void write_member(
    const struct context *context, struct str parent, const struct protocol_parameter *node) {
    struct str name = rpc_ec2_name(context->operation, protocol_lowered(context->arena, node->name));
    if (protocol_write_payload(context->writer, STR_LITERAL("ec2"), name, false))
        return;
    if (protocol_parameter_is_list(node)) {
        if (str_is(node->name, "Tag") && str_is(parent, "TagSpecification"))
            write_tags(context, node);
        else
            write_list(context, node);
        return;
    }
    json_key(context->writer, name);
    if (node->first == NULL) {
        protocol_write_typed(context->writer, name, node->value, PROTOCOL_TIMES_WORDS_COMMA);
        return;
    }
    json_begin_object(context->writer);
    if (node->first == node->last && str_is(node->first->name, "Value") && node->first->first == NULL) {
        json_key(context->writer, STR_LITERAL("value")); /* an attribute: "DisableApiTermination.Value" */
        protocol_write_guessed(context->writer, node->first->value);
    } else {
        write_members(context, node);
    }
    json_end_object(context->writer);
}

/* Depth is bounded by PROTOCOL_PARAMETER_DEPTH_MAX. */
static void write_members(const struct context *context, const struct protocol_parameter *node) {
    bool is_tagged = protocol_parameter_find(node, "ResourceType") != NULL;
    for (const struct protocol_parameter *child = node->first; child != NULL; child = child->next)
        write_member(context, is_tagged ? STR_LITERAL("TagSpecification") : STR_EMPTY, child);
}

/* What RunInstances wants of each instance stands in a set with one item. */
static bool is_of_instance(struct str name) {
    return str_is(name, "ImageId") || str_is(name, "MinCount") || str_is(name, "MaxCount") ||
           str_is(name, "KeyName");
}

static void write_instances(const struct context *context, const struct protocol_parameter *root) {
    json_key(context->writer, STR_LITERAL("instancesSet"));
    json_begin_object(context->writer);
    json_key(context->writer, STR_LITERAL("items"));
    json_begin_array(context->writer);
    json_begin_object(context->writer);
    for (const struct protocol_parameter *child = root->first; child != NULL; child = child->next) {
        if (is_of_instance(child->name))
            write_member(context, STR_EMPTY, child);
    }
    json_end_object(context->writer);
    json_end_array(context->writer);
    json_end_object(context->writer);
}

static void write_old(
    const struct context *context, const struct operation *operation, const struct protocol_parameter *root) {
    bool runs = str_is(context->operation, "RunInstances");
    json_begin_object(context->writer);
    if (runs)
        write_instances(context, root);
    write_empty_sets(context, root, operation->sets);
    for (const struct protocol_parameter *child = root->first; child != NULL; child = child->next) {
        if (!protocol_parameter_is_frame(child->name) && !(runs && is_of_instance(child->name)))
            write_member(context, STR_EMPTY, child);
    }
    json_end_object(context->writer);
}

/* ---- parameters of later operations ---- */

static void write_later_members(
    const struct context *context, const struct protocol_parameter *node, struct str tag);

static void write_later_item(const struct context *context, const struct protocol_parameter *item) {
    if (item->first != NULL) {
        write_later_members(context, item, item->name);
        return;
    }
    json_begin_object(context->writer);
    json_key(context->writer, STR_LITERAL("tag"));
    protocol_write_guessed(context->writer, item->name);
    json_key(context->writer, STR_LITERAL("content"));
    protocol_write_guessed(context->writer, item->value);
    json_end_object(context->writer);
}

static void write_later_value(const struct context *context, const struct protocol_parameter *node) {
    if (node->first == NULL) {
        protocol_write_guessed(context->writer, node->value);
    } else if (!protocol_parameter_is_list(node)) {
        write_later_members(context, node, STR_EMPTY);
    } else if (node->first->next == NULL) {
        write_later_item(context, node->first);
    } else {
        json_begin_array(context->writer);
        for (const struct protocol_parameter *item = node->first; item != NULL; item = item->next)
            write_later_item(context, item);
        json_end_array(context->writer);
    }
}

/* `tag`: the number of an element of a list; empty for others. */
static void write_later_members(
    const struct context *context, const struct protocol_parameter *node, struct str tag) {
    json_begin_object(context->writer);
    for (const struct protocol_parameter *child = node->first; child != NULL; child = child->next) {
        if (protocol_parameter_is_frame(child->name) ||
            protocol_write_payload(context->writer, STR_LITERAL("ec2"), child->name, false))
            continue;
        json_key(context->writer, child->name);
        write_later_value(context, child);
    }
    if (tag.size != 0) {
        json_key(context->writer, STR_LITERAL("tag"));
        protocol_write_guessed(context->writer, tag);
    }
    json_end_object(context->writer);
}

static bool has_parameters(const struct protocol_parameter *root) {
    for (const struct protocol_parameter *child = root->first; child != NULL; child = child->next) {
        if (!protocol_parameter_is_frame(child->name))
            return true;
    }
    return false;
}

static void write_later(const struct context *context, const struct protocol_parameter *root) {
    json_begin_object(context->writer);
    json_key(context->writer, arena_format(context->arena, "%.*sRequest", STR(context->operation)));
    if (has_parameters(root))
        write_later_members(context, root, STR_EMPTY);
    else
        json_write_string(context->writer, STR_EMPTY);
    json_end_object(context->writer);
}

bool rpc_ec2_is_old(struct str operation) {
    return find_operation(operation) != NULL;
}

struct call_part rpc_ec2_part(
    struct arena *arena, const struct protocol_call *call, const struct protocol_parameter *root) {
    SCOPED(buf_finish) struct buf json = BUF_INIT(PROTOCOL_TEXT_SIZE_MAX);
    struct json_writer writer = JSON_WRITER(&json);
    const struct context context = {arena, &writer, call->operation};
    const struct operation *operation = find_operation(call->operation);
    if (str_is(call->operation, "Unknown"))
        return protocol_part_of(arena, &json);
    if (operation != NULL)
        write_old(&context, operation, root);
    else
        write_later(&context, root);
    return protocol_part_of(arena, &json);
}

const struct protocol_dialect rpc_ec2 = {
    rpc_query_begin, rpc_query_read_body, protocol_body_begin_reply, rpc_ec2_read_reply};
