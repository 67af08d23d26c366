/* SPDX-License-Identifier: Apache-2.0 */
/* history_fixture: a history on a simulated disk beside a model of what it should answer. */
#pragma once

#include "history/history.h"
#include "support/disk_sim.h"
#include "support/history_model.h"

static const int64_t start_ms = 1700000000000;

struct fixture {
    struct disk_sim *sim;
    struct history_options options;
    struct history *history;
    struct history_model *model;
    struct error error;
};

static inline void open_history(struct fixture *fixture) {
    history_close(fixture->history);
    fixture->error = (struct error){0};
    fixture->history = history_open(disk_sim_disk(fixture->sim), &fixture->options, &fixture->error);
    if (fixture->history == NULL)
        printf("# %s\n", fixture->error.message);
}

static inline void set_up(struct fixture *fixture) {
    *fixture = (struct fixture){.sim = disk_sim_create(1), .model = history_model_create()};
    open_history(fixture);
}

static inline void tear_down(struct fixture *fixture) {
    history_close(fixture->history);
    history_model_destroy(fixture->model);
    disk_sim_destroy(fixture->sim);
}

static inline void apply(struct fixture *fixture, const struct sample_event *event) {
    struct bytes payload = history_model_add(fixture->model, event);
    EXPECT(history_apply(fixture->history, fixture->model->count, payload, &fixture->error));
}

static inline struct sample_event sample(uint64_t number) {
    return (struct sample_event){.number = number,
        .time_ms = start_ms + (int64_t)number * 1000,
        .arrived_at_ms = start_ms + (int64_t)number * 1000 + 500,
        .user = (unsigned)(number % 7),
        .name = (unsigned)(number % 5),
        .address = (unsigned)(number % 3),
        .resource = (unsigned)(number % 11),
        .error = (unsigned)(number % 4),
        .category = number % 6 == 0 ? EVENT_DATA : EVENT_MANAGEMENT,
        .read_only = number % 2 == 0};
}

static inline void apply_many(struct fixture *fixture, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct sample_event event = sample(fixture->model->count);
        apply(fixture, &event);
    }
}

static inline void maintain(struct fixture *fixture, int64_t now_ms, bool force_seal) {
    bool more = true;
    for (int steps = 0; more && steps < 1000; steps++, force_seal = false)
        if (!history_maintain(
                fixture->history, (struct moment){now_ms}, force_seal, &more, &fixture->error)) {
            printf("# %s\n", fixture->error.message);
            EXPECT(false);
            return;
        }
}

static inline struct history_query query_all(size_t limit) {
    return (struct history_query){.account = sample_account(0),
        .region = str_from(sample_region(0)),
        .from = MOMENT_MIN,
        .to = MOMENT_MAX,
        .limit = limit};
}
