/* SPDX-License-Identifier: Apache-2.0 */
/*
 * learn.c: a role session is itself and has its role as issuer; a federated user has the caller as
 * issuer; a session of GetSessionToken, and of stores that have no roles, is the caller again.
 */
#include "learn.h"

#include "aws/arn.h"

#include "file.h"

static struct str first_of(struct str a, struct str b) {
    return a.size > 0 ? a : b;
}

static void set_issuer(struct call_identity *identity, const struct protocol_session *session) {
    identity->issuer_type = session->issuer_type;
    identity->issuer_principal_id = session->issuer_principal_id;
    identity->issuer_arn = session->issuer_arn;
    identity->issuer_account = session->issuer_account;
    identity->issuer_user_name = session->issuer_user_name;
}

static void become_role_session(struct arena *arena, const struct protocol_session *session,
    const struct call_identity *caller, struct call_identity *identity) {
    struct identity_arn arn = identity_arn_read(arena, session->arn);
    struct str principal_id = session->principal_id;
    identity->type = STR_LITERAL("AssumedRole");
    identity->arn = session->arn;
    identity->account = first_of(session->account, arn.account);
    identity->principal_id = principal_id;
    set_issuer(identity, session);
    identity->issuer_type = first_of(identity->issuer_type, STR_LITERAL("Role"));
    identity->issuer_arn = first_of(identity->issuer_arn, arn.issuer_arn);
    identity->issuer_user_name = first_of(identity->issuer_user_name, arn.issuer_user_name);
    identity->issuer_account = first_of(identity->issuer_account, identity->account);
    if (identity->issuer_principal_id.size == 0 && str_find_char(principal_id, ':') != SIZE_MAX)
        identity->issuer_principal_id = str_cut(&principal_id, ':');
    identity->federated_provider = session->federated_provider;
    /* It stays with a chain of roles, once it is set. */
    identity->source_identity = first_of(session->source_identity, caller->source_identity);
}

static bool become_federated_user(struct arena *arena, const struct protocol_session *session,
    const struct call_identity *caller, struct call_identity *identity) {
    struct identity_arn arn = identity_arn_read(arena, session->arn);
    identity->type = STR_LITERAL("FederatedUser");
    identity->arn = session->arn;
    identity->account = first_of(session->account, first_of(arn.account, caller->account));
    identity->principal_id = session->principal_id;
    set_issuer(identity, session);
    if (identity->issuer_arn.size == 0 && caller->arn.size > 0) {
        identity->issuer_type = caller->type;
        identity->issuer_principal_id = caller->principal_id;
        identity->issuer_arn = caller->arn;
        identity->issuer_account = caller->account;
        identity->issuer_user_name = caller->user_name;
    }
    return session->arn.size > 0;
}

/* Whoever called, with a session of its own. */
static bool become_caller(const struct call_identity *caller, struct call_identity *identity) {
    bool is_known = caller->arn.size > 0;
    *identity = *caller;
    identity->invoked_by = STR_EMPTY;
    return is_known;
}

/* CreateAccessKey: of the user that is named, else of the caller. */
static bool become_user(struct arena *arena, const struct protocol_session *session,
    const struct call_identity *caller, struct str home_account, struct call_identity *identity) {
    bool is_caller = session->user_name.size == 0 ||
                     (str_is(caller->type, "IAMUser") && str_equals(session->user_name, caller->user_name));
    struct aws_arn arn;
    if (is_caller && session->arn.size == 0) {
        bool is_known = become_caller(caller, identity) && !caller->has_session;
        return is_known && (str_is(caller->type, "IAMUser") || str_is(caller->type, "Root"));
    }
    identity->type = STR_LITERAL("IAMUser");
    identity->user_name = session->user_name;
    identity->principal_id = session->principal_id;
    identity->account =
        first_of(session->account, aws_is_account_id(caller->account) ? caller->account : home_account);
    struct str partition = aws_arn_parse(caller->arn, &arn) ? arn.partition : STR_LITERAL("aws");
    identity->arn = first_of(session->arn, arena_format(arena, "arn:%.*s:iam::%.*s:user/%.*s", STR(partition),
                                               STR(identity->account), STR(session->user_name)));
    return true;
}

bool identity_learn_person(struct arena *arena, const struct protocol_session *session,
    const struct call_identity *caller, struct str home_account, struct identity_person *ret_person) {
    struct identity_person person = {.learned_at = MOMENT_NONE, .expires_at = session->expires_at};
    struct call_identity *identity = &person.identity;
    bool is_known = true, is_session = true;
    if (str_is(session->type, "AssumedRole") && session->arn.size > 0)
        become_role_session(arena, session, caller, identity);
    else if (str_is(session->type, "FederatedUser"))
        is_known = become_federated_user(arena, session, caller, identity);
    else if (str_is(session->type, "AssumedRole") || session->expires_at.ms != MOMENT_NONE.ms)
        is_known = become_caller(caller, identity);
    else {
        is_known = become_user(arena, session, caller, home_account, identity);
        is_session = false;
    }
    if (!is_known)
        return false;
    identity->access_key_id = session->access_key_id;
    identity->has_session = is_session;
    identity->has_mfa = is_session && session->mfa_serial.size > 0;
    identity->session_began_at = MOMENT_NONE;
    *ret_person = person;
    return true;
}

/* ---- rows ---- */

struct catalog_learned_key identity_learned_row(const struct identity_person *person, struct str entry) {
    const struct call_identity *identity = &person->identity;
    return (struct catalog_learned_key){
        .entry = entry,
        .access_key_id = identity->access_key_id,
        .learned_at = person->learned_at,
        .expires_at = person->expires_at,
        .type = identity->type,
        .principal_id = identity->principal_id,
        .arn = identity->arn,
        .account = identity->account,
        .user_name = identity->user_name,
        .has_session = identity->has_session,
        .has_mfa = identity->has_mfa,
        .issuer_type = identity->issuer_type,
        .issuer_principal_id = identity->issuer_principal_id,
        .issuer_arn = identity->issuer_arn,
        .issuer_account = identity->issuer_account,
        .issuer_user_name = identity->issuer_user_name,
        .source_identity = identity->source_identity,
        .federated_provider = identity->federated_provider,
    };
}

struct identity_person identity_learned_person(const struct catalog_learned_key *row) {
    return (struct identity_person){
        .learned_at = row->learned_at,
        .expires_at = row->expires_at,
        .identity = {.type = row->type,
            .principal_id = row->principal_id,
            .arn = row->arn,
            .account = row->account,
            .access_key_id = row->access_key_id,
            .user_name = row->user_name,
            .has_session = row->has_session,
            .has_mfa = row->has_mfa,
            /* A session began when its key was handed out. */
            .session_began_at = row->has_session ? row->learned_at : MOMENT_NONE,
            .issuer_type = row->issuer_type,
            .issuer_principal_id = row->issuer_principal_id,
            .issuer_arn = row->issuer_arn,
            .issuer_account = row->issuer_account,
            .issuer_user_name = row->issuer_user_name,
            .source_identity = row->source_identity,
            .federated_provider = row->federated_provider},
    };
}
