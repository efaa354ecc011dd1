#include "search/cli/interrupt.h"

#include <unistd.h>

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

// Only what is safe in a signal handler. The line that shows progress is left first.
extern "C" void quit(int) {
  constexpr char kText[] = "\nmininas: interrupted while images were read; nothing was begun\n";
  if (::write(STDERR_FILENO, kText, sizeof kText - 1) < 0) ::_exit(130);
  ::_exit(130);
}

void handle_by(void (*handler)(int)) {
  for (const int signal : {SIGINT, SIGTERM})
    if (std::signal(signal, handler) == SIG_IGN) std::signal(signal, SIG_IGN);  // ignored by the caller: stays so
}

}  // namespace

QuitAtOnce::QuitAtOnce() { handle_by(quit); }
QuitAtOnce::~QuitAtOnce() { handle_by(raise_flag); }

void watch_for_interrupts() { handle_by(raise_flag); }

void stop_if_interrupted() {
  if (interrupted != 0) throw Interrupted("interrupted; everything up to the last finished epoch is saved");
}

}  // namespace mininas
