/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dynamodb: calls that touch items. Of an item only its keys are recorded, as plain values; which of its
 * attributes these are tells the table's schema or a Key that the service took. What may stand in a record is
 * listed here: everything else of such a call is left out.
 */
#include "dynamodb.h"

#include "base/own.h"
#include "call/operation.h"
#include "protocol/keys.h"
#include "protocol/parts.h"

#include "private.h"

/* Which shape the parameters have. */
enum shape { SHAPE_ITEM, SHAPE_BATCH_GET, SHAPE_BATCH_WRITE, SHAPE_TRANSACTION, SHAPE_STATEMENTS };

static const struct operation {
    const char *name;
    enum shape shape;
    const char *list; /* of statements and transactions */
} operations[] = {
    {"BatchExecuteStatement", SHAPE_STATEMENTS, "Statements"},
    {"BatchGetItem", SHAPE_BATCH_GET, NULL},
    {"BatchWriteItem", SHAPE_BATCH_WRITE, NULL},
    {"DeleteItem", SHAPE_ITEM, NULL},
    {"ExecuteStatement", SHAPE_ITEM, NULL},
    {"ExecuteTransaction", SHAPE_STATEMENTS, "TransactStatements"},
    {"GetItem", SHAPE_ITEM, NULL},
    {"PutItem", SHAPE_ITEM, NULL},
    {"Query", SHAPE_ITEM, NULL},
    {"Scan", SHAPE_ITEM, NULL},
    {"TransactGetItems", SHAPE_TRANSACTION, "TransactItems"},
    {"TransactWriteItems", SHAPE_TRANSACTION, "TransactItems"},
    {"UpdateItem", SHAPE_ITEM, NULL},
};

/* Members without anything of items: expressions name attributes and never their values. */
static const char *const plain_members[] = {"AttributesToGet", "ClientRequestToken", "ConditionExpression",
    "ConditionalOperator", "ConsistentRead", "ExpressionAttributeNames", "FilterExpression", "IndexName",
    "KeyConditionExpression", "Limit", "ProjectionExpression", "ReturnConsumedCapacity",
    "ReturnItemCollectionMetrics", "ReturnValues", "ReturnValuesOnConditionCheckFailure", "ScanIndexForward",
    "Segment", "Select", "TotalSegments", "UpdateExpression"};

static const struct operation *find_operation(const struct protocol_call *call) {
    for (size_t i = 0; i < sizeof operations / sizeof *operations && str_is(call->service, "dynamodb"); i++) {
        if (str_is(call->operation, operations[i].name))
            return &operations[i];
    }
    return NULL;
}

/* What a call is read with. */
struct reading {
    struct arena *arena;
    struct protocol_keys *keys;
    struct protocol_call *call;
    struct json_writer writer;
    struct call_resource *tables; /* that were named so far */
    size_t table_count;
    struct seen_key *seen; /* keys to learn if the call succeeds */
};

enum { TABLES_MAX = 100 }; /* as many as a transaction can name */

/* The first key of a call, by its table. */
struct seen_key {
    struct str table;
    struct protocol_table_keys names;
};

/* ---- tables ---- */

/* "Music" of "arn:aws:dynamodb:eu-west-1:123456789012:table/Music", and of "Music". */
static struct str bare_table(struct str name) {
    size_t at =
        str_starts_with(name, STR_LITERAL("arn:")) ? str_find(name, STR_LITERAL(":table/")) : SIZE_MAX;
    struct str rest = at == SIZE_MAX ? name : str_slice(name, at + 7, SIZE_MAX);
    return at == SIZE_MAX ? name : str_cut(&rest, '/');
}

/* A table of that name may be in every region, with other keys. */
static struct str known_name(const struct reading *reading, struct str table) {
    struct str bare = bare_table(table);
    return arena_format(reading->arena, "%.*s/%.*s", STR(reading->call->region), STR(bare));
}

static void add_resource(struct reading *reading, struct str table) {
    struct aws_arn parts;
    struct call_resource resource = {.type = STR_LITERAL("AWS::DynamoDB::Table")};
    struct str region = reading->call->region;
    if (aws_arn_parse(table, &parts)) {
        resource.account = arena_str(reading->arena, parts.account);
        resource.arn = arena_str(reading->arena, table);
    } else {
        resource.is_of_call = true;
        resource.arn = arena_format(reading->arena, "arn:%.*s:dynamodb:%.*s::table/%.*s",
            STR(aws_partition_of(region)), STR(region), STR(table));
    }
    for (size_t i = 0; i < reading->table_count; i++) {
        if (str_equals(reading->tables[i].arn, resource.arn))
            return;
    }
    if (table.size != 0 && reading->table_count < TABLES_MAX)
        reading->tables[reading->table_count++] = resource;
    if (reading->call->table.size == 0)
        reading->call->table = arena_str(reading->arena, bare_table(table));
}

/* ---- keys ---- */

/* {"S":"a"} as "a"; numbers stay text, for they may have 38 digits. */
static void write_plain(struct json_writer *writer, struct json_value attribute) {
    static const char *const kinds[] = {"S", "N", "B"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct json_value value = json_get(attribute, kinds[i]);
        if (json_kind(value) == JSON_STRING) {
            json_write_string(writer, json_text(value));
            return;
        }
    }
    json_write_null(writer);
}

static bool is_among(struct protocol_table_keys names, struct str name) {
    for (size_t i = 0; i < names.count; i++) {
        if (str_equals(names.names[i], name))
            return true;
    }
    return false;
}

static void write_attributes(
    struct reading *reading, struct json_value attributes, const struct protocol_table_keys *names) {
    struct json_iterator iterator = json_iterate(attributes);
    json_key(&reading->writer, STR_LITERAL("key"));
    json_begin_object(&reading->writer);
    while (json_next(&iterator)) {
        if (names != NULL && !is_among(*names, iterator.key))
            continue;
        json_key(&reading->writer, iterator.key);
        write_plain(&reading->writer, iterator.value);
    }
    json_end_object(&reading->writer);
}

/* Remember the names of a Key: when the call succeeds they are those of the table's keys. */
static void note_key(struct reading *reading, struct str name, struct json_value attributes) {
    struct json_iterator iterator = json_iterate(attributes);
    struct seen_key seen = {.table = name};
    if (reading->seen->names.count != 0)
        return;
    while (json_next(&iterator))
        seen.names.names[seen.names.count++] = arena_str(reading->arena, iterator.key);
    *reading->seen = seen;
}

/* The keys of an item, where they are known. */
static void write_item_key(struct reading *reading, struct str table, struct json_value item) {
    struct protocol_table_keys names =
        protocol_keys_of(reading->arena, reading->keys, known_name(reading, table));
    if (json_kind(item) == JSON_OBJECT && names.count != 0)
        write_attributes(reading, item, &names);
}

/* A Key is believed where nothing is known of its table; the service refuses it where it has other
 * attributes. */
static void write_key(struct reading *reading, struct str table, struct json_value key) {
    struct str name = known_name(reading, table);
    struct protocol_table_keys names = protocol_keys_of(reading->arena, reading->keys, name);
    bool can_be_key = json_kind(key) == JSON_OBJECT && json_count(key) <= PROTOCOL_TABLE_KEYS_MAX;
    if (names.count != 0 && json_kind(key) == JSON_OBJECT)
        write_attributes(reading, key, &names);
    else if (can_be_key)
        write_attributes(reading, key, NULL);
    if (can_be_key)
        note_key(reading, name, key);
}

static bool is_plain_member(struct str name) {
    for (size_t i = 0; i < sizeof plain_members / sizeof *plain_members; i++) {
        if (str_is(name, plain_members[i]))
            return true;
    }
    return false;
}

/* ---- parameters ---- */

/* The members that may be recorded, into an object that is open. Of a member that is there twice the last is
 * recorded; a service may take the other, so the record says that there was one. */
static void write_members(struct reading *reading, struct json_value object) {
    struct str duplicate;
    struct json_iterator iterator = json_iterate(object);
    struct str table = json_text(protocol_member(object, STR_LITERAL("TableName")));
    struct str statement = json_text(protocol_member(object, STR_LITERAL("Statement")));
    if (table.size != 0) {
        json_member_string(&reading->writer, "tableName", table);
        add_resource(reading, table);
        write_key(reading, table, protocol_member(object, STR_LITERAL("Key")));
        write_item_key(reading, table, protocol_member(object, STR_LITERAL("Item")));
    }
    if (statement.size != 0) {
        json_key(&reading->writer, STR_LITERAL("statement"));
        rpc_write_statement(&reading->writer, statement);
    }
    if (json_find_duplicate_key(object, &duplicate))
        json_member_string(&reading->writer, "ambiguousMember", duplicate);
    while (json_next(&iterator)) {
        if (!is_plain_member(iterator.key))
            continue;
        json_key(&reading->writer, protocol_lowered(reading->arena, iterator.key));
        protocol_write_json(&reading->writer, reading->call->service, iterator.value);
    }
}

/* One entry: what is done, to which item. `key` or `item` is missing. */
static void write_entry(struct reading *reading, const char *operation, struct str table,
    struct json_value key, struct json_value item) {
    json_begin_object(&reading->writer);
    json_member_string(&reading->writer, "operation", str_from(operation));
    json_member_string(&reading->writer, "tableName", table);
    add_resource(reading, table);
    write_key(reading, table, key);
    write_item_key(reading, table, item);
    json_end_object(&reading->writer);
}

/* The next entry begins anew: no comma before it. */
static void end_entry(struct reading *reading, struct protocol_entries *entries) {
    protocol_entries_end(reading->arena, entries);
    reading->writer = JSON_WRITER(&entries->json);
}

/* {"Music":{"Keys":[...]}} */
static void gather_gets(struct reading *reading, struct json_value items, struct protocol_entries *entries) {
    struct json_iterator table = json_iterate(items);
    while (json_kind(items) == JSON_OBJECT && json_next(&table)) {
        struct json_value keys = protocol_member(table.value, STR_LITERAL("Keys"));
        struct json_iterator key = json_iterate(keys);
        while (json_kind(keys) == JSON_ARRAY && json_next(&key)) {
            if (protocol_entries_skip(entries))
                continue;
            write_entry(reading, "Get", table.key, key.value, JSON_MISSING);
            end_entry(reading, entries);
        }
    }
}

/* {"Music":[{"PutRequest":{"Item":...}},{"DeleteRequest":{"Key":...}}]} */
static void gather_writes(
    struct reading *reading, struct json_value items, struct protocol_entries *entries) {
    struct json_iterator table = json_iterate(items);
    while (json_kind(items) == JSON_OBJECT && json_next(&table)) {
        struct json_iterator write = json_iterate(table.value);
        while (json_kind(table.value) == JSON_ARRAY && json_next(&write)) {
            if (protocol_entries_skip(entries))
                continue;
            struct json_value put = protocol_member(write.value, STR_LITERAL("PutRequest"));
            struct json_value delete = protocol_member(write.value, STR_LITERAL("DeleteRequest"));
            if (json_exists(put))
                write_entry(
                    reading, "Put", table.key, JSON_MISSING, protocol_member(put, STR_LITERAL("Item")));
            else
                write_entry(
                    reading, "Delete", table.key, protocol_member(delete, STR_LITERAL("Key")), JSON_MISSING);
            end_entry(reading, entries);
        }
    }
}

/* [{"Put":{...}},{"Update":{...}}] and [{"Statement":"..."}] */
static void gather_list(
    struct reading *reading, struct json_value list, enum shape shape, struct protocol_entries *entries) {
    struct json_iterator iterator = json_iterate(list);
    while (json_kind(list) == JSON_ARRAY && json_next(&iterator)) {
        if (protocol_entries_skip(entries))
            continue;
        struct json_iterator action = json_iterate(iterator.value);
        json_begin_object(&reading->writer);
        if (shape == SHAPE_STATEMENTS) {
            write_members(reading, iterator.value);
        } else if (json_kind(iterator.value) == JSON_OBJECT && json_next(&action)) {
            json_member_string(&reading->writer, "operation", action.key);
            write_members(reading, action.value);
        }
        json_end_object(&reading->writer);
        end_entry(reading, entries);
    }
}

static void read_batch(struct reading *reading, const struct operation *operation, struct json_value root) {
    SCOPED(protocol_entries_finish) struct protocol_entries entries = PROTOCOL_ENTRIES_INIT;
    SCOPED(buf_finish) struct buf members = BUF_INIT(BUF_UNBOUNDED);
    reading->writer = JSON_WRITER(&members);
    json_begin_object(&reading->writer);
    write_members(reading, root);
    json_end_object(&reading->writer);
    struct str inner = str_slice(buf_str(&members), 1, members.size - 2);
    reading->writer = JSON_WRITER(&entries.json);
    if (operation->shape == SHAPE_BATCH_GET)
        gather_gets(reading, protocol_member(root, STR_LITERAL("RequestItems")), &entries);
    else if (operation->shape == SHAPE_BATCH_WRITE)
        gather_writes(reading, protocol_member(root, STR_LITERAL("RequestItems")), &entries);
    else
        gather_list(reading, protocol_member(root, str_from(operation->list)), operation->shape, &entries);
    protocol_entries_to_parts(reading->arena, &entries, inner, "requestItems", reading->call);
    reading->writer.buf = NULL; /* it ends here */
}

static void read_item(struct reading *reading, struct json_value root) {
    SCOPED(buf_finish) struct buf json = BUF_INIT(PROTOCOL_TEXT_SIZE_MAX);
    reading->writer = JSON_WRITER(&json);
    json_begin_object(&reading->writer);
    write_members(reading, root);
    json_end_object(&reading->writer);
    reading->call->parts[0].request = protocol_part_of(reading->arena, &json);
    reading->writer.buf = NULL;
}

bool rpc_dynamodb_read_body(
    struct arena *arena, struct protocol_keys *keys, struct json_value root, struct protocol_call *call) {
    const struct operation *operation = find_operation(call);
    if (operation == NULL)
        return false;
    struct reading reading = {.arena = arena, .keys = keys, .call = call};
    reading.tables = ARENA_ARRAY(arena, TABLES_MAX, struct call_resource);
    reading.seen = ARENA_NEW(arena, struct seen_key);
    call->detail = reading.seen;
    call->casing = CALL_CASED; /* names of attributes are the caller's */
    if (operation->shape == SHAPE_ITEM)
        read_item(&reading, root);
    else
        read_batch(&reading, operation, root);
    for (size_t i = 0; i < call->part_count; i++) {
        call->parts[i].resources = reading.tables;
        call->parts[i].resource_count = reading.table_count;
    }
    return true;
}

/* ---- replies ---- */

size_t rpc_dynamodb_reply_max(const struct protocol_call *call, unsigned status, size_t otherwise) {
    const struct operation *operation = find_operation(call);
    if (str_is(call->service, "dynamodb") && str_is(call->operation, "DescribeTable"))
        return PROTOCOL_REPLY_SIZE_MAX;
    if (operation == NULL)
        return otherwise;
    if (status >= 300) /* reasons of a cancelled transaction may hold items */
        return operation->shape == SHAPE_TRANSACTION ? (size_t)PROTOCOL_REPLY_SIZE_MAX : otherwise;
    bool tells_rest = operation->shape == SHAPE_BATCH_GET || operation->shape == SHAPE_BATCH_WRITE;
    return tells_rest ? (size_t)PROTOCOL_REPLY_SIZE_MAX : 0;
}

/* The table of CreateTable, DescribeTable, UpdateTable and their kin. */
static void learn_schema(const struct reading *reading, struct json_value root) {
    static const char *const names[] = {"Table", "TableDescription"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct json_value table = json_get(root, names[i]), schema = json_get(table, "KeySchema");
        struct json_iterator iterator = json_iterate(schema);
        struct protocol_table_keys keys = {.count = 0};
        while (
            json_kind(schema) == JSON_ARRAY && keys.count < PROTOCOL_TABLE_KEYS_MAX && json_next(&iterator))
            keys.names[keys.count++] = json_text(json_get(iterator.value, "AttributeName"));
        struct str name = known_name(reading, json_text(json_get(table, "TableName")));
        if (str_is(reading->call->operation, "DeleteTable"))
            protocol_keys_forget(reading->keys, name);
        else
            protocol_keys_learn(reading->keys, name, keys);
    }
}

/* What the service did not do. */
static void read_rest(struct reading *reading, const struct operation *operation, struct json_value root) {
    bool is_get = operation->shape == SHAPE_BATCH_GET;
    struct json_value rest = json_get(root, is_get ? "UnprocessedKeys" : "UnprocessedItems");
    SCOPED(protocol_entries_finish) struct protocol_entries entries = PROTOCOL_ENTRIES_INIT;
    reading->writer = JSON_WRITER(&entries.json);
    if (is_get)
        gather_gets(reading, rest, &entries);
    else
        gather_writes(reading, rest, &entries);
    protocol_entries_to_rest(
        reading->arena, &entries, is_get ? "unprocessedKeys" : "unprocessedItems", reading->call);
    reading->writer.buf = NULL;
}

bool rpc_dynamodb_read_reply(
    struct arena *arena, struct protocol_keys *keys, struct json_value root, struct protocol_call *call) {
    const struct operation *operation = find_operation(call);
    const struct seen_key *seen = call->detail;
    struct seen_key ignored = {.table = STR_EMPTY};
    struct reading reading = {.arena = arena, .keys = keys, .call = call, .seen = &ignored};
    if (!str_is(call->service, "dynamodb"))
        return false;
    if (operation == NULL) {
        learn_schema(&reading, root);
        return !call_shows_response(call->event_source, call->operation);
    }
    if (seen != NULL)
        protocol_keys_learn(keys, seen->table, seen->names);
    reading.tables = ARENA_ARRAY(arena, TABLES_MAX, struct call_resource);
    if (operation->shape == SHAPE_BATCH_GET || operation->shape == SHAPE_BATCH_WRITE)
        read_rest(&reading, operation, root);
    return true;
}

/* Why each item of a transaction was not written, in their order; items that are there too are not taken. */
void rpc_dynamodb_read_failure(struct arena *arena, struct json_value root, struct protocol_call *call) {
    struct json_value reasons = json_get(root, "CancellationReasons");
    struct json_iterator iterator = json_iterate(reasons);
    if (find_operation(call) == NULL || json_kind(reasons) != JSON_ARRAY)
        return;
    SCOPED(protocol_entries_finish) struct protocol_entries entries = PROTOCOL_ENTRIES_INIT;
    struct json_writer writer = JSON_WRITER(&entries.json);
    while (json_next(&iterator)) {
        if (protocol_entries_skip(&entries))
            continue;
        json_begin_object(&writer);
        json_member_string(&writer, "code", json_text(json_get(iterator.value, "Code")));
        json_end_object(&writer);
        protocol_entries_end(arena, &entries);
        writer = JSON_WRITER(&entries.json);
    }
    protocol_entries_to_rest(arena, &entries, "cancellationReasons", call);
}
