/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How well Insights decides, on labelled traffic: recall by kind and size, false insights, delay beside an
 * oracle that knows the true rates, and beside it a z-score and an EWMA baseline on the same counts. Each
 * peer gets the threshold at which it gives at most one false insight per account and week (or its highest);
 * so does the oracle (docs/insights-model.md, "How soon").
 *
 * Seeds 0 to 99 were used for tuning. 100 to 139 are kept apart: looked at after a round of tuning, never
 * tuned on. 140 to 159 were first looked at after the last round.
 */
#include "base/check.h"
#include "insights/model.h"

#include "bench.h"
#include "traffic.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    SIZES = 4, /* below 5 times the baseline, below 10, below 20, beyond; drops count as the last */
    KINDS = TRAFFIC_BRUTE_FORCE + 1,
    THRESHOLDS = 6,
    SETTLE_MINUTES = 30, /* after an anomaly: an insight then is neither true nor false */
    QUIET_MINUTES = 30,  /* then a peer's or the oracle's next is another one */
    ORACLE_WINDOW = 30,  /* minutes; as the model's longest */
    RATIOS_MAX = 2000,
    PEER_LEARN_MINUTES = 7 * 24 * 60,
    MONDAY = (4 + 7 * 2900) * 24 * 60, /* a Monday's first minute since 1970 */
};

static const char *const kind_names[KINDS] = {
    "", "spike", "ramp", "drop to zero", "error burst", "slow brute force"};
static const double thresholds[THRESHOLDS] = {4, 6, 9, 14, 25, 50};
/* The least at which it gives at most one false insight per account and week of the seeds for tuning. */
static const double oracle_surprise = 15.1;
static const double oracle_ratio = 1.6, oracle_drop_share = 0.25, oracle_calls = 10; /* the model's size */

struct peer {
    const char *name;
    double memory; /* minutes */
    double mean, variance;
    int count;
    bool is_open[THRESHOLDS], has_hit[THRESHOLDS];
    int quiet[THRESHOLDS];
};

struct score {
    int found[KINDS][SIZES], all[KINDS][SIZES];
    int false_insights, oracle_false;
    int single, single_late, single_slow, longer, longer_late, missed; /* of what the oracle finds */
    double ratios[RATIOS_MAX];                                         /* delay by the oracle's */
    int peer_found[2][THRESHOLDS], peer_false[2][THRESHOLDS];
    int anomalies;
    double weeks, steps;
};

static int size_of(const struct traffic_series *series) {
    if (series->kind == TRAFFIC_DROP)
        return SIZES - 1;
    return series->size < 5 ? 0 : series->size < 10 ? 1 : series->size < 20 ? 2 : 3;
}

static bool is_near(const struct traffic_series *series, int minute) {
    return series->kind != TRAFFIC_NONE && minute >= series->start &&
           minute < series->start + series->length + SETTLE_MINUTES;
}

/* ---- the peers ---- */

static void step_peer(struct peer *peer, const struct traffic_series *series, int minute, double count,
    int false_insights[THRESHOLDS]) {
    double gap = count - peer->mean, score = fabs(gap) / sqrt(peer->variance + 1e-9);
    for (int i = 0; i < THRESHOLDS && peer->count > PEER_LEARN_MINUTES; i++) {
        if (score <= thresholds[i] || fabs(gap) < 10) {
            peer->is_open[i] = peer->is_open[i] && ++peer->quiet[i] < QUIET_MINUTES;
            continue;
        }
        if (!peer->is_open[i] && is_near(series, minute))
            peer->has_hit[i] = true;
        else if (!peer->is_open[i])
            false_insights[i]++;
        peer->is_open[i] = true;
        peer->quiet[i] = 0;
    }
    double weight = 1 / fmin(++peer->count, peer->memory);
    peer->mean += weight * gap;
    peer->variance += weight * (gap * gap - peer->variance);
}

/* ---- the oracle ---- */

/*
 * The model's rule in the hands of one who knows the rate that the traffic is drawn with in each minute
 * (rhythm, holiday, deployment, jobs by the clock) and the law of its noise, though not how the dice fall:
 * any last 1 to 30 minutes that are too improbable and beyond the same size. The tail is exact.
 */
struct oracle {
    double count[ORACLE_WINDOW], rate[ORACLE_WINDOW], clock[ORACLE_WINDOW];
    double wander[ORACLE_WINDOW + 1]; /* variance of the slow noise's mean over so many minutes, relatively */
    double quick;                     /* of one minute */
    bool is_open;
    int quiet;
    int delay; /* minutes until it was sure; 0: not yet */
};

static void oracle_init(struct oracle *oracle, const struct traffic_series *series) {
    *oracle = (struct oracle){.quick = series->dispersion};
    for (int minutes = 1; minutes <= ORACLE_WINDOW; minutes++) {
        double sum = minutes;
        for (int apart = 1; apart < minutes; apart++)
            sum += 2 * (minutes - apart) * pow(traffic_wander_memory, apart);
        oracle->wander[minutes] = series->wander * series->wander * sum / minutes / minutes;
    }
}

/* Minus the logarithm of a negative binomial's tail, summed up: to be beyond `mean` so far or farther. */
static double tail_surprise(double sum, double mean, double alpha) {
    double shape = 1 / alpha, odds = mean / (mean + shape), tail = 1, term = 1;
    double first = lgamma(sum + shape) - lgamma(shape) - lgamma(sum + 1) - shape * log(1 + mean / shape);
    first += sum > 0 ? sum * log(odds) : 0;
    if (sum > mean)
        for (double i = sum; term > 1e-4 * tail; i++)
            tail += term *= odds * (i + shape) / (i + 1);
    else
        for (double i = sum; i > 0 && term > 1e-4 * tail; i--)
            tail += term *= i / (odds * (i - 1 + shape));
    return -first - log(tail);
}

static bool is_unusual(const struct oracle *oracle, int minute, int minutes_max) {
    double sum = 0, rate = 0, clock = 0;
    for (int minutes = 1; minutes <= minutes_max; minutes++) {
        int at = (minute - minutes + 1) % ORACLE_WINDOW;
        sum += oracle->count[at];
        rate += oracle->rate[at];
        clock += oracle->clock[at];
        double mean = rate + clock, share = rate / mean;
        bool is_large = sum > oracle_ratio * mean || sum < oracle_drop_share * mean;
        if (!is_large || fabs(sum - mean) < oracle_calls)
            continue;
        double alpha = (oracle->quick / minutes + oracle->wander[minutes]) * share * share + 1e-6;
        if (tail_surprise(sum, mean, alpha) >= oracle_surprise)
            return true;
    }
    return false;
}

/* Whether it says so now, and did not before. */
static bool step_oracle(struct oracle *oracle, const struct traffic_series *series, int minute,
    const struct traffic_minute *now) {
    int at = minute % ORACLE_WINDOW, age = minute - series->born + 1;
    oracle->count[at] = now->count;
    oracle->rate[at] = now->usual;
    oracle->clock[at] = minute % 60 == TRAFFIC_CLOCK_MINUTE ? series->clock_calls : 0;
    if (!is_unusual(oracle, minute, age < ORACLE_WINDOW ? age : ORACLE_WINDOW)) {
        oracle->is_open = oracle->is_open && ++oracle->quiet < QUIET_MINUTES;
        return false;
    }
    bool is_new = !oracle->is_open;
    oracle->is_open = true;
    oracle->quiet = 0;
    if (is_near(series, minute) && oracle->delay == 0)
        oracle->delay = minute - series->start + 1;
    return is_new && !is_near(series, minute);
}

/* ---- a run ---- */

static void add_result(struct score *score, const struct traffic_series *series, int delay,
    const struct oracle *oracle, const struct peer peers[2]) {
    score->anomalies++;
    score->all[series->kind][size_of(series)]++;
    for (int peer = 0; peer < 2; peer++)
        for (int i = 0; i < THRESHOLDS; i++)
            score->peer_found[peer][i] += peers[peer].has_hit[i];
    score->found[series->kind][size_of(series)] += delay != 0;
    if (oracle->delay == 0)
        return;
    score->missed += delay == 0;
    if (delay == 0)
        return;
    ASSERT(score->single + score->longer < RATIOS_MAX);
    score->ratios[score->single + score->longer] = (double)delay / oracle->delay;
    if (oracle->delay == 1) {
        score->single++;
        score->single_late += delay > 1;
        /* A rise can be looked up before its minute is over, a drop 22 s after the end of its first. */
        score->single_slow += delay > (series->kind == TRAFFIC_DROP ? 1 : 2);
    } else {
        score->longer++;
        score->longer_late += delay > 2 * oracle->delay;
    }
}

static void run_series(struct traffic_account *account, int index, struct score *score) {
    struct traffic_series series;
    traffic_series_init(account, index, &series);
    struct peer peers[2] = {
        {.name = "z-score", .memory = PEER_LEARN_MINUTES}, {.name = "EWMA", .memory = 60}};
    struct insights_model_options options = {.warm_minutes = 0};
    struct insights_model model;
    struct oracle oracle;
    int delay = 0;
    oracle_init(&oracle, &series);
    insights_model_init(&model, MONDAY + series.born);
    for (int minute = series.born; minute < TRAFFIC_MINUTES; minute++) {
        struct traffic_minute now = traffic_next(account, &series, minute);
        score->oracle_false += step_oracle(&oracle, &series, minute, &now);
        bool has_started = insights_model_step(&model, &options, now.count).change == INSIGHTS_STARTED;
        if (has_started && !is_near(&series, minute))
            score->false_insights++;
        else if (has_started && delay == 0)
            delay = minute - series.start + 1;
        for (int peer = 0; peer < 2; peer++)
            step_peer(&peers[peer], &series, minute, now.count, score->peer_false[peer]);
        score->steps++;
    }
    if (series.kind != TRAFFIC_NONE)
        add_result(score, &series, delay, &oracle, peers);
}

static void print_peer(const struct score *score, int peer, const char *name) {
    int best = 0;
    while (best + 1 < THRESHOLDS && score->peer_false[peer][best] > score->weeks)
        best++;
    char text[64];
    (void)snprintf(text, sizeof text, "%s, %.0f deviations: recall", name, thresholds[best]);
    bench_row(text, 100.0 * score->peer_found[peer][best] / score->anomalies, "%");
    bench_row("  false insights per account and week", score->peer_false[peer][best] / score->weeks, "");
}

static void print_recall(const struct score *score) {
    int found[2] = {0, 0}, all[2] = {0, 0};
    for (int kind = TRAFFIC_SPIKE; kind < KINDS; kind++) {
        printf("  %-20s", kind_names[kind]);
        for (int size = 0; size < SIZES; size++) {
            printf("  %4d of %-4d", score->found[kind][size], score->all[kind][size]);
            found[size > 0] += score->found[kind][size];
            all[size > 0] += score->all[kind][size];
        }
        puts("");
    }
    bench_row("recall at 3 and 4 times the baseline", 100.0 * found[0] / all[0], "%");
    bench_row("recall at 5 times and more, and of drops", 100.0 * found[1] / all[1], "%");
    bench_row("  both together", 100.0 * (found[0] + found[1]) / (all[0] + all[1]), "%");
}

static void print_delay(struct score *score) {
    int count = score->single + score->longer, late = score->single_late + score->longer_late;
    bench_row("oracle: false insights per account and week", score->oracle_false / score->weeks, "");
    bench_row("in its first minute, where the oracle's is",
        100.0 * (score->single - score->single_late) / score->single, "%");
    bench_row("  under two minutes by the clock",
        100.0 * (score->single - score->single_slow) / score->single, "%");
    bench_row("else within twice the oracle's delay",
        100.0 * (score->longer - score->longer_late) / score->longer, "%");
    bench_row("  both, and what was missed is late", 100.0 * (count - late) / (count + score->missed), "%");
    bench_row("delay by the oracle's: median", bench_percentile(score->ratios, (size_t)count, 0.5), "");
    bench_row("  in 95 % at most", bench_percentile(score->ratios, (size_t)count, 0.95), "");
    bench_row("  at most", bench_percentile(score->ratios, (size_t)count, 1), "");
}

static void run(const char *title, uint64_t first, uint64_t end) {
    static struct score score;
    score = (struct score){.weeks = (double)(end - first) * TRAFFIC_DAYS / 7};
    double started = bench_cpu_seconds();
    for (uint64_t seed = first; seed < end; seed++) {
        struct traffic_account account;
        traffic_account_init(&account, seed);
        for (int index = 0; index < TRAFFIC_SERIES; index++)
            run_series(&account, index, &score);
    }
    printf("insights, %s: seeds %d to %d, %d days each, %d anomalies\n", title, (int)first, (int)end - 1,
        TRAFFIC_DAYS, score.anomalies);
    printf("  found of all, by size      3 and 4        5          10        20, drops\n");
    print_recall(&score);
    bench_row("false insights per account and week", score.false_insights / score.weeks, "");
    print_delay(&score);
    print_peer(&score, 0, "z-score");
    print_peer(&score, 1, "EWMA");
    bench_row("a minute of a series, judged by all four", (bench_cpu_seconds() - started) * 1e9 / score.steps,
        "ns");
}

void bench_insights(const struct bench_settings *settings) {
    (void)settings;
    run("tuned on", 0, 100);
    run("kept apart", 100, 120);
    run("kept apart", 120, 140);
    run("kept apart to the last", 140, 160);
}
