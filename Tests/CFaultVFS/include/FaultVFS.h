// A disk for SQLite that fails when told to, and forgets at a power cut what was not synced.
//
// The first disk registers a VFS as the default of this process. It passes everything on to the
// real one but the files of a database for which there is a disk: their bytes are held in memory,
// once as every process sees them and once as they would be after the loss of power. Locks and
// shared memory stay the real ones, so a file lies under the same path, and stays empty.

#ifndef FAULT_VFS_H
#define FAULT_VFS_H

#include <stdint.h>

typedef struct FaultDisk FaultDisk;

/// Which calls count towards a fault, as bits.
enum {
    FAULT_OPEN = 1,
    FAULT_READ = 2,
    FAULT_WRITE = 4,
    FAULT_SYNC = 8,
    FAULT_TRUNCATE = 16,
    FAULT_DELETE = 32,
    FAULT_SHARED_MEMORY = 64,
    /// Whatever changes the disk: the moments at which power may go.
    FAULT_CHANGE = FAULT_WRITE | FAULT_SYNC | FAULT_TRUNCATE | FAULT_DELETE,
};

/// Holds the database of that path, its log and its journal from now on; they are empty.
FaultDisk *fault_disk_create(const char *path);

/// Forgets the disk and its bytes. No connection to the database may be open.
void fault_disk_free(FaultDisk *disk);

/// The `at`-th call of these kinds from now on, counted from 1, fails with this result code of
/// SQLite; of several shots that many in a row. A write that fails writes its first half; a sync
/// that fails makes nothing durable, and a later one does not make up for it: the system holds what
/// was written to be clean, and shows it.
void fault_disk_fail(FaultDisk *disk, uint32_t kinds, int64_t at, int64_t shots, int code);

/// At the `at`-th change from now on the power goes, and every call fails.
void fault_disk_cut(FaultDisk *disk, int64_t at);

/// The power returns. Of each write that was not synced some sectors of 512 bytes are there, or
/// all, or none, as the seed decides; nothing fails any more. No connection may be open.
void fault_disk_restart(FaultDisk *disk, uint64_t seed);

/// Takes back whatever was to fail.
void fault_disk_heal(FaultDisk *disk);

/// How often something failed since it was last told to.
int64_t fault_disk_failures(FaultDisk *disk);

/// How many changes there were of a disk.
int64_t fault_disk_changes(FaultDisk *disk);

#endif
