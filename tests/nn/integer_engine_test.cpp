// The fast integer engine beside the plain integer forward pass, which the device is compared with: equal bytes at
// every layer.
#include "nn/quant/integer_engine.h"

#include "core/parallel.h"
#include "tests/nn/small_networks.h"
#include "tests/support/catch.h"
#include "tests/support/random_model.h"
#include "tests/support/threads.h"

using namespace mininas;
using namespace mininas::test;

namespace {

void check_equal_bytes(const QuantizedModel& model, int64_t count, Rng rng) {
  const auto images = random_images(model.spec.input(), count, rng);
  const IntegerEngine engine(model);
  const auto expected = integer_forward(model, images.data(), count).layers;
  const auto found = engine.outputs(images.data(), count);
  REQUIRE(found.size() == expected.size());
  for (size_t layer = 0; layer < found.size(); ++layer) {
    CAPTURE(model.spec.layers()[layer].name);
    REQUIRE(found[layer].size() == static_cast<int64_t>(expected[layer].size()));
    int64_t wrong = 0;
    for (size_t i = 0; i < expected[layer].size(); ++i)
      wrong += int{found[layer].data()[i]} - 128 != int{expected[layer][i]};
    REQUIRE(wrong == 0);
  }
  CHECK(engine.logits(images.data(), count) == expected.back());
}

}  // namespace

TEST_CASE("the fast engine computes the plain forward pass's bytes at every layer of any network",
          "[nn][integer_engine]") {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    const Rng rng(seed);
    check_equal_bytes(random_model(random_network(rng.fork("spec")), rng.fork("model")), 4, rng.fork("images"));
  }
}

TEST_CASE("the fast engine computes tensors that are read both rectified and as they are", "[nn][integer_engine]") {
  for (uint64_t seed = 0; seed < 20; ++seed) check_equal_bytes(random_model(rectified_network(), Rng(seed)), 3, Rng(9));
}

TEST_CASE("the fast engine is right for channels beyond a tile and for long reductions", "[nn][integer_engine]") {
  const std::vector<FamilyLayer> layers = {{true, 3}, {false, 3}, {true, 7}, {true, 5}, {false, 1}};
  for (const int width : {17, 40}) {
    const QuantizedModel model = random_model(family_network(width, layers, {11, 9, 3}, 19), Rng(3));
    check_equal_bytes(model, 3, Rng(4));
  }
}

TEST_CASE("the fast engine's answers do not depend on threads or on how many images are asked for at once",
          "[nn][integer_engine]") {
  const QuantizedModel model = random_model(random_network(Rng(7)), Rng(8));
  const int64_t count = 21, size = model.spec.input().size();
  const auto images = random_images(model.spec.input(), count, Rng(9));
  const IntegerEngine engine(model);
  std::vector<int> one_by_one;
  for (int64_t i = 0; i < count; ++i) one_by_one.push_back(engine.predict(images.data() + i * size, 1)[0]);
  for (const int threads : {1, 3}) {
    const Threads scope(threads);
    CHECK(engine.predict(images.data(), count) == one_by_one);
    CHECK(integer_predict(model, images.data(), count) == one_by_one);
  }
}
