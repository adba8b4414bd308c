// Loaded before the C library by a test in which the directory of users fails: while there is a file USERS_FAULT, look-ups
// fail as when its server is away, or hang if the file says so.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int fault(void) {
  const char *path = getenv("USERS_FAULT");
  FILE *file = path ? fopen(path, "re") : NULL;
  if (!file) return 0;
  int first = fgetc(file);
  fclose(file);
  if (first == 'h') sleep(8);
  return first == 'h' ? 0 : EIO;
}

int getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size, struct group **found) {
  int (*real)(const char *, struct group *, char *, size_t, struct group **) = dlsym(RTLD_NEXT, "getgrnam_r");
  int code = fault();
  *found = NULL;
  return code ? code : real(name, entry, buffer, size, found);
}

int getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size, struct passwd **found) {
  int (*real)(const char *, struct passwd *, char *, size_t, struct passwd **) = dlsym(RTLD_NEXT, "getpwnam_r");
  int code = fault();
  *found = NULL;
  return code ? code : real(name, entry, buffer, size, found);
}

int getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **found) {
  int (*real)(uid_t, struct passwd *, char *, size_t, struct passwd **) = dlsym(RTLD_NEXT, "getpwuid_r");
  int code = fault();
  *found = NULL;
  return code ? code : real(uid, entry, buffer, size, found);
}
