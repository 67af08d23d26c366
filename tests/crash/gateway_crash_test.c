/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises: P1, P3, P7.
 *
 * The whole gateway, its threads and sockets included, on a simulated disk that fails under calls: one
 * operation fails, or all from one on, or the disk is full for a while; then a clean end or none, and a power
 * cut. Several such lives, then one more start. Of each entry then, in calls: seen = recorded + gaps +
 * refused; recorded is what the journal has, each call once; what reached the upstream or was answered has a
 * record or is in a gap, fail-closed a record in any case.
 *
 * The threads are the kernel's: a seed repeats the disturbances, not their moments.
 */
#include "admission/admission.h"
#include "auth/auth.h"
#include "base/check.h"
#include "base/own.h"
#include "catalog/catalog.h"
#include "gateway/gateway.h"
#include "http/http.h"
#include "journal/journal.h"
#include "seen/seen.h"
#include "support/disk_sim.h"
#include "support/seeds.h"
#include "support/tap.h"
#include "sys/clock.h"
#include "sys/thread.h"

#include <stdatomic.h>
#include <string.h>

enum {
    SEEDS = 12,
    LIVES = 3,
    GATES = 3,
    CALLERS = 2,
    CALLS_PER_LIFE = 12,
    CALLS_MAX = 1024,
    FLOOR = 4 << 20
};

static const char *const names[GATES] = {"buffered", "fail-closed", "best-effort"};
static const enum gateway_guarantee guarantees[GATES] = {
    GATEWAY_BUFFERED, GATEWAY_FAIL_CLOSED, GATEWAY_BEST_EFFORT};

/* What really became of a call. */
static struct truth {
    _Atomic bool has_reached, is_answered;
    unsigned records;
} calls[GATES][CALLS_MAX];
static _Atomic unsigned call_count[GATES];

static struct disk_sim *sim;
static struct catalog *catalog;
static struct auth *auth;
static struct http_server *upstream;
static struct journal *journal;
static struct seen *seen;
static struct admission *admission;
static struct gateway *gateway;
static uint64_t random_state;

static uint64_t roll(uint64_t below) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % below;
}

/* ---- the upstream and its callers ---- */

/* "/GATE/NUMBER" */
static struct truth *call_of(struct str path) {
    struct str gate = STR_EMPTY, number = path;
    uint64_t index = 0;
    IGNORE(str_cut(&number, '/').size, "what is before the first slash");
    gate = str_cut(&number, '/');
    ASSERT(str_to_u64(number, &index) && index < CALLS_MAX);
    for (size_t i = 0; i < GATES; i++)
        if (str_is(gate, names[i]))
            return &calls[i][index];
    ASSERT(false);
    return NULL;
}

static void answer(struct http_exchange *exchange, void *context) {
    (void)context;
    atomic_store(&call_of(http_path(exchange))->has_reached, true);
    http_answer(exchange, 200, str_bytes(STR_LITERAL("hello")));
}

static const struct http_service upstream_service = {.on_complete = answer};

struct caller {
    struct thread *thread;
    size_t gate;
    char url[64]; /* of the entry */
};

static void make_call(struct caller *caller, struct http_client *client) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    unsigned number = atomic_fetch_add(&call_count[caller->gate], 1);
    ASSERT(number < CALLS_MAX);
    struct http_call call = {.method = STR_LITERAL("GET"),
        .url = arena_format(&arena, "%s/%s/%u", caller->url, names[caller->gate], number),
        .answer_bytes_max = 4096};
    struct http_reply reply = {.status = 0};
    struct error error = {0};
    if (!http_client_call(client, &call, &arena, &reply, &error))
        return;
    if (reply.status == 200)
        atomic_store(&calls[caller->gate][number].is_answered, true);
    else
        EXPECT_INT(reply.status, 503);
}

static void run_caller(void *context) {
    struct http_client_options options = {.connect_timeout_ms = 2000, .idle_timeout_ms = 30000};
    struct http_client *client = http_client_create(&options);
    for (size_t i = 0; i < CALLS_PER_LIFE; i++)
        make_call(context, client);
    http_client_destroy(client);
}

static void start_callers(struct caller callers[GATES * CALLERS]) {
    struct gateway_stats stats[GATES];
    EXPECT_INT(gateway_stats(gateway, stats, GATES), GATES);
    for (size_t i = 0; i < GATES * CALLERS; i++) {
        callers[i].gate = i % GATES;
        (void)snprintf(
            callers[i].url, sizeof callers[i].url, "http://%.*s", STR(stats[callers[i].gate].listen));
        callers[i].thread = thread_start("caller", run_caller, &callers[i]);
    }
}

/* ---- a life ---- */

static bool open_stores(bool has_floor, struct error *error) {
    struct disk *disk = disk_sim_disk(sim);
    struct journal_options journal_options = {.segment_bytes = 64 << 10, .generation = 1};
    struct seen_options seen_options = {.memory_entries = 1024};
    struct admission_options admission_options = {.free_disk_floor = has_floor ? FLOOR : 0,
        .account = STR_LITERAL("111122223333"),
        .region = STR_LITERAL("us-east-1")};
    journal = journal_open(disk, &journal_options, error);
    if (journal == NULL)
        return false;
    seen = seen_open(disk, &seen_options, error);
    if (seen == NULL)
        return false;
    admission = admission_open(disk, journal, seen, &admission_options, error);
    if (admission != NULL)
        admission_start(admission);
    return admission != NULL;
}

static bool start(bool has_floor, struct error *error) {
    static struct gateway_entry entries[GATES]; /* borrowed by the gateway */
    static char url[64];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u", http_server_port(upstream));
    for (size_t i = 0; i < GATES; i++)
        entries[i] = (struct gateway_entry){.name = str_from(names[i]),
            .listen = STR_LITERAL("127.0.0.1:0"),
            .upstream = str_from(url),
            .guarantee = guarantees[i],
            .wait_ms = 50};
    struct gateway_options options = {.disk = disk_sim_disk(sim),
        .auth = auth,
        .catalog = catalog,
        .account = STR_LITERAL("111122223333"),
        .region = STR_LITERAL("us-east-1"),
        .entries = entries,
        .entry_count = GATES,
        .connections_max = 64};
    if (!open_stores(has_floor, error))
        return false;
    options.journal = journal;
    options.admission = admission;
    gateway = gateway_start(&options, error);
    return gateway != NULL;
}

static void end(void) {
    gateway_destroy(gateway);
    if (admission != NULL)
        admission_stop(admission);
    admission_close(admission);
    seen_close(seen);
    journal_close(journal);
    gateway = NULL;
    admission = NULL;
    seen = NULL;
    journal = NULL;
}

static void disturb(bool may_be_full) {
    clock_sleep_ms((int64_t)roll(15));
    if (may_be_full) {
        disk_sim_set_free_bytes(sim, FLOOR + roll(4) * (100 << 10));
        clock_sleep_ms((int64_t)roll(30));
        disk_sim_set_free_bytes(sim, UINT64_MAX);
    } else if (roll(3) == 0) {
        disk_sim_fail_at(sim, (int)roll(20));
    } else if (roll(2) == 0) {
        disk_sim_fail_from(sim, (int)roll(20));
    }
}

static void check_moment(void) {
    struct gateway_stats stats[GATES];
    size_t count = gateway_stats(gateway, stats, GATES);
    for (size_t i = 0; i < count; i++)
        EXPECT_INT(stats[i].seen, stats[i].recorded + stats[i].gaps + stats[i].refused + stats[i].in_flight);
}

static void live(void) {
    struct caller callers[GATES * CALLERS];
    struct error error = {0};
    bool may_be_full = roll(3) == 0;
    if (roll(6) == 0)
        disk_sim_fail_at(sim, (int)roll(60)); /* while it starts */
    bool has_started = start(may_be_full, &error);
    if (has_started) {
        start_callers(callers);
        disturb(may_be_full);
        for (size_t i = 0; i < GATES * CALLERS; i++)
            thread_join(callers[i].thread);
        check_moment();
    }
    if (roll(3) > 0) /* the process is gone: nothing is saved any more */
        disk_sim_fail_from(sim, 0);
    end();
    disk_sim_fail_at(sim, -1);
    disk_sim_crash(sim);
}

/* ---- afterwards ---- */

static size_t gate_of(struct str principal) {
    for (size_t i = 0; i < GATES; i++)
        if (str_ends_with(principal, str_from(names[i])))
            return i;
    return GATES;
}

/* Note which calls have records. */
static bool read_journal(uint64_t counts[GATES], struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct journal_cursor *cursor = journal_cursor_create(journal, journal_oldest(journal));
    bool is_good = true;
    for (;;) {
        struct journal_record record = {.position = 0};
        struct event_envelope envelope;
        is_good = journal_cursor_next(cursor, &record, error);
        arena_clear(&arena);
        if (record.position == 0 ||
            !(is_good = event_envelope_parse(&arena, record.payload, &envelope, error)))
            break;
        if (envelope.kind != EVENT_KIND_EVENT || envelope.door != EVENT_DOOR_GATEWAY)
            continue;
        struct str marker = STR_LITERAL("\"key\":\"");
        size_t gate = gate_of(envelope.principal), at = str_find(envelope.record, marker);
        ASSERT(gate < GATES && at != SIZE_MAX);
        struct str rest = str_slice(envelope.record, at + marker.size, SIZE_MAX);
        uint64_t number = 0;
        ASSERT(str_to_u64(str_cut(&rest, '"'), &number) && number < CALLS_MAX);
        calls[gate][number].records++;
        counts[gate]++;
    }
    journal_cursor_destroy(cursor);
    return is_good;
}

static void check_gate(size_t gate, const struct gateway_stats *stats, uint64_t records) {
    uint64_t lost = 0;
    for (size_t i = 0; i < CALLS_MAX; i++) {
        const struct truth *call = &calls[gate][i];
        EXPECT(call->records <= 1);
        lost += call->records == 0 && (call->has_reached || call->is_answered);
    }
    EXPECT_INT(stats->in_flight, 0);
    EXPECT_INT(stats->seen, stats->recorded + stats->gaps + stats->refused);
    EXPECT_INT(stats->recorded, records);
    EXPECT(lost <= stats->gaps);
    if (guarantees[gate] == GATEWAY_FAIL_CLOSED)
        EXPECT(lost == 0 && stats->gaps == 0);
}

static void check(uint64_t seed) {
    struct gateway_stats stats[GATES];
    uint64_t counts[GATES] = {0};
    struct error error = {0};
    bool was_ok = tap_ok;
    tap_ok = true;
    EXPECT(start(false, &error));
    if (gateway != NULL) {
        EXPECT_INT(gateway_stats(gateway, stats, GATES), GATES);
        EXPECT(read_journal(counts, &error));
        for (size_t i = 0; i < GATES; i++)
            check_gate(i, &stats[i], counts[i]);
    }
    if (!tap_ok)
        printf("# seed %" PRIu64 " %s\n", seed, error.message);
    tap_ok = tap_ok && was_ok;
    end();
}

static void a_disk_that_fails_under_calls_leaves_none_uncounted(void) {
    struct http_server_options upstream_options = {
        .host = STR_LITERAL("127.0.0.1"), .connections_max = 256, .idle_timeout_s = 30};
    struct error error = {0};
    uint8_t key[32] = {7};
    struct catalog_options catalog_options = {.path = ":memory:", .key = key};
    struct seeds seeds = seeds_choose(SEEDS);
    upstream = http_server_create(&upstream_options, &upstream_service, &error);
    catalog = catalog_open(&catalog_options, &error);
    auth = catalog != NULL ? auth_create(catalog, &error) : NULL;
    EXPECT(upstream != NULL && auth != NULL);
    for (uint64_t seed = seeds.first; auth != NULL && seed < seeds.end; seed++) {
        random_state = seed * 2 + 1;
        sim = disk_sim_create(seed);
        memset(calls, 0, sizeof calls);
        memset(call_count, 0, sizeof call_count);
        for (int i = 0; i < LIVES; i++)
            live();
        check(seed);
        disk_sim_destroy(sim);
    }
    auth_destroy(auth);
    catalog_close(catalog);
    http_server_destroy(upstream);
}

int main(void) {
    TEST(a_disk_that_fails_under_calls_leaves_none_uncounted);
    return tap_done();
}
