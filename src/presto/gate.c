/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate.c: reads the engine's own syntax tree of a rewritten statement, and lets pass what it knows. What the
 * rewriter misread, the engine reads here as it will run it, so this, not the rewriter, keeps a statement
 * to its stores:
 *
 * 1. one statement, a SELECT;
 * 2. a table is a store that the statement names, or a WITH of its own that is visible at the place, never a
 *    table function, view, file or table of the engine;
 * 3. every function is on the list, in no schema of its own;
 * 4. what is on none of the lists below (nodes, classes of expressions, types) is refused.
 */
#include "rewriter.h"

struct scope { /* a name of a WITH */
    struct str name;
    const struct scope *outer;
};

struct gate {
    const struct presto_statement *statement;
    struct error *error;
    size_t nodes, depth;
    size_t star_depth; /* of the items of the SELECT that is read: only there is a * one of Presto's */
    uint64_t location; /* of the nearest node that has one, in the rewritten text */
};

static const char expression_types[] =
    "VALUE_CONSTANT COLUMN_REF FUNCTION OPERATOR_CAST ARRAY_EXTRACT STRUCT_EXTRACT ARRAY_CONSTRUCTOR "
    "COMPARE_EQUAL COMPARE_NOTEQUAL COMPARE_LESSTHAN COMPARE_GREATERTHAN COMPARE_LESSTHANOREQUALTO "
    "COMPARE_GREATERTHANOREQUALTO COMPARE_IN COMPARE_NOT_IN COMPARE_DISTINCT_FROM COMPARE_NOT_DISTINCT_FROM "
    "COMPARE_BETWEEN COMPARE_NOT_BETWEEN CONJUNCTION_AND CONJUNCTION_OR OPERATOR_NOT OPERATOR_IS_NULL "
    "OPERATOR_IS_NOT_NULL OPERATOR_COALESCE OPERATOR_NULLIF OPERATOR_TRY CASE_EXPR SUBQUERY LAMBDA STAR "
    "GROUPING_FUNCTION WINDOW_AGGREGATE WINDOW_RANK WINDOW_RANK_DENSE WINDOW_NTILE WINDOW_PERCENT_RANK "
    "WINDOW_CUME_DIST WINDOW_ROW_NUMBER WINDOW_FIRST_VALUE WINDOW_LAST_VALUE WINDOW_LEAD WINDOW_LAG "
    "WINDOW_NTH_VALUE";

static const char node_types[] =
    "SELECT_NODE SET_OPERATION_NODE RECURSIVE_CTE_NODE CTE_NODE BASE_TABLE SUBQUERY JOIN EXPRESSION_LIST "
    "EMPTY "
    "ORDER_MODIFIER LIMIT_MODIFIER DISTINCT_MODIFIER ORDER_DEFAULT ASCENDING DESCENDING DECIMAL_TYPE_INFO "
    "LIST_TYPE_INFO STRUCT_TYPE_INFO";

static const char type_ids[] =
    "BOOLEAN TINYINT SMALLINT INTEGER BIGINT HUGEINT UBIGINT FLOAT DOUBLE DECIMAL VARCHAR BLOB DATE TIME "
    "TIMESTAMP INTERVAL UUID LIST MAP STRUCT NULL INTEGER_LITERAL STRING_LITERAL";

static bool is_listed(const char *list, struct str word) {
    struct str rest = str_from(list);
    while (rest.size > 0)
        if (str_equals(str_cut(&rest, ' '), word))
            return true;
    return false;
}

static bool refuse(const struct gate *gate, const char *what, struct str name) {
    struct sql_place place = presto_place(gate->statement, (size_t)gate->location);
    return error_set(gate->error, ERROR_INVALID, "line %u:%u: %s%s%.*s", place.line, place.column, what,
        name.size > 0 ? ": " : "", name.size < 100 ? (int)name.size : 100, name.data);
}

/* JSON is a type of an extension, so the tree has its name only. */
static bool is_json_type(struct json_value info) {
    return str_equals_ignoring_case(json_text(json_get(info, "name")), STR_LITERAL("json")) &&
           json_text(json_get(info, "schema")).size == 0 && json_text(json_get(info, "catalog")).size == 0 &&
           json_count(json_get(info, "user_type_modifiers")) == 0;
}

static bool is_known_type(struct json_value object, struct str id) {
    if (str_is(id, "UNBOUND"))
        return is_json_type(json_get(object, "type_info"));
    return is_listed(type_ids, id) || str_is(id, "TIMESTAMP WITH TIME ZONE");
}

static bool is_null(struct json_value value) {
    return json_kind(value) == JSON_NULL;
}

static bool check_value(struct gate *gate, struct json_value value, const struct scope *scope);

static bool check_table(const struct gate *gate, struct json_value table, const struct scope *scope) {
    struct str name = json_text(json_get(table, "table_name"));
    if (json_text(json_get(table, "schema_name")).size > 0 ||
        json_text(json_get(table, "catalog_name")).size > 0)
        return refuse(gate, "tables have no qualified names", name);
    if (!is_null(json_get(table, "at_clause")))
        return refuse(gate, "this is not covered", name);
    for (const struct scope *i = scope; i != NULL; i = i->outer)
        if (str_equals_ignoring_case(i->name, name))
            return true;
    for (size_t i = 0; i < gate->statement->table_count; i++)
        if (str_equals(gate->statement->tables[i], name))
            return true;
    return refuse(gate, "there is no such event data store", name);
}

static bool check_function(const struct gate *gate, struct json_value function) {
    struct str name = json_text(json_get(function, "function_name"));
    struct str schema = json_text(json_get(function, "schema"));
    if (json_text(json_get(function, "catalog")).size > 0 || (schema.size > 0 && !str_is(schema, "main")))
        return refuse(gate, "functions have no qualified names", name);
    return presto_engine_function_known(name) || refuse(gate, "this function is not covered", name);
}

static bool check_star(const struct gate *gate, struct json_value star) {
    bool is_columns = false;
    if (gate->depth != gate->star_depth)
        return refuse(gate, "* is not expected here", STR_EMPTY);
    if (!json_boolean(json_get(star, "columns"), &is_columns) || is_columns ||
        !is_null(json_get(star, "expr")))
        return refuse(gate, "COLUMNS is not covered", STR_EMPTY);
    static const char *const lists[] = {
        "exclude_list", "replace_list", "qualified_exclude_list", "rename_list"};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        if (json_count(json_get(star, lists[i])) > 0)
            return refuse(gate, "* takes no list", STR_EMPTY);
    return true;
}

static bool check_expression(const struct gate *gate, struct json_value expression) {
    struct str type = json_text(json_get(expression, "type"));
    if (!is_listed(expression_types, type))
        return refuse(gate, "this expression is not covered", type);
    if (str_is(type, "STAR"))
        return check_star(gate, expression);
    bool is_call = json_exists(json_get(expression, "function_name"));
    return !is_call || check_function(gate, expression);
}

/* What stands in an object besides its members' own members. */
static bool check_object(struct gate *gate, struct json_value object, const struct scope *scope) {
    uint64_t location = 0;
    if (json_u64(json_get(object, "query_location"), &location) && location <= gate->statement->sql.size)
        gate->location = location;
    struct json_value type = json_get(object, "type"), id = json_get(object, "id");
    struct str name = STR_EMPTY;
    if (json_string(id, &name) && !is_known_type(object, name))
        return refuse(gate, "this type is not covered", name);
    if (json_exists(json_get(object, "class")))
        return check_expression(gate, object);
    if (!json_string(type, &name))
        return true;
    if (str_is(name, "UNBOUND_TYPE_INFO") ? !is_json_type(object) : !is_listed(node_types, name))
        return refuse(gate, "this is not covered", name);
    struct json_value sample = json_get(object, "sample"), qualify = json_get(object, "qualify");
    if (!is_null(sample) || !is_null(qualify))
        return refuse(gate, "samples and QUALIFY are not covered", STR_EMPTY);
    return !str_is(name, "BASE_TABLE") || check_table(gate, object, scope);
}

/* Names that the engine gives a meaning where no WITH of that name is visible. */
static bool is_reserved_name(struct str name) {
    static const char *const prefixes[] = {"duckdb_", "pragma_", "pg_", "sqlite_"};
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        struct str prefix = str_from(prefixes[i]);
        if (str_equals_ignoring_case(str_slice(name, 0, prefix.size), prefix))
            return true;
    }
    return false;
}

static bool check_members(struct gate *gate, struct json_value object, const struct scope *scope) {
    struct json_iterator iterator = json_iterate(object);
    size_t outer = gate->star_depth;
    bool is_fine = true;
    while (is_fine && json_next(&iterator)) {
        gate->star_depth = str_is(iterator.key, "select_list") ? gate->depth + 2 : outer;
        is_fine = str_is(iterator.key, "cte_map") || check_value(gate, iterator.value, scope);
    }
    gate->star_depth = outer;
    return is_fine;
}

/* The query of one WITH. A recursive one sees itself, but for the part that it begins with. */
static bool check_with(
    struct gate *gate, struct json_value with, const struct scope *scope, const struct scope *own) {
    struct json_value query = json_get(with, "query"), node = json_get(query, "node");
    if (!str_is(json_text(json_get(node, "type")), "RECURSIVE_CTE_NODE"))
        return check_value(gate, with, scope);
    struct json_iterator iterator = json_iterate(node);
    while (json_next(&iterator))
        if (!check_value(gate, iterator.value, str_is(iterator.key, "right") ? own : scope))
            return false;
    return check_object(gate, node, scope);
}

/* The rest of the entries of a WITH, and then what it stands before: each sees the names before its own. */
static bool check_withs(
    struct gate *gate, struct json_iterator *entries, struct json_value object, const struct scope *scope) {
    if (!json_next(entries))
        return check_members(gate, object, scope);
    struct scope own = {json_text(json_get(entries->value, "key")), scope};
    if (is_reserved_name(own.name))
        return refuse(gate, "this name is reserved", own.name);
    return check_with(gate, json_get(entries->value, "value"), scope, &own) &&
           check_withs(gate, entries, object, &own);
}

static bool check_value(struct gate *gate, struct json_value value, const struct scope *scope) {
    enum json_kind kind = json_kind(value);
    if (kind != JSON_OBJECT && kind != JSON_ARRAY)
        return true;
    if (++gate->nodes > PRESTO_NODES_MAX || gate->depth >= PRESTO_TREE_DEPTH_MAX)
        return error_set(gate->error, ERROR_LIMIT, "line 1:1: the statement is too complex");
    gate->depth++;
    uint64_t location = gate->location;
    bool is_fine = kind == JSON_ARRAY || check_object(gate, value, scope);
    struct json_iterator entries = json_iterate(json_get(json_get(value, "cte_map"), "map"));
    is_fine = is_fine && check_withs(gate, &entries, value, scope);
    gate->location = location;
    gate->depth--;
    return is_fine;
}

bool presto_check_tree(
    const struct presto_statement *statement, struct json_value tree, struct error *error) {
    struct gate gate = {.statement = statement, .error = error};
    struct json_value statements = json_get(tree, "statements");
    bool has_error = true;
    if (!json_boolean(json_get(tree, "error"), &has_error) || has_error) {
        struct str reason = json_text(json_get(tree, "error_message"));
        uint64_t position = 0;
        if (json_u64(json_get(tree, "position"), &position) ||
            str_to_u64(json_text(json_get(tree, "position")), &position))
            gate.location = position < statement->sql.size ? position : statement->sql.size;
        return refuse(&gate, "syntax error", reason);
    }
    if (json_kind(statements) != JSON_ARRAY || json_count(statements) != 1)
        return refuse(&gate, "one statement only", STR_EMPTY);
    struct json_iterator iterator = json_iterate(statements);
    if (!json_next(&iterator) || json_kind(json_get(iterator.value, "node")) != JSON_OBJECT)
        return refuse(&gate, "only SELECT statements are allowed", STR_EMPTY);
    return check_value(&gate, tree, NULL);
}
