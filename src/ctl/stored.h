/* SPDX-License-Identifier: Apache-2.0 */
/* stored: the stores of a stopped daemon, opened read-only. Private to ctl. */
#pragma once

#include "event_source.h"

struct ctl_stored;

/* Opens catalog, journal and history in `data` and reads what history had not sealed from the journal.
 * Account and region empty: those with the most events. */
NODISCARD struct ctl_stored *ctl_stored_open(
    struct str data, struct str account, struct str region, struct error *error);
void ctl_stored_close(struct ctl_stored *stored); /* NULL is fine */
NODISCARD bool ctl_stored_page(struct ctl_stored *stored, const struct ctl_search *search,
    struct ctl_event_printer *printer, size_t *ret_count, bool *ret_has_more, struct error *error);

/* Positions and sizes, for `cairn status`. */
struct ctl_stored_status {
    uint64_t journal_position, journal_bytes, sealed_position;
    struct history_stats history;
};
void ctl_stored_status(struct ctl_stored *stored, struct ctl_stored_status *ret_status);
