#include "nn/network.h"

#include <cmath>

#include "core/error.h"
#include "core/kernels/kernels.h"
#include "core/ops.h"
#include "core/sha256.h"

namespace mininas {
namespace {

Tensor uniform_tensor(const Shape& shape, float bound, Rng rng) {
  Tensor tensor = Tensor::uninitialized(shape);
  for (float& value : tensor.values()) value = rng.uniform(-bound, bound);
  return tensor;
}

LayerWeights make_weights(const LayerSpec& layer, const ImageShape& in, const Rng& rng) {
  LayerWeights w;
  w.weight.name = layer.name + ".weight";
  w.bias.name = layer.name + ".bias";
  w.gamma.name = layer.name + ".gamma";
  w.beta.name = layer.name + ".beta";
  const Shape channels{1, 1, 1, layer.out_channels};
  if (has_weights(layer.kind)) {
    const Shape shape = weight_shape(layer, in);
    const int64_t fan_in = shape.h * shape.w * (layer.kind == LayerKind::kDepthwise ? 1 : shape.c);
    const float bound = static_cast<float>(1.0 / std::sqrt(static_cast<double>(fan_in)));
    w.weight.value = uniform_tensor(shape, bound, rng.fork(w.weight.name));
    if (layer.bias) w.bias.value = uniform_tensor(channels, bound, rng.fork(w.bias.name));
  }
  if (layer.batch_norm) {
    w.gamma.value = Tensor::full(channels, 1.0f);
    w.beta.value = Tensor::zeros(channels);
    w.running_mean = Tensor::zeros(channels);
    w.running_variance = Tensor::full(channels, 1.0f);
  }
  return w;
}

Var convolve(Tape& tape, const LayerSpec& layer, LayerWeights& w, Var x) {
  const Var weight = tape.parameter(w.weight);
  return layer.kind == LayerKind::kDepthwise ? depthwise(tape, x, weight, layer.stride) : conv2d(tape, x, weight, layer.stride);
}

Var normalized(Tape& tape, const LayerSpec& layer, LayerWeights& w, Var x, Phase phase) {
  if (phase == Phase::kEvaluation)
    return scale_channels(tape, x, fold_norm(w.gamma.value, w.beta.value, w.running_mean, w.running_variance, kBatchNormEpsilon), layer.relu);
  ChannelStatistics batch;
  const int64_t pixels = tape.value(x).shape().pixels();
  const Var y = batch_norm(tape, x, tape.parameter(w.gamma), tape.parameter(w.beta), kBatchNormEpsilon, layer.relu, batch);
  update_running(batch, pixels, kBatchNormMomentum, w.running_mean, w.running_variance);
  return y;
}

// One layer: convolution or pool or sum, then bias or norm, then ReLU.
Var apply(Tape& tape, const LayerSpec& layer, LayerWeights& w, Var x, Var other, Phase phase) {
  Var y = x;
  if (has_weights(layer.kind)) y = convolve(tape, layer, w, x);
  if (layer.kind == LayerKind::kGlobalAveragePool) y = global_average_pool(tape, x);
  if (layer.kind == LayerKind::kAdd) y = add(tape, x, other);
  if (layer.bias) y = add_bias(tape, y, tape.parameter(w.bias));
  if (layer.batch_norm) return normalized(tape, layer, w, y, phase);
  return layer.relu ? relu(tape, y) : y;
}

}  // namespace

Network::Network(NetworkSpec spec, PixelScale pixels, Rng rng) : spec_(std::move(spec)), pixels_(pixels) {
  const auto shapes = layer_shapes(spec_);
  for (size_t i = 0; i < spec_.layers.size(); ++i)
    layers_.push_back(make_weights(spec_.layers[i], input_shape(spec_, shapes, static_cast<int>(i)), rng));
}

Var Network::forward(Tape& tape, const ImageBatch& batch, Phase phase) {
  Tensor real = Tensor::uninitialized(spec_.input.batch(batch.count));
  kernels().bytes_to_real(batch.pixels, real.size(), static_cast<float>(pixels_.zero), pixels_.scale, real.data());
  const Var image = tape.constant(std::move(real));
  std::vector<Var> outputs;
  const auto output_of = [&](int index) { return index == kImage ? image : outputs[static_cast<size_t>(index)]; };
  for (size_t i = 0; i < layers_.size(); ++i) {
    const LayerSpec& layer = spec_.layers[i];
    outputs.push_back(apply(tape, layer, layers_[i], output_of(layer.input), output_of(layer.other), phase));
  }
  return outputs.back();
}

std::vector<Parameter*> Network::parameters() {
  std::vector<Parameter*> all;
  for (LayerWeights& w : layers_)
    for (Parameter* p : {&w.weight, &w.bias, &w.gamma, &w.beta})
      if (p->exists()) all.push_back(p);
  return all;
}

std::vector<Tensor*> Network::state() {
  std::vector<Tensor*> all;
  for (LayerWeights& w : layers_)
    for (Tensor* t : {&w.running_mean, &w.running_variance})
      if (!t->empty()) all.push_back(t);
  return all;
}

std::string weights_sha256(Trainable& network) {
  Sha256 hash;
  for (const Parameter* p : network.parameters()) hash.update(std::span<const float>(p->value.values()));
  for (const Tensor* t : network.state()) hash.update(std::span<const float>(t->values()));
  return hash.hex_digest();
}

}  // namespace mininas
