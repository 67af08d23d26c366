/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/text.h"

#include <string.h>

/* 0001-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z. */
static const int64_t ms_min = -62135596800000;
static const int64_t ms_max = 253402300799999;

enum { DAYS_PER_ERA = 146097, YEARS_PER_ERA = 400, DAYS_TO_EPOCH = 719468 };

static const char weekdays[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char months[12][4] = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* Dates are counted in years that begin on 1 March, so that the leap day comes last, and in eras
 * of 400 years, after which the calendar repeats. Day 0 is 0000-03-01. */
struct civil_time time_civil(struct moment moment) {
    int64_t ms = moment.ms < ms_min ? ms_min : moment.ms > ms_max ? ms_max : moment.ms;
    int64_t days = ms / MS_PER_DAY - (ms % MS_PER_DAY < 0 ? 1 : 0);
    int ms_of_day = (int)(ms - days * MS_PER_DAY);
    int day = (int)days + DAYS_TO_EPOCH;
    int era = day / DAYS_PER_ERA;
    int day_of_era = day % DAYS_PER_ERA;
    int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month = (5 * day_of_year + 2) / 153; /* 0 is March */
    return (struct civil_time){
        .year = era * YEARS_PER_ERA + year_of_era + (month >= 10 ? 1 : 0),
        .month = month >= 10 ? month - 9 : month + 3,
        .day = day_of_year - (153 * month + 2) / 5 + 1,
        .hour = ms_of_day / MS_PER_HOUR,
        .minute = ms_of_day / MS_PER_MINUTE % 60,
        .second = ms_of_day / MS_PER_SECOND % 60,
        .millisecond = ms_of_day % MS_PER_SECOND,
        .weekday = (day + 3) % 7, /* 0000-03-01 was a Wednesday */
    };
}

struct moment time_from_civil(struct civil_time civil) {
    int month = civil.month >= 3 ? civil.month - 3 : civil.month + 9;
    int year = civil.year - (civil.month < 3 ? 1 : 0);
    int year_of_era = year % YEARS_PER_ERA;
    int day_of_year = (153 * month + 2) / 5 + civil.day - 1;
    int64_t day = (int64_t)(year / YEARS_PER_ERA) * DAYS_PER_ERA + (int64_t)year_of_era * 365 +
                  year_of_era / 4 - year_of_era / 100 + day_of_year - DAYS_TO_EPOCH;
    return (struct moment){day * MS_PER_DAY + (int64_t)civil.hour * MS_PER_HOUR +
                           (int64_t)civil.minute * MS_PER_MINUTE + (int64_t)civil.second * MS_PER_SECOND +
                           civil.millisecond};
}

/* `number` in decimal, as long as the place is. */
static void put_digits(char *place, size_t size, int number) {
    for (; size > 0; number /= 10)
        place[--size] = (char)('0' + number % 10);
}

/* Every record has several, so no format is read for them. */
bool time_append_iso(struct buf *buf, struct moment moment) {
    struct civil_time t = time_civil(moment);
    char text[] = "0000-00-00T00:00:00Z";
    put_digits(text, 4, t.year);
    put_digits(text + 5, 2, t.month);
    put_digits(text + 8, 2, t.day);
    put_digits(text + 11, 2, t.hour);
    put_digits(text + 14, 2, t.minute);
    put_digits(text + 17, 2, t.second);
    return buf_append(buf, text, sizeof text - 1);
}

bool time_append_basic(struct buf *buf, struct moment moment) {
    struct civil_time t = time_civil(moment);
    return buf_append_format(
        buf, "%04d%02d%02dT%02d%02d%02dZ", t.year, t.month, t.day, t.hour, t.minute, t.second);
}

bool time_append_http(struct buf *buf, struct moment moment) {
    struct civil_time t = time_civil(moment);
    return buf_append_format(buf, "%s, %02d %s %04d %02d:%02d:%02d GMT", weekdays[t.weekday], t.day,
        months[t.month - 1], t.year, t.hour, t.minute, t.second);
}

/* `count` digits off the front of `rest`. */
static bool take_number(struct str *rest, size_t count, int *ret_number) {
    uint64_t number = 0;
    if (!str_to_u64(str_slice(*rest, 0, count), &number) || rest->size < count)
        return false;
    *rest = str_slice(*rest, count, SIZE_MAX);
    *ret_number = (int)number;
    return true;
}

static bool take(struct str *rest, const char *text) {
    if (!str_starts_with(*rest, str_from(text)))
        return false;
    *rest = str_slice(*rest, strlen(text), SIZE_MAX);
    return true;
}

/* The index of the three-letter name at the front of `rest`. */
static bool take_name(struct str *rest, const char (*names)[4], int count, int *ret_index) {
    for (int i = 0; i < count; i++) {
        if (take(rest, names[i])) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

static int days_in(int year, int month) {
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (month == 2)
        return is_leap ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static bool is_valid(const struct civil_time *t) {
    return t->year >= 1 && t->month >= 1 && t->month <= 12 && t->day >= 1 &&
           t->day <= days_in(t->year, t->month) && t->hour <= 23 && t->minute <= 59 && t->second <= 59;
}

/* Digits after the point; what is finer than a millisecond is cut off. */
static bool take_fraction(struct str *rest, int *ret_ms) {
    int ms = 0;
    size_t digits = 0;
    for (; digits < rest->size && rest->data[digits] >= '0' && rest->data[digits] <= '9'; digits++) {
        if (digits < 3)
            ms = ms * 10 + (rest->data[digits] - '0');
    }
    if (digits == 0)
        return false;
    for (size_t i = digits; i < 3; i++)
        ms *= 10;
    *rest = str_slice(*rest, digits, SIZE_MAX);
    *ret_ms = ms;
    return true;
}

/* Z, or how far local time is ahead of UTC. */
static bool take_zone(struct str *rest, int64_t *ret_ahead_ms) {
    int hours = 0, minutes = 0;
    *ret_ahead_ms = 0;
    if (take(rest, "Z"))
        return true;
    bool is_behind = take(rest, "-");
    if (!is_behind && !take(rest, "+"))
        return false;
    if (!take_number(rest, 2, &hours) || !take(rest, ":") || !take_number(rest, 2, &minutes) || hours > 23 ||
        minutes > 59)
        return false;
    int64_t ahead_ms = (int64_t)hours * MS_PER_HOUR + (int64_t)minutes * MS_PER_MINUTE;
    *ret_ahead_ms = is_behind ? -ahead_ms : ahead_ms;
    return true;
}

/* YYYY-MM-DDThh:mm:ss, or the same without separators. */
static bool take_date_and_time(struct str *rest, const char *dash, const char *colon, struct civil_time *t) {
    return take_number(rest, 4, &t->year) && take(rest, dash) && take_number(rest, 2, &t->month) &&
           take(rest, dash) && take_number(rest, 2, &t->day) && take(rest, "T") &&
           take_number(rest, 2, &t->hour) && take(rest, colon) && take_number(rest, 2, &t->minute) &&
           take(rest, colon) && take_number(rest, 2, &t->second);
}

bool time_parse_iso(struct str text, struct moment *ret_moment) {
    struct civil_time t = {0};
    int64_t ahead_ms = 0;
    if (!take_date_and_time(&text, "-", ":", &t))
        return false;
    if (take(&text, ".") && !take_fraction(&text, &t.millisecond))
        return false;
    if (!take_zone(&text, &ahead_ms) || text.size != 0 || !is_valid(&t))
        return false;
    int64_t ms = time_from_civil(t).ms - ahead_ms;
    if (ms < ms_min || ms > ms_max)
        return false;
    *ret_moment = (struct moment){ms};
    return true;
}

bool time_parse_basic(struct str text, struct moment *ret_moment) {
    struct civil_time t = {0};
    if (!take_date_and_time(&text, "", "", &t) || !str_is(text, "Z") || !is_valid(&t))
        return false;
    *ret_moment = time_from_civil(t);
    return true;
}

bool time_parse_http(struct str text, struct moment *ret_moment) {
    struct civil_time t = {0};
    if (!take_name(&text, weekdays, 7, &t.weekday) || !take(&text, ", ") || !take_number(&text, 2, &t.day) ||
        !take(&text, " ") || !take_name(&text, months, 12, &t.month) || !take(&text, " ") ||
        !take_number(&text, 4, &t.year) || !take(&text, " "))
        return false;
    t.month++;
    if (!take_number(&text, 2, &t.hour) || !take(&text, ":") || !take_number(&text, 2, &t.minute) ||
        !take(&text, ":") || !take_number(&text, 2, &t.second) || !str_is(text, " GMT") || !is_valid(&t))
        return false;
    *ret_moment = time_from_civil(t);
    return true;
}

static const struct {
    const char *name;
    int64_t ms;
} units[] = {{"d", MS_PER_DAY}, {"h", MS_PER_HOUR}, {"m", MS_PER_MINUTE}, {"s", MS_PER_SECOND}, {"ms", 1}};
enum { UNIT_COUNT = sizeof units / sizeof *units };

bool duration_parse(struct str text, int64_t *ret_ms) {
    size_t digits = 0;
    while (digits < text.size && text.data[digits] >= '0' && text.data[digits] <= '9')
        digits++;
    int64_t count = 0, ms = 0;
    if (!str_to_i64(str_slice(text, 0, digits), &count))
        return false;
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (!str_is(str_slice(text, digits, SIZE_MAX), units[i].name))
            continue;
        if (__builtin_mul_overflow(count, units[i].ms, &ms))
            return false;
        *ret_ms = ms;
        return true;
    }
    return false;
}
