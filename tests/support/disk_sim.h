/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk_sim: a disk in memory with a volatile cache, driven by a seed.
 *
 * What was written is seen at once but durable only after disk_sync() of the file, and the names
 * in a folder only after disk_sync_directory() of that folder. disk_sim_crash() decides by the
 * seed, for each change that is not durable yet, whether it stays: writes may also be torn
 * or turn into zeros or garbage, in any order; a rename happens whole or not at all. A sync
 * that fails loses what it should have written, although reads still show it until the crash
 * (as Linux does). Handles from before a crash answer ERROR_IO.
 *
 * Threads: any.
 */
#pragma once

#include "sys/disk.h"

struct disk_sim;
struct disk_sim *disk_sim_create(uint64_t seed);
void disk_sim_destroy(struct disk_sim *sim);
struct disk *disk_sim_disk(struct disk_sim *sim);

/* Cut the power and turn it on again; also forgets an armed failure. */
void disk_sim_crash(struct disk_sim *sim);

/* The n-th operation from now (0 is the next) fails: EIO, ENOSPC or a short write, by the
 * seed. -1: none does. disk_sim_fail_from() makes all from the n-th on fail. */
void disk_sim_fail_at(struct disk_sim *sim, int operation);
void disk_sim_fail_from(struct disk_sim *sim, int operation);

/* Operations done since creation: how many points there are to fail at. */
uint64_t disk_sim_operations(struct disk_sim *sim);

/* What disk_free_bytes() answers; appends take from it and fail at its end (unlimited at first). */
void disk_sim_set_free_bytes(struct disk_sim *sim, uint64_t bytes);

/* Flip one bit of a file, durably: wear and tear. False where the file has no such bit. */
bool disk_sim_flip_bit(struct disk_sim *sim, const char *name, uint64_t bit);
