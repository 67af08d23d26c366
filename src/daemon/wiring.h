/* SPDX-License-Identifier: Apache-2.0 */
/* wiring: builds every object in the order of src/LAYERS, hands each what it borrows, runs, and
 * takes all down in reverse. Threads: the main thread. */
#pragma once

#include "base/error.h"

struct options;

/* Run the daemon until SIGTERM or SIGINT; `program` is how it was called. False with a message that says
 * what to repair. */
NODISCARD bool daemon_run(const struct options *options, const char *program, struct error *error);
