/* Preloaded by crash.sh: write() takes at most half of what it is given, as it may at any time. In the variable
 * SHORT_WRITE is which call does, from 1; 0: all. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static int is_short(void) {
  static int calls = 0;
  const char *wanted = getenv("SHORT_WRITE");
  return ++calls == (wanted ? atoi(wanted) : 0) || !wanted || atoi(wanted) == 0;
}

ssize_t write(int file, const void *bytes, size_t count) {
  ssize_t (*real)(int, const void *, size_t) = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  return real(file, bytes, count > 1 && is_short() ? count / 2 : count);
}
