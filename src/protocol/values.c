/* SPDX-License-Identifier: Apache-2.0 */
/* values: members on their way into a part: payloads hidden, types and times as AWS writes them. */
#include "base/own.h"
#include "codec/text.h"

#include "body.h"

#include <stdlib.h>
#include <string.h>

/* ---- payloads ---- */

enum payload_form { HIDE, DROP };

#define PAYLOAD(service, member, form) {service, member, form},
static const struct {
    const char *service, *member;
    enum payload_form form;
} payloads[] = {
#include "payload_table.h"
};
#undef PAYLOAD

bool protocol_write_payload(
    struct json_writer *writer, struct str service, struct str name, bool is_parameter) {
    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
        bool is_top = payloads[i].member[0] == '/';
        if (!str_equals_ignoring_case(name, str_from(payloads[i].member + is_top)) ||
            !str_is(service, payloads[i].service) || (is_top && !is_parameter))
            continue;
        if (payloads[i].form == HIDE) {
            json_key(writer, name);
            json_write_string(writer, STR_LITERAL("HIDDEN_DUE_TO_SECURITY_REASONS"));
        }
        return true;
    }
    return false;
}

struct str protocol_lowered(struct arena *arena, struct str name) {
    if (name.size == 0 || name.data[0] < 'A' || name.data[0] > 'Z')
        return name;
    char *lowered = arena_text(arena, name);
    lowered[0] = (char)(lowered[0] + ('a' - 'A'));
    return str_of(lowered, name.size);
}

/* ---- times ---- */

/* "Jul 10, 2023 12:07:59 PM"; with a comma behind the year where `has_comma`. */
static void append_words(struct buf *buf, struct moment moment, bool has_comma) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct civil_time time = time_civil(moment);
    int hour = time.hour % 12 == 0 ? 12 : time.hour % 12;
    buf_append_format(buf, "%.3s %d, %d%s %d:%02d:%02d %s", months + (size_t)3 * (size_t)(time.month - 1),
        time.day, time.year, has_comma ? "," : "", hour, time.minute, time.second,
        time.hour < 12 ? "AM" : "PM");
}

/* By their names: the wire tells times from other texts and numbers in no other way. */
static bool is_time_name(struct str name) {
    static const char *const endings[] = {"Date", "Time", "Timestamp", "At", "Expiration", "ValidUntil",
        "PasswordLastUsed", "expiration", "timestamp"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (str_ends_with(name, str_from(endings[i])))
            return true;
    }
    return false;
}

static void write_words(struct json_writer *writer, struct moment moment, bool has_comma) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(64);
    append_words(&text, moment, has_comma);
    json_write_string(writer, buf_str(&text));
}

/* ---- types ---- */

enum type { TYPE_NUMBER, TYPE_BOOLEAN };

#define NUMBER(name)  {name, TYPE_NUMBER},
#define BOOLEAN(name) {name, TYPE_BOOLEAN},
static const struct type_row {
    const char *name;
    enum type type;
} types[] = {
#include "type_table.h"
};
#undef NUMBER
#undef BOOLEAN

static int compare_name(const void *name, const void *row) {
    return str_compare(*(const struct str *)name, str_from(((const struct type_row *)row)->name));
}

/* -?[0-9]+(.[0-9]+)? without leading zeros, as JSON has it. */
static bool is_number(struct str text) {
    struct str fraction = str_slice(text, text.size > 0 && text.data[0] == '-', 64);
    bool has_point = str_find_char(fraction, '.') != SIZE_MAX;
    struct str digits = str_cut(&fraction, '.');
    uint64_t number = 0;
    return str_to_u64(digits, &number) && (digits.size == 1 || digits.data[0] != '0') &&
           (has_point ? str_to_u64(fraction, &number) : fraction.size == 0) && text.size <= 40;
}

static bool write_as_type(struct json_writer *writer, struct str name, struct str text) {
    const struct type_row *row =
        bsearch(&name, types, sizeof types / sizeof *types, sizeof *types, compare_name);
    bool is_true = str_is(text, "true");
    if (row == NULL)
        return false;
    if (row->type == TYPE_NUMBER && is_number(text))
        json_write_raw(writer, text);
    else if (row->type == TYPE_BOOLEAN && (is_true || str_is(text, "false")))
        json_write_boolean(writer, is_true);
    else
        return false;
    return true;
}

void protocol_write_typed(
    struct json_writer *writer, struct str name, struct str text, enum protocol_times times) {
    struct moment moment;
    if (write_as_type(writer, name, text))
        return;
    if (!is_time_name(name) || !time_parse_iso(text, &moment))
        json_write_string(writer, text);
    else if (times == PROTOCOL_TIMES_MS)
        json_write_i64(writer, moment.ms);
    else
        write_words(writer, moment, times == PROTOCOL_TIMES_WORDS_COMMA);
}

void protocol_write_guessed(struct json_writer *writer, struct str text) {
    int64_t number = 0;
    if (str_is(text, "true") || str_is(text, "false"))
        json_write_boolean(writer, str_is(text, "true"));
    else if (is_number(text) && str_to_i64(text, &number))
        json_write_i64(writer, number);
    else
        json_write_string(writer, text);
}

/* ---- JSON ---- */

/* Seconds since 1970 where the name is a time's: between 1990 and 2100, so that it is no duration. */
static bool read_epoch(struct str name, struct json_value value, struct moment *ret_moment) {
    enum { SECONDS_1990 = 631152000 };
    const double seconds_2100 = 4102444800.0;
    double seconds = 0;
    if (!is_time_name(name) || !json_double(value, &seconds) || !(seconds >= SECONDS_1990) ||
        !(seconds < seconds_2100))
        return false;
    ret_moment->ms = (int64_t)(seconds * MS_PER_SECOND);
    return true;
}

static void write_value(
    struct json_writer *writer, struct str service, struct json_value value, unsigned depth);

static void write_member(
    struct json_writer *writer, struct str service, struct json_iterator member, unsigned depth) {
    struct moment moment;
    if (protocol_write_payload(writer, service, member.key, depth == 1))
        return;
    json_key(writer, member.key);
    if (json_kind(member.value) == JSON_NUMBER && read_epoch(member.key, member.value, &moment))
        write_words(writer, moment, true);
    else
        write_value(writer, service, member.value, depth);
}

static void write_scalar(struct json_writer *writer, struct json_value value) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    json_append_value(&text, value);
    json_write_raw(writer, buf_str(&text));
}

/* Depth is bounded by the parser's JSON_DEPTH_MAX. */
static void write_value(
    struct json_writer *writer, struct str service, struct json_value value, unsigned depth) {
    struct json_iterator iterator = json_iterate(value);
    switch (json_kind(value)) {
    case JSON_OBJECT:
        json_begin_object(writer);
        while (json_next(&iterator))
            write_member(writer, service, iterator, depth + 1);
        json_end_object(writer);
        break;
    case JSON_ARRAY:
        json_begin_array(writer);
        while (json_next(&iterator))
            write_value(writer, service, iterator.value, depth + 1);
        json_end_array(writer);
        break;
    case JSON_STRING:
        json_write_string(writer, json_text(value));
        break;
    case JSON_NULL:
    case JSON_BOOLEAN:
    case JSON_NUMBER:
        write_scalar(writer, value);
        break;
    }
}

void protocol_write_json(struct json_writer *writer, struct str service, struct json_value value) {
    write_value(writer, service, value, 0);
}
