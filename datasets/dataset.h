// Dataset: labelled images in memory, and who may see which of them.
// Pixels are raw bytes, NHWC, exactly what a device's camera would hand over; normalisation is two numbers (PixelScale)
// that live in the network, so that float training, the integer engine and the device all start from the same bytes.
// `SearchData` has no test images: code that searches cannot name them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/rng.h"
#include "core/tensor.h"

namespace mininas {

// Labelled images of one shape. Invariants: pixels.size() == count * shape.size(); every label is in [0,
// class_names.size()).
struct ImageSet {
  ImageShape shape;
  std::vector<std::string> class_names;
  std::vector<uint8_t> pixels;  // count x height x width x channels
  std::vector<int> labels;      // count

  int64_t count() const { return static_cast<int64_t>(labels.size()); }
  int classes() const { return static_cast<int>(class_names.size()); }
  const uint8_t* image(int64_t i) const { return pixels.data() + i * shape.size(); }
};

// real = scale * (byte - zero): one zero point and one scale for all channels, because the border of a padded
// convolution holds the real value 0, which on the device is one int8 value for all channels (int8-arithmetic: q = byte
// - 128, zero point = zero - 128). Differences between channels are absorbed by the batch norm that follows the first
// convolution.
struct PixelScale {
  int zero = 128;  // in [0, 255]
  float scale = 1.0f / 128.0f;
};

// Zero = mean byte of all channels, rounded; scale = 1 / standard deviation (1 where all bytes are equal). Give it the
// training images only. The sums are integers, so the result is the same on every machine. Requires: at least one
// image.
PixelScale measure_pixel_scale(const ImageSet& images);

// What a search may see.
struct SearchData {
  ImageSet train;
  ImageSet validation;
};

// A whole data set: training and test images with the same shape and classes.
struct Dataset {
  std::string name;  // the --data text it came from
  ImageSet train;
  ImageSet test;
};

// Takes `fraction` of each class of `train` (at least one image of each) for validation, drawn by `seed`. Throws
// ConfigError where a class has fewer than two images.
SearchData split_for_search(const ImageSet& train, double fraction, uint64_t seed);

// As the published searches had it: every training image trains, and the test images score. That is a leak, for
// comparison with the publications alone; whoever asks for it labels what comes of it.
SearchData search_data_as_published(const Dataset& data);

// `count` of the images, drawn class by class by `seed`; all where there are no more.
ImageSet draw_images(const ImageSet& images, int64_t count, uint64_t seed);

// Positions of a list that was cut in two; both in ascending order.
struct IndexSplit {
  std::vector<int64_t> rest;
  std::vector<int64_t> drawn;
};

// The cut behind split_for_search: `fraction` of the positions of each class, rounded, at least one and never all. The
// draw of a class depends on `rng` and on that class alone. Throws ConfigError as split_for_search does, or where
// `fraction` is not between 0 and 1.
IndexSplit stratified_split(const std::vector<int>& labels, const std::vector<std::string>& class_names,
                            double fraction, const Rng& rng);

// Room for `count` images, all bytes and labels 0. Throws ConfigError where that takes more than 4 GiB.
ImageSet allocate_images(const ImageShape& shape, std::vector<std::string> class_names, int64_t count);

// The images with the given indices, in that order.
ImageSet select_images(const ImageSet& images, const std::vector<int64_t>& indices);

// SHA-256 over shape, class names, labels and pixels: identifies the data in records.
std::string content_digest(const ImageSet& images);

}  // namespace mininas
