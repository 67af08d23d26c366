/* SPDX-License-Identifier: Apache-2.0 */
#include "counts.h"

#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "codec/compress.h"
#include "codec/hash.h"
#include "sys/disk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    VERSION = 1,
    BLOCK_AIM = 64 << 10,
    VALUES_MAX = 4096, /* of an entry; a series with more has several */
    BLOCK_SIZE_MAX = 256 << 10,
    BLOCKS_MAX = 1 << 24,
    ZSTD_LEVEL = 3,
    PERIOD_MAX = 60,
};

/* Offsets in the head. */
enum {
    HEAD_MAGIC = 0,
    HEAD_VERSION = 8,
    HEAD_COMPATIBLE = 12,
    HEAD_INCOMPATIBLE = 16,
    HEAD_CAIRN_ID = 24,
    HEAD_GENERATION = 40,
    HEAD_NUMBER = 48,
    HEAD_PERIOD = 56,
    HEAD_CHECK = 60,
    HEAD_SIZE = 64,
};

/* Offsets in an entry of the index, and in the end of the file. */
enum {
    INDEX_HASH = 0,
    INDEX_OFFSET = 8,
    INDEX_SIZE = 16,
    INDEX_RAW = 20,
    INDEX_CHECK = 24,
    INDEX_ENTRY_SIZE = 28
};
enum { END_INDEX = 0, END_BLOCKS = 8, END_CHECK = 12, END_SIZE = 16 };

static const char magic[8] = {'C', 'A', 'I', 'R', 'N', 'I', 'N', 'C'};

void insights_counts_name(uint64_t number, char ret_name[INSIGHTS_FILE_NAME_SIZE]) {
    (void)snprintf(ret_name, INSIGHTS_FILE_NAME_SIZE, "insights/%020" PRIu64 ".counts", number);
}

int insights_count_compare(const struct insights_count *a, const struct insights_count *b) {
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    int order = str_compare(bytes_str(a->key), bytes_str(b->key));
    if (order != 0)
        return order;
    return a->minute < b->minute ? -1 : a->minute > b->minute;
}

/* ---- writing ---- */

struct insights_counts_writer {
    struct disk *disk;
    struct disk_file *file;
    struct insights_counts_head head;
    struct zstd_compressor *compressor;
    struct buf block, entry, packed, index;
    uint64_t offset, block_hash;
    uint32_t block_count;
    /* The entry under way. */
    uint8_t key[INSIGHTS_KEY_SIZE_MAX];
    size_t key_size;
    uint64_t hash;
    uint32_t values, last_period, sum; /* sum: of the period under way; 0: none */
};

void insights_counts_destroy(struct insights_counts_writer *writer) {
    if (writer == NULL)
        return;
    disk_close(writer->file);
    zstd_compressor_destroy(writer->compressor);
    buf_finish(&writer->block);
    buf_finish(&writer->entry);
    buf_finish(&writer->packed);
    buf_finish(&writer->index);
    mem_free(writer);
}

static void writer_destroyp(struct insights_counts_writer **writer) {
    insights_counts_destroy(*writer);
}

static void head_write(uint8_t bytes[HEAD_SIZE], const struct insights_counts_head *head) {
    memset(bytes, 0, HEAD_SIZE);
    memcpy(bytes + HEAD_MAGIC, magic, sizeof magic);
    store_u32(bytes + HEAD_VERSION, VERSION);
    memcpy(bytes + HEAD_CAIRN_ID, head->cairn_id.bytes, UUID_SIZE);
    store_u64(bytes + HEAD_GENERATION, head->generation);
    store_u64(bytes + HEAD_NUMBER, head->number);
    store_u32(bytes + HEAD_PERIOD, head->period_minutes);
    store_u32(bytes + HEAD_CHECK, hash_crc32c(0, bytes_of(bytes, HEAD_CHECK)));
}

static bool put(struct insights_counts_writer *writer, struct bytes bytes, struct error *error) {
    writer->offset += bytes.size;
    return disk_append(writer->file, bytes.data, bytes.size, error);
}

struct insights_counts_writer *insights_counts_create(
    struct disk *disk, const struct insights_counts_head *head, struct error *error) {
    uint8_t bytes[HEAD_SIZE];
    char name[INSIGHTS_FILE_NAME_SIZE];
    SCOPED(writer_destroyp) struct insights_counts_writer *writer = MEM_NEW(struct insights_counts_writer);
    *writer = (struct insights_counts_writer){.disk = disk,
        .head = *head,
        .compressor = zstd_compressor_create(ZSTD_LEVEL),
        .block = BUF_INIT(BLOCK_SIZE_MAX),
        .entry = BUF_INIT(BLOCK_SIZE_MAX),
        .packed = BUF_INIT(2 * BLOCK_SIZE_MAX),
        .index = BUF_INIT((size_t)BLOCKS_MAX * INDEX_ENTRY_SIZE)};
    insights_counts_name(head->number, name);
    head_write(bytes, head);
    writer->file = disk_open(disk, name, DISK_CREATE, error);
    if (writer->file == NULL || !put(writer, BYTES_OF(bytes), error))
        return NULL;
    return TAKE(writer);
}

static bool end_block(struct insights_counts_writer *writer, struct error *error) {
    if (writer->block.size == 0)
        return true;
    buf_clear(&writer->packed);
    if (!buf_check(&writer->block, "block of counts", error) ||
        !zstd_compress(writer->compressor, NULL, buf_bytes(&writer->block), &writer->packed, error))
        return false;
    buf_append_u64(&writer->index, writer->block_hash);
    buf_append_u64(&writer->index, writer->offset);
    buf_append_u32(&writer->index, (uint32_t)writer->packed.size);
    buf_append_u32(&writer->index, (uint32_t)writer->block.size);
    buf_append_u32(&writer->index, hash_crc32c(0, buf_bytes(&writer->packed)));
    writer->block_count++;
    buf_clear(&writer->block);
    return put(writer, buf_bytes(&writer->packed), error);
}

static void end_period(struct insights_counts_writer *writer, uint32_t period) {
    if (writer->sum > 0) {
        buf_append_varint(&writer->entry, writer->sum);
        writer->values++;
        writer->sum = 0;
    }
    writer->last_period = period;
}

/* The entry goes into the block: hash, key, number of values, values. */
static bool end_entry(struct insights_counts_writer *writer, struct error *error) {
    end_period(writer, 0);
    if (writer->values == 0)
        return true;
    if (writer->block.size == 0)
        writer->block_hash = writer->hash;
    buf_append_u64(&writer->block, writer->hash);
    buf_append_varint(&writer->block, writer->key_size);
    buf_append(&writer->block, writer->key, writer->key_size);
    buf_append_varint(&writer->block, writer->values);
    buf_append_bytes(&writer->block, buf_bytes(&writer->entry));
    buf_clear(&writer->entry);
    writer->values = 0;
    return writer->block.size < BLOCK_AIM || end_block(writer, error);
}

static bool is_of_entry(const struct insights_counts_writer *writer, const struct insights_count *count) {
    return writer->hash == count->hash && writer->values + 1 < VALUES_MAX &&
           bytes_equal(count->key, bytes_of(writer->key, writer->key_size));
}

bool insights_counts_add(
    struct insights_counts_writer *writer, const struct insights_count *count, struct error *error) {
    uint32_t period = count->minute / writer->head.period_minutes;
    bool is_first = writer->sum == 0 || !is_of_entry(writer, count);
    ASSERT(count->count > 0 && count->key.size <= sizeof writer->key);
    if (is_first && !end_entry(writer, error))
        return false;
    if (is_first) {
        writer->hash = count->hash;
        writer->key_size = count->key.size;
        memcpy(writer->key, count->key.data, count->key.size);
    }
    ASSERT(is_first || period >= writer->last_period);
    if (is_first || period > writer->last_period) {
        uint32_t gap = is_first ? period : period - writer->last_period;
        end_period(writer, period);
        buf_append_varint(&writer->entry, gap);
    }
    bool is_full = writer->sum > UINT32_MAX - count->count;
    writer->sum = is_full ? UINT32_MAX : writer->sum + count->count;
    return true;
}

static bool finish(struct insights_counts_writer *writer, struct error *error) {
    uint8_t end[END_SIZE];
    if (!end_entry(writer, error) || !end_block(writer, error) ||
        !buf_check(&writer->index, "index of counts", error))
        return false;
    store_u64(end + END_INDEX, writer->offset);
    store_u32(end + END_BLOCKS, writer->block_count);
    uint32_t check = hash_crc32c(0, buf_bytes(&writer->index));
    store_u32(end + END_CHECK, hash_crc32c(check, bytes_of(end, END_CHECK)));
    return put(writer, buf_bytes(&writer->index), error) && put(writer, BYTES_OF(end), error) &&
           disk_sync(writer->file, error) && disk_sync_directory(writer->disk, "insights", error);
}

bool insights_counts_finish(
    struct insights_counts_writer *owned_writer, uint64_t *ret_bytes, struct error *error) {
    SCOPED(writer_destroyp) struct insights_counts_writer *writer = owned_writer;
    if (!finish(writer, error))
        return false;
    *ret_bytes = writer->offset;
    return true;
}

/* ---- blocks ---- */

static bool block_is_damaged(struct error *error) {
    return error_set(error, ERROR_CORRUPT, "block of counts is damaged");
}

static bool begin_entry(struct insights_counts_block *block, struct error *error) {
    uint64_t size = 0, values = 0;
    if (block->end - block->at < 8)
        return block_is_damaged(error);
    block->count.hash = load_u64(block->at);
    block->at += 8;
    if (!load_varint(&block->at, block->end, &size) || size > INSIGHTS_KEY_SIZE_MAX ||
        size > (uint64_t)(block->end - block->at))
        return block_is_damaged(error);
    block->count.key = bytes_of(block->at, (size_t)size);
    block->at += size;
    if (!load_varint(&block->at, block->end, &values) || values == 0 || values > VALUES_MAX)
        return block_is_damaged(error);
    block->left = values;
    block->count.minute = 0;
    return true;
}

bool insights_counts_block_next(struct insights_counts_block *block, bool *ret_done, struct error *error) {
    uint64_t gap = 0, count = 0;
    *ret_done = block->left == 0 && block->at == block->end;
    if (*ret_done)
        return true;
    if (block->left == 0 && !begin_entry(block, error))
        return false;
    if (!load_varint(&block->at, block->end, &gap) || !load_varint(&block->at, block->end, &count) ||
        count == 0 || count > UINT32_MAX || gap > UINT32_MAX / PERIOD_MAX ||
        gap * block->period_minutes > UINT32_MAX - block->count.minute)
        return block_is_damaged(error);
    block->count.minute += (uint32_t)gap * block->period_minutes;
    block->count.count = (uint32_t)count;
    block->left--;
    return true;
}

/* ---- reading ---- */

struct insights_counts_reader {
    struct disk_file *file;
    char name[INSIGHTS_FILE_NAME_SIZE];
    struct zstd_decompressor *decompressor;
    uint8_t *index;
    uint32_t block_count, next_block;
    struct buf packed, raw;
    struct insights_counts_block block;
};

void insights_counts_close(struct insights_counts_reader *reader) {
    if (reader == NULL)
        return;
    disk_close(reader->file);
    zstd_decompressor_destroy(reader->decompressor);
    mem_free(reader->index);
    buf_finish(&reader->packed);
    buf_finish(&reader->raw);
    mem_free(reader);
}

static void reader_closep(struct insights_counts_reader **reader) {
    insights_counts_close(*reader);
}

static bool check_head(
    const uint8_t bytes[HEAD_SIZE], const struct insights_counts_head *head, struct error *error) {
    if (memcmp(bytes, magic, sizeof magic) != 0 ||
        load_u32(bytes + HEAD_CHECK) != hash_crc32c(0, bytes_of(bytes, HEAD_CHECK)))
        return error_set(error, ERROR_CORRUPT, "not a file of counts, or its head is damaged");
    if (load_u32(bytes + HEAD_VERSION) != VERSION || load_u64(bytes + HEAD_INCOMPATIBLE) != 0)
        return error_set(error, ERROR_INVALID, "its format is newer than this program");
    if (memcmp(bytes + HEAD_CAIRN_ID, head->cairn_id.bytes, UUID_SIZE) != 0 ||
        load_u64(bytes + HEAD_GENERATION) > head->generation)
        return error_set(error, ERROR_CONFLICT, "belongs to another Cairn");
    if (load_u64(bytes + HEAD_NUMBER) != head->number ||
        load_u32(bytes + HEAD_PERIOD) != head->period_minutes)
        return error_set(error, ERROR_CORRUPT, "is another file than its name says");
    return true;
}

static bool read_index(struct insights_counts_reader *reader, struct error *error) {
    uint8_t end[END_SIZE];
    uint64_t size = 0;
    if (!disk_size(reader->file, &size, error))
        return false;
    if (size < HEAD_SIZE + END_SIZE)
        return error_set(error, ERROR_CORRUPT, "ends too early");
    if (!disk_read_exactly(reader->file, size - END_SIZE, end, END_SIZE, error))
        return false;
    uint64_t offset = load_u64(end + END_INDEX);
    uint32_t blocks = load_u32(end + END_BLOCKS);
    size_t index_size = (size_t)blocks * INDEX_ENTRY_SIZE;
    if (blocks > BLOCKS_MAX || offset > size || size - offset != index_size + END_SIZE)
        return error_set(error, ERROR_CORRUPT, "its end is damaged");
    reader->index = mem_alloc(index_size + 1);
    if (!disk_read_exactly(reader->file, offset, reader->index, index_size, error))
        return false;
    uint32_t check = hash_crc32c(0, bytes_of(reader->index, index_size));
    if (load_u32(end + END_CHECK) != hash_crc32c(check, bytes_of(end, END_CHECK)))
        return error_set(error, ERROR_CORRUPT, "its index is damaged");
    reader->block_count = blocks;
    return true;
}

struct insights_counts_reader *insights_counts_open(
    struct disk *disk, const struct insights_counts_head *head, struct error *error) {
    uint8_t bytes[HEAD_SIZE];
    SCOPED(reader_closep) struct insights_counts_reader *reader = MEM_NEW(struct insights_counts_reader);
    *reader = (struct insights_counts_reader){.decompressor = zstd_decompressor_create(),
        .packed = BUF_INIT(2 * BLOCK_SIZE_MAX),
        .raw = BUF_INIT(BLOCK_SIZE_MAX),
        .block.period_minutes = head->period_minutes};
    insights_counts_name(head->number, reader->name);
    reader->file = disk_open(disk, reader->name, DISK_READ, error);
    if (reader->file == NULL || !disk_read_exactly(reader->file, 0, bytes, HEAD_SIZE, error) ||
        !check_head(bytes, head, error) || !read_index(reader, error)) {
        error_context(error, "%s", reader->name);
        return NULL;
    }
    return TAKE(reader);
}

static bool read_block(struct insights_counts_reader *reader, struct error *error) {
    const uint8_t *entry = reader->index + (size_t)reader->next_block++ * INDEX_ENTRY_SIZE;
    uint32_t size = load_u32(entry + INDEX_SIZE), raw_size = load_u32(entry + INDEX_RAW);
    if (raw_size > BLOCK_SIZE_MAX || size > 2 * BLOCK_SIZE_MAX)
        return block_is_damaged(error);
    buf_clear(&reader->packed);
    buf_clear(&reader->raw);
    uint8_t *place = buf_reserve(&reader->packed, size);
    if (!disk_read_exactly(reader->file, load_u64(entry + INDEX_OFFSET), place, size, error))
        return false;
    buf_commit(&reader->packed, size);
    if (hash_crc32c(0, buf_bytes(&reader->packed)) != load_u32(entry + INDEX_CHECK))
        return block_is_damaged(error);
    if (!zstd_decompress(
            reader->decompressor, NULL, buf_bytes(&reader->packed), raw_size, &reader->raw, error))
        return false;
    struct bytes raw = buf_bytes(&reader->raw);
    reader->block.at = raw.data;
    reader->block.end = raw.data + raw.size;
    reader->block.left = 0;
    return true;
}

bool insights_counts_next(struct insights_counts_reader *reader, struct insights_count *ret_count,
    bool *ret_done, struct error *error) {
    for (;;) {
        bool block_done = true;
        if (reader->block.at != NULL && !insights_counts_block_next(&reader->block, &block_done, error))
            return error_context(error, "%s", reader->name);
        *ret_done = block_done && reader->next_block == reader->block_count;
        if (!block_done)
            *ret_count = reader->block.count;
        if (!block_done || *ret_done)
            return true;
        if (!read_block(reader, error))
            return error_context(error, "%s", reader->name);
    }
}

void insights_counts_seek(struct insights_counts_reader *reader, uint64_t hash) {
    uint32_t first = 0, end = reader->block_count;
    /* The first block that begins at `hash` or above; the one before may have it too. */
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        if (load_u64(reader->index + (size_t)middle * INDEX_ENTRY_SIZE) < hash)
            first = middle + 1;
        else
            end = middle;
    }
    reader->next_block = first > 0 ? first - 1 : 0;
    reader->block.at = reader->block.end = NULL;
    reader->block.left = 0;
}
