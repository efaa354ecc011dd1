// Words for a shell: commands that are shown to be typed again.
#pragma once
#include <string>

namespace mininas {

// The word as it has to be typed in a shell: with quotation marks where it needs them.
std::string quoted(const std::string& word);

}  // namespace mininas
