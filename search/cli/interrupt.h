// Ctrl-C and SIGTERM: the first signal makes the program save its state and stop, the second ends it at once.
#pragma once

namespace mininas {

// From now on the two signals only set a flag. A signal that was ignored when the program started stays ignored. The
// exception is SIGINT in a script's background job: the shell makes such a job ignore Ctrl-C, and `kill -INT` still
// reaches it.
void watch_for_interrupts();
// While it lives, a signal ends the program at once with exit status 130, and says so: for long work that leaves
// nothing to save and cannot look at a flag, such as the decoding of a large photo.
class QuitAtOnce {
 public:
  QuitAtOnce();
  ~QuitAtOnce();
  QuitAtOnce(const QuitAtOnce&) = delete;
  QuitAtOnce& operator=(const QuitAtOnce&) = delete;
};

// Throws Interrupted if the flag is set.
void stop_if_interrupted();

}  // namespace mininas
