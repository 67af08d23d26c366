/* SPDX-License-Identifier: Apache-2.0 */
/* thread: POSIX threads with the failures that nobody could handle turned into aborts. */
#include "sys/thread.h"

#include "base/check.h"
#include "base/own.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

struct thread {
    pthread_t handle;
    void (*body)(void *context);
    void *context;
};

static void *run(void *context) {
    struct thread *thread = context;
    thread->body(thread->context);
    return NULL;
}

struct thread *thread_start(const char *name, void (*body)(void *context), void *context) {
    ASSERT(strlen(name) <= 15);
    struct thread *thread = MEM_NEW(struct thread);
    thread->body = body;
    thread->context = context;
    /* Signals belong to the thread that waits for them (sys/process.h). */
    sigset_t all, before;
    ASSERT(sigfillset(&all) == 0 && pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
    ASSERT(pthread_create(&thread->handle, NULL, run, thread) == 0);
    ASSERT(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
    (void)pthread_setname_np(thread->handle, name);
    return thread;
}

void thread_join(struct thread *owned_thread) {
    if (owned_thread == NULL)
        return;
    ASSERT(pthread_join(owned_thread->handle, NULL) == 0);
    mem_free(owned_thread);
}

void mutex_init(struct mutex *mutex) {
    ASSERT(pthread_mutex_init(&mutex->handle, NULL) == 0);
}

void mutex_finish(struct mutex *mutex) {
    ASSERT(pthread_mutex_destroy(&mutex->handle) == 0);
}

void mutex_lock(struct mutex *mutex) {
    ASSERT(pthread_mutex_lock(&mutex->handle) == 0);
}

void mutex_unlock(struct mutex *mutex) {
    ASSERT(pthread_mutex_unlock(&mutex->handle) == 0);
}

void condition_init(struct condition *condition) {
    pthread_condattr_t attributes;
    ASSERT(pthread_condattr_init(&attributes) == 0);
    ASSERT(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    ASSERT(pthread_cond_init(&condition->handle, &attributes) == 0);
    ASSERT(pthread_condattr_destroy(&attributes) == 0);
}

void condition_finish(struct condition *condition) {
    ASSERT(pthread_cond_destroy(&condition->handle) == 0);
}

void condition_wait(struct condition *condition, struct mutex *mutex) {
    ASSERT(pthread_cond_wait(&condition->handle, &mutex->handle) == 0);
}

bool condition_wait_ms(struct condition *condition, struct mutex *mutex, int64_t timeout_ms) {
    struct timespec until;
    ASSERT(clock_gettime(CLOCK_MONOTONIC, &until) == 0);
    if (timeout_ms < 0)
        timeout_ms = 0;
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += timeout_ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    int result = pthread_cond_timedwait(&condition->handle, &mutex->handle, &until);
    ASSERT(result == 0 || result == ETIMEDOUT);
    return result == 0;
}

void condition_signal(struct condition *condition) {
    ASSERT(pthread_cond_signal(&condition->handle) == 0);
}

void condition_broadcast(struct condition *condition) {
    ASSERT(pthread_cond_broadcast(&condition->handle) == 0);
}
