/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call: one call's life, from the head of its request to the release of its reply. What is promised when:
 *
 *   buffered, best-effort  request ─▶ (room? a number) ─▶ upstream ─▶ reply flows ─▶ record gathers
 *   fail-closed            request ─▶ intent ═durable═▶ upstream ─▶ reply held ─▶ record ═durable═▶ release
 *   not forwarded          request ─▶ record (═durable═▶ where fail-closed) answer
 *
 * Invariant: a call with a number tells its ledger of one end, here by a refusal, or in loop.c by its record.
 * Whatever answers, releases or breaks a relay stands last in its function: the call may be gone after it.
 */
#include "call.h"

#include "base/check.h"
#include "sys/clock.h"

bool gateway_call_is_fail_closed(const struct gateway_call *call) {
    return call->gate->entry->guarantee == GATEWAY_FAIL_CLOSED;
}

struct moment gateway_call_now(const struct gateway_call *call) {
    return clock_now(call->gate->gateway->clock);
}

void gateway_call_hold(struct gateway_call *call) {
    if (!call->is_held)
        proxy_relay_hold(call->relay);
    call->is_held = true;
}

void gateway_call_release(struct gateway_call *call) {
    bool was_held = call->is_held;
    call->is_held = false;
    if (was_held)
        proxy_relay_release(call->relay);
}

void gateway_call_refuse(struct gateway_call *call, enum gateway_fault fault) {
    gateway_request_stop_waiting(call);
    call->stage = STAGE_OVER;
    ledger_refused(call->gate->ledger, call->sequence);
    struct gateway_answer answer = gateway_answer_of(call, fault);
    gateway_answer_send(call, &answer);
}

bool gateway_call_has_room(const struct gateway *gateway) {
    return atomic_load_explicit(&gateway->memory_used, memory_order_relaxed) < gateway->memory_max &&
           !atomic_load_explicit(&gateway->is_admission_broken, memory_order_relaxed);
}

void gateway_call_record(struct gateway_call *call) {
    struct gateway_gate *gate = call->gate;
    size_t count = call->protocol.part_count > 0 ? call->protocol.part_count : 1;
    struct moment now = gateway_call_now(call);
    gateway_list_remove(call);
    if (call->sequence == 0)
        return;
    if (gate->entry->guarantee == GATEWAY_BEST_EFFORT && !gateway_call_has_room(gate->gateway)) {
        ledger_shed(gate->ledger, call->sequence, now, "records waited for the disk and memory was full");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct gateway_item item = {ITEM_RECORD, i == 0 ? call->sequence : 0, now, call->ticket, false};
        gateway_gather_add(call->loop, gate, gateway_record_build(call, i, false), &item);
    }
}

void gateway_call_settle(struct gateway_call *call) {
    gateway_call_record(call);
    if (call->ticket != NULL && call->ticket->pending > 0) {
        call->stage = STAGE_SETTLES;
        return;
    }
    call->stage = STAGE_OVER;
    gateway_ticket_leave(call);
    if (call->answer.status != 0)
        gateway_answer_send(call, &call->answer);
    else if (call->must_break)
        proxy_relay_break(call->relay);
}

void gateway_call_deny(struct gateway_call *call, const struct gateway_answer *answer) {
    call->answer = *answer;
    gateway_answer_make_request_id(call);
    call->protocol.error_code = answer->code;
    call->protocol.error_message = answer->message;
    if (gateway_call_is_fail_closed(call)) {
        gateway_call_hold(call);
        call->ticket = gateway_ticket_create(call);
    }
    gateway_call_settle(call);
}

/* ---- what admission made of it ---- */

void gateway_call_intent_durable(struct gateway_call *call) {
    ASSERT(call->stage == STAGE_INTENDS);
    call->stage = STAGE_FORWARDED;
    gateway_list_add(&call->loop->intended, call, clock_instant(call->gate->gateway->clock));
    gateway_call_release(call);
}

void gateway_call_intent_failed(struct gateway_call *call) {
    ASSERT(call->stage == STAGE_INTENDS);
    struct gateway_answer answer = gateway_answer_of(call, FAULT_UNRECORDED);
    gateway_ticket_leave(call);
    call->stage = STAGE_OVER;
    ledger_refused(call->gate->ledger, call->sequence);
    gateway_answer_send(call, &answer);
}

void gateway_call_recorded(struct gateway_call *call) {
    ASSERT(call->stage == STAGE_SETTLES);
    call->stage = STAGE_OVER;
    gateway_ticket_leave(call);
    if (call->answer.status != 0)
        gateway_answer_send(call, &call->answer);
    else if (call->must_break)
        proxy_relay_break(call->relay);
    else
        proxy_relay_release(call->relay);
}

void gateway_call_unrecorded(struct gateway_call *call) {
    if (call->stage != STAGE_SETTLES)
        return;
    bool was_denied = call->is_held; /* a request that was forwarded is no longer held */
    call->stage = STAGE_OVER;
    gateway_ticket_leave(call);
    if (was_denied) {
        struct gateway_answer answer = gateway_answer_of(call, FAULT_UNRECORDED);
        gateway_answer_send(call, &answer);
    } else {
        proxy_relay_break(call->relay);
    }
}

/* Intents of calls that take long: the journal need not keep all that came since. */
static void renew(struct gateway_loop *loop) {
    struct instant now = clock_instant(loop->gateway->clock);
    for (;;) {
        struct gateway_call *call = loop->intended.first;
        if (call == NULL || now.ns - call->since.ns < (int64_t)GATEWAY_RENEW_MS * 1000 * 1000)
            return;
        struct gateway_item item = {ITEM_RENEWAL, call->sequence, gateway_call_now(call), NULL, false};
        gateway_gather_add(loop, call->gate, gateway_record_build(call, 0, true), &item);
        gateway_list_remove(call);
        gateway_list_add(&loop->intended, call, now);
    }
}

/* ---- the loop's own ---- */

static void on_turn(struct proxy_loop *http, void *context) {
    gateway_loop_turn(gateway_loop_of(context, http));
}

static void on_wake(struct proxy_loop *http, void *context) {
    struct gateway_loop *loop = gateway_loop_of(context, http);
    gateway_loop_finish(loop);
    gateway_call_tend(loop);
}

static void on_second(struct proxy_loop *http, void *context) {
    struct gateway_loop *loop = gateway_loop_of(context, http);
    gateway_loop_finish(loop);
    gateway_loop_second(loop);
    gateway_call_tend(loop);
    renew(loop);
}

struct proxy_relay_service gateway_call_service(struct gateway *gateway) {
    return (struct proxy_relay_service){.on_request = gateway_request_on_head,
        .on_collected = gateway_request_on_collected,
        .on_body = gateway_request_on_body,
        .on_reply = gateway_reply_on_head,
        .on_reply_body = gateway_reply_on_body,
        .on_end = gateway_reply_on_end,
        .on_close = gateway_reply_on_close,
        .on_turn = on_turn,
        .on_wake = on_wake,
        .on_second = on_second,
        .context = gateway};
}
