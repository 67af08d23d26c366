/* SPDX-License-Identifier: Apache-2.0 */
/* A message up to the first line's end, then a statement: the id goes where it belongs, and places are in the
 * text. */
#include "base/check.h"
#include "base/own.h"
#include "ctl/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str text = bytes_str(bytes_of(data, size)), message = str_cut(&text, '\n'), what;
    struct ctl_statement statement;
    size_t at = 0;
    bool names_events = ctl_statement_names_events(text);
    ctl_statement_fill(&arena, text, STR_LITERAL("00000000-0000-0000-0000-000000000000"), &statement);
    ASSERT(str_equals(statement.text, text));
    ASSERT(names_events ? statement.sent.size > text.size : str_equals(statement.sent, text));
    ASSERT(!names_events || !ctl_statement_names_events(statement.sent));
    if (ctl_statement_place(&statement, message, &at, &what))
        ASSERT(at <= text.size && what.size < message.size);
    return 0;
}
