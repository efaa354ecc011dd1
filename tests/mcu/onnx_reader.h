// Reads an ONNX file into plain values, for tests of what writes them. It shares nothing with the writer: field numbers
// are those of onnx.proto. Unknown fields are kept out; a file that breaks the wire format fails the test.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mininas::test {

struct OnnxTensor {
  int type = 0;                  // 1 float, 2 uint8, 3 int8, 6 int32, 7 int64
  std::vector<int64_t> extents;  // of an input or output: -1 where it is a symbol
  std::string bytes;

  std::vector<int64_t> integers() const;
  std::vector<float> floats() const;
};

struct OnnxNode {
  std::string operation;
  std::vector<std::string> inputs, outputs;
  std::map<std::string, std::vector<int64_t>> attributes;
};

struct OnnxModel {
  std::vector<OnnxNode> nodes;
  std::map<std::string, OnnxTensor> constants, inputs, outputs;
  std::map<std::string, std::string> facts;
  int64_t operator_set = 0;

  const OnnxNode& node_of(const std::string& output) const;  // that computes this tensor
  std::vector<const OnnxNode*> nodes_of(const std::string& operation) const;
};

OnnxModel read_onnx(const std::string& file);

}  // namespace mininas::test
