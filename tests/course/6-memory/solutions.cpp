// Solutions of lesson 6.
#include <algorithm>
#include <cstdio>

#include "mcu/host/plan/device_operation.h"
#include "mcu/host/plan/memory_plan.h"
#include "search/space/build.h"

using namespace mininas;

namespace {

int64_t arena(const NetworkSpec& spec, RamPlan how) { return plan_memory(spec, how).arena_bytes; }

// Exercise 1: the layer whose input and output together need most.
void find_peak() {
  const NetworkSpec spec = build_network_spec("w4:c3,s3,c3", {16, 16, 1}, 4);
  int peak = 1;
  const auto scratch = [&](int layer) { return scratch_bytes(spec.layer(layer), spec.input_shape(layer)); };
  const auto bytes = [&](int layer) {
    return spec.shape(layer).size() + spec.input_shape(layer).size() + scratch(layer);
  };
  for (int layer = 1; layer < spec.size(); ++layer)
    if (bytes(layer) > bytes(peak)) peak = layer;
  std::printf("1. %s: input %lld, output %lld, scratch %lld bytes, together %lld; plan whole: %lld bytes\n",
              spec.layer(peak).name.c_str(), (long long)spec.input_shape(peak).size(),
              (long long)spec.shape(peak).size(), (long long)scratch(peak), (long long)bytes(peak),
              (long long)arena(spec, RamPlan::kWhole));
}

// Exercise 2: three convolutions, without and with a shortcut around the last two.
void add_shortcut() {
  for (const char* graph :
       {"graph: a=c3x8(image), b=c3x8(a), c=c3x8(b)", "graph: a=c3x8(image), b=c3x8(a), c=c3x8.plain(b), d=add(a,c)"})
    std::printf("2. plan whole %5lld bytes: %s\n",
                (long long)arena(build_network_spec(graph, {16, 16, 1}, 4), RamPlan::kWhole), graph);
}

// Exercise 3: the largest width whose arena has at most 16 KiB.
void fit_width() {
  for (const RamPlan how : {RamPlan::kWhole, RamPlan::kOverlap, RamPlan::kStrips}) {
    int width = 1;
    while (arena(build_network_spec(plain_chain(width + 1, 4), {32, 32, 3}, 10), how) <= 16 * 1024) ++width;
    std::printf("3. plan %-7s: width %d\n", to_text(how).c_str(), width);
  }
}

}  // namespace

int main() {
  find_peak();
  add_shortcut();
  fit_width();
}
