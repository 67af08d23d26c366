/* SPDX-License-Identifier: Apache-2.0 */
#include "traffic.h"

#include <math.h>

enum { MINUTES_A_DAY = 1440, DEPLOY_MINUTES = 45 };

const double traffic_wander_memory = 0.97;

static const double pi = 3.14159265358979323846;

/* xoroshiro128+ by Blackman and Vigna. */
static uint64_t next_random(struct traffic_random *random) {
    uint64_t a = random->state[0], b = random->state[1], sum = a + b;
    b ^= a;
    random->state[0] = ((a << 24) | (a >> 40)) ^ b ^ (b << 16);
    random->state[1] = (b << 37) | (b >> 27);
    return sum;
}

double traffic_uniform(struct traffic_random *random) {
    return (double)(next_random(random) >> 11) / 9007199254740992.0;
}

static double between(struct traffic_random *random, double low, double high) {
    return low + (high - low) * traffic_uniform(random);
}

static double normal(struct traffic_random *random) {
    double radius = sqrt(-2 * log(1 - traffic_uniform(random)));
    return radius * cos(2 * pi * traffic_uniform(random));
}

static uint32_t poisson(struct traffic_random *random, double mean) {
    if (mean > 60) {
        double value = mean + sqrt(mean) * normal(random);
        return value < 0 ? 0 : (uint32_t)(value + 0.5);
    }
    double limit = exp(-mean), product = traffic_uniform(random);
    uint32_t count = 0;
    for (; product > limit; count++)
        product *= traffic_uniform(random);
    return count;
}

/* Marsaglia and Tsang. */
static double gamma_of(struct traffic_random *random, double shape) {
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = normal(random), v = 1 + c * x;
        v = v * v * v;
        if (v > 0 && log(1 - traffic_uniform(random)) < 0.5 * x * x + d - d * v + d * log(v))
            return d * v;
    }
}

void traffic_account_init(struct traffic_account *account, uint64_t seed) {
    *account = (struct traffic_account){
        .random = {{0x9E3779B97F4A7C15u * (seed + 1), 0xD1B54A32D192ED03u ^ (seed * 77777)}}};
    struct traffic_random *random = &account->random;
    for (int i = 0; i < 20; i++)
        (void)next_random(random);
    account->holiday = (int)between(random, 7, 27);
    for (int day = 0; day < TRAFFIC_DAYS && account->deploy_count < TRAFFIC_DEPLOYS_MAX; day++)
        if (day % 7 == 1 || day % 7 == 3)
            account->deploys[account->deploy_count++] =
                day * MINUTES_A_DAY + (int)(between(random, 10, 15) * 60);
    account->new_service = (int)(between(random, 10, 25) * MINUTES_A_DAY);
}

static bool is_quiet_day(const struct traffic_account *account, int day) {
    return day % 7 >= 5 || day == account->holiday;
}

/* How much of a quiet day this is; it comes and goes over four hours around midnight. */
static double quietness(const struct traffic_account *account, int minute) {
    int day = minute / MINUTES_A_DAY;
    double hour = (minute % MINUTES_A_DAY) / 60.0, here = is_quiet_day(account, day) ? 1 : 0;
    double other = is_quiet_day(account, hour < 12 ? (day == 0 ? 6 : day - 1) : day + 1) ? 1 : 0;
    double distance = hour < 12 ? hour : 24 - hour;
    return distance >= 2 ? here : here * (0.5 + distance / 4) + other * (0.5 - distance / 4);
}

static double rhythm(const struct traffic_account *account, const struct traffic_series *series, int minute) {
    double hour = (minute % MINUTES_A_DAY) / 60.0;
    double rate = series->base * (1 + series->amplitude * cos((hour - series->peak_hour) / 12 * pi));
    rate *= 1 + (series->weekend - 1) * quietness(account, minute);
    return rate * (1 + series->trend * (minute / MINUTES_A_DAY) / TRAFFIC_DAYS);
}

static void plant(struct traffic_account *account, int index, struct traffic_series *series) {
    static const double sizes[] = {3, 5, 10, 20};
    struct traffic_random *random = &account->random;
    if (series->base < 1.6)
        series->base = between(random, 1.6, 31.6);
    series->kind = (enum traffic_kind)(TRAFFIC_SPIKE + index % 5);
    series->start = (int)(between(random, 8, 28) * MINUTES_A_DAY);
    series->length = (int)between(random, 10, 90);
    series->size = sizes[next_random(random) % 4];
    if (series->kind == TRAFFIC_RAMP)
        series->length = (int)between(random, 30, 120);
    if (series->kind == TRAFFIC_DROP)
        series->size = 0;
    if (series->kind == TRAFFIC_BRUTE_FORCE) {
        series->length = (int)between(random, 120, 360);
        series->size = series->size < 10 ? series->size : 4;
    }
    if (rhythm(account, series, series->start) < 1)
        series->kind = TRAFFIC_NONE;
}

void traffic_series_init(struct traffic_account *account, int index, struct traffic_series *series) {
    struct traffic_random *random = &account->random;
    *series = (struct traffic_series){
        .base = exp(between(random, log(0.05), log(200))),
        .amplitude = between(random, 0, 0.9),
        .peak_hour = between(random, 10, 16),
        .weekend = between(random, 0.2, 1),
        .trend = between(random, -0.3, 0.3),
        .dispersion = traffic_uniform(random) < 0.5 ? 0 : between(random, 0.05, 0.45),
        .wander = traffic_uniform(random) < 0.6 ? 0 : between(random, 0.05, 0.2),
        .clock_calls = traffic_uniform(random) < 0.9 ? 0 : (int)between(random, 3, 43),
        .is_deployed = traffic_uniform(random) < 0.15,
    };
    if (index >= TRAFFIC_SERIES - 3)
        series->born = account->new_service + (int)between(random, 0, 30);
    if (index < TRAFFIC_ANOMALIES)
        plant(account, index, series);
}

static double factor(const struct traffic_series *series, int minute) {
    if (series->kind != TRAFFIC_RAMP)
        return series->size;
    return 1 + (series->size - 1) * fmin(1, 2.0 * (minute - series->start) / series->length);
}

struct traffic_minute traffic_next(
    struct traffic_account *account, struct traffic_series *series, int minute) {
    struct traffic_random *random = &account->random;
    struct traffic_minute result = {.usual = rhythm(account, series, minute)};
    for (int i = 0; series->is_deployed && i < account->deploy_count; i++)
        if (minute >= account->deploys[i] && minute < account->deploys[i] + DEPLOY_MINUTES)
            result.usual *= 1.8;
    double rate = result.usual;
    if (series->wander > 0) {
        double keep = traffic_wander_memory;
        series->wandered = keep * series->wandered + sqrt(1 - keep * keep) * series->wander * normal(random);
        rate *= exp(series->wandered - series->wander * series->wander / 2);
    }
    result.is_anomalous =
        series->kind != TRAFFIC_NONE && minute >= series->start && minute < series->start + series->length;
    if (result.is_anomalous)
        rate *= factor(series, minute);
    if (series->dispersion > 0)
        rate *= gamma_of(random, 1 / series->dispersion) * series->dispersion;
    result.count = poisson(random, rate);
    if (series->clock_calls > 0 && minute % 60 == TRAFFIC_CLOCK_MINUTE)
        result.count += poisson(random, series->clock_calls);
    return result;
}
