#include "FaultDisk.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

pthread_mutex_t fault_guard = PTHREAD_MUTEX_INITIALIZER;
static FaultDisk *disks;

// MARK: Bytes, seen and durable

static void resize(Image *image, int64_t size) {
    if (size == image->size) return;
    image->bytes = realloc(image->bytes, (size_t)(size > 0 ? size : 1));
    if (size > image->size) memset(image->bytes + image->size, 0, (size_t)(size - image->size));
    image->size = size;
}

static void put(Image *image, const void *bytes, int64_t count, int64_t offset) {
    if (count == 0) return;
    if (image->size < offset + count) resize(image, offset + count);
    memcpy(image->bytes + offset, bytes, (size_t)count);
}

void fault_file_forget(DiskFile *file) {
    for (int64_t index = 0; index < file->changeCount; index++) free(file->changes[index].bytes);
    file->changeCount = 0;
}

static void remember(DiskFile *file, const void *bytes, int64_t count, int64_t offset) {
    if (file->changeCount == file->changeRoom) {
        file->changeRoom = file->changeRoom * 2 + 64;
        file->changes = realloc(file->changes, (size_t)file->changeRoom * sizeof(Change));
    }
    Change change = {offset, count, NULL};
    if (bytes) {
        change.bytes = malloc((size_t)count + 1);
        memcpy(change.bytes, bytes, (size_t)count);
    }
    file->changes[file->changeCount++] = change;
}

static void apply(Image *image, const Change *change) {
    if (change->bytes) {
        put(image, change->bytes, change->count, change->offset);
    } else {
        resize(image, change->offset);
    }
}

/// A folder's sync: which files there are.
static void makeNameDurable(DiskFile *file) {
    if (file->isFresh || !file->exists) resize(&file->durable, 0);
    file->isFresh = 0;
    file->existsDurably = file->exists;
}

void fault_file_sync(FaultDisk *disk, DiskFile *file) {
    // As the real one: the first sync of a file that was made syncs its folder.
    if (file->isFresh) {
        for (int index = 0; index < FILES; index++) makeNameDurable(&disk->files[index]);
    }
    for (int64_t index = 0; index < file->changeCount; index++) {
        apply(&file->durable, &file->changes[index]);
    }
    fault_file_forget(file);
}

void fault_file_write(DiskFile *file, const void *bytes, int64_t count, int64_t offset) {
    put(&file->seen, bytes, count, offset);
    remember(file, bytes, count, offset);
}

void fault_file_truncate(DiskFile *file, int64_t size) {
    resize(&file->seen, size);
    remember(file, NULL, 0, size);
}

void fault_file_remove(DiskFile *file, int isSynced) {
    file->exists = 0;
    file->isFresh = 0;
    resize(&file->seen, 0);
    fault_file_forget(file);
    if (isSynced) makeNameDurable(file);
}

// MARK: Faults

static uint64_t nextRandom(uint64_t *state) {
    uint64_t mixed = *state += 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
}

int fault_disk_strike(FaultDisk *disk, uint32_t kind, int ifDead) {
    if (kind & FAULT_CHANGE) disk->changes++;
    if (!disk->isDead && disk->shots > 0 && (disk->kinds & kind)) {
        if (disk->countdown > 1) {
            disk->countdown--;
        } else if (disk->isCut) {
            disk->isDead = 1;
        } else {
            disk->shots--;
            disk->failures++;
            errno = EIO;
            return disk->code;
        }
    }
    if (!disk->isDead) return SQLITE_OK;
    disk->failures++;
    errno = EIO;
    return ifDead;
}

/// Some of the sectors that a write touches.
static void tear(Image *image, const Change *change, uint64_t *random) {
    int64_t start = change->offset;
    int64_t end = change->offset + change->count;
    while (start < end) {
        int64_t next = (start / SECTOR + 1) * SECTOR;
        if (next > end) next = end;
        if (nextRandom(random) & 1) {
            put(image, change->bytes + (start - change->offset), next - start, start);
        }
        start = next;
    }
}

/// Each file by itself loses all, keeps all, keeps a beginning, or loses a share of its changes.
static void losePower(DiskFile *file, uint64_t *random) {
    // A file that was removed or made anew since its folder was synced may be the old one still.
    int isNew = file->exists != file->existsDurably || file->isFresh;
    if (isNew && (nextRandom(random) & 1)) {
        file->exists = file->existsDurably;
    } else {
        if (file->isFresh || !file->exists) resize(&file->durable, 0);
        uint64_t manner = nextRandom(random) % 4;
        uint64_t share = 1 + nextRandom(random) % 15;
        int64_t kept = file->changeCount;
        if (manner == 0) kept = 0;
        if (manner == 2) kept = (int64_t)(nextRandom(random) % (uint64_t)(kept + 1));
        for (int64_t index = 0; index < file->changeCount; index++) {
            const Change *change = &file->changes[index];
            int isLast = manner == 2 && index == kept;
            int isLost = manner == 3 ? nextRandom(random) % 16 < share : index >= kept;
            if (!isLost) {
                apply(&file->durable, change);
            } else if (change->bytes && (isLast || (manner == 3 && (nextRandom(random) & 1)))) {
                tear(&file->durable, change, random);
            }
        }
    }
    fault_file_forget(file);
    file->isFresh = 0;
    file->existsDurably = file->exists;
    resize(&file->seen, 0);
    if (file->exists) put(&file->seen, file->durable.bytes, file->durable.size, 0);
}

// MARK: Disks

DiskFile *fault_disk_find(const char *path, FaultDisk **disk) {
    for (*disk = path ? disks : NULL; *disk; *disk = (*disk)->next) {
        for (int index = 0; index < FILES; index++) {
            if (strcmp((*disk)->files[index].path, path) == 0) return &(*disk)->files[index];
        }
    }
    return NULL;
}

FaultDisk *fault_disk_create(const char *path) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fault_vfs_register);
    static const char *const suffixes[FILES] = {"", "-wal", "-journal"};
    FaultDisk *disk = calloc(1, sizeof *disk);
    for (int index = 0; index < FILES; index++) {
        disk->files[index].path = sqlite3_mprintf("%s%s", path, suffixes[index]);
    }
    pthread_mutex_lock(&fault_guard);
    disk->next = disks;
    disks = disk;
    pthread_mutex_unlock(&fault_guard);
    return disk;
}

void fault_disk_free(FaultDisk *disk) {
    pthread_mutex_lock(&fault_guard);
    for (FaultDisk **link = &disks; *link; link = &(*link)->next) {
        if (*link == disk) {
            *link = disk->next;
            break;
        }
    }
    pthread_mutex_unlock(&fault_guard);
    for (int index = 0; index < FILES; index++) {
        DiskFile *file = &disk->files[index];
        fault_file_forget(file);
        free(file->changes);
        free(file->seen.bytes);
        free(file->durable.bytes);
        sqlite3_free(file->path);
    }
    free(disk);
}

void fault_disk_fail(FaultDisk *disk, uint32_t kinds, int64_t at, int64_t shots, int code) {
    pthread_mutex_lock(&fault_guard);
    disk->kinds = kinds;
    disk->countdown = at;
    disk->shots = shots;
    disk->code = code;
    disk->isCut = 0;
    disk->failures = 0;
    pthread_mutex_unlock(&fault_guard);
}

void fault_disk_cut(FaultDisk *disk, int64_t at) {
    fault_disk_fail(disk, FAULT_CHANGE, at, 1, SQLITE_IOERR);
    pthread_mutex_lock(&fault_guard);
    disk->isCut = 1;
    pthread_mutex_unlock(&fault_guard);
}

void fault_disk_restart(FaultDisk *disk, uint64_t seed) {
    pthread_mutex_lock(&fault_guard);
    for (int index = 0; index < FILES; index++) losePower(&disk->files[index], &seed);
    disk->shots = 0;
    disk->isDead = 0;
    pthread_mutex_unlock(&fault_guard);
}

void fault_disk_heal(FaultDisk *disk) {
    pthread_mutex_lock(&fault_guard);
    disk->shots = 0;
    pthread_mutex_unlock(&fault_guard);
}

int64_t fault_disk_failures(FaultDisk *disk) {
    pthread_mutex_lock(&fault_guard);
    int64_t failures = disk->failures;
    pthread_mutex_unlock(&fault_guard);
    return failures;
}

int64_t fault_disk_changes(FaultDisk *disk) {
    pthread_mutex_lock(&fault_guard);
    int64_t changes = disk->changes;
    pthread_mutex_unlock(&fault_guard);
    return changes;
}
