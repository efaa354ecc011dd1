#include "datasets/folds.h"

#include "core/error.h"

namespace mininas {

std::vector<SearchData> folds_for_search(const ImageSet& train, int folds, uint64_t seed) {
  MN_CHECK(folds >= 2, folds, " folds");
  const Rng rng = Rng(seed).fork("folds");
  std::vector<std::vector<int64_t>> members = members_of(train.labels, train.class_names);
  std::vector<int> part(static_cast<size_t>(train.count()));
  int next = 0;  // goes on from class to class, so that the parts are of equal size
  for (size_t label = 0; label < members.size(); ++label) {
    rng.fork("class", label).shuffle(members[label]);
    for (const int64_t image : members[label]) part[static_cast<size_t>(image)] = next++ % folds;
  }
  std::vector<SearchData> all;
  for (int fold = 0; fold < folds; ++fold) {
    std::vector<int64_t> rest, drawn;
    for (size_t i = 0; i < part.size(); ++i) (part[i] == fold ? drawn : rest).push_back(static_cast<int64_t>(i));
    all.push_back({select_images(train, rest), select_images(train, drawn)});
  }
  return all;
}

int passes_for(int64_t images, int batch, int steps) {
  const int64_t before_last = int64_t{batch} * (steps - 1);
  return images > before_last ? 1 : static_cast<int>(before_last / images + 1);
}

std::optional<ImageSet> repeated_for(const ImageSet& images, int batch, int steps) {
  const int64_t passes = passes_for(images.count(), batch, steps);
  if (passes == 1) return std::nullopt;
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < passes * images.count(); ++i) indices.push_back(i % images.count());
  return select_images(images, indices);
}

std::vector<std::vector<int64_t>> members_of(const std::vector<int>& labels,
                                             const std::vector<std::string>& class_names) {
  std::vector<std::vector<int64_t>> members(class_names.size());
  for (size_t i = 0; i < labels.size(); ++i) members[static_cast<size_t>(labels[i])].push_back(static_cast<int64_t>(i));
  for (size_t label = 0; label < members.size(); ++label)
    if (members[label].size() < 2)
      throw ConfigError(text("class '", class_names[label], "' has ", members[label].size(),
                             " image(s), expected at least 2 to split"));
  return members;
}

}  // namespace mininas
