#include "search/cli/interrupt.h"

#include <csignal>

#include "core/error.h"

namespace mininas {
namespace {

// A signal handler may change nothing else.
volatile std::sig_atomic_t interrupted = 0;

extern "C" void raise_flag(int signal) {
  interrupted = 1;
  std::signal(signal, SIG_DFL);
}

}  // namespace

void watch_for_interrupts() {
  for (const int signal : {SIGINT, SIGTERM})
    if (std::signal(signal, raise_flag) == SIG_IGN) std::signal(signal, SIG_IGN);  // ignored by the caller: stays so
}

void stop_if_interrupted() {
  if (interrupted != 0) throw Interrupted("interrupted; everything up to the last finished epoch is saved");
}

}  // namespace mininas
