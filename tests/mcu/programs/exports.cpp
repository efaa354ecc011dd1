// `make export-test`, the first half: writes networks in the formats of other runtimes, with images and the bytes that
// our engine computes at every layer. tests/formats/compare.cjs runs the files and compares.
// `mcu_exports FOLDER` writes FOLDER/NAME/ for each network: resnet8, mobilenetv2, twenty random networks and ten random
// graphs. In it are
//   FORMAT.onnx  every format, with all layers as outputs        images.bin   the images, as bytes
//   expected.bin each layer's int8 outputs, NHWC, for all images, layer by layer
//   network.json {"images":4,"input":[h,w,c],"layers":[{"name":"stem","shape":[h,w,c]}, ...]}
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/io/file.h"
#include "mcu/host/formats/file_format.h"
#include "search/space/build.h"
#include "search/space/random_graph.h"
#include "tests/support/random_model.h"

using namespace mininas;
using namespace mininas::test;
namespace fs = std::filesystem;

namespace {

constexpr int64_t kImages = 4;
constexpr int kRandomNetworks = 20, kRandomGraphs = 10;

struct Example {
  std::string name;
  QuantizedModel model;
};

std::vector<Example> examples() {
  const ImageShape cifar{32, 32, 3};
  std::vector<Example> found;
  for (const char* name : {"resnet8", "mobilenetv2"})
    found.push_back({name, trained_like_model(build_network_spec(name, cifar, 10), Rng(1))});
  for (uint64_t seed = 1; seed <= kRandomNetworks; ++seed)
    found.push_back({text("random", seed), random_model(random_network(Rng(seed)), Rng(seed))});
  for (uint64_t seed = 1; seed <= kRandomGraphs; ++seed) {
    Rng rng(seed);
    const Graph graph = random_graph({}, rng);
    const NetworkSpec spec = build_network_spec(graph, {static_cast<int>(8 + seed), 12, 3}, 4);
    found.push_back({text("graph", seed), random_model(spec, Rng(seed))});
  }
  return found;
}

template <class T>
std::string_view as_text(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size()};
}

std::string shape_json(const ImageShape& shape) {
  return text("[", shape.height, ",", shape.width, ",", shape.channels, "]");
}

std::string network_json(const NetworkSpec& spec) {
  std::string layers;
  for (int i = 0; i < spec.size(); ++i)
    layers +=
        text(i == 0 ? "" : ",", "\n{\"name\":\"", spec.layer(i).name, "\",\"shape\":", shape_json(spec.shape(i)), "}");
  return text("{\"images\":", kImages, ",\"input\":", shape_json(spec.input()), ",\"layers\":[", layers, "]}\n");
}

void write(const Example& example, const fs::path& folder) {
  const QuantizedModel& model = example.model;
  make_writable_folder(folder);
  for (const FileFormat& format : file_formats())
    if (format.of_integers != nullptr)
      write_text_file(folder / text(format.name, ".", format.ending),
                      format.of_integers(model, {FileTypes::kUint8, true, example.name}));
  const auto images = random_images(model.spec.input(), kImages, Rng(7));
  std::string expected;
  for (const auto& layer : integer_forward(model, images.data(), kImages).layers) expected += as_text(layer);
  write_text_file(folder / "images.bin", as_text(images));
  write_text_file(folder / "expected.bin", expected);
  write_text_file(folder / "network.json", network_json(model.spec));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 2) throw UsageError("usage: mcu_exports FOLDER");
    for (const Example& example : examples()) write(example, fs::path(argv[1]) / example.name);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
