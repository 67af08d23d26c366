/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.c: would a statement run? A check is a worker with all the memory of one, and planning a hostile
 * statement takes it seconds: so there are as many at a time as queries, and those who wait take turns by
 * account, or one account's statements would keep all others from asking.
 *
 * Whether a statement holds depends on its text alone, for the columns of a store never change: one that
 * passed is not checked again as long as it is remembered. Dashboards and scripts ask the same all day.
 */
#include "base/own.h"
#include "codec/text.h"
#include "engine/engine.h"
#include "presto/presto.h"

#include "private.h"

#include <string.h>

enum { GRACE_MS = 2000, LOOK_MS = 50 };

/* Lives on the stack of the thread that checks. */
struct queries_check {
    struct str account;
    bool is_running;
    struct engine_query *engine_query; /* NULL: there is none to be cut */
    struct queries_check *next;        /* that came later */
};

static unsigned count_running(const struct queries *queries, struct str account) {
    unsigned count = 0;
    for (const struct queries_check *check = queries->checks; check != NULL; check = check->next)
        count += check->is_running && (account.size == 0 || str_equals(check->account, account));
    return count;
}

/* Who is next: the first of those that wait whose account has the fewest under way. */
static const struct queries_check *choose(const struct queries *queries) {
    const struct queries_check *chosen = NULL;
    unsigned fewest = 0;
    for (const struct queries_check *check = queries->checks; check != NULL; check = check->next) {
        unsigned running = check->is_running ? 0 : count_running(queries, check->account);
        if (check->is_running || (chosen != NULL && running >= fewest))
            continue;
        chosen = check;
        fewest = running;
    }
    return chosen;
}

static void leave(struct queries *queries, struct queries_check *check) {
    struct queries_check **place = &queries->checks;
    while (*place != check)
        place = &(*place)->next;
    *place = check->next;
    condition_broadcast(&queries->checks_changed);
}

/* Wait for a place; false where no check begins any more. */
static bool begin(struct queries *queries, struct queries_check *check) {
    struct queries_check **place = &queries->checks;
    MUTEX_SCOPE(&queries->mutex);
    while (*place != NULL)
        place = &(*place)->next;
    *place = check;
    while (!queries->are_checks_over &&
           (count_running(queries, STR_EMPTY) >= queries->options.concurrency || choose(queries) != check))
        condition_wait(&queries->checks_changed, &queries->mutex);
    check->is_running = !queries->are_checks_over;
    condition_broadcast(&queries->checks_changed); /* there may be room for the next one too */
    if (!check->is_running)
        leave(queries, check);
    return check->is_running;
}

static void end(struct queries *queries, struct queries_check *check) {
    MUTEX_SCOPE(&queries->mutex);
    leave(queries, check);
}

/* Let queries_end_checks() cut it, until it is let go of with NULL. False: it is cut. */
static bool show(struct queries *queries, struct queries_check *check, struct engine_query *engine_query) {
    MUTEX_SCOPE(&queries->mutex);
    check->engine_query = engine_query;
    return !queries->are_checks_cut;
}

static bool ask(struct queries *queries, struct queries_check *check,
    const struct engine_query_options *options, struct error *error) {
    struct engine_rows rows;
    struct engine_query *query = engine_query_start(queries->options.engine, options, error);
    if (query == NULL)
        return false;
    bool holds = show(queries, check, query) && engine_query_next(query, &rows, error);
    if (!show(queries, check, NULL) && !holds)
        (void)error_set(error, ERROR_UNAVAILABLE, "Cairn is being stopped");
    engine_query_destroy(query);
    return holds;
}

static bool has_passed(struct queries *queries, const uint8_t hash[SHA256_SIZE]) {
    MUTEX_SCOPE(&queries->mutex);
    for (size_t i = 0; i < queries->passed_count && i < QUERIES_PASSED_COUNT; i++)
        if (memcmp(queries->passed[i], hash, SHA256_SIZE) == 0)
            return true;
    return false;
}

static void remember(struct queries *queries, const uint8_t hash[SHA256_SIZE]) {
    MUTEX_SCOPE(&queries->mutex);
    memcpy(queries->passed[queries->passed_count++ % QUERIES_PASSED_COUNT], hash, SHA256_SIZE);
}

static bool bind(struct queries *queries, const struct queries_statement *statement,
    const struct engine_table *tables, size_t count, struct error *error) {
    struct engine_query_options options = {.statement = statement->text,
        .tables = tables,
        .table_count = count,
        .timeout_ms =
            queries->options.timeout_ms < MS_PER_MINUTE ? queries->options.timeout_ms : MS_PER_MINUTE,
        .check_only = true};
    struct queries_check check = {.account = statement->account};
    if (!begin(queries, &check))
        return error_set(error, ERROR_UNAVAILABLE, "Cairn is being stopped");
    bool holds = ask(queries, &check, &options, error);
    end(queries, &check);
    return holds || (error->kind == ERROR_LIMIT && error_context(error, "planning"));
}

void queries_end_checks(struct queries *queries) {
    MUTEX_SCOPE(&queries->mutex);
    queries->are_checks_over = true;
    condition_broadcast(&queries->checks_changed);
    for (int64_t left_ms = GRACE_MS; queries->checks != NULL && left_ms > 0; left_ms -= LOOK_MS)
        IGNORE(condition_wait_ms(&queries->checks_changed, &queries->mutex, LOOK_MS), "either way we look");
    queries->are_checks_cut = true;
    for (struct queries_check *check = queries->checks; check != NULL; check = check->next)
        if (check->engine_query != NULL)
            engine_query_cancel(check->engine_query);
}

bool queries_check(struct queries *queries, struct arena *arena, const struct queries_statement *statement,
    const struct str **ret_store_ids, size_t *ret_count, struct error *error) {
    struct presto_statement rewritten = {0};
    *ret_store_ids = NULL;
    *ret_count = 0;
    if (!presto_rewrite(arena, statement->text, &rewritten, error))
        return false;
    *ret_store_ids = rewritten.tables;
    *ret_count = rewritten.table_count;
    struct engine_table *tables = ARENA_ARRAY(arena, rewritten.table_count, struct engine_table);
    for (size_t i = 0; i < rewritten.table_count; i++)
        tables[i] = (struct engine_table){.id = rewritten.tables[i], .oldest = MOMENT_MIN};
    uint8_t hash[SHA256_SIZE];
    hash_sha256(str_bytes(statement->text), hash);
    if (has_passed(queries, hash))
        return true;
    if (!bind(queries, statement, tables, rewritten.table_count, error))
        return false;
    remember(queries, hash);
    return true;
}
