/* SPDX-License-Identifier: Apache-2.0 */
/* xml: Route 53 and CloudFront, whose bodies are XML: the same parameters as JSON would have them. */
#include "base/own.h"

#include "private.h"

#include <stdlib.h>
#include <string.h>

enum element_kind { TEXT, LIST, NUMBER, TRUTH };

#define ELEMENT(service, name, kind) {service, name, kind},
static const struct element {
    const char *service, *name;
    enum element_kind kind;
} elements[] = {
#include "xml_table.h"
};
#undef ELEMENT

struct element_key {
    struct str service, name;
};

static int compare_element(const void *key, const void *row) {
    const struct element_key *wanted = key;
    const struct element *element = row;
    int order = str_compare(wanted->service, str_from(element->service));
    return order != 0 ? order : str_compare(wanted->name, str_from(element->name));
}

static enum element_kind kind_of(struct str service, struct str name) {
    struct element_key key = {service, name};
    const struct element *found =
        bsearch(&key, elements, sizeof elements / sizeof *elements, sizeof *elements, compare_element);
    return found == NULL ? TEXT : found->kind;
}

static void write_node(struct json_writer *writer, struct str service, const struct xml_node *node);

static void write_members(struct json_writer *writer, struct str service, const struct xml_node *node) {
    for (const struct xml_node *child = node->first_child; child != NULL; child = child->next) {
        json_key(writer, child->name);
        write_node(writer, service, child);
    }
}

/* Depth is bounded by XML_DEPTH_MAX. */
static void write_node(struct json_writer *writer, struct str service, const struct xml_node *node) {
    enum element_kind kind = kind_of(service, node->name);
    if (kind == LIST) {
        json_begin_array(writer);
        for (const struct xml_node *child = node->first_child; child != NULL; child = child->next)
            write_node(writer, service, child);
        json_end_array(writer);
    } else if (node->first_child != NULL) {
        json_begin_object(writer);
        write_members(writer, service, node);
        json_end_object(writer);
    } else {
        static const char kinds[] = {[TEXT] = '\0', [LIST] = '\0', [NUMBER] = '#', [TRUTH] = '?'};
        rest_write_typed(writer, kinds[kind], node->text);
    }
}

/* NULL where it is no XML. */
static const struct xml_node *parse(struct arena *arena, struct bytes body) {
    struct xml_node *root = NULL;
    struct error error;
    return xml_parse(arena, str_trim(bytes_str(protocol_body_plain(arena, body))), &root, &error) ? root
                                                                                                  : NULL;
}

static void read_body(
    struct arena *arena, struct protocol_keys *keys, struct bytes body, struct protocol_call *call) {
    const struct rest_detail *detail = call->detail;
    IGNORE(keys != NULL, "tables are DynamoDB's");
    if (detail == NULL || body.size == 0)
        return;
    SCOPED(buf_finish) struct buf json = BUF_INIT(PROTOCOL_TEXT_SIZE_MAX);
    struct json_writer writer = JSON_WRITER(&json);
    struct str member = rest_body_member(detail->match.route);
    const struct xml_node *root = parse(arena, body);
    if (root == NULL) {
        rest_take_unreadable(arena, detail->members, body.size, call);
        return;
    }
    if (member.size != 0) {
        json_key(&writer, member);
        write_node(&writer, call->service, root);
    } else {
        write_members(&writer, call->service, root);
    }
    rest_take_request(arena, detail->members, buf_str(&json), call);
}

static void read_reply(struct arena *arena, struct protocol_keys *keys, const struct protocol_reply *reply,
    struct bytes body, struct protocol_call *call) {
    IGNORE(keys != NULL, "tables are DynamoDB's");
    if (reply->status >= 300) {
        protocol_read_failure(arena, reply, body, call);
        return;
    }
    const struct xml_node *root = body.size == 0 || call->reply_bytes_max == 0 ? NULL : parse(arena, body);
    if (root == NULL)
        return;
    /* The whole reply is one member, <Distribution>, or a frame around members, <CreateHostedZoneResponse>.
     */
    bool is_frame = str_ends_with(root->name, STR_LITERAL("Response")) ||
                    str_ends_with(root->name, STR_LITERAL("Result"));
    SCOPED(buf_finish) struct buf json = BUF_INIT(PROTOCOL_TEXT_SIZE_MAX);
    struct json_writer writer = JSON_WRITER(&json);
    json_begin_object(&writer);
    if (!is_frame) {
        json_key(&writer, root->name);
        write_node(&writer, call->service, root);
    } else {
        write_members(&writer, call->service, root);
    }
    json_end_object(&writer);
    call->parts[0].response = protocol_part_of(arena, &json);
}

const struct protocol_dialect rest_xml = {rest_begin, read_body, rest_begin_reply, read_reply};
