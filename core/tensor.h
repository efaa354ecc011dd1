// Shape and Tensor: the one array type of the engine, float32 and contiguous.
// Every tensor has four extents, in memory order. Activations are NHWC (n images of h x w pixels with c interleaved
// channels), convolution weights are OHWI (n = output channels, h x w = kernel, c = input channels), depthwise weights
// are 1HWC and vectors 1x1x1xc. These are the layouts of the exported int8 network too, so an export never permutes.
// There are no views, strides, broadcasting or lazy evaluation.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace mininas {

// Extents in memory order; each at least 1. `{64, 32, 32, 3}` is a batch of 64 CIFAR images.
struct Shape {
  int64_t n = 1, h = 1, w = 1, c = 1;

  int64_t size() const { return n * h * w * c; }
  int64_t pixels() const { return n * h * w; }
  bool operator==(const Shape&) const = default;
};

// "[64,32,32,3]"
std::string to_text(const Shape& shape);

// The shape of one image or one feature map, without the batch. `{32, 32, 3}`.
struct ImageShape {
  int height = 1, width = 1, channels = 1;

  int64_t size() const { return int64_t{height} * width * channels; }
  Shape batch(int64_t count) const { return {count, height, width, channels}; }
  bool operator==(const ImageShape&) const = default;
};

// "32x32x3"; parse_image_shape is its inverse and throws ConfigError.
std::string to_text(const ImageShape& shape);
ImageShape parse_image_shape(const std::string& text);

// Owns size() float32 values, contiguous and aligned to 64 bytes. Move-only; clone() makes a copy. A
// default-constructed Tensor is empty. After the last value there are kSlack readable floats, so that kernels may load
// a whole vector at the end of a row.
class Tensor {
 public:
  static constexpr int64_t kSlack = 64;

  Tensor() = default;
  static Tensor zeros(const Shape& shape);
  static Tensor uninitialized(const Shape& shape);  // for outputs that a kernel overwrites completely
  static Tensor full(const Shape& shape, float value);

  Tensor(Tensor&&) = default;
  Tensor& operator=(Tensor&&) = default;
  Tensor clone() const;

  bool empty() const { return data_ == nullptr; }
  const Shape& shape() const { return shape_; }
  int64_t size() const { return empty() ? 0 : shape_.size(); }

  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  std::span<float> values() { return {data(), static_cast<size_t>(size())}; }
  std::span<const float> values() const { return {data(), static_cast<size_t>(size())}; }

  float& at(int64_t n, int64_t h, int64_t w, int64_t c) { return data()[index(n, h, w, c)]; }
  float at(int64_t n, int64_t h, int64_t w, int64_t c) const { return data()[index(n, h, w, c)]; }

 private:
  struct Free {
    Free() : bytes(0) {}
    explicit Free(size_t size) : bytes(size) {}
    size_t bytes;
    void operator()(float* p) const;
  };
  int64_t index(int64_t n, int64_t h, int64_t w, int64_t c) const {
    return ((n * shape_.h + h) * shape_.w + w) * shape_.c + c;
  }

  Shape shape_;
  std::unique_ptr<float[], Free> data_;
};

}  // namespace mininas
