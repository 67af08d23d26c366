/* SPDX-License-Identifier: Apache-2.0 */
/* value.c: values as texts. */
#include "sql/value.h"

#include "base/check.h"
#include "codec/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_MAX = 17 };

/* The fewest digits that read back as the number, but no less than two, as Java has it: "d.ddde+xx". */
static void shortest(double number, bool is_float, char text[40]) {
    for (int digits = 1; digits < DIGITS_MAX; digits++) {
        (void)snprintf(text, 40, "%.*e", digits, number);
        bool reads_back = is_float ? (double)strtof(text, NULL) == number : strtod(text, NULL) == number;
        if (reads_back)
            return;
    }
}

/* Digits without point, and the exponent of the first one, as Java writes them. */
static void append_digits(struct buf *buf, const char *digits, int exponent) {
    int count = (int)strlen(digits);
    if (exponent >= -3 && exponent < 0) {
        buf_append_format(buf, "0.%.*s%s", -exponent - 1, "00", digits);
    } else if (exponent >= 0 && exponent < 7) {
        for (int i = 0; i <= exponent; i++)
            buf_append_char(buf, i < count ? digits[i] : '0');
        buf_append_format(buf, ".%s", count > exponent + 1 ? digits + exponent + 1 : "0");
    } else {
        buf_append_format(buf, "%c.%sE%d", digits[0], count > 1 ? digits + 1 : "0", exponent);
    }
}

static void append_number(struct buf *buf, double number, bool is_float) {
    if (isnan(number)) {
        buf_append_text(buf, "NaN");
        return;
    }
    if (signbit(number))
        buf_append_char(buf, '-');
    number = fabs(number);
    if (isinf(number) || number == 0.0) {
        buf_append_text(buf, number == 0.0 ? "0.0" : "Infinity");
        return;
    }
    char text[40], digits[DIGITS_MAX + 2];
    shortest(number, is_float, text);
    const char *e = strchr(text, 'e');
    size_t size = 0;
    for (const char *c = text; c < e && size < DIGITS_MAX; c++)
        if (*c != '.')
            digits[size++] = *c;
    while (size > 1 && digits[size - 1] == '0')
        size--;
    digits[size] = '\0';
    int64_t exponent = 0;
    ASSERT(str_to_i64(str_from(e[1] == '+' ? e + 2 : e + 1), &exponent));
    append_digits(buf, digits, (int)exponent);
}

void sql_append_double(struct buf *buf, double number) {
    append_number(buf, number, false);
}

void sql_append_float(struct buf *buf, float number) {
    append_number(buf, (double)number, true);
}

void sql_append_date(struct buf *buf, int32_t days) {
    struct civil_time civil = time_civil((struct moment){(int64_t)days * MS_PER_DAY});
    buf_append_format(buf, "%04d-%02d-%02d", civil.year, civil.month, civil.day);
}

/* Towards the past, also before 1970. */
static int64_t to_ms(int64_t micros) {
    return micros / 1000 - (micros % 1000 < 0);
}

void sql_append_timestamp(struct buf *buf, int64_t micros, bool has_zone) {
    struct civil_time civil = time_civil((struct moment){to_ms(micros)});
    buf_append_format(buf, "%04d-%02d-%02d %02d:%02d:%02d.%03d%s", civil.year, civil.month, civil.day,
        civil.hour, civil.minute, civil.second, civil.millisecond, has_zone ? " UTC" : "");
}

static void append_clock(struct buf *buf, uint64_t ms) {
    buf_append_format(buf, "%02u:%02u:%02u.%03u", (unsigned)(ms / MS_PER_HOUR),
        (unsigned)(ms / MS_PER_MINUTE % 60), (unsigned)(ms / MS_PER_SECOND % 60),
        (unsigned)(ms % MS_PER_SECOND));
}

void sql_append_time(struct buf *buf, int64_t micros) {
    append_clock(buf, (uint64_t)to_ms(micros < 0 ? 0 : micros));
}

void sql_append_interval(struct buf *buf, int32_t months, int32_t days, int64_t micros) {
    if (months != 0) {
        int64_t count = months < 0 ? -(int64_t)months : months;
        buf_append_format(
            buf, "%s%lld-%lld", months < 0 ? "-" : "", (long long)(count / 12), (long long)(count % 12));
        return;
    }
    int64_t ms = (int64_t)days * MS_PER_DAY + micros / 1000;
    uint64_t count = ms < 0 ? (uint64_t)-ms : (uint64_t)ms;
    buf_append_format(buf, "%s%llu ", ms < 0 ? "-" : "", (unsigned long long)(count / MS_PER_DAY));
    append_clock(buf, count % MS_PER_DAY);
}

void sql_append_binary(struct buf *buf, struct bytes bytes) {
    for (size_t i = 0; i < bytes.size; i++)
        buf_append_format(buf, i == 0 ? "%02x" : " %02x", bytes.data[i]);
}
