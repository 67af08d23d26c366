/* SPDX-License-Identifier: Apache-2.0 */
/*
 * presto_trees: what json_serialize_sql() of the engine (DuckDB 1.5) says of statements, as if the rewriter
 * had let them pass as they are.
 *
 * FINE(sql, tree)     one SELECT over the store 00000000-0000-4000-8000-000000000001
 * HOSTILE(sql, tree)  everything else; HOSTILE_...() those of which there are many
 *
 * The macros below are the nodes of those trees, with what is the same in nearly all of them.
 */
#pragma once

#include <stdbool.h>

struct presto_tree {
    bool is_fine;
    const char *sql, *tree;
};

#define STORE   "00000000-0000-4000-8000-000000000001"
#define NOWHERE 18446744073709551615
#define NONE    ""

/* clang-format off */
#define DIGITS(number) #number
#define AT(place) "\"query_location\":" DIGITS(place)
#define HEAD(class, type, place) "{\"class\":\"" class "\",\"type\":\"" type "\",\"alias\":\"\"," AT(place)

/* Statements */
#define TREE(statements) "{\"error\":false,\"statements\":[" statements "]}"
#define NO_SELECT \
    "{\"error\":true,\"error_type\":\"not implemented\"," \
    "\"error_message\":\"Only SELECT statements can be serialized to json!\"}"
#define STATEMENT(node) "{\"node\":" node ",\"named_param_map\":[]}"
#define NAMED(name, statement) \
    "{\"key\":\"" name "\",\"value\":{\"aliases\":[],\"query\":" statement \
    ",\"materialized\":\"CTE_MATERIALIZE_DEFAULT\",\"key_targets\":[]}}"
#define SELECT_WHOLE(modifiers, named, items, table, rest) \
    "{\"type\":\"SELECT_NODE\",\"modifiers\":[" modifiers "],\"cte_map\":{\"map\":[" named "]}," \
    "\"select_list\":[" items "],\"from_table\":" table "," rest "}"
#define NO_GROUPS \
    ",\"group_expressions\":[],\"group_sets\":[],\"aggregate_handling\":\"STANDARD_HANDLING\"," \
    "\"having\":null,\"sample\":null,\"qualify\":null"
#define SELECT_WITH(modifiers, named, items, table) \
    SELECT_WHOLE(modifiers, named, items, table, "\"where_clause\":null" NO_GROUPS)
#define SELECT(items, table) SELECT_WITH("", "", items, table)

/* What is selected from */
#define NO_TABLE "{\"type\":\"EMPTY\",\"alias\":\"\",\"sample\":null," AT(NOWHERE) "}"
#define TABLE_WHOLE(place, catalog, schema, name, alias) \
    "{\"type\":\"BASE_TABLE\",\"alias\":\"" alias "\",\"sample\":null," AT(place) \
    ",\"schema_name\":\"" schema "\",\"table_name\":\"" name "\",\"column_name_alias\":[]," \
    "\"catalog_name\":\"" catalog "\",\"at_clause\":null}"
#define TABLE(place, name) TABLE_WHOLE(place, "", "", name, "")
#define TABLE_AS(place, name, alias) TABLE_WHOLE(place, "", "", name, alias)
#define TABLE_OF(place, catalog, schema, name) TABLE_WHOLE(place, catalog, schema, name, "")
#define TABLE_FUNCTION(place, call) \
    "{\"type\":\"TABLE_FUNCTION\",\"alias\":\"\",\"sample\":null," AT(place) ",\"function\":" call \
    ",\"column_name_alias\":[],\"with_ordinality\":\"WITHOUT_ORDINALITY\"}"
#define JOIN(place, left, right, rest) \
    "{\"type\":\"JOIN\",\"alias\":\"\",\"sample\":null," AT(place) ",\"left\":" left ",\"right\":" right \
    "," rest ",\"delim_flipped\":false,\"duplicate_eliminated_columns\":[]}"
#define JOINED(ref_type, columns) \
    "\"condition\":null,\"join_type\":\"INNER\",\"ref_type\":\"" ref_type "\",\"using_columns\":[" columns "]"
#define NESTED(alias, statement, columns) \
    "{\"type\":\"SUBQUERY\",\"alias\":\"" alias "\",\"sample\":null," AT(NOWHERE) ",\"subquery\":" statement \
    ",\"column_name_alias\":[" columns "]}"

/* Expressions */
#define COLUMN(place, name) HEAD("COLUMN_REF", "COLUMN_REF", place) ",\"column_names\":[\"" name "\"]}"
#define STAR(place) \
    HEAD("STAR", "STAR", place) ",\"relation_name\":\"\",\"exclude_list\":[],\"replace_list\":[]," \
    "\"columns\":false,\"expr\":null,\"qualified_exclude_list\":[],\"rename_list\":[]}"
#define INTEGER_AS(place, number, alias) \
    "{\"class\":\"CONSTANT\",\"type\":\"VALUE_CONSTANT\",\"alias\":\"" alias "\"," AT(place) \
    ",\"value\":{\"type\":{\"id\":\"INTEGER\",\"type_info\":null},\"is_null\":false,\"value\":" #number "}}"
#define INTEGER(place, number) INTEGER_AS(place, number, "")
#define BIGINT(place, number) \
    HEAD("CONSTANT", "VALUE_CONSTANT", place) ",\"value\":{\"type\":{\"id\":\"BIGINT\"," \
    "\"type_info\":null},\"is_null\":false,\"value\":" #number "}}"
#define TEXT(place, text) \
    HEAD("CONSTANT", "VALUE_CONSTANT", place) ",\"value\":{\"type\":{\"id\":\"VARCHAR\"," \
    "\"type_info\":null},\"is_null\":false,\"value\":\"" text "\"}}"
#define CALL_WHOLE(place, catalog, schema, name, children, is_operator) \
    HEAD("FUNCTION", "FUNCTION", place) ",\"function_name\":\"" name "\",\"schema\":\"" schema "\"," \
    "\"children\":[" children "],\"filter\":null,\"order_bys\":{\"type\":\"ORDER_MODIFIER\",\"orders\":[]}," \
    "\"distinct\":false,\"is_operator\":" #is_operator ",\"export_state\":false,\"catalog\":\"" catalog "\"}"
#define CALL(place, name, children) CALL_WHOLE(place, "", "", name, children, false)
#define CALL_OF(place, catalog, schema, name, children) \
    CALL_WHOLE(place, catalog, schema, name, children, false)
#define OPERATOR_CALL(place, name, children) CALL_WHOLE(place, "", "", name, children, true)
#define OPERATOR(type, place, children) HEAD("OPERATOR", type, place) ",\"children\":[" children "]}"
#define CONJUNCTION(type, place, children) HEAD("CONJUNCTION", type, place) ",\"children\":[" children "]}"
#define COMPARISON(type, place, left, right) \
    HEAD("COMPARISON", type, place) ",\"left\":" left ",\"right\":" right "}"
#define SUBQUERY(place, type, statement, rest) \
    HEAD("SUBQUERY", "SUBQUERY", place) ",\"subquery_type\":\"" type "\",\"subquery\":" statement "," rest "}"
#define NO_COMPARISON "\"child\":null,\"comparison_type\":\"INVALID\""

/* Rows */
#define FINE(sql, tree) {true, sql, tree},
#define HOSTILE(sql, tree) {false, sql, tree},
#define HOSTILE_TABLE(sql, table) HOSTILE("SELECT * FROM " sql, TREE(STATEMENT(SELECT(STAR(7), table))))
#define HOSTILE_SOURCE(name, arguments, children) \
    HOSTILE_TABLE(name "(" arguments ")", TABLE_FUNCTION(14, CALL(14, name, children)))
#define HOSTILE_SOURCE_OF(name, place, text) HOSTILE_SOURCE(name, "'" text "'", TEXT(place, text))
#define HOSTILE_CALL(name, arguments, children, table_place) \
    HOSTILE("SELECT " name "(" arguments ") FROM \"" STORE "\"", \
        TREE(STATEMENT(SELECT(CALL(7, name, children), TABLE(table_place, STORE)))))
#define HOSTILE_CALL_OF(name, place, text, table_place) \
    HOSTILE_CALL(name, "'" text "'", TEXT(place, text), table_place)
#define HOSTILE_NO_SELECT(sql) HOSTILE(sql, NO_SELECT)
static const struct presto_tree presto_trees[] = {
    FINE("SELECT eventname FROM \"" STORE "\"",
        TREE(STATEMENT(SELECT(COLUMN(7, "eventname"), TABLE(22, STORE)))))
    FINE("SELECT count(*) FROM \"" STORE "\" GROUP BY GROUPING SETS ((eventname), ())",
        TREE(STATEMENT(SELECT_WHOLE(NONE, NONE, CALL(7, "count_star", NONE), TABLE(21, STORE),
        "\"where_clause\":null,\"group_expressions\":[" COLUMN(85, "eventname")
        "],\"group_sets\":[[0],[]],\"aggregate_handling\":\"STANDARD_HANDLING\",\"having\":null,\"sample\":"
        "null,\"qualify\":null"))))
    FINE("WITH a AS (SELECT eventname AS n FROM \"" STORE
        "\") SELECT * FROM a AS x JOIN a AS y USING (n) ORDER BY n DESC LIMIT 3",
        TREE(STATEMENT(SELECT_WITH("{\"type\":\"ORDER_MODIFIER\",\"orders\":[{\"type\":\"DESCENDING\",\"nul"
        "l_order\":\"ORDER_DEFAULT\",\"expression\":" COLUMN(130, "n")
        "}]},{\"type\":\"LIMIT_MODIFIER\",\"limit\":" INTEGER(143, 3) ",\"offset\":null}", NAMED("a",
        STATEMENT(SELECT("{\"class\":\"COLUMN_REF\",\"type\":\"COLUMN_REF\",\"alias\":\"n\",\"query_locatio"
        "n\":18,\"column_names\":[\"eventname\"]}", TABLE(38, STORE)))), STAR(85), JOIN(99,
        TABLE_AS(92, "a", "x"), TABLE_AS(104, "a", "y"), JOINED("REGULAR", "\"n\""))))))
    FINE("WITH a AS (SELECT 1 AS n), b AS (SELECT n FROM a) SELECT n FROM b",
        TREE(STATEMENT(SELECT_WITH(NONE, NAMED("a", STATEMENT(SELECT(INTEGER_AS(18, 1, "n"), NO_TABLE))) ","
        NAMED("b", STATEMENT(SELECT(COLUMN(40, "n"), TABLE(47, "a")))), COLUMN(57, "n"), TABLE(64, "b")))))
    FINE("WITH RECURSIVE a(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a WHERE n < 3) SELECT n FROM a",
        TREE(STATEMENT(SELECT_WITH(NONE, "{\"key\":\"a\",\"value\":{\"aliases\":[\"n\"],\"query\":"
        STATEMENT("{\"type\":\"RECURSIVE_CTE_NODE\",\"modifiers\":[],\"cte_map\":{\"map\":[]},\"cte_name\":"
        "\"a\",\"union_all\":true,\"left\":" SELECT(INTEGER(31, 1), NO_TABLE) ",\"right\":"
        SELECT_WHOLE(NONE, NONE, OPERATOR_CALL(52, "+", COLUMN(50, "n") "," INTEGER(54, 1)), TABLE(61, "a"),
        "\"where_clause\":" COMPARISON("COMPARE_LESSTHAN", 71, COLUMN(69, "n"), INTEGER(73, 3)) NO_GROUPS)
        ",\"aliases\":[\"n\"],\"key_targets\":[]}")
        ",\"materialized\":\"CTE_MATERIALIZE_DEFAULT\",\"key_targets\":[]}}", COLUMN(83, "n"),
        TABLE(90, "a")))))
    FINE("SELECT x FROM \"" STORE
        "\" CROSS JOIN LATERAL (SELECT unnest(resources, max_depth := 2)) AS t(x)",
        TREE(STATEMENT(SELECT(COLUMN(7, "x"), JOIN(53, TABLE(14, STORE), NESTED("t",
        STATEMENT(SELECT(CALL(80, "unnest", COLUMN(87, "resources") "," INTEGER_AS(111, 2, "max_depth")),
        NO_TABLE)), "\"x\""), JOINED("CROSS", NONE))))))
    FINE(
        "SELECT presto_varchar(eventname), CAST(eventname AS JSON), list_transform([1], lambda x: x + 1), T"
        "RY(1) FROM \"" STORE "\"",
        TREE(STATEMENT(SELECT(CALL(7, "presto_varchar", COLUMN(22, "eventname"))
        ",{\"class\":\"CAST\",\"type\":\"OPERATOR_CAST\",\"alias\":\"\",\"query_location\":34,\"child\":"
        COLUMN(39, "eventname")
        ",\"cast_type\":{\"id\":\"UNBOUND\",\"type_info\":{\"type\":\"UNBOUND_TYPE_INFO\",\"alias\":\"\",\""
        "extension_info\":null,\"name\":\"JSON\",\"catalog\":\"\",\"schema\":\"\",\"user_type_modifiers\":["
        "]}},\"try_cast\":false}," CALL(59, "list_transform", CALL_OF(75, "", "main", "list_value",
        INTEGER(75, 1))
        ",{\"class\":\"LAMBDA\",\"type\":\"LAMBDA\",\"alias\":\"\",\"query_location\":86,\"lhs\":"
        COLUMN(NOWHERE, "x") ",\"expr\":" OPERATOR_CALL(91, "+", COLUMN(89, "x") "," INTEGER(93, 1)) "}")
        "," OPERATOR("OPERATOR_TRY", NOWHERE, INTEGER(101, 1)), TABLE(109, STORE)))))
    FINE(
        "SELECT requestparameters['a'], useridentity.arn, row_number() OVER (PARTITION BY eventname ORDER B"
        "Y eventtime ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM \"" STORE "\"",
        TREE(STATEMENT(SELECT(OPERATOR("ARRAY_EXTRACT", NOWHERE, COLUMN(7, "requestparameters") ","
        TEXT(25, "a"))
        ",{\"class\":\"COLUMN_REF\",\"type\":\"COLUMN_REF\",\"alias\":\"\",\"query_location\":31,\"column_n"
        "ames\":[\"useridentity\",\"arn\"]},{\"class\":\"WINDOW\",\"type\":\"WINDOW_ROW_NUMBER\",\"alias\":"
        "\"\",\"query_location\":49,\"function_name\":\"row_number\",\"schema\":\"\",\"catalog\":\"\",\"chi"
        "ldren\":[],\"partitions\":[" COLUMN(81, "eventname")
        "],\"orders\":[{\"type\":\"ORDER_DEFAULT\",\"null_order\":\"ORDER_DEFAULT\",\"expression\":"
        COLUMN(100, "eventtime")
        "}],\"start\":\"EXPR_PRECEDING_ROWS\",\"end\":\"CURRENT_ROW_ROWS\",\"start_expr\":" INTEGER(123, 1)
        ",\"end_expr\":null,\"offset_expr\":null,\"default_expr\":null,\"ignore_nulls\":false,\"filter_expr"
        "\":null,\"exclude_clause\":\"NO_OTHER\",\"distinct\":false,\"arg_orders\":[]}",
        TABLE(157, STORE)))))
    FINE("SELECT 1 FROM \"" STORE "\" WHERE eventname IN (SELECT eventname FROM \"" STORE
        "\") AND eventtime BETWEEN '2026-01-01' AND now() AND NOT EXISTS (SELECT 1 FROM (VALUES (1)) AS t(x"
        "))",
        TREE(STATEMENT(SELECT_WHOLE(NONE, NONE, INTEGER(7, 1), TABLE(14, STORE), "\"where_clause\":"
        CONJUNCTION("CONJUNCTION_AND", 135, SUBQUERY(69, "ANY", STATEMENT(SELECT(COLUMN(80, "eventname"),
        TABLE(95, STORE))), "\"child\":" COLUMN(59, "eventname") ",\"comparison_type\":\"COMPARE_EQUAL\"")
        ",{\"class\":\"BETWEEN\",\"type\":\"COMPARE_BETWEEN\",\"alias\":\"\",\"query_location\":149,\"input"
        "\":" COLUMN(139, "eventtime") ",\"lower\":" TEXT(157, "2026-01-01") ",\"upper\":"
        CALL(174, "now", NONE) "}," OPERATOR("OPERATOR_NOT", 184, SUBQUERY(188, "EXISTS",
        STATEMENT(SELECT(INTEGER(203, 1), NESTED("t", STATEMENT(SELECT(STAR(NOWHERE),
        "{\"type\":\"EXPRESSION_LIST\",\"alias\":\"valueslist\",\"sample\":null,\"query_location\":18446744"
        "073709551615,\"expected_names\":[],\"expected_types\":[],\"values\":[[" INTEGER(219, 1) "]]}")),
        "\"x\""))), NO_COMPARISON))) NO_GROUPS))))
    FINE("SELECT DISTINCT eventname FROM \"" STORE "\" EXCEPT SELECT eventname FROM \"" STORE "\"",
        TREE(STATEMENT("{\"type\":\"SET_OPERATION_NODE\",\"modifiers\":[],\"cte_map\":{\"map\":[]},\"setop_"
        "type\":\"EXCEPT\",\"left\":"
        SELECT_WITH("{\"type\":\"DISTINCT_MODIFIER\",\"distinct_on_targets\":[]}", NONE,
        COLUMN(16, "eventname"), TABLE(31, STORE)) ",\"right\":" SELECT(COLUMN(84, "eventname"),
        TABLE(99, STORE)) ",\"setop_all\":false}")))
    FINE(
        "SELECT CASE WHEN \"readonly\" IS NULL THEN coalesce(eventname, 'x') ELSE eventname || 'y' END FROM"
        " \"" STORE "\" WHERE eventname LIKE 'a%' ESCAPE '#'",
        TREE(STATEMENT(SELECT_WHOLE(NONE, NONE,
        "{\"class\":\"CASE\",\"type\":\"CASE_EXPR\",\"alias\":\"\",\"query_location\":7,\"case_checks\":[{"
        "\"when_expr\":" OPERATOR("OPERATOR_IS_NULL", 28, COLUMN(17, "readonly")) ",\"then_expr\":"
        OPERATOR("OPERATOR_COALESCE", NOWHERE, COLUMN(50, "eventname") "," TEXT(61, "x"))
        "}],\"else_expr\":" OPERATOR_CALL(81, "||", COLUMN(71, "eventname") "," TEXT(84, "y")) "}",
        TABLE(97, STORE), "\"where_clause\":" CALL_OF(152, "", "main", "like_escape",
        COLUMN(142, "eventname") "," TEXT(157, "a%") "," TEXT(169, "#")) NO_GROUPS))))
    HOSTILE_SOURCE_OF("read_csv", 23, "/etc/passwd")
    HOSTILE_SOURCE_OF("read_text", 24, "/etc/passwd")
    HOSTILE_SOURCE_OF("read_blob", 24, "/proc/self/environ")
    HOSTILE_SOURCE_OF("read_parquet", 27, "lake/*/*.parquet")
    HOSTILE_TABLE("'/etc/passwd'", TABLE(14, "/etc/passwd"))
    HOSTILE_TABLE("'lake/x/1.parquet'", TABLE(14, "lake/x/1.parquet"))
    HOSTILE_SOURCE_OF("glob", 19, "/*")
    HOSTILE_SOURCE_OF("parquet_metadata", 31, "x")
    HOSTILE_SOURCE_OF("parquet_schema", 29, "x")
    HOSTILE_SOURCE_OF("sniff_csv", 24, "/etc/passwd")
    HOSTILE_SOURCE_OF("read_json", 24, "/etc/passwd")
    HOSTILE_SOURCE("duckdb_settings", NONE, NONE)
    HOSTILE_SOURCE("duckdb_secrets", NONE, NONE)
    HOSTILE_TABLE("duckdb_settings", TABLE(14, "duckdb_settings"))
    HOSTILE_TABLE("pg_catalog.pg_tables", TABLE_OF(14, "", "pg_catalog", "pg_tables"))
    HOSTILE_TABLE("information_schema.tables", TABLE_OF(14, "", "information_schema", "tables"))
    HOSTILE_TABLE("sqlite_master", TABLE(14, "sqlite_master"))
    HOSTILE_SOURCE("pragma_database_list", NONE, NONE)
    HOSTILE_SOURCE_OF("pragma_storage_info", 34, "x")
    HOSTILE_SOURCE("enable_logging", NONE, NONE)
    HOSTILE_SOURCE_OF("query", 20, "SELECT 1")
    HOSTILE_SOURCE_OF("query_table", 26, "x")
    HOSTILE_SOURCE("range", "1000000000000", BIGINT(20, 1000000000000))
    HOSTILE_SOURCE("generate_series", "1, 10", INTEGER(30, 1) "," INTEGER(33, 10))
    HOSTILE_SOURCE("repeat", "1, 10", INTEGER(21, 1) "," INTEGER(24, 10))
    HOSTILE_SOURCE("summary", "(SELECT 1)", SUBQUERY(22, "SCALAR", STATEMENT(SELECT(INTEGER(30, 1),
        NO_TABLE)), NO_COMPARISON))
    HOSTILE_SOURCE("test_all_types", NONE, NONE)
    HOSTILE_SOURCE("unnest", "[1]", CALL_OF(22, "", "main", "list_value", INTEGER(22, 1)))
    HOSTILE_SOURCE("duckdb_functions", NONE, NONE)
    HOSTILE_SOURCE("which_secret", "'x', 's3'", TEXT(27, "x") "," TEXT(32, "s3"))
    HOSTILE_TABLE("\"00000000-0000-4000-8000-000000000002\"", TABLE(14,
        "00000000-0000-4000-8000-000000000002"))
    HOSTILE_TABLE("memory.main.\"" STORE "\"", TABLE_OF(14, "memory", "main", STORE))
    HOSTILE_TABLE("main.\"" STORE "\"", TABLE_OF(14, "", "main", STORE))
    HOSTILE_TABLE("\"x.db\"", TABLE(14, "x.db"))
    HOSTILE_TABLE("\"" STORE "\" AT (VERSION => 1)",
        "{\"type\":\"BASE_TABLE\",\"alias\":\"\",\"sample\":null,\"query_location\":14,\"schema_name\":\"\""
        ",\"table_name\":\"00000000-0000-4000-8000-000000000001\",\"column_name_alias\":[],\"catalog_name\""
        ":\"\",\"at_clause\":{\"unit\":\"VERSION\",\"expr\":" INTEGER(68, 1) "}}")
    HOSTILE_CALL_OF("getenv", 14, "HOME", 27)
    HOSTILE_CALL_OF("current_setting", 23, "memory_limit", 44)
    HOSTILE_CALL("set_config", "'a', 'b'", TEXT(18, "a") "," TEXT(23, "b"), 33)
    HOSTILE_CALL_OF("nextval", 15, "x", 25)
    HOSTILE_CALL_OF("write_log", 17, "x", 27)
    HOSTILE_CALL_OF("error", 13, "x", 23)
    HOSTILE_CALL("sleep_ms", "100000", INTEGER(16, 100000), 29)
    HOSTILE_CALL_OF("read_text", 17, "/etc/passwd", 37)
    HOSTILE_CALL_OF("getvariable", 19, "x", 29)
    HOSTILE_CALL("current_database", NONE, NONE, 31)
    HOSTILE_CALL_OF("json_execute_serialized_sql", 35, "x", 45)
    HOSTILE_CALL_OF("json_serialize_sql", 26, "SELECT 1", 43)
    HOSTILE("SELECT main.lower(eventname) FROM \"" STORE "\" WHERE system.main.getenv('x') = ''",
        TREE(STATEMENT(SELECT_WHOLE(NONE, NONE, CALL_OF(7, "", "main", "lower", COLUMN(18, "eventname")),
        TABLE(34, STORE), "\"where_clause\":" COMPARISON("COMPARE_EQUAL", 103, CALL_OF(79, "system", "main",
        "getenv", TEXT(98, "x")), TEXT(105, "")) NO_GROUPS))))
    HOSTILE("SELECT x.nosuch(1) FROM \"" STORE "\"",
        TREE(STATEMENT(SELECT(CALL_OF(7, "", "x", "nosuch", INTEGER(16, 1)), TABLE(24, STORE)))))
    HOSTILE("SELECT pg_catalog.format_type(1, 2) FROM \"" STORE "\"",
        TREE(STATEMENT(SELECT(CALL_OF(7, "", "pg_catalog", "format_type", INTEGER(30, 1) ","
        INTEGER(33, 2)), TABLE(41, STORE)))))
    HOSTILE_CALL("repeat", "'x', 1000000000", TEXT(14, "x") "," INTEGER(19, 1000000000), 36)
    HOSTILE_CALL("range", "1000000000000", BIGINT(13, 1000000000000), 33)
    HOSTILE("SELECT COLUMNS('.*') FROM \"" STORE "\"",
        TREE(STATEMENT(SELECT("{\"class\":\"STAR\",\"type\":\"STAR\",\"alias\":\"\",\"query_location\":7,\""
        "relation_name\":\"\",\"exclude_list\":[],\"replace_list\":[],\"columns\":true,\"expr\":"
        TEXT(15, ".*") ",\"qualified_exclude_list\":[],\"rename_list\":[]}", TABLE(26, STORE)))))
    HOSTILE("SELECT * EXCLUDE (eventname) FROM \"" STORE "\"",
        TREE(STATEMENT(SELECT("{\"class\":\"STAR\",\"type\":\"STAR\",\"alias\":\"\",\"query_location\":7,\""
        "relation_name\":\"\",\"exclude_list\":[\"eventname\"],\"replace_list\":[],\"columns\":false,\"expr"
        "\":null,\"qualified_exclude_list\":[],\"rename_list\":[]}", TABLE(34, STORE)))))
    HOSTILE("SELECT * REPLACE (1 AS eventname) FROM \"" STORE "\"",
        TREE(STATEMENT(SELECT("{\"class\":\"STAR\",\"type\":\"STAR\",\"alias\":\"\",\"query_location\":7,\""
        "relation_name\":\"\",\"exclude_list\":[],\"replace_list\":[{\"key\":\"eventname\",\"value\":"
        INTEGER(18, 1)
        "}],\"columns\":false,\"expr\":null,\"qualified_exclude_list\":[],\"rename_list\":[]}",
        TABLE(39, STORE)))))
    HOSTILE("SELECT COLUMNS(*) FROM \"" STORE "\"",
        TREE(STATEMENT(SELECT("{\"class\":\"STAR\",\"type\":\"STAR\",\"alias\":\"\",\"query_location\":7,\""
        "relation_name\":\"\",\"exclude_list\":[],\"replace_list\":[],\"columns\":true,\"expr\":null,\"qual"
        "ified_exclude_list\":[],\"rename_list\":[]}", TABLE(23, STORE)))))
    HOSTILE("SELECT eventname FROM \"" STORE "\" USING SAMPLE 1",
        TREE(STATEMENT(SELECT_WHOLE(NONE, NONE, COLUMN(7, "eventname"), TABLE(22, STORE),
        "\"where_clause\":null,\"group_expressions\":[],\"group_sets\":[],\"aggregate_handling\":\"STANDARD"
        "_HANDLING\",\"having\":null,\"sample\":{\"sample_size\":{\"type\":{\"id\":\"BIGINT\",\"type_info\""
        ":null},\"is_null\":false,\"value\":1},\"is_percentage\":false,\"method\":\"Reservoir\",\"seed\":-1"
        "},\"qualify\":null"))))
    HOSTILE("SELECT eventname FROM \"" STORE "\" TABLESAMPLE 10%",
        TREE(STATEMENT(SELECT(COLUMN(7, "eventname"),
        "{\"type\":\"BASE_TABLE\",\"alias\":\"\",\"sample\":{\"sample_size\":{\"type\":{\"id\":\"DOUBLE\","
        "\"type_info\":null},\"is_null\":false,\"value\":10.0},\"is_percentage\":true,\"method\":\"System\""
        ",\"seed\":-1},\"query_location\":22,\"schema_name\":\"\",\"table_name\":\"00000000-0000-4000-8000-"
        "000000000001\",\"column_name_alias\":[],\"catalog_name\":\"\",\"at_clause\":null}"))))
    HOSTILE("SELECT eventname FROM \"" STORE "\" QUALIFY row_number() OVER () = 1",
        TREE(STATEMENT(SELECT_WHOLE(NONE, NONE, COLUMN(7, "eventname"), TABLE(22, STORE),
        "\"where_clause\":null,\"group_expressions\":[],\"group_sets\":[],\"aggregate_handling\":\"STANDARD"
        "_HANDLING\",\"having\":null,\"sample\":null,\"qualify\":" COMPARISON("COMPARE_EQUAL", 90,
        "{\"class\":\"WINDOW\",\"type\":\"WINDOW_ROW_NUMBER\",\"alias\":\"\",\"query_location\":69,\"functi"
        "on_name\":\"row_number\",\"schema\":\"\",\"catalog\":\"\",\"children\":[],\"partitions\":[],\"orde"
        "rs\":[],\"start\":\"UNBOUNDED_PRECEDING\",\"end\":\"CURRENT_ROW_RANGE\",\"start_expr\":null,\"end_"
        "expr\":null,\"offset_expr\":null,\"default_expr\":null,\"ignore_nulls\":false,\"filter_expr\":null"
        ",\"exclude_clause\":\"NO_OTHER\",\"distinct\":false,\"arg_orders\":[]}", INTEGER(92, 1))))))
    HOSTILE("SELECT $1 FROM \"" STORE "\"",
        TREE("{\"node\":"
        SELECT("{\"class\":\"PARAMETER\",\"type\":\"VALUE_PARAMETER\",\"alias\":\"\",\"query_location\":184"
        "46744073709551615,\"identifier\":\"1\"}", TABLE(15, STORE))
        ",\"named_param_map\":[{\"key\":\"1\",\"value\":1}]}"))
    HOSTILE("SELECT ? FROM \"" STORE "\"",
        TREE("{\"node\":"
        SELECT("{\"class\":\"PARAMETER\",\"type\":\"VALUE_PARAMETER\",\"alias\":\"\",\"query_location\":184"
        "46744073709551615,\"identifier\":\"1\"}", TABLE(14, STORE))
        ",\"named_param_map\":[{\"key\":\"1\",\"value\":1}]}"))
    HOSTILE("SELECT #1 FROM \"" STORE "\"",
        TREE(STATEMENT(SELECT("{\"class\":\"POSITIONAL_REFERENCE\",\"type\":\"POSITIONAL_REFERENCE\",\"alia"
        "s\":\"\",\"query_location\":7,\"index\":1}", TABLE(15, STORE)))))
    HOSTILE("SELECT eventname COLLATE nocase FROM \"" STORE "\"",
        TREE(STATEMENT(SELECT("{\"class\":\"COLLATE\",\"type\":\"COLLATE\",\"alias\":\"\",\"query_location"
        "\":18446744073709551615,\"child\":" COLUMN(7, "eventname") ",\"collation\":\"nocase\"}",
        TABLE(37, STORE)))))
    HOSTILE("SELECT eventname::regclass FROM \"" STORE "\"",
        TREE(STATEMENT(SELECT("{\"class\":\"CAST\",\"type\":\"OPERATOR_CAST\",\"alias\":\"\",\"query_locati"
        "on\":16,\"child\":" COLUMN(7, "eventname")
        ",\"cast_type\":{\"id\":\"UNBOUND\",\"type_info\":{\"type\":\"UNBOUND_TYPE_INFO\",\"alias\":\"\",\""
        "extension_info\":null,\"name\":\"regclass\",\"catalog\":\"\",\"schema\":\"\",\"user_type_modifiers"
        "\":[]}},\"try_cast\":false}", TABLE(32, STORE)))))
    HOSTILE("SELECT eventname::bit FROM \"" STORE "\"",
        TREE(STATEMENT(SELECT("{\"class\":\"CAST\",\"type\":\"OPERATOR_CAST\",\"alias\":\"\",\"query_locati"
        "on\":16,\"child\":" COLUMN(7, "eventname")
        ",\"cast_type\":{\"id\":\"BIT\",\"type_info\":null},\"try_cast\":false}", TABLE(27, STORE)))))
    HOSTILE("SELECT eventname::\"x\".json FROM \"" STORE "\"",
        "{\"error\":true,\"error_type\":\"parser\",\"error_message\":\"syntax error at or near \\\"json\\\""
        "\",\"error_subtype\":\"SYNTAX_ERROR\",\"position\":\"22\"}")
    HOSTILE("SELECT CAST(eventname AS ENUM('a')) FROM \"" STORE "\"",
        TREE(STATEMENT(SELECT("{\"class\":\"CAST\",\"type\":\"OPERATOR_CAST\",\"alias\":\"\",\"query_locati"
        "on\":7,\"child\":" COLUMN(12, "eventname")
        ",\"cast_type\":{\"id\":\"UNBOUND\",\"type_info\":{\"type\":\"UNBOUND_TYPE_INFO\",\"alias\":\"\",\""
        "extension_info\":null,\"name\":\"ENUM\",\"catalog\":\"\",\"schema\":\"\",\"user_type_modifiers\":["
        "{\"type\":{\"id\":\"VARCHAR\",\"type_info\":null},\"is_null\":false,\"value\":\"a\"}]}},\"try_cast"
        "\":false}", TABLE(41, STORE)))))
    HOSTILE("SELECT CAST(eventname AS UNION(a INTEGER)) FROM \"" STORE "\"",
        TREE(STATEMENT(SELECT("{\"class\":\"CAST\",\"type\":\"OPERATOR_CAST\",\"alias\":\"\",\"query_locati"
        "on\":7,\"child\":" COLUMN(12, "eventname")
        ",\"cast_type\":{\"id\":\"UNION\",\"type_info\":{\"type\":\"STRUCT_TYPE_INFO\",\"alias\":\"\",\"ext"
        "ension_info\":null,\"child_types\":[{\"first\":\"\",\"second\":{\"id\":\"UTINYINT\",\"type_info\":"
        "null}},{\"first\":\"a\",\"second\":{\"id\":\"INTEGER\",\"type_info\":null}}]}},\"try_cast\":false}",
        TABLE(48, STORE)))))
    HOSTILE_NO_SELECT("PIVOT \"" STORE "\" ON eventname")
    HOSTILE("UNPIVOT \"" STORE "\" ON eventname",
        TREE(STATEMENT(SELECT(STAR(NOWHERE),
        "{\"type\":\"PIVOT\",\"alias\":\"\",\"sample\":null,\"query_location\":0,\"source\":"
        TABLE(8, STORE)
        ",\"aggregates\":[],\"unpivot_names\":[\"value\"],\"pivots\":[{\"pivot_expressions\":[],\"unpivot_n"
        "ames\":[\"name\"],\"entries\":[{\"values\":[{\"type\":{\"id\":\"VARCHAR\",\"type_info\":null},\"is"
        "_null\":false,\"value\":\"eventname\"}],\"star_expr\":null,\"alias\":\"\"}],\"pivot_enum\":\"\"}],"
        "\"groups\":[],\"column_name_alias\":[],\"include_nulls\":false}"))))
    HOSTILE("FROM duckdb_settings",
        TREE(STATEMENT(SELECT(STAR(0), TABLE(5, "duckdb_settings")))))
    HOSTILE("DESCRIBE \"" STORE "\"",
        TREE(STATEMENT(SELECT(STAR(NOWHERE),
        "{\"type\":\"SHOW_REF\",\"alias\":\"\",\"sample\":null,\"query_location\":18446744073709551615,\"ta"
        "ble_name\":\"\",\"query\":" SELECT(STAR(NOWHERE), TABLE(9, STORE))
        ",\"show_type\":\"DESCRIBE\",\"catalog_name\":\"\",\"schema_name\":\"\"}"))))
    HOSTILE("SUMMARIZE \"" STORE "\"",
        TREE(STATEMENT(SELECT(STAR(NOWHERE),
        "{\"type\":\"SHOW_REF\",\"alias\":\"\",\"sample\":null,\"query_location\":18446744073709551615,\"ta"
        "ble_name\":\"\",\"query\":" SELECT(STAR(NOWHERE), TABLE(10, STORE))
        ",\"show_type\":\"SUMMARY\",\"catalog_name\":\"\",\"schema_name\":\"\"}"))))
    HOSTILE("SHOW TABLES",
        TREE(STATEMENT(SELECT(STAR(NOWHERE),
        "{\"type\":\"SHOW_REF\",\"alias\":\"\",\"sample\":null,\"query_location\":18446744073709551615,\"ta"
        "ble_name\":\"\\\"tables\\\"\",\"query\":null,\"show_type\":\"SHOW_UNQUALIFIED\",\"catalog_name\":"
        "\"\",\"schema_name\":\"\"}"))))
    HOSTILE_TABLE("(DESCRIBE \"" STORE "\")", NESTED("", STATEMENT(SELECT(STAR(NOWHERE),
        "{\"type\":\"SHOW_REF\",\"alias\":\"\",\"sample\":null,\"query_location\":18446744073709551615,\"ta"
        "ble_name\":\"\",\"query\":" SELECT(STAR(NOWHERE), TABLE(24, STORE))
        ",\"show_type\":\"DESCRIBE\",\"catalog_name\":\"\",\"schema_name\":\"\"}")), NONE))
    HOSTILE_TABLE("(SHOW TABLES)", NESTED("", STATEMENT(SELECT(STAR(NOWHERE),
        "{\"type\":\"SHOW_REF\",\"alias\":\"\",\"sample\":null,\"query_location\":18446744073709551615,\"ta"
        "ble_name\":\"\\\"tables\\\"\",\"query\":null,\"show_type\":\"SHOW_UNQUALIFIED\",\"catalog_name\":"
        "\"\",\"schema_name\":\"\"}")), NONE))
    HOSTILE("SELECT 1 FROM \"" STORE "\" LIMIT 10%",
        TREE(STATEMENT(SELECT_WITH("{\"type\":\"LIMIT_PERCENT_MODIFIER\",\"limit\":" INTEGER(59, 10)
        ",\"offset\":null}", NONE, INTEGER(7, 1), TABLE(14, STORE)))))
    HOSTILE_TABLE("duckdb_tables, (WITH duckdb_tables AS (SELECT 1) SELECT * FROM duckdb_tables) AS t",
        JOIN(NOWHERE, TABLE(14, "duckdb_tables"), NESTED("t", STATEMENT(SELECT_WITH(NONE,
        NAMED("duckdb_tables", STATEMENT(SELECT(INTEGER(60, 1), NO_TABLE))), STAR(70), TABLE(77,
        "duckdb_tables"))), NONE), JOINED("CROSS", NONE)))
    HOSTILE("WITH duckdb_tables AS (SELECT * FROM duckdb_tables) SELECT * FROM duckdb_tables",
        TREE(STATEMENT(SELECT_WITH(NONE, NAMED("duckdb_tables", STATEMENT(SELECT(STAR(30),
        TABLE(37, "duckdb_tables")))), STAR(59), TABLE(66, "duckdb_tables")))))
    HOSTILE("WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a",
        TREE(STATEMENT(SELECT_WITH(NONE, NAMED("a", STATEMENT(SELECT(STAR(18), TABLE(25, "b")))) ","
        NAMED("b", STATEMENT(SELECT(INTEGER(42, 1), NO_TABLE))), STAR(52), TABLE(59, "a")))))
    HOSTILE("WITH a AS (SELECT * FROM a) SELECT * FROM a",
        TREE(STATEMENT(SELECT_WITH(NONE, NAMED("a", STATEMENT(SELECT(STAR(18), TABLE(25, "a")))), STAR(35),
        TABLE(42, "a")))))
    HOSTILE_TABLE("(WITH a AS (SELECT 1) SELECT * FROM a) AS t, a", JOIN(NOWHERE, NESTED("t",
        STATEMENT(SELECT_WITH(NONE, NAMED("a", STATEMENT(SELECT(INTEGER(33, 1), NO_TABLE))), STAR(43),
        TABLE(50, "a"))), NONE), TABLE(59, "a"), JOINED("CROSS", NONE)))
    HOSTILE("WITH RECURSIVE a AS (SELECT * FROM a UNION ALL SELECT * FROM a) SELECT * FROM a",
        TREE(STATEMENT(SELECT_WITH(NONE, NAMED("a",
        STATEMENT("{\"type\":\"RECURSIVE_CTE_NODE\",\"modifiers\":[],\"cte_map\":{\"map\":[]},\"cte_name\":"
        "\"a\",\"union_all\":true,\"left\":" SELECT(STAR(28), TABLE(35, "a")) ",\"right\":" SELECT(STAR(54),
        TABLE(61, "a")) ",\"aliases\":[],\"key_targets\":[]}")), STAR(71), TABLE(78, "a")))))
    HOSTILE("WITH RECURSIVE a AS (SELECT * FROM c UNION ALL SELECT * FROM a) SELECT * FROM a",
        TREE(STATEMENT(SELECT_WITH(NONE, NAMED("a",
        STATEMENT("{\"type\":\"RECURSIVE_CTE_NODE\",\"modifiers\":[],\"cte_map\":{\"map\":[]},\"cte_name\":"
        "\"a\",\"union_all\":true,\"left\":" SELECT(STAR(28), TABLE(35, "c")) ",\"right\":" SELECT(STAR(54),
        TABLE(61, "a")) ",\"aliases\":[],\"key_targets\":[]}")), STAR(71), TABLE(78, "a")))))
    HOSTILE("SELECT (SELECT max(x) FROM read_csv('/etc/passwd') AS t(x)) FROM \"" STORE "\"",
        TREE(STATEMENT(SELECT(SUBQUERY(7, "SCALAR", STATEMENT(SELECT(CALL(15, "max", COLUMN(19, "x")),
        "{\"type\":\"TABLE_FUNCTION\",\"alias\":\"t\",\"sample\":null,\"query_location\":27,\"function\":"
        CALL(27, "read_csv", TEXT(36, "/etc/passwd"))
        ",\"column_name_alias\":[\"x\"],\"with_ordinality\":\"WITHOUT_ORDINALITY\"}")),
        NO_COMPARISON), TABLE(65, STORE)))))
    HOSTILE("SELECT 1 FROM \"" STORE "\" WHERE EXISTS (FROM glob('*'))",
        TREE(STATEMENT(SELECT_WHOLE(NONE, NONE, INTEGER(7, 1), TABLE(14, STORE), "\"where_clause\":"
        SUBQUERY(59, "EXISTS", STATEMENT(SELECT(STAR(0), TABLE_FUNCTION(72, CALL(72, "glob",
        TEXT(77, "*"))))), NO_COMPARISON) NO_GROUPS))))
    HOSTILE_CALL("list_transform", "[1], lambda x: getenv('a')", CALL_OF(23, "", "main", "list_value",
        INTEGER(23, 1))
        ",{\"class\":\"LAMBDA\",\"type\":\"LAMBDA\",\"alias\":\"\",\"query_location\":34,\"lhs\":"
        COLUMN(NOWHERE, "x") ",\"expr\":" CALL(37, "getenv", TEXT(44, "a")) "}", 55)
    HOSTILE("SELECT sum(getenv('a')) OVER () FROM \"" STORE "\"",
        TREE(STATEMENT(SELECT("{\"class\":\"WINDOW\",\"type\":\"WINDOW_AGGREGATE\",\"alias\":\"\",\"query_l"
        "ocation\":7,\"function_name\":\"sum\",\"schema\":\"\",\"catalog\":\"\",\"children\":[" CALL(11,
        "getenv", TEXT(18, "a"))
        "],\"partitions\":[],\"orders\":[],\"start\":\"UNBOUNDED_PRECEDING\",\"end\":\"CURRENT_ROW_RANGE\","
        "\"start_expr\":null,\"end_expr\":null,\"offset_expr\":null,\"default_expr\":null,\"ignore_nulls\":"
        "false,\"filter_expr\":null,\"exclude_clause\":\"NO_OTHER\",\"distinct\":false,\"arg_orders\":[]}",
        TABLE(37, STORE)))))
    HOSTILE("SELECT 1 FROM \"" STORE "\" ORDER BY getenv('a')",
        TREE(STATEMENT(SELECT_WITH("{\"type\":\"ORDER_MODIFIER\",\"orders\":[{\"type\":\"ORDER_DEFAULT\",\""
        "null_order\":\"ORDER_DEFAULT\",\"expression\":" CALL(62, "getenv", TEXT(69, "a")) "}]}", NONE,
        INTEGER(7, 1), TABLE(14, STORE)))))
    HOSTILE("SELECT 1 FROM \"" STORE "\" GROUP BY getenv('a')",
        TREE(STATEMENT(SELECT_WHOLE(NONE, NONE, INTEGER(7, 1), TABLE(14, STORE),
        "\"where_clause\":null,\"group_expressions\":[" CALL(62, "getenv", TEXT(69, "a"))
        "],\"group_sets\":[[0]],\"aggregate_handling\":\"STANDARD_HANDLING\",\"having\":null,\"sample\":nul"
        "l,\"qualify\":null"))))
    HOSTILE("SELECT 1 FROM \"" STORE "\" HAVING getenv('a') = ''",
        TREE(STATEMENT(SELECT_WHOLE(NONE, NONE, INTEGER(7, 1), TABLE(14, STORE),
        "\"where_clause\":null,\"group_expressions\":[],\"group_sets\":[],\"aggregate_handling\":\"STANDARD"
        "_HANDLING\",\"having\":" COMPARISON("COMPARE_EQUAL", 72, CALL(60, "getenv", TEXT(67, "a")),
        TEXT(74, "")) ",\"sample\":null,\"qualify\":null"))))
    HOSTILE("SELECT 1 FROM \"" STORE "\" LIMIT (SELECT count(*) FROM glob('*'))",
        TREE(STATEMENT(SELECT_WITH("{\"type\":\"LIMIT_MODIFIER\",\"limit\":" SUBQUERY(59, "SCALAR",
        STATEMENT(SELECT(CALL(67, "count_star", NONE), TABLE_FUNCTION(81, CALL(81, "glob",
        TEXT(86, "*"))))), NO_COMPARISON) ",\"offset\":null}", NONE,
        INTEGER(7, 1), TABLE(14, STORE)))))
    HOSTILE("SELECT count(*) FILTER (WHERE getenv('a') = '') FROM \"" STORE "\"",
        TREE(STATEMENT(SELECT("{\"class\":\"FUNCTION\",\"type\":\"FUNCTION\",\"alias\":\"\",\"query_locatio"
        "n\":7,\"function_name\":\"count_star\",\"schema\":\"\",\"children\":[],\"filter\":"
        COMPARISON("COMPARE_EQUAL", 42, CALL(30, "getenv", TEXT(37, "a")), TEXT(44, ""))
        ",\"order_bys\":{\"type\":\"ORDER_MODIFIER\",\"orders\":[]},\"distinct\":false,\"is_operator\":fals"
        "e,\"export_state\":false,\"catalog\":\"\"}", TABLE(53, STORE)))))
    HOSTILE("SELECT string_agg('a', ',' ORDER BY getenv('a')) FROM \"" STORE "\"",
        TREE(STATEMENT(SELECT("{\"class\":\"FUNCTION\",\"type\":\"FUNCTION\",\"alias\":\"\",\"query_locatio"
        "n\":7,\"function_name\":\"string_agg\",\"schema\":\"\",\"children\":[" TEXT(18, "a") ","
        TEXT(23, ",")
        "],\"filter\":null,\"order_bys\":{\"type\":\"ORDER_MODIFIER\",\"orders\":[{\"type\":\"ORDER_DEFAULT"
        "\",\"null_order\":\"ORDER_DEFAULT\",\"expression\":" CALL(36, "getenv", TEXT(43, "a"))
        "}]},\"distinct\":false,\"is_operator\":false,\"export_state\":false,\"catalog\":\"\"}",
        TABLE(54, STORE)))))
    HOSTILE("VALUES (getenv('a'))",
        TREE(STATEMENT(SELECT(STAR(NOWHERE),
        "{\"type\":\"EXPRESSION_LIST\",\"alias\":\"valueslist\",\"sample\":null,\"query_location\":18446744"
        "073709551615,\"expected_names\":[],\"expected_types\":[],\"values\":[[" CALL(8, "getenv",
        TEXT(15, "a")) "]]}"))))
    HOSTILE("SELECT * LIKE 'a%%' FROM \"" STORE "\"",
        TREE(STATEMENT(SELECT(OPERATOR_CALL(9, "~~", STAR(7) "," TEXT(14, "a%%")), TABLE(25, STORE)))))
    HOSTILE("SELECT 1 FROM \"" STORE "\" AS t ORDER BY t.*",
        TREE(STATEMENT(SELECT_WITH("{\"type\":\"ORDER_MODIFIER\",\"orders\":[{\"type\":\"ORDER_DEFAULT\",\""
        "null_order\":\"ORDER_DEFAULT\",\"expression\":{\"class\":\"STAR\",\"type\":\"STAR\",\"alias\":\"\""
        ",\"query_location\":67,\"relation_name\":\"t\",\"exclude_list\":[],\"replace_list\":[],\"columns\""
        ":false,\"expr\":null,\"qualified_exclude_list\":[],\"rename_list\":[]}}]}", NONE, INTEGER(7, 1),
        TABLE_AS(14, STORE, "t")))))
    HOSTILE("SELECT 1 UNION ALL SELECT getenv('a')",
        TREE(STATEMENT("{\"type\":\"SET_OPERATION_NODE\",\"modifiers\":[],\"cte_map\":{\"map\":[]},\"setop_"
        "type\":\"UNION\",\"left\":" SELECT(INTEGER(7, 1), NO_TABLE) ",\"right\":" SELECT(CALL(26, "getenv",
        TEXT(33, "a")), NO_TABLE) ",\"setop_all\":true}")))
    HOSTILE("SELECT 1 FROM \"" STORE "\" JOIN glob('*') ON true",
        TREE(STATEMENT(SELECT(INTEGER(7, 1), JOIN(53, TABLE(14, STORE), TABLE_FUNCTION(58, CALL(58, "glob",
        TEXT(63, "*"))),
        "\"condition\":{\"class\":\"CAST\",\"type\":\"OPERATOR_CAST\",\"alias\":\"\",\"query_location\":184"
        "46744073709551615,\"child\":" TEXT(71, "t")
        ",\"cast_type\":{\"id\":\"BOOLEAN\",\"type_info\":null},\"try_cast\":false},\"join_type\":\"INNER\""
        ",\"ref_type\":\"REGULAR\",\"using_columns\":[]")))))
    HOSTILE("SELECT CASE WHEN true THEN getenv('a') END FROM \"" STORE "\"",
        TREE(STATEMENT(SELECT("{\"class\":\"CASE\",\"type\":\"CASE_EXPR\",\"alias\":\"\",\"query_location\""
        ":7,\"case_checks\":[{\"when_expr\":{\"class\":\"CAST\",\"type\":\"OPERATOR_CAST\",\"alias\":\"\","
        "\"query_location\":18446744073709551615,\"child\":" TEXT(17, "t")
        ",\"cast_type\":{\"id\":\"BOOLEAN\",\"type_info\":null},\"try_cast\":false},\"then_expr\":" CALL(27,
        "getenv", TEXT(34, "a"))
        "}],\"else_expr\":{\"class\":\"CONSTANT\",\"type\":\"VALUE_CONSTANT\",\"alias\":\"\",\"query_locati"
        "on\":18446744073709551615,\"value\":{\"type\":{\"id\":\"NULL\",\"type_info\":null},\"is_null\":tru"
        "e}}}", TABLE(48, STORE)))))
    HOSTILE("SELECT 1 FROM \"" STORE "\" a POSITIONAL JOIN \"" STORE "\" b WHERE getenv('a') = ''",
        TREE(STATEMENT(SELECT_WHOLE(NONE, NONE, INTEGER(7, 1), JOIN(55, TABLE_AS(14, STORE, "a"),
        TABLE_AS(71, STORE, "b"), JOINED("POSITIONAL", NONE)),
        "\"where_clause\":" COMPARISON("COMPARE_EQUAL", 130, CALL(118, "getenv", TEXT(125, "a")),
        TEXT(132, "")) NO_GROUPS))))
    HOSTILE_NO_SELECT("COPY (SELECT 1) TO '/tmp/x'")
    HOSTILE_NO_SELECT("ATTACH '/tmp/x.db'")
    HOSTILE_NO_SELECT("INSTALL httpfs")
    HOSTILE_NO_SELECT("LOAD httpfs")
    HOSTILE_NO_SELECT("SET memory_limit = '100GB'")
    HOSTILE_NO_SELECT("PRAGMA database_list")
    HOSTILE_NO_SELECT("CREATE TABLE x AS SELECT 1")
    HOSTILE_NO_SELECT("INSERT INTO x SELECT 1")
    HOSTILE_NO_SELECT("DROP VIEW x")
    HOSTILE_NO_SELECT("CALL enable_logging()")
    HOSTILE_NO_SELECT("EXPORT DATABASE 'x'")
    HOSTILE_NO_SELECT("CHECKPOINT")
    HOSTILE_NO_SELECT("EXPLAIN SELECT 1")
    HOSTILE("SELECT 1; SELECT 2",
        TREE(STATEMENT(SELECT(INTEGER(7, 1), NO_TABLE)) "," STATEMENT(SELECT(INTEGER(17, 2), NO_TABLE))))
    HOSTILE("SELECT 1 FROM",
        "{\"error\":true,\"error_type\":\"parser\",\"error_message\":\"syntax error at end of input\",\"err"
        "or_subtype\":\"SYNTAX_ERROR\",\"position\":\"13\"}")
    HOSTILE_NO_SELECT("CREATE SECRET x (TYPE s3)")
    HOSTILE_NO_SELECT("PREPARE x AS SELECT 1")
    HOSTILE_NO_SELECT("BEGIN")
};
