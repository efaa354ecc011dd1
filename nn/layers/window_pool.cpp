// Pools over windows: the largest value, or the average, of the pixels that lie under the window and inside the image,
// channel by channel. Input and output share their scale, so bytes are compared and averaged as they are. (The average
// over all pixels is pool.cpp.)
#include <algorithm>

#include "core/autograd/ops.h"
#include "core/conv/pool.h"
#include "core/error.h"
#include "mcu/runtime/mn_arithmetic.h"
#include "nn/layers/operations.h"
#include "nn/layers/window_bytes.h"

namespace mininas {
namespace {

// The fast forms, on bytes u = q + 128, of which the order is that of the values.
class WindowPoolBytes : public ByteLayer {
 public:
  explicit WindowPoolBytes(const PlacedLayer& layer)
      : window_(layer.spec.window),
        in_(layer.in[0].batch(1)),
        out_(layer.out.batch(1)),
        low_(layer.integers.low),
        high_(layer.integers.high) {}

 protected:
  uint8_t clamped(int32_t value) const { return static_cast<uint8_t>(mn_clamp(value, low_, high_) + 128); }

  const Window window_;
  const Shape in_, out_;
  const int low_, high_;
};

class MaxPoolBytes final : public WindowPoolBytes {
 public:
  using WindowPoolBytes::WindowPoolBytes;

  void run(std::span<const uint8_t* const> in, uint8_t* out, uint8_t*) const override {
    for_windows(window_, in_, out_, [&](int64_t pixel, int, const auto& for_taps) {
      uint8_t* largest = out + pixel * in_.c;
      std::fill_n(largest, in_.c, uint8_t{0});
      for_taps([&](int64_t tap) {
        const uint8_t* values = in[0] + tap * in_.c;
        for (int64_t c = 0; c < in_.c; ++c) largest[c] = std::max(largest[c], values[c]);
      });
      for (int64_t c = 0; c < in_.c; ++c) largest[c] = clamped(largest[c] - 128);
    });
  }
};

class AveragePoolBytes final : public WindowPoolBytes {
 public:
  using WindowPoolBytes::WindowPoolBytes;

  void run(std::span<const uint8_t* const> in, uint8_t* out, uint8_t*) const override {
    std::vector<int32_t> sums(static_cast<size_t>(in_.c));
    for_windows(window_, in_, out_, [&](int64_t pixel, int count, const auto& for_taps) {
      std::fill(sums.begin(), sums.end(), -128 * count);
      for_taps([&](int64_t tap) {
        const uint8_t* values = in[0] + tap * in_.c;
        for (size_t c = 0; c < sums.size(); ++c) sums[c] += values[c];
      });
      for (size_t c = 0; c < sums.size(); ++c)
        out[pixel * in_.c + static_cast<int64_t>(c)] = clamped(mn_average(sums[c], count));
    });
  }
};

class WindowPool : public LayerOperation {
 public:
  using LayerOperation::LayerOperation;

  ImageShape output_shape(const LayerSpec& layer, std::span<const ImageShape> in) const override {
    return convolved_shape(layer, in[0], in[0].channels);
  }

  void run_integers(const PlacedLayer& layer, std::span<const int16_t>, std::span<const int8_t* const> in,
                    int8_t* out) const override {
    const ImageShape& image = layer.in[0];
    std::vector<int8_t> values;
    for (int y = 0; y < layer.out.height; ++y)
      for (int x = 0; x < layer.out.width; ++x)
        for (int c = 0; c < image.channels; ++c) {
          values.clear();
          for (const Source& s : sources(layer.spec, layer.in, y, x, c))
            values.push_back(in[0][(int64_t{s.y} * image.width + s.x) * image.channels + c]);
          *out++ = static_cast<int8_t>(mn_clamp(pooled(values), layer.integers.low, layer.integers.high));
        }
  }

  // Those inside the image, row by row.
  std::vector<Source> sources(const LayerSpec& layer, std::span<const ImageShape> in, int y, int x,
                              int channel) const override {
    const int top = layer.window.rows().start(y), left = layer.window.columns().start(x);
    std::vector<Source> sources;
    for (int row = std::max(0, top); row < std::min(top + layer.window.height, in[0].height); ++row)
      for (int column = std::max(0, left); column < std::min(left + layer.window.width, in[0].width); ++column)
        sources.push_back({0, row, column, channel});
    return sources;
  }

 protected:
  // Of the values of one channel under a window: their byte.
  virtual int32_t pooled(const std::vector<int8_t>& values) const = 0;
};

class MaxPool final : public WindowPool {
 public:
  MaxPool()
      : WindowPool({.name = "max pool",
                    .combination = Combination::kLargest,
                    .largest_kernel = 7,
                    .pools = true,
                    .keeps_scale = true}) {}

  NormedValue forward(Tape& tape, const LayerSpec& layer, std::optional<Var>,
                      std::span<const NormedValue> in) const override {
    return {max_pool(tape, materialize(tape, in[0]), layer.window)};
  }

  std::unique_ptr<ByteLayer> make_byte_layer(const PlacedLayer& layer) const override {
    return std::make_unique<MaxPoolBytes>(layer);
  }

  void input_gradient(const PlacedLayer& layer, const BackwardStep& step, int, float* dx) const override {
    const Shape in = layer.in[0].batch(1);
    std::fill_n(dx, in.size(), 0.0f);
    for_windows(layer.spec.window, in, layer.out.batch(1), [&](int64_t pixel, int, const auto& for_taps) {
      for (int64_t c = 0; c < in.c; ++c) {
        int64_t largest = -1;
        for_taps([&](int64_t tap) {
          if (largest < 0 || step.x[0][tap * in.c + c] > step.x[0][largest]) largest = tap * in.c + c;
        });
        dx[largest] += step.dy[pixel * in.c + c];
      }
    });
  }

 private:
  int32_t pooled(const std::vector<int8_t>& values) const override {
    return *std::max_element(values.begin(), values.end());
  }
};

class AveragePool final : public WindowPool {
 public:
  AveragePool()
      : WindowPool({.name = "average pool",
                    .combination = Combination::kAverage,
                    .largest_kernel = 7,
                    .pools = true,
                    .keeps_scale = true}) {}

  NormedValue forward(Tape& tape, const LayerSpec& layer, std::optional<Var>,
                      std::span<const NormedValue> in) const override {
    return {average_pool(tape, materialize(tape, in[0]), layer.window)};
  }

  std::unique_ptr<ByteLayer> make_byte_layer(const PlacedLayer& layer) const override {
    return std::make_unique<AveragePoolBytes>(layer);
  }

  void input_gradient(const PlacedLayer& layer, const BackwardStep& step, int, float* dx) const override {
    const Shape in = layer.in[0].batch(1);
    std::fill_n(dx, in.size(), 0.0f);
    for_windows(layer.spec.window, in, layer.out.batch(1), [&](int64_t pixel, int count, const auto& for_taps) {
      const float share = 1.0f / static_cast<float>(count);
      for_taps([&](int64_t tap) {
        for (int64_t c = 0; c < in.c; ++c) dx[tap * in.c + c] += step.dy[pixel * in.c + c] * share;
      });
    });
  }

 private:
  int32_t pooled(const std::vector<int8_t>& values) const override {
    int32_t sum = 0;
    for (const int8_t value : values) sum += value;
    return mn_average(sum, static_cast<int32_t>(values.size()));
  }
};

}  // namespace

const LayerOperation& max_pool() {
  static const MaxPool instance;
  return instance;
}

const LayerOperation& average_pool() {
  static const AveragePool instance;
  return instance;
}

}  // namespace mininas
