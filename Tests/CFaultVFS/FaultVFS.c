#include "FaultDisk.h"

#include <sqlite3.h>
#include <string.h>

static sqlite3_vfs *real;

// MARK: An open file

typedef struct {
    sqlite3_file base;
    FaultDisk *disk;
    DiskFile *file;
    /// The real file under the database, for its locks and shared memory; none under the others.
    sqlite3_file *under;
} OpenFile;

static int closeFile(sqlite3_file *opened) {
    OpenFile *self = (OpenFile *)opened;
    return self->under ? self->under->pMethods->xClose(self->under) : SQLITE_OK;
}

static int readFile(sqlite3_file *opened, void *buffer, int count, sqlite3_int64 offset) {
    OpenFile *self = (OpenFile *)opened;
    pthread_mutex_lock(&fault_guard);
    int code = fault_disk_strike(self->disk, FAULT_READ, SQLITE_IOERR_READ);
    if (code == SQLITE_OK) {
        const Image *seen = &self->file->seen;
        int64_t there = seen->size - offset;
        if (there > count) there = count;
        if (there < 0) there = 0;
        if (there > 0) memcpy(buffer, seen->bytes + offset, (size_t)there);
        if (there < count) {
            memset((char *)buffer + there, 0, (size_t)(count - there));
            code = SQLITE_IOERR_SHORT_READ;
        }
    }
    pthread_mutex_unlock(&fault_guard);
    return code;
}

static int writeFile(sqlite3_file *opened, const void *bytes, int count, sqlite3_int64 offset) {
    OpenFile *self = (OpenFile *)opened;
    pthread_mutex_lock(&fault_guard);
    int wasDead = self->disk->isDead;
    int code = fault_disk_strike(self->disk, FAULT_WRITE, SQLITE_IOERR_WRITE);
    // What the power cut interrupts is under way, as any other change is.
    int64_t written = code == SQLITE_OK ? count : wasDead ? 0 : count / 2;
    if (written > 0) fault_file_write(self->file, bytes, written, offset);
    pthread_mutex_unlock(&fault_guard);
    return code;
}

static int truncateFile(sqlite3_file *opened, sqlite3_int64 size) {
    OpenFile *self = (OpenFile *)opened;
    pthread_mutex_lock(&fault_guard);
    int code = fault_disk_strike(self->disk, FAULT_TRUNCATE, SQLITE_IOERR_TRUNCATE);
    if (code == SQLITE_OK) fault_file_truncate(self->file, size);
    pthread_mutex_unlock(&fault_guard);
    return code;
}

static int syncFile(sqlite3_file *opened, int flags) {
    (void)flags;
    OpenFile *self = (OpenFile *)opened;
    pthread_mutex_lock(&fault_guard);
    int wasDead = self->disk->isDead;
    int code = fault_disk_strike(self->disk, FAULT_SYNC, SQLITE_IOERR_FSYNC);
    if (code == SQLITE_OK) {
        fault_file_sync(self->disk, self->file);
    } else if (!wasDead && !self->disk->isDead) {
        fault_file_forget(self->file);
    }
    pthread_mutex_unlock(&fault_guard);
    return code;
}

static int sizeOfFile(sqlite3_file *opened, sqlite3_int64 *size) {
    OpenFile *self = (OpenFile *)opened;
    pthread_mutex_lock(&fault_guard);
    *size = self->file->seen.size;
    pthread_mutex_unlock(&fault_guard);
    return SQLITE_OK;
}

static int lockFile(sqlite3_file *opened, int level) {
    OpenFile *self = (OpenFile *)opened;
    return self->under ? self->under->pMethods->xLock(self->under, level) : SQLITE_OK;
}

static int unlockFile(sqlite3_file *opened, int level) {
    OpenFile *self = (OpenFile *)opened;
    return self->under ? self->under->pMethods->xUnlock(self->under, level) : SQLITE_OK;
}

static int checkReservedLock(sqlite3_file *opened, int *isLocked) {
    OpenFile *self = (OpenFile *)opened;
    *isLocked = 0;
    return self->under ? self->under->pMethods->xCheckReservedLock(self->under, isLocked)
                       : SQLITE_OK;
}

static int controlFile(sqlite3_file *opened, int operation, void *argument) {
    OpenFile *self = (OpenFile *)opened;
    switch (operation) {
    case SQLITE_FCNTL_PERSIST_WAL:
    case SQLITE_FCNTL_POWERSAFE_OVERWRITE:
    case SQLITE_FCNTL_HAS_MOVED:
        if (self->under) {
            return self->under->pMethods->xFileControl(self->under, operation, argument);
        }
        return SQLITE_NOTFOUND;
    default:
        return SQLITE_NOTFOUND;
    }
}

static int sectorSize(sqlite3_file *opened) {
    (void)opened;
    return 4096;
}

/// As the real one promises of any file: a write harms nothing beside it.
static int characteristics(sqlite3_file *opened) {
    (void)opened;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int mapSharedMemory(
    sqlite3_file *opened, int region, int size, int mayExtend, void volatile **memory
) {
    OpenFile *self = (OpenFile *)opened;
    pthread_mutex_lock(&fault_guard);
    int code = fault_disk_strike(self->disk, FAULT_SHARED_MEMORY, SQLITE_IOERR_SHMMAP);
    pthread_mutex_unlock(&fault_guard);
    if (code != SQLITE_OK) {
        *memory = NULL;
        return code;
    }
    return self->under->pMethods->xShmMap(self->under, region, size, mayExtend, memory);
}

static int lockSharedMemory(sqlite3_file *opened, int offset, int count, int flags) {
    OpenFile *self = (OpenFile *)opened;
    return self->under->pMethods->xShmLock(self->under, offset, count, flags);
}

static void barrierSharedMemory(sqlite3_file *opened) {
    OpenFile *self = (OpenFile *)opened;
    self->under->pMethods->xShmBarrier(self->under);
}

static int unmapSharedMemory(sqlite3_file *opened, int isToBeDeleted) {
    OpenFile *self = (OpenFile *)opened;
    return self->under->pMethods->xShmUnmap(self->under, isToBeDeleted);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = closeFile,
    .xRead = readFile,
    .xWrite = writeFile,
    .xTruncate = truncateFile,
    .xSync = syncFile,
    .xFileSize = sizeOfFile,
    .xLock = lockFile,
    .xUnlock = unlockFile,
    .xCheckReservedLock = checkReservedLock,
    .xFileControl = controlFile,
    .xSectorSize = sectorSize,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = mapSharedMemory,
    .xShmLock = lockSharedMemory,
    .xShmBarrier = barrierSharedMemory,
    .xShmUnmap = unmapSharedMemory,
};

// MARK: The file system

static int openFile(
    sqlite3_vfs *vfs, const char *path, sqlite3_file *opened, int flags, int *granted
) {
    (void)vfs;
    FaultDisk *disk;
    pthread_mutex_lock(&fault_guard);
    DiskFile *file = fault_disk_find(path, &disk);
    int code = file ? fault_disk_strike(disk, FAULT_OPEN, SQLITE_CANTOPEN) : SQLITE_OK;
    int isDatabase = file && file == &disk->files[0];
    if (file && code == SQLITE_OK && !file->exists) {
        if (flags & SQLITE_OPEN_CREATE) {
            file->exists = 1;
            file->isFresh = 1;
        } else {
            code = SQLITE_CANTOPEN;
        }
    }
    pthread_mutex_unlock(&fault_guard);
    if (!file) return real->xOpen(real, path, opened, flags, granted);

    OpenFile *self = (OpenFile *)opened;
    memset(self, 0, sizeof *self);
    if (code != SQLITE_OK) return code;
    self->disk = disk;
    self->file = file;
    if (isDatabase) {
        self->under = (sqlite3_file *)(self + 1);
        code = real->xOpen(real, path, self->under, flags, granted);
        if (code != SQLITE_OK) return code;
    } else if (granted) {
        *granted = flags;
    }
    self->base.pMethods = &methods;
    return SQLITE_OK;
}

static int deleteFile(sqlite3_vfs *vfs, const char *path, int isSynced) {
    (void)vfs;
    FaultDisk *disk;
    pthread_mutex_lock(&fault_guard);
    DiskFile *file = fault_disk_find(path, &disk);
    int code = SQLITE_OK;
    if (file) {
        code = fault_disk_strike(disk, FAULT_DELETE, SQLITE_IOERR_DELETE);
        if (code == SQLITE_OK && !file->exists) {
            code = SQLITE_IOERR_DELETE_NOENT;
        } else if (code == SQLITE_OK) {
            fault_file_remove(file, isSynced);
        }
    }
    pthread_mutex_unlock(&fault_guard);
    return file ? code : real->xDelete(real, path, isSynced);
}

static int accessFile(sqlite3_vfs *vfs, const char *path, int flags, int *answer) {
    (void)vfs;
    FaultDisk *disk;
    pthread_mutex_lock(&fault_guard);
    DiskFile *file = fault_disk_find(path, &disk);
    // As the real one: a file without bytes is not there.
    if (file) *answer = file->exists && (flags != SQLITE_ACCESS_EXISTS || file->seen.size > 0);
    pthread_mutex_unlock(&fault_guard);
    return file ? SQLITE_OK : real->xAccess(real, path, flags, answer);
}

static sqlite3_vfs faulty;

void fault_vfs_register(void) {
    real = sqlite3_vfs_find(NULL);
    faulty = *real;
    faulty.pNext = NULL;
    faulty.zName = "stint-fault";
    faulty.szOsFile = (int)sizeof(OpenFile) + real->szOsFile;
    faulty.xOpen = openFile;
    faulty.xDelete = deleteFile;
    faulty.xAccess = accessFile;
    sqlite3_vfs_register(&faulty, 1);
}

