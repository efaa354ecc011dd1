#include "nn/quant/fold.h"

#include <algorithm>

#include "core/autograd/ops.h"
#include "core/conv/convolution.h"
#include "core/error.h"
#include "core/kernels/kernels.h"

namespace mininas {
namespace {

FoldedLayer fold_layer(const LayerSpec& layer, const LayerWeights& w) {
  if (!has_weights(layer.kind)) return {};
  FoldedLayer folded{w.weight.value.clone(),
                     w.bias.exists() ? w.bias.value.clone() : Tensor::zeros({1, 1, 1, layer.out_channels})};
  if (!layer.batch_norm) return folded;
  const ChannelScale how =
      fold_norm(w.gamma.value, w.beta.value, w.running_mean, w.running_variance, kBatchNormEpsilon);
  const int64_t channels = layer.out_channels, per_channel = folded.weight.size() / channels;
  for (int64_t i = 0; i < folded.weight.size(); ++i)
    folded.weight.data()[i] *= how.scale.data()[layer.kind == LayerKind::kDepthwise ? i % channels : i / per_channel];
  for (int64_t c = 0; c < channels; ++c)
    folded.bias.data()[c] = __builtin_fmaf(folded.bias.data()[c], how.scale.data()[c], how.shift.data()[c]);
  return folded;
}

Tensor folded_output(const LayerSpec& layer, const FoldedLayer& f, const Tensor& x, const Tensor* other) {
  Tape tape(Tape::Mode::kForwardOnly);
  Var y = tape.constant(x.clone());
  if (has_weights(layer.kind)) {
    const Var weight = tape.constant(f.weight.clone()), bias = tape.constant(f.bias.clone());
    y = layer.kind == LayerKind::kDepthwise ? depthwise(tape, y, weight, layer.stride)
                                            : conv2d(tape, y, weight, layer.stride);
    y = add_bias(tape, y, bias);
  }
  if (layer.kind == LayerKind::kGlobalAveragePool) y = global_average_pool(tape, y);
  if (layer.kind == LayerKind::kAdd) y = add(tape, y, tape.constant(other->clone()));
  if (rectifies(layer)) y = relu(tape, y);
  return tape.value(y).clone();
}

}  // namespace

std::vector<FoldedLayer> fold_batch_norm(const Network& network) {
  std::vector<FoldedLayer> folded;
  for (size_t i = 0; i < network.layers().size(); ++i)
    folded.push_back(fold_layer(network.spec().layers()[i], network.layers()[i]));
  return folded;
}

std::vector<Tensor> folded_outputs(const Network& network, const std::vector<FoldedLayer>& folded,
                                   const ImageBatch& batch) {
  const NetworkSpec& spec = network.spec();
  Tensor image = Tensor::uninitialized(spec.input().batch(batch.count));
  const PixelScale& pixels = network.pixel_scale();
  kernels().bytes_to_real(batch.pixels, image.size(), static_cast<float>(pixels.zero), pixels.scale, image.data());
  std::vector<Tensor> outputs;
  const auto output_of = [&](int index) -> const Tensor& {
    return index == kImage ? image : outputs[static_cast<size_t>(index)];
  };
  for (const LayerSpec& layer : spec.layers())
    outputs.push_back(
        folded_output(layer, folded[outputs.size()], output_of(layer.input()), &output_of(layer.inputs.back())));
  return outputs;
}

std::vector<Range> measure_ranges(const Network& network, const std::vector<FoldedLayer>& folded,
                                  const ImageSet& images) {
  constexpr int64_t kBatch = 64;
  const int64_t batches = (images.count() + kBatch - 1) / kBatch;
  if (batches == 0) throw ConfigError("there are no images to measure activation ranges on");
  std::vector<Range> ranges(folded.size());
  for (int64_t batch = 0; batch < batches; ++batch) {
    const int64_t first = batch * kBatch, count = std::min(kBatch, images.count() - first);
    const std::vector<Tensor> outputs = folded_outputs(network, folded, {images.image(first), count});
    for (size_t i = 0; i < outputs.size(); ++i) {
      const auto [low, high] = std::minmax_element(outputs[i].values().begin(), outputs[i].values().end());
      ranges[i].low += std::min(0.0, double{*low}) / static_cast<double>(batches);
      ranges[i].high += std::max(0.0, double{*high}) / static_cast<double>(batches);
    }
  }
  return ranges;
}

}  // namespace mininas
