/* SPDX-License-Identifier: Apache-2.0 */
/*
 * presto: CloudTrail Lake's SQL (a SELECT in Presto's dialect, tables named by bare ids of event data
 * stores) made into the SQL of the engine. Three parts: the rewriter, on tokens; macros, for what functions
 * can do; the gate, which reads the engine's own syntax tree of the rewritten statement and refuses
 * everything but one SELECT over the stores that it names. Pure: nothing here runs SQL.
 *
 * What is covered: docs/lake-sql.md, function by function. What is not fails with a message that says so.
 *
 * Threads: any.
 */
#pragma once

#include "base/arena.h"
#include "codec/json.h"

enum {
    PRESTO_STATEMENT_SIZE_MAX = 10000, /* AWS: characters of a QueryStatement */
    PRESTO_TABLES_MAX = 16,            /* stores in one statement */
    PRESTO_DEPTH_MAX = 64,             /* of parentheses */
};

struct presto_piece; /* from offsets in the rewritten text to the user's */

struct presto_statement {
    struct str sql;           /* for the engine */
    struct str text;          /* the user's own, as it came */
    const struct str *tables; /* ids of the stores that it names, lower case, each once */
    size_t table_count;
    const struct presto_piece *pieces;
    size_t piece_count;
};

/* Rewrite. The answer lives in the arena. ERROR_INVALID with AWS's form of place in front, "line 1:8: ...":
 * what is no single SELECT, names no store, or uses what is not covered. ERROR_LIMIT past the limits above.
 */
NODISCARD bool presto_rewrite(
    struct arena *arena, struct str text, struct presto_statement *ret_statement, struct error *error);

/* Where in the user's text, both from 1, the byte `offset` of the rewritten one came from. */
struct presto_place {
    unsigned line, column;
};
struct presto_place presto_place(const struct presto_statement *statement, size_t offset);

/* The gate: `tree` is what json_serialize_sql() of the engine says of statement->sql. Exactly one SELECT;
 * tables are the stores named or names of its own WITH; functions stand on the list; nodes that nobody knows
 * are refused. ERROR_INVALID as presto_rewrite(). */
NODISCARD bool presto_check_tree(
    const struct presto_statement *statement, struct json_value tree, struct error *error);

/* SQL that a database gets once: the settings that must hold before a statement is parsed, and the macros. */
extern const char presto_settings[], presto_macros[];
