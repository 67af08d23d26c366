/* SPDX-License-Identifier: Apache-2.0 */
/*
 * track: which version of each trail holds at the position being read.
 *
 * A version whose change's event was not met yet has no position. delivery_tracks_meet() sees every
 * event: the one that a version waits for gives it its position, and earlier versions of the same
 * trail that still wait are passed over with it. What was found is saved with the next plan.
 *
 * Threads: one owner.
 */
#pragma once

#include "base/arena.h"
#include "catalog/trails.h"
#include "event/selector.h"

struct delivery_track {
    uint64_t trail_id;
    struct str account;
    struct catalog_version **versions; /* by id; live as long as the tracks */
    size_t version_count, version_capacity;
    size_t next;                           /* the first version that does not hold yet */
    const struct catalog_version *current; /* NULL: none yet */
    struct event_selectors *selectors;     /* of current where it is logging, else NULL */
};

struct delivery_tracks;

/* Trail `trail_id` goes to another version now: what was collected for the old one is complete. */
typedef void delivery_on_switch(uint64_t trail_id, void *context);

struct delivery_tracks *delivery_tracks_create(
    struct catalog *catalog, delivery_on_switch *on_switch, void *context);
void delivery_tracks_destroy(struct delivery_tracks *tracks);

/* Take what changed in the catalog; `position` is the next to read. */
NODISCARD bool delivery_tracks_load(struct delivery_tracks *tracks, uint64_t position, struct error *error);

/* The event at `position` is about to be matched: first find and activate what holds from here. */
NODISCARD bool delivery_tracks_meet(
    struct delivery_tracks *tracks, uint64_t position, struct uuid event_id, struct error *error);

/* Nothing is left before `position`: activate what holds from there. */
NODISCARD bool delivery_tracks_reach(struct delivery_tracks *tracks, uint64_t position, struct error *error);

/* Events before `position` are gone for good: versions made before `at` whose event may be among
 * them hold from there. */
void delivery_tracks_skip(struct delivery_tracks *tracks, uint64_t position, struct moment at);

/* The tracks of an account, next to each other. */
struct delivery_track *delivery_tracks_of(
    struct delivery_tracks *tracks, struct str account, size_t *ret_count);

/* Positions found since the last delivery_tracks_saved(): write them into a change. */
bool delivery_tracks_need_saving(const struct delivery_tracks *tracks);
NODISCARD bool delivery_tracks_save(
    struct delivery_tracks *tracks, struct catalog_change *change, struct error *error);
void delivery_tracks_saved(struct delivery_tracks *tracks);
