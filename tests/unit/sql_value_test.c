/* SPDX-License-Identifier: Apache-2.0 */
#include "sql/value.h"
#include "support/tap.h"

#include <math.h>

#define EXPECT_TEXT(call, expected)                                                                          \
    do {                                                                                                     \
        struct buf buf = BUF_INIT(100);                                                                      \
        call;                                                                                                \
        if (!str_is(buf_str(&buf), expected))                                                                \
            printf("# %s gave %s\n", #call, buf.data);                                                       \
        EXPECT(str_is(buf_str(&buf), expected));                                                             \
        buf_finish(&buf);                                                                                    \
    } while (0)

/* What Java's Double.toString() says. */
static void doubles_are_as_java_writes_them(void) {
    EXPECT_TEXT(sql_append_double(&buf, 0), "0.0");
    EXPECT_TEXT(sql_append_double(&buf, -0.0), "-0.0");
    EXPECT_TEXT(sql_append_double(&buf, 1), "1.0");
    EXPECT_TEXT(sql_append_double(&buf, 0.1), "0.1");
    EXPECT_TEXT(sql_append_double(&buf, -123.456), "-123.456");
    EXPECT_TEXT(sql_append_double(&buf, 0.001), "0.001");
    EXPECT_TEXT(sql_append_double(&buf, 0.0123), "0.0123");
    EXPECT_TEXT(sql_append_double(&buf, 0.000999), "9.99E-4");
    EXPECT_TEXT(sql_append_double(&buf, 9999999), "9999999.0");
    EXPECT_TEXT(sql_append_double(&buf, 1e7), "1.0E7");
    EXPECT_TEXT(sql_append_double(&buf, 1234567890123.5), "1.2345678901235E12");
    EXPECT_TEXT(sql_append_double(&buf, 1e300), "1.0E300");
    EXPECT_TEXT(sql_append_double(&buf, 4.9e-324), "4.9E-324");
    EXPECT_TEXT(sql_append_double(&buf, 1.0 / 3), "0.3333333333333333");
    EXPECT_TEXT(sql_append_double(&buf, (double)NAN), "NaN");
    EXPECT_TEXT(sql_append_double(&buf, -(double)INFINITY), "-Infinity");
    EXPECT_TEXT(sql_append_float(&buf, 0.1F), "0.1");
    EXPECT_TEXT(sql_append_float(&buf, 16777216.0F), "1.6777216E7");
}

static void times_have_three_digits(void) {
    EXPECT_TEXT(sql_append_date(&buf, 0), "1970-01-01");
    EXPECT_TEXT(sql_append_date(&buf, -1), "1969-12-31");
    EXPECT_TEXT(sql_append_timestamp(&buf, 1767323045678999, false), "2026-01-02 03:04:05.678");
    EXPECT_TEXT(sql_append_timestamp(&buf, 1767323045000000, true), "2026-01-02 03:04:05.000 UTC");
    EXPECT_TEXT(sql_append_timestamp(&buf, -1, false), "1969-12-31 23:59:59.999");
    EXPECT_TEXT(sql_append_time(&buf, 86399999999), "23:59:59.999");
}

static void intervals_are_days_or_months(void) {
    EXPECT_TEXT(sql_append_interval(&buf, 0, 0, 0), "0 00:00:00.000");
    EXPECT_TEXT(sql_append_interval(&buf, 0, 2, 3723500000), "2 01:02:03.500");
    EXPECT_TEXT(sql_append_interval(&buf, 0, 0, 90000000000), "1 01:00:00.000");
    EXPECT_TEXT(sql_append_interval(&buf, 0, -1, 0), "-1 00:00:00.000");
    EXPECT_TEXT(sql_append_interval(&buf, 14, 0, 0), "1-2");
    EXPECT_TEXT(sql_append_interval(&buf, -1, 0, 0), "-0-1");
}

static void octets_are_pairs_of_digits(void) {
    EXPECT_TEXT(sql_append_binary(&buf, str_bytes(STR_LITERAL("hello"))), "68 65 6c 6c 6f");
    EXPECT_TEXT(sql_append_binary(&buf, str_bytes(STR_LITERAL("\xff"))), "ff");
}

int main(void) {
    TEST(doubles_are_as_java_writes_them);
    TEST(times_have_three_digits);
    TEST(intervals_are_days_or_months);
    TEST(octets_are_pairs_of_digits);
    return tap_done();
}
