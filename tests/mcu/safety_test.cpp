// What a device meets: models that are damaged, foreign or forged, arenas that do not fit. Under the sanitizers (make
// asan, make ubsan) a read or write outside of model, arena, image or logits ends these tests.
#include <functional>
#include <limits>
#include <string>

#include "core/error.h"
#include "tests/support/catch.h"
#include "tests/support/changed_network.h"
#include "tests/support/device.h"
#include "tests/support/random_model.h"

using namespace mininas;
using namespace mininas::test;

namespace {

// Layers of every kind.
NetworkSpec varied_network() {
  return with_layers(family_network(3, {{true, 3}, {false, 3}}, {8, 6, 3}, 3), [](std::vector<LayerSpec>& layers) {
    const int before_pool = static_cast<int>(layers.size()) - 3;
    const LayerSpec& last = layers[static_cast<size_t>(before_pool)];
    const int channels = last.out_channels;
    layers.insert(layers.end() - 2, {"add", LayerKind::kAdd, {before_pool, before_pool}, channels});
    layers.insert(layers.end() - 2, {"relu", LayerKind::kRelu, {before_pool + 1}, channels});
    for (size_t i = layers.size() - 2; i < layers.size(); ++i) layers[i].inputs[0] += 2;
  });
}

// Biases of 0: whatever a forged table makes of the shapes, no sum overflows.
QuantizedModel varied_model(uint64_t seed = 1) {
  QuantizedModel model = random_model(varied_network(), Rng(seed));
  for (QuantizedLayer& layer : model.layers) std::fill(layer.bias.begin(), layer.bias.end(), 0);
  return model;
}

int index_of(const QuantizedModel& model, LayerKind kind) {
  for (size_t i = 0; i < model.spec.layers().size(); ++i)
    if (model.spec.layers()[i].kind == kind && i > 0) return static_cast<int>(i);
  FAIL("the network has no layer of this kind");
  return 0;
}

mn_status run(Device& device) {
  const std::vector<uint8_t> image(size_t{device.model()->height} * device.model()->width * device.model()->channels,
                                   255);
  std::vector<int8_t> logits(device.model()->classes);
  return mn_run(device.model(), image.data(), device.arena.data(), device.arena.size(), logits.data());
}

constexpr size_t kTableBegin = offsetof(mn_model, digest) + sizeof(uint32_t);

// A few bytes of header and layer table become others, the digest is made to fit. The offset of biases stays: other
// numbers in their place could overflow a sum, which is no matter of memory.
void forge(Device& device, Rng& rng) {
  const size_t end = sizeof(mn_model) + device.model()->layers * sizeof(mn_layer);
  for (uint32_t change = 0; change <= rng.below(3); ++change) {
    const size_t place = kTableBegin + rng.below(static_cast<uint32_t>(end - kTableBegin));
    const size_t in_row = (place - sizeof(mn_model)) % sizeof(mn_layer);
    if (place >= sizeof(mn_model) && in_row / 4 == offsetof(mn_layer, bias) / 4) continue;
    constexpr uint8_t kValues[] = {0, 1, 2, 3, 4, 8, 0x7F, 0x80, 0xFF};
    device.bytes[place] =
        rng.coin() ? kValues[rng.below(9)] : static_cast<uint8_t>(device.bytes[place] + rng.below(7) - 3);
  }
  device.sign();
}

}  // namespace

TEST_CASE("whatever a forged header or layer table says, the runtime refuses it or keeps to its memory",
          "[mcu][safety]") {
  int refused = 0, ran = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const Device whole(varied_model(seed));
    Rng rng(seed);
    for (int i = 0; i < 150; ++i) {
      Device device = whole;
      forge(device, rng);
      const bool accepted = device.init() == MN_OK;
      if (accepted) run(device);
      ++(accepted ? ran : refused);
    }
  }
  CHECK(refused > 1000);
  CHECK(ran > 100);
}

TEST_CASE("a layer table that leaves model or arena is refused, number by number", "[mcu][safety]") {
  const QuantizedModel model = varied_model();
  const Device whole(model);
  const int conv = index_of(model, LayerKind::kConv), depthwise = index_of(model, LayerKind::kDepthwise);
  const int add = index_of(model, LayerKind::kAdd), pool = index_of(model, LayerKind::kGlobalAveragePool);
  const int relu = index_of(model, LayerKind::kRelu);
  const int last = static_cast<int>(model.layers.size()) - 1;
  const auto status_after = [&](int index, const std::function<void(mn_layer&)>& change) {
    Device device = whole;
    change(*device.layer(index));
    device.sign();
    return device.init();
  };
  const auto refused = [&](int index, const std::function<void(mn_layer&)>& change) {
    return status_after(index, change) == MN_INVALID;
  };
  const uint32_t arena = static_cast<uint32_t>(whole.arena.size()), bytes = static_cast<uint32_t>(whole.bytes.size());
  CHECK(status_after(0, [](mn_layer&) {}) == MN_OK);
  CHECK(status_after(add, [](mn_layer& l) { l.kind = MN_KINDS; }) == MN_NO_KERNEL);
  // Shapes.
  CHECK(refused(conv, [](mn_layer& l) { l.kernel = 4; }));
  CHECK(refused(conv, [](mn_layer& l) { ++l.out_height; }));
  CHECK(refused(conv, [](mn_layer& l) {
    --l.out_height;
    --l.out_rows;
  }));
  CHECK(refused(conv, [](mn_layer& l) { ++l.out_width; }));
  CHECK(refused(conv, [](mn_layer& l) { l.stride = 0; }));
  CHECK(refused(depthwise, [](mn_layer& l) { --l.out_channels; }));
  CHECK(refused(add, [](mn_layer& l) { l.stride = 2; }));
  CHECK(refused(relu, [](mn_layer& l) { l.stride = 2; }));
  CHECK(refused(relu, [](mn_layer& l) { --l.out_channels; }));
  CHECK(refused(relu, [](mn_layer& l) { --l.out_width; }));
  CHECK(refused(pool, [](mn_layer& l) { l.out_width = 2; }));
  CHECK(refused(pool, [](mn_layer& l) { l.out_height = 2; }));
  CHECK(refused(pool, [](mn_layer& l) { --l.in_rows; }));
  // Tensors.
  CHECK(refused(0, [](mn_layer& l) { ++l.in_width; }));
  CHECK(refused(conv, [](mn_layer& l) { l.out_rows = 0; }));
  CHECK(refused(conv, [](mn_layer& l) { l.in_rows = static_cast<uint16_t>(l.in_height + 1); }));
  CHECK(refused(conv, [&](mn_layer& l) { l.output = arena; }));
  CHECK(refused(conv, [&](mn_layer& l) { l.input = 0xFFFFFFFC; }));
  CHECK(refused(conv, [](mn_layer& l) { l.input += 2; }));
  CHECK(refused(add, [&](mn_layer& l) { l.other = arena; }));
  CHECK(refused(add, [](mn_layer& l) { l.other = MN_CALLER; }));
  CHECK(refused(relu, [&](mn_layer& l) { l.input = arena; }));
  CHECK(refused(0, [](mn_layer& l) { l.in_channels = 0; }));
  CHECK(refused(0, [](mn_layer& l) { l.in_channels = l.in_width = l.in_height = l.in_rows = 0xFFFF; }));
  CHECK(refused(pool, [](mn_layer& l) { l.in_width = l.in_height = l.in_rows = 0xFFFF; }));
  CHECK(refused(last, [](mn_layer& l) { l.output = 0; }));
  CHECK(refused(last, [](mn_layer& l) { ++l.out_channels; }));
  // Constants.
  CHECK(refused(conv, [&](mn_layer& l) { l.bias = bytes; }));
  CHECK(refused(conv, [](mn_layer& l) { l.bias += 2; }));
  CHECK(refused(conv, [&](mn_layer& l) { l.multipliers = bytes - 4; }));
  CHECK(refused(conv, [&](mn_layer& l) { l.shifts = bytes - 1; }));
  CHECK(refused(conv, [&](mn_layer& l) { l.weights = bytes - 4; }));
  CHECK(refused(conv, [](mn_layer& l) { l.weights = 0xFFFFFFFC; }));
  CHECK(refused(conv, [&](mn_layer& l) { l.shifts = offsetof(mn_model, digest); }));
  // Depthwise windows are at most 7x7; of an image, of one tap and far apart they are taken.
  const auto first_on_image = [&](mn_layer& l) {
    l.input = MN_CALLER;
    l.in_height = l.out_height = l.in_rows = l.out_rows = static_cast<uint16_t>(model.spec.input().height);
    l.in_width = l.out_width = static_cast<uint16_t>(model.spec.input().width);
    l.in_channels = l.out_channels = static_cast<uint16_t>(model.spec.input().channels);
    l.output = 0;
  };
  const auto large_kernel = [](mn_layer& l) {
    l.kernel = 9;
    l.weights = sizeof(mn_model);
  };
  const auto long_steps = [](mn_layer& l) {
    l.stride = 3;
    l.out_height = l.out_rows = static_cast<uint16_t>((l.in_height + 2) / 3);
    l.out_width = static_cast<uint16_t>((l.in_width + 2) / 3);
  };
  const auto no_window = [](mn_layer& l) { l.kernel = 1; };
  CHECK(refused(depthwise, large_kernel));
  CHECK_FALSE(refused(depthwise, first_on_image));
  CHECK_FALSE(refused(depthwise, long_steps));
  CHECK_FALSE(refused(depthwise, no_window));
  // Strips.
  CHECK(refused(0, [](mn_layer& l) { l.strip = 0; }));
  CHECK(refused(last, [](mn_layer& l) { l.strip = 2; }));
  CHECK(refused(0, [](mn_layer& l) { l.strip = 0xFFFF; }));
  CHECK(refused(conv, [](mn_layer& l) { l.row_steps = 0x8000; }));
  CHECK(refused(conv, [](mn_layer& l) { l.row_steps = 0; }));
}

TEST_CASE("a header that does not fit its table is refused", "[mcu][safety]") {
  const Device whole(varied_model());
  const auto status_after = [&](const std::function<void(mn_model&)>& change) {
    Device device = whole;
    change(*device.model());
    device.sign();
    return device.init();
  };
  CHECK(status_after([](mn_model&) {}) == MN_OK);
  CHECK(status_after([](mn_model& m) { m.layers = 0; }) == MN_INVALID);
  CHECK(status_after([](mn_model& m) { --m.layers; }) == MN_INVALID);
  CHECK(status_after([](mn_model& m) { m.layers = 0xFFFF; }) == MN_INVALID);
  CHECK(status_after([](mn_model& m) { ++m.classes; }) == MN_INVALID);
  CHECK(status_after([](mn_model& m) { m.height = m.width = m.channels = 0xFFFF; }) == MN_INVALID);
  CHECK(status_after([](mn_model& m) { m.arena_bytes -= 4; }) == MN_INVALID);
  CHECK(status_after([](mn_model& m) { --m.bytes; }) == MN_DAMAGED);
}

TEST_CASE("an arena of two gigabytes and more is refused", "[mcu][safety]") {
  Device device(varied_model());
  device.model()->arena_bytes = 0x80000000u;
  device.sign();
  if constexpr (sizeof(size_t) > 4) {
    CHECK(mn_init(device.model(), device.bytes.size(), device.arena.data(), size_t{1} << 32) == MN_INVALID);
  }
}

TEST_CASE("for an arena that is too small, the missing bytes are reported", "[mcu][safety]") {
  Device device(varied_model());
  const size_t needed = device.arena.size();
  CHECK(mn_init(device.model(), device.bytes.size(), device.arena.data(), needed - 5) == MN_ARENA_TOO_SMALL);
  CHECK(mn_missing_bytes(device.model(), needed - 5) == 5);
  CHECK(mn_missing_bytes(device.model(), 0) == needed);
  CHECK(mn_missing_bytes(device.model(), needed) == 0);
  CHECK(mn_missing_bytes(device.model(), needed + 1) == 0);
}

TEST_CASE("a model that is too short or misaligned is refused", "[mcu][safety]") {
  Device device(varied_model());
  CHECK(mn_init(device.model(), sizeof(mn_model) - 1, device.arena.data(), device.arena.size()) == MN_NOT_A_MODEL);
  std::vector<uint8_t> moved(device.bytes.size() + 2);
  std::copy(device.bytes.begin(), device.bytes.end(), moved.begin() + 2);
  const auto* askew = reinterpret_cast<const mn_model*>(reinterpret_cast<uintptr_t>(moved.data()) + 2);
  CHECK(mn_init(askew, device.bytes.size(), device.arena.data(), device.arena.size()) == MN_NOT_A_MODEL);
  CHECK(mn_init(device.model(), device.bytes.size() - 4, device.arena.data(), device.arena.size()) == MN_DAMAGED);
}
