// IntegerEngine: the fast forward pass of a quantised network; its outputs equal the device's byte for byte. Each image
// passes through the whole network before the next one starts, so that activations stay in cache; tasks are groups of
// images. Evaluation and quantisation-aware training use it. The definition of its result is integer_forward
// (quantized_model.h).
#pragma once
#include <memory>

#include "core/io/bytes.h"
#include "nn/layers/operation.h"
#include "nn/quant/quantized_model.h"

namespace mininas {

class IntegerEngine {
 public:
  // Prepares every layer. Requires a valid model (validate()) and keeps no reference to it.
  explicit IntegerEngine(const QuantizedModel& model);

  // The device's logits for `count` images of raw bytes: count x classes, int8.
  std::vector<int8_t> logits(const uint8_t* images, int64_t count) const;

  // Index of the first largest logit of each image.
  std::vector<int> predict(const uint8_t* images, int64_t count) const;

  // The outputs of every layer, [layer]: count x layer shape, bytes u = q + 128.
  std::vector<ByteBuffer> outputs(const uint8_t* images, int64_t count) const;

 private:
  // The buffers of one thread.
  struct Workspace {
    ByteBuffer image, scratch;
    std::vector<ByteBuffer> slots;
    std::vector<const uint8_t*> inputs;  // of the current layer
  };
  Workspace make_workspace(bool with_slots) const;
  // place(layer) returns the buffer for the layer's output, which must be readable ByteBuffer::kSlack bytes past its
  // end.
  template <class Place>
  void run(const uint8_t* image, Workspace& workspace, const Place& place) const;
  std::vector<int> last_read_by(int index) const;
  void assign_slots();

  NetworkSpec spec_;
  std::vector<std::unique_ptr<ByteLayer>> layers_;
  // Buffer of each layer's output: a buffer is reused after the last layer that reads it.
  std::vector<size_t> slot_of_;
  std::vector<int64_t> slot_sizes_;
};

}  // namespace mininas
