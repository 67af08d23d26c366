/* SPDX-License-Identifier: Apache-2.0 */
/* Confined processes: what each tries, and how it fares. The program is its own victim: `test attempt NAME`.
 */
#include "base/check.h"
#include "base/own.h"
#include "support/kernel.h"
#include "support/tap.h"
#include "sys/child.h"
#include "sys/clock.h"
#include "sys/confine.h"
#include "sys/process.h"
#include "sys/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DONE = 0, REFUSED = 10, UNCONFINED = 20 };

static struct child_starter *starter;
static char folder[64], allowed[96], other[96], made[96], moved[96];

static void name_files(const char *name) {
    (void)snprintf(folder, sizeof folder, "%s", name);
    (void)snprintf(allowed, sizeof allowed, "%s/allowed", name);
    (void)snprintf(other, sizeof other, "%s/other", name);
    (void)snprintf(made, sizeof made, "%s/workplace/made", name);
    (void)snprintf(moved, sizeof moved, "%s/workplace/moved", name);
}

/* ---- attempts ---- */

static int outcome(bool is_done) {
    return is_done ? DONE : errno == EACCES || errno == EPERM || errno == EXDEV ? REFUSED : 1;
}

static int read_allowed_file(void) {
    char c;
    int descriptor = open(allowed, O_RDONLY);
    return outcome(descriptor >= 0 && read(descriptor, &c, 1) == 1);
}

static int read_other_file(void) {
    return outcome(open(other, O_RDONLY) >= 0);
}

static int read_passwords(void) {
    return outcome(open("/etc/passwd", O_RDONLY) >= 0);
}

static int read_memory_of_parent(void) {
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/environ", getppid());
    return outcome(open(path, O_RDONLY) >= 0);
}

static int list_folder(void) {
    return outcome(open(folder, O_RDONLY | O_DIRECTORY) >= 0);
}

static int write_allowed_file(void) {
    return outcome(open(allowed, O_WRONLY) >= 0);
}

static int make_file(void) {
    return outcome(open(made, O_WRONLY | O_CREAT, 0600) >= 0);
}

static int make_nameless_file(void) {
    return outcome(open("/tmp", O_RDWR | O_TMPFILE, 0600) >= 0);
}

static int remove_other_file(void) {
    return outcome(unlink(other) == 0);
}

static int work(void) {
    int descriptor = open(made, O_RDWR | O_CREAT | O_EXCL, 0600);
    return outcome(descriptor >= 0 && write(descriptor, "text", 4) == 4 && fsync(descriptor) == 0 &&
                   rename(made, moved) == 0 && unlink(moved) == 0);
}

static int move_out(void) {
    int descriptor = open(made, O_RDWR | O_CREAT, 0600);
    return descriptor < 0 ? 1 : outcome(rename(made, other) == 0);
}

static int open_socket(void) {
    return outcome(socket(AF_INET, SOCK_STREAM, 0) >= 0);
}

static int open_local_socket(void) {
    return outcome(socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
}

static int run_program(void) {
    return outcome(execl("/bin/true", "true", (char *)NULL) == 0);
}

static int make_process(void) {
    pid_t id = fork();
    if (id == 0)
        _exit(0);
    return outcome(id > 0 && waitpid(id, NULL, 0) == id);
}

static int make_process_by_clone3(void) {
    uint64_t arguments[8] = {0}; /* flags 0: a child; the exit signal is the fifth */
    arguments[4] = SIGCHLD;
    long id = syscall(SYS_clone3, arguments, sizeof arguments);
    if (id == 0)
        _exit(0);
    return id < 0 && errno == ENOSYS ? REFUSED : 1;
}

static void nothing(void *context) {
    *(int *)context = 1;
}

static int make_thread(void) {
    int ran = 0;
    thread_join(thread_start("thread", nothing, &ran));
    return outcome(ran == 1);
}

static int kill_parent(void) {
    return outcome(kill(getppid(), 0) == 0);
}

static int signal_parent_thread(void) {
    return outcome(syscall(SYS_tgkill, getppid(), getppid(), 0) == 0);
}

static int trace_parent(void) {
    return outcome(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0);
}

static int read_parent_by_call(void) {
    return outcome(syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0) == 0);
}

static int raise_limit(void) {
    struct rlimit limit = {1 << 20, 1 << 20};
    return outcome(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

static int read_limit(void) {
    struct rlimit limit;
    return outcome(getrlimit(RLIMIT_NOFILE, &limit) == 0);
}

static int make_code(void) {
    return outcome(mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
                   MAP_FAILED);
}

static int turn_memory_to_code(void) {
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? 1 : outcome(mprotect(memory, 4096, PROT_READ | PROT_EXEC) == 0);
}

static int outlive_parent(void) {
    return outcome(prctl(PR_SET_PDEATHSIG, 0) == 0);
}

static int leave_namespaces(void) {
    return outcome(unshare(CLONE_NEWUSER) == 0);
}

static int ring(void) {
    return outcome(syscall(SYS_io_uring_setup, 1, NULL) >= 0);
}

static int abort_itself(void) {
    abort();
}

static int burn(void) {
    volatile uint64_t turns = 1;
    while (turns != 0)
        turns++;
    return DONE;
}

static int wait_long(void) {
    return outcome(poll(NULL, 0, -1) == 0);
}

enum { KILLED_BY_FILTER = -SIGSYS };

static const struct attempt {
    const char *name;
    int (*attempt)(void);
    bool may_work;
    int expected; /* exit code, or the negative signal */
} attempts[] = {
    {"read the allowed file", read_allowed_file, false, DONE},
    {"read another file of the folder", read_other_file, false, REFUSED},
    {"read another file beside a workplace", read_other_file, true, REFUSED},
    {"read the passwords", read_passwords, false, REFUSED},
    {"read the parent's environment", read_memory_of_parent, false, REFUSED},
    {"list the folder", list_folder, false, REFUSED},
    {"write the allowed file", write_allowed_file, false, REFUSED},
    {"write the allowed file beside a workplace", write_allowed_file, true, REFUSED},
    {"make a file", make_file, false, REFUSED},
    {"make a file without a name", make_nameless_file, false, REFUSED},
    {"make a file without a name beside a workplace", make_nameless_file, true, REFUSED},
    {"remove a file", remove_other_file, false, REFUSED},
    {"remove a file beside a workplace", remove_other_file, true, REFUSED},
    {"work in a workplace", work, true, DONE},
    {"move a file out of a workplace", move_out, true, REFUSED},
    {"open a socket", open_socket, false, KILLED_BY_FILTER},
    {"open a socket beside a workplace", open_socket, true, KILLED_BY_FILTER},
    {"open a local socket", open_local_socket, false, KILLED_BY_FILTER},
    {"run a program", run_program, false, KILLED_BY_FILTER},
    {"make a process", make_process, false, KILLED_BY_FILTER},
    {"make a process by clone3", make_process_by_clone3, false, REFUSED},
    {"make a thread", make_thread, false, DONE},
    {"kill the parent", kill_parent, false, KILLED_BY_FILTER},
    {"signal a thread of the parent", signal_parent_thread, false, KILLED_BY_FILTER},
    {"trace the parent", trace_parent, false, KILLED_BY_FILTER},
    {"read the parent's memory", read_parent_by_call, false, KILLED_BY_FILTER},
    {"raise a limit", raise_limit, false, REFUSED},
    {"read a limit", read_limit, false, DONE},
    {"map memory to write and run", make_code, false, REFUSED},
    {"turn memory to code", turn_memory_to_code, false, REFUSED},
    {"outlive the parent", outlive_parent, false, REFUSED},
    {"leave the namespaces", leave_namespaces, false, KILLED_BY_FILTER},
    {"use a ring of calls", ring, false, KILLED_BY_FILTER},
    {"end itself", abort_itself, false, -SIGABRT},
    {"burn processor time", burn, false, -SIGKILL},
    {"wait for ever", wait_long, false, -SIGALRM},
};
enum { ATTEMPT_COUNT = sizeof attempts / sizeof *attempts };

static int try_out(char **argv) {
    uint64_t index = 0;
    struct error error;
    char workplace[96];
    name_files(argv[3]);
    (void)snprintf(workplace, sizeof workplace, "%s/workplace", folder);
    if (!str_to_u64(str_from(argv[2]), &index) || index >= ATTEMPT_COUNT)
        return 1;
    const struct attempt *attempt = &attempts[index];
    struct confine_path paths[] = {{allowed, false}, {workplace, true}};
    struct confine_options options = {.paths = paths,
        .path_count = attempt->may_work ? 2 : 1,
        .cpu_seconds = 1,
        .wall_seconds = attempt->attempt == wait_long ? 1 : 0,
        .file_bytes = attempt->may_work ? 1 << 20 : 0};
    if (!confine_limits(&options, &error) || !confine_files(&options, &error) ||
        !confine_calls(&options, &error))
        return error.kind == ERROR_UNAVAILABLE ? UNCONFINED : 1;
    process_end(attempt->attempt());
}

/* ---- tests ---- */

/* Exit code, or the negative signal. */
static int fate(size_t index) {
    struct error error;
    struct child_end end;
    char number[24];
    (void)snprintf(number, sizeof number, "%zu", index);
    const char *arguments[] = {"test", "attempt", number, folder, NULL};
    const char *environment[] = {"ASAN_OPTIONS=detect_leaks=0:handle_abort=0", NULL};
    struct child_options options = {.arguments = arguments, .environment = environment};
    struct child *child = child_start(starter, &options, &error);
    ASSERT(child != NULL);
    child_wait(child, &end);
    child_destroy(child);
    return end.signal != 0 ? -end.signal : end.exit_code;
}

static size_t tried;
static void attempts_fare_as_expected(void) {
    EXPECT_INT(fate(tried), attempts[tried].expected);
    if (!tap_ok)
        printf("# tried to %s\n", attempts[tried].name);
}

static void a_path_that_is_not_there_is_told(void) {
    /* The error comes before anything is given up, so it can be tried here. */
    struct error error = {0};
    struct confine_path path = {"/nowhere/at/all", false};
    EXPECT(!confine_files(&(struct confine_options){.paths = &path, .path_count = 1}, &error));
    EXPECT(error.kind == ERROR_NOT_FOUND && strstr(error.message, "/nowhere/at/all") != NULL);
}

static void make_files(void) {
    char work_folder[96];
    (void)snprintf(work_folder, sizeof work_folder, "%s/workplace", folder);
    ASSERT(mkdir(work_folder, 0700) == 0);
    const char *names[] = {allowed, other};
    for (size_t i = 0; i < 2; i++) {
        int descriptor = open(names[i], O_WRONLY | O_CREAT, 0600);
        ASSERT(descriptor >= 0 && write(descriptor, "text", 4) == 4 && close(descriptor) == 0);
    }
}

static void remove_files(void) {
    char work_folder[96];
    (void)snprintf(work_folder, sizeof work_folder, "%s/workplace", folder);
    (void)unlink(allowed);
    (void)unlink(other);
    (void)unlink(made);
    (void)unlink(moved);
    (void)rmdir(work_folder);
    (void)rmdir(folder);
}

int main(int argc, char **argv) {
    if (argc == 4 && strcmp(argv[1], "attempt") == 0)
        return try_out(argv);
    char name[] = "/tmp/cairn-confine-XXXXXX";
    ASSERT(mkdtemp(name) != NULL);
    name_files(name);
    make_files();
    TEST(a_path_that_is_not_there_is_told);
    starter = child_starter_create();
    if (fate(0) == UNCONFINED && !kernel_has_landlock()) {
        printf("ok %d - attempts_fare_as_expected # SKIP the kernel has no Landlock\n", ++tap_count);
        (void)tap_done();
    } else {
        for (tried = 0; tried < ATTEMPT_COUNT; tried++)
            TEST(attempts_fare_as_expected);
        (void)tap_done();
    }
    child_starter_destroy(starter);
    remove_files();
    return tap_failed != 0;
}
