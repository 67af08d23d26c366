/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rewriter: the state of one rewrite, and how its parts call each other. A part gets a range of tokens and
 * writes SQL of the engine; whatever it writes remembers which of the user's tokens it came from.
 *
 * Every token is looked at a constant number of times, but for constructs that write an argument more than
 * once: those multiply `weight`, which is bounded.
 */
#pragma once

#include "base/own.h"
#include "presto/presto.h"
#include "sql/type.h"

enum { PRESTO_WEIGHT_MAX = 4096, PRESTO_ARGUMENTS_MAX = 128, PRESTO_RANGE_DEPTH_MAX = 4 * SQL_DEPTH_MAX };

struct presto_piece {
    size_t sql_offset, text_offset;
    bool exact; /* the piece is a copy: further bytes map to further bytes */
};

/* A name of a lambda: what is written in its place. */
struct presto_binding {
    struct str name, instead;
    const struct presto_binding *outer;
};

struct presto_named_kind {
    struct str name;
    enum sql_kind kind;
};

enum presto_previous { PREVIOUS_OTHER, PREVIOUS_OPERAND, PREVIOUS_KEYWORD, PREVIOUS_SOFT_KEYWORD };

struct presto_rewriter {
    struct arena *arena;
    struct sql_tokens tokens;
    struct buf sql;
    struct presto_piece *pieces;
    size_t piece_count, piece_capacity;
    size_t origin; /* the token whose rewriting is under way */
    size_t sum_at; /* 1 + index of the date whose sum is being written, see arithmetic.c */
    enum presto_previous previous;
    size_t outermost; /* index of the SELECT that names its columns */
    const struct presto_binding *bindings;
    unsigned weight, depth, name_count;
    struct presto_named_kind *named; /* kinds of columns that a SELECT named */
    size_t named_count, named_capacity;
    struct str tables[PRESTO_TABLES_MAX];
    size_t table_count;
};

/* A call `name(arguments) ...`: `name` is the index of its name, `after` that of what follows. */
struct presto_call {
    size_t name, after;
    struct sql_range inside;
    const struct sql_range *arguments;
    size_t argument_count;
};

/* A function that writes a call itself; it may take more than the call: then it moves `call->after`. */
typedef bool presto_special(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error);

struct presto_function {
    const char *name;
    unsigned least, most; /* arguments */
    const char *text;     /* a name of the engine's, or a template with $1 ... $9; NULL: special, refusal */
    presto_special *special; /* NULL: text or refusal */
    enum sql_kind kind;      /* of its value */
    const char *refusal;
};

/* output.c: writing */
void presto_emit(struct presto_rewriter *rewriter, const char *text);
void presto_emit_str(struct presto_rewriter *rewriter, struct str text);
void presto_emit_token(struct presto_rewriter *rewriter, size_t index);         /* a blank, and the token */
void presto_emit_identifier(struct presto_rewriter *rewriter, struct str name); /* in double quotes */
void presto_emit_text(struct presto_rewriter *rewriter, struct str text);       /* in single quotes */
NODISCARD bool presto_check_size(struct presto_rewriter *rewriter, struct error *error);

/* rewrite.c: any range; an argument that is written `copies` times */
NODISCARD bool presto_rewrite_range(
    struct presto_rewriter *rewriter, struct sql_range range, struct error *error);
NODISCARD bool presto_rewrite_copies(
    struct presto_rewriter *rewriter, struct sql_range range, unsigned copies, struct error *error);

/* kind.c */
enum sql_kind presto_kind_of(const struct presto_rewriter *rewriter, struct sql_range range);
void presto_name_kind(struct presto_rewriter *rewriter, struct str name, enum sql_kind kind);

/* call.c: `*at` is at the name of a call; moves past it */
NODISCARD bool presto_rewrite_call(
    struct presto_rewriter *rewriter, size_t *at, size_t end, struct error *error);
bool presto_is_template(const char *text); /* of a function: not a name, but a template */
NODISCARD bool presto_rewrite_template(
    struct presto_rewriter *rewriter, const struct presto_call *call, const char *text, struct error *error);

/* function.c */
const struct presto_function *presto_function_find(struct str name, size_t argument_count);
bool presto_engine_function_known(struct str name); /* may a rewritten statement call it? */

/* literal.c: DATE '...', TIMESTAMP '...', INTERVAL '...' DAY; false and no error where it is none */
NODISCARD bool presto_rewrite_literal(
    struct presto_rewriter *rewriter, size_t *at, size_t end, bool *ret_done, struct error *error);

/* select.c */
NODISCARD bool presto_rewrite_select(
    struct presto_rewriter *rewriter, size_t *at, size_t end, struct error *error);
size_t presto_outermost_select(const struct sql_tokens *tokens, struct sql_range range);
NODISCARD bool presto_rewrite_values(
    struct presto_rewriter *rewriter, size_t *at, size_t end, struct error *error);

/* compare.c: a comparison of a time with a text */
NODISCARD bool presto_rewrite_comparison(
    struct presto_rewriter *rewriter, struct sql_range range, size_t *at, struct error *error);
NODISCARD bool presto_rewrite_between(
    struct presto_rewriter *rewriter, struct sql_range range, size_t *at, struct error *error);

/* macro.c: the definitions of the macros that the SQL calls, and of those that they call */
struct str presto_macros_of(struct arena *arena, struct str sql);
bool presto_is_macro(struct str name);

/* arithmetic.c: at an operand: sums of a date and intervals, and differences of dates */
NODISCARD bool presto_rewrite_date_sum(
    struct presto_rewriter *rewriter, size_t *at, size_t end, bool *ret_done, struct error *error);

/* Calls that are more than a template. */
presto_special presto_listagg, presto_pairs, presto_window_value; /* aggregate.c */
presto_special presto_cast, presto_try_cast;                      /* cast.c */
presto_special presto_lambda_list, presto_lambda_map, presto_lambda_match, presto_reduce,
    presto_zip_with; /* lambda.c */
presto_special presto_date_format, presto_date_parse, presto_date_unit, presto_json_by_path,
    presto_regexp_replace; /* literal_argument.c */
presto_special presto_cardinality, presto_concat, presto_extract, presto_strict, presto_length,
    presto_position, presto_reverse, presto_sequence, presto_substring, presto_to_whole,
    presto_trim;              /* special.c */
presto_special presto_unnest; /* unnest.c */
