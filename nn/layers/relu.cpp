// ReLU as a layer of its own, for a tensor that some readers take rectified and others unchanged. In float it is
// another view of the same value (core/fused/fused_conv.h); in integers it is a clamp at the zero point, which input
// and output share.
#include <algorithm>

#include "core/error.h"
#include "mcu/runtime/mn_arithmetic.h"
#include "nn/layers/operations.h"

namespace mininas {
namespace {

class ReluBytes final : public ByteLayer {
 public:
  explicit ReluBytes(const PlacedLayer& layer)
      : size_(layer.out.size()),
        low_(static_cast<uint8_t>(layer.integers.low + 128)),
        high_(static_cast<uint8_t>(layer.integers.high + 128)) {}

  void run(std::span<const uint8_t* const> in, uint8_t* out, uint8_t*) const override {
    for (int64_t i = 0; i < size_; ++i) out[i] = std::min(std::max(in[0][i], low_), high_);
  }

 private:
  const int64_t size_;
  const uint8_t low_, high_;
};

class Rectifier final : public LayerOperation {
 public:
  Rectifier() : LayerOperation({.name = "relu", .takes_relu = false, .rectifies = true, .keeps_scale = true}) {}

  NormedValue forward(Tape&, const LayerSpec&, std::optional<Var>, std::span<const NormedValue> in) const override {
    return in[0].rectified();
  }

  void run_integers(const PlacedLayer& layer, std::span<const int16_t>, std::span<const int8_t* const> in,
                    int8_t* out) const override {
    for (int64_t i = 0; i < layer.out.size(); ++i)
      out[i] = static_cast<int8_t>(mn_clamp(in[0][i], layer.integers.low, layer.integers.high));
  }

  std::unique_ptr<ByteLayer> make_byte_layer(const PlacedLayer& layer) const override {
    return std::make_unique<ReluBytes>(layer);
  }

  void input_gradient(const PlacedLayer& layer, const BackwardStep& step, int, float* dx) const override {
    std::copy_n(step.dy, layer.out.size(), dx);
  }

  std::vector<Source> sources(const LayerSpec&, std::span<const ImageShape>, int y, int x, int channel) const override {
    return {{0, y, x, channel}};
  }
};

}  // namespace

const LayerOperation& rectifier() {
  static const Rectifier instance;
  return instance;
}

}  // namespace mininas
