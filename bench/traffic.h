/* SPDX-License-Identifier: Apache-2.0 */
/*
 * traffic: labelled traffic of made-up accounts, calls a minute, for judging Insights: daily and weekly
 * rhythms, trend, Poisson, bursty and slowly wandering noise, jobs by the clock, deploy days, a holiday, a
 * new service appearing; and in some series one anomaly of five kinds. A seed is an account, the same in
 * every run.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    TRAFFIC_DAYS = 30,
    TRAFFIC_MINUTES = TRAFFIC_DAYS * 24 * 60,
    TRAFFIC_SERIES = 53, /* 50, and 3 of a service that appears */
    TRAFFIC_ANOMALIES = 12,
    TRAFFIC_DEPLOYS_MAX = 10,
    TRAFFIC_CLOCK_MINUTE = 7,
};

/* Of the slow noise, a first-order autoregression: what a minute keeps of the one before; half an hour in
 * all. */
extern const double traffic_wander_memory;

enum traffic_kind {
    TRAFFIC_NONE,
    TRAFFIC_SPIKE,
    TRAFFIC_RAMP,
    TRAFFIC_DROP,
    TRAFFIC_ERRORS,
    TRAFFIC_BRUTE_FORCE
};

struct traffic_random {
    uint64_t state[2];
};

struct traffic_account {
    struct traffic_random random;
    int holiday;                                    /* day */
    int deploys[TRAFFIC_DEPLOYS_MAX], deploy_count; /* minutes */
    int new_service;                                /* minute */
};

struct traffic_series {
    double base, amplitude, peak_hour, weekend, trend; /* rhythm */
    double dispersion, wander;                         /* noise */
    int clock_calls;                                   /* once an hour, in minute TRAFFIC_CLOCK_MINUTE */
    bool is_deployed;
    int born; /* minute */
    enum traffic_kind kind;
    int start, length; /* of the anomaly */
    double size;       /* times the baseline; 0: nothing comes */
    double wandered;   /* state */
};

struct traffic_minute {
    uint32_t count;
    double usual; /* rate without the anomaly, without noise, and without the jobs by the clock */
    bool is_anomalous;
};

void traffic_account_init(struct traffic_account *account, uint64_t seed);
/* The next of the account's series; an anomaly whose baseline is below one call a minute is left out. */
void traffic_series_init(struct traffic_account *account, int index, struct traffic_series *series);
/* Minutes in order, from series->born. Day 0 is a Monday. */
struct traffic_minute traffic_next(
    struct traffic_account *account, struct traffic_series *series, int minute);
/* In [0, 1). */
double traffic_uniform(struct traffic_random *random);
