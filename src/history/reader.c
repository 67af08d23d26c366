/* SPDX-License-Identifier: Apache-2.0 */
#include "reader.h"

#include "base/mem.h"

#include "document.h"

struct history_reader *history_reader_create(void) {
    struct history_reader *reader = MEM_NEW(struct history_reader);
    reader->parser = event_parser_create();
    reader->decompressor = zstd_decompressor_create();
    reader->frame = BUF_INIT(HISTORY_BLOCK_SIZE_MAX + HISTORY_PAGE_SIZE);
    reader->payload = BUF_INIT(BUF_UNBOUNDED);
    for (unsigned i = 0; i < HISTORY_READER_BLOCKS; i++)
        reader->blocks[i].content = BUF_INIT(HISTORY_BLOCK_SIZE_MAX + HISTORY_PAGE_SIZE);
    return reader;
}

void history_reader_destroy(struct history_reader *reader) {
    if (reader == NULL)
        return;
    event_parser_destroy(reader->parser);
    zstd_decompressor_destroy(reader->decompressor);
    for (unsigned i = 0; i < HISTORY_READER_PAGES; i++)
        mem_free(reader->pages[i]);
    buf_finish(&reader->frame);
    buf_finish(&reader->payload);
    for (unsigned i = 0; i < HISTORY_READER_BLOCKS; i++)
        buf_finish(&reader->blocks[i].content);
    mem_free(reader);
}
