/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as a file of rows: pages follow each other to an end, and every value is readable memory. */
#include "base/check.h"
#include "base/own.h"
#include "queries/rows.h"
#include "support/disk_sim.h"

#define ID STR_LITERAL("11111111-0000-4000-8000-000000000001")

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t touch(const struct queries_page *page) {
    size_t sum = 0;
    for (size_t i = 0; i < page->row_count * page->column_count; i++)
        sum += page->values[i].size > 0 ? (size_t)page->values[i].data[page->values[i].size - 1] : 0;
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct disk_sim *sim = disk_sim_create(1);
    struct disk *disk = disk_sim_disk(sim);
    struct error error = {0};
    char name[QUERIES_ROWS_NAME_SIZE];
    ASSERT(queries_rows_name(ID, name));
    ASSERT(
        disk_make_directory(disk, "lake", &error) && disk_make_directory(disk, QUERIES_ROWS_FOLDER, &error));
    ASSERT(disk_write_file(disk, name, bytes_of(data, size), &error));
    uint64_t from = 0;
    for (int pages = 0; pages < 100; pages++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct queries_page page;
        if (!queries_rows_read(disk, ID, from, 3, &arena, &page, &error))
            break;
        IGNORE(touch(&page), "reading is the test");
        ASSERT(page.row_count <= 3);
        if (page.next == 0)
            break;
        from = page.next;
    }
    disk_sim_destroy(sim);
    return 0;
}
