#include "mcu/host/plan/device_operation.h"

#include <algorithm>
#include <iterator>

#include "core/error.h"
#include "mcu/runtime/mn_model.h"
#include "mcu/runtime/mn_scratch.h"
#include "nn/layers/window.h"

namespace mininas {
namespace {

int64_t no_scratch(const LayerSpec&, const ImageShape&) { return 0; }

int64_t conv_scratch(const LayerSpec& layer, const ImageShape& in) {
  return mn_conv_scratch(layer.kernel, in.channels, layer.out_channels);
}

int64_t depthwise_scratch(const LayerSpec& layer, const ImageShape& in) {
  return mn_depthwise_scratch(layer.kernel, layer.stride, convolved_extent(in.width, layer.kernel, layer.stride));
}

const char* never_slow(const LayerSpec&) { return nullptr; }
const char* no_fast_kernel(const LayerSpec&) { return "the definition is the only kernel of this kind"; }

// As the depthwise kernels decide (mn_depthwise_turns): those that turn rows into rows of each channel are the fast
// ones.
const char* slow_depthwise(const LayerSpec& layer) {
  if (layer.input() == kImage) return "the fast depthwise kernels read no image";
  if (mn_depthwise_turns(layer.kernel, layer.stride) != 0) return nullptr;
  return layer.kernel < 3 ? "the fast depthwise kernels have windows of 3x3 and more"
                          : "the fast depthwise kernels have strides 1 and 2";
}

constexpr DeviceOperation kRows[] = {
    // kind, code, code_name, kernel, row_by_row, in_place, scratch_bytes, slow_because
    {LayerKind::kConv, MN_CONV, "MN_CONV", "mn_conv", true, false, conv_scratch, never_slow},
    {LayerKind::kDepthwise, MN_DEPTHWISE, "MN_DEPTHWISE", "mn_depthwise", true, false, depthwise_scratch,
     slow_depthwise},
    {LayerKind::kGlobalAveragePool, MN_POOL, "MN_POOL", "mn_pool", false, false, no_scratch, never_slow},
    {LayerKind::kLinear, MN_CONV, "MN_CONV", "mn_conv", false, false, conv_scratch, never_slow},
    {LayerKind::kAdd, MN_ADD, "MN_ADD", "mn_add", true, true, no_scratch, never_slow},
    {LayerKind::kRelu, MN_RELU, "MN_RELU", "mn_relu", true, true, no_scratch, no_fast_kernel},
};
static_assert(std::size(kRows) == kLayerKinds);

}  // namespace

const DeviceOperation& device_operation(LayerKind kind) {
  const DeviceOperation& row = kRows[static_cast<size_t>(kind)];
  MN_CHECK(row.kind == kind, "the rows are in the order of LayerKind");
  return row;
}

std::optional<std::string> why_not_fast(const NetworkSpec& spec, int layer) {
  const LayerSpec& row = spec.layer(layer);
  const char* why = device_operation(row.kind).slow_because(row);
  return why != nullptr ? std::optional<std::string>(why) : std::nullopt;
}

std::vector<std::string> device_kernels() {
  std::vector<std::string> kernels;
  for (const DeviceOperation& row : kRows)
    if (std::find(kernels.begin(), kernels.end(), row.kernel) == kernels.end()) kernels.push_back(row.kernel);
  return kernels;
}

std::string code_text(uint8_t code) {
  for (const DeviceOperation& row : kRows) {
    if (row.code == code) return row.code_name;
  }
  MN_CHECK(false, "no operation has code ", int{code});
}

}  // namespace mininas
