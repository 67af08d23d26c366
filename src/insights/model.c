/* SPDX-License-Identifier: Apache-2.0 */
/* model: docs/insights-model.md in code; sections are named after it. */
#include "model.h"

#include "base/check.h"

#include <math.h>
#include <string.h>

enum {
    MINUTES_A_DAY = 1440,
    MINUTES_A_WEEK = 10080,
    USUAL_MINUTES = 5,
    END_WINDOW = 5,
    ADAPT_MINUTES = 360,
    FIRST_MINUTES = 60,
    CAP_MINUTES = 30,
    PEAK_MINUTES = 30,
    PEAK_EVERY = 5,
    PEAK_LEARN_MINUTES = 180,
    PEAK_BUSY = 120,
    PEAK_MAX = 140, /* one anomaly does not make a day a busy one */
};
_Static_assert(sizeof(struct insights_model) <= INSIGHTS_MODEL_SIZE_MAX, "200,000 of them take their room");

static const uint8_t scale_minutes[INSIGHTS_SCALES] = {1, 4, 12, 30};
static const float scale_memory[INSIGHTS_SCALES] = {4000, 1500, 600, 300}; /* in sums */
static const uint8_t windows[] = {1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30};

/* What a sum over so many minutes or more must reach: significance and size, and how much farther from what
 * is expected than the size that is asked of all. */
struct demand {
    uint8_t minutes;
    double surprise, size, farther;
};
static const struct demand rise_demands[] = {{1, 14.5, 3, 1}, {2, 20, 1.5, 1}, {4, 16, 1.5, 1}};
static const struct demand busy_demands[] = {{1, 16, 4, 1}, {2, 16, 4.5, 1.125}};
static const struct demand drop_demands[] = {{1, 14.5, 3.5, 1}, {2, 20, 3.5, 1}};

static const double prior_dispersion[INSIGHTS_SCALES] = {0.1, 0.05, 0.029, 0.018}, prior_sums = 20;
static const double fading = 0.9962; /* a minute: a half-life of three hours */
static const double today_prior_calls = 30;
static const double cap_ratio = 1.15, cap_prior_calls = 10;
static const double usual_ratio = 1.6, drop_share = 0.25;
static const double tau = 6.283185307179586;
static const double tiny = 1e-6;

/* Short floats: the upper half of a float, rounded; enough for a mean. */
static float widen(uint16_t half) {
    uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint16_t shorten(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (uint16_t)((bits + 0x8000) >> 16);
}

/* ---- the baseline ---- */

static unsigned week_hour(int64_t minute) {
    return (unsigned)((minute / 60 + 3 * 24) %
                      INSIGHTS_HOURS); /* 1970 began on a Thursday; 0 is Monday's first */
}

static bool is_weekend(unsigned hour) {
    return hour >= 5 * 24;
}

static unsigned day_of(int64_t minute) {
    unsigned day = week_hour(minute) / 24;
    return day < INSIGHTS_DAYS ? day : INSIGHTS_DAYS - 1;
}

/* How many hours like `hour` have been fed: of the week, and of the day in its class. */
static double weeks_seen(const struct insights_model *model) {
    return (double)((model->next_minute - model->born_minute) / MINUTES_A_WEEK);
}

/* Days of the class from a Monday long ago to `day`, which is not one of them. */
static int64_t days_before(int64_t day, bool weekend) {
    int64_t since = day + 3, left = since % 7; /* 1970 began on a Thursday */
    int64_t working = since / 7 * 5 + (left < 5 ? left : 5);
    return weekend ? since - working : working;
}

static double days_seen(const struct insights_model *model, unsigned hour, int64_t until_minute) {
    int64_t first = (model->born_minute / 60 - hour % 24 + 23) / 24;
    int64_t end = (until_minute / 60 - hour % 24 + 23) / 24;
    return (double)(days_before(end, is_weekend(hour)) - days_before(first, is_weekend(hour)));
}

static double usual(const struct insights_model *model, unsigned hour) {
    double weight = 2 * days_seen(model, hour, model->next_minute), value = (double)model->level;
    value = (value + weight * (double)widen(model->day[is_weekend(hour)][hour % 24])) / (1 + weight);
    double weeks = weeks_seen(model);
    return (value + weeks * (double)widen(model->week[hour])) / (1 + weeks);
}

/* Between the middles of hours the rate goes straight. */
static double season(const struct insights_model *model, int64_t minute) {
    unsigned hour = week_hour(minute);
    double at = ((double)(minute % 60) + 0.5) / 60 - 0.5;
    unsigned other = at < 0 ? (hour + INSIGHTS_HOURS - 1) % INSIGHTS_HOURS : (hour + 1) % INSIGHTS_HOURS;
    return usual(model, hour) * (1 - fabs(at)) + usual(model, other) * fabs(at);
}

static double today(const struct insights_model *model) {
    double ratio = ((double)model->seen + today_prior_calls) / ((double)model->expected + today_prior_calls);
    return ratio < 0.2 ? 0.2 : ratio > 4 ? 4 : ratio;
}

static double by_the_clock(const struct insights_model *model, int64_t minute) {
    double more = (double)widen(model->minute[minute % 60]) - 2 * (double)model->minute_mean;
    return more < 1 ? 0 : more;
}

/* What was usual before today counts as expected only in so far as the last minutes come near to it: the end
 * of a holiday is no spike, and neither does what is usual else hide one in the middle of it. */
static double capped(const struct insights_model *model, double usually, double clock) {
    double share = today(model), rate = usually - clock, seen = 0;
    if (share * cap_ratio >= 1 || model->next_minute - model->born_minute <= MINUTES_A_DAY)
        return usually;
    for (unsigned back = 1; back <= CAP_MINUTES; back++)
        seen += model->recent[(uint64_t)(model->next_minute - back) % INSIGHTS_RECENT_MINUTES];
    double lately = (seen + cap_prior_calls) / (CAP_MINUTES * rate + cap_prior_calls);
    share = cap_ratio * (lately > share ? lately : share);
    return share < 1 ? rate * share + clock : usually;
}

double insights_model_expect(const struct insights_model *model) {
    int64_t minute = model->next_minute;
    double value = season(model, minute) * today(model) + by_the_clock(model, minute);
    return value > 0 ? value : 0;
}

/* ---- dispersion ---- */

static double dispersion(const struct insights_model *model, unsigned scale, double mean) {
    double prior = prior_sums * mean * mean;
    double value = ((double)model->excess[scale] + prior_dispersion[scale] * prior) /
                   ((double)model->square[scale] + prior + 1e-9);
    return value < 1e-4 ? 1e-4 : value;
}

/* Dispersion of a rate without the clock's jobs; those have none. */
static double diluted(double dispersion_of_rate, double mean, double clock) {
    double share = mean > clock ? (mean - clock) / mean : 0, value = dispersion_of_rate * share * share;
    return value < 1e-4 ? 1e-4 : value;
}

static unsigned scale_of(unsigned minutes) {
    unsigned scale = 0;
    while (scale + 1 < INSIGHTS_SCALES && scale_minutes[scale + 1] <= minutes)
        scale++;
    return scale;
}

/* Between two scales it goes straight, on logarithmic paper. */
static double dispersion_between(const struct insights_model *model, unsigned minutes, double mean) {
    unsigned scale = scale_of(minutes);
    double length = scale_minutes[scale], a_minute = mean / minutes;
    double value = dispersion(model, scale, a_minute * length);
    if (scale + 1 == INSIGHTS_SCALES || minutes == scale_minutes[scale])
        return value;
    double longer = scale_minutes[scale + 1], next = dispersion(model, scale + 1, a_minute * longer);
    return value * pow(next / value, log(minutes / length) / log(longer / length));
}

/* ---- significance ---- */

/* Minus the logarithm of Chernoff's bound for a negative binomial's tail. */
static double surprise(double sum, double mean, double alpha) {
    double shape = 1 / alpha;
    double left = sum > 0 ? sum * log(sum / mean) : 0;
    return left - (sum + shape) * log((sum + shape) / (mean + shape));
}

/* Minus the logarithm of the tail itself, nearly. */
static double improbability(double sum, double mean, double alpha) {
    double bound = surprise(sum, mean, alpha), shape = 1 / alpha;
    if (sum < 1) /* exact already */
        return bound;
    double tilt = fabs(log(sum * (mean + shape) / (mean * (sum + shape))));
    double more = log(tau * (sum + alpha * sum * sum)) / 2 + log(1 - exp(-tilt));
    return more > 0 ? bound + more : bound;
}

struct window {
    double sum, low, high; /* low and high: what is expected */
    double clock;          /* of that, by the clock */
};

static void add_minute(const struct insights_model *model, struct window *window, unsigned back) {
    unsigned at = (unsigned)((uint64_t)(model->next_minute - 1 - back) % INSIGHTS_RECENT_MINUTES);
    window->sum += model->recent[at];
    window->low += (double)widen(model->recent_low[at]);
    window->high += (double)widen(model->recent_high[at]);
    window->clock += by_the_clock(model, model->next_minute - 1 - back);
}

static struct window last_minutes(const struct insights_model *model, unsigned minutes) {
    struct window window = {.sum = 0};
    for (unsigned i = 0; i < minutes; i++)
        add_minute(model, &window, i);
    return window;
}

static double deviation(const struct insights_model *model, double mean) {
    return sqrt(mean + dispersion(model, 0, mean) * mean * mean);
}

/* ---- significance and size: the start ---- */

static int64_t age_of(const struct insights_model *model) {
    return model->next_minute - model->born_minute;
}

static int64_t warm_minutes(const struct insights_model_options *options) {
    return options->warm_minutes != 0 ? options->warm_minutes : MINUTES_A_WEEK;
}

/* The last minute that was fed belongs to an insight. */
static bool is_open(const struct insights_model *model) {
    return model->open_minute != 0 && model->open_minute < model->next_minute;
}

static double ratio_of(const struct insights_model_options *options) {
    return options->ratio != 0 ? options->ratio : usual_ratio;
}

static double calls_of(const struct insights_model_options *options) {
    return options->calls_min != 0 ? options->calls_min : 10;
}

struct limits {
    double caution; /* times as significant */
    double ratio, calls;
    bool has_drops;
};

static struct limits limits_of(
    const struct insights_model *model, const struct insights_model_options *options) {
    struct limits limits = {
        .caution = 1, .ratio = ratio_of(options), .calls = calls_of(options), .has_drops = true};
    if (age_of(model) < warm_minutes(options))
        limits = (struct limits){2, 2 * limits.ratio + 1, 3 * limits.calls, false};
    return limits;
}

/* What a sum is held against. */
struct bounds {
    double mean, size; /* what is expected; what is large, or small, as well */
    const struct demand *demand;
};

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* The last of `count` that holds for sums over so many minutes. */
static const struct demand *demand_for(const struct demand *demands, size_t count, unsigned minutes) {
    while (count > 1 && demands[count - 1].minutes > minutes)
        count--;
    return &demands[count - 1];
}

static const struct demand *demand_of_rise(
    const struct insights_model *model, const struct limits *limits, unsigned minutes) {
    bool is_busy = limits->caution == 1 && model->usual_peak[day_of(model->next_minute - 1)] > PEAK_BUSY;
    return is_busy ? demand_for(busy_demands, COUNT_OF(busy_demands), minutes)
                   : demand_for(rise_demands, COUNT_OF(rise_demands), minutes);
}

/* Both what is expected and the bound that makes it large are refuted. */
static bool is_beyond(const struct insights_model *model, const struct limits *limits, unsigned minutes,
    const struct window *window, const struct bounds *bounds) {
    double rate = bounds->mean > window->clock ? bounds->mean - window->clock : 0;
    double alpha = diluted(dispersion_between(model, minutes, rate + tiny), bounds->mean, window->clock);
    return improbability(window->sum, bounds->mean, alpha) >= limits->caution * bounds->demand->surprise &&
           surprise(window->sum, bounds->size, alpha) >= bounds->demand->size;
}

static bool is_spike(const struct insights_model *model, const struct limits *limits, unsigned minutes,
    const struct window *window) {
    double mean = window->high + tiny;
    const struct demand *demand = demand_of_rise(model, limits, minutes);
    struct bounds bounds = {mean, limits->ratio * demand->farther * mean, demand};
    return window->sum > bounds.size && window->sum - mean >= limits->calls &&
           is_beyond(model, limits, minutes, window, &bounds);
}

static bool is_drop(const struct insights_model *model, const struct limits *limits, unsigned minutes,
    const struct window *window) {
    double mean = window->low + tiny;
    struct bounds bounds = {
        mean, drop_share * mean, demand_for(drop_demands, COUNT_OF(drop_demands), minutes)};
    return limits->has_drops && window->sum < bounds.size && mean - window->sum >= limits->calls &&
           is_beyond(model, limits, minutes, window, &bounds);
}

static struct insights_verdict start(
    struct insights_model *model, unsigned minutes, const struct window *window, bool drops) {
    model->open_minute = model->next_minute - minutes;
    model->usual_minute = model->next_minute;
    model->open_sum = model->unusual_sum = window->sum;
    model->open_baseline = (drops ? window->low : window->high) / minutes;
    model->is_drop = drops;
    return (struct insights_verdict){.change = INSIGHTS_STARTED,
        .is_drop = drops,
        .start_minute = model->open_minute,
        .end_minute = model->next_minute,
        .baseline = model->open_baseline,
        .average = window->sum / minutes};
}

static struct insights_verdict look_for_start(
    struct insights_model *model, const struct insights_model_options *options) {
    struct limits limits = limits_of(model, options);
    struct window window = {.sum = 0};
    if (age_of(model) < warm_minutes(options) / 7)
        return (struct insights_verdict){.change = INSIGHTS_UNCHANGED};
    int64_t minutes_max = model->next_minute - model->judged_from;
    for (unsigned i = 0, minutes = 0; i < sizeof windows / sizeof *windows && windows[i] <= minutes_max;
         i++) {
        while (minutes < windows[i])
            add_minute(model, &window, minutes++);
        if (is_spike(model, &limits, minutes, &window))
            return start(model, minutes, &window, false);
        if (is_drop(model, &limits, minutes, &window))
            return start(model, minutes, &window, true);
    }
    return (struct insights_verdict){.change = INSIGHTS_UNCHANGED};
}

/* ---- the end ---- */

static bool goes_on(const struct insights_model *model, const struct insights_model_options *options) {
    struct window window = last_minutes(model, END_WINDOW);
    if (model->is_drop)
        return window.sum < window.low / 2;
    return window.sum > (1 + ratio_of(options)) / 2 * window.high &&
           window.sum > window.high + 2 * sqrt(window.high);
}

/* The windows that found it unusual reach over its end: not the minutes that were usual already. */
static void cut_end(struct insights_model *model, const struct insights_model_options *options) {
    for (int i = 1; i < END_WINDOW && model->usual_minute - 1 > model->open_minute; i++) {
        unsigned at = (unsigned)((uint64_t)(model->usual_minute - 1) % INSIGHTS_RECENT_MINUTES);
        double count = model->recent[at], high = (double)widen(model->recent_high[at]);
        bool is_usual = model->is_drop ? count >= (double)widen(model->recent_low[at]) / 2
                                       : count <= (1 + ratio_of(options)) / 2 * high;
        if (!is_usual)
            return;
        model->unusual_sum -= count;
        model->usual_minute--;
    }
}

static struct insights_verdict look_for_end(
    struct insights_model *model, const struct insights_model_options *options) {
    model->open_sum += model->recent[(uint64_t)(model->next_minute - 1) % INSIGHTS_RECENT_MINUTES];
    if (model->next_minute <= model->usual_minute || goes_on(model, options)) {
        if (model->usual_minute < model->next_minute)
            model->usual_minute = model->next_minute;
        model->unusual_sum = model->open_sum;
    }
    if (model->next_minute - model->usual_minute < USUAL_MINUTES)
        return (struct insights_verdict){.change = INSIGHTS_UNCHANGED};
    cut_end(model, options);
    struct insights_verdict verdict = {.change = INSIGHTS_ENDED,
        .is_drop = model->is_drop,
        .start_minute = model->open_minute,
        .end_minute = model->usual_minute,
        .baseline = model->open_baseline,
        .average = model->unusual_sum / (double)(model->usual_minute - model->open_minute)};
    model->open_minute = 0;
    model->judged_from = (int32_t)model->usual_minute;
    return verdict;
}

/* ---- what is learned of an outlier ---- */

static double cut(double value, double middle, double reach) {
    return value > middle + reach ? middle + reach : value < middle - reach ? middle - reach : value;
}

static double believable(const struct insights_model *model, double count, double mean) {
    if (is_open(model) && model->next_minute - model->open_minute < ADAPT_MINUTES)
        return mean;
    if (age_of(model) < MINUTES_A_DAY)
        return count;
    return cut(count, mean, 4 * deviation(model, mean) + 3);
}

/* Towards `value`, as the mean of `count` values, or fading once there are `count_max`. */
static float approach(float mean, float value, double count, double count_max) {
    return mean + (value - mean) / (float)(count < count_max ? count : count_max);
}

static void learn_hour(struct insights_model *model, int64_t minute) {
    unsigned hour = week_hour(minute);
    bool weekend = is_weekend(hour);
    double before = (double)(minute - model->born_minute);
    float mean = model->hour_sum / (float)(before < 59 ? before + 1 : 60);
    double days = days_seen(model, hour, minute);
    uint16_t *day = &model->day[weekend][hour % 24], *week = &model->week[hour];
    *day = shorten(approach(widen(*day), mean, days + 1, 7));
    *week = shorten(approach(widen(*week), mean, floor(before / MINUTES_A_WEEK) + 1, 4));
    if (before >= FIRST_MINUTES)
        model->level = approach(model->level, mean, before / 60 + 1, INSIGHTS_HOURS);
    model->hour_sum = 0;
    model->minute_mean = 0;
    for (unsigned i = 0; i < 60; i++)
        model->minute_mean += widen(model->minute[i]) / 60;
}

static void learn_dispersion(struct insights_model *model) {
    for (unsigned scale = 0; scale < INSIGHTS_SCALES; scale++) {
        if (model->next_minute % scale_minutes[scale] != 0)
            continue;
        struct window window = last_minutes(model, scale_minutes[scale]);
        double mean = (window.low + window.high) / 2, gap = window.sum - mean;
        double outside = window.sum - cut(window.sum, mean, fabs(window.high - window.low) / 2);
        double rate = mean > window.clock ? mean - window.clock : 0;
        if (window.clock > rate) /* says next to nothing about the rate */
            continue;
        gap = (gap + outside) / 2; /* what is expected is one of the two, or between */
        gap = cut(gap, 0, 6 * (sqrt(mean + dispersion(model, scale, mean) * mean * mean) + 1));
        float keep = 1 - 1 / scale_memory[scale];
        double excess = gap * gap - mean;
        excess = excess < -rate ? -rate : excess; /* nobody says that a job's calls come by chance */
        model->excess[scale] = model->excess[scale] * keep + (float)excess;
        model->square[scale] = model->square[scale] * keep + (float)(rate * rate);
    }
}

/* Only what stands out of an hour can be the clock's. Where so many calls come that it would not, what is
 * known of it stays as far as what came allows. */
static void learn_clock(struct insights_model *model, int64_t minute, double count, double base) {
    uint16_t *mean = &model->minute[minute % 60];
    double more = count - base;
    if (more <= 4 * sqrt(base) + 3)
        more = cut(more, (double)widen(*mean) / 2, (double)widen(*mean) / 2);
    *mean = shorten(approach(widen(*mean), (float)more, 12, 12));
}

/* The greatest half hour of a day, less two deviations of the quick noise: what a deployment brings. An
 * insight may have told of it. */
static void learn_peak(struct insights_model *model) {
    int64_t minute = model->next_minute - 1;
    if ((minute + 1) % PEAK_EVERY == 0 && age_of(model) >= PEAK_LEARN_MINUTES) {
        struct window window = last_minutes(model, PEAK_MINUTES);
        double mean = window.high + tiny, rate = mean > window.clock ? mean - window.clock : 0;
        double alpha =
            diluted(dispersion(model, 0, rate / PEAK_MINUTES + tiny), mean, window.clock) / PEAK_MINUTES;
        double peak = 100 * (window.sum - 2 * sqrt(window.sum + alpha * window.sum * window.sum)) / mean;
        if (peak > model->peak_today)
            model->peak_today = (uint8_t)(peak < PEAK_MAX ? peak : PEAK_MAX);
    }
    if (minute % MINUTES_A_DAY != MINUTES_A_DAY - 1)
        return;
    uint8_t *usually = &model->usual_peak[day_of(minute)];
    *usually = (uint8_t)(*usually == 0 ? model->peak_today : (*usually + model->peak_today + 1) / 2);
    model->peak_today = 0;
}

static void learn(struct insights_model *model, double count, double mean) {
    int64_t minute = model->next_minute - 1;
    double clock = by_the_clock(model, minute), usually = season(model, minute);
    double value = believable(model, count, mean);
    bool is_unusual = is_open(model);
    if (!is_unusual && age_of(model) > 180)
        learn_clock(model, minute, count, usually * today(model));
    value = value > clock ? value - clock : 0;
    model->seen = (float)((double)model->seen * fading + value);
    model->expected = (float)((double)model->expected * fading + usually);
    model->hour_sum += (float)value;
    if (age_of(model) <= FIRST_MINUTES) /* no hour is over yet that could be learned */
        model->level = approach(model->level, (float)value, (double)age_of(model), FIRST_MINUTES);
    if (!is_unusual && age_of(model) > 60)
        learn_dispersion(model);
    learn_peak(model);
    if (minute % 60 == 59)
        learn_hour(model, minute);
}

void insights_model_init(struct insights_model *model, int64_t minute) {
    *model = (struct insights_model){.born_minute = minute, .next_minute = minute};
}

struct insights_verdict insights_model_step(
    struct insights_model *model, const struct insights_model_options *options, uint32_t count) {
    double mean = insights_model_expect(model), clock = by_the_clock(model, model->next_minute);
    double usually = season(model, model->next_minute) + clock;
    unsigned at = (unsigned)((uint64_t)model->next_minute % INSIGHTS_RECENT_MINUTES);
    model->recent[at] = count;
    model->recent_low[at] = shorten((float)(usually < mean ? usually : mean));
    model->recent_high[at] = shorten((float)(usually < mean ? mean : capped(model, usually, clock)));
    model->next_minute++;
    struct insights_verdict verdict = {.change = INSIGHTS_UNCHANGED};
    if (model->open_minute == 0)
        verdict = look_for_start(model, options);
    else if (is_open(model))
        verdict = look_for_end(model, options);
    learn(model, count, mean);
    return verdict;
}

/* ---- before the end of a minute ---- */

bool insights_model_may_rise(const struct insights_model *model, const struct insights_model_options *options,
    int64_t minute, uint32_t count) {
    if (count < calls_of(options) || model->open_minute != 0 || age_of(model) < warm_minutes(options) / 7)
        return false;
    double expected = season(model, minute) * today(model) + by_the_clock(model, minute);
    return count > ratio_of(options) * expected && count - expected >= calls_of(options);
}

struct insights_verdict insights_model_foresee(const struct insights_model *model,
    const struct insights_model_options *options, const uint32_t *counts, unsigned count) {
    struct insights_model copy = *model;
    struct insights_verdict verdict = {.change = INSIGHTS_UNCHANGED};
    for (unsigned i = 0; i < count && verdict.change == INSIGHTS_UNCHANGED; i++)
        verdict = insights_model_step(&copy, options, counts[i]);
    bool is_rise = verdict.change == INSIGHTS_STARTED && !verdict.is_drop;
    return is_rise ? verdict : (struct insights_verdict){.change = INSIGHTS_UNCHANGED};
}

void insights_model_open(struct insights_model *model, const struct insights_verdict *foreseen) {
    model->open_minute = foreseen->start_minute;
    model->usual_minute = foreseen->end_minute;
    model->open_baseline = foreseen->baseline;
    model->is_drop = false;
    model->open_sum = 0;
    for (int64_t minute = model->open_minute; minute < model->next_minute; minute++)
        model->open_sum += model->recent[(uint64_t)minute % INSIGHTS_RECENT_MINUTES];
    model->unusual_sum = model->open_sum;
}
