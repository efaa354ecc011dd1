#include "search/evaluate/inherit_chain.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "nn/weights/morphism.h"
#include "search/space/build.h"
#include "tests/nn/small_networks.h"
#include "tests/support/catch.h"

using namespace mininas;
using namespace mininas::test;

namespace {

constexpr ImageShape kInput{12, 12, 3};
constexpr int kClasses = 3;

Network drawn(const Chain& a, uint64_t seed) {
  return Network(build_network_spec(a, kInput, kClasses), PixelScale{120, 0.02f}, Rng(seed).fork("weights"));
}

// A network as after training, and images.
struct Parent {
  explicit Parent(const std::string& source)
      : architecture(parse_chain(source)),
        network(drawn(architecture, 1)),
        images(noise_images(kInput, kClasses, 40, Rng(5))) {
    randomize_norms(network, Rng(3));
    // Forward passes are enough to move the running statistics to those of the images, as in training.
    for (int i = 0; i < 60; ++i) {
      Tape tape(Tape::Mode::kForwardOnly);
      network.forward(tape, whole(images), Phase::kTraining);
    }
  }

  Network child(const std::string& source) const {
    const Chain a = parse_chain(source);
    Network network_of_child = drawn(a, 2);
    inherit_weights(network_of_child, a, network, architecture, images);
    return network_of_child;
  }

  Chain architecture;
  Network network;
  ImageSet images;
};

Tensor logits(Network& network, const ImageSet& images, Phase phase = Phase::kEvaluation) {
  Tape tape(Tape::Mode::kForwardOnly);
  return tape.value(network.forward(tape, whole(images), phase)).clone();
}

// Largest difference of two networks' logits, relative to the largest logit.
double distance(const Tensor& a, const Tensor& b) {
  double difference = 0, scale = 0;
  for (int64_t i = 0; i < a.size(); ++i) {
    difference = std::max(difference, std::abs(double{a.data()[i]} - double{b.data()[i]}));
    scale = std::max(scale, std::abs(double{a.data()[i]}));
  }
  return difference / scale;
}

double distance_to_child(Parent& parent, const std::string& source) {
  Network child = parent.child(source);
  return distance(logits(parent.network, parent.images), logits(child, parent.images));
}

}  // namespace

TEST_CASE("changes that are called the same leave the answers as they were", "[search][warm-start]") {
  Parent parent("w4:s3,s5,c3,s3");
  for (const char* child :
       {"w4:s3,s5,c3,s3",           // no change
        "w4:s5,s5,c3,s3",           // a kernel of a depthwise convolution
        "w4:s3,s5,c7,s3",           // of a standard one
        "w4:c3,s5,c3,s3",           // operations
        "w4:s3,c5,c3,c3",           //
        "w4:c7,s7,c5,c5",           // both at once
        "w6:s3,s5,c3,s3",           // channels
        "w4:s3,s5,s3,c3,s3",        // a layer at the end of the second third
        "w4:s3,s3,s5,s3,c3,s3",     // and at the end of the first
        "w4:s3,s3,s5,c5,c3,c3,s3",  // three layers, one of them before the last layer and one a standard convolution
        "w5:c5,s7,s5,s3,c3,s3,c5"}) {
    INFO(child);
    CHECK(distance_to_child(parent, child) < 1e-4);
  }
}

TEST_CASE("a layer after the last one changes the logits only for values far below the mean", "[search][warm-start]") {
  Parent parent("w4:s3*3");
  CHECK(distance_to_child(parent, "w4:s3*4") < 0.05);
  CHECK(distance_to_child(parent, "w4:s3*7") < 0.05);
  CHECK(distance_to_child(parent, "w4:s3*4") > 0);
}

TEST_CASE("what is not called the same is another network, but begins with the parent's weights",
          "[search][warm-start]") {
  Parent parent("w8:s3,s5,c3,s3");
  for (const char* child : {"w6:s3,s5,c3,s3", "w8:s3,s3,c3,s3", "w8:s3,s5,s3,s3"}) {
    INFO(child);
    CHECK(distance_to_child(parent, child) > 1e-3);
  }
  Network half = parent.child("w4:s3,s5,c3,s3");
  const LayerWeights &whole_stem = parent.network.layers()[0], &half_stem = half.layers()[0];
  const ChannelMap kept = select_channels(whole_stem.gamma.value, 8);
  const ChannelMap rows = select_channels(parent.network.layers()[2].gamma.value, 4);
  for (int64_t c = 0; c < 8; ++c) {
    const int from = kept[static_cast<size_t>(c)];
    CHECK(half_stem.gamma.value.data()[c] == whole_stem.gamma.value.data()[from]);
    CHECK(half_stem.weight.value.at(c, 1, 2, 0) == whole_stem.weight.value.at(from, 1, 2, 0));
    // The weights that read these channels follow: depthwise taps, and the pointwise weights of layer 0.
    CHECK(half.layers()[1].weight.value.at(0, 2, 1, c) == parent.network.layers()[1].weight.value.at(0, 2, 1, from));
    CHECK(half.layers()[2].weight.value.at(1, 0, 0, c) ==
          parent.network.layers()[2].weight.value.at(rows[1], 0, 0, from));
  }
}

TEST_CASE("inserted layers pass on a training batch nearly unchanged", "[search][warm-start]") {
  Parent parent("w4:s3,s5,c3,s3");
  Network child = parent.child("w4:s3,s3,s5,s3,c3,s3");
  CHECK(distance(logits(parent.network, parent.images, Phase::kTraining),
                 logits(child, parent.images, Phase::kTraining)) < 0.05);
}

TEST_CASE("layers are inherited stage by stage", "[search][warm-start]") {
  const auto layers = [](int child, int parent) {
    return inherited_layers(plain_chain(4, child), plain_chain(4, parent));
  };
  CHECK(layers(4, 3) == std::vector<int>{0, 1, 2, -1});
  CHECK(layers(5, 4) == std::vector<int>{0, 1, -1, 2, 3});
  CHECK(layers(6, 5) == std::vector<int>{0, -1, 1, 2, 3, 4});
  CHECK(layers(7, 4) == std::vector<int>{0, -1, 1, -1, 2, -1, 3});
  CHECK(layers(5, 5) == std::vector<int>{0, 1, 2, 3, 4});
  CHECK_FALSE(can_inherit(plain_chain(4, 4), plain_chain(4, 5)));
  for (int depth = kMinDepth; depth < 30; ++depth) CHECK(can_inherit(plain_chain(4, depth + 1), plain_chain(4, depth)));
}
