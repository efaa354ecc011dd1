// Long texts for the terminal, broken into lines between words.
#pragma once
#include <string>

namespace mininas {

// No line is longer than `columns`, unless a single word is. Line breaks of `source` are kept. What does not fit on a
// line continues below its first word, or, if two or more spaces divide the line into a name and a text, below that
// text.
std::string wrapped(const std::string& source, size_t columns);

// `name` in a column of `width`, and next to it `content` in as many lines as it needs up to column `columns`. A name
// that is too long for its column has its own line. Ends with a newline.
std::string beside(const std::string& name, size_t width, const std::string& content, size_t columns);

}  // namespace mininas
