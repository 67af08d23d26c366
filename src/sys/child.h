/* SPDX-License-Identifier: Apache-2.0 */
/*
 * child: a process that this one starts, talks to over pipes, and ends.
 *
 * A child is made by exec with an environment of its own choosing, an empty signal mask, a process group of
 * its own and no open file but its three pipes: standard input and output carry what is said, standard error
 * what it complains of when it breaks. It is told apart from all others by being unreaped until child_wait(),
 * so child_kill() never hits a stranger.
 *
 * Threads: a child has one owner; child_kill() from any until child_destroy(). A starter: any.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"

#include <stddef.h>

struct child;
struct child_starter;

struct child_options {
    const char *program; /* a path; NULL: the program that runs now, even where its file is replaced */
    const char *const *arguments;   /* from argv[0]; ends with NULL */
    const char *const *environment; /* NAME=value; ends with NULL */
};

/* Starts children from a thread of its own, so that child_die_with_parent() of the child means this process
 * and not whichever thread asked. */
struct child_starter *child_starter_create(void);
void child_starter_destroy(struct child_starter *starter); /* its children live on; NULL is fine */

/* ERROR_UNAVAILABLE where the program is not there or the kernel has no room for it. */
NODISCARD struct child *child_start(
    struct child_starter *starter, const struct child_options *options, struct error *error);
/* Kills what still runs and reaps it; NULL is fine. */
void child_destroy(struct child *child);

/* Say all of `data`. ERROR_LIMIT at the deadline, ERROR_UNAVAILABLE where the child does not listen any more.
 */
NODISCARD bool child_send(
    struct child *child, struct bytes data, struct instant deadline, struct error *error);
/* Hear at least one and at most `size` bytes; `ret_size` 0: it has said its last. ERROR_LIMIT at the
 * deadline. */
NODISCARD bool child_receive(struct child *child, struct instant deadline, void *data, size_t size,
    size_t *ret_size, struct error *error);
void child_send_end(struct child *child); /* no more is said to it */

void child_kill(struct child *child); /* also where it has ended already */

/* Wait until it has ended. `ret_complaint` is the start of what it wrote to standard error, printable. */
enum { CHILD_COMPLAINT_SIZE_MAX = 240 };
struct child_end {
    int exit_code; /* -1: ended by the signal */
    int signal;
    char complaint[CHILD_COMPLAINT_SIZE_MAX + 1];
};
void child_wait(struct child *child, struct child_end *ret_end);

/* In the child, first of all: be killed when process `parent_id` ends. False where it has ended already. */
bool child_die_with_parent(int64_t parent_id);

/* In the child: its own ends of the pipes. A short count only at the end; false where the pipe is broken. */
NODISCARD bool child_hear(void *data, size_t size, size_t *ret_size);
NODISCARD bool child_say(struct bytes data);

#define INSTANT_NEVER ((struct instant){INT64_MAX})
