// Folders of small images for the tests of their loader. Each image is 2x2, of one colour, and its red byte tells which
// it is.
#pragma once
#include <algorithm>
#include <map>

#include "datasets/image_folder.h"
#include "tests/datasets/files.h"
#include "tests/support/temp_dir.h"

namespace mininas::test {

// A solid image whose red byte tells which it is.
inline Bytes tagged(uint8_t tag) { return solid_png(2, 2, tag, 0, 9); }

inline void make_split_folder(const TempDir& folder) {
  put_file(folder.path() / "train/cat/a.png", tagged(1));
  put_file(folder.path() / "train/cat/b.PNG", tagged(2));
  put_file(folder.path() / "train/dog/x.jpeg", tagged(3));
  put_file(folder.path() / "test/dog/y.png", tagged(4));
  put_file(folder.path() / "test/cat/z.jpg", tagged(5));
}

inline std::vector<int> tags(const ImageSet& images) {
  std::vector<int> found;
  for (int64_t i = 0; i < images.count(); ++i) found.push_back(images.image(i)[0]);
  return found;
}

inline Dataset load(const TempDir& folder, uint64_t seed = 0) {
  return load_image_folder(folder.path(), {}, {.seed = seed});
}
inline Dataset load_small(const TempDir& folder) {
  return load_image_folder(folder.path(), {.size = ImageSize{2, 2}}, {});
}

// An undivided folder: as many images of each class as told, all different.
inline void make_classes(const std::filesystem::path& folder, const std::map<std::string, int>& classes) {
  uint8_t tag = 0;
  for (const auto& [name, count] : classes)
    for (int i = 0; i < count; ++i) put_file(folder / name / (std::to_string(100 + i) + ".png"), tagged(++tag));
}

inline bool has_note(const Dataset& data, const std::string& part) {
  return std::any_of(data.notes.begin(), data.notes.end(),
                     [&](const std::string& note) { return note.find(part) != std::string::npos; });
}

}  // namespace mininas::test
