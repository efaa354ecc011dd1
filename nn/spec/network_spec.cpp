#include "nn/spec/network_spec.h"

#include <unordered_map>

#include "core/error.h"
#include "nn/layers/operations.h"

namespace mininas {
namespace {

// Far beyond any real network, and small enough that no count of weights or pixels overflows.
constexpr int kMaxChannels = 65536, kMaxExtent = 65536;

std::string kind_of(const LayerSpec& layer) { return text("a layer of kind ", to_text(layer.kind)); }

// `before` is the number of layers before this one.
void check_inputs(const LayerSpec& layer, int before) {
  const Traits& traits = traits_of(layer);
  const auto count = static_cast<int>(layer.inputs.size());
  const std::string expected = traits.least_inputs == traits.most_inputs
                                   ? std::to_string(traits.least_inputs)
                                   : text(traits.least_inputs, " to ", traits.most_inputs);
  require(count >= traits.least_inputs && count <= traits.most_inputs, layer,
          text("has ", count, " inputs, expected ", expected));
  for (const int input : layer.inputs) {
    require(input >= kImage && input < before, layer, text("reads layer ", input, ", expected an earlier one"));
    require(input != kImage || traits.reads_image, layer, "reads the image, expected outputs of layers");
  }
}

void check_window(const LayerSpec& layer) {
  const int largest = traits_of(layer).largest_kernel;
  if (largest == 0)
    return require(layer.kernel == 1 && layer.stride == 1, layer,
                   text("has a kernel or a stride, which ", kind_of(layer), " cannot have"));
  require(layer.kernel >= 1 && layer.kernel <= largest && layer.kernel % 2 == 1, layer,
          text("has kernel ", layer.kernel, ", expected an odd number from 1 to ", largest));
  require(layer.stride >= 1, layer, text("has stride ", layer.stride, ", expected at least 1"));
}

// Checks which attributes the layer may have, except inputs and window.
void check_parts(const LayerSpec& layer) {
  const Traits& traits = traits_of(layer);
  require(layer.out_channels >= 1 && layer.out_channels <= kMaxChannels, layer,
          text("has ", layer.out_channels, " output channels, expected 1 to ", kMaxChannels));
  const auto refuse_unless = [&](bool holds, const char* part) {
    require(holds, layer, text("has a ", part, ", which ", kind_of(layer), " cannot have"));
  };
  refuse_unless(!layer.batch_norm || traits.takes_norm, "batch norm");
  refuse_unless(!layer.bias || traits.has_weights, "bias");
  refuse_unless(!layer.relu || traits.takes_relu, "ReLU behind it");
  require(!layer.batch_norm || !layer.bias, layer, "has a bias before its batch norm, which would take it away again");
}

ImageShape checked_shape(const LayerSpec& layer, const std::vector<ImageShape>& in) {
  const ImageShape out = operation_of(layer).output_shape(layer, in);
  require(traits_of(layer).sets_channels || layer.out_channels == out.channels, layer,
          text("has ", layer.out_channels, " output channels, expected ", out.channels));
  return out;
}

void check_image(const ImageShape& image) {
  for (const int extent : {image.height, image.width, image.channels})
    if (extent < 1 || extent > kMaxExtent)
      throw ConfigError(text("a network cannot read images of ", to_text(image), ": each extent is 1 to ", kMaxExtent));
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
    check_parts(layer(index));
    check_window(layer(index));
    std::vector<ImageShape> in;
    for (const int source : inputs(index)) {
      in.push_back(shape(source));
      std::vector<int>& of_source = readers_[static_cast<size_t>(int64_t{source} + 1)];
      if (of_source.empty() || of_source.back() != index) of_source.push_back(index);
    }
    shapes_.push_back(checked_shape(layer(index), in));
  }
  check_last(layers_.back(), classes);
}

Shape weight_shape(const LayerSpec& layer, const ImageShape& in) { return operation_of(layer).weight_shape(layer, in); }

int64_t parameter_count(const NetworkSpec& spec, int index) {
  const LayerSpec& layer = spec.layer(index);
  const int64_t weights = has_weights(layer.kind) ? weight_shape(layer, spec.input_shape(index)).size() : 0;
  return weights + int64_t{layer.out_channels} * (layer.bias + 2 * layer.batch_norm);
}

int64_t mac_count(const NetworkSpec& spec, int index) {
  const LayerSpec& layer = spec.layer(index);
  return operation_of(layer).mac_count(layer, spec.input_shape(index), spec.shape(index));
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
