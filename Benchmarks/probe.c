// What the disk itself gives in this round: 4 KiB written at the end of a file and made durable, again and again.
// --target is a new file, which is removed; --count how often.
#include "bench.h"
#include <fcntl.h>

int main(int argc, char **argv) {
  struct options o = options(argc, argv);
  int fd = open(o.target, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) die("%s: %s", o.target, strerror(errno));
  if (unlink(o.target) != 0) die("%s: %s", o.target, strerror(errno));
  static struct histogram h;
  static char page[4096];
  memset(page, 'x', sizeof page);
  uint64_t begin = now_ns();
  for (uint64_t i = 0; i < (o.count ? o.count : 500); i++) {
    uint64_t start = now_ns();
    if (pwrite(fd, page, sizeof page, (off_t)(i * sizeof page)) != sizeof page) die("pwrite: %s", strerror(errno));
    if (fdatasync(fd) != 0) die("fdatasync: %s", strerror(errno));
    record(&h, now_ns() - start);
  }
  report("fdatasync", 1, &h, now_ns() - begin, h.total);
  return close(fd) == 0 ? 0 : 1;
}
