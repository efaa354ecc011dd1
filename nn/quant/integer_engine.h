// IntegerEngine: the fast forward pass of a quantised network, byte for byte that of the device. An image goes through
// the whole network before the next one starts, so activations stay in cache; tasks are images. Evaluation and
// quantisation-aware training run on it. integer_forward (quantized_model.h) is the plain text that says what it must
// compute.
#pragma once
#include <memory>

#include "core/io/bytes.h"
#include "nn/layers/operation.h"
#include "nn/quant/quantized_model.h"

namespace mininas {

class IntegerEngine {
 public:
  // Prepares every layer; keeps no reference to the model, which must be valid (validate()).
  explicit IntegerEngine(const QuantizedModel& model);

  // The device's answers to `count` images of raw bytes: count x classes, int8.
  std::vector<int8_t> logits(const uint8_t* images, int64_t count) const;

  // Index of the first largest logit of each image.
  std::vector<int> predict(const uint8_t* images, int64_t count) const;

  // Every layer's output, [layer]: count x layer shape, bytes u = q + 128.
  std::vector<ByteBuffer> outputs(const uint8_t* images, int64_t count) const;

 private:
  // Buffers that one thread works in.
  struct Workspace {
    ByteBuffer image, scratch;
    std::vector<ByteBuffer> slots;
    std::vector<const uint8_t*> inputs;  // of the layer that runs
  };
  Workspace make_workspace(bool with_slots) const;
  // place(layer): where the layer's output goes, readable a little past its end.
  template <class Place>
  void run(const uint8_t* image, Workspace& workspace, const Place& place) const;
  std::vector<int> used_up_by(int index) const;
  void assign_slots();

  NetworkSpec spec_;
  std::vector<std::unique_ptr<ByteLayer>> layers_;
  std::vector<size_t> slot_of_;  // of each layer's output: buffers are used again when their last reader is done
  std::vector<int64_t> slot_sizes_;
};

}  // namespace mininas
