/* SPDX-License-Identifier: Apache-2.0 */
/* type.c: names of types. */
#include "type.h"

#include "base/buf.h"
#include "base/own.h"

enum { TYPE_SIZE_MAX = 256 << 10 };

static const struct {
    const char *name, *engine; /* engine NULL: not covered */
    enum sql_kind kind;
} types[] = {
    {"boolean", "BOOLEAN", KIND_BOOLEAN},
    {"tinyint", "TINYINT", KIND_NUMBER},
    {"smallint", "SMALLINT", KIND_NUMBER},
    {"integer", "INTEGER", KIND_NUMBER},
    {"int", "INTEGER", KIND_NUMBER},
    {"bigint", "BIGINT", KIND_NUMBER},
    {"real", "FLOAT", KIND_DOUBLE},
    {"double", "DOUBLE", KIND_DOUBLE},
    {"varchar", "VARCHAR", KIND_TEXT},
    {"json", "JSON", KIND_JSON},
    {"date", "DATE", KIND_DATE},
    {"time", "TIME", KIND_TIME},
    {"timestamp", "TIMESTAMP", KIND_TIMESTAMP},
    {"uuid", "UUID", KIND_ANY},
    {"varbinary", NULL, KIND_BINARY},
    {"char", NULL, KIND_TEXT},
    {"ipaddress", NULL, KIND_ANY},
    {"interval", NULL, KIND_INTERVAL},
};

static bool has_parameters(const struct sql_tokens *tokens, struct sql_range range) {
    return range.begin + 1 < range.end && sql_is(tokens, range.begin + 1, "(") &&
           tokens->list[range.begin + 1].partner + 1 == range.end;
}

/* ROW(name type, type, ...) */
static bool row_type(const struct sql_tokens *tokens, struct sql_range inside, struct sql_type *ret_type,
    struct error *error) {
    struct sql_range *fields = NULL;
    size_t count = sql_split(tokens, inside, ",", &fields);
    SCOPED(buf_finish) struct buf buf = BUF_INIT(TYPE_SIZE_MAX);
    buf_append_text(&buf, "STRUCT(");
    for (size_t i = 0; i < count; i++) {
        struct sql_range field = fields[i];
        /* A name and a type, or a type alone. */
        bool is_named = field.begin + 1 < field.end && !sql_is(tokens, field.begin + 1, "(") &&
                        !sql_is_any(tokens, field.begin + 1, "with without precision");
        struct str name =
            is_named ? sql_unquoted(tokens, field.begin) : arena_format(tokens->arena, "field%zu", i);
        field.begin += is_named;
        struct sql_type type;
        if (!sql_type_read(tokens, field, &type, error))
            return false;
        buf_append_text(&buf, i == 0 ? "\"" : ", \"");
        for (size_t c = 0; c < name.size; c++) {
            if (name.data[c] == '"')
                buf_append_char(&buf, '"');
            buf_append_char(&buf, name.data[c]);
        }
        buf_append_text(&buf, "\" ");
        buf_append_str(&buf, type.name);
    }
    buf_append_char(&buf, ')');
    *ret_type = (struct sql_type){arena_str(tokens->arena, buf_str(&buf)), KIND_ANY};
    return buf_check(&buf, "type", error);
}

/* ARRAY(type), MAP(type, type) and rows */
static bool nested_type(
    const struct sql_tokens *tokens, struct sql_range range, struct sql_type *ret_type, struct error *error) {
    struct sql_range inside = sql_inside(tokens, range.begin + 1);
    if (sql_is(tokens, range.begin, "row"))
        return row_type(tokens, inside, ret_type, error);
    struct sql_range *parts = NULL;
    size_t count = sql_split(tokens, inside, ",", &parts);
    bool is_map = sql_is(tokens, range.begin, "map");
    if (count != (is_map ? 2U : 1U))
        return sql_fail(tokens, range.begin, error, "this type has other parameters");
    struct sql_type first, second;
    if (!sql_type_read(tokens, parts[0], &first, error))
        return false;
    if (!is_map) {
        ret_type->kind = sql_is(tokens, parts[0].begin, "row") ? KIND_ROWS : KIND_ARRAY;
        ret_type->name = arena_format(tokens->arena, "%.*s[]", STR(first.name));
        return true;
    }
    if (!sql_type_read(tokens, parts[1], &second, error))
        return false;
    ret_type->kind = KIND_MAP;
    ret_type->name = arena_format(tokens->arena, "MAP(%.*s, %.*s)", STR(first.name), STR(second.name));
    return true;
}

/* decimal, decimal(p), decimal(p, s) */
static bool decimal_type(
    const struct sql_tokens *tokens, struct sql_range range, struct sql_type *ret_type, struct error *error) {
    struct sql_range *parts = NULL;
    uint64_t numbers[2] = {38, 0};
    size_t count = 0;
    if (has_parameters(tokens, range))
        count = sql_split(tokens, sql_inside(tokens, range.begin + 1), ",", &parts);
    bool is_valid = count <= 2;
    for (size_t i = 0; i < count && is_valid; i++)
        is_valid =
            parts[i].end == parts[i].begin + 1 && str_to_u64(tokens->list[parts[i].begin].text, &numbers[i]);
    if (!is_valid || numbers[0] == 0 || numbers[0] > 38 || numbers[1] > numbers[0])
        return sql_fail(tokens, range.begin, error, "this is not a valid decimal type");
    ret_type->kind = KIND_ANY;
    ret_type->name =
        arena_format(tokens->arena, "DECIMAL(%u, %u)", (unsigned)numbers[0], (unsigned)numbers[1]);
    return true;
}

bool sql_type_read(
    const struct sql_tokens *tokens, struct sql_range range, struct sql_type *ret_type, struct error *error) {
    if (sql_is_empty(range))
        return sql_fail(tokens, range.begin, error, "a type is expected here");
    if (sql_is_any(tokens, range.begin, "array map row") && has_parameters(tokens, range))
        return nested_type(tokens, range, ret_type, error);
    if (sql_is(tokens, range.begin, "decimal"))
        return decimal_type(tokens, range, ret_type, error);
    struct str name = tokens->list[range.begin].text;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (!sql_is(tokens, range.begin, types[i].name))
            continue;
        if (types[i].engine == NULL)
            return sql_fail(tokens, range.begin, error, "type %.*s is not covered", STR(name));
        bool is_zoned = types[i].kind == KIND_TIMESTAMP && sql_find(tokens, range, "zone") < range.end &&
                        sql_find(tokens, range, "with") < range.end;
        ret_type->kind = is_zoned ? KIND_ZONED : types[i].kind;
        ret_type->name = str_from(is_zoned ? "TIMESTAMPTZ" : types[i].engine);
        return true;
    }
    return sql_fail(tokens, range.begin, error, "unknown type: %.*s", STR(name));
}
