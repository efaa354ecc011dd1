// The kernels for special cores against the definition, layer by layer: on this machine, with every special instruction
// written out in C.
#include <cstdlib>
#include <string>
#include <utility>

#include "mcu/host/object/model_image.h"
#include "mcu/host/plan/device_operation.h"
#include "mcu/runtime/mn_kernel.h"
#include "nn/spec/layer_chain.h"
#include "nn/spec/named_networks.h"
#include "tests/support/random_model.h"
#include "tests/support/rounds.h"

// The instructions of the kernels, written out in C.
#define MN_DSP_EMULATED
#include "mcu/runtime/dsp/mn_dsp.h"
#include "mcu/runtime/mn_arithmetic.h"
#include "mcu/runtime/mve/mn_mve.h"
#include "tests/support/catch.h"

using namespace mininas;
using namespace mininas::test;

namespace {

constexpr int8_t kUntouched = 0x5A;
constexpr size_t kGuard = 64;

// Bytes with a guard on both sides.
struct Guarded {
  explicit Guarded(size_t size) : bytes(size + 2 * kGuard, kUntouched) {}
  int8_t* data() { return bytes.data() + kGuard; }
  std::vector<int8_t> content() const { return {bytes.begin() + kGuard, bytes.end() - kGuard}; }
  bool intact() const {
    for (size_t i = 0; i < kGuard; ++i)
      if (bytes[i] != kUntouched || bytes[bytes.size() - 1 - i] != kUntouched) return false;
    return true;
  }
  std::vector<int8_t> bytes;
};

size_t bytes_of(const ImageShape& shape) { return static_cast<size_t>(shape.size()); }

// A layer of a model with an input of its own: what it computes with any kernel.
class LayerRun {
 public:
  LayerRun(const QuantizedModel& model, size_t index)
      : image_(make_model_image(model, RamPlan::kStrips)), row_(image_.layers[index]) {
    const int layer = static_cast<int>(index);
    in_ = model.spec.input_shape(layer);
    out_ = model.spec.shape(layer);
    scratch_bytes_ = static_cast<size_t>(scratch_bytes(model.spec.layers()[index], in_));
    for (uint8_t byte : random_images(in_, 1, Rng(index))) input_.push_back(static_cast<int8_t>(byte));
    for (uint8_t byte : random_images(in_, 1, Rng(index + 1000))) other_.push_back(static_cast<int8_t>(byte));
  }
  const mn_layer& row() const { return row_; }
  void set_shift(int rescale, uint8_t shift) { image_.bytes[row_.shifts + static_cast<size_t>(rescale)] = shift; }

  // The output over the input, `shift` bytes in front of it, as a memory plan may lay them; a row at a time.
  std::vector<int8_t> outputs_over_input(mn_kernel* kernel, size_t shift) const {
    Guarded both(shift + std::max(input_.size(), bytes_of(out_))), scratch((scratch_bytes_ + 3) / 4 * 4);
    std::copy(input_.begin(), input_.end(), both.data() + shift);
    mn_work work{both.data() + shift, other_.data(), both.data(), scratch.data(), 0, out_.height};
    kernel(model(), &row_, &work);
    CHECK(both.intact());
    CHECK(scratch.intact());
    return {both.data(), both.data() + bytes_of(out_)};
  }

  // All rows in steps of `step`.
  std::vector<int8_t> outputs(mn_kernel* kernel, int step) const {
    Guarded input(input_.size()), output(bytes_of(out_)), scratch((scratch_bytes_ + 3) / 4 * 4);
    std::copy(input_.begin(), input_.end(), input.data());
    mn_work work{input.data(), other_.data(), output.data(), scratch.data(), 0, 0};
    for (; work.last < out_.height; work.first = work.last) {
      work.last = std::min(work.first + step, out_.height);
      kernel(model(), &row_, &work);
    }
    CHECK(output.intact());
    CHECK(scratch.intact());
    CHECK(input.content() == input_);
    return output.content();
  }

 private:
  const mn_model* model() const { return reinterpret_cast<const mn_model*>(image_.bytes.data()); }

  ModelImage image_;
  mn_layer row_;
  ImageShape in_, out_;
  size_t scratch_bytes_;
  std::vector<int8_t> input_, other_;  // the second is an addition's
};

struct Fast {
  uint8_t kind;
  mn_kernel *definition, *fast;
};
const Fast kFast[] = {{MN_CONV, mn_conv, mn_conv_tile},
                      {MN_CONV, mn_conv, mn_conv_dsp},
                      {MN_CONV, mn_conv, mn_conv_mve},
                      {MN_DEPTHWISE, mn_depthwise, mn_depthwise_row},
                      {MN_DEPTHWISE, mn_depthwise, mn_depthwise_dsp},
                      {MN_DEPTHWISE, mn_depthwise, mn_depthwise_mve},
                      {MN_POOL, mn_pool, mn_pool_mve},
                      {MN_ADD, mn_add, mn_add_row},
                      {MN_ADD, mn_add, mn_add_mve}};

void compare_layers(const QuantizedModel& model) {
  for (size_t i = 0; i < model.spec.layers().size(); ++i) {
    const LayerRun run(model, i);
    for (const Fast& pair : kFast) {
      if (pair.kind != run.row().kind) continue;
      CAPTURE(model.spec.layers()[i].name, int{run.row().kernel}, int{run.row().stride}, run.row().in_width,
              run.row().in_channels, run.row().out_channels);
      const auto expected = run.outputs(pair.definition, 1000);
      CHECK(run.outputs(pair.fast, 1000) == expected);
      CHECK(run.outputs(pair.fast, 1) == expected);
    }
  }
}

}  // namespace

TEST_CASE("the fast kernels compute the definition's bytes for every small shape, one channel and one pixel included",
          "[mcu][fast]") {
  constexpr int kHeights[] = {1, 2, 3, 6}, kWidths[] = {1, 2, 3, 4, 5, 7, 8, 9, 12, 17};
  uint64_t seed = 0;
  for (const int kernel : {3, 5, 7}) {
    for (const int stride : {1, 2}) {
      for (const int height : kHeights) {
        for (const int width : kWidths) {
          if (++seed % (7 / rounds(7)) != 0) continue;
          const int channels = 1 + static_cast<int>(seed % 9), outputs = 1 + static_cast<int>(seed % 5);
          LayerChain chain({height, width, 1}, 2);
          chain.add("spread", LayerKind::kConv, channels, 1);
          chain.add("depthwise", LayerKind::kDepthwise, channels, kernel, stride);
          chain.add("pointwise", LayerKind::kConv, outputs, 1);
          chain.add("conv", LayerKind::kConv, outputs, kernel, stride);
          chain.add_sum("sum", chain.last(), chain.last());
          const NetworkSpec spec = std::move(chain).finish();
          CAPTURE(kernel, stride, height, width, channels);
          compare_layers(random_model(spec, Rng(seed)));
          if (seed % 10 == 0) compare_layers(random_model(spec, Rng(seed + 1000)));
        }
      }
    }
  }
}

TEST_CASE("the fast kernels compute the definition's bytes where windows lie apart, and of an image of four channels",
          "[mcu][fast]") {
  for (const int width : {3, 12, 13, 18, 23}) {
    LayerChain chain({9, width, 4}, 2);
    chain.add("pointwise of the image", LayerKind::kConv, 3, 1);
    chain.add("every fourth window", LayerKind::kConv, 4, 3, 4);
    const NetworkSpec spec = std::move(chain).finish();
    CAPTURE(width);
    compare_layers(random_model(spec, Rng(static_cast<uint64_t>(width))));
  }
}

TEST_CASE("depthwise outputs may lie over inputs that are used up, whatever the distance", "[mcu][fast]") {
  for (const int kernel : {3, 5, 7}) {
    for (const int channels : {4, 6, 9}) {
      LayerChain chain({6, 9, 1}, 2);
      chain.add("spread", LayerKind::kConv, channels, 1);
      chain.add("depthwise", LayerKind::kDepthwise, channels, kernel);
      const NetworkSpec spec = std::move(chain).finish();
      const LayerRun run(random_model(spec, Rng(static_cast<uint64_t>(channels))), 1);
      const auto rows = static_cast<size_t>((kernel + 1) / 2 * 9 * channels);  // no window reaches farther up
      for (const size_t shift : {rows, rows + 1, rows + 3, rows + 4}) {
        CAPTURE(kernel, channels, shift);
        const auto expected = run.outputs(mn_depthwise, 1000);
        CHECK(run.outputs_over_input(mn_depthwise, shift) == expected);
        CHECK(run.outputs_over_input(mn_depthwise_row, shift) == expected);
        CHECK(run.outputs_over_input(mn_depthwise_dsp, shift) == expected);
        CHECK(run.outputs_over_input(mn_depthwise_mve, shift) == expected);
      }
    }
  }
}

namespace {

// An accumulator and its multiplier. In every second draw the product is known, so that ties are hit.
struct Draw {
  int32_t x, multiplier, zero;
};

Draw draw_accumulator(Rng& rng, int shift, bool half) {
  const auto multiplier = static_cast<int32_t>(half ? 1u << 30 : (1u << 30) + (rng.next_u32() >> 2));
  const auto zero = static_cast<int32_t>(rng.below(256)) - 128;
  const int32_t steps = static_cast<int32_t>(rng.below(600)) - 300;  // halves of the output's unit
  const int64_t tie = int64_t{steps} * (int64_t{1} << shift);
  const int32_t x = half && std::abs(tie) < (int64_t{1} << 30)
                        ? static_cast<int32_t>(tie + static_cast<int32_t>(rng.below(5)) - 2)
                        : static_cast<int32_t>(rng.next_u32()) >> rng.below(31);
  return {x, multiplier, zero};
}

}  // namespace

TEST_CASE("rescaling in four instructions, with ties by the power or without, is the specified one", "[mcu][fast]") {
  Rng rng(7);
  for (int shift = 0; shift <= 31; ++shift) {
    const int32_t power = mn_negative_power(static_cast<uint8_t>(shift));
    CHECK(mn_ties_by_power(power) == (shift >= 2 && shift <= 12));
    CHECK(mn_is_unshifted(power) == (shift == 0));
    for (int i = 0; i < 20000; ++i) {
      const Draw draw = draw_accumulator(rng, shift, i % 2 == 0);
      const int32_t x = draw.x, multiplier = draw.multiplier, zero = draw.zero;
      const int32_t doubled = mn_doubled(multiplier);
      const int32_t found = mn_byte_of(x, doubled, power, zero);
      const int32_t alone = mn_byte_of(x, doubled, mn_power_alone(power), zero);
      const int32_t expected = mn_requantize(x, multiplier, shift, zero, -128, 127);
      if (found == expected && alone == expected) continue;
      CAPTURE(shift, x, multiplier, zero);
      FAIL("expected " << expected << ", found " << found << " by the power with ties, " << alone << " without");
    }
  }
}

TEST_CASE("rescaling by two vector multiplications is the specified one, ties and the largest sums included",
          "[mcu][fast]") {
  Rng rng(8);
  for (int shift = 0; shift <= 31; ++shift) {
    const int32_t divisor = mn_divisor(static_cast<uint8_t>(shift));
    CHECK((divisor < 0) == (shift > 11));
    for (int i = 0; i < 20000; ++i) {
      const Draw draw = draw_accumulator(rng, shift, i % 2 == 0);
      const int32_t multiplier = draw.multiplier, zero = draw.zero;
      const int32_t x = i % 100 != 1 ? draw.x : (rng.coin() ? INT32_MAX : INT32_MIN);
      const int32_t found = mn_vector_byte(static_cast<uint32_t>(x), multiplier, divisor, zero);
      const int32_t expected = mn_requantize(x, multiplier, shift, zero, -128, 127);
      if (found == expected) continue;
      CAPTURE(shift, x, multiplier, zero);
      FAIL("expected " << expected << ", found " << found);
    }
  }
}

TEST_CASE("the fast kernels compute the definition's bytes for 100 random networks", "[mcu][fast]") {
  for (uint64_t seed = 0; seed < rounds(100); ++seed) {
    CAPTURE(seed);
    compare_layers(random_model(random_network(Rng(seed), {21, 9, 4, 5}), Rng(seed + 700)));
  }
}

TEST_CASE("the fast addition computes the definition's bytes for right shifts of every size", "[mcu][fast]") {
  const QuantizedModel model = random_model(named_network("resnet8", {9, 7, 3}, 3), Rng(5));
  for (size_t i = 0; i < model.spec.layers().size(); ++i) {
    if (model.spec.layers()[i].kind != LayerKind::kAdd) continue;
    const LayerRun as_made(model, i);
    for (int rescale = 0; rescale < 3; ++rescale)
      for (uint8_t shift = 0; shift <= 31; ++shift) {
        LayerRun run = as_made;
        run.set_shift(rescale, shift);
        CAPTURE(model.spec.layers()[i].name, rescale, int{shift});
        const auto expected = run.outputs(mn_add, 1000);
        CHECK(run.outputs(mn_add_row, 1000) == expected);
        CHECK(run.outputs(mn_add_mve, 1000) == expected);
      }
  }
}
