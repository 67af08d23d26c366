/* SPDX-License-Identifier: Apache-2.0 */
/* file.c: strict, because a principal that is read wrong is a wrong audit log. */
#include "file.h"

#include "aws/arn.h"
#include "base/check.h"
#include "base/mem.h"
#include "base/own.h"
#include "codec/hash.h"

#include <string.h>

/* One reading of a file. */
struct reading {
    struct arena *arena;
    struct str text;
    size_t index; /* of the principal that is being read */
    struct error *error;
};

static void parser_destroyp(struct json_parser **parser) {
    json_parser_destroy(*parser);
}

/* The line on which the principal of this index begins. The text is JSON, and the list its only member, so a
 * principal is an object two levels down. */
static size_t line_of(struct str text, size_t index) {
    size_t line = 1, depth = 0, seen = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '\n')
            line++;
        else if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (in_string)
            continue;
        else if (c == '{' || c == '[') {
            if (depth++ == 2 && seen++ == index)
                return line;
        } else if (c == '}' || c == ']')
            depth--;
    }
    return line;
}

static bool fail(const struct reading *reading, const char *member, const char *why) {
    return error_set(reading->error, ERROR_INVALID, "line %zu: principals[%zu]%s%s: %s",
        line_of(reading->text, reading->index), reading->index, member[0] != '\0' ? "." : "", member, why);
}

/* ---- members ---- */

enum kind { TEXT, MOMENT, TRUTH, OBJECT };

struct member {
    const char *name;
    enum kind kind;
    size_t offset; /* in struct call_identity */
};
#define MEMBER(name, kind, member)                                                                           \
    { (name), (kind), offsetof(struct call_identity, member) }

static const struct member principal_members[] = {
    MEMBER("accessKeyId", TEXT, access_key_id),
    MEMBER("type", TEXT, type),
    MEMBER("arn", TEXT, arn),
    MEMBER("accountId", TEXT, account),
    MEMBER("userName", TEXT, user_name),
    MEMBER("principalId", TEXT, principal_id),
    MEMBER("session", OBJECT, has_session),
    {0},
};
static const struct member session_members[] = {
    MEMBER("creationDate", MOMENT, session_began_at),
    MEMBER("mfaAuthenticated", TRUTH, has_mfa),
    MEMBER("sourceIdentity", TEXT, source_identity),
    MEMBER("federatedProvider", TEXT, federated_provider),
    MEMBER("issuer", OBJECT, issuer_type),
    {0},
};
static const struct member issuer_members[] = {
    MEMBER("type", TEXT, issuer_type),
    MEMBER("arn", TEXT, issuer_arn),
    MEMBER("accountId", TEXT, issuer_account),
    MEMBER("userName", TEXT, issuer_user_name),
    MEMBER("principalId", TEXT, issuer_principal_id),
    {0},
};

/* Secrets get a message of their own: they would be the worst thing to leave lying here. */
static bool refuse_member(const struct reading *reading, struct str name) {
    struct str lower = arena_lower_case(reading->arena, name);
    bool is_secret = str_find(lower, STR_LITERAL("secret")) != SIZE_MAX ||
                     str_find(lower, STR_LITERAL("token")) != SIZE_MAX ||
                     str_find(lower, STR_LITERAL("password")) != SIZE_MAX;
    return fail(reading, arena_text(reading->arena, str_slice(name, 0, 64)),
        is_secret ? "secrets do not belong in this file" : "is not known");
}

static const struct member *find_member(const struct member *members, struct str name) {
    for (; members->name != NULL; members++)
        if (str_is(name, members->name))
            return members;
    return NULL;
}

static bool is_printable(struct str text) {
    for (size_t i = 0; i < text.size; i++)
        if ((uint8_t)text.data[i] < ' ' || text.data[i] == 0x7f)
            return false;
    return true;
}

static bool read_value(struct reading *reading, const struct member *member, struct json_value value,
    struct call_identity *identity) {
    void *place = (char *)identity + member->offset;
    struct str text = json_text(value);
    switch (member->kind) {
    case TEXT:
        if (json_kind(value) != JSON_STRING || text.size == 0 || !is_printable(text))
            return fail(reading, member->name, "must be a text");
        if (text.size > IDENTITY_TEXT_SIZE_MAX)
            return fail(reading, member->name, "has more than 1024 bytes");
        *(struct str *)place = arena_str(reading->arena, text);
        return true;
    case MOMENT:
        return time_parse_iso(text, place) ||
               fail(reading, member->name, "must be a time as 2026-03-02T08:00:00Z");
    case TRUTH:
        return json_boolean(value, place) || fail(reading, member->name, "must be true or false");
    case OBJECT:
        return json_kind(value) == JSON_OBJECT || fail(reading, member->name, "must be an object");
    }
    return false;
}

/* All members of an object; those that are objects themselves are only checked to be such. */
static bool read_members(struct reading *reading, const struct member *members, struct json_value object,
    struct call_identity *identity) {
    struct str twice;
    if (json_find_duplicate_key(object, &twice))
        return fail(reading, arena_text(reading->arena, str_slice(twice, 0, 64)), "stands there twice");
    struct json_iterator iterator = json_iterate(object);
    while (json_next(&iterator)) {
        const struct member *member = find_member(members, iterator.key);
        if (member == NULL)
            return refuse_member(reading, iterator.key);
        if (!read_value(reading, member, iterator.value, identity))
            return false;
    }
    return true;
}

/* ---- principals ---- */

/* A key as it can stand in the scope of a signature. */
static bool is_access_key_id(struct str id) {
    for (size_t i = 0; i < id.size; i++)
        if (id.data[i] <= ' ' || id.data[i] > '~' || id.data[i] == '/' || id.data[i] == ',')
            return false;
    return id.size > 0 && id.size <= IDENTITY_KEY_SIZE_MAX;
}

/* Members that agree with the ARN, or are filled from it. */
static bool agree(struct reading *reading, const char *member, struct str told, struct str *identity_text) {
    if (identity_text->size == 0)
        *identity_text = told;
    return told.size == 0 || str_equals(told, *identity_text) ||
           fail(reading, member, "is not what the ARN says");
}

static bool complete_from_arn(struct reading *reading, struct call_identity *identity) {
    struct identity_arn arn = identity_arn_read(reading->arena, identity->arn);
    if (arn.type.size == 0)
        return fail(reading, "arn",
            "must be the ARN of a user, role, assumed role, federated user or root, as "
            "arn:aws:iam::123456789012:user/alice");
    if (!agree(reading, "type", arn.type, &identity->type) ||
        !agree(reading, "accountId", arn.account, &identity->account) ||
        !agree(reading, "userName", arn.user_name, &identity->user_name))
        return false;
    if (str_is(identity->type, "AssumedRole")) {
        identity->has_session = true;
        if (identity->issuer_type.size == 0)
            identity->issuer_type = STR_LITERAL("Role");
        if (identity->issuer_arn.size == 0)
            identity->issuer_arn = arn.issuer_arn;
        if (identity->issuer_user_name.size == 0)
            identity->issuer_user_name = arn.issuer_user_name;
        if (identity->issuer_account.size == 0)
            identity->issuer_account = identity->account;
    }
    return true;
}

static bool check_principal(struct reading *reading, struct call_identity *identity) {
    if (!is_access_key_id(identity->access_key_id))
        return fail(reading, "accessKeyId", "must have 1 to 128 characters, none of them blank, / or ,");
    if (identity->arn.size == 0 && !str_is(identity->type, "AWSAccount"))
        return fail(reading, "arn", "is needed");
    if (identity->arn.size > 0 && !complete_from_arn(reading, identity))
        return false;
    if (identity->account.size > 0 && !aws_is_account_id(identity->account))
        return fail(reading, "accountId", "must be 12 digits");
    if (str_is(identity->type, "AWSAccount") && identity->account.size == 0)
        return fail(reading, "accountId", "is needed");
    if (identity->issuer_account.size > 0 && !aws_is_account_id(identity->issuer_account))
        return fail(reading, "session.issuer.accountId", "must be 12 digits");
    struct aws_arn arn;
    if (identity->issuer_arn.size > 0 && !aws_arn_parse(identity->issuer_arn, &arn))
        return fail(reading, "session.issuer.arn", "must be an ARN");
    return true;
}

static bool read_principal(
    struct reading *reading, struct json_value value, struct identity_person *ret_person) {
    if (json_kind(value) != JSON_OBJECT)
        return fail(reading, "", "must be an object");
    struct identity_person person = {.expires_at = MOMENT_NONE, .learned_at = MOMENT_NONE};
    person.identity.session_began_at = MOMENT_NONE;
    struct call_identity *identity = &person.identity;
    struct json_value session = json_get(value, "session"), issuer = json_get(session, "issuer");
    if (!read_members(reading, principal_members, value, identity) ||
        !read_members(reading, session_members, session, identity) ||
        !read_members(reading, issuer_members, issuer, identity))
        return false;
    identity->has_session = json_exists(session);
    if (!check_principal(reading, identity))
        return false;
    *ret_person = person;
    return true;
}

/* ---- the file ---- */

/* Which keys were seen, by hash; a table of indexes plus one. */
static bool check_keys_differ(struct reading *reading, const struct identity_person *persons, size_t count) {
    size_t slot_count = 16;
    while (slot_count < 2 * count)
        slot_count *= 2;
    SCOPED(own_free) uint32_t *slots = mem_alloc_array(slot_count, sizeof *slots);
    for (size_t i = 0; i < count; i++) {
        struct str id = persons[i].identity.access_key_id;
        size_t slot = hash_quick(str_bytes(id), 0) & (slot_count - 1);
        for (; slots[slot] != 0; slot = (slot + 1) & (slot_count - 1)) {
            size_t other = slots[slot] - 1;
            if (!str_equals(persons[other].identity.access_key_id, id))
                continue;
            reading->index = i;
            return fail(reading, "accessKeyId",
                arena_format(reading->arena, "stands on line %zu too", line_of(reading->text, other)).data);
        }
        slots[slot] = (uint32_t)i + 1;
    }
    return true;
}

static bool find_list(const struct reading *reading, struct json_value root, struct json_value *ret_list) {
    struct json_value list = json_get(root, "principals");
    if (json_kind(root) != JSON_OBJECT || json_count(root) != 1 || json_kind(list) != JSON_ARRAY)
        return error_set(
            reading->error, ERROR_INVALID, "it must be {\"principals\":[...]}, with no other member");
    if (json_count(list) > IDENTITY_FILE_PERSONS_MAX)
        return error_set(
            reading->error, ERROR_INVALID, "it has more than %d principals", IDENTITY_FILE_PERSONS_MAX);
    *ret_list = list;
    return true;
}

bool identity_file_parse(struct arena *arena, struct str text, struct identity_person **ret_persons,
    size_t *ret_count, struct error *error) {
    ASSERT(text.size <= IDENTITY_FILE_BYTES_MAX);
    struct reading reading = {.arena = arena, .text = text, .error = error};
    SCOPED(parser_destroyp) struct json_parser *parser = json_parser_create();
    struct json_value root = JSON_MISSING, list = JSON_MISSING;
    if (!json_parse(parser, text, &root, error) || !find_list(&reading, root, &list))
        return false;
    struct identity_person *persons = ARENA_ARRAY(arena, json_count(list), struct identity_person);
    struct json_iterator iterator = json_iterate(list);
    for (; json_next(&iterator); reading.index++)
        if (!read_principal(&reading, iterator.value, &persons[reading.index]))
            return false;
    size_t count = reading.index;
    if (!check_keys_differ(&reading, persons, count))
        return false;
    *ret_persons = persons;
    *ret_count = count;
    return true;
}
