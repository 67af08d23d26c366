/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query: the query protocol (IAM, STS, SNS, SQS, RDS, CloudFormation, ...): parameters in a form or in the
 * query, replies in XML. Lists and maps become what the same call would have in JSON.
 */
#include "base/own.h"
#include "protocol/params.h"

#include "private.h"

/* Members that old SQS names in the singular, as its JSON and the records name them. */
static const struct {
    const char *name, *recorded;
    bool is_map; /* of Name (or Key) and Value */
} sqs_names[] = {
    {"Attribute", "attributes", true},
    {"Tag", "tags", true},
    {"AttributeName", "attributeNames", false},
    {"TagKey", "tagKeys", false},
    {"ActionName", "actions", false},
    {"AWSAccountId", "aWSAccountIds", false},
    {"SendMessageBatchRequestEntry", "entries", false},
    {"DeleteMessageBatchRequestEntry", "entries", false},
    {"ChangeMessageVisibilityBatchRequestEntry", "entries", false},
};

/* What is written of a call's parameters. */
struct context {
    struct arena *arena;
    struct json_writer *writer;
    struct str service;
};

static void write_value(
    const struct context *context, struct str name, const struct protocol_parameter *node);

/* "X.member.1" and "X.Tag.1": what the only member lists is what X lists. */
static const struct protocol_parameter *list_of(const struct protocol_parameter *node) {
    if (protocol_parameter_is_list(node))
        return node;
    const struct protocol_parameter *only = node->first;
    return only != NULL && only->next == NULL && protocol_parameter_is_list(only) ? only : NULL;
}

static struct str key_of(const struct protocol_parameter *entry) {
    static const char *const names[] = {"key", "Key", "Name"};
    struct str key = STR_EMPTY;
    for (size_t i = 0; i < sizeof names / sizeof *names && key.size == 0; i++)
        key = protocol_parameter_text(entry, names[i]);
    return key;
}

/* Keys are the caller's, and stay as they are. */
static void write_map(const struct context *context, const struct protocol_parameter *list) {
    json_begin_object(context->writer);
    for (const struct protocol_parameter *entry = list->first; entry != NULL; entry = entry->next) {
        const struct protocol_parameter *value = protocol_parameter_find(entry, "value");
        value = value != NULL ? value : protocol_parameter_find(entry, "Value");
        json_key(context->writer, key_of(entry));
        if (value == NULL)
            json_write_null(context->writer);
        else
            write_value(context, STR_LITERAL("value"), value);
    }
    json_end_object(context->writer);
}

static void write_list(const struct context *context, const struct protocol_parameter *list) {
    json_begin_array(context->writer);
    for (const struct protocol_parameter *entry = list->first; entry != NULL; entry = entry->next)
        write_value(context, STR_LITERAL("value"), entry);
    json_end_array(context->writer);
}

static void write_member(const struct context *context, const struct protocol_parameter *node) {
    struct str name = protocol_lowered(context->arena, node->name);
    bool is_map = false;
    for (size_t i = 0; i < sizeof sqs_names / sizeof *sqs_names && str_is(context->service, "sqs"); i++) {
        if (str_is(node->name, sqs_names[i].name) && protocol_parameter_is_list(node)) {
            name = str_from(sqs_names[i].recorded);
            is_map = sqs_names[i].is_map;
        }
    }
    if (protocol_write_payload(context->writer, context->service, name, false))
        return;
    json_key(context->writer, name);
    if (is_map)
        write_map(context, node);
    else
        write_value(context, name, node);
}

/* Depth is bounded by PROTOCOL_PARAMETER_DEPTH_MAX. */
static void write_value(
    const struct context *context, struct str name, const struct protocol_parameter *node) {
    const struct protocol_parameter *list = list_of(node);
    if (node->first == NULL) {
        protocol_write_typed(context->writer, name, node->value, PROTOCOL_TIMES_WORDS);
    } else if (list != NULL && str_is(list->name, "entry") && key_of(list->first).size != 0) {
        write_map(context, list);
    } else if (list != NULL) {
        write_list(context, list);
    } else {
        json_begin_object(context->writer);
        for (const struct protocol_parameter *child = node->first; child != NULL; child = child->next)
            write_member(context, child);
        json_end_object(context->writer);
    }
}

static struct call_part part_of(
    struct arena *arena, const struct protocol_call *call, const struct protocol_parameter *root) {
    SCOPED(buf_finish) struct buf json = BUF_INIT(PROTOCOL_TEXT_SIZE_MAX);
    struct json_writer writer = JSON_WRITER(&json);
    const struct context context = {arena, &writer, call->service};
    json_begin_object(&writer);
    for (const struct protocol_parameter *child = root->first; child != NULL; child = child->next) {
        if (!protocol_parameter_is_frame(child->name))
            write_member(&context, child);
    }
    json_end_object(&writer);
    return protocol_part_of(arena, &json);
}

/* ---- the call ---- */

/* Whose the call is where no signature tells: of every service the version that all clients send. */
static const struct {
    const char *version, *service;
} versions[] = {{"2010-03-31", "sns"}, {"2010-05-08", "iam"}, {"2010-05-15", "cloudformation"},
    {"2010-08-01", "monitoring"}, {"2010-12-01", "ses"}, {"2011-01-01", "autoscaling"}, {"2011-06-15", "sts"},
    {"2012-06-01", "elasticloadbalancing"}, {"2012-11-05", "sqs"}, {"2012-12-01", "redshift"},
    {"2014-10-31", "rds"}, {"2015-02-02", "elasticache"}, {"2015-12-01", "elasticloadbalancing"},
    {"2016-11-15", "ec2"}};

static struct str service_of_version(struct str version) {
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        if (str_is(version, versions[i].version))
            return str_from(versions[i].service);
    }
    return STR_EMPTY;
}

bool rpc_query_has_service(struct str service) {
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        if (str_is(service, versions[i].service))
            return true;
    }
    return false;
}

/* Looked for in the whole form: a second one may stand behind more parameters than are recorded. */
static bool names_another_action(struct arena *arena, struct str form, struct str action) {
    enum { NAME_SIZE_MAX = 3 * (sizeof "Action" - 1) }; /* all of it encoded */
    while (form.size != 0) {
        struct str value = str_cut(&form, '&'), name = str_cut(&value, '=');
        if (name.size <= NAME_SIZE_MAX && str_is(protocol_decode(arena, name, true), "Action") &&
            !str_equals(protocol_decode(arena, value, true), action))
            return true;
    }
    return false;
}

static void read_frame(
    struct arena *arena, const struct protocol_parameter *root, struct protocol_call *call) {
    struct str action = protocol_parameter_text(root, "Action");
    struct str version = protocol_parameter_text(root, "Version");
    struct str key = protocol_parameter_text(root, "AWSAccessKeyId");
    call->operation =
        rpc_is_operation(action) && !call->is_ambiguous ? arena_str(arena, action) : STR_LITERAL("Unknown");
    if (call->service.size == 0 && service_of_version(version).size != 0)
        protocol_set_service(arena, service_of_version(version), call);
    if (str_is(call->service, "ec2"))
        call->kind = PROTOCOL_EC2;
    if (key.size != 0 && call->claim.signature == PROTOCOL_UNSIGNED &&
        protocol_parameter_find(root, "Signature") != NULL) {
        call->claim.signature = PROTOCOL_SIGV2;
        call->claim.access_key_id = arena_str(arena, key);
        call->claim.session_token = arena_str(arena, protocol_parameter_text(root, "SecurityToken"));
    }
}

/* What the query and the body say together. */
static void read_parameters(
    struct arena *arena, struct str query, struct str body, struct protocol_call *call) {
    struct protocol_parameter root = {.name = STR_EMPTY};
    bool is_whole = protocol_parameters_add(arena, query, &root) &&
                    protocol_parameters_add(arena, body, &root) && body.size < call->body_bytes_max;
    struct str action = protocol_parameter_text(&root, "Action");
    call->is_ambiguous |=
        names_another_action(arena, query, action) || names_another_action(arena, body, action);
    read_frame(arena, &root, call);
    if (!is_whole)
        call->parts[0].request =
            protocol_part_omitted(arena, "requestParameters", "too large", query.size + body.size);
    else if (call->kind == PROTOCOL_EC2)
        call->parts[0].request = rpc_ec2_part(arena, call, &root);
    else
        call->parts[0].request = part_of(arena, call, &root);
    SCOPED(protocol_document_close)
    struct protocol_document document = protocol_document_open(call->parts[0].request.json);
    IGNORE(rpc_batch_read_body(arena, document.root, call), "most calls are no batches");
    protocol_find_resources(arena, document.root, call);
}

/* A GET has no body: its query is read at once, and kept for calls that have parameters in both. */
void rpc_query_begin(struct arena *arena, const struct protocol_head *head, struct protocol_call *call) {
    enum { FORM_SIZE_MAX = 4 << 20 };
    struct str *query = ARENA_NEW(arena, struct str);
    *query = head->query;
    call->detail = query;
    call->casing = CALL_CASED;
    call->body_bytes_max = FORM_SIZE_MAX;
    call->body_prefix_will_do = true; /* of a larger one Action at least, which comes first */
    if (head->query.size != 0)
        read_parameters(arena, head->query, STR_EMPTY, call);
}

void rpc_query_read_body(
    struct arena *arena, struct protocol_keys *keys, struct bytes body, struct protocol_call *call) {
    const struct str *query = call->detail;
    IGNORE(keys != NULL, "tables are DynamoDB's");
    if (body.size != 0)
        read_parameters(arena, *query, str_trim(bytes_str(protocol_body_plain(arena, body))), call);
}

const struct xml_node *rpc_reply_root(
    struct arena *arena, const struct protocol_reply *reply, struct bytes body, struct protocol_call *call) {
    struct xml_node *root = NULL;
    struct error error;
    if (reply->status >= 300) {
        protocol_read_failure(arena, reply, body, call);
        return NULL;
    }
    bool is_read =
        body.size != 0 && xml_parse(arena, bytes_str(protocol_body_plain(arena, body)), &root, &error);
    return is_read ? root : NULL;
}

static void read_reply(struct arena *arena, struct protocol_keys *keys, const struct protocol_reply *reply,
    struct bytes body, struct protocol_call *call) {
    IGNORE(keys != NULL, "tables are DynamoDB's");
    const struct xml_node *root = rpc_reply_root(arena, reply, body, call);
    if (root == NULL)
        return;
    if (call->request_id.size == 0)
        call->request_id = xml_child_text(xml_child(root, "ResponseMetadata"), "RequestId");
    const struct xml_node *result = root->first_child;
    if (result == NULL || !str_ends_with(result->name, STR_LITERAL("Result")))
        return;
    protocol_read_session(arena, result, JSON_MISSING, call);
    call->parts[0].response = rpc_result_part(arena, result, call);
}

const struct protocol_dialect rpc_query = {
    rpc_query_begin, rpc_query_read_body, protocol_body_begin_reply, read_reply};
