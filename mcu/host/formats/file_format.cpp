#include "mcu/host/formats/file_format.h"

#include "core/version.h"
#include "datasets/readable_name.h"
#include "mcu/host/formats/onnx.h"
#include "mcu/host/formats/tflite.h"
#include "nn/train/network.h"

namespace mininas {
namespace {

constexpr FileFormat kFormats[] = {
    {"onnx-exact", "onnx",
     "our integer arithmetic in ONNX operators: the same bytes at every layer, slower than onnx-qdq", FileTypes::kUint8,
     onnx_exact, nullptr},
    {"onnx-qdq", "onnx",
     "the int8 network with QuantizeLinear and DequantizeLinear, for fast runtimes and NPU compilers",
     FileTypes::kUint8, onnx_qdq, nullptr},
    {"onnx-float", "onnx", "the float network as it was trained, before it was quantised", FileTypes::kUint8, nullptr,
     onnx_float},
    {"tflite", "tflite", "the int8 network for TensorFlow Lite Micro, phones and NPU compilers", FileTypes::kInt8,
     tflite, nullptr},
};

}  // namespace

std::vector<std::string> file_type_names() { return {"int8", "uint8", "float"}; }

std::span<const FileFormat> file_formats() { return kFormats; }

std::string no_form_text(const LayerSpec& layer, const std::string& format) {
  return text("layer ", layer.name, ": ", format, " has no form for ", to_text(layer.kind),
              " yet; export the network as C, which has every operation");
}

std::string image_text(const Quantization& image) {
  return text("NHWC; real = ", image.scale, " * (byte - ", image.zero_point + 128, ")");
}

std::vector<std::pair<std::string, std::string>> file_facts(const std::string& format,
                                                            const std::vector<std::string>& class_names,
                                                            const std::string& image, const FormatOptions& options) {
  std::string classes;
  for (const std::string& name : class_names) classes += (classes.empty() ? "" : "\n") + composed_utf8(name);
  return {{"format", format},
          {"mininas", text(program_version(), " (", program_commit(), ")")},
          {"run", composed_utf8(options.origin)},
          {"image", image},
          {"class_names", classes}};
}

FloatModel float_model(const Network& network, const std::vector<std::string>& class_names) {
  return {network.spec(), class_names, network.pixel_scale(), fold_batch_norm(network)};
}

}  // namespace mininas
