#include "mcu/host/formats/tflite_model.h"

#include <algorithm>

namespace mininas {
namespace {

constexpr uint32_t kSchemaVersion = 3;
constexpr size_t kBufferAlignment = 16;
constexpr int kLargestByteCode = 127;  // operators beyond have their number in a later field alone

// Numbers of fields in schema.fbs.
namespace model_field {
constexpr int kVersion = 0, kCodes = 1, kGraphs = 2, kDescription = 3, kBuffers = 4, kMetadata = 6;
}
namespace graph_field {
constexpr int kTensors = 0, kInputs = 1, kOutputs = 2, kOperators = 3, kName = 4;
}
namespace tensor_field {
constexpr int kExtents = 0, kType = 1, kBuffer = 2, kName = 3, kScale = 4;
}
namespace scale_field {
constexpr int kScales = 2, kZeroPoints = 3, kAxis = 6;
}
namespace code_field {
constexpr int kByteCode = 0, kVersion = 2, kCode = 3;
}
namespace operator_field {
constexpr int kCode = 0, kInputs = 1, kOutputs = 2, kOptionsType = 3, kOptions = 4;
}

int version_of(TfliteOperator kind) {
  switch (kind) {
    case TfliteOperator::kConv:
    case TfliteOperator::kDepthwise:
      return 3;
    case TfliteOperator::kAdd:
    case TfliteOperator::kAveragePool:
    case TfliteOperator::kDequantize:
    case TfliteOperator::kPad:
    case TfliteOperator::kRelu:
      return 2;
    case TfliteOperator::kQuantize:
    case TfliteOperator::kReshape:
      return 1;
  }
  return 1;
}

FlatTable code_table(TfliteOperator kind) {
  const int code = static_cast<int>(kind);
  return FlatTable()
      .number(code_field::kByteCode, static_cast<int8_t>(std::min(code, kLargestByteCode)))
      .number(code_field::kVersion, int32_t{version_of(kind)})
      .number(code_field::kCode, int32_t{code});
}

}  // namespace

uint32_t TfliteModel::add_buffer(const void* bytes, size_t count) {
  const auto* begin = static_cast<const uint8_t*>(bytes);
  buffers_.push_back(FlatTable().vector(0, std::vector<uint8_t>(begin, begin + count), kBufferAlignment));
  return static_cast<uint32_t>(buffers_.size() - 1);
}

int TfliteModel::add_tensor(const std::string& name, TfliteType type, const Extents& extents, const TfliteScale& scale,
                            uint32_t buffer) {
  FlatTable table;
  table.vector(tensor_field::kExtents, extents).number(tensor_field::kType, static_cast<int8_t>(type));
  table.number(tensor_field::kBuffer, buffer).text(tensor_field::kName, name);
  if (!scale.scales.empty())
    table.table(tensor_field::kScale, FlatTable()
                                          .vector(scale_field::kScales, scale.scales)
                                          .vector(scale_field::kZeroPoints, scale.zero_points)
                                          .number(scale_field::kAxis, int32_t{scale.axis}));
  tensors_.push_back(table);
  return static_cast<int>(tensors_.size() - 1);
}

int TfliteModel::tensor(const std::string& name, TfliteType type, const Extents& extents, const TfliteScale& scale) {
  return add_tensor(name, type, extents, scale, 0);
}

uint32_t TfliteModel::code_of(TfliteOperator kind) {
  const auto known = std::find(codes_.begin(), codes_.end(), kind);
  if (known == codes_.end()) {
    codes_.push_back(kind);
    return static_cast<uint32_t>(codes_.size() - 1);
  }
  return static_cast<uint32_t>(known - codes_.begin());
}

FlatTable& TfliteModel::add_operation(TfliteOperator kind, const std::vector<int>& inputs, int output) {
  operators_.push_back(FlatTable()
                           .number(operator_field::kCode, code_of(kind))
                           .vector(operator_field::kInputs, inputs)
                           .vector(operator_field::kOutputs, std::vector<int32_t>{output}));
  return operators_.back();
}

void TfliteModel::operation(TfliteOperator kind, const std::vector<int>& inputs, int output) {
  add_operation(kind, inputs, output);
}

void TfliteModel::operation(TfliteOperator kind, const std::vector<int>& inputs, int output, uint8_t options_type,
                            const FlatTable& options) {
  add_operation(kind, inputs, output)
      .number(operator_field::kOptionsType, options_type)
      .table(operator_field::kOptions, options);
}

std::string TfliteModel::file(const std::string& description,
                              const std::vector<std::pair<std::string, std::string>>& facts) {
  std::vector<FlatTable> metadata, codes;
  for (const auto& [name, value] : facts)
    metadata.push_back(FlatTable().text(0, name).number(1, add_buffer(value.data(), value.size())));
  for (const TfliteOperator kind : codes_) codes.push_back(code_table(kind));
  const FlatTable graph = FlatTable()
                              .tables(graph_field::kTensors, tensors_)
                              .vector(graph_field::kInputs, inputs_)
                              .vector(graph_field::kOutputs, outputs_)
                              .tables(graph_field::kOperators, operators_)
                              .text(graph_field::kName, "main");
  return FlatTable()
      .number(model_field::kVersion, kSchemaVersion)
      .tables(model_field::kCodes, codes)
      .tables(model_field::kGraphs, {graph})
      .text(model_field::kDescription, description)
      .tables(model_field::kBuffers, buffers_)
      .tables(model_field::kMetadata, metadata)
      .file("TFL3");
}

}  // namespace mininas
