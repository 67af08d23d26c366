/* SPDX-License-Identifier: Apache-2.0 */
/* place: where an event goes: folder, region rules, and the key of a log file. Pure; threads: any. */
#pragma once

#include "base/buf.h"
#include "base/time.h"
#include "catalog/trails.h"
#include "event/selector.h"

enum { DELIVERY_UNIQUE_SIZE = 16 };

/* The folder under the account for events of that category; NULL where none is delivered. */
const char *delivery_place_folder(enum event_category category);

/* Does the version deliver that event: account, region, global rule, category and selectors? */
bool delivery_place_wants(const struct catalog_version *version, const struct event_selectors *selectors,
    const struct event_envelope *envelope);

/* The version's selectors; the caller destroys them. */
NODISCARD bool delivery_place_parse_selectors(
    const struct catalog_version *version, struct event_selectors **ret_selectors, struct error *error);

/* The timestamp of a file that is closed at `now`: for intervals of 5 minutes and more rounded up to
 * the next 5 minutes as AWS does, for shorter ones the minute itself. */
struct moment delivery_place_stamp(struct moment now, int64_t interval_ms);

/* 16 characters of A-Z a-z 0-9 from random bytes, evenly. */
void delivery_place_unique(char ret_unique[DELIVERY_UNIQUE_SIZE]);

/* [prefix/]AWSLogs/<account>/<folder>/<region>/<Y>/<M>/<D>/<account>_<folder>_<region>_<stamp>_<unique>.json.gz
 */
struct delivery_name {
    struct str prefix, account, folder, region;
    struct moment stamp;
    struct str unique;
};
void delivery_place_append_key(struct buf *buf, const struct delivery_name *name);
