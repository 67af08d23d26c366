/* SPDX-License-Identifier: Apache-2.0 */
/* clock: the system's time, and a time that tests move by hand. */
#include "sys/clock.h"

#include "base/check.h"

#include <errno.h>
#include <time.h>

static struct timespec read_time(clockid_t which) {
    struct timespec time;
    ASSERT(clock_gettime(which, &time) == 0);
    return time;
}

static struct moment real_now(struct clock *clock) {
    (void)clock;
    struct timespec time = read_time(CLOCK_REALTIME);
    return (struct moment){(int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000};
}

static struct instant real_instant(struct clock *clock) {
    (void)clock;
    struct timespec time = read_time(CLOCK_MONOTONIC);
    return (struct instant){(int64_t)time.tv_sec * 1000000000 + time.tv_nsec};
}

struct clock *clock_real(void) {
    static struct clock real = {real_now, real_instant};
    return &real;
}

/* A test moves the clock while threads of the tested object read it. */
static int64_t manual_ms(struct clock *clock) {
    return __atomic_load_n(&((struct clock_manual *)clock)->now_ms, __ATOMIC_RELAXED);
}

static struct moment manual_now(struct clock *clock) {
    return (struct moment){manual_ms(clock)};
}

static struct instant manual_instant(struct clock *clock) {
    return (struct instant){manual_ms(clock) * 1000000};
}

void clock_manual_init(struct clock_manual *manual, struct moment start) {
    *manual = (struct clock_manual){{manual_now, manual_instant}, start.ms};
}

void clock_manual_advance(struct clock_manual *manual, int64_t ms) {
    (void)__atomic_add_fetch(&manual->now_ms, ms, __ATOMIC_RELAXED);
}

struct moment clock_now(struct clock *clock) {
    return clock->now(clock);
}

struct instant clock_instant(struct clock *clock) {
    return clock->instant(clock);
}

void clock_sleep_ms(int64_t ms) {
    struct timespec rest = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (ms > 0 && clock_nanosleep(CLOCK_MONOTONIC, 0, &rest, &rest) == EINTR)
        continue;
}
