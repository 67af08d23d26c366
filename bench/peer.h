/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer: what people would build instead, in the same run: SQLite and RocksDB with the raw record
 * and nine indexes, durable per group as Cairn is.
 *
 * Threads: one owner.
 */
#pragma once

#include "event/event.h"

struct peer;

struct peer_methods {
    const char *name;
    struct peer *(*open)(const char *folder);
    void (*begin)(struct peer *peer);
    void (*add)(struct peer *peer, const struct event_facets *facets, struct str record);
    void (*commit)(struct peer *peer); /* durable on return */
    /* The newest `limit` records of a user; returns how many. */
    size_t (*newest_of_user)(struct peer *peer, struct str username, size_t limit, struct buf *out);
    uint64_t (*disk_bytes)(struct peer *peer);
    void (*close)(struct peer *peer);
};

struct peer {
    const struct peer_methods *methods;
};

extern const struct peer_methods peer_sqlite, peer_rocksdb;
