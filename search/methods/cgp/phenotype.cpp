#include "search/methods/cgp/phenotype.h"

#include <algorithm>

namespace mininas::cgp {
namespace {

int halved(int extent) { return std::max(extent / 2, 1); }

ImageShape halved(ImageShape shape, int times) {
  for (; times > 0; --times) shape = {halved(shape.height), halved(shape.width), shape.channels};
  return shape;
}

// The shape of both inputs of a join behind the pools that make them equally large.
ImageShape fitted(const ImageShape& a, const ImageShape& b) {
  const ImageShape &larger = a.height >= b.height ? a : b, &smaller = &larger == &a ? b : a;
  return halved(larger, halvings_to_fit(larger.height, smaller.height));
}

ImageShape shape_of(const Function& function, const ImageShape& first, const ImageShape& second) {
  const ImageShape joined = fitted(first, second);
  switch (function.kind) {
    case FunctionKind::kConvBlock:
      return {first.height, first.width, function.channels};
    case FunctionKind::kResidualBlock:
      return {first.height, first.width, std::max(first.channels, function.channels)};
    case FunctionKind::kMaxPool:
    case FunctionKind::kAveragePool:
      return halved(first, 1);
    case FunctionKind::kConcat:
      return {joined.height, joined.width, first.channels + second.channels};
    case FunctionKind::kSum:
      break;
  }
  return {joined.height, joined.width, std::max(first.channels, second.channels)};
}

int64_t convolution_parameters(int64_t in, const Function& function, bool bias) {
  const int64_t out = function.channels;
  return in * out * function.kernel * function.kernel + (bias ? out : 0) + 2 * out;
}

}  // namespace

Phenotype decode(const Grid& grid, const Genotype& genotype) {
  const std::vector<bool> active = active_nodes(grid, genotype);
  Phenotype network;
  std::vector<int> place(genotype.size() + 1, kImageInput);  // by input gene
  for (int node = 0; node < grid.nodes(); ++node) {
    if (!active[static_cast<size_t>(node)]) continue;
    const Gene& gene = genotype[static_cast<size_t>(node)];
    ActiveNode decoded{grid.functions[static_cast<size_t>(gene.function)], {}};
    for (int i = 0; i < input_count(decoded.function); ++i)
      decoded.inputs.push_back(place[static_cast<size_t>(gene.inputs[static_cast<size_t>(i)])]);
    place[static_cast<size_t>(node) + 1] = static_cast<int>(network.nodes.size());
    network.nodes.push_back(decoded);
  }
  network.output = place[static_cast<size_t>(genotype.back().inputs[0])];
  return network;
}

int halvings_to_fit(int larger, int smaller) {
  int times = 0;
  while (larger >= smaller << (times + 1)) ++times;
  return times;
}

std::vector<ImageShape> shapes(const Phenotype& network, const ImageShape& image) {
  std::vector<ImageShape> all;
  const auto shape = [&](int node) { return node == kImageInput ? image : all[static_cast<size_t>(node)]; };
  for (const ActiveNode& node : network.nodes)
    all.push_back(shape_of(node.function, shape(node.inputs.front()), shape(node.inputs.back())));
  return all;
}

int64_t published_parameters(const Phenotype& network, const ImageShape& image, int classes, bool conv_bias) {
  const std::vector<ImageShape> all = shapes(network, image);
  const auto shape = [&](int node) { return node == kImageInput ? image : all[static_cast<size_t>(node)]; };
  int64_t sum = 0;
  for (const ActiveNode& node : network.nodes) {
    const Function& function = node.function;
    const bool residual = function.kind == FunctionKind::kResidualBlock;
    if (residual || function.kind == FunctionKind::kConvBlock)
      sum += convolution_parameters(shape(node.inputs[0]).channels, function, conv_bias);
    if (residual) sum += convolution_parameters(function.channels, function, conv_bias);
  }
  const ImageShape& last = shape(network.output);
  return sum + static_cast<int64_t>(last.height) * last.width * last.channels * classes + classes;
}

}  // namespace mininas::cgp
