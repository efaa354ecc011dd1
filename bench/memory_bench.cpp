// Measures memory: `memory_bench [--json] [CANDIDATES]`. Prints the RAM of published networks on a device for each RAM
// plan, and the memory of this machine while a search trains many candidates (500) of different shapes one after the
// other, with and without giving back freed memory in between (core/memory.h).
#include <unistd.h>

#include <fstream>
#include <iostream>

#include "bench/harness.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "datasets/synthetic.h"
#include "mcu/host/plan/memory_plan.h"
#include "nn/train/trainer.h"
#include "search/cost/cost.h"
#include "search/space/build.h"
#include "search/space/space.h"

using namespace mininas;
using namespace mininas::bench;

namespace {

constexpr ImageShape kImageShape{32, 32, 3};

// The memory of this process that is resident.
double resident_mebibytes() {
  std::ifstream statm("/proc/self/statm");
  int64_t all = 0, resident = 0;
  if (!(statm >> all >> resident)) throw Error("/proc/self/statm cannot be read: this bench needs Linux");
  return static_cast<double>(resident * ::sysconf(_SC_PAGESIZE)) / 1048576.0;
}

void print_plans(bool json) {
  struct Example {
    const char* network;
    int classes;
  };
  constexpr Example kExamples[] = {{"w16:s3*5", 2},   {"w32:s3*8", 2}, {"w16:c3,s3,s5,s3,c3,s3", 10},
                                   {"w72:s3*10", 10}, {"resnet8", 10}, {"mobilenetv2", 10}};
  Table table({"network", "classes", "whole", "overlap", "strips"}, json);
  for (const auto& [network, classes] : kExamples) {
    const NetworkSpec spec = build_network_spec(std::string(network), kImageShape, classes);
    std::vector<std::string> cells = {text("`", network, "`"), text(classes)};
    for (const RamPlan plan : {RamPlan::kWhole, RamPlan::kOverlap, RamPlan::kStrips})
      cells.push_back(grouped(plan_memory(spec, plan).arena_bytes));
    table.row(cells);
  }
}

// One step of training.
void train_candidate(const Dataset& data, Rng& rng) {
  const SearchSpace space{.min_depth = 3, .max_depth = 10, .min_width = 8, .max_width = 64, .width_step = 4};
  const NetworkSpec spec = build_network_spec(sample(space, rng), data.train.shape, data.train.classes());
  Network network(spec, PixelScale{}, rng);
  train(network, data.train, nullptr, {.epochs = 1, .batch = 32, .learning_rate = 0.01f, .augmentation = {}}, {});
}

// Resident memory after some of the candidates.
std::vector<double> measure(const Dataset& data, const std::vector<int>& marks, bool trim) {
  std::vector<double> resident;
  Rng rng(1);
  for (int candidate = 1; resident.size() < marks.size(); ++candidate) {
    train_candidate(data, rng);
    if (trim) trim_memory();
    if (candidate == marks[resident.size()]) resident.push_back(resident_mebibytes());
  }
  trim_memory();
  return resident;
}

void print_candidates(int candidates, bool json) {
  const Dataset data = make_synthetic({.classes = 2, .size = 32, .channels = 3, .train = 32, .test = 2, .seed = 0});
  std::vector<int> marks = {1};
  for (int part = 1; part <= 5; ++part) marks.push_back(candidates * part / 5);
  const double before = resident_mebibytes();
  const std::vector<double> trimmed = measure(data, marks, true), kept = measure(data, marks, false);
  Table table({"candidates", "MiB, given back", "MiB, kept"}, json);
  table.row({"0", fixed(before, 0), fixed(before, 0)});
  for (size_t i = 0; i < marks.size(); ++i) table.row({text(marks[i]), fixed(trimmed[i], 0), fixed(kept[i], 0)});
}

constexpr const char* kPlanText =
    R"(# Memory

    make bench        # or: build/release/memory_bench

## RAM of published networks on a device, by plan

Bytes of the arena, images of 32x32x3, the scratch of the fast kernels included; image and logits lie in buffers of the caller's. `mininas inspect NETWORK --classes N --ram-plan PLAN` tells the same. The figures are exact: the exporter writes them into `model.h`, and tests hold them against linked files. Machine and compiler do not matter.

)";

constexpr const char* kCodeText = R"(
Without scratch (kernels that keep everything in registers), whole tensors side by side: 65,536 for `w16:s3*5`.
Code of the runtime with the portable kernels for Cortex-M0 (`arm-none-eabi-gcc` 12.2, `-mcpu=cortex-m0 -mthumb -Os -DMN_PORTABLE`): 3,004 bytes for a separable network, 2,874 for `resnet8`, beside the compiler's own multiplication and division (a test holds both under 3,072).

## Memory of the search, candidate after candidate

)";

constexpr const char* kCandidatesText =
    R"( candidates of different shapes (widths 8 to 64, depths 3 to 10, every operation and kernel drawn at random), 32x32x3, one step of 32 images each, one after the other in one process: memory that is resident afterwards. Given back: `trim_memory` between two candidates, as the search does. Kept: freed buffers wait for whoever asks for their size, and nobody does. )";

void run(const Arguments& arguments) {
  const int candidates = arguments.words.empty() ? 500 : std::stoi(arguments.words.front());
  if (!arguments.json) std::cout << kPlanText;
  print_plans(arguments.json);
  if (!arguments.json) std::cout << kCodeText << candidates << kCandidatesText << machine_line() << ".\n\n";
  print_candidates(candidates, arguments.json);
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments = parse_arguments(argc, argv, "usage: memory_bench [--json] [CANDIDATES]");
  try {
    run(arguments);
  } catch (const Error& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
  return 0;
}
