#include "tests/support/emulated_boards.h"

#include "core/error.h"
#include "mcu/host/verify/board_fit.h"
#include "tests/support/skip.h"

namespace mininas::test {

std::vector<Board> emulated_boards(const std::vector<std::string>& names) {
  std::vector<Board> found;
  std::string reasons;
  for (const std::string& name : names) {
    const auto why = why_unavailable(find_board(name));
    if (why)
      reasons += text(reasons.empty() ? "" : "; ", "board ", name, ": ", *why);
    else
      found.push_back(find_board(name));
  }
  if (found.empty())
    skip(reasons);
  else if (!reasons.empty())
    skip_part(reasons);
  return found;
}

}  // namespace mininas::test
