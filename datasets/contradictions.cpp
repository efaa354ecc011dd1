#include "datasets/contradictions.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "core/error.h"

namespace mininas {

ContentCounts count_contents(const ImageSet& images) {
  std::map<std::string_view, std::set<int>> classes_of;  // from an image's bytes
  for (int64_t i = 0; i < images.count(); ++i)
    classes_of[{reinterpret_cast<const char*>(images.image(i)), static_cast<size_t>(images.shape.size())}].insert(
        images.labels[static_cast<size_t>(i)]);
  const auto ambiguous =
      std::count_if(classes_of.begin(), classes_of.end(), [](const auto& c) { return c.second.size() > 1; });
  return {static_cast<int64_t>(classes_of.size()), ambiguous};
}

std::string contradiction_text(const ImageSet& train) {
  const ContentCounts counts = count_contents(train);
  if (counts.ambiguous == 0) return "";
  if (counts.ambiguous == counts.different)
    return "each training image stands in more than one class: nothing tells the classes apart";
  return text(
      counts.ambiguous, " of ", counts.different,
      " different training images stand in more than one class, pixel by pixel: remove them where they are wrong");
}

}  // namespace mininas
