/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resolve.c: who calls, for each call. A key of Cairn's own costs a signature check; every other
 * one a look into the directory.
 */
#include "aws/arn.h"
#include "base/mem.h"

#include "book.h"

/* ---- what a request tells of its protocol ---- */

struct str identity_header(const struct aws_request *request, const char *name) {
    struct str wanted = str_from(name);
    for (size_t i = 0; i < request->header_count; i++)
        if (str_equals_ignoring_case(request->headers[i].name, wanted))
            return str_trim(request->headers[i].value);
    return STR_EMPTY;
}

static bool is_query_call(const struct aws_request *request, struct str content_type) {
    return str_starts_with(content_type, STR_LITERAL("application/x-www-form-urlencoded")) ||
           str_starts_with(request->query, STR_LITERAL("Action=")) ||
           str_find(request->query, STR_LITERAL("&Action=")) != SIZE_MAX;
}

/* Whose words a refusal of this request is put in, as far as the request tells its protocol. */
static enum auth_words words_of(struct str service, const struct aws_request *request) {
    struct str content_type = identity_header(request, "Content-Type");
    if (str_is(service, "s3"))
        return AUTH_WORDS_S3;
    if (identity_header(request, "X-Amz-Target").size > 0 ||
        identity_header(request, "Smithy-Protocol").size > 0 ||
        str_starts_with(content_type, STR_LITERAL("application/x-amz-json")))
        return AUTH_WORDS_JSON;
    if (is_query_call(request, content_type) || str_is(service, "route53") || str_is(service, "cloudfront"))
        return AUTH_WORDS_QUERY;
    return service.size > 0 ? AUTH_WORDS_REST_JSON : AUTH_WORDS_S3;
}

bool identity_has_body(const struct aws_request *request) {
    struct str length = identity_header(request, "Content-Length");
    return (length.size > 0 && !str_is(length, "0")) ||
           identity_header(request, "Transfer-Encoding").size > 0;
}

bool identity_needs_body(
    struct identity_book *book, const struct protocol_claim *claim, const struct aws_request *request) {
    return book->options.verify && claim->signature == PROTOCOL_SIGV4 && !str_is(claim->service, "s3") &&
           identity_has_body(request) && identity_header(request, "x-amz-content-sha256").size == 0 &&
           auth_find_key(book->options.auth, NULL, claim->access_key_id, NULL) == AUTH_KEY_ENABLED;
}

/* ---- callers without a principal ---- */

/* S3 serves callers without credentials, under an account of this name; elsewhere they are unknown. */
static struct call_identity anonymous(struct str service, const struct aws_request *request) {
    if (words_of(service, request) != AUTH_WORDS_S3)
        return (struct call_identity){.type = STR_LITERAL("Unknown"), .session_began_at = MOMENT_NONE};
    return (struct call_identity){.type = STR_LITERAL("AWSAccount"),
        .account = STR_LITERAL("ANONYMOUS_PRINCIPAL"),
        .session_began_at = MOMENT_NONE};
}

static struct call_identity stranger(
    const struct identity_book *book, struct arena *arena, const struct protocol_claim *claim) {
    return (struct call_identity){.type = STR_LITERAL("Unknown"),
        .account = book->options.account,
        .access_key_id = arena_str(arena, claim->access_key_id),
        .session_began_at = MOMENT_NONE};
}

/* ---- Cairn's own keys ---- */

/* Calls with a key whose secret Cairn holds, signed in ways that cannot be checked. */
enum malformation { NOT_SIGV4, SIGNED_TWICE };

static void refuse(struct identity_caller *caller, enum auth_words words, enum malformation malformation) {
    static const char *const codes[] = {[AUTH_WORDS_JSON] = "IncompleteSignatureException",
        [AUTH_WORDS_REST_JSON] = "IncompleteSignatureException",
        [AUTH_WORDS_QUERY] = "IncompleteSignature"};
    static const struct {
        const char *s3_code, *message;
    } rows[] = {
        [NOT_SIGV4] = {"InvalidRequest", "The authorization mechanism you have provided is not supported. "
                                         "Please use AWS4-HMAC-SHA256."},
        [SIGNED_TWICE] = {"InvalidArgument",
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query "
            "string parameter or the Authorization header should be specified"},
    };
    caller->trust = IDENTITY_FORGED;
    caller->refusal_code = words == AUTH_WORDS_S3 ? rows[malformation].s3_code : codes[words];
    caller->refusal_status = 400;
    caller->refusal_message = str_from(rows[malformation].message);
}

static void verify(struct identity_book *book, struct arena *arena, const struct protocol_claim *claim,
    const struct auth_request *asked, struct identity_caller *caller) {
    struct auth_request request = *asked;
    struct auth_identity verified;
    struct auth_refusal refusal;
    if (request.request.payload_hash.size == 0 && !identity_has_body(&request.request))
        request.request.payload_hash = STR_LITERAL(IDENTITY_EMPTY_SHA256);
    request.words = words_of(claim->service, &request.request);
    if (claim->signature != PROTOCOL_SIGV4) {
        refuse(caller, request.words, NOT_SIGV4);
        return;
    }
    if (auth_authenticate(book->options.auth, arena, &request, &verified, &refusal)) {
        mem_wipe(verified.signing_key, sizeof verified.signing_key);
        if (str_equals(verified.principal.access_key_id, claim->access_key_id))
            caller->trust = IDENTITY_VERIFIED;
        else
            refuse(caller, request.words, SIGNED_TWICE);
        return;
    }
    caller->trust = IDENTITY_FORGED;
    caller->refusal_code = refusal.code;
    caller->refusal_status = refusal.status;
    caller->refusal_message = refusal.message;
}

/* False where Cairn holds no such key. */
static bool resolve_own(struct identity_book *book, struct arena *arena, const struct protocol_claim *claim,
    const struct auth_request *asked, struct identity_caller *caller) {
    struct auth_principal principal;
    if (auth_find_key(book->options.auth, arena, claim->access_key_id, &principal) == AUTH_KEY_UNKNOWN)
        return false;
    caller->identity = auth_call_identity(&principal);
    caller->trust = IDENTITY_CLAIMED;
    if (book->options.verify)
        verify(book, arena, claim, asked, caller);
    return true;
}

/* A call that claims two keys (protocol.h) is nobody's, and may not use one of Cairn's to get past: which of
 * them the upstream would look at is not known. */
static bool names_own_key_among_two(const struct identity_book *book, struct str access_key_id) {
    if (!book->options.verify || str_find_char(access_key_id, ',') == SIZE_MAX)
        return false;
    while (access_key_id.size > 0)
        if (auth_find_key(book->options.auth, NULL, str_cut(&access_key_id, ','), NULL) != AUTH_KEY_UNKNOWN)
            return true;
    return false;
}

void identity_resolve(struct identity_book *book, struct arena *arena, const struct protocol_claim *claim,
    const struct aws_request *request, struct moment now, struct identity_caller *ret_caller) {
    struct identity_caller caller = {.trust = IDENTITY_UNKNOWN};
    struct str service = book->options.service.size > 0 ? book->options.service : claim->service;
    struct auth_request asked = {
        .request = *request, .service = arena_text(arena, claim->service), .now = now, .is_relayed = true};
    if (claim->signature == PROTOCOL_UNSIGNED) {
        caller.trust = IDENTITY_ANONYMOUS;
        caller.identity = anonymous(service, request);
    } else if (!resolve_own(book, arena, claim, &asked, &caller)) {
        bool is_known =
            identity_directory_find(book->directory, arena, claim->access_key_id, now, &caller.identity);
        caller.trust = is_known ? IDENTITY_CLAIMED : IDENTITY_UNKNOWN;
        if (!is_known)
            caller.identity = stranger(book, arena, claim);
        if (names_own_key_among_two(book, claim->access_key_id))
            refuse(&caller, words_of(claim->service, request), SIGNED_TWICE);
    }
    caller.arn = caller.identity.arn;
    caller.account =
        aws_is_account_id(caller.identity.account) ? caller.identity.account : book->options.account;
    *ret_caller = caller;
}

void identity_resolve_form(struct identity_book *book, struct arena *arena,
    const struct protocol_claim *claim, struct moment now, struct identity_caller *ret_caller) {
    struct identity_caller caller = {.trust = IDENTITY_CLAIMED};
    struct auth_principal principal;
    if (auth_find_key(book->options.auth, arena, claim->access_key_id, &principal) != AUTH_KEY_UNKNOWN) {
        caller.identity = auth_call_identity(&principal);
    } else if (!identity_directory_find(
                   book->directory, arena, claim->access_key_id, now, &caller.identity)) {
        caller.trust = IDENTITY_UNKNOWN;
        caller.identity = stranger(book, arena, claim);
    }
    caller.arn = caller.identity.arn;
    caller.account =
        aws_is_account_id(caller.identity.account) ? caller.identity.account : book->options.account;
    *ret_caller = caller;
}
