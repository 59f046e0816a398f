#pragma once

#ifdef __linux__
#include <string.h>
#include <sys/timex.h>

/// 1 where the kernel's clock is kept by a time server, 0 where not, -1 where the kernel does not say.
static inline int stint_clock_is_synchronized(void) {
    struct timex state;
    memset(&state, 0, sizeof state);
    int answer = adjtimex(&state);
    return answer < 0 ? -1 : answer != TIME_ERROR;
}
#else
static inline int stint_clock_is_synchronized(void) { return -1; }
#endif
