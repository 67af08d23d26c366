/* SPDX-License-Identifier: Apache-2.0 */
/* confine: limits, and Landlock by its system calls: the C library has no functions for it, and the kernel's
 * header on a build machine may know less than the kernel that runs. */
#include "sys/confine.h"

#include "base/check.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- limits ---- */

enum { OPEN_FILES_MAX = 4096 };

static bool set_limit(int resource, const char *name, uint64_t value, struct error *error) {
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)resource, &limit) != 0)
        return error_set_errno(error, errno, "read the limit of %s", name);
    if (limit.rlim_max > value)
        limit.rlim_max = value;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit((__rlimit_resource_t)resource, &limit) != 0)
        return error_set_errno(error, errno, "limit %s", name);
    return true;
}

#if defined(__has_feature)
#    if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#        define IS_SANITIZED true
#    endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#    define IS_SANITIZED true
#endif
#ifndef IS_SANITIZED
#    define IS_SANITIZED false
#endif

bool confine_limits(const struct confine_options *options, struct error *error) {
    /* The number of processes is left alone: it counts all of the user's, so any number would be either too
     * small for threads or no limit; confine_calls() lets none be made. */
    if (options->wall_seconds > 0)
        (void)alarm(options->wall_seconds > UINT_MAX ? UINT_MAX : (unsigned)options->wall_seconds);
    bool is_memory_limited = options->memory_bytes > 0 && !IS_SANITIZED;
    return set_limit(RLIMIT_CORE, "core dumps", 0, error) &&
           set_limit(RLIMIT_FSIZE, "written bytes", options->file_bytes, error) &&
           set_limit(RLIMIT_NOFILE, "open files", OPEN_FILES_MAX, error) &&
           set_limit(RLIMIT_MEMLOCK, "locked memory", 0, error) &&
           (!is_memory_limited || set_limit(RLIMIT_AS, "memory", options->memory_bytes, error)) &&
           (options->cpu_seconds <= 0 ||
               set_limit(RLIMIT_CPU, "processor time", (uint64_t)options->cpu_seconds, error));
}

/* ---- files ---- */

enum landlock_call { LANDLOCK_CREATE_RULESET = 444, LANDLOCK_ADD_RULE = 445, LANDLOCK_RESTRICT_SELF = 446 };
enum { LANDLOCK_VERSION_FLAG = 1, LANDLOCK_PATH_RULE = 1 };

enum landlock_right {
    MAY_WRITE_FILE = 1 << 1,
    MAY_READ_FILE = 1 << 2,
    MAY_READ_FOLDER = 1 << 3,
    MAY_REMOVE_FILE = 1 << 5,
    MAY_MAKE_FILE = 1 << 8,
    MAY_TRUNCATE = 1 << 14,
};

struct landlock_rules { /* what is handled is forbidden, but for rules */
    uint64_t files, network, scopes;
};
struct landlock_path_rule {
    uint64_t allowed;
    int32_t descriptor;
} __attribute__((packed));

/* What each version of Landlock added: rights over files, their number; then the network, then scopes. */
static const struct {
    struct landlock_rules rules;
    size_t size; /* of the struct that this version takes */
} landlock_versions[] = {
    {{(1 << 13) - 1, 0, 0}, 8},
    {{(1 << 14) - 1, 0, 0}, 8},
    {{(1 << 15) - 1, 0, 0}, 8},
    {{(1 << 15) - 1, 3, 0}, 16},
    {{(1 << 16) - 1, 3, 0}, 16},
    {{(1 << 16) - 1, 3, 3}, 24},
};

static bool allow_path(int ruleset, const struct confine_path *path, uint64_t handled, struct error *error) {
    const uint64_t workplace =
        MAY_WRITE_FILE | MAY_READ_FILE | MAY_READ_FOLDER | MAY_REMOVE_FILE | MAY_MAKE_FILE | MAY_TRUNCATE;
    struct landlock_path_rule rule = {.allowed = (path->is_workplace ? workplace : MAY_READ_FILE) & handled};
    rule.descriptor = open(path->path, O_PATH | O_CLOEXEC | O_NOFOLLOW);
    if (rule.descriptor < 0 && errno == ENOENT)
        return error_set(error, ERROR_NOT_FOUND, "%.200s is not there", path->path);
    if (rule.descriptor < 0)
        return error_set_errno(error, errno, "open %.200s", path->path);
    long result = syscall(LANDLOCK_ADD_RULE, ruleset, LANDLOCK_PATH_RULE, &rule, 0);
    int os_errno = errno;
    (void)close(rule.descriptor);
    return result == 0 || error_set_errno(error, os_errno, "allow %.200s", path->path);
}

static bool restrict_to(
    int ruleset, const struct confine_options *options, uint64_t handled, struct error *error) {
    for (size_t i = 0; i < options->path_count; i++)
        if (!allow_path(ruleset, &options->paths[i], handled, error))
            return false;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0) != 0)
        return error_set_errno(error, errno, "confine files");
    return true;
}

/* Landlock holds for the thread that asks and those that it starts, so there must be no other; but for the
 * one that a sanitizer has. */
static bool has_one_thread(void) {
    enum { LINKS_OF_EMPTY_FOLDER = 2 };
    struct stat tasks;
    return IS_SANITIZED || stat("/proc/self/task", &tasks) != 0 ||
           tasks.st_nlink == LINKS_OF_EMPTY_FOLDER + 1;
}

bool confine_files(const struct confine_options *options, struct error *error) {
    ASSERT(has_one_thread());
    long version = syscall(LANDLOCK_CREATE_RULESET, NULL, 0, LANDLOCK_VERSION_FLAG);
    if (version <= 0)
        return error_set(
            error, ERROR_UNAVAILABLE, "the kernel confines no files (Landlock): %s", strerrordesc_np(errno));
    const long newest = (long)(sizeof landlock_versions / sizeof *landlock_versions);
    long used = version > newest ? newest : version;
    struct landlock_rules rules = landlock_versions[used - 1].rules;
    int ruleset = (int)syscall(LANDLOCK_CREATE_RULESET, &rules, landlock_versions[used - 1].size, 0);
    if (ruleset < 0)
        return error_set_errno(error, errno, "confine files");
    bool done = restrict_to(ruleset, options, rules.files, error);
    (void)close(ruleset);
    return done;
}
