/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault: what the library says of a user's statement, in the user's terms: the place in the user's own text.
 *
 * Threads: the worker's own.
 */
#pragma once

#include "base/error.h"
#include "codec/json.h"
#include "presto/presto.h"

/* Make the library's message (errors_as_json) an error; returns false. ERROR_INVALID "line 1:8: ...", or
 * ERROR_LIMIT for want of memory, ERROR_IO for files that cannot be read. */
bool engine_fault_tell(struct json_parser *parser, const struct presto_statement *statement,
    const char *message, struct error *error);

/* The same of a statement that could not be parsed, as json_serialize_sql() tells. */
bool engine_fault_tell_parse(
    const struct presto_statement *statement, struct json_value answer, struct error *error);
