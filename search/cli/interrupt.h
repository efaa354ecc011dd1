// Ctrl-C and SIGTERM: the first signal makes the program save its state and stop, the second ends it at once.
#pragma once

namespace mininas {

// From now on the two signals only set a flag. A signal that was ignored when the program started stays ignored
// (nohup).
void watch_for_interrupts();
// Throws Interrupted if the flag is set.
void stop_if_interrupted();

}  // namespace mininas
