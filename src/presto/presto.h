/* SPDX-License-Identifier: Apache-2.0 */
/*
 * presto: CloudTrail Lake's SQL (a SELECT in Presto's dialect, tables named by bare ids of event data
 * stores) made into the SQL of the engine. Three parts: the rewriter, on tokens; macros, for what functions
 * can do; the gate, which reads the engine's own syntax tree of the rewritten statement and refuses
 * everything but one SELECT over the stores that it names. Pure: nothing here runs SQL.
 *
 * What is covered: docs/lake-sql.md, function by function. What is not fails with a message that says so.
 *
 * Order of work with a database: presto_settings; views over the files, named as `tables` are; the
 * statement's own `macros`; lock the database; the tree of `sql` through presto_check_tree(); `sql`.
 *
 * Threads: any.
 */
#pragma once

#include "base/arena.h"
#include "codec/json.h"
#include "sql/token.h"

enum {
    PRESTO_SQL_SIZE_MAX = 256 << 10, /* of the rewritten one */
    PRESTO_TABLES_MAX = 16,          /* stores in one statement */
    PRESTO_NODES_MAX = 50000,        /* of the engine's syntax tree */
    PRESTO_TREE_DEPTH_MAX = 400,
};

struct presto_piece; /* from offsets in the rewritten text to the user's */

struct presto_statement {
    struct str sql;           /* for the engine; it names every column of its answer */
    struct str macros;        /* CREATE MACRO statements that it needs; may be empty */
    struct str text;          /* the user's own, as it came */
    const struct str *tables; /* ids of the stores that it names, lower case, each once */
    size_t table_count;
    const struct presto_piece *pieces;
    size_t piece_count;
};

/* Rewrite. The answer lives in the arena, `text` is borrowed. ERROR_INVALID with AWS's form of place in
 * front, "line 1:8: ...": what is no single SELECT, names no store, or uses what is not covered. ERROR_LIMIT
 * past the limits above. */
NODISCARD bool presto_rewrite(
    struct arena *arena, struct str text, struct presto_statement *ret_statement, struct error *error);

/* The ids of the stores that a text names, lower case, each once, also where presto_rewrite() refuses it: as
 * many as are found. */
size_t presto_tables(struct arena *arena, struct str text, const struct str **ret_tables);

/* Where in the user's text, both from 1, the byte `offset` of the rewritten one came from. */
struct sql_place presto_place(const struct presto_statement *statement, size_t offset);

/* The gate: `tree` is what json_serialize_sql() of the engine says of statement->sql. Exactly one SELECT;
 * tables are the stores named or names of its own WITH; functions stand on the list; nodes that nobody knows
 * are refused. Errors as presto_rewrite(). */
NODISCARD bool presto_check_tree(
    const struct presto_statement *statement, struct json_value tree, struct error *error);

/* SQL that a database gets before a statement is parsed. */
extern const char presto_settings[];

/* The functions that are covered, or are known and refused, by topic; a name may come more than once: for
 * documents and tests. */
struct presto_function_note {
    const char *name;
    const char *refusal; /* NULL: covered */
};
size_t presto_functions(const struct presto_function_note **ret_notes);
