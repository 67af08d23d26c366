/* SPDX-License-Identifier: Apache-2.0 */
/*
 * claim: who a request says has signed it, and for what. Nothing is verified and nothing is refused: what
 * cannot be read is left empty.
 *
 * Sources: "Signature Version 4 signing process", "Signature Version 4A" and "Signing and authenticating REST
 * requests" (version 2) of the AWS documentation.
 */
#include "aws/sigv4.h"

#include "dialect.h"

#define SIGV4  "AWS4-HMAC-SHA256"
#define SIGV4A "AWS4-ECDSA-P256-SHA256"

/* A region set is a list and may hold patterns; the first is where the call most likely went. */
static struct str first_region(struct str region_set) {
    struct str first = str_trim(str_cut(&region_set, ','));
    return str_find_char(first, '*') == SIZE_MAX ? first : STR_EMPTY;
}

/* A request may carry more than one signature, and which of them a service checks is not known here. So the
 * key of one that claims two is both: a caller that nobody knows, and not the one that it chose to show. */
struct claim_reader {
    struct arena *arena;
    const struct protocol_head *head;
    struct protocol_claim claim;
    bool has_two_keys;
};

/* False where another key was there before. */
static bool take_key(struct claim_reader *reader, struct str access_key_id) {
    struct protocol_claim *claim = &reader->claim;
    if (claim->access_key_id.size == 0) {
        claim->access_key_id = access_key_id;
        return true;
    }
    if (!reader->has_two_keys && access_key_id.size > 0 && !str_equals(claim->access_key_id, access_key_id)) {
        claim->access_key_id =
            arena_format(reader->arena, "%.*s,%.*s", STR(claim->access_key_id), STR(access_key_id));
        reader->has_two_keys = true;
    }
    return false;
}

static void take_credential(
    struct claim_reader *reader, struct str credential, bool has_region, struct str region_set) {
    struct protocol_claim *claim = &reader->claim;
    struct aws_scope scope;
    struct str access_key_id;
    if (claim->signature == PROTOCOL_UNSIGNED)
        claim->signature = has_region ? PROTOCOL_SIGV4 : PROTOCOL_SIGV4A;
    if (!aws_credential_split(credential, has_region, &access_key_id, &scope) ||
        !take_key(reader, access_key_id))
        return;
    claim->service = scope.service;
    claim->region = has_region ? scope.region : first_region(region_set);
}

static void take_old_key(struct claim_reader *reader, struct str access_key_id) {
    if (reader->claim.signature == PROTOCOL_UNSIGNED)
        reader->claim.signature = PROTOCOL_SIGV2;
    (void)take_key(reader, access_key_id);
}

static bool cut_front(struct str *text, const char *front) {
    struct str prefix = str_from(front);
    if (!str_starts_with(*text, prefix))
        return false;
    *text = str_trim(str_slice(*text, prefix.size, SIZE_MAX));
    return true;
}

static void read_header(struct claim_reader *reader, struct str header) {
    bool is_v4a = cut_front(&header, SIGV4A), is_v4 = !is_v4a && cut_front(&header, SIGV4);
    if (!is_v4a && !is_v4) {
        bool is_old = cut_front(&header, "AWS ") || cut_front(&header, "AWS\t");
        if (is_old && str_find_char(header, ':') != SIZE_MAX) /* else it may be anything, a secret too */
            take_old_key(reader, str_cut(&header, ':'));
        return;
    }
    struct str credential = STR_EMPTY;
    while (header.size > 0) {
        struct str value = str_trim(str_cut(&header, ','));
        if (!str_is(str_trim(str_cut(&value, '=')), "Credential"))
            continue;
        credential = str_trim(value);
        take_credential(reader, credential, is_v4, reader->head->region_set);
    }
    if (credential.size == 0)
        take_credential(reader, STR_EMPTY, is_v4, STR_EMPTY);
}

static void read_headers(struct claim_reader *reader) {
    const struct protocol_request *request = reader->head->request;
    struct str name = STR_LITERAL("authorization");
    for (size_t i = 0; i < request->header_count; i++) {
        if (request->headers[i].name.size == name.size &&
            str_equals_ignoring_case(request->headers[i].name, name))
            read_header(reader, str_trim(request->headers[i].value));
    }
    reader->claim.session_token = reader->head->session_token;
}

/* The query's parameters of a signature, in any case, as some stores take them; of two with one name both
 * where they are keys, else the first. */
struct signed_query {
    struct str algorithm, token, region_set;
    struct str credentials[2], old_keys[2];
    bool has_old_signature;
};

static void take_first(struct str *first, struct str value) {
    if (first->size == 0)
        *first = value;
}

static void take_both(struct str both[2], struct str value) {
    if (both[0].size == 0 || str_equals(both[0], value))
        both[0] = value;
    else
        take_first(&both[1], value);
}

static void collect(struct arena *arena, struct str query, struct signed_query *found) {
    while (query.size > 0) {
        struct str raw = str_cut(&query, '&'), name = protocol_decode(arena, str_cut(&raw, '='), true);
        if (str_equals_ignoring_case(name, STR_LITERAL("X-Amz-Algorithm")))
            take_first(&found->algorithm, protocol_decode(arena, raw, false));
        else if (str_equals_ignoring_case(name, STR_LITERAL("X-Amz-Credential")))
            take_both(found->credentials, protocol_decode(arena, raw, false));
        else if (str_is(name, "AWSAccessKeyId"))
            take_both(found->old_keys, protocol_decode(arena, raw, false));
        else if (str_equals_ignoring_case(name, STR_LITERAL("X-Amz-Security-Token")))
            take_first(&found->token, protocol_decode(arena, raw, false));
        else if (str_equals_ignoring_case(name, STR_LITERAL("X-Amz-Region-Set")))
            take_first(&found->region_set, protocol_decode(arena, raw, false));
        else if (str_is(name, "Signature"))
            found->has_old_signature = true;
    }
}

static void read_query(struct claim_reader *reader) {
    struct signed_query found = {.has_old_signature = false};
    bool is_signed_before = reader->claim.signature != PROTOCOL_UNSIGNED;
    collect(reader->arena, reader->head->query, &found);
    for (size_t i = 0; i < 2; i++) {
        if (found.algorithm.size > 0 && (i == 0 || found.credentials[i].size > 0))
            take_credential(reader, found.credentials[i], !str_is(found.algorithm, SIGV4A), found.region_set);
        if (found.has_old_signature && found.old_keys[i].size > 0)
            take_old_key(reader, found.old_keys[i]);
    }
    if (is_signed_before || reader->claim.signature == PROTOCOL_UNSIGNED)
        return;
    reader->claim.is_presigned = true;
    if (found.token.size > 0)
        reader->claim.session_token = found.token;
}

void protocol_claim_read(
    struct arena *arena, const struct protocol_head *head, struct protocol_claim *ret_claim) {
    struct claim_reader reader = {.arena = arena, .head = head};
    reader.claim.signature = PROTOCOL_UNSIGNED;
    if (head->authorization.size > 0)
        read_headers(&reader);
    if (head->query.size > 0)
        read_query(&reader);
    *ret_claim = reader.claim;
}

void protocol_claim_take_field(
    struct arena *arena, struct str name, struct str value, struct protocol_claim *claim) {
    struct claim_reader reader = {.arena = arena, .claim = *claim};
    if (str_is(name, "x-amz-credential"))
        take_credential(&reader, value, true, STR_EMPTY);
    else if (str_is(name, "awsaccesskeyid"))
        take_old_key(&reader, value);
    else if (str_is(name, "x-amz-security-token"))
        reader.claim.session_token = value;
    *claim = reader.claim;
}
