/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity_person: what is known of the caller behind one access key. Private to gateway.
 * Threads: values; a person that was made is not changed.
 */
#pragma once

#include "base/arena.h"
#include "call/call.h"

struct identity_person {
    struct identity_person *next;         /* in its table */
    struct moment learned_at, expires_at; /* MOMENT_NONE: it does not end */
    struct call_identity identity;        /* its texts lie behind the person, in one piece of memory */
    size_t texts_size;
};

/* A copy on the heap with its texts, freed with mem_free(). */
struct identity_person *identity_person_create(const struct identity_person *from);

/* The identity, its texts in the arena. */
struct call_identity identity_person_copy(const struct identity_person *person, struct arena *arena);

/* Did it end before `now`? */
bool identity_person_has_ended(const struct identity_person *person, struct moment now);
