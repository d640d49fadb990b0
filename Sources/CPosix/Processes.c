#define _GNU_SOURCE
#include "CPosix.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int cposix_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

int cposix_spawn(const char *path, char *const arguments[], char *const environment[], const int descriptors[], int count, int *process) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    int failure = posix_spawn_file_actions_init(&actions);
    if (failure) return failure;
    failure = posix_spawnattr_init(&attributes);
    if (failure) {
        posix_spawn_file_actions_destroy(&actions);
        return failure;
    }
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    // A group of its own: what a terminal sends to the parent's group is not for it.
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    failure = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (!failure) failure = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    for (int index = 0; !failure && index < count; index++)
        failure = posix_spawn_file_actions_adddup2(&actions, descriptors[index], 3 + index);
    if (!failure) failure = posix_spawn_file_actions_addclosefrom_np(&actions, 3 + count);
    pid_t made = -1;
    if (!failure) failure = posix_spawn(&made, path, &actions, &attributes, arguments, environment);
    *process = made;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

int cposix_process_descriptor(int process) { return (int)syscall(SYS_pidfd_open, process, 0); }

int cposix_reap(int process, int *signal, int *status, long *peak) {
    int state = 0;
    struct rusage usage = {0};
    pid_t reaped;
    do reaped = wait4(process, &state, WNOHANG, &usage);
    while (reaped < 0 && errno == EINTR);
    if (reaped <= 0) return (int)reaped;
    *signal = WIFSIGNALED(state) ? WTERMSIG(state) : 0;
    *status = WIFEXITED(state) ? WEXITSTATUS(state) : 0;
    *peak = usage.ru_maxrss;
    return 1;
}

int cposix_die_with_parent(void) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)) return -1;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return -1;
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int cposix_limit(int resource, unsigned long long soft, unsigned long long hard) {
    struct rlimit limit = {soft, hard};
    return setrlimit(resource, &limit);
}
