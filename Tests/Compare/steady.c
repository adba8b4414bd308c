// Preloaded into both daemons by `compare`, so that two of them that do the same write the same bytes:
//
// - The clock, and the time since the boot, stand where STEADY_CLOCK says: a file of microseconds since 1970.
// - Random bytes are always the same. So nonces and ids are, and what is sealed can be compared as it lies.
//
// What waits is left alone: CLOCK_MONOTONIC goes on.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *now;
static int64_t boot;
static int (*next_clock_gettime)(clockid_t, struct timespec *);
static long (*next_syscall)(long, ...);

__attribute__((constructor)) static void begin(void) {
  next_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
  next_syscall = dlsym(RTLD_NEXT, "syscall");
  const char *path = getenv("STEADY_CLOCK");
  int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (file < 0) return;
  now = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  // As if the machine had been started an hour before.
  boot = *now - 3600000000;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int64_t told;
  if (now && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) told = *now;
  else if (now && clock == CLOCK_BOOTTIME) told = *now - boot;
  else return next_clock_gettime ? next_clock_gettime(clock, time) : -1;
  *time = (struct timespec){told / 1000000, told % 1000000 * 1000};
  return 0;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  struct timespec told;
  if (clock_gettime(CLOCK_REALTIME, &told) != 0) return -1;
  *time = (struct timeval){told.tv_sec, told.tv_nsec / 1000};
  return 0;
}

time_t time(time_t *into) {
  struct timespec told;
  if (clock_gettime(CLOCK_REALTIME, &told) != 0) return -1;
  if (into) *into = told.tv_sec;
  return told.tv_sec;
}

// The programs ask the kernel for random bytes without glibc's function for it.
long syscall(long number, ...) {
  va_list list;
  va_start(list, number);
  long a = va_arg(list, long), b = va_arg(list, long), c = va_arg(list, long);
  long d = va_arg(list, long), e = va_arg(list, long), f = va_arg(list, long);
  va_end(list);
  if (number != SYS_getrandom) return next_syscall(number, a, b, c, d, e, f);
  memset((void *)a, 0x5a, (size_t)b);
  return b;
}
