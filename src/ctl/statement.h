/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statement: a query as it is typed. The table `events` (or $EDS_ID, as AWS's examples have it) stands for a
 * store whose id is filled in before it is sent; places in messages are those of what was typed, shown with a
 * caret below it. Private to ctl.
 */
#pragma once

#include "base/arena.h"
#include "base/str.h"

struct ctl_statement {
    struct str text; /* as typed */
    struct str sent; /* with the id: */
    struct str store_id;
    struct ctl_statement_piece *pieces;
    size_t piece_count;
};

/* Does a FROM or JOIN name `events` or $EDS_ID? Where the statement defines its own (WITH events AS), none
 * does. */
bool ctl_statement_names_events(struct str text);

/* Put the id of a store in their places. Both texts live in the arena. */
void ctl_statement_fill(
    struct arena *arena, struct str text, struct str store_id, struct ctl_statement *ret_statement);

/* Where in the typed text the byte is that a message of the form "...line 2:7: what" means, whose lines and
 * columns are those of what was sent; false where it says no place. `ret_what` is a part of the message. */
bool ctl_statement_place(
    const struct ctl_statement *statement, struct str message, size_t *ret_offset, struct str *ret_what);

/* Print an error on standard error, with `events` where it names the id; where it says "line 1:8: ...", of
 * what was sent, that part of the statement is shown. */
void ctl_statement_print_fault(const struct ctl_statement *statement, struct str message);
