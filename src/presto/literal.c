/* SPDX-License-Identifier: Apache-2.0 */
/* literal.c: typed literals, arrays, and the words that stand for the time of the query. */
#include "base/checked.h"

#include "rewriter.h"

static const struct {
    const char *name, *text;
} moments[] = {
    {"current_date", "current_date"},
    {"current_timestamp", "current_timestamp"},
    {"localtimestamp", "localtimestamp"},
    {"current_time", "CAST(localtime AS TIME)"},
    {"localtime", "CAST(localtime AS TIME)"},
    {"current_timezone", "'UTC'"},
};

static bool rewrite_moment(struct presto_rewriter *rewriter, size_t *at, size_t end) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
        if (!sql_is(tokens, *at, moments[i].name))
            continue;
        rewriter->origin = *at;
        presto_emit(rewriter, " ");
        presto_emit(rewriter, moments[i].text);
        (*at)++;
        if (*at < end && sql_is(tokens, *at, "(")) /* a precision: texts show milliseconds anyway */
            *at = tokens->list[*at].partner + 1;
        rewriter->previous = PREVIOUS_OPERAND;
        return true;
    }
    return false;
}

enum unit { UNIT_YEAR, UNIT_MONTH, UNIT_DAY, UNIT_HOUR, UNIT_MINUTE, UNIT_SECOND, UNIT_WEEK, UNIT_NONE };

static enum unit unit_at(const struct sql_tokens *tokens, size_t at) {
    static const char *const names[] = {"year years", "month months", "day days", "hour hours",
        "minute minutes", "second seconds", "week weeks"};
    for (enum unit unit = UNIT_YEAR; unit < UNIT_NONE; unit++)
        if (sql_is_any(tokens, at, names[unit]))
            return unit;
    return UNIT_NONE;
}

/* One number off the front, and the separator behind it. */
static bool take_number(struct str *rest, char separator, bool is_last, uint64_t *ret_number) {
    struct str digits = is_last ? *rest : str_cut(rest, separator);
    return digits.size <= 15 && str_to_u64(digits, ret_number);
}

static bool take_seconds(struct str text, uint64_t *ret_micros) {
    struct str fraction = text, whole = str_cut(&fraction, '.');
    uint64_t seconds = 0, micros = 0;
    if (whole.size > 12 || !str_to_u64(whole, &seconds) || fraction.size > 6)
        return false;
    if (fraction.size > 0 && !str_to_u64(fraction, &micros))
        return false;
    for (size_t i = fraction.size; i < 6; i++)
        micros *= 10;
    *ret_micros = seconds * 1000000 + micros;
    return true;
}

struct span {
    uint64_t months, micros;
};

/* '1-2' YEAR TO MONTH; '1 02:03:04.5' DAY TO SECOND and its parts. */
static bool read_span(struct str text, enum unit from, enum unit to, struct span *ret_span) {
    static const uint64_t micros[] = {[UNIT_DAY] = 86400000000,
        [UNIT_HOUR] = 3600000000,
        [UNIT_MINUTE] = 60000000,
        [UNIT_SECOND] = 1000000,
        [UNIT_WEEK] = 604800000000};
    static const char separators[] = {
        [UNIT_YEAR] = '-', [UNIT_DAY] = ' ', [UNIT_HOUR] = ':', [UNIT_MINUTE] = ':'};
    if ((from <= UNIT_MONTH) != (to <= UNIT_MONTH) || to < from)
        return false;
    *ret_span = (struct span){0};
    struct str rest = str_trim(text);
    for (enum unit unit = from; unit <= to; unit++) {
        uint64_t number = 0;
        if (unit == UNIT_SECOND) {
            if (!take_seconds(rest, &number) || !checked_add_u64(ret_span->micros, number, &ret_span->micros))
                return false;
            continue;
        }
        if (!take_number(&rest, unit < UNIT_SECOND ? separators[unit] : ' ', unit == to, &number))
            return false;
        uint64_t product = 0;
        if (unit <= UNIT_MONTH)
            ret_span->months += unit == UNIT_YEAR ? number * 12 : number;
        else if (!checked_multiply_u64(number, micros[unit], &product) ||
                 !checked_add_u64(ret_span->micros, product, &ret_span->micros))
            return false;
    }
    return ret_span->months <= 120000 && ret_span->micros <= INT64_MAX / 2;
}

static void emit_span(
    struct presto_rewriter *rewriter, const struct span *span, bool is_months, bool is_negative) {
    const char *sign = is_negative ? "-" : "";
    if (is_months)
        presto_emit_str(rewriter,
            arena_format(rewriter->arena, " to_months(%s%llu)", sign, (unsigned long long)span->months));
    else
        presto_emit_str(rewriter, arena_format(rewriter->arena, " to_microseconds(%s%llu)", sign,
                                      (unsigned long long)span->micros));
}

/* INTERVAL [+-] 'text' unit [TO unit] */
static bool rewrite_interval(
    struct presto_rewriter *rewriter, size_t *at, size_t end, bool *ret_done, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    size_t text_at = *at + 1;
    bool is_negative = sql_is(tokens, text_at, "-");
    text_at += is_negative || sql_is(tokens, text_at, "+");
    if (text_at + 1 >= end || tokens->list[text_at].kind != SQL_TEXT)
        return true;
    enum unit from = unit_at(tokens, text_at + 1), to = from;
    size_t after = text_at + 2;
    if (after + 1 < end && sql_is(tokens, after, "to")) {
        to = unit_at(tokens, after + 1);
        after += 2;
    }
    struct str text = sql_unquoted(tokens, text_at);
    if (text.size > 0 && text.data[0] == '-') {
        is_negative = !is_negative;
        text = str_slice(text, 1, SIZE_MAX);
    }
    struct span span = {0};
    if (from == UNIT_NONE || to == UNIT_NONE)
        return sql_fail(tokens, text_at + 1, error, "a unit of intervals is expected here");
    if (!read_span(text, from, to, &span))
        return sql_fail(tokens, text_at, error, "this is not a valid interval");
    rewriter->origin = *at;
    emit_span(rewriter, &span, from <= UNIT_MONTH, is_negative);
    *at = after;
    *ret_done = true;
    return true;
}

/* Where the zone of a timestamp's text begins: 2026-01-01 00:00:00 UTC, ... +02:00; its size where it has
 * none. */
static size_t zone_begin(struct str text) {
    for (size_t i = text.size < 11 ? text.size : 11; i < text.size; i++)
        if (str_find_char(STR_LITERAL("0123456789:. "), text.data[i]) == SIZE_MAX)
            return i;
    return text.size;
}

/* DATE '...', TIME '...', TIMESTAMP '...' */
static void rewrite_time(struct presto_rewriter *rewriter, size_t at) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    struct str text = sql_unquoted(tokens, at + 1);
    size_t zone = zone_begin(text);
    rewriter->origin = at;
    presto_emit(rewriter, " ");
    if (!sql_is(tokens, at, "timestamp") || zone == text.size) {
        presto_emit_str(rewriter, tokens->list[at].text);
        presto_emit_token(rewriter, at + 1);
        return;
    }
    bool is_offset = text.data[zone] == '+' || text.data[zone] == '-'; /* it follows the time at once */
    struct str time = str_trim(str_slice(text, 0, zone));
    presto_emit(rewriter, "TIMESTAMPTZ");
    presto_emit_text(rewriter, arena_format(rewriter->arena, "%.*s%s%.*s", STR(time), is_offset ? "" : " ",
                                   STR(str_slice(text, zone, SIZE_MAX))));
}

bool presto_rewrite_literal(
    struct presto_rewriter *rewriter, size_t *at, size_t end, bool *ret_done, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    const struct sql_token *token = &tokens->list[*at];
    bool has_text = *at + 1 < end && tokens->list[*at + 1].kind == SQL_TEXT;
    if (sql_is(tokens, *at, "interval")) {
        if (!rewrite_interval(rewriter, at, end, ret_done, error))
            return false;
    } else if (has_text && sql_is_any(tokens, *at, "date time timestamp")) {
        rewrite_time(rewriter, *at);
        *at += 2;
        *ret_done = true;
    } else if (has_text && sql_is(tokens, *at, "x") &&
               token->text.data + 1 == tokens->list[*at + 1].text.data) {
        rewriter->origin = *at;
        presto_emit(rewriter, " unhex(");
        presto_emit_token(rewriter, *at + 1);
        presto_emit(rewriter, ")");
        *at += 2;
        *ret_done = true;
    } else if (sql_is(tokens, *at, "array") && sql_is(tokens, *at + 1, "[")) {
        presto_emit_token(rewriter, (*at)++); /* the bracket follows */
        rewriter->previous = PREVIOUS_OTHER;
        *ret_done = true;
        return true;
    } else {
        *ret_done = rewrite_moment(rewriter, at, end);
    }
    if (*ret_done)
        rewriter->previous = PREVIOUS_OPERAND;
    return true;
}
