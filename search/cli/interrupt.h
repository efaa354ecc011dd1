// Ctrl-C and SIGTERM: the first asks the program to save and stop, the second ends it at once.
#pragma once

namespace mininas {

// From now on the two signals only raise a flag. One that was ignored when the program started stays so (nohup).
void watch_for_interrupts();
// Throws Interrupted once the flag is up.
void stop_if_interrupted();

}  // namespace mininas
