/* SPDX-License-Identifier: Apache-2.0 */
/*
 * track: versions of trails along the journal.
 *
 * Versions are copied into one arena for as long as the reader lives: they are few and small, and
 * groups point at them. A version's from_position is 0 until its event is met.
 */
#include "track.h"

#include "base/check.h"
#include "base/mem.h"

#include "place.h"

#include <stdlib.h>
#include <string.h>

struct delivery_tracks {
    struct catalog *catalog;
    delivery_on_switch *on_switch;
    void *context;
    struct arena arena;            /* versions */
    struct delivery_track *tracks; /* by account, then trail id */
    size_t count;
    uint64_t generation;      /* of the catalog's trails, when loaded */
    uint64_t last_version_id; /* the newest one loaded */
    size_t waiting;           /* versions without a position */
    uint64_t next_position;   /* the lowest position at which a known version begins to hold */
    struct catalog_version **unsaved;
    size_t unsaved_count;
};

struct delivery_tracks *delivery_tracks_create(
    struct catalog *catalog, delivery_on_switch *on_switch, void *context) {
    struct delivery_tracks *tracks = MEM_NEW(struct delivery_tracks);
    *tracks = (struct delivery_tracks){.catalog = catalog,
        .on_switch = on_switch,
        .context = context,
        .arena = ARENA_INIT,
        .next_position = UINT64_MAX};
    return tracks;
}

void delivery_tracks_destroy(struct delivery_tracks *tracks) {
    if (tracks == NULL)
        return;
    for (size_t i = 0; i < tracks->count; i++) {
        event_selectors_destroy(tracks->tracks[i].selectors);
        mem_free(tracks->tracks[i].versions);
    }
    mem_free(tracks->tracks);
    mem_free(tracks->unsaved);
    arena_finish(&tracks->arena);
    mem_free(tracks);
}

static struct delivery_track *find_track(struct delivery_tracks *tracks, uint64_t trail_id) {
    for (size_t i = 0; i < tracks->count; i++) {
        if (tracks->tracks[i].trail_id == trail_id)
            return &tracks->tracks[i];
    }
    return NULL;
}

static void add_version(struct delivery_tracks *tracks, struct catalog_version *version) {
    struct delivery_track *track = find_track(tracks, version->trail_id);
    if (track == NULL) {
        tracks->tracks = mem_resize_array(tracks->tracks, tracks->count + 1, sizeof *tracks->tracks);
        track = &tracks->tracks[tracks->count++];
        *track = (struct delivery_track){.trail_id = version->trail_id, .account = version->account};
    }
    if (track->version_count == track->version_capacity) {
        track->version_capacity = track->version_capacity == 0 ? 4 : 2 * track->version_capacity;
        track->versions = mem_resize_array(track->versions, track->version_capacity, sizeof *track->versions);
    }
    track->versions[track->version_count++] = version;
}

static int by_account(const void *a, const void *b) {
    const struct delivery_track *left = a, *right = b;
    int order = str_compare(left->account, right->account);
    return order != 0 ? order : (left->trail_id > right->trail_id) - (left->trail_id < right->trail_id);
}

static void resolve(struct delivery_tracks *tracks, struct catalog_version *version, uint64_t from_position) {
    ASSERT(version->from_position == 0 && from_position > 0);
    version->from_position = from_position;
    tracks->unsaved = mem_resize_array(tracks->unsaved, tracks->unsaved_count + 1, sizeof *tracks->unsaved);
    tracks->unsaved[tracks->unsaved_count++] = version;
    tracks->waiting--;
}

/* Count what waits, and where the next known switch is. */
static void survey(struct delivery_tracks *tracks) {
    tracks->waiting = 0;
    tracks->next_position = UINT64_MAX;
    for (size_t i = 0; i < tracks->count; i++) {
        const struct delivery_track *track = &tracks->tracks[i];
        for (size_t v = track->next; v < track->version_count; v++) {
            uint64_t from = track->versions[v]->from_position;
            if (from == 0)
                tracks->waiting++;
            else if (from < tracks->next_position)
                tracks->next_position = from;
        }
    }
}

static bool has_no_event(const struct catalog_version *version) {
    static const struct uuid NONE;
    return memcmp(version->event_id.bytes, NONE.bytes, UUID_SIZE) == 0;
}

/* Give `found` (an index of the track) a position, and those before it that still wait. */
static void resolve_up_to(
    struct delivery_tracks *tracks, struct delivery_track *track, size_t found, uint64_t from_position) {
    for (size_t v = track->next; v <= found; v++) {
        if (track->versions[v]->from_position == 0)
            resolve(tracks, track->versions[v], from_position);
    }
    if (from_position < tracks->next_position)
        tracks->next_position = from_position;
}

bool delivery_tracks_load(struct delivery_tracks *tracks, uint64_t position, struct error *error) {
    uint64_t generation = catalog_trails_generation(tracks->catalog);
    if (generation == tracks->generation)
        return true;
    struct catalog_version *versions = NULL;
    size_t count = 0;
    if (!catalog_version_list(
            tracks->catalog, 0, tracks->last_version_id, &tracks->arena, &versions, &count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        add_version(tracks, &versions[i]);
        tracks->last_version_id = versions[i].id;
    }
    if (tracks->count > 1)
        qsort(tracks->tracks, tracks->count, sizeof *tracks->tracks, by_account);
    survey(tracks);
    /* A change that tells of itself with no event (of a tool on a stopped daemon) holds at once. */
    for (size_t i = 0; tracks->waiting > 0 && i < tracks->count; i++) {
        struct delivery_track *track = &tracks->tracks[i];
        for (size_t v = track->next; v < track->version_count; v++) {
            if (track->versions[v]->from_position == 0 && has_no_event(track->versions[v]))
                resolve_up_to(tracks, track, v, position);
        }
    }
    tracks->generation = generation;
    return true;
}

static bool activate(struct delivery_tracks *tracks, struct delivery_track *track,
    const struct catalog_version *version, struct error *error) {
    struct event_selectors *selectors = NULL;
    if (version->is_logging && !delivery_place_parse_selectors(version, &selectors, error))
        return false;
    if (track->current != NULL)
        tracks->on_switch(track->trail_id, tracks->context);
    event_selectors_destroy(track->selectors);
    track->selectors = selectors;
    track->current = version;
    return true;
}

bool delivery_tracks_reach(struct delivery_tracks *tracks, uint64_t position, struct error *error) {
    if (position < tracks->next_position)
        return true;
    for (size_t i = 0; i < tracks->count; i++) {
        struct delivery_track *track = &tracks->tracks[i];
        const struct catalog_version *version = NULL;
        size_t next = track->next;
        for (; next < track->version_count; next++) {
            uint64_t from = track->versions[next]->from_position;
            if (from == 0 || from > position)
                break;
            version = track->versions[next];
        }
        if (version != NULL && !activate(tracks, track, version, error))
            return false;
        track->next = next;
    }
    survey(tracks);
    return true;
}

/* Does a version wait for this event? */
static void look_for(struct delivery_tracks *tracks, uint64_t position, struct uuid event_id) {
    for (size_t i = 0; i < tracks->count; i++) {
        struct delivery_track *track = &tracks->tracks[i];
        for (size_t v = track->next; v < track->version_count; v++) {
            const struct catalog_version *version = track->versions[v];
            if (version->from_position != 0 ||
                memcmp(version->event_id.bytes, event_id.bytes, UUID_SIZE) != 0)
                continue;
            resolve_up_to(tracks, track, v, version->includes_own_event ? position : position + 1);
        }
    }
}

bool delivery_tracks_meet(
    struct delivery_tracks *tracks, uint64_t position, struct uuid event_id, struct error *error) {
    if (tracks->waiting > 0)
        look_for(tracks, position, event_id);
    return delivery_tracks_reach(tracks, position, error);
}

void delivery_tracks_skip(struct delivery_tracks *tracks, uint64_t position, struct moment at) {
    for (size_t i = 0; tracks->waiting > 0 && i < tracks->count; i++) {
        struct delivery_track *track = &tracks->tracks[i];
        for (size_t v = track->next; v < track->version_count; v++) {
            if (track->versions[v]->from_position == 0 && track->versions[v]->created_at.ms < at.ms)
                resolve_up_to(tracks, track, v, position);
        }
    }
}

struct delivery_track *delivery_tracks_of(
    struct delivery_tracks *tracks, struct str account, size_t *ret_count) {
    size_t low = 0, high = tracks->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_compare(tracks->tracks[middle].account, account) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < tracks->count && str_equals(tracks->tracks[end].account, account))
        end++;
    *ret_count = end - low;
    return end == low ? NULL : &tracks->tracks[low];
}

bool delivery_tracks_need_saving(const struct delivery_tracks *tracks) {
    return tracks->unsaved_count > 0;
}

bool delivery_tracks_save(
    struct delivery_tracks *tracks, struct catalog_change *change, struct error *error) {
    for (size_t i = 0; i < tracks->unsaved_count; i++) {
        const struct catalog_version *version = tracks->unsaved[i];
        if (!catalog_version_resolve(change, version->id, version->from_position, error))
            return false;
    }
    return true;
}

void delivery_tracks_saved(struct delivery_tracks *tracks) {
    tracks->unsaved_count = 0;
}
