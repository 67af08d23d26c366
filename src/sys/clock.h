/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock: where time comes from. Logic takes a moment as a parameter, or one of these; tests
 * run months in milliseconds on a manual clock.
 *
 * Threads: any.
 */
#pragma once

#include "base/time.h"

struct clock {
    struct moment (*now)(struct clock *clock);
    struct instant (*instant)(struct clock *clock);
};

/* The system's clock; one for the whole process, never freed. */
struct clock *clock_real(void);

/* A clock that stands still until it is moved. */
struct clock_manual {
    struct clock clock;
    int64_t now_ms;
};
void clock_manual_init(struct clock_manual *manual, struct moment start);
void clock_manual_advance(struct clock_manual *manual, int64_t ms);

struct moment clock_now(struct clock *clock);
struct instant clock_instant(struct clock *clock);

/* Sleep on the real clock: for back-off loops of programs, never inside a store. */
void clock_sleep_ms(int64_t ms);
