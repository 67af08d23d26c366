/* SPDX-License-Identifier: Apache-2.0 */
/* type.c: names of types. */
#include "rewriter.h"

static const struct {
    const char *name, *engine; /* engine NULL: not covered */
    enum presto_kind kind;
    unsigned parameters; /* at most; kept */
} types[] = {
    {"boolean", "BOOLEAN", KIND_BOOLEAN, 0},
    {"tinyint", "TINYINT", KIND_NUMBER, 0},
    {"smallint", "SMALLINT", KIND_NUMBER, 0},
    {"integer", "INTEGER", KIND_NUMBER, 0},
    {"int", "INTEGER", KIND_NUMBER, 0},
    {"bigint", "BIGINT", KIND_NUMBER, 0},
    {"real", "FLOAT", KIND_DOUBLE, 0},
    {"double", "DOUBLE", KIND_DOUBLE, 0},
    {"decimal", "DECIMAL", KIND_ANY, 2},
    {"varchar", "VARCHAR", KIND_TEXT, 0},
    {"json", "JSON", KIND_JSON, 0},
    {"date", "DATE", KIND_DATE, 0},
    {"time", "TIME", KIND_TIME, 0},
    {"timestamp", "TIMESTAMP", KIND_TIMESTAMP, 0},
    {"uuid", "UUID", KIND_ANY, 0},
    {"varbinary", NULL, KIND_BINARY, 0},
    {"char", NULL, KIND_TEXT, 0},
    {"ipaddress", NULL, KIND_ANY, 0},
    {"interval", NULL, KIND_INTERVAL, 0},
};

static bool has_parameters(const struct presto_tokens *tokens, struct presto_range range) {
    return range.begin + 1 < range.end && presto_is(tokens, range.begin + 1, "(") &&
           tokens->list[range.begin + 1].partner + 1 == range.end;
}

static bool row_type(
    struct presto_rewriter *rewriter, struct presto_range inside, struct str *ret_type, struct error *error) {
    struct presto_range *fields = NULL;
    size_t count = presto_split(rewriter, inside, ",", &fields);
    SCOPED(buf_finish) struct buf buf = BUF_INIT(PRESTO_SQL_SIZE_MAX);
    buf_append_text(&buf, "STRUCT(");
    for (size_t i = 0; i < count; i++) {
        struct presto_range field = fields[i];
        /* A name and a type, or a type alone. */
        bool is_named = field.begin + 1 < field.end && !presto_is(&rewriter->tokens, field.begin + 1, "(") &&
                        !presto_is_any(&rewriter->tokens, field.begin + 1, "with without precision");
        struct str name =
            is_named ? presto_unquoted(rewriter, field.begin) : arena_format(rewriter->arena, "field%zu", i);
        field.begin += is_named;
        enum presto_kind kind = KIND_ANY;
        struct str type;
        if (!presto_type(rewriter, field, &type, &kind, error))
            return false;
        buf_append_text(&buf, i == 0 ? "\"" : ", \"");
        for (size_t c = 0; c < name.size; c++) {
            if (name.data[c] == '"')
                buf_append_char(&buf, '"');
            buf_append_char(&buf, name.data[c]);
        }
        buf_append_text(&buf, "\" ");
        buf_append_str(&buf, type);
    }
    buf_append_char(&buf, ')');
    *ret_type = arena_str(rewriter->arena, buf_str(&buf));
    return buf_check(&buf, "type", error);
}

static bool nested_type(struct presto_rewriter *rewriter, struct presto_range range, struct str *ret_type,
    enum presto_kind *ret_kind, struct error *error) {
    const struct presto_tokens *tokens = &rewriter->tokens;
    struct presto_range inside = presto_inside(tokens, range.begin + 1);
    if (presto_is(tokens, range.begin, "row")) {
        *ret_kind = KIND_ANY;
        return row_type(rewriter, inside, ret_type, error);
    }
    struct presto_range *parts = NULL;
    size_t count = presto_split(rewriter, inside, ",", &parts);
    bool is_map = presto_is(tokens, range.begin, "map");
    if (count != (is_map ? 2U : 1U))
        return presto_fail(rewriter, range.begin, error, "this type has other parameters");
    struct str first, second = STR_EMPTY;
    enum presto_kind kind = KIND_ANY;
    if (!presto_type(rewriter, parts[0], &first, &kind, error) ||
        (is_map && !presto_type(rewriter, parts[1], &second, &kind, error)))
        return false;
    *ret_kind = is_map ? KIND_MAP : presto_is(tokens, parts[0].begin, "row") ? KIND_ROWS : KIND_ARRAY;
    *ret_type = is_map ? arena_format(rewriter->arena, "MAP(%.*s, %.*s)", STR(first), STR(second))
                       : arena_format(rewriter->arena, "%.*s[]", STR(first));
    return true;
}

/* decimal, decimal(p), decimal(p, s) */
static bool decimal_type(
    struct presto_rewriter *rewriter, struct presto_range range, struct str *ret_type, struct error *error) {
    const struct presto_tokens *tokens = &rewriter->tokens;
    struct presto_range *parts = NULL;
    uint64_t numbers[2] = {38, 0};
    size_t count = 0;
    if (has_parameters(tokens, range))
        count = presto_split(rewriter, presto_inside(tokens, range.begin + 1), ",", &parts);
    bool is_valid = count <= 2;
    for (size_t i = 0; i < count && is_valid; i++)
        is_valid =
            parts[i].end == parts[i].begin + 1 && str_to_u64(tokens->list[parts[i].begin].text, &numbers[i]);
    if (!is_valid || numbers[0] == 0 || numbers[0] > 38 || numbers[1] > numbers[0])
        return presto_fail(rewriter, range.begin, error, "this is not a valid decimal type");
    *ret_type = arena_format(rewriter->arena, "DECIMAL(%u, %u)", (unsigned)numbers[0], (unsigned)numbers[1]);
    return true;
}

bool presto_type(struct presto_rewriter *rewriter, struct presto_range range, struct str *ret_type,
    enum presto_kind *ret_kind, struct error *error) {
    const struct presto_tokens *tokens = &rewriter->tokens;
    if (presto_is_empty(range))
        return presto_fail(rewriter, range.begin, error, "a type is expected here");
    if (presto_is_any(tokens, range.begin, "array map row") && has_parameters(tokens, range))
        return nested_type(rewriter, range, ret_type, ret_kind, error);
    if (presto_is(tokens, range.begin, "decimal")) {
        *ret_kind = KIND_ANY;
        return decimal_type(rewriter, range, ret_type, error);
    }
    struct str name = tokens->list[range.begin].text;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (!presto_is(tokens, range.begin, types[i].name))
            continue;
        if (types[i].engine == NULL)
            return presto_fail(rewriter, range.begin, error, "type %.*s is not covered", STR(name));
        bool is_zoned = types[i].kind == KIND_TIMESTAMP && presto_find(tokens, range, "zone") < range.end &&
                        presto_find(tokens, range, "with") < range.end;
        *ret_kind = is_zoned ? KIND_ZONED : types[i].kind;
        *ret_type = str_from(is_zoned ? "TIMESTAMPTZ" : types[i].engine);
        return true;
    }
    return presto_fail(rewriter, range.begin, error, "unknown type: %.*s", STR(name));
}
