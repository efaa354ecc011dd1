#include "core/duration.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/error.h"

namespace mininas {

std::string duration_text(double seconds) {
  const auto whole = static_cast<int64_t>(std::ceil(std::max(seconds, 0.0)));
  if (whole >= 3600) return text(whole / 3600, " h ", whole % 3600 / 60, " min");
  if (whole >= 60) return text(whole / 60, " min ", whole % 60, " s");
  return text(whole, " s");
}

}  // namespace mininas
