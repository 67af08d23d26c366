/* SPDX-License-Identifier: Apache-2.0 */
/* block: from an offset to the document, through the table of blocks and the reader's last few. */
#include "base/bits.h"
#include "base/check.h"
#include "codec/hash.h"
#include "sys/disk.h"

#include "segment.h"

/* Header: CRC32C of all that follows it, size of the frame, size of the content, dictionary. */
void history_block_store_header(
    uint8_t block[HISTORY_BLOCK_HEADER_SIZE], struct bytes frame, uint32_t raw_size, uint32_t dictionary) {
    store_u32(block + 4, (uint32_t)frame.size);
    store_u32(block + 8, raw_size);
    store_u32(block + 12, dictionary);
    uint32_t crc = hash_crc32c(0, bytes_of(block + 4, HISTORY_BLOCK_HEADER_SIZE - 4));
    store_u32(block, hash_crc32c(crc, frame));
}

bool history_block_check(struct bytes block, struct error *error) {
    if (block.size < HISTORY_BLOCK_HEADER_SIZE ||
        load_u32(block.data + 4) != block.size - HISTORY_BLOCK_HEADER_SIZE ||
        load_u32(block.data + 8) > HISTORY_BLOCK_SIZE_MAX)
        return error_set(error, ERROR_CORRUPT, "a block of a wrong size");
    if (load_u32(block.data) != hash_crc32c(0, bytes_of(block.data + 4, block.size - 4)))
        return error_set(error, ERROR_CORRUPT, "checksum of a block does not match");
    return true;
}

uint32_t history_block_dictionary(struct bytes block) {
    return load_u32(block.data + 12);
}

static bool in_block(const struct history_segment *segment, uint64_t start, struct error *error) {
    char name[HISTORY_NAME_SIZE];
    history_segment_name(segment->id, name);
    return error_context(error, "%s: block at %llu", name, (unsigned long long)start);
}

bool history_segment_block_place(const struct history_segment *segment, struct history_reader *reader,
    uint32_t index, struct history_block_place *ret_place, struct error *error) {
    uint32_t count = segment->footer.tables[HISTORY_BLOCKS].entry_count;
    uint64_t first = 0;
    uint64_t next = segment->footer.doc_count;
    uint32_t start = 0;
    uint32_t end = 0;
    if (!history_table_entry(segment, reader, HISTORY_BLOCKS, index, &first, &start, error))
        return false;
    uint64_t limit = segment->footer.data_end;
    if (index + 1 < count) {
        if (!history_table_entry(segment, reader, HISTORY_BLOCKS, index + 1, &next, &end, error))
            return false;
        limit = end;
    }
    if (first >= next || next > segment->footer.doc_count || start < HISTORY_SEGMENT_HEADER_SIZE ||
        limit > segment->footer.data_end || limit < start + (uint64_t)HISTORY_BLOCK_HEADER_SIZE ||
        limit - start > HISTORY_BLOCK_SIZE_MAX + HISTORY_PAGE_SIZE) {
        (void)error_set(error, ERROR_CORRUPT, "places of blocks that do not agree");
        return in_block(segment, start, error);
    }
    *ret_place = (struct history_block_place){(uint32_t)first, (uint32_t)(next - first), start, limit};
    return true;
}

static bool find_dictionary(const struct history_segment *segment, uint32_t id,
    const struct zstd_dictionary **ret_dictionary, struct error *error) {
    *ret_dictionary = NULL;
    if (id == 0)
        return true;
    for (uint32_t i = 0; i < segment->footer.dictionary_count; i++)
        if (segment->footer.dictionaries[i] == id)
            *ret_dictionary = segment->dictionaries[i];
    return *ret_dictionary != NULL || error_set(error, ERROR_CORRUPT, "unknown dictionary %u", id);
}

static bool load_block(const struct history_segment *segment, struct history_reader *reader,
    const struct history_block_place *place, struct buf *content, struct error *error) {
    size_t size = (size_t)(place->end - place->start);
    buf_clear(&reader->frame);
    uint8_t *bytes = buf_reserve(&reader->frame, size);
    ASSERT(bytes != NULL);
    const struct zstd_dictionary *dictionary = NULL;
    if (!disk_read_exactly(segment->file, place->start, bytes, size, error) ||
        !history_block_check(bytes_of(bytes, size), error) ||
        !find_dictionary(segment, history_block_dictionary(bytes_of(bytes, size)), &dictionary, error))
        return false;
    struct bytes frame = bytes_of(bytes + HISTORY_BLOCK_HEADER_SIZE, size - HISTORY_BLOCK_HEADER_SIZE);
    buf_clear(content);
    if (!zstd_decompress(reader->decompressor, dictionary, frame, load_u32(bytes + 8), content, error))
        return false;
    ASSERT(buf_reserve(content, JSON_PADDING) != NULL);
    return true;
}

/* The block that holds an offset, from the reader's last few or from the file. */
static const struct history_reader_block *get_block(const struct history_segment *segment,
    struct history_reader *reader, uint32_t offset, struct error *error) {
    for (unsigned i = 0; i < HISTORY_READER_BLOCKS; i++) {
        const struct history_reader_block *block = &reader->blocks[i];
        if (block->segment_id == segment->id && offset - block->first_offset < block->doc_count)
            return block;
    }
    uint32_t after = 0;
    struct history_block_place place;
    if (!history_table_search(segment, reader, HISTORY_BLOCKS, (uint64_t)offset + 1, &after, error))
        return NULL;
    if (after == 0) {
        (void)error_set(error, ERROR_CORRUPT, "no block holds the first document");
        (void)in_block(segment, 0, error);
        return NULL;
    }
    if (!history_segment_block_place(segment, reader, after - 1, &place, error))
        return NULL;
    struct history_reader_block *block = &reader->blocks[reader->next_block++ % HISTORY_READER_BLOCKS];
    block->segment_id = 0;
    if (!load_block(segment, reader, &place, &block->content, error)) {
        (void)in_block(segment, place.start, error);
        return NULL;
    }
    block->segment_id = segment->id;
    block->first_offset = place.first_offset;
    block->doc_count = place.doc_count;
    return block;
}

bool history_segment_document(const struct history_segment *segment, struct history_reader *reader,
    uint32_t offset, struct history_document *ret_document, struct error *error) {
    const struct history_reader_block *block = get_block(segment, reader, offset, error);
    if (block == NULL)
        return false;
    struct history_document document;
    if (offset - block->first_offset >= block->doc_count ||
        !history_block_document(buf_bytes(&block->content), offset - block->first_offset, &document)) {
        (void)error_set(error, ERROR_CORRUPT, "documents of a block are not whole");
        return in_block(segment, block->first_offset, error);
    }
    document.position = segment->footer.first_position + offset;
    *ret_document = document;
    return true;
}
