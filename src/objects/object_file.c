/* SPDX-License-Identifier: Apache-2.0 */
/* object_file: description and footer of an object's file. */
#include "object_file.h"

#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "codec/hash.h"
#include "sys/disk.h"

#include <string.h>

static const char MAGIC[8] = {'c', 'a', 'i', 'r', 'n', 'o', 'b', 'j'};
enum {
    VERSION = 1,
    BODY_SIZE_AT = 0,         /* u64 */
    MODIFIED_AT = 8,          /* i64 milliseconds */
    DESCRIPTION_SIZE_AT = 16, /* u32 */
    BODY_CRC_AT = 20,         /* u32 */
    VERSION_AT = 24,          /* u16 */
    FLAGS_AT = 26,            /* u16, incompatible features; none yet */
    RESERVED_AT = 28,         /* u64, zero */
    CRC_AT = 36,              /* u32 over the description and the footer before this field */
    MAGIC_AT = 40,
};
_Static_assert(MAGIC_AT + sizeof(MAGIC) == OBJECTS_FOOTER_SIZE, "the footer's fields fill it");

enum {
    TAG_KEY = 1,
    TAG_ETAG,
    TAG_CONTENT_TYPE,
    TAG_CONTENT_ENCODING,
    TAG_CONTENT_DISPOSITION,
    TAG_CONTENT_LANGUAGE,
    TAG_CACHE_CONTROL,
    TAG_EXPIRES,
    TAG_CHECKSUM_ALGORITHM,
    TAG_CHECKSUM_VALUE,
    TAG_CHECKSUM_TYPE,
    TAG_USER_NAME, /* followed by its TAG_USER_VALUE */
    TAG_USER_VALUE,
    TAG_PART_SIZES, /* varints */
};

/* The texts that are stored one to one. */
static const struct text_field {
    uint8_t tag;
    size_t offset; /* in struct objects_info */
} TEXT_FIELDS[] = {
    {TAG_KEY, offsetof(struct objects_info, key)},
    {TAG_ETAG, offsetof(struct objects_info, etag)},
    {TAG_CONTENT_TYPE, offsetof(struct objects_info, metadata.content_type)},
    {TAG_CONTENT_ENCODING, offsetof(struct objects_info, metadata.content_encoding)},
    {TAG_CONTENT_DISPOSITION, offsetof(struct objects_info, metadata.content_disposition)},
    {TAG_CONTENT_LANGUAGE, offsetof(struct objects_info, metadata.content_language)},
    {TAG_CACHE_CONTROL, offsetof(struct objects_info, metadata.cache_control)},
    {TAG_EXPIRES, offsetof(struct objects_info, metadata.expires)},
    {TAG_CHECKSUM_ALGORITHM, offsetof(struct objects_info, metadata.checksum_algorithm)},
    {TAG_CHECKSUM_VALUE, offsetof(struct objects_info, metadata.checksum_value)},
    {TAG_CHECKSUM_TYPE, offsetof(struct objects_info, metadata.checksum_type)},
};
enum { TEXT_FIELD_COUNT = sizeof(TEXT_FIELDS) / sizeof(TEXT_FIELDS[0]) };

static void append_field(struct buf *out, uint8_t tag, struct bytes value) {
    (void)buf_append_u8(out, tag);
    (void)buf_append_varint(out, value.size);
    (void)buf_append_bytes(out, value);
}

static void append_fields(struct buf *out, const struct objects_info *info) {
    for (size_t i = 0; i < TEXT_FIELD_COUNT; i++) {
        const struct str *text =
            (const struct str *)(const void *)((const char *)info + TEXT_FIELDS[i].offset);
        if (text->size > 0)
            append_field(out, TEXT_FIELDS[i].tag, str_bytes(*text));
    }
    for (size_t i = 0; i < info->metadata.user_count; i++) {
        append_field(out, TAG_USER_NAME, str_bytes(info->metadata.user[i].name));
        append_field(out, TAG_USER_VALUE, str_bytes(info->metadata.user[i].value));
    }
    if (info->part_count == 0)
        return;
    SCOPED(buf_finish) struct buf sizes = BUF_INIT(BUF_UNBOUNDED);
    for (size_t i = 0; i < info->part_count; i++)
        (void)buf_append_varint(&sizes, info->part_sizes[i]);
    append_field(out, TAG_PART_SIZES, buf_bytes(&sizes));
}

void objects_file_append_description(struct buf *out, const struct objects_file_info *info) {
    size_t start = out->size;
    append_fields(out, &info->info);
    size_t description_size = out->size - start;
    ASSERT(description_size <= OBJECTS_DESCRIPTION_SIZE_MAX);
    uint8_t footer[OBJECTS_FOOTER_SIZE] = {0};
    store_u64(footer + BODY_SIZE_AT, info->info.size);
    store_u64(footer + MODIFIED_AT, (uint64_t)info->info.modified_at.ms);
    store_u32(footer + DESCRIPTION_SIZE_AT, (uint32_t)description_size);
    store_u32(footer + BODY_CRC_AT, info->body_crc32c);
    store_u16(footer + VERSION_AT, VERSION);
    (void)buf_append(out, footer, CRC_AT);
    uint32_t crc = hash_crc32c(0, bytes_of(out->data + start, out->size - start));
    (void)buf_append_u32(out, crc);
    (void)buf_append(out, MAGIC, sizeof(MAGIC));
}

static bool read_field(
    const uint8_t **cursor, const uint8_t *end, uint8_t *ret_tag, struct bytes *ret_value) {
    uint64_t size = 0;
    if (*cursor == end)
        return false;
    uint8_t tag = *(*cursor)++;
    if (!load_varint(cursor, end, &size) || size > (uint64_t)(end - *cursor))
        return false;
    *ret_tag = tag;
    *ret_value = bytes_of(*cursor, (size_t)size);
    *cursor += size;
    return true;
}

static bool parse_part_sizes(struct bytes value, struct arena *arena, struct objects_info *info) {
    uint64_t *sizes = ARENA_ARRAY(arena, value.size, uint64_t); /* one byte each at least */
    const uint8_t *cursor = value.data, *end = value.data + value.size;
    size_t count = 0;
    while (cursor < end) {
        if (!load_varint(&cursor, end, &sizes[count++]))
            return false;
    }
    info->part_sizes = sizes;
    info->part_count = count;
    return true;
}

/* Fields of tags we do not know are skipped: later versions may add them. */
static bool parse_field(uint8_t tag, struct bytes value, struct arena *arena, struct objects_info *info) {
    for (size_t i = 0; i < TEXT_FIELD_COUNT; i++) {
        if (TEXT_FIELDS[i].tag != tag)
            continue;
        struct str *text = (struct str *)(void *)((char *)info + TEXT_FIELDS[i].offset);
        *text = arena_str(arena, bytes_str(value));
    }
    return tag != TAG_PART_SIZES || parse_part_sizes(value, arena, info);
}

static size_t count_user_names(struct bytes description) {
    const uint8_t *cursor = description.data, *end = description.data + description.size;
    uint8_t tag = 0;
    struct bytes value = {0};
    size_t count = 0;
    while (read_field(&cursor, end, &tag, &value))
        count += tag == TAG_USER_NAME;
    return count;
}

static bool parse_description(struct bytes description, struct arena *arena, struct objects_info *info) {
    size_t user_count = count_user_names(description), users = 0;
    struct objects_pair *pairs = ARENA_ARRAY(arena, user_count, struct objects_pair);
    const uint8_t *cursor = description.data, *end = description.data + description.size;
    while (cursor < end) {
        uint8_t tag = 0;
        struct bytes value = {0};
        if (!read_field(&cursor, end, &tag, &value) || !parse_field(tag, value, arena, info))
            return false;
        if (tag == TAG_USER_NAME)
            pairs[users++].name = arena_str(arena, bytes_str(value));
        if (tag == TAG_USER_VALUE && users > 0)
            pairs[users - 1].value = arena_str(arena, bytes_str(value));
    }
    info->metadata.user = pairs;
    info->metadata.user_count = user_count;
    return true;
}

/* Sizes only: how many bytes of description come before the footer. */
static bool check_footer(const uint8_t footer[OBJECTS_FOOTER_SIZE], uint64_t file_size,
    size_t *ret_description_size, struct error *error) {
    if (memcmp(footer + MAGIC_AT, MAGIC, sizeof(MAGIC)) != 0)
        return error_set(error, ERROR_CORRUPT, "the file does not end in an object's footer");
    unsigned version = load_u16(footer + VERSION_AT), flags = load_u16(footer + FLAGS_AT);
    if (version != VERSION || flags != 0)
        return error_set(
            error, ERROR_CORRUPT, "object file version %u, flags %u are not known", version, flags);
    uint64_t body_size = load_u64(footer + BODY_SIZE_AT);
    uint32_t description_size = load_u32(footer + DESCRIPTION_SIZE_AT);
    if (description_size > OBJECTS_DESCRIPTION_SIZE_MAX || body_size > file_size ||
        file_size - body_size != (uint64_t)description_size + OBJECTS_FOOTER_SIZE)
        return error_set(error, ERROR_CORRUPT, "the sizes in the object's footer do not add up");
    *ret_description_size = description_size;
    return true;
}

bool objects_file_parse_tail(struct bytes tail, uint64_t file_size, struct arena *arena,
    struct objects_file_info *ret_info, struct error *error) {
    size_t description_size = 0;
    if (tail.size < OBJECTS_FOOTER_SIZE || tail.size > file_size)
        return error_set(error, ERROR_CORRUPT, "the file is shorter than an object's footer");
    const uint8_t *footer = tail.data + tail.size - OBJECTS_FOOTER_SIZE;
    if (!check_footer(footer, file_size, &description_size, error))
        return false;
    if (description_size > tail.size - OBJECTS_FOOTER_SIZE)
        return error_set(error, ERROR_CORRUPT, "the object's description is not whole");
    const uint8_t *description = footer - description_size;
    if (hash_crc32c(0, bytes_of(description, description_size + CRC_AT)) != load_u32(footer + CRC_AT))
        return error_set(error, ERROR_CORRUPT, "the object's description fails its checksum");
    struct objects_file_info info = {
        .info = {.size = load_u64(footer + BODY_SIZE_AT),
            .modified_at = {(int64_t)load_u64(footer + MODIFIED_AT)}},
        .body_crc32c = load_u32(footer + BODY_CRC_AT),
    };
    if (!parse_description(bytes_of(description, description_size), arena, &info.info))
        return error_set(error, ERROR_CORRUPT, "the object's description is malformed");
    *ret_info = info;
    return true;
}

bool objects_file_read_info(
    struct disk_file *file, struct arena *arena, struct objects_file_info *ret_info, struct error *error) {
    enum { FIRST_READ = 4096 }; /* holds nearly every description */
    uint64_t file_size = 0;
    size_t description_size = 0;
    if (!disk_size(file, &file_size, error))
        return false;
    if (file_size < OBJECTS_FOOTER_SIZE)
        return error_set(error, ERROR_CORRUPT, "the file is shorter than an object's footer");
    uint8_t first[FIRST_READ];
    size_t tail_size = file_size < FIRST_READ ? (size_t)file_size : FIRST_READ;
    if (!disk_read_exactly(file, file_size - tail_size, first, tail_size, error) ||
        !check_footer(first + tail_size - OBJECTS_FOOTER_SIZE, file_size, &description_size, error))
        return false;
    if (description_size + OBJECTS_FOOTER_SIZE <= tail_size)
        return objects_file_parse_tail(bytes_of(first, tail_size), file_size, arena, ret_info, error);
    tail_size = description_size + OBJECTS_FOOTER_SIZE;
    SCOPED(own_free) uint8_t *tail = mem_alloc(tail_size);
    return disk_read_exactly(file, file_size - tail_size, tail, tail_size, error) &&
           objects_file_parse_tail(bytes_of(tail, tail_size), file_size, arena, ret_info, error);
}
