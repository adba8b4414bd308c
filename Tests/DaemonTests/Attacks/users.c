// Loaded before the C library by a test in which the directory of users fails or says what the test has written: while there
// is a file USERS_FAULT, look-ups fail as when its server is away, or hang if the file says so; what the files `passwd` and
// `group` in USERS_DIRECTORY have comes before what the machine has.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static FILE *list(const char *name) {
  char path[4096];
  const char *directory = getenv("USERS_DIRECTORY");
  if (!directory) return NULL;
  snprintf(path, sizeof path, "%s/%s", directory, name);
  return fopen(path, "re");
}

#define LOOK(file, next, matches)                                              \
  FILE *own = list(file);                                                      \
  if (own) {                                                                   \
    int status;                                                                \
    while ((status = next(own, entry, buffer, size, found)) == 0 && *found)    \
      if (matches) break;                                                      \
    fclose(own);                                                               \
    if (status == ERANGE) return status;                                       \
    if (status == 0 && *found) return 0;                                       \
    *found = NULL;                                                             \
  }

int getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size, struct group **found) {
  int (*real)(const char *, struct group *, char *, size_t, struct group **) = dlsym(RTLD_NEXT, "getgrnam_r");
  int code = fault();
  *found = NULL;
  if (code) return code;
  LOOK("group", fgetgrent_r, strcmp(entry->gr_name, name) == 0)
  return real(name, entry, buffer, size, found);
}

int getgrgid_r(gid_t gid, struct group *entry, char *buffer, size_t size, struct group **found) {
  int (*real)(gid_t, struct group *, char *, size_t, struct group **) = dlsym(RTLD_NEXT, "getgrgid_r");
  int code = fault();
  *found = NULL;
  if (code) return code;
  LOOK("group", fgetgrent_r, entry->gr_gid == gid)
  return real(gid, entry, buffer, size, found);
}

int getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size, struct passwd **found) {
  int (*real)(const char *, struct passwd *, char *, size_t, struct passwd **) = dlsym(RTLD_NEXT, "getpwnam_r");
  int code = fault();
  *found = NULL;
  if (code) return code;
  LOOK("passwd", fgetpwent_r, strcmp(entry->pw_name, name) == 0)
  return real(name, entry, buffer, size, found);
}

int getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **found) {
  int (*real)(uid_t, struct passwd *, char *, size_t, struct passwd **) = dlsym(RTLD_NEXT, "getpwuid_r");
  int code = fault();
  *found = NULL;
  if (code) return code;
  LOOK("passwd", fgetpwent_r, entry->pw_uid == uid)
  return real(uid, entry, buffer, size, found);
}
