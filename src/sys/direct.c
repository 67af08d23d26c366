/* SPDX-License-Identifier: Apache-2.0 */
#include "direct.h"

#include "base/check.h"
#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
    BLOCK_SIZE = 4096, /* no disk in use has larger sectors, and memory pages have this size */
    STAGING_SIZE = 1 << 20,
};
_Static_assert(STAGING_SIZE % BLOCK_SIZE == 0, "full staging memory is whole blocks");

struct direct_writer {
    int descriptor;
    void *owned_memory;
    uint8_t *staging; /* in owned_memory, at a multiple of BLOCK_SIZE */
    size_t used;      /* bytes in staging: those of the file from `offset` on */
    uint64_t offset;  /* a multiple of BLOCK_SIZE */
};

struct direct_writer *direct_writer_create(int descriptor) {
    struct direct_writer *writer = MEM_NEW(struct direct_writer);
    writer->descriptor = descriptor;
    writer->owned_memory = mem_alloc(STAGING_SIZE + BLOCK_SIZE);
    size_t past = (uintptr_t)writer->owned_memory % BLOCK_SIZE;
    writer->staging = (uint8_t *)writer->owned_memory + (past == 0 ? 0 : BLOCK_SIZE - past);
    /* Where it is refused (as on some memory file systems), writes go through the cache. */
    int flags = fcntl(descriptor, F_GETFL);
    if (flags >= 0)
        IGNORE(fcntl(descriptor, F_SETFL, flags | O_DIRECT) != 0, "slower and as good");
    return writer;
}

void direct_writer_destroy(struct direct_writer *writer) {
    if (writer == NULL)
        return;
    mem_free(writer->owned_memory);
    mem_free(writer);
}

/* Some file systems take the flag and then refuse the writes. True where it was set until now. */
static bool leave_direct_mode(const struct direct_writer *writer) {
    int flags = fcntl(writer->descriptor, F_GETFL);
    return flags >= 0 && (flags & O_DIRECT) != 0 &&
           fcntl(writer->descriptor, F_SETFL, flags & ~O_DIRECT) == 0;
}

static bool write_blocks(struct direct_writer *writer, size_t size, struct error *error) {
    ASSERT(size % BLOCK_SIZE == 0 && writer->offset % BLOCK_SIZE == 0);
    for (size_t done = 0; done < size;) {
        ssize_t written =
            pwrite(writer->descriptor, writer->staging + done, size - done, (off_t)(writer->offset + done));
        if (written < 0 && (errno == EINTR || (errno == EINVAL && leave_direct_mode(writer))))
            continue;
        if (written <= 0)
            return error_set_errno(error, written < 0 ? errno : ENOSPC, "append %zu bytes", size);
        done += (size_t)written;
    }
    return true;
}

/* Write what is staged, and keep the bytes of an unfinished block for the next time. */
static bool flush(struct direct_writer *writer, struct error *error) {
    size_t rest = writer->used % BLOCK_SIZE, whole = writer->used - rest;
    if (rest > 0)
        memset(writer->staging + writer->used, 0, BLOCK_SIZE - rest);
    if (!write_blocks(writer, rest > 0 ? whole + BLOCK_SIZE : whole, error))
        return false;
    memmove(writer->staging, writer->staging + whole, rest);
    writer->offset += whole;
    writer->used = rest;
    return true;
}

bool direct_writer_append(struct direct_writer *writer, const void *data, size_t size, struct error *error) {
    for (size_t done = 0; done < size;) {
        size_t room = STAGING_SIZE - writer->used;
        size_t part = size - done < room ? size - done : room;
        memcpy(writer->staging + writer->used, (const uint8_t *)data + done, part);
        writer->used += part;
        done += part;
        if (!flush(writer, error))
            return false;
    }
    return true;
}
