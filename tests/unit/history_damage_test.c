/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that changed on disk: every answer is either the right one or ERROR_CORRUPT. */
#include "history/history.h"
#include "support/disk_sim.h"
#include "support/history_model.h"
#include "sys/disk.h"

static const int64_t start_ms = 1700000000000;
enum { EVENTS = 260 };

static struct history *open_history(struct disk_sim *sim, struct error *error) {
    struct history_options options = {.read_only = true};
    *error = (struct error){0};
    return history_open(disk_sim_disk(sim), &options, error);
}

static void fill(struct disk_sim *sim, struct history_model *model) {
    struct error error = {0};
    struct history_options options = {0};
    struct history *history = history_open(disk_sim_disk(sim), &options, &error);
    for (size_t i = 0; i < EVENTS; i++) {
        struct sample_event event = {.number = i,
            .time_ms = start_ms + (int64_t)(sample_mix(i) % 100) * 1000,
            .arrived_at_ms = start_ms + 200000,
            .user = (unsigned)(i % 3),
            .name = (unsigned)(i % 40),
            .account = (unsigned)(i % 10 == 0)};
        EXPECT(history_apply(history, i + 1, history_model_add(model, &event), &error));
    }
    bool more = true;
    EXPECT(history_maintain(history, (struct moment){start_ms}, true, &more, &error));
    history_close(history);
}

static bool note_segment(const char *name, bool is_directory, void *context) {
    if (!is_directory && str_ends_with(str_from(name), STR_LITERAL(".segment")))
        (void)buf_append_format(context, "history/%s", name);
    return true;
}

static void ignore_place(struct str account, struct str region, uint64_t event_count, void *context) {
    (void)account;
    (void)region;
    *(uint64_t *)context += event_count;
}

struct reading {
    const struct history_model *model;
    bool wrong;
};

static bool note_event(uint64_t position, struct bytes payload, void *context) {
    struct reading *reading = context;
    reading->wrong = reading->wrong || !bytes_equal(payload, reading->model->payloads[position - 1]);
    return true;
}

/* The answer to a question, right or refused; a failure must say that the bytes are to blame. */
static bool answers_well(
    const struct history_model *model, struct history *history, const struct history_query *query) {
    static uint64_t expected[HISTORY_LIMIT_MAX];
    struct error error = {0};
    struct arena arena = ARENA_INIT;
    struct history_page page = {0};
    bool well = false;
    if (!history_lookup(history, query, &arena, &page, &error)) {
        well = error.kind == ERROR_CORRUPT;
    } else {
        size_t total = history_model_lookup(model, query, expected);
        well = page.count == (total < query->limit ? total : query->limit);
        for (size_t i = 0; i < page.count && well; i++)
            well = page.hits[i].position == expected[i] && model_hit_is_whole(model, &page.hits[i]);
    }
    arena_finish(&arena);
    return well;
}

static bool everything_answers_well(const struct history_model *model, struct history *history) {
    struct error error = {0};
    struct history_filter filters[] = {{HISTORY_USERNAME, STR_LITERAL("u1")},
        {HISTORY_EVENT_NAME, STR_LITERAL("Name7")}, {HISTORY_EVENT_ID, {0}}};
    char id[UUID_TEXT_SIZE + 1];
    uuid_format(model->events[5].facets.id, id);
    filters[2].value = str_from(id);
    struct history_query query = {.account = sample_account(0),
        .region = str_from(sample_region(0)),
        .from = MOMENT_MIN,
        .to = (struct moment){start_ms + 60000},
        .limit = 1000};
    bool well = answers_well(model, history, &query);
    for (size_t i = 0; i < 3 && well; i++) {
        query.filters = &filters[i];
        query.filter_count = 1;
        query.to = MOMENT_MAX;
        well = answers_well(model, history, &query);
    }
    struct reading reading = {.model = model};
    uint64_t next = 0;
    uint64_t count = 0;
    bool read = history_read(history, 1, EVENTS, note_event, &reading, &next, &error);
    well = well && !reading.wrong && (read || error.kind == ERROR_CORRUPT);
    bool listed = history_places(history, ignore_place, &count, &error);
    return well && (listed ? count == EVENTS : error.kind == ERROR_CORRUPT);
}

static bool a_flip_is_noticed_or_harmless(
    struct disk_sim *sim, const struct history_model *model, const char *name, uint64_t bit) {
    struct error error;
    if (!disk_sim_flip_bit(sim, name, bit))
        return false;
    struct history *history = open_history(sim, &error);
    bool well = history != NULL ? everything_answers_well(model, history) : error.kind == ERROR_CORRUPT;
    if (history == NULL && well)
        well = str_find(str_from(error.message), str_from("history/")) != SIZE_MAX;
    history_close(history);
    if (!well)
        printf("# bit %" PRIu64 " of %s: %s\n", bit, name, error.message);
    return disk_sim_flip_bit(sim, name, bit) && well;
}

static void a_flipped_bit_gives_the_right_answer_or_an_error(void) {
    struct disk_sim *sim = disk_sim_create(1);
    struct history_model *model = history_model_create();
    struct error error = {0};
    SCOPED(buf_finish) struct buf name = BUF_INIT(100);
    fill(sim, model);
    EXPECT(disk_list(disk_sim_disk(sim), "history", note_segment, &name, &error));
    struct disk_stat stat = {0};
    EXPECT(disk_stat(disk_sim_disk(sim), name.data, &stat, &error));
    EXPECT(stat.size > 10000);
    for (uint64_t byte = 0; byte < stat.size && tap_ok; byte += 29)
        EXPECT(a_flip_is_noticed_or_harmless(sim, model, name.data, byte * 8 + byte % 8));
    EXPECT(disk_stat(disk_sim_disk(sim), "history/manifest", &stat, &error));
    for (uint64_t bit = 0; bit < stat.size * 8 && tap_ok; bit++)
        EXPECT(a_flip_is_noticed_or_harmless(sim, model, "history/manifest", bit));
    history_model_destroy(model);
    disk_sim_destroy(sim);
}

static void a_cut_file_is_noticed(void) {
    struct disk_sim *sim = disk_sim_create(1);
    struct history_model *model = history_model_create();
    struct error error = {0};
    SCOPED(buf_finish) struct buf name = BUF_INIT(100);
    fill(sim, model);
    EXPECT(disk_list(disk_sim_disk(sim), "history", note_segment, &name, &error));
    struct disk_file *file = disk_open(disk_sim_disk(sim), name.data, DISK_WRITE, &error);
    uint64_t size = 0;
    EXPECT(disk_size(file, &size, &error));
    while (size > 0 && tap_ok) {
        size = size > 1000 ? size - 997 : size / 2;
        EXPECT(disk_truncate(file, size, &error));
        struct history *history = open_history(sim, &error);
        EXPECT(history == NULL && error.kind == ERROR_CORRUPT);
        history_close(history);
    }
    disk_close(file);
    history_model_destroy(model);
    disk_sim_destroy(sim);
}

int main(void) {
    TEST(a_flipped_bit_gives_the_right_answer_or_an_error);
    TEST(a_cut_file_is_noticed);
    return tap_done();
}
