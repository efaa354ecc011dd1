#include "mcu/host/export/model_text.h"

#include <iomanip>
#include <sstream>

#include "core/error.h"
#include "core/version.h"
#include "mcu/host/export/c_text.h"
#include "mcu/host/object/device_constants.h"
#include "mcu/host/plan/device_operation.h"
#include "mcu/runtime/mn_crc32.h"

namespace mininas {
namespace {

std::string hex32(uint32_t value) {
  std::ostringstream out;
  out << "0x" << std::hex << std::uppercase << std::setw(8) << std::setfill('0') << value << "u";
  return out.str();
}

// The constant object's name.
std::string symbol_of(const mn_model& header) {
  std::ostringstream out;
  out << "model_" << std::hex << std::setw(8) << std::setfill('0') << header.digest;
  return out.str();
}

std::string initializer(const char* name, const std::string& list, const char* end = ",\n") {
  return text("    .", name, " = {\n", list, "}", end);
}

std::string place_text(uint32_t place) { return place == MN_CALLER ? "MN_CALLER" : std::to_string(place); }

// "AT(L00_stem.bias)", or 0 if the layer has no such constant.
std::string constant_text(uint32_t offset, const std::string& identifier, const char* member) {
  return offset == 0 ? "0" : text("AT(", identifier, ".", member, ")");
}

std::string row_text(const mn_layer& row, const std::string& identifier) {
  std::ostringstream out;
  out << "      {.kind = " << code_text(row.kind) << ", .kernel = " << int{row.kernel}
      << ", .stride = " << int{row.stride} << ", .in_zero = " << int{row.in_zero}
      << ", .other_zero = " << int{row.other_zero} << ", .out_zero = " << int{row.out_zero}
      << ", .low = " << int{row.low} << ", .high = " << int{row.high} << ",\n"
      << "       .in_height = " << row.in_height << ", .in_width = " << row.in_width
      << ", .in_channels = " << row.in_channels << ", .out_height = " << row.out_height
      << ", .out_width = " << row.out_width << ", .out_channels = " << row.out_channels << ",\n"
      << "       .in_rows = " << row.in_rows << ", .other_rows = " << row.other_rows << ", .out_rows = " << row.out_rows
      << ", .strip = " << row.strip << ", .row_steps = " << row.row_steps << ", .row_delay = " << row.row_delay << ",\n"
      << "       .input = " << place_text(row.input) << ", .other = " << place_text(row.other)
      << ", .output = " << place_text(row.output) << ", .scratch = " << row.scratch << ",\n"
      << "       .bias = " << constant_text(row.bias, identifier, "bias")
      << ", .multipliers = " << constant_text(row.multipliers, identifier, "multipliers") << ",\n"
      << "       .shifts = " << constant_text(row.shifts, identifier, "shifts")
      << ", .weights = " << constant_text(row.weights, identifier, "weights") << "},\n";
  return out.str();
}

// The member of struct model_data with a layer's constants.
std::string member_text(const LayerLayout& layout, const std::string& identifier) {
  std::ostringstream out;
  out << "  struct {\n";
  if (layout.bias_count > 0) out << "    int32_t bias[" << layout.bias_count << "];\n";
  out << "    int32_t multipliers[" << layout.rescale_count << "];\n";
  if (layout.weight_count > 0) out << "    int8_t weights[" << layout.weight_count << "];\n";
  out << "    uint8_t shifts[" << layout.rescale_count << "];\n";
  if (layout.padding > 0) out << "    uint8_t padding[" << layout.padding << "];\n";
  out << "  } " << identifier << ";\n";
  return out.str();
}

std::string constants_text(const DeviceConstants& constants, const std::string& identifier) {
  std::ostringstream out;
  out << "  ." << identifier << " = {\n";
  if (!constants.bias.empty()) out << initializer("bias", c_list(constants.bias, 6));
  out << initializer("multipliers", c_list(constants.multipliers, 6));
  if (!constants.weights.empty()) out << initializer("weights", c_list(constants.weights, 6));
  out << initializer("shifts", c_list(constants.shifts, 6)) << "  },\n";
  return out.str();
}

std::string header_initializer(const mn_model& header) {
  return text("  .header = {.magic = MN_MAGIC, .digest = MODEL_DIGEST, .bytes = MODEL_BYTES,\n",
              "             .arena_bytes = MODEL_ARENA_BYTES, .version = ", header.version,
              ", .layers = MODEL_LAYERS,\n",
              "             .height = MODEL_HEIGHT, .width = MODEL_WIDTH, .channels = MODEL_CHANNELS, .classes = "
              "MODEL_CLASSES},\n");
}

std::string quantization_text(const Quantization& quantization) {
  return text("real = ", std::setprecision(9), quantization.scale, " x (q - ", quantization.zero_point, ")");
}

// The description of a layer that all parts of the file use.
struct NamedLayer {
  std::string identifier, title;
};

std::vector<NamedLayer> name_layers(const QuantizedModel& model) {
  std::vector<NamedLayer> layers;
  for (int i = 0; i < model.spec.size(); ++i) {
    const LayerSpec& spec = model.spec.layer(i);
    const std::string what = describe_layer(spec, model.spec.input_shape(i), model.spec.shape(i));
    layers.push_back({c_identifier(i, spec.name), text(i, " ", c_comment(spec.name), ": ", what)});
  }
  return layers;
}

constexpr const char* kSourceOpening =
    R"(/* The network: one constant object, laid out as mn_model.h says. Read it in this order:
 *   struct model_data   what lies in it
 *   .layers             one row a layer: what it computes, its shapes, where its input and output lie in the arena
 *   the constants       weights (in the order of mn_weight_index in mn_model.h; depthwise: row, column, channel), biases in units of
 *                       input scale x weight scale with the input's zero point folded in, and for each channel the factor
 *                       M = multiplier x 2^(-31 - shift) from there to units of the output
 * Made by a program; mn_init refuses it where a byte was changed. */
#include "model.h"

#include <stddef.h>

)";

constexpr const char* kSourceChecks = R"(
/* Refuses to compile where the compiler's layout is not the one that the offsets and the digest were computed for. */
typedef char model_has_the_predicted_size[sizeof(struct model_data) == MODEL_BYTES ? 1 : -1];

#define AT(member) ((uint32_t)offsetof(struct model_data, member))

)";

std::string struct_text(const ModelImage& image, const std::vector<NamedLayer>& layers) {
  std::string out = "struct model_data {\n  mn_model header;\n  mn_layer layers[MODEL_LAYERS];\n";
  for (size_t i = 0; i < layers.size(); ++i) {
    if (image.layout.layers[i].bytes == 0) continue;
    out += text("  /* ", layers[i].title, " */\n", member_text(image.layout.layers[i], layers[i].identifier));
  }
  return out + "};\n";
}

}  // namespace

std::string model_header_text(const QuantizedModel& model, const ModelImage& image) {
  const ImageShape& in = model.spec.input();
  const std::string digest = hex32(image.header.digest), symbol = symbol_of(image.header);
  std::ostringstream out;
  out << kModelHeaderMark << " How to use it: README.md and mn.h.\n * Version " << program_version() << " of mininas, "
      << program_commit() << ". */\n#if defined(MODEL_H) && MODEL_DIGEST != " << digest
      << "\n#error \"two models in one source file have the same names; include each in a file of its own\"\n#endif\n"
      << "#ifndef MODEL_H\n#define MODEL_H\n\n#include \"mn.h\"\n\n"
      << "/* Of all that model.c holds. */\n#define MODEL_DIGEST " << digest << "\n\n"
      << "/* The image: raw bytes, row by row, channels interleaved; " << quantization_text(model.input)
      << " with q = byte - 128. */\n"
      << "#define MODEL_HEIGHT " << in.height << "\n#define MODEL_WIDTH " << in.width << "\n#define MODEL_CHANNELS "
      << in.channels << "\n#define MODEL_IMAGE_BYTES " << in.size()
      << "\n\n/* The answer: an index into these. */\n#define MODEL_CLASSES " << model.spec.classes()
      << "\n#define MODEL_CLASS_NAMES \\\n  {";
  for (size_t i = 0; i < model.class_names.size(); ++i)
    out << (i == 0 ? "" : ", \\\n   ") << c_string(model.class_names[i]);
  out << "}\n\n#define MODEL_LAYERS " << image.layers.size()
      << "\n/* Of the constant object below. */\n#define MODEL_BYTES " << image.header.bytes
      << "\n/* RAM that mn_run needs; as uint32_t words, for an array that is aligned. */\n#define MODEL_ARENA_BYTES "
      << image.header.arena_bytes
      << "\n#define MODEL_ARENA_WORDS ((MODEL_ARENA_BYTES + 3) / 4)\n\n/* How the tensors share it: whole, overlap or "
      << "strips. */\n"
      << kRamPlanDefinition << "\"" << to_text(image.ram_plan) << "\"\n\n"
      << "/* The digest in the name lets several models be linked into one program. */\n"
      << "struct model_data;\nextern const struct model_data " << symbol << ";\n#define MODEL ((const mn_model *)&"
      << symbol << ")\n\n#endif\n";
  return out.str();
}

std::string model_source_text(const QuantizedModel& model, const ModelImage& image) {
  const auto layers = name_layers(model);
  std::string out = kSourceOpening + struct_text(image, layers) + kSourceChecks + "const struct model_data " +
                    symbol_of(image.header) + " = {\n";
  out += header_initializer(image.header) + "  .layers = {\n";
  for (size_t i = 0; i < layers.size(); ++i)
    out += text("      /* ", layers[i].title, "; ", quantization_text(model.layers[i].output), " */\n",
                row_text(image.layers[i], layers[i].identifier));
  out += "  },\n";
  for (size_t i = 0; i < layers.size(); ++i) {
    if (image.layout.layers[i].bytes == 0) continue;
    out += text("  /* ", layers[i].title, " */\n",
                constants_text(device_constants(model, static_cast<int>(i)), layers[i].identifier));
  }
  return out + "};\n";
}

std::string vectors_header_text(const QuantizedModel& model, const ImageSet& vectors) {
  MN_CHECK(vectors.count() >= 1 && vectors.shape == model.spec.input(), to_text(vectors.shape));
  return text("/* Test vectors: images, and what the training engine computed for them. */\n#ifndef TEST_VECTORS_H\n",
              "#define TEST_VECTORS_H\n\n", "#include <stdint.h>\n\n#include \"model.h\"\n\n#define TEST_VECTORS ",
              vectors.count(), "\n\nextern const uint8_t test_images[TEST_VECTORS][MODEL_IMAGE_BYTES];\n",
              "extern const int8_t test_logits[TEST_VECTORS][MODEL_CLASSES];\n",
              "/* CRC-32 of each layer's output (mn_crc32.h). */\nextern const uint32_t "
              "test_digests[TEST_VECTORS][MODEL_LAYERS];\n",
              "extern const char *const test_layer_names[MODEL_LAYERS];\n\n#endif\n");
}

std::string vectors_source_text(const QuantizedModel& model, const ImageSet& vectors) {
  const auto count = static_cast<size_t>(vectors.count());
  const auto outputs = integer_forward(model, vectors.pixels.data(), vectors.count()).layers;
  const auto slice = [&](size_t layer, size_t vector) {
    const size_t size = outputs[layer].size() / count;
    return std::span<const int8_t>(outputs[layer]).subspan(vector * size, size);
  };
  std::ostringstream images, logits, digests, names;
  for (size_t vector = 0; vector < count; ++vector) {
    const std::span<const uint8_t> image(vectors.image(static_cast<int64_t>(vector)),
                                         static_cast<size_t>(vectors.shape.size()));
    images << "    {\n" << c_list(image, 5) << "},\n";
    logits << "    {\n" << c_list(slice(outputs.size() - 1, vector), 5) << "},\n";
    digests << "    {";
    for (size_t layer = 0; layer < outputs.size(); ++layer) {
      const auto bytes = slice(layer, vector);
      digests << (layer == 0       ? ""
                  : layer % 8 == 0 ? ",\n     "
                                   : ", ")
              << hex32(mn_crc32(0, bytes.data(), bytes.size()));
    }
    digests << "},\n";
  }
  for (const LayerSpec& layer : model.spec.layers()) names << "    " << c_string(layer.name) << ",\n";
  return text("#include \"test_vectors.h\"\n\nconst uint8_t test_images[TEST_VECTORS][MODEL_IMAGE_BYTES] = {\n",
              images.str(), "};\n\n", "const int8_t test_logits[TEST_VECTORS][MODEL_CLASSES] = {\n", logits.str(),
              "};\n\n", "const uint32_t test_digests[TEST_VECTORS][MODEL_LAYERS] = {\n", digests.str(), "};\n\n",
              "const char *const test_layer_names[MODEL_LAYERS] = {\n", names.str(), "};\n");
}

}  // namespace mininas
