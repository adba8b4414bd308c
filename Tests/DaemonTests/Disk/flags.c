// Loaded before liblmdb by a test that must find losses: opens the ledger with weaker durability than the daemon asks for.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

int mdb_env_open(void *env, const char *path, unsigned flags, unsigned mode) {
  int (*open)(void *, const char *, unsigned, unsigned) = dlsym(RTLD_NEXT, "mdb_env_open");
  const char *slash = strrchr(path, '/'), *more = getenv("LEDGER_FLAGS");
  if (slash && !strcmp(slash, "/ledger") && more) flags |= strtoul(more, NULL, 0);
  return open(env, path, flags, mode);
}
