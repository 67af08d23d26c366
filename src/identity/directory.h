/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity_directory: access keys to persons. Those of the principals file stand above those that were
 * learned. Private to gateway.
 *
 * Learned ones are bounded: past IDENTITY_LEARNED_MAX the one that ends first goes, a key that does not end
 * as the last of all.
 *
 * Threads: any. Keys are spread over shards with a lock each, held while one person is copied.
 */
#pragma once

#include "person.h"

enum { IDENTITY_LEARNED_MAX = 100000 };

struct identity_directory;
struct identity_directory *identity_directory_create(void);
void identity_directory_destroy(struct identity_directory *directory); /* NULL is fine */

/* The person of this key, not one that has ended. */
bool identity_directory_find(struct identity_directory *directory, struct arena *arena,
    struct str access_key_id, struct moment now, struct call_identity *ret_identity);

/* As find(), but learned ones only, as they are kept. */
bool identity_directory_find_learned(struct identity_directory *directory, struct arena *arena,
    struct str access_key_id, struct moment now, struct identity_person *ret_person);

/* The file's persons from now on, instead of those before. */
void identity_directory_set_file(
    struct identity_directory *directory, const struct identity_person *persons, size_t count);

/* Copied; replaces what was learned of this key before. Returns the key that had to make room, empty where
 * none had to. */
struct str identity_directory_learn(struct identity_directory *directory, struct arena *arena,
    const struct identity_person *person, struct moment now);

/* Drop what has ended. */
void identity_directory_purge(struct identity_directory *directory, struct moment now);

size_t identity_directory_learned(struct identity_directory *directory);
