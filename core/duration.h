// Durations as texts for users.
#pragma once
#include <string>

namespace mininas {

// "2 h 5 min", "3 min 20 s", "12 s": rounded up to whole seconds.
std::string duration_text(double seconds);

}  // namespace mininas
