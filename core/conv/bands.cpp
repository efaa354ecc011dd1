#include "core/conv/bands.h"

#include <algorithm>
#include <cstring>

#include "core/kernels/kernels.h"
#include "core/parallel.h"

namespace mininas {
namespace {

constexpr int64_t kBandFloats = 48 * 1024;  // 192 KiB of padded input, about a fifth of a second-level cache
constexpr int64_t kMaxChunks = 8;

}  // namespace

PaddedView PaddedView::of_input(const ConvGeometry& g, const Tensor& x) {
  return {.source = &x,
          .border_top = g.padding(),
          .border_left = g.padding(),
          .width = g.in_w + 2 * g.padding(),
          .dilation = 1};
}

PaddedView PaddedView::of_output_gradient(const ConvGeometry& g, const Tensor& dy) {
  const int64_t border = g.kernel - 1 - g.padding();
  return {
      .source = &dy, .border_top = border, .border_left = border, .width = g.in_w + g.kernel - 1, .dilation = g.stride};
}

void PaddedView::copy_rows(int64_t image, int64_t first_row, int64_t rows, float* out) const {
  const Shape& s = source->shape();
  const auto clear = [](float* from, int64_t count) {
    std::memset(from, 0, static_cast<size_t>(count) * sizeof(float));
  };
  for (int64_t row = first_row; row < first_row + rows; ++row, out += row_floats()) {
    const int64_t y = row - border_top;
    if (y < 0 || y % dilation != 0 || y / dilation >= s.h) {
      clear(out, row_floats());
      continue;
    }
    const float* pixels = source->data() + (image * s.h + y / dilation) * s.w * s.c;
    float* first = out + border_left * s.c;
    if (dilation == 1) {
      clear(out, border_left * s.c);
      std::memcpy(first, pixels, static_cast<size_t>(s.w * s.c) * sizeof(float));
      clear(first + s.w * s.c, (width - border_left - s.w) * s.c);
    } else {
      clear(out, row_floats());
      for (int64_t x = 0; x < s.w; ++x)
        std::memcpy(first + x * dilation * s.c, pixels + x * s.c, static_cast<size_t>(s.c) * sizeof(float));
    }
  }
}

BandPlan plan_bands(const PaddedView& view, int64_t out_rows, int kernel, int stride) {
  const int64_t fitting = (kBandFloats / view.row_floats() - kernel) / stride + 1;
  return {
      .images = view.source->shape().n, .out_rows = out_rows, .band_rows = std::clamp<int64_t>(fitting, 1, out_rows)};
}

void for_bands(const PaddedView& view, const BandPlan& plan, int kernel, int stride, int64_t image,
               std::vector<float>& buffer, const std::function<void(const Band&)>& body) {
  const int64_t padded_rows = (plan.band_rows - 1) * stride + kernel;
  buffer.resize(static_cast<size_t>(padded_rows * view.row_floats() + Tensor::kSlack));
  for (int64_t first = 0; first < plan.out_rows; first += plan.band_rows) {
    const int64_t rows = std::min(plan.band_rows, plan.out_rows - first);
    view.copy_rows(image, first * stride, (rows - 1) * stride + kernel, buffer.data());
    body({.image = image, .first_row = first, .rows = rows, .padded = buffer.data()});
  }
}

Tensor output_of_bands(const PaddedView& view, int kernel, int stride, const Shape& out,
                       const std::function<void(const Band&, float* rows)>& body) {
  Tensor y = Tensor::uninitialized(out);
  const BandPlan plan = plan_bands(view, out.h, kernel, stride);
  parallel_for(out.n, [&](int64_t image) {
    std::vector<float> buffer;
    for_bands(view, plan, kernel, stride, image, buffer,
              [&](const Band& band) { body(band, y.data() + (image * out.h + band.first_row) * out.w * out.c); });
  });
  return y;
}

int64_t chunk_count(int64_t images) { return std::min(images, kMaxChunks); }

Tensor sum_over_chunks(int64_t images, const Shape& shape, const std::function<void(int64_t, Tensor&)>& body) {
  std::vector<Tensor> sums(static_cast<size_t>(chunk_count(images)));
  parallel_for(chunk_count(images), [&](int64_t chunk) {
    Tensor& sum = sums[static_cast<size_t>(chunk)];
    sum = Tensor::zeros(shape);
    body(chunk, sum);
  });
  constexpr int64_t kSpan = 4096;  // floats; the running total stays in cache while the chunks are added
  parallel_for((shape.size() + kSpan - 1) / kSpan, [&](int64_t span) {
    const int64_t first = span * kSpan, count = std::min(kSpan, shape.size() - first);
    float* total = sums[0].data() + first;
    for (size_t chunk = 1; chunk < sums.size(); ++chunk) kernels().add(total, sums[chunk].data() + first, count, total);
  });
  return std::move(sums[0]);
}

}  // namespace mininas
