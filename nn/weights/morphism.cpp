#include "nn/weights/morphism.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"

namespace mininas {
namespace {

// By how many taps the new kernel exceeds the old one on each side; negative if it is smaller.
int64_t kernel_margin(const Tensor& old, const Tensor& fresh) { return (fresh.shape().h - old.shape().h) / 2; }

float tap_or_zero(const Tensor& old, int64_t n, int64_t y, int64_t x, int64_t c) {
  const Shape& shape = old.shape();
  return y >= 0 && y < shape.h && x >= 0 && x < shape.w ? old.at(n, y, x, c) : 0.0f;
}

double length(const float* values, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += double{values[i]} * double{values[i]};
  return std::sqrt(sum);
}

void inherit_vector(const Tensor& old, const ChannelMap& channels, Tensor& fresh) {
  MN_CHECK(fresh.size() == static_cast<int64_t>(channels.size()), fresh.size(), " channels, a map of ",
           channels.size());
  for (size_t c = 0; c < channels.size(); ++c)
    if (channels[c] != kNewChannel) fresh.data()[c] = old.data()[channels[c]];
}

}  // namespace

ChannelMap all_channels(int count) {
  ChannelMap map(static_cast<size_t>(count));
  std::iota(map.begin(), map.end(), 0);
  return map;
}

ChannelMap select_channels(const Tensor& gamma, int count) {
  ChannelMap map = all_channels(static_cast<int>(gamma.size()));
  const auto wanted = static_cast<size_t>(count);
  if (wanted >= map.size()) {
    map.resize(wanted, kNewChannel);
    return map;
  }
  const auto size_of = [&](int channel) { return std::abs(gamma.data()[channel]); };
  std::stable_sort(map.begin(), map.end(), [&](int a, int b) { return size_of(a) > size_of(b); });
  map.resize(wanted);
  std::sort(map.begin(), map.end());
  return map;
}

void inherit_conv(const Tensor& old, const ChannelMap& in, const ChannelMap& out, Tensor& fresh) {
  const Shape& s = fresh.shape();
  const int64_t margin = kernel_margin(old, fresh);
  MN_CHECK(s.n == static_cast<int64_t>(out.size()) && s.c == static_cast<int64_t>(in.size()), to_text(s),
           " weights, maps of ", out.size(), " and ", in.size(), " channels");
  for (int64_t o = 0; o < s.n; ++o) {
    const int from = out[static_cast<size_t>(o)];
    if (from == kNewChannel) continue;
    for (int64_t y = 0; y < s.h; ++y)
      for (int64_t x = 0; x < s.w; ++x)
        for (int64_t c = 0; c < s.c; ++c) {
          const int source = in[static_cast<size_t>(c)];
          fresh.at(o, y, x, c) = source == kNewChannel ? 0.0f : tap_or_zero(old, from, y - margin, x - margin, source);
        }
  }
}

void inherit_depthwise(const Tensor& old, const ChannelMap& channels, Tensor& fresh) {
  const Shape& s = fresh.shape();
  const int64_t margin = kernel_margin(old, fresh);
  MN_CHECK(s.n == 1 && s.c == static_cast<int64_t>(channels.size()), to_text(s), " weights, a map of ", channels.size(),
           " channels");
  for (int64_t y = 0; y < s.h; ++y)
    for (int64_t x = 0; x < s.w; ++x)
      for (int64_t c = 0; c < s.c; ++c) {
        const int source = channels[static_cast<size_t>(c)];
        if (source == kNewChannel) continue;
        fresh.at(0, y, x, c) = tap_or_zero(old, 0, y - margin, x - margin, source);
      }
}

void inherit_bias(const LayerWeights& old, const ChannelMap& channels, LayerWeights& fresh) {
  inherit_vector(old.bias.value, channels, fresh.bias.value);
}

void inherit_norm(const LayerWeights& old, const ChannelMap& channels, LayerWeights& fresh) {
  inherit_vector(old.gamma.value, channels, fresh.gamma.value);
  inherit_vector(old.beta.value, channels, fresh.beta.value);
  inherit_vector(old.running_mean, channels, fresh.running_mean);
  inherit_vector(old.running_variance, channels, fresh.running_variance);
}

Tensor composed(const Tensor& depthwise, const Tensor& pointwise) {
  const Shape &window = depthwise.shape(), &mix = pointwise.shape();
  MN_CHECK(window.n == 1 && mix.h == 1 && mix.w == 1 && window.c == mix.c, to_text(window), " and then ", to_text(mix),
           " weights");
  Tensor conv = Tensor::uninitialized({mix.n, window.h, window.w, window.c});
  for (int64_t o = 0; o < mix.n; ++o)
    for (int64_t y = 0; y < window.h; ++y)
      for (int64_t x = 0; x < window.w; ++x)
        for (int64_t c = 0; c < window.c; ++c)
          conv.at(o, y, x, c) = pointwise.at(o, 0, 0, c) * depthwise.at(0, y, x, c);
  return conv;
}

void match_lengths(const Tensor& fresh, LayerWeights& layer) {
  const Shape s = layer.weight.value.shape();
  MN_CHECK(s == fresh.shape(), to_text(s), " weights beside ", to_text(fresh.shape()));
  const int64_t size = s.h * s.w * s.c;
  for (int64_t o = 0; o < s.n; ++o) {
    float* weights = layer.weight.value.data() + o * size;
    const double own = length(weights, size);
    if (own == 0) continue;
    const double scale = length(fresh.data() + o * size, size) / own;
    for (int64_t i = 0; i < size; ++i) weights[i] = static_cast<float>(scale * weights[i]);
    float &mean = layer.running_mean.data()[o], &variance = layer.running_variance.data()[o];
    mean = static_cast<float>(scale * mean);
    // So that sqrt(variance + epsilon) grows by `scale`.
    variance =
        static_cast<float>(std::max(0.0, scale * scale * (double{variance} + kBatchNormEpsilon) - kBatchNormEpsilon));
  }
}

void set_identity_conv(Tensor& weight) {
  const Shape s = weight.shape();
  MN_CHECK(s.n == s.c, to_text(s), ": an identity has as many inputs as outputs");
  weight = Tensor::zeros(s);
  for (int64_t c = 0; c < s.c; ++c) weight.at(c, s.h / 2, s.w / 2, c) = 1.0f;
}

void set_identity_depthwise(Tensor& weight) {
  const Shape s = weight.shape();
  weight = Tensor::zeros(s);
  for (int64_t c = 0; c < s.c; ++c) weight.at(0, s.h / 2, s.w / 2, c) = 1.0f;
}

ChannelMoments channel_moments(const Tensor& x) {
  const auto channels = static_cast<size_t>(x.shape().c);
  const int64_t pixels = x.shape().pixels();
  ChannelMoments s{std::vector<double>(channels), std::vector<double>(channels)};
  const auto each = [&](auto&& visit) {
    for (int64_t i = 0; i < pixels; ++i)
      for (size_t c = 0; c < channels; ++c) visit(c, double{x.data()[i * x.shape().c + static_cast<int64_t>(c)]});
  };
  each([&](size_t c, double value) { s.mean[c] += value; });
  for (double& mean : s.mean) mean /= static_cast<double>(pixels);
  each([&](size_t c, double value) { s.variance[c] += (value - s.mean[c]) * (value - s.mean[c]); });
  for (double& variance : s.variance) variance /= static_cast<double>(pixels);
  return s;
}

void set_identity_norm(const ChannelMoments& input, const std::vector<float>& shift, LayerWeights& norm) {
  for (size_t c = 0; c < input.mean.size(); ++c) {
    const auto mean = static_cast<float>(input.mean[c]), variance = static_cast<float>(input.variance[c]);
    norm.running_mean.data()[c] = mean;
    norm.running_variance.data()[c] = variance;
    norm.gamma.value.data()[c] = std::sqrt(variance + kBatchNormEpsilon);
    norm.beta.value.data()[c] = mean - shift[c];
  }
}

}  // namespace mininas
