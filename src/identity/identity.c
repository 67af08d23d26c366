/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity.c: the book of an entry: its file, what it learned, and how that is kept. What is learned is in
 * the directory at once; `pending` names keys whose rows are behind, and identity_keep() writes all of them
 * in one change, as they are by then.
 */
#include "identity/identity.h"

#include "aws/arn.h"
#include "base/check.h"
#include "base/mem.h"
#include "base/own.h"
#include "catalog/learned.h"
#include "sys/clock.h"
#include "sys/disk.h"

#include "book.h"
#include "file.h"
#include "learn.h"

#include <string.h>

enum {
    PENDING_MAX = 2 * IDENTITY_LEARNED_MAX, /* past it, new keys are known until the next start only */
    PURGE_INTERVAL_MS = MS_PER_MINUTE,
    ROWS_PER_CHANGE = 1000, /* others wait for the catalog meanwhile */
};

struct identity_pending {
    struct identity_pending *next;
    struct str access_key_id; /* behind it, in one piece of memory */
};

/* ---- opening ---- */

bool identity_reload(struct identity_book *book, struct error *error) {
    struct str path = book->options.principals_file;
    if (path.size == 0)
        return true;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    SCOPED(buf_finish) struct buf text = BUF_INIT(IDENTITY_FILE_BYTES_MAX);
    struct identity_person *persons = NULL;
    size_t count = 0;
    if (!disk_read_path(arena_text(&arena, path), &text, error) ||
        !identity_file_parse(&arena, buf_str(&text), &persons, &count, error))
        return error_context(error, "principals file %.*s", STR(path));
    identity_directory_set_file(book->directory, persons, count);
    return true;
}

static bool check_allowed(struct str list, struct error *error) {
    struct aws_arn arn;
    while (list.size > 0) {
        struct str item = str_trim(str_cut(&list, ','));
        if (item.size > 0 && !str_is(item, "*") && !aws_arn_parse(item, &arn))
            return error_set(error, ERROR_INVALID, "allow: '%.*s' is no ARN; a * may stand at its end",
                STR(str_slice(item, 0, 128)));
    }
    return true;
}

/* Nothing to do for the empty key. */
static void note_pending(struct identity_book *book, struct str access_key_id) {
    if (access_key_id.size == 0)
        return;
    struct identity_pending *pending = mem_alloc(sizeof *pending + access_key_id.size);
    char *text = (char *)(pending + 1);
    memcpy(text, access_key_id.data, access_key_id.size);
    pending->access_key_id = str_of(text, access_key_id.size);
    MUTEX_SCOPE(&book->pending_mutex);
    if (book->pending_count == PENDING_MAX) {
        mem_free(pending);
        return;
    }
    pending->next = book->pending;
    book->pending = pending;
    book->pending_count++;
}

static bool delete_expired(struct identity_book *book, struct moment now, struct error *error) {
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(book->options.catalog, error);
    return change != NULL && catalog_learned_delete_expired(change, now, error) &&
           catalog_commit(TAKE(change), error);
}

/* Keys that earlier runs learned. Those that ended since are deleted. */
static bool load_learned(struct identity_book *book, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct moment now = clock_now(book->options.clock);
    struct catalog_learned_key *rows = NULL;
    size_t count = 0;
    if (!delete_expired(book, now, error) ||
        !catalog_learned_list(book->options.catalog, book->options.name, &arena, &rows, &count, error))
        return error_context(error, "learned keys of gateway entry %.*s", STR(book->options.name));
    for (size_t i = 0; i < count; i++) {
        struct identity_person person = identity_learned_person(&rows[i]);
        note_pending(book, identity_directory_learn(book->directory, &arena, &person, now));
    }
    return true;
}

static struct identity_options copy_options(struct arena *arena, const struct identity_options *from) {
    struct identity_options options = *from;
    struct str *const texts[] = {&options.name, &options.service, &options.account, &options.trusted_proxies,
        &options.principals_file, &options.sign_access_key_id, &options.sign_secret_access_key,
        &options.sign_session_token, &options.sign_region, &options.allow};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = arena_str(arena, *texts[i]);
    if (options.clock == NULL)
        options.clock = clock_real();
    return options;
}

static void closep(struct identity_book **book) {
    identity_close(*book);
}

struct identity_book *identity_open(const struct identity_options *options, struct error *error) {
    SCOPED(closep) struct identity_book *book = MEM_NEW(struct identity_book);
    book->options = copy_options(&book->arena, options);
    book->directory = identity_directory_create();
    book->purged_at = clock_now(book->options.clock);
    mutex_init(&book->pending_mutex);
    if (!identity_networks_parse(
            &book->arena, book->options.trusted_proxies, &book->networks, &book->network_count, error)) {
        error_context(error, "trusted-proxies");
        return NULL;
    }
    if (!check_allowed(book->options.allow, error) || !identity_reload(book, error) ||
        (options->learn && !load_learned(book, error)))
        return NULL;
    return TAKE(book);
}

static void free_pending(struct identity_pending *owned_pending) {
    while (owned_pending != NULL) {
        struct identity_pending *next = owned_pending->next;
        mem_free(owned_pending);
        owned_pending = next;
    }
}

void identity_close(struct identity_book *book) {
    struct error ignored = {0};
    if (book == NULL)
        return;
    while (book->pending != NULL && identity_keep(book, &ignored))
        continue;
    free_pending(book->pending);
    identity_directory_destroy(book->directory);
    mutex_finish(&book->pending_mutex);
    struct str secret = book->options.sign_secret_access_key;
    if (secret.size > 0) /* the arena's own copy */
        mem_wipe((char *)(uintptr_t)secret.data, secret.size);
    arena_finish(&book->arena);
    mem_free(book);
}

/* ---- learning ---- */

static bool may_learn(const struct identity_book *book, const struct protocol_session *session,
    struct str path, struct moment now) {
    struct str id = session->access_key_id;
    bool has_ended = session->expires_at.ms != MOMENT_NONE.ms && session->expires_at.ms <= now.ms;
    /* Without a type the key acts for the caller itself: S3's CreateSession, which has the bucket's path. */
    bool is_in_place = path.size == 0 || str_is(path, "/") || session->type.size == 0;
    return book->options.learn && is_in_place && id.size > 0 && id.size <= IDENTITY_KEY_SIZE_MAX &&
           !has_ended && auth_find_key(book->options.auth, NULL, id, NULL) == AUTH_KEY_UNKNOWN;
}

void identity_learn(struct identity_book *book, const struct protocol_session *session,
    const struct call_identity *caller, struct str path, struct moment now) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct identity_person person;
    if (!may_learn(book, session, path, now) ||
        !identity_learn_person(&arena, session, caller, book->options.account, &person))
        return;
    person.learned_at = now;
    if (person.identity.has_session) {
        person.identity.session_began_at = now;
        if (person.expires_at.ms == MOMENT_NONE.ms) /* the answer does not tell: as long as AWS's default */
            person.expires_at = (struct moment){now.ms + MS_PER_HOUR};
    }
    note_pending(book, identity_directory_learn(book->directory, &arena, &person, now));
    note_pending(book, person.identity.access_key_id);
}

uint64_t identity_learned(struct identity_book *book) {
    return identity_directory_learned(book->directory);
}

/* The row of a key as it is now; none where it ended or had to make room. */
static bool write_row(struct identity_book *book, struct catalog_change *change, struct arena *arena,
    struct str access_key_id, struct moment now, struct error *error) {
    struct identity_person person;
    if (!identity_directory_find_learned(book->directory, arena, access_key_id, now, &person))
        return catalog_learned_delete(change, book->options.name, access_key_id, error);
    struct catalog_learned_key row = identity_learned_row(&person, book->options.name);
    return catalog_learned_put(change, &row, error);
}

static bool write_rows(struct identity_book *book, const struct identity_pending *pending,
    bool deletes_expired, struct moment now, struct error *error) {
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(book->options.catalog, error);
    if (change == NULL || (deletes_expired && !catalog_learned_delete_expired(change, now, error)))
        return false;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    for (; pending != NULL; pending = pending->next) {
        arena_clear(&arena);
        if (!write_row(book, change, &arena, pending->access_key_id, now, error))
            return false;
    }
    return catalog_commit(TAKE(change), error);
}

/* Take the first rows of the list; `ret_purges`: it is time to drop what has ended. */
static struct identity_pending *take_pending(
    struct identity_book *book, struct moment now, size_t *ret_count, bool *ret_purges) {
    MUTEX_SCOPE(&book->pending_mutex);
    struct identity_pending *first = book->pending, **end = &book->pending;
    size_t count = 0;
    for (; *end != NULL && count < ROWS_PER_CHANGE; count++)
        end = &(*end)->next;
    book->pending = *end;
    *end = NULL;
    book->pending_count -= count;
    *ret_count = count;
    *ret_purges = now.ms - book->purged_at.ms >= PURGE_INTERVAL_MS || now.ms < book->purged_at.ms;
    if (*ret_purges)
        book->purged_at = now;
    return count > 0 ? first : NULL;
}

static void give_pending_back(
    struct identity_book *book, struct identity_pending *owned_pending, size_t count) {
    struct identity_pending *last = owned_pending;
    while (last != NULL && last->next != NULL)
        last = last->next;
    if (last == NULL)
        return;
    MUTEX_SCOPE(&book->pending_mutex);
    last->next = book->pending;
    book->pending = owned_pending;
    book->pending_count += count;
}

bool identity_keep(struct identity_book *book, struct error *error) {
    struct moment now = clock_now(book->options.clock);
    size_t count = 0;
    bool purges = false;
    if (!book->options.learn)
        return true;
    struct identity_pending *pending = take_pending(book, now, &count, &purges);
    if (purges)
        identity_directory_purge(book->directory, now);
    if (pending == NULL && !purges)
        return true;
    if (!write_rows(book, pending, purges, now, error)) {
        give_pending_back(book, pending, count);
        return error_context(error, "keep what gateway entry %.*s learned", STR(book->options.name));
    }
    free_pending(pending);
    return true;
}

/* ---- questions ---- */

struct str identity_source_ip(
    struct identity_book *book, struct arena *arena, struct str peer_address, struct str forwarded_for) {
    return identity_forwarded_address(
        book->networks, book->network_count, arena, peer_address, forwarded_for);
}

struct call_identity identity_unauthenticated(const struct protocol_claim *claim) {
    return (struct call_identity){.type = STR_LITERAL("Unknown"),
        .access_key_id = claim->access_key_id,
        .session_began_at = MOMENT_NONE};
}

static bool is_named_by(struct str arn, struct str item) {
    bool is_prefix = str_ends_with(item, STR_LITERAL("*"));
    return is_prefix ? str_starts_with(arn, str_slice(item, 0, item.size - 1)) : str_equals(arn, item);
}

bool identity_may_forward(const struct identity_book *book, const struct identity_caller *caller) {
    struct str list = book->options.allow;
    if (caller->trust != IDENTITY_VERIFIED || caller->arn.size == 0)
        return false;
    while (list.size > 0) {
        struct str item = str_trim(str_cut(&list, ','));
        if (item.size > 0 && is_named_by(caller->arn, item))
            return true;
    }
    return false;
}
