/* SPDX-License-Identifier: Apache-2.0 */
/*
 * queue: where threads meet. Bounded, first in first out, owned messages: a pusher gives
 * its message away, a popper owns it.
 *
 * Threads: any number of pushers and poppers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue;

/* At most `count_max` messages whose weights add up to at most `weight_max` (a single heavier
 * message passes an empty queue, so nothing waits for ever). */
struct queue *queue_create(size_t count_max, uint64_t weight_max);

/* The queue must be empty: messages are owned and it does not know how to free them. */
void queue_destroy(struct queue *queue);

/* Push, waiting at most `timeout_ms` for room (0: not at all); false where there was none or
 * the queue is closed: the caller still owns the message. */
bool queue_push(struct queue *queue, void *owned_message, uint64_t weight, int64_t timeout_ms);

/* The oldest message, waiting at most `timeout_ms`; NULL where there was none. After
 * queue_close() what is left is still handed out, then NULL at once. */
void *queue_pop(struct queue *queue, int64_t timeout_ms);

/* No more pushes; wakes everyone. */
void queue_close(struct queue *queue);
bool queue_is_closed(struct queue *queue);
size_t queue_count(struct queue *queue);
