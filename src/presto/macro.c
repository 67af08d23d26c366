/* SPDX-License-Identifier: Apache-2.0 */
/* macro.c: the settings, and the macros that a statement needs. */
#include "rewriter.h"

const char presto_settings[] = "SET TimeZone = 'UTC';\n"
                               "SET integer_division = true;\n" /* 5 / 2 is 2 */
                               "SET lambda_syntax = 'DISABLE_SINGLE_ARROW';\n";

static const struct {
    const char *name, *parameters, *body;
} macros[] = {
#define MACRO(name, parameters, body) {name, parameters, body},
#include "macro_table.h"
#undef MACRO
};

enum { MACRO_COUNT = sizeof(macros) / sizeof(macros[0]) };

bool presto_is_macro(struct str name) {
    for (size_t i = 0; i < MACRO_COUNT; i++)
        if (str_is(name, macros[i].name))
            return true;
    return false;
}

static bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Mark what the text calls, and what that calls. The table has no cycles. */
static void mark(struct str text, bool marked[]) {
    size_t at = 0;
    for (;;) {
        size_t found = str_find(str_slice(text, at, SIZE_MAX), STR_LITERAL("presto_"));
        if (found == SIZE_MAX)
            return;
        size_t begin = at + found, end = begin;
        while (end < text.size && is_name(text.data[end]))
            end++;
        struct str name = str_slice(text, begin, end - begin);
        for (size_t i = 0; i < MACRO_COUNT; i++) {
            if (marked[i] || !str_is(name, macros[i].name))
                continue;
            marked[i] = true;
            mark(str_from(macros[i].body), marked);
        }
        at = end;
    }
}

/* Overloads of a name stand in one statement: rows of it are neighbours. */
static void append_macro(struct buf *buf, size_t index) {
    bool is_first = index == 0 || !str_is(str_from(macros[index].name), macros[index - 1].name);
    bool is_last = index + 1 == MACRO_COUNT || !str_is(str_from(macros[index].name), macros[index + 1].name);
    if (is_first)
        buf_append_format(buf, "CREATE TEMP MACRO %s", macros[index].name);
    buf_append_format(
        buf, "%s %s AS (%s)", is_first ? "" : ",", macros[index].parameters, macros[index].body);
    buf_append_text(buf, is_last ? ";\n" : "");
}

struct str presto_macros_of(struct arena *arena, struct str sql) {
    bool marked[MACRO_COUNT] = {false};
    mark(sql, marked);
    SCOPED(buf_finish) struct buf buf = BUF_INIT(BUF_UNBOUNDED);
    for (size_t i = 0; i < MACRO_COUNT; i++)
        if (marked[i])
            append_macro(&buf, i);
    return arena_str(arena, buf_str(&buf));
}
