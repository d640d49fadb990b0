#ifndef ISOCENTER_CPOSIX_H
#define ISOCENTER_CPOSIX_H

/// Renames without replacing: fails with EEXIST where `to` exists.
/// Returns 0, or -1 with errno set. (`renameat2` needs _GNU_SOURCE, which the Swift overlay of Glibc lacks.)
int cposix_rename_no_replace(const char *from, const char *to);

/// Asks the kernel to begin writing a range of a file to the disk, without waiting: what fsync finds later is then less.
/// Says nothing about durability. Returns 0, or -1 with errno set.
int cposix_start_writeback(int descriptor, long long offset, long long length);

#endif
