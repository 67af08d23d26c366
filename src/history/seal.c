/* SPDX-License-Identifier: Apache-2.0 */
#include "seal.h"

#include "base/check.h"
#include "base/own.h"

#include "pack.h"
#include "segment.h"
#include "writer.h"

#include <stdlib.h>

struct sealing {
    const struct history_memtable *memtable;
    struct history_writer *writer;
    uint32_t doc_count;
    struct history_key *order; /* by rank */
    uint32_t *ranks;           /* by offset; NULL where documents came in order */
    uint32_t *list, *scratch;
    struct zstd_compressor *compressor;
    const struct zstd_dictionary *dictionary;
    uint32_t dictionary_id;
    struct buf content, block;
    struct history_writer_facts facts;
    uint64_t compressed_bytes;
};

static void finish(struct sealing *sealing) {
    history_writer_destroy(sealing->writer);
    mem_free(sealing->order);
    mem_free(sealing->ranks);
    mem_free(sealing->list);
    mem_free(sealing->scratch);
    zstd_compressor_destroy(sealing->compressor);
    buf_finish(&sealing->content);
    buf_finish(&sealing->block);
}

static int compare_keys(const void *a, const void *b) {
    const struct history_key *x = a;
    const struct history_key *y = b;
    return history_key_is_before(*x, *y) ? -1 : history_key_is_before(*y, *x);
}

static void note_facts(
    struct history_writer_facts *facts, const struct history_memtable_doc *doc, bool is_first) {
    int64_t later_ms = doc->time_ms > doc->arrived_at_ms ? doc->time_ms : doc->arrived_at_ms;
    if (is_first || doc->time_ms < facts->time_ms_min)
        facts->time_ms_min = doc->time_ms;
    if (is_first || doc->time_ms > facts->time_ms_max)
        facts->time_ms_max = doc->time_ms;
    if (is_first || later_ms < facts->later_ms_min)
        facts->later_ms_min = later_ms;
    if (is_first || later_ms > facts->later_ms_max)
        facts->later_ms_max = later_ms;
    facts->raw_bytes += doc->encoded.size;
}

/* Ranks follow (event time, position); most of the time that is the order of arrival. */
static void put_in_order(struct sealing *sealing) {
    uint32_t count = sealing->doc_count;
    uint64_t first = history_memtable_first_position(sealing->memtable);
    bool is_ordered = true;
    sealing->order = mem_alloc_array(count, sizeof *sealing->order);
    for (uint32_t i = 0; i < count; i++) {
        const struct history_memtable_doc *doc = history_memtable_doc(sealing->memtable, i);
        note_facts(&sealing->facts, doc, i == 0);
        sealing->order[i] = (struct history_key){doc->time_ms, first + i};
        is_ordered =
            is_ordered && (i == 0 || history_key_is_before(sealing->order[i - 1], sealing->order[i]));
    }
    if (is_ordered)
        return;
    qsort(sealing->order, count, sizeof *sealing->order, compare_keys);
    sealing->ranks = mem_alloc_array(count, sizeof *sealing->ranks);
    for (uint32_t rank = 0; rank < count; rank++)
        sealing->ranks[sealing->order[rank].position - first] = rank;
}

static bool write_block(struct sealing *sealing, const struct history_block_entry *entries, size_t count,
    uint32_t offset, struct error *error) {
    buf_clear(&sealing->content);
    buf_clear(&sealing->block);
    history_block_append(&sealing->content, entries, count);
    ASSERT(sealing->content.size <= HISTORY_BLOCK_SIZE_MAX);
    ASSERT(buf_reserve(&sealing->block, HISTORY_BLOCK_HEADER_SIZE) != NULL);
    buf_commit(&sealing->block, HISTORY_BLOCK_HEADER_SIZE);
    if (!zstd_compress(
            sealing->compressor, sealing->dictionary, buf_bytes(&sealing->content), &sealing->block, error))
        return false;
    uint8_t *header = (uint8_t *)sealing->block.data;
    struct bytes frame =
        bytes_of(header + HISTORY_BLOCK_HEADER_SIZE, sealing->block.size - HISTORY_BLOCK_HEADER_SIZE);
    history_block_store_header(header, frame, (uint32_t)sealing->content.size, sealing->dictionary_id);
    sealing->compressed_bytes += sealing->block.size;
    return history_writer_add_block(
        sealing->writer, offset, buf_bytes(&sealing->block), sealing->dictionary_id, error);
}

static bool write_blocks(struct sealing *sealing, struct error *error) {
    enum { ENTRIES_MAX = 256 };
    struct history_block_entry entries[ENTRIES_MAX];
    size_t count = 0;
    size_t bytes = 0;
    for (uint32_t i = 0; i < sealing->doc_count; i++) {
        const struct history_memtable_doc *doc = history_memtable_doc(sealing->memtable, i);
        if (count == ENTRIES_MAX || (count > 0 && bytes + doc->encoded.size > HISTORY_BLOCK_SIZE_AIM)) {
            if (!write_block(sealing, entries, count, i - (uint32_t)count, error))
                return false;
            count = bytes = 0;
        }
        entries[count++] = (struct history_block_entry){doc->encoded, {doc->arrived_at_ms}};
        bytes += doc->encoded.size;
    }
    return write_block(sealing, entries, count, sealing->doc_count - (uint32_t)count, error) &&
           history_writer_end_blocks(sealing->writer, error);
}

static bool write_columns(struct sealing *sealing, struct error *error) {
    uint64_t first = history_memtable_first_position(sealing->memtable);
    struct history_column_chunk chunk = {0};
    for (uint32_t rank = 0; rank < sealing->doc_count; rank++) {
        chunk.times_ms[chunk.count] = sealing->order[rank].time_ms;
        chunk.offsets[chunk.count++] = (uint32_t)(sealing->order[rank].position - first);
        if (chunk.count < HISTORY_COLUMN_CHUNK && rank + 1 < sealing->doc_count)
            continue;
        if (!history_writer_add_columns(sealing->writer, &chunk, error))
            return false;
        chunk.count = 0;
    }
    return true;
}

static bool write_term(
    struct sealing *sealing, const struct history_memtable_term *term, struct error *error) {
    history_memtable_list_copy(term->list, sealing->list);
    if (sealing->ranks != NULL) {
        for (uint32_t i = 0; i < term->list.count; i++)
            sealing->list[i] = sealing->ranks[sealing->list[i]];
        history_sort_u32(sealing->list, term->list.count, sealing->scratch);
    }
    return history_writer_add_term(sealing->writer, term->hash, sealing->list, term->list.count, error);
}

static bool write_terms(struct sealing *sealing, struct error *error) {
    size_t count = 0;
    SCOPED(own_free)
    struct history_memtable_term *terms = history_memtable_terms(sealing->memtable, false, &count);
    for (size_t i = 0; i < count; i++)
        if (!write_term(sealing, &terms[i], error))
            return false;
    return true;
}

/* A key holds the offset below the hash's upper bits, so equal upper bits need one more look at the order. */
static bool write_ids(struct sealing *sealing, struct error *error) {
    size_t count = 0;
    SCOPED(own_free)
    struct history_memtable_term *ids = history_memtable_terms(sealing->memtable, true, &count);
    SCOPED(own_free) uint64_t *keys = mem_alloc_array(sealing->doc_count, sizeof *keys);
    size_t key_count = 0;
    for (size_t i = 0; i < count; i++) {
        history_memtable_list_copy(ids[i].list, sealing->list);
        for (uint32_t j = 0; j < ids[i].list.count; j++) {
            uint64_t key = history_id_key(ids[i].hash, sealing->list[j]);
            size_t place = key_count++;
            for (; place > 0 && keys[place - 1] > key; place--)
                keys[place] = keys[place - 1];
            keys[place] = key;
        }
    }
    for (size_t i = 0; i < key_count; i++)
        if (!history_writer_add_id(sealing->writer, keys[i], error))
            return false;
    return true;
}

struct place_list {
    struct place {
        struct str account, region;
        uint64_t count;
    } * places;
    size_t count, capacity;
};

static void add_place(struct str account, struct str region, uint64_t count, void *context) {
    struct place_list *list = context;
    if (list->count == list->capacity) {
        list->capacity = list->capacity > 0 ? 2 * list->capacity : 16;
        list->places = mem_resize_array(list->places, list->capacity, sizeof *list->places);
    }
    list->places[list->count++] = (struct place){account, region, count};
}

static int compare_places(const void *a, const void *b) {
    const struct place *x = a;
    const struct place *y = b;
    int order = str_compare(x->account, y->account);
    return order != 0 ? order : str_compare(x->region, y->region);
}

static bool write_places(struct sealing *sealing, struct error *error) {
    struct place_list list = {0};
    history_memtable_places(sealing->memtable, add_place, &list);
    SCOPED(own_free) struct place *places = list.places;
    if (list.count > 0)
        qsort(places, list.count, sizeof *places, compare_places);
    for (size_t i = 0; i < list.count; i++)
        if (!history_writer_add_place(
                sealing->writer, places[i].account, places[i].region, places[i].count, error))
            return false;
    return true;
}

static bool write_all(struct sealing *sealing, struct error *error) {
    put_in_order(sealing);
    return write_blocks(sealing, error) && write_columns(sealing, error) && write_terms(sealing, error) &&
           write_ids(sealing, error) && write_places(sealing, error) &&
           history_writer_finish(sealing->writer, &sealing->facts, error);
}

bool history_seal(struct disk *disk, uint64_t id, const struct history_memtable *memtable,
    struct history_dictionaries *dictionaries, struct error *error) {
    if (!history_dictionaries_train(dictionaries, memtable, error))
        return false;
    SCOPED(finish)
    struct sealing sealing = {.memtable = memtable,
        .doc_count = (uint32_t)history_memtable_count(memtable),
        .content = BUF_INIT(BUF_UNBOUNDED),
        .block = BUF_INIT(BUF_UNBOUNDED)};
    ASSERT(sealing.doc_count > 0);
    sealing.facts.first_position = history_memtable_first_position(memtable);
    sealing.facts.doc_count = sealing.doc_count;
    sealing.facts.categories = history_memtable_categories(memtable);
    sealing.dictionary = history_dictionaries_current(dictionaries, &sealing.dictionary_id);
    sealing.compressor = zstd_compressor_create(HISTORY_ZSTD_LEVEL);
    sealing.list = mem_alloc_array(sealing.doc_count, sizeof *sealing.list);
    sealing.scratch = mem_alloc_array(sealing.doc_count, sizeof *sealing.scratch);
    sealing.writer = history_writer_create(disk, id, error);
    if (sealing.writer == NULL || !write_all(&sealing, error))
        return false;
    history_dictionaries_report(dictionaries, sealing.facts.raw_bytes, sealing.compressed_bytes);
    return true;
}
