/* A system that does not let a process say who reads its memory. All else goes on. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int prctl(int option, ...) {
  unsigned long values[4];
  va_list list;
  va_start(list, option);
  for (int i = 0; i < 4; i++) values[i] = va_arg(list, unsigned long);
  va_end(list);
  if (option == PR_SET_DUMPABLE) {
    errno = EPERM;
    return -1;
  }
  return (int)syscall(SYS_prctl, option, values[0], values[1], values[2], values[3]);
}
