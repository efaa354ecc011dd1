// Each operation in the table of nn/layers/operations.h, tested with layers of random networks. A new row is tested as
// soon as random networks have such a layer.
#include "nn/layers/operations.h"

#include <map>
#include <set>

#include "core/io/bytes.h"
#include "tests/support/catch.h"
#include "tests/support/random_model.h"

using namespace mininas;
using namespace mininas::test;

namespace {

// Calls try_layer(layer, rng) for each layer of `networks` random networks; every kind must occur.
template <class Try>
void for_random_layers(uint64_t networks, const Try& try_layer) {
  std::set<LayerKind> seen;
  for (uint64_t seed = 0; seed < networks; ++seed) {
    CAPTURE(seed);
    const Rng rng(seed);
    const QuantizedModel model = random_model(random_network(rng.fork("spec")), rng.fork("model"));
    for (int i = 0; i < model.spec.size(); ++i) {
      CAPTURE(model.spec.layer(i).name);
      seen.insert(model.spec.layer(i).kind);
      try_layer(model.placed(i), rng.fork(model.spec.layer(i).name));
    }
  }
  REQUIRE(seen.size() == kLayerKinds);
}

ByteBuffer random_bytes(int64_t size, Rng& rng) {
  ByteBuffer bytes(size);
  for (int64_t i = 0; i < size; ++i) bytes.data()[i] = static_cast<uint8_t>(rng.below(256));
  return bytes;
}

std::vector<ByteBuffer> random_inputs(const PlacedLayer& layer, Rng& rng) {
  std::vector<ByteBuffer> inputs;
  for (const ImageShape& shape : layer.in) inputs.push_back(random_bytes(shape.size(), rng));
  return inputs;
}

std::vector<uint8_t> run(const ByteLayer& ready, const PlacedLayer& layer, const std::vector<ByteBuffer>& inputs) {
  std::vector<const uint8_t*> in;
  for (const ByteBuffer& input : inputs) in.push_back(input.data());
  ByteBuffer out(layer.out.size()), workspace(ready.workspace_size());
  ready.run(in, out.data(), workspace.data());
  return {out.data(), out.data() + layer.out.size()};
}

// The operation's definition on bytes, whether or not it has a fast form.
std::vector<uint8_t> defined(const PlacedLayer& layer, const std::vector<ByteBuffer>& inputs) {
  return run(*operation_of(layer.spec).LayerOperation::make_byte_layer(layer), layer, inputs);
}

}  // namespace

TEST_CASE("every kind of layer has an operation of its own, with a name of its own", "[nn][operations]") {
  std::set<const LayerOperation*> operations;
  std::set<std::string> names;
  for (int kind = 0; kind < kLayerKinds; ++kind) {
    operations.insert(&operation(static_cast<LayerKind>(kind)));
    names.insert(to_text(static_cast<LayerKind>(kind)));
  }
  CHECK(operations.size() == kLayerKinds);
  CHECK(names.size() == kLayerKinds);
}

TEST_CASE("an operation's fast form computes the bytes of its definition", "[nn][operations]") {
  for_random_layers(60, [](const PlacedLayer& layer, Rng rng) {
    const std::vector<ByteBuffer> inputs = random_inputs(layer, rng);
    REQUIRE(run(*operation_of(layer.spec).make_byte_layer(layer), layer, inputs) == defined(layer, inputs));
  });
}

TEST_CASE("an output depends on the values that its operation names as its sources, and on no others",
          "[nn][operations]") {
  std::map<LayerKind, int> changed;
  for_random_layers(60, [&](const PlacedLayer& layer, Rng rng) {
    const auto below = [&](int count) { return static_cast<int>(rng.below(static_cast<uint32_t>(count))); };
    const int y = below(layer.out.height), x = below(layer.out.width), channel = below(layer.out.channels);
    const auto output = [&](const std::vector<ByteBuffer>& inputs) {
      return defined(layer, inputs)[static_cast<size_t>((y * layer.out.width + x) * layer.out.channels + channel)];
    };
    const auto inputs = random_inputs(layer, rng);
    auto others_changed = random_inputs(layer, rng), sources_changed = random_inputs(layer, rng);
    for (size_t k = 0; k < inputs.size(); ++k)
      std::copy_n(inputs[k].data(), layer.in[k].size(), sources_changed[k].data());
    for (const Source& s : operation_of(layer.spec).sources(layer.spec, layer.in, y, x, channel)) {
      const auto k = static_cast<size_t>(s.input);
      const ImageShape& in = layer.in[k];
      if (s.y < 0 || s.y >= in.height || s.x < 0 || s.x >= in.width) continue;
      const int64_t place = (int64_t{s.y} * in.width + s.x) * in.channels + s.channel;
      std::swap(others_changed[k].data()[place], sources_changed[k].data()[place]);
    }
    REQUIRE(output(others_changed) == output(inputs));
    changed[layer.spec.kind] += output(sources_changed) != output(inputs);
  });
  for (const auto& [kind, count] : changed) {
    INFO(to_text(kind));
    CHECK(count > 0);
  }
}
