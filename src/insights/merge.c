/* SPDX-License-Identifier: Apache-2.0 */
#include "merge.h"

#include "base/check.h"
#include "base/own.h"
#include "sys/disk.h"

struct input {
    struct insights_counts_reader *reader;
    uint64_t number;
    struct insights_count count; /* the next one */
    bool done;
};

struct insights_merge {
    struct insights_counts_writer *writer;
    struct insights_file output;
    struct input inputs[INSIGHTS_MERGE_FILES_MAX];
    size_t count;
};

void insights_merge_destroy(struct insights_merge *merge) {
    if (merge == NULL)
        return;
    insights_counts_destroy(merge->writer);
    for (size_t i = 0; i < merge->count; i++)
        insights_counts_close(merge->inputs[i].reader);
    mem_free(merge);
}

static void merge_destroyp(struct insights_merge **merge) {
    insights_merge_destroy(*merge);
}

static bool open_input(struct insights_files *files, struct insights_merge *merge,
    const struct insights_file *file, struct error *error) {
    struct insights_counts_head head = {.cairn_id = files->manifest.cairn_id,
        .generation = files->manifest.generation,
        .number = file->number,
        .period_minutes = file->period_minutes};
    struct input *input = &merge->inputs[merge->count++];
    *input = (struct input){.number = file->number};
    input->reader = insights_counts_open(files->disk, &head, error);
    return input->reader != NULL && insights_counts_next(input->reader, &input->count, &input->done, error);
}

struct insights_merge *insights_merge_create(struct insights_files *files, const struct insights_file *inputs,
    size_t count, uint32_t period_minutes, struct error *error) {
    SCOPED(merge_destroyp) struct insights_merge *merge = MEM_NEW(struct insights_merge);
    ASSERT(count > 0 && count <= INSIGHTS_MERGE_FILES_MAX);
    uint8_t tier = 0;
    for (size_t i = 0; i < count; i++) {
        if (!open_input(files, merge, &inputs[i], error))
            return NULL;
        tier = inputs[i].tier > tier ? inputs[i].tier : tier;
    }
    struct insights_counts_head head = insights_files_head(files, period_minutes);
    merge->output = (struct insights_file){.number = head.number,
        .day = inputs[0].day,
        .period_minutes = (uint16_t)period_minutes,
        .tier = tier < UINT8_MAX ? (uint8_t)(tier + 1) : tier};
    merge->writer = insights_counts_create(files->disk, &head, error);
    return merge->writer != NULL ? TAKE(merge) : NULL;
}

static struct input *least_of(struct insights_merge *merge) {
    struct input *least = NULL;
    for (size_t i = 0; i < merge->count; i++) {
        struct input *input = &merge->inputs[i];
        if (!input->done && (least == NULL || insights_count_compare(&input->count, &least->count) < 0))
            least = input;
    }
    return least;
}

bool insights_merge_step(
    struct insights_merge *merge, size_t counts_max, struct insights_file *ret_output, struct error *error) {
    *ret_output = (struct insights_file){0};
    for (size_t i = 0; i < counts_max; i++) {
        struct input *least = least_of(merge);
        if (least == NULL) {
            if (!insights_counts_finish(TAKE(merge->writer), &merge->output.bytes, error))
                return false;
            *ret_output = merge->output;
            return true;
        }
        if (!insights_counts_add(merge->writer, &least->count, error) ||
            !insights_counts_next(least->reader, &least->count, &least->done, error))
            return false;
    }
    return true;
}

bool insights_merge_uses(const struct insights_merge *merge, uint64_t number) {
    for (size_t i = 0; merge != NULL && i < merge->count; i++)
        if (merge->inputs[i].number == number)
            return true;
    return false;
}
