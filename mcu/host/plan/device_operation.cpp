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
  if (!mn_depthwise_turns(layer.kernel, layer.stride)) return 0;
  return mn_depthwise_scratch(layer.kernel, layer.stride, convolved_extent(in.width, layer.kernel, layer.stride));
}

constexpr DeviceOperation kRows[] = {
    // kind, code, plain_code, code_name, kernel, row_by_row, in_place, scratch_bytes
    {LayerKind::kConv, MN_CONV, MN_CONV_PLAIN, "MN_CONV", "mn_conv", true, false, conv_scratch},
    {LayerKind::kDepthwise, MN_DEPTHWISE, MN_DEPTHWISE_PLAIN, "MN_DEPTHWISE", "mn_depthwise", true, false,
     depthwise_scratch},
    {LayerKind::kGlobalAveragePool, MN_POOL, MN_POOL, "MN_POOL", "mn_pool", false, false, no_scratch},
    {LayerKind::kLinear, MN_CONV, MN_CONV_PLAIN, "MN_CONV", "mn_conv", false, false, conv_scratch},
    {LayerKind::kAdd, MN_ADD, MN_ADD, "MN_ADD", "mn_add", true, true, no_scratch},
    {LayerKind::kRelu, MN_RELU, MN_RELU, "MN_RELU", "mn_relu", true, true, no_scratch},
};
static_assert(std::size(kRows) == kLayerKinds);

}  // namespace

const DeviceOperation& device_operation(LayerKind kind) {
  const DeviceOperation& row = kRows[static_cast<size_t>(kind)];
  MN_CHECK(row.kind == kind, "the rows are in the order of LayerKind");
  return row;
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
    if (row.plain_code == code) return text(row.code_name, "_PLAIN");
  }
  MN_CHECK(false, "no operation has code ", int{code});
}

}  // namespace mininas
