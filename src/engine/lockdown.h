/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lockdown: what a worker may still do once it knows its job.
 *
 * Threads: while the worker has one.
 */
#pragma once

#include "worker.h"

/* Limits, files, system calls, in this order. ERROR_UNAVAILABLE where the kernel cannot, unless the job
 * allows a worker without; then what can be done is done. */
NODISCARD bool engine_lock_down(struct engine_worker *worker, struct error *error);
