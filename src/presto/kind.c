/* SPDX-License-Identifier: Apache-2.0 */
/* kind.c: the type of an expression, as far as its tokens tell: names of columns, of functions, of types.
 * Where Presto has one function for several types, or converts silently, this decides; KIND_ANY is the usual.
 */
#include "rewriter.h"

/* Columns of the Lake that are not text, and fields of them. */
static const struct {
    const char *name;
    enum sql_kind kind;
} columns[] = {
    {"eventtime", KIND_TIMESTAMP},
    {"creationdate", KIND_TIMESTAMP},
    {"requestparameters", KIND_MAP},
    {"responseelements", KIND_MAP},
    {"additionaleventdata", KIND_MAP},
    {"serviceeventdetails", KIND_MAP},
    {"addendum", KIND_MAP},
    {"edgedevicedetails", KIND_MAP},
    {"insightdetails", KIND_MAP},
    {"resources", KIND_ROWS},
    {"readonly", KIND_BOOLEAN},
    {"managementevent", KIND_BOOLEAN},
    {"eventname", KIND_TEXT},
    {"eventsource", KIND_TEXT},
    {"eventid", KIND_TEXT},
    {"sourceipaddress", KIND_TEXT},
    {"useragent", KIND_TEXT},
    {"awsregion", KIND_TEXT},
    {"errorcode", KIND_TEXT},
    {"errormessage", KIND_TEXT},
    {"eventjson", KIND_TEXT},
    {"recipientaccountid", KIND_TEXT},
    {"username", KIND_TEXT},
    {"arn", KIND_TEXT},
    {"principalid", KIND_TEXT},
    {"eventtype", KIND_TEXT},
    {"eventcategory", KIND_TEXT},
    {"mfaauthenticated", KIND_TEXT},
    {"requestid", KIND_TEXT},
    {"eventversion", KIND_TEXT},
};

static enum sql_kind kind_of_name(const struct presto_rewriter *rewriter, struct str name) {
    for (const struct presto_binding *i = rewriter->bindings; i != NULL; i = i->outer)
        if (str_equals_ignoring_case(i->name, name))
            return KIND_ANY;
    for (size_t i = rewriter->named_count; i > 0; i--)
        if (str_equals_ignoring_case(rewriter->named[i - 1].name, name))
            return rewriter->named[i - 1].kind;
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        if (str_equals_ignoring_case(str_from(columns[i].name), name))
            return columns[i].kind;
    return KIND_ANY;
}

void presto_name_kind(struct presto_rewriter *rewriter, struct str name, enum sql_kind kind) {
    if (kind_of_name(rewriter, name) == kind)
        return; /* nothing new */
    if (rewriter->named_count == rewriter->named_capacity) {
        size_t capacity = rewriter->named_capacity * 2 + 16;
        struct presto_named_kind *named = ARENA_ARRAY(rewriter->arena, capacity, struct presto_named_kind);
        for (size_t i = 0; i < rewriter->named_count; i++)
            named[i] = rewriter->named[i];
        rewriter->named = named;
        rewriter->named_capacity = capacity;
    }
    rewriter->named[rewriter->named_count++] = (struct presto_named_kind){name, kind};
}

static enum sql_kind kind_of_call(const struct presto_rewriter *rewriter, struct sql_range range) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    struct sql_range inside = sql_inside(tokens, range.begin + 1);
    if (sql_is_any(tokens, range.begin, "cast try_cast")) {
        size_t as = sql_find(tokens, inside, "as");
        static const struct {
            const char *words;
            enum sql_kind kind;
        } types[] = {{"map", KIND_MAP}, {"array", KIND_ARRAY}, {"json", KIND_JSON}, {"date", KIND_DATE},
            {"timestamp", KIND_TIMESTAMP}, {"varchar char", KIND_TEXT}, {"double real", KIND_DOUBLE},
            {"bigint integer int smallint tinyint decimal", KIND_NUMBER}, {"boolean", KIND_BOOLEAN}};
        for (size_t i = 0; as < inside.end && i < sizeof(types) / sizeof(types[0]); i++)
            if (sql_is_any(tokens, as + 1, types[i].words))
                return types[i].kind;
        return KIND_ANY;
    }
    size_t comma = sql_find(tokens, inside, ",");
    size_t count = sql_is_empty(inside) ? 0 : comma == inside.end ? 1 : 2; /* exact enough for a kind */
    const struct presto_function *function = presto_function_find(tokens->list[range.begin].text, count);
    if (function == NULL)
        return KIND_ANY;
    if (sql_is_any(tokens, range.begin, "if date_trunc date_add") && comma < inside.end) {
        size_t second = sql_find(tokens, (struct sql_range){comma + 1, inside.end}, ",");
        if (sql_is(tokens, range.begin, "if"))
            return presto_kind_of(rewriter, (struct sql_range){comma + 1, second});
        size_t last = sql_is(tokens, range.begin, "date_trunc") ? comma : second;
        return presto_kind_of(rewriter, (struct sql_range){last + 1, inside.end});
    }
    if (function->kind == KIND_SAME)
        return presto_kind_of(rewriter, (struct sql_range){inside.begin, comma});
    return function->kind;
}

/* Of an operand that has no operators around it. */
static enum sql_kind kind_of_primary(const struct presto_rewriter *rewriter, struct sql_range range) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    const struct sql_token *first = &tokens->list[range.begin], *last = &tokens->list[range.end - 1];
    uint64_t whole = 0;
    if (first->kind == SQL_TEXT)
        return KIND_TEXT;
    if (first->kind == SQL_NUMBER) /* whole, or one with a fraction, of which nothing hangs on the type */
        return str_to_u64(first->text, &whole) ? KIND_NUMBER : KIND_ANY;
    if (sql_is_any(tokens, range.begin, "current_date"))
        return KIND_DATE;
    if (sql_is_any(tokens, range.begin, "current_timestamp"))
        return KIND_ZONED;
    if (sql_is_any(tokens, range.begin, "localtimestamp"))
        return KIND_TIMESTAMP;
    if (range.end == range.begin + 2 && last->kind == SQL_TEXT)
        return sql_is(tokens, range.begin, "date")        ? KIND_DATE
               : sql_is(tokens, range.begin, "timestamp") ? KIND_TIMESTAMP
                                                          : KIND_ANY;
    if (sql_is(tokens, range.begin, "array") && sql_is(tokens, range.begin + 1, "["))
        return first[1].partner + 1 == range.end ? KIND_ARRAY : KIND_ANY;
    if (sql_is(tokens, range.begin + 1, "(") && range.end > range.begin + 1) {
        size_t after = first[1].partner + 1;
        bool is_whole = after == range.end || sql_is_any(tokens, after, "filter over");
        return is_whole ? kind_of_call(rewriter, range) : KIND_ANY;
    }
    if (last->kind == SQL_WORD)
        return kind_of_name(rewriter, last->text);
    if (last->kind == SQL_QUOTED)
        return kind_of_name(rewriter, str_slice(last->text, 1, last->text.size - 2));
    return KIND_ANY;
}

static bool is_time(enum sql_kind kind) {
    return kind == KIND_DATE || kind == KIND_TIMESTAMP || kind == KIND_ZONED;
}

static enum sql_kind add_kinds(enum sql_kind left, enum sql_kind right) {
    if (is_time(left) && is_time(right))
        return KIND_INTERVAL;
    if (is_time(left) || is_time(right))
        return is_time(left) ? left : right;
    return left == KIND_DOUBLE || right == KIND_DOUBLE ? KIND_DOUBLE : KIND_ANY;
}

/* Of operands with + and - between them, from the left: in a loop, for there may be thousands. */
static enum sql_kind kind_of_sum(
    const struct presto_rewriter *rewriter, struct sql_range range, size_t operator_at) {
    enum sql_kind kind = presto_kind_of(rewriter, (struct sql_range){range.begin, operator_at});
    while (operator_at < range.end) {
        struct sql_range operand = {operator_at + 1, range.end};
        operator_at = sql_find(&rewriter->tokens, (struct sql_range){operand.begin + 1, range.end}, "+ -");
        operand.end = operator_at;
        kind = add_kinds(kind, presto_kind_of(rewriter, operand));
    }
    return kind;
}

enum sql_kind presto_kind_of(const struct presto_rewriter *rewriter, struct sql_range range) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    while (sql_is(tokens, range.begin, "(") && tokens->list[range.begin].partner + 1 == range.end)
        range = sql_inside(tokens, range.begin);
    if (sql_is_empty(range) || sql_is_any(tokens, range.begin, "case select with not exists"))
        return KIND_ANY;
    if (sql_find(tokens, range, "= < > <> != <= >= and or is like in between") < range.end)
        return KIND_BOOLEAN;
    size_t join = sql_find(tokens, range, "||");
    if (join < range.end)
        return presto_kind_of(rewriter, (struct sql_range){range.begin, join}) == KIND_ARRAY ? KIND_ARRAY
                                                                                             : KIND_TEXT;
    size_t sum = sql_find(tokens, (struct sql_range){range.begin + 1, range.end}, "+ -");
    if (sum < range.end)
        return kind_of_sum(rewriter, range, sum);
    if (sql_find(tokens, range, "* / %") < range.end)
        return KIND_ANY;
    if (sql_is(tokens, range.begin, "interval"))
        return KIND_INTERVAL;
    return kind_of_primary(rewriter, range);
}
