// Lesson 6: a network in memory: which bytes of the arena contain which tensor while the layers run.
#include <algorithm>
#include <cstdio>
#include <string>

#include "mcu/host/plan/device_operation.h"
#include "mcu/host/plan/memory_plan.h"
#include "search/space/build.h"

using namespace mininas;

namespace {

// Whether the output of layer `tensor` exists while layer `running` runs: from the layer that writes it to the last one
// that reads it.
bool is_alive(const NetworkSpec& spec, int tensor, int running) {
  const std::vector<int>& readers = spec.readers(tensor);
  const int last = readers.empty() ? tensor : *std::max_element(readers.begin(), readers.end());
  return tensor <= running && running <= last;
}

// What lies at an address while a layer runs: the letter of a tensor, '*' where the layer's output overwrites its
// input, '~' for scratch memory of the layer, '.' for nothing.
char content(const NetworkSpec& spec, const MemoryPlan& plan, int running, int64_t address) {
  const int64_t scratch = plan.layers[static_cast<size_t>(running)].scratch;
  if (address >= scratch && address < scratch + scratch_bytes(spec.layer(running), spec.input_shape(running)))
    return '~';
  char found = '.';
  for (int tensor = 0; tensor < spec.size(); ++tensor) {
    const int64_t begin = plan.layers[static_cast<size_t>(tensor)].output;
    if (begin == kCallerBuffer || !is_alive(spec, tensor, running)) continue;
    if (address < begin || address >= begin + spec.shape(tensor).size()) continue;
    found = found == '.' ? static_cast<char>('a' + tensor) : '*';
  }
  return found;
}

void draw(const NetworkSpec& spec, RamPlan how) {
  constexpr int64_t kBlock = 64;
  const MemoryPlan plan = plan_memory(spec, how);
  std::printf("plan %s: %lld bytes, one character for %lld bytes\n", to_text(how).c_str(), (long long)plan.arena_bytes,
              (long long)kBlock);
  for (int layer = 0; layer < spec.size(); ++layer) {
    std::printf("  %c %-16s ", static_cast<char>('a' + layer), spec.layer(layer).name.c_str());
    for (int64_t address = 0; address < plan.arena_bytes; address += kBlock)
      std::printf("%c", content(spec, plan, layer, address));
    std::printf("\n");
  }
}

}  // namespace

int main() {
  const NetworkSpec spec = build_network_spec("w4:c3,s3,c3", {16, 16, 1}, 4);
  int64_t sum = 0;
  for (int layer = 0; layer < spec.size(); ++layer) sum += spec.shape(layer).size();
  std::printf("all tensors together: %lld bytes\n", (long long)sum);
  draw(spec, RamPlan::kWhole);
  draw(spec, RamPlan::kOverlap);
  std::printf("plan strips: %lld bytes\n", (long long)plan_memory(spec, RamPlan::kStrips).arena_bytes);
}
