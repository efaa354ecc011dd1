// Global average pooling: the mean over all pixels, one value per channel.
#include <algorithm>

#include "core/autograd/ops.h"
#include "core/error.h"
#include "core/kernels/int8.h"
#include "core/kernels/kernels.h"
#include "mcu/runtime/mn_arithmetic.h"
#include "nn/layers/operations.h"

namespace mininas {
namespace {

int64_t pixels_of(const ImageShape& shape) { return int64_t{shape.height} * shape.width; }

class PoolBytes final : public ByteLayer {
 public:
  explicit PoolBytes(const PlacedLayer& layer)
      : in_(layer.in[0]), low_(layer.integers.low), high_(layer.integers.high) {}

  void run(std::span<const uint8_t* const> in, uint8_t* out, uint8_t*) const override {
    const auto pixels = static_cast<int32_t>(pixels_of(in_));
    std::vector<int32_t> sums(static_cast<size_t>(in_.channels));
    int8_kernels().sum_pixels(in[0], pixels, in_.channels, sums.data());
    for (const int32_t sum : sums)
      *out++ = static_cast<uint8_t>(mn_clamp(mn_average(sum - 128 * pixels, pixels), low_, high_) + 128);
  }

 private:
  const ImageShape in_;
  const int low_, high_;
};

class GlobalAveragePool final : public LayerOperation {
 public:
  GlobalAveragePool()
      : LayerOperation(
            {.name = "pool", .combination = Combination::kAverage, .keeps_scale = true, .masks_gradient = false}) {}

  ImageShape output_shape(const LayerSpec&, std::span<const ImageShape> in) const override {
    return {1, 1, in[0].channels};
  }

  NormedValue forward(Tape& tape, const LayerSpec&, std::optional<Var>,
                      std::span<const NormedValue> in) const override {
    return {global_average_pool(tape, materialize(tape, in[0]))};
  }

  void check_integers(const PlacedLayer& layer, const std::string& where) const override {
    const int64_t pixels = pixels_of(layer.in[0]);
    if (pixels * 128 + pixels / 2 >= int64_t{1} << 31)
      throw ConfigError(text(where, ": averages ", pixels, " pixels, expected fewer than 2^24"));
  }

  void run_integers(const PlacedLayer& layer, std::span<const int16_t>, std::span<const int8_t* const> in,
                    int8_t* out) const override {
    const int channels = layer.in[0].channels;
    const auto pixels = static_cast<int32_t>(pixels_of(layer.in[0]));
    std::vector<int32_t> sums(static_cast<size_t>(channels), 0);
    const int8_t* value = in[0];
    for (int pixel = 0; pixel < pixels; ++pixel)
      for (int c = 0; c < channels; ++c) sums[static_cast<size_t>(c)] += *value++;
    for (const int32_t sum : sums)
      *out++ = static_cast<int8_t>(mn_clamp(mn_average(sum, pixels), layer.integers.low, layer.integers.high));
  }

  std::unique_ptr<ByteLayer> make_byte_layer(const PlacedLayer& layer) const override {
    return std::make_unique<PoolBytes>(layer);
  }

  void input_gradient(const PlacedLayer& layer, const BackwardStep& step, int, float* dx) const override {
    const int64_t pixels = pixels_of(layer.in[0]), channels = layer.in[0].channels;
    kernels().scale(step.dy, 1.0f / static_cast<float>(pixels), channels, dx);
    for (int64_t pixel = 1; pixel < pixels; ++pixel) std::copy_n(dx, channels, dx + pixel * channels);
  }

  std::vector<Source> sources(const LayerSpec&, std::span<const ImageShape> in, int, int, int channel) const override {
    std::vector<Source> sources;
    for (int y = 0; y < in[0].height; ++y)
      for (int x = 0; x < in[0].width; ++x) sources.push_back({0, y, x, channel});
    return sources;
  }
};

}  // namespace

const LayerOperation& global_average_pool() {
  static const GlobalAveragePool instance;
  return instance;
}

}  // namespace mininas
