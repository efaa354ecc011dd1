// TfliteModel: a .tflite file that is built tensor by tensor and operator by operator. It knows TensorFlow Lite's
// files, not networks: which operators a layer becomes is said in tflite.cpp. Activations are NHWC, one image at a
// time. Source: schema.fbs (version 3), github.com/tensorflow/tensorflow. Versions of operators are the lowest that
// have int8 with a scale per channel.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "mcu/host/formats/flatbuffer.h"

namespace mininas {

enum class TfliteType : int8_t { kFloat = 0, kInt32 = 2, kUint8 = 3, kInt8 = 9 };
enum class TfliteOperator {
  kAdd = 0,
  kAveragePool = 1,
  kConv = 3,
  kDepthwise = 4,
  kDequantize = 6,
  kRelu = 19,
  kReshape = 22,
  kPad = 34,
  kQuantize = 114
};

// The scale of a tensor, or a scale for each index along one of its axes. Empty for real values.
struct TfliteScale {
  std::vector<float> scales = {};
  std::vector<int64_t> zero_points = {};
  int axis = 0;
};

class TfliteModel {
 public:
  using Extents = std::vector<int32_t>;

  // These return the number of the tensor.
  int tensor(const std::string& name, TfliteType type, const Extents& extents, const TfliteScale& scale = {});
  template <class T>
  int constant(const std::string& name, TfliteType type, const Extents& extents, const std::vector<T>& values,
               const TfliteScale& scale = {}) {
    return add_tensor(name, type, extents, scale, add_buffer(values.data(), values.size() * sizeof(T)));
  }
  void input(int tensor) { inputs_.push_back(tensor); }
  void output(int tensor) { outputs_.push_back(tensor); }

  void operation(TfliteOperator kind, const std::vector<int>& inputs, int output);
  // With the options of the schema's union BuiltinOptions.
  void operation(TfliteOperator kind, const std::vector<int>& inputs, int output, uint8_t options_type,
                 const FlatTable& options);

  // The file. `facts` are kept as its metadata, name by name.
  std::string file(const std::string& description, const std::vector<std::pair<std::string, std::string>>& facts);

 private:
  uint32_t add_buffer(const void* bytes, size_t count);
  int add_tensor(const std::string& name, TfliteType type, const Extents& extents, const TfliteScale& scale,
                 uint32_t buffer);
  FlatTable& add_operation(TfliteOperator kind, const std::vector<int>& inputs, int output);
  uint32_t code_of(TfliteOperator kind);

  std::vector<FlatTable> tensors_, operators_, buffers_ = {FlatTable()};  // buffer 0 is that of tensors without values
  std::vector<TfliteOperator> codes_;
  std::vector<int32_t> inputs_, outputs_;
};

}  // namespace mininas
