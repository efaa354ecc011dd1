#include "datasets/synthetic.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/error.h"
#include "core/parallel.h"

namespace mininas {
namespace {

// The parameters of a texture. Coordinates within a patch are never negative.
struct Texture {
  int half = 2;    // half of the period, in pixels
  int extent = 0;  // coordinates are below this
  bool mirrored = false;
};

// Whether the pixel at column u, row v belongs to the foreground.
using Pattern = bool (*)(int u, int v, const Texture& texture);

bool stripe(int position, int half) { return position / half % 2 == 1; }

// A triangle wave with a period of 4 * half.
int triangle(int position, int half) { return std::abs(position % (4 * half) - 2 * half); }

bool rows(int, int v, const Texture& t) { return stripe(v, t.half); }
bool columns(int u, int, const Texture& t) { return stripe(u, t.half); }
bool checks(int u, int v, const Texture& t) { return stripe(u, t.half) != stripe(v, t.half); }
bool diagonals(int u, int v, const Texture& t) { return stripe(t.mirrored ? u + t.extent - v : u + v, t.half); }
bool dots(int u, int v, const Texture& t) { return stripe(u, t.half) && stripe(v, t.half); }
bool squares(int u, int v, const Texture& t) {
  return stripe(std::max(std::abs(u - t.extent / 2), std::abs(v - t.extent / 2)), t.half);
}
bool diamonds(int u, int v, const Texture& t) {
  return stripe(std::abs(u - t.extent / 2) + std::abs(v - t.extent / 2), t.half);
}
bool zigzags(int u, int v, const Texture& t) { return stripe(v + triangle(u, t.half), t.half); }
bool waves(int u, int v, const Texture& t) { return stripe(u + triangle(v, t.half), t.half); }
bool bricks(int u, int v, const Texture& t) {
  const int course = v / (2 * t.half);
  const bool mortar = (u + course % 2 * 2 * t.half) % (4 * t.half) < t.half;
  return mortar || v % (2 * t.half) < (t.half + 1) / 2;
}

struct NamedPattern {
  const char* name;
  Pattern pattern;
};

constexpr std::array<NamedPattern, 10> kPatterns = {{{"rows", rows},
                                                     {"columns", columns},
                                                     {"checks", checks},
                                                     {"diagonals", diagonals},
                                                     {"dots", dots},
                                                     {"squares", squares},
                                                     {"diamonds", diamonds},
                                                     {"zigzags", zigzags},
                                                     {"waves", waves},
                                                     {"bricks", bricks}}};

constexpr int kNoise = 20;  // of a pixel, at most this many byte steps up or down
constexpr int kMaxSlope = 40;

// Uniform in [low, high].
int draw_between(Rng& rng, int low, int high) {
  return low + static_cast<int>(rng.below(static_cast<uint32_t>(high - low + 1)));
}

// Everything about an image except its class.
struct Scene {
  int top, left, side;  // the patch
  Texture texture;
  int shift_u, shift_v;                 // phase
  std::array<int, 3> ground, contrast;  // per channel; contrast is added to the foreground, subtracted from the rest
  int slope_x, slope_y;                 // of the background's brightness from border to border, in byte steps
};

Scene draw_scene(int size, Rng& rng) {
  Scene scene{};
  scene.side = draw_between(rng, size * 5 / 8, size * 7 / 8);
  scene.top = draw_between(rng, 0, size - scene.side);
  scene.left = draw_between(rng, 0, size - scene.side);
  scene.texture.half = draw_between(rng, 2, std::max(2, size / 10));
  scene.texture.mirrored = rng.coin();
  const int period = 4 * scene.texture.half;
  scene.shift_u = draw_between(rng, 0, period - 1);
  scene.shift_v = draw_between(rng, 0, period - 1);
  scene.texture.extent = scene.side + period;
  const int polarity = rng.coin() ? 1 : -1;
  const int contrast = draw_between(rng, 24, 56);
  for (size_t channel = 0; channel < 3; ++channel) {
    scene.ground[channel] = draw_between(rng, 80, 176);
    scene.contrast[channel] = polarity * contrast * draw_between(rng, 4, 8) / 8;
  }
  scene.slope_x = draw_between(rng, -kMaxSlope, kMaxSlope);
  scene.slope_y = draw_between(rng, -kMaxSlope, kMaxSlope);
  return scene;
}

// 0 outside the patch; inside it, 1 on the foreground and -1 on the background.
int sign_at(const Scene& scene, Pattern pattern, int x, int y) {
  const int u = x - scene.left, v = y - scene.top;
  if (u < 0 || v < 0 || u >= scene.side || v >= scene.side) return 0;
  return pattern(u + scene.shift_u, v + scene.shift_v, scene.texture) ? 1 : -1;
}

void paint(const ImageShape& shape, Pattern pattern, Rng rng, uint8_t* out) {
  const Scene scene = draw_scene(shape.width, rng);
  for (int y = 0; y < shape.height; ++y)
    for (int x = 0; x < shape.width; ++x) {
      const int sign = sign_at(scene, pattern, x, y);
      const int slope =
          (scene.slope_x * (2 * x - shape.width) + scene.slope_y * (2 * y - shape.height)) / (2 * shape.width);
      for (size_t channel = 0; channel < static_cast<size_t>(shape.channels); ++channel) {
        const int value =
            scene.ground[channel] + slope + sign * scene.contrast[channel] + draw_between(rng, -kNoise, kNoise);
        *out++ = static_cast<uint8_t>(std::clamp(value, 0, 255));
      }
    }
}

ImageSet make_images(const SyntheticOptions& options, int64_t count, const Rng& rng) {
  std::vector<std::string> names;
  for (size_t label = 0; label < static_cast<size_t>(options.classes); ++label)
    names.emplace_back(kPatterns[label].name);
  ImageSet images = allocate_images({options.size, options.size, options.channels}, std::move(names), count);
  parallel_for(count, [&](int64_t i) {
    const auto label = static_cast<size_t>(i % options.classes);
    images.labels[static_cast<size_t>(i)] = static_cast<int>(label);
    uint8_t* pixels = images.pixels.data() + i * images.shape.size();
    paint(images.shape, kPatterns[label].pattern, rng.fork("image", static_cast<uint64_t>(i)), pixels);
  });
  return images;
}

void require_range(const char* option, int64_t value, int64_t low, int64_t high) {
  if (value < low || value > high)
    throw ConfigError(text("synthetic: ", option, "=", value, ", expected ", low, " to ", high));
}

}  // namespace

Dataset make_synthetic(const SyntheticOptions& options) {
  constexpr int64_t kMaxImages = 1000000;
  require_range("classes", options.classes, 2, static_cast<int64_t>(kPatterns.size()));
  require_range("size", options.size, 8, 256);
  if (options.channels != 1 && options.channels != 3)
    throw ConfigError(text("synthetic: channels=", options.channels, ", expected 1 or 3"));
  require_range("train", options.train, 2 * options.classes, kMaxImages);
  require_range("test", options.test, options.classes, kMaxImages);
  const Rng rng = Rng(options.seed).fork("synthetic");
  return {"", make_images(options, options.train, rng.fork("train")),
          make_images(options, options.test, rng.fork("test"))};
}

}  // namespace mininas
