#include "core/fused/fused_conv_bands.h"

#include <algorithm>

#include "core/error.h"
#include "core/kernels/kernels.h"

namespace mininas {

int64_t FusedConvGeometry::band_rows() const {
  if (winograd()) return winograd_band_rows(window);
  // Floats of a pointwise convolution's input and output: a quarter of a second-level cache, which also holds the
  // weights and their gradients.
  constexpr int64_t kFloats = 64 * 1024;
  const int64_t pixels = pixelwise() ? std::min(kBandPixels, kFloats / (window.in_c + out_c)) : kBandPixels;
  const int64_t rows = std::max<int64_t>(pixels / window.out_w(), 2 * (window.kernel - 1));
  return std::clamp<int64_t>(rows, 1, pixelwise() ? window.batch * window.out_h() : window.out_h());
}

FusedConvGeometry fused_conv_geometry(const Tape& tape, const NormedValue& x, const FusedConvWeights& weights) {
  MN_CHECK(weights.depthwise || weights.conv, "a fused convolution needs weights");
  const Shape& in = tape.value(x.raw).shape();
  FusedConvGeometry g;
  g.depthwise = weights.depthwise.has_value();
  g.separable = g.depthwise && weights.conv;
  g.window = g.depthwise ? depthwise_geometry(in, tape.value(*weights.depthwise).shape(), weights.stride)
                         : conv_geometry(in, tape.value(*weights.conv).shape(), weights.stride);
  g.out_c = g.window.out_c;
  if (g.separable) {
    const Shape& pointwise = tape.value(*weights.conv).shape();
    if (pointwise.h != 1 || pointwise.w != 1 || pointwise.c != in.c)
      throw ConfigError(text("the convolution after a depthwise one has weights ", to_text(pointwise),
                             ", expected a pointwise convolution of ", in.c, " channels"));
    g.out_c = pointwise.n;
  }
  return g;
}

float* RowWindow::append(int64_t rows) {
  begin_ = std::min(begin_, end_);
  if (begin_ == end_) origin_ = end_;  // no row is kept: start again at the memory's start, which is in cache
  if (end_ + rows - origin_ > capacity_) {
    MN_CHECK(end_ + rows - begin_ <= capacity_, rows, " rows more than ", capacity_);
    std::memmove(memory_.data(), row(begin_), static_cast<size_t>((end_ - begin_) * row_floats_) * sizeof(float));
    origin_ = begin_;
  }
  float* first = memory_.data() + (end_ - origin_) * row_floats_;
  end_ += rows;
  return first;
}

void RowWindow::append_zeros(int64_t rows) {
  if (rows > 0) std::memset(append(rows), 0, static_cast<size_t>(rows * row_floats_) * sizeof(float));
}

void load_rows(const NormRows& rows, float* y) {
  const int64_t floats = rows.pixels * rows.channels;
  if (rows.scale)
    kernels().normalize(rows, y);
  else if (rows.relu)
    kernels().relu(rows.x, floats, y);
  else
    std::memcpy(y, rows.x, static_cast<size_t>(floats) * sizeof(float));
}

NormRows InputReader::rows(int64_t image, int64_t first, int64_t count) const {
  const ConvGeometry& w = geometry.window;
  return {.x = raw.data() + (image * w.in_h + first) * w.in_w * w.in_c,
          .pixels = count * w.in_w,
          .channels = w.in_c,
          .scale = norm ? norm->affine.scale.data() : nullptr,
          .shift = norm ? norm->affine.shift.data() : nullptr,
          .relu = relu};
}

bool streams(const Tensor& tensor) {
  constexpr int64_t kLarge = 2 << 20;  // floats
  return tensor.size() >= kLarge && tensor.shape().c % 16 == 0;
}

PrefetchRange prefetch_range(const Tensor& tensor, int64_t first, int64_t floats) {
  const int64_t start = std::clamp<int64_t>(first, 0, tensor.size());
  return {tensor.data() + start, std::min(floats, tensor.size() - start)};
}

PrefetchRange InputReader::prefetch(int64_t image, int64_t end, int64_t rows) const {
  const ConvGeometry& w = geometry.window;
  const int64_t row = w.in_w * w.in_c, next = geometry.pixelwise() ? end : std::min(end - w.padding(), w.in_h);
  return prefetch_range(raw, (image * w.in_h + next) * row, rows * row);
}

const float* InputReader::fill(RowWindow& padded, int64_t image, int64_t begin, int64_t end) const {
  if (geometry.pixelwise() && !norm && !relu) return rows(image, begin, end - begin).x;
  padded.drop_before(begin);
  if (geometry.pixelwise()) {
    load_rows(rows(image, begin, end - begin), padded.append(end - begin));
  } else {
    while (padded.end() < end) append_row(padded, image);
  }
  return padded.row(begin);
}

void InputReader::append_row(RowWindow& padded, int64_t image) const {
  const ConvGeometry& w = geometry.window;
  const int64_t border = w.padding() * w.in_c, pixels = w.in_w * w.in_c, y = padded.end() - w.padding();
  if (y < 0 || y >= w.in_h) return padded.append_zeros(1);
  float* out = padded.append(1);
  std::memset(out, 0, static_cast<size_t>(border) * sizeof(float));
  load_rows(rows(image, y, 1), out + border);
  std::memset(out + border + pixels, 0, static_cast<size_t>(border) * sizeof(float));
}

}  // namespace mininas
