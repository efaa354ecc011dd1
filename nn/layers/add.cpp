// The sum of two tensors of equal shape, each with its own scale.
#include <algorithm>

#include "core/error.h"
#include "core/kernels/int8.h"
#include "mcu/runtime/mn_arithmetic.h"
#include "nn/layers/operations.h"

namespace mininas {
namespace {

class AddBytes final : public ByteLayer {
 public:
  explicit AddBytes(const PlacedLayer& layer) {
    const QuantizedLayer& integers = layer.integers;
    add_ = {.count = layer.out.size(),
            .a_zero = layer.input[0].zero_point + 128,
            .b_zero = layer.input[1].zero_point + 128,
            .zero_point = integers.output.zero_point + 128,
            .low = integers.low + 128,
            .high = integers.high + 128};
    for (size_t i = 0; i < integers.rescale.size(); ++i) {
      add_.multiplier[i] = integers.rescale[i].multiplier;
      add_.right_shift[i] = integers.rescale[i].right_shift;
    }
  }

  void run(std::span<const uint8_t* const> in, uint8_t* out, uint8_t*) const override {
    Int8Add add = add_;
    add.a = in[0];
    add.b = in[1];
    add.out = out;
    int8_kernels().add(add);
  }

 private:
  Int8Add add_{};
};

class Addition final : public LayerOperation {
 public:
  Addition()
      : LayerOperation({.name = "add",
                        .combination = Combination::kRescaledSum,
                        .least_inputs = 2,
                        .most_inputs = 2,
                        .reads_image = false,
                        .factors = 3}) {}

  ImageShape output_shape(const LayerSpec& layer, std::span<const ImageShape> in) const override {
    require(in[0] == in[1], layer, text("adds ", to_text(in[0]), " and ", to_text(in[1]), ", expected equal shapes"));
    return in[0];
  }

  NormedValue forward(Tape& tape, const LayerSpec&, std::optional<Var>,
                      std::span<const NormedValue> in) const override {
    return {add(tape, in[0], in[1])};
  }

  // {first input, second input, output}
  std::vector<FixedPoint> rescales(std::span<const Quantization> in, const Quantization& out,
                                   const std::string& where) const override {
    return add_rescales(in[0].scale, in[1].scale, out.scale, where);
  }
  std::string rescale_name(int index) const override {
    constexpr const char* kNames[] = {"first input", "second input", "output"};
    return kNames[index];
  }

  void run_integers(const PlacedLayer& layer, std::span<const int16_t>, std::span<const int8_t* const> in,
                    int8_t* out) const override {
    const FixedPoint &first = layer.integers.rescale[0], &second = layer.integers.rescale[1];
    const int first_zero = layer.input[0].zero_point, second_zero = layer.input[1].zero_point;
    for (int64_t i = 0; i < layer.out.size(); ++i) {
      const int32_t sum = mn_rescale_summand(in[0][i] - first_zero, first.multiplier, first.right_shift) +
                          mn_rescale_summand(in[1][i] - second_zero, second.multiplier, second.right_shift);
      out[i] = to_output(layer.integers, sum, 2);
    }
  }

  std::unique_ptr<ByteLayer> make_byte_layer(const PlacedLayer& layer) const override {
    return std::make_unique<AddBytes>(layer);
  }

  void input_gradient(const PlacedLayer& layer, const BackwardStep& step, int, float* dx) const override {
    std::copy_n(step.dy, layer.out.size(), dx);
  }

  std::vector<Source> sources(const LayerSpec&, std::span<const ImageShape>, int y, int x, int channel) const override {
    return {{0, y, x, channel}, {1, y, x, channel}};
  }
};

}  // namespace

const LayerOperation& addition() {
  static const Addition instance;
  return instance;
}

}  // namespace mininas
