/* SPDX-License-Identifier: Apache-2.0 */
/* Record under its position, a key per attribute value, time and position; a synced batch per group. */
#include "base/check.h"
#include "base/own.h"
#include "codec/text.h"

#include "peer.h"

#include <rocksdb/c.h>
#include <stdio.h>
#include <string.h>

struct rocksdb_peer {
    struct peer peer;
    rocksdb_t *database;
    rocksdb_options_t *options;
    rocksdb_block_based_table_options_t *table_options;
    rocksdb_cache_t *cache;
    rocksdb_writeoptions_t *write_options;
    rocksdb_readoptions_t *read_options;
    rocksdb_writebatch_t *batch;
    uint64_t position;
};

static struct peer *open_rocksdb(const char *folder) {
    struct rocksdb_peer *peer = MEM_NEW(struct rocksdb_peer);
    char path[4096];
    char *message = NULL;
    (void)snprintf(path, sizeof path, "%s/rocksdb", folder);
    peer->peer.methods = &peer_rocksdb;
    peer->options = rocksdb_options_create();
    peer->table_options = rocksdb_block_based_options_create();
    peer->cache = rocksdb_cache_create_lru(64 << 20);
    rocksdb_block_based_options_set_block_cache(peer->table_options, peer->cache);
    rocksdb_block_based_options_set_block_size(peer->table_options, 16 << 10);
    rocksdb_options_set_block_based_table_factory(peer->options, peer->table_options);
    rocksdb_options_set_create_if_missing(peer->options, 1);
    rocksdb_options_set_compression(peer->options, rocksdb_zstd_compression);
    rocksdb_options_set_write_buffer_size(peer->options, 64 << 20);
    peer->write_options = rocksdb_writeoptions_create();
    rocksdb_writeoptions_set_sync(peer->write_options, 1);
    peer->read_options = rocksdb_readoptions_create();
    peer->batch = rocksdb_writebatch_create();
    peer->database = rocksdb_open(peer->options, path, &message);
    if (message != NULL)
        fprintf(stderr, "rocksdb: %s\n", message);
    ASSERT(message == NULL);
    return &peer->peer;
}

static void begin(struct peer *base) {
    rocksdb_writebatch_clear(((struct rocksdb_peer *)base)->batch);
}

static void append_big(struct buf *key, uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8)
        buf_append_u8(key, (uint8_t)(number >> shift));
}

static void put_index(
    struct rocksdb_peer *peer, char kind, struct str value, const struct event_facets *facets) {
    if (value.size == 0)
        return;
    struct buf key = BUF_INIT(BUF_UNBOUNDED);
    buf_append_char(&key, kind);
    buf_append_str(&key, value);
    buf_append_char(&key, '\0');
    append_big(&key, UINT64_MAX - (uint64_t)facets->time.ms);
    append_big(&key, UINT64_MAX - peer->position);
    rocksdb_writebatch_put(peer->batch, key.data, key.size, "", 0);
    buf_finish(&key);
}

static void add(struct peer *base, const struct event_facets *facets, struct str record) {
    struct rocksdb_peer *peer = (struct rocksdb_peer *)base;
    char id[UUID_TEXT_SIZE + 1];
    uuid_format(facets->id, id);
    struct buf key = BUF_INIT(64);
    peer->position++;
    buf_append_char(&key, 'r');
    append_big(&key, peer->position);
    rocksdb_writebatch_put(peer->batch, key.data, key.size, record.data, record.size);
    buf_finish(&key);
    put_index(peer, 't', STR_LITERAL("all"), facets);
    put_index(peer, 'i', str_from(id), facets);
    put_index(peer, 'n', facets->name, facets);
    put_index(peer, 's', facets->source, facets);
    put_index(peer, 'u', facets->username, facets);
    put_index(peer, 'k', facets->access_key_id, facets);
    put_index(
        peer, 'o', facets->read_only == EVENT_TRUE ? STR_LITERAL("true") : STR_LITERAL("false"), facets);
    put_index(
        peer, 'e', facets->lookup_resource_count > 0 ? facets->lookup_resources[0].name : STR_EMPTY, facets);
    put_index(peer, 'a', facets->source_ip, facets);
}

static void commit(struct peer *base) {
    struct rocksdb_peer *peer = (struct rocksdb_peer *)base;
    char *message = NULL;
    rocksdb_write(peer->database, peer->write_options, peer->batch, &message);
    ASSERT(message == NULL);
}

static size_t newest_of_user(struct peer *base, struct str username, size_t limit, struct buf *out) {
    struct rocksdb_peer *peer = (struct rocksdb_peer *)base;
    struct buf prefix = BUF_INIT(BUF_UNBOUNDED);
    buf_append_char(&prefix, 'u');
    buf_append_str(&prefix, username);
    buf_append_char(&prefix, '\0');
    rocksdb_iterator_t *iterator = rocksdb_create_iterator(peer->database, peer->read_options);
    size_t count = 0;
    for (rocksdb_iter_seek(iterator, prefix.data, prefix.size); count < limit && rocksdb_iter_valid(iterator);
         rocksdb_iter_next(iterator)) {
        size_t size = 0;
        const char *key = rocksdb_iter_key(iterator, &size);
        if (!str_starts_with(str_of(key, size), buf_str(&prefix)))
            break;
        uint8_t record_key[9] = {'r'};
        for (int i = 0; i < 8; i++)
            record_key[1 + i] = (uint8_t)~key[size - 8 + (size_t)i];
        char *message = NULL;
        size_t record_size = 0;
        char *record = rocksdb_get(peer->database, peer->read_options, (const char *)record_key,
            sizeof record_key, &record_size, &message);
        ASSERT(message == NULL && record != NULL);
        buf_append(out, record, record_size);
        rocksdb_free(record);
        count++;
    }
    rocksdb_iter_destroy(iterator);
    buf_finish(&prefix);
    return count;
}

static uint64_t disk_bytes(struct peer *base) {
    uint64_t bytes = 0;
    char *text =
        rocksdb_property_value(((struct rocksdb_peer *)base)->database, "rocksdb.total-sst-files-size");
    if (text != NULL && !str_to_u64(str_from(text), &bytes))
        bytes = 0;
    rocksdb_free(text);
    return bytes;
}

static void close_rocksdb(struct peer *base) {
    struct rocksdb_peer *peer = (struct rocksdb_peer *)base;
    rocksdb_close(peer->database);
    rocksdb_writebatch_destroy(peer->batch);
    rocksdb_options_destroy(peer->options);
    rocksdb_block_based_options_destroy(peer->table_options);
    rocksdb_cache_destroy(peer->cache);
    rocksdb_writeoptions_destroy(peer->write_options);
    rocksdb_readoptions_destroy(peer->read_options);
    mem_free(peer);
}

const struct peer_methods peer_rocksdb = {
    "RocksDB, nine indexes", open_rocksdb, begin, add, commit, newest_of_user, disk_bytes, close_rocksdb};
