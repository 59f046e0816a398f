#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
/* Loaded before a program (LD_PRELOAD): moves the clock that tells the time by the seconds that the file CLOCK_OFFSET_FILE holds. */
int clock_gettime(clockid_t clock, struct timespec *time) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, time);
    if (result == 0 && clock == CLOCK_REALTIME) {
        const char *path = getenv("CLOCK_OFFSET_FILE");
        FILE *file = path ? fopen(path, "r") : NULL;
        long offset = 0;
        if (file) {
            if (fscanf(file, "%ld", &offset) == 1) time->tv_sec += offset;
            fclose(file);
        }
    }
    return result;
}
