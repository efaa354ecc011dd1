#include "search/space/build.h"

#include "core/error.h"
#include "tests/support/catch.h"

using namespace mininas;

namespace {

constexpr ImageShape kCifar{32, 32, 3};

int64_t parameters(const std::string& architecture, int classes, const ImageShape& input = kCifar) {
  return parameter_count(build_network_spec(parse_architecture(architecture), input, classes));
}

}  // namespace

TEST_CASE("parameter counts equal those of the published networks", "[search][build]") {
  CHECK(parameters("w72:s3*10", 10) == 388'450);
  CHECK(parameters("w72:s3*16", 10) == 617'266);
  CHECK(parameters("w72:s3*20", 10) == 753'994);
  CHECK(parameters("w56:s3*16", 10) == 379'746);
  CHECK(parameters("w56:c3,s3,c3,s3*13", 10) == 453'498);
  CHECK(parameters("w56:c5,s3,c3,s3*13", 10) == 553'850);
  CHECK(parameters("w56:c7,s3,c3,s3*13", 10) == 704'378);
  CHECK(parameters("w46:s3*26", 10) == 413'826);
  CHECK(parameters("w102:s3*21", 10) == 1'498'900);
  CHECK(parameters("w16:s3*6", 2) == 11'682);
  CHECK(parameters("w16:s3*3", 2) == 5'074);
  CHECK(parameters("w64:c3*8", 10) == 1'962'634);
  // A stem for grey images has 9 weights per channel instead of 27.
  CHECK(parameters("w16:s3*6", 2, {28, 28, 1}) == 11'682 - 18 * 2 * 16);
}

TEST_CASE("the network is a chain with strides at one and two thirds and a ReLU booked before each layer",
          "[search][build]") {
  const NetworkSpec spec = build_network_spec(parse_architecture("w8:s3,c5,s7*2"), kCifar, 3);
  std::vector<std::string> names;
  for (const LayerSpec& layer : spec.layers()) names.push_back(layer.name);
  CHECK(names == std::vector<std::string>{"stem", "layer0.depthwise", "layer0.pointwise", "layer1.conv",
                                          "layer2.depthwise", "layer2.pointwise", "layer3.depthwise",
                                          "layer3.pointwise", "pool", "classifier"});
  CHECK(spec.shape(0) == ImageShape{32, 32, 16});
  CHECK(spec.shape(1) == ImageShape{32, 32, 16});
  CHECK(spec.shape(2) == ImageShape{32, 32, 8});
  CHECK(spec.shape(3) == ImageShape{16, 16, 16});
  CHECK(spec.shape(5) == ImageShape{8, 8, 32});
  CHECK(spec.shape(7) == ImageShape{8, 8, 32});
  CHECK(spec.shape(9) == ImageShape{1, 1, 3});
  std::vector<bool> relu, norm;
  for (const LayerSpec& layer : spec.layers()) {
    relu.push_back(layer.relu);
    norm.push_back(layer.batch_norm);
  }
  // The last searched layer has no ReLU: pooling averages the output of its batch norm.
  CHECK(relu == std::vector<bool>{true, false, true, true, false, true, false, false, false, false});
  CHECK(norm == std::vector<bool>{true, false, true, true, false, true, false, true, false, false});
  CHECK(spec.layers().back().bias);
}

TEST_CASE("an architecture that breaks a rule is not built", "[search][build]") {
  Chain a = plain_chain(16, 2);
  CHECK_THROWS_WITH(build_network_spec(a, kCifar, 2), Catch::Contains("depth 2"));
  a = plain_chain(16, 3);
  a.layers[0].kernel = 4;
  CHECK_THROWS_WITH(build_network_spec(a, kCifar, 2), Catch::Contains("kernel 4"));
}
