/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auth: who is calling, and may they. Principals live in the catalog (catalog/keys.h); their secrets
 * are kept in memory, unsealed, for as long as the process runs, and wiped after.
 *
 * Promise: a request passes only when its signature covers what it says, at a time near now, with the
 * secret of an enabled key, and for every service but s3, with the hash of the body that came.
 *
 * Threads: any.
 */
#pragma once

#include "aws/policy.h"
#include "aws/sigv4.h"
#include "catalog/keys.h"

struct auth;
struct call_identity;
struct http_exchange;

/* Load every key. The catalog is borrowed. */
NODISCARD struct auth *auth_create(struct catalog *catalog, struct error *error);
void auth_destroy(struct auth *auth); /* NULL is fine */

/* Load the keys again: after a change of keys was committed. The old ones stay on failure. */
NODISCARD bool auth_reload(struct auth *auth, struct error *error);

struct auth_credentials {
    char access_key_id[21];     /* AKIA and 16 characters, as AWS makes them */
    char secret_access_key[41]; /* wipe after use */
};
void auth_credentials_generate(struct auth_credentials *ret_credentials);

/* Make this the one root key of the account: new, changed or as it is; earlier root keys are disabled.
 * Before auth_create(). ERROR_INVALID for an id or secret that cannot be one. */
NODISCARD bool auth_install_root(struct catalog *catalog, struct str account, struct str access_key_id,
    struct str secret_access_key, struct moment now, struct error *error);

/* Make a user's key, in a change of the caller's; keys of one user share the principal. After the commit:
 * auth_reload(). The key's texts live in the arena. */
NODISCARD bool auth_create_user_key(struct catalog *catalog, struct catalog_change *change,
    struct catalog_key *key /* account, user_name, role, created_at are set */, struct arena *arena,
    struct auth_credentials *ret_credentials, struct error *error);

struct auth_principal {
    struct str access_key_id, account, user_name, arn, principal_id; /* user_name empty: root */
    enum catalog_role role;
    bool is_root;
    bool is_service; /* Cairn itself, as the service that AWS has for it: `arn` is its name */
};
/* As records show it; borrows the principal's texts. */
struct call_identity auth_call_identity(const struct auth_principal *principal);

/* Whose words a refusal is put in; of a service by default: s3, sts (query), all others JSON. */
enum auth_words {
    AUTH_WORDS_OF_SERVICE,
    AUTH_WORDS_JSON,
    AUTH_WORDS_REST_JSON,
    AUTH_WORDS_QUERY,
    AUTH_WORDS_S3
};

struct auth_request {
    struct aws_request
        request;         /* payload_hash: of the body that came; or empty where it is still to come, then
                          * x-amz-content-sha256 stands for it and the caller compares in the end */
    const char *service; /* whose door it came through: "cloudtrail", "s3", "sts", "cairn", ... */
    struct moment now;
    enum auth_words words;
    bool is_relayed; /* on its way to somebody else's service: each of them takes presigned queries, and
                      * x-amz-content-sha256 may be any marker */
};

/* What is signed of a request that came in: all but the hash of its body. */
struct aws_request auth_request_of(struct http_exchange *exchange);

struct auth_identity {
    struct auth_principal principal;
    struct aws_authorization authorization;
    struct str region;                /* that the request was signed for */
    struct str payload_hash;          /* that the signature covers; hex or a marker of sigv4.h */
    uint8_t signing_key[SHA256_SIZE]; /* seed of aws_chunk_chain_init() */
};

/* Why a request was refused, in the words of AWS's JSON services, of its query services, or of S3. */
struct auth_refusal {
    const char *code;
    unsigned status;
    struct str message;
    bool has_principal; /* the key is known: the attempt can be recorded under it */
    struct auth_principal principal;
    struct str region;        /* as claimed; empty where unreadable */
    struct str access_key_id; /* as claimed */
};

/* Texts live in the arena or borrow from the request. */
NODISCARD bool auth_authenticate(struct auth *auth, struct arena *arena, const struct auth_request *request,
    struct auth_identity *ret_identity, struct auth_refusal *ret_refusal);

/* Does Cairn hold this key? A disabled one is known too, so that it does not pass for a stranger's. The
 * principal is copied to the arena, where `ret_principal` is not NULL. */
enum auth_key { AUTH_KEY_UNKNOWN, AUTH_KEY_ENABLED, AUTH_KEY_DISABLED };
enum auth_key auth_find_key(
    struct auth *auth, struct arena *arena, struct str access_key_id, struct auth_principal *ret_principal);

enum auth_permission {
    AUTH_ANYONE,      /* whoever has a key */
    AUTH_READ,        /* admin and auditor */
    AUTH_CHANGE,      /* admin */
    AUTH_SEND_EVENTS, /* admin and writer */
    AUTH_BUCKETS,     /* admin and auditor: buckets of their account */
};
bool auth_allows(const struct auth_principal *principal, enum auth_permission permission);

/* The account has a key: `--accept-accounts` by default takes events of these. */
bool auth_has_account(struct auth *auth, struct str account);

/* IAM's words for a denial; `action` as "cloudtrail:CreateTrail", `resource` an ARN or empty. */
struct str auth_denial(
    struct arena *arena, const struct auth_principal *principal, struct str action, struct str resource);

/* A question about a resource that may have a policy of its own. */
struct auth_access {
    const struct auth_principal *principal;
    enum auth_permission permission; /* that the action needs of a role */
    struct str action, resource;     /* "cloudtrail:StartQuery", an ARN */
    struct str owner;                /* the resource's account */
    struct str policy;               /* the resource's; empty: it has none */
    const struct aws_policy_fact *facts;
    size_t fact_count;
};

/* A deny of the policy beats all. In the owner's account the role or the policy allows it; for a principal of
 * another account both must, as "Cross-account policy evaluation logic" of IAM's user guide has it. */
bool auth_may_access(const struct auth_access *access);
