/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/process.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/own.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOCK_TEXT_SIZE_MAX = 32, LOCK_MODE = 0600, LOW_PRIORITY = 10 };

struct process_lock {
    int descriptor;
};

static void waited_signals(sigset_t *set) {
    ASSERT(sigemptyset(set) == 0 && sigaddset(set, SIGTERM) == 0 && sigaddset(set, SIGINT) == 0 &&
           sigaddset(set, SIGHUP) == 0);
}

/* Each connection may hold a file beside its socket, and a journal that cannot open its next segment stops.
 */
static void raise_descriptor_limit(void) {
    enum { DESCRIPTORS_ENOUGH = 65536 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS_ENOUGH)
        return;
    limit.rlim_cur = limit.rlim_max < DESCRIPTORS_ENOUGH ? limit.rlim_max : DESCRIPTORS_ENOUGH;
    (void)setrlimit(RLIMIT_NOFILE, &limit); /* what there was has to do */
}

void process_prepare(void) {
    sigset_t set;
    waited_signals(&set);
    ASSERT(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    ASSERT(sigaction(SIGPIPE, &ignore, NULL) == 0);
    (void)umask(077);
    raise_descriptor_limit();
}

enum process_signal process_wait_signal(int64_t timeout_ms) {
    sigset_t set;
    waited_signals(&set);
    struct timespec timeout = {.tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1000000};
    int number = 0;
    do
        number = timeout_ms < 0 ? sigwaitinfo(&set, NULL) : sigtimedwait(&set, NULL, &timeout);
    while (number < 0 && errno == EINTR && timeout_ms < 0);
    if (number < 0)
        return PROCESS_NO_SIGNAL;
    return number == SIGHUP ? PROCESS_RELOAD : PROCESS_TERMINATE;
}

int64_t process_id(void) {
    return getpid();
}

unsigned process_processor_count(void) {
    cpu_set_t processors;
    return sched_getaffinity(0, sizeof processors, &processors) == 0 ? (unsigned)CPU_COUNT(&processors) : 1;
}

void process_end(int exit_code) {
    _exit(exit_code);
}

void process_rename(const char *name) {
    (void)prctl(PR_SET_NAME, name); /* only people read it */
}

void process_yield_priority(void) {
    (void)setpriority(PRIO_PROCESS, 0, LOW_PRIORITY); /* where it fails, it is only unfriendly */
}

char *process_absolute_path(const char *path) {
    return realpath(path, NULL); /* by malloc(), so mem_free() takes it */
}

char *process_program_folder(void) {
    char path[PATH_MAX];
    /* Not realpath(): of a file that was replaced the kernel says "/path/name (deleted)". */
    ssize_t size = readlink("/proc/self/exe", path, sizeof path);
    if (size < 0 || (size_t)size == sizeof path)
        return NULL;
    while (size > 0 && path[size - 1] != '/')
        size--;
    char *folder = mem_alloc((size_t)size + 1);
    memcpy(folder, path, (size_t)size);
    return folder;
}

bool process_stderr_is_terminal(void) {
    return isatty(STDERR_FILENO) == 1;
}

bool process_stdout_is_pipe(void) {
    struct stat status;
    return fstat(STDOUT_FILENO, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

uint64_t process_resident_bytes(void) {
    /* The second number of statm: resident pages. */
    char text[128];
    int descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return 0;
    ssize_t size = read(descriptor, text, sizeof text);
    (void)close(descriptor);
    struct str rest = str_of(text, size < 0 ? 0 : (size_t)size);
    (void)str_cut(&rest, ' ');
    uint64_t pages = 0;
    return str_to_u64(str_cut(&rest, ' '), &pages) ? pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

uint64_t process_resident_bytes_peak(void) {
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}

uint64_t process_cpu_us(void) {
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return 0;
    return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
           (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

int process_io_open(void) {
    return open("/proc/self/io", O_RDONLY | O_CLOEXEC);
}

uint64_t process_io_read_bytes(int descriptor) {
    static _Atomic uint64_t asked; /* bytes that these questions read */
    char text[256];
    ssize_t size = descriptor < 0 ? -1 : pread(descriptor, text, sizeof text, 0);
    if (size <= 0)
        return 0;
    struct str rest = str_of(text, (size_t)size), name = str_cut(&rest, ' ');
    uint64_t count = 0, questions = asked;
    asked += (uint64_t)size;
    return str_is(name, "rchar:") && str_to_u64(str_cut(&rest, '\n'), &count) ? count - questions : 0;
}

/* What the holder wrote; 0 where it has not written yet. */
static int64_t read_holder(int descriptor) {
    char text[LOCK_TEXT_SIZE_MAX];
    ssize_t size = pread(descriptor, text, sizeof text, 0);
    struct str rest = str_of(text, size < 0 ? 0 : (size_t)size);
    int64_t holder = 0;
    return str_to_i64(str_cut(&rest, '\n'), &holder) ? holder : 0;
}

struct process_lock *process_lock_acquire(const char *path, struct error *error) {
    int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, LOCK_MODE);
    if (descriptor < 0) {
        error_set_errno(error, errno, "open lock %.200s", path);
        return NULL;
    }
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            error_set(
                error, ERROR_CONFLICT, "process %lld holds %.200s", (long long)read_holder(descriptor), path);
        else
            error_set_errno(error, errno, "lock %.200s", path);
        (void)close(descriptor);
        return NULL;
    }
    char text[LOCK_TEXT_SIZE_MAX];
    int size = snprintf(text, sizeof text, "%lld\n", (long long)process_id());
    if (ftruncate(descriptor, 0) != 0 || pwrite(descriptor, text, (size_t)size, 0) != size) {
        error_set_errno(error, errno, "write lock %.200s", path);
        (void)close(descriptor);
        return NULL;
    }
    struct process_lock *lock = MEM_NEW(struct process_lock);
    lock->descriptor = descriptor;
    return lock;
}

void process_lock_release(struct process_lock *owned_lock) {
    if (owned_lock == NULL)
        return;
    (void)close(owned_lock->descriptor);
    mem_free(owned_lock);
}

bool process_lock_holder(const char *path, int64_t *ret_process_id, struct error *error) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0 && errno != ENOENT)
        return error_set_errno(error, errno, "open lock %.200s", path);
    if (descriptor < 0)
        return error_set(error, ERROR_NOT_FOUND, "nobody has made %.200s", path);
    /* A shared lock is refused exactly while somebody holds the exclusive one. */
    bool held = flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    int64_t holder = held ? read_holder(descriptor) : 0;
    (void)close(descriptor);
    if (!held)
        return error_set(error, ERROR_NOT_FOUND, "nobody holds %.200s", path);
    *ret_process_id = holder;
    return true;
}
