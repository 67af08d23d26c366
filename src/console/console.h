/* SPDX-License-Identifier: Apache-2.0 */
/*
 * console: the web console's files, served as they were built: from the binary, where they are embedded
 * (-Dconsole), else from a pack beside it that may come while the daemon runs. No private door: the console
 * is a client of the public API.
 *
 * Every answer carries a Content-Security-Policy under which nothing but the console's own files runs, and an
 * ETag; paths that name no file are the program's own addresses and get its page.
 *
 * Format:  docs/formats/console-pack.md
 * Threads: any.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

struct console;
struct http_service;

enum { CONSOLE_PACK_BYTES_MAX = 64 << 20, CONSOLE_FILES_MAX = 4096 };

struct console_options {
    const char *pack; /* path of a pack to serve instead of an embedded one; NULL or empty: beside the
                         program, where none is embedded */
};
struct console *console_create(const struct console_options *options);
void console_destroy(struct console *console); /* NULL is fine */

/* Answers GET and HEAD below /console/. */
const struct http_service *console_service(struct console *console);
