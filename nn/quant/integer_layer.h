// IntegerLayer: one layer of a quantised network made ready for the integer kernels (core/kernels/int8.h): weights
// packed, the input's zero point folded into the bias. Bytes are u = q + 128. What it is not: the plain definition,
// which is integer_forward.cpp and which the device is compared with.
#pragma once
#include <vector>

#include "core/io/bytes.h"
#include "core/kernels/int8.h"
#include "nn/quant/quantized_model.h"

namespace mininas {

class IntegerLayer {
 public:
  IntegerLayer() = default;  // nothing, until it is assigned to
  // Layer `index` of a model, to which it keeps no reference.
  IntegerLayer(const QuantizedModel& model, int index);

  // One image, on this thread. `in` and (kAdd) `other` are readable ByteBuffer::kSlack bytes past their end. `padded`:
  // memory for the input with its border, at least padded_size() bytes.
  void run(const uint8_t* in, const uint8_t* other, uint8_t* out, uint8_t* padded) const;
  int64_t padded_size() const { return needs_border() ? padded_row() * (in_.height + 2 * padding()) : 0; }

 private:
  int64_t padding() const { return (spec_.kernel - 1) / 2; }
  int64_t padded_row() const { return (in_.width + 2 * padding()) * in_.channels; }
  bool needs_border() const { return spec_.kernel > 1; }
  bool is_depthwise() const { return spec_.kind == LayerKind::kDepthwise; }
  Requantize requantize() const;

  void pack_weights(const QuantizedLayer& layer);
  void prepare_channels(const QuantizedLayer& layer);
  void fill_padded(const uint8_t* in, uint8_t* padded) const;
  void run_convolution(const uint8_t* in, uint8_t* out, uint8_t* padded) const;
  void run_pool(const uint8_t* in, uint8_t* out) const;
  void run_relu(const uint8_t* in, uint8_t* out) const;
  void run_add(const uint8_t* in, const uint8_t* other, uint8_t* out) const;

  LayerSpec spec_;
  ImageShape in_, out_;
  uint8_t in_zero_ = 0, other_zero_ = 0;
  int32_t zero_ = 0, low_ = 0, high_ = 0;  // of the output; bytes
  int64_t quads_ = 0;                      // of one row of taps
  ByteBuffer weights_;
  std::vector<int32_t> bias_, multiplier_, right_shift_;  // kAdd: no bias, three rescales
};

}  // namespace mininas
