/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole reader of Insights, fed with envelopes of named callers: is the one who made a spike named first,
 * what does an event cost, and how much memory do 200,000 live series take.
 *
 * Each series has a rhythm and noise of traffic.c, and 3 to 20 usual callers by a Zipf distribution, some of
 * them role sessions. In a spike one caller makes all calls beyond the usual ones: somebody new in one half
 * of the series, in the other half any of the usual callers.
 */
#include "base/buf.h"
#include "base/mem.h"
#include "base/own.h"
#include "insights/insights.h"
#include "sys/disk.h"
#include "sys/process.h"

#include "bench.h"
#include "traffic.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    ACCOUNTS = 10,
    SERIES_AN_ACCOUNT = 20,
    SPIKES = ACCOUNTS * SERIES_AN_ACCOUNT,
    LEARN_DAYS = 3,
    DAYS = 5,
    DAY = 24 * 60,
    CALLERS_MIN = 3,
    CALLERS_MAX = 20,
    AGENTS = 6,
    SEED = 500,
    MONDAY = (4 + 7 * 2900) * DAY, /* a Monday's first minute since 1970 */
    GATHERED_MAX = 4096,
    LIVE_SERIES = 200000,
    LIVE_MINUTES = 10,
};

struct spike {
    struct traffic_series series;
    int caller_count, injected; /* injected == caller_count: somebody new */
    bool is_open;               /* a true Start came, its End not yet */
    bool is_found, is_first_at_start, is_ended, is_first_at_end;
};

struct run {
    struct traffic_account accounts[ACCOUNTS];
    struct spike spikes[SPIKES];
    struct traffic_random random;
    struct insights *insights;
    struct json_parser *parser;
    struct buf payloads; /* gathered, with their sizes */
    size_t sizes[GATHERED_MAX], size_count;
    uint64_t position;
    double apply_seconds;
};

static double between(struct run *run, double low, double high) {
    return low + (high - low) * traffic_uniform(&run->random);
}

/* ---- traffic ---- */

static void plan_spike(struct run *run, int number) {
    struct spike *spike = &run->spikes[number];
    struct traffic_series *series = &spike->series;
    traffic_series_init(
        &run->accounts[number / SERIES_AN_ACCOUNT], TRAFFIC_ANOMALIES + number % SERIES_AN_ACCOUNT, series);
    series->base = exp(between(run, 0, log(20)));
    series->kind = TRAFFIC_SPIKE;
    series->size = exp(between(run, log(3), log(20)));
    series->length = (int)between(run, 10, 90);
    series->start = (int)between(run, LEARN_DAYS * DAY, DAYS * DAY - 180);
    spike->caller_count = (int)between(run, CALLERS_MIN, CALLERS_MAX + 1);
    spike->injected = number % 2 == 0 ? spike->caller_count : (int)between(run, 0, spike->caller_count);
}

static int draw_caller(struct run *run, int count) {
    double sum = 0, left;
    for (int i = 1; i <= count; i++)
        sum += 1.0 / i;
    left = traffic_uniform(&run->random) * sum;
    int caller = 0;
    while (caller + 1 < count && left >= 1.0 / (caller + 1))
        left -= 1.0 / ++caller;
    return caller;
}

static bool is_role(int number, int caller) {
    return (number + caller) % 3 == 0;
}

/* As CloudTrail Insights names the caller: of a role without the session. */
static void name_caller(int number, int caller, char name[128]) {
    (void)snprintf(name, 128,
        is_role(number, caller) ? "arn:aws:sts::%012d:assumed-role/Role%02dOf%03d"
                                : "arn:aws:iam::%012d:user/user%02dof%03d",
        1 + number / SERIES_AN_ACCOUNT, caller, number);
}

/* ---- feeding ---- */

/* Envelopes are gathered first, so that making them is not measured. */
static void apply_gathered(struct run *run) {
    struct error error = {0};
    double started = bench_thread_cpu_seconds();
    size_t at = 0;
    for (size_t i = 0; i < run->size_count; at += run->sizes[i++])
        if (!insights_apply(run->insights, ++run->position,
                bytes_of(buf_bytes(&run->payloads).data + at, run->sizes[i]), &error))
            bench_fail(&error);
    run->apply_seconds += bench_thread_cpu_seconds() - started;
    run->size_count = 0;
    buf_clear(&run->payloads);
}

static void gather(struct run *run, const struct event_facets *facets) {
    struct event_envelope envelope = {
        .kind = EVENT_KIND_EVENT, .arrived_at = facets->time, .facets = *facets, .record = STR_LITERAL("{}")};
    size_t size = run->payloads.size;
    event_envelope_append(&run->payloads, &envelope);
    run->sizes[run->size_count++] = run->payloads.size - size;
    if (run->size_count == GATHERED_MAX)
        apply_gathered(run);
}

static struct event_facets make_call(int64_t minute, int second) {
    return (struct event_facets){.time = {minute * MS_PER_MINUTE + second * MS_PER_SECOND},
        .category = EVENT_MANAGEMENT,
        .read_only = EVENT_FALSE,
        .version = STR_LITERAL("1.11"),
        .source = STR_LITERAL("ec2.amazonaws.com"),
        .region = STR_LITERAL("eu-west-1")};
}

static void call(struct run *run, int number, int minute, int second, int caller) {
    char account[16], arn[160], name[16], agent[48];
    struct event_facets facets = make_call(MONDAY + minute, second);
    name_caller(number, caller, arn);
    if (is_role(number, caller))
        (void)snprintf(arn + strlen(arn), 32, "/session-%d", (int)between(run, 0, 1000));
    (void)snprintf(account, sizeof account, "%012d", 1 + number / SERIES_AN_ACCOUNT);
    (void)snprintf(name, sizeof name, "Call%03d", number);
    (void)snprintf(agent, sizeof agent, "aws-cli/2.%d", (caller + (int)between(run, 0, 3)) % AGENTS);
    facets.account = str_from(account);
    facets.user_arn = str_from(arn);
    facets.name = str_from(name);
    facets.user_agent = str_from(agent);
    gather(run, &facets);
}

/* The calls of a minute, all in one second. */
static void call_minute(struct run *run, int minute, int second) {
    for (int number = 0; number < SPIKES; number++) {
        struct spike *spike = &run->spikes[number];
        struct traffic_minute now =
            traffic_next(&run->accounts[number / SERIES_AN_ACCOUNT], &spike->series, minute);
        for (uint32_t i = 0; i < now.count; i++) {
            bool is_injected = now.is_anomalous && between(run, 0, spike->series.size) > 1;
            call(run, number, minute, second,
                is_injected ? spike->injected : draw_caller(run, spike->caller_count));
        }
    }
}

/* ---- what is told ---- */

/* The first caller of an insight's record. */
static struct str first_caller(struct json_value context) {
    struct json_iterator attributes = json_iterate(json_get(context, "attributions"));
    while (json_next(&attributes)) {
        if (!str_equals(json_text(json_get(attributes.value, "attribute")), STR_LITERAL("userIdentityArn")))
            continue;
        struct json_iterator values = json_iterate(json_get(attributes.value, "insight"));
        return json_next(&values) ? json_text(json_get(values.value, "value")) : STR_EMPTY;
    }
    return STR_EMPTY;
}

static bool on_insight(struct str record, void *context, struct error *error) {
    struct run *run = context;
    struct json_value value;
    struct moment time = MOMENT_NONE;
    uint64_t number = 0;
    if (!json_parse(run->parser, record, &value, error) ||
        !time_parse_iso(json_text(json_get(value, "eventTime")), &time))
        bench_fail(error);
    struct json_value details = json_get(value, "insightDetails");
    struct str event_name = json_text(json_get(details, "eventName"));
    if (!str_to_u64(str_slice(event_name, 4, event_name.size), &number) || number >= SPIKES)
        bench_fail(error);
    struct spike *spike = &run->spikes[number];
    char injected[128];
    name_caller((int)number, spike->injected, injected);
    bool is_first = str_equals(first_caller(json_get(details, "insightContext")), str_from(injected));
    int minute = (int)(time.ms / MS_PER_MINUTE - MONDAY);
    if (str_equals(json_text(json_get(details, "state")), STR_LITERAL("Start"))) {
        spike->is_open = !spike->is_found && minute >= spike->series.start &&
                         minute < spike->series.start + spike->series.length;
        spike->is_found = spike->is_found || spike->is_open;
        spike->is_first_at_start = spike->is_open ? is_first : spike->is_first_at_start;
    } else if (spike->is_open) {
        spike->is_open = false;
        spike->is_ended = true;
        spike->is_first_at_end = is_first;
    }
    return true;
}

/* ---- the runs ---- */

static void report(const struct run *run) {
    int found = 0, at_start = 0, ended = 0, at_end = 0;
    for (int number = 0; number < SPIKES; number++) {
        found += run->spikes[number].is_found;
        at_start += run->spikes[number].is_first_at_start;
        ended += run->spikes[number].is_ended;
        at_end += run->spikes[number].is_first_at_end;
    }
    bench_row("spikes of 3 to 20 times the baseline", SPIKES, "");
    bench_row("  found", found, "");
    bench_row("  who made it is first in the Start record", 100.0 * at_start / found, "%");
    bench_row("  who made it is first in the End record", 100.0 * at_end / ended, "%");
    bench_row("insights_apply, every event counted and judged",
        run->apply_seconds / (double)run->position * 1e6, "us of CPU");
}

static void name_who(void) {
    struct run *run = MEM_NEW(struct run);
    struct error error = {0};
    struct insights_options options = {
        .warm_ms = (int64_t)LEARN_DAYS * MS_PER_DAY, .on_insight = on_insight, .context = run};
    run->parser = json_parser_create();
    run->payloads = BUF_INIT(BUF_UNBOUNDED);
    run->insights = insights_open(NULL, &options, &error);
    if (run->insights == NULL)
        bench_fail(&error);
    traffic_account_init(&run->accounts[0], SEED);
    run->random = run->accounts[0].random;
    for (int i = 0; i < ACCOUNTS; i++)
        traffic_account_init(&run->accounts[i], SEED + 1 + (uint64_t)i);
    for (int number = 0; number < SPIKES; number++)
        plan_spike(run, number);
    for (int minute = 0; minute < DAYS * DAY; minute++)
        call_minute(run, minute, minute * 7 % 60);
    apply_gathered(run);
    if (!insights_advance(
            run->insights, (struct moment){(int64_t)(MONDAY + DAYS * DAY + 1) * MS_PER_MINUTE}, &error))
        bench_fail(&error);
    report(run);
    insights_close(run->insights);
    json_parser_destroy(run->parser);
    buf_finish(&run->payloads);
    mem_free(run);
}

/* Every series is heard in every minute, from a few callers; counts go to disk and a snapshot is saved. */
static void hear_all(struct run *run) {
    for (int minute = 0; minute < LIVE_MINUTES; minute++)
        for (int number = 0; number < LIVE_SERIES; number++) {
            struct event_facets facets = make_call(MONDAY + minute, number / (LIVE_SERIES / 60 + 1));
            char account[16], name[32], arn[96];
            (void)snprintf(account, sizeof account, "%012d", 1 + number / 500);
            (void)snprintf(name, sizeof name, "CreateThing%03d", number % 500);
            (void)snprintf(arn, sizeof arn, "arn:aws:iam::%s:user/user%03d", account, (number + minute) % 50);
            facets.account = str_from(account);
            facets.name = str_from(name);
            facets.user_arn = str_from(arn);
            facets.user_agent = STR_LITERAL("aws-cli/2.15");
            gather(run, &facets);
        }
}

static void measure_memory(const struct bench_settings *settings) {
    struct error error = {0};
    struct insights_options options = {.on_insight = NULL};
    struct disk *disk = disk_real_create(bench_folder(settings, "insights"), &error);
    struct run *run = MEM_NEW(struct run);
    bool has_more = false;
    uint64_t before = process_resident_bytes();
    run->payloads = BUF_INIT(BUF_UNBOUNDED);
    run->insights = disk != NULL ? insights_open(disk, &options, &error) : NULL;
    if (run->insights == NULL)
        bench_fail(&error);
    hear_all(run);
    apply_gathered(run);
    double grown = (double)(process_resident_bytes() - before) / 1e6;
    struct moment now = {(int64_t)(MONDAY + LIVE_MINUTES) * MS_PER_MINUTE};
    if (!insights_maintain(run->insights, now, true, &has_more, &error))
        bench_fail(&error);
    struct insights_stats stats = insights_stats(run->insights);
    bench_row("live series", (double)stats.series, "");
    bench_row("  resident memory", grown, "MB");
    bench_row(
        "  resident memory at most, saving a snapshot", (double)(bench_resident_peak() - before) / 1e6, "MB");
    bench_row("  of it by its own account", (double)stats.memory_bytes / 1e6, "MB");
    bench_row("  insights_apply, and judging every series", run->apply_seconds / (double)run->position * 1e6,
        "us of CPU");
    insights_close(run->insights);
    buf_finish(&run->payloads);
    mem_free(run);
    disk_real_destroy(disk);
}

void bench_insights_reader(const struct bench_settings *settings) {
    printf("insights, the reader: %d series of named callers, %d days\n", SPIKES, DAYS);
    measure_memory(settings);
    name_who();
}
