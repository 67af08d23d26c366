/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digests: the signed chain of each (trail, region), planned before it is put.
 *
 * A digest row holds the body until it is put, so that a crash repeats the same bytes; afterwards it
 * keeps what proves the chain: hash, signature, times and place. A chain row says where the next
 * window begins and which digest is the last.
 *
 * Threads: any.
 */
#pragma once

#include "base/time.h"
#include "catalog/catalog.h"
#include "codec/hash.h"

struct catalog_digest {
    uint64_t id, trail_id;
    struct str region, account;
    struct moment start_at, end_at;
    struct str bucket, object_key;
    uint8_t body_sha256[SHA256_SIZE];
    struct bytes body;                 /* empty once it is put */
    struct str signature, fingerprint; /* hex */
    uint64_t previous_id;              /* 0: a starting digest */
    uint64_t file_count;
    bool is_put;
    struct moment planned_at, delivered_at, next_attempt_at;
    uint64_t attempts;
    struct str last_error;
};

struct catalog_chain {
    uint64_t id, trail_id;
    struct str region;
    uint64_t version_id; /* the version that started it */
    bool is_open;
    struct moment anchor_at; /* windows end at whole intervals after this moment */
    struct moment next_start_at;
    uint64_t last_digest_id; /* 0: none since it was opened */
};

/* ERROR_CONFLICT where a digest has that object key. The body may be dropped with set_put only. */
NODISCARD bool catalog_digest_add(struct catalog_change *change, const struct catalog_digest *digest,
    uint64_t *ret_id, struct error *error);
NODISCARD bool catalog_digest_get(struct catalog *catalog, uint64_t digest_id, struct arena *arena,
    struct catalog_digest *ret_digest, struct error *error);
NODISCARD bool catalog_digest_set_put(
    struct catalog_change *change, uint64_t digest_id, struct moment delivered_at, struct error *error);
/* A put failed: the next attempt of this digest, and of all others of its trail and bucket that wait,
 * comes at `next_attempt_at`; MOMENT_NONE gives this one up. */
NODISCARD bool catalog_digest_set_failed(struct catalog_change *change, uint64_t digest_id,
    struct moment next_attempt_at, struct str why, struct error *error);
NODISCARD bool catalog_digest_list_due(struct catalog *catalog, struct moment now, size_t limit,
    struct arena *arena, struct catalog_digest **ret_digests, size_t *ret_count, struct error *error);
NODISCARD bool catalog_digest_next_due(
    struct catalog *catalog, struct moment *ret_moment, struct error *error);

/* Digests (put or not) of a trail whose end lies in [from, to], by region and end, without bodies. */
NODISCARD bool catalog_digest_list(struct catalog *catalog, uint64_t trail_id, struct moment from,
    struct moment to, struct arena *arena, struct catalog_digest **ret_digests, size_t *ret_count,
    struct error *error);

/* The digest of an object, for the search for planted files, without body. ERROR_NOT_FOUND where none is. */
NODISCARD bool catalog_digest_find_object(struct catalog *catalog, struct str bucket, struct str object_key,
    struct arena *arena, struct catalog_digest *ret_digest, struct error *error);

/* The latest end of any digest of (trail name, region) of the account: ends must grow, or keys would repeat.
 * MOMENT_NONE where there is none. */
NODISCARD bool catalog_digest_latest_end(struct catalog *catalog, uint64_t trail_id, struct str region,
    struct moment *ret_end, struct error *error);

/* Chains of a trail (0: of all), open and closed. */
NODISCARD bool catalog_chain_list(struct catalog *catalog, uint64_t trail_id, struct arena *arena,
    struct catalog_chain **ret_chains, size_t *ret_count, struct error *error);
/* Insert (id 0) or replace; one chain per (trail, region). */
NODISCARD bool catalog_chain_save(
    struct catalog_change *change, const struct catalog_chain *chain, struct error *error);
