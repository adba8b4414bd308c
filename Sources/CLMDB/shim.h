#include <lmdb.h>

/* glibc declares it for programs only that ask for GNU's own. */
int memfd_create(const char *name, unsigned int flags);
