/* SPDX-License-Identifier: Apache-2.0 */
/* ec2_result: EC2's replies as responseElements, in the two forms that ec2.c tells of. */
#include "base/own.h"

#include "private.h"

struct context {
    struct arena *arena;
    struct json_writer *writer;
    struct str operation;
};

/* ---- old operations ---- */

static bool is_list(const struct xml_node *node) {
    for (const struct xml_node *child = node->first_child; child != NULL; child = child->next) {
        if (!str_is(child->name, "item"))
            return false;
    }
    return node->first_child != NULL;
}

/* Elements that are there, as {}, although nothing is in them; other empty ones are left out. */
static bool is_kept_empty(struct str name) {
    static const char *const kept[] = {"association", "attachment", "blockDeviceMapping", "groups",
        "ipPermissions", "ipPermissionsEgress", "ipRanges", "ipv6Ranges", "prefixListIds", "productCodes"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (str_is(name, kept[i]))
            return true;
    }
    return str_ends_with(name, STR_LITERAL("Set"));
}

static void write_members(const struct context *context, const struct xml_node *node);

static void write_items(const struct context *context, const struct xml_node *node) {
    json_begin_object(context->writer);
    json_key(context->writer, STR_LITERAL("items"));
    json_begin_array(context->writer);
    for (const struct xml_node *item = node->first_child; item != NULL; item = item->next) {
        if (item->first_child != NULL)
            write_members(context, item);
        else
            json_write_string(context->writer, item->text);
    }
    json_end_array(context->writer);
    json_end_object(context->writer);
}

static void write_member(const struct context *context, const struct xml_node *node) {
    struct str name =
        str_is(node->name, "return") ? STR_LITERAL("_return") : protocol_lowered(context->arena, node->name);
    name = rpc_ec2_name(context->operation, name);
    bool is_empty = node->first_child == NULL && node->text.size == 0;
    if ((is_empty && !is_kept_empty(name)) ||
        protocol_write_payload(context->writer, STR_LITERAL("ec2"), name, false))
        return;
    json_key(context->writer, name);
    if (is_empty)
        json_write_raw(context->writer, STR_LITERAL("{}"));
    else if (is_list(node))
        write_items(context, node);
    else if (node->first_child != NULL)
        write_members(context, node);
    else
        protocol_write_typed(context->writer, name, node->text, PROTOCOL_TIMES_MS);
}

/* Depth is bounded by XML_DEPTH_MAX. */
static void write_members(const struct context *context, const struct xml_node *node) {
    json_begin_object(context->writer);
    for (const struct xml_node *child = node->first_child; child != NULL; child = child->next)
        write_member(context, child);
    json_end_object(context->writer);
}

/* requestId comes first. */
static void write_old(const struct context *context, const struct xml_node *root) {
    json_begin_object(context->writer);
    json_member_string(context->writer, "requestId", xml_child_text(root, "requestId"));
    for (const struct xml_node *child = root->first_child; child != NULL; child = child->next) {
        if (!str_is(child->name, "requestId"))
            write_member(context, child);
    }
    json_end_object(context->writer);
}

/* ---- later operations ---- */

static void write_later_members(const struct context *context, const struct xml_node *node);

static void write_later_value(const struct context *context, const struct xml_node *node) {
    if (node->first_child != NULL)
        write_later_members(context, node);
    else
        protocol_write_guessed(context->writer, node->text);
}

/* Elements of the same name, wherever they stand, are one array. */
static void write_later_member(const struct context *context, const struct xml_node *node) {
    json_key(context->writer, node->name);
    if (node->next == NULL || !str_equals(node->next->name, node->name)) {
        write_later_value(context, node);
        return;
    }
    json_begin_array(context->writer);
    for (const struct xml_node *next = node; next != NULL && str_equals(next->name, node->name);
         next = next->next)
        write_later_value(context, next);
    json_end_array(context->writer);
}

static void write_later_children(const struct context *context, const struct xml_node *node) {
    struct str before = STR_EMPTY;
    for (const struct xml_node *child = node->first_child; child != NULL; child = child->next) {
        bool is_written = str_equals(child->name, before);
        before = child->name;
        if (!is_written && !protocol_write_payload(context->writer, STR_LITERAL("ec2"), child->name, false))
            write_later_member(context, child);
    }
}

static void write_later_members(const struct context *context, const struct xml_node *node) {
    json_begin_object(context->writer);
    write_later_children(context, node);
    json_end_object(context->writer);
}

static void write_later(const struct context *context, const struct xml_node *root) {
    struct json_writer *writer = context->writer;
    json_begin_object(writer);
    json_key(writer, arena_format(context->arena, "%.*sResponse", STR(context->operation)));
    json_begin_object(writer);
    json_member_string(writer, "xmlns", STR_LITERAL("http://ec2.amazonaws.com/doc/2016-11-15/"));
    write_later_children(context, root);
    json_end_object(writer);
    json_end_object(writer);
}

void rpc_ec2_read_reply(struct arena *arena, struct protocol_keys *keys, const struct protocol_reply *reply,
    struct bytes body, struct protocol_call *call) {
    IGNORE(keys != NULL, "tables are DynamoDB's");
    const struct xml_node *root = rpc_reply_root(arena, reply, body, call);
    if (root == NULL)
        return;
    if (call->request_id.size == 0)
        call->request_id = xml_child_text(root, "requestId");
    SCOPED(buf_finish) struct buf json = BUF_INIT(PROTOCOL_TEXT_SIZE_MAX);
    struct json_writer writer = JSON_WRITER(&json);
    const struct context context = {arena, &writer, call->operation};
    if (rpc_ec2_is_old(call->operation))
        write_old(&context, root);
    else
        write_later(&context, root);
    call->parts[0].response = protocol_part_of(arena, &json);
}
