#include "mcu/host/formats/onnx_graph.h"

#include "core/error.h"
#include "core/version.h"

namespace mininas {
namespace {

constexpr int kIrVersion = 7, kOperatorSet = 13;

// Numbers of fields in onnx.proto.
namespace model_field {
constexpr int kIr = 1, kProducer = 2, kProducerVersion = 3, kGraph = 7, kOperatorSets = 8, kFacts = 14;
}
namespace graph_field {
constexpr int kNode = 1, kName = 2, kConstant = 5, kInput = 11, kOutput = 12;
}
namespace node_field {
constexpr int kInput = 1, kOutput = 2, kName = 3, kOperation = 4, kAttribute = 5;
}
namespace attribute_field {
constexpr int kName = 1, kInt = 3, kInts = 8, kType = 20;
constexpr int kTypeInt = 2, kTypeInts = 7;
}  // namespace attribute_field
namespace tensor_field {
constexpr int kExtent = 1, kType = 2, kName = 8, kBytes = 9;
}
namespace value_field {
constexpr int kName = 1, kType = 2, kTensor = 1, kElement = 1, kShape = 2, kExtent = 1, kNumber = 1, kSymbol = 2;
}

template <class T>
constexpr OnnxType type_of();
template <>
constexpr OnnxType type_of<float>() {
  return OnnxType::kFloat;
}
template <>
constexpr OnnxType type_of<uint8_t>() {
  return OnnxType::kUint8;
}
template <>
constexpr OnnxType type_of<int8_t>() {
  return OnnxType::kInt8;
}
template <>
constexpr OnnxType type_of<int32_t>() {
  return OnnxType::kInt32;
}
template <>
constexpr OnnxType type_of<int64_t>() {
  return OnnxType::kInt64;
}

const char* type_text(OnnxType type) {
  switch (type) {
    case OnnxType::kFloat:
      return "float";
    case OnnxType::kUint8:
      return "uint8";
    case OnnxType::kInt8:
      return "int8";
    case OnnxType::kInt32:
      return "int32";
    case OnnxType::kInt64:
      return "int64";
  }
  return "";
}

template <class T>
std::string_view bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

ProtobufMessage pair_of(const std::string& key, const std::string& value) {
  return ProtobufMessage().bytes(1, key).bytes(2, value);
}

ProtobufMessage attribute_message(const OnnxGraph::Attribute& attribute) {
  namespace field = attribute_field;
  ProtobufMessage message;
  message.bytes(field::kName, attribute.name);
  for (const int64_t value : attribute.values) message.number(attribute.list ? field::kInts : field::kInt, value);
  return message.number(field::kType, attribute.list ? field::kTypeInts : field::kTypeInt);
}

ProtobufMessage value_message(const std::string& name, OnnxType type, const OnnxGraph::Extents& extents) {
  namespace field = value_field;
  ProtobufMessage shape;
  shape.message(field::kExtent, ProtobufMessage().bytes(field::kSymbol, "N"));
  for (const int64_t extent : extents) shape.message(field::kExtent, ProtobufMessage().number(field::kNumber, extent));
  ProtobufMessage tensor;
  tensor.number(field::kElement, static_cast<int>(type)).message(field::kShape, shape);
  return ProtobufMessage()
      .bytes(field::kName, name)
      .message(field::kType, ProtobufMessage().message(field::kTensor, tensor));
}

}  // namespace

OnnxGraph::Value OnnxGraph::input(const std::string& name, OnnxType type, const Extents& extents) {
  inputs_.message(graph_field::kInput, value_message(name, type, extents));
  return name;
}

void OnnxGraph::output(const Value& value, OnnxType type, const Extents& extents) {
  outputs_.message(graph_field::kOutput, value_message(value, type, extents));
}

OnnxGraph::Value OnnxGraph::node(const std::string& operation, const std::vector<Value>& inputs,
                                 const std::vector<Attribute>& attributes, const std::string& name) {
  const std::string base = text(layer_, "/", operation);
  Value value = name.empty() ? text(base, "_", ++used_[base]) : name;
  ProtobufMessage message;
  for (const Value& input : inputs) message.bytes(node_field::kInput, input);
  message.bytes(node_field::kOutput, value).bytes(node_field::kName, value);
  message.bytes(node_field::kOperation, operation);
  for (const Attribute& attribute : attributes) message.message(node_field::kAttribute, attribute_message(attribute));
  nodes_.message(graph_field::kNode, message);
  return value;
}

void OnnxGraph::add_constant(const std::string& name, OnnxType type, const Extents& extents, std::string_view bytes) {
  ProtobufMessage message;
  for (const int64_t extent : extents) message.number(tensor_field::kExtent, extent);
  message.number(tensor_field::kType, static_cast<int>(type)).bytes(tensor_field::kName, name);
  constants_.message(graph_field::kConstant, message.bytes(tensor_field::kBytes, bytes));
}

template <class T>
OnnxGraph::Value OnnxGraph::constant(const std::string& what, const Extents& extents, const std::vector<T>& values) {
  const Value name = text(layer_, "/", what);
  const int earlier = used_[name]++;
  Value unique = earlier == 0 ? name : text(name, "_", earlier + 1);
  add_constant(unique, type_of<T>(), extents, bytes_of(values));
  return unique;
}
template OnnxGraph::Value OnnxGraph::constant(const std::string&, const Extents&, const std::vector<float>&);
template OnnxGraph::Value OnnxGraph::constant(const std::string&, const Extents&, const std::vector<int8_t>&);
template OnnxGraph::Value OnnxGraph::constant(const std::string&, const Extents&, const std::vector<int32_t>&);
template OnnxGraph::Value OnnxGraph::constant(const std::string&, const Extents&, const std::vector<int64_t>&);

template <class T>
OnnxGraph::Value OnnxGraph::scalar(T value) {
  std::ostringstream number;
  number.precision(9);  // two float32 values never share this text
  number << +value;
  const std::string name = text(type_text(type_of<T>()), "/", number.str());
  return once(name, [&] {
    add_constant(name, type_of<T>(), {}, bytes_of(std::vector<T>{value}));
    return Value(name);
  });
}
template OnnxGraph::Value OnnxGraph::scalar(float);
template OnnxGraph::Value OnnxGraph::scalar(uint8_t);
template OnnxGraph::Value OnnxGraph::scalar(int8_t);
template OnnxGraph::Value OnnxGraph::scalar(int32_t);
template OnnxGraph::Value OnnxGraph::scalar(int64_t);

OnnxGraph::Value OnnxGraph::cast(const Value& value, OnnxType type) {
  return node("Cast", {value}, {{"to", {static_cast<int>(type)}, false}});
}

std::string OnnxGraph::file(const std::string& name,
                            const std::vector<std::pair<std::string, std::string>>& facts) const {
  std::string graph = ProtobufMessage(nodes_).bytes(graph_field::kName, name).encoded();
  graph += constants_.encoded() + inputs_.encoded() + outputs_.encoded();
  ProtobufMessage model;
  model.number(model_field::kIr, kIrVersion).bytes(model_field::kProducer, "mininas");
  model.bytes(model_field::kProducerVersion, program_version()).bytes(model_field::kGraph, graph);
  model.message(model_field::kOperatorSets, ProtobufMessage().bytes(1, "").number(2, kOperatorSet));
  for (const auto& [key, value] : facts) model.message(model_field::kFacts, pair_of(key, value));
  return model.encoded();
}

}  // namespace mininas
