#include "search/inspect/trace.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "nn/quant/quantized_network.h"
#include "tests/nn/small_networks.h"
#include "tests/support/catch.h"

using namespace mininas;
using namespace mininas::test;

namespace {

struct Traced {
  Network network;
  QuantizedModel model;
  ImageSet images;
};

Traced make_traced(const NetworkSpec& spec) {
  ImageSet images = noise_images(spec.input(), spec.classes(), 6, Rng(3));
  Network network(spec, measure_pixel_scale(images), Rng(5));
  randomize_norms(network, Rng(6));
  const QuantizedModel model = QuantizedNetwork(network, images.class_names, images).freeze();
  return {std::move(network), model, std::move(images)};
}

// Steps that belong together agree, in integers, in real values and in the float network.
void check_steps(const Trace& t) {
  int64_t products = t.bias;
  double real = t.real_bias, floats = t.float_bias;
  for (const Tap& tap : t.taps) {
    products += tap.product;
    real += tap.real_input * tap.real_weight;
    floats += tap.float_input * tap.float_weight;
    CHECK((!tap.padding || (tap.input == 0 && tap.float_input == 0.0)));
  }
  if (t.layer.kind == LayerKind::kGlobalAveragePool) {
    real /= static_cast<double>(t.divisor);
    floats /= static_cast<double>(t.divisor);
  }
  CHECK(products == t.accumulator);
  CHECK(real == Approx(t.exact).margin(1e-9));
  CHECK(std::max(floats, rectifies(t.layer) ? 0.0 : floats) == Approx(t.float_value).epsilon(1e-3).margin(1e-4));
  CHECK(t.byte == t.clamped + t.output.zero_point);
  CHECK(t.rounded == t.output.scale * static_cast<double>(t.shifted));
  if (has_weights(t.layer.kind)) {
    CHECK(t.exact == Approx(static_cast<double>(t.accumulator) * t.input.scale * t.weight_scale).margin(1e-9));
    CHECK(std::ldexp(t.factor.multiplier, -31 - t.factor.right_shift) ==
          Approx(t.input.scale * t.weight_scale / t.output.scale));
  }
  // Between the clamps, the double rounding stays within one step of the exact value.
  if (t.clamped > t.low && t.clamped < t.top) CHECK(std::abs(t.exact - t.real) <= 1.01 * t.output.scale);
}

}  // namespace

TEST_CASE("every number of a network can be traced to the byte that the engine computes", "[search][trace]") {
  for (const NetworkSpec& spec : {plain_network(), residual_network(), rectified_network()}) {
    const Traced n = make_traced(spec);
    const IntegerOutputs expected = integer_forward(n.model, n.images.image(1), 1);
    for (int layer = 0; layer < spec.size(); ++layer) {
      INFO(spec.layer(layer).name);
      const ImageShape& shape = spec.shape(layer);
      size_t at = 0;
      for (int y = 0; y < shape.height; ++y)
        for (int x = 0; x < shape.width; ++x)
          for (int c = 0; c < shape.channels; ++c) {
            const Trace t = trace(n.model, n.network, n.images.image(1), {layer, y, x, c});
            CHECK(t.byte == expected.layers[static_cast<size_t>(layer)][at++]);
            check_steps(t);
          }
    }
  }
}

TEST_CASE("a place outside the network is refused with its shape", "[search][trace]") {
  const Traced n = make_traced(plain_network());
  CHECK_THROWS_WITH(trace(n.model, n.network, n.images.image(0), {0, 7, 0, 0}),
                    Catch::Contains("outside layer") && Catch::Contains("7x6"));
  CHECK_THROWS_WITH(trace(n.model, n.network, n.images.image(0), {99, 0, 0, 0}), Catch::Contains("layer 99"));
}
