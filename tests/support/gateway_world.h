/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gateway_world: journal, ids and admission on a simulated disk, without threads, and the records and
 * intents of calls of the gateway entry "one". A call's number is in its record's id too, unless the test
 * gives another.
 */
#pragma once

#include "admission/intent.h"
#include "base/own.h"
#include "journal/journal.h"
#include "ledger/ledger.h"
#include "seen/seen.h"
#include "support/disk_sim.h"
#include "support/event_text.h"
#include "sys/clock.h"

#include <string.h>

struct gateway_world {
    struct disk_sim *sim;
    struct clock_manual now;
    struct journal *journal;
    struct seen *seen;
    struct admission *admission;
};

static const struct admission_sender gateway_world_sender = {
    .door = EVENT_DOOR_GATEWAY, .principal = {"gateway/one", 11}, .is_witnessed = true};

static inline bool gateway_world_open(
    struct gateway_world *world, struct admission_options options, struct error *error) {
    struct journal_options journal_options = {.segment_bytes = 6000, .clock = &world->now.clock};
    struct seen_options seen_options = {.memory_entries = 16};
    struct disk *disk = disk_sim_disk(world->sim);
    options.clock = &world->now.clock;
    world->seen = NULL;
    world->admission = NULL;
    world->journal = journal_open(disk, &journal_options, error);
    if (world->journal != NULL)
        world->seen = seen_open(disk, &seen_options, error);
    if (world->seen != NULL)
        world->admission = admission_open(disk, world->journal, world->seen, &options, error);
    return world->admission != NULL;
}

static inline void gateway_world_close(struct gateway_world *world) {
    admission_close(world->admission);
    seen_close(world->seen);
    journal_close(world->journal);
    world->admission = NULL;
    world->seen = NULL;
    world->journal = NULL;
}

static inline struct ledger_options gateway_world_ledger(struct gateway_world *world, bool is_fail_closed) {
    return (struct ledger_options){.disk = disk_sim_disk(world->sim),
        .journal = world->journal,
        .admission = world->admission,
        .clock = &world->now.clock,
        .generation = 1,
        .name = STR_LITERAL("one"),
        .account = STR_LITERAL("111122223333"),
        .region = STR_LITERAL("us-east-1"),
        .is_fail_closed = is_fail_closed};
}

/* As the gateway makes it: what is known when the call begins. */
static inline struct str gateway_world_intent(char text[EVENT_TEXT_SIZE], unsigned id) {
    static const char mark[] = "{\"errorCode\":\"OutcomeUnknown\",";
    char whole[EVENT_TEXT_SIZE];
    struct str event = event_text(whole, id, 0);
    memcpy(text, mark, sizeof mark - 1);
    memcpy(text + sizeof mark - 1, event.data + 1, event.size - 1);
    return str_of(text, event.size - 1 + sizeof mark - 1);
}

/* Hand in one intent or record, and do the work. */
static inline enum admission_outcome gateway_world_submit(
    struct gateway_world *world, bool is_intent, unsigned id, uint64_t sequence, struct error *error) {
    char text[EVENT_TEXT_SIZE];
    struct admission_batch *batch = admission_batch_create(world->admission, &gateway_world_sender);
    if (is_intent)
        admission_batch_add_intent(batch, gateway_world_intent(text, id), sequence);
    else
        admission_batch_add_numbered(batch, event_text(text, id, 1), sequence);
    IGNORE(admission_submit(world->admission, batch, 0, error), "the outcome tells");
    enum admission_outcome outcome = admission_batch_result(batch, 0).outcome;
    admission_batch_destroy(batch);
    return outcome;
}

/* What the journal tells of gaps: events, calls in them, and those in exact ones. */
struct gateway_world_gaps {
    uint64_t events, calls, exact_calls;
};

static inline uint64_t gateway_world_count_in(struct str record) {
    const struct str key = STR_LITERAL("\"count\":");
    size_t at = str_find(record, key);
    uint64_t count = 0;
    for (at += key.size; at < record.size && record.data[at] >= '0' && record.data[at] <= '9'; at++)
        count = count * 10 + (uint64_t)(record.data[at] - '0');
    return count;
}

static inline bool gateway_world_gaps(struct gateway_world *world, struct gateway_world_gaps *ret_gaps) {
    struct error error = {0};
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    uint64_t position = journal_oldest(world->journal), end = journal_end(world->journal);
    struct journal_cursor *cursor = journal_cursor_create(world->journal, position);
    struct gateway_world_gaps gaps = {0};
    bool ok = true;
    for (; ok && position <= end; position++) {
        struct journal_record record = {0};
        struct event_envelope envelope = {0};
        arena_clear(&arena);
        ok = journal_cursor_next(cursor, &record, &error) &&
             event_envelope_parse(&arena, record.payload, &envelope, &error);
        if (!ok || !str_is(envelope.facets.name, "EventsNotRecorded"))
            continue;
        uint64_t calls = gateway_world_count_in(envelope.record);
        bool is_exact = str_find(envelope.record, STR_LITERAL("\"exact\":true")) != SIZE_MAX;
        gaps.events++;
        gaps.calls += calls;
        gaps.exact_calls += is_exact ? calls : 0;
    }
    journal_cursor_destroy(cursor);
    *ret_gaps = gaps;
    return ok;
}
