// The table of operations, one for each LayerKind. A new operation takes one file in this folder, one value of
// LayerKind, its declaration here and its row in operations.cpp.
#pragma once
#include "nn/layers/operation.h"

namespace mininas {

const LayerOperation& convolution();
const LayerOperation& depthwise_convolution();
const LayerOperation& global_average_pool();
const LayerOperation& linear();
const LayerOperation& addition();
const LayerOperation& rectifier();

const LayerOperation& operation(LayerKind kind);

inline const LayerOperation& operation_of(const LayerSpec& layer) { return operation(layer.kind); }
inline const Traits& traits_of(const LayerSpec& layer) { return operation(layer.kind).traits(); }

}  // namespace mininas
