/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyring: every key, the enabled ones with their secret, in memory, and recent signing keys. Private to
 * auth. Threads: any; a mutex guards it, held for look-ups only.
 */
#pragma once

#include "auth/auth.h"

struct auth_keyring;

NODISCARD struct auth_keyring *auth_keyring_create(struct catalog *catalog, struct error *error);
void auth_keyring_destroy(struct auth_keyring *keyring);
NODISCARD bool auth_keyring_reload(struct auth_keyring *keyring, struct error *error);

/* The principal (copied to the arena) and the signing key for `scope`; false where no such key is enabled. */
bool auth_keyring_find(struct auth_keyring *keyring, struct str access_key_id, const struct aws_scope *scope,
    struct arena *arena, struct auth_principal *ret_principal, uint8_t ret_signing_key[SHA256_SIZE]);

/* See auth_find_key(). */
enum auth_key auth_keyring_look_up(struct auth_keyring *keyring, struct str access_key_id,
    struct arena *arena, struct auth_principal *ret_principal);

bool auth_keyring_has_account(struct auth_keyring *keyring, struct str account);
