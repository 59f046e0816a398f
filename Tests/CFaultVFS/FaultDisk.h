// What a disk is made of, for the VFS alone.

#ifndef FAULT_DISK_H
#define FAULT_DISK_H

#include "FaultVFS.h"

#include <pthread.h>

enum { SECTOR = 512, FILES = 3 };

typedef struct {
    unsigned char *bytes;
    int64_t size;
} Image;

/// A write, or a truncation where there are no bytes, that was not synced.
typedef struct {
    int64_t offset;
    int64_t count;
    unsigned char *bytes;
} Change;

typedef struct {
    char *path;
    /// As every process sees it.
    Image seen;
    int exists;
    /// As it would be after the loss of power, before what of the changes came through.
    Image durable;
    int existsDurably;
    /// Whether the file was made anew since it was last synced: the changes begin from nothing.
    int isFresh;
    Change *changes;
    int64_t changeCount;
    int64_t changeRoom;
} DiskFile;

struct FaultDisk {
    FaultDisk *next;
    /// The database, its log and its journal.
    DiskFile files[FILES];
    uint32_t kinds;
    int64_t countdown;
    int64_t shots;
    int code;
    int isCut;
    int isDead;
    int64_t failures;
    int64_t changes;
};

/// Guards every disk. The real VFS is called without it where it may wait.
extern pthread_mutex_t fault_guard;

/// Makes the VFS the default of this process.
void fault_vfs_register(void);

// All that follows is called with the guard held.

/// The file of a path where a disk holds it.
DiskFile *fault_disk_find(const char *path, FaultDisk **disk);

/// Counts a call. Answers `SQLITE_OK`, or the code with which it fails.
int fault_disk_strike(FaultDisk *disk, uint32_t kind, int ifDead);

/// Changes what is seen, and remembers it until it is synced.
void fault_file_write(DiskFile *file, const void *bytes, int64_t count, int64_t offset);
void fault_file_truncate(DiskFile *file, int64_t size);
void fault_file_sync(FaultDisk *disk, DiskFile *file);
/// As a system does whose sync failed: takes what was written to be synced.
void fault_file_forget(DiskFile *file);
void fault_file_remove(DiskFile *file, int isSynced);

#endif
