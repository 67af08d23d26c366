/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain: from trails and delivered files to planned digests.
 *
 * A session is a stretch of a trail's versions that log with validation; each (trail, region) has a chain per
 * session, and one row that says how far it is. Windows end at whole intervals after the session's
 * start. A digest takes every delivered file of its region that none has named, whenever it was delivered.
 *
 * Invariants:
 *   1. Digest, the files it names and the chain's new head are written in one change.
 *   2. Ends of the digests of one trail name and region grow: keys never repeat.
 *   3. A session's chain is closed only when all files planned under it are delivered or lost, unless
 *      the next session has begun, whose digests then name the late ones.
 */
#include "chain.h"

#include "base/check.h"
#include "catalog/plans.h"
#include "catalog/signing.h"
#include "codec/text.h"

#include "body.h"

#include <stdlib.h>

enum { FILES_MAX = 50000 }; /* in one digest; the rest goes to the next */

/* One trail as the digester sees it: its versions that hold, by id. */
struct view {
    const struct catalog_version *versions;
    size_t version_count;
    const struct catalog_version *settings; /* of the newest version with validation; NULL: never */
    uint64_t session_id;                    /* the version that began that session */
    struct moment session_at;
    bool is_active; /* the session still runs */
};

static struct moment cut_to_second(struct moment at) {
    return (struct moment){at.ms - at.ms % MS_PER_SECOND};
}

static struct view view_of(const struct catalog_version *versions, size_t count) {
    struct view view = {.versions = versions, .version_count = count};
    for (size_t i = 0; i < count; i++) {
        if (versions[i].from_position == 0)
            break; /* its event is not in the journal yet */
        bool is_active = versions[i].is_logging && versions[i].log_file_validation_enabled;
        if (is_active && !view.is_active) {
            view.session_id = versions[i].id;
            view.session_at = cut_to_second(versions[i].created_at);
        }
        if (is_active)
            view.settings = &versions[i];
        view.is_active = is_active;
    }
    return view;
}

/* The end of the window that holds `at`. */
static struct moment window_end(const struct catalog_chain *chain, struct moment at, int64_t interval_ms) {
    int64_t since = at.ms - chain->anchor_at.ms;
    int64_t windows = since < 0 ? 0 : since / interval_ms;
    return (struct moment){chain->anchor_at.ms + (windows + 1) * interval_ms};
}

/* The signature is in no digest's own bytes: it is metadata, and the next digest repeats it. */
static bool sign(struct catalog_digest *digest, const struct rsa_key *key, struct str previous_signature,
    struct arena *arena, struct error *error) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    SCOPED(buf_finish) struct buf signature = BUF_INIT(4096);
    SCOPED(buf_finish) struct buf hex = BUF_INIT(8192);
    digest_append_signed(
        &text, digest->end_at, digest->bucket, digest->object_key, digest->body_sha256, previous_signature);
    if (!rsa_sign(key, buf_bytes(&text), &signature, error))
        return false;
    hex_append(&hex, buf_bytes(&signature));
    digest->signature = arena_str(arena, buf_str(&hex));
    return true;
}

static void destroy_key(struct rsa_key **key) {
    rsa_key_destroy(*key);
}

/* Make the digest of [chain->next_start_at, end_at] over `files`. */
static bool make_digest(struct digest_planner *planner, const struct view *view,
    const struct catalog_chain *chain, struct digest_content *content, struct arena *arena,
    struct catalog_digest *ret_digest, struct error *error) {
    const struct catalog_version *settings = view->settings;
    SCOPED(destroy_key) struct rsa_key *key = NULL;
    struct catalog_signing_key key_info = {0};
    if (!catalog_signing_current(planner->catalog, chain->region, planner->now,
            planner->options.key_rotation_interval_ms, arena, &key_info, &key, error))
        return false;
    struct digest_name name = {settings->s3_key_prefix, settings->account, chain->region,
        settings->trail_name, settings->home_region, content->end_at};
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    digest_body_append_key(&text, &name);
    content->account = settings->account;
    content->bucket = settings->s3_bucket_name;
    content->object_key = arena_str(arena, buf_str(&text));
    content->fingerprint = key_info.fingerprint;
    content->start_at = chain->next_start_at;
    buf_clear(&text);
    digest_body_append(&text, content);
    *ret_digest = (struct catalog_digest){
        .trail_id = chain->trail_id,
        .region = chain->region,
        .account = settings->account,
        .start_at = content->start_at,
        .end_at = content->end_at,
        .bucket = content->bucket,
        .object_key = content->object_key,
        .body = arena_bytes(arena, buf_bytes(&text)),
        .fingerprint = key_info.fingerprint,
        .previous_id = chain->last_digest_id,
        .file_count = content->file_count,
        .planned_at = planner->now,
        .next_attempt_at = planner->now,
        .delivered_at = MOMENT_NONE,
    };
    hash_sha256(ret_digest->body, ret_digest->body_sha256);
    struct str before = content->previous == NULL ? STR_EMPTY : content->previous->signature;
    return sign(ret_digest, key, before, arena, error);
}

/* Invariant 1. */
static bool commit_digest(struct digest_planner *planner, struct catalog_chain *chain,
    struct catalog_digest *digest, const struct digest_content *content, struct error *error) {
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(planner->catalog, error);
    if (change == NULL || !catalog_digest_add(change, digest, &digest->id, error))
        return false;
    for (size_t i = 0; i < content->file_count; i++) {
        if (!catalog_plan_set_digest(change, content->files[i].id, digest->id, error))
            return false;
    }
    chain->next_start_at = digest->end_at;
    chain->last_digest_id = digest->id;
    return catalog_chain_save(change, chain, error) && catalog_commit(TAKE(change), error);
}

/* Plan the chain's next digest, ending at `end_at` or just after the last one (invariant 2). */
static bool plan_digest(struct digest_planner *planner, const struct view *view, struct catalog_chain *chain,
    struct moment end_at, bool *ret_is_complete, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct moment latest = MOMENT_NONE;
    if (!catalog_digest_latest_end(planner->catalog, chain->trail_id, chain->region, &latest, error))
        return false;
    if (latest.ms != MOMENT_NONE.ms && end_at.ms <= latest.ms)
        end_at.ms = latest.ms + MS_PER_SECOND;
    if (end_at.ms < chain->next_start_at.ms)
        end_at = chain->next_start_at;
    struct catalog_digest previous = {0}, digest = {0};
    struct digest_content content = {.end_at = end_at, .file_count = FILES_MAX};
    struct catalog_plan *files = NULL;
    if (!catalog_plan_list_undigested(
            planner->catalog, chain->trail_id, chain->region, &arena, &files, &content.file_count, error))
        return false;
    content.files = files;
    if (chain->last_digest_id != 0) {
        if (!catalog_digest_get(planner->catalog, chain->last_digest_id, &arena, &previous, error))
            return false;
        content.previous = &previous;
    }
    if (!make_digest(planner, view, chain, &content, &arena, &digest, error) ||
        !commit_digest(planner, chain, &digest, &content, error))
        return error_context(error, "plan a digest of %.*s", STR(view->settings->trail_arn));
    *ret_is_complete = content.file_count < FILES_MAX;
    return true;
}

static bool save_chain(struct digest_planner *planner, struct catalog_chain *chain, struct error *error) {
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(planner->catalog, error);
    return change != NULL && catalog_chain_save(change, chain, error) && catalog_commit(TAKE(change), error);
}

/* Begin the chain of the view's session in the row `chain` (id 0: a new one), with the window that holds
 * `since`. */
static bool open_chain(struct digest_planner *planner, const struct view *view, struct catalog_chain *chain,
    struct moment since, struct error *error) {
    chain->trail_id = view->settings->trail_id;
    chain->version_id = view->session_id;
    chain->is_open = true;
    chain->anchor_at = view->session_at;
    chain->last_digest_id = 0;
    int64_t interval_ms = planner->options.interval_ms;
    struct moment start = {window_end(chain, since, interval_ms).ms - interval_ms};
    struct moment latest = MOMENT_NONE;
    if (!catalog_digest_latest_end(planner->catalog, chain->trail_id, chain->region, &latest, error))
        return false;
    chain->next_start_at = latest.ms != MOMENT_NONE.ms && latest.ms > start.ms ? latest : start;
    return save_chain(planner, chain, error);
}

/* The last digest of a session, and the end of its chain. */
static bool finish_chain(struct digest_planner *planner, const struct view *view, struct catalog_chain *chain,
    struct error *error) {
    bool is_complete = false;
    while (!is_complete) {
        if (!plan_digest(planner, view, chain, cut_to_second(planner->now), &is_complete, error))
            return false;
    }
    chain->is_open = false;
    return save_chain(planner, chain, error);
}

/* A digest where its window is over; note when the next one is. A late planner makes one long window. */
static bool plan_window(struct digest_planner *planner, const struct view *view, struct catalog_chain *chain,
    struct error *error) {
    int64_t interval_ms = planner->options.interval_ms;
    if (planner->now.ms >= window_end(chain, chain->next_start_at, interval_ms).ms) {
        struct moment end = {window_end(chain, planner->now, interval_ms).ms - interval_ms};
        bool is_complete = false;
        if (!plan_digest(planner, view, chain, end, &is_complete, error))
            return false;
        planner->unsettled = planner->unsettled || !is_complete;
    }
    struct moment next = window_end(chain, chain->next_start_at, interval_ms);
    if (next.ms < planner->next_due.ms)
        planner->next_due = next;
    return true;
}

/* One trail's chains, in memory for the step. */
struct chains {
    struct catalog_chain *chains;
    size_t count;
};

static struct catalog_chain *find_chain(struct chains *chains, struct str region) {
    for (size_t i = 0; i < chains->count; i++) {
        if (str_equals(chains->chains[i].region, region))
            return &chains->chains[i];
    }
    return NULL;
}

/* The region's chain of the running session, opened where it is not; an older session's ends here. A region
 * that turns up later begins with the window that its first file was delivered in. */
static bool ensure_chain(struct digest_planner *planner, const struct view *view, struct chains *chains,
    struct catalog_undigested place, struct error *error) {
    struct str region = place.region;
    struct catalog_chain *chain = find_chain(chains, region);
    if (chain == NULL) {
        struct catalog_chain fresh = {.region = region};
        return open_chain(planner, view, &fresh, place.oldest_delivered_at, error);
    }
    if (chain->is_open && chain->version_id == view->session_id)
        return true;
    if (chain->is_open && !finish_chain(planner, view, chain, error))
        return false;
    return open_chain(planner, view, chain, place.oldest_delivered_at, error);
}

static bool read_chains(struct digest_planner *planner, const struct view *view, struct arena *arena,
    struct chains *ret_chains, struct error *error) {
    return catalog_chain_list(
        planner->catalog, view->settings->trail_id, arena, &ret_chains->chains, &ret_chains->count, error);
}

/* Chains for every region that has files no digest names. */
static bool ensure_for_files(struct digest_planner *planner, const struct view *view, struct chains *chains,
    struct arena *arena, struct error *error) {
    struct catalog_undigested *regions = NULL;
    size_t count = 0;
    if (!catalog_plan_list_undigested_regions(
            planner->catalog, view->settings->trail_id, arena, &regions, &count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!ensure_chain(planner, view, chains, regions[i], error))
            return false;
    }
    return true;
}

static bool plan_active(
    struct digest_planner *planner, const struct view *view, struct arena *arena, struct error *error) {
    struct chains chains = {0};
    struct catalog_undigested home = {view->settings->home_region, view->session_at};
    if (!read_chains(planner, view, arena, &chains, error) ||
        !ensure_chain(planner, view, &chains, home, error))
        return false;
    for (size_t i = 0; view->settings->is_multi_region && i < planner->options.region_count; i++) {
        struct catalog_undigested place = {planner->options.regions[i], planner->now};
        if (!str_equals(place.region, home.region) && !ensure_chain(planner, view, &chains, place, error))
            return false;
    }
    if (!ensure_for_files(planner, view, &chains, arena, error) ||
        !read_chains(planner, view, arena, &chains, error))
        return false;
    for (size_t i = 0; i < chains.count; i++) {
        struct catalog_chain *chain = &chains.chains[i];
        if (!chain->is_open)
            continue;
        /* A region that the new session has no file of yet still has its old chain to end. */
        bool done = chain->version_id == view->session_id ? plan_window(planner, view, chain, error)
                                                          : finish_chain(planner, view, chain, error);
        if (!done)
            return false;
    }
    return true;
}

/* Logging or validation has stopped: invariant 3. */
static bool plan_ended(
    struct digest_planner *planner, const struct view *view, struct arena *arena, struct error *error) {
    uint64_t backlog = 0;
    if (!catalog_plan_backlog(planner->catalog, view->settings->trail_id, true, &backlog, error))
        return false;
    struct chains chains = {0};
    if (!read_chains(planner, view, arena, &chains, error) ||
        !ensure_for_files(planner, view, &chains, arena, error) ||
        !read_chains(planner, view, arena, &chains, error))
        return false;
    for (size_t i = 0; i < chains.count; i++) {
        struct catalog_chain *chain = &chains.chains[i];
        if (!chain->is_open)
            continue;
        bool done = backlog == 0 ? finish_chain(planner, view, chain, error)
                                 : plan_window(planner, view, chain, error);
        if (!done)
            return false;
    }
    planner->unsettled = planner->unsettled || backlog > 0;
    return true;
}

static int by_trail(const void *a, const void *b) {
    const struct catalog_version *left = a, *right = b;
    if (left->trail_id != right->trail_id)
        return left->trail_id < right->trail_id ? -1 : 1;
    return (left->id > right->id) - (left->id < right->id);
}

bool digest_chain_plan_all(struct digest_planner *planner, struct error *error) {
    planner->unsettled = false;
    planner->next_due = MOMENT_MAX;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_version *versions = NULL;
    size_t count = 0;
    if (!catalog_version_list(planner->catalog, 0, 0, &arena, &versions, &count, error))
        return false;
    if (count > 1)
        qsort(versions, count, sizeof *versions, by_trail);
    for (size_t at = 0; at < count;) {
        size_t end = at + 1;
        while (end < count && versions[end].trail_id == versions[at].trail_id)
            end++;
        planner->unsettled = planner->unsettled || versions[end - 1].from_position == 0;
        struct view view = view_of(&versions[at], end - at);
        at = end;
        if (view.settings == NULL)
            continue;
        if (view.is_active ? !plan_active(planner, &view, &arena, error)
                           : !plan_ended(planner, &view, &arena, error))
            return false;
    }
    return true;
}
