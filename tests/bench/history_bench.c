/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What history costs: CPU per event to apply, seal and merge; bytes on disk; time of lookups.
 *
 *     bench_history RECORDS.json DIR COUNT [random]
 *
 * Replays the records of one CloudTrail file COUNT times over with fresh ids and addresses, Zipf users and
 * times over 30 days, in order or at random, into a new history in DIR. With a COUNT of 0: lookups only, in
 * the history that is there.
 */
#include "base/mem.h"
#include "base/own.h"
#include "event/event.h"
#include "history/history.h"
#include "support/sample_event.h"
#include "sys/clock.h"
#include "sys/disk.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TEMPLATES_MAX = 4096, BATCH = 4096, LOOKUPS = 4000, KEPT = 20000, USERS = 2000 };

struct kept_value {
    enum history_attribute attribute;
    struct str account, region, value;
    unsigned category;
};

struct bench {
    struct event_parser *parser;
    struct history *history;
    struct str templates[TEMPLATES_MAX];
    size_t template_count;
    uint64_t random, count, total, bytes;
    bool at_random;
    double zipf[USERS];
    struct buf payloads;
    size_t ends[BATCH];
    struct arena arena;
    struct kept_value values[KEPT];
    size_t value_count;
    int64_t apply_ns, maintain_ns; /* CPU */
};

static uint64_t roll(struct bench *bench) {
    bench->random += 0x9e3779b97f4a7c15;
    return sample_mix(bench->random);
}

static void check(bool done, const struct error *error) {
    if (done)
        return;
    (void)fprintf(stderr, "%s\n", error->message);
    abort();
}

static int64_t now_ns(void) {
    return clock_instant(clock_real()).ns;
}

/* CPU of this thread, so that neighbours on the machine do not count. */
static int64_t cpu_ns(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1000000000 + time.tv_nsec;
}

static bool keep_template(struct str record, void *context) {
    struct bench *bench = context;
    bench->templates[bench->template_count++] = record;
    return bench->template_count < TEMPLATES_MAX;
}

/* Overwrite the text value of the first `key` (with quotes and colon) as long as it stands there. */
static char *find_value(struct buf *record, const char *key) {
    size_t at = str_find(buf_str(record), str_from(key));
    if (at == SIZE_MAX)
        return NULL;
    at += strlen(key);
    while (record->data[at] == ' ' || record->data[at] == ':')
        at++;
    return record->data[at] == '"' ? record->data + at + 1 : NULL;
}

static void put_text(struct buf *record, const char *key, const char *text) {
    char *value = find_value(record, key);
    if (value != NULL && strcspn(value, "\"") >= strlen(text))
        memcpy(value, text, strlen(text));
}

static unsigned zipf_user(struct bench *bench) {
    double wanted = (double)(roll(bench) >> 11) / 9007199254740992.0 * bench->zipf[USERS - 1];
    unsigned low = 0;
    unsigned high = USERS - 1;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (bench->zipf[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void splice(struct buf *record, const char *key, const char *text) {
    char *value = find_value(record, key);
    if (value == NULL)
        return;
    size_t start = (size_t)(value - record->data);
    size_t old = strcspn(value, "\"");
    struct buf changed = BUF_INIT(1 << 20);
    (void)buf_append(&changed, record->data, start);
    (void)buf_append_text(&changed, text);
    (void)buf_append(&changed, value + old, record->size - start - old);
    buf_finish(record);
    *record = changed;
}

static void replay(struct bench *bench, struct buf *record, int64_t time_ms) {
    char text[64];
    (void)buf_append_str(record, bench->templates[roll(bench) % bench->template_count]);
    SCOPED(buf_finish) struct buf time = BUF_INIT(64);
    (void)time_append_iso(&time, (struct moment){time_ms});
    put_text(record, "\"eventTime\"", time.data);
    uint8_t random[UUID_SIZE];
    store_u64(random, roll(bench));
    store_u64(random + 8, roll(bench));
    uuid_format(uuid_random(random), text);
    put_text(record, "\"eventID\"", text);
    store_u64(random, roll(bench));
    uuid_format(uuid_random(random), text);
    put_text(record, "\"requestID\"", text);
    unsigned user = zipf_user(bench);
    (void)snprintf(text, sizeof text, "user-%04u", user);
    splice(record, "\"userName\"", text);
    (void)snprintf(text, sizeof text, "AKIA%016u", user * 7919 + 1000000);
    splice(record, "\"accessKeyId\"", text);
    (void)snprintf(
        text, sizeof text, "10.%u.%u.%u", user % 200, user / 50 % 200, (unsigned)(roll(bench) % 20));
    splice(record, "\"sourceIPAddress\"", text);
}

static void keep_value(struct bench *bench, const struct event_facets *facets) {
    struct str values[HISTORY_ATTRIBUTE_COUNT] = {[HISTORY_ACCESS_KEY_ID] = facets->access_key_id,
        [HISTORY_EVENT_NAME] = facets->name,
        [HISTORY_EVENT_SOURCE] = facets->source,
        [HISTORY_READ_ONLY] = facets->read_only == EVENT_TRUE ? STR_LITERAL("true") : STR_LITERAL("false"),
        [HISTORY_USERNAME] = facets->username,
        [HISTORY_SOURCE_IP] = facets->source_ip};
    char id[UUID_TEXT_SIZE + 1];
    uuid_format(facets->id, id);
    values[HISTORY_EVENT_ID] = str_from(id);
    if (facets->lookup_resource_count > 0) {
        values[HISTORY_RESOURCE_NAME] = facets->lookup_resources[0].name;
        values[HISTORY_RESOURCE_TYPE] = facets->lookup_resources[0].type;
    }
    enum history_attribute attribute = (enum history_attribute)(roll(bench) % HISTORY_SOURCE_IP);
    if (values[attribute].size == 0)
        attribute = HISTORY_EVENT_NAME;
    size_t place = bench->value_count < KEPT ? bench->value_count++ : roll(bench) % KEPT;
    bench->values[place] = (struct kept_value){.attribute = attribute,
        .account = arena_str(&bench->arena, facets->account),
        .region = arena_str(&bench->arena, facets->region),
        .value = arena_str(&bench->arena, values[attribute]),
        .category = 1U << facets->category};
}

static void make_payload(struct bench *bench, struct error *error) {
    int64_t start_ms = 1700000000000;
    uint64_t place = bench->at_random ? roll(bench) % bench->total : bench->count;
    int64_t time_ms = start_ms + (int64_t)(30.0 * MS_PER_DAY * (double)place / (double)bench->total);
    SCOPED(buf_finish) struct buf record = BUF_INIT(1 << 20);
    replay(bench, &record, time_ms);
    size_t size = record.size;
    ASSERT(buf_reserve(&record, JSON_PADDING) != NULL);
    struct event_envelope envelope = {.kind = EVENT_KIND_EVENT,
        .arrived_at = {start_ms + 30LL * MS_PER_DAY + (int64_t)bench->count / 100},
        .principal = STR_LITERAL("arn:aws:iam::111111111111:user/sender"),
        .record = str_of(record.data, size)};
    check(event_parse(bench->parser, envelope.record, (struct moment){time_ms}, &envelope.facets, error),
        error);
    event_envelope_append(&bench->payloads, &envelope);
    bench->bytes += size;
    if (roll(bench) % (1 + bench->total / KEPT) == 0)
        keep_value(bench, &envelope.facets);
    bench->count++;
}

static void maintain(struct bench *bench, bool until_done, struct error *error) {
    int64_t start = cpu_ns();
    int64_t worst = 0;
    bool more = true;
    do {
        int64_t step = now_ns();
        check(history_maintain(bench->history, (struct moment){1}, false, &more, error), error);
        worst = now_ns() - step > worst ? now_ns() - step : worst;
    } while (more && until_done);
    bench->maintain_ns += cpu_ns() - start;
    static int64_t worst_ever;
    if (worst > worst_ever) {
        worst_ever = worst;
        printf("  longest maintenance step so far %.1f ms at %ju events\n", (double)worst / 1e6,
            (uintmax_t)bench->count);
    }
}

static void ingest(struct bench *bench, struct error *error) {
    while (bench->count < bench->total) {
        uint64_t first = bench->count;
        buf_clear(&bench->payloads);
        size_t in_batch = 0;
        for (; in_batch < BATCH && bench->count < bench->total; in_batch++) {
            make_payload(bench, error);
            bench->ends[in_batch] = bench->payloads.size;
        }
        int64_t start = cpu_ns();
        size_t at = 0;
        for (size_t i = 0; i < in_batch; i++) {
            struct bytes payload = bytes_of(bench->payloads.data + at, bench->ends[i] - at);
            at = bench->ends[i];
            check(history_apply(bench->history, first + i + 1, payload, error), error);
        }
        bench->apply_ns += cpu_ns() - start;
        maintain(bench, true, error);
    }
}

static bool keep_event(uint64_t position, struct bytes payload, void *context) {
    struct bench *bench = context;
    struct error error = {0};
    struct event_envelope envelope;
    (void)position;
    check(event_envelope_parse(&bench->arena, payload, &envelope, &error), &error);
    keep_value(bench, &envelope.facets);
    return true;
}

static void sample_values(struct bench *bench, struct error *error) {
    bench->count = history_applied_position(bench->history);
    for (int i = 0; i < LOOKUPS; i++) {
        uint64_t next = 0;
        check(
            history_read(bench->history, 1 + roll(bench) % bench->count, 1, keep_event, bench, &next, error),
            error);
    }
}

static int compare_numbers(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void look_up(struct bench *bench, struct error *error) {
    static double times_ms[LOOKUPS];
    static double cpu_ms[LOOKUPS];
    static double by_attribute[HISTORY_ATTRIBUTE_COUNT];
    static size_t counts[HISTORY_ATTRIBUTE_COUNT];
    size_t hits = 0;
    for (size_t i = 0; i < LOOKUPS; i++) {
        const struct kept_value *value = &bench->values[roll(bench) % bench->value_count];
        struct history_filter filter = {value->attribute, value->value};
        struct history_query query = {.account = value->account,
            .region = value->region,
            .from = MOMENT_MIN,
            .to = MOMENT_MAX,
            .categories = value->category,
            .filters = &filter,
            .filter_count = 1,
            .limit = 50};
        struct arena arena = ARENA_INIT;
        struct history_page page;
        int64_t start = now_ns();
        int64_t cpu_start = cpu_ns();
        check(history_lookup(bench->history, &query, &arena, &page, error), error);
        cpu_ms[i] = (double)(cpu_ns() - cpu_start) / 1e6;
        times_ms[i] = (double)(now_ns() - start) / 1e6;
        by_attribute[value->attribute] += times_ms[i];
        counts[value->attribute]++;
        hits += page.count;
        arena_finish(&arena);
    }
    for (unsigned i = 0; i < HISTORY_ATTRIBUTE_COUNT; i++)
        if (counts[i] > 0)
            printf("  %-16s mean %.3f ms\n", history_attribute_name((enum history_attribute)i),
                by_attribute[i] / (double)counts[i]);
    qsort(times_ms, LOOKUPS, sizeof *times_ms, compare_numbers);
    qsort(cpu_ms, LOOKUPS, sizeof *cpu_ms, compare_numbers);
    printf("lookups, CPU alone: p50 %.3f ms, p99 %.3f ms, max %.3f ms\n", cpu_ms[LOOKUPS / 2],
        cpu_ms[LOOKUPS * 99 / 100], cpu_ms[LOOKUPS - 1]);
    printf("lookups: %.1f hits, p50 %.3f ms, p99 %.3f ms, max %.3f ms\n", (double)hits / LOOKUPS,
        times_ms[LOOKUPS / 2], times_ms[LOOKUPS * 99 / 100], times_ms[LOOKUPS - 1]);
}

static void print_memory(void) {
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "VmHWM", 5) == 0 || strncmp(line, "VmRSS", 5) == 0)
            printf("%s", line);
    if (file != NULL)
        (void)fclose(file);
}

static void report(struct bench *bench, struct error *error) {
    struct history_stats stats;
    double count = (double)bench->count;
    history_stats(bench->history, &stats);
    if (bench->total > 0)
        printf("%ju events of %.0f bytes: apply %.2f us, maintain %.2f us an event\n",
            (uintmax_t)bench->count, (double)bench->bytes / count, (double)bench->apply_ns / 1e3 / count,
            (double)bench->maintain_ns / 1e3 / count);
    bool more = true;
    if (bench->total > 0)
        check(history_maintain(bench->history, (struct moment){1}, true, &more, error), error);
    look_up(bench, error);
    history_stats(bench->history, &stats);
    printf("%ju segments, %.1f bytes an event on disk\n", (uintmax_t)stats.segments,
        (double)stats.disk_bytes / count);
    print_memory();
}

int main(int argc, char **argv) {
    struct error error = {0};
    if (argc < 4)
        return 2;
    struct bench *bench = MEM_NEW(struct bench);
    SCOPED(buf_finish) struct buf text = BUF_INIT(256 << 20);
    struct disk *records = disk_real_create("/", &error);
    check(records != NULL && disk_read_file(records, argv[1] + 1, &text, &error), &error);
    ASSERT(buf_reserve(&text, JSON_PADDING) != NULL);
    struct json_parser *json = json_parser_create();
    check(json_split_records(json, buf_str(&text), keep_template, bench, &error), &error);
    bench->parser = event_parser_create();
    bench->payloads = BUF_INIT(BUF_UNBOUNDED);
    bench->total = strtoull(argv[3], NULL, 10);
    bench->at_random = argc > 4;
    for (unsigned i = 0; i < USERS; i++)
        bench->zipf[i] = (i > 0 ? bench->zipf[i - 1] : 0) + 1 / pow(i + 1, 1.1);
    struct disk *disk = disk_real_create(argv[2], &error);
    check(disk != NULL, &error);
    struct history_options options = {0};
    bench->history = history_open(disk, &options, &error);
    check(bench->history != NULL, &error);
    if (bench->total > 0)
        ingest(bench, &error);
    else
        sample_values(bench, &error);
    report(bench, &error);
    history_close(bench->history);
    disk_real_destroy(disk);
    disk_real_destroy(records);
    json_parser_destroy(json);
    event_parser_destroy(bench->parser);
    buf_finish(&bench->payloads);
    arena_finish(&bench->arena);
    mem_free(bench);
    return 0;
}
