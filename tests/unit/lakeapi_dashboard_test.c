/* SPDX-License-Identifier: Apache-2.0 */
/* When schedules are due, and what phrases mean to the samples. */
#include "base/own.h"
#include "lakeapi/dashboard.h"
#include "lakeapi/sample.h"
#include "support/tap.h"

#include <string.h>

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };
static const int64_t MIDNIGHT_MS = 1767225600000; /* 2026-01-01T00:00:00Z */

/* Minutes after midnight at which it is due next, asked `now_minutes` after it. */
static int64_t next_minutes(uint64_t value, bool is_days, const char *time_of_day, int64_t now_minutes) {
    struct catalog_dashboard dashboard = {.has_schedule = true,
        .schedule_is_enabled = true,
        .schedule_is_days = is_days,
        .schedule_value = value,
        .schedule_time_of_day = str_from(time_of_day)};
    struct moment next =
        lakeapi_schedule_next(&dashboard, (struct moment){MIDNIGHT_MS + now_minutes * MINUTE_MS});
    EXPECT((next.ms - MIDNIGHT_MS) % MINUTE_MS == 0);
    return (next.ms - MIDNIGHT_MS) / MINUTE_MS;
}

static void a_schedule_is_due_at_its_time_of_day(void) {
    EXPECT_INT(next_minutes(1, true, "07:30", 0), 7 * 60 + 30);
    EXPECT_INT(next_minutes(1, true, "07:30", 7 * 60 + 30), 24 * 60 + 7 * 60 + 30);
    EXPECT_INT(next_minutes(24, false, "07:30", 8 * 60), 24 * 60 + 7 * 60 + 30);
    EXPECT_INT(next_minutes(1, false, "07:30", 0), 30);
    EXPECT_INT(next_minutes(1, false, "00:00", 59), 60);
    EXPECT_INT(next_minutes(6, false, "01:15", 2 * 60), 7 * 60 + 15);
    EXPECT_INT(next_minutes(12, false, "13:00", 0), 60);
    struct catalog_dashboard off = {
        .has_schedule = true, .schedule_value = 1, .schedule_time_of_day = STR_LITERAL("00:00")};
    EXPECT(lakeapi_schedule_next(&off, (struct moment){MIDNIGHT_MS}).ms == MOMENT_NONE.ms);
}

static void a_prompt_tells_how_far_to_look_back(void) {
    static const struct {
        const char *phrase;
        int64_t hours;
    } cases[] = {{"errors in the past month?", 30 * 24}, {"errors of the last 24 hours", 24},
        {"past 3 days", 72}, {"What happened today", 24}, {"errors this week", 7 * 24}, {"errors", 7 * 24},
        {"last 0 hours", 1}, {"99999999999999999999 days", 24}, {"events by hour", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        EXPECT_INT(lakeapi_sample_span_ms(str_from(cases[i].phrase)) / HOUR_MS, cases[i].hours);
}

static void a_service_is_a_word_of_its_own(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    EXPECT(str_is(lakeapi_sample_service(&arena, STR_LITERAL("who used SNS?")), "sns"));
    EXPECT(str_is(lakeapi_sample_service(&arena, STR_LITERAL("(s3)")), "s3"));
    EXPECT(lakeapi_sample_service(&arena, STR_LITERAL("snsx errors")).size == 0);
}

static void samples_have_all_their_parts_and_no_name_twice(void) {
    const struct lakeapi_sample *samples = NULL;
    size_t count = lakeapi_samples(&samples);
    EXPECT(count >= 40);
    for (size_t i = 0; i < count; i++) {
        const struct lakeapi_sample *sample = &samples[i];
        EXPECT(strlen(sample->name) > 0 && strlen(sample->description) > 0 && strlen(sample->words) > 0);
        EXPECT(strstr(sample->statement, "FROM $EDS_ID") != NULL);
        EXPECT(strstr(sample->statement, "'$START'") != NULL);
        for (size_t j = 0; j < i; j++)
            EXPECT(strcmp(sample->name, samples[j].name) != 0 &&
                   strcmp(sample->statement, samples[j].statement) != 0);
    }
}

static void a_sample_is_found_by_its_own_name(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    const struct lakeapi_sample *samples = NULL;
    size_t count = lakeapi_samples(&samples);
    struct lakeapi_sample_match *matches = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t found = lakeapi_sample_search(&arena, str_from(samples[i].name), &matches);
        bool is_first = found > 0 && matches[0].sample == &samples[i];
        if (!is_first)
            printf("# %s: %s first\n", samples[i].name, found > 0 ? matches[0].sample->name : "nothing");
        EXPECT(is_first && matches[0].relevance > 0.9 && matches[0].relevance <= 1);
    }
    EXPECT_INT(lakeapi_sample_search(&arena, STR_LITERAL("the of a"), &matches), 0);
}

static void parts_of_a_sample_are_filled_in(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    const struct lakeapi_sample sample = {
        "n", "d", "w", "FROM $EDS_ID WHERE t > '$START' AND s = '$SERVICE.x' AND '$'"};
    struct lakeapi_sample_values values = {
        .store = STR_LITERAL("abc"), .start = {MIDNIGHT_MS}, .service = STR_LITERAL("sns")};
    EXPECT(str_is(lakeapi_sample_fill(&arena, &sample, &values),
        "FROM abc WHERE t > '2026-01-01 00:00:00' AND s = 'sns.x' AND '$'"));
    values.store = values.service = STR_EMPTY;
    EXPECT(str_is(lakeapi_sample_fill(&arena, &sample, &values),
        "FROM $EDS_ID WHERE t > '2026-01-01 00:00:00' AND s = 's3.x' AND '$'"));
}

int main(void) {
    TEST(a_schedule_is_due_at_its_time_of_day);
    TEST(a_prompt_tells_how_far_to_look_back);
    TEST(a_service_is_a_word_of_its_own);
    TEST(samples_have_all_their_parts_and_no_name_twice);
    TEST(a_sample_is_found_by_its_own_name);
    TEST(parts_of_a_sample_are_filled_in);
    return tap_done();
}
