/* SPDX-License-Identifier: Apache-2.0 */
/* reader: an open file of an object, limited to its body. */
#include "reader.h"

#include "base/own.h"
#include "codec/hash.h"
#include "sys/disk.h"

#include "remote.h"
#include "store.h"

struct objects_reader {
    struct disk_file *file;
    uint64_t size;
    uint64_t checked; /* bytes from the start that `crc32c` covers */
    uint32_t crc32c, crc32c_expected;
};

struct objects_reader *objects_reader_open(struct objects *objects, struct str bucket, struct str key,
    struct arena *arena, struct objects_info *ret_info, struct error *error) {
    struct objects_file_info info;
    if (objects_remote_has(objects->remote, bucket)) {
        objects_no_such_bucket(error);
        return NULL;
    }
    if (!objects_check_key(key, error) || !objects_check_bucket(objects, bucket, error))
        return NULL;
    struct str path = objects_path_object(arena, bucket, key);
    struct disk_file *file = objects_open_file(objects, path, arena, &info, error);
    if (file == NULL) {
        if (error->kind == ERROR_NOT_FOUND)
            objects_no_such_key(error);
        return NULL;
    }
    struct objects_reader *reader = MEM_NEW(struct objects_reader);
    *reader =
        (struct objects_reader){.file = file, .size = info.info.size, .crc32c_expected = info.body_crc32c};
    info.info.key = arena_str(arena, key);
    *ret_info = info.info;
    return reader;
}

static bool check_piece(
    struct objects_reader *reader, uint64_t offset, struct bytes piece, struct error *error) {
    if (offset != reader->checked)
        return true;
    reader->crc32c = hash_crc32c(reader->crc32c, piece);
    reader->checked += piece.size;
    return reader->checked < reader->size || reader->crc32c == reader->crc32c_expected ||
           error_set(error, ERROR_CORRUPT, "InternalError: the object's bytes fail their checksum");
}

bool objects_reader_read(struct objects_reader *reader, uint64_t offset, void *data, size_t size,
    size_t *ret_size, struct error *error) {
    if (offset > reader->size)
        offset = reader->size;
    if (size > reader->size - offset)
        size = (size_t)(reader->size - offset);
    if (!disk_read_exactly(reader->file, offset, data, size, error) ||
        !check_piece(reader, offset, bytes_of(data, size), error))
        return false;
    *ret_size = size;
    return true;
}

void objects_reader_close(struct objects_reader *reader) {
    if (reader == NULL)
        return;
    disk_close(reader->file);
    mem_free(reader);
}
