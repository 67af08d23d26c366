/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch: calls that do one thing many times (but DynamoDB's): every entry is recorded by its id or key, in as
 * many linked records as that needs, and of the reply what became of each.
 */
#include "base/own.h"
#include "protocol/parts.h"

#include "private.h"

static const struct batch {
    const char *service, *operation;
    const char *list, *recorded; /* the entries, in JSON; and as the record names them */
    const char *kept;            /* members of an entry that are recorded, lowered, with spaces between */
    const char *results; /* the reply's entries where those that failed are among the others; or NULL */
} batches[] = {
    {"events", "PutEvents", "Entries", "entries",
        "source detailType eventBusName resources time traceHeader endpointId", "Entries"},
    {"firehose", "PutRecordBatch", "Records", "records", "", "RequestResponses"},
    {"kinesis", "PutRecords", "Records", "records", "partitionKey explicitHashKey", "Records"},
    {"sns", "PublishBatch", "PublishBatchRequestEntries", "publishBatchRequestEntries",
        "id messageGroupId messageDeduplicationId", NULL},
    {"sqs", "ChangeMessageVisibilityBatch", "Entries", "entries", "id receiptHandle visibilityTimeout", NULL},
    {"sqs", "DeleteMessageBatch", "Entries", "entries", "id receiptHandle", NULL},
    {"sqs", "SendMessageBatch", "Entries", "entries", "id delaySeconds messageGroupId messageDeduplicationId",
        NULL},
};

static const struct batch *find_batch(const struct protocol_call *call) {
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
        if (str_is(call->operation, batches[i].operation) && str_is(call->service, batches[i].service))
            return &batches[i];
    }
    return NULL;
}

/* A member as JSON has it, or as it was made of a query. */
static struct json_value member(struct arena *arena, struct json_value object, const char *name) {
    struct json_value value = protocol_member(object, str_from(name));
    return json_exists(value) ? value : protocol_member(object, protocol_lowered(arena, str_from(name)));
}

static bool is_kept(const struct batch *batch, struct str lowered) {
    struct str kept = str_from(batch->kept);
    while (kept.size != 0) {
        if (str_equals(str_cut(&kept, ' '), lowered))
            return true;
    }
    return false;
}

static void write_entry(
    struct arena *arena, const struct batch *batch, struct json_value entry, struct json_writer *writer) {
    struct json_iterator iterator = json_iterate(entry);
    json_begin_object(writer);
    while (json_kind(entry) == JSON_OBJECT && json_next(&iterator)) {
        struct str name = protocol_lowered(arena, iterator.key);
        if (!is_kept(batch, name))
            continue;
        json_key(writer, name);
        protocol_write_json(writer, str_from(batch->service), iterator.value);
    }
    json_end_object(writer);
}

/* All members but the entries, without the braces. */
static struct str other_members(
    struct arena *arena, const struct batch *batch, struct json_value list, struct json_value root) {
    SCOPED(buf_finish) struct buf members = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&members);
    struct json_iterator iterator = json_iterate(root);
    json_begin_object(&writer);
    while (json_next(&iterator)) {
        if (iterator.value.index == list.index)
            continue;
        json_key(&writer, protocol_lowered(arena, iterator.key));
        protocol_write_json(&writer, str_from(batch->service), iterator.value);
    }
    json_end_object(&writer);
    return arena_str(arena, str_slice(buf_str(&members), 1, members.size - 2));
}

bool rpc_batch_read_body(struct arena *arena, struct json_value root, struct protocol_call *call) {
    const struct batch *batch = find_batch(call);
    if (batch == NULL || json_kind(root) != JSON_OBJECT)
        return false;
    struct json_value list = member(arena, root, batch->list);
    if (json_kind(list) != JSON_ARRAY)
        return false;
    SCOPED(protocol_entries_finish) struct protocol_entries entries = PROTOCOL_ENTRIES_INIT;
    struct json_iterator iterator = json_iterate(list);
    while (json_next(&iterator)) {
        if (protocol_entries_skip(&entries))
            continue;
        struct json_writer writer = JSON_WRITER(&entries.json);
        write_entry(arena, batch, iterator.value, &writer);
        protocol_entries_end(arena, &entries);
    }
    struct str members = other_members(arena, batch, list, root);
    protocol_entries_to_parts(arena, &entries, members, batch->recorded, call);
    return true;
}

/* Only those that failed, with their place in the batch. */
static struct call_part failed_entries(
    struct arena *arena, const struct batch *batch, struct json_value root) {
    SCOPED(buf_finish) struct buf json = BUF_INIT(PROTOCOL_PART_SIZE_MAX);
    struct json_writer writer = JSON_WRITER(&json);
    struct json_value list = member(arena, root, batch->results);
    struct json_iterator iterator = json_iterate(list);
    json_begin_object(&writer);
    json_key(&writer, STR_LITERAL("failed"));
    json_begin_array(&writer);
    for (int64_t i = 0; json_kind(list) == JSON_ARRAY && json_next(&iterator); i++) {
        struct str code = json_text(json_get(iterator.value, "ErrorCode"));
        if (code.size == 0)
            continue;
        json_begin_object(&writer);
        json_member_i64(&writer, "index", i);
        json_member_string(&writer, "errorCode", code);
        json_member_string(&writer, "errorMessage", json_text(json_get(iterator.value, "ErrorMessage")));
        json_end_object(&writer);
    }
    json_end_array(&writer);
    json_end_object(&writer);
    if (json.overflowed)
        return protocol_part_omitted(arena, "responseElements", "too large", json.size);
    return protocol_part_of(arena, &json);
}

bool rpc_batch_read_reply(struct arena *arena, struct json_value root, struct protocol_call *call) {
    const struct batch *batch = find_batch(call);
    if (batch == NULL || json_kind(root) != JSON_OBJECT)
        return false;
    SCOPED(buf_finish) struct buf json = BUF_INIT(PROTOCOL_TEXT_SIZE_MAX);
    struct json_writer writer = JSON_WRITER(&json);
    protocol_write_json(&writer, str_from(batch->service), root);
    call->parts[0].response = json.size <= PROTOCOL_PART_SIZE_MAX || batch->results == NULL
                                  ? protocol_part_of(arena, &json)
                                  : failed_entries(arena, batch, root);
    return true;
}
