#include "core/tensor.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "core/error.h"
#include "core/memory.h"

namespace mininas {

std::string to_text(const Shape& s) { return text("[", s.n, ",", s.h, ",", s.w, ",", s.c, "]"); }

std::string to_text(const ImageShape& s) { return text(s.height, "x", s.width, "x", s.channels); }

ImageShape parse_image_shape(const std::string& source) {
  ImageShape shape;
  char end = 0;
  const int read = std::sscanf(source.c_str(), "%5dx%5dx%5d%c", &shape.height, &shape.width, &shape.channels, &end);
  if (read != 3 || shape.height < 1 || shape.width < 1 || shape.channels < 1)
    throw ConfigError(text("image shape '", source, "': expected HEIGHTxWIDTHxCHANNELS, as in 32x32x3"));
  return shape;
}

void Tensor::Free::operator()(float* p) const { free_buffer(p, bytes); }

Tensor Tensor::uninitialized(const Shape& shape) {
  MN_CHECK(shape.n >= 1 && shape.h >= 1 && shape.w >= 1 && shape.c >= 1, to_text(shape));
  const size_t bytes = static_cast<size_t>(shape.size() + kSlack) * sizeof(float);
  auto* memory = static_cast<float*>(allocate_buffer(bytes));
  std::fill_n(memory + shape.size(), kSlack, 0.0f);
  Tensor tensor;
  tensor.shape_ = shape;
  tensor.data_ = {memory, Free(bytes)};
  return tensor;
}

Tensor Tensor::full(const Shape& shape, float value) {
  Tensor tensor = uninitialized(shape);
  std::fill(tensor.values().begin(), tensor.values().end(), value);
  return tensor;
}

Tensor Tensor::zeros(const Shape& shape) { return full(shape, 0.0f); }

Tensor Tensor::clone() const {
  if (empty()) return {};
  Tensor copy = uninitialized(shape_);
  std::memcpy(copy.data(), data(), static_cast<size_t>(size()) * sizeof(float));
  return copy;
}

}  // namespace mininas
