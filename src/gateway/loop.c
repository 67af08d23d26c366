/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop: from the loops to admission and back. What one turn of a loop gathers is one batch per lane; while
 * admission has as many batches of a lane as it may have, the next one grows. So a busy gateway makes large
 * groups, and an idle one does not wait.
 *
 * Invariants:
 * 1. A ledger is told of a call's end once: by the item with its number, when its record is durable or will
 *    never be, or where the call was refused before it had a record.
 * 2. An intent's item has no say after its call has ended otherwise.
 */
#include "base/check.h"
#include "base/own.h"
#include "sys/clock.h"
#include "sys/random.h"

#include "call.h"

#include <string.h>

enum {
    IN_FLIGHT_FAIL_CLOSED_MAX = 4, /* of a lane: somebody waits for them */
    IN_FLIGHT_MAX = 1,             /* nobody does: larger groups cost less */
    PACE_MS = 5,                   /* and a batch each so often, unless it is large */
    PACE_BYTES = 128 << 10,
    GATHER_BYTES_MAX = 1 << 20, /* more is handed over at once, if it may be */
    IN_FLIGHT_LARGE_MAX = 8,
    IDLE_MAX = 4,                    /* gathers of a lane whose memory is kept */
    FAILED_GATHER_BYTES = 128 << 10, /* what one that waits costs beside its records */
};

/* ---- the loop ---- */

struct gateway_loop *gateway_loop_of(struct gateway *gateway, struct proxy_loop *http) {
    unsigned index = proxy_loop_index(http);
    ASSERT(index < GATEWAY_LOOPS_MAX);
    struct gateway_loop *loop = atomic_load_explicit(&gateway->loops[index], memory_order_relaxed);
    if (loop != NULL)
        return loop;
    loop = MEM_NEW(struct gateway_loop);
    loop->gateway = gateway;
    loop->recorder = call_recorder_create();
    loop->record = BUF_INIT(BUF_UNBOUNDED);
    loop->lanes = mem_alloc_array(gateway->gate_count * LANE_COUNT, sizeof *loop->lanes);
    for (size_t i = 0; i < gateway->gate_count * LANE_COUNT; i++)
        loop->lanes[i] = (struct gateway_lane){.loop = loop,
            .gate = &gateway->gates[i / LANE_COUNT],
            .kind = (enum gateway_lane_kind)(i % LANE_COUNT)};
    mutex_init(&loop->mutex);
    loop->http = loop->self = http;
    atomic_store(&gateway->loops[index], loop);
    return loop;
}

static void destroy_gathers(struct gateway_gather *gather) {
    while (gather != NULL) {
        struct gateway_gather *next = gather->next;
        for (size_t i = 0; i < gather->count; i++)
            gateway_ticket_let_go(gather->items[i].ticket);
        admission_batch_destroy(gather->batch);
        mem_free(gather->items);
        mem_free(gather);
        gather = next;
    }
}

void gateway_loop_destroy(struct gateway_loop *loop) {
    if (loop == NULL)
        return;
    ASSERT(loop->done == NULL && gateway_loop_is_idle(loop));
    for (size_t i = 0; i < loop->gateway->gate_count * LANE_COUNT; i++) {
        destroy_gathers(loop->lanes[i].open);
        destroy_gathers(loop->lanes[i].idle);
        destroy_gathers(loop->lanes[i].failed);
    }
    call_recorder_destroy(loop->recorder);
    buf_finish(&loop->record);
    mutex_finish(&loop->mutex);
    mem_free(loop->lanes);
    mem_free(loop);
}

struct uuid gateway_loop_make_id(struct gateway_loop *loop) {
    if (loop->random_left < UUID_SIZE) {
        random_bytes(loop->random, sizeof loop->random);
        loop->random_left = sizeof loop->random;
    }
    loop->random_left -= UUID_SIZE;
    return uuid_random(loop->random + loop->random_left);
}

void gateway_loop_wake_all(struct gateway *gateway) {
    for (size_t i = 0; i < GATEWAY_LOOPS_MAX; i++) {
        struct gateway_loop *loop = atomic_load(&gateway->loops[i]);
        if (loop == NULL)
            continue;
        MUTEX_SCOPE(&loop->mutex);
        if (loop->http != NULL)
            proxy_loop_wake(loop->http);
    }
}

bool gateway_loop_is_idle(struct gateway_loop *loop) {
    for (size_t i = 0; i < loop->gateway->gate_count * LANE_COUNT; i++)
        if (loop->lanes[i].in_flight > 0)
            return false;
    return true;
}

bool gateway_loop_has_more(struct gateway_loop *loop) {
    for (size_t i = 0; i < loop->gateway->gate_count * LANE_COUNT; i++)
        if (loop->lanes[i].open != NULL || loop->lanes[i].failed != NULL)
            return true;
    return false;
}

/* ---- gathering ---- */

static struct gateway_gather *open_gather(struct gateway_lane *lane) {
    if (lane->open != NULL)
        return lane->open;
    struct gateway_gather *gather = lane->idle;
    if (gather != NULL) {
        lane->idle_count--;
        lane->idle = gather->next;
    } else {
        gather = MEM_NEW(struct gateway_gather);
        gather->lane = lane;
        gather->batch = admission_batch_create(lane->gate->gateway->options.admission, &lane->gate->sender);
    }
    gather->next = NULL;
    gather->began_at = clock_instant(lane->gate->gateway->clock);
    lane->open = gather;
    return gather;
}

static void append_item(struct gateway_gather *gather, const struct gateway_item *item, size_t size) {
    if (gather->count == gather->capacity) {
        gather->capacity = gather->capacity == 0 ? 64 : 2 * gather->capacity;
        gather->items = mem_resize_array(gather->items, gather->capacity, sizeof *gather->items);
    }
    gather->items[gather->count++] = *item;
    if (item->ticket != NULL)
        item->ticket->pending++;
    uint64_t bytes = size + GATEWAY_ITEM_BYTES;
    gather->bytes += bytes;
    atomic_fetch_add(&gather->lane->gate->gateway->memory_used, bytes);
}

void gateway_gather_add(struct gateway_loop *loop, struct gateway_gate *gate, struct str record,
    const struct gateway_item *item) {
    size_t index = (size_t)(gate - loop->gateway->gates);
    bool is_record = item->kind == ITEM_RECORD;
    struct gateway_gather *gather =
        open_gather(&loop->lanes[index * LANE_COUNT + (is_record ? LANE_RECORDS : LANE_INTENTS)]);
    if (is_record)
        admission_batch_add_numbered(gather->batch, record, item->sequence);
    else
        admission_batch_add_intent(gather->batch, record, item->sequence);
    append_item(gather, item, record.size);
}

static void give_back(struct gateway_gather *gather) {
    struct gateway_lane *lane = gather->lane;
    atomic_fetch_sub(&lane->gate->gateway->memory_used, gather->bytes);
    admission_batch_clear(gather->batch);
    gather->bytes = 0;
    gather->count = 0;
    gather->failed_since = (struct instant){0};
    gather->next = NULL;
    if (lane->idle_count == IDLE_MAX) {
        destroy_gathers(gather);
        return;
    }
    lane->idle_count++;
    gather->next = lane->idle;
    lane->idle = gather;
}

/* ---- there ---- */

/* On the admission thread. */
static void on_done(struct admission_batch *batch, void *context) {
    struct gateway_gather *gather = context;
    struct gateway_loop *loop = gather->lane->loop;
    (void)batch;
    MUTEX_SCOPE(&loop->mutex);
    bool is_first = loop->done == NULL;
    gather->next = loop->done;
    loop->done = gather;
    if (is_first && loop->http != NULL)
        proxy_loop_wake(loop->http);
}

static bool submit(struct gateway_gather *gather) {
    struct gateway_lane *lane = gather->lane;
    struct error ignored = {0};
    lane->in_flight++;
    if (admission_submit_later(
            lane->gate->gateway->options.admission, gather->batch, on_done, gather, &ignored))
        return true;
    lane->in_flight--; /* nothing was taken: the next turn tries again */
    return false;
}

static unsigned in_flight_max(const struct gateway_lane *lane) {
    if (lane->failed != NULL && lane->gate->entry->guarantee != GATEWAY_FAIL_CLOSED &&
        lane->open->bytes < GATHER_BYTES_MAX)
        return 0; /* the disk is full: few large batches to try again, not many small ones */
    if (lane->open->bytes >= GATHER_BYTES_MAX)
        return IN_FLIGHT_LARGE_MAX;
    bool somebody_waits = lane->gate->entry->guarantee == GATEWAY_FAIL_CLOSED;
    return somebody_waits ? IN_FLIGHT_FAIL_CLOSED_MAX : IN_FLIGHT_MAX;
}

/* Where nobody waits for the record, a sync for each call would cost more than the call. */
static bool may_grow(struct gateway_lane *lane) {
    struct gateway_gather *gather = lane->open;
    if (lane->loop->self == NULL || gather->bytes >= PACE_BYTES ||
        lane->gate->entry->guarantee == GATEWAY_FAIL_CLOSED)
        return false;
    int64_t ms = (clock_instant(lane->gate->gateway->clock).ns - gather->began_at.ns) / 1000000;
    if (ms >= PACE_MS)
        return false;
    proxy_loop_wake_in(lane->loop->self, PACE_MS - ms);
    return true;
}

void gateway_loop_turn(struct gateway_loop *loop) {
    for (size_t i = 0; i < loop->gateway->gate_count * LANE_COUNT; i++) {
        struct gateway_lane *lane = &loop->lanes[i];
        if (lane->open != NULL && lane->in_flight < in_flight_max(lane) && !may_grow(lane) &&
            submit(lane->open))
            lane->open = NULL;
    }
}

/* ---- and back ---- */

/* The record of a call that ended while its intent was on its way. */
static void add_late_record(struct gateway_lane *lane, struct gateway_ticket *ticket, struct moment time) {
    struct gateway_item item = {ITEM_RECORD, ticket->sequence, time, NULL, false};
    gateway_gather_add(lane->loop, lane->gate, str_of(ticket->late_record, ticket->late_record_size), &item);
}

static void intent_is_durable(struct gateway_lane *lane, const struct gateway_item *item) {
    struct gateway_ticket *ticket = item->ticket;
    if (ticket == NULL)
        return;
    if (ticket->late_record != NULL)
        add_late_record(lane, ticket, item->time);
    else if (ticket->call != NULL)
        gateway_call_intent_durable(ticket->call);
}

/* After a write that failed the intent may be in the journal all the same; then the ledger, which saves
 * nothing from now on, finds it at the next start. */
static void intent_has_failed(struct gateway_lane *lane, const struct gateway_item *item) {
    struct gateway_ticket *ticket = item->ticket;
    if (ticket == NULL)
        return;
    if (ticket->call != NULL)
        gateway_call_intent_failed(ticket->call);
    else
        ledger_refused(lane->gate->ledger, ticket->sequence); /* it never reached the upstream */
}

static void record_is_final(struct gateway_lane *lane, const struct gateway_item *item, bool is_lost) {
    struct gateway_ticket *ticket = item->ticket;
    if (item->sequence != 0 && !is_lost)
        ledger_recorded(lane->gate->ledger, item->sequence);
    if (item->sequence != 0 && is_lost)
        ledger_shed(lane->gate->ledger, item->sequence, item->time, "the record was refused");
    if (ticket == NULL)
        return;
    ticket->has_lost |= is_lost;
    if (ticket->pending > 1 || ticket->call == NULL)
        return;
    if (ticket->has_lost)
        gateway_call_unrecorded(ticket->call);
    else
        gateway_call_recorded(ticket->call);
}

static void settle_item(
    struct gateway_lane *lane, struct gateway_item *item, const struct admission_result *result) {
    bool is_refused = result->outcome == ADMISSION_REFUSED;
    if (is_refused)
        gateway_tell(lane->gate, TROUBLE_RECORD, result->reason);
    if (item->kind == ITEM_RECORD)
        record_is_final(lane, item, is_refused);
    else if (item->kind == ITEM_INTENT && is_refused)
        intent_has_failed(lane, item);
    else if (item->kind == ITEM_INTENT)
        intent_is_durable(lane, item);
    item->is_final = true;
    gateway_ticket_let_go(TAKE(item->ticket));
}

/* Intents are not tried again: who waits for them is told now. */
static void give_up_intents(struct gateway_gather *gather) {
    for (size_t i = 0; i < gather->count; i++) {
        struct gateway_item *item = &gather->items[i];
        if (!item->is_final && item->kind == ITEM_INTENT)
            intent_has_failed(gather->lane, item);
        gateway_ticket_let_go(TAKE(item->ticket));
    }
    give_back(gather);
}

/* No record of these will come in this life of the daemon. What is in flight at the ledger stays so: the
 * next start finds out what the journal has. */
static void give_up_records(struct gateway_gather *gather) {
    for (size_t i = 0; i < gather->count; i++) {
        struct gateway_ticket *ticket = gather->items[i].ticket;
        if (ticket != NULL && ticket->call != NULL)
            gateway_call_unrecorded(ticket->call);
        gateway_ticket_let_go(TAKE(gather->items[i].ticket));
    }
    give_back(gather);
}

static void finish_failed(struct gateway_gather *gather, const struct error *error) {
    struct gateway_lane *lane = gather->lane;
    struct gateway *gateway = lane->gate->gateway;
    struct error reason = {0};
    gateway_tell(lane->gate, TROUBLE_RECORD, error->message);
    if (admission_has_stopped(gateway->options.admission, &reason))
        atomic_store(&gateway->is_admission_broken, true);
    if (lane->kind == LANE_INTENTS) {
        give_up_intents(gather);
    } else if (atomic_load(&gateway->is_admission_broken)) {
        give_up_records(gather);
    } else {
        if (gather->failed_since.ns == 0) {
            gather->failed_since = clock_instant(gateway->clock);
            gather->bytes += FAILED_GATHER_BYTES;
            atomic_fetch_add(&gateway->memory_used, FAILED_GATHER_BYTES);
        }
        gather->next = lane->failed;
        lane->failed = gather;
    }
}

/* Where a batch failed some of it may be final all the same. */
static void finish(struct gateway_gather *gather) {
    struct error error = {0};
    bool has_failed = admission_batch_failed(gather->batch, &error);
    gather->lane->in_flight--;
    for (size_t i = 0; i < gather->count; i++) {
        struct admission_result result = admission_batch_result(gather->batch, i);
        ASSERT(has_failed || result.outcome != ADMISSION_PENDING);
        if (!gather->items[i].is_final && result.outcome != ADMISSION_PENDING)
            settle_item(gather->lane, &gather->items[i], &result);
    }
    if (has_failed)
        finish_failed(gather, &error);
    else
        give_back(gather);
}

void gateway_loop_finish(struct gateway_loop *loop) {
    struct gateway_gather *done = NULL;
    {
        MUTEX_SCOPE(&loop->mutex);
        done = TAKE(loop->done);
    }
    while (done != NULL) {
        struct gateway_gather *gather = done;
        done = gather->next;
        gather->next = NULL;
        finish(gather);
    }
}

/* A reply is not held for ever on a disk that is full; its record is tried on. */
static void give_up_waiting(struct gateway_gather *gather, struct instant now) {
    if (now.ns - gather->failed_since.ns < (int64_t)GATEWAY_REPLY_WAIT_MS * 1000 * 1000)
        return;
    for (size_t i = 0; i < gather->count; i++) {
        struct gateway_ticket *ticket = gather->items[i].ticket;
        if (ticket != NULL && ticket->call != NULL)
            gateway_call_unrecorded(ticket->call);
    }
}

void gateway_loop_second(struct gateway_loop *loop) {
    struct instant now = clock_instant(loop->gateway->clock);
    for (size_t i = 0; i < loop->gateway->gate_count * LANE_COUNT; i++) {
        struct gateway_lane *lane = &loop->lanes[i];
        struct gateway_gather *failed = TAKE(lane->failed);
        while (failed != NULL) {
            struct gateway_gather *gather = failed;
            failed = gather->next;
            give_up_waiting(gather, now);
            if (submit(gather))
                continue;
            gather->next = lane->failed;
            lane->failed = gather;
        }
    }
}
