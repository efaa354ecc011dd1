// Builds the network of a chain, the paper's family, as described in build.h.
#include "search/space/build.h"

#include <utility>

#include "core/error.h"
#include "nn/spec/layer_chain.h"

namespace mininas {
namespace {

void add_searched_layer(LayerChain& chain, const SearchedLayer& layer, int index, int out_channels, int stride,
                        bool relu) {
  const std::string name = text("layer", index);
  const bool separable = layer.operation == Operation::kSeparable;
  if (separable) chain.add(name + ".depthwise", LayerKind::kDepthwise, chain.channels(), layer.kernel, stride);
  LayerSpec& last = separable ? chain.add_normed(name + ".pointwise", LayerKind::kConv, out_channels)
                              : chain.add_normed(name + ".conv", LayerKind::kConv, out_channels, layer.kernel, stride);
  last.relu = relu;
}

}  // namespace

std::array<int, 3> stage_depths(int depth) {
  const int second = depth / 3, third = 2 * depth / 3;
  return {second, third - second, depth - third};
}

NetworkSpec build_network_spec(const Chain& a, const ImageShape& input, int classes) {
  validate(a);
  LayerChain chain(input, classes);
  chain.add_normed("stem", LayerKind::kConv, 2 * a.width, 3).relu = true;
  const auto stages = stage_depths(a.depth());
  const int depth = a.depth(), second = stages[0], third = stages[0] + stages[1];
  for (int i = 0; i < depth; ++i) {
    const int width = a.width * (i < second ? 1 : i < third ? 2 : 4);
    const int stride = i == second || i == third ? 2 : 1;
    add_searched_layer(chain, a.layers[static_cast<size_t>(i)], i, width, stride, i + 1 < depth);
  }
  return std::move(chain).finish();
}

}  // namespace mininas
