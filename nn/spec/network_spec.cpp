#include "nn/spec/network_spec.h"

#include "core/error.h"

namespace mininas {
namespace {

ImageShape output_shape(const LayerSpec& layer, const ImageShape& in) {
  switch (layer.kind) {
    case LayerKind::kConv:
    case LayerKind::kDepthwise:
      return {convolved_extent(in.height, layer.kernel, layer.stride),
              convolved_extent(in.width, layer.kernel, layer.stride), layer.out_channels};
    case LayerKind::kGlobalAveragePool:
    case LayerKind::kLinear:
      return {1, 1, layer.out_channels};
    case LayerKind::kAdd:
      return in;
  }
  MN_CHECK(false, "unknown layer kind");
}

void require(bool holds, const LayerSpec& layer, const std::string& rule) {
  if (!holds) throw ConfigError(text("layer ", layer.name, ": ", rule));
}

// Far beyond any network, and small enough that no count of weights or pixels overflows.
constexpr int kMostChannels = 65536, kLargestExtent = 65536, kLargestKernel = 255;

void check_numbers(const LayerSpec& layer) {
  require(layer.out_channels >= 1 && layer.out_channels <= kMostChannels, layer,
          text("has ", layer.out_channels, " output channels, expected 1 to ", kMostChannels));
  const int largest_kernel = layer.kind == LayerKind::kDepthwise ? 7 : kLargestKernel;
  require(layer.kernel >= 1 && layer.kernel <= largest_kernel && layer.kernel % 2 == 1, layer,
          text("has kernel ", layer.kernel, ", expected an odd number from 1 to ", largest_kernel));
  require(layer.stride >= 1, layer, text("has stride ", layer.stride, ", expected at least 1"));
}

// What a layer may have beside its input depends on its kind.
void check_parts(const LayerSpec& layer) {
  const bool windowed = layer.kind == LayerKind::kConv || layer.kind == LayerKind::kDepthwise;
  require(windowed || (layer.kernel == 1 && layer.stride == 1), layer, "only convolutions have a kernel and a stride");
  require(windowed || !layer.batch_norm, layer, "only convolutions have a batch norm");
  require(has_weights(layer.kind) || !layer.bias, layer, "only layers with weights have a bias");
  require(!layer.batch_norm || !layer.bias, layer, "has a bias before its batch norm, which would take it away again");
  require(layer.kind == LayerKind::kAdd || layer.other == kImage, layer, "only sums have a second input");
}

void check_sum(const LayerSpec& layer, const std::vector<ImageShape>& shapes, const ImageShape& in) {
  const int before = static_cast<int>(shapes.size());
  require(layer.other >= 0 && layer.other < before && layer.input >= 0, layer,
          "adds the outputs of two earlier layers");
  const ImageShape other = shapes[static_cast<size_t>(layer.other)];
  require(other == in, layer, text("adds ", to_text(in), " and ", to_text(other), ", expected equal shapes"));
}

// `shapes`: of the layers before this one.
void check_layer(const NetworkSpec& spec, const std::vector<ImageShape>& shapes) {
  const int index = static_cast<int>(shapes.size());
  const LayerSpec& layer = spec.layers[shapes.size()];
  for (int before = 0; before < index; ++before)
    require(spec.layers[static_cast<size_t>(before)].name != layer.name, layer,
            text("has the name of layer number ", before));
  require(layer.input >= kImage && layer.input < index, layer,
          text("reads layer ", layer.input, ", expected an earlier one"));
  check_numbers(layer);
  check_parts(layer);
  const ImageShape in = input_shape(spec, shapes, index);
  const bool keeps_channels = layer.kind != LayerKind::kConv && layer.kind != LayerKind::kLinear;
  require(!keeps_channels || layer.out_channels == in.channels, layer,
          text("has ", layer.out_channels, " output channels, expected its input's ", in.channels));
  require(layer.kind != LayerKind::kLinear || (in.height == 1 && in.width == 1), layer,
          text("reads ", to_text(in), ", expected a single pixel"));
  if (layer.kind == LayerKind::kAdd) check_sum(layer, shapes, in);
}

void check_image(const ImageShape& image) {
  for (const int extent : {image.height, image.width, image.channels})
    if (extent < 1 || extent > kLargestExtent)
      throw ConfigError(
          text("a network cannot read images of ", to_text(image), ": each extent is 1 to ", kLargestExtent));
}

}  // namespace

const char* to_text(RamPlan plan) {
  constexpr const char* kNames[] = {"whole", "overlap", "strips"};
  return kNames[static_cast<size_t>(plan)];
}

RamPlan parse_ram_plan(const std::string& name) {
  for (const RamPlan plan : {RamPlan::kWhole, RamPlan::kOverlap, RamPlan::kStrips})
    if (name == to_text(plan)) return plan;
  throw UsageError(text("--ram-plan ", name, ": expected whole, overlap or strips"));
}

const char* to_text(LayerKind kind) {
  switch (kind) {
    case LayerKind::kConv:
      return "conv";
    case LayerKind::kDepthwise:
      return "depthwise";
    case LayerKind::kGlobalAveragePool:
      return "pool";
    case LayerKind::kLinear:
      return "linear";
    case LayerKind::kAdd:
      return "add";
  }
  return "?";
}

int convolved_extent(int extent, int kernel, int stride) {
  return (extent + 2 * ((kernel - 1) / 2) - kernel) / stride + 1;
}

ImageShape input_shape(const NetworkSpec& spec, const std::vector<ImageShape>& shapes, int index) {
  const int input = spec.layers[static_cast<size_t>(index)].input;
  return input == kImage ? spec.input : shapes[static_cast<size_t>(input)];
}

std::vector<ImageShape> layer_shapes(const NetworkSpec& spec) {
  if (spec.layers.empty()) throw ConfigError("a network needs at least one layer");
  if (spec.classes < 2) throw ConfigError(text("a network needs at least 2 classes, not ", spec.classes));
  check_image(spec.input);
  std::vector<ImageShape> shapes;
  for (size_t i = 0; i < spec.layers.size(); ++i) {
    check_layer(spec, shapes);
    shapes.push_back(output_shape(spec.layers[i], input_shape(spec, shapes, static_cast<int>(i))));
  }
  const LayerSpec& last = spec.layers.back();
  require(last.kind == LayerKind::kLinear && last.out_channels == spec.classes, last,
          text("is the last one, expected a linear layer with ", spec.classes, " outputs"));
  return shapes;
}

bool has_weights(LayerKind kind) {
  return kind == LayerKind::kConv || kind == LayerKind::kDepthwise || kind == LayerKind::kLinear;
}

Shape weight_shape(const LayerSpec& layer, const ImageShape& in) {
  MN_CHECK(has_weights(layer.kind), layer.name);
  if (layer.kind == LayerKind::kDepthwise) return {1, layer.kernel, layer.kernel, in.channels};
  return {layer.out_channels, layer.kernel, layer.kernel, in.channels};
}

int64_t parameter_count(const LayerSpec& layer, const ImageShape& in) {
  const int64_t weights = has_weights(layer.kind) ? weight_shape(layer, in).size() : 0;
  return weights + int64_t{layer.out_channels} * (layer.bias + 2 * layer.batch_norm);
}

int64_t mac_count(const LayerSpec& layer, const ImageShape& in, const ImageShape& out) {
  return has_weights(layer.kind) ? weight_shape(layer, in).size() * out.height * out.width : 0;
}

int64_t parameter_count(const NetworkSpec& spec) {
  const auto shapes = layer_shapes(spec);
  int64_t sum = 0;
  for (size_t i = 0; i < spec.layers.size(); ++i)
    sum += parameter_count(spec.layers[i], input_shape(spec, shapes, static_cast<int>(i)));
  return sum;
}

int64_t mac_count(const NetworkSpec& spec) {
  const auto shapes = layer_shapes(spec);
  int64_t sum = 0;
  for (size_t i = 0; i < spec.layers.size(); ++i)
    sum += mac_count(spec.layers[i], input_shape(spec, shapes, static_cast<int>(i)), shapes[i]);
  return sum;
}

}  // namespace mininas
