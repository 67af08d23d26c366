/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confine_calls: a seccomp filter, made from tables. It is a list of what is allowed: a call that nobody
 * thought of is refused. Two kinds of refusal: libraries feel their way with calls that they can do without
 * (a terminal's size, a CPU's frequency), so an unknown call fails with EPERM and the work goes on; a call
 * that only an attack makes ends the process, and its parent tells of signal 31.
 */
#include "base/check.h"
#include "sys/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#    define OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#    define OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#    error "which architecture do its system calls belong to?"
#endif

#ifndef PR_SET_VMA
#    define PR_SET_VMA 0x53564d41 /* names a mapping */
#endif

enum { FILTER_SIZE_MAX = 768, OTHER_NUMBERS_BIT = 0x40000000 /* x32 */ };

static const int allowed_calls[] = {
    SYS_read,
    SYS_readv,
    SYS_pread64,
    SYS_preadv,
    SYS_write,
    SYS_writev,
    SYS_lseek,
    SYS_close,
    SYS_fstat,
    SYS_newfstatat,
    SYS_statx,
    SYS_statfs,
    SYS_fstatfs,
    SYS_faccessat,
    SYS_readlinkat,
    SYS_getcwd,
    SYS_fadvise64,
    SYS_getdents64,
    SYS_dup,
    SYS_ppoll, /* files that are open, and names */
    SYS_brk,
    SYS_munmap,
    SYS_mremap,
    SYS_madvise,
    SYS_mincore,
    SYS_membarrier, /* memory */
    SYS_futex,
    SYS_set_robust_list,
    SYS_rseq,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_sched_setaffinity,
    SYS_getcpu,
    SYS_gettid,
    SYS_getpid,
    SYS_exit,
    SYS_exit_group,
    SYS_restart_syscall,
    SYS_set_tid_address,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack, /* threads and their signals */
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_clock_nanosleep,
    SYS_nanosleep,
    SYS_gettimeofday, /* time */
    SYS_getrandom,
    SYS_uname,
    SYS_sysinfo,
    SYS_getrusage,
    SYS_times,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_getppid, /* harmless questions */
#if defined(__x86_64__)
    SYS_stat,
    SYS_lstat,
    SYS_access,
    SYS_readlink,
    SYS_poll,
    SYS_time,
    SYS_arch_prctl,
#endif
};

static const int writing_calls[] = {
    SYS_pwrite64,
    SYS_pwritev,
    SYS_fsync,
    SYS_fdatasync,
    SYS_ftruncate,
    SYS_fallocate,
    SYS_renameat,
    SYS_renameat2,
    SYS_unlinkat,
#if defined(__x86_64__)
    SYS_rename,
    SYS_unlink,
#endif
};

static const int fatal_calls[] = {
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_sendto,
    SYS_sendmsg,
    SYS_recvfrom,
    SYS_recvmsg, /* the network */
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_pidfd_open,
    SYS_pidfd_getfd,
    SYS_pidfd_send_signal,
    SYS_kill,
    SYS_tkill, /* programs and other processes */
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_setns,
    SYS_unshare,
    SYS_setuid,
    SYS_setgid,
    SYS_setresuid,
    SYS_setresgid,
    SYS_capset,
    SYS_seccomp, /* other views of the world */
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_keyctl,
    SYS_add_key,
    SYS_init_module,
    SYS_finit_module,
    SYS_kexec_load,
    SYS_reboot,
    SYS_memfd_create,
    SYS_fchmodat,
    SYS_fchownat,
    SYS_linkat,
    SYS_symlinkat,
    SYS_mknodat, /* what only an attack wants */
#if defined(__x86_64__)
    SYS_fork,
    SYS_vfork,
    SYS_link,
    SYS_symlink,
    SYS_mknod,
    SYS_chmod,
    SYS_chown,
#endif
};

struct filter {
    struct sock_filter steps[FILTER_SIZE_MAX];
    size_t size;
};

static void emit(struct filter *filter, struct sock_filter step) {
    ASSERT(filter->size < FILTER_SIZE_MAX);
    filter->steps[filter->size++] = step;
}

static void emit_load(struct filter *filter, size_t offset) {
    emit(filter, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void emit_return(struct filter *filter, uint32_t action) {
    emit(filter, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

#define REFUSED(os_errno) (SECCOMP_RET_ERRNO | (uint32_t)(os_errno))

static void emit_calls(struct filter *filter, const int *calls, size_t count, uint32_t action) {
    for (size_t i = 0; i < count; i++) {
        emit(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i], 0, 1));
        emit_return(filter, action);
    }
}
#define EMIT_CALLS(filter, calls, action)                                                                    \
    emit_calls((filter), (calls), sizeof(calls) / sizeof *(calls), (action))

/* The low half of an argument: flags, commands and process ids have no more. */
static size_t argument(int index) {
    return offsetof(struct seccomp_data, args) + (size_t)index * sizeof(uint64_t);
}

/* A call whose argument decides: `action` where it has any bit of `bits`, else allowed. */
static void emit_call_without(struct filter *filter, int call, int index, uint32_t bits, uint32_t action) {
    emit(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 4));
    emit_load(filter, argument(index));
    emit(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1));
    emit_return(filter, action);
    emit_return(filter, SECCOMP_RET_ALLOW);
}

/* A call that is allowed where its argument is one of `values`, else `action`. */
static void emit_call_with(
    struct filter *filter, int call, int index, const uint32_t *values, size_t count, uint32_t action) {
    emit(filter,
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, (uint8_t)(2 * count + 2)));
    emit_load(filter, argument(index));
    for (size_t i = 0; i < count; i++) {
        emit(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, values[i], 0, 1));
        emit_return(filter, SECCOMP_RET_ALLOW);
    }
    emit_return(filter, action);
}

/* Threads of this process, and nothing that looks like a process or a namespace of its own. */
static void emit_clone(struct filter *filter) {
    const uint32_t namespaces = CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |
                                CLONE_NEWUTS | CLONE_NEWCGROUP;
    emit(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 5));
    emit_load(filter, argument(0));
    emit(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, namespaces, 2, 0));
    emit(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1));
    emit_return(filter, SECCOMP_RET_ALLOW);
    emit_return(filter, SECCOMP_RET_KILL_PROCESS);
    /* Its flags lie in memory, where no filter sees them; the C library then takes clone. */
    const int clone3[] = {SYS_clone3};
    EMIT_CALLS(filter, clone3, REFUSED(ENOSYS));
}

/* Limits may be read, never set. */
static void emit_limits(struct filter *filter) {
    emit(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prlimit64, 0, 6));
    emit_load(filter, argument(2));
    emit(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3));
    emit_load(filter, argument(2) + sizeof(uint32_t));
    emit(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1));
    emit_return(filter, SECCOMP_RET_ALLOW);
    emit_return(filter, REFUSED(EPERM));
}

static void emit_arguments(struct filter *filter, bool may_write) {
    const uint32_t writing = O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY);
    const uint32_t open_refused = may_write ? (uint32_t)(O_TMPFILE & ~O_DIRECTORY) : writing;
    emit_call_without(filter, SYS_openat, 2, open_refused, REFUSED(EPERM));
#if defined(__x86_64__)
    emit_call_without(filter, SYS_open, 1, open_refused, REFUSED(EPERM));
#endif
    /* No memory that is written becomes code. */
    emit_call_without(filter, SYS_mmap, 2, PROT_EXEC, REFUSED(EPERM));
    emit_call_without(filter, SYS_mprotect, 2, PROT_EXEC, REFUSED(EPERM));
    const uint32_t own_id[] = {(uint32_t)getpid()};
    emit_call_with(filter, SYS_tgkill, 0, own_id, 1, SECCOMP_RET_KILL_PROCESS); /* abort() */
    const uint32_t names[] = {PR_SET_NAME, PR_GET_NAME, PR_SET_VMA};
    emit_call_with(filter, SYS_prctl, 0, names, sizeof names / sizeof *names, REFUSED(EPERM));
    const uint32_t commands[] = {F_GETFD, F_SETFD, F_GETFL, F_GETLK, F_SETLK, F_DUPFD_CLOEXEC};
    emit_call_with(filter, SYS_fcntl, 1, commands, sizeof commands / sizeof *commands, REFUSED(EPERM));
}

bool confine_calls(const struct confine_options *options, struct error *error) {
    struct filter filter = {.size = 0};
    emit_load(&filter, offsetof(struct seccomp_data, arch));
    emit(&filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCHITECTURE, 1, 0));
    emit_return(&filter, SECCOMP_RET_KILL_PROCESS);
    emit_load(&filter, offsetof(struct seccomp_data, nr));
    emit(&filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, OTHER_NUMBERS_BIT, 0, 1));
    emit_return(&filter, SECCOMP_RET_KILL_PROCESS);
    EMIT_CALLS(&filter, allowed_calls, SECCOMP_RET_ALLOW);
    if (options->file_bytes > 0)
        EMIT_CALLS(&filter, writing_calls, SECCOMP_RET_ALLOW);
    EMIT_CALLS(&filter, fatal_calls, SECCOMP_RET_KILL_PROCESS);
    emit_clone(&filter);
    emit_limits(&filter);
    emit_arguments(&filter, options->file_bytes > 0);
    emit_return(&filter, REFUSED(EPERM));
    struct sock_fprog program = {.len = (unsigned short)filter.size, .filter = filter.steps};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) != 0)
        return error_set(
            error, ERROR_UNAVAILABLE, "the kernel filters no system calls: %s", strerrordesc_np(errno));
    return true;
}
