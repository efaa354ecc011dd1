#include "core/convolution.h"

#include <algorithm>

#include "core/bands.h"
#include "core/error.h"
#include "core/kernels/kernels.h"
#include "core/packed_weights.h"
#include "core/parallel.h"

namespace mininas {
namespace {

constexpr int64_t kPanel = PackedWeights::kPanel;
constexpr int64_t kPixelsATask = 1024;  // of a pointwise product
constexpr int64_t kPixelsAPass = 256;   // of a pointwise weight gradient: both operands stay in cache while all tiles pass

bool is_pointwise(const ConvGeometry& g) { return g.kernel == 1 && g.stride == 1; }

// y[pixel][column] = sum over channels of x[pixel][channel] * packed.
Tensor pointwise_product(const Tensor& x, const PackedWeights& weights, const Shape& out) {
  Tensor y = Tensor::uninitialized(out);
  const int64_t pixels = out.pixels(), channels = x.shape().c;
  parallel_for((pixels + kPixelsATask - 1) / kPixelsATask, [&](int64_t task) {
    const int64_t first = task * kPixelsATask;
    kernels().product({.a = x.data() + first * channels, .a_row = channels, .a_segment = 0, .a_step = 1,
                       .b = weights.values.data(), .b_panel = weights.panel(), .b_segment = 0, .b_step = kPanel,
                       .c = y.data() + first * out.c, .c_row = out.c,
                       .rows = std::min(kPixelsATask, pixels - first), .columns = out.c, .segments = 1, .depth = channels, .accumulate = false});
  });
  return y;
}

// An implicit product: the window over padded rows is `kernel` runs of kernel * channels contiguous floats.
Tensor window_product(const PaddedView& view, int kernel, int stride, const PackedWeights& weights, const Shape& out) {
  Tensor y = Tensor::uninitialized(out);
  const BandPlan plan = plan_bands(view, out.h, kernel, stride);
  const int64_t channels = view.source->shape().c;
  parallel_for(out.n, [&](int64_t image) {
    std::vector<float> buffer;
    for_bands(view, plan, kernel, stride, image, buffer, [&](const Band& band) {
      for (int64_t row = 0; row < band.rows; ++row)
        kernels().product({.a = band.padded + row * stride * view.row_floats(), .a_row = stride * channels, .a_segment = view.row_floats(), .a_step = 1,
                           .b = weights.values.data(), .b_panel = weights.panel(), .b_segment = kernel * channels * kPanel, .b_step = kPanel,
                           .c = y.data() + (band.image * out.h + band.first_row + row) * out.w * out.c, .c_row = out.c,
                           .rows = out.w, .columns = out.c, .segments = kernel, .depth = kernel * channels, .accumulate = false});
    });
  });
  return y;
}

// dweight[oc][c] += sum over pixels [begin, end) of dy[pixel][oc] * x[pixel][c].
void pointwise_weight_gradient(const Tensor& x, const Tensor& dy, int64_t begin, int64_t end, Tensor& sum) {
  const int64_t in_c = x.shape().c, out_c = dy.shape().c;
  for (int64_t first = begin; first < end; first += kPixelsAPass)
    kernels().product({.a = dy.data() + first * out_c, .a_row = 1, .a_segment = 0, .a_step = out_c,
                       .b = x.data() + first * in_c, .b_panel = kPanel, .b_segment = 0, .b_step = in_c,
                       .c = sum.data(), .c_row = in_c,
                       .rows = out_c, .columns = in_c, .segments = 1, .depth = std::min(kPixelsAPass, end - first), .accumulate = true});
}

// One band's share of dweight: for each kernel row, output pixels are the reduction and kernel * channels the columns.
void window_weight_gradient(const ConvGeometry& g, const PaddedView& view, const Band& band, const Tensor& dy, Tensor& sum) {
  const int64_t out_w = g.out_w(), run = g.kernel * g.in_c;
  for (int64_t ky = 0; ky < g.kernel; ++ky)
    kernels().product({.a = dy.data() + (band.image * g.out_h() + band.first_row) * out_w * g.out_c, .a_row = 1, .a_segment = out_w * g.out_c, .a_step = g.out_c,
                       .b = band.padded + ky * view.row_floats(), .b_panel = kPanel, .b_segment = g.stride * view.row_floats(), .b_step = g.stride * g.in_c,
                       .c = sum.data() + ky * run, .c_row = g.kernel * run,
                       .rows = g.out_c, .columns = run, .segments = band.rows, .depth = out_w, .accumulate = true});
}

void check_shape(const Shape& have, const Shape& want, const char* what) {
  if (have != want) throw ConfigError(text("convolution: ", what, " has shape ", to_text(have), ", expected ", to_text(want)));
}

}  // namespace

ConvGeometry conv_geometry(const Shape& x, const Shape& weight, int stride) {
  const ConvGeometry g{.batch = x.n, .in_h = x.h, .in_w = x.w, .in_c = x.c, .out_c = weight.n, .kernel = static_cast<int>(weight.h), .stride = stride};
  check_shape(weight, g.weight(), "weight");
  if (g.kernel % 2 == 0 || stride < 1) throw ConfigError(text("convolution: kernel ", g.kernel, " and stride ", stride, ", expected odd and positive"));
  return g;
}

Tensor conv2d(const ConvGeometry& g, const Tensor& x, const Tensor& weight) {
  check_shape(x.shape(), g.input(), "input");
  check_shape(weight.shape(), g.weight(), "weight");
  const PackedWeights packed = pack_forward(g, weight);
  if (is_pointwise(g)) return pointwise_product(x, packed, g.output());
  return window_product(PaddedView::of_input(g, x), g.kernel, g.stride, packed, g.output());
}

Tensor conv2d_input_gradient(const ConvGeometry& g, const Tensor& dy, const Tensor& weight) {
  check_shape(dy.shape(), g.output(), "output gradient");
  check_shape(weight.shape(), g.weight(), "weight");
  const PackedWeights packed = pack_backward(g, weight);
  if (is_pointwise(g)) return pointwise_product(dy, packed, g.input());
  return window_product(PaddedView::of_output_gradient(g, dy), g.kernel, 1, packed, g.input());
}

Tensor conv2d_weight_gradient(const ConvGeometry& g, const Tensor& x, const Tensor& dy) {
  check_shape(x.shape(), g.input(), "input");
  check_shape(dy.shape(), g.output(), "output gradient");
  const int64_t pixels = g.out_h() * g.out_w();
  const PaddedView view = PaddedView::of_input(g, x);
  const BandPlan plan = plan_bands(view, g.out_h(), g.kernel, g.stride);
  return sum_over_chunks(g.batch, g.weight(), [&](int64_t chunk, Tensor& sum) {
    const int64_t begin = chunk_begin(g.batch, chunk), end = chunk_begin(g.batch, chunk + 1);
    if (is_pointwise(g)) return pointwise_weight_gradient(x, dy, begin * pixels, end * pixels, sum);
    std::vector<float> buffer;
    for (int64_t image = begin; image < end; ++image)
      for_bands(view, plan, g.kernel, g.stride, image, buffer, [&](const Band& band) { window_weight_gradient(g, view, band, dy, sum); });
  });
}

}  // namespace mininas
