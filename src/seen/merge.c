/* SPDX-License-Identifier: Apache-2.0 */
#include "merge.h"

#include "base/check.h"
#include "base/own.h"

enum { INPUTS_MAX = 16 };

/* Where one of the merged runs stands. */
struct input {
    uint64_t next_page;
    struct seen_entry page[SEEN_PAGE_ENTRIES_MAX];
    size_t count, at;
    uint64_t hash; /* of page[at] */
    bool ended;
};

struct seen_merge {
    struct seen_identity identity;
    struct seen_run *runs[INPUTS_MAX];
    struct input *inputs;
    size_t count;
    struct seen_writer *writer;
};

/* Have the next entry of an input at hand, or mark its end. */
static bool advance(struct seen_merge *merge, size_t index, struct error *error) {
    struct input *input = &merge->inputs[index];
    if (input->at == input->count) {
        input->ended = input->next_page == merge->runs[index]->page_count;
        if (input->ended)
            return true;
        if (!seen_run_read_page(merge->runs[index], input->next_page, input->page, &input->count, error))
            return false;
        input->next_page++;
        input->at = 0;
    }
    input->hash = seen_hash(&merge->identity, &input->page[input->at].id);
    return true;
}

void seen_merge_destroy(struct seen_merge *merge) {
    if (merge == NULL)
        return;
    seen_writer_destroy(merge->writer);
    mem_free(merge->inputs);
    mem_free(merge);
}

static void merge_destroyp(struct seen_merge **merge) {
    seen_merge_destroy(*merge);
}

struct seen_merge *seen_merge_create(const struct seen_place *place, struct seen_run *const *runs,
    size_t count, uint64_t number, struct error *error) {
    ASSERT(count > 1 && count <= INPUTS_MAX);
    SCOPED(merge_destroyp) struct seen_merge *merge = MEM_NEW(struct seen_merge);
    merge->identity = place->identity;
    merge->inputs = mem_alloc_array(count, sizeof *merge->inputs);
    merge->count = count;
    uint64_t entry_count = 0;
    for (size_t i = 0; i < count; i++) {
        merge->runs[i] = runs[i];
        entry_count += runs[i]->entry_count;
        if (!advance(merge, i, error))
            return NULL;
    }
    merge->writer = seen_writer_create(place, number, entry_count, error);
    return merge->writer != NULL ? TAKE(merge) : NULL;
}

/* The input with the smallest hash; `count` where all have ended. */
static size_t smallest(const struct seen_merge *merge) {
    size_t best = merge->count;
    for (size_t i = 0; i < merge->count; i++)
        if (!merge->inputs[i].ended &&
            (best == merge->count || merge->inputs[i].hash < merge->inputs[best].hash))
            best = i;
    return best;
}

bool seen_merge_step(
    struct seen_merge *merge, size_t entries_max, struct seen_run **ret_owned_run, struct error *error) {
    for (size_t moved = 0; moved < entries_max; moved++) {
        size_t index = smallest(merge);
        if (index == merge->count) {
            struct seen_run *run = seen_writer_finish(TAKE(merge->writer), error);
            if (run != NULL)
                *ret_owned_run = run;
            return run != NULL;
        }
        struct input *input = &merge->inputs[index];
        if (!seen_writer_add(merge->writer, input->hash, &input->page[input->at], error))
            return false;
        input->at++;
        if (!advance(merge, index, error))
            return false;
    }
    *ret_owned_run = NULL;
    return true;
}

struct seen_run *const *seen_merge_inputs(const struct seen_merge *merge, size_t *ret_count) {
    *ret_count = merge->count;
    return merge->runs;
}
