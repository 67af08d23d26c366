/* SPDX-License-Identifier: Apache-2.0 */
/* locks: slots taken in rising order, so that two who want all of them cannot block each other. */
#include "locks.h"

#include "codec/hash.h"

void objects_locks_init(struct objects_locks *locks) {
    *locks = (struct objects_locks){0};
    mutex_init(&locks->mutex);
    condition_init(&locks->freed);
}

void objects_locks_finish(struct objects_locks *locks) {
    condition_finish(&locks->freed);
    mutex_finish(&locks->mutex);
}

static struct objects_lock take(struct objects_locks *locks, unsigned first, unsigned last) {
    MUTEX_SCOPE(&locks->mutex);
    for (unsigned i = first; i <= last; i++) {
        while (locks->taken[i])
            condition_wait(&locks->freed, &locks->mutex);
        locks->taken[i] = true;
    }
    return (struct objects_lock){locks, first, last};
}

struct objects_lock objects_lock_key(struct objects_locks *locks, struct str bucket, struct str key) {
    uint32_t hash = hash_crc32c(hash_crc32c(0, str_bytes(bucket)), str_bytes(key));
    return take(locks, hash % OBJECTS_LOCK_COUNT, hash % OBJECTS_LOCK_COUNT);
}

struct objects_lock objects_lock_all(struct objects_locks *locks) {
    return take(locks, 0, OBJECTS_LOCK_COUNT - 1);
}

void objects_lock_release(struct objects_lock *lock) {
    MUTEX_SCOPE(&lock->locks->mutex);
    for (unsigned i = lock->first; i <= lock->last; i++)
        lock->locks->taken[i] = false;
    condition_broadcast(&lock->locks->freed);
}
