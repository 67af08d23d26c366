/* SPDX-License-Identifier: Apache-2.0 */
/* auth.c: the steps of authentication, in AWS's order, and what each role may do. */
#include "auth/auth.h"

#include "aws/arn.h"
#include "base/mem.h"
#include "codec/text.h"
#include "http/http.h"

#include "fault.h"
#include "keyring.h"

#include <string.h>

enum { SKEW_MINUTES = 5, S3_SKEW_MINUTES = 15, MINUTE_MS = 60 * 1000 };

struct auth {
    struct auth_keyring *keyring;
};

/* One authentication on its way. */
struct attempt {
    const struct auth_request *asked;
    struct arena *arena;
    struct aws_request request; /* with the payload hash that the signature must cover */
    struct auth_identity identity;
    struct auth_refusal *refusal;
    bool is_s3;
};

struct auth *auth_create(struct catalog *catalog, struct error *error) {
    struct auth_keyring *keyring = auth_keyring_create(catalog, error);
    if (keyring == NULL)
        return NULL;
    struct auth *auth = MEM_NEW(struct auth);
    auth->keyring = keyring;
    return auth;
}

void auth_destroy(struct auth *auth) {
    if (auth == NULL)
        return;
    auth_keyring_destroy(auth->keyring);
    mem_free(auth);
}

bool auth_reload(struct auth *auth, struct error *error) {
    return auth_keyring_reload(auth->keyring, error);
}

bool auth_has_account(struct auth *auth, struct str account) {
    return auth_keyring_has_account(auth->keyring, account);
}

enum auth_key auth_find_key(
    struct auth *auth, struct arena *arena, struct str access_key_id, struct auth_principal *ret_principal) {
    return auth_keyring_look_up(auth->keyring, access_key_id, arena, ret_principal);
}

static bool refuse(struct attempt *attempt, enum auth_fault fault, struct str message) {
    enum auth_words words = attempt->asked->words;
    if (words == AUTH_WORDS_OF_SERVICE)
        words = auth_words_of(attempt->asked->service);
    return auth_refuse(attempt->refusal, words, fault, message);
}

static bool parse(struct attempt *attempt) {
    struct error error = {0};
    struct aws_authorization *authorization = &attempt->identity.authorization;
    if (!aws_authorization_parse(attempt->arena, &attempt->asked->request, authorization, &error)) {
        if (error.kind == ERROR_NOT_FOUND)
            return refuse(attempt, AUTH_FAULT_MISSING, STR_LITERAL("Missing Authentication Token"));
        struct str message = arena_str(attempt->arena, str_from(error.message));
        bool is_in_query =
            str_find(attempt->asked->request.query, STR_LITERAL("X-Amz-Algorithm")) != SIZE_MAX;
        if (attempt->is_s3 && !is_in_query)
            message =
                arena_format(attempt->arena, "The authorization header is malformed; %.*s", STR(message));
        return refuse(attempt, is_in_query ? AUTH_FAULT_QUERY_PARAMETERS : AUTH_FAULT_INCOMPLETE, message);
    }
    attempt->refusal->access_key_id = authorization->access_key_id;
    if (authorization->is_presigned && !attempt->is_s3 && !attempt->asked->is_relayed)
        return refuse(attempt, AUTH_FAULT_PRESIGNED,
            STR_LITERAL("Query-string authentication is accepted by the s3 service only."));
    return true;
}

static bool check_scope(struct attempt *attempt) {
    const struct aws_scope *scope = &attempt->identity.authorization.scope;
    if (!str_is(scope->service, attempt->asked->service))
        return refuse(attempt, AUTH_FAULT_SCOPE,
            arena_format(attempt->arena, "Credential should be scoped to correct service: '%s'. ",
                attempt->asked->service));
    if (!aws_is_region(scope->region))
        return refuse(
            attempt, AUTH_FAULT_SCOPE, STR_LITERAL("Credential should be scoped to a valid region. "));
    attempt->identity.region = scope->region;
    attempt->refusal->region = scope->region;
    return true;
}

static struct str basic_time(struct arena *arena, int64_t ms) {
    struct buf text = BUF_INIT(64);
    time_append_basic(&text, (struct moment){ms});
    struct str kept = arena_str(arena, buf_str(&text));
    buf_finish(&text);
    return kept;
}

static bool check_presigned_time(struct attempt *attempt) {
    const struct aws_authorization *authorization = &attempt->identity.authorization;
    int64_t now_ms = attempt->asked->now.ms, signed_ms = authorization->time.ms;
    if (signed_ms > now_ms + S3_SKEW_MINUTES * MINUTE_MS)
        return refuse(attempt, AUTH_FAULT_EXPIRED, STR_LITERAL("Request is not yet valid"));
    if (now_ms > signed_ms + authorization->expires_s * 1000)
        return refuse(attempt, AUTH_FAULT_EXPIRED, STR_LITERAL("Request has expired"));
    return true;
}

static bool check_time(struct attempt *attempt) {
    const struct aws_authorization *authorization = &attempt->identity.authorization;
    if (authorization->is_presigned)
        return check_presigned_time(attempt);
    struct arena *arena = attempt->arena;
    int minutes = attempt->is_s3 ? S3_SKEW_MINUTES : SKEW_MINUTES;
    int64_t now_ms = attempt->asked->now.ms, skew_ms = (int64_t)minutes * MINUTE_MS;
    if (authorization->time.ms < now_ms - skew_ms)
        return refuse(attempt, AUTH_FAULT_SKEWED,
            arena_format(arena, "Signature expired: %.*s is now earlier than %.*s (%.*s - %d min.)",
                STR(authorization->time_text), STR(basic_time(arena, now_ms - skew_ms)),
                STR(basic_time(arena, now_ms)), minutes));
    if (authorization->time.ms > now_ms + skew_ms)
        return refuse(attempt, AUTH_FAULT_SKEWED,
            arena_format(arena, "Signature not yet current: %.*s is still later than %.*s (%.*s + %d min.)",
                STR(authorization->time_text), STR(basic_time(arena, now_ms + skew_ms)),
                STR(basic_time(arena, now_ms)), minutes));
    return true;
}

static struct str header_value(const struct aws_request *request, const char *name) {
    for (size_t i = 0; i < request->header_count; i++)
        if (str_equals_ignoring_case(request->headers[i].name, str_from(name)))
            return str_trim(request->headers[i].value);
    return STR_EMPTY;
}

static bool is_hex_hash(struct str text) {
    uint8_t bytes[SHA256_SIZE];
    return text.size == 2 * SHA256_SIZE && hex_decode(text, bytes);
}

static bool is_marker(struct str text) {
    return str_is(text, AWS_UNSIGNED_PAYLOAD) || str_is(text, AWS_STREAMING_SIGNED) ||
           str_is(text, AWS_STREAMING_TRAILER) || str_is(text, AWS_STREAMING_UNSIGNED);
}

/* Only S3 may leave its body out of the signature; what it claims to cover is compared by who reads it. */
static bool choose_s3_payload_hash(struct attempt *attempt, struct str claimed) {
    struct str computed = attempt->asked->request.payload_hash;
    bool is_presigned = attempt->identity.authorization.is_presigned;
    if (claimed.size == 0 && is_presigned)
        claimed = STR_LITERAL(AWS_UNSIGNED_PAYLOAD);
    if (claimed.size == 0)
        return refuse(attempt, AUTH_FAULT_NO_PAYLOAD_HASH,
            STR_LITERAL("Missing required header for this request: x-amz-content-sha256"));
    if (!is_marker(claimed) && !is_hex_hash(claimed))
        return refuse(attempt, AUTH_FAULT_NO_PAYLOAD_HASH,
            STR_LITERAL("x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
                        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a "
                        "valid sha256 value."));
    bool is_wrong = computed.size > 0 && !is_marker(claimed) && !str_equals_ignoring_case(computed, claimed);
    if (is_wrong)
        return refuse(attempt, AUTH_FAULT_PAYLOAD_HASH, STR_EMPTY);
    attempt->request.payload_hash = claimed;
    return true;
}

static bool choose_payload_hash(struct attempt *attempt) {
    struct str claimed = header_value(&attempt->asked->request, "x-amz-content-sha256");
    if (attempt->is_s3)
        return choose_s3_payload_hash(attempt, claimed);
    struct str computed = attempt->asked->request.payload_hash;
    if (computed.size > 0) {
        attempt->request.payload_hash = computed;
        return true;
    }
    if (!is_hex_hash(claimed) && !(attempt->asked->is_relayed && is_marker(claimed)))
        return refuse(attempt, AUTH_FAULT_NO_PAYLOAD_HASH,
            STR_LITERAL("x-amz-content-sha256 must be the SHA-256 of the body."));
    attempt->request.payload_hash = claimed;
    return true;
}

static bool find_key(struct attempt *attempt, struct auth *auth) {
    struct auth_identity *identity = &attempt->identity;
    const struct aws_authorization *authorization = &identity->authorization;
    struct str message = STR_LITERAL("The security token included in the request is invalid.");
    if (!auth_keyring_find(auth->keyring, authorization->access_key_id, &authorization->scope, attempt->arena,
            &identity->principal, identity->signing_key))
        return refuse(attempt, AUTH_FAULT_UNKNOWN_KEY, message);
    /* Cairn hands out no temporary credentials, so a session token is never one that it knows. */
    if (authorization->session_token.size > 0)
        return refuse(attempt, AUTH_FAULT_TOKEN, message);
    attempt->refusal->has_principal = true;
    attempt->refusal->principal = identity->principal;
    return true;
}

static bool check_signature(struct attempt *attempt) {
    struct auth_identity *identity = &attempt->identity;
    struct str name = aws_unsigned_header(&attempt->request, &identity->authorization);
    if (name.size > 0)
        return refuse(attempt, AUTH_FAULT_UNSIGNED_HEADER,
            arena_format(attempt->arena, "'%.*s' must be a 'SignedHeader' in the AWS Authorization.",
                STR(str_slice(name, 0, 64))));
    struct str canonical = aws_canonical_request(attempt->arena, &attempt->request, &identity->authorization);
    struct str string_to_sign = aws_string_to_sign(attempt->arena, canonical, &identity->authorization);
    if (aws_signature_matches(identity->signing_key, string_to_sign, &identity->authorization))
        return true;
    return refuse(attempt, AUTH_FAULT_MISMATCH,
        arena_format(attempt->arena,
            "The request signature we calculated does not match the signature you provided. Check your AWS "
            "Secret Access Key and signing method. Consult the service documentation for details.\n\n"
            "The Canonical String for this request should have been\n'%.*s'\n\n"
            "The String-to-Sign should have been\n'%.*s'\n",
            STR(canonical), STR(string_to_sign)));
}

struct aws_request auth_request_of(struct http_exchange *exchange) {
    const struct http_header *headers = NULL;
    size_t count = http_headers(exchange, &headers);
    struct aws_header *copies = ARENA_ARRAY(http_arena(exchange), count, struct aws_header);
    for (size_t i = 0; i < count; i++)
        copies[i] = (struct aws_header){headers[i].name, headers[i].value};
    return (struct aws_request){.method = http_method(exchange),
        .path = http_path(exchange),
        .query = http_query(exchange),
        .headers = copies,
        .header_count = count,
        .payload_hash = STR_EMPTY};
}

bool auth_authenticate(struct auth *auth, struct arena *arena, const struct auth_request *request,
    struct auth_identity *ret_identity, struct auth_refusal *ret_refusal) {
    struct auth_refusal refusal = {.code = NULL};
    struct attempt attempt = {.asked = request,
        .arena = arena,
        .request = request->request,
        .refusal = &refusal,
        .is_s3 = strcmp(request->service, "s3") == 0};
    bool passes = parse(&attempt) && check_scope(&attempt) && choose_payload_hash(&attempt) &&
                  find_key(&attempt, auth) && check_time(&attempt) && check_signature(&attempt);
    if (passes) {
        attempt.identity.payload_hash = attempt.request.payload_hash;
        *ret_identity = attempt.identity;
    } else {
        *ret_refusal = refusal;
    }
    mem_wipe(attempt.identity.signing_key, SHA256_SIZE);
    return passes;
}

bool auth_allows(const struct auth_principal *principal, enum auth_permission permission) {
    static const bool allowed[][3] = {
        [AUTH_ANYONE] =
            {[CATALOG_ROLE_ADMIN] = true, [CATALOG_ROLE_AUDITOR] = true, [CATALOG_ROLE_WRITER] = true},
        [AUTH_READ] = {[CATALOG_ROLE_ADMIN] = true, [CATALOG_ROLE_AUDITOR] = true},
        [AUTH_CHANGE] = {[CATALOG_ROLE_ADMIN] = true},
        [AUTH_SEND_EVENTS] = {[CATALOG_ROLE_ADMIN] = true, [CATALOG_ROLE_WRITER] = true},
        [AUTH_BUCKETS] = {[CATALOG_ROLE_ADMIN] = true, [CATALOG_ROLE_AUDITOR] = true},
    };
    return (unsigned)principal->role <= CATALOG_ROLE_WRITER && allowed[permission][principal->role];
}

struct str auth_denial(
    struct arena *arena, const struct auth_principal *principal, struct str action, struct str resource) {
    return arena_format(arena,
        "User: %.*s is not authorized to perform: %.*s%s%.*s because no identity-based policy allows the "
        "%.*s action",
        STR(principal->arn), STR(action), resource.size > 0 ? " on resource: " : "", STR(resource),
        STR(action));
}
