#include "search/build.h"

#include "core/error.h"

namespace mininas {
namespace {

// Appends layers to a chain: each reads the one before it.
class Chain {
 public:
  explicit Chain(NetworkSpec& spec) : spec_(spec) {}

  // A convolution whose batch norm and ReLU the caller chooses by the returned reference.
  LayerSpec& add(std::string name, LayerKind kind, int out_channels, int kernel = 1, int stride = 1) {
    LayerSpec layer;
    layer.name = std::move(name);
    layer.kind = kind;
    layer.input = static_cast<int>(spec_.layers.size()) - 1;  // kImage for the first
    layer.out_channels = out_channels;
    layer.kernel = kernel;
    layer.stride = stride;
    spec_.layers.push_back(std::move(layer));
    return spec_.layers.back();
  }

 private:
  NetworkSpec& spec_;
};

void add_searched_layer(Chain& chain, const SearchedLayer& layer, int index, int in_channels, int out_channels, int stride, bool relu) {
  const std::string name = text("layer", index);
  const bool separable = layer.operation == Operation::kSeparable;
  if (separable) chain.add(name + ".depthwise", LayerKind::kDepthwise, in_channels, layer.kernel, stride);
  LayerSpec& last = separable ? chain.add(name + ".pointwise", LayerKind::kConv, out_channels)
                              : chain.add(name + ".conv", LayerKind::kConv, out_channels, layer.kernel, stride);
  last.batch_norm = true;
  last.relu = relu;
}

}  // namespace

NetworkSpec build_network_spec(const Architecture& a, const ImageShape& input, int classes) {
  validate(a);
  NetworkSpec spec;
  spec.input = input;
  spec.classes = classes;
  Chain chain(spec);

  int channels = a.stem_multiplier * a.width;
  LayerSpec& stem = chain.add("stem", LayerKind::kConv, channels, 3, a.early_stride ? 2 : 1);
  stem.batch_norm = stem.relu = true;

  const int depth = a.depth(), second = depth / 3, third = 2 * depth / 3;
  for (int i = 0; i < depth; ++i) {
    const int width = a.width * (i < second ? 1 : i < third ? 2 : 4);
    const int stride = i == second || i == third ? 2 : 1;
    add_searched_layer(chain, a.layers[static_cast<size_t>(i)], i, channels, width, stride, i + 1 < depth);
    channels = width;
  }
  chain.add("pool", LayerKind::kGlobalAveragePool, channels);
  chain.add("classifier", LayerKind::kLinear, classes).bias = true;
  layer_shapes(spec);
  return spec;
}

}  // namespace mininas
