#ifndef ISOCENTER_CPOSIX_H
#define ISOCENTER_CPOSIX_H

#include <malloc.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

/// Renames without replacing: fails with EEXIST where `to` exists.
/// Returns 0, or -1 with errno set. (`renameat2` needs _GNU_SOURCE, which the Swift overlay of Glibc lacks.)
int cposix_rename_no_replace(const char *from, const char *to);

/// Asks the kernel to begin writing a range of a file to the disk, without waiting: what fsync finds later is then less.
/// Says nothing about durability. Returns 0, or -1 with errno set.
int cposix_start_writeback(int descriptor, long long offset, long long length);

/// Whether all of a range of a file lies in memory, so that sending it waits for no disk (`cachestat`, Linux 6.5).
/// Returns 1 or 0, or -1 where the system does not tell.
int cposix_is_in_memory(int descriptor, long long offset, long long length);

/// Everything of the file system that a path lies on is on the disk when this returns 0 (`syncfs`); -1 with errno set.
int cposix_sync_file_system(const char *path);

/// Extended attributes (xattr(7)): 0, or -1 with errno set; the length of the value, or -1 with errno set.
int cposix_set_attribute(int descriptor, const char *name, const void *value, size_t length);
long cposix_get_attribute(const char *path, const char *name, void *value, size_t capacity);

// Processes (Processes.c)

/// A file without a name, in memory alone, closed on exec (`memfd_create`). Returns its descriptor, or -1 with errno set.
int cposix_memory_file(const char *name);

/// Starts a program in a process group of its own, with default signals, nothing to read and nowhere to print but standard error.
///
/// `descriptors` become 3, 4, …; every other one is closed. They themselves must lie above 3 + count.
/// Returns 0 and the process' id, or an error number.
int cposix_spawn(const char *path, char *const arguments[], char *const environment[], const int descriptors[], int count, int *process);

/// A descriptor that is readable when the child has ended (`pidfd_open`), or -1 with errno set.
int cposix_process_descriptor(int process);

/// Collects an ended child without waiting. Returns 1 with the signal that killed it (or 0), its exit status and its largest resident size in KiB;
/// 0 while it runs; -1 with errno set.
int cposix_reap(int process, int *signal, int *status, long *peak);

/// This process is killed when the thread that started it ends, gains no rights by exec, and shows its memory to nobody.
/// Returns 0, or -1 with errno set.
int cposix_die_with_parent(void);

/// setrlimit, whose first argument is an enumeration in C and a number in Swift.
int cposix_limit(int resource, unsigned long long soft, unsigned long long hard);

// Confinement (Confinement.c)

/// From here on this process may compute, use memory, and talk over descriptors that are open: no file, socket, process or program
/// is reached any more; such calls fail with EPERM (seccomp). Returns 0, or -1 with errno set: ENOSYS on processors whose calls are not listed.
int cposix_restrict_to_computing(void);

#endif
