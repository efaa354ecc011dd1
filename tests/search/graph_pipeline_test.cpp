// Random graphs all the way: trained, quantised, exported, compiled, compared byte for byte; and planned.
#include <algorithm>

#include "core/parallel.h"
#include "mcu/host/cost/sizes.h"
#include "mcu/host/export/emit_c.h"
#include "mcu/host/plan/device_operation.h"
#include "mcu/host/plan/memory_plan.h"
#include "mcu/host/verify/verify.h"
#include "nn/quant/integer_engine.h"
#include "nn/quant/quantized_network.h"
#include "nn/train/trainer.h"
#include "search/space/build.h"
#include "search/space/random_graph.h"
#include "tests/nn/small_networks.h"
#include "tests/support/catch.h"
#include "tests/support/rounds.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

namespace {

constexpr ImageShape kInput{13, 10, 3};
constexpr int kClasses = 3;

// After 20 steps of float training and a few with integers.
QuantizedModel trained_model(const NetworkSpec& spec, const ImageSet& images) {
  TrainConfig config;
  config.epochs = 5;
  config.batch = 16;
  config.max_steps = 20;
  Network network(spec, measure_pixel_scale(images), Rng(5).fork("weights"));
  train(network, images, nullptr, config, {});
  QuantizedNetwork quantized(network, images.class_names, images);
  config.max_steps = 4;
  config.learning_rate = 0.001f;
  train(quantized, images, nullptr, config, {});
  return quantized.freeze();
}

// What is wrong with a graph's network on its way to the device; "" for nothing.
std::string problem_of(const Graph& graph) {
  const ImageSet images = noise_images(kInput, kClasses, 64, Rng(3));
  const QuantizedModel model = trained_model(build_network_spec(graph, kInput, kClasses), images);
  ImageSet some = noise_images(kInput, kClasses, 5, Rng(4));
  if (IntegerEngine(model).logits(some.pixels.data(), 5) != integer_forward(model, some.pixels.data(), 5).layers.back())
    return "the fast engine computes other logits: " + to_text(graph);
  const TempDir folder;
  export_c(model, RamPlan::kStrips, some, folder / "c");
  const Verification result = verify_export(model, folder / "c", some, {.compiler_flags = {"-O1"}, .progress = {}});
  if (result.first) return to_text(*result.first) + ": " + to_text(graph);
  return result.bytes_compared > 0 ? "" : "nothing was compared: " + to_text(graph);
}

// The most bytes of outputs that exist at once, if each lies whole from its layer to its last reader: what the plan
// without overlap cannot do without.
int64_t most_living_bytes(const NetworkSpec& spec) {
  const auto aligned = [](int64_t bytes) {
    return (bytes + kTensorAlignment - 1) / kTensorAlignment * kTensorAlignment;
  };
  int64_t most = 0;
  for (int running = 0; running < spec.size(); ++running) {
    int64_t bytes = aligned(scratch_bytes(spec.layer(running), spec.input_shape(running)));
    for (int layer = 0; layer <= running && layer + 1 < spec.size(); ++layer)
      if (layer == running || spec.last_reader(layer) >= running) bytes += aligned(spec.shape(layer).size());
    most = std::max(most, bytes);
  }
  return most;
}

}  // namespace

TEST_CASE("random graphs are trained, quantised, exported and verified without a different byte",
          "[search][graph][export][compiler]") {
  if (skipped_without("cc")) return;
  constexpr int kGraphs = 8;
  Rng rng(11);
  std::vector<Graph> graphs = {
      parse_graph("graph: a=c3x8(image), b=c3x8(a), c=d5(b), d=add(a,c), e=relu(d), f=s3x8(d), g=add(e,f,a), "
                  "h=c1x16/2.plain.bias(g)")};
  while (graphs.size() < kGraphs) graphs.push_back(random_graph({3, 10}, rng));
  std::vector<std::string> problems(graphs.size());
  parallel_for(kGraphs,
               [&](int64_t i) { problems[static_cast<size_t>(i)] = problem_of(graphs[static_cast<size_t>(i)]); });
  for (const std::string& problem : problems) CHECK(problem == "");
}

TEST_CASE("plans of random graphs need no more than the tensors that exist at once, and less with fewer restrictions",
          "[mcu][plan][graph]") {
  Rng rng(12);
  uint64_t unproven = 0;
  for (uint64_t i = 0; i < rounds(20); ++i) {
    const Graph graph = random_graph({2, 10}, rng);
    const NetworkSpec spec = build_network_spec(graph, kInput, kClasses);
    CAPTURE(to_text(graph));
    const MemoryPlan whole = plan_memory(spec, RamPlan::kWhole), overlap = plan_memory(spec, RamPlan::kOverlap),
                     strips = plan_memory(spec, RamPlan::kStrips);
    for (const MemoryPlan* plan : {&whole, &overlap, &strips}) unproven += !plan->optimal;
    REQUIRE(whole.lower_bound == most_living_bytes(spec));
    REQUIRE(whole.arena_bytes >= overlap.arena_bytes);
    REQUIRE(overlap.arena_bytes >= strips.arena_bytes);
    REQUIRE(device_cost(spec, RamPlan::kStrips).ram_bytes == strips.arena_bytes);
  }
  CHECK(unproven * 20 <= 3 * rounds(20));  // a wide graph may exhaust the search for a proof
}
