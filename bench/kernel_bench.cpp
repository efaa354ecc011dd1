// Compares the plain training kernels with the limits of the machine, one table per kernel: `kernel_bench [--json]
// [ARCHITECTURE...]`. The rows are the distinct shapes of the networks. It prints GFLOP/s with their share of the
// measured peak, and GB/s (each tensor read or written once) with their share of the measured copy rate, both from the
// best time. If median and best are far apart, other programs used the machine. Convolutions in Winograd's form have
// tables of their own, counted with the operations of the direct form.
#include <algorithm>
#include <iostream>
#include <map>
#include <set>

#include "bench/harness.h"
#include "bench/shapes.h"
#include "core/autograd/batch_norm.h"
#include "core/conv/packed_weights.h"
#include "core/conv/winograd.h"
#include "core/error.h"
#include "core/kernels/kernels.h"
#include "core/parallel.h"
#include "core/rng.h"

using namespace mininas;
using namespace mininas::bench;

namespace {

constexpr MeasureOptions kMeasure{.budget_seconds = 0.1, .min_repeats = 5};

Tensor random_tensor(const Shape& shape, Rng rng) {
  Tensor tensor = Tensor::uninitialized(shape);
  for (float& value : tensor.values()) value = rng.uniform(-1.0f, 1.0f);
  return tensor;
}

struct Row {
  std::string shape;
  Timing timing;
  double operations, bytes;  // operations 0: limited by memory alone
};

// The kernel that computes both gradients of a depthwise convolution of a normed input, a few rows per call.
class FusedGradient {
 public:
  FusedGradient(const ConvGeometry& g, const Tensor& x, const Tensor& dy, const Tensor& w)
      : g_(g),
        x_(x),
        w_(w),
        dy_(Tensor::zeros({g.batch, g.out_h() + 2 * g.kernel, g.out_w(), g.out_c})),
        norm_(random_tensor({3, 1, 1, g.in_c}, Rng(6))),
        dx_(Tensor::uninitialized(g.input())),
        sums_(Tensor::zeros({g.batch, int64_t{g.kernel} * g.kernel + 2, 1, g.in_c})) {
    const int64_t floats = g.out_h() * g.out_w() * g.out_c;
    for (int64_t image = 0; image < g.batch; ++image)
      std::copy_n(dy.data() + image * floats, floats, &dy_.at(image, g.kernel, 0, 0));
  }

  void run() {
    parallel_for(g_.batch, [&](int64_t image) {
      for (int64_t row = 0; row < g_.in_h; row += kRows) run_rows(image, row, std::min(kRows, g_.in_h - row));
    });
  }

 private:
  static constexpr int64_t kRows = 4;  // per call, as for images that are 32 pixels wide

  void run_rows(int64_t image, int64_t row, int64_t rows) {
    const auto phase = static_cast<int>((row + g_.padding()) % g_.stride);
    const GradientPhase meets = phase_of(g_, phase);
    const int64_t first = g_.kernel + meets.start + (row - meets.first) / g_.stride, channels = g_.in_c;
    const int64_t offset = (image * g_.in_h + row) * g_.in_w * channels;
    float* sums = sums_.data() + image * sums_.shape().h * channels;
    kernels().depthwise_gradient({.x = {.x = x_.data() + offset,
                                        .pixels = rows * g_.in_w,
                                        .channels = channels,
                                        .scale = norm_.data(),
                                        .shift = norm_.data() + channels,
                                        .relu = true},
                                  .mean = norm_.data() + 2 * channels,
                                  .dy = dy_.data() + (image * dy_.shape().h + first) * g_.out_w() * channels,
                                  .weights = w_.data(),
                                  .width = g_.in_w,
                                  .out_width = g_.out_w(),
                                  .kernel = g_.kernel,
                                  .stride = g_.stride,
                                  .phase = phase,
                                  .g = dx_.data() + offset,
                                  .sum = sums,
                                  .products = sums + channels,
                                  .gradient = sums + 2 * channels});
  }

  const ConvGeometry& g_;
  const Tensor &x_, &w_;
  Tensor dy_, norm_;  // rows of zeros around dy; scale, shift and mean
  Tensor dx_, sums_;
};

// The rows of the tables, by kernel.
class KernelBench {
 public:
  void add_network(const std::string& architecture) {
    for (const ConvLayer& layer : conv_layers_of(architecture)) {
      const ConvGeometry& g = layer.geometry;
      const std::string in = text(g.batch, "x", g.in_h, "x", g.in_w, "x", g.in_c);
      const std::string shape = text(in, ", ", g.kernel, "x", g.kernel, g.stride > 1 ? text(" by ", g.stride) : "",
                                     layer.kind == LayerKind::kConv ? text(" to ", g.out_c) : "");
      if (seen_.insert(to_text(layer.kind) + shape).second) convolution(layer, shape);
      const std::string normed = text(g.batch, "x", g.out_h(), "x", g.out_w(), "x", g.out_c);
      if (seen_.insert(normed).second) norm(g.output(), normed);
    }
  }

  void print(const MachineLimits& limits, bool json) const {
    for (const auto& [kernel, rows] : tables_) {
      if (!json) std::cout << "\n## " << kernel << "\n\n";
      Table table(
          {json ? "kernel, shape" : "shape", "ms", "+- ms", "best ms", "GFLOP/s", "% of peak", "GB/s", "% of copy"},
          json);
      for (const Row& row : rows) {
        const double best = row.timing.best, gflops = row.operations / best * 1e-9, bandwidth = row.bytes / best * 1e-9;
        const bool counted = row.operations > 0.0;
        table.row({json ? kernel + ", " + row.shape : row.shape, fixed(row.timing.seconds * 1e3, 3),
                   fixed(row.timing.deviation * 1e3, 3), fixed(best * 1e3, 3), counted ? fixed(gflops, 1) : "-",
                   counted ? fixed(100.0 * gflops / limits.gflops, 0) : "-", fixed(bandwidth, 1),
                   fixed(100.0 * bandwidth / limits.gigabytes_per_second, 0)});
      }
    }
  }

 private:
  void convolution(const ConvLayer& layer, const std::string& shape) {
    const ConvGeometry& g = layer.geometry;
    const bool deep = layer.kind == LayerKind::kDepthwise;
    const Shape weight_shape = deep ? g.depthwise_weight() : g.weight();
    const Tensor x = random_tensor(g.input(), Rng(1)), w = random_tensor(weight_shape, Rng(2)),
                 dy = random_tensor(g.output(), Rng(3));
    const bool winograd = !deep && takes_winograd(g);
    const std::string kind = deep            ? "depthwise"
                             : g.kernel == 1 ? "pointwise"
                             : winograd      ? "convolution in Winograd's form"
                                             : "convolution";
    const double operations = 2.0 * layer.multiply_adds(), bytes = 4.0 * static_cast<double>(x.size() + dy.size());
    const auto time = [&](const char* direction, const std::function<Tensor()>& call) {
      tables_[kind + direction].push_back({shape, measure([&] { call(); }, kMeasure), operations, bytes});
    };
    time(", forward", [&] { return deep ? depthwise(g, x, w) : conv2d(g, x, w); });
    time(", weight gradient",
         [&] { return deep ? depthwise_weight_gradient(g, x, dy) : conv2d_weight_gradient(g, x, dy); });
    if (layer.reads_image) return;
    time(", input gradient",
         [&] { return deep ? depthwise_input_gradient(g, dy, w) : conv2d_input_gradient(g, dy, w); });
    if (!deep || !DepthwiseGradient::exists(g.kernel, g.stride)) return;
    FusedGradient fused(g, x, dy, w);
    tables_["depthwise, both gradients behind a norm"].push_back({shape, measure([&] { fused.run(); }, kMeasure),
                                                                  2.0 * operations,
                                                                  bytes + 4.0 * static_cast<double>(x.size())});
  }

  // Batch norm with ReLU. Bytes: x twice and y forward; x, dy twice and dx backward.
  void norm(const Shape& shape, const std::string& name) {
    const Shape channels{1, 1, 1, shape.c};
    const Tensor x = random_tensor(shape, Rng(4)), dy = random_tensor(shape, Rng(5)),
                 gamma = Tensor::full(channels, 1.0f), beta = Tensor::zeros(channels);
    const ChannelStatistics batch = measure_channels(x);
    const ChannelScale affine = fold_norm(gamma, beta, batch.mean, batch.variance, 1e-5f);
    const auto bytes = 4.0 * static_cast<double>(x.size());
    const auto forward = [&] {
      const ChannelStatistics fresh = measure_channels(x);
      normalize(x, fold_norm(gamma, beta, fresh.mean, fresh.variance, 1e-5f), true);
    };
    tables_["norm, forward"].push_back({name, measure(forward, kMeasure), 0.0, 3.0 * bytes});
    const auto backward = [&] { normalize_gradients(x, dy, gamma, batch, affine, true, 1e-5f); };
    tables_["norm, gradients"].push_back({name, measure(backward, kMeasure), 0.0, 5.0 * bytes});
  }

  std::set<std::string> seen_;
  std::map<std::string, std::vector<Row>> tables_;
};

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments =
      parse_arguments(argc, argv, "usage: kernel_bench [--json] [ARCHITECTURE...]   (default: six networks)");
  try {
    const MachineLimits limits = measure_limits();
    if (!arguments.json)
      std::cout << "# Kernels\n\n    make bench        # or: build/release/kernel_bench\n\nThe plain kernels of "
                   "training on the shapes of "
                << "real networks, batch " << kBatch << ". " << machine_line() << ". Peak " << fixed(limits.gflops, 0)
                << " GFLOP/s, copy " << fixed(limits.gigabytes_per_second, 1)
                << " GB/s. A convolution in Winograd's form is counted with the operations of the "
                << "direct form, of which it needs 16 in 36: it could reach 225 % of the peak.\n";
    KernelBench bench;
    for (const std::string& architecture : arguments.words.empty() ? default_architectures() : arguments.words)
      bench.add_network(architecture);
    bench.print(limits, arguments.json);
  } catch (const Error& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
  return 0;
}
