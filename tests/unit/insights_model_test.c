/* SPDX-License-Identifier: Apache-2.0 */
#include "insights/model.h"
#include "insights/portable.h"
#include "support/tap.h"

#include <stdlib.h>
#include <string.h>

enum { HOUR = 60, DAY = 24 * HOUR, WEEK = 7 * DAY, MONDAY = (4 + 7 * 2900) * DAY };

static const struct insights_model_options usual;

struct run {
    struct insights_model model;
    struct insights_verdict started, ended; /* the last of each */
    int starts, ends;
};

static void begin(struct run *run) {
    *run = (struct run){.starts = 0};
    insights_model_init(&run->model, MONDAY);
}

static void feed(struct run *run, int minutes, unsigned count) {
    for (int i = 0; i < minutes; i++) {
        struct insights_verdict verdict = insights_model_step(&run->model, &usual, count);
        if (verdict.change == INSIGHTS_STARTED) {
            run->started = verdict;
            run->starts++;
        } else if (verdict.change == INSIGHTS_ENDED) {
            run->ended = verdict;
            run->ends++;
        }
    }
}

/* A simple noise around `rate`: the same in every run. */
static unsigned noisy(unsigned rate, unsigned *state) {
    *state = *state * 1103515245 + 12345;
    return rate - rate / 4 + (*state >> 16) % (rate / 2 + 1);
}

static void feed_noisy(struct run *run, int minutes, unsigned rate) {
    unsigned state = 1;
    for (int i = 0; i < minutes; i++)
        feed(run, 1, noisy(rate, &state));
}

static int64_t now(const struct run *run) {
    return run->model.next_minute - MONDAY;
}

static void steady_traffic_is_usual(void) {
    struct run run;
    begin(&run);
    feed_noisy(&run, 4 * WEEK, 20);
    EXPECT_INT(run.starts, 0);
    EXPECT(insights_model_expect(&run.model) > 18 && insights_model_expect(&run.model) < 22);
}

static void a_spike_is_found_in_its_first_minute_and_ends_when_it_ends(void) {
    struct run run;
    begin(&run);
    feed_noisy(&run, WEEK + DAY, 20);
    int64_t start = now(&run);
    feed(&run, 1, 200);
    EXPECT_INT(run.starts, 1);
    EXPECT_INT(run.started.start_minute - MONDAY, start);
    EXPECT(!run.started.is_drop && run.started.average == 200 && run.started.baseline < 25);
    feed(&run, 19, 200);
    feed_noisy(&run, 20, 20);
    EXPECT_INT(run.starts, 1);
    EXPECT_INT(run.ends, 1);
    EXPECT_INT(run.ended.start_minute - MONDAY, start);
    EXPECT_INT(run.ended.end_minute - MONDAY, start + 20);
    EXPECT(run.ended.average == 200);
}

/* A spike of 20 minutes behind a usual minute that is still open; the insight is opened early or in the end.
 */
static void feed_spike(struct run *run, bool early) {
    begin(run);
    feed_noisy(run, WEEK + DAY, 20);
    const uint32_t so_far[] = {21, 70};
    struct insights_model before = run->model;
    struct insights_verdict verdict = insights_model_foresee(&run->model, &usual, so_far, 2);
    EXPECT(memcmp(&before, &run->model, sizeof before) == 0);
    EXPECT(verdict.change == INSIGHTS_STARTED && !verdict.is_drop && verdict.average == 70);
    EXPECT_INT(verdict.start_minute - MONDAY, now(run) + 1);
    EXPECT_INT(verdict.end_minute - MONDAY, now(run) + 2);
    if (early)
        insights_model_open(&run->model, &verdict);
    feed(run, 1, 21);
    feed(run, 20, 200);
    feed_noisy(run, 20, 20);
    EXPECT_INT(run->ends, 1);
    EXPECT_INT(run->starts, early ? 0 : 1);
}

static void what_is_foreseen_ends_as_if_it_had_been_found_in_the_end(void) {
    struct run run, late;
    feed_spike(&run, true);
    feed_spike(&late, false);
    EXPECT_INT(run.ended.start_minute, late.ended.start_minute);
    EXPECT_INT(run.ended.end_minute, late.ended.end_minute);
    EXPECT(run.ended.average == 200 && late.ended.average == 200);
    EXPECT(insights_model_expect(&run.model) == insights_model_expect(&late.model));
}

static void only_a_rise_is_foreseen(void) {
    struct run run;
    begin(&run);
    feed_noisy(&run, WEEK + DAY, 20);
    const uint32_t few[] = {0, 0, 0}, usual_ones[] = {20, 25};
    EXPECT(insights_model_foresee(&run.model, &usual, few, 3).change == INSIGHTS_UNCHANGED);
    EXPECT(insights_model_foresee(&run.model, &usual, usual_ones, 2).change == INSIGHTS_UNCHANGED);
    EXPECT(!insights_model_may_rise(&run.model, &usual, run.model.next_minute + 1, 25));
    EXPECT(insights_model_may_rise(&run.model, &usual, run.model.next_minute + 1, 50));
}

static void a_drop_to_zero_is_found(void) {
    struct run run;
    begin(&run);
    feed_noisy(&run, WEEK + DAY, 20);
    feed(&run, 3, 0);
    EXPECT_INT(run.starts, 1);
    EXPECT(run.started.is_drop && run.started.average < 5);
}

static void one_that_flickers_is_one_insight(void) {
    struct run run;
    begin(&run);
    feed_noisy(&run, WEEK + DAY, 20);
    for (int i = 0; i < 10; i++) {
        feed(&run, 3, 200);
        feed(&run, 3, 20);
    }
    EXPECT_INT(run.starts, 1);
    EXPECT_INT(run.ends, 0);
}

static void a_series_that_is_thin_is_not_judged(void) {
    struct run run;
    begin(&run);
    for (int day = 0; day < 14; day++) {
        feed(&run, 1, 1);
        feed(&run, DAY - 1, 0);
    }
    feed(&run, 5, 1); /* 5 calls where next to none were expected */
    feed(&run, HOUR, 0);
    EXPECT_INT(run.starts, 0);
}

static void in_its_first_day_a_series_only_learns(void) {
    struct run run;
    begin(&run);
    feed_noisy(&run, 12 * HOUR, 20);
    feed(&run, 10, 500);
    EXPECT_INT(run.starts, 0);
}

static void before_a_week_only_what_is_far_out_counts(void) {
    struct run run;
    begin(&run);
    feed_noisy(&run, 2 * DAY, 20);
    feed(&run, 10, 60);
    feed_noisy(&run, HOUR, 20);
    feed(&run, 10, 0);
    feed_noisy(&run, HOUR, 20);
    EXPECT_INT(run.starts, 0);
    feed(&run, 10, 400);
    EXPECT_INT(run.starts, 1);
}

static void the_first_hours_are_expected_as_they_came(void) {
    for (int first = 0; first < 60; first += 7) {
        struct run run;
        begin(&run);
        insights_model_init(&run.model, MONDAY + first);
        feed(&run, 10, 20);
        EXPECT(insights_model_expect(&run.model) > 15 && insights_model_expect(&run.model) < 25);
        feed(&run, 4 * HOUR, 20);
        EXPECT(insights_model_expect(&run.model) > 19 && insights_model_expect(&run.model) < 21);
    }
}

static void a_daily_rhythm_is_usual(void) {
    struct run run;
    begin(&run);
    for (int day = 0; day < 21; day++) {
        feed_noisy(&run, 8 * HOUR, 10);
        feed_noisy(&run, 2 * HOUR, 25);
        feed_noisy(&run, 8 * HOUR, 60);
        feed_noisy(&run, 2 * HOUR, 25);
        feed_noisy(&run, 4 * HOUR, 10);
    }
    int in_the_first_week = run.starts;
    feed_noisy(&run, 4 * HOUR, 10);
    EXPECT_INT(run.starts, in_the_first_week);
    feed(&run, 2, 60); /* usual at noon, and not at four in the morning */
    EXPECT_INT(run.starts, in_the_first_week + 1);
}

static void the_first_weekend_is_expected_as_the_days_before(void) {
    struct run run;
    begin(&run);
    feed_noisy(&run, 5 * DAY + 30, 20);
    EXPECT(insights_model_expect(&run.model) > 18 && insights_model_expect(&run.model) < 22);
    feed_noisy(&run, DAY, 20);
    EXPECT(insights_model_expect(&run.model) > 18 && insights_model_expect(&run.model) < 22);
    EXPECT_INT(run.starts, 0);
}

/* Two weeks of 60 calls a minute, then hours of a third of it. */
static void begin_on_a_holiday(struct run *run) {
    begin(run);
    feed_noisy(run, 2 * WEEK, 60);
    feed_noisy(run, 12 * HOUR, 20);
    EXPECT_INT(run->starts, 0);
}

static void a_spike_on_a_holiday_is_found_in_its_first_minute(void) {
    struct run run;
    begin_on_a_holiday(&run);
    feed(&run, 1, 90);
    EXPECT_INT(run.starts, 1);
    EXPECT(!run.started.is_drop && run.started.average == 90 && run.started.baseline < 30);
}

static void the_end_of_a_holiday_is_no_spike(void) {
    struct run run;
    begin_on_a_holiday(&run);
    for (int i = 0; i < 40; i++)
        feed_noisy(&run, 6, 20 + (unsigned)i);
    feed_noisy(&run, 12 * HOUR, 60);
    EXPECT_INT(run.starts, 0);
}

/* A call or two a minute, and now and then a dozen more; beside it a job with `job` calls an hour. */
static int starts_of_bursts(unsigned job) {
    struct run run;
    unsigned state = 7;
    begin(&run);
    int before = 0;
    for (int minute = 0; minute < 4 * WEEK; minute++) {
        state = state * 1103515245 + 12345;
        unsigned burst = (state >> 16) % 100 < 3 ? 12 : 0;
        feed(&run, 1, 1 + (state >> 24) % 2 + burst + (minute % 60 == 30 ? job : 0));
        before = minute == 2 * WEEK ? run.starts : before;
    }
    return run.starts - before;
}

static void a_large_job_does_not_make_small_bursts_unusual(void) {
    EXPECT(starts_of_bursts(200) <= starts_of_bursts(0) + 1);
}

/* What is uncertain in a minute is less so in eight, also between the scales at which it is learned. */
static void a_slow_rise_in_noise_is_found_in_a_few_minutes(void) {
    struct run run;
    begin(&run);
    unsigned state = 3;
    for (int minute = 0; minute < 2 * WEEK; minute++) {
        state = state * 1103515245 + 12345;
        feed(&run, 1, (state >> 16) % 100 < 50 ? 4 : 16);
    }
    EXPECT_INT(run.starts, 0);
    int minutes = 0;
    for (; run.starts == 0 && minutes < 60; minutes++)
        feed(&run, 1, minutes % 2 == 0 ? 22 : 40);
    EXPECT(minutes <= 8);
}

static void a_job_that_runs_every_hour_becomes_usual(void) {
    struct run run;
    begin(&run);
    for (int hour = 0; hour < 10 * 24; hour++) {
        feed(&run, 30, 2);
        feed(&run, 1, 80);
        feed(&run, 29, 2);
    }
    int before = run.starts;
    for (int hour = 0; hour < 7 * 24; hour++) {
        feed(&run, 30, 2);
        feed(&run, 1, 80);
        feed(&run, 29, 2);
    }
    EXPECT_INT(run.starts, before);
}

/* 100 calls a minute by day, 2 by night, where a job of 20 calls an hour stands out. */
static void a_job_that_shows_by_night_only_is_not_forgotten_by_day(void) {
    static const unsigned rates[] = {2, 2, 2, 2, 10, 30};
    struct run run;
    begin(&run);
    int before = 0;
    unsigned state = 5;
    for (int hour = 0; hour < 21 * 24; hour++) {
        unsigned rate = hour % 24 < 6 ? rates[hour % 24] : hour % 24 < 22 ? 100 : hour % 24 == 22 ? 30 : 10;
        for (int minute = 0; minute < HOUR; minute++)
            feed(&run, 1, noisy(rate, &state) + (minute == 30 ? 20 : 0));
        before = hour == 14 * 24 - 1 ? run.starts : before;
    }
    EXPECT_INT(run.starts, before);
}

/* A day of 100 calls a minute, `deployed` of them for 45 minutes at eleven. */
static void feed_day(struct run *run, unsigned deployed) {
    feed_noisy(run, 11 * HOUR, 100);
    feed_noisy(run, 45, deployed);
    feed_noisy(run, 12 * HOUR + 15, 100);
}

/* Weeks with deployments on Tuesdays and Thursdays, until the next Monday is over. */
static void feed_deployed_weeks(struct run *run, int weeks) {
    begin(run);
    for (int day = 0; day < 7 * weeks + 1; day++)
        feed_day(run, day % 7 == 1 || day % 7 == 3 ? 175 : 100);
}

static void what_a_day_of_the_week_usually_brings_is_not_told_of(void) {
    struct run run;
    feed_deployed_weeks(&run, 3);
    EXPECT_INT(run.starts, 0);
    feed_day(&run, 175);
    EXPECT_INT(run.starts, 0);
    feed_day(&run, 175); /* on a Wednesday */
    EXPECT_INT(run.starts, 1);
}

static void more_than_a_day_of_the_week_usually_brings_is_told_of(void) {
    struct run run;
    feed_deployed_weeks(&run, 3);
    feed_day(&run, 300);
    EXPECT_INT(run.starts, 1);
}

static void one_anomaly_does_not_hide_the_next_one_a_week_later(void) {
    struct run run;
    begin(&run);
    for (int day = 0; day < 21; day++)
        feed_day(&run, 100);
    for (int day = 0; day < 7; day++)
        feed_day(&run, day == 0 ? 500 : 100);
    EXPECT_INT(run.starts, 1);
    feed_day(&run, 175);
    EXPECT_INT(run.starts, 2);
}

static void a_model_of_a_snapshot_of_version_1_goes_on(void) {
    struct run run;
    feed_deployed_weeks(&run, 2);
    struct buf bytes = BUF_INIT(INSIGHTS_MODEL_BYTES);
    struct insights_model again, old;
    insights_model_append(&bytes, &run.model);
    insights_model_load(buf_bytes(&bytes), &again);
    insights_model_load(bytes_of(bytes.data, INSIGHTS_MODEL_BYTES_1), &old);
    EXPECT(memcmp(&run.model, &again, sizeof again) == 0);
    EXPECT(run.model.usual_peak[1] > 0 && old.usual_peak[1] == 0);
    EXPECT(insights_model_expect(&old) == insights_model_expect(&run.model));
    buf_finish(&bytes);
}

static void what_lasts_becomes_usual(void) {
    struct run run;
    begin(&run);
    feed_noisy(&run, 2 * WEEK, 20);
    feed_noisy(&run, DAY, 100);
    EXPECT(run.starts >= 1 && run.starts <= 2); /* once more where hours follow that did not learn it yet */
    EXPECT_INT(run.ends, run.starts);
    EXPECT(run.ended.end_minute - run.ended.start_minute >= 6 * HOUR);
    int before = run.starts;
    feed_noisy(&run, 2 * DAY, 100);
    EXPECT_INT(run.starts, before);
}

static void a_short_anomaly_does_not_move_the_baseline(void) {
    struct run run, calm;
    begin(&run);
    begin(&calm);
    feed_noisy(&run, 2 * WEEK, 20);
    feed_noisy(&calm, 2 * WEEK + 3 * HOUR, 20);
    feed(&run, HOUR, 2000);
    feed_noisy(&run, 2 * HOUR, 20);
    double moved = insights_model_expect(&run.model) / insights_model_expect(&calm.model);
    EXPECT(moved > 0.9 && moved < 1.1);
}

static void a_copied_model_says_the_same(void) {
    struct run run, other;
    begin(&run);
    feed_noisy(&run, WEEK + DAY, 20);
    memcpy(&other, &run, sizeof run);
    feed(&run, 10, 90);
    feed(&other, 10, 90);
    EXPECT(memcmp(&run.model, &other.model, sizeof run.model) == 0);
    EXPECT_INT(other.starts, run.starts);
}

static void extreme_counts_break_nothing(void) {
    struct run run;
    begin(&run);
    feed(&run, DAY, 0);
    for (int i = 0; i < 3 * DAY; i++)
        feed(&run, 1, i % 3 == 0 ? UINT32_MAX : 0);
    double expected = insights_model_expect(&run.model);
    EXPECT(expected >= 0 && expected <= 2.0 * UINT32_MAX);
}

int main(void) {
    TEST(steady_traffic_is_usual);
    TEST(a_spike_is_found_in_its_first_minute_and_ends_when_it_ends);
    TEST(what_is_foreseen_ends_as_if_it_had_been_found_in_the_end);
    TEST(only_a_rise_is_foreseen);
    TEST(a_drop_to_zero_is_found);
    TEST(one_that_flickers_is_one_insight);
    TEST(a_series_that_is_thin_is_not_judged);
    TEST(in_its_first_day_a_series_only_learns);
    TEST(before_a_week_only_what_is_far_out_counts);
    TEST(the_first_hours_are_expected_as_they_came);
    TEST(a_daily_rhythm_is_usual);
    TEST(the_first_weekend_is_expected_as_the_days_before);
    TEST(a_spike_on_a_holiday_is_found_in_its_first_minute);
    TEST(the_end_of_a_holiday_is_no_spike);
    TEST(a_large_job_does_not_make_small_bursts_unusual);
    TEST(a_slow_rise_in_noise_is_found_in_a_few_minutes);
    TEST(a_job_that_runs_every_hour_becomes_usual);
    TEST(a_job_that_shows_by_night_only_is_not_forgotten_by_day);
    TEST(what_a_day_of_the_week_usually_brings_is_not_told_of);
    TEST(more_than_a_day_of_the_week_usually_brings_is_told_of);
    TEST(one_anomaly_does_not_hide_the_next_one_a_week_later);
    TEST(a_model_of_a_snapshot_of_version_1_goes_on);
    TEST(what_lasts_becomes_usual);
    TEST(a_short_anomaly_does_not_move_the_baseline);
    TEST(a_copied_model_says_the_same);
    TEST(extreme_counts_break_nothing);
    return tap_done();
}
