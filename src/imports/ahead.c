/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ahead.c: the packed files of a run out of a bucket that is far away, several at a time and before they are
 * asked for: such a bucket takes its time to answer, however small a file is. Small ones only, by the size
 * that the listing tells, so that what waits here takes no more than a run's packed bytes and one file's.
 * A file that cannot be had this way is none the worse for it: whoever wants it fetches it then.
 */
#include "base/own.h"
#include "objects/objects.h"

#include "private.h"

enum {
    FETCHERS = 4, /* of each thread that imports: together as many as connections to a bucket are kept */
    AHEAD_FILE_BYTES = 4 << 20,
};

/* field / guarded by: next, is_tried, is_stopping / mutex; a file's `packed` its fetcher, then the owner */
struct imports_ahead {
    const struct archive *archive;
    struct imports_file *files;
    size_t count;
    struct mutex mutex;
    struct condition is_changed;
    struct thread *threads[FETCHERS];
    size_t next;
    bool *is_tried;
    bool is_stopping;
};

static void fetch_one(const struct imports_ahead *ahead, struct imports_file *file) {
    struct error ignored = {0};
    if (!file->file.is_listed || file->file.size == 0 || file->file.size > AHEAD_FILE_BYTES)
        return;
    file->packed = BUF_INIT((size_t)file->file.size);
    if (!archive_get(ahead->archive, &file->file, &file->packed, &ignored))
        buf_finish(&file->packed);
}

static void fetch_thread(void *context) {
    struct imports_ahead *ahead = context;
    MUTEX_SCOPE(&ahead->mutex);
    while (!ahead->is_stopping && ahead->next < ahead->count) {
        size_t i = ahead->next++;
        mutex_unlock(&ahead->mutex);
        fetch_one(ahead, &ahead->files[i]);
        mutex_lock(&ahead->mutex);
        ahead->is_tried[i] = true;
        condition_broadcast(&ahead->is_changed);
    }
}

struct imports_ahead *imports_ahead_start(
    const struct archive *archive, struct imports_file *files, size_t count) {
    struct imports_ahead *ahead = MEM_NEW(struct imports_ahead);
    ahead->archive = archive;
    ahead->files = files;
    ahead->count = count;
    ahead->is_tried = mem_alloc_array(count + 1, sizeof *ahead->is_tried);
    mutex_init(&ahead->mutex);
    condition_init(&ahead->is_changed);
    for (size_t i = 0; i < FETCHERS && i < count; i++)
        ahead->threads[i] = thread_start("import ahead", fetch_thread, ahead);
    return ahead;
}

void imports_ahead_wait(struct imports_ahead *ahead, size_t i) {
    if (ahead == NULL)
        return;
    MUTEX_SCOPE(&ahead->mutex);
    while (!ahead->is_tried[i])
        condition_wait(&ahead->is_changed, &ahead->mutex);
}

void imports_ahead_destroy(struct imports_ahead *ahead) {
    if (ahead == NULL)
        return;
    mutex_lock(&ahead->mutex);
    ahead->is_stopping = true;
    mutex_unlock(&ahead->mutex);
    for (size_t i = 0; i < FETCHERS; i++)
        thread_join(ahead->threads[i]);
    condition_finish(&ahead->is_changed);
    mutex_finish(&ahead->mutex);
    mem_free(ahead->is_tried);
    mem_free(ahead);
}
