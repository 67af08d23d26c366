/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader: what one thread needs to read segments: a parser, a decompressor, and two small caches,
 * of pages and of decompressed blocks. Readers are lent from a pool, so memory grows with the number
 * of threads that look things up at once, not with the history.
 *
 * Threads: a reader one owner; the pool any.
 */
#pragma once

#include "codec/compress.h"
#include "event/event.h"

#include "footer.h"

enum { HISTORY_READER_PAGES = 256, HISTORY_READER_BLOCKS = 4 };

struct history_reader_page {
    uint64_t segment_id;
    uint32_t page;
    uint8_t content[HISTORY_PAGE_ROOM];
};

struct history_reader_block {
    uint64_t segment_id; /* 0: empty */
    uint32_t first_offset, doc_count;
    struct buf content; /* JSON_PADDING readable bytes follow */
};

struct history_reader {
    struct history_reader *next; /* in the pool */
    struct event_parser *parser;
    struct zstd_decompressor *decompressor;
    struct buf frame, payload;
    struct history_reader_page *pages[HISTORY_READER_PAGES]; /* made when first needed */
    struct history_reader_block blocks[HISTORY_READER_BLOCKS];
    unsigned next_block;
};

struct history_reader *history_reader_create(void);
void history_reader_destroy(struct history_reader *reader);
