#include "datasets/dataset.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "core/error.h"
#include "core/io/sha256.h"
#include "core/parallel.h"
#include "datasets/contradictions.h"
#include "datasets/folds.h"

namespace mininas {
namespace {

using Histogram = std::array<int64_t, 256>;

// How often each byte value occurs. Counted in parallel chunks; integer sums do not depend on the order.
Histogram count_bytes(const std::vector<uint8_t>& bytes) {
  constexpr size_t kChunk = size_t{1} << 20;
  const size_t chunks = (bytes.size() + kChunk - 1) / kChunk;
  std::vector<Histogram> parts(chunks);
  parallel_for(static_cast<int64_t>(chunks), [&](int64_t chunk) {
    Histogram part{};
    const size_t begin = static_cast<size_t>(chunk) * kChunk;
    for (size_t i = begin; i < std::min(begin + kChunk, bytes.size()); ++i) ++part[bytes[i]];
    parts[static_cast<size_t>(chunk)] = part;
  });
  Histogram total{};
  for (const Histogram& part : parts)
    for (size_t value = 0; value < total.size(); ++value) total[value] += part[value];
  return total;
}

// Shape, class names and labels in one unambiguous text: each name follows its length.
std::string describe(const ImageSet& images) {
  std::string description =
      text(to_text(images.shape), ' ', images.classes(), " classes ", images.count(), " images\n");
  for (const std::string& name : images.class_names) description += text(name.size(), ':', name, '\n');
  for (const int label : images.labels) description += text(label, ' ');
  return description;
}

// Where an image stands among all hashes: in [0, 1).
double draw_of(const ImageFile& file, uint64_t seed) {
  const std::string hashed = text(seed, ' ', file.sha256);
  Sha256 hash;
  hash.update(std::as_bytes(std::span(hashed)));
  const auto digest = hash.digest();
  double draw = 0;  // of 48 bits, which a double holds exactly
  for (size_t i = 6; i-- > 0;) draw = (draw + digest[i]) / 256;
  return draw;
}

// The draw from which on the images of one class are not drawn. `draws`: sorted, with at least two different values.
double threshold(const std::vector<double>& draws, double fraction) {
  const double second = *std::upper_bound(draws.begin(), draws.end(), draws.front());
  return std::clamp(fraction, second, draws.back());  // draws below `second` are the first; the last is never drawn
}

}  // namespace

PixelScale measure_pixel_scale(const ImageSet& images) {
  MN_CHECK(images.count() >= 1, "no images to measure");
  const Histogram histogram = count_bytes(images.pixels);
  const auto count = static_cast<int64_t>(images.pixels.size());
  int64_t sum = 0;
  for (size_t value = 0; value < histogram.size(); ++value) sum += histogram[value] * static_cast<int64_t>(value);
  PixelScale result;
  result.zero = static_cast<int>((2 * sum + count) / (2 * count));

  // variance = E[d^2] - E[d]^2 with d = byte - zero: these sums are small enough to be exact in double.
  int64_t squares = 0;
  for (size_t value = 0; value < histogram.size(); ++value) {
    const int64_t difference = static_cast<int64_t>(value) - result.zero;
    squares += histogram[value] * difference * difference;
  }
  const auto n = static_cast<double>(count);
  const double offset = static_cast<double>(sum - count * result.zero) / n;
  const double variance = static_cast<double>(squares) / n - offset * offset;
  result.scale = squares == 0 ? 1.0f : static_cast<float>(1.0 / std::sqrt(variance));
  return result;
}

IndexSplit stratified_split(const std::vector<int>& labels, const std::vector<std::string>& class_names,
                            double fraction, const Rng& rng) {
  if (!(fraction > 0.0 && fraction < 1.0))
    throw ConfigError(text("fraction of a split: ", fraction, ", expected between 0 and 1"));
  std::vector<std::vector<int64_t>> members = members_of(labels, class_names);
  IndexSplit split;
  for (size_t label = 0; label < members.size(); ++label) {
    std::vector<int64_t>& order = members[label];
    const auto count = static_cast<int64_t>(order.size());
    rng.fork("class", label).shuffle(order);
    const int64_t drawn = std::clamp<int64_t>(std::llround(fraction * static_cast<double>(count)), 1, count - 1);
    split.drawn.insert(split.drawn.end(), order.begin(), order.begin() + drawn);
    split.rest.insert(split.rest.end(), order.begin() + drawn, order.end());
  }
  std::sort(split.rest.begin(), split.rest.end());
  std::sort(split.drawn.begin(), split.drawn.end());
  return split;
}

IndexSplit split_by_digest(const std::vector<int>& labels, const std::vector<std::string>& class_names,
                           const std::vector<ImageFile>& files, double fraction, uint64_t seed) {
  std::vector<double> draws;
  for (const ImageFile& file : files) draws.push_back(draw_of(file, seed));
  std::vector<std::vector<double>> of_class(class_names.size());
  for (size_t i = 0; i < labels.size(); ++i) of_class[static_cast<size_t>(labels[i])].push_back(draws[i]);
  std::vector<double> thresholds;
  for (size_t label = 0; label < of_class.size(); ++label) {
    std::vector<double>& sorted = of_class[label];
    std::sort(sorted.begin(), sorted.end());
    if (sorted.empty() || sorted.front() == sorted.back())
      throw ConfigError(text("class '", class_names[label], "' has ", sorted.size(), " image(s)",
                             sorted.size() > 1 ? ", all of them equal" : "",
                             ", expected at least 2 different ones to split into training and test"));
    thresholds.push_back(threshold(sorted, fraction));
  }
  IndexSplit split;
  for (size_t i = 0; i < labels.size(); ++i)
    (draws[i] < thresholds[static_cast<size_t>(labels[i])] ? split.drawn : split.rest)
        .push_back(static_cast<int64_t>(i));
  return split;
}

void check_learnable(const ImageSet& train) {
  if (train.count() > 1 && count_contents(train).different == 1)
    throw ConfigError(text("all ", train.count(), " training images are equal, pixel by pixel: nothing can be learnt"));
}

void check_searchable(const ImageSet& train) {
  const ContentCounts contents = count_contents(train);
  if (contents.ambiguous == contents.different) throw ConfigError(contradiction_text(train));
  std::vector<int64_t> images(train.class_names.size());
  for (const int label : train.labels) ++images[static_cast<size_t>(label)];
  for (size_t label = 0; label < images.size(); ++label)
    if (images[label] < 2)
      throw ConfigError(
          text("class '", train.class_names[label], "' has ", images[label],
               " training image(s); a search needs at least 2 a class, one to learn from and one to score "
               "candidates"));
}

SearchData split_for_search(const ImageSet& train, double fraction, uint64_t seed) {
  const IndexSplit split =
      stratified_split(train.labels, train.class_names, fraction, Rng(seed).fork("validation split"));
  return {select_images(train, split.rest), select_images(train, split.drawn)};
}

SearchData search_data_as_published(const Dataset& data) { return {data.train, data.test}; }

ImageSet draw_images(const ImageSet& images, int64_t count, uint64_t seed) {
  if (count >= images.count()) return images;
  const double fraction = static_cast<double>(count) / static_cast<double>(images.count());
  return select_images(images,
                       stratified_split(images.labels, images.class_names, fraction, Rng(seed).fork("draw")).drawn);
}

ImageSet allocate_images(const ImageShape& shape, std::vector<std::string> class_names, int64_t count) {
  constexpr int64_t kMaxBytes = int64_t{4} << 30;
  if (count > kMaxBytes / shape.size())
    throw ConfigError(text(
        count, " images of ", to_text(shape), " take ",
        static_cast<int64_t>(std::ceil(static_cast<double>(count) * static_cast<double>(shape.size()) / (1 << 30))),
        " GiB of memory, more than 4 GiB: choose smaller images or fewer"));
  ImageSet images;
  images.shape = shape;
  images.class_names = std::move(class_names);
  images.pixels.resize(static_cast<size_t>(count * shape.size()));
  images.labels.resize(static_cast<size_t>(count));
  return images;
}

ImageSet select_images(const ImageSet& images, const std::vector<int64_t>& indices) {
  ImageSet selected = allocate_images(images.shape, images.class_names, static_cast<int64_t>(indices.size()));
  const auto bytes = static_cast<size_t>(images.shape.size());
  for (size_t i = 0; i < indices.size(); ++i) {
    MN_CHECK(indices[i] >= 0 && indices[i] < images.count(), indices[i], " of ", images.count());
    std::memcpy(selected.pixels.data() + i * bytes, images.image(indices[i]), bytes);
    selected.labels[i] = images.labels[static_cast<size_t>(indices[i])];
    if (!images.files.empty()) selected.files.push_back(images.files[static_cast<size_t>(indices[i])]);
  }
  return selected;
}

std::string content_digest(const ImageSet& images) {
  const std::string description = describe(images);
  Sha256 hash;
  hash.update(std::as_bytes(std::span(description)));
  hash.update(std::as_bytes(std::span(images.pixels)));
  return hash.hex_digest();
}

}  // namespace mininas
