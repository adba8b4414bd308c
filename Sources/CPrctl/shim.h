#include <sys/prctl.h>

// `prctl` takes any number of arguments, which Swift does not call.
static inline int forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
