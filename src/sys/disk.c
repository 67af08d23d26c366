/* SPDX-License-Identifier: Apache-2.0 */
/* disk: what all disks have in common: the check of names, and whole-file reads and writes. */
#include "sys/disk.h"

#include "base/buf.h"
#include "base/own.h"

#include <string.h>

enum { NAME_SIZE_MAX = 3500 };

/* Components must be there and go down only: no name may leave the root. */
static bool check_name(const char *name, bool may_be_root, struct error *error) {
    if (name[0] == '\0')
        return may_be_root || error_set(error, ERROR_INVALID, "empty file name");
    if (strlen(name) > NAME_SIZE_MAX)
        return error_set(error, ERROR_INVALID, "file name of more than %d bytes", NAME_SIZE_MAX);
    struct str rest = str_from(name);
    for (bool more = true; more;) {
        more = str_find_char(rest, '/') != SIZE_MAX;
        struct str part = str_cut(&rest, '/');
        if (part.size == 0 || str_is(part, ".") || str_is(part, ".."))
            return error_set(error, ERROR_INVALID, "file name %.200s leaves its folder", name);
    }
    return true;
}

struct disk_file *disk_open(struct disk *disk, const char *name, enum disk_mode mode, struct error *error) {
    return check_name(name, false, error) ? disk->methods->open(disk, name, mode, error) : NULL;
}

bool disk_append(struct disk_file *file, const void *data, size_t size, struct error *error) {
    return file->methods->append(file, data, size, error);
}

bool disk_read(
    struct disk_file *file, uint64_t offset, void *data, size_t size, size_t *ret_size, struct error *error) {
    return file->methods->read(file, offset, data, size, ret_size, error);
}

bool disk_read_exactly(
    struct disk_file *file, uint64_t offset, void *data, size_t size, struct error *error) {
    size_t got = 0;
    if (!disk_read(file, offset, data, size, &got, error))
        return false;
    return got == size || error_set(error, ERROR_CORRUPT, "file ends %zu bytes early", size - got);
}

bool disk_size(struct disk_file *file, uint64_t *ret_size, struct error *error) {
    return file->methods->size(file, ret_size, error);
}

bool disk_truncate(struct disk_file *file, uint64_t size, struct error *error) {
    return file->methods->truncate(file, size, error);
}

bool disk_sync(struct disk_file *file, struct error *error) {
    return file->methods->sync(file, error);
}

void disk_close(struct disk_file *file) {
    if (file != NULL)
        file->methods->close(file);
}

bool disk_rename(struct disk *disk, const char *from, const char *to, struct error *error) {
    return check_name(from, false, error) && check_name(to, false, error) &&
           disk->methods->rename(disk, from, to, error);
}

bool disk_unlink(struct disk *disk, const char *name, struct error *error) {
    return check_name(name, false, error) && disk->methods->unlink(disk, name, error);
}

bool disk_make_directory(struct disk *disk, const char *name, struct error *error) {
    return check_name(name, false, error) && disk->methods->make_directory(disk, name, error);
}

bool disk_remove_directory(struct disk *disk, const char *name, struct error *error) {
    return check_name(name, false, error) && disk->methods->remove_directory(disk, name, error);
}

bool disk_sync_directory(struct disk *disk, const char *name, struct error *error) {
    return check_name(name, true, error) && disk->methods->sync_directory(disk, name, error);
}

bool disk_list(
    struct disk *disk, const char *name, disk_on_entry *on_entry, void *context, struct error *error) {
    return check_name(name, true, error) && disk->methods->list(disk, name, on_entry, context, error);
}

bool disk_stat(struct disk *disk, const char *name, struct disk_stat *ret_stat, struct error *error) {
    return check_name(name, true, error) && disk->methods->stat(disk, name, ret_stat, error);
}

bool disk_free_bytes(struct disk *disk, uint64_t *ret_bytes, struct error *error) {
    return disk->methods->free_bytes(disk, ret_bytes, error);
}

bool disk_read_file(struct disk *disk, const char *name, struct buf *buf, struct error *error) {
    SCOPED(disk_closep) struct disk_file *file = disk_open(disk, name, DISK_READ, error);
    if (file == NULL)
        return false;
    uint64_t size = 0;
    size_t got = 0;
    if (!disk_size(file, &size, error))
        return error_context(error, "read %.200s", name);
    if (size > buf->limit - buf->size)
        return error_set(error, ERROR_LIMIT, "%.200s has %llu bytes, more than the %zu allowed", name,
            (unsigned long long)size, buf->limit - buf->size);
    void *place = buf_reserve(buf, (size_t)size);
    if (!disk_read(file, 0, place, (size_t)size, &got, error))
        return error_context(error, "read %.200s", name);
    buf_commit(buf, got);
    return true;
}

bool disk_write_file(struct disk *disk, const char *name, struct bytes data, struct error *error) {
    SCOPED(buf_finish) struct buf temporary = BUF_INIT(NAME_SIZE_MAX + 8);
    struct str path = str_from(name);
    size_t folder_size = path.size;
    while (folder_size > 0 && name[folder_size - 1] != '/')
        folder_size--;
    SCOPED(buf_finish) struct buf folder = BUF_INIT(NAME_SIZE_MAX);
    if (!buf_append_format(&temporary, "%s.tmp", name) ||
        (folder_size > 0 && !buf_append(&folder, name, folder_size - 1)))
        return error_set(error, ERROR_INVALID, "file name of more than %d bytes", NAME_SIZE_MAX);
    /* A left-over of a crash has no other name; it goes first, so that nothing old remains in the new file.
     */
    struct error ignored = {0};
    IGNORE(disk_unlink(disk, temporary.data, &ignored), "usually there is none; creation reports the rest");
    SCOPED(disk_closep) struct disk_file *file = disk_open(disk, temporary.data, DISK_CREATE, error);
    if (file == NULL || !disk_append(file, data.data, data.size, error) || !disk_sync(file, error) ||
        !disk_rename(disk, temporary.data, name, error))
        return error_context(error, "write %.200s", name);
    return disk_sync_directory(disk, folder.size > 0 ? folder.data : "", error) ||
           error_context(error, "write %.200s", name);
}
