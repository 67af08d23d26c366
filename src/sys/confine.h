/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confine: how a process gives up what it does not need, for good, before it reads bytes from outside:
 * limits (setrlimit), files (Landlock), system calls (seccomp). None of it can be taken back, and threads and
 * children made later inherit it.
 *
 * Threads: while the process has one thread.
 */
#pragma once

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct confine_path {
    const char *path;
    bool is_workplace; /* a folder in which files are made, written, read and removed; else a file to read */
};

struct confine_options {
    const struct confine_path *paths; /* all that may be opened from now on */
    size_t path_count;
    uint64_t memory_bytes; /* of address space; 0: no limit, and none under a sanitizer, which takes it all */
    int64_t cpu_seconds;   /* of processor time, after which the kernel ends the process; 0: no limit */
    int64_t wall_seconds;  /* of time; the same */
    uint64_t file_bytes;   /* the largest file that may be written; 0: none is */
};

/* Memory, time, written bytes, open files; no core dumps. */
NODISCARD bool confine_limits(const struct confine_options *options, struct error *error);

/* No file but those named, no TCP, no signals to others, as far as the kernel knows these. ERROR_UNAVAILABLE
 * where it cannot confine files at all; ERROR_NOT_FOUND where a path is not there. */
NODISCARD bool confine_files(const struct confine_options *options, struct error *error);

/* No system call but those that reading, computing, threads and (with file_bytes) writing need. What no
 * honest program does here (sockets, starting programs, tracing, mounting, other identities) ends the process
 * at once; the rest is refused with EPERM. ERROR_UNAVAILABLE where the kernel cannot filter calls. */
NODISCARD bool confine_calls(const struct confine_options *options, struct error *error);
