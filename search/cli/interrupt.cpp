#include "search/cli/interrupt.h"

#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>

#include "core/error.h"

namespace mininas {
namespace {

// A signal handler may change nothing else.
volatile std::sig_atomic_t interrupted = 0;

bool is_ignored(int signal) {
  struct sigaction current {};
  return ::sigaction(signal, nullptr, &current) == 0 && current.sa_handler == SIG_IGN;
}

// Whether the process that started this one ignores `signal`, too; true where that cannot be found out.
bool parent_ignores(int signal) {
  std::ifstream status("/proc/" + std::to_string(::getppid()) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("SigIgn:")) return (std::stoull(line.substr(7), nullptr, 16) >> (signal - 1) & 1) != 0;
  return true;
}

// A shell that runs a script has its background jobs ignore SIGINT and SIGQUIT, which it does not ignore itself, so
// that Ctrl-C at the terminal ends what runs in the foreground alone (POSIX, shell command language, 2.11). Whoever
// sends such a job the signal by `kill` means it.
bool is_background_job() { return is_ignored(SIGINT) && is_ignored(SIGQUIT) && !parent_ignores(SIGINT); }

// Of SIGINT in a background job: it was not sent by a process, but by the terminal.
bool is_for_others(int signal, const siginfo_t* origin, bool background) {
  return background && signal == SIGINT && origin->si_code != SI_USER;
}

bool in_background() {
  static const bool background = is_background_job();  // looked up before a handler is installed
  return background;
}

extern "C" void raise_flag(int signal, siginfo_t* origin, void*) {
  if (is_for_others(signal, origin, in_background())) return;
  interrupted = 1;
  std::signal(signal, SIG_DFL);
}

// Only what is safe in a signal handler. The line that shows progress is left first.
extern "C" void quit(int signal, siginfo_t* origin, void*) {
  if (is_for_others(signal, origin, in_background())) return;
  constexpr char kText[] = "\nmininas: interrupted while images were read; nothing was begun\n";
  if (::write(STDERR_FILENO, kText, sizeof kText - 1) < 0) ::_exit(130);
  ::_exit(130);
}

void handle_by(void (*handler)(int, siginfo_t*, void*)) {
  struct sigaction action {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  const bool background = in_background();
  for (const int signal : {SIGINT, SIGTERM})
    if (!is_ignored(signal) || (background && signal == SIGINT)) ::sigaction(signal, &action, nullptr);
}

}  // namespace

QuitAtOnce::QuitAtOnce() { handle_by(quit); }
QuitAtOnce::~QuitAtOnce() { handle_by(raise_flag); }

void watch_for_interrupts() { handle_by(raise_flag); }

void stop_if_interrupted() {
  if (interrupted != 0) throw Interrupted("interrupted; everything up to the last finished epoch is saved");
}

}  // namespace mininas
