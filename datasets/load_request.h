// What a loader of image files is asked for, beside the place of the files.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "datasets/dataset.h"

namespace mininas {

// What the images are for. kTraining: training and test images. kMeasuring: all images are test images, and there are
// no training images; of a set that is divided only the test part is taken.
enum class Purpose { kTraining, kMeasuring };

// How the test images of an undivided folder are drawn. kShuffled is how versions before split_by_digest did it: their
// runs are opened by it.
enum class Draw { kByDigest, kShuffled };

// The files that a run began with, in its order.
struct RecordedPart {
  std::vector<int> labels;
  std::vector<ImageFile> files;
};
struct RecordedImages {
  std::vector<std::string> class_names;
  RecordedPart train, test;
};

struct LoadRequest {
  uint64_t seed = 0;  // of the draw
  Purpose purpose = Purpose::kTraining;
  Draw draw = Draw::kByDigest;
  bool skip_bad = false;                        // leave out files that cannot be used; otherwise they are an error
  std::optional<RecordedImages> recorded = {};  // exactly these, found by their content; others are left out and told
  // Of the network that is to read the images: they are brought to this shape where the text of --data names none, and
  // labelled in the order of these classes, of which some may be missing.
  std::optional<ImageShape> shape = {};
  std::vector<std::string> class_names = {};
  // Folder that keeps what took long to find out (datasets/image_cache.h); empty: none.
  std::filesystem::path cache = {};
  // Called now and then while files are read, from one thread at a time.
  std::function<void(int64_t done, int64_t files)> progress = {};
};

}  // namespace mininas
