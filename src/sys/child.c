/* SPDX-License-Identifier: Apache-2.0 */
/* child: pipes, posix_spawn on a thread that lives as long as its starter, and a lock between kill and reap.
 */
#include "sys/child.h"

#include "base/check.h"
#include "base/own.h"
#include "sys/clock.h"
#include "sys/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BUFFER_SIZE_WANTED = 1 << 20, NS_PER_MS = 1000000 };

struct child {
    pid_t id;
    int input, output,
        complaints; /* our ends: what it reads, what it writes, its standard error; -1: closed */
    struct mutex mutex;
    bool is_reaped; /* mutex */
    struct child_end end;
};

struct start { /* one child being started, on the asker's stack */
    const struct child_options *options;
    const int *ends; /* the child's: standard input, output, error */
    pid_t id;
    int os_errno;
    bool is_done;
};

struct child_starter {
    struct thread *thread;
    struct mutex mutex;
    struct condition changed;
    struct start *start; /* mutex; NULL: none is asked for */
    bool is_stopping;    /* mutex */
};

/* ---- starting ---- */

static int spawn(struct start *start) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    ASSERT(sigemptyset(&none) == 0 && sigfillset(&all) == 0);
    ASSERT(posix_spawn_file_actions_init(&actions) == 0 && posix_spawnattr_init(&attributes) == 0);
    for (int i = 0; i < 3; i++)
        ASSERT(posix_spawn_file_actions_adddup2(&actions, start->ends[i], i) == 0);
    ASSERT(posix_spawn_file_actions_addclosefrom_np(&actions, 3) == 0);
    ASSERT(posix_spawnattr_setsigmask(&attributes, &none) == 0);
    ASSERT(posix_spawnattr_setsigdefault(&attributes, &all) == 0);
    ASSERT(posix_spawnattr_setpgroup(&attributes, 0) == 0);
    ASSERT(posix_spawnattr_setflags(
               &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP) == 0);
    const char *program = start->options->program == NULL ? "/proc/self/exe" : start->options->program;
    int os_errno = posix_spawn(&start->id, program, &actions, &attributes,
        (char *const *)(uintptr_t)start->options->arguments,
        (char *const *)(uintptr_t)start->options->environment);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return os_errno;
}

static void run_starter(void *context) {
    struct child_starter *starter = context;
    MUTEX_SCOPE(&starter->mutex);
    while (!starter->is_stopping) {
        if (starter->start == NULL) {
            condition_wait(&starter->changed, &starter->mutex);
            continue;
        }
        starter->start->os_errno = spawn(starter->start);
        starter->start->is_done = true;
        starter->start = NULL;
        condition_broadcast(&starter->changed);
    }
}

struct child_starter *child_starter_create(void) {
    struct child_starter *starter = MEM_NEW(struct child_starter);
    mutex_init(&starter->mutex);
    condition_init(&starter->changed);
    starter->thread = thread_start("starter", run_starter, starter);
    return starter;
}

void child_starter_destroy(struct child_starter *starter) {
    if (starter == NULL)
        return;
    mutex_lock(&starter->mutex);
    starter->is_stopping = true;
    condition_broadcast(&starter->changed);
    mutex_unlock(&starter->mutex);
    thread_join(starter->thread);
    condition_finish(&starter->changed);
    mutex_finish(&starter->mutex);
    mem_free(starter);
}

static void ask(struct child_starter *starter, struct start *start) {
    MUTEX_SCOPE(&starter->mutex);
    while (starter->start != NULL)
        condition_wait(&starter->changed, &starter->mutex);
    starter->start = start;
    condition_broadcast(&starter->changed);
    while (!start->is_done)
        condition_wait(&starter->changed, &starter->mutex);
}

static void close_all(int *descriptors, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (descriptors[i] >= 0)
            (void)close(descriptors[i]);
}

/* The ends of `pipes` in pairs: read, write. All are closed on exec; the child's are put in place by number.
 * The first is a pair of sockets, since writing to a pipe that nobody reads would raise SIGPIPE. */
static bool open_pipes(int pipes[3][2], struct error *error) {
    memset(pipes, 0xff, sizeof(int[3][2]));
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pipes[0]) != 0 ||
        pipe2(pipes[1], O_CLOEXEC) != 0 || pipe2(pipes[2], O_CLOEXEC) != 0) {
        int os_errno = errno;
        close_all(&pipes[0][0], 6);
        return error_set(
            error, ERROR_UNAVAILABLE, "open a pipe to a child process: %s", strerrordesc_np(os_errno));
    }
    /* Fewer turns for large streams; the smaller buffers that the kernel may leave us serve too. */
    (void)fcntl(pipes[1][1], F_SETPIPE_SZ, BUFFER_SIZE_WANTED);
    (void)setsockopt(pipes[0][1], SOL_SOCKET, SO_SNDBUF, &(int){BUFFER_SIZE_WANTED}, sizeof(int));
    return true;
}

struct child *child_start(
    struct child_starter *starter, const struct child_options *options, struct error *error) {
    int pipes[3][2];
    if (!open_pipes(pipes, error))
        return NULL;
    /* Ours never block, and a child whose complaints nobody reads yet loses them instead of waiting. */
    bool take_flags =
        fcntl(pipes[0][1], F_SETFL, O_NONBLOCK) == 0 && fcntl(pipes[1][0], F_SETFL, O_NONBLOCK) == 0 &&
        fcntl(pipes[2][0], F_SETFL, O_NONBLOCK) == 0 && fcntl(pipes[2][1], F_SETFL, O_NONBLOCK) == 0;
    ASSERT(take_flags);
    int ends[3] = {pipes[0][0], pipes[1][1], pipes[2][1]};
    struct start start = {.options = options, .ends = ends};
    ask(starter, &start);
    close_all(ends, 3);
    int ours[3] = {pipes[0][1], pipes[1][0], pipes[2][0]};
    if (start.os_errno != 0) {
        close_all(ours, 3);
        error_set(error, ERROR_UNAVAILABLE, "start %.200s: %s",
            options->program == NULL ? "this program" : options->program, strerrordesc_np(start.os_errno));
        return NULL;
    }
    struct child *child = MEM_NEW(struct child);
    child->id = start.id;
    child->input = ours[0];
    child->output = ours[1];
    child->complaints = ours[2];
    mutex_init(&child->mutex);
    return child;
}

void child_destroy(struct child *child) {
    if (child == NULL)
        return;
    struct child_end end;
    child_kill(child);
    child_wait(child, &end);
    close_all((int[]){child->input, child->output, child->complaints}, 3);
    mutex_finish(&child->mutex);
    mem_free(child);
}

/* ---- talking ---- */

/* Wait for the pipe; false at the deadline. What happened shows when it is read or written. */
static bool wait_for(int descriptor, short what, struct instant deadline) {
    for (;;) {
        int timeout_ms = -1;
        if (deadline.ns != INT64_MAX) {
            int64_t left_ns = deadline.ns - clock_instant(clock_real()).ns;
            if (left_ns <= 0)
                return false;
            int64_t left_ms = left_ns / NS_PER_MS + 1;
            timeout_ms = left_ms > INT_MAX ? INT_MAX : (int)left_ms;
        }
        struct pollfd wish = {.fd = descriptor, .events = what};
        int count = poll(&wish, 1, timeout_ms);
        ASSERT(count >= 0 || errno == EINTR);
        if (count > 0)
            return true;
    }
}

bool child_send(struct child *child, struct bytes data, struct instant deadline, struct error *error) {
    while (data.size > 0) {
        if (child->input < 0)
            return error_set(error, ERROR_UNAVAILABLE, "the process was told the end already");
        ssize_t size = send(child->input, data.data, data.size, MSG_NOSIGNAL);
        if (size >= 0)
            data = bytes_of(data.data + size, data.size - (size_t)size);
        else if (errno == EAGAIN && !wait_for(child->input, POLLOUT, deadline))
            return error_set(error, ERROR_LIMIT, "the process took too long to listen");
        else if (errno != EAGAIN && errno != EINTR)
            return error_set(
                error, ERROR_UNAVAILABLE, "the process does not listen: %s", strerrordesc_np(errno));
    }
    return true;
}

bool child_receive(struct child *child, struct instant deadline, void *data, size_t size, size_t *ret_size,
    struct error *error) {
    for (;;) {
        ssize_t read_size = read(child->output, data, size);
        if (read_size >= 0) {
            *ret_size = (size_t)read_size;
            return true;
        }
        if (errno == EAGAIN && !wait_for(child->output, POLLIN, deadline))
            return error_set(error, ERROR_LIMIT, "the process took too long to answer");
        if (errno != EAGAIN && errno != EINTR)
            return error_set(error, ERROR_UNAVAILABLE, "hear the process: %s", strerrordesc_np(errno));
    }
}

void child_send_end(struct child *child) {
    close_all(&child->input, 1);
    child->input = -1;
}

/* ---- ending ---- */

void child_kill(struct child *child) {
    MUTEX_SCOPE(&child->mutex);
    if (!child->is_reaped)
        (void)kill(child->id, SIGKILL);
}

static void read_complaint(struct child *child) {
    struct child_end *end = &child->end;
    ssize_t size = read(child->complaints, end->complaint, CHILD_COMPLAINT_SIZE_MAX);
    size_t length = size < 0 ? 0 : (size_t)size;
    while (length > 0 && (unsigned char)end->complaint[length - 1] <= ' ')
        length--;
    for (size_t i = 0; i < length; i++)
        if (end->complaint[i] < ' ' || end->complaint[i] > '~')
            end->complaint[i] = ' ';
    end->complaint[length] = '\0';
}

void child_wait(struct child *child, struct child_end *ret_end) {
    if (!child->is_reaped) {
        /* Wait without reaping, so that child_kill() is free to come meanwhile. */
        siginfo_t info;
        while (waitid(P_PID, (id_t)child->id, &info, WEXITED | WNOWAIT) != 0)
            ASSERT(errno == EINTR);
        MUTEX_SCOPE(&child->mutex);
        int status = 0;
        ASSERT(waitpid(child->id, &status, 0) == child->id);
        child->is_reaped = true;
        child->end.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        child->end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        read_complaint(child);
    }
    *ret_end = child->end;
}

/* ---- in the child ---- */

bool child_die_with_parent(int64_t parent_id) {
    return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent_id;
}

bool child_hear(void *data, size_t size, size_t *ret_size) {
    size_t done = 0;
    while (done < size) {
        ssize_t read_size = read(STDIN_FILENO, (char *)data + done, size - done);
        if (read_size == 0)
            break;
        if (read_size < 0 && errno != EINTR)
            return false;
        done += read_size < 0 ? 0 : (size_t)read_size;
    }
    *ret_size = done;
    return true;
}

bool child_say(struct bytes data) {
    while (data.size > 0) {
        ssize_t size = write(STDOUT_FILENO, data.data, data.size);
        if (size < 0 && errno != EINTR)
            return false;
        if (size > 0)
            data = bytes_of(data.data + size, data.size - (size_t)size);
    }
    return true;
}
