/* SPDX-License-Identifier: Apache-2.0 */
/*
 * queue: a ring of owned messages.
 *
 *   field                                  guarded by
 *   messages, first, count, weight, closed   mutex
 *   count_max, weight_max                    fixed at creation
 */
#include "sys/queue.h"

#include "base/check.h"
#include "base/own.h"
#include "sys/clock.h"
#include "sys/thread.h"

struct queued {
    void *message;
    uint64_t weight;
};

struct queue {
    struct mutex mutex;
    struct condition has_message, has_room;
    size_t count_max, first, count;
    uint64_t weight_max, weight;
    bool closed;
    struct queued messages[];
};

struct queue *queue_create(size_t count_max, uint64_t weight_max) {
    ASSERT(count_max > 0 && count_max < SIZE_MAX / sizeof(struct queued) / 2);
    struct queue *queue = mem_alloc(sizeof *queue + count_max * sizeof queue->messages[0]);
    mutex_init(&queue->mutex);
    condition_init(&queue->has_message);
    condition_init(&queue->has_room);
    queue->count_max = count_max;
    queue->weight_max = weight_max;
    return queue;
}

void queue_destroy(struct queue *queue) {
    if (queue == NULL)
        return;
    ASSERT(queue->count == 0);
    condition_finish(&queue->has_room);
    condition_finish(&queue->has_message);
    mutex_finish(&queue->mutex);
    mem_free(queue);
}

static bool fits(const struct queue *queue, uint64_t weight) {
    if (queue->count == 0)
        return true;
    return queue->count < queue->count_max && queue->weight <= queue->weight_max &&
           weight <= queue->weight_max - queue->weight;
}

/* What is left of a wait that began at `start`; waits may be woken early. */
static int64_t remaining_ms(struct instant start, int64_t timeout_ms) {
    int64_t passed_ms = (clock_instant(clock_real()).ns - start.ns) / 1000000;
    return passed_ms >= timeout_ms ? 0 : timeout_ms - passed_ms;
}

bool queue_push(struct queue *queue, void *owned_message, uint64_t weight, int64_t timeout_ms) {
    ASSERT(owned_message != NULL);
    struct instant start = clock_instant(clock_real());
    MUTEX_SCOPE(&queue->mutex);
    while (!queue->closed && !fits(queue, weight)) {
        int64_t left_ms = remaining_ms(start, timeout_ms);
        if (left_ms == 0)
            return false;
        (void)condition_wait_ms(&queue->has_room, &queue->mutex, left_ms);
    }
    if (queue->closed)
        return false;
    queue->messages[(queue->first + queue->count) % queue->count_max] =
        (struct queued){owned_message, weight};
    queue->count++;
    queue->weight += weight;
    condition_signal(&queue->has_message);
    return true;
}

void *queue_pop(struct queue *queue, int64_t timeout_ms) {
    struct instant start = clock_instant(clock_real());
    MUTEX_SCOPE(&queue->mutex);
    while (queue->count == 0) {
        int64_t left_ms = queue->closed ? 0 : remaining_ms(start, timeout_ms);
        if (left_ms == 0)
            return NULL;
        (void)condition_wait_ms(&queue->has_message, &queue->mutex, left_ms);
    }
    struct queued oldest = queue->messages[queue->first];
    queue->first = (queue->first + 1) % queue->count_max;
    queue->count--;
    queue->weight -= oldest.weight;
    /* Waiters have different weights: whoever fits goes ahead. */
    condition_broadcast(&queue->has_room);
    return oldest.message;
}

void queue_close(struct queue *queue) {
    MUTEX_SCOPE(&queue->mutex);
    queue->closed = true;
    condition_broadcast(&queue->has_message);
    condition_broadcast(&queue->has_room);
}

bool queue_is_closed(struct queue *queue) {
    MUTEX_SCOPE(&queue->mutex);
    return queue->closed;
}

size_t queue_count(struct queue *queue) {
    MUTEX_SCOPE(&queue->mutex);
    return queue->count;
}
