/* SPDX-License-Identifier: Apache-2.0 */
/*
 * private: what the parts of gateway share.
 *
 * A *gate* is an entry at work. A *loop* is what the gateway has on each thread of the proxy. What is to be
 * admitted gathers per loop, gate and kind in a *lane*, and goes to admission a batch at a time. A *ticket*
 * ties what was gathered to the call that waits for it; the call may be gone first.
 *
 *   field                                     used by
 *   gate: all but the counters                fixed at the start; its ledger, book and keys: any thread
 *   loop: all but `done` and `http`           the loop's thread; after the proxy's end the owner
 *   loop: done, http                          under the loop's mutex (also read by the loop's thread)
 *   a gather                                  its loop; between submit and done the admission thread
 */
#pragma once

#include "admission/intent.h"
#include "base/arena.h"
#include "call/call.h"
#include "dialect/dialect.h"
#include "gateway/gateway.h"
#include "http/listen.h"
#include "identity/identity.h"
#include "ledger/ledger.h"
#include "proxy/proxy.h"
#include "sys/thread.h"

#include <stdatomic.h>

enum {
    GATEWAY_LOOPS_MAX = 256,
    GATEWAY_MEMORY_BYTES = 128 << 20,
    GATEWAY_WAIT_MS = 2000,
    GATEWAY_REPLY_WAIT_MS = 10000, /* fail-closed: how long a reply is held on a disk that is full */
    GATEWAY_RENEW_MS = 60000,      /* fail-closed: after so long the intent of an open call is renewed */
    GATEWAY_ITEM_BYTES = 256,      /* what a record costs beside its text */
    GATEWAY_REPLY_SIZE_MAX = PROTOCOL_REPLY_SIZE_MAX,
    GATEWAY_CHUNKED_BODY_MAX = 4 << 20, /* collected of a body whose size was not announced */
};

struct gateway_call;

struct gateway_gate {
    struct gateway *gateway;
    const struct gateway_entry *entry;
    const char *name;
    const char *title;        /* [gateway "NAME"], for messages */
    struct str principal;     /* "gateway/NAME" */
    struct str account;       /* of calls that tell none */
    struct str region;        /* likewise */
    struct str upstream_host; /* HOST[:PORT] */
    struct http_listen listen;
    struct admission_sender sender;
    struct ledger *ledger;
    struct identity_book *book;
    struct protocol_keys *keys;
    struct call_hide *hides;
    size_t hide_count;
    int64_t wait_ms;
    bool signs;
    bool is_aws;        /* it sees the client's Host, and AWS's own names mean something to it */
    struct str address; /* where it listens, with the port that was bound */
    _Atomic uint64_t forged, upstream_failures;
    _Atomic int64_t told_ns[5]; /* by enum gateway_trouble: when it was last told of */
};

struct gateway {
    struct gateway_options options;
    struct arena arena;
    struct clock *clock;
    struct gateway_gate *gates;
    size_t gate_count;
    struct proxy *proxy;
    struct gateway_loop *_Atomic loops[GATEWAY_LOOPS_MAX];
    struct gateway_keeper *keeper;
    _Atomic uint64_t memory_used; /* by what is gathered and by bodies */
    _Atomic uint64_t body_memory_used;
    uint64_t memory_max;
    _Atomic uint64_t open_calls, waiting_calls;
    _Atomic bool is_admission_broken; /* nothing is recorded any more until the next start */
};

/* ---- entry.c ---- */

/* Hold the entries to their rules and make their gates (listen, names, hides; no stores yet). */
NODISCARD bool gateway_entry_check_all(struct gateway *gateway, struct error *error);

/* ---- call.c, request.c ---- */

struct proxy_relay_service gateway_call_service(struct gateway *gateway);

/* What admission made of it; on the call's loop. */
void gateway_call_intent_durable(struct gateway_call *call);
void gateway_call_intent_failed(struct gateway_call *call);
void gateway_call_recorded(struct gateway_call *call);   /* release what is held */
void gateway_call_unrecorded(struct gateway_call *call); /* no record will come: break what is held */
void gateway_call_tend(struct gateway_loop *loop);       /* those that wait: is there room, is it too late? */

/* ---- loop.c ---- */

enum gateway_item_kind { ITEM_INTENT, ITEM_RENEWAL, ITEM_RECORD };
enum gateway_lane_kind { LANE_INTENTS, LANE_RECORDS, LANE_COUNT };

struct gateway_list {
    struct gateway_call *first, *last;
};

/* Shared by a call and what was gathered of it; freed when neither holds it. */
struct gateway_ticket {
    struct gateway_call *call; /* NULL: gone */
    unsigned pending;          /* items that hold it */
    bool has_lost;             /* a part of its record was refused */
    uint64_t sequence;
    char *late_record; /* of a call that ended before its intent was durable; owned, padded */
    size_t late_record_size;
};

struct gateway_item {
    enum gateway_item_kind kind;
    uint64_t sequence; /* 0: a further part */
    struct moment time;
    struct gateway_ticket *ticket; /* NULL: nobody waits */
    bool is_final;                 /* of a batch that failed in part: this item is done with */
};

struct gateway_gather {
    struct gateway_gather *next;
    struct gateway_lane *lane;
    struct admission_batch *batch;
    struct gateway_item *items;
    size_t count, capacity;
    uint64_t bytes;                        /* accounted */
    struct instant began_at, failed_since; /* failed_since: ns 0: it has not */
};

struct gateway_lane {
    struct gateway_loop *loop;
    struct gateway_gate *gate;
    enum gateway_lane_kind kind;
    struct gateway_gather *open, *idle, *failed;
    unsigned in_flight, idle_count;
};

struct gateway_loop {
    struct gateway *gateway;
    struct call_recorder *recorder;
    struct buf record;
    uint8_t random[4096];
    size_t random_left;
    struct gateway_lane *lanes; /* LANE_COUNT for each gate */
    struct gateway_list waiting, intended;
    struct mutex mutex;
    struct gateway_gather *done; /* guarded */
    struct proxy_loop *http;     /* guarded; NULL: not to be woken */
    struct proxy_loop *self;     /* the same for the loop's own thread; NULL: it is gone */
};

struct gateway_loop *gateway_loop_of(struct gateway *gateway, struct proxy_loop *http);
void gateway_loop_destroy(struct gateway_loop *loop);
struct uuid gateway_loop_make_id(struct gateway_loop *loop);

/* Gather; `ticket` may be NULL. */
void gateway_gather_add(
    struct gateway_loop *loop, struct gateway_gate *gate, struct str record, const struct gateway_item *item);

void gateway_loop_turn(struct gateway_loop *loop);   /* hand over what was gathered */
void gateway_loop_finish(struct gateway_loop *loop); /* take what came back from admission */
void gateway_loop_second(struct gateway_loop *loop); /* try again what failed */
void gateway_loop_wake_all(struct gateway *gateway);
bool gateway_loop_is_idle(struct gateway_loop *loop);  /* nothing is in admission's hands */
bool gateway_loop_has_more(struct gateway_loop *loop); /* something waits to be handed over, or failed */

/* ---- ticket.c ---- */

void gateway_list_add(struct gateway_list *list, struct gateway_call *call, struct instant now);
void gateway_list_remove(struct gateway_call *call); /* fine where it is in none */

struct gateway_ticket *gateway_ticket_create(struct gateway_call *call);
void gateway_ticket_leave(struct gateway_call *call);      /* the call forgets its ticket */
void gateway_ticket_let_go(struct gateway_ticket *ticket); /* an item does; NULL is fine */

/* ---- keeper.c ---- */

enum gateway_trouble { TROUBLE_LEDGER, TROUBLE_IDENTITY, TROUBLE_RECORD, TROUBLE_UPSTREAM, TROUBLE_RELOAD };

struct gateway_keeper *gateway_keeper_start(struct gateway *gateway);
void gateway_keeper_stop(struct gateway_keeper *owned_keeper); /* NULL is fine */
void gateway_keeper_wake(struct gateway_keeper *keeper);
/* To the log, at most once a minute for each gate and kind. */
void gateway_tell(struct gateway_gate *gate, enum gateway_trouble kind, const char *message);
