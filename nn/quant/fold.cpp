#include "nn/quant/fold.h"

#include <algorithm>

#include "core/autograd/ops.h"
#include "core/error.h"
#include "core/kernels/kernels.h"
#include "nn/layers/operations.h"

namespace mininas {
namespace {

FoldedLayer fold_layer(const LayerSpec& layer, const ImageShape& in, const LayerWeights& w) {
  if (!has_weights(layer.kind)) return {};
  FoldedLayer folded{w.weight.value.clone(),
                     w.bias.exists() ? w.bias.value.clone() : Tensor::zeros({1, 1, 1, layer.out_channels})};
  if (!layer.batch_norm) return folded;
  const ChannelScale norm =
      fold_norm(w.gamma.value, w.beta.value, w.running_mean, w.running_variance, kBatchNormEpsilon);
  const WeightOrder order = operation_of(layer).weight_order(layer, in);
  for (int64_t i = 0; i < folded.weight.size(); ++i) folded.weight.data()[i] *= norm.scale.data()[order.channel_of(i)];
  for (int64_t c = 0; c < order.channels; ++c)
    folded.bias.data()[c] = __builtin_fmaf(folded.bias.data()[c], norm.scale.data()[c], norm.shift.data()[c]);
  return folded;
}

Tensor folded_output(const LayerSpec& layer, const FoldedLayer& f, const std::vector<const Tensor*>& in) {
  Tape tape(Tape::Mode::kForwardOnly);
  std::vector<NormedValue> values;
  for (const Tensor* x : in) values.push_back({tape.constant(x->clone())});
  std::optional<Var> weight;
  if (!f.weight.empty()) weight = tape.constant(f.weight.clone());
  NormedValue y = operation_of(layer).forward(tape, layer, weight, values);
  if (weight) y = {add_bias(tape, materialize(tape, y), tape.constant(f.bias.clone()))};
  if (layer.relu) y = y.rectified();
  return tape.value(materialize(tape, y)).clone();
}

}  // namespace

std::vector<FoldedLayer> fold_batch_norm(const Network& network) {
  std::vector<FoldedLayer> folded;
  const NetworkSpec& spec = network.spec();
  for (int i = 0; i < spec.size(); ++i)
    folded.push_back(fold_layer(spec.layer(i), spec.input_shape(i), network.layers()[static_cast<size_t>(i)]));
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
  for (const LayerSpec& layer : spec.layers()) {
    std::vector<const Tensor*> in;
    for (const int source : layer.inputs) in.push_back(&output_of(source));
    outputs.push_back(folded_output(layer, folded[outputs.size()], in));
  }
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
