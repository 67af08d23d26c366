/* SPDX-License-Identifier: Apache-2.0 */
/* csv: rows as RFC 4180 text. Pure; threads: any. */
#pragma once

#include "base/buf.h"

/* Append one line of `count` values: quoted where they need it, an empty text as "", a null (data NULL) as
 * nothing. Athena quotes all; what Lake does is not documented, and every reader of CSV takes both. */
void queries_csv_append(struct buf *buf, const struct str *values, size_t count);
