/* SPDX-License-Identifier: Apache-2.0 */
/* cast.c: CAST and TRY_CAST. Where the engine's cast gives another value than Presto's (texts of times and
 * doubles, JSON to text, fractions to whole numbers) a macro does it. */
#include "rewriter.h"

static bool wrap(struct presto_rewriter *rewriter, struct sql_range value, const char *before,
    const char *after, struct error *error) {
    /* As often as presto_whole() has it, see macro_table.h. */
    unsigned copies = str_find(str_from(before), STR_LITERAL("whole")) != SIZE_MAX ? 6 : 1;
    presto_emit(rewriter, before);
    if (!presto_rewrite_copies(rewriter, value, copies, error))
        return false;
    presto_emit(rewriter, after);
    return true;
}

/* varchar(5) cuts; the length, or 0 for none. */
static bool varchar_length(const struct presto_rewriter *rewriter, struct sql_range type,
    uint64_t *ret_length, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    *ret_length = 0;
    if (type.end == type.begin + 1)
        return true;
    bool is_valid = type.end == type.begin + 4 && sql_is(tokens, type.begin + 1, "(") &&
                    str_to_u64(tokens->list[type.begin + 2].text, ret_length) && *ret_length > 0;
    return is_valid || sql_fail(tokens, type.begin, error, "this is not a valid type");
}

static bool cast_to_text(
    struct presto_rewriter *rewriter, struct sql_range value, struct sql_range type, struct error *error) {
    uint64_t length = 0;
    if (!varchar_length(rewriter, type, &length, error))
        return false;
    if (length > 0)
        presto_emit(rewriter, " left(");
    bool is_text = presto_kind_of(rewriter, value) == KIND_TEXT;
    if (!wrap(
            rewriter, value, is_text ? " CAST(" : " presto_varchar(", is_text ? " AS VARCHAR)" : ")", error))
        return false;
    if (length > 0)
        presto_emit_str(rewriter, arena_format(rewriter->arena, ", %llu)", (unsigned long long)length));
    return true;
}

static bool cast(
    struct presto_rewriter *rewriter, struct presto_call *call, bool is_try, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    size_t as = sql_find(tokens, call->inside, "as");
    struct sql_range value = {call->inside.begin, as}, name = {as + 1, call->inside.end};
    if (sql_is_empty(value) || sql_is_empty(name))
        return sql_fail(tokens, call->name, error, "CAST is of the form CAST(value AS type)");
    struct sql_type type;
    if (!sql_type_read(tokens, name, &type, error))
        return false;
    rewriter->origin = call->name;
    if (type.kind == KIND_TEXT)
        return cast_to_text(rewriter, value, name, error);
    if (type.kind == KIND_JSON)
        return wrap(rewriter, value, " to_json(", ")", error);
    presto_emit(rewriter, is_try ? " TRY_CAST(" : " CAST(");
    bool is_whole = type.kind == KIND_NUMBER && presto_kind_of(rewriter, value) != KIND_NUMBER;
    if (!wrap(rewriter, value,
            !is_whole ? ""
            : is_try  ? "presto_try_whole("
                      : "presto_whole(",
            is_whole ? ")" : "", error))
        return false;
    rewriter->origin = call->name;
    presto_emit(rewriter, " AS ");
    presto_emit_str(rewriter, type.name);
    presto_emit(rewriter, ")");
    return true;
}

bool presto_cast(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    return cast(rewriter, call, false, error);
}

bool presto_try_cast(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    return cast(rewriter, call, true, error);
}
