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
#include "gateway/gateway.h"
#include "protocol/protocol.h"

struct identity_book; /* one per entry */

/* ERROR_INVALID says which line of the principals file is wrong. Learned keys of earlier runs are loaded. */
NODISCARD struct identity_book *identity_open(const struct gateway_entry *entry, struct auth *auth,
    struct catalog *catalog, struct clock *clock, struct str home_account, struct error *error);
void identity_close(struct identity_book *book);                                 /* NULL is fine */
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

/* `payload_hash`: hex SHA-256 of a collected body, or empty for a streamed one (x-amz-content-sha256 then
 * stands for it). */
void identity_resolve(struct identity_book *book, struct arena *arena, const struct protocol_claim *claim,
    const struct aws_request *request, struct moment now, struct identity_caller *ret_caller);

/* The identity of a call that the upstream refused as unauthenticated: Unknown, with the claimed key. */
struct call_identity identity_unauthenticated(const struct protocol_claim *claim);

/* An answer handed out a key (2xx only; the caller checks that the entry learns). Kept in memory at once; in
 * the catalog with the next identity_keep(), which the keeper calls. `caller`: who asked for it. */
void identity_learn(struct identity_book *book, const struct protocol_session *session,
    const struct call_identity *caller, struct moment now);
NODISCARD bool identity_keep(struct identity_book *book, struct error *error);
uint64_t identity_learned(struct identity_book *book);

/* The address that the record names: the connection's, or where that is a trusted proxy the last
 * X-Forwarded-For hop that is not. */
struct str identity_source_ip(
    struct identity_book *book, struct arena *arena, struct str peer_address, struct str forwarded_for);

/* Re-signing entries: may this caller's calls be forwarded, and the headers that replace the
 * caller's signature (Authorization, X-Amz-Date, X-Amz-Content-Sha256, X-Amz-Security-Token). */
bool identity_may_forward(const struct identity_book *book, const struct identity_caller *caller);
size_t identity_sign(struct identity_book *book, struct arena *arena, const struct aws_request *request,
    struct str service, struct moment now, struct aws_header **ret_headers);
