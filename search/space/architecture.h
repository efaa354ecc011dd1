// Architecture: what a search decides, as a plain value. So far every one is a chain.
#pragma once
#include <string>

#include "search/space/chain.h"

namespace mininas {

using Architecture = Chain;

inline Architecture plain_architecture(int width, int depth) { return plain_chain(width, depth); }
inline Architecture parse_architecture(const std::string& text) { return parse_chain(text); }

}  // namespace mininas
