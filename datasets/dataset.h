// Labelled images in memory: ImageSet, Dataset and SearchData.
// Pixels are raw bytes, NHWC, as a device's camera delivers them. Normalisation is two numbers (PixelScale) that belong
// to the network, so that float training, the integer engine and the device all start from the same bytes.
// SearchData contains no test images, so code that searches cannot use them by mistake.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/rng.h"
#include "core/tensor.h"

namespace mininas {

// The file that an image was read from.
struct ImageFile {
  std::string path;    // relative to the data set's folder, in UTF-8
  std::string sha256;  // of its bytes
};

// Labelled images of one shape. Invariants: pixels.size() == count * shape.size(), every label is in
// [0, class_names.size()), and there is a file for each image or for none.
struct ImageSet {
  ImageShape shape;
  std::vector<std::string> class_names;
  std::vector<uint8_t> pixels;   // count x height x width x channels
  std::vector<int> labels;       // count
  std::vector<ImageFile> files;  // count, or empty where the images are no files of their own

  int64_t count() const { return static_cast<int64_t>(labels.size()); }
  int classes() const { return static_cast<int>(class_names.size()); }
  const uint8_t* image(int64_t i) const { return pixels.data() + i * shape.size(); }
};

// real = scale * (byte - zero).
// There is one zero point for all channels, because the padding of a convolution holds the real value 0, which on the
// device is one int8 value for all channels (q = byte - 128, zero point = zero - 128). The batch norm after the first
// convolution absorbs differences between channels.
struct PixelScale {
  int zero = 128;  // in [0, 255]
  float scale = 1.0f / 128.0f;
};

// zero = the mean byte over all channels, rounded; scale = 1 / standard deviation (1 where all bytes are equal). Should
// be given training images only. The sums are integers, so the result is the same on every machine. Requires: at least
// one image.
PixelScale measure_pixel_scale(const ImageSet& images);

// The images that a search may use.
struct SearchData {
  ImageSet train;
  ImageSet validation;
};

// A file that was left out, and why: what follows its name in an error.
struct SkippedFile {
  std::string path, why;
};

// A complete data set: training and test images with the same shape and classes.
struct Dataset {
  std::string name;  // the --data text that it was opened with
  ImageSet train;
  ImageSet test;
  std::string source = {};                // a --data text that opens the same from any working folder
  std::vector<std::string> notes = {};    // what a person should know: how a folder was understood, what was left out
  std::vector<SkippedFile> skipped = {};  // with --skip-bad
};

// Splits off `fraction` of each class of `train` (at least one image per class) for validation, drawn by `seed`. Throws
// ConfigError where a class has fewer than two images.
SearchData split_for_search(const ImageSet& train, double fraction, uint64_t seed);

// The split of the published searches: train on all training images and score on the test images. This leaks test data
// into the search. It exists only for comparison with the publications, and the caller must label its results.
SearchData search_data_as_published(const Dataset& data);

// `count` of the images, drawn from each class in proportion by `seed`; all images where there are no more than that.
ImageSet draw_images(const ImageSet& images, int64_t count, uint64_t seed);

// The indices of a list that was split in two, both in ascending order.
struct IndexSplit {
  std::vector<int64_t> rest;
  std::vector<int64_t> drawn;
};

// The stratified split behind split_for_search: draws `fraction` of the indices of each class, rounded, at least one
// and never all. The draw for a class depends on `rng` and on that class alone. Throws ConfigError as split_for_search
// does, or where `fraction` is not between 0 and 1.
IndexSplit stratified_split(const std::vector<int>& labels, const std::vector<std::string>& class_names,
                            double fraction, const Rng& rng);

// The split of a folder's images into training (rest) and test (drawn): an image is drawn where its digest and `seed`,
// hashed together, lie in the first `fraction` of all hashes. Whether an image is drawn therefore depends on its
// content alone: other images that are added, removed or renamed do not move it to the other side, and equal files stay
// together. Each class keeps at least one image on either side, which is the one exception. Throws ConfigError where a
// class has fewer than two different images.
IndexSplit split_by_digest(const std::vector<int>& labels, const std::vector<std::string>& class_names,
                           const std::vector<ImageFile>& files, double fraction, uint64_t seed);

// Throws ConfigError where nothing can be learnt, because
// all training images are equal.
void check_learnable(const ImageSet& train);
// Throws ConfigError where every image stands in more than one class, or a class has too few to set some aside.
void check_searchable(const ImageSet& train);

// `count` images whose bytes and labels are 0. Throws ConfigError where that takes more than 4 GiB.
ImageSet allocate_images(const ImageShape& shape, std::vector<std::string> class_names, int64_t count);

// The images with the given indices, in that order.
ImageSet select_images(const ImageSet& images, const std::vector<int64_t>& indices);

// SHA-256 over shape, class names, labels and pixels: identifies the data in result files.
std::string content_digest(const ImageSet& images);

}  // namespace mininas
