/* SPDX-License-Identifier: Apache-2.0 */
/*
 * claim: who a request says has signed it, and for what. Nothing is verified and nothing is refused: what
 * cannot be read is left empty.
 *
 * Sources: "Signature Version 4 signing process", "Signature Version 4A" and "Signing and authenticating REST
 * requests" (version 2) of the AWS documentation.
 */
#include "aws/sigv4.h"

#include "private.h"

#define SIGV4  "AWS4-HMAC-SHA256"
#define SIGV4A "AWS4-ECDSA-P256-SHA256"

/* A region set is a list and may hold patterns; the first is where the call most likely went. */
static struct str first_region(struct str region_set) {
    struct str first = str_trim(str_cut(&region_set, ','));
    return str_find_char(first, '*') == SIZE_MAX ? first : STR_EMPTY;
}

static void take_credential(
    struct str credential, struct str algorithm, struct str region_set, struct protocol_claim *claim) {
    bool has_region = !str_is(algorithm, SIGV4A);
    struct aws_scope scope;
    struct str access_key_id;
    claim->signature = has_region ? PROTOCOL_SIGV4 : PROTOCOL_SIGV4A;
    if (!aws_credential_split(credential, has_region, &access_key_id, &scope))
        return;
    claim->access_key_id = access_key_id;
    claim->service = scope.service;
    claim->region = has_region ? scope.region : first_region(region_set);
}

static void read_header(const struct protocol_head *head, struct protocol_claim *claim) {
    struct str list = head->authorization, algorithm = str_cut(&list, ' ');
    claim->session_token = head->session_token;
    if (str_is(algorithm, "AWS")) {
        struct str signature = str_trim(list);
        claim->signature = PROTOCOL_SIGV2;
        claim->access_key_id = str_cut(&signature, ':');
        return;
    }
    if (!str_is(algorithm, SIGV4) && !str_is(algorithm, SIGV4A))
        return;
    struct str credential = STR_EMPTY;
    while (list.size > 0) {
        struct str value = str_trim(str_cut(&list, ','));
        if (str_is(str_trim(str_cut(&value, '=')), "Credential"))
            credential = str_trim(value);
    }
    take_credential(credential, algorithm, head->region_set, claim);
}

static struct str parameter(struct arena *arena, const struct protocol_head *head, struct str name) {
    struct str value = STR_EMPTY;
    return protocol_query_find(head->query, name, &value) ? protocol_decode(arena, value, false) : STR_EMPTY;
}

static void read_query(struct arena *arena, const struct protocol_head *head, struct protocol_claim *claim) {
    struct str algorithm = parameter(arena, head, STR_LITERAL("X-Amz-Algorithm"));
    struct str unused;
    if (algorithm.size > 0) {
        struct str token = parameter(arena, head, STR_LITERAL("X-Amz-Security-Token"));
        take_credential(parameter(arena, head, STR_LITERAL("X-Amz-Credential")), algorithm,
            parameter(arena, head, STR_LITERAL("X-Amz-Region-Set")), claim);
        claim->session_token = token.size > 0 ? token : head->session_token;
    } else if (protocol_query_find(head->query, STR_LITERAL("AWSAccessKeyId"), &unused) &&
               protocol_query_find(head->query, STR_LITERAL("Signature"), &unused)) {
        claim->signature = PROTOCOL_SIGV2;
        claim->access_key_id = parameter(arena, head, STR_LITERAL("AWSAccessKeyId"));
        claim->session_token = parameter(arena, head, STR_LITERAL("x-amz-security-token"));
    } else {
        return;
    }
    claim->is_presigned = true;
}

void protocol_claim_read(
    struct arena *arena, const struct protocol_head *head, struct protocol_claim *ret_claim) {
    struct protocol_claim claim = {.signature = PROTOCOL_UNSIGNED};
    if (head->authorization.size > 0)
        read_header(head, &claim);
    if (claim.signature == PROTOCOL_UNSIGNED && head->query.size > 0)
        read_query(arena, head, &claim);
    *ret_claim = claim;
}

void protocol_claim_take_field(struct str name, struct str value, struct protocol_claim *claim) {
    if (str_is(name, "x-amz-credential")) {
        take_credential(value, STR_LITERAL(SIGV4), STR_EMPTY, claim);
    } else if (str_is(name, "awsaccesskeyid")) {
        claim->signature = PROTOCOL_SIGV2;
        claim->access_key_id = value;
    } else if (str_is(name, "x-amz-security-token")) {
        claim->session_token = value;
    }
}
