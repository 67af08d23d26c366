/* SPDX-License-Identifier: Apache-2.0 */
/* call: one call and what is done with it. Threads: its loop's. */
#pragma once

#include "private.h"

enum gateway_stage {
    STAGE_COLLECTS,  /* its body is being read */
    STAGE_WAITS,     /* for room */
    STAGE_INTENDS,   /* for its intent */
    STAGE_FORWARDED, /* the upstream has it */
    STAGE_SETTLES,   /* for its record: the reply is held */
    STAGE_OVER,      /* nothing more will be done with it */
};

/* What the client is told where the gateway answers for the upstream. */
struct gateway_answer {
    unsigned status; /* 0: the upstream's own reply */
    struct str code, message;
};

enum gateway_fault {
    FAULT_UNRECORDED,      /* no room for its record */
    FAULT_UNREACHABLE,     /* the upstream */
    FAULT_BROKE,           /* likewise */
    FAULT_TIMEOUT,         /* likewise */
    FAULT_DENIED,          /* by the entry's list */
    FAULT_NOT_IMPLEMENTED, /* a signature that cannot be replaced */
    FAULT_AMBIGUOUS,       /* a call that names two operations */
    FAULT_TOO_LARGE,       /* a body that must be read and is too large for it */
};

struct gateway_call {
    struct proxy_relay *relay;
    struct gateway_gate *gate;
    struct gateway_loop *loop;
    struct arena *arena;
    enum gateway_stage stage;
    bool is_held, has_reply, must_break, was_streamed, wants_prefix, is_too_large;
    struct gateway_ticket *ticket; /* fail-closed only */
    struct gateway_list *list;     /* that it is in: of those that wait, or of open intents */
    struct gateway_call *previous, *next;
    struct instant since; /* in the list */
    uint64_t sequence;
    struct uuid event_id;
    uint64_t memory; /* accounted for its body */
    struct aws_request request;
    struct protocol_call protocol;
    struct identity_caller caller;
    struct str source_ip, user_agent, host;
    struct buf prefix; /* of a body that is not collected, where its beginning will do */
    struct buf reply;  /* what is read of it */
    struct gateway_answer answer;
};

/* ---- call.c: for both ways ---- */

bool gateway_call_is_fail_closed(const struct gateway_call *call);
struct moment gateway_call_now(const struct gateway_call *call);
bool gateway_call_has_room(const struct gateway *gateway); /* for more records */
void gateway_call_hold(struct gateway_call *call);
void gateway_call_release(struct gateway_call *call); /* last, as are the next four */
void gateway_call_refuse(struct gateway_call *call, enum gateway_fault fault); /* not forwarded, no record */
void gateway_call_deny(
    struct gateway_call *call, const struct gateway_answer *answer); /* but a record of it */
void gateway_call_settle(struct gateway_call *call);                 /* record; then, when it may, end */
void gateway_call_record(struct gateway_call *call); /* gather its record, or each of its records */

/* ---- request.c ---- */

void gateway_request_on_head(struct proxy_relay *relay, void *context);
void gateway_request_on_collected(struct proxy_relay *relay, struct bytes body, void *context);
void gateway_request_on_body(struct proxy_relay *relay, struct bytes piece, void *context);
bool gateway_request_take_number(struct gateway_call *call);
void gateway_request_stop_waiting(struct gateway_call *call);
void gateway_request_read_prefix(struct gateway_call *call);
/* Memory for what is read of a body; given back with the call at the latest. */
bool gateway_request_account_memory(struct gateway_call *call, uint64_t bytes);
void gateway_request_return_memory(struct gateway_call *call, uint64_t bytes);

/* ---- reply.c ---- */

void gateway_reply_on_head(struct proxy_relay *relay, void *context);
void gateway_reply_on_body(struct proxy_relay *relay, struct bytes piece, void *context);
void gateway_reply_on_end(struct proxy_relay *relay, enum proxy_relay_end end, void *context);
void gateway_reply_on_close(struct proxy_relay *relay, void *context);

/* ---- sign.c ---- */

/* Replace the caller's signature by the entry's; false with the answer that says why not. */
bool gateway_sign(struct gateway_call *call, struct gateway_answer *ret_answer);

/* ---- answer.c ---- */

/* AWS's name, status and words for it in the call's protocol. */
struct gateway_answer gateway_answer_of(const struct gateway_call *call, enum gateway_fault fault);

/* A request id as the service has them, where the call has none: before its record is made. */
void gateway_answer_make_request_id(struct gateway_call *call);

/* Answer as the service would have. Last: the call may be gone after it. */
void gateway_answer_send(struct gateway_call *call, const struct gateway_answer *answer);

/* ---- record.c ---- */

/* The record of a part of the call as it is known now, in the loop's buffer, padded. `is_intent`: that its
 * outcome is not known. */
struct str gateway_record_build(struct gateway_call *call, size_t part, bool is_intent);
