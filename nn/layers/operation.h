// LayerOperation: everything that depends on what a layer computes. Each kind of layer is one derived class in one file
// of this folder. Code that walks a network looks up the layer's operation (operations.h) and does not name kinds:
//   NetworkSpec           legal attributes, output shape, shape of the weights
//   Network, fold         the float forward pass on a tape
//   QuantizedNetwork      the factors that the layer rescales by     validate        the conditions on its integers
//   integer_forward       the definition in integers                 IntegerEngine   a fast form of it, if there is one
//   quantized_gradients   the gradient of its inputs, if it has no weights
//   trace                 the values that an output is computed from
// Batch norm, bias and the ReLU after a layer are not part of an operation: the code that walks the network applies
// them to all layers alike. The device's counterpart is mcu/host/plan/device_operation.h.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/fused/fused_conv.h"
#include "nn/layers/quantized_layer.h"

namespace mininas {

// How an output value is computed from its sources (LayerOperation::sources).
enum class Combination {
  kWeightedSum,  // sum of products with weights, plus the bias
  kRescaledSum,  // sum of values, each rescaled by its own factor
  kAverage,
  kCopy,  // the value of its single source, unchanged
};

// Properties that all layers of a kind share.
struct Traits {
  const char* name;  // "conv": in tables, exported C files and errors
  Combination combination = Combination::kCopy;
  int least_inputs = 1, most_inputs = 1;
  bool reads_image = true;     // the image may be an input
  bool sets_channels = false;  // out_channels is free; otherwise it equals that of the first input
  int largest_kernel = 0;      // 0: the operation has neither kernel nor stride
  bool has_weights = false;    // it may then have a bias, too
  bool depthwise = false;      // each output channel has its own weights and reads only its own input channel
  bool takes_norm = false;     // a batch norm may follow; such a layer is trained as a fused convolution (fused_conv.h)
  bool takes_relu = true;      // a ReLU may follow
  bool rectifies = false;      // the output is never negative, whether a ReLU follows or not
  bool keeps_scale = false;    // the output has the scale and zero point of the first input
  int factors = 0;             // number of rescale factors of a layer without weights (LayerOperation::rescales)
  bool masks_gradient = true;  // outputs on a bound of the clamp pass no gradient (quantized_gradients.h)
};

// The order of a layer's weights in memory, by output channel and tap.
struct WeightOrder {
  int64_t channels, taps, channel_step, tap_step;

  int64_t index(int64_t channel, int64_t tap) const { return channel * channel_step + tap * tap_step; }
  int64_t channel_of(int64_t index) const { return tap_step == 1 ? index / taps : index % channels; }
};

// One value that an output value is computed from: its input and its position there, and the index of the weight that
// it is multiplied by. A position outside of the input is padding.
struct Source {
  int input, y, x, channel;
  int64_t weight = 0;
};

// A layer prepared to compute many images, one at a time, on bytes u = q + 128 (core/kernels/int8.h).
class ByteLayer {
 public:
  virtual ~ByteLayer() = default;
  // Computes one image on the calling thread. Inputs must be readable ByteBuffer::kSlack bytes past their end;
  // `workspace` has at least workspace_size() bytes.
  virtual void run(std::span<const uint8_t* const> in, uint8_t* out, uint8_t* workspace) const = 0;
  virtual int64_t workspace_size() const { return 0; }
};

// The arguments of a backward step for one image: inputs and output as bytes u = q + 128, and the gradient of the
// output, which is already masked by the output's clamp if Traits::masks_gradient.
struct BackwardStep {
  std::span<const uint8_t* const> x;
  const uint8_t* y;
  const float* dy;
};

class LayerOperation {
 public:
  virtual ~LayerOperation() = default;
  const Traits& traits() const { return traits_; }

  // The shape of the output. `in` has the shapes of all inputs, as many as the traits allow. Throws ConfigError
  // (refuse) with the rule that the layer breaks. Default: the shape of the first input.
  virtual ImageShape output_shape(const LayerSpec& layer, std::span<const ImageShape> in) const;

  // Requires has_weights. [out_channels, kernel, kernel, channels]; depthwise [1, kernel, kernel, channels].
  Shape weight_shape(const LayerSpec& layer, const ImageShape& in) const;
  WeightOrder weight_order(const LayerSpec& layer, const ImageShape& in) const;

  // Multiply-accumulate operations for one image: each weight is used once per output pixel. 0 without weights.
  int64_t mac_count(const LayerSpec& layer, const ImageShape& in, const ImageShape& out) const;

  // The output in float, without bias and ReLU. `weight` is present if has_weights.
  virtual NormedValue forward(Tape& tape, const LayerSpec& layer, std::optional<Var> weight,
                              std::span<const NormedValue> in) const = 0;

  // The rescale factors of a layer without weights. Throws ConfigError with `where` if these scales have no such
  // factors. Default: none.
  virtual std::vector<FixedPoint> rescales(std::span<const Quantization> in, const Quantization& out,
                                           const std::string& where) const;
  // What rescale factor number `index` applies to, for error messages: "first input".
  virtual std::string rescale_name(int index) const;
  // Checks the layer's integers beyond what all layers have in common. Throws ConfigError with `where`. Default: no
  // check.
  virtual void check_integers(const PlacedLayer& layer, const std::string& where) const;

  // The definition in integers, for one image of int8 values; the device computes the same bytes. It shares only
  // mn_arithmetic.h with the device: equal bytes from two independent implementations are the proof of both. `weights`
  // are the layer's weights as int16, tap by tap, with output channels innermost.
  virtual void run_integers(const PlacedLayer& layer, std::span<const int16_t> weights,
                            std::span<const int8_t* const> in, int8_t* out) const = 0;

  // A fast form of the definition. It keeps no reference to the layer. Default: the definition itself, on bytes.
  virtual std::unique_ptr<ByteLayer> make_byte_layer(const PlacedLayer& layer) const;

  // For layers without weights: writes the gradient of input number `k` of one image to `dx`.
  virtual void input_gradient(const PlacedLayer& layer, const BackwardStep& step, int k, float* dx) const;

  // The values that the output at (y, x, channel) is computed from, in the order of the definition.
  virtual std::vector<Source> sources(const LayerSpec& layer, std::span<const ImageShape> in, int y, int x,
                                      int channel) const = 0;

 protected:
  explicit LayerOperation(const Traits& traits) : traits_(traits) {}

 private:
  const Traits traits_;
};

// Throws ConfigError: "layer stem: has kernel 4, expected an odd number".
[[noreturn]] void refuse(const LayerSpec& layer, const std::string& rule);
void require(bool holds, const LayerSpec& layer, const std::string& rule);

// The layer's weights in the order that run_integers expects.
std::vector<int16_t> weights_by_tap(const PlacedLayer& layer);
// Rescales an accumulator to an output value with rescale factor number `index`.
int8_t to_output(const QuantizedLayer& layer, int32_t sum, size_t index);

}  // namespace mininas
