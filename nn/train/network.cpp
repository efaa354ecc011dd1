#include "nn/train/network.h"

#include <cmath>

#include "core/autograd/ops.h"
#include "core/error.h"
#include "core/fused/fused_conv.h"
#include "core/io/sha256.h"
#include "core/kernels/kernels.h"

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

bool is_convolution(const LayerSpec& layer) {
  return layer.kind == LayerKind::kConv || layer.kind == LayerKind::kDepthwise;
}

// A convolution with its batch norm; `window` is the depthwise layer before a pointwise one, or the layer itself.
NormedValue unit(Tape& tape, const LayerSpec& layer, LayerWeights& w, const LayerSpec& window,
                 LayerWeights& window_weights, const NormedValue& x, Phase phase) {
  FusedConvWeights weights{.stride = window.stride};
  if (window.kind == LayerKind::kDepthwise) weights.depthwise = tape.parameter(window_weights.weight);
  if (layer.kind == LayerKind::kConv) weights.conv = tape.parameter(w.weight);
  NormRequest request{tape.parameter(w.gamma), tape.parameter(w.beta), kBatchNormEpsilon};
  ChannelScale running;
  if (phase == Phase::kEvaluation) {
    running = fold_norm(w.gamma.value, w.beta.value, w.running_mean, w.running_variance, kBatchNormEpsilon);
    request.running = &running;
  }
  NormedValue y = fused_conv(tape, x, weights, request);
  if (phase == Phase::kTraining)
    update_running(y.norm->batch, tape.value(y.raw).shape().pixels(), kBatchNormMomentum, w.running_mean,
                   w.running_variance);
  return layer.relu ? y.rectified() : y;
}

// A layer that is not a unit: pool, sum, linear, ReLU, or a convolution without batch norm.
NormedValue plain(Tape& tape, const LayerSpec& layer, LayerWeights& w, const NormedValue& input,
                  const NormedValue& other) {
  if (layer.kind == LayerKind::kRelu) return input.rectified();
  const Var x = layer.kind == LayerKind::kAdd ? add(tape, input, other) : materialize(tape, input);
  Var y = x;
  if (layer.kind == LayerKind::kGlobalAveragePool) y = global_average_pool(tape, x);
  if (layer.kind == LayerKind::kDepthwise) y = depthwise(tape, x, tape.parameter(w.weight), layer.stride);
  if (layer.kind == LayerKind::kConv || layer.kind == LayerKind::kLinear)
    y = conv2d(tape, x, tape.parameter(w.weight), layer.stride);
  if (layer.bias) y = add_bias(tape, y, tape.parameter(w.bias));
  return {.raw = y, .relu = layer.relu};
}

}  // namespace

bool continues_unit(const NetworkSpec& spec, int index) {
  if (index == 0 || index == spec.size()) return false;
  const LayerSpec &layer = spec.layer(index), &before = spec.layer(index - 1);
  if (layer.kind != LayerKind::kConv || layer.kernel != 1 || layer.stride != 1 || !layer.batch_norm || layer.bias)
    return false;
  if (before.kind != LayerKind::kDepthwise || before.batch_norm || before.relu || before.bias) return false;
  return spec.readers(index - 1) == std::vector<int>{index};
}

bool is_unit(const LayerSpec& layer) { return is_convolution(layer) && layer.batch_norm && !layer.bias; }

Network::Network(NetworkSpec spec, PixelScale pixels, Rng rng) : spec_(std::move(spec)), pixels_(pixels) {
  for (int i = 0; i < spec_.size(); ++i) layers_.push_back(make_weights(spec_.layer(i), spec_.input_shape(i), rng));
}

Var Network::forward(Tape& tape, const ImageBatch& batch, Phase phase) {
  Tensor real = Tensor::uninitialized(spec_.input().batch(batch.count));
  kernels().bytes_to_real(batch.pixels, real.size(), static_cast<float>(pixels_.zero), pixels_.scale, real.data());
  const NormedValue image{tape.constant(std::move(real))};
  std::vector<NormedValue> outputs(layers_.size());
  const auto output_of = [&](int index) { return index == kImage ? image : outputs[static_cast<size_t>(index)]; };
  for (int i = 0; i < spec_.size(); ++i) {
    const LayerSpec& layer = spec_.layer(i);
    if (continues_unit(spec_, i + 1)) continue;
    const int window = continues_unit(spec_, i) ? i - 1 : i;
    NormedValue& out = outputs[static_cast<size_t>(i)];
    LayerWeights& weights = layers_[static_cast<size_t>(i)];
    const NormedValue x = output_of(spec_.layer(window).input());
    if (is_unit(layer))
      out = unit(tape, layer, weights, spec_.layer(window), layers_[static_cast<size_t>(window)], x, phase);
    else
      out = plain(tape, layer, weights, x, output_of(layer.inputs.back()));
  }
  return materialize(tape, outputs.back());
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
