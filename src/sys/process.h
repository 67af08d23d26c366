/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process: what one process has as a whole: its signals, the lock on its data folder, its
 * identity and size.
 *
 * Threads: process_prepare() before any other thread starts; process_wait_signal() from one
 * thread; the rest from any.
 */
#pragma once

#include "base/error.h"

#include <stdint.h>

enum process_signal {
    PROCESS_NO_SIGNAL,
    PROCESS_TERMINATE, /* SIGTERM or SIGINT: finish what is in flight and exit */
    PROCESS_RELOAD,    /* SIGHUP: read certificates again */
};

/* Block the signals above, so that process_wait_signal() gets them; ignore SIGPIPE (writes
 * report it instead), keep what the process creates from other users (umask 077) and let it open as many
 * files as it may. */
void process_prepare(void);

/* The next signal, waiting at most `timeout_ms` (0: not at all, negative: for ever). */
enum process_signal process_wait_signal(int64_t timeout_ms);

int64_t process_id(void);

/* How many threads can run at once. */
unsigned process_processor_count(void);

/* End at once: nothing is flushed, freed or run on the way out. */
_Noreturn void process_end(int exit_code);

/* What lists of processes call this one (15 bytes at most); of the first thread. */
void process_rename(const char *name);

/* From now on run where others leave time: with a low priority. */
void process_yield_priority(void);

/* The path from the root of what is there, owned (mem_free); NULL where it cannot be told. */
char *process_absolute_path(const char *path);

/* The folder that this program was started from, with the slash at its end, owned (mem_free); NULL where it
 * cannot be told. An upgrade that replaces the program under us changes nothing. */
char *process_program_folder(void);

/* Is a person looking at what goes to standard error? */
bool process_stderr_is_terminal(void);

/* Does a pipe or socket take what goes to standard output? Its reader may have had enough. */
bool process_stdout_is_pipe(void);

/* Bytes of memory in use now, 0 where the kernel does not tell; the most so far. */
uint64_t process_resident_bytes(void);
uint64_t process_resident_bytes_peak(void);

/* CPU time used by all threads so far, in microseconds. */
uint64_t process_cpu_us(void);

/* How many bytes this process has read by system calls, asked of a descriptor that was opened before files
 * were confined (sys/confine.h); 0 where the kernel does not tell. Asking itself does not count. */
int process_io_open(void); /* never closed; -1 where there is nothing to ask */
uint64_t process_io_read_bytes(int descriptor);

/* An exclusive lock on the file `path` (created with mode 0600 where missing), which then
 * holds our process id in decimal. ERROR_CONFLICT names the process that has it. The kernel
 * drops the lock when the process ends in any way. */
struct process_lock;
NODISCARD struct process_lock *process_lock_acquire(const char *path, struct error *error);
void process_lock_release(struct process_lock *owned_lock); /* NULL is fine */

/* The process that holds the lock on `path`; ERROR_NOT_FOUND where none does. */
NODISCARD bool process_lock_holder(const char *path, int64_t *ret_process_id, struct error *error);
