// Weights keep their order: ours is TensorFlow Lite's. What differs is padding: its SAME puts the larger half behind
// the image when a window of stride 2 slides over an even extent, and ours is the same on both sides. Such layers are
// padded by an operator of their own. A pool must be AVERAGE_POOL_2D (MEAN rounds differently), and a linear layer a
// 1x1 convolution (not every reader has a scale per channel for FULLY_CONNECTED).
#include "mcu/host/formats/tflite.h"

#include "mcu/host/formats/tflite_model.h"
#include "nn/layers/operations.h"
#include "nn/layers/window.h"

namespace mininas {
namespace {

constexpr const char* kFormat = "tflite";

// Of the schema's union BuiltinOptions.
constexpr uint8_t kConvOptions = 1, kDepthwiseOptions = 2, kPoolOptions = 5, kAddOptions = 11, kReshapeOptions = 17;
enum Padding : int8_t { kSame = 0, kValid = 1 };
enum Activation : int8_t { kNoActivation = 0, kReluActivation = 1 };

TfliteModel::Extents extents_of(const ImageShape& shape) { return {1, shape.height, shape.width, shape.channels}; }

TfliteScale scale_of(const Quantization& value, int offset = 0) { return {{value.scale}, {value.zero_point + offset}}; }

TfliteScale scales_of(const std::vector<float>& scales, int axis) {
  return {scales, std::vector<int64_t>(scales.size(), 0), axis};
}

// The only clamp that an operator can have is that of a ReLU.
Activation activation_of(const PlacedLayer& layer) {
  const QuantizedLayer& integers = layer.integers;
  const bool relu = integers.low == integers.output.zero_point;
  if (integers.high < 127 || (integers.low > -128 && !relu))
    throw ConfigError(text("layer ", layer.spec.name, ": clamps to [", integers.low, ", ", integers.high,
                           "], which tflite has no form for; export the network as onnx-exact or C"));
  return layer.spec.relu ? kReluActivation : kNoActivation;
}

int output_tensor(TfliteModel& model, const PlacedLayer& layer) {
  return model.tensor(layer.spec.name, TfliteType::kInt8, extents_of(layer.out), scale_of(layer.integers.output));
}

// The input with our padding around it, filled with its zero point.
int padded(TfliteModel& model, const PlacedLayer& layer, int in, int padding) {
  const std::string name = layer.spec.name + "/padded";
  const ImageShape shape{layer.in[0].height + 2 * padding, layer.in[0].width + 2 * padding, layer.in[0].channels};
  const int amounts = model.constant(name + "_by", TfliteType::kInt32, {4, 2},
                                     std::vector<int32_t>{0, 0, padding, padding, padding, padding, 0, 0});
  const int out = model.tensor(name, TfliteType::kInt8, extents_of(shape), scale_of(layer.input[0]));
  model.operation(TfliteOperator::kPad, {in, amounts}, out);
  return out;
}

int weights_tensor(TfliteModel& model, const PlacedLayer& layer, bool depthwise) {
  const Shape shape = operation_of(layer.spec).weight_shape(layer.spec, layer.in[0]);
  const TfliteModel::Extents extents = {static_cast<int>(shape.n), static_cast<int>(shape.h), static_cast<int>(shape.w),
                                        static_cast<int>(shape.c)};
  return model.constant(layer.spec.name + "/weights", TfliteType::kInt8, extents, layer.integers.weights,
                        scales_of(layer.integers.weight_scales, depthwise ? 3 : 0));
}

int bias_tensor(TfliteModel& model, const PlacedLayer& layer) {
  std::vector<float> scales;
  for (const float scale : layer.integers.weight_scales) scales.push_back(scale * layer.input[0].scale);
  return model.constant(layer.spec.name + "/bias", TfliteType::kInt32, {layer.spec.out_channels}, layer.integers.bias,
                        scales_of(scales, 0));
}

FlatTable window_options(const ConvGeometry& geometry, bool depthwise, Padding padding, Activation activation) {
  FlatTable options;
  options.number(0, int8_t{padding});
  for (const int axis : {1, 2}) options.number(axis, static_cast<int32_t>(geometry.stride));
  if (depthwise) options.number(3, int32_t{1});  // outputs per input channel
  return options.number(depthwise ? 4 : 3, int8_t{activation});
}

int write_window(TfliteModel& model, const PlacedLayer& layer, int in, bool depthwise) {
  const ConvGeometry geometry = geometry_of(layer.spec, layer.in[0], 1);
  const bool own_padding = geometry.kernel > 1 && geometry.stride > 1;
  const int image = own_padding ? padded(model, layer, in, static_cast<int>(geometry.padding())) : in;
  const Padding padding = own_padding ? kValid : kSame;
  const int weights = weights_tensor(model, layer, depthwise), bias = bias_tensor(model, layer);
  const int out = output_tensor(model, layer);
  model.operation(depthwise ? TfliteOperator::kDepthwise : TfliteOperator::kConv, {image, weights, bias}, out,
                  depthwise ? kDepthwiseOptions : kConvOptions,
                  window_options(geometry, depthwise, padding, activation_of(layer)));
  return out;
}

int write_conv(TfliteModel& model, const PlacedLayer& layer, const std::vector<int>& in) {
  return write_window(model, layer, in[0], false);
}
int write_depthwise(TfliteModel& model, const PlacedLayer& layer, const std::vector<int>& in) {
  return write_window(model, layer, in[0], true);
}

int write_global_pool(TfliteModel& model, const PlacedLayer& layer, const std::vector<int>& in) {
  const int out = output_tensor(model, layer);
  const FlatTable options = FlatTable()
                                .number(0, int8_t{kValid})
                                .number(1, int32_t{1})
                                .number(2, int32_t{1})
                                .number(3, int32_t{layer.in[0].width})
                                .number(4, int32_t{layer.in[0].height})
                                .number(5, int8_t{activation_of(layer)});
  model.operation(TfliteOperator::kAveragePool, in, out, kPoolOptions, options);
  return out;
}

int write_add(TfliteModel& model, const PlacedLayer& layer, const std::vector<int>& in) {
  const int out = output_tensor(model, layer);
  model.operation(TfliteOperator::kAdd, in, out, kAddOptions, FlatTable().number(0, int8_t{activation_of(layer)}));
  return out;
}

int write_relu(TfliteModel& model, const PlacedLayer& layer, const std::vector<int>& in) {
  activation_of(layer);  // refuses other clamps
  const int out = output_tensor(model, layer);
  model.operation(TfliteOperator::kRelu, in, out);
  return out;
}

struct Row {
  LayerKind kind;
  int (*write)(TfliteModel& model, const PlacedLayer& layer, const std::vector<int>& in);
};

constexpr Row kRows[] = {
    {LayerKind::kConv, write_conv},   {LayerKind::kDepthwise, write_depthwise},
    {LayerKind::kLinear, write_conv}, {LayerKind::kGlobalAveragePool, write_global_pool},
    {LayerKind::kAdd, write_add},     {LayerKind::kRelu, write_relu},
};

// The int8 image that the first layers read.
int write_image(TfliteModel& file, const QuantizedModel& model, FileTypes types) {
  const TfliteModel::Extents extents = extents_of(model.spec.input());
  const TfliteScale scale = scale_of(model.input);
  if (types == FileTypes::kInt8) {
    const int image = file.tensor("image", TfliteType::kInt8, extents, scale);
    file.input(image);
    return image;
  }
  const int given = types == FileTypes::kFloat
                        ? file.tensor("image", TfliteType::kFloat, extents)
                        : file.tensor("image", TfliteType::kUint8, extents, scale_of(model.input, 128));
  file.input(given);
  const int image = file.tensor("image/int8", TfliteType::kInt8, extents, scale);
  file.operation(TfliteOperator::kQuantize, {given}, image);
  return image;
}

void write_logits(TfliteModel& file, const QuantizedModel& model, int last, FileTypes types) {
  const TfliteModel::Extents extents = {1, model.spec.classes()};
  const TfliteScale scale = scale_of(model.layers.back().output);
  const bool real = types == FileTypes::kFloat;
  const int shape = file.constant("logits/shape", TfliteType::kInt32, {2}, extents);
  const int logits = file.tensor(real ? "logits/int8" : "logits", TfliteType::kInt8, extents, scale);
  file.operation(TfliteOperator::kReshape, {last, shape}, logits, kReshapeOptions, FlatTable().vector(0, extents));
  if (!real) return file.output(logits);
  const int values = file.tensor("logits", TfliteType::kFloat, extents);
  file.operation(TfliteOperator::kDequantize, {logits}, values);
  file.output(values);
}

int given_tensor(TfliteModel& file, const PlacedLayer& layer) {
  const int given = file.tensor(layer.spec.name + ".given", TfliteType::kInt8, extents_of(layer.out),
                                scale_of(layer.integers.output));
  file.input(given);
  return given;
}

}  // namespace

std::string tflite(const QuantizedModel& model, const FormatOptions& options) {
  TfliteModel file;
  const int image = write_image(file, model, options.types);
  std::vector<int> outputs;
  for (int i = 0; i < model.spec.size(); ++i) {
    const PlacedLayer layer = model.placed(i);
    std::vector<int> in;
    for (const int input : model.spec.inputs(i))
      in.push_back(input == kImage ? image : outputs[static_cast<size_t>(input)]);
    outputs.push_back(row_of(kRows, layer.spec, kFormat).write(file, layer, in));
    if (options.layers != LayerOutputs::kNone) file.output(outputs.back());
    if (options.layers == LayerOutputs::kAlone) outputs.back() = given_tensor(file, layer);
  }
  write_logits(file, model, outputs.back(), options.types);
  return file.file("An image classifier, exported by mininas.",
                   file_facts(kFormat, model.class_names, image_text(model.input), options));
}

}  // namespace mininas
