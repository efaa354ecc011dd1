// Finished networks on disk: what comes back is what was saved, and what is damaged or impossible does not come back.
#include "nn/weights/model_file.h"

#include <cmath>
#include <functional>

#include "core/error.h"
#include "core/io/binary_io.h"
#include "core/io/file.h"
#include "nn/train/trainer.h"
#include "tests/nn/small_networks.h"
#include "tests/support/catch.h"
#include "tests/support/random_model.h"
#include "tests/support/temp_dir.h"
#include "tests/support/tensors.h"

using namespace mininas;
using namespace mininas::test;

namespace {

const std::vector<std::string> kNames{"cat", "a class with spaces, and \xc3\xa9"};

Network make_network(uint64_t seed = 1) {
  Network network(residual_network(), {.zero = 77, .scale = 0.0123f}, Rng(seed));
  randomize_norms(network, Rng(seed + 1));
  return network;
}

void put_spec(BinaryWriter& out, const ImageShape& image, int classes, const std::vector<LayerSpec>& layers) {
  for (const int value : {image.height, image.width, image.channels, classes, static_cast<int>(layers.size())})
    out.put(int32_t{value});
  for (const LayerSpec& layer : layers) {
    out.put(layer.name);
    out.put(static_cast<uint8_t>(layer.kind));
    out.put(static_cast<int32_t>(layer.inputs.size()));
    for (const int input : layer.inputs) out.put(int32_t{input});
    for (const int value : {layer.out_channels, layer.kernel, layer.stride}) out.put(int32_t{value});
    for (const bool flag : {layer.bias, layer.batch_norm, layer.relu}) out.put(int32_t{flag});
  }
}

// What a file holds of residual_network.
struct Stored {
  ImageShape image{6, 7, 1};
  int classes = 2;
  std::vector<LayerSpec> layers = residual_network().layers();
};

// The error of reading a spec that was written with one change.
std::string refusal(const std::function<void(Stored&)>& change) {
  const TempDir folder;
  Stored stored;
  change(stored);
  BinaryWriter out("SPEC", 1);
  put_spec(out, stored.image, stored.classes, stored.layers);
  out.write(folder / "spec");
  BinaryReader in(folder / "spec", "SPEC", 1);
  try {
    SpecCodec::get(in);
  } catch (const FormatError& error) {
    CHECK_THAT(error.what(), Catch::StartsWith((folder / "spec").string()));
    return error.what();
  }
  return "nothing was refused";
}

}  // namespace

TEST_CASE("a saved network comes back with the same bits, names, pixel scale and answers", "[nn][model_file]") {
  const TempDir folder;
  Network network = make_network();
  save_network(network, kNames, folder / "network.bin");
  NamedNetwork loaded = load_network(folder / "network.bin");
  CHECK(loaded.class_names == kNames);
  CHECK(loaded.network.pixel_scale().zero == 77);
  CHECK(loaded.network.pixel_scale().scale == 0.0123f);
  CHECK(weights_sha256(loaded.network) == weights_sha256(network));
  CHECK(loaded.network.spec() == network.spec());
  const ImageSet images = noise_images(network.spec().input(), 2, 16, Rng(3));
  Tape before(Tape::Mode::kForwardOnly), after(Tape::Mode::kForwardOnly);
  CHECK(same_bits(before.value(network.forward(before, whole(images), Phase::kEvaluation)),
                  after.value(loaded.network.forward(after, whole(images), Phase::kEvaluation))));
  CHECK(evaluate(loaded.network, images).confusion == evaluate(network, images).confusion);
}

TEST_CASE("saving what was loaded gives the same file", "[nn][model_file]") {
  const TempDir folder;
  Network network = make_network();
  save_network(network, kNames, folder / "a");
  NamedNetwork loaded = load_network(folder / "a");
  save_network(loaded.network, loaded.class_names, folder / "b");
  CHECK(read_file(folder / "a") == read_file(folder / "b"));
}

TEST_CASE("a damaged, truncated or missing network file is refused with its path", "[nn][model_file]") {
  const TempDir folder;
  Network network = make_network();
  save_network(network, kNames, folder / "a");
  const auto bytes = read_file(folder / "a");
  const auto check_refused = [&](const std::vector<std::byte>& damaged) {
    write_file(folder / "b", damaged);
    CHECK_THROWS_AS(load_network(folder / "b"), FormatError);
    CHECK_THROWS_WITH(load_network(folder / "b"), Catch::StartsWith((folder / "b").string()));
  };
  for (size_t i = 0; i < bytes.size(); i += 41) {
    auto damaged = bytes;
    damaged[i] ^= std::byte{16};
    check_refused(damaged);
  }
  for (const size_t size : {size_t{0}, size_t{43}, bytes.size() / 2, bytes.size() - 1})
    check_refused({bytes.begin(), bytes.begin() + static_cast<int64_t>(size)});
  CHECK_THROWS_AS(load_network(folder / "none"), IoError);
}

TEST_CASE("a network file with a pixel scale that cannot be is refused", "[nn][model_file]") {
  const TempDir folder;
  for (const PixelScale scale : {PixelScale{-1, 1.0f}, PixelScale{256, 1.0f}, PixelScale{0, 0.0f}, PixelScale{0, -1.0f},
                                 PixelScale{0, NAN}, PixelScale{0, INFINITY}}) {
    Network network(residual_network(), scale, Rng(1));
    save_network(network, kNames, folder / "a");
    CHECK_THROWS_WITH(load_network(folder / "a"), Catch::Contains("pixel scale"));
  }
}

TEST_CASE("a network is saved with one name a class or not at all", "[nn][model_file]") {
  const TempDir folder;
  Network network = make_network();
  CHECK_THROWS_AS(save_network(network, {"only one"}, folder / "a"), std::logic_error);
  CHECK_FALSE(std::filesystem::exists(folder / "a"));
}

TEST_CASE("a file of another kind is refused by name", "[nn][model_file]") {
  const TempDir folder;
  save_quantized_model(random_model(residual_network(), Rng(1)), folder / "q");
  CHECK_THROWS_WITH(load_network(folder / "q"), Catch::Contains("kind NETW"));
}

TEST_CASE("any spec of the family comes back from its file form", "[nn][model_file]") {
  const TempDir folder;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const NetworkSpec spec = random_network(Rng(seed));
    BinaryWriter out("SPEC", 1);
    SpecCodec::put(out, spec);
    out.write(folder / "spec");
    BinaryReader in(folder / "spec", "SPEC", 1);
    CHECK(SpecCodec::get(in) == spec);
    CHECK_NOTHROW(in.expect_end());
  }
}

TEST_CASE("a spec that cannot be is refused with file and rule, although its checksum is right", "[nn][model_file]") {
  CHECK_THAT(refusal([](Stored& s) { s.layers[0].kind = static_cast<LayerKind>(kLayerKinds); }),
             Catch::Contains(text("layer kind ", kLayerKinds, " does not exist")));
  CHECK_THAT(refusal([](Stored& s) { s.layers.clear(); }),
             Catch::Contains("0 layers of a network, expected 1 to 10000"));
  CHECK_THAT(refusal([](Stored& s) { s.layers[1].out_channels = 9; }),
             Catch::Contains("layer depthwise: has 9 output channels"));
  CHECK_THAT(refusal([](Stored& s) { s.layers[1].inputs = {7}; }), Catch::Contains("layer depthwise: reads layer 7"));
  CHECK_THAT(refusal([](Stored& s) {
               s.layers[5].inputs = {4, -70000};
             }),
             Catch::Contains("layer pointwise2: has 2 inputs, expected 1"));
  CHECK_THAT(refusal([](Stored& s) { s.layers[5].inputs.clear(); }),
             Catch::Contains("0 inputs of a layer, expected 1 to 10000"));
  CHECK_THAT(refusal([](Stored& s) { s.image.height = -1; }), Catch::Contains("cannot read images of -1x7x1"));
  CHECK_THAT(refusal([](Stored& s) { s.classes = 1; }), Catch::Contains("at least 2 classes"));
}

TEST_CASE("a count of layers beyond any network is refused before anything is read", "[nn][model_file]") {
  const TempDir folder;
  BinaryWriter out("SPEC", 1);
  for (const int value : {6, 7, 1, 2, 10001}) out.put(int32_t{value});
  out.write(folder / "spec");
  BinaryReader in(folder / "spec", "SPEC", 1);
  CHECK_THROWS_WITH(SpecCodec::get(in), Catch::Contains("10001 layers of a network, expected 1 to 10000"));
}

TEST_CASE("a network file that ends before its weights is refused before memory is asked for them",
          "[nn][model_file]") {
  const TempDir folder;
  Network network = make_network();
  save_network(network, kNames, folder / "saved");
  const auto version = std::to_integer<uint32_t>(read_file(folder / "saved")[8]);
  Stored stored;
  stored.layers = {{"a", LayerKind::kConv, {kImage}, 65536, 3, 1, false, true, true},
                   {"b", LayerKind::kConv, {0}, 65536, 7, 1, false, true, true},
                   {"pool", LayerKind::kGlobalAveragePool, {1}, 65536, 1, 1, false, false, false},
                   {"classifier", LayerKind::kLinear, {2}, 2, 1, 1, true, false, false}};
  BinaryWriter out("NETW", version);
  put_spec(out, stored.image, stored.classes, stored.layers);
  for (const std::string& name : kNames) out.put(name);
  out.put(int32_t{0});
  out.put(1.0f);
  out.write(folder / "forged");
  CHECK_THROWS_WITH(load_network(folder / "forged"), Catch::Contains("bytes of weights, only 0 are left"));
}
