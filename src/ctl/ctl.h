/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl: the subcommands for people: demo, import, insights, key, lookup, query, status, tail, verify.
 * They are plain clients of a daemon's public API, but for insights and `query --path`, which read archives;
 * with
 * --data and no daemon running, lookup and status open the stores read-only.
 *
 * Threads: the main thread only.
 */
#pragma once

#include <stdbool.h>

/* Exit codes of every subcommand, as docs/operations/run.md tells them. */
enum { CTL_DONE = 0, CTL_FAILED = 1, CTL_USAGE = 2, CTL_PARTIAL = 3, CTL_CANCELLED = 130 };

/* Run `cairn argv[0] ...`; `ret_exit` is the exit code. False where argv[0] is no subcommand. */
bool ctl_run(int argc, char **argv, int *ret_exit);

/* One line per subcommand, for `cairn --help`. */
void ctl_print_commands(void);
