// `make export-test`, the first half: writes networks in the formats of other runtimes, with images and the bytes that
// our engine computes at every layer. tests/formats/compare.cjs runs the files and compares.
// `mcu_exports FOLDER` writes FOLDER/NAME/ for each network: a trained one, resnet8, mobilenetv2, twenty random
// networks and ten random graphs. In it are
//   FORMAT.ENDING        every format, with all layers as outputs
//   FORMAT-alone.ENDING  onnx-qdq and tflite, where each layer reads the right bytes, not the earlier layers' outputs
//   images.bin           the images, as bytes
//   expected.bin         each layer's int8 outputs, NHWC, for all images, layer by layer
//   expected-tflite.bin  the same for tflite, which has other integers
//   expected-float.bin   the same of the float network, whose weights are not those of the integers, as float32
//   network.json {"images":4,"input":[h,w,c],"layers":[{"name":"stem","shape":[h,w,c]}, ...]}
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/io/file.h"
#include "datasets/synthetic.h"
#include "mcu/host/formats/file_format.h"
#include "mcu/host/formats/onnx.h"
#include "mcu/host/formats/tflite.h"
#include "nn/quant/quantized_network.h"
#include "nn/train/trainer.h"
#include "search/job/stages.h"
#include "search/space/build.h"
#include "search/space/random_graph.h"
#include "tests/support/random_model.h"

using namespace mininas;
using namespace mininas::test;
namespace fs = std::filesystem;

namespace {

constexpr int64_t kImages = 4, kTrainedImages = 64;
constexpr int kRandomNetworks = 20, kRandomGraphs = 10;

struct Example {
  std::string name;
  QuantizedModel model, trained_like;
  std::vector<uint8_t> images;
};

Example example_of(const std::string& name, const QuantizedModel& model, const QuantizedModel& trained_like) {
  return {name, model, trained_like, random_images(model.spec.input(), kImages, Rng(7))};
}

Example random_example(const std::string& name, const NetworkSpec& spec, uint64_t seed) {
  return example_of(name, random_model(spec, Rng(seed)), trained_like_model(spec, Rng(seed)));
}

// A network that was trained and quantised, on synthetic images, with test images: differences do not grow in it as in
// networks with random weights.
Example trained_example() {
  const Dataset data = make_synthetic({.classes = 10});
  TrainConfig recipe;
  recipe.epochs = 4;
  recipe.augmentation = {};
  const NetworkSpec spec = build_network_spec("w12:c3,s5,s3,s5,s7*2", data.train.shape, 10);
  const TrainedNetwork floats = train_network(spec, data.train, nullptr, recipe, {});
  QuantizedNetwork integers(floats.network, data.train.class_names, first_images(data.train, 256));
  recipe.epochs = 1;
  recipe.learning_rate = 0.001f;
  train(integers, data.train, nullptr, recipe, {});
  const QuantizedModel model = integers.freeze();
  return {"trained", model, model, first_images(data.test, kTrainedImages).pixels};
}

std::vector<Example> examples() {
  const ImageShape cifar{32, 32, 3};
  std::vector<Example> found = {trained_example()};
  for (const char* name : {"resnet8", "mobilenetv2"}) {
    const QuantizedModel model = trained_like_model(build_network_spec(name, cifar, 10), Rng(1));
    found.push_back(example_of(name, model, model));
  }
  for (uint64_t seed = 1; seed <= kRandomNetworks; ++seed)
    found.push_back(random_example(text("random", seed), random_network(Rng(seed)), seed));
  for (uint64_t seed = 1; seed <= kRandomGraphs; ++seed) {
    Rng rng(seed);
    const Graph graph = random_graph({}, rng);
    const NetworkSpec spec = build_network_spec(graph, {static_cast<int>(8 + seed), 12, 3}, 4);
    found.push_back(random_example(text("graph", seed), spec, seed));
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

std::string network_json(const NetworkSpec& spec, int64_t images) {
  std::string layers;
  for (int i = 0; i < spec.size(); ++i)
    layers +=
        text(i == 0 ? "" : ",", "\n{\"name\":\"", spec.layer(i).name, "\",\"shape\":", shape_json(spec.shape(i)), "}");
  return text("{\"images\":", images, ",\"input\":", shape_json(spec.input()), ",\"layers\":[", layers, "]}\n");
}

int64_t images_in(const NetworkSpec& spec, const std::vector<uint8_t>& images) {
  return static_cast<int64_t>(images.size()) / spec.input().size();
}

std::string integer_outputs(const QuantizedModel& model, const std::vector<uint8_t>& images) {
  std::string all;
  for (const auto& layer : integer_forward(model, images.data(), images_in(model.spec, images)).layers)
    all += as_text(layer);
  return all;
}

std::string float_outputs(const Network& network, const std::vector<uint8_t>& images) {
  std::string all;
  for (const Tensor& layer :
       folded_outputs(network, fold_batch_norm(network), {images.data(), images_in(network.spec(), images)}))
    all.append(reinterpret_cast<const char*>(layer.data()), static_cast<size_t>(layer.size()) * sizeof(float));
  return all;
}

// TensorFlow Lite has no clamps but ReLU's, so its integers are such as training leaves.
const QuantizedModel& integers_for(const FileFormat& format, const Example& example) {
  return format.of_integers == tflite ? example.trained_like : example.model;
}

std::string content(const FileFormat& format, const Example& example, const Network& network, LayerOutputs layers) {
  const FormatOptions options{format.types, layers, example.name};
  return format.of_integers != nullptr ? format.of_integers(integers_for(format, example), options)
                                       : format.of_floats(float_model(network, example.model.class_names), options);
}

void write_formats(const Example& example, const Network& network, const fs::path& folder) {
  for (const FileFormat& format : file_formats()) {
    write_text_file(folder / text(format.name, ".", format.ending),
                    content(format, example, network, LayerOutputs::kAll));
    if (format.of_integers == onnx_qdq || format.of_integers == tflite)
      write_text_file(folder / text(format.name, "-alone.", format.ending),
                      content(format, example, network, LayerOutputs::kAlone));
  }
}

void write(const Example& example, const fs::path& folder) {
  const NetworkSpec& spec = example.model.spec;
  const std::vector<uint8_t>& images = example.images;
  const Network network(spec, PixelScale{}, Rng(3));
  make_writable_folder(folder);
  write_formats(example, network, folder);
  write_text_file(folder / "images.bin", as_text(images));
  write_text_file(folder / "expected.bin", integer_outputs(example.model, images));
  write_text_file(folder / "expected-tflite.bin", integer_outputs(example.trained_like, images));
  write_text_file(folder / "expected-float.bin", float_outputs(network, images));
  write_text_file(folder / "network.json", network_json(spec, images_in(spec, images)));
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
