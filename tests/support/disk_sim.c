/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulated disk: its methods and its crash. Changes of names wait in one ordered list for the
 * whole disk, changes of bytes in each file's own (disk_sim_node.h).
 */
#include "support/disk_sim.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/own.h"
#include "support/disk_sim_node.h"
#include "sys/thread.h"

#include <errno.h>
#include <string.h>

enum { SECTOR = 512, NAME_MAX_SIZE = 255 };

/* A change of names: `node` leaves from/from_name (where there is one) and appears at to/to_name. */
struct change {
    struct node *from, *to, *node;
    char *from_name, *to_name;
};

struct disk_sim {
    struct disk disk;
    struct mutex mutex; /* guards all below */
    uint64_t random;
    uint64_t operations;
    uint64_t generation; /* grows at each crash: older handles are dead */
    uint64_t free_bytes;
    int fail_in;
    bool fails_on;
    struct node *root;
    struct node *nodes;
    struct change *changes;
    size_t change_count;
};

struct sim_file {
    struct disk_file file;
    struct disk_sim *sim;
    struct node *node;
    uint64_t generation;
    bool writable;
};

static uint64_t roll(struct disk_sim *sim) { /* splitmix64 */
    uint64_t z = (sim->random += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static struct names *names_of(struct node *node, bool platter) {
    return platter ? &node->platter_names : &node->seen_names;
}

/* A name that points elsewhere by now stays: the changes may land in another order. */
static void change_apply(const struct change *change, bool platter) {
    if (change->from != NULL &&
        sim_names_find(names_of(change->from, platter), change->from_name) == change->node)
        sim_names_remove(names_of(change->from, platter), change->from_name);
    if (change->to != NULL)
        sim_names_set(names_of(change->to, platter), change->to_name, change->node);
}

static void change_forget(struct disk_sim *sim, size_t index) {
    mem_free(sim->changes[index].from_name);
    mem_free(sim->changes[index].to_name);
    sim->change_count--;
    memmove(
        &sim->changes[index], &sim->changes[index + 1], (sim->change_count - index) * sizeof sim->changes[0]);
}

static void change_add(struct disk_sim *sim, struct change change) {
    change_apply(&change, false);
    sim->changes = mem_resize_array(sim->changes, sim->change_count + 1, sizeof *sim->changes);
    sim->changes[sim->change_count++] = change;
}

/* The folder that holds the last component of `path`, which goes to `ret_name`; NULL where a
 * folder on the way is missing. */
static struct node *parent_of(struct disk_sim *sim, const char *path, char ret_name[NAME_MAX_SIZE + 1]) {
    struct node *node = sim->root;
    for (;;) {
        const char *slash = strchr(path, '/');
        size_t size = slash != NULL ? (size_t)(slash - path) : strlen(path);
        if (size > NAME_MAX_SIZE)
            return NULL;
        memcpy(ret_name, path, size);
        ret_name[size] = '\0';
        if (slash == NULL)
            return node;
        node = sim_names_find(&node->seen_names, ret_name);
        if (node == NULL || !node->is_directory)
            return NULL;
        path = slash + 1;
    }
}

static struct node *find(struct disk_sim *sim, const char *path) {
    char name[NAME_MAX_SIZE + 1];
    if (path[0] == '\0')
        return sim->root;
    struct node *parent = parent_of(sim, path, name);
    return parent != NULL ? sim_names_find(&parent->seen_names, name) : NULL;
}

static void write_add(struct sim_file *file, struct write write) {
    struct node *node = file->node;
    node->writes = mem_resize_array(node->writes, node->write_count + 1, sizeof *node->writes);
    node->writes[node->write_count++] = write;
    node->modified = file->sim->operations;
    if (write.is_truncate)
        sim_content_truncate(&node->seen, write.offset);
    else
        sim_content_write(&node->seen, write.offset, write.data, write.size);
}

static struct node *node_create(struct disk_sim *sim, bool is_directory) {
    struct node *node = MEM_NEW(struct node);
    node->is_directory = is_directory;
    node->seen = node->platter = BUF_INIT(BUF_UNBOUNDED);
    node->modified = sim->operations;
    node->next = sim->nodes;
    sim->nodes = node;
    return node;
}

/* Failures. */

static bool fails_now(struct disk_sim *sim) {
    sim->operations++;
    if (sim->fail_in < 0 || sim->fail_in-- > 0)
        return false;
    if (sim->fails_on)
        sim->fail_in = 0;
    return true;
}

static bool may(struct disk_sim *sim, const char *what, struct error *error) {
    return !fails_now(sim) || error_set_errno(error, EIO, "simulated failure: %.200s", what);
}

static bool refuse(struct error *error, enum error_kind kind, const char *what, const char *name) {
    return error_set(error, kind, "%s: %.200s", what, name);
}

static struct sim_file *file_of(struct disk_file *file) {
    return (struct sim_file *)file;
}

static bool check_alive(const struct sim_file *file, struct error *error) {
    return file->generation == file->sim->generation ||
           error_set_errno(error, EBADF, "handle from before the crash");
}

/* The methods of a file. */

static bool sim_append(struct disk_file *handle, const void *data, size_t size, struct error *error) {
    struct sim_file *file = file_of(handle);
    struct disk_sim *sim = file->sim;
    MUTEX_SCOPE(&sim->mutex);
    if (!check_alive(file, error))
        return false;
    ASSERT(file->writable);
    size_t fitting = size;
    int os_errno = 0;
    if (fails_now(sim)) {
        os_errno = roll(sim) % 2 == 0 ? EIO : ENOSPC;
        fitting = roll(sim) % 2 == 0 ? 0 : (size_t)(roll(sim) % (size + 1));
    } else if (size > sim->free_bytes) {
        os_errno = ENOSPC;
        fitting = (size_t)sim->free_bytes;
    }
    if (sim->free_bytes != UINT64_MAX)
        sim->free_bytes -= fitting < sim->free_bytes ? fitting : sim->free_bytes;
    if (fitting > 0)
        write_add(file, (struct write){file->node->seen.size, fitting, false, mem_copy(data, fitting)});
    return os_errno == 0 || error_set_errno(error, os_errno, "simulated failure: append");
}

static bool sim_read(struct disk_file *handle, uint64_t offset, void *data, size_t size, size_t *ret_size,
    struct error *error) {
    struct sim_file *file = file_of(handle);
    MUTEX_SCOPE(&file->sim->mutex);
    if (!check_alive(file, error) || !may(file->sim, "read", error))
        return false;
    const struct buf *seen = &file->node->seen;
    size_t left = offset < seen->size ? seen->size - (size_t)offset : 0;
    size_t got = left < size ? left : size;
    if (got > 0)
        memcpy(data, seen->data + offset, got);
    *ret_size = got;
    return true;
}

static bool sim_size(struct disk_file *handle, uint64_t *ret_size, struct error *error) {
    struct sim_file *file = file_of(handle);
    MUTEX_SCOPE(&file->sim->mutex);
    if (!check_alive(file, error) || !may(file->sim, "size", error))
        return false;
    *ret_size = file->node->seen.size;
    return true;
}

static bool sim_truncate(struct disk_file *handle, uint64_t size, struct error *error) {
    struct sim_file *file = file_of(handle);
    MUTEX_SCOPE(&file->sim->mutex);
    if (!check_alive(file, error) || !may(file->sim, "truncate", error))
        return false;
    ASSERT(file->writable);
    write_add(file, (struct write){size, 0, true, NULL});
    return true;
}

static bool sim_sync(struct disk_file *handle, struct error *error) {
    struct sim_file *file = file_of(handle);
    struct disk_sim *sim = file->sim;
    MUTEX_SCOPE(&sim->mutex);
    if (!check_alive(file, error))
        return false;
    /* The kernel marks pages clean after a failed sync: a later one does not write them again. */
    bool failed = fails_now(sim);
    for (size_t i = 0; i < file->node->write_count; i++)
        if (!failed || roll(sim) % 2 == 0)
            sim_write_land(file->node, &file->node->writes[i]);
    sim_writes_forget(file->node);
    return !failed || error_set_errno(error, EIO, "simulated failure: sync");
}

static void sim_close(struct disk_file *handle) {
    mem_free(handle);
}

/* The methods of the disk. */

static const struct disk_methods sim_methods;

static struct disk_file *sim_open(
    struct disk *disk, const char *path, enum disk_mode mode, struct error *error) {
    struct disk_sim *sim = (struct disk_sim *)disk;
    MUTEX_SCOPE(&sim->mutex);
    char name[NAME_MAX_SIZE + 1];
    if (!may(sim, path, error))
        return NULL;
    struct node *parent = parent_of(sim, path, name);
    struct node *node = parent != NULL ? sim_names_find(&parent->seen_names, name) : NULL;
    bool refused = false;
    if (parent == NULL || (mode == DISK_READ && node == NULL))
        refused = !refuse(error, ERROR_NOT_FOUND, "no such file", path);
    else if ((mode == DISK_CREATE || mode == DISK_CREATE_LOG) && node != NULL)
        refused = !refuse(error, ERROR_CONFLICT, "file exists", path);
    else if (node != NULL && node->is_directory)
        refused = !refuse(error, ERROR_INVALID, "is a folder", path);
    if (refused)
        return NULL;
    if (node == NULL) {
        node = node_create(sim, false);
        change_add(sim, (struct change){.to = parent, .node = node, .to_name = mem_text(name)});
    }
    struct sim_file *file = MEM_NEW(struct sim_file);
    *file = (struct sim_file){{&sim_methods}, sim, node, sim->generation, mode != DISK_READ};
    return &file->file;
}

static bool sim_rename(struct disk *disk, const char *from, const char *to, struct error *error) {
    struct disk_sim *sim = (struct disk_sim *)disk;
    MUTEX_SCOPE(&sim->mutex);
    char from_name[NAME_MAX_SIZE + 1], to_name[NAME_MAX_SIZE + 1];
    if (!may(sim, "rename", error))
        return false;
    struct node *from_parent = parent_of(sim, from, from_name), *to_parent = parent_of(sim, to, to_name);
    struct node *node = from_parent != NULL ? sim_names_find(&from_parent->seen_names, from_name) : NULL;
    if (node == NULL || to_parent == NULL)
        return refuse(error, ERROR_NOT_FOUND, "no such file", node == NULL ? from : to);
    struct node *replaced = sim_names_find(&to_parent->seen_names, to_name);
    if (replaced == node)
        return true;
    if (replaced != NULL && (replaced->is_directory || node->is_directory))
        return refuse(error, ERROR_CONFLICT, "folder exists", to);
    change_add(sim, (struct change){from_parent, to_parent, node, mem_text(from_name), mem_text(to_name)});
    return true;
}

static bool remove_name(struct disk *disk, const char *path, bool is_directory, struct error *error) {
    struct disk_sim *sim = (struct disk_sim *)disk;
    MUTEX_SCOPE(&sim->mutex);
    char name[NAME_MAX_SIZE + 1];
    if (!may(sim, "unlink", error))
        return false;
    struct node *parent = parent_of(sim, path, name);
    struct node *node = parent != NULL ? sim_names_find(&parent->seen_names, name) : NULL;
    if (node == NULL)
        return refuse(error, ERROR_NOT_FOUND, "no such file", path);
    if (node->is_directory != is_directory)
        return refuse(error, ERROR_IO, is_directory ? "not a folder" : "is a folder", path);
    if (node->seen_names.count > 0)
        return refuse(error, ERROR_CONFLICT, "folder is not empty", path);
    change_add(sim, (struct change){.from = parent, .node = node, .from_name = mem_text(name)});
    return true;
}

static bool sim_unlink(struct disk *disk, const char *path, struct error *error) {
    return remove_name(disk, path, false, error);
}

static bool sim_remove_directory(struct disk *disk, const char *path, struct error *error) {
    return remove_name(disk, path, true, error);
}

static bool sim_make_directory(struct disk *disk, const char *path, struct error *error) {
    struct disk_sim *sim = (struct disk_sim *)disk;
    MUTEX_SCOPE(&sim->mutex);
    char name[NAME_MAX_SIZE + 1];
    if (!may(sim, "make folder", error))
        return false;
    struct node *parent = parent_of(sim, path, name);
    if (parent == NULL)
        return refuse(error, ERROR_NOT_FOUND, "no such folder", path);
    struct node *node = sim_names_find(&parent->seen_names, name);
    if (node != NULL)
        return node->is_directory || refuse(error, ERROR_CONFLICT, "file exists", path);
    change_add(sim, (struct change){.to = parent, .node = node_create(sim, true), .to_name = mem_text(name)});
    return true;
}

static bool sim_sync_directory(struct disk *disk, const char *path, struct error *error) {
    struct disk_sim *sim = (struct disk_sim *)disk;
    MUTEX_SCOPE(&sim->mutex);
    if (!may(sim, "sync folder", error))
        return false;
    struct node *node = find(sim, path);
    if (node == NULL || !node->is_directory)
        return refuse(error, ERROR_NOT_FOUND, "no such folder", path);
    for (size_t i = 0; i < sim->change_count;) {
        struct change *change = &sim->changes[i];
        /* A rename belongs to the folder it leads to. */
        if ((change->to != NULL ? change->to : change->from) != node) {
            i++;
            continue;
        }
        change_apply(change, true);
        change_forget(sim, i);
    }
    return true;
}

static bool sim_list(
    struct disk *disk, const char *path, disk_on_entry *on_entry, void *context, struct error *error) {
    struct disk_sim *sim = (struct disk_sim *)disk;
    struct names copy = {0};
    {
        MUTEX_SCOPE(&sim->mutex);
        if (!may(sim, "list", error))
            return false;
        struct node *node = find(sim, path);
        if (node == NULL || !node->is_directory)
            return refuse(error, ERROR_NOT_FOUND, "no such folder", path);
        sim_names_copy(&copy, &node->seen_names);
    }
    /* Outside the lock: the caller may use the disk meanwhile. */
    for (size_t i = 0; i < copy.count; i++)
        if (!on_entry(copy.entries[i].name, copy.entries[i].node->is_directory, context))
            break;
    sim_names_finish(&copy);
    return true;
}

static bool sim_stat(struct disk *disk, const char *path, struct disk_stat *ret_stat, struct error *error) {
    struct disk_sim *sim = (struct disk_sim *)disk;
    MUTEX_SCOPE(&sim->mutex);
    if (!may(sim, "stat", error))
        return false;
    const struct node *node = find(sim, path);
    if (node == NULL)
        return refuse(error, ERROR_NOT_FOUND, "no such file", path);
    *ret_stat = (struct disk_stat){node->seen.size, node->is_directory, {(int64_t)node->modified}};
    return true;
}

static bool sim_free_bytes(struct disk *disk, uint64_t *ret_bytes, struct error *error) {
    struct disk_sim *sim = (struct disk_sim *)disk;
    MUTEX_SCOPE(&sim->mutex);
    if (!may(sim, "free space", error))
        return false;
    *ret_bytes = sim->free_bytes;
    return true;
}

static const struct disk_methods sim_methods = {
    .open = sim_open,
    .append = sim_append,
    .read = sim_read,
    .size = sim_size,
    .truncate = sim_truncate,
    .sync = sim_sync,
    .close = sim_close,
    .rename = sim_rename,
    .unlink = sim_unlink,
    .make_directory = sim_make_directory,
    .remove_directory = sim_remove_directory,
    .sync_directory = sim_sync_directory,
    .list = sim_list,
    .stat = sim_stat,
    .free_bytes = sim_free_bytes,
};

/* The crash. */

static void crash_write(struct disk_sim *sim, struct node *node, struct write *write) {
    enum fate { LOST, LANDED, TORN, ZEROED, GARBLED, FATES };
    enum fate fate = (enum fate)(roll(sim) % FATES);
    if (fate == LOST)
        return;
    if (fate != LANDED && !write->is_truncate) {
        size_t kept = (size_t)(roll(sim) % (write->size + 1));
        if (roll(sim) % 2 == 0)
            kept -= kept % SECTOR;
        if (fate == TORN)
            write->size = kept;
        /* The size landed and a part of the data did not. */
        for (size_t i = kept; fate != TORN && i < write->size; i++)
            write->data[i] = fate == ZEROED ? 0 : (uint8_t)roll(sim);
    }
    sim_write_land(node, write);
}

/* Either the first few changes of names stay, as a journaling file system does it, or any. */
static void crash_changes(struct disk_sim *sim) {
    bool in_order = roll(sim) % 2 == 0;
    size_t kept = (size_t)(roll(sim) % (sim->change_count + 1));
    for (size_t i = 0; i < sim->change_count; i++)
        if (in_order ? i < kept : roll(sim) % 2 == 0)
            change_apply(&sim->changes[i], true);
    while (sim->change_count > 0)
        change_forget(sim, sim->change_count - 1);
}

static void mark_reachable(struct node *node) {
    if (node->reachable)
        return;
    node->reachable = true;
    for (size_t i = 0; i < node->platter_names.count; i++)
        mark_reachable(node->platter_names.entries[i].node);
}

static void free_unreachable(struct disk_sim *sim) {
    mark_reachable(sim->root);
    for (struct node **link = &sim->nodes; *link != NULL;) {
        struct node *node = *link;
        if (node->reachable) {
            node->reachable = false;
            link = &node->next;
            continue;
        }
        *link = node->next;
        sim_node_free(node);
    }
}

void disk_sim_crash(struct disk_sim *sim) {
    MUTEX_SCOPE(&sim->mutex);
    sim->fail_in = -1;
    sim->generation++;
    crash_changes(sim);
    free_unreachable(sim);
    for (struct node *node = sim->nodes; node != NULL; node = node->next) {
        for (size_t i = 0; i < node->write_count; i++)
            crash_write(sim, node, &node->writes[i]);
        sim_writes_forget(node);
        buf_clear(&node->seen);
        ASSERT(buf_append(&node->seen, node->platter.data, node->platter.size));
        sim_names_copy(&node->seen_names, &node->platter_names);
    }
}

struct disk_sim *disk_sim_create(uint64_t seed) {
    struct disk_sim *sim = MEM_NEW(struct disk_sim);
    sim->disk.methods = &sim_methods;
    mutex_init(&sim->mutex);
    sim->random = seed;
    sim->fail_in = -1;
    sim->free_bytes = UINT64_MAX;
    sim->root = node_create(sim, true);
    return sim;
}

void disk_sim_destroy(struct disk_sim *sim) {
    while (sim->change_count > 0)
        change_forget(sim, sim->change_count - 1);
    mem_free(sim->changes);
    for (struct node *node = sim->nodes; node != NULL;) {
        struct node *next = node->next;
        sim_node_free(node);
        node = next;
    }
    mutex_finish(&sim->mutex);
    mem_free(sim);
}

struct disk *disk_sim_disk(struct disk_sim *sim) {
    return &sim->disk;
}

static void arm(struct disk_sim *sim, int operation, bool fails_on) {
    MUTEX_SCOPE(&sim->mutex);
    sim->fail_in = operation;
    sim->fails_on = fails_on;
}

void disk_sim_fail_at(struct disk_sim *sim, int operation) {
    arm(sim, operation, false);
}

void disk_sim_fail_from(struct disk_sim *sim, int operation) {
    arm(sim, operation, true);
}

uint64_t disk_sim_operations(struct disk_sim *sim) {
    MUTEX_SCOPE(&sim->mutex);
    return sim->operations;
}

void disk_sim_set_free_bytes(struct disk_sim *sim, uint64_t bytes) {
    MUTEX_SCOPE(&sim->mutex);
    sim->free_bytes = bytes;
}

bool disk_sim_flip_bit(struct disk_sim *sim, const char *name, uint64_t bit) {
    MUTEX_SCOPE(&sim->mutex);
    struct node *node = find(sim, name);
    if (node == NULL || bit / 8 >= node->seen.size || bit / 8 >= node->platter.size)
        return false;
    node->seen.data[bit / 8] = (char)(node->seen.data[bit / 8] ^ (1 << bit % 8));
    node->platter.data[bit / 8] = (char)(node->platter.data[bit / 8] ^ (1 << bit % 8));
    return true;
}
