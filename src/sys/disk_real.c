/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk_real: the kernel's file system below one root folder. Everything is relative to the
 * root's descriptor, and a symbolic link as last component is not followed unless asked for.
 */
#include "base/check.h"
#include "base/own.h"
#include "sys/disk.h"

#include "direct.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { DISK_MAGIC = 0x4b534944, FILE_MODE = 0600, DIRECTORY_MODE = 0700 };

struct real_disk {
    struct disk disk;
    uint32_t magic;
    int root;
    bool follows_links;
};

struct real_file {
    struct disk_file file;
    int descriptor;
    uint64_t end;              /* where the next append goes */
    struct direct_writer *log; /* NULL: appends go through the kernel's cache */
};

static const struct disk_methods real_methods;

static struct real_disk *real_of(struct disk *disk) {
    struct real_disk *real = (struct real_disk *)disk;
    ASSERT_IS(real, DISK);
    return real;
}

static struct real_file *file_of(struct disk_file *file) {
    ASSERT(file->methods == &real_methods);
    return (struct real_file *)file;
}

static const char *or_root(const char *name) {
    return name[0] == '\0' ? "." : name;
}

/* The kernel's refusal in our kinds: callers decide by these three. */
static bool refuse(struct error *error, const char *task, const char *name) {
    int os_errno = errno;
    error_set_errno(error, os_errno, "%s %.200s", task, name);
    if (os_errno == ENOENT || os_errno == ENOTDIR)
        error->kind = ERROR_NOT_FOUND;
    if (os_errno == EEXIST || os_errno == ENOTEMPTY)
        error->kind = ERROR_CONFLICT;
    return false;
}

static struct disk_file *real_open(
    struct disk *disk, const char *name, enum disk_mode mode, struct error *error) {
    int flags = O_CLOEXEC | (real_of(disk)->follows_links ? 0 : O_NOFOLLOW);
    switch (mode) {
    case DISK_READ:
        flags |= O_RDONLY | O_NONBLOCK; /* a pipe is refused below instead of waited for */
        break;
    case DISK_WRITE:
        flags |= O_RDWR | O_CREAT;
        break;
    case DISK_CREATE:
    case DISK_CREATE_LOG:
        flags |= O_RDWR | O_CREAT | O_EXCL;
        break;
    }
    int descriptor = openat(real_of(disk)->root, name, flags, FILE_MODE);
    struct stat status;
    if (descriptor < 0 || fstat(descriptor, &status) != 0) {
        refuse(error, "open", name);
        if (descriptor >= 0)
            (void)close(descriptor);
        return NULL;
    }
    if (!S_ISREG(status.st_mode)) {
        (void)close(descriptor);
        error_set(error, ERROR_INVALID, "open %.200s: not a regular file", name);
        return NULL;
    }
    struct real_file *file = MEM_NEW(struct real_file);
    file->file.methods = &real_methods;
    file->descriptor = descriptor;
    file->end = (uint64_t)status.st_size;
    if (mode == DISK_CREATE_LOG)
        file->log = direct_writer_create(descriptor);
    return &file->file;
}

static bool real_append(struct disk_file *handle, const void *data, size_t size, struct error *error) {
    struct real_file *file = file_of(handle);
    const uint8_t *bytes = data;
    if (file->log != NULL)
        return direct_writer_append(file->log, data, size, error);
    for (size_t done = 0; done < size;) {
        ssize_t written = pwrite(file->descriptor, bytes + done, size - done, (off_t)file->end);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return error_set_errno(error, written < 0 ? errno : ENOSPC, "append %zu bytes", size);
        done += (size_t)written;
        file->end += (uint64_t)written;
    }
    return true;
}

static bool real_read(struct disk_file *handle, uint64_t offset, void *data, size_t size, size_t *ret_size,
    struct error *error) {
    ASSERT(file_of(handle)->log == NULL);
    uint8_t *bytes = data;
    size_t done = 0;
    while (done < size) {
        ssize_t got = pread(file_of(handle)->descriptor, bytes + done, size - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set_errno(error, errno, "read %zu bytes", size);
        if (got == 0)
            break;
        done += (size_t)got;
    }
    *ret_size = done;
    return true;
}

static bool real_size(struct disk_file *file, uint64_t *ret_size, struct error *error) {
    struct stat status;
    if (fstat(file_of(file)->descriptor, &status) != 0)
        return error_set_errno(error, errno, "size of a file");
    *ret_size = (uint64_t)status.st_size;
    return true;
}

static bool real_truncate(struct disk_file *file, uint64_t size, struct error *error) {
    ASSERT(file_of(file)->log == NULL);
    if (ftruncate(file_of(file)->descriptor, (off_t)size) != 0)
        return error_set_errno(error, errno, "truncate");
    file_of(file)->end = size;
    return true;
}

static bool real_sync(struct disk_file *file, struct error *error) {
    return fdatasync(file_of(file)->descriptor) == 0 || error_set_errno(error, errno, "sync");
}

static void real_close(struct disk_file *file) {
    direct_writer_destroy(file_of(file)->log);
    (void)close(file_of(file)->descriptor);
    mem_free(file);
}

static bool real_rename(struct disk *disk, const char *from, const char *to, struct error *error) {
    int root = real_of(disk)->root;
    return renameat(root, from, root, to) == 0 || refuse(error, "rename", from);
}

static bool real_unlink(struct disk *disk, const char *name, struct error *error) {
    return unlinkat(real_of(disk)->root, name, 0) == 0 || refuse(error, "unlink", name);
}

static bool real_make_directory(struct disk *disk, const char *name, struct error *error) {
    struct stat status;
    int root = real_of(disk)->root;
    if (mkdirat(root, name, DIRECTORY_MODE) == 0)
        return true;
    int os_errno = errno;
    if (os_errno == EEXIST && fstatat(root, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISDIR(status.st_mode))
        return true;
    errno = os_errno;
    return refuse(error, "make folder", name);
}

static bool real_remove_directory(struct disk *disk, const char *name, struct error *error) {
    return unlinkat(real_of(disk)->root, name, AT_REMOVEDIR) == 0 || refuse(error, "remove folder", name);
}

static int open_directory(struct disk *disk, const char *name) {
    int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (real_of(disk)->follows_links ? 0 : O_NOFOLLOW);
    return openat(real_of(disk)->root, or_root(name), flags);
}

static bool real_sync_directory(struct disk *disk, const char *name, struct error *error) {
    int descriptor = open_directory(disk, name);
    if (descriptor < 0)
        return refuse(error, "sync folder", or_root(name));
    bool done = fsync(descriptor) == 0 || refuse(error, "sync folder", or_root(name));
    (void)close(descriptor);
    return done;
}

static bool entry_is_directory(int descriptor, const struct dirent *entry) {
    struct stat status;
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    return fstatat(descriptor, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
}

static bool real_list(
    struct disk *disk, const char *name, disk_on_entry *on_entry, void *context, struct error *error) {
    int descriptor = open_directory(disk, name);
    DIR *directory = descriptor < 0 ? NULL : fdopendir(descriptor);
    if (directory == NULL) {
        refuse(error, "list", or_root(name));
        if (descriptor >= 0)
            (void)close(descriptor);
        return false;
    }
    bool done = true;
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(directory);
        if (entry == NULL) {
            done = errno == 0 || refuse(error, "list", or_root(name));
            break;
        }
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (!on_entry(entry->d_name, entry_is_directory(descriptor, entry), context))
            break;
    }
    (void)closedir(directory);
    return done;
}

static bool real_stat(struct disk *disk, const char *name, struct disk_stat *ret_stat, struct error *error) {
    struct stat status;
    int flags = real_of(disk)->follows_links ? 0 : AT_SYMLINK_NOFOLLOW;
    if (fstatat(real_of(disk)->root, or_root(name), &status, flags) != 0)
        return refuse(error, "stat", or_root(name));
    *ret_stat = (struct disk_stat){
        .size = (uint64_t)status.st_size,
        .is_directory = S_ISDIR(status.st_mode),
        .modified_at.ms = (int64_t)status.st_mtim.tv_sec * MS_PER_SECOND + status.st_mtim.tv_nsec / 1000000,
    };
    return true;
}

static bool real_free_bytes(struct disk *disk, uint64_t *ret_bytes, struct error *error) {
    struct statvfs status;
    if (fstatvfs(real_of(disk)->root, &status) != 0)
        return error_set_errno(error, errno, "free space");
    *ret_bytes = (uint64_t)status.f_bavail * (uint64_t)status.f_frsize;
    return true;
}

static const struct disk_methods real_methods = {
    .open = real_open,
    .append = real_append,
    .read = real_read,
    .size = real_size,
    .truncate = real_truncate,
    .sync = real_sync,
    .close = real_close,
    .rename = real_rename,
    .unlink = real_unlink,
    .make_directory = real_make_directory,
    .remove_directory = real_remove_directory,
    .sync_directory = real_sync_directory,
    .list = real_list,
    .stat = real_stat,
    .free_bytes = real_free_bytes,
};

struct disk *disk_real_create(const char *root, struct error *error) {
    int descriptor = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        refuse(error, "open folder", root);
        return NULL;
    }
    struct real_disk *real = MEM_NEW(struct real_disk);
    real->disk.methods = &real_methods;
    real->magic = DISK_MAGIC;
    real->root = descriptor;
    return &real->disk;
}

void disk_real_follow_links(struct disk *disk) {
    real_of(disk)->follows_links = true;
}

void disk_real_destroy(struct disk *disk) {
    if (disk == NULL)
        return;
    struct real_disk *real = real_of(disk);
    (void)close(real->root);
    real->magic = 0;
    mem_free(real);
}

bool disk_read_path(const char *path, struct buf *buf, struct error *error) {
    const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
    SCOPED(own_free) char *folder = slash == NULL ? NULL : mem_copy(path, (size_t)(name - path));
    struct disk *disk = disk_real_create(folder == NULL ? "." : folder, error);
    if (disk == NULL)
        return false;
    disk_real_follow_links(disk);
    bool done = disk_read_file(disk, name, buf, error);
    disk_real_destroy(disk);
    return done;
}
