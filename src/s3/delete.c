/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delete: DeleteObjects. AWS records neither the keys nor what became of them; here both are in the
 * record: each key in the parameters ("Delete", as other documents are recorded) and as a resource, and each
 * error and delete marker in the response ("DeleteResult").
 *
 * What is too much for one record is split into linked ones: the same requestID, and in additionalEventData
 * the number of each ("part", from 1) and of all ("parts"). How many there are depends on the request only,
 * so that each is known before the reply; room for the answer to every key is left.
 */
#include "aws/arn.h"
#include "base/own.h"

#include "private.h"

#include <stdlib.h>

enum {
    /* Of one part, in bytes of JSON: below CALL_PART_SIZE_MAX, together below CALL_RECORD_SIZE_MAX with
     * room for the rest of the record. */
    PARAMETERS_MAX = 98000,
    ELEMENTS_MAX = 98000,
    TOGETHER_MAX = 220000,
    /* What stands around the texts of one key. */
    OBJECT_SIZE = 40,
    RESULT_SIZE = 90,
    RESOURCE_SIZE = 90,
    CODE_SIZE_MAX = 64,
    MESSAGE_SIZE_MAX = 256,
};

struct deleted {
    struct str key, version_id;
    size_t result_size; /* of its answer's JSON at most, without the message */
    size_t part;
    const struct xml_node *result; /* Error, or Deleted where that tells something; NULL: neither */
};

struct s3_deletion {
    struct deleted *keys;
    size_t count, left_out_count, part_count;
    struct str quiet;
};

/* ---- the request ---- */

/* XML has no control characters but those that JSON escapes with two characters. */
static size_t escaped_size(struct str text) {
    size_t size = text.size;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = (uint8_t)text.data[i];
        size += c < 0x20 || c == '"' || c == '\\';
    }
    return size;
}

struct room {
    size_t parameters, elements, together;
};

static bool fits(struct room room) {
    return room.parameters <= PARAMETERS_MAX && room.elements <= ELEMENTS_MAX &&
           room.together <= TOGETHER_MAX;
}

/* Each key to the part it goes into; those past the last part are left out. */
static void divide(struct s3_deletion *deletion, size_t parameters_size, size_t bucket_size) {
    struct room empty = {.parameters = parameters_size, .together = parameters_size}, room = empty;
    size_t part = 0;
    for (size_t i = 0; i < deletion->count; i++) {
        struct deleted *deleted = &deletion->keys[i];
        size_t key_size = escaped_size(deleted->key), texts = key_size + escaped_size(deleted->version_id);
        deleted->result_size = texts + RESULT_SIZE + CODE_SIZE_MAX;
        for (unsigned attempt = 0; attempt < 2; attempt++) {
            struct room next = {room.parameters + texts + OBJECT_SIZE, room.elements + deleted->result_size,
                room.together + 2 * texts + OBJECT_SIZE + RESULT_SIZE + CODE_SIZE_MAX + key_size +
                    bucket_size + RESOURCE_SIZE};
            bool is_first_of_part = room.elements == 0;
            if (fits(next) || is_first_of_part) {
                room = next;
                break;
            }
            part++;
            room = empty;
        }
        if (part == PROTOCOL_PARTS_MAX) {
            deletion->left_out_count = deletion->count - i;
            deletion->count = i;
            break;
        }
        deleted->part = part;
    }
    deletion->part_count = part < PROTOCOL_PARTS_MAX ? part + 1 : PROTOCOL_PARTS_MAX;
}

static struct s3_deletion *parse(struct arena *arena, struct str body) {
    const struct xml_node *root = s3_document_read(arena, str_bytes(body));
    if (root == NULL || !str_is(root->name, "Delete"))
        return NULL;
    size_t count = 0;
    for (const struct xml_node *node = root->first_child; node != NULL; node = node->next)
        count += str_is(node->name, "Object");
    if (count == 0)
        return NULL;
    struct s3_deletion *deletion = ARENA_NEW(arena, struct s3_deletion);
    deletion->keys = ARENA_ARRAY(arena, count, struct deleted);
    deletion->quiet = xml_child_text(root, "Quiet");
    for (const struct xml_node *node = root->first_child; node != NULL; node = node->next) {
        if (str_is(node->name, "Object"))
            deletion->keys[deletion->count++] = (struct deleted){
                .key = xml_child_text(node, "Key"), .version_id = xml_child_text(node, "VersionId")};
    }
    return deletion;
}

static void write_name(struct json_writer *writer, const struct deleted *deleted) {
    json_begin_object(writer);
    json_member_string(writer, "Key", deleted->key);
    if (deleted->version_id.size > 0)
        json_member_string(writer, "VersionId", deleted->version_id);
}

static struct str delete_of(
    struct arena *arena, const struct s3_deletion *deletion, size_t from, size_t count) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&text);
    json_begin_object(&writer);
    json_key(&writer, STR_LITERAL("Object"));
    json_begin_array(&writer);
    for (size_t i = 0; i < count; i++) {
        write_name(&writer, &deletion->keys[from + i]);
        json_end_object(&writer);
    }
    json_end_array(&writer);
    if (deletion->quiet.size > 0)
        json_member_boolean(&writer, "Quiet", str_is(deletion->quiet, "true"));
    json_end_object(&writer);
    return arena_str(arena, buf_str(&text));
}

static const struct call_resource *resources_of(
    struct arena *arena, const struct protocol_call *call, const struct deleted *keys, size_t count) {
    struct call_resource *resources = ARENA_ARRAY(arena, count, struct call_resource);
    struct str partition = aws_partition_of(call->region);
    bool is_directory = str_is(call->service, "s3express");
    for (size_t i = 0; i < count; i++)
        resources[i] = is_directory
                           ? (struct call_resource){.type = STR_LITERAL("AWS::S3Express::Object"),
                                 .arn = arena_format(arena, "arn:%.*s:s3express:%.*s::bucket/%.*s/%.*s",
                                     STR(partition), STR(call->region), STR(call->bucket), STR(keys[i].key)),
                                 .is_of_call = true}
                           : (struct call_resource){.type = STR_LITERAL("AWS::S3::Object"),
                                 .arn = arena_format(arena, "arn:%.*s:s3:::%.*s/%.*s", STR(partition),
                                     STR(call->bucket), STR(keys[i].key))};
    return resources;
}

static struct str numbering(struct arena *arena, const struct s3_deletion *deletion, size_t part) {
    bool is_last = part + 1 == deletion->part_count;
    if (is_last && deletion->left_out_count > 0)
        return arena_format(arena, "{\"part\":%zu,\"parts\":%zu,\"omittedEntries\":%zu}", part + 1,
            deletion->part_count, deletion->left_out_count);
    return arena_format(arena, "{\"part\":%zu,\"parts\":%zu}", part + 1, deletion->part_count);
}

void s3_deletion_read(struct arena *arena, struct str body, struct protocol_call *call) {
    struct s3_call *state = call->detail;
    struct str parameters = call->parts[0].request.json;
    struct s3_deletion *deletion = parse(arena, body);
    if (deletion == NULL) {
        call->parts[0].request.json = s3_omitted(arena, parameters, "not readable", body.size);
        return;
    }
    divide(deletion, parameters.size, call->bucket.size);
    struct protocol_part *parts = protocol_make_parts(arena, deletion->part_count, call);
    for (size_t i = 0, from = 0; i < deletion->part_count; i++) {
        size_t count = 0;
        while (from + count < deletion->count && deletion->keys[from + count].part == i)
            count++;
        parts[i].request.json = s3_parameters_with(
            arena, parameters, STR_LITERAL("Delete"), delete_of(arena, deletion, from, count));
        parts[i].resources = resources_of(arena, call, &deletion->keys[from], count);
        parts[i].resource_count = count;
        if (deletion->part_count > 1)
            parts[i].additional.json = numbering(arena, deletion, i);
        from += count;
    }
    state->deletion = deletion;
}

/* ---- the reply ---- */

static int compare(const struct deleted *deleted, struct str key, struct str version_id) {
    int order = str_compare(deleted->key, key);
    return order != 0 ? order : str_compare(deleted->version_id, version_id);
}

static int compare_pointers(const void *left, const void *right) {
    const struct deleted *const *a = left, *const *b = right;
    return compare(*a, (*b)->key, (*b)->version_id);
}

struct sorted {
    struct deleted **keys;
    size_t count;
};

static struct sorted sort(struct arena *arena, const struct s3_deletion *deletion) {
    struct sorted sorted = {ARENA_ARRAY(arena, deletion->count, struct deleted *), deletion->count};
    for (size_t i = 0; i < deletion->count; i++)
        sorted.keys[i] = &deletion->keys[i];
    qsort(sorted.keys, sorted.count, sizeof *sorted.keys, compare_pointers);
    return sorted;
}

/* The key that an element of the reply is about; NULL where the request named none such. Some servers tell
 * a version although none was named. */
static struct deleted *find(const struct sorted *sorted, const struct xml_node *node) {
    struct str key = xml_child_text(node, "Key"), version_id = xml_child_text(node, "VersionId");
    for (unsigned attempt = 0; attempt < 2; attempt++) {
        size_t low = 0, high = sorted->count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (compare(sorted->keys[middle], key, version_id) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        if (low < sorted->count && compare(sorted->keys[low], key, version_id) == 0)
            return sorted->keys[low];
        version_id = STR_EMPTY;
    }
    return NULL;
}

/* False where no element of the reply says more than that a key was deleted. */
static bool take_results(
    struct arena *arena, const struct xml_node *root, const struct s3_deletion *deletion) {
    struct sorted sorted = {NULL, 0};
    for (const struct xml_node *node = root->first_child; node != NULL; node = node->next) {
        bool tells = str_is(node->name, "Error") ||
                     (str_is(node->name, "Deleted") && xml_child(node, "DeleteMarker") != NULL);
        if (!tells)
            continue;
        if (sorted.keys == NULL)
            sorted = sort(arena, deletion);
        struct deleted *deleted = find(&sorted, node);
        if (deleted != NULL)
            deleted->result = node;
    }
    return sorted.keys != NULL;
}

static bool is_of(const struct deleted *deleted, size_t part, const char *kind) {
    return deleted->part == part && deleted->result != NULL && str_is(deleted->result->name, kind);
}

static void write_errors(struct json_writer *writer, const struct s3_deletion *deletion, size_t part) {
    size_t reserved = 0;
    for (size_t i = 0; i < deletion->count; i++)
        reserved += deletion->keys[i].part == part ? deletion->keys[i].result_size : 0;
    for (size_t i = 0; i < deletion->count; i++) {
        const struct deleted *deleted = &deletion->keys[i];
        reserved -= deleted->part == part ? deleted->result_size : 0;
        if (!is_of(deleted, part, "Error"))
            continue;
        struct str message = str_slice(xml_child_text(deleted->result, "Message"), 0, MESSAGE_SIZE_MAX);
        size_t size = writer->buf->size + reserved + deleted->result_size + escaped_size(message) + 16;
        write_name(writer, deleted);
        json_member_string(
            writer, "Code", str_slice(xml_child_text(deleted->result, "Code"), 0, CODE_SIZE_MAX));
        if (size <= ELEMENTS_MAX)
            json_member_string(writer, "Message", message);
        json_end_object(writer);
    }
}

static void write_markers(struct json_writer *writer, const struct s3_deletion *deletion, size_t part) {
    for (size_t i = 0; i < deletion->count; i++) {
        const struct deleted *deleted = &deletion->keys[i];
        if (!is_of(deleted, part, "Deleted"))
            continue;
        struct str version_id = xml_child_text(deleted->result, "DeleteMarkerVersionId");
        write_name(writer, deleted);
        json_member_boolean(writer, "DeleteMarker", true);
        if (version_id.size > 0)
            json_member_string(writer, "DeleteMarkerVersionId", str_slice(version_id, 0, CODE_SIZE_MAX));
        json_end_object(writer);
    }
}

void s3_deletion_answer(struct arena *arena, const struct xml_node *root, struct protocol_call *call) {
    const struct s3_call *state = call->detail;
    const struct s3_deletion *deletion = state->deletion;
    if (deletion == NULL || !take_results(arena, root, deletion))
        return;
    struct str elements = call->parts[0].response.json;
    if (elements.size == 0)
        elements = STR_LITERAL("{}");
    for (size_t part = 0; part < deletion->part_count; part++) {
        SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
        struct json_writer writer = JSON_WRITER(&text);
        json_begin_object(&writer);
        json_key(&writer, STR_LITERAL("Deleted"));
        json_begin_array(&writer);
        write_markers(&writer, deletion, part);
        json_end_array(&writer);
        json_key(&writer, STR_LITERAL("Error"));
        json_begin_array(&writer);
        write_errors(&writer, deletion, part);
        json_end_array(&writer);
        json_end_object(&writer);
        call->parts[part].response.json =
            s3_parameters_with(arena, elements, STR_LITERAL("DeleteResult"), buf_str(&text));
    }
}
