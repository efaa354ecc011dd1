// LayerOperation: everything that depends on what a layer computes, one class in one file of this folder for each kind
// of layer. Whoever walks a network looks the layer's operation up (operations.h) and knows no kinds:
//   NetworkSpec           what a layer may have, its shape, its weights
//   Network, fold         its float forward pass on a tape
//   QuantizedNetwork      which factors it rescales by            validate    what its integers must be
//   integer_forward       the definition in integers              IntegerEngine   a fast form of it, if there is one
//   quantized_gradients   the gradient of its inputs, where it has no weights
//   trace                 from which values an output is made
// Batch norm, bias and the ReLU behind a layer are the walkers' business, the same for all operations. On the device:
// mcu/host/plan/device_operation.h.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/fused/fused_conv.h"
#include "nn/layers/quantized_layer.h"

namespace mininas {

// How an output value comes from the values that it is made of (LayerOperation::sources).
enum class Combination {
  kWeightedSum,  // sum of products with weights, plus the bias
  kRescaledSum,  // sum of values, each rescaled by a factor of its own
  kAverage,
  kCopy,  // there is one, and it stays as it is
};

// What holds for all layers of a kind.
struct Traits {
  const char* name;  // "conv": in tables, files of C and errors
  Combination combination = Combination::kCopy;
  int least_inputs = 1, most_inputs = 1;
  bool reads_image = true;     // the image may be an input
  bool sets_channels = false;  // it has as many output channels as its spec says; otherwise as its first input
  int largest_kernel = 0;      // 0: it has neither kernel nor stride
  bool has_weights = false;    // and may have a bias
  bool depthwise = false;      // each channel has weights of its own for its own input channel
  bool takes_norm = false;     // a batch norm may follow: then it is trained as a fused convolution (fused_conv.h)
  bool takes_relu = true;      // a ReLU may follow
  bool rectifies = false;      // its output is clamped at 0 whether one follows or not
  bool keeps_scale = false;    // its output has the scale and zero point of its (first) input
  int factors = 0;             // that a layer without weights rescales by (LayerOperation::rescales)
  bool masks_gradient = true;  // what its clamp cuts off passes no gradient (quantized_gradients.h)
};

// Where the weights of an output channel lie among a layer's weights.
struct WeightOrder {
  int64_t channels, taps, channel_step, tap_step;

  int64_t index(int64_t channel, int64_t tap) const { return channel * channel_step + tap * tap_step; }
  int64_t channel_of(int64_t index) const { return tap_step == 1 ? index / taps : index % channels; }
};

// One of the values that an output value is made of: where it lies in which input, and which of the layer's weights it
// is multiplied by. Outside of the input: padding.
struct Source {
  int input, y, x, channel;
  int64_t weight = 0;
};

// A layer made ready to compute images one after another on bytes u = q + 128 (core/kernels/int8.h).
class ByteLayer {
 public:
  virtual ~ByteLayer() = default;
  // One image, on this thread. Inputs are readable ByteBuffer::kSlack bytes past their end. `workspace`: at least
  // workspace_size() bytes.
  virtual void run(std::span<const uint8_t* const> in, uint8_t* out, uint8_t* workspace) const = 0;
  virtual int64_t workspace_size() const { return 0; }
};

// What a backward step knows of one image: bytes u = q + 128 of inputs and output, and the gradient of the output,
// behind the mask of its clamp where Traits::masks_gradient.
struct BackwardStep {
  std::span<const uint8_t* const> x;
  const uint8_t* y;
  const float* dy;
};

class LayerOperation {
 public:
  virtual ~LayerOperation() = default;
  const Traits& traits() const { return traits_; }

  // `in`: the shapes of the inputs, as many as the traits say. Throws ConfigError (refuse) with the rule that the layer
  // breaks. Default: that of the first input.
  virtual ImageShape output_shape(const LayerSpec& layer, std::span<const ImageShape> in) const;

  // Requires has_weights. [out_channels, kernel, kernel, channels], depthwise [1, kernel, kernel, channels].
  Shape weight_shape(const LayerSpec& layer, const ImageShape& in) const;
  WeightOrder weight_order(const LayerSpec& layer, const ImageShape& in) const;

  // Multiply-accumulate operations of one image: each weight is used once for each output pixel. 0 without weights.
  int64_t mac_count(const LayerSpec& layer, const ImageShape& in, const ImageShape& out) const;

  // The values in float, without bias and ReLU; `weight` where has_weights.
  virtual NormedValue forward(Tape& tape, const LayerSpec& layer, std::optional<Var> weight,
                              std::span<const NormedValue> in) const = 0;

  // The factors of a layer without weights. Throws ConfigError, with `where`, where there are none for these scales.
  // Default: none.
  virtual std::vector<FixedPoint> rescales(std::span<const Quantization> in, const Quantization& out,
                                           const std::string& where) const;
  // What rescale factor number `index` belongs to, for errors: "first input".
  virtual std::string rescale_name(int index) const;
  // What its integers must be besides what holds for all layers. Throws ConfigError with `where`. Default: nothing.
  virtual void check_integers(const PlacedLayer& layer, const std::string& where) const;

  // The definition in integers: one image, int8 values, of which the device computes the same. It shares
  // mn_arithmetic.h with the device and nothing else: equal bytes from two independent texts are the proof.
  // `weights`: the layer's as int16, tap by tap, output channels innermost.
  virtual void run_integers(const PlacedLayer& layer, std::span<const int16_t> weights,
                            std::span<const int8_t* const> in, int8_t* out) const = 0;

  // A fast form of it. Keeps no reference to the layer. Default: the definition itself, on bytes.
  virtual std::unique_ptr<ByteLayer> make_byte_layer(const PlacedLayer& layer) const;

  // Without weights: writes the gradient of input number `k` of one image.
  virtual void input_gradient(const PlacedLayer& layer, const BackwardStep& step, int k, float* dx) const;

  // The values that the output at a place is made of, in the order of the definition.
  virtual std::vector<Source> sources(const LayerSpec& layer, std::span<const ImageShape> in, int y, int x,
                                      int channel) const = 0;

 protected:
  explicit LayerOperation(const Traits& traits) : traits_(traits) {}

 private:
  const Traits traits_;
};

// "layer stem: has kernel 4, expected an odd number"
[[noreturn]] void refuse(const LayerSpec& layer, const std::string& rule);
void require(bool holds, const LayerSpec& layer, const std::string& rule);

// The layer's weights as run_integers takes them.
std::vector<int16_t> weights_by_tap(const PlacedLayer& layer);
// An accumulator in the output's byte, by rescale factor number `index`.
int8_t to_output(const QuantizedLayer& layer, int32_t sum, size_t index);

}  // namespace mininas
