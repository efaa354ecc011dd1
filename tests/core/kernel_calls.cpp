#include "tests/core/kernel_calls.h"

#include <algorithm>
#include <cstdint>

#include "core/error.h"
#include "tests/support/catch.h"

namespace mininas::test {
namespace {

Outputs finish(std::initializer_list<const Guarded*> outputs) {
  Outputs taken;
  for (const Guarded* output : outputs) {
    REQUIRE(output->untouched_around());
    taken.push_back(output->take());
  }
  return taken;
}

// b is packed in panels, as in convolutions, and c is wider than its columns. It prefetches a, which must not change a
// result.
KernelCall product_call(int64_t rows, int64_t columns, int64_t segments, int64_t depth, bool accumulate) {
  const auto run = [=](const Kernels& k, const MakeTensor& make) {
    const Rng rng(11);
    const int64_t panels = (columns + 15) / 16, c_row = columns + 3, a_segment = depth + 2, b_segment = depth * 16;
    const Tensor a = make({rows, segments, 1, a_segment}, rng.fork("a")),
                 b = make({panels, segments, depth, 16}, rng.fork("b"));
    Guarded c({rows, 1, 1, c_row});
    k.product({.a = a.data(),
               .a_row = segments * a_segment,
               .a_segment = a_segment,
               .a_step = 1,
               .b = b.data(),
               .b_panel = segments * b_segment,
               .b_segment = b_segment,
               .b_step = 16,
               .c = c.data(),
               .c_row = c_row,
               .rows = rows,
               .columns = columns,
               .segments = segments,
               .depth = depth,
               .accumulate = accumulate,
               .prefetch = {PrefetchRange{a.data(), a.size()}, PrefetchRange{b.data(), 1}}});
    return finish({&c});
  };
  return {text("product ", rows, "x", columns, "x", segments, "x", depth, accumulate ? " accumulating" : ""), run};
}

KernelCall depthwise_call(int kernel, int stride, int64_t rows, int64_t width, int64_t channels, bool stream) {
  const auto run = [=](const Kernels& k, const MakeTensor& make) {
    const Rng rng(12);
    const Shape in{1, (rows - 1) * stride + kernel, (width - 1) * stride + kernel, channels};
    const Shape taps{1, kernel, kernel, channels}, out{1, rows, width, channels};
    const Tensor x = make(in, rng.fork("x")), w = make(taps, rng.fork("w")), dy = make(out, rng.fork("dy"));
    Guarded y(out), sum({1, 1, 1, channels}, 0.5f), squares({1, 1, 1, channels}, 0.25f), gradient(taps, 0.25f);
    k.depthwise({.in = x.data(),
                 .in_row = in.w * channels,
                 .weights = w.data(),
                 .out = y.data(),
                 .rows = rows,
                 .width = width,
                 .channels = channels,
                 .kernel = kernel,
                 .stride = stride,
                 .sum = sum.data(),
                 .squares = squares.data(),
                 .stream = stream});
    k.depthwise_weight_gradient({.in = x.data(),
                                 .in_row = in.w * channels,
                                 .out_gradient = dy.data(),
                                 .gradient = gradient.data(),
                                 .rows = rows,
                                 .width = width,
                                 .channels = channels,
                                 .kernel = kernel,
                                 .stride = stride});
    return finish({&y, &sum, &squares, &gradient});
  };
  return {text("depthwise kernel ", kernel, " stride ", stride, " ", rows, "x", width, "x", channels,
               stream ? " streamed" : ""),
          run};
}

KernelCall depthwise_gradient_call(int kernel, int stride, int64_t rows, int64_t width, int64_t channels, bool relu,
                                   bool stream) {
  const auto run = [=](const Kernels& k, const MakeTensor& make) {
    const Rng rng(15);
    const Shape all{1, rows, width, channels}, one{1, 1, 1, channels}, taps{1, kernel, kernel, channels};
    const int64_t out_width = (width - 1) / stride + 1;
    const Tensor x = make(all, rng.fork("x")), dy = make({1, rows + kernel, out_width, channels}, rng.fork("dy"));
    const Tensor scale = make(one, rng.fork("scale")), shift = make(one, rng.fork("shift")),
                 mean = make(one, rng.fork("mean"));
    const Tensor weights = make(taps, rng.fork("weights"));
    Guarded g(all), sum(one, 0.5f), products(one), gradient(taps, 0.25f);
    k.depthwise_gradient({.x = {.x = x.data(),
                                .pixels = rows * width,
                                .channels = channels,
                                .scale = scale.data(),
                                .shift = shift.data(),
                                .relu = relu},
                          .mean = mean.data(),
                          .dy = dy.data(),
                          .weights = weights.data(),
                          .width = width,
                          .out_width = out_width,
                          .kernel = kernel,
                          .stride = stride,
                          .phase = stride - 1,
                          .g = g.data(),
                          .sum = sum.data(),
                          .products = products.data(),
                          .gradient = gradient.data(),
                          .stream = stream});
    return finish({&g, &sum, &products, &gradient});
  };
  return {text("depthwise gradient kernel ", kernel, " stride ", stride, " ", rows, "x", width, "x", channels,
               relu ? " with ReLU" : "", stream ? " streamed" : ""),
          run};
}

KernelCall winograd_call(int64_t rows, int64_t width, int64_t channels) {
  const auto run = [=](const Kernels& k, const MakeTensor& make) {
    const Rng rng(17);
    const int64_t out_c = 3;
    WinogradTiles tiles{.rows = rows, .width = width, .channels = channels};
    tiles.matrix = tiles.count() * channels;
    const Shape matrices{16, tiles.high(), tiles.wide(), channels}, pixels{1, rows, width, channels};
    const Tensor padded = make({1, rows + 2, width + 2, channels}, rng.fork("padded")),
                 m = make(matrices, rng.fork("m"));
    const Tensor dy = make(pixels, rng.fork("dy")), w = make({out_c, 3, 3, channels}, rng.fork("w"));
    const Tensor sums = make({16, out_c, 1, channels}, rng.fork("sums"));
    const int64_t panels = (channels + 15) / 16;
    Guarded in(matrices), out(matrices), y(pixels), packed({16, panels, out_c, 16}), gradient({out_c, 3, 3, channels});
    tiles.row = (width + 2) * channels;
    k.winograd.input(tiles, padded.data(), in.data());
    tiles.row = width * channels;
    k.winograd.output_gradient(tiles, dy.data(), out.data());
    k.winograd.output(tiles, m.data(), y.data());
    k.winograd.weights(w.data(), out_c, channels, panels * out_c * 16, packed.data());
    k.winograd.weight_gradient(sums.data(), out_c, channels, out_c * channels, gradient.data());
    return finish({&in, &out, &y, &packed, &gradient});
  };
  return {text("winograd ", rows, "x", width, "x", channels), run};
}

KernelCall norm_call(int64_t pixels, int64_t channels, bool relu) {
  const auto run = [=](const Kernels& k, const MakeTensor& make) {
    const Rng rng(13);
    const Shape all{1, 1, pixels, channels}, one{1, 1, 1, channels};
    const Tensor x = make(all, rng.fork("x")), dy = make(all, rng.fork("dy")), scale = make(one, rng.fork("scale"));
    const Tensor shift = make(one, rng.fork("shift")), mean = make(one, rng.fork("mean"));
    const NormRows rows{.x = x.data(),
                        .pixels = pixels,
                        .channels = channels,
                        .scale = scale.data(),
                        .shift = shift.data(),
                        .relu = relu};
    Guarded y(all), g(all), dx(all), sum(one), squares(one), gradient_sum(one, 0.5f), products(one), pixel_sum(one);
    k.channel_sums(x.data(), pixels, channels, sum.data(), squares.data());
    k.normalize(rows, y.data());
    k.mask_gradient(rows, dy.data(), mean.data(), g.data(), gradient_sum.data(), products.data());
    k.norm_gradient(x.data(), dy.data(), pixels, channels, {scale.data(), mean.data(), shift.data()}, dx.data());
    k.sum_pixels(x.data(), pixels, channels, pixel_sum.data());
    return finish({&y, &g, &dx, &sum, &squares, &gradient_sum, &products, &pixel_sum});
  };
  return {text("norm ", pixels, "x", channels, relu ? " with ReLU" : ""), run};
}

KernelCall flat_call(int64_t count) {
  const auto run = [=](const Kernels& k, const MakeTensor& make) {
    Rng rng(14);
    const Shape flat{1, 1, 1, count};
    const Tensor a = make(flat, rng.fork("a")), b = make(flat, rng.fork("b")), v = make(flat, rng.fork("v")),
                 w = make(flat, rng.fork("w"));
    std::vector<uint8_t> bytes;
    for (int64_t i = 0; i < count; ++i) bytes.push_back(static_cast<uint8_t>(rng.below(256)));
    Guarded relu(flat), relu_gradient(flat), add(flat), scale(flat), real(flat), value(flat), velocity(flat),
        squares({1, 1, 1, 1});
    std::copy_n(w.data(), count, value.data());
    std::copy_n(v.data(), count, velocity.data());
    k.relu(a.data(), count, relu.data());
    k.relu_gradient(a.data(), b.data(), count, relu_gradient.data());
    k.add(a.data(), b.data(), count, add.data());
    k.scale(a.data(), 0.3f, count, scale.data());
    k.bytes_to_real(bytes.data(), count, 121.0f, 0.01578f, real.data());
    k.sgd(value.data(), a.data(), velocity.data(), count, 0.025f, 0.9f, 3e-4f, 0.7f);
    squares.data()[0] = static_cast<float>(k.sum_squares(a.data(), count));
    return finish({&relu, &relu_gradient, &add, &scale, &real, &value, &velocity, &squares});
  };
  return {text("flat arrays of ", count), run};
}

// With and without streaming, if the number of channels allows both.
std::vector<bool> streaming(int64_t channels) {
  return channels % 16 == 0 ? std::vector{false, true} : std::vector{false};
}

}  // namespace

Guarded::Guarded(const Shape& shape, float start)
    : shape_(shape), all_(Tensor::full({1, 1, 1, shape.size() + 2 * kGuard}, kGuardValue)) {
  std::fill_n(data(), shape.size(), start);
}

Tensor Guarded::take() const {
  Tensor inside = Tensor::uninitialized(shape_);
  std::copy_n(all_.data() + kGuard, shape_.size(), inside.data());
  return inside;
}

bool Guarded::untouched_around() const {
  const auto same = [](float value) { return value == kGuardValue; };
  const float* end = all_.data() + kGuard + shape_.size();
  return std::all_of(all_.data(), all_.data() + kGuard, same) && std::all_of(end, end + kGuard, same);
}

std::vector<KernelCall> all_kernel_calls() {
  std::vector<KernelCall> calls;
  for (const int64_t rows : {1, 2, 5, 8, 13, 17, 31})
    for (const int64_t columns : {1, 15, 16, 17, 31, 33, 48, 64, 72, 81})
      for (const bool accumulate : {false, true}) calls.push_back(product_call(rows, columns, 3, 7, accumulate));
  calls.push_back(product_call(16, 48, 1, 500, false));
  for (const int kernel : {1, 3, 5, 7})
    for (const int stride : {1, 2, 3})
      for (const int64_t channels : {1, 15, 16, 17, 33, 72})
        for (const int64_t width : {1, 4, 7, 8, 19})
          for (const bool stream : streaming(channels))
            calls.push_back(depthwise_call(kernel, stride, 2, width, channels, stream));
  for (const auto& [kernel, stride] : {std::pair{3, 1}, {3, 2}, {5, 2}, {7, 2}})
    for (const int64_t channels : {1, 15, 16, 17, 33, 72})
      for (const int64_t width : {1, 2, 7, 19})
        for (const bool relu : {false, true})
          for (const bool stream : streaming(channels))
            calls.push_back(depthwise_gradient_call(kernel, stride, 3, width, channels, relu, stream));
  for (const int64_t channels : {1, 15, 16, 17, 33, 72})
    for (const int64_t rows : {1, 2, 5})
      for (const int64_t width : {1, 2, 7}) calls.push_back(winograd_call(rows, width, channels));
  for (const int64_t channels : {1, 15, 16, 17, 31, 33, 48, 72, 130})
    for (const bool relu : {false, true}) calls.push_back(norm_call(37, channels, relu));
  for (const int64_t count : {1, 15, 16, 17, 63, 1000}) calls.push_back(flat_call(count));
  return calls;
}

}  // namespace mininas::test
