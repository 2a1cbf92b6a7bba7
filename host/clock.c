/* SPDX-License-Identifier: BSD-2-Clause */
/* POSIX clock_gettime(), or QueryPerformanceCounter() on Windows. */
#ifndef _WIN32
#define _POSIX_C_SOURCE 200809L
#endif
#include "host/clock.h"

#include <time.h>
#ifdef _WIN32
#include <windows.h>

uint64_t host_now(void)
{
    LARGE_INTEGER f, c;
    QueryPerformanceFrequency(&f);
    QueryPerformanceCounter(&c);
    uint64_t t = (uint64_t)c.QuadPart, hz = (uint64_t)f.QuadPart;
    return t / hz * 1000000000u + t % hz * 1000000000u / hz;
}

uint64_t host_cpu(void)
{
    FILETIME made, ended, kernel, user;
    if (!GetProcessTimes(GetCurrentProcess(), &made, &ended, &kernel, &user))
        return 0;
    uint64_t k = (uint64_t)kernel.dwHighDateTime << 32 | kernel.dwLowDateTime;
    uint64_t u = (uint64_t)user.dwHighDateTime << 32 | user.dwLowDateTime;
    return (k + u) * 100;
}

void host_sleep(uint64_t ns) { Sleep((DWORD)((ns + 999999) / 1000000)); }
#else
static uint64_t read_clock(clockid_t id)
{
    struct timespec t;
    if (clock_gettime(id, &t))
        return 0;
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t host_now(void) { return read_clock(CLOCK_MONOTONIC); }
uint64_t host_cpu(void) { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }

void host_sleep(uint64_t ns)
{
    struct timespec t = { (time_t)(ns / 1000000000u), (long)(ns % 1000000000u) };
    nanosleep(&t, NULL);
}
#endif

int64_t host_date(void) { return (int64_t)time(NULL); }
