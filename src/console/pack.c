/* SPDX-License-Identifier: Apache-2.0 */
#include "pack.h"

#include "base/bits.h"
#include "base/mem.h"
#include "codec/text.h"

#include <string.h>

enum { VERSION = 1, HEAD_SIZE = 16, FILE_HEAD_SIZE = 16, TEXT_SIZE_MAX = 256, FILE_BYTES_MAX = 32 << 20 };

static const char magic[8] = {'C', 'A', 'I', 'R', 'N', 'C', 'O', 'N'};

static bool damaged(struct error *error) {
    return error_set(
        error, ERROR_CORRUPT, "the console's pack is damaged: build it again with `make console'");
}

static bool take(struct bytes *rest, size_t size, struct bytes *ret_part) {
    if (size > rest->size)
        return false;
    *ret_part = bytes_of(rest->data, size);
    *rest = bytes_of(rest->data + size, rest->size - size);
    return true;
}

static bool parse_file(struct bytes *rest, struct console_file *ret_file) {
    struct bytes head, path, type;
    uint8_t hash[SHA256_SIZE];
    if (!take(rest, FILE_HEAD_SIZE, &head))
        return false;
    uint32_t gzip_size = load_u32(head.data), size = load_u32(head.data + 4);
    uint16_t path_size = load_u16(head.data + 8), type_size = load_u16(head.data + 10);
    if (path_size == 0 || path_size > TEXT_SIZE_MAX || type_size == 0 || type_size > TEXT_SIZE_MAX ||
        size > FILE_BYTES_MAX || !take(rest, path_size, &path) || !take(rest, type_size, &type) ||
        !take(rest, gzip_size, &ret_file->gzip))
        return false;
    ret_file->path = bytes_str(path);
    ret_file->content_type = bytes_str(type);
    ret_file->size = size;
    ret_file->is_immutable = head.data[12] != 0;
    hash_sha256(ret_file->gzip, hash);
    ret_file->etag[0] = '"';
    hex_encode(BYTES_OF(hash), ret_file->etag + 1);
    ret_file->etag[1 + 2 * SHA256_SIZE] = '"';
    return true;
}

bool console_pack_parse(struct bytes bytes, struct console_pack *ret_pack, struct error *error) {
    uint8_t hash[SHA256_SIZE];
    if (bytes.size < HEAD_SIZE + SHA256_SIZE || bytes.size > CONSOLE_PACK_BYTES_MAX ||
        memcmp(bytes.data, magic, sizeof magic) != 0 || load_u32(bytes.data + 8) != VERSION)
        return damaged(error);
    hash_sha256(bytes_of(bytes.data, bytes.size - SHA256_SIZE), hash);
    uint32_t count = load_u32(bytes.data + 12);
    if (memcmp(hash, bytes.data + bytes.size - SHA256_SIZE, SHA256_SIZE) != 0 || count > CONSOLE_FILES_MAX)
        return damaged(error);
    struct console_pack pack = {mem_alloc_array(count, sizeof(struct console_file)), count};
    struct bytes rest = bytes_of(bytes.data + HEAD_SIZE, bytes.size - HEAD_SIZE - SHA256_SIZE);
    bool is_whole = true;
    for (size_t i = 0; i < count && is_whole; i++)
        is_whole = parse_file(&rest, &pack.files[i]) &&
                   (i == 0 || str_compare(pack.files[i - 1].path, pack.files[i].path) < 0);
    if (!is_whole || rest.size != 0) {
        console_pack_finish(&pack);
        return damaged(error);
    }
    *ret_pack = pack;
    return true;
}

void console_pack_finish(struct console_pack *pack) {
    mem_free(pack->files);
    *pack = (struct console_pack){0};
}

const struct console_file *console_pack_find(const struct console_pack *pack, struct str path) {
    size_t low = 0, high = pack->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(pack->files[middle].path, path);
        if (order == 0)
            return &pack->files[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
