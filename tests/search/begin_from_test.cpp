#include "search/evaluate/begin_from.h"

#include "core/error.h"
#include "search/space/build.h"
#include "tests/nn/small_networks.h"
#include "tests/support/catch.h"

using namespace mininas;
using namespace mininas::test;

namespace {

const Architecture kParent = parse_architecture("w4:s3,c3,s5");

NamedNetwork parent() {
  Network network(build_network_spec(kParent, {12, 12, 1}, 3), {.zero = 90, .scale = 0.03f}, Rng(5));
  randomize_norms(network, Rng(6));
  return {std::move(network), {"ant", "bee", "cat"}};
}

ImageSet images_of(std::vector<std::string> names, int channels = 1) {
  ImageSet images = noise_images({12, 12, channels}, static_cast<int>(names.size()), 10, Rng(7));
  images.class_names = std::move(names);
  return images;
}

Tensor logits_of(Network& network, const ImageSet& images) {
  Tape tape(Tape::Mode::kForwardOnly);
  return tape.value(network.forward(tape, whole(images), Phase::kEvaluation)).clone();
}

}  // namespace

TEST_CASE("what begins with a run's weights knows its old classes as before, wherever they stand, and has new ones",
          "[search][begin-from]") {
  NamedNetwork old = parent();
  const ImageSet images = images_of({"aardvark", "cat", "ant", "dog", "bee"});
  Network child = begin_from(old, kParent, kParent, images, Rng(8));
  CHECK(child.pixel_scale().zero == 90);
  const Tensor before = logits_of(old.network, images_of({"ant", "bee", "cat"})), after = logits_of(child, images);
  for (int64_t i = 0; i < images.count(); ++i) {
    CHECK(after.at(i, 0, 0, 2) == before.at(i, 0, 0, 0));
    CHECK(after.at(i, 0, 0, 4) == before.at(i, 0, 0, 1));
    CHECK(after.at(i, 0, 0, 1) == before.at(i, 0, 0, 2));
    CHECK(after.at(i, 0, 0, 0) != after.at(i, 0, 0, 3));  // drawn, each on its own
  }
}

TEST_CASE("another architecture inherits what its layers can, and what cannot begin says why", "[search][begin-from]") {
  const NamedNetwork old = parent();
  const ImageSet images = images_of({"ant", "dog"});
  const Architecture wider = parse_architecture("w6:s3,c3,s5");
  Network child = begin_from(old, kParent, wider, images, Rng(8));
  CHECK(child.spec() == build_network_spec(wider, images.shape, 2));
  Network fresh(child.spec(), old.network.pixel_scale(), Rng(8));
  CHECK(weights_sha256(child) != weights_sha256(fresh));
  CHECK_THROWS_WITH(begin_from(old, kParent, parse_architecture("resnet8"), images, Rng(8)),
                    Catch::Contains("cannot begin with the weights of w4:s3,c3,s5"));
  CHECK_THROWS_WITH(begin_from(old, kParent, kParent, images_of({"ant"}, 3), Rng(8)),
                    Catch::Contains("a network for images of 1 channels"));
}
