/* SPDX-License-Identifier: Apache-2.0 */
#include "exchange.h"

#include "base/check.h"
#include "base/own.h"
#include "sys/clock.h"

enum { NS_PER_MS = 1000000 };

struct instant engine_deadline(int64_t ms) {
    int64_t ns = 0;
    if (ms <= 0 || __builtin_mul_overflow(ms, (int64_t)NS_PER_MS, &ns) ||
        __builtin_add_overflow(ns, clock_instant(clock_real()).ns, &ns))
        return INSTANT_NEVER;
    return (struct instant){ns};
}

/* What is known of a worker that broke off, in the error. */
static bool tell_end(struct engine_exchange *exchange, struct error *error) {
    struct child_end end;
    child_kill(exchange->child); /* it said its last; perhaps it lingers */
    child_wait(exchange->child, &end);
    exchange->is_over = true;
    if (atomic_load(&exchange->is_cancelled))
        return error_set(error, ERROR_CONFLICT, "cancelled");
    const char *colon = end.complaint[0] == '\0' ? "" : ": ";
    if (end.signal != 0)
        return error_set(error, ERROR_UNAVAILABLE, "the SQL engine's process was ended by signal %d%s%s",
            end.signal, colon, end.complaint);
    return error_set(error, ERROR_UNAVAILABLE, "the SQL engine's process ended with status %d%s%s",
        end.exit_code, colon, end.complaint);
}

bool engine_exchange_break(struct engine_exchange *exchange, struct error *error) {
    exchange->is_over = true;
    child_kill(exchange->child);
    if (atomic_load(&exchange->is_cancelled))
        return error_set(error, ERROR_CONFLICT, "cancelled");
    if (error->kind == ERROR_CORRUPT)
        error->kind = ERROR_UNAVAILABLE; /* the worker is at fault; no stored bytes are known to be */
    return error_context(error, "the SQL engine's process");
}

void engine_exchange_end(struct engine_exchange *exchange) {
    child_destroy(exchange->child);
    exchange->child = NULL;
    buf_finish(&exchange->payload);
}

void engine_exchange_cancel(struct engine_exchange *exchange) {
    atomic_store(&exchange->is_cancelled, true);
    child_kill(exchange->child);
}

/* Bytes of a frame; ERROR_UNAVAILABLE where the worker ends before. */
static bool hear_bytes(struct engine_exchange *exchange, struct instant deadline, uint8_t *data, size_t size,
    struct error *error) {
    for (size_t done = 0; done < size;) {
        size_t heard = 0;
        if (!child_receive(exchange->child, deadline, data + done, size - done, &heard, error)) {
            if (error->kind == ERROR_LIMIT)
                (void)error_set(error, ERROR_LIMIT, "timed out");
            exchange->is_over = true;
            child_kill(exchange->child);
            return false;
        }
        if (heard == 0)
            return tell_end(exchange, error);
        done += heard;
    }
    return true;
}

bool engine_exchange_hear(struct engine_exchange *exchange, struct instant deadline,
    enum engine_frame_kind *ret_kind, struct bytes *ret_payload, struct error *error) {
    uint8_t head[ENGINE_FRAME_HEAD_SIZE];
    enum engine_frame_kind kind;
    size_t size = 0;
    if (exchange->is_over)
        return error_set(error, ERROR_UNAVAILABLE, "the SQL engine's process is over");
    if (!hear_bytes(exchange, deadline, head, sizeof head, error))
        return false;
    if (!engine_frame_parse_head(head, true, &kind, &size, error))
        return engine_exchange_break(exchange, error);
    buf_clear(&exchange->payload);
    uint8_t *data = buf_reserve(&exchange->payload, size);
    ASSERT(data != NULL);
    if (!hear_bytes(exchange, deadline, data, size, error))
        return false;
    if (kind == ENGINE_FRAME_FAILED) {
        engine_failure_parse(bytes_of(data, size), error);
        exchange->is_over = true;
        child_kill(exchange->child);
        if (error->kind == ERROR_CORRUPT)
            error->kind = ERROR_UNAVAILABLE;
        return false;
    }
    exchange->is_over = kind == ENGINE_FRAME_FILE || kind == ENGINE_FRAME_DONE;
    *ret_kind = kind;
    *ret_payload = bytes_of(data, size);
    return true;
}

bool engine_exchange_hear_only(struct engine_exchange *exchange, enum engine_frame_kind kind,
    struct instant deadline, struct bytes *ret_payload, struct error *error) {
    enum engine_frame_kind heard;
    if (!engine_exchange_hear(exchange, deadline, &heard, ret_payload, error))
        return false;
    if (heard == kind)
        return true;
    error_set(error, ERROR_CORRUPT, "an answer of kind %d instead of %d", (int)heard, (int)kind);
    return engine_exchange_break(exchange, error);
}

bool engine_exchange_say(struct engine_exchange *exchange, enum engine_frame_kind kind, struct bytes payload,
    struct instant deadline, struct error *error) {
    SCOPED(buf_finish) struct buf head = BUF_INIT(ENGINE_FRAME_HEAD_SIZE);
    engine_frame_append_head(&head, kind, payload.size);
    if (exchange->is_over)
        return error_set(error, ERROR_UNAVAILABLE, "the SQL engine's process is over");
    if (child_send(exchange->child, buf_bytes(&head), deadline, error) &&
        child_send(exchange->child, payload, deadline, error))
        return true;
    if (error->kind == ERROR_LIMIT)
        return engine_exchange_break(exchange, error);
    /* It does not listen because it failed: what it said of that is worth more than a broken pipe. */
    enum engine_frame_kind answer;
    struct bytes answered;
    if (engine_exchange_hear(exchange, deadline, &answer, &answered, error)) {
        error_set(error, ERROR_CORRUPT, "it answered before it was told all");
        return engine_exchange_break(exchange, error);
    }
    return false;
}
