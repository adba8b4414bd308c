// The other side of meter.c: who is measured, when it holds its commits, and what it counts.
#pragma once
#include "bench.h"
#include <dirent.h>

struct meter {
  int fd;
  pid_t pid;  // of who is measured
};

static inline struct meter meter(const char *path) {
  struct meter m = {.fd = unix_socket(path)};
  struct ucred peer;
  socklen_t length = sizeof peer;
  if (getsockopt(m.fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) die("%s: %s", path, strerror(errno));
  m.pid = peer.pid;
  return m;
}

/// Waits for what the meter says next, which must be this.
static inline void expect(const struct meter *m, char byte) {
  char said;
  if (recv(m->fd, &said, 1, 0) != 1) die("the meter is gone");
  if (said != byte) die("the meter says %c and not %c", said, byte);
}

static inline void tell(const struct meter *m, char byte) {
  send_all(m->fd, &byte, 1);
  if (byte != 'g') expect(m, '.');
}

/// Whether all threads sleep, and how often they have been put to sleep so far.
static inline bool all_sleep(const struct meter *m, uint64_t *switches) {
  char path[64], line[128];
  snprintf(path, sizeof path, "/proc/%d/task", m->pid);
  DIR *tasks = opendir(path);
  if (!tasks) die("%s: %s", path, strerror(errno));
  bool sleeps = true;
  *switches = 0;
  for (struct dirent *task; (task = readdir(tasks));) {
    if (task->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/proc/%d/task/%.20s/status", m->pid, task->d_name);
    FILE *status = fopen(path, "r");
    // A thread that has just ended.
    if (!status) continue;
    while (fgets(line, sizeof line, status)) {
      char state;
      uint64_t count;
      if (sscanf(line, "State: %c", &state) == 1) sleeps = sleeps && state == 'S';
      if (sscanf(line, "voluntary_ctxt_switches: %" SCNu64, &count) == 1 ||
          sscanf(line, "nonvoluntary_ctxt_switches: %" SCNu64, &count) == 1)
        *switches += count;
    }
    fclose(status);
  }
  closedir(tasks);
  return sleeps;
}

/// Waits until no thread has run for so long: each sleeps before and after, and was not woken in between. How fast the
/// machine is, and what else it does, makes no difference.
static inline void quiet(const struct meter *m, int milliseconds) {
  uint64_t before, after, begin = now_ns();
  for (;;) {
    bool slept = all_sleep(m, &before);
    usleep((useconds_t)milliseconds * 1000);
    if (all_sleep(m, &after) && slept && before == after) return;
    if (now_ns() - begin > UINT64_C(120000000000)) die("process %d does not come to rest", m->pid);
  }
}
