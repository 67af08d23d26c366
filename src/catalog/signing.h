/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signing: the RSA-2048 key pairs that sign digests, one at a time per region, each valid for one
 * rotation interval. Private keys are sealed under the key file; public ones stay listable for ever.
 *
 * Threads: any.
 */
#pragma once

#include "base/time.h"
#include "catalog/catalog.h"

enum { CATALOG_SIGNING_BITS = 2048 };

struct catalog_signing_key {
    uint64_t id;
    struct str region;
    struct str fingerprint;  /* MD5 of the public key's DER, hex: as ListPublicKeys gives it */
    struct bytes public_der; /* PKCS#1 RSAPublicKey */
    struct moment valid_from, valid_until;
};

/* The key that signs in `region` at `now`; made (and committed) where the last one ran out, valid from
 * `now` cut to the second for `rotation_interval_ms`. The caller destroys `ret_key`. */
NODISCARD bool catalog_signing_current(struct catalog *catalog, struct str region, struct moment now,
    int64_t rotation_interval_ms, struct arena *arena, struct catalog_signing_key *ret_info,
    struct rsa_key **ret_key, struct error *error);

/* Keys of `region` (empty: of all) whose validity touches [from, to], oldest first. */
NODISCARD bool catalog_signing_list(struct catalog *catalog, struct str region, struct moment from,
    struct moment to, struct arena *arena, struct catalog_signing_key **ret_keys, size_t *ret_count,
    struct error *error);
NODISCARD bool catalog_signing_find(struct catalog *catalog, struct str fingerprint, struct arena *arena,
    struct catalog_signing_key *ret_key, struct error *error);
