/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk_sim_node: the files and folders of the simulated disk. Each has two states, the one that is
 * seen and the one on the platter, and between them an ordered list of writes. Private to disk_sim.
 */
#pragma once

#include "base/buf.h"

struct node;

struct entry {
    char *name;
    struct node *node;
};

/* The names of a folder in one of its two states. */
struct names {
    struct entry *entries;
    size_t count;
};

struct write {
    uint64_t offset;
    size_t size;
    bool is_truncate;
    uint8_t *data;
};

struct node {
    struct node *next; /* all nodes of the disk */
    bool is_directory;
    bool reachable;
    uint64_t modified;
    struct names seen_names, platter_names;
    struct buf seen, platter;
    struct write *writes;
    size_t write_count;
};

struct node *sim_names_find(const struct names *names, const char *name);
void sim_names_remove(struct names *names, const char *name);
void sim_names_set(struct names *names, const char *name, struct node *node);
void sim_names_finish(struct names *names);
void sim_names_copy(struct names *to, const struct names *from);
void sim_content_write(struct buf *content, uint64_t offset, const void *data, size_t size);
void sim_content_truncate(struct buf *content, uint64_t size);
void sim_write_land(struct node *node, const struct write *write);
void sim_writes_forget(struct node *node);
void sim_node_free(struct node *node);
