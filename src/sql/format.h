/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format: literals with a grammar of their own, as the engine has them. ERROR_INVALID for what is not
 * covered; a full buffer shows in the buffer. Threads: any.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"

/* Formats of times for the engine's strftime() and strptime(): those of date_format() (MySQL's) and of
 * format_datetime() (Joda's). */
NODISCARD bool sql_format_mysql(struct str format, struct buf *buf, struct error *error);
NODISCARD bool sql_format_joda(struct str format, bool is_parsed, struct buf *buf, struct error *error);

/* A JSON path: $.a.b[0]["a b"]['x'] as $."a"."b"[0]."a b"."x". */
NODISCARD bool sql_json_path(struct str path, struct buf *buf, struct error *error);
