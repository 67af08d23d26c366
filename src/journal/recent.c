/* SPDX-License-Identifier: Apache-2.0 */
#include "recent.h"

#include "base/check.h"
#include "base/own.h"

#include <string.h>

void journal_block_give_back(struct journal_block *owned_block) {
    if (owned_block == NULL)
        return;
    ASSERT(owned_block->references > 0);
    if (--owned_block->references == 0)
        mem_free(owned_block);
}

void journal_recent_finish(struct journal_recent *recent) {
    for (size_t i = 0; i < JOURNAL_BLOCKS; i++) {
        ASSERT(recent->blocks[i] == NULL || recent->blocks[i]->references == 1);
        journal_block_give_back(TAKE(recent->blocks[i]));
    }
}

struct journal_block *journal_recent_newest(const struct journal_recent *recent) {
    return recent->blocks[recent->newest];
}

struct journal_block *journal_recent_begin(
    struct journal_recent *recent, uint64_t first_position, struct journal_spot spot, size_t capacity) {
    recent->newest = (recent->newest + 1) % JOURNAL_BLOCKS;
    struct journal_block *block = recent->blocks[recent->newest];
    /* Memory that has been touched before is used again; a block that somebody reads goes on without us. */
    if (block == NULL || block->references > 1 || block->capacity < capacity) {
        journal_block_give_back(block);
        block = mem_resize(NULL, sizeof *block + capacity);
        block->capacity = capacity;
        recent->blocks[recent->newest] = block;
    }
    block->spot = spot;
    block->first_position = first_position;
    block->end_position = first_position - 1;
    block->published = block->written = block->size = 0;
    block->references = 1;
    return block;
}

bool journal_block_add(struct journal_block *block, const struct journal_frame *frame) {
    if (JOURNAL_FRAME_HEADER_SIZE + frame->payload.size > block->capacity - block->size)
        return false;
    uint8_t *place = block->data + block->size;
    journal_frame_write(place, frame);
    memcpy(place + JOURNAL_FRAME_HEADER_SIZE, frame->payload.data, frame->payload.size);
    block->size += JOURNAL_FRAME_HEADER_SIZE + frame->payload.size;
    return true;
}

void journal_recent_publish(struct journal_recent *recent, uint64_t end_position) {
    for (size_t i = 0; i < JOURNAL_BLOCKS; i++) {
        struct journal_block *block = recent->blocks[i];
        if (block == NULL || block->published == block->size)
            continue;
        /* A group that did not fit into one block ends in the newest. */
        const struct journal_block *next = recent->blocks[(i + 1) % JOURNAL_BLOCKS];
        block->end_position = i == recent->newest ? end_position : next->first_position - 1;
        block->published = block->size;
    }
}

bool journal_recent_is_old(const struct journal_recent *recent, uint64_t position) {
    const struct journal_block *middle =
        recent->blocks[(recent->newest + JOURNAL_BLOCKS - JOURNAL_BLOCKS / 2) % JOURNAL_BLOCKS];
    return middle != NULL && position < middle->first_position;
}

struct journal_block *journal_recent_take(struct journal_recent *recent, uint64_t position) {
    for (size_t i = 0; i < JOURNAL_BLOCKS; i++) {
        struct journal_block *block = recent->blocks[i];
        if (block != NULL && block->first_position <= position && position <= block->end_position) {
            block->references++;
            return block;
        }
    }
    return NULL;
}
