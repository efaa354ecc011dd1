#include "nn/quant/quantized_gradients.h"

#include <algorithm>
#include <optional>

#include "core/conv/bands.h"
#include "core/error.h"
#include "core/kernels/int8.h"
#include "core/kernels/kernels.h"
#include "core/parallel.h"
#include "nn/layers/operations.h"
#include "nn/quant/quantized_layer_gradient.h"

namespace mininas {
namespace {

// The whole network, prepared once for all images.
struct Prepared {
  const QuantizedModel& model;
  const NetworkSpec& spec;
  const QuantizedPass& pass;
  std::vector<PlacedLayer> placed;
  std::vector<std::optional<QuantizedLayerGradient>> layers;  // only layers with weights
  std::vector<int64_t> sums_begin;                            // of each layer, in one vector of sums
  int64_t sums_size = 0, largest = 0;                         // largest: floats of the largest activation

  Prepared(const QuantizedModel& of_model, const QuantizedPass& of_pass)
      : model(of_model), spec(of_model.spec), pass(of_pass), layers(of_model.layers.size()) {
    parallel_for(spec.size(), [&](int64_t i) {
      const int layer = static_cast<int>(i);
      if (has_weights(spec.layer(layer).kind)) layers[static_cast<size_t>(i)].emplace(model, layer);
    });
    for (int i = 0; i < spec.size(); ++i) {
      placed.push_back(model.placed(i));
      largest = std::max(largest, spec.shape(i).size());
      sums_begin.push_back(sums_size);
      if (const auto& layer = layers[static_cast<size_t>(i)]) sums_size += layer->sums_size();
    }
  }
  const uint8_t* output(int layer, int64_t image) const {
    const ByteBuffer& bytes = layer == kImage ? pass.images : pass.outputs[static_cast<size_t>(layer)];
    return bytes.data() + image * spec.shape(layer).size();
  }
};

// Computes one image after another on one thread. The gradient buffer of an activation is reused as soon as its layer
// is done.
class ImageGradients {
 public:
  explicit ImageGradients(const Prepared& network) : network_(network), gradient_(network.layers.size()) {
    for (const auto& layer : network.layers)
      if (layer) layer->reserve(workspace_);
  }

  void run(int64_t image, const Tensor& logits, float* sums) {
    const int64_t classes = logits.shape().c;
    gradient_.back() = take();
    std::copy_n(logits.data() + image * classes, classes, gradient_.back().data());
    for (int i = network_.spec.size() - 1; i >= 0; --i) {
      Tensor& g = gradient_[static_cast<size_t>(i)];
      if (g.empty()) continue;  // no layer reads this one
      step(i, image, g.data(), sums + network_.sums_begin[static_cast<size_t>(i)]);
      free_.push_back(std::move(g));
      g = {};
    }
  }

 private:
  Tensor take() {
    if (free_.empty()) return Tensor::uninitialized({1, 1, 1, network_.largest});
    Tensor buffer = std::move(free_.back());
    free_.pop_back();
    return buffer;
  }

  // Adds what fill(buffer) writes to the gradient of a layer's output.
  template <class Fill>
  void add_to(int layer, const Fill& fill) {
    const auto i = static_cast<size_t>(layer);
    Tensor fresh = take();
    fill(fresh.data());
    if (gradient_[i].empty()) {
      gradient_[i] = std::move(fresh);
      return;
    }
    kernels().add(gradient_[i].data(), fresh.data(), network_.spec.shape(layer).size(), gradient_[i].data());
    free_.push_back(std::move(fresh));
  }

  // The backward step of layer `index`; changes `g`.
  void step(int index, int64_t image, float* g, float* sums) {
    if (const auto& layer = network_.layers[static_cast<size_t>(index)])
      weighted(*layer, index, image, g, sums);
    else
      weightless(index, image, g);
  }

  void weighted(const QuantizedLayerGradient& layer, int index, int64_t image, float* g, float* sums) {
    const int source = network_.spec.layer(index).input();
    const uint8_t *x = network_.output(source, image), *y = network_.output(index, image);
    const auto run = [&](float* dx) { layer.run(x, y, g, sums, dx, workspace_); };
    if (source == kImage)
      run(nullptr);
    else
      add_to(source, run);
  }

  void weightless(int index, int64_t image, float* g) {
    const PlacedLayer& layer = network_.placed[static_cast<size_t>(index)];
    const LayerOperation& operation = operation_of(layer.spec);
    const uint8_t* y = network_.output(index, image);
    if (operation.traits().masks_gradient) mask(layer, y, g);
    std::vector<const uint8_t*> x;
    for (const int source : layer.spec.inputs) x.push_back(network_.output(source, image));
    const BackwardStep step{x, y, g};
    for (int k = 0; k < static_cast<int>(x.size()); ++k) {
      const int source = layer.spec.inputs[static_cast<size_t>(k)];
      if (source != kImage) add_to(source, [&](float* dx) { operation.input_gradient(layer, step, k, dx); });
    }
  }

  // Outputs on a bound of their clamp pass no gradient.
  void mask(const PlacedLayer& layer, const uint8_t* y, float* g) {
    unused_.resize(static_cast<size_t>(layer.out.channels + Tensor::kSlack));
    int8_kernels().clamp_gradient({.g = g,
                                   .y = y,
                                   .pixels = int64_t{layer.out.height} * layer.out.width,
                                   .channels = layer.out.channels,
                                   .low = layer.integers.low + 128,
                                   .high = layer.integers.high + 128,
                                   .dy = g,
                                   .sum = unused_.data()});
  }

  const Prepared& network_;
  QuantizedLayerGradient::Workspace workspace_;
  std::vector<Tensor> gradient_;  // [layer]; empty until a reader has added to it
  std::vector<Tensor> free_;
  std::vector<float> unused_;
};

}  // namespace

std::vector<LayerGradients> quantized_gradients(const QuantizedModel& model, const QuantizedPass& pass,
                                                const Tensor& logits) {
  MN_CHECK(logits.shape().n == pass.count, logits.shape().n);
  const Prepared network(model, pass);
  const Tensor sums = sum_over_chunks(pass.count, {1, 1, 1, network.sums_size}, [&](int64_t chunk, Tensor& sum) {
    ImageGradients gradients(network);
    for (int64_t image = chunk_begin(pass.count, chunk); image < chunk_begin(pass.count, chunk + 1); ++image)
      gradients.run(image, logits, sum.data());
  });
  std::vector<LayerGradients> result(network.layers.size());
  for (size_t i = 0; i < result.size(); ++i) {
    if (!network.layers[i]) continue;
    const float* first = sums.data() + network.sums_begin[i];
    result[i] = {network.layers[i]->weight_gradient(first), network.layers[i]->bias_gradient(first)};
  }
  return result;
}

}  // namespace mininas
