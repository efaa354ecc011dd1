// OnnxGraph: an ONNX model that is built node by node and then written. It knows ONNX's files, not networks: which
// operators a layer becomes is said in onnx_exact.cpp and onnx_real.cpp.
// Tensors are named by strings. The batch is the symbolic extent "N", so that a program may run any number of images at
// once. Operator set 13, IR version 7: the oldest that have per-channel quantisation.
// Source: onnx.proto and the operators' specification, github.com/onnx/onnx.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "mcu/host/formats/protobuf.h"

namespace mininas {

enum class OnnxType { kFloat = 1, kUint8 = 2, kInt8 = 3, kInt32 = 6, kInt64 = 7 };  // the numbers of TensorProto

class OnnxGraph {
 public:
  using Value = std::string;  // the name of a tensor
  using Extents = std::vector<int64_t>;
  struct Attribute {
    std::string name;
    Extents values;  // one value: an INT, unless `list`
    bool list = true;
  };

  // Tensors that are made from now on are named after this layer: "stem/Mul_3".
  void begin_layer(const std::string& name) { layer_ = name; }

  // The first extent of an input or output is the batch and is not in `extents`.
  Value input(const std::string& name, OnnxType type, const Extents& extents);
  void output(const Value& value, OnnxType type, const Extents& extents);

  // Adds a node with one output, which gets `name`, or a name of its own.
  Value node(const std::string& operation, const std::vector<Value>& inputs,
             const std::vector<Attribute>& attributes = {}, const std::string& name = "");

  // Constants. A scalar appears once in the file, however often it is asked for.
  template <class T>
  Value constant(const std::string& what, const Extents& extents, const std::vector<T>& values);
  template <class T>
  Value scalar(T value);
  Value cast(const Value& value, OnnxType type);

  // A result that several layers need: the value of make() the first time, the same value later.
  template <class Make>
  Value once(const std::string& key, const Make& make) {
    const auto known = shared_.find(key);
    return known != shared_.end() ? known->second : shared_.emplace(key, make()).first->second;
  }

  // The model as the bytes of a file. `facts` are kept as its metadata, name by name.
  std::string file(const std::string& name, const std::vector<std::pair<std::string, std::string>>& facts) const;

 private:
  void add_constant(const std::string& name, OnnxType type, const Extents& extents, std::string_view bytes);

  std::string layer_;
  std::map<std::string, int> used_;  // how often a name was given
  std::map<std::string, Value> shared_;
  ProtobufMessage nodes_, constants_, inputs_, outputs_;
};

}  // namespace mininas
