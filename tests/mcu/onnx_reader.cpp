#include "tests/mcu/onnx_reader.h"

#include <cstring>
#include <functional>
#include <string_view>

#include "core/error.h"

namespace mininas::test {
namespace {

// One field of a message: a number, or the bytes of a text or message.
struct Field {
  int number = 0;
  int64_t value = 0;
  std::string_view bytes;

  std::string text() const { return std::string(bytes); }
};

uint64_t take_varint(std::string_view& rest) {
  uint64_t value = 0;
  for (int shift = 0; shift < 70; shift += 7) {
    if (rest.empty()) throw FormatError("the message ends within a number");
    const auto byte = static_cast<uint8_t>(rest.front());
    rest.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw FormatError("a number of more than ten bytes");
}

void for_each_field(std::string_view message, const std::function<void(const Field&)>& visit) {
  while (!message.empty()) {
    const uint64_t tag = take_varint(message);
    Field field{static_cast<int>(tag >> 3), 0, {}};
    const uint64_t value = take_varint(message);
    if ((tag & 7) == 0) {
      field.value = static_cast<int64_t>(value);
    } else {
      if ((tag & 7) != 2 || value > message.size()) throw FormatError("a field of unexpected type or size");
      field.bytes = message.substr(0, value);
      message.remove_prefix(value);
    }
    visit(field);
  }
}

OnnxTensor read_constant(std::string_view message, std::string& name) {
  OnnxTensor tensor;
  for_each_field(message, [&](const Field& field) {
    if (field.number == 1) tensor.extents.push_back(field.value);
    if (field.number == 2) tensor.type = static_cast<int>(field.value);
    if (field.number == 8) name = field.text();
    if (field.number == 9) tensor.bytes = field.text();
  });
  return tensor;
}

int64_t read_extent(std::string_view message) {
  int64_t extent = -1;
  for_each_field(message, [&](const Field& field) {
    if (field.number == 1) extent = field.value;
  });
  return extent;
}

// ValueInfoProto; the type of a tensor is two messages further in.
OnnxTensor read_value(std::string_view message, std::string& name) {
  OnnxTensor tensor;
  const auto read_tensor = [&](const Field& field) {
    if (field.number == 1) tensor.type = static_cast<int>(field.value);
    if (field.number == 2)
      for_each_field(field.bytes, [&](const Field& extent) { tensor.extents.push_back(read_extent(extent.bytes)); });
  };
  for_each_field(message, [&](const Field& field) {
    if (field.number == 1) name = field.text();
    if (field.number == 2)
      for_each_field(field.bytes, [&](const Field& type) { for_each_field(type.bytes, read_tensor); });
  });
  return tensor;
}

void read_attribute(std::string_view message, OnnxNode& node) {
  std::string name;
  std::vector<int64_t> values;
  for_each_field(message, [&](const Field& field) {
    if (field.number == 1) name = field.text();
    if (field.number == 3 || field.number == 8) values.push_back(field.value);
  });
  node.attributes[name] = values;
}

OnnxNode read_node(std::string_view message) {
  OnnxNode node;
  for_each_field(message, [&](const Field& field) {
    if (field.number == 1) node.inputs.push_back(field.text());
    if (field.number == 2) node.outputs.push_back(field.text());
    if (field.number == 4) node.operation = field.text();
    if (field.number == 5) read_attribute(field.bytes, node);
  });
  return node;
}

void read_graph(std::string_view message, OnnxModel& model) {
  const auto add = [](std::map<std::string, OnnxTensor>& tensors, const auto& read, std::string_view bytes) {
    std::string name;
    const OnnxTensor tensor = read(bytes, name);
    if (!tensors.emplace(name, tensor).second) throw FormatError("two tensors are named " + name);
  };
  for_each_field(message, [&](const Field& field) {
    if (field.number == 1) model.nodes.push_back(read_node(field.bytes));
    if (field.number == 5) add(model.constants, read_constant, field.bytes);
    if (field.number == 11) add(model.inputs, read_value, field.bytes);
    if (field.number == 12) add(model.outputs, read_value, field.bytes);
  });
}

std::pair<std::string, std::string> read_fact(std::string_view message) {
  std::pair<std::string, std::string> fact;
  for_each_field(message, [&](const Field& field) { (field.number == 1 ? fact.first : fact.second) = field.text(); });
  return fact;
}

template <class T, class As>
std::vector<As> values_of(const std::string& bytes) {
  std::vector<As> values;
  for (size_t i = 0; i + sizeof(T) <= bytes.size(); i += sizeof(T)) {
    T value;
    std::memcpy(&value, bytes.data() + i, sizeof value);
    values.push_back(static_cast<As>(value));
  }
  return values;
}

}  // namespace

std::vector<int64_t> OnnxTensor::integers() const {
  switch (type) {
    case 2:
      return values_of<uint8_t, int64_t>(bytes);
    case 3:
      return values_of<int8_t, int64_t>(bytes);
    case 6:
      return values_of<int32_t, int64_t>(bytes);
    case 7:
      return values_of<int64_t, int64_t>(bytes);
    default:
      throw FormatError(text("type ", type, " is not of integers"));
  }
}

std::vector<float> OnnxTensor::floats() const {
  if (type != 1) throw FormatError(text("type ", type, " is not float"));
  return values_of<float, float>(bytes);
}

const OnnxNode& OnnxModel::node_of(const std::string& output) const {
  for (const OnnxNode& node : nodes)
    if (node.outputs.front() == output) return node;
  throw FormatError("no node computes " + output);
}

std::vector<const OnnxNode*> OnnxModel::nodes_of(const std::string& operation) const {
  std::vector<const OnnxNode*> found;
  for (const OnnxNode& node : nodes)
    if (node.operation == operation) found.push_back(&node);
  return found;
}

OnnxModel read_onnx(const std::string& file) {
  OnnxModel model;
  for_each_field(file, [&](const Field& field) {
    if (field.number == 7) read_graph(field.bytes, model);
    if (field.number == 8)
      for_each_field(field.bytes, [&](const Field& set) {
        if (set.number == 2) model.operator_set = set.value;
      });
    if (field.number == 14) model.facts.insert(read_fact(field.bytes));
  });
  return model;
}

}  // namespace mininas::test
