/* SPDX-License-Identifier: Apache-2.0 */
/* moved_clock: preloaded into a daemon, its time of day is that of the machine plus the nanoseconds in the
 * file that MOVED_CLOCK names; a test writes them while the daemon runs. Durations are not touched. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *offset_ns;

__attribute__((constructor)) static void open_offset(void) {
    const char *path = getenv("MOVED_CLOCK");
    int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return;
    void *place = mmap(NULL, sizeof *offset_ns, PROT_READ, MAP_SHARED, file, 0);
    if (place != MAP_FAILED)
        offset_ns = place;
    (void)close(file);
}

int clock_gettime(clockid_t which, struct timespec *ret_time) {
    const int64_t ns_per_second = 1000000000;
    int status = (int)syscall(SYS_clock_gettime, which, ret_time);
    if (status != 0 || which != CLOCK_REALTIME || offset_ns == NULL)
        return status;
    int64_t ns = ret_time->tv_sec * ns_per_second + ret_time->tv_nsec + *offset_ns;
    ret_time->tv_sec = ns / ns_per_second;
    ret_time->tv_nsec = ns % ns_per_second;
    return 0;
}
