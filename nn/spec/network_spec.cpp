#include "nn/spec/network_spec.h"

#include <unordered_map>

#include "core/error.h"

namespace mininas {
namespace {

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

// What a layer may have beside its inputs depends on its kind.
void check_parts(const LayerSpec& layer) {
  const bool windowed = layer.kind == LayerKind::kConv || layer.kind == LayerKind::kDepthwise;
  require(windowed || (layer.kernel == 1 && layer.stride == 1), layer, "only convolutions have a kernel and a stride");
  require(windowed || !layer.batch_norm, layer, "only convolutions have a batch norm");
  require(has_weights(layer.kind) || !layer.bias, layer, "only layers with weights have a bias");
  require(layer.kind != LayerKind::kRelu || !layer.relu, layer, "is a ReLU and has another one behind it");
  require(!layer.batch_norm || !layer.bias, layer, "has a bias before its batch norm, which would take it away again");
}

// `before`: how many layers there are before this one.
void check_inputs(const LayerSpec& layer, int before) {
  const size_t wanted = layer.kind == LayerKind::kAdd ? 2 : 1;
  require(layer.inputs.size() == wanted, layer, text("has ", layer.inputs.size(), " inputs, expected ", wanted));
  for (const int input : layer.inputs)
    require(input >= kImage && input < before, layer, text("reads layer ", input, ", expected an earlier one"));
}

void check_sum(const LayerSpec& layer, const std::vector<ImageShape>& in) {
  for (const int input : layer.inputs) require(input != kImage, layer, "adds the image, expected outputs of layers");
  require(in[0] == in[1], layer, text("adds ", to_text(in[0]), " and ", to_text(in[1]), ", expected equal shapes"));
}

void check_shapes(const LayerSpec& layer, const std::vector<ImageShape>& in) {
  const bool keeps_channels = layer.kind != LayerKind::kConv && layer.kind != LayerKind::kLinear;
  require(!keeps_channels || layer.out_channels == in[0].channels, layer,
          text("has ", layer.out_channels, " output channels, expected its input's ", in[0].channels));
  require(layer.kind != LayerKind::kLinear || (in[0].height == 1 && in[0].width == 1), layer,
          text("reads ", to_text(in[0]), ", expected a single pixel"));
  if (layer.kind == LayerKind::kAdd) check_sum(layer, in);
}

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
    case LayerKind::kRelu:
      return in;
  }
  MN_CHECK(false, "unknown layer kind");
}

void check_image(const ImageShape& image) {
  for (const int extent : {image.height, image.width, image.channels})
    if (extent < 1 || extent > kLargestExtent)
      throw ConfigError(
          text("a network cannot read images of ", to_text(image), ": each extent is 1 to ", kLargestExtent));
}

void check_names(const std::vector<LayerSpec>& layers) {
  std::unordered_map<std::string, size_t> numbers;
  for (const LayerSpec& layer : layers) {
    const auto [place, is_new] = numbers.emplace(layer.name, numbers.size());
    require(is_new, layer, text("has the name of layer number ", place->second));
  }
}

void check_last(const LayerSpec& last, int classes) {
  require(last.kind == LayerKind::kLinear && last.out_channels == classes, last,
          text("is the last one, expected a linear layer with ", classes, " outputs"));
}

}  // namespace

NetworkSpec::NetworkSpec(const ImageShape& input, int classes, std::vector<LayerSpec> layers)
    : input_(input), classes_(classes), layers_(std::move(layers)), readers_(layers_.size() + 1) {
  if (layers_.empty()) throw ConfigError("a network needs at least one layer");
  if (classes < 2) throw ConfigError(text("a network needs at least 2 classes, not ", classes));
  check_image(input);
  check_names(layers_);
  for (int index = 0; index < size(); ++index) {
    check_inputs(layer(index), index);
    check_numbers(layer(index));
    check_parts(layer(index));
    std::vector<ImageShape> in;
    for (const int source : inputs(index)) {
      in.push_back(shape(source));
      std::vector<int>& of_source = readers_[static_cast<size_t>(source + 1)];
      if (of_source.empty() || of_source.back() != index) of_source.push_back(index);
    }
    check_shapes(layer(index), in);
    shapes_.push_back(output_shape(layer(index), in[0]));
  }
  check_last(layers_.back(), classes);
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
    case LayerKind::kRelu:
      return "relu";
  }
  return "?";
}

int convolved_extent(int extent, int kernel, int stride) {
  return (extent + 2 * ((kernel - 1) / 2) - kernel) / stride + 1;
}

bool has_weights(LayerKind kind) {
  return kind == LayerKind::kConv || kind == LayerKind::kDepthwise || kind == LayerKind::kLinear;
}

Shape weight_shape(const LayerSpec& layer, const ImageShape& in) {
  MN_CHECK(has_weights(layer.kind), layer.name);
  if (layer.kind == LayerKind::kDepthwise) return {1, layer.kernel, layer.kernel, in.channels};
  return {layer.out_channels, layer.kernel, layer.kernel, in.channels};
}

int64_t parameter_count(const NetworkSpec& spec, int index) {
  const LayerSpec& layer = spec.layer(index);
  const int64_t weights = has_weights(layer.kind) ? weight_shape(layer, spec.input_shape(index)).size() : 0;
  return weights + int64_t{layer.out_channels} * (layer.bias + 2 * layer.batch_norm);
}

int64_t mac_count(const NetworkSpec& spec, int index) {
  const LayerSpec& layer = spec.layer(index);
  const ImageShape& out = spec.shape(index);
  return has_weights(layer.kind) ? weight_shape(layer, spec.input_shape(index)).size() * out.height * out.width : 0;
}

int64_t parameter_count(const NetworkSpec& spec) {
  int64_t sum = 0;
  for (int i = 0; i < spec.size(); ++i) sum += parameter_count(spec, i);
  return sum;
}

int64_t mac_count(const NetworkSpec& spec) {
  int64_t sum = 0;
  for (int i = 0; i < spec.size(); ++i) sum += mac_count(spec, i);
  return sum;
}

}  // namespace mininas
