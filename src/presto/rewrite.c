/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rewrite.c: walks over the tokens of a statement. Words are keywords, which pass as they are, calls, which
 * the table of functions decides, or names, which are put in double quotes: so that no word that only the
 * engine knows (PIVOT, QUALIFY, ATTACH) can mean anything.
 */
#include "rewriter.h"

/* Words that are keywords after an operand, or after each other. */
#define SOFT_KEYWORDS                                                                                        \
    "all asc desc sets nulls first last next limit offset fetch row rows only range groups unbounded "       \
    "preceding "                                                                                             \
    "following current filter over within ignore respect window"

static const struct {
    const char *words, *reason;
} refused_words[] = {
    {"tablesample", "TABLESAMPLE is not covered"},
    {"match_recognize", "MATCH_RECOGNIZE is not covered"},
    {"insert update delete create drop alter grant revoke prepare execute deallocate describe into "
     "constraint",
        "only SELECT is allowed"},
    {"current_user current_role current_path current_catalog current_schema",
        "no session has a user or path here"},
    {"for", "FOR is not expected here"},
    {"uescape", "UESCAPE is not covered"},
    {"corresponding", "CORRESPONDING is not covered"},
};

static bool rewrite_table(
    struct presto_rewriter *rewriter, size_t index, struct str id, struct error *error) {
    struct str name = arena_lower_case(rewriter->arena, id);
    size_t found = 0;
    while (found < rewriter->table_count && !str_equals(rewriter->tables[found], name))
        found++;
    if (found == PRESTO_TABLES_MAX)
        return error_set(error, ERROR_LIMIT, "line 1:1: a statement names at most %d event data stores",
            PRESTO_TABLES_MAX);
    rewriter->tables[found] = name;
    rewriter->table_count += found == rewriter->table_count;
    rewriter->origin = index;
    presto_emit_identifier(rewriter, name);
    rewriter->previous = PREVIOUS_OPERAND;
    return true;
}

/* What is written for a name: itself, or what a lambda bound it to. */
static void emit_name(struct presto_rewriter *rewriter, size_t index) {
    struct str name = sql_unquoted(&rewriter->tokens, index);
    rewriter->origin = index;
    for (const struct presto_binding *i = rewriter->bindings; i != NULL; i = i->outer) {
        if (!str_equals_ignoring_case(i->name, name))
            continue;
        presto_emit(rewriter, " ");
        presto_emit_str(rewriter, i->instead);
        return;
    }
    presto_emit_identifier(rewriter, name);
}

static bool is_name_token(const struct sql_tokens *tokens, size_t index) {
    return index < tokens->count &&
           (tokens->list[index].kind == SQL_WORD || tokens->list[index].kind == SQL_QUOTED);
}

/* a, a.b.c, a.* */
static bool rewrite_name(struct presto_rewriter *rewriter, size_t *at, size_t end, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    struct str first = sql_unquoted(tokens, *at);
    if (tokens->list[*at].kind == SQL_STORE || sql_is_uuid(first)) {
        if (!rewrite_table(rewriter, *at, first, error))
            return false;
    } else {
        emit_name(rewriter, *at);
    }
    for ((*at)++; *at + 1 < end && sql_is(tokens, *at, "."); *at += 2) {
        presto_emit(rewriter, ".");
        if (is_name_token(tokens, *at + 1)) {
            rewriter->origin = *at + 1;
            presto_emit_identifier(rewriter, sql_unquoted(tokens, *at + 1));
        } else if (sql_is(tokens, *at + 1, "*")) {
            presto_emit_token(rewriter, *at + 1);
        } else {
            return sql_fail(tokens, *at + 1, error, "a name is expected here");
        }
        if (*at + 2 < end && sql_is(tokens, *at + 2, "("))
            return sql_fail(tokens, *at + 1, error, "functions have no qualified names");
    }
    rewriter->previous = PREVIOUS_OPERAND;
    return true;
}

/* Words that are keywords before certain others, wherever they stand. */
static const struct {
    const char *word, *next;
} keywords_before[] = {
    {"partition", "by"},
    {"unbounded", "preceding following"},
    {"current", "row"},
    {"lateral", "("},
    {"grouping", "sets"},
};

/* Is a word that is only sometimes a keyword one here? */
static bool is_soft_keyword(const struct presto_rewriter *rewriter, size_t at, size_t end) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    size_t next = at + 1 < end ? at + 1 : tokens->count;
    for (size_t i = 0; i < sizeof(keywords_before) / sizeof(keywords_before[0]); i++)
        if (sql_is(tokens, at, keywords_before[i].word) && sql_is_any(tokens, next, keywords_before[i].next))
            return true;
    switch (rewriter->previous) {
    case PREVIOUS_OPERAND:
    case PREVIOUS_SOFT_KEYWORD:
        return sql_is_any(tokens, at, SOFT_KEYWORDS);
    case PREVIOUS_KEYWORD:
        return (sql_is(tokens, at, "all") && sql_is_any(tokens, at - 1, "union except intersect select")) ||
               (sql_is(tokens, at, "sets") && sql_is(tokens, at - 1, "grouping"));
    case PREVIOUS_OTHER:
        break;
    }
    return (sql_is_any(tokens, at, "all any some") && sql_is(tokens, next, "(")) ||
           (sql_is_any(tokens, at, "rows range groups") &&
               sql_is_any(tokens, next, "between unbounded current"));
}

static bool emit_keyword(struct presto_rewriter *rewriter, size_t at, enum presto_previous previous) {
    presto_emit_token(rewriter, at);
    rewriter->previous = previous;
    return true;
}

/* name (columns) AS (SELECT ...): of a WITH */
static bool is_with_name(const struct sql_tokens *tokens, size_t at) {
    size_t after = tokens->list[at + 1].partner + 1;
    return sql_is(tokens, after, "as") && sql_is(tokens, after + 1, "(");
}

static bool refuse_word(const struct presto_rewriter *rewriter, size_t at, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    if (sql_is(tokens, at, "at") && rewriter->previous == PREVIOUS_OPERAND && sql_is(tokens, at + 1, "time"))
        return sql_fail(tokens, at, error, "AT TIME ZONE is not covered: all times are UTC");
    if (sql_is(tokens, at, "ties") && sql_is(tokens, at - 1, "with"))
        return sql_fail(tokens, at, error, "WITH TIES is not covered");
    if (rewriter->previous == PREVIOUS_KEYWORD && sql_is(tokens, at - 1, "as"))
        return true; /* a name, whatever it is */
    for (size_t i = 0; i < sizeof(refused_words) / sizeof(refused_words[0]); i++)
        if (sql_is_any(tokens, at, refused_words[i].words) && !sql_is(tokens, at + 1, "."))
            return sql_fail(tokens, at, error, "%s", refused_words[i].reason);
    return true;
}

static bool rewrite_hard_keyword(
    struct presto_rewriter *rewriter, size_t *at, size_t end, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    if (sql_is(tokens, *at, "select"))
        return presto_rewrite_select(rewriter, at, end, error);
    if (sql_is(tokens, *at, "values"))
        return presto_rewrite_values(rewriter, at, end, error);
    bool is_operand = sql_is_any(tokens, *at, "null true false end");
    return emit_keyword(rewriter, (*at)++, is_operand ? PREVIOUS_OPERAND : PREVIOUS_KEYWORD);
}

static bool rewrite_word(struct presto_rewriter *rewriter, size_t *at, size_t end, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    bool is_done = false, is_call = *at + 1 < end && sql_is(tokens, *at + 1, "(");
    if (*at > 0 && sql_is(tokens, *at - 1, ".") && rewriter->previous == PREVIOUS_OTHER)
        return rewrite_name(rewriter, at, end, error); /* a field of what a bracket closed */
    if (*at + 1 < end && sql_is(tokens, *at + 1, "."))
        return rewrite_name(rewriter, at, end, error);
    if (!refuse_word(rewriter, *at, error))
        return false;
    if (sql_is_hard_keyword(tokens, *at))
        return rewrite_hard_keyword(rewriter, at, end, error);
    bool is_alias = rewriter->previous == PREVIOUS_KEYWORD && sql_is(tokens, *at - 1, "as");
    if (!is_alias && is_soft_keyword(rewriter, *at, end))
        return emit_keyword(rewriter, (*at)++, PREVIOUS_SOFT_KEYWORD);
    if (!is_alias && !presto_rewrite_literal(rewriter, at, end, &is_done, error))
        return false;
    if (is_done)
        return true;
    if (is_call && !is_alias && rewriter->previous != PREVIOUS_OPERAND && !is_with_name(tokens, *at))
        return presto_rewrite_call(rewriter, at, end, error);
    return rewrite_name(rewriter, at, end, error);
}

static bool rewrite_bracket(struct presto_rewriter *rewriter, size_t *at, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    size_t partner = tokens->list[*at].partner;
    presto_emit_token(rewriter, *at);
    if (!presto_rewrite_range(rewriter, sql_inside(tokens, *at), error))
        return false;
    presto_emit_token(rewriter, partner);
    rewriter->previous = PREVIOUS_OPERAND;
    *at = partner + 1;
    return true;
}

static bool rewrite_symbol(
    struct presto_rewriter *rewriter, struct sql_range range, size_t *at, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    if (sql_is_any(tokens, *at, "( ["))
        return rewrite_bracket(rewriter, at, error);
    if (sql_is(tokens, *at, "->"))
        return sql_fail(tokens, *at, error, "a lambda is not expected here");
    if (sql_is(tokens, *at, ";"))
        return sql_fail(tokens, *at, error, "one statement only");
    if (sql_is_any(tokens, *at, "= <> != < > <= >="))
        return presto_rewrite_comparison(rewriter, range, at, error);
    presto_emit_token(rewriter, (*at)++);
    rewriter->previous = sql_is(tokens, *at - 1, "*") && rewriter->previous != PREVIOUS_OPERAND
                             ? PREVIOUS_OPERAND /* SELECT *, count(*) */
                             : PREVIOUS_OTHER;
    return true;
}

static bool rewrite_one(
    struct presto_rewriter *rewriter, struct sql_range range, size_t *at, struct error *error) {
    bool is_done = false;
    if (!presto_rewrite_date_sum(rewriter, at, range.end, &is_done, error) || is_done)
        return is_done;
    switch (rewriter->tokens.list[*at].kind) {
    case SQL_WORD:
        if (sql_is(&rewriter->tokens, *at, "between") && rewriter->previous == PREVIOUS_OPERAND)
            return presto_rewrite_between(rewriter, range, at, error);
        return rewrite_word(rewriter, at, range.end, error);
    case SQL_QUOTED:
    case SQL_STORE:
        return rewrite_name(rewriter, at, range.end, error);
    case SQL_SYMBOL:
        return rewrite_symbol(rewriter, range, at, error);
    case SQL_TEXT:
    case SQL_NUMBER:
        break;
    }
    presto_emit_token(rewriter, (*at)++);
    rewriter->previous = PREVIOUS_OPERAND;
    return true;
}

bool presto_rewrite_range(struct presto_rewriter *rewriter, struct sql_range range, struct error *error) {
    /* Brackets are counted as they are read; SELECT after SELECT needs none. */
    if (rewriter->depth == PRESTO_RANGE_DEPTH_MAX)
        return sql_fail(&rewriter->tokens, range.begin, error, "the statement is nested too deep");
    rewriter->previous = PREVIOUS_OTHER;
    rewriter->depth++;
    bool is_done = true;
    for (size_t at = range.begin; is_done && at < range.end;)
        is_done = rewrite_one(rewriter, range, &at, error) && presto_check_size(rewriter, error);
    rewriter->depth--;
    return is_done;
}

bool presto_rewrite_copies(
    struct presto_rewriter *rewriter, struct sql_range range, unsigned copies, struct error *error) {
    unsigned outer = rewriter->weight;
    rewriter->weight *= copies;
    if (rewriter->weight > PRESTO_WEIGHT_MAX)
        return error_set(error, ERROR_LIMIT, "line 1:1: functions are nested too deeply");
    bool is_done = presto_rewrite_range(rewriter, range, error);
    rewriter->weight = outer;
    return is_done;
}

/* A SELECT, perhaps in brackets or behind a WITH; its last token may be a semicolon. */
static bool check_begin(const struct sql_tokens *tokens, struct error *error) {
    size_t at = 0;
    while (sql_is(tokens, at, "("))
        at++;
    if (sql_is_any(tokens, at, "select with"))
        return true;
    size_t offset = at < tokens->count ? sql_offset(tokens, at) : 0;
    return sql_fail_at(tokens->text, offset, error, "only SELECT statements are allowed");
}

/* What a SELECT further right says of the types of its columns is known in the second pass only. */
static bool rewrite_twice(struct presto_rewriter *rewriter, struct sql_range range, struct error *error) {
    if (!presto_rewrite_range(rewriter, range, error))
        return false;
    buf_clear(&rewriter->sql);
    rewriter->piece_count = 0;
    rewriter->name_count = 0;
    rewriter->sum_at = 0;
    return presto_rewrite_range(rewriter, range, error);
}

/* At what follows the first FROM; the names of a WITH may stand anywhere. */
static bool refuse_tables(const struct sql_tokens *tokens, struct sql_range range, struct error *error) {
    size_t from = sql_find(tokens, range, "from");
    return sql_fail(tokens, from + 1 < range.end && !sql_is(tokens, 0, "with") ? from + 1 : 0, error,
        "the statement names no event data store: a table is the id of one, the end of its ARN");
}

bool presto_rewrite(
    struct arena *arena, struct str text, struct presto_statement *ret_statement, struct error *error) {
    struct presto_rewriter rewriter = {.arena = arena, .weight = 1, .sql = BUF_INIT(PRESTO_SQL_SIZE_MAX)};
    if (!sql_tokens_read(arena, text, &rewriter.tokens, error) || !check_begin(&rewriter.tokens, error))
        return false;
    size_t count = rewriter.tokens.count;
    count -= sql_is(&rewriter.tokens, count - 1, ";");
    rewriter.outermost = presto_outermost_select(&rewriter.tokens, (struct sql_range){0, count});
    bool is_done = rewrite_twice(&rewriter, (struct sql_range){0, count}, error);
    SCOPED(buf_finish) struct buf sql = rewriter.sql; /* freed at the end, whatever happens */
    if (!is_done)
        return false;
    if (rewriter.table_count == 0)
        return refuse_tables(&rewriter.tokens, (struct sql_range){0, count}, error);
    struct str *tables = ARENA_ARRAY(arena, rewriter.table_count, struct str);
    for (size_t i = 0; i < rewriter.table_count; i++)
        tables[i] = rewriter.tables[i];
    struct str rewritten = arena_str(arena, buf_str(&sql));
    *ret_statement = (struct presto_statement){.sql = rewritten,
        .macros = presto_macros_of(arena, rewritten),
        .text = text,
        .tables = tables,
        .table_count = rewriter.table_count,
        .pieces = rewriter.pieces,
        .piece_count = rewriter.piece_count};
    return true;
}

size_t presto_tables(struct arena *arena, struct str text, const struct str **ret_tables) {
    struct str *tables = ARENA_ARRAY(arena, PRESTO_TABLES_MAX, struct str);
    struct sql_tokens tokens = {0};
    struct error error;
    size_t count = 0;
    bool is_read = sql_tokens_read(arena, text, &tokens, &error);
    for (size_t i = 0; is_read && i < tokens.count && count < PRESTO_TABLES_MAX; i++) {
        struct str name = tokens.list[i].text;
        if (tokens.list[i].kind == SQL_QUOTED)
            name = str_slice(name, 1, name.size - 2);
        bool is_named = tokens.list[i].kind == SQL_STORE || tokens.list[i].kind == SQL_QUOTED;
        if (!is_named || !sql_is_uuid(name))
            continue;
        name = arena_lower_case(arena, name);
        size_t found = 0;
        while (found < count && !str_equals(tables[found], name))
            found++;
        tables[found] = name;
        count += found == count;
    }
    *ret_tables = tables;
    return count;
}
