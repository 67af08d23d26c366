/* SPDX-License-Identifier: Apache-2.0 */
/* person.c: persons are copied for every call, so all their texts are one piece of memory. */
#include "person.h"

#include "base/mem.h"

#include <string.h>

#define TEXT(member) offsetof(struct call_identity, member)

static const size_t texts[] = {TEXT(type), TEXT(principal_id), TEXT(arn), TEXT(account), TEXT(access_key_id),
    TEXT(user_name), TEXT(invoked_by), TEXT(issuer_type), TEXT(issuer_principal_id), TEXT(issuer_arn),
    TEXT(issuer_account), TEXT(issuer_user_name), TEXT(federated_provider), TEXT(source_identity),
    TEXT(identity_provider)};
enum { TEXT_COUNT = sizeof texts / sizeof *texts };

_Static_assert(
    sizeof(struct call_identity) == TEXT_COUNT * sizeof(struct str) + 2 * sizeof(int64_t) + sizeof(int64_t),
    "a member of call_identity is missing in `texts`");

static struct str *text_of(struct call_identity *identity, size_t index) {
    return (struct str *)(void *)((char *)identity + texts[index]);
}

/* Move every text of `identity` to `memory`, one behind the other; returns how many bytes that takes. */
static size_t gather(struct call_identity *identity, char *memory) {
    size_t size = 0;
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        struct str *text = text_of(identity, i);
        if (memory != NULL) {
            if (text->size > 0)
                memcpy(memory + size, text->data, text->size);
            text->data = memory + size;
        }
        size += text->size;
    }
    return size;
}

struct identity_person *identity_person_create(const struct identity_person *from) {
    struct call_identity identity = from->identity;
    size_t texts_size = gather(&identity, NULL);
    struct identity_person *person = mem_alloc(sizeof *person + texts_size);
    *person = *from;
    person->next = NULL;
    person->texts_size = texts_size;
    gather(&person->identity, (char *)(person + 1));
    return person;
}

struct call_identity identity_person_copy(const struct identity_person *person, struct arena *arena) {
    struct call_identity identity = person->identity;
    char *memory = arena_alloc_unset(arena, person->texts_size + 1);
    gather(&identity, memory);
    return identity;
}

bool identity_person_has_ended(const struct identity_person *person, struct moment now) {
    return person->expires_at.ms != MOMENT_NONE.ms && person->expires_at.ms < now.ms;
}
