// The integer forward pass by its definition: each operation's run_integers (nn/layers), layer by layer. The device and
// the fast engine are compared with it.
#include <algorithm>

#include "core/parallel.h"
#include "nn/layers/operations.h"
#include "nn/quant/quantized_model.h"

namespace mininas {
namespace {

// q = byte - 128
std::vector<int8_t> to_int8(const uint8_t* image, int64_t size) {
  std::vector<int8_t> values(static_cast<size_t>(size));
  std::transform(image, image + size, values.begin(),
                 [](uint8_t byte) { return static_cast<int8_t>(int{byte} - 128); });
  return values;
}

}  // namespace

IntegerOutputs integer_forward(const QuantizedModel& model, const uint8_t* images, int64_t count) {
  const NetworkSpec& spec = model.spec;
  std::vector<PlacedLayer> layers;
  std::vector<std::vector<int16_t>> weights;
  IntegerOutputs outputs;
  for (int i = 0; i < spec.size(); ++i) {
    layers.push_back(model.placed(i));
    weights.push_back(weights_by_tap(layers.back()));
    outputs.layers.emplace_back(static_cast<size_t>(count * spec.shape(i).size()));
  }
  parallel_for(count, [&](int64_t image) {
    const auto pixels = to_int8(images + image * spec.input().size(), spec.input().size());
    const auto place = [&](int layer) {
      return outputs.layers[static_cast<size_t>(layer)].data() + image * spec.shape(layer).size();
    };
    for (int i = 0; i < spec.size(); ++i) {
      std::vector<const int8_t*> in;
      for (const int source : spec.inputs(i)) in.push_back(source == kImage ? pixels.data() : place(source));
      operation_of(spec.layer(i))
          .run_integers(layers[static_cast<size_t>(i)], weights[static_cast<size_t>(i)], in, place(i));
    }
  });
  return outputs;
}

}  // namespace mininas
