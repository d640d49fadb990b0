#define _GNU_SOURCE
#include "CPosix.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
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
