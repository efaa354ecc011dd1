#include "tests/nn/reference_network.h"

#include "core/reference/add.h"
#include "core/reference/depthwise.h"
#include "core/reference/pool.h"
#include "core/reference/relu.h"
#include "tests/support/tensors.h"

namespace mininas::test {
namespace {

using Doubles = std::vector<double>;

// Hands out the parameters in their order.
class Cursor {
 public:
  explicit Cursor(const Doubles& parameters) : parameters_(parameters) {}
  Doubles next(int64_t count) {
    const auto first = parameters_.begin() + at_;
    at_ += count;
    return {first, first + count};
  }

 private:
  const Doubles& parameters_;
  int64_t at_ = 0;
};

Doubles convolved(const LayerSpec& layer, const Shape& in, const Doubles& x, Cursor& parameters) {
  const ConvGeometry g{in.n, in.h, in.w, in.c, layer.out_channels, layer.kernel, layer.stride};
  if (layer.kind == LayerKind::kDepthwise)
    return reference::depthwise(g, x, parameters.next(g.depthwise_weight().size()));
  return reference::conv2d(g, x, parameters.next(g.weight().size()));
}

// y = gamma * (x - mean) / sqrt(variance + epsilon) + beta with the running statistics.
Doubles normalized(const reference::BatchNorm<double>& norm, const Doubles& x) {
  Doubles y(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    const size_t c = i % norm.gamma.size();
    y[i] = norm.gamma[c] * reference::normal(norm, x[i], c) + norm.beta[c];
  }
  return y;
}

Doubles biased(const Doubles& x, const Doubles& bias) {
  Doubles y(x.size());
  for (size_t i = 0; i < x.size(); ++i) y[i] = x[i] + bias[i % bias.size()];
  return y;
}

Doubles real_pixels(const ImageBatch& batch, int64_t size, const PixelScale& pixels) {
  Doubles real;
  for (int64_t i = 0; i < size; ++i) real.push_back(double{pixels.scale} * (batch.pixels[i] - pixels.zero));
  return real;
}

}  // namespace

std::vector<double> parameters_of(Network& network) {
  Doubles all;
  for (const Parameter* p : network.parameters())
    all.insert(all.end(), p->value.values().begin(), p->value.values().end());
  return all;
}

ReferencePass reference_pass(const Network& network, const std::vector<double>& parameters, const ImageBatch& batch,
                             Phase phase) {
  const NetworkSpec& spec = network.spec();
  const Doubles image = real_pixels(batch, batch.count * spec.input().size(), network.pixel_scale());
  ReferencePass pass;
  Cursor cursor(parameters);
  const auto output_of = [&](int index) -> const Doubles& {
    return index == kImage ? image : pass.outputs[static_cast<size_t>(index)];
  };
  for (size_t i = 0; i < spec.layers().size(); ++i) {
    const LayerSpec& layer = spec.layers()[i];
    const Shape in = spec.input_shape(static_cast<int>(i)).batch(batch.count);
    Doubles y = output_of(layer.input());
    if (has_weights(layer.kind)) y = convolved(layer, in, y, cursor);
    if (layer.kind == LayerKind::kGlobalAveragePool) y = reference::global_average_pool(in, y);
    if (layer.kind == LayerKind::kAdd) y = reference::add(y, output_of(layer.inputs[1]));
    if (layer.kind == LayerKind::kRelu) y = reference::relu(y);
    if (layer.bias) y = biased(y, cursor.next(layer.out_channels));
    reference::BatchNorm<double> norm{
        .gamma = {}, .beta = {}, .epsilon = double{kBatchNormEpsilon}, .relu = false, .mean = {}, .variance = {}};
    if (layer.batch_norm) {
      norm.gamma = cursor.next(layer.out_channels);
      norm.beta = cursor.next(layer.out_channels);
      norm.mean = to_doubles(network.layers()[i].running_mean);
      norm.variance = to_doubles(network.layers()[i].running_variance);
      y = phase == Phase::kTraining ? reference::batch_norm(norm, y) : normalized(norm, y);
    }
    pass.outputs.push_back(layer.relu ? reference::relu(y) : y);
    pass.norms.push_back(norm);
  }
  return pass;
}

}  // namespace mininas::test
