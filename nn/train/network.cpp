#include "nn/train/network.h"

#include <algorithm>
#include <cmath>

#include "core/autograd/ops.h"
#include "core/error.h"
#include "core/fused/fused_conv.h"
#include "core/io/sha256.h"
#include "core/kernels/kernels.h"
#include "nn/layers/operations.h"

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
    const int64_t fan_in = operation_of(layer).weight_order(layer, in).taps;
    const float bound = static_cast<float>(1.0 / std::sqrt(static_cast<double>(fan_in)));
    w.weight.value = uniform_tensor(weight_shape(layer, in), bound, rng.fork(w.weight.name));
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

// A convolution with its batch norm. `window` is the depthwise layer before a pointwise one, or the layer itself.
NormedValue unit(Tape& tape, const LayerSpec& layer, LayerWeights& w, const LayerSpec& window,
                 LayerWeights& window_weights, const NormedValue& x, Phase phase) {
  FusedConvWeights weights{.stride = window.stride};
  if (traits_of(window).depthwise) weights.depthwise = tape.parameter(window_weights.weight);
  if (!traits_of(layer).depthwise) weights.conv = tape.parameter(w.weight);
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

// A layer that is not a fused convolution.
NormedValue plain(Tape& tape, const LayerSpec& layer, LayerWeights& w, std::span<const NormedValue> in) {
  std::optional<Var> weight;
  if (w.weight.exists()) weight = tape.parameter(w.weight);
  NormedValue y = operation_of(layer).forward(tape, layer, weight, in);
  if (layer.bias) y = {add_bias(tape, materialize(tape, y), tape.parameter(w.bias))};
  return layer.relu ? y.rectified() : y;
}

}  // namespace

bool continues_fused_conv(const NetworkSpec& spec, int index) {
  if (index == 0 || index == spec.size()) return false;
  const LayerSpec &layer = spec.layer(index), &before = spec.layer(index - 1);
  if (!is_fused_conv(layer) || traits_of(layer).depthwise || layer.kernel != 1 || layer.stride != 1) return false;
  if (!traits_of(before).depthwise || before.batch_norm || before.relu || before.bias) return false;
  return spec.readers(index - 1) == std::vector<int>{index};
}

int64_t training_bytes(const NetworkSpec& spec, int64_t batch) {
  double values = 3.0 * static_cast<double>(parameter_count(spec));
  for (int i = 0; i < spec.size(); ++i)
    if (!continues_fused_conv(spec, i + 1))  // a depthwise output inside a fused convolution is not kept
      values += 2.2 * static_cast<double>(batch) * static_cast<double>(spec.shape(i).size());
  return static_cast<int64_t>(std::min(4 * values, 9e18));
}

bool is_fused_conv(const LayerSpec& layer) { return layer.batch_norm; }

Network::Network(NetworkSpec spec, PixelScale pixels, const Rng& rng) : spec_(std::move(spec)), pixels_(pixels) {
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
    if (continues_fused_conv(spec_, i + 1)) continue;
    const int window = continues_fused_conv(spec_, i) ? i - 1 : i;
    NormedValue& out = outputs[static_cast<size_t>(i)];
    LayerWeights& weights = layers_[static_cast<size_t>(i)];
    std::vector<NormedValue> in;
    for (const int source : spec_.inputs(window)) in.push_back(output_of(source));
    if (is_fused_conv(layer))
      out = unit(tape, layer, weights, spec_.layer(window), layers_[static_cast<size_t>(window)], in[0], phase);
    else
      out = plain(tape, layer, weights, in);
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
