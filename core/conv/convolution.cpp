#include "core/conv/convolution.h"

#include <algorithm>

#include "core/conv/bands.h"
#include "core/conv/products.h"
#include "core/conv/winograd.h"
#include "core/error.h"
#include "core/parallel.h"

namespace mininas {
namespace {

constexpr int64_t kPixelsPerTask = 1024;  // pixels per task of a pointwise convolution

bool is_pointwise(const ConvGeometry& g) { return g.kernel == 1 && g.stride == 1; }

Tensor pointwise_product(const Tensor& x, const PackedWeights& weights, const Shape& out) {
  Tensor y = Tensor::uninitialized(out);
  const int64_t pixels = out.pixels(), channels = x.shape().c;
  parallel_for((pixels + kPixelsPerTask - 1) / kPixelsPerTask, [&](int64_t task) {
    const int64_t first = task * kPixelsPerTask;
    const int64_t count = std::min(kPixelsPerTask, pixels - first);
    multiply_pixels(x.data() + first * channels, count, channels, weights, out.c, y.data() + first * out.c);
  });
  return y;
}

WindowRows window_rows(const PaddedView& view, int kernel, int stride, const Band& band) {
  return {.padded = band.padded,
          .padded_row = view.row_floats(),
          .channels = view.source->shape().c,
          .kernel = kernel,
          .stride = stride};
}

Tensor window_product(const PaddedView& view, int kernel, int stride, const PackedWeights& weights, const Shape& out) {
  return output_of_bands(view, kernel, stride, out, [&](const Band& band, float* rows) {
    multiply_windows(window_rows(view, kernel, stride, band), band.rows, out.w, weights, out.c, rows);
  });
}

BandPlan winograd_plan(const ConvGeometry& g) {
  return {.images = g.batch, .out_rows = g.out_h(), .band_rows = winograd_band_rows(g)};
}

Tensor winograd_product(const ConvGeometry& g, const PaddedView& view, const WinogradWeights& weights) {
  Tensor y = Tensor::uninitialized({g.batch, g.out_h(), g.out_w(), weights.columns});
  const int64_t row = g.out_w() * weights.columns;
  const BandPlan plan = winograd_plan(g);
  parallel_for(g.batch, [&](int64_t image) {
    std::vector<float> buffer;
    WinogradBand winograd(weights, plan.band_rows, g.out_w());
    for_bands(view, plan, g.kernel, g.stride, image, buffer, [&](const Band& band) {
      winograd.convolve(band.padded, band.rows, y.data() + (image * g.out_h() + band.first_row) * row);
    });
  });
  return y;
}

// The weight gradient of images begin ... end - 1.
void winograd_weight_gradient(const ConvGeometry& g, const PaddedView& view, const Tensor& dy, int64_t begin,
                              int64_t end, Tensor& sum) {
  const BandPlan plan = winograd_plan(g);
  WinogradGradient gradient(g, plan.band_rows);
  std::vector<float> buffer;
  for (int64_t image = begin; image < end; ++image)
    for_bands(view, plan, g.kernel, g.stride, image, buffer, [&](const Band& band) {
      gradient.add(band.padded, dy.data() + (image * g.out_h() + band.first_row) * g.out_w() * g.out_c, band.rows);
    });
  gradient.finish(sum.data());
}

void check_shape(const Shape& have, const Shape& want, const char* what) {
  if (have != want)
    throw ConfigError(text("convolution: ", what, " has shape ", to_text(have), ", expected ", to_text(want)));
}

}  // namespace

ConvGeometry conv_geometry(const Shape& x, const Shape& weight, int stride) {
  const int kernel = static_cast<int>(weight.h);
  const ConvGeometry g{
      .batch = x.n, .in_h = x.h, .in_w = x.w, .in_c = x.c, .out_c = weight.n, .kernel = kernel, .stride = stride};
  check_shape(weight, g.weight(), "weight");
  if (kernel % 2 == 0 || stride < 1)
    throw ConfigError(text("convolution: kernel ", kernel, " and stride ", stride, ", expected odd and positive"));
  return g;
}

Tensor conv2d(const ConvGeometry& g, const Tensor& x, const Tensor& weight) {
  check_shape(x.shape(), g.input(), "input");
  check_shape(weight.shape(), g.weight(), "weight");
  if (takes_winograd(g)) return winograd_product(g, PaddedView::of_input(g, x), winograd_forward(g, weight));
  const PackedWeights packed = pack_forward(g, weight);
  if (is_pointwise(g)) return pointwise_product(x, packed, g.output());
  return window_product(PaddedView::of_input(g, x), g.kernel, g.stride, packed, g.output());
}

Tensor conv2d_input_gradient(const ConvGeometry& g, const Tensor& dy, const Tensor& weight) {
  check_shape(dy.shape(), g.output(), "output gradient");
  check_shape(weight.shape(), g.weight(), "weight");
  if (takes_winograd(g))
    return winograd_product(g, PaddedView::of_output_gradient(g, dy), winograd_backward(g, weight));
  const std::vector<PackedWeights> phases = pack_backward(g, weight);
  if (is_pointwise(g)) return pointwise_product(dy, phases[0], g.input());
  const int64_t border = gradient_border(g), padded_rows = g.out_h() + 2 * border;
  const PaddedView view{
      .source = &dy, .border_top = border, .border_left = border, .width = g.out_w() + 2 * border, .dilation = 1};
  Tensor dx = Tensor::uninitialized(g.input());
  parallel_for(g.batch, [&](int64_t image) {
    Tensor padded = Tensor::uninitialized({1, padded_rows, view.width, g.out_c});
    view.copy_rows(image, 0, padded_rows, padded.data());
    multiply_transposed(g, {padded.data(), -border}, 0, g.in_h, phases, dx.data() + image * g.in_h * g.in_w * g.in_c);
  });
  return dx;
}

Tensor conv2d_weight_gradient(const ConvGeometry& g, const Tensor& x, const Tensor& dy) {
  check_shape(x.shape(), g.input(), "input");
  check_shape(dy.shape(), g.output(), "output gradient");
  const int64_t pixels = g.out_h() * g.out_w();
  const PaddedView view = PaddedView::of_input(g, x);
  const BandPlan plan = plan_bands(view, g.out_h(), g.kernel, g.stride);
  const Tensor sums = sum_over_chunks(g.batch, g.weight(), [&](int64_t chunk, Tensor& sum) {
    const int64_t begin = chunk_begin(g.batch, chunk), end = chunk_begin(g.batch, chunk + 1);
    if (takes_winograd(g)) return winograd_weight_gradient(g, view, dy, begin, end, sum);
    if (is_pointwise(g))
      return add_pixel_gradient(g, dy.data() + begin * pixels * g.out_c, x.data() + begin * pixels * g.in_c,
                                (end - begin) * pixels, sum.data());
    std::vector<float> buffer;
    for (int64_t image = begin; image < end; ++image)
      for_bands(view, plan, g.kernel, g.stride, image, buffer, [&](const Band& band) {
        const float* rows = dy.data() + (band.image * g.out_h() + band.first_row) * g.out_w() * g.out_c;
        add_window_gradient(g, rows, window_rows(view, g.kernel, g.stride, band), band.rows, sum.data());
      });
  });
  return gradient_as_weight(g, sums.data());
}

}  // namespace mininas
