// What limits a training step, layer by layer: `roofline_bench [--json] [ARCHITECTURE...]`. For each fused convolution
// of a network (core/fused/fused_conv.h) the operations and the least bytes of its forward and backward pass, the time
// that the machine's measured peak and bandwidth allow for them, and the time that it takes. The limit is the longer of
// the two times, as if the other were free.
//   operations: those that are done, 16 in 36 of a direct convolution's where it is done in Winograd's form
//   (core/conv/winograd.h).
//   bytes: a fused convolution reads its input and writes its raw output; backward it reads both again and the gradient of one, and
//   writes that of the
//   other. A pass over tensors that still lie in a cache may be faster than the copy of memory that the bandwidth was
//   measured with.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>

#include "bench/harness.h"
#include "bench/shapes.h"
#include "core/conv/winograd.h"
#include "core/error.h"
#include "core/fused/fused_conv.h"
#include "nn/train/network.h"
#include "search/cost/speed.h"

using namespace mininas;
using namespace mininas::bench;

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

Tensor random_tensor(const Shape& shape, Rng rng) {
  Tensor tensor = Tensor::uninitialized(shape);
  for (float& value : tensor.values()) value = rng.uniform(-1.0f, 1.0f);
  return tensor;
}

// A layer, or a depthwise and a pointwise one, as they run.
struct Node {
  const LayerSpec *window, *last;
  ImageShape in, out;
  double macs;
};

std::vector<Node> nodes_of(const NetworkSpec& spec) {
  const auto macs = [&](int i) {
    const ConvGeometry g = geometry_of(spec.layer(i), spec.input_shape(i), kBatch);
    const bool winograd = spec.layer(i).kind == LayerKind::kConv && takes_winograd(g);
    return static_cast<double>(kBatch * mac_count(spec, i)) * (winograd ? winograd_share(g) : 1.0);
  };
  std::vector<Node> nodes;
  for (int i = 0; i < spec.size(); ++i) {
    if (continues_fused_conv(spec, i + 1)) continue;
    const int first = continues_fused_conv(spec, i) ? i - 1 : i;
    nodes.push_back({&spec.layer(first), &spec.layer(i), spec.input_shape(first), spec.shape(i),
                     first == i ? macs(i) : macs(first) + macs(i)});
  }
  return nodes;
}

bool reads_image(const Node& node) { return node.window->input() == kImage; }

// Of a training step.
double operations_of(const Node& node) { return 2.0 * node.macs * (reads_image(node) ? 2.0 : 3.0); }
double bytes_of(const Node& node) {
  const auto x = static_cast<double>(kBatch * node.in.size()), y = static_cast<double>(kBatch * node.out.size());
  return 4.0 * ((node.last->kind == LayerKind::kAdd ? 3.0 : reads_image(node) ? 2.0 : 3.0) * x + 3.0 * y);
}

// One fused convolution on a tape of its own, with a gradient from nowhere behind it.
class UnitBench {
 public:
  explicit UnitBench(const Node& node) : node_(node) {
    const int64_t channels = node.out.channels;
    x_.value = random_tensor(node.in.batch(kBatch), Rng(1));
    gradient_ = random_tensor(node.out.batch(kBatch), Rng(2));
    gamma_.value = Tensor::full({1, 1, 1, channels}, 1.0f);
    beta_.value = Tensor::zeros({1, 1, 1, channels});
    if (node.window->kind == LayerKind::kDepthwise)
      depthwise_.value = random_tensor(weight_shape(*node.window, node.in), Rng(3));
    const ImageShape between{node.out.height, node.out.width, node.in.channels};
    if (node.last->kind == LayerKind::kConv)
      conv_.value = random_tensor(weight_shape(*node.last, node.last == node.window ? node.in : between), Rng(4));
    sums_.first.assign(static_cast<size_t>(channels), 0.5);
    sums_.second.assign(static_cast<size_t>(channels), 0.5);
    if (!reads_image(node)) input_norm_ = norm_of_input();
  }

  // Seconds of the forward and of the backward pass.
  std::pair<double, double> run() {
    for (Parameter* p : {&x_, &gamma_, &beta_, &depthwise_, &conv_}) p->gradient = Tensor();
    Tape tape(Tape::Mode::kRecord);
    FusedConvWeights weights{.depthwise = {}, .conv = {}, .stride = node_.window->stride};
    if (depthwise_.exists()) weights.depthwise = tape.parameter(depthwise_);
    if (conv_.exists()) weights.conv = tape.parameter(conv_);
    const NormedValue x{reads_image(node_) ? tape.constant(x_.value.clone()) : tape.parameter(x_), input_norm_,
                        input_norm_ != nullptr};
    const NormRequest request{tape.parameter(gamma_), tape.parameter(beta_), kBatchNormEpsilon};
    const double start = now();
    const NormedValue y = fused_conv(tape, x, weights, request);
    const double forward = now() - start;
    double behind = 0.0;
    const Var loss = tape.record(Tensor::zeros({1, 1, 1, 1}), {y.raw}, [&](Tape& t, const Tensor&) {
      t.accumulate(y.raw, gradient_.clone());
      y.norm->add_sums(sums_);
      behind = now();
    });
    tape.backward(loss);
    return {forward, now() - behind};
  }

 private:
  std::shared_ptr<Norm> norm_of_input() const {
    auto norm = std::make_shared<Norm>();
    const Shape channels{1, 1, 1, node_.in.channels};
    norm->epsilon = kBatchNormEpsilon;
    norm->batch = measure_channels(x_.value);
    norm->affine = fold_norm(Tensor::full(channels, 1.0f), Tensor::zeros(channels), norm->batch.mean,
                             norm->batch.variance, kBatchNormEpsilon);
    return norm;
  }

  const Node& node_;
  Parameter x_, gamma_, beta_, depthwise_, conv_;
  Tensor gradient_;
  ChannelSums sums_;
  std::shared_ptr<Norm> input_norm_;
};

struct PassTimes {
  Timing forward, backward;
};

PassTimes time_fused_conv(const Node& node) {
  UnitBench bench(node);
  bench.run();
  std::vector<double> forward, backward;
  for (const double start = now(); now() - start < 0.1 || forward.size() < 5;) {
    const auto [ahead, back] = bench.run();
    forward.push_back(ahead);
    backward.push_back(back);
  }
  return {timing_of(std::move(forward)), timing_of(std::move(backward))};
}

class Roofline {
 public:
  Roofline(const MachineLimits& limits, bool json)
      : limits_(limits),
        table_({"layer", "GFLOP", "MB", "at peak, ms", "at copy, ms", "limit, ms", "forward, ms", "backward, ms",
                "limit / time, %"},
               json) {}

  void run(const std::string& architecture, const NetworkSpec& spec) {
    for (const Node& node : nodes_of(spec)) {
      const double operations = operations_of(node), bytes = bytes_of(node);
      std::vector<std::string> cells = limit_cells(node.last->name, operations, bytes);
      if (is_fused_conv(*node.last)) {
        const PassTimes times = time_fused_conv(node);
        const double measured = times.forward.best + times.backward.best;
        cells.insert(cells.end(), {milliseconds(times.forward.best), milliseconds(times.backward.best),
                                   fixed(100.0 * limit(operations, bytes) / measured, 0)});
      } else {
        cells.insert(cells.end(), 3, "-");
      }
      table_.row(cells);
    }
    // Gradient, velocity and weight: read, and all but the gradient written.
    const double update = 4.0 * 5.0 * static_cast<double>(parameter_count(spec));
    std::vector<std::string> cells = limit_cells("update", 0.0, update);
    cells.insert(cells.end(), 3, "-");
    table_.row(cells);
    whole_step(architecture, spec);
  }

 private:
  double limit(double operations, double bytes) const {
    return std::max(operations / limits_.gflops, bytes / limits_.gigabytes_per_second) * 1e-9;
  }
  static std::string milliseconds(double seconds) { return fixed(seconds * 1e3, 3); }

  std::vector<std::string> limit_cells(const std::string& name, double operations, double bytes) {
    operations_ += operations;
    bytes_ += bytes;
    limit_seconds_ += limit(operations, bytes);
    return {name,
            fixed(operations * 1e-9, 3),
            fixed(bytes * 1e-6, 2),
            milliseconds(operations / limits_.gflops * 1e-9),
            milliseconds(bytes / limits_.gigabytes_per_second * 1e-9),
            milliseconds(limit(operations, bytes))};
  }

  void whole_step(const std::string& architecture, const NetworkSpec& spec) {
    const double step = measure_speed(spec, {.batch = static_cast<int>(kBatch), .seconds = 1.0, .seed = 0}).train.best;
    table_.row({architecture + ", a step of " + milliseconds(step) + " ms", fixed(operations_ * 1e-9, 3),
                fixed(bytes_ * 1e-6, 2), milliseconds(operations_ / limits_.gflops * 1e-9),
                milliseconds(bytes_ / limits_.gigabytes_per_second * 1e-9), milliseconds(limit_seconds_), "-", "-",
                fixed(100.0 * limit_seconds_ / step, 0)});
  }

  MachineLimits limits_;
  Table table_;
  double operations_ = 0.0, bytes_ = 0.0, limit_seconds_ = 0.0;
};

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments =
      parse_arguments(argc, argv, "usage: roofline_bench [--json] [ARCHITECTURE...]   (default: six networks)");
  try {
    const MachineLimits limits = measure_limits();
    if (!arguments.json)
      std::cout << "# What limits a training step\n\n    make bench        # or: build/release/roofline_bench\n\nBatch "
                << kBatch << ". " << machine_line() << ". Peak " << fixed(limits.gflops, 0) << " GFLOP/s, copy "
                << fixed(limits.gigabytes_per_second, 1)
                << " GB/s. Best times. A limit is the longer of operations at the peak and bytes at the copy's rate.\n";
    for (const std::string& architecture : arguments.words.empty() ? default_architectures() : arguments.words) {
      if (!arguments.json) std::cout << "\n## " << architecture << "\n\n";
      Roofline(limits, arguments.json).run(architecture, build_network_spec(architecture, kImageShape, kClasses));
    }
  } catch (const Error& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
  return 0;
}
