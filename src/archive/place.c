/* SPDX-License-Identifier: Apache-2.0 */
#include "place.h"

#include "codec/text.h"

enum { PARTS_MAX = 64, ACCOUNT_SIZE = 12 };

static bool is_number(struct str text, size_t size, uint64_t *ret_number) {
    return text.size == size && str_to_u64(text, ret_number);
}

static bool parse_day(const struct str *parts, int64_t *ret_day) {
    uint64_t year = 0, month = 0, day = 0;
    if (!is_number(parts[0], 4, &year) || !is_number(parts[1], 2, &month) || !is_number(parts[2], 2, &day) ||
        month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    struct civil_time civil = {.year = (int)year, .month = (int)month, .day = (int)day};
    *ret_day = time_from_civil(civil).ms / MS_PER_DAY;
    return year >= 1970;
}

/* The part AWSLogs that an account follows: the last one, since a prefix may be called so too. */
static bool find_account(const struct str *parts, size_t count, size_t *ret_index) {
    uint64_t number = 0;
    for (size_t i = count; i-- > 0;) {
        if (!str_is(parts[i], "AWSLogs"))
            continue;
        size_t account = i + 1;
        if (account < count && str_starts_with(parts[account], STR_LITERAL("o-")))
            account++;
        if (account < count && is_number(parts[account], ACCOUNT_SIZE, &number)) {
            *ret_index = account;
            return true;
        }
    }
    return false;
}

bool archive_place_parse(struct str key, struct archive_place *ret_place) {
    struct str parts[PARTS_MAX], rest = key;
    size_t count = 0, account = 0;
    while (rest.size > 0 && count < PARTS_MAX)
        parts[count++] = str_cut(&rest, '/');
    struct archive_place place = {0};
    /* account, folder, region, year, month, day, name */
    if (rest.size > 0 || !find_account(parts, count, &account) || account + 7 != count ||
        !parse_day(&parts[account + 3], &place.day))
        return false;
    place.folder = parts[account + 1];
    place.region = parts[account + 2];
    place.name = parts[account + 6];
    place.base = str_slice(key, 0, (size_t)(place.folder.data - key.data));
    place.folder_size = place.base.size + place.folder.size;
    place.path = str_slice(key, 0, (size_t)(place.name.data - key.data));
    *ret_place = place;
    return place.name.size > 0 && place.folder.size > 0 && place.region.size > 0;
}

/* A stamp at the start of a part of the name. */
static struct moment parse_stamp(struct str part) {
    uint64_t date = 0, clock = 0;
    struct str day = str_cut(&part, 'T'), time = str_cut(&part, 'Z');
    bool has_seconds = time.size == 6;
    if (!is_number(day, 8, &date) || !(is_number(time, 4, &clock) || is_number(time, 6, &clock)))
        return MOMENT_NONE;
    clock = has_seconds ? clock : clock * 100;
    struct civil_time civil = {.year = (int)(date / 10000),
        .month = (int)(date / 100 % 100),
        .day = (int)(date % 100),
        .hour = (int)(clock / 10000),
        .minute = (int)(clock / 100 % 100),
        .second = (int)(clock % 100)};
    bool is_legal = civil.month >= 1 && civil.month <= 12 && civil.day >= 1 && civil.day <= 31 &&
                    civil.hour < 24 && civil.minute < 60 && civil.second < 61 && civil.year >= 1970;
    return is_legal ? time_from_civil(civil) : MOMENT_NONE;
}

struct moment archive_place_time(struct str name) {
    struct moment found = MOMENT_NONE;
    while (name.size > 0 && found.ms == MOMENT_NONE.ms)
        found = parse_stamp(str_cut(&name, '_'));
    return found;
}

struct str archive_place_trail(struct str name, struct str region) {
    struct str rest = name;
    struct str account = str_cut(&rest, '_'), folder = str_cut(&rest, '_'), place = str_cut(&rest, '_');
    size_t end = rest.size;
    while (end > 0 && rest.data[end - 1] != '_')
        end--;
    bool is_digest = account.size == ACCOUNT_SIZE && str_is(folder, "CloudTrail-Digest") &&
                     str_equals(place, region) && end > 1;
    return is_digest ? str_slice(rest, 0, end - 1) : STR_EMPTY;
}
