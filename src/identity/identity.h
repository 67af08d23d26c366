/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity: who calls through a gateway entry. A key is known, in this order, from Cairn's own keys, from
 * the entry's principals file, or learned from answers that passed by (never its secret).
 *
 * Promise: what was learned never stands above Cairn's keys or the file, and ends with its session. Where
 * Cairn holds a key's secret a call that is not signed with it is known as forged.
 *
 * Format:  docs/formats/principals.md (the file)
 * Threads: any.
 */
#pragma once

#include "aws/sigv4.h"
#include "call/call.h"
#include "protocol/protocol.h"

struct auth;
struct catalog;
struct clock;
struct identity_book; /* one per entry */

/* The texts are copied. Empty ones: not set. */
struct identity_options {
    struct auth *auth;
    struct catalog *catalog;
    struct clock *clock;        /* NULL: the real one */
    struct str name;            /* of the entry */
    struct str service;         /* of all its calls, where it is fixed */
    struct str account;         /* of calls that tell none */
    struct str trusted_proxies; /* with commas: addresses and networks whose X-Forwarded-For is believed */
    struct str principals_file;
    bool learn;
    bool verify; /* check signatures of keys that Cairn holds */
    struct str sign_access_key_id, sign_secret_access_key, sign_session_token, sign_region; /* re-signs */
    struct str allow; /* re-signing: with commas, ARNs of the principals whose calls are forwarded */
};

/* ERROR_INVALID says which line of the principals file is wrong. Learned keys of earlier runs are loaded. */
NODISCARD struct identity_book *identity_open(const struct identity_options *options, struct error *error);
void identity_close(struct identity_book *book); /* keeps what it can; NULL is fine */
NODISCARD bool identity_reload(struct identity_book *book, struct error *error); /* the file */

enum identity_trust {
    IDENTITY_ANONYMOUS, /* not signed */
    IDENTITY_UNKNOWN,   /* a key nobody told of */
    IDENTITY_CLAIMED,   /* known from the file or learned: the upstream checks the signature */
    IDENTITY_VERIFIED,  /* Cairn's key, and the signature is right */
    IDENTITY_FORGED,    /* Cairn's key, and it is not: not to be forwarded */
};

struct identity_caller {
    enum identity_trust trust;
    struct call_identity identity; /* as the record has it; texts in the arena */
    struct str arn, account;       /* account: the caller's, else the entry's */
    const char *refusal_code;      /* FORGED: AWS's code and message, and status */
    struct str refusal_message;
    unsigned refusal_status;
};

/* Can the signature of this call only be checked with its body at hand? True of a key that Cairn holds where
 * no x-amz-content-sha256 stands for the body: collect it then, as far as that is possible. */
bool identity_needs_body(
    struct identity_book *book, const struct protocol_claim *claim, const struct aws_request *request);

/* The request's payload_hash: hex SHA-256 of a collected body, or empty for a streamed one. Then
 * x-amz-content-sha256 stands for it: the signature is checked before the call is forwarded, that the body is
 * the one that was signed is for the upstream to check, as are the signatures of single chunks. */
void identity_resolve(struct identity_book *book, struct arena *arena, const struct protocol_claim *claim,
    const struct aws_request *request, struct moment now, struct identity_caller *ret_caller);

/* Who has signed a form whose fields were read after it was passed on: its signature is the upstream's to
 * check, whoever holds the key. */
void identity_resolve_form(struct identity_book *book, struct arena *arena,
    const struct protocol_claim *claim, struct moment now, struct identity_caller *ret_caller);

/* The identity of a call that the upstream refused as unauthenticated: Unknown, with the claimed key. */
struct call_identity identity_unauthenticated(const struct protocol_claim *claim);

/* The caller of AssumeRoleWithWebIdentity and AssumeRoleWithSAML, which are not signed: the token's user, as
 * far as the answer names it. False for every other call. */
bool identity_of_token(
    struct arena *arena, const struct protocol_call *call, struct call_identity *ret_identity);

/* An answer handed out a key (2xx only; the caller checks that the entry learns). Kept in memory at once; in
 * the catalog with the next identity_keep(), which the keeper calls. `caller`: who asked for it. `path`: of
 * the request; STS and IAM live at "/" and nothing of theirs is learned elsewhere, because there a store that
 * does not look at the signed service may have answered with an object that a client wrote. */
void identity_learn(struct identity_book *book, const struct protocol_session *session,
    const struct call_identity *caller, struct str path, struct moment now);
NODISCARD bool identity_keep(struct identity_book *book, struct error *error);
uint64_t identity_learned(struct identity_book *book);

/* The address that the record names: the connection's, or where that is a trusted proxy the last
 * X-Forwarded-For hop that is not. Several such headers count as one, joined by commas. */
struct str identity_source_ip(
    struct identity_book *book, struct arena *arena, struct str peer_address, struct str forwarded_for);

/* Re-signing entries: may this caller's calls be forwarded? Only verified ones that the entry lists. */
bool identity_may_forward(const struct identity_book *book, const struct identity_caller *caller);

/* What a request is sent with instead of what the caller signed. */
struct identity_signed {
    struct str query;                 /* without the members of a presigned query */
    const struct aws_header *headers; /* all of them, those of the caller's signature replaced */
    size_t header_count;
};

/* Sign a request for the upstream; its Host is already the upstream's. False where that cannot be done: the
 * body is signed chunk by chunk, or a streamed one of another service than s3 has no x-amz-content-sha256. */
bool identity_sign(struct identity_book *book, struct arena *arena, const struct aws_request *request,
    struct str service, struct moment now, struct identity_signed *ret_signed);
