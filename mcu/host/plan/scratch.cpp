#include "mcu/host/plan/scratch.h"

#include "mcu/runtime/mn_scratch.h"

namespace mininas {

int64_t scratch_bytes(const LayerSpec& layer, const ImageShape& in) {
  switch (layer.kind) {
    case LayerKind::kConv:
    case LayerKind::kLinear:
      return mn_conv_scratch(layer.kernel, in.channels, layer.out_channels);
    case LayerKind::kDepthwise:
      if (!mn_depthwise_turns(layer.kernel, layer.stride)) return 0;
      return mn_depthwise_scratch(layer.kernel, layer.stride, convolved_extent(in.width, layer.kernel, layer.stride));
    default:
      return 0;
  }
}

}  // namespace mininas
