#include "search/cli/standard_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

#include "core/error.h"

namespace mininas {

void occupy_standard_files() {
  for (const int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(file, F_GETFD) >= 0 || errno != EBADF) continue;
    const bool reads = file == STDOUT_FILENO;  // so that writing to it fails
    if (::open("/dev/null", reads ? O_RDONLY : O_RDWR) < 0) return;
  }
}

void flush_standard_output() {
  errno = 0;
  std::cout.flush();
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good();
  if (!written) throw IoError(text("standard output: cannot write: ", std::strerror(errno == 0 ? EIO : errno)));
}

}  // namespace mininas
