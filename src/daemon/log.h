/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log: one line per thing that happened, `time=... level=... event=... message="..."`, on
 * standard error. Only the daemon's loops log; everything below returns its errors.
 *
 * Threads: any; a line is written whole.
 */
#pragma once

#include "base/error.h"

#include "log_event_table.h"

#define LOG_EVENT_ID(id, level, meaning) LOG_##id,
enum log_event { LOG_EVENT_TABLE(LOG_EVENT_ID) };

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

/* "debug", "info", "warning", "error"; false for anything else. */
bool daemon_log_set_level(const char *name);

/* Secrets never belong in the message. */
void daemon_log(enum log_event event, const char *format, ...) PRINTF(2, 3);
