/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge: phases in the order of the file. The map from old ranks to new ones, which the columns
 * give, takes 4 bytes an event; everything else is walked along.
 */
#include "merge.h"

#include "base/bits.h"
#include "base/check.h"
#include "base/mem.h"
#include "sys/disk.h"

#include "pack.h"
#include "writer.h"

/* How much one step does: some ten milliseconds. */
enum { STEP_BYTES = 8 << 20, READ_BYTES = 1 << 20, STEP_ROWS = 1 << 17, STEP_POSTINGS = 1 << 19 };

enum phase { BLOCKS, COLUMNS, TERMS, IDS, PLACES, FINISH };

struct input {
    const struct history_segment *segment;
    uint32_t offset_base; /* of its first document in the result */
    uint32_t *new_ranks;
    /* Where the phase stands. */
    uint32_t next;
    uint64_t key;
    uint32_t value;
    struct history_column_chunk chunk;
    /* Places. */
    struct buf places;
    const uint8_t *place, *places_end;
    struct str account, region;
    uint64_t event_count;
    bool ended;
};

struct history_merge {
    struct history *history;
    struct history_set *set; /* keeps the inputs open */
    struct history_reader *reader;
    uint64_t id;
    struct history_writer *writer;
    struct history_writer_facts facts;
    enum phase phase;
    size_t input_count, current;
    struct input *inputs;
    struct history_column_chunk chunk; /* being filled */
    uint32_t new_rank;
    int64_t last_time_ms;
    uint32_t *list, *scratch;
    struct buf blocks;
};

static void gather_facts(struct history_merge *merge) {
    struct history_writer_facts *facts = &merge->facts;
    *facts = (struct history_writer_facts){.first_position = merge->inputs[0].segment->footer.first_position,
        .time_ms_min = INT64_MAX,
        .time_ms_max = INT64_MIN,
        .later_ms_min = INT64_MAX,
        .later_ms_max = INT64_MIN};
    for (size_t i = 0; i < merge->input_count; i++) {
        const struct history_footer *footer = &merge->inputs[i].segment->footer;
        ASSERT(footer->first_position == facts->first_position + facts->doc_count);
        merge->inputs[i].offset_base = facts->doc_count;
        facts->doc_count += footer->doc_count;
        facts->categories |= footer->categories;
        facts->raw_bytes += footer->raw_bytes;
        if (footer->time_ms_min < facts->time_ms_min)
            facts->time_ms_min = footer->time_ms_min;
        if (footer->time_ms_max > facts->time_ms_max)
            facts->time_ms_max = footer->time_ms_max;
        if (footer->later_ms_min < facts->later_ms_min)
            facts->later_ms_min = footer->later_ms_min;
        if (footer->later_ms_max > facts->later_ms_max)
            facts->later_ms_max = footer->later_ms_max;
    }
    ASSERT(facts->doc_count <= HISTORY_SEGMENT_DOCS_MAX);
    merge->last_time_ms = facts->time_ms_min;
}

static bool damaged(const struct input *input, const char *what, struct error *error) {
    char name[HISTORY_NAME_SIZE];
    history_segment_name(input->segment->id, name);
    return error_set(error, ERROR_CORRUPT, "%s: %s", name, what);
}

struct history_merge *history_merge_create(
    struct history *history, size_t start, size_t count, struct error *error) {
    ASSERT(count > 1 && count <= HISTORY_MERGE_INPUTS_MAX);
    uint64_t id = history->next_id++;
    struct history_writer *writer = history_writer_create(history->disk, id, error);
    if (writer == NULL)
        return NULL;
    struct history_merge *merge = MEM_NEW(struct history_merge);
    merge->history = history;
    merge->id = id;
    merge->writer = writer;
    merge->reader = history->maintainer_reader;
    merge->blocks = BUF_INIT(BUF_UNBOUNDED);
    mutex_lock(&history->mutex);
    merge->set = history->set;
    merge->set->references++;
    mutex_unlock(&history->mutex);
    merge->input_count = count;
    merge->inputs = mem_alloc_array(count, sizeof *merge->inputs);
    for (size_t i = 0; i < count; i++) {
        struct input *input = &merge->inputs[i];
        input->segment = merge->set->segments[start + i];
        input->places = BUF_INIT(BUF_UNBOUNDED);
        input->new_ranks = mem_alloc_array(input->segment->footer.doc_count, sizeof *input->new_ranks);
    }
    gather_facts(merge);
    return merge;
}

void history_merge_destroy(struct history_merge *merge) {
    if (merge == NULL)
        return;
    for (size_t i = 0; i < merge->input_count; i++) {
        mem_free(merge->inputs[i].new_ranks);
        buf_finish(&merge->inputs[i].places);
    }
    history_set_release(merge->history, merge->set);
    history_writer_destroy(merge->writer);
    mem_free(merge->inputs);
    mem_free(merge->list);
    mem_free(merge->scratch);
    buf_finish(&merge->blocks);
    mem_free(merge);
}

bool history_merge_uses(const struct history_merge *merge, uint64_t segment_id) {
    for (size_t i = 0; merge != NULL && i < merge->input_count; i++)
        if (merge->inputs[i].segment->id == segment_id)
            return true;
    return false;
}

struct history_merge_result history_merge_result(const struct history_merge *merge) {
    struct history_merge_result result = {.id = merge->id, .input_count = merge->input_count};
    for (size_t i = 0; i < merge->input_count; i++)
        result.input_ids[i] = merge->inputs[i].segment->id;
    return result;
}

static bool knows_dictionary(const struct input *input, uint32_t dictionary) {
    const struct history_footer *footer = &input->segment->footer;
    for (uint32_t i = 0; i < footer->dictionary_count; i++)
        if (footer->dictionaries[i] == dictionary)
            return true;
    return dictionary == 0;
}

/* Read neighbouring blocks, from number `next` on, in one go; check and copy each. */
static bool copy_run(struct history_merge *merge, struct input *input, struct error *error) {
    uint32_t count = input->segment->footer.tables[HISTORY_BLOCKS].entry_count;
    struct history_block_place first;
    struct history_block_place last;
    if (!history_segment_block_place(input->segment, merge->reader, input->next, &first, error))
        return false;
    last = first;
    uint32_t end = input->next + 1;
    for (; end < count && last.end - first.start < READ_BYTES; end++)
        if (!history_segment_block_place(input->segment, merge->reader, end, &last, error))
            return false;
    buf_clear(&merge->blocks);
    size_t size = (size_t)(last.end - first.start);
    uint8_t *bytes = buf_reserve(&merge->blocks, size);
    ASSERT(bytes != NULL);
    if (!disk_read_exactly(input->segment->file, first.start, bytes, size, error))
        return false;
    for (; input->next < end; input->next++) {
        struct history_block_place place;
        if (!history_segment_block_place(input->segment, merge->reader, input->next, &place, error))
            return false;
        struct bytes block = bytes_of(bytes + (place.start - first.start), (size_t)(place.end - place.start));
        if (!history_block_check(block, error))
            return damaged(input, error->message, error);
        if (!knows_dictionary(input, history_block_dictionary(block)))
            return damaged(input, "a block with an unknown dictionary", error);
        if (!history_writer_add_block(merge->writer, input->offset_base + place.first_offset, block,
                history_block_dictionary(block), error))
            return false;
    }
    return true;
}

static void begin_phase(struct history_merge *merge, enum phase phase) {
    merge->phase = phase;
    merge->current = 0;
    for (size_t i = 0; i < merge->input_count; i++)
        merge->inputs[i].next = 0;
}

static bool step_blocks(struct history_merge *merge, struct error *error) {
    uint64_t start = history_writer_size(merge->writer);
    while (history_writer_size(merge->writer) - start < STEP_BYTES) {
        struct input *input = &merge->inputs[merge->current];
        if (input->next < input->segment->footer.tables[HISTORY_BLOCKS].entry_count) {
            if (!copy_run(merge, input, error))
                return false;
            continue;
        }
        if (++merge->current < merge->input_count)
            continue;
        begin_phase(merge, COLUMNS);
        return history_writer_end_blocks(merge->writer, error);
    }
    return true;
}

/* Have the chunk that holds the input's next row. */
static bool load_rows(struct history_merge *merge, struct input *input, struct error *error) {
    if (input->next % HISTORY_COLUMN_CHUNK != 0 || input->next >= input->segment->footer.doc_count)
        return true;
    return history_segment_chunk(
        input->segment, merge->reader, input->next / HISTORY_COLUMN_CHUNK, &input->chunk, error);
}

/* The input whose next row is the oldest; NULL at the end. Inputs stand in order of position, which settles
 * equal times. */
static struct input *oldest_row(struct history_merge *merge) {
    struct input *oldest = NULL;
    int64_t oldest_ms = 0;
    for (size_t i = 0; i < merge->input_count; i++) {
        struct input *input = &merge->inputs[i];
        if (input->next >= input->segment->footer.doc_count)
            continue;
        int64_t time_ms = input->chunk.times_ms[input->next % HISTORY_COLUMN_CHUNK];
        if (oldest != NULL && time_ms >= oldest_ms)
            continue;
        oldest = input;
        oldest_ms = time_ms;
    }
    return oldest;
}

static bool put_row(struct history_merge *merge, struct input *input, struct error *error) {
    uint32_t row = input->next % HISTORY_COLUMN_CHUNK;
    int64_t time_ms = input->chunk.times_ms[row];
    if (time_ms < merge->last_time_ms || time_ms > merge->facts.time_ms_max)
        return damaged(input, "columns out of order", error);
    merge->last_time_ms = time_ms;
    merge->chunk.times_ms[merge->chunk.count] = time_ms;
    merge->chunk.offsets[merge->chunk.count++] = input->offset_base + input->chunk.offsets[row];
    input->new_ranks[input->next++] = merge->new_rank++;
    if (merge->chunk.count == HISTORY_COLUMN_CHUNK || merge->new_rank == merge->facts.doc_count) {
        if (!history_writer_add_columns(merge->writer, &merge->chunk, error))
            return false;
        merge->chunk.count = 0;
    }
    return load_rows(merge, input, error);
}

static bool load_entry(
    struct history_merge *merge, struct input *input, enum history_table table, struct error *error) {
    return input->next >= input->segment->footer.tables[table].entry_count ||
           history_table_entry(
               input->segment, merge->reader, table, input->next, &input->key, &input->value, error);
}

static bool load_entries(struct history_merge *merge, enum history_table table, struct error *error) {
    for (size_t i = 0; i < merge->input_count; i++)
        if (!load_entry(merge, &merge->inputs[i], table, error))
            return false;
    return true;
}

static bool step_columns(struct history_merge *merge, struct error *error) {
    for (size_t i = 0; i < merge->input_count && merge->new_rank == 0; i++)
        if (!load_rows(merge, &merge->inputs[i], error))
            return false;
    for (int i = 0; i < STEP_ROWS; i++) {
        struct input *input = oldest_row(merge);
        if (input == NULL) {
            ASSERT(merge->new_rank == merge->facts.doc_count);
            merge->list = mem_alloc_array(merge->facts.doc_count, sizeof *merge->list);
            merge->scratch = mem_alloc_array(merge->facts.doc_count, sizeof *merge->scratch);
            begin_phase(merge, TERMS);
            return load_entries(merge, HISTORY_TERMS, error);
        }
        if (!put_row(merge, input, error))
            return false;
    }
    return true;
}

/* The smallest key that some input is at; false at the end of all. */
static bool smallest_key(const struct history_merge *merge, enum history_table table, uint64_t *ret_key) {
    bool found = false;
    for (size_t i = 0; i < merge->input_count; i++) {
        const struct input *input = &merge->inputs[i];
        if (input->next >= input->segment->footer.tables[table].entry_count ||
            (found && input->key >= *ret_key))
            continue;
        *ret_key = input->key;
        found = true;
    }
    return found;
}

/* Put one input's list, in new ranks and ascending, at the end of merge->list. */
static bool add_list(struct history_merge *merge, struct input *input, size_t *count, struct error *error) {
    struct history_posting_walk walk;
    if (!history_posting_walk_open(&walk, input->segment, merge->reader, input->value, error))
        return false;
    if (walk.count > merge->facts.doc_count - *count)
        return damaged(input, "a posting list of more ranks than there are", error);
    *count += walk.count;
    for (size_t place = *count; !history_posting_walk_ended(&walk);) {
        merge->list[--place] = input->new_ranks[history_posting_walk_rank(&walk)];
        if (!history_posting_walk_step(&walk, merge->reader, error))
            return false;
    }
    return true;
}

static bool put_term(struct history_merge *merge, uint64_t term, size_t *ret_count, struct error *error) {
    size_t count = 0;
    for (size_t i = 0; i < merge->input_count; i++) {
        struct input *input = &merge->inputs[i];
        if (input->next >= input->segment->footer.tables[HISTORY_TERMS].entry_count || input->key != term)
            continue;
        if (!add_list(merge, input, &count, error))
            return false;
        input->next++;
        if (!load_entry(merge, input, HISTORY_TERMS, error))
            return false;
    }
    history_sort_u32(merge->list, count, merge->scratch);
    for (size_t i = 1; i < count; i++)
        if (merge->list[i - 1] == merge->list[i])
            return error_set(error, ERROR_CORRUPT, "a posting list that has an event twice");
    *ret_count = count;
    return history_writer_add_term(merge->writer, term, merge->list, count, error);
}

static bool step_terms(struct history_merge *merge, struct error *error) {
    for (size_t postings = 0; postings < STEP_POSTINGS;) {
        uint64_t term = 0;
        size_t count = 0;
        if (!smallest_key(merge, HISTORY_TERMS, &term)) {
            begin_phase(merge, IDS);
            return load_entries(merge, HISTORY_IDS, error);
        }
        if (!put_term(merge, term, &count, error))
            return false;
        postings += count + 8;
    }
    return true;
}

/* Offsets move up, which keeps the order within an input and among equal hashes of several. */
static bool step_ids(struct history_merge *merge, struct error *error) {
    for (int rows = 0; rows < STEP_ROWS; rows++) {
        struct input *first = NULL;
        for (size_t i = 0; i < merge->input_count; i++) {
            struct input *input = &merge->inputs[i];
            if (input->next < input->segment->footer.tables[HISTORY_IDS].entry_count &&
                (first == NULL || input->key + input->offset_base < first->key + first->offset_base))
                first = input;
        }
        if (first == NULL) {
            begin_phase(merge, PLACES);
            return true;
        }
        uint32_t offset = (uint32_t)(first->key & ((1U << HISTORY_OFFSET_BITS) - 1));
        if (offset >= first->segment->footer.doc_count)
            return damaged(first, "an event id of no document", error);
        first->next++;
        if (!history_writer_add_id(merge->writer, first->key + first->offset_base, error) ||
            !load_entry(merge, first, HISTORY_IDS, error))
            return false;
    }
    return true;
}

static bool load_places(struct history_merge *merge, struct input *input, struct error *error) {
    size_t size = (size_t)input->segment->footer.sections[HISTORY_PLACES].size;
    uint8_t *bytes = buf_reserve(&input->places, size);
    struct history_span span = {bytes, size};
    if (!history_section_read(input->segment, merge->reader, HISTORY_PLACES, 0, &span, error))
        return false;
    input->place = bytes;
    input->places_end = bytes + size;
    return history_place_next(&input->place, input->places_end, &input->account, &input->region,
               &input->event_count, &input->ended) ||
           damaged(input, "a damaged list of accounts and regions", error);
}

static int compare_places(const struct input *a, const struct input *b) {
    int order = str_compare(a->account, b->account);
    return order != 0 ? order : str_compare(a->region, b->region);
}

static struct input *first_place(struct history_merge *merge) {
    struct input *first = NULL;
    for (size_t i = 0; i < merge->input_count; i++)
        if (!merge->inputs[i].ended && (first == NULL || compare_places(&merge->inputs[i], first) < 0))
            first = &merge->inputs[i];
    return first;
}

static bool put_place(struct history_merge *merge, const struct input *first, struct error *error) {
    struct str account = first->account;
    struct str region = first->region;
    uint64_t event_count = 0;
    for (size_t i = 0; i < merge->input_count; i++) {
        struct input *input = &merge->inputs[i];
        if (input->ended || !str_equals(input->account, account) || !str_equals(input->region, region))
            continue;
        event_count += input->event_count;
        if (!history_place_next(&input->place, input->places_end, &input->account, &input->region,
                &input->event_count, &input->ended))
            return damaged(input, "a damaged list of accounts and regions", error);
    }
    return history_writer_add_place(merge->writer, account, region, event_count, error);
}

static bool step_places(struct history_merge *merge, struct error *error) {
    for (size_t i = 0; i < merge->input_count; i++)
        if (!load_places(merge, &merge->inputs[i], error))
            return false;
    for (const struct input *first = first_place(merge); first != NULL; first = first_place(merge))
        if (!put_place(merge, first, error))
            return false;
    begin_phase(merge, FINISH);
    return true;
}

bool history_merge_step(struct history_merge *merge, bool *ret_done, struct error *error) {
    *ret_done = false;
    switch (merge->phase) {
    case BLOCKS:
        return step_blocks(merge, error);
    case COLUMNS:
        return step_columns(merge, error);
    case TERMS:
        return step_terms(merge, error);
    case IDS:
        return step_ids(merge, error);
    case PLACES:
        return step_places(merge, error);
    case FINISH:
        break;
    }
    *ret_done = history_writer_finish(merge->writer, &merge->facts, error);
    return *ret_done;
}
