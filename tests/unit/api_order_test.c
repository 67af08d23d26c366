/* SPDX-License-Identifier: Apache-2.0 */
/* Many callers at once: events of change reach the journal in the order in which the changes were committed.
 */
#include "catalog/trails.h"
#include "support/api_world.h"
#include "sys/random.h"
#include "sys/thread.h"

enum { THREADS = 6, ROUNDS = 12, CHANGES = THREADS * (1 + ROUNDS) };

static struct world world;

struct caller {
    unsigned number;
    unsigned succeeded;
};

static bool call_alone(const char *name, const char *body) {
    struct arena arena = ARENA_INIT;
    uint8_t random[UUID_SIZE];
    random_bytes(random, sizeof random);
    struct api_call call = {.api = world.api,
        .arena = &arena,
        .operation = api_operation_find(NULL, API_CLOUDTRAIL, str_from(name)),
        .principal = world.principal,
        .account = world.principal.account,
        .region = STR_LITERAL(WORLD_REGION),
        .now = {world.clock.now_ms},
        .event_id = uuid_random(random)};
    uuid_format(call.event_id, call.request_id);
    bool succeeded = api_call_run(&call, str_from(body));
    json_parser_destroy(call.parser);
    json_parser_destroy(call.stored_parser);
    arena_finish(&arena);
    return succeeded;
}

static void change_a_trail(void *context) {
    struct caller *caller = context;
    char body[128];
    (void)snprintf(body, sizeof body, "{\"Name\":\"trail-%u\",\"S3BucketName\":\"audit\"}", caller->number);
    caller->succeeded += call_alone("CreateTrail", body);
    (void)snprintf(body, sizeof body, "{\"Name\":\"trail-%u\"}", caller->number);
    for (int round = 0; round < ROUNDS; round++)
        caller->succeeded += call_alone(round % 2 == 0 ? "StartLogging" : "StopLogging", body);
}

/* Where in the journal each event id stands; 0: nowhere. */
static uint64_t position_of(struct uuid id) {
    struct error error = {0};
    uint64_t found = 0;
    struct journal_cursor *cursor = journal_cursor_create(world.journal, 1);
    struct journal_record record = {0};
    while (found == 0 && journal_cursor_next(cursor, &record, &error) && record.position != 0) {
        struct arena arena = ARENA_INIT;
        struct event_envelope envelope;
        bool is_read = event_envelope_parse(&arena, record.payload, &envelope, &error);
        if (is_read && bytes_equal(BYTES_OF(envelope.facets.id.bytes), BYTES_OF(id.bytes)))
            found = record.position;
        arena_finish(&arena);
    }
    journal_cursor_destroy(cursor);
    return found;
}

static void events_of_change_stand_in_the_order_of_their_commits(void) {
    world_open(&world);
    world_start_api(&world, (struct api_options){.trails_per_region_max = THREADS});
    struct caller callers[THREADS] = {0};
    struct thread *threads[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        callers[i].number = i;
        threads[i] = thread_start("caller", change_a_trail, &callers[i]);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        thread_join(threads[i]);
        EXPECT_INT(callers[i].succeeded, 1 + ROUNDS);
    }
    struct catalog_version *versions = NULL;
    size_t count = 0;
    struct error error = {0};
    EXPECT(catalog_version_list(world.catalog, 0, 0, &world.arena, &versions, &count, &error));
    EXPECT_INT(count, CHANGES);
    uint64_t before = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t position = position_of(versions[i].event_id);
        EXPECT(position > before);
        before = position;
    }
    EXPECT_INT(journal_end(world.journal), CHANGES);
    world_close(&world);
}

int main(void) {
    TEST(events_of_change_stand_in_the_order_of_their_commits);
    return tap_done();
}
