#include "mcu/host/object/model_layout.h"

#include "core/error.h"
#include "mcu/host/object/device_constants.h"
#include "mcu/runtime/mn_model.h"
#include "nn/layers/operations.h"

namespace mininas {
namespace {

constexpr int64_t kLargest16 = 65535, kLargest8 = 255, kMaxOffset = INT32_MAX;

void require_at_most(int64_t value, int64_t limit, const std::string& where, const char* what) {
  if (value > limit)
    throw ConfigError(text(where, ": ", what, " is ", value, ", the device's runtime takes at most ", limit));
}

void check_limits(const std::string& where, const ImageShape& shape) {
  for (const int extent : {shape.height, shape.width, shape.channels})
    require_at_most(extent, kLargest16, where, "an extent");
  require_at_most(shape.size(), kMaxOffset, where, "the size in bytes");
}

LayerLayout lay_out_layer(const LayerSpec& spec, const ImageShape& in, int64_t start) {
  LayerLayout layer;
  if (has_weights(spec.kind)) {
    layer.bias_count = layer.rescale_count = spec.out_channels;
    layer.weight_count = device_weight_count(spec, in);
  } else {
    layer.rescale_count = traits_of(spec).factors;
  }
  const int64_t multipliers = start + 4 * layer.bias_count;
  const int64_t weights = multipliers + 4 * layer.rescale_count;
  const int64_t shifts = weights + layer.weight_count;
  const int64_t end = shifts + layer.rescale_count;
  layer.padding = (4 - end % 4) % 4;
  layer.bytes = end + layer.padding - start;
  require_at_most(start + layer.bytes, kMaxOffset, text("layer ", spec.name), "the model's size up to here");
  layer.bias = static_cast<uint32_t>(start);
  layer.multipliers = static_cast<uint32_t>(multipliers);
  layer.weights = static_cast<uint32_t>(weights);
  layer.shifts = static_cast<uint32_t>(shifts);
  return layer;
}

}  // namespace

ModelLayout lay_out_model(const NetworkSpec& spec) {
  require_at_most(spec.size(), kLargest16, "the network", "the number of layers");
  check_limits("the image", spec.input());
  ModelLayout layout;
  layout.bytes = static_cast<int64_t>(sizeof(mn_model)) + spec.size() * static_cast<int64_t>(sizeof(mn_layer));
  for (int i = 0; i < spec.size(); ++i) {
    const LayerSpec& layer = spec.layer(i);
    const std::string where = text("layer ", layer.name);
    check_limits(where, spec.shape(i));
    require_at_most(layer.kernel, kLargest8, where, "the kernel");
    require_at_most(layer.stride, kLargest8, where, "the stride");
    layout.layers.push_back(lay_out_layer(layer, spec.input_shape(i), layout.bytes));
    layout.bytes += layout.layers.back().bytes;
  }
  return layout;
}

}  // namespace mininas
