/* SPDX-License-Identifier: Apache-2.0 */
/* The real disk, queues, threads, clocks and locks. */
#include "base/buf.h"
#include "base/own.h"
#include "support/tap.h"
#include "sys/clock.h"
#include "sys/disk.h"
#include "sys/process.h"
#include "sys/queue.h"
#include "sys/random.h"
#include "sys/thread.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];
static struct disk *disk;

static bool content_is(const char *name, const char *expected) {
    struct error error = {0};
    SCOPED(buf_finish) struct buf content = BUF_INIT(1024);
    return disk_read_file(disk, name, &content, &error) && str_is(buf_str(&content), expected);
}

static void what_is_appended_is_read_back(void) {
    struct error error = {0};
    struct disk_file *file = disk_open(disk, "appended", DISK_CREATE, &error);
    EXPECT(file != NULL && disk_append(file, "hello ", 6, &error) && disk_append(file, "world", 5, &error));
    EXPECT(disk_sync(file, &error));
    char text[16];
    size_t got = 0;
    EXPECT(disk_read(file, 6, text, sizeof text, &got, &error));
    EXPECT_INT(got, 5);
    EXPECT(!disk_read_exactly(file, 6, text, 6, &error));
    EXPECT_INT(error.kind, ERROR_CORRUPT);
    EXPECT(disk_truncate(file, 5, &error) && disk_append(file, "!", 1, &error));
    disk_close(file);
    EXPECT(content_is("appended", "hello!"));
    file = disk_open(disk, "appended", DISK_WRITE, &error);
    EXPECT(file != NULL && disk_append(file, "?", 1, &error));
    disk_close(file);
    EXPECT(content_is("appended", "hello!?"));
}

static void missing_and_existing_files_have_their_kinds(void) {
    struct error error = {0};
    EXPECT(disk_open(disk, "missing", DISK_READ, &error) == NULL);
    EXPECT_INT(error.kind, ERROR_NOT_FOUND);
    EXPECT(disk_write_file(disk, "present", bytes_of("x", 1), &error));
    EXPECT(disk_open(disk, "present", DISK_CREATE, &error) == NULL);
    EXPECT_INT(error.kind, ERROR_CONFLICT);
    EXPECT(!disk_unlink(disk, "missing", &error));
    EXPECT_INT(error.kind, ERROR_NOT_FOUND);
}

static void names_cannot_leave_the_root(void) {
    static const char *const names[] = {
        "..", "../x", "a/../../x", "/etc/passwd", "a//b", ".", "a/.", "", "a/"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct error error = {0};
        EXPECT(disk_open(disk, names[i], DISK_WRITE, &error) == NULL);
        EXPECT_INT(error.kind, ERROR_INVALID);
        EXPECT(!disk_rename(disk, "present", names[i], &error));
        EXPECT(!disk_make_directory(disk, names[i], &error));
    }
}

static void a_symbolic_link_is_not_followed(void) {
    struct error error = {0};
    char path[128];
    (void)snprintf(path, sizeof path, "%s/link", folder);
    EXPECT(symlink("/etc/hostname", path) == 0);
    EXPECT(disk_open(disk, "link", DISK_READ, &error) == NULL);
    EXPECT(disk_open(disk, "link", DISK_WRITE, &error) == NULL);
    EXPECT(disk_unlink(disk, "link", &error));
}

static void a_symbolic_link_is_followed_where_asked_for(void) {
    struct error error = {0};
    char path[128];
    (void)snprintf(path, sizeof path, "%s/target", folder);
    EXPECT(disk_write_file(disk, "target", str_bytes(STR_LITERAL("content")), &error));
    (void)snprintf(path, sizeof path, "%s/link", folder);
    EXPECT(symlink("target", path) == 0);
    struct disk *following = disk_real_create(folder, &error);
    EXPECT(following != NULL);
    disk_real_follow_links(following);
    SCOPED(buf_finish) struct buf text = BUF_INIT(64);
    EXPECT(disk_read_file(following, "link", &text, &error));
    EXPECT(str_is(buf_str(&text), "content"));
    disk_real_destroy(following);
    EXPECT(disk_unlink(disk, "link", &error) && disk_unlink(disk, "target", &error));
}

static void a_pipe_is_refused_without_waiting_for_its_writer(void) {
    struct error error = {0};
    char path[128];
    (void)snprintf(path, sizeof path, "%s/pipe", folder);
    EXPECT(mkfifo(path, 0600) == 0);
    EXPECT(disk_open(disk, "pipe", DISK_READ, &error) == NULL);
    EXPECT_INT(error.kind, ERROR_INVALID);
    EXPECT(disk_unlink(disk, "pipe", &error));
}

static bool count_entry(const char *name, bool is_directory, void *context) {
    int *counts = context;
    counts[is_directory ? 1 : 0] += strlen(name) == 1 ? 1 : 100;
    return true;
}

static void folders_are_made_listed_and_removed(void) {
    struct error error = {0};
    EXPECT(disk_make_directory(disk, "d", &error) && disk_make_directory(disk, "d", &error));
    EXPECT(disk_make_directory(disk, "d/e", &error));
    EXPECT(disk_write_file(disk, "d/f", bytes_of("1", 1), &error));
    EXPECT(disk_write_file(disk, "d/f", bytes_of("22", 2), &error));
    EXPECT(content_is("d/f", "22"));
    int counts[2] = {0};
    EXPECT(disk_list(disk, "d", count_entry, counts, &error));
    EXPECT_INT(counts[0], 1);
    EXPECT_INT(counts[1], 1);
    struct disk_stat stat = {0};
    EXPECT(disk_stat(disk, "d", &stat, &error) && stat.is_directory);
    EXPECT(disk_stat(disk, "d/f", &stat, &error) && !stat.is_directory && stat.size == 2);
    EXPECT(!disk_remove_directory(disk, "d", &error));
    EXPECT_INT(error.kind, ERROR_CONFLICT);
    EXPECT(disk_unlink(disk, "d/f", &error) && disk_remove_directory(disk, "d/e", &error));
    EXPECT(disk_sync_directory(disk, "d", &error) && disk_remove_directory(disk, "d", &error));
    EXPECT(disk_sync_directory(disk, "", &error));
    EXPECT(!disk_list(disk, "d", count_entry, counts, &error));
    EXPECT_INT(error.kind, ERROR_NOT_FOUND);
    uint64_t free_bytes = 0;
    EXPECT(disk_free_bytes(disk, &free_bytes, &error) && free_bytes > 0);
}

static void a_file_past_the_limit_of_the_buffer_is_refused(void) {
    struct error error = {0};
    EXPECT(disk_write_file(disk, "large", bytes_of("0123456789", 10), &error));
    SCOPED(buf_finish) struct buf content = BUF_INIT(9);
    EXPECT(!disk_read_file(disk, "large", &content, &error));
    EXPECT_INT(error.kind, ERROR_LIMIT);
}

static void a_queue_keeps_order_and_its_bounds(void) {
    struct queue *queue = queue_create(3, 100);
    int messages[4];
    EXPECT(queue_pop(queue, 0) == NULL);
    EXPECT(queue_push(queue, &messages[0], 1000, 0)); /* heavier than all, yet alone */
    EXPECT(!queue_push(queue, &messages[1], 1, 5));
    EXPECT(queue_pop(queue, 0) == &messages[0]);
    EXPECT(queue_push(queue, &messages[1], 50, 0) && queue_push(queue, &messages[2], 50, 0));
    EXPECT(!queue_push(queue, &messages[3], 1, 0));
    EXPECT_INT(queue_count(queue), 2);
    EXPECT(queue_pop(queue, 0) == &messages[1]);
    queue_close(queue);
    EXPECT(queue_is_closed(queue) && !queue_push(queue, &messages[3], 1, 0));
    EXPECT(queue_pop(queue, 1000) == &messages[2]);
    EXPECT(queue_pop(queue, 100000) == NULL);
    queue_destroy(queue);
}

enum { PUSHED = 20000 };
static char pushed[PUSHED];

static void push_many(void *context) {
    for (size_t i = 0; i < PUSHED; i++)
        while (!queue_push(context, &pushed[i], 1, 1000))
            continue;
}

static void threads_meet_at_a_queue(void) {
    struct queue *queue = queue_create(16, UINT64_MAX);
    struct thread *pushers[] = {
        thread_start("pusher-1", push_many, queue), thread_start("pusher-2", push_many, queue)};
    for (int i = 0; i < 2 * PUSHED; i++) {
        char *message = queue_pop(queue, 10000);
        EXPECT(message != NULL);
        if (message != NULL)
            *message = (char)(*message + 1);
    }
    thread_join(pushers[0]);
    thread_join(pushers[1]);
    for (size_t i = 0; i < PUSHED; i++)
        EXPECT(pushed[i] == 2);
    queue_destroy(queue);
}

static void a_condition_times_out(void) {
    struct mutex mutex;
    struct condition condition;
    mutex_init(&mutex);
    condition_init(&condition);
    struct instant start = clock_instant(clock_real());
    {
        MUTEX_SCOPE(&mutex);
        EXPECT(!condition_wait_ms(&condition, &mutex, 20));
    }
    EXPECT(clock_instant(clock_real()).ns - start.ns >= 20000000);
    condition_finish(&condition);
    mutex_finish(&mutex);
}

static void a_manual_clock_moves_by_hand_only(void) {
    struct clock_manual manual;
    clock_manual_init(&manual, (struct moment){5000});
    EXPECT_INT(clock_now(&manual.clock).ms, 5000);
    clock_manual_advance(&manual, MS_PER_DAY);
    EXPECT_INT(clock_now(&manual.clock).ms, 5000 + MS_PER_DAY);
    EXPECT_INT(clock_instant(&manual.clock).ns, (5000 + (int64_t)MS_PER_DAY) * 1000000);
    EXPECT(clock_now(clock_real()).ms > 1700000000000);
}

static void random_bytes_differ(void) {
    EXPECT(random_u64() != random_u64());
}

static void a_lock_is_held_once_and_names_its_holder(void) {
    struct error error = {0};
    char path[128];
    int64_t holder = 0;
    (void)snprintf(path, sizeof path, "%s/lock", folder);
    EXPECT(!process_lock_holder(path, &holder, &error) && error.kind == ERROR_NOT_FOUND);
    struct process_lock *lock = process_lock_acquire(path, &error);
    EXPECT(lock != NULL);
    EXPECT(process_lock_acquire(path, &error) == NULL && error.kind == ERROR_CONFLICT);
    EXPECT(process_lock_holder(path, &holder, &error) && holder == process_id());
    process_lock_release(lock);
    EXPECT(!process_lock_holder(path, &holder, &error) && error.kind == ERROR_NOT_FOUND);
    lock = process_lock_acquire(path, &error);
    EXPECT(lock != NULL);
    process_lock_release(lock);
    EXPECT(disk_unlink(disk, "lock", &error));
}

static void signals_are_waited_for(void) {
    process_prepare();
    EXPECT_INT(process_wait_signal(0), PROCESS_NO_SIGNAL);
    EXPECT(kill(getpid(), SIGHUP) == 0);
    EXPECT_INT(process_wait_signal(1000), PROCESS_RELOAD);
    EXPECT(kill(getpid(), SIGTERM) == 0);
    EXPECT_INT(process_wait_signal(-1), PROCESS_TERMINATE);
    EXPECT(kill(getpid(), SIGPIPE) == 0);
    EXPECT_INT(process_wait_signal(10), PROCESS_NO_SIGNAL);
    EXPECT(process_resident_bytes() > 100000 && process_resident_bytes_peak() > 100000);
}

static void a_log_past_the_cache_is_read_back_and_ends_in_zeros(void) {
    static const size_t sizes[] = {1, 64, 4095, 4096, 4097, (1 << 20) + 5, 3, 1 << 20, 17};
    struct error error = {0};
    SCOPED(buf_finish) struct buf sent = BUF_INIT(BUF_UNBOUNDED), got = BUF_INIT(BUF_UNBOUNDED);
    SCOPED(disk_closep) struct disk_file *log = disk_open(disk, "log", DISK_CREATE_LOG, &error);
    EXPECT(log != NULL && disk_open(disk, "log", DISK_CREATE_LOG, &error) == NULL);
    EXPECT_INT(error.kind, ERROR_CONFLICT);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t start = sent.size;
        for (size_t at = 0; at < sizes[i]; at++)
            buf_append_u8(&sent, (uint8_t)(1 + (start + at) * 2654435761u % 255));
        EXPECT(disk_append(log, sent.data + start, sizes[i], &error) && disk_sync(log, &error));
        buf_clear(&got);
        EXPECT(disk_read_file(disk, "log", &got, &error));
        EXPECT(got.size >= sent.size && got.size - sent.size < 4096);
        EXPECT(memcmp(got.data, sent.data, sent.size) == 0);
        for (size_t at = sent.size; at < got.size; at++)
            EXPECT(got.data[at] == 0);
    }
}

static bool remove_entry(const char *name, bool is_directory, void *context) {
    struct error error = {0};
    (void)context;
    EXPECT(!is_directory && disk_unlink(disk, name, &error));
    return true;
}

static void a_program_may_open_many_files(void) {
    struct rlimit limit;
    EXPECT(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    rlim_t most = limit.rlim_max;
    limit.rlim_cur = 64;
    EXPECT(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    process_prepare();
    EXPECT(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    EXPECT(limit.rlim_cur == (most < 65536 ? most : 65536));
}

int main(void) {
    struct error error = {0};
    const char *parent = getenv("TMPDIR");
    (void)snprintf(folder, sizeof folder, "%.40s/cairn-sys-XXXXXX", parent != NULL ? parent : "/tmp");
    if (mkdtemp(folder) == NULL || (disk = disk_real_create(folder, &error)) == NULL)
        return 1;
    TEST(what_is_appended_is_read_back);
    TEST(missing_and_existing_files_have_their_kinds);
    TEST(names_cannot_leave_the_root);
    TEST(a_symbolic_link_is_not_followed);
    TEST(a_symbolic_link_is_followed_where_asked_for);
    TEST(a_pipe_is_refused_without_waiting_for_its_writer);
    TEST(folders_are_made_listed_and_removed);
    TEST(a_file_past_the_limit_of_the_buffer_is_refused);
    TEST(a_log_past_the_cache_is_read_back_and_ends_in_zeros);
    TEST(a_queue_keeps_order_and_its_bounds);
    TEST(threads_meet_at_a_queue);
    TEST(a_condition_times_out);
    TEST(a_manual_clock_moves_by_hand_only);
    TEST(random_bytes_differ);
    TEST(a_lock_is_held_once_and_names_its_holder);
    TEST(signals_are_waited_for);
    TEST(a_program_may_open_many_files);
    IGNORE(disk_list(disk, "", remove_entry, NULL, &error), "only cleaning up");
    disk_real_destroy(disk);
    return rmdir(folder) != 0 || tap_done() != 0;
}
