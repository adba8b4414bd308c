// How long a daemon takes from exec to READY and to its first answer: start --socket PATH -- PROGRAM ARGUMENTS.
// Prints one line of JSON with the pid; the daemon goes on. What it says goes where standard error goes.
#include "bench.h"
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

int main(int argc, char **argv) {
  if (argc < 5 || strcmp(argv[1], "--socket") != 0 || strcmp(argv[3], "--") != 0) die("--socket PATH -- PROGRAM ARGUMENTS");
  char path[108];
  if (snprintf(path, sizeof path, "%s.notify", argv[2]) >= (int)sizeof path) die("the path of the socket is too long");
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strcpy(address.sun_path, path);
  int notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if ((unlink(path) != 0 && errno != ENOENT) || notify < 0 || bind(notify, (struct sockaddr *)&address, sizeof address) != 0 ||
      setenv("NOTIFY_SOCKET", path, 1) != 0)
    die("%s: %s", path, strerror(errno));
  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0 || posix_spawn_file_actions_adddup2(&actions, 2, 1) != 0)
    die("posix_spawn_file_actions");
  pid_t child;
  uint64_t begin = now_ns(), ready = 0;
  int code = posix_spawnp(&child, argv[4], &actions, 0, argv + 4, environ);
  if (code != 0) die("%s: %s", argv[4], strerror(code));
  while (!ready) {
    struct pollfd poll_ = {.fd = notify, .events = POLLIN};
    char message[4096];
    if (poll(&poll_, 1, 100) < 0) die("poll: %s", strerror(errno));
    ssize_t length = poll_.revents & POLLIN ? recv(notify, message, sizeof message - 1, 0) : 0;
    message[length > 0 ? length : 0] = 0;
    if (strstr(message, "READY=1")) ready = now_ns();
    else if (waitpid(child, 0, WNOHANG) != 0) die("%s ended before it was ready", argv[4]);
    else if (now_ns() - begin > UINT64_C(600000000000)) {
      kill(child, SIGTERM);
      die("%s is not ready after ten minutes", argv[4]);
    }
  }
  struct client c = {.fd = unix_socket(argv[2])};
  static const char call[] = "{\"method\":\"org.varlink.service.GetInfo\"}";
  send_all(c.fd, call, sizeof call);
  do receive_some(&c); while (!memchr(c.in, 0, c.in_len));
  if (!memmem(c.in, c.in_len, "\"product\":\"motcuad\"", 19)) die("another answer: %s", c.in);
  uint64_t answered = now_ns();
  unlink(path);
  printf("{\"mode\":\"start\",\"pid\":%d,\"ready_ms\":%.2f,\"answer_ms\":%.2f}\n", child, (double)(ready - begin) / 1e6,
         (double)(answered - begin) / 1e6);
  return 0;
}
