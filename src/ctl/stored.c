/* SPDX-License-Identifier: Apache-2.0 */
#include "stored.h"

#include "base/own.h"
#include "catalog/catalog.h"
#include "codec/text.h"
#include "journal/journal.h"
#include "sys/disk.h"

struct ctl_stored {
    struct arena arena, page_arena;
    struct disk *disk;
    struct catalog *catalog;
    struct journal *journal;
    struct history *history;
    struct str account, region;
    uint64_t busiest;
    struct history_query query; /* goes on from page to page */
};

static const char *path_in(struct ctl_stored *stored, struct str data, const char *name) {
    return arena_format(&stored->arena, "%.*s/%s", STR(data), name).data;
}

/* What was not sealed when the daemon ended is still in the journal. */
static bool read_tail(struct ctl_stored *stored, struct error *error) {
    struct journal_cursor *cursor =
        journal_cursor_create(stored->journal, history_sealed_position(stored->history) + 1);
    struct journal_record record = {0};
    bool done = false;
    while (journal_cursor_next(cursor, &record, error)) {
        done = record.position == 0;
        if (done || !history_apply(stored->history, record.position, record.payload, error))
            break;
    }
    journal_cursor_destroy(cursor);
    return done;
}

static bool open_stores(struct ctl_stored *stored, struct str data, struct error *error) {
    stored->disk = disk_real_create(path_in(stored, data, ""), error);
    if (stored->disk == NULL)
        return false;
    struct catalog_options catalog_options = {.path = path_in(stored, data, "catalog.db"),
        .key_path = path_in(stored, data, "key"),
        .read_only = true};
    stored->catalog = catalog_open(&catalog_options, error);
    if (stored->catalog == NULL)
        return false;
    struct journal_options journal_options = {.cairn_id = catalog_cairn_id(stored->catalog),
        .generation = catalog_generation(stored->catalog),
        .read_only = true};
    stored->journal = journal_open(stored->disk, &journal_options, error);
    if (stored->journal == NULL)
        return false;
    /* A reader of an archive wants all there is: what retention would hide is still shown until it is gone.
     */
    struct history_options history_options = {.cairn_id = catalog_cairn_id(stored->catalog),
        .generation = catalog_generation(stored->catalog),
        .read_only = true};
    stored->history = history_open(stored->disk, &history_options, error);
    return stored->history != NULL && read_tail(stored, error);
}

static void keep_busiest(struct str account, struct str region, uint64_t event_count, void *context) {
    struct ctl_stored *stored = context;
    bool is_wanted = (stored->query.account.size == 0 || str_equals(stored->query.account, account)) &&
                     (stored->query.region.size == 0 || str_equals(stored->query.region, region));
    if (!is_wanted || event_count <= stored->busiest)
        return;
    stored->busiest = event_count;
    stored->account = arena_str(&stored->arena, account);
    stored->region = arena_str(&stored->arena, region);
}

struct ctl_stored *ctl_stored_open(
    struct str data, struct str account, struct str region, struct error *error) {
    struct ctl_stored *stored = MEM_NEW(struct ctl_stored);
    stored->query = (struct history_query){.account = account, .region = region};
    if (!open_stores(stored, data, error) || !history_places(stored->history, keep_busiest, stored, error)) {
        error_context(error, "no daemon runs on %.*s, and its stores cannot be read", STR(data));
        ctl_stored_close(stored);
        return NULL;
    }
    stored->query.account = account.size > 0 ? account : stored->account;
    stored->query.region = region.size > 0 ? region : stored->region;
    return stored;
}

void ctl_stored_close(struct ctl_stored *stored) {
    if (stored == NULL)
        return;
    history_close(stored->history);
    journal_close(stored->journal);
    catalog_close(stored->catalog);
    if (stored->disk != NULL)
        disk_real_destroy(stored->disk);
    arena_finish(&stored->page_arena);
    arena_finish(&stored->arena);
    mem_free(stored);
}

static void print_hit(struct ctl_event_printer *printer, const struct history_hit *hit) {
    const struct event_facets *facets = &hit->envelope.facets;
    char id[UUID_TEXT_SIZE + 1];
    uuid_format(facets->id, id);
    struct ctl_event event = {
        .time = facets->time,
        .region = facets->region,
        .name = facets->name,
        .source = facets->source,
        .username = facets->username,
        .access_key_id = facets->access_key_id,
        .source_ip = facets->source_ip,
        .error_code = facets->error_code,
        .id = str_from(id),
        .record = hit->envelope.record,
    };
    ctl_event_printer_add(printer, &event);
}

bool ctl_stored_page(struct ctl_stored *stored, const struct ctl_search *search,
    struct ctl_event_printer *printer, size_t *ret_count, bool *ret_has_more, struct error *error) {
    struct history_query *query = &stored->query;
    query->from = search->from;
    query->to = search->to;
    query->categories = search->categories;
    query->filters = search->filters;
    query->filter_count = search->filter_count;
    query->limit = search->limit;
    struct history_page page = {0};
    arena_clear(&stored->page_arena);
    if (!history_lookup(stored->history, query, &stored->page_arena, &page, error))
        return false;
    for (size_t i = 0; i < page.count; i++)
        print_hit(printer, &page.hits[i]);
    if (page.count > 0) {
        query->has_before = true;
        query->before_time = page.hits[page.count - 1].envelope.facets.time;
        query->before_position = page.hits[page.count - 1].position;
    }
    query->position_max = page.position_max;
    *ret_count = page.count;
    *ret_has_more = page.has_more;
    return true;
}

void ctl_stored_status(struct ctl_stored *stored, struct ctl_stored_status *ret_status) {
    struct journal_stats journal = journal_stats(stored->journal);
    ret_status->journal_position = journal.end_position;
    ret_status->journal_bytes = journal.bytes;
    ret_status->sealed_position = history_sealed_position(stored->history);
    history_stats(stored->history, &ret_status->history);
}
