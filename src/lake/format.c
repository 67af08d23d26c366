/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format: the manifest is JSON, for people and other programs to read; its last member is a checksum of
 * everything before it. Ids are binary: they are many.
 */
#include "format.h"

#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "codec/hash.h"
#include "codec/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { VERSION = 1, CHECK_DIGITS = 8, SEQUENCE_DIGITS = 20 };

static const char format_name[] = "cairn-event-data-store";
static const char check_key[] = ",\"crc32c\":\"";

void lake_manifest_finish(struct lake_manifest *manifest) {
    mem_free(manifest->files);
    mem_free(manifest->sidecars);
    *manifest = (struct lake_manifest){0};
}

/* ---- writing ---- */

static void member_u64(struct json_writer *writer, const char *key, uint64_t number) {
    json_key(writer, str_from(key));
    json_write_u64(writer, number);
}

static void member_uuid(struct json_writer *writer, const char *key, struct uuid uuid) {
    char text[UUID_TEXT_SIZE + 1];
    uuid_format(uuid, text);
    json_member_string(writer, key, str_from(text));
}

static void write_file(struct json_writer *writer, const struct lake_entry *file) {
    char name[SEQUENCE_DIGITS + 16];
    (void)snprintf(name, sizeof name, "%020" PRIu64 ".parquet", file->sequence);
    json_begin_object(writer);
    json_member_string(writer, "name", str_from(name));
    member_u64(writer, "rows", file->rows);
    member_u64(writer, "bytes", file->bytes);
    json_member_i64(writer, "oldest", file->oldest.ms);
    json_member_i64(writer, "newest", file->newest.ms);
    json_end_object(writer);
}

void lake_manifest_append(struct buf *buf, const struct lake_manifest *manifest) {
    size_t start = buf->size;
    struct json_writer writer = JSON_WRITER(buf);
    json_begin_object(&writer);
    json_member_string(&writer, "format", str_from(format_name));
    member_u64(&writer, "version", VERSION);
    member_uuid(&writer, "cairnId", manifest->cairn_id);
    member_uuid(&writer, "store", manifest->store);
    member_u64(&writer, "generation", manifest->generation);
    member_u64(&writer, "position", manifest->position);
    member_u64(&writer, "nextSequence", manifest->next_sequence);
    json_member_boolean(&writer, "isRemoved", manifest->is_removed);
    json_key(&writer, STR_LITERAL("ids"));
    json_begin_array(&writer);
    for (size_t i = 0; i < manifest->sidecar_count; i++)
        json_write_u64(&writer, manifest->sidecars[i]);
    json_end_array(&writer);
    json_key(&writer, STR_LITERAL("files"));
    json_begin_array(&writer);
    for (size_t i = 0; i < manifest->file_count; i++)
        write_file(&writer, &manifest->files[i]);
    json_end_array(&writer);
    if (!buf->overflowed) {
        uint32_t check = hash_crc32c(0, bytes_of(buf->data + start, buf->size - start));
        buf_append_format(buf, "%s%08" PRIx32 "\"}", check_key, check);
    }
}

/* ---- reading ---- */

static bool damaged(struct error *error, const char *what) {
    return error_set(error, ERROR_CORRUPT, "manifest of a store: %s", what);
}

static bool check_text(struct str text, struct error *error) {
    size_t tail = sizeof check_key - 1 + CHECK_DIGITS + 2;
    if (text.size < tail)
        return damaged(error, "too short");
    char expected[sizeof check_key + CHECK_DIGITS + 2];
    (void)snprintf(expected, sizeof expected, "%s%08" PRIx32 "\"}", check_key,
        hash_crc32c(0, bytes_of(text.data, text.size - tail)));
    if (!str_is(str_slice(text, text.size - tail, tail), expected))
        return damaged(error, "its checksum is another");
    return true;
}

static bool read_uuid(struct json_value object, const char *key, struct uuid *ret_uuid, struct error *error) {
    return uuid_parse(json_text(json_get(object, key)), ret_uuid) || damaged(error, key);
}

static bool read_u64(struct json_value object, const char *key, uint64_t *ret_number, struct error *error) {
    return (json_u64(json_get(object, key), ret_number) && *ret_number <= INT64_MAX) || damaged(error, key);
}

static bool read_moment(
    struct json_value object, const char *key, struct moment *ret_moment, struct error *error) {
    return json_i64(json_get(object, key), &ret_moment->ms) || damaged(error, key);
}

static bool read_file(struct json_value object, struct lake_entry *file, struct error *error) {
    struct str name = json_text(json_get(object, "name")), digits = str_slice(name, 0, SEQUENCE_DIGITS);
    if (name.size != SEQUENCE_DIGITS + 8 || !str_ends_with(name, STR_LITERAL(".parquet")) ||
        !str_to_u64(digits, &file->sequence))
        return damaged(error, "the name of a file");
    return read_u64(object, "rows", &file->rows, error) && read_u64(object, "bytes", &file->bytes, error) &&
           read_moment(object, "oldest", &file->oldest, error) &&
           read_moment(object, "newest", &file->newest, error) &&
           (file->oldest.ms <= file->newest.ms || damaged(error, "times of a file"));
}

static bool read_files(struct json_value list, struct lake_manifest *manifest, struct error *error) {
    size_t count = json_count(list);
    if (json_kind(list) != JSON_ARRAY || count > LAKE_FILES_MAX)
        return damaged(error, "the list of files");
    manifest->files = mem_alloc_array(count + 1, sizeof *manifest->files);
    struct json_iterator iterator = json_iterate(list);
    while (json_next(&iterator)) {
        struct lake_entry *file = &manifest->files[manifest->file_count];
        if (!read_file(iterator.value, file, error))
            return false;
        if (file->sequence >= manifest->next_sequence)
            return damaged(error, "a file from the future");
        manifest->file_count++;
    }
    return true;
}

static bool read_sidecars(struct json_value list, struct lake_manifest *manifest, struct error *error) {
    size_t count = json_count(list);
    if (json_kind(list) != JSON_ARRAY || count > LAKE_SIDECARS_MAX)
        return damaged(error, "the list of ids");
    manifest->sidecars = mem_alloc_array(count + 1, sizeof *manifest->sidecars);
    struct json_iterator iterator = json_iterate(list);
    while (json_next(&iterator)) {
        uint64_t *sequence = &manifest->sidecars[manifest->sidecar_count];
        if (!json_u64(iterator.value, sequence) || *sequence >= manifest->next_sequence)
            return damaged(error, "the list of ids");
        manifest->sidecar_count++;
    }
    return true;
}

static bool read_manifest(struct json_value root, struct lake_manifest *manifest, struct error *error) {
    uint64_t version = 0;
    if (!str_is(json_text(json_get(root, "format")), format_name))
        return damaged(error, "of another format");
    if (!read_u64(root, "version", &version, error))
        return false;
    if (version != VERSION)
        return error_set(
            error, ERROR_INVALID, "manifest of a store: version %" PRIu64 " is not known here", version);
    return read_uuid(root, "cairnId", &manifest->cairn_id, error) &&
           read_uuid(root, "store", &manifest->store, error) &&
           read_u64(root, "generation", &manifest->generation, error) &&
           read_u64(root, "position", &manifest->position, error) &&
           read_u64(root, "nextSequence", &manifest->next_sequence, error) &&
           (json_boolean(json_get(root, "isRemoved"), &manifest->is_removed) ||
               damaged(error, "isRemoved")) &&
           read_sidecars(json_get(root, "ids"), manifest, error) &&
           read_files(json_get(root, "files"), manifest, error);
}

static void destroy_parser(struct json_parser **parser) {
    json_parser_destroy(*parser);
}

bool lake_manifest_parse(struct str text, struct lake_manifest *ret_manifest, struct error *error) {
    if (text.size > LAKE_MANIFEST_SIZE_MAX)
        return damaged(error, "too long");
    if (!check_text(text, error))
        return false;
    SCOPED(destroy_parser) struct json_parser *parser = json_parser_create();
    struct json_value root = JSON_MISSING;
    struct error why = {0};
    if (!json_parse(parser, text, &root, &why))
        return damaged(error, why.message);
    SCOPED(lake_manifest_finish) struct lake_manifest manifest = {0};
    if (!read_manifest(root, &manifest, error))
        return false;
    *ret_manifest = manifest;
    manifest = (struct lake_manifest){0};
    return true;
}

/* ---- ids ---- */

enum { IDS_MAGIC = 0, IDS_SEQUENCE = 8, IDS_COUNT = 16, IDS_CHECK = 24, IDS_ENTRIES = 32, ID_SIZE = 24 };
_Static_assert((int)LAKE_IDS_SIZE_MAX == (int)IDS_ENTRIES + (int)ID_SIZE * (int)LAKE_IDS_MAX, "the limit");

static const char ids_magic[8] = {'C', 'A', 'I', 'R', 'N', 'I', 'D', '1'};

/* Over everything but itself. */
static uint32_t ids_check(const uint8_t *data, size_t size) {
    uint32_t head = hash_crc32c(0, bytes_of(data, IDS_CHECK));
    return hash_crc32c(head, bytes_of(data + IDS_ENTRIES, size - IDS_ENTRIES));
}

void lake_ids_append(struct buf *buf, uint64_t sequence, const struct lake_id *ids, size_t count) {
    ASSERT(count <= LAKE_IDS_MAX);
    size_t size = IDS_ENTRIES + count * ID_SIZE;
    uint8_t *data = buf_reserve(buf, size);
    if (data == NULL)
        return;
    memset(data, 0, IDS_ENTRIES);
    memcpy(data + IDS_MAGIC, ids_magic, sizeof ids_magic);
    store_u64(data + IDS_SEQUENCE, sequence);
    store_u64(data + IDS_COUNT, count);
    for (size_t i = 0; i < count; i++) {
        uint8_t *entry = data + IDS_ENTRIES + i * ID_SIZE;
        memcpy(entry, ids[i].id.bytes, UUID_SIZE);
        store_u64(entry + UUID_SIZE, ids[i].content);
    }
    store_u32(data + IDS_CHECK, ids_check(data, size));
    buf_commit(buf, size);
}

bool lake_ids_parse(
    struct bytes bytes, uint64_t sequence, struct lake_id **ret_ids, size_t *ret_count, struct error *error) {
    if (bytes.size < IDS_ENTRIES || memcmp(bytes.data, ids_magic, sizeof ids_magic) != 0)
        return error_set(error, ERROR_CORRUPT, "not the ids of a file of events");
    uint64_t count = load_u64(bytes.data + IDS_COUNT);
    if (count > LAKE_IDS_MAX || bytes.size != IDS_ENTRIES + count * ID_SIZE ||
        load_u32(bytes.data + IDS_CHECK + 4) != 0 ||
        load_u32(bytes.data + IDS_CHECK) != ids_check(bytes.data, bytes.size))
        return error_set(error, ERROR_CORRUPT, "the ids of a file of events are damaged");
    if (load_u64(bytes.data + IDS_SEQUENCE) != sequence)
        return error_set(error, ERROR_CORRUPT, "the ids of another file of events");
    struct lake_id *ids = mem_alloc_array((size_t)count + 1, sizeof *ids);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *entry = bytes.data + IDS_ENTRIES + i * ID_SIZE;
        memcpy(ids[i].id.bytes, entry, UUID_SIZE);
        ids[i].content = load_u64(entry + UUID_SIZE);
    }
    *ret_ids = ids;
    *ret_count = (size_t)count;
    return true;
}
