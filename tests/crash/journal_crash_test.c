/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises: P1, P7.
 *
 * Pull the plug everywhere. For many seeds and every point of failure: rounds of opening the
 * journal, appending groups as a careless caller would (it goes on after a failure), releasing,
 * sometimes restarting the program without a crash, then a power cut. After each reopening:
 * every payload that was acknowledged or shown is there at its position, and nothing that was
 * never sent.
 */
#include "base/own.h"
#include "journal/journal.h"
#include "support/disk_sim.h"
#include "support/seeds.h"
#include "support/tap.h"

enum { SEEDS = 100, POINTS = 40, ROUNDS = 5, GROUPS = 6, PAYLOADS_MAX = ROUNDS * GROUPS * 3 * 2 + 1 };

struct model {
    uint64_t random;
    uint64_t sent;                     /* payload i has a text made of i */
    uint64_t stored[PAYLOADS_MAX];     /* position: payload that must be there */
    uint64_t end;                      /* the last position that must be there */
    uint64_t tried_first, tried_count; /* payloads of the group that failed: may follow `end` in order */
    uint64_t released;
};

static uint64_t roll(struct model *model) {
    model->random = model->random * 6364136223846793005u + 1442695040888963407u;
    return model->random >> 33;
}

static struct bytes payload_text(char text[128], uint64_t number) {
    int size = snprintf(text, 128, "payload %ju %.*s", (uintmax_t)number, (int)(number * 7 % 60),
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl");
    return bytes_of(text, (size_t)size);
}

static struct journal *open_journal(struct disk_sim *sim) {
    struct error error = {0};
    struct journal_options options = {.segment_bytes = 400, .generation = 1};
    return journal_open(disk_sim_disk(sim), &options, &error);
}

/* True where acknowledged. */
static bool append_group(struct journal *journal, struct model *model) {
    char texts[3][128];
    struct bytes payloads[3];
    struct error error = {0};
    size_t count = 1 + roll(model) % 3;
    for (size_t i = 0; i < count; i++)
        payloads[i] = payload_text(texts[i], model->sent + i);
    uint64_t position = 0;
    bool acknowledged = journal_append(journal, payloads, count, &position, &error);
    if (acknowledged) {
        EXPECT(position == model->end + 1);
        for (size_t i = 0; i < count; i++)
            model->stored[++model->end] = model->sent + i;
    } else if (error.kind != ERROR_UNAVAILABLE) {
        /* Refused groups leave no trace; this one may. */
        model->tried_first = model->sent;
        model->tried_count = count;
    }
    model->sent += count;
    return acknowledged;
}

static bool text_is(struct bytes payload, uint64_t number) {
    char text[128];
    return bytes_equal(payload, payload_text(text, number));
}

/* Compare all that can be read with the model; what was shown beyond it must stay from now on. */
static bool stored_matches(struct journal *journal, struct model *model) {
    struct error error = {0};
    uint64_t oldest = journal_oldest(journal), end = journal_end(journal);
    if (end < model->end || oldest > model->released + 1 || end > model->end + model->tried_count)
        return false;
    struct journal_cursor *cursor = journal_cursor_create(journal, oldest);
    bool ok = true;
    for (uint64_t position = oldest; ok && position <= end; position++) {
        struct journal_record record = {0};
        if (position > model->end)
            model->stored[position] = model->tried_first + position - model->end - 1;
        ok = journal_cursor_next(cursor, &record, &error) && record.position == position &&
             text_is(record.payload, model->stored[position]);
    }
    struct journal_record record = {.position = 1};
    ok = ok && journal_cursor_next(cursor, &record, &error) && record.position == 0;
    journal_cursor_destroy(cursor);
    if (!ok)
        printf("# oldest %ju end %ju model end %ju: %s\n", (uintmax_t)oldest, (uintmax_t)end,
            (uintmax_t)model->end, error.message);
    model->end = end;
    model->tried_count = 0;
    return ok;
}

/* Open, append and release as a caller does who looks at no result; one operation fails. */
static bool work(struct disk_sim *sim, struct model *model) {
    struct error error = {0};
    struct journal *journal = open_journal(sim);
    if (journal == NULL)
        return true;
    bool failed_before = false, ok = true;
    for (int group = 0; group < GROUPS; group++) {
        bool acknowledged = append_group(journal, model);
        ok = ok && !(acknowledged && failed_before);
        failed_before = failed_before || !acknowledged;
        if (roll(model) % 4 == 0) {
            uint64_t position = roll(model) % (model->end + 1);
            model->released = position > model->released ? position : model->released;
            IGNORE(journal_release(journal, model->released, &error), "what cannot go stays");
        }
    }
    journal_close(journal);
    return ok;
}

static bool reopens_and_matches(struct disk_sim *sim, struct model *model) {
    struct journal *journal = open_journal(sim);
    bool ok = journal != NULL && stored_matches(journal, model);
    journal_close(journal);
    return ok;
}

static bool run_round(struct disk_sim *sim, struct model *model, int point) {
    disk_sim_fail_at(sim, point);
    bool ok = work(sim, model);
    disk_sim_fail_at(sim, -1);
    if (ok && roll(model) % 2 == 0)
        ok = reopens_and_matches(sim, model); /* the program alone restarts: caches are warm */
    disk_sim_crash(sim);
    ok = ok && reopens_and_matches(sim, model);
    if (ok && roll(model) % 2 == 0) {
        disk_sim_crash(sim); /* recovery itself must be durable */
        ok = reopens_and_matches(sim, model);
    }
    return ok;
}

static void what_was_acknowledged_or_shown_survives_a_power_cut_at_every_operation(void) {
    struct seeds seeds = seeds_choose(SEEDS);
    for (uint64_t seed = seeds.first; seed < seeds.end; seed++) {
        for (int point = 0; point < POINTS && tap_ok; point++) {
            struct model model = {.random = seed * POINTS + (uint64_t)point};
            struct disk_sim *sim = disk_sim_create(seed);
            for (int round = 0; round < ROUNDS && tap_ok; round++) {
                tap_ok = run_round(sim, &model, (point + round * 7) % POINTS);
                if (!tap_ok)
                    printf("# replay: seed %ju point %d round %d\n", (uintmax_t)seed, point, round);
            }
            disk_sim_destroy(sim);
        }
    }
}

int main(void) {
    TEST(what_was_acknowledged_or_shown_survives_a_power_cut_at_every_operation);
    return tap_done();
}
