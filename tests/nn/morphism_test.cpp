#include "nn/weights/morphism.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "tests/nn/small_networks.h"
#include "tests/support/catch.h"

using namespace mininas;

namespace {

Tensor tensor(const Shape& shape, const std::vector<float>& values) {
  Tensor t = Tensor::uninitialized(shape);
  REQUIRE(t.size() == static_cast<int64_t>(values.size()));
  std::copy(values.begin(), values.end(), t.data());
  return t;
}

std::vector<float> values(const Tensor& t) { return {t.values().begin(), t.values().end()}; }

}  // namespace

TEST_CASE("channels of the largest gamma stay, in their order, the first of equals", "[nn][morphism]") {
  const Tensor gamma = tensor({1, 1, 1, 5}, {0.5f, -2.0f, 0.5f, 1.0f, 0.1f});
  CHECK(select_channels(gamma, 3) == ChannelMap{0, 1, 3});
  CHECK(select_channels(gamma, 1) == ChannelMap{1});
  CHECK(select_channels(gamma, 5) == all_channels(5));
  CHECK(select_channels(gamma, 7) == ChannelMap{0, 1, 2, 3, 4, kNewChannel, kNewChannel});
}

TEST_CASE("a kernel grows by zeros around it and shrinks to its centre", "[nn][morphism]") {
  const Tensor small = tensor({1, 3, 3, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  Tensor large = Tensor::full({1, 5, 5, 1}, -1);
  inherit_conv(small, {0}, {0}, large);
  CHECK(values(large) == std::vector<float>{0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 4, 5, 6, 0, 0, 7, 8, 9, 0, 0, 0, 0, 0, 0});
  Tensor back = Tensor::full({1, 3, 3, 1}, -1), point = Tensor::full({1, 1, 1, 1}, -1),
         wide = Tensor::full({1, 5, 5, 1}, -1);
  inherit_depthwise(large, {0}, back);
  CHECK(values(back) == values(small));
  inherit_depthwise(small, {0}, wide);
  CHECK(values(wide) == values(large));
  inherit_conv(small, {0}, {0}, point);
  CHECK(values(point) == std::vector<float>{5});
}

TEST_CASE("new channels keep fresh weights, and no layer reads them", "[nn][morphism]") {
  const Tensor old = tensor({2, 1, 1, 2}, {1, 2, 3, 4});
  Tensor fresh = Tensor::full({3, 1, 1, 3}, 7);
  inherit_conv(old, {1, kNewChannel, 0}, {1, 0, kNewChannel}, fresh);
  CHECK(values(fresh) == std::vector<float>{4, 0, 3, 2, 0, 1, 7, 7, 7});
  Tensor taps = Tensor::full({1, 1, 1, 3}, 7);
  inherit_depthwise(tensor({1, 1, 1, 2}, {5, 6}), {1, kNewChannel, 0}, taps);
  CHECK(values(taps) == std::vector<float>{6, 7, 5});
  CHECK_THROWS_AS(inherit_conv(old, {0}, {0, 1}, fresh), std::logic_error);
}

TEST_CASE("scaling weights to another length does not change the output of their norm", "[nn][morphism]") {
  const Tensor fresh = tensor({3, 1, 1, 2}, {6, 8, 0, 1, 3, 4});
  const auto normed = [](const LayerWeights& w, int64_t o) {
    const float raw = 2.0f * w.weight.value.at(o, 0, 0, 0) - 1.0f * w.weight.value.at(o, 0, 0, 1);
    return (raw - w.running_mean.data()[o]) / std::sqrt(w.running_variance.data()[o] + kBatchNormEpsilon);
  };
  LayerWeights layer;
  layer.weight.value = tensor({3, 1, 1, 2}, {4, 3, 0, 0, -0.003f, 0.004f});
  layer.running_mean = tensor({1, 1, 1, 3}, {0.5f, 0.25f, 0.001f});
  layer.running_variance = tensor({1, 1, 1, 3}, {2.0f, 3.0f, 0.00002f});
  std::vector<float> before;
  for (int64_t o = 0; o < 3; ++o) before.push_back(normed(layer, o));
  match_lengths(fresh, layer);
  CHECK(values(layer.weight.value)[0] == Approx(8));
  CHECK(values(layer.weight.value)[1] == Approx(6));
  CHECK(values(layer.weight.value)[2] == 0);
  CHECK(values(layer.weight.value)[5] == Approx(4));
  for (int64_t o = 0; o < 3; ++o) CHECK(normed(layer, o) == Approx(before[static_cast<size_t>(o)]));
}

TEST_CASE("statistics of channels are their mean and variance, and a norm set from them passes them on, less its shift",
          "[nn][morphism]") {
  const ChannelMoments s = channel_moments(tensor({2, 1, 2, 2}, {1, 10, 3, 10, 5, 10, 7, 10}));
  CHECK(s.mean == std::vector<double>{4, 10});
  CHECK(s.variance == std::vector<double>{5, 0});
  LayerWeights norm;
  for (Tensor* t : {&norm.gamma.value, &norm.beta.value, &norm.running_mean, &norm.running_variance})
    *t = Tensor::zeros({1, 1, 1, 2});
  set_identity_norm(s, {0.0f, 1.5f}, norm);
  for (int64_t c = 0; c < 2; ++c)
    for (const float x : {-3.0f, 0.0f, 12.0f}) {
      const float root = std::sqrt(norm.running_variance.data()[c] + kBatchNormEpsilon);
      const float y = (x - norm.running_mean.data()[c]) / root * norm.gamma.value.data()[c] + norm.beta.value.data()[c];
      CHECK(y == Approx(x - (c == 1 ? 1.5f : 0.0f)));
    }
}
