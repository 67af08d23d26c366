/* SPDX-License-Identifier: Apache-2.0 */
#include "generation.h"

#include "catalog/catalog.h"
#include "sys/disk.h"

static const char file_name[] = "generation";

/* 0 where there is no file: a first start, or data of a time before the file. */
static bool read_file(struct disk *disk, uint64_t *ret_generation, struct error *error) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(64);
    *ret_generation = 0;
    if (!disk_read_file(disk, file_name, &text, error))
        return error->kind == ERROR_NOT_FOUND;
    return str_to_u64(str_slice(buf_str(&text), 0, str_find_char(buf_str(&text), '\n')), ret_generation) ||
           error_set(error, ERROR_CORRUPT, "the file %s holds no number", file_name);
}

static bool check(struct catalog *catalog, struct disk *disk, struct error *error) {
    uint64_t ours = catalog_generation(catalog), data = 0;
    if (!read_file(disk, &data, error))
        return false;
    return data <= ours ||
           error_set(error, ERROR_CONFLICT,
               "the catalog is of generation %llu, the data beside it of %llu: was catalog.db "
               "restored without the rest?",
               (unsigned long long)ours, (unsigned long long)data);
}

static bool commit(struct catalog *catalog, struct error *error) {
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(catalog, error);
    return change != NULL && catalog_advance_generation(change, error) && catalog_commit(TAKE(change), error);
}

bool daemon_generation_advance(struct catalog *catalog, struct disk *disk, struct error *error) {
    if (!check(catalog, disk, error) || !commit(catalog, error))
        return false;
    SCOPED(buf_finish) struct buf text = BUF_INIT(64);
    buf_append_format(&text, "%llu\n", (unsigned long long)catalog_generation(catalog));
    return disk_write_file(disk, file_name, buf_bytes(&text), error);
}
