/* SPDX-License-Identifier: Apache-2.0 */
/* function.c: the tables of functions. */
#include "base/check.h"

#include "rewriter.h"

#define CALL(name, least, most, text, kind)        {name, least, most, text, NULL, KIND_##kind, NULL},
#define SPECIAL(name, least, most, function, kind) {name, least, most, NULL, function, KIND_##kind, NULL},
#define REFUSED(name, why)                         {name, 0, 128, NULL, NULL, KIND_ANY, why},
static const struct presto_function functions[] = {
#include "function_table.h"
};
#undef CALL
#undef SPECIAL
#undef REFUSED

enum { FUNCTION_COUNT = sizeof(functions) / sizeof(functions[0]) };

#define ENGINE(name) name,
static const char *const engine_functions[] = {
#include "engine_function_table.h"
};
#undef ENGINE

const struct presto_function *presto_function_find(struct str name, size_t argument_count) {
    const struct presto_function *found = NULL;
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        if (!str_equals_ignoring_case(name, str_from(functions[i].name)))
            continue;
        found = &functions[i];
        if (argument_count >= found->least && argument_count <= found->most)
            break;
    }
    return found;
}

bool presto_engine_function_known(struct str name) {
    if (presto_is_macro(name))
        return true;
    for (size_t i = 0; i < FUNCTION_COUNT; i++)
        if (functions[i].text != NULL && str_is(name, functions[i].text))
            return true;
    for (size_t i = 0; i < sizeof(engine_functions) / sizeof(engine_functions[0]); i++)
        if (str_is(name, engine_functions[i]))
            return true;
    return false;
}

size_t presto_functions(const struct presto_function_note **ret_notes) {
#define CALL(name, least, most, text, kind)        {name, NULL},
#define SPECIAL(name, least, most, function, kind) {name, NULL},
#define REFUSED(name, why)                         {name, why},
    static const struct presto_function_note notes[] = {
#include "function_table.h"
    };
    *ret_notes = notes;
    return sizeof(notes) / sizeof(notes[0]);
}
