#include "nn/layers/operations.h"

#include <iterator>

#include "core/error.h"

namespace mininas {
namespace {

struct Row {
  LayerKind kind;
  const LayerOperation& (*operation)();
};

constexpr Row kRows[] = {
    {LayerKind::kConv, convolution},
    {LayerKind::kDepthwise, depthwise_convolution},
    {LayerKind::kGlobalAveragePool, global_average_pool},
    {LayerKind::kLinear, linear},
    {LayerKind::kAdd, addition},
    {LayerKind::kRelu, rectifier},
};
static_assert(std::size(kRows) == kLayerKinds);

}  // namespace

const LayerOperation& operation(LayerKind kind) {
  const Row& row = kRows[static_cast<size_t>(kind)];
  MN_CHECK(row.kind == kind, "the rows are in the order of LayerKind");
  return row.operation();
}

const char* to_text(LayerKind kind) { return operation(kind).traits().name; }
bool has_weights(LayerKind kind) { return operation(kind).traits().has_weights; }
bool rectifies(const LayerSpec& layer) { return layer.relu || traits_of(layer).rectifies; }

}  // namespace mininas
