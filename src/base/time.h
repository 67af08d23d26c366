/* SPDX-License-Identifier: Apache-2.0 */
/*
 * time: two kinds of time that cannot be mixed. A moment is wall-clock time, milliseconds
 * since 1970 UTC; an instant is monotonic, nanoseconds since some start. Where they come
 * from: sys/clock.h. Their text: codec/text.h.
 */
#pragma once

#include <stdint.h>

struct moment {
    int64_t ms;
};

struct instant {
    int64_t ns;
};

#define MOMENT_NONE ((struct moment){INT64_MIN}) /* "never" where a time may be missing */
#define MOMENT_MIN  ((struct moment){INT64_MIN + 1})
#define MOMENT_MAX  ((struct moment){INT64_MAX})

enum { MS_PER_SECOND = 1000, MS_PER_MINUTE = 60000, MS_PER_HOUR = 3600000, MS_PER_DAY = 86400000 };
