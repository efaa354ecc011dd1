// A tensor fitted to the shape of another one, of which nothing but the shape is read: rows, columns and channels at
// the end are cut off where there are too many and filled with the real value 0 where there are too few.
#include <algorithm>

#include "core/autograd/ops.h"
#include "core/error.h"
#include "mcu/runtime/mn_arithmetic.h"
#include "nn/layers/operations.h"

namespace mininas {
namespace {

int64_t place_of(const ImageShape& shape, int y, int x, int channel) {
  return (int64_t{y} * shape.width + x) * shape.channels + channel;
}

bool contains(const ImageShape& shape, int y, int x, int channel) {
  return y < shape.height && x < shape.width && channel < shape.channels;
}

// Calls body(y, x, channel) for each value of a tensor, in the order of memory.
template <class Body>
void for_values(const ImageShape& shape, const Body& body) {
  for (int y = 0; y < shape.height; ++y)
    for (int x = 0; x < shape.width; ++x)
      for (int channel = 0; channel < shape.channels; ++channel) body(y, x, channel);
}

class Fitting final : public LayerOperation {
 public:
  Fitting()
      : LayerOperation(
            {.name = "fit", .least_inputs = 2, .most_inputs = 2, .reads_image = false, .keeps_scale = true}) {}

  ImageShape output_shape(const LayerSpec&, std::span<const ImageShape> in) const override { return in[1]; }

  NormedValue forward(Tape& tape, const LayerSpec&, std::optional<Var>,
                      std::span<const NormedValue> in) const override {
    const Shape like = tape.value(in[1].raw).shape();
    return {fit(tape, materialize(tape, in[0]), like)};
  }

  void run_integers(const PlacedLayer& layer, std::span<const int16_t>, std::span<const int8_t* const> in,
                    int8_t* out) const override {
    const QuantizedLayer& integers = layer.integers;
    for_values(layer.out, [&](int y, int x, int channel) {
      const bool exists = contains(layer.in[0], y, x, channel);
      const int value = exists ? in[0][place_of(layer.in[0], y, x, channel)] : integers.output.zero_point;
      *out++ = static_cast<int8_t>(mn_clamp(value, integers.low, integers.high));
    });
  }

  // Of the input that gives the shape: none.
  void input_gradient(const PlacedLayer& layer, const BackwardStep& step, int k, float* dx) const override {
    const ImageShape& in = layer.in[static_cast<size_t>(k)];
    for_values(in, [&](int y, int x, int channel) {
      const bool exists = k == 0 && contains(layer.out, y, x, channel);
      *dx++ = exists ? step.dy[place_of(layer.out, y, x, channel)] : 0.0f;
    });
  }

  std::vector<Source> sources(const LayerSpec&, std::span<const ImageShape> in, int y, int x,
                              int channel) const override {
    if (contains(in[0], y, x, channel)) return {{0, y, x, channel}};
    return {{0, in[0].height, 0, 0}};  // outside: 0
  }
};

}  // namespace

const LayerOperation& fitting() {
  static const Fitting instance;
  return instance;
}

}  // namespace mininas
