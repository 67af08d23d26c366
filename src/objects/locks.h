/* SPDX-License-Identifier: Apache-2.0 */
/*
 * locks: one writer per key, one change of a bucket at a time. Keys share a fixed number of slots. A
 * holder may do I/O: what waits, waits on a condition, no mutex is held meanwhile.
 *
 * Threads: any.
 */
#pragma once

#include "base/str.h"
#include "sys/thread.h"

enum { OBJECTS_LOCK_COUNT = 64 };

struct objects_locks {
    struct mutex mutex; /* guards `taken` */
    struct condition freed;
    bool taken[OBJECTS_LOCK_COUNT];
};

struct objects_lock { /* what is held; released at the end of its scope */
    struct objects_locks *locks;
    unsigned first, last;
};

void objects_locks_init(struct objects_locks *locks);
void objects_locks_finish(struct objects_locks *locks);

/* Hold one key, or everything. A holder takes no second lock. */
struct objects_lock objects_lock_key(struct objects_locks *locks, struct str bucket, struct str key);
struct objects_lock objects_lock_all(struct objects_locks *locks);
void objects_lock_release(struct objects_lock *lock);
