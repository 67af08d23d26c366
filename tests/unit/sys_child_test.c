/* SPDX-License-Identifier: Apache-2.0 */
/* Children: how they are started, talked to and ended. The program is its own child: `test child WHAT`. */
#include "base/check.h"
#include "base/own.h"
#include "support/tap.h"
#include "sys/child.h"
#include "sys/clock.h"
#include "sys/process.h"
#include "sys/thread.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { ENOUGH_MS = 20000, NS_PER_MS = 1000000 };

static struct child_starter *starter;
static char lock_path[64];

static struct instant soon(int64_t ms) {
    return (struct instant){clock_instant(clock_real()).ns + ms * NS_PER_MS};
}

/* ---- what children do ---- */

static void echo(void) {
    char data[4096];
    size_t size = 1;
    while (size > 0 && child_hear(data, 1, &size) && child_say(bytes_of(data, size)))
        continue;
}

static void tell_surroundings(void) {
    char text[256];
    sigset_t blocked;
    int descriptors = 0, variables = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder != NULL && readdir(folder) != NULL)
        descriptors++;
    extern char **environ;
    while (environ[variables] != NULL)
        variables++;
    ASSERT(sigprocmask(SIG_BLOCK, NULL, &blocked) == 0);
    /* 3 pipes, the folder itself, "." and "..". */
    int size = snprintf(text, sizeof text, "%d descriptors, %d variables, TERM %s, group %s", descriptors - 3,
        variables, sigismember(&blocked, SIGTERM) ? "blocked" : "open",
        getpgrp() == getpid() ? "own" : "shared");
    ASSERT(child_say(bytes_of(text, (size_t)size)));
}

static void hold_lock_with_parent(char **argv) {
    struct error error;
    int64_t parent_id = 0;
    if (!str_to_i64(str_from(argv[4]), &parent_id) || !child_die_with_parent(parent_id))
        return;
    struct process_lock *lock = process_lock_acquire(argv[3], &error);
    ASSERT(lock != NULL && child_say(bytes_of("held", 4)));
    for (;;)
        pause();
}

static struct child *start(const char *what, const char *argument, struct error *error);

/* Starts one that holds the lock, from a thread that ends at once, and waits to be killed. */
static void begin_grandchild(void *context) {
    struct error error;
    char heard[4];
    size_t size = 0;
    struct child *child = start("hold-lock", context, &error);
    ASSERT(child != NULL && child_receive(child, soon(ENOUGH_MS), heard, sizeof heard, &size, &error));
}

static void have_a_child(char **argv) {
    starter = child_starter_create();
    thread_join(thread_start("short", begin_grandchild, argv[3]));
    clock_sleep_ms(50); /* had the grandchild died with the thread, the lock would be free now */
    ASSERT(child_say(bytes_of("born", 4)));
    for (;;)
        pause();
}

static int be_child(char **argv) {
    const char *what = argv[2];
    if (strcmp(what, "echo") == 0)
        echo();
    else if (strcmp(what, "surroundings") == 0)
        tell_surroundings();
    else if (strcmp(what, "complain") == 0)
        return write(STDERR_FILENO, "it \x1b[31mhurts\n", 14) == 14 ? 7 : 1;
    else if (strcmp(what, "hold-lock") == 0)
        hold_lock_with_parent(argv);
    else if (strcmp(what, "parent") == 0)
        have_a_child(argv);
    else if (strcmp(what, "silence") == 0)
        for (;;)
            pause();
    return 0;
}

static struct child *start(const char *what, const char *argument, struct error *error) {
    char own_id[24];
    (void)snprintf(own_id, sizeof own_id, "%lld", (long long)process_id());
    const char *arguments[] = {"test", "child", what, argument, own_id, NULL};
    const char *environment[] = {"ASAN_OPTIONS=detect_leaks=0", NULL};
    struct child_options options = {.arguments = arguments, .environment = environment};
    return child_start(starter, &options, error);
}

static struct child *started(const char *what) {
    struct error error;
    struct child *child = start(what, "", &error);
    ASSERT(child != NULL);
    return child;
}

static size_t hear_all(struct child *child, char *data, size_t size) {
    struct error error;
    size_t done = 0, heard = 1;
    while (done < size && heard > 0) {
        ASSERT(child_receive(child, soon(ENOUGH_MS), data + done, size - done, &heard, &error));
        done += heard;
    }
    return done;
}

/* ---- tests ---- */

static void what_is_said_comes_back(void) {
    struct error error;
    struct child_end end;
    char heard[16];
    struct child *child = started("echo");
    EXPECT(child_send(child, bytes_of("good day", 8), soon(ENOUGH_MS), &error));
    child_send_end(child);
    EXPECT_INT(hear_all(child, heard, sizeof heard), 8);
    EXPECT(memcmp(heard, "good day", 8) == 0);
    child_wait(child, &end);
    EXPECT(end.exit_code == 0 && end.signal == 0 && end.complaint[0] == '\0');
    EXPECT(
        !child_send(child, bytes_of("more", 4), soon(ENOUGH_MS), &error) && error.kind == ERROR_UNAVAILABLE);
    child_destroy(child);
}

static void a_child_has_nothing_of_its_parent(void) {
    char heard[256] = "";
    setenv("CAIRN_SECRET", "x", 1);
    struct child *child = started("surroundings");
    heard[hear_all(child, heard, sizeof heard - 1)] = '\0';
    EXPECT(strcmp(heard, "3 descriptors, 1 variables, TERM open, group own") == 0);
    if (!tap_ok)
        printf("# %s\n", heard);
    child_destroy(child);
}

static void a_program_that_is_not_there_is_told(void) {
    struct error error = {0};
    const char *none[] = {"x", NULL};
    struct child_options options = {"/nowhere/at/all", none, none + 1};
    EXPECT(child_start(starter, &options, &error) == NULL);
    EXPECT(error.kind == ERROR_UNAVAILABLE && strstr(error.message, "/nowhere/at/all") != NULL);
}

static void complaints_are_kept_and_printable(void) {
    struct child_end end;
    struct child *child = started("complain");
    child_wait(child, &end);
    EXPECT_INT(end.exit_code, 7);
    EXPECT(strcmp(end.complaint, "it  [31mhurts") == 0);
    child_destroy(child);
}

static void a_silent_child_meets_the_deadline(void) {
    struct error error = {0};
    char heard[4];
    size_t size = 0;
    static const uint8_t much[1 << 20];
    struct child *child = started("silence");
    EXPECT(!child_receive(child, soon(20), heard, sizeof heard, &size, &error) && error.kind == ERROR_LIMIT);
    bool is_taken = true;
    for (int i = 0; i < 64 && is_taken; i++) /* until no buffer takes more */
        is_taken = child_send(child, bytes_of(much, sizeof much), soon(50), &error);
    EXPECT(!is_taken && error.kind == ERROR_LIMIT);
    child_destroy(child);
}

static void kill_soon(void *context) {
    clock_sleep_ms(20);
    child_kill(context);
}

static void a_kill_from_another_thread_ends_the_wait(void) {
    struct error error;
    struct child_end end;
    char heard[4];
    size_t size = 9;
    struct child *child = started("silence");
    struct thread *killer = thread_start("killer", kill_soon, child);
    EXPECT(child_receive(child, soon(ENOUGH_MS), heard, sizeof heard, &size, &error) && size == 0);
    child_wait(child, &end);
    EXPECT(end.exit_code == -1 && end.signal == SIGKILL);
    thread_join(killer);
    child_kill(child); /* once more, and nobody else is hit */
    child_destroy(child);
}

static void a_child_dies_with_its_parent_and_not_before(void) {
    struct error error = {0};
    char heard[4];
    int64_t holder = 0;
    bool is_held = true;
    struct child *child = start("parent", lock_path, &error);
    ASSERT(child != NULL);
    EXPECT_INT(hear_all(child, heard, sizeof heard), 4);
    EXPECT(process_lock_holder(lock_path, &holder, &error)); /* the grandchild lives */
    child_destroy(child);
    for (int64_t waited = 0; is_held && waited < ENOUGH_MS; waited += 5) {
        is_held = process_lock_holder(lock_path, &holder, &error);
        clock_sleep_ms(5);
    }
    EXPECT(!is_held);
}

static void a_child_whose_parent_is_gone_does_not_begin(void) {
    EXPECT(!child_die_with_parent(process_id())); /* somebody else's child */
}

int main(int argc, char **argv) {
    if (argc >= 5 && strcmp(argv[1], "child") == 0)
        return be_child(argv);
    (void)snprintf(lock_path, sizeof lock_path, "/tmp/cairn-child-%lld.lock", (long long)process_id());
    starter = child_starter_create();
    TEST(what_is_said_comes_back);
    TEST(a_child_has_nothing_of_its_parent);
    TEST(a_program_that_is_not_there_is_told);
    TEST(complaints_are_kept_and_printable);
    TEST(a_silent_child_meets_the_deadline);
    TEST(a_kill_from_another_thread_ends_the_wait);
    TEST(a_child_dies_with_its_parent_and_not_before);
    child_starter_destroy(starter);
    TEST(a_child_whose_parent_is_gone_does_not_begin);
    (void)unlink(lock_path);
    return tap_done();
}
