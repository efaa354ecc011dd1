#include "datasets/augment.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "tests/datasets/files.h"
#include "tests/support/catch.h"

using namespace mininas;
using namespace mininas::test;

namespace {

constexpr uint8_t kZero = 255;
constexpr Augmentation kNothing{0, false, 0};

// No byte occurs twice, and none is kZero.
Bytes distinct_image(const ImageShape& shape) {
  REQUIRE(shape.size() < kZero);
  Bytes image(static_cast<size_t>(shape.size()));
  std::iota(image.begin(), image.end(), uint8_t{0});
  return image;
}

Bytes augment(const Bytes& source, const ImageShape& shape, const Augmentation& how, uint64_t seed) {
  Bytes out(source.size(), 254);
  augment_image(source.data(), shape, how, kZero, Rng(seed), out.data());
  return out;
}

// A byte's new tone, in real numbers.
uint8_t toned(uint8_t byte, int contrast, int brightness, bool negative) {
  const double real = std::floor(128 + ((byte - 128.0) * contrast + 128.0 * brightness) / 100 + 0.5);
  const double shown = std::clamp(real, 0.0, 255.0);
  return static_cast<uint8_t>(negative ? 255 - shown : shown);
}

// The definition, pixel by pixel: tone, crop, then flip, then cutout.
Bytes reference(const Bytes& source, const ImageShape& shape, const Augmentation& how, uint64_t seed) {
  Rng rng(seed);
  const auto offsets = static_cast<uint32_t>(2 * how.crop_padding + 1);
  const int row = static_cast<int>(rng.below(offsets)), column = static_cast<int>(rng.below(offsets));
  const bool flip = rng.coin() && how.horizontal_flip;
  const int top = static_cast<int>(rng.below(static_cast<uint32_t>(shape.height))) - how.cutout / 2;
  const int left = static_cast<int>(rng.below(static_cast<uint32_t>(shape.width))) - how.cutout / 2;
  Rng tones = rng.fork("tones");
  const auto percents = static_cast<uint32_t>(2 * how.tone + 1);
  const int contrast = 100 - how.tone + static_cast<int>(tones.below(percents));
  const int brightness = static_cast<int>(tones.below(percents)) - how.tone;
  const bool negative = tones.coin() && how.negative;
  Bytes out;
  for (int y = 0; y < shape.height; ++y)
    for (int x = 0; x < shape.width; ++x)
      for (int channel = 0; channel < shape.channels; ++channel) {
        const bool cut = y >= top && y < top + how.cutout && x >= left && x < left + how.cutout;
        const int from_y = y + row - how.crop_padding,
                  from_x = (flip ? shape.width - 1 - x : x) + column - how.crop_padding;
        const bool inside = from_y >= 0 && from_y < shape.height && from_x >= 0 && from_x < shape.width;
        const auto from = static_cast<size_t>((from_y * shape.width + from_x) * shape.channels + channel);
        out.push_back(inside && !cut ? toned(source[from], contrast, brightness, negative) : kZero);
      }
  return out;
}

}  // namespace

TEST_CASE("an augmented image equals its pixel-by-pixel definition", "[datasets][augment]") {
  const ImageShape shapes[] = {{5, 7, 3}, {6, 4, 1}, {3, 5, 4}, {1, 1, 3}};
  const Augmentation ways[] = {{4, true, 3},     {2, false, 0},          {0, true, 4},
                               {9, true, 16},    {0, false, 1},          kNothing,
                               {2, true, 3, 40}, {1, false, 2, 0, true}, {4, true, 3, 100, true}};
  for (const ImageShape& shape : shapes)
    for (const Augmentation& how : ways)
      for (uint64_t seed = 0; seed < 50; ++seed) {
        const Bytes source = distinct_image(shape);
        INFO(to_text(shape) << " padding " << how.crop_padding << " cutout " << how.cutout << " seed " << seed);
        CHECK(augment(source, shape, how, seed) == reference(source, shape, how, seed));
      }
}

TEST_CASE("without augmentation an image is copied", "[datasets][augment]") {
  const Bytes source = distinct_image({4, 4, 3});
  CHECK(augment(source, {4, 4, 3}, kNothing, 1) == source);
}

TEST_CASE("every crop position, both directions and every centre of the cutout occur", "[datasets][augment]") {
  const ImageShape shape{4, 4, 1};
  const Bytes source = distinct_image(shape);
  std::set<Bytes> crops, flips, cuts;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    crops.insert(augment(source, shape, {1, false, 0}, seed));
    flips.insert(augment(source, shape, {0, true, 0}, seed));
    cuts.insert(augment(source, shape, {0, false, 1}, seed));
  }
  CHECK(crops.size() == 9);
  CHECK(flips.size() == 2);
  CHECK(cuts.size() == 16);
}

TEST_CASE("the cutout is clipped at the border and writes the zero byte over its whole square", "[datasets][augment]") {
  const ImageShape shape{8, 8, 3};
  const Bytes source = distinct_image(shape);
  std::set<int64_t> sizes;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const Bytes cut = augment(source, shape, {0, false, 4}, seed);
    sizes.insert(std::count(cut.begin(), cut.end(), kZero) / 3);
  }
  CHECK(*sizes.rbegin() == 16);  // whole
  CHECK(*sizes.begin() == 4);    // at the upper left corner: rows and columns -2 to 1
}

TEST_CASE(
    "tones of all percents and negatives occur, about half of the images are negatives, and zero bytes keep theirs",
    "[datasets][augment]") {
  const ImageShape shape{2, 2, 1};
  const Bytes source = {10, 100, 128, 250};
  std::set<Bytes> tones;
  int negatives = 0;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    tones.insert(augment(source, shape, {0, false, 0, 2}, seed));
    const Bytes shown = augment(source, shape, {0, false, 0, 0, true}, seed);
    negatives += shown == Bytes{245, 155, 127, 5};
    CHECK((shown == source || shown == Bytes{245, 155, 127, 5}));
    const Bytes cut = augment(source, shape, {0, false, 4, 0, true}, seed);
    CHECK(std::all_of(cut.begin(), cut.end(), [&](uint8_t byte) {
      return byte == kZero || std::count(shown.begin(), shown.end(), byte) == 1;
    }));
  }
  CHECK(tones.size() == 25);
  CHECK(negatives > 450);
  CHECK(negatives < 550);
}

TEST_CASE("a step that is switched off leaves the draws of the others as they were", "[datasets][augment]") {
  const ImageShape shape{6, 6, 3};
  const Bytes source = distinct_image(shape);
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const Bytes cropped = augment(source, shape, {2, false, 0}, seed);
    const Bytes both = augment(source, shape, {2, false, 3}, seed), cut = augment(source, shape, {0, false, 3}, seed);
    for (size_t i = 0; i < source.size(); ++i) CHECK(both[i] == (cut[i] == kZero ? kZero : cropped[i]));
  }
}

TEST_CASE("the same stream gives the same bytes, another stream others", "[datasets][augment]") {
  const ImageShape shape{8, 8, 3};
  const Bytes source = distinct_image(shape);
  CHECK(augment(source, shape, {}, 7) == augment(source, shape, {}, 7));
  CHECK(augment(source, shape, {4, true, 4}, 7) != augment(source, shape, {4, true, 4}, 8));
}
