/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collect: the log files that are being filled, one per (trail, region, folder), in bounded memory.
 * A file's bytes grow as they will be delivered: {"Records":[a,b,...]}, records untouched.
 *
 * Threads: one owner.
 */
#pragma once

#include "base/buf.h"
#include "base/time.h"
#include "catalog/trails.h"
#include "event/event.h"

struct delivery_file {
    struct delivery_file *next;
    const struct catalog_version *version; /* borrowed; names the trail */
    const char *folder;                    /* static */
    char *owned_region;
    uint64_t hash; /* of trail, region and folder */
    struct buf raw;
    uint64_t record_count, first_position, last_position;
    struct moment oldest_event_at, newest_event_at, opened_at;
};
void delivery_file_destroy(struct delivery_file *file);
struct str delivery_file_region(const struct delivery_file *file);

/* Append one record, and end the text. delivery_file_end() comes once, after the last record. */
void delivery_file_append(
    struct delivery_file *file, uint64_t position, const struct event_envelope *envelope);
void delivery_file_end(struct delivery_file *file);

struct delivery_collector;
struct delivery_collector *delivery_collector_create(
    int64_t interval_ms, uint64_t file_bytes_max, uint64_t memory_bytes_max);
void delivery_collector_destroy(struct delivery_collector *collector);

/* Events of that group up to `last_position` are planned already: add() passes over them. */
void delivery_collector_skip(struct delivery_collector *collector, uint64_t trail_id, struct str region,
    struct str folder, uint64_t last_position);

/* Take one event for a version that wants it. */
void delivery_collector_add(struct delivery_collector *collector, const struct catalog_version *version,
    uint64_t position, const struct event_envelope *envelope, struct moment now);

/* Close files: those of a trail, those open for the interval at `now`. Closed ones wait to be taken. */
void delivery_collector_close_trail(struct delivery_collector *collector, uint64_t trail_id);
void delivery_collector_close_due(struct delivery_collector *collector, struct moment now);

/* Where more is collected than memory allows, close the largest files. True where closed files fill
 * a good part of memory: time to plan before reading on. */
bool delivery_collector_is_full(struct delivery_collector *collector);

/* The closed files, as a list that the caller owns; order of closing. */
struct delivery_file *delivery_collector_take(struct delivery_collector *collector);
const struct delivery_file *delivery_collector_closed(const struct delivery_collector *collector);

/* The lowest first position of all open files; `otherwise` where there are none. */
uint64_t delivery_collector_first_position(const struct delivery_collector *collector, uint64_t otherwise);

/* When the next open file is due; MOMENT_MAX where there are none. */
struct moment delivery_collector_next_due(const struct delivery_collector *collector);
uint64_t delivery_collector_memory(const struct delivery_collector *collector);
size_t delivery_collector_open_count(const struct delivery_collector *collector);
