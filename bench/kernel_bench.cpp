// The kernels of one training step, layer by layer, beside what the machine can do: `kernel_bench [--json] [ARCHITECTURE...]`.
// Each row is one kind of work summed over the layers of a network: milliseconds a step (median, deviation, best), and from the best times
// GFLOP/s with its share of the measured peak, and GB/s (each tensor read or written once) with its share of the measured copy. `all` as
// the first word prints every layer.
#include <iostream>
#include <map>

#include "bench/harness.h"
#include "bench/shapes.h"
#include "core/batch_norm.h"
#include "core/error.h"
#include "core/rng.h"

using namespace mininas;
using namespace mininas::bench;

namespace {

Tensor random_tensor(const Shape& shape, Rng rng) {
  Tensor tensor = Tensor::uninitialized(shape);
  for (float& value : tensor.values()) value = rng.uniform(-1.0f, 1.0f);
  return tensor;
}

// Time, operations and bytes, for one call or summed over many.
struct Work {
  double seconds = 0.0, best = 0.0, deviation = 0.0, operations = 0.0, bytes = 0.0;

  Work& operator+=(const Work& other) {
    seconds += other.seconds;
    best += other.best;
    deviation += other.deviation;
    operations += other.operations;
    bytes += other.bytes;
    return *this;
  }
};

class KernelBench {
 public:
  KernelBench(const MachineLimits& limits, bool every_layer, bool json)
      : limits_(limits),
        every_layer_(every_layer),
        table_({"network, work", "ms a step", "+- ms", "best ms", "GFLOP/s", "% of peak", "GB/s", "% of copy"}, json) {}

  void run(const std::string& architecture) {
    totals_.clear();
    for (const ConvLayer& layer : conv_layers_of(architecture)) {
      convolutions(architecture, layer);
      if (layer.kind == LayerKind::kConv || layer.geometry.in_c != layer.geometry.out_c) norms(architecture, layer);
    }
    Work sum;
    for (const auto& [kind, work] : totals_) {
      print(architecture + ' ' + kind, work);
      sum += work;
    }
    print(architecture + " sum", sum);
  }

 private:
  void convolutions(const std::string& architecture, const ConvLayer& layer) {
    const ConvGeometry& g = layer.geometry;
    const bool deep = layer.kind == LayerKind::kDepthwise;
    const Shape weight_shape = deep ? g.depthwise_weight() : g.weight();
    const Tensor x = random_tensor(g.input(), Rng(1)), w = random_tensor(weight_shape, Rng(2)), dy = random_tensor(g.output(), Rng(3));
    const std::string kind = deep ? "depthwise" : g.kernel == 1 ? "pointwise" : "convolution";
    const double operations = 2.0 * layer.multiply_adds(), bytes = 4.0 * static_cast<double>(x.size() + dy.size());
    const auto time = [&](const char* direction, const std::function<Tensor()>& call) {
      const Timing t = measure([&] { call(); });
      add(architecture, layer.name, kind + direction, {t.seconds, t.best, t.deviation, operations, bytes});
    };
    time(" forward", [&] { return deep ? depthwise(g, x, w) : conv2d(g, x, w); });
    time(" weight gradient", [&] { return deep ? depthwise_weight_gradient(g, x, dy) : conv2d_weight_gradient(g, x, dy); });
    if (layer.reads_image) return;
    time(" input gradient", [&] { return deep ? depthwise_input_gradient(g, dy, w) : conv2d_input_gradient(g, dy, w); });
  }

  // Batch norm of the layer's output. Bytes: x twice and y forward; x, dy twice and dx backward.
  void norms(const std::string& architecture, const ConvLayer& layer) {
    const Shape shape = layer.geometry.output(), channels{1, 1, 1, shape.c};
    const Tensor x = random_tensor(shape, Rng(4)), dy = random_tensor(shape, Rng(5)), gamma = Tensor::full(channels, 1.0f),
                 beta = Tensor::zeros(channels);
    const ChannelStatistics batch = measure_channels(x);
    const ChannelScale how = fold_norm(gamma, beta, batch.mean, batch.variance, 1e-5f);
    const auto bytes = 4.0 * static_cast<double>(x.size());
    const Timing forward = measure([&] {
      const ChannelStatistics fresh = measure_channels(x);
      normalize(x, fold_norm(gamma, beta, fresh.mean, fresh.variance, 1e-5f), true);
    });
    add(architecture, layer.name, "norm forward", {forward.seconds, forward.best, forward.deviation, 0.0, 3.0 * bytes});
    const Timing backward = measure([&] { normalize_gradients(x, dy, gamma, batch, how, true, 1e-5f); });
    add(architecture, layer.name, "norm gradients", {backward.seconds, backward.best, backward.deviation, 0.0, 5.0 * bytes});
  }

  void add(const std::string& architecture, const std::string& layer, const std::string& kind, const Work& work) {
    totals_[kind] += work;
    if (every_layer_) print(architecture + ' ' + layer + ' ' + kind, work);
  }

  void print(const std::string& name, const Work& work) {
    const double gflops = work.operations / work.best * 1e-9, bandwidth = work.bytes / work.best * 1e-9;
    const bool counted = work.operations > 0.0;
    table_.row({name, fixed(work.seconds * 1e3, 3), fixed(work.deviation * 1e3, 3), fixed(work.best * 1e3, 3),
                counted ? fixed(gflops, 1) : "-", counted ? fixed(100.0 * gflops / limits_.gflops, 0) : "-", fixed(bandwidth, 1),
                fixed(100.0 * bandwidth / limits_.gigabytes_per_second, 0)});
  }

  MachineLimits limits_;
  bool every_layer_;
  Table table_;
  std::map<std::string, Work> totals_;
};

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments =
      parse_arguments(argc, argv, "usage: kernel_bench [--json] [all] [ARCHITECTURE...]   (default: w16:s3*5 w32:s3*8 w72:s3*10)");
  auto& words = arguments.words;
  const bool every_layer = !words.empty() && words.front() == "all";
  if (every_layer) words.erase(words.begin());
  try {
    const MachineLimits limits = measure_limits();
    if (!arguments.json)
      std::cout << "Kernels of one training step, batch " << kBatch << ". " << machine_line() << ". Peak " << fixed(limits.gflops, 0)
                << " GFLOP/s, copy " << fixed(limits.gigabytes_per_second, 1) << " GB/s.\n\n";
    KernelBench bench(limits, every_layer, arguments.json);
    for (const std::string& architecture : words.empty() ? default_architectures() : words) bench.run(architecture);
  } catch (const Error& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
  return 0;
}
