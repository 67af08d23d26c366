/* SPDX-License-Identifier: Apache-2.0 */
#include "dictionary.h"

#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "codec/hash.h"
#include "sys/disk.h"
#include "sys/thread.h"

#include <stdio.h>
#include <string.h>

enum {
    CONTENT_SIZE_MAX = 112 * 1024,
    FILE_HEADER_SIZE = 20,
    VERSION = 1,
    COUNT_MAX = HISTORY_SEGMENT_DICTIONARIES_MAX,
    TRAIN_DOCS_MIN = 512,
    TRAIN_SIZE_MIN = 16,
    TRAIN_BYTES_MAX = 4 * 1024 * 1024,
    RETRAIN_DOCS_MIN = 4096,
    RETRAIN_BYTES_MIN = 32 * 1024 * 1024, /* between two trainings */
};
static const char file_magic[8] = "CAIRNHSD";

struct dictionary {
    uint32_t id;
    struct zstd_dictionary *zstd;
};

/* The mutex guards `entries` and `count`; the rest is the maintainer's alone. */
struct history_dictionaries {
    struct disk *disk;
    struct mutex mutex;
    struct dictionary entries[COUNT_MAX];
    size_t count;
    uint32_t current_id;
    uint64_t trained_from_docs;
    uint64_t raw_bytes_since;
    double first_ratio, last_ratio; /* compressed to raw, with the current one */
};

struct history_dictionaries *history_dictionaries_create(struct disk *disk) {
    struct history_dictionaries *dictionaries = MEM_NEW(struct history_dictionaries);
    dictionaries->disk = disk;
    mutex_init(&dictionaries->mutex);
    return dictionaries;
}

void history_dictionaries_destroy(struct history_dictionaries *dictionaries) {
    if (dictionaries == NULL)
        return;
    for (size_t i = 0; i < dictionaries->count; i++)
        zstd_dictionary_destroy(dictionaries->entries[i].zstd);
    mutex_finish(&dictionaries->mutex);
    mem_free(dictionaries);
}

static void file_name(uint32_t id, char ret_name[HISTORY_NAME_SIZE]) {
    (void)snprintf(ret_name, HISTORY_NAME_SIZE, "history/%08x.dictionary", id);
}

uint32_t history_dictionary_id_of_name(const char *name) {
    uint8_t id[4];
    if (strlen(name) != 8 + strlen(".dictionary") || strcmp(name + 8, ".dictionary") != 0 ||
        !hex_decode(str_of(name, 8), id))
        return 0;
    return (uint32_t)(load_u64_big((const uint8_t[8]){0, 0, 0, 0, id[0], id[1], id[2], id[3]}));
}

static const struct zstd_dictionary *find(const struct history_dictionaries *dictionaries, uint32_t id) {
    for (size_t i = 0; i < dictionaries->count; i++)
        if (dictionaries->entries[i].id == id)
            return dictionaries->entries[i].zstd;
    return NULL;
}

static const struct zstd_dictionary *add(
    struct history_dictionaries *dictionaries, uint32_t id, struct zstd_dictionary *owned_zstd) {
    ASSERT(dictionaries->count < COUNT_MAX);
    MUTEX_SCOPE(&dictionaries->mutex);
    dictionaries->entries[dictionaries->count++] = (struct dictionary){id, owned_zstd};
    return owned_zstd;
}

/* The file: magic, version, CRC32C of the rest, id, content. */
static bool check_file(struct bytes file, uint32_t id, struct error *error) {
    if (file.size <= FILE_HEADER_SIZE || memcmp(file.data, file_magic, sizeof file_magic) != 0 ||
        load_u32(file.data + 8) != VERSION)
        return error_set(error, ERROR_CORRUPT, "not a history dictionary of version %d", VERSION);
    if (load_u32(file.data + 12) != hash_crc32c(0, (struct bytes){file.data + 16, file.size - 16}) ||
        load_u32(file.data + 16) != id)
        return error_set(error, ERROR_CORRUPT, "checksum of a history dictionary does not match");
    return true;
}

static struct zstd_dictionary *load(struct disk *disk, uint32_t id, struct error *error) {
    char name[HISTORY_NAME_SIZE];
    file_name(id, name);
    SCOPED(buf_finish) struct buf file = BUF_INIT(FILE_HEADER_SIZE + CONTENT_SIZE_MAX);
    if (!disk_read_file(disk, name, &file, error) || !check_file(buf_bytes(&file), id, error)) {
        (void)error_context(error, "%s", name);
        return NULL;
    }
    struct bytes content = bytes_of(file.data + FILE_HEADER_SIZE, file.size - FILE_HEADER_SIZE);
    return zstd_dictionary_create(content, HISTORY_ZSTD_LEVEL);
}

const struct zstd_dictionary *history_dictionaries_find(
    struct history_dictionaries *dictionaries, uint32_t id, struct error *error) {
    mutex_lock(&dictionaries->mutex);
    const struct zstd_dictionary *found = find(dictionaries, id);
    mutex_unlock(&dictionaries->mutex);
    if (found != NULL)
        return found;
    if (dictionaries->count == COUNT_MAX) {
        (void)error_set(error, ERROR_CORRUPT, "segments name more than %d dictionaries", COUNT_MAX);
        return NULL;
    }
    struct zstd_dictionary *loaded = load(dictionaries->disk, id, error);
    if (loaded == NULL)
        return NULL;
    if (id > dictionaries->current_id)
        dictionaries->current_id = id;
    return add(dictionaries, id, loaded);
}

const struct zstd_dictionary *history_dictionaries_current(
    struct history_dictionaries *dictionaries, uint32_t *ret_id) {
    *ret_id = dictionaries->current_id;
    return find(dictionaries, dictionaries->current_id);
}

void history_dictionaries_report(
    struct history_dictionaries *dictionaries, uint64_t raw_bytes, uint64_t compressed_bytes) {
    dictionaries->last_ratio = (double)compressed_bytes / (double)raw_bytes;
    if (dictionaries->raw_bytes_since == 0)
        dictionaries->first_ratio = dictionaries->last_ratio;
    dictionaries->raw_bytes_since += raw_bytes;
}

/* The first from little; one better one when there is more to learn from; then only when what is
 * recorded has changed so much that blocks grew by a quarter. */
static bool is_due(const struct history_dictionaries *dictionaries, size_t doc_count) {
    if (dictionaries->current_id == 0)
        return doc_count >= TRAIN_DOCS_MIN;
    if (dictionaries->count == COUNT_MAX || doc_count < RETRAIN_DOCS_MIN)
        return false;
    if (dictionaries->trained_from_docs > 0 && dictionaries->trained_from_docs < RETRAIN_DOCS_MIN)
        return true;
    return dictionaries->raw_bytes_since >= RETRAIN_BYTES_MIN &&
           dictionaries->last_ratio > 1.25 * dictionaries->first_ratio;
}

static struct zstd_dictionary *train(const struct history_memtable *memtable) {
    size_t doc_count = history_memtable_count(memtable);
    SCOPED(buf_finish) struct buf samples = BUF_INIT(BUF_UNBOUNDED);
    SCOPED(own_free) size_t *sizes = mem_alloc_array(doc_count, sizeof *sizes);
    size_t count = 0;
    uint64_t bytes = history_memtable_bytes(memtable);
    size_t step = 1 + (size_t)(bytes / TRAIN_BYTES_MAX);
    for (size_t i = 0; i < doc_count && samples.size < TRAIN_BYTES_MAX; i += step) {
        struct bytes encoded = history_memtable_doc(memtable, i)->encoded;
        if (encoded.size < TRAIN_SIZE_MIN)
            continue; /* an intent: nothing to learn from */
        (void)buf_append_bytes(&samples, encoded);
        sizes[count++] = encoded.size;
    }
    return zstd_dictionary_train(buf_bytes(&samples), sizes, count, CONTENT_SIZE_MAX, HISTORY_ZSTD_LEVEL);
}

static bool write_file(struct disk *disk, uint32_t id, struct bytes content, struct error *error) {
    SCOPED(buf_finish) struct buf rest = BUF_INIT(BUF_UNBOUNDED);
    (void)buf_append_u32(&rest, id);
    (void)buf_append_bytes(&rest, content);
    SCOPED(buf_finish) struct buf file = BUF_INIT(BUF_UNBOUNDED);
    (void)buf_append(&file, file_magic, sizeof file_magic);
    (void)buf_append_u32(&file, VERSION);
    (void)buf_append_u32(&file, hash_crc32c(0, buf_bytes(&rest)));
    (void)buf_append_bytes(&file, buf_bytes(&rest));
    char name[HISTORY_NAME_SIZE];
    file_name(id, name);
    return disk_write_file(disk, name, buf_bytes(&file), error);
}

bool history_dictionaries_train(
    struct history_dictionaries *dictionaries, const struct history_memtable *memtable, struct error *error) {
    size_t doc_count = history_memtable_count(memtable);
    if (!is_due(dictionaries, doc_count))
        return true;
    struct zstd_dictionary *trained = train(memtable);
    if (trained == NULL)
        return true; /* too alike or too few: blocks do without */
    uint32_t id = dictionaries->current_id + 1;
    if (!write_file(dictionaries->disk, id, zstd_dictionary_content(trained), error)) {
        zstd_dictionary_destroy(trained);
        return false;
    }
    (void)add(dictionaries, id, trained);
    dictionaries->current_id = id;
    dictionaries->trained_from_docs = doc_count;
    dictionaries->raw_bytes_since = 0;
    return true;
}
