// The concatenation of two tensors of the same pixels: the channels of the first, then those of the second. Each has a
// scale of its own, from which it is brought to the output's; where both are equal its bytes stay as they are.
#include <algorithm>
#include <array>

#include "core/autograd/ops.h"
#include "core/error.h"
#include "mcu/runtime/mn_arithmetic.h"
#include "nn/layers/operations.h"

namespace mininas {
namespace {

// A byte of the output for each byte of an input.
using ByteTable = std::array<uint8_t, 256>;

ByteTable table_of(const PlacedLayer& layer, size_t input) {
  ByteTable table;
  for (int byte = 0; byte < 256; ++byte)
    table[static_cast<size_t>(byte)] =
        static_cast<uint8_t>(to_output(layer.integers, byte - 128 - layer.input[input].zero_point, input) + 128);
  return table;
}

class ConcatBytes final : public ByteLayer {
 public:
  explicit ConcatBytes(const PlacedLayer& layer)
      : pixels_(layer.out.size() / layer.out.channels),
        channels_{layer.in[0].channels, layer.in[1].channels},
        tables_{table_of(layer, 0), table_of(layer, 1)} {}

  void run(std::span<const uint8_t* const> in, uint8_t* out, uint8_t*) const override {
    std::array<const uint8_t*, 2> from = {in[0], in[1]};
    for (int64_t pixel = 0; pixel < pixels_; ++pixel)
      for (size_t k = 0; k < 2; ++k)
        for (int c = 0; c < channels_[k]; ++c) *out++ = tables_[k][*from[k]++];
  }

 private:
  const int64_t pixels_;
  const std::array<int, 2> channels_;
  const std::array<ByteTable, 2> tables_;
};

class Concatenation final : public LayerOperation {
 public:
  Concatenation()
      : LayerOperation({.name = "concat",
                        .combination = Combination::kRescaled,
                        .least_inputs = 2,
                        .most_inputs = 2,
                        .reads_image = false,
                        .factors = 2}) {}

  ImageShape output_shape(const LayerSpec& layer, std::span<const ImageShape> in) const override {
    require(in[0].height == in[1].height && in[0].width == in[1].width, layer,
            text("concatenates ", to_text(in[0]), " and ", to_text(in[1]), ", expected the same height and width"));
    return {in[0].height, in[0].width, in[0].channels + in[1].channels};
  }

  NormedValue forward(Tape& tape, const LayerSpec&, std::optional<Var>,
                      std::span<const NormedValue> in) const override {
    const Var first = materialize(tape, in[0]), second = materialize(tape, in[1]);
    return {concat(tape, first, second)};
  }

  float least_scale(std::span<const Quantization> in) const override { return std::max(in[0].scale, in[1].scale); }

  std::vector<FixedPoint> rescales(std::span<const Quantization> in, const Quantization& out,
                                   const std::string& where) const override {
    return {concat_rescale(in[0].scale, out.scale, text(where, ", ", rescale_name(0))),
            concat_rescale(in[1].scale, out.scale, text(where, ", ", rescale_name(1)))};
  }
  std::string rescale_name(int index) const override { return index == 0 ? "first input" : "second input"; }

  void run_integers(const PlacedLayer& layer, std::span<const int16_t>, std::span<const int8_t* const> in,
                    int8_t* out) const override {
    for (int64_t i = 0; i < layer.out.size(); ++i) {
      const int64_t pixel = i / layer.out.channels;
      const auto c = static_cast<int>(i % layer.out.channels);
      const auto k = static_cast<size_t>(c >= layer.in[0].channels);
      const int channel = k == 0 ? c : c - layer.in[0].channels;
      out[i] = to_output(layer.integers, in[k][pixel * layer.in[k].channels + channel] - layer.input[k].zero_point, k);
    }
  }

  std::unique_ptr<ByteLayer> make_byte_layer(const PlacedLayer& layer) const override {
    return std::make_unique<ConcatBytes>(layer);
  }

  void input_gradient(const PlacedLayer& layer, const BackwardStep& step, int k, float* dx) const override {
    const int channels = layer.in[static_cast<size_t>(k)].channels;
    const float* dy = step.dy + (k == 0 ? 0 : layer.in[0].channels);
    for (int64_t pixels = layer.out.size() / layer.out.channels; pixels > 0; --pixels, dy += layer.out.channels)
      dx = std::copy_n(dy, channels, dx);
  }

  std::vector<Source> sources(const LayerSpec&, std::span<const ImageShape> in, int y, int x,
                              int channel) const override {
    const int first = in[0].channels;
    return {channel < first ? Source{0, y, x, channel} : Source{1, y, x, channel - first}};
  }
};

}  // namespace

const LayerOperation& concatenation() {
  static const Concatenation instance;
  return instance;
}

}  // namespace mininas
