#define _GNU_SOURCE
#include "CPosix.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

int cposix_rename_no_replace(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

int cposix_start_writeback(int descriptor, long long offset, long long length) {
    return sync_file_range(descriptor, offset, length, SYNC_FILE_RANGE_WRITE);
}

int cposix_is_in_memory(int descriptor, long long offset, long long length) {
    struct { unsigned long long offset, length; } range = {(unsigned long long)offset, (unsigned long long)length};
    struct { unsigned long long cached, dirty, writeback, evicted, recently_evicted; } pages;
    // One number on every architecture; headers before Linux 6.5 do not have it.
    if (length <= 0 || syscall(451, descriptor, &range, &pages, 0u) != 0) return -1;
    long size = sysconf(_SC_PAGESIZE);
    unsigned long long wanted = (unsigned long long)((offset + length - 1) / size - offset / size + 1);
    return pages.cached >= wanted;
}

int cposix_sync_file_system(const char *path) {
    int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return -1;
    // Some file systems write the last names after their one flush of the disk's own cache: the second call flushes that.
    int result = syncfs(descriptor) == 0 ? fsync(descriptor) : -1;
    int error = errno;
    close(descriptor);
    errno = error;
    return result;
}

int cposix_set_attribute(int descriptor, const char *name, const void *value, size_t length) {
    return fsetxattr(descriptor, name, value, length, 0);
}

long cposix_get_attribute(const char *path, const char *name, void *value, size_t capacity) {
    return getxattr(path, name, value, capacity);
}
