/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model: what is usual for one series of calls a minute, and whether what is going on is not. The
 * mathematics, with its sources: docs/insights-model.md; the code follows that page section by section.
 *
 * Promise: a model is a value of INSIGHTS_MODEL_SIZE_MAX bytes at most, without pointers: it can be copied
 * to disk and back. What it says depends only on the counts that were fed, minute by minute.
 *
 * Threads: values and pure functions.
 */
#pragma once

#include "base/error.h"

#include <stdint.h>

enum {
    INSIGHTS_RECENT_MINUTES = 32,
    INSIGHTS_HOURS = 168,
    INSIGHTS_SCALES = 4,
    INSIGHTS_DAYS = 6, /* working days, weekend */
    INSIGHTS_MODEL_SIZE_MAX = 928,
};

/* A minute is counted from 1970-01-01T00:00Z. */
struct insights_model {
    int64_t born_minute, next_minute; /* next_minute: the first that was not fed */
    uint16_t week[INSIGHTS_HOURS];    /* mean a minute, hour of the week; short floats */
    uint16_t day[2][24];              /* likewise, hour of the day: working days, weekend */
    uint16_t minute[60];  /* more than that, in this minute of the hour: of jobs that run by the clock */
    float minute_mean;    /* of all minutes: what they have in common is no clock */
    float level;          /* mean a minute, of about a week */
    float seen, expected; /* of the last hours, fading: how today differs from usual */
    float hour_sum;       /* of the hour under way */
    float excess[INSIGHTS_SCALES],
        square[INSIGHTS_SCALES]; /* of sums over 1, 4, 12, 30 minutes: dispersion is their ratio */
    uint16_t recent_low[INSIGHTS_RECENT_MINUTES],
        recent_high[INSIGHTS_RECENT_MINUTES]; /* what was expected then */
    uint32_t recent[INSIGHTS_RECENT_MINUTES]; /* what came */
    int32_t judged_from;                      /* minute; what an insight told of is not judged again */
    /* The open insight. */
    int64_t open_minute;  /* 0: none is open; from next_minute on: one was foreseen */
    int64_t usual_minute; /* the first that was usual again, so far; ahead: until then it was foreseen */
    double open_sum, unusual_sum; /* calls since open_minute: until now, and before usual_minute */
    double open_baseline;
    bool is_drop;
    /* Half an hour at most, in hundredths of what was expected: on such a day (0: not known yet), and today.
     */
    uint8_t usual_peak[INSIGHTS_DAYS], peak_today;
};

enum insights_change { INSIGHTS_UNCHANGED, INSIGHTS_STARTED, INSIGHTS_ENDED };

struct insights_verdict {
    enum insights_change change;
    bool is_drop;
    int64_t start_minute, end_minute; /* end: the first minute that is usual again; of an end only */
    double baseline;                  /* calls a minute expected then */
    double average;                   /* calls a minute that came: in the first unusual minutes, or in all */
};

struct insights_model_options {
    double ratio;         /* a start is of more than so many times the baseline; 0: 1.6 */
    double calls_min;     /* and at least so many calls more, or fewer, than expected; 0: 10 */
    int64_t warm_minutes; /* before that limits are twice as high and drops are not told of, in the first
                           * seventh nothing is; 0: 7 days */
};

void insights_model_init(struct insights_model *model, int64_t minute);

/* The count of minute `next_minute`; the next one follows. */
struct insights_verdict insights_model_step(
    struct insights_model *model, const struct insights_model_options *options, uint32_t count);

/*
 * A rise need not wait for the end of its minute: what came of a minute can only become more. `counts` are
 * those of the minutes from `next_minute` on so far, the last one still under way. The first start of a rise
 * that they say, against what is expected of whole minutes; nothing is changed.
 */
struct insights_verdict insights_model_foresee(const struct insights_model *model,
    const struct insights_model_options *options, const uint32_t *counts, unsigned count);

/* Open the insight that was foreseen: the minutes that it is of are still to be fed, and start no other. */
void insights_model_open(struct insights_model *model, const struct insights_verdict *foreseen);

/* Cheaply: can a rise start in `minute` (from `next_minute` on), of which `count` calls came so far? Where it
 * rises by itself less than a spike must, there is no hurry. */
bool insights_model_may_rise(const struct insights_model *model, const struct insights_model_options *options,
    int64_t minute, uint32_t count);

/* Calls expected in `next_minute`. */
double insights_model_expect(const struct insights_model *model);
