/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys: access keys and the principals behind them. A key belongs to a user of an account (or is
 * the account's root); its secret is sealed under the key file and leaves only unsealed, to the
 * one reader that verifies signatures with it.
 *
 * Threads: any.
 */
#pragma once

#include "base/time.h"
#include "catalog/catalog.h"

enum catalog_role {
    CATALOG_ROLE_ADMIN,   /* everything of its account */
    CATALOG_ROLE_AUDITOR, /* reads, and buckets of its account */
    CATALOG_ROLE_WRITER,  /* sends events of its account */
};

struct catalog_key {
    uint64_t id;
    struct str access_key_id;
    struct str account;
    struct str user_name;    /* empty for root */
    struct str arn;          /* arn:aws:iam::<account>:user/<name>, or ...:root */
    struct str principal_id; /* AIDA...; root: the account id */
    unsigned role;           /* enum catalog_role */
    bool is_root, is_enabled;
    struct moment created_at;
    struct bytes secret_sealed;
};

/* Add a key with its secret. ERROR_CONFLICT where the key id is taken. */
NODISCARD bool catalog_key_create(
    struct catalog_change *change, const struct catalog_key *key, struct bytes secret, struct error *error);

/* Write `key` (found by its id) with a new secret: for root credentials that changed outside. */
NODISCARD bool catalog_key_update(
    struct catalog_change *change, const struct catalog_key *key, struct bytes secret, struct error *error);

/* ERROR_NOT_FOUND where there is none of that id. */
NODISCARD bool catalog_key_set_enabled(
    struct catalog_change *change, struct str access_key_id, bool is_enabled, struct error *error);

/* Keys of `account` (empty: of all), in order of creation. */
NODISCARD bool catalog_key_list(struct catalog *catalog, struct str account, struct arena *arena,
    struct catalog_key **ret_keys, size_t *ret_count, struct error *error);

/* Append the secret of a key. ERROR_CORRUPT where it was sealed for another key or under another key file.
 * The caller wipes it. */
NODISCARD bool catalog_key_unseal(
    struct catalog *catalog, const struct catalog_key *key, struct buf *out, struct error *error);
