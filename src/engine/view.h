/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view: an event data store as a view over its files: the Lake's columns, and those that are computed.
 *
 * Threads: any.
 */
#pragma once

#include "base/buf.h"
#include "engine/engine.h"

/* Append CREATE VIEW for the table; `root` is the data folder. */
void engine_view_append(struct buf *buf, struct str root, const struct engine_table *table);
