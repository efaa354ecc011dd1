// The file formats of other runtimes. A file holds the network and its numbers and none of our code: another program
// computes with them. How far each program's results are from ours is measured in bench/results/exports.md.
// A format is one row in file_format.cpp and one file in this folder, which has one row an operation. An operation that
// a format has no row for is refused by name.
#pragma once
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "datasets/dataset.h"
#include "nn/quant/fold.h"
#include "nn/quant/quantized_model.h"

namespace mininas {

// What the file takes and gives. The image is always NHWC, as a camera delivers it.
//   kInt8   the image as int8 (byte - 128), the logits as int8
//   kUint8  the image as bytes, the logits as int8
//   kFloat  the image as the real values of training, the logits as real values
enum class FileTypes { kInt8, kUint8, kFloat };
std::vector<std::string> file_type_names();  // "int8", "uint8", "float"

// Whether the layers' outputs are outputs of the file too, for comparison. kAlone: and each layer reads inputs of the
// file, "NAME.given" for what layer NAME is to give, so that differences do not add up.
enum class LayerOutputs { kNone, kAll, kAlone };

struct FormatOptions {
  FileTypes types = FileTypes::kUint8;
  LayerOutputs layers = LayerOutputs::kNone;
  std::string origin;  // the run that the network is of; kept in the file
};

// The trained float network with its batch norms folded into the weights.
struct FloatModel {
  NetworkSpec spec;
  std::vector<std::string> class_names;
  PixelScale pixels;                // real = (byte - zero) * scale
  std::vector<FoldedLayer> layers;  // one per layer of the spec
};
FloatModel float_model(const Network& network, const std::vector<std::string>& class_names);

// Exactly one of the two functions exists. They return the bytes of the file and throw ConfigError that names the first
// layer which the format cannot hold. Integers must be valid (validate).
struct FileFormat {
  const char* name;     // on the command line: "onnx-exact"
  const char* ending;   // of the file's name, by custom: "onnx"
  const char* summary;  // what it is for, in a sentence
  FileTypes types;      // what it takes unless the user says otherwise
  std::string (*of_integers)(const QuantizedModel& model, const FormatOptions& options);
  std::string (*of_floats)(const FloatModel& model, const FormatOptions& options);
};

std::span<const FileFormat> file_formats();

// What the bytes of an image stand for, for a file's description: "real = 0.0157 * (byte - 121)".
std::string image_text(const Quantization& image);

// What a file's metadata holds, name by name: format, version of mininas, run, image, class names line by line.
std::vector<std::pair<std::string, std::string>> file_facts(const std::string& format,
                                                            const std::vector<std::string>& class_names,
                                                            const std::string& image, const FormatOptions& options);

// "layer n3: onnx-exact has no form for concat; ..."
std::string no_form_text(const LayerSpec& layer, const std::string& format);
// The row of an operation in a format's table. Throws ConfigError with no_form_text where there is none.
template <class Row, size_t kRows>
const Row& row_of(const Row (&rows)[kRows], const LayerSpec& layer, const std::string& format) {
  for (const Row& row : rows)
    if (row.kind == layer.kind) return row;
  throw ConfigError(no_form_text(layer, format));
}

}  // namespace mininas
