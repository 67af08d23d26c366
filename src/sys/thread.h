/* SPDX-License-Identifier: Apache-2.0 */
/*
 * thread: threads, mutexes and conditions. Errors of the system calls are our bugs or
 * exhaustion and abort; there is nothing a caller could do.
 */
#pragma once

#include "base/time.h"

#include <pthread.h>
#include <stdbool.h>

struct thread;
struct mutex {
    pthread_mutex_t handle;
};
struct condition {
    pthread_cond_t handle; /* on the monotonic clock */
};

/* Start `body(context)` on a thread with signals blocked; `name` (at most 15 characters)
 * shows in debuggers. The owner must join it. */
struct thread *thread_start(const char *name, void (*body)(void *context), void *context);
void thread_join(struct thread *owned_thread); /* NULL is fine */

void mutex_init(struct mutex *mutex);
void mutex_finish(struct mutex *mutex);
void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);

void condition_init(struct condition *condition);
void condition_finish(struct condition *condition);
void condition_wait(struct condition *condition, struct mutex *mutex);

/* Wait at most `timeout_ms`; false where the time ran out. */
bool condition_wait_ms(struct condition *condition, struct mutex *mutex, int64_t timeout_ms);
void condition_signal(struct condition *condition);
void condition_broadcast(struct condition *condition);

/* Lock for the rest of the scope: MUTEX_SCOPE(&thing->mutex); */
static inline void mutex_unlock_scope(struct mutex **mutex) {
    mutex_unlock(*mutex);
}
static inline struct mutex *mutex_locked(struct mutex *mutex) {
    mutex_lock(mutex);
    return mutex;
}
#define MUTEX_SCOPE(m)                                                                                       \
    struct mutex *scope_mutex_ __attribute__((cleanup(mutex_unlock_scope), unused)) = mutex_locked(m)
