// Preloaded into the daemon while `count` counts its instructions. It does four things:
//
// - The daemon's day is another: METER_SECONDS is added to the machine's clock, so that due dates count the same days
//   whenever it is counted.
// - A map is no larger than 4 GiB: LMDB takes what it is told of address space, and valgrind has not so much.
// - A commit of the ledger is held until it is told to go on. Meanwhile calls gather, as many as are wanted, however
//   fast the disk or the processor is.
// - What was counted so far is dropped, or written down, at a moment that is exact.
//
// It is told by one byte each on the socket METER_SOCKET (meter.h is the other side): `h` hold commits from now on, `r`
// hold none any more, `z` drop what was counted, `d` write it down; each is answered by `.`. `c` is said when a commit
// is held, and `g` lets it go.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <valgrind/callgrind.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool holds, goes;
static int listener = -1, caller = -1;
static time_t seconds;
static int (*next_clock_gettime)(clockid_t, struct timespec *);

static _Noreturn void fail(const char *what) {
  perror(what);
  _exit(70);
}

// The day ------------------------------------------------------------------------------------------------------------

int clock_gettime(clockid_t clock, struct timespec *time) {
  // Whoever asks before the constructor below has run asks the kernel.
  int status = next_clock_gettime ? next_clock_gettime(clock, time) : (int)syscall(SYS_clock_gettime, clock, time);
  if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += seconds;
  return status;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  *time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

time_t time(time_t *into) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  if (into) *into = now.tv_sec;
  return now.tv_sec;
}

// The maps -----------------------------------------------------------------------------------------------------------

static size_t bounded(size_t length) {
  const size_t most = (size_t)4 << 30;
  return length < most ? length : most;
}

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
  return (void *)syscall(SYS_mmap, address, bounded(length), protection, flags, fd, offset);
}

int munmap(void *address, size_t length) { return (int)syscall(SYS_munmap, address, bounded(length)); }

// The commits --------------------------------------------------------------------------------------------------------

static bool is_ledger(int fd) {
  static int known = -1;
  if (fd == known) return true;
  static const char name[] = "/ledger/data.mdb";
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path);
  if (length < (ssize_t)sizeof name - 1 || memcmp(path + length - (sizeof name - 1), name, sizeof name - 1) != 0) return false;
  known = fd;
  return true;
}

static void say(char byte) {
  if (send(caller, &byte, 1, MSG_NOSIGNAL) != 1) fail("the meter's socket");
}

int fdatasync(int fd) {
  pthread_mutex_lock(&mutex);
  if (holds && is_ledger(fd)) {
    say('c');
    while (holds && !goes) pthread_cond_wait(&changed, &mutex);
    goes = false;
  }
  pthread_mutex_unlock(&mutex);
  return (int)syscall(SYS_fdatasync, fd);
}

static void set(bool *what, bool value) {
  pthread_mutex_lock(&mutex);
  *what = value;
  pthread_cond_signal(&changed);
  pthread_mutex_unlock(&mutex);
}

static void obey(char byte) {
  switch (byte) {
  case 'g': set(&goes, true); return;
  case 'h': set(&holds, true); break;
  case 'r': set(&holds, false); break;
  case 'z': CALLGRIND_ZERO_STATS; break;
  case 'd': CALLGRIND_DUMP_STATS; break;
  default: errno = EINVAL; fail("the meter was told what it does not know");
  }
  say('.');
}

static void *serve(void *nothing) {
  (void)nothing;
  for (;;) {
    caller = accept4(listener, 0, 0, SOCK_CLOEXEC);
    if (caller < 0) fail("the meter's socket");
    char byte;
    while (recv(caller, &byte, 1, 0) == 1) obey(byte);
    set(&holds, false);
    close(caller);
  }
}

__attribute__((constructor)) static void begin(void) {
  next_clock_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  if (getenv("METER_SECONDS")) seconds = strtol(getenv("METER_SECONDS"), 0, 10);
  const char *path = getenv("METER_SOCKET");
  if (!path) return;
  // Valgrind starts the daemon in its own process; the daemon's children are others, and have no socket of their own. It is
  // written over METER_PROCESS, where it stands: Swift finds the arguments by the place of the environment.
  char self[16], *of = getenv("METER_PROCESS");
  int length = snprintf(self, sizeof self, "%010d", (int)getpid());
  if (!of || strlen(of) != (size_t)length) fail("METER_PROCESS is not ten digits");
  if (strspn(of, "0") == (size_t)length) memcpy(of, self, (size_t)length);
  if (strcmp(of, self) != 0) return;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) fail("the path of the meter's socket");
  strcpy(address.sun_path, path);
  pthread_t thread;
  unlink(path);
  listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 1) != 0 ||
      pthread_create(&thread, 0, serve, 0) != 0)
    fail("the meter's socket");
}
