/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters in the place of '?': none of them becomes more of the statement than a value. */
#include "lakeapi/query.h"
#include "support/tap.h"

static struct arena arena;
static struct api_call call;

/* Fill `statement`; its text where that is possible, else the message. */
static struct str fill(const char *statement, const char *first, const char *second) {
    struct str values[] = {str_from(first == NULL ? "" : first), str_from(second == NULL ? "" : second)};
    struct aws_list parameters = {true, (size_t)(first != NULL) + (second != NULL), values};
    struct str filled = STR_EMPTY;
    call = (struct api_call){.arena = &arena};
    return lakeapi_query_fill(&call, str_from(statement), &parameters, &filled) ? filled : call.fault.message;
}

static bool fills(const char *statement, const char *first, const char *second, const char *expected) {
    struct str filled = fill(statement, first, second);
    if (!str_is(filled, expected))
        printf("# %.*s\n", STR(filled));
    return str_is(filled, expected);
}

static void numbers_and_ids_stand_as_they_are_and_texts_in_quotes(void) {
    EXPECT(fills("SELECT a FROM ? LIMIT ?", "1c6a2a4e-5f6b-4f0e-9d1e-2a7c1d4e8f00", "10",
        "SELECT a FROM 1c6a2a4e-5f6b-4f0e-9d1e-2a7c1d4e8f00 LIMIT 10"));
    EXPECT(fills("WHERE a = ? AND b = ?", "x", "1 OR 1", "WHERE a = 'x' AND b = '1 OR 1'"));
    EXPECT(fills("WHERE a > '?'", "2026-01-01 00:00:00", NULL, "WHERE a > '2026-01-01 00:00:00'"));
    EXPECT(fills("WHERE a = ?", "", NULL, "WHERE a = ''"));
}

static void a_quote_in_a_value_ends_no_text(void) {
    EXPECT(fills("WHERE a = ?", "x' OR 'a' = 'a", NULL, "WHERE a = 'x'' OR ''a'' = ''a'"));
    EXPECT(fills("WHERE a = '?' AND b = '?'", "'", "''", "WHERE a = '''' AND b = ''''''"));
    EXPECT(fills("WHERE a = 'it''s ?' OR b = ?", "1", "2", "WHERE a = 'it''s 1' OR b = 2"));
}

static void comments_and_quoted_names_take_no_parameter(void) {
    EXPECT(fills("SELECT /* it's ? */ \"?\" FROM a WHERE b = ?", "x", NULL,
        "SELECT /* it's ? */ \"?\" FROM a WHERE b = 'x'"));
    EXPECT(
        fills("SELECT a -- what's this?\nWHERE b = ?", "x", NULL, "SELECT a -- what's this?\nWHERE b = 'x'"));
    EXPECT(fills("WHERE a = '--?' AND b = ?", "1", "2", "WHERE a = '--1' AND b = 2"));
    EXPECT(fills("/*/ ? */ WHERE a = ? /**/ AND b = ?", "1", "2", "/*/ ? */ WHERE a = 1 /**/ AND b = 2"));
    EXPECT(fills("/***/ a = ? /* /* ? **/ - ?", "1", "2", "/***/ a = 1 /* /* ? **/ - 2"));
}

static void as_many_values_as_places_are_needed(void) {
    EXPECT(fills("a = ?", NULL, NULL, "The query takes 1 query parameters; 0 were specified."));
    EXPECT(fills("a = ?", "1", "2", "The query takes 1 query parameters; 2 were specified."));
    EXPECT(str_is(str_from(call.fault.code), "InvalidParameterException"));
}

int main(void) {
    TEST(numbers_and_ids_stand_as_they_are_and_texts_in_quotes);
    TEST(a_quote_in_a_value_ends_no_text);
    TEST(comments_and_quoted_names_take_no_parameter);
    TEST(as_many_values_as_places_are_needed);
    arena_finish(&arena);
    return tap_done();
}
