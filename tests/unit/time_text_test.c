/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/text.h"
#include "support/tap.h"

static struct buf out = {.limit = 4096};

static bool wrote(const char *text) {
    bool same = str_is(buf_str(&out), text);
    if (!same)
        printf("# wrote %.*s\n", STR(buf_str(&out)));
    buf_clear(&out);
    return same;
}

static int64_t iso(const char *text) {
    struct moment moment = MOMENT_NONE;
    return time_parse_iso(str_from(text), &moment) ? moment.ms : MOMENT_NONE.ms;
}

/* RFC 9110's example of a date, in the three forms. */
static void times_are_written_in_three_forms(void) {
    struct moment moment = {784111777999};
    EXPECT(time_append_iso(&out, moment) && wrote("1994-11-06T08:49:37Z"));
    EXPECT(time_append_basic(&out, moment) && wrote("19941106T084937Z"));
    EXPECT(time_append_http(&out, moment) && wrote("Sun, 06 Nov 1994 08:49:37 GMT"));
}

static void times_are_read_in_three_forms(void) {
    struct moment moment = MOMENT_NONE;
    EXPECT_INT(iso("1994-11-06T08:49:37Z"), 784111777000);
    EXPECT(time_parse_basic(STR_LITERAL("19941106T084937Z"), &moment));
    EXPECT_INT(moment.ms, 784111777000);
    moment = MOMENT_NONE;
    EXPECT(time_parse_http(STR_LITERAL("Sun, 06 Nov 1994 08:49:37 GMT"), &moment));
    EXPECT_INT(moment.ms, 784111777000);
}

static void known_moments_come_out_right(void) {
    EXPECT_INT(iso("1970-01-01T00:00:00Z"), 0);
    EXPECT_INT(iso("1969-12-31T23:59:59.999Z"), -1);
    EXPECT_INT(iso("2000-02-29T12:00:00Z"), 951825600000);
    EXPECT_INT(iso("2038-01-19T03:14:08Z"), 2147483648000);
    EXPECT_INT(iso("0001-01-01T00:00:00Z"), -62135596800000);
    EXPECT_INT(iso("9999-12-31T23:59:59.999Z"), 253402300799999);
}

static void fractions_and_offsets_count(void) {
    EXPECT_INT(iso("1970-01-01T00:00:00.5Z"), 500);
    EXPECT_INT(iso("1970-01-01T00:00:00.123456789Z"), 123);
    EXPECT_INT(iso("1970-01-01T02:30:00+02:30"), 0);
    EXPECT_INT(iso("1969-12-31T16:00:00-08:00"), 0);
}

static void what_is_no_time_is_refused(void) {
    static const char *const bad[] = {"", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01 00:00:00Z",
        "1970-1-01T00:00:00Z", "1970-13-01T00:00:00Z", "1970-00-01T00:00:00Z", "1970-04-31T00:00:00Z",
        "1900-02-29T00:00:00Z", "0000-01-01T00:00:00Z", "1970-01-00T00:00:00Z", "1970-01-01T24:00:00Z",
        "1970-01-01T00:60:00Z", "1970-01-01T00:00:60Z", "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00Zx",
        "1970-01-01T00:00:00z", "1970-01-01T00:00:00+2:00", "1970-01-01T00:00:00+24:00",
        "+970-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01", "1970-01-01T-1:00:00Z"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        EXPECT_INT(iso(bad[i]), MOMENT_NONE.ms);
    struct moment moment;
    EXPECT(!time_parse_basic(STR_LITERAL("19941106T084937"), &moment));
    EXPECT(!time_parse_basic(STR_LITERAL("1994-11-06T08:49:37Z"), &moment));
    EXPECT(!time_parse_basic(STR_LITERAL("19941306T084937Z"), &moment));
    EXPECT(!time_parse_http(STR_LITERAL("Sunday, 06-Nov-94 08:49:37 GMT"), &moment));
    EXPECT(!time_parse_http(STR_LITERAL("Sun, 31 Feb 1994 08:49:37 GMT"), &moment));
    EXPECT(!time_parse_http(STR_LITERAL("Sun, 06 Nov 1994 08:49:37 UTC"), &moment));
}

/* Walks 1,200 years and checks that dates follow each other and read back. */
static void every_day_of_three_eras_reads_back(void) {
    struct civil_time before = time_civil((struct moment){iso("1599-12-31T00:00:00Z")});
    for (int64_t ms = iso("1600-01-01T13:14:15.016Z"); ms < iso("2800-01-01T00:00:00Z"); ms += MS_PER_DAY) {
        struct civil_time civil = time_civil((struct moment){ms});
        if (time_from_civil(civil).ms != ms || civil.weekday != (before.weekday + 1) % 7 ||
            (civil.day != before.day + 1 && civil.day != 1)) {
            EXPECT_INT(time_from_civil(civil).ms, ms);
            EXPECT_INT(civil.weekday, (before.weekday + 1) % 7);
            EXPECT_INT(civil.day, before.day + 1);
            return;
        }
        before = civil;
    }
    EXPECT_INT(time_civil((struct moment){0}).weekday, 4);
    EXPECT_INT(before.year, 2799);
}

static void moments_past_the_calendar_are_clipped(void) {
    EXPECT(time_append_iso(&out, MOMENT_MAX) && wrote("9999-12-31T23:59:59Z"));
    EXPECT(time_append_iso(&out, MOMENT_NONE) && wrote("0001-01-01T00:00:00Z"));
}

static void durations_have_one_number_and_one_unit(void) {
    static const struct {
        const char *text;
        int64_t ms;
    } durations[] = {{"1ms", 1}, {"1500ms", 1500}, {"1s", 1000}, {"90s", 90000}, {"5m", 300000},
        {"1h", 3600000}, {"90d", 7776000000}, {"0s", 0}};
    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
        int64_t ms = -1;
        EXPECT(duration_parse(str_from(durations[i].text), &ms));
        EXPECT_INT(ms, durations[i].ms);
    }
    static const char *const bad[] = {"", "5", "m", "5 m", "-5m", "+5m", "1.5h", "5M", "5mm",
        "9223372036854775807d", "99999999999999999999ms"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t ms = 0;
        EXPECT(!duration_parse(str_from(bad[i]), &ms));
    }
}

int main(void) {
    TEST(times_are_written_in_three_forms);
    TEST(times_are_read_in_three_forms);
    TEST(known_moments_come_out_right);
    TEST(fractions_and_offsets_count);
    TEST(what_is_no_time_is_refused);
    TEST(every_day_of_three_eras_reads_back);
    TEST(moments_past_the_calendar_are_clipped);
    TEST(durations_have_one_number_and_one_unit);
    buf_finish(&out);
    return tap_done();
}
