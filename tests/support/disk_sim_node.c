/* SPDX-License-Identifier: Apache-2.0 */
#include "support/disk_sim_node.h"

#include "base/check.h"
#include "base/own.h"

#include <string.h>

enum { HOLE_SIZE = 512 };

/* Names. */

struct node *sim_names_find(const struct names *names, const char *name) {
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->entries[i].name, name) == 0)
            return names->entries[i].node;
    return NULL;
}

void sim_names_remove(struct names *names, const char *name) {
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->entries[i].name, name) != 0)
            continue;
        mem_free(names->entries[i].name);
        names->entries[i] = names->entries[--names->count];
        return;
    }
}

void sim_names_set(struct names *names, const char *name, struct node *node) {
    sim_names_remove(names, name);
    names->entries = mem_resize_array(names->entries, names->count + 1, sizeof *names->entries);
    names->entries[names->count++] = (struct entry){mem_text(name), node};
}

void sim_names_finish(struct names *names) {
    while (names->count > 0)
        sim_names_remove(names, names->entries[0].name);
    mem_free(names->entries);
    *names = (struct names){0};
}

void sim_names_copy(struct names *to, const struct names *from) {
    sim_names_finish(to);
    for (size_t i = 0; i < from->count; i++)
        sim_names_set(to, from->entries[i].name, from->entries[i].node);
}

/* Content. */

void sim_content_write(struct buf *content, uint64_t offset, const void *data, size_t size) {
    static const char zeros[HOLE_SIZE];
    while (content->size < offset) {
        uint64_t hole = offset - content->size;
        ASSERT(buf_append(content, zeros, hole < HOLE_SIZE ? (size_t)hole : HOLE_SIZE));
    }
    size_t over = content->size - (size_t)offset;
    if (over > size)
        over = size;
    if (over > 0)
        memcpy(content->data + offset, data, over);
    if (over < size)
        ASSERT(buf_append(content, (const char *)data + over, size - over));
}

void sim_content_truncate(struct buf *content, uint64_t size) {
    if (size <= content->size)
        content->size = (size_t)size;
    else
        sim_content_write(content, size, "", 0);
}

void sim_write_land(struct node *node, const struct write *write) {
    if (write->is_truncate)
        sim_content_truncate(&node->platter, write->offset);
    else
        sim_content_write(&node->platter, write->offset, write->data, write->size);
}

void sim_writes_forget(struct node *node) {
    for (size_t i = 0; i < node->write_count; i++)
        mem_free(node->writes[i].data);
    mem_free(node->writes);
    node->writes = NULL;
    node->write_count = 0;
}

void sim_node_free(struct node *node) {
    sim_writes_forget(node);
    sim_names_finish(&node->seen_names);
    sim_names_finish(&node->platter_names);
    buf_finish(&node->seen);
    buf_finish(&node->platter);
    mem_free(node);
}
