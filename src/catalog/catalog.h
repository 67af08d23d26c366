/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog: Cairn's control-plane state in one SQLite file. This header is the core: opening,
 * transactions, identity, sealed secrets and the outbox. Each purpose has its own header beside
 * it (trails.h, plans.h, digests.h, signing.h, ...); no SQL and no rows leave the folder.
 *
 * Promise: what catalog_commit() answered true for survives a power cut (WAL, synchronous=FULL);
 * a change that is not committed leaves nothing behind. After a commit that failed, the catalog
 * refuses more changes until it is reopened.
 *
 * Format:  docs/formats/catalog.md
 * Threads: any. One change at a time: catalog_begin() waits for the one before. Reads may be
 *          called by anybody, inside a change too, where those of SQL see what it wrote and those
 *          of trails see what was committed before.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/own.h"
#include "codec/crypto.h"
#include "codec/text.h"

struct catalog;
struct catalog_change;

struct catalog_options {
    const char *path;     /* the file, or ":memory:" */
    const char *key_path; /* 32 random bytes, made where missing, mode 0600; NULL with `key` */
    const uint8_t *key;   /* SEAL_KEY_SIZE bytes that stand for the key file: for tests */
    bool read_only;       /* nothing is written, nothing migrated; the file must exist */
};

/* Open or create, and migrate forward. ERROR_CORRUPT where the file is of a newer version, or the
 * key is not the one that it was made with. */
NODISCARD struct catalog *catalog_open(const struct catalog_options *options, struct error *error);
void catalog_close(struct catalog *catalog); /* NULL is fine */

/* Begin a change; NULL on error. Ends with catalog_commit() or catalog_rollback(), on the same thread:
 *     SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(catalog, error);
 *     ...
 *     return catalog_commit(TAKE(change), error); */
NODISCARD struct catalog_change *catalog_begin(struct catalog *catalog, struct error *error);
NODISCARD bool catalog_commit(struct catalog_change *owned_change, struct error *error);
void catalog_rollback(struct catalog_change *owned_change); /* NULL is fine */
static inline void catalog_rollbackp(struct catalog_change **change) {
    catalog_rollback(*change);
}

/* Has a failed commit stopped all changes until the next opening? */
bool catalog_has_stopped(struct catalog *catalog);

/* Who this Cairn is: a random UUID, made with the catalog. Other stores carry it too. */
struct uuid catalog_cairn_id(struct catalog *catalog);

/* A number that grows at every catalog_advance_generation(): the daemon raises it at each start and
 * stamps the stores with it, so that a restored old catalog does not pass for the newest. */
uint64_t catalog_generation(struct catalog *catalog);
NODISCARD bool catalog_advance_generation(struct catalog_change *change, struct error *error);

/* Small named values of the program. Absent: false and ERROR_NOT_FOUND. */
NODISCARD bool catalog_meta_get(
    struct catalog *catalog, const char *name, struct buf *out, struct error *error);
NODISCARD bool catalog_meta_set(
    struct catalog_change *change, const char *name, struct bytes value, struct error *error);

/* Secrets at rest, sealed under the key file; `context` names what the secret belongs to. */
NODISCARD bool catalog_seal(
    struct catalog *catalog, struct str context, struct bytes secret, struct buf *out, struct error *error);
NODISCARD bool catalog_unseal(
    struct catalog *catalog, struct str context, struct bytes sealed, struct buf *out, struct error *error);

/* The outbox: records of Cairn's own calls, written in the change that they tell of, admitted
 * before the call is answered, and again at start after a crash. */
struct catalog_outbox_entry {
    uint64_t id;
    struct uuid event_id;
    struct str record;
};
NODISCARD bool catalog_outbox_add(
    struct catalog_change *change, struct str record, struct uuid event_id, struct error *error);
NODISCARD bool catalog_outbox_list(struct catalog *catalog, struct arena *arena,
    struct catalog_outbox_entry **ret_entries, size_t *ret_count, struct error *error); /* oldest first */
NODISCARD bool catalog_outbox_delete(
    struct catalog_change *change, struct uuid event_id, struct error *error);

/* For crash tests. The `nth` commit from now on (1: the next) fails, before it took effect or after. */
void catalog_fail_commit(struct catalog *catalog, uint64_t nth, bool after_effect);
/* As after a crash and a restart: drops an open change and what is cached in memory, serves again. */
NODISCARD bool catalog_restart(struct catalog *catalog, struct error *error);
