// The depthwise convolution declared in core/conv/convolution.h.
#include "core/conv/bands.h"
#include "core/conv/convolution.h"
#include "core/conv/packed_weights.h"
#include "core/error.h"
#include "core/kernels/kernels.h"
#include "core/parallel.h"

namespace mininas {
namespace {

Tensor slide(const PaddedView& view, int kernel, int stride, const Tensor& weight, const Shape& out) {
  return output_of_bands(view, kernel, stride, out, [&](const Band& band, float* rows) {
    kernels().depthwise({.in = band.padded,
                         .in_row = view.row_floats(),
                         .weights = weight.data(),
                         .out = rows,
                         .rows = band.rows,
                         .width = out.w,
                         .channels = out.c,
                         .kernel = kernel,
                         .stride = stride});
  });
}

}  // namespace

ConvGeometry depthwise_geometry(const Shape& x, const Shape& weight, int stride) {
  const ConvGeometry g{.batch = x.n,
                       .in_h = x.h,
                       .in_w = x.w,
                       .in_c = x.c,
                       .out_c = x.c,
                       .kernel = static_cast<int>(weight.h),
                       .stride = stride};
  if (weight != g.depthwise_weight())
    throw ConfigError(
        text("depthwise: weight has shape ", to_text(weight), ", expected ", to_text(g.depthwise_weight())));
  if (g.kernel > 7 || g.kernel % 2 == 0 || stride < 1)
    throw ConfigError(
        text("depthwise: kernel ", g.kernel, " and stride ", stride, ", expected 1, 3, 5 or 7 and a positive stride"));
  return g;
}

Tensor depthwise(const ConvGeometry& g, const Tensor& x, const Tensor& weight) {
  MN_CHECK(x.shape() == g.input() && weight.shape() == g.depthwise_weight(), to_text(x.shape()));
  return slide(PaddedView::of_input(g, x), g.kernel, g.stride, weight, g.output());
}

Tensor depthwise_input_gradient(const ConvGeometry& g, const Tensor& dy, const Tensor& weight) {
  MN_CHECK(dy.shape() == g.output() && weight.shape() == g.depthwise_weight(), to_text(dy.shape()));
  return slide(PaddedView::of_output_gradient(g, dy), g.kernel, 1, flip_depthwise(weight), g.input());
}

Tensor depthwise_weight_gradient(const ConvGeometry& g, const Tensor& x, const Tensor& dy) {
  MN_CHECK(x.shape() == g.input() && dy.shape() == g.output(), to_text(x.shape()));
  const PaddedView view = PaddedView::of_input(g, x);
  const BandPlan plan = plan_bands(view, g.out_h(), g.kernel, g.stride);
  return sum_over_chunks(g.batch, g.depthwise_weight(), [&](int64_t chunk, Tensor& sum) {
    std::vector<float> buffer;
    for (int64_t image = chunk_begin(g.batch, chunk); image < chunk_begin(g.batch, chunk + 1); ++image)
      for_bands(view, plan, g.kernel, g.stride, image, buffer, [&](const Band& band) {
        kernels().depthwise_weight_gradient(
            {.in = band.padded,
             .in_row = view.row_floats(),
             .out_gradient = dy.data() + (band.image * g.out_h() + band.first_row) * g.out_w() * g.out_c,
             .gradient = sum.data(),
             .rows = band.rows,
             .width = g.out_w(),
             .channels = g.in_c,
             .kernel = g.kernel,
             .stride = g.stride});
      });
  });
}

}  // namespace mininas
