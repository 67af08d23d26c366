/* SPDX-License-Identifier: Apache-2.0 */
/*
 * learned: access keys that a gateway entry saw being handed out, and whose they are. Never a secret.
 *
 * Threads: any.
 */
#pragma once

#include "base/time.h"
#include "catalog/catalog.h"

struct catalog_learned_key {
    uint64_t id;
    struct str entry; /* name of the gateway entry */
    struct str access_key_id;
    struct moment learned_at, expires_at; /* MOMENT_NONE: a long-term key */
    struct str type, principal_id, arn, account, user_name;
    bool has_session, has_mfa;
    struct str issuer_type, issuer_principal_id, issuer_arn, issuer_account, issuer_user_name;
    struct str source_identity, federated_provider;
};

/* Write one; an earlier row of that entry and key is replaced. */
NODISCARD bool catalog_learned_put(
    struct catalog_change *change, const struct catalog_learned_key *key, struct error *error);

/* Fine where there is none. */
NODISCARD bool catalog_learned_delete(
    struct catalog_change *change, struct str entry, struct str access_key_id, struct error *error);

/* Delete every row, of whichever entry, that ended before `now`. */
NODISCARD bool catalog_learned_delete_expired(
    struct catalog_change *change, struct moment now, struct error *error);

/* Keys of an entry, in the order in which they were learned. */
NODISCARD bool catalog_learned_list(struct catalog *catalog, struct str entry, struct arena *arena,
    struct catalog_learned_key **ret_keys, size_t *ret_count, struct error *error);
