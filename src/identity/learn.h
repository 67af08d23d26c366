/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity_learn: what an answer of STS or IAM tells about the key that it hands out. Private to gateway.
 * Threads: pure.
 */
#pragma once

#include "catalog/learned.h"
#include "protocol/protocol.h"

#include "person.h"

/* False where it tells too little to name a principal. Texts live in the arena or are borrowed from both.
 * `home_account`: of callers that have none. */
bool identity_learn_person(struct arena *arena, const struct protocol_session *session,
    const struct call_identity *caller, struct str home_account, struct identity_person *ret_person);

/* To and from a row of the catalog; texts are borrowed. */
struct catalog_learned_key identity_learned_row(const struct identity_person *person, struct str entry);
struct identity_person identity_learned_person(const struct catalog_learned_key *row);
