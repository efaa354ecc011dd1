// Long texts for the terminal, broken into lines between words.
#pragma once
#include <string>

namespace mininas {

// No line is longer than `columns`, unless a single word is. Line breaks of `source` stay; a line that begins with
// spaces goes on below them.
std::string wrapped(const std::string& source, size_t columns);

}  // namespace mininas
