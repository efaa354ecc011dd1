// A model's object in memory with an arena of exactly the required size, as on a device. Each is a separate allocation,
// so that a sanitizer detects the first byte outside.
#pragma once
#include <cstdint>
#include <vector>

#include "mcu/host/object/model_image.h"
#include "mcu/runtime/mn.h"
#include "mcu/runtime/mn_crc32.h"

namespace mininas::test {

struct Device {
  explicit Device(const QuantizedModel& quantized, RamPlan ram_plan = RamPlan::kStrips)
      : bytes(make_model_image(quantized, ram_plan).bytes), arena(model()->arena_bytes) {}

  mn_model* model() { return reinterpret_cast<mn_model*>(bytes.data()); }
  mn_layer* layer(int index) { return reinterpret_cast<mn_layer*>(bytes.data() + sizeof(mn_model)) + index; }
  mn_status init() { return mn_init(model(), bytes.size(), arena.data(), arena.size()); }
  // Recomputes the digest for the current contents of the object.
  void sign() {
    const size_t uncovered = offsetof(mn_model, digest) + sizeof(uint32_t);
    model()->digest = mn_crc32(0, bytes.data() + uncovered, bytes.size() - uncovered);
  }

  std::vector<uint8_t> bytes;
  std::vector<int8_t> arena;
};

}  // namespace mininas::test
