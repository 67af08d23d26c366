/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk: the one door to the file system. Everything durable goes through it, so that a test
 * can put a simulated disk behind it and pull the plug at any point.
 *
 * Names are relative paths below the disk's root, '/' between components; ".." and absolute
 * names are refused. What is durable when: file content after disk_sync(), names (created,
 * renamed, unlinked) after disk_sync_directory() of the folder that holds them.
 *
 * Threads: a disk may be shared; a file belongs to one thread, except that disk_read() may be
 * called from any thread while another appends.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"

#include <stdint.h>

struct disk;
struct disk_file;
struct buf;

enum disk_mode {
    DISK_READ,   /* must exist; read only */
    DISK_WRITE,  /* created where missing; read, append, truncate */
    DISK_CREATE, /* must not exist (ERROR_CONFLICT); read, append, truncate */
    /* As DISK_CREATE for a log that is hardly read again: append only, past the kernel's page cache where
     * the file system can. Up to a block of zeros may follow the content. */
    DISK_CREATE_LOG,
};

struct disk_stat {
    uint64_t size;
    bool is_directory;
    struct moment modified_at;
};

/* Called per entry, in no order; `name` is the last component. Return false to stop. */
typedef bool disk_on_entry(const char *name, bool is_directory, void *context);

struct disk_methods {
    struct disk_file *(*open)(struct disk *, const char *name, enum disk_mode, struct error *);
    bool (*append)(struct disk_file *, const void *data, size_t size, struct error *);
    bool (*read)(
        struct disk_file *, uint64_t offset, void *data, size_t size, size_t *ret_size, struct error *);
    bool (*size)(struct disk_file *, uint64_t *ret_size, struct error *);
    bool (*truncate)(struct disk_file *, uint64_t size, struct error *);
    bool (*sync)(struct disk_file *, struct error *);
    void (*close)(struct disk_file *);
    bool (*rename)(struct disk *, const char *from, const char *to, struct error *);
    bool (*unlink)(struct disk *, const char *name, struct error *);
    bool (*make_directory)(struct disk *, const char *name, struct error *);
    bool (*remove_directory)(struct disk *, const char *name, struct error *);
    bool (*sync_directory)(struct disk *, const char *name, struct error *);
    bool (*list)(struct disk *, const char *name, disk_on_entry *on_entry, void *context, struct error *);
    bool (*stat)(struct disk *, const char *name, struct disk_stat *ret_stat, struct error *);
    bool (*free_bytes)(struct disk *, uint64_t *ret_bytes, struct error *);
};

struct disk {
    const struct disk_methods *methods;
};
struct disk_file {
    const struct disk_methods *methods;
};

/* The real file system below `root`, which must exist. A symbolic link as the last part of a name is refused,
 * so that nothing planted in a data folder leads out of it; disk_real_follow_links() is for what people name.
 */
NODISCARD struct disk *disk_real_create(const char *root, struct error *error);
void disk_real_follow_links(struct disk *disk);
void disk_real_destroy(struct disk *disk);

/* The file, closed with disk_close(); NULL with ERROR_NOT_FOUND, ERROR_CONFLICT or ERROR_IO. */
NODISCARD struct disk_file *disk_open(
    struct disk *disk, const char *name, enum disk_mode mode, struct error *error);

/* Add at the end. After a failure the file may hold a part of the data. */
NODISCARD bool disk_append(struct disk_file *file, const void *data, size_t size, struct error *error);

/* Read up to `size` bytes at `offset`; fewer only at the end of the file. */
NODISCARD bool disk_read(
    struct disk_file *file, uint64_t offset, void *data, size_t size, size_t *ret_size, struct error *error);

/* Read exactly `size` bytes; ERROR_CORRUPT where the file ends before. */
NODISCARD bool disk_read_exactly(
    struct disk_file *file, uint64_t offset, void *data, size_t size, struct error *error);
NODISCARD bool disk_size(struct disk_file *file, uint64_t *ret_size, struct error *error);
NODISCARD bool disk_truncate(struct disk_file *file, uint64_t size, struct error *error);
NODISCARD bool disk_sync(struct disk_file *file, struct error *error); /* fdatasync */
void disk_close(struct disk_file *file);                               /* NULL is fine */
static inline void disk_closep(struct disk_file **file) {              /* SCOPED(disk_closep) */
    disk_close(*file);
}

/* Replaces `to` atomically. */
NODISCARD bool disk_rename(struct disk *disk, const char *from, const char *to, struct error *error);
NODISCARD bool disk_unlink(struct disk *disk, const char *name, struct error *error);

/* Fine where it exists already; parents must exist. */
NODISCARD bool disk_make_directory(struct disk *disk, const char *name, struct error *error);
/* ERROR_CONFLICT where it is not empty. */
NODISCARD bool disk_remove_directory(struct disk *disk, const char *name, struct error *error);
NODISCARD bool disk_sync_directory(
    struct disk *disk, const char *name, struct error *error); /* "" is the root */
NODISCARD bool disk_list(
    struct disk *disk, const char *name, disk_on_entry *on_entry, void *context, struct error *error);
NODISCARD bool disk_stat(
    struct disk *disk, const char *name, struct disk_stat *ret_stat, struct error *error);
NODISCARD bool disk_free_bytes(struct disk *disk, uint64_t *ret_bytes, struct error *error);

/* Read a whole file into `buf` (its limit holds: ERROR_LIMIT). */
NODISCARD bool disk_read_file(struct disk *disk, const char *name, struct buf *buf, struct error *error);
/* The same of a file that people name, wherever it is; links are followed. */
NODISCARD bool disk_read_path(const char *path, struct buf *buf, struct error *error);

/* Replace a file durably and atomically: temporary name, sync, rename, sync of the folder. */
NODISCARD bool disk_write_file(struct disk *disk, const char *name, struct bytes data, struct error *error);
