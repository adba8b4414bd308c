// How long a whole process takes: spawn [--count N] -- PROGRAM ARGUMENTS. What it prints is thrown away; it must succeed.
#include "bench.h"
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

int main(int argc, char **argv) {
  if (argc < 5 || strcmp(argv[1], "--count") != 0 || strcmp(argv[3], "--") != 0) die("--count N -- PROGRAM ARGUMENTS");
  static struct histogram h;
  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0 ||
      posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0) != 0)
    die("posix_spawn_file_actions");
  uint64_t begin = now_ns();
  for (int i = 0; i < atoi(argv[2]); i++) {
    uint64_t start = now_ns();
    pid_t child;
    int status, code = posix_spawnp(&child, argv[4], &actions, 0, argv + 4, environ);
    if (code != 0) die("%s: %s", argv[4], strerror(code));
    if (waitpid(child, &status, 0) != child) die("waitpid: %s", strerror(errno));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) die("%s failed: %d", argv[4], status);
    record(&h, now_ns() - start);
  }
  report("process", 1, &h, now_ns() - begin, h.total);
  return 0;
}
