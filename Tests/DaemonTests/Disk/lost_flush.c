// Loaded before the C library by a test of what a disk has when a flush has failed: keeps beside `keys/slots` what the disk
// would have of it. Written is what a flush that went well comes after; a flush that fails loses what it should have
// written, though the file goes on saying otherwise, as the page cache of a kernel does.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

struct piece {
  struct piece *next;
  off_t offset;
  size_t count;
  char bytes[];
};

static struct piece *pending;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int is_slots(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 11) return 0;
  path[length] = 0;
  return !strcmp(path + length - 11, "/keys/slots");
}

static ssize_t keep(int fd, const void *bytes, size_t count, off_t offset) {
  ssize_t (*write)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
  ssize_t done = write(fd, bytes, count, offset);
  if (done > 0 && is_slots(fd)) {
    struct piece *piece = malloc(sizeof *piece + done);
    piece->offset = offset;
    piece->count = done;
    memcpy(piece->bytes, bytes, done);
    pthread_mutex_lock(&lock);
    struct piece **end = &pending;
    while (*end) end = &(*end)->next;
    piece->next = NULL;
    *end = piece;
    pthread_mutex_unlock(&lock);
  }
  return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) { return keep(fd, bytes, count, offset); }
ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t offset) { return keep(fd, bytes, count, offset); }

int fdatasync(int fd) {
  int (*sync)(int) = dlsym(RTLD_NEXT, "fdatasync");
  const char *disk = getenv("LOST_FLUSH_DISK"), *fault = getenv("LOST_FLUSH_FAULT");
  if (!disk || !fault || !is_slots(fd)) return sync(fd);
  // Once, if the file is there.
  int fails = !unlink(fault);
  ssize_t (*write)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
  pthread_mutex_lock(&lock);
  int out = fails ? -1 : open(disk, O_WRONLY | O_CLOEXEC);
  while (pending) {
    struct piece *piece = pending;
    pending = piece->next;
    if (out >= 0) write(out, piece->bytes, piece->count, piece->offset);
    free(piece);
  }
  if (out >= 0) close(out);
  pthread_mutex_unlock(&lock);
  if (fails) {
    errno = EIO;
    return -1;
  }
  return sync(fd);
}
