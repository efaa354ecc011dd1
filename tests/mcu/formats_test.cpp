// The files for other runtimes, read again by a reader of the tests' own. That runtimes compute the right bytes from
// them is proven by `make export-test`.
#include <algorithm>
#include <set>

#include "core/error.h"
#include "mcu/host/formats/file_format.h"
#include "mcu/host/formats/onnx.h"
#include "mcu/host/formats/protobuf.h"
#include "nn/layers/operations.h"
#include "nn/train/network.h"
#include "tests/mcu/onnx_evaluator.h"
#include "tests/mcu/onnx_reader.h"
#include "tests/mcu/small_export.h"
#include "tests/support/catch.h"
#include "tests/support/random_model.h"
#include "tests/support/rounds.h"

using namespace mininas;
using namespace mininas::test;

namespace {

using Integers = std::vector<int64_t>;

// Two layers on a grey image of even size: a strided convolution, and a strided depthwise one.
QuantizedModel strided_model() {
  const auto layer = [](std::string name, LayerKind kind, int input, int channels, int kernel, int stride) {
    LayerSpec made{.name = std::move(name), .kind = kind, .inputs = {input}, .out_channels = channels};
    made.kernel = kernel;
    made.stride = stride;
    return made;
  };
  return random_model(NetworkSpec({8, 6, 2}, 3,
                                  {layer("conv", LayerKind::kConv, kImage, 4, 3, 2),
                                   layer("depthwise", LayerKind::kDepthwise, 0, 4, 5, 2),
                                   layer("pool", LayerKind::kGlobalAveragePool, 1, 4, 1, 1),
                                   layer("classifier", LayerKind::kLinear, 2, 3, 1, 1)}),
                      Rng(5));
}

// The values of input number `k` of the node, which must be a constant.
const OnnxTensor& constant_of(const OnnxModel& model, const OnnxNode& node, size_t k) {
  return model.constants.at(node.inputs.at(k));
}

std::string written(const QuantizedModel& model, FormatOptions options = {}) { return onnx_exact(model, options); }

}  // namespace

TEST_CASE("numbers of Protocol Buffers are as its documentation shows them", "[mcu][formats]") {
  CHECK(ProtobufMessage().number(1, 150).encoded() == "\x08\x96\x01");
  CHECK(ProtobufMessage().number(1, -1).encoded() == "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
  CHECK(ProtobufMessage().bytes(2, "testing").encoded() == "\x12\x07testing");
  CHECK(ProtobufMessage().bytes(16, "").encoded() == std::string("\x82\x01\x00", 3));
  CHECK(ProtobufMessage().message(3, ProtobufMessage().number(1, 150)).encoded() == "\x1a\x03\x08\x96\x01");
}

TEST_CASE("weights, biases and zero points of an ONNX file are the network's, in ONNX's order", "[mcu][formats]") {
  const QuantizedModel model = strided_model();
  const OnnxModel file = read_onnx(written(model));
  const auto convolutions = file.nodes_of("ConvInteger");
  REQUIRE(convolutions.size() == 3);
  const auto& [conv, depthwise, linear] = std::tie(*convolutions[0], *convolutions[1], *convolutions[2]);
  CHECK(constant_of(file, conv, 1).extents == Integers{4, 2, 3, 3});
  CHECK(constant_of(file, depthwise, 1).extents == Integers{4, 1, 5, 5});
  CHECK(constant_of(file, linear, 1).extents == Integers{3, 4, 1, 1});
  // output 2, input channel 1, row 0, column 2: ours is [out, row, column, in]
  CHECK(constant_of(file, conv, 1).integers()[((2 * 2 + 1) * 3 + 0) * 3 + 2] ==
        model.layers[0].weights[((2 * 3 + 0) * 3 + 2) * 2 + 1]);
  // channel 3, row 4, column 1: ours is [row, column, channel]
  CHECK(constant_of(file, depthwise, 1).integers()[(3 * 5 + 4) * 5 + 1] ==
        model.layers[1].weights[(4 * 5 + 1) * 4 + 3]);
  for (size_t i = 0; i < 2; ++i)
    CHECK(constant_of(file, *convolutions[i], 2).integers() ==
          Integers{model.input_of(static_cast<int>(i)).zero_point + 128});
  CHECK(file.constants.at("depthwise/bias").integers() ==
        Integers(model.layers[1].bias.begin(), model.layers[1].bias.end()));
  for (size_t channel = 0; channel < 4; ++channel) {
    const FixedPoint& factor = model.layers[0].rescale[channel];
    CHECK(file.constants.at("conv/multiplier").integers()[channel] == factor.multiplier);
    CHECK(file.constants.at("conv/divisor").integers()[channel] == int64_t{1} << factor.right_shift);
  }
}

TEST_CASE("onnx-qdq holds the scales of every tensor, channel and bias", "[mcu][formats]") {
  const QuantizedModel model = strided_model();
  const OnnxModel file = read_onnx(onnx_qdq(model, {}));
  const auto floats = [&](const std::string& name) { return file.constants.at(name).floats(); };
  for (int i = 0; i < 2; ++i) {
    const QuantizedLayer& layer = model.layers[static_cast<size_t>(i)];
    const OnnxNode& output = file.node_of(model.spec.layer(i).name);
    CHECK(output.operation == "QuantizeLinear");
    CHECK(floats(output.inputs[1]) == std::vector<float>{layer.output.scale});
    CHECK(constant_of(file, output, 2).integers() == Integers{layer.output.zero_point});
    CHECK(floats(model.spec.layer(i).name + "/weights_scale") == layer.weight_scales);
    const auto bias = floats(model.spec.layer(i).name + "/bias_scale");
    for (size_t channel = 0; channel < bias.size(); ++channel)
      CHECK(bias[channel] == layer.weight_scales[channel] * model.input_of(i).scale);
    const OnnxNode& conv = *file.nodes_of("Conv")[static_cast<size_t>(i)];
    const OnnxNode& image = file.node_of(conv.inputs[0]);
    CHECK(image.operation == "DequantizeLinear");
    CHECK(floats(image.inputs[1]) == std::vector<float>{model.input_of(i).scale});
  }
}

TEST_CASE("a clamp that is not that of a ReLU is one of int8 values in onnx-qdq", "[mcu][formats]") {
  QuantizedModel model = strided_model();
  CHECK(read_onnx(onnx_qdq(model, {})).nodes_of("Clip").empty());
  model.layers[0].high = 100;
  const OnnxModel file = read_onnx(onnx_qdq(model, {}));
  const OnnxNode& clip = file.node_of("conv");
  CHECK(clip.operation == "Clip");
  CHECK(constant_of(file, clip, 1).integers() == Integers{model.layers[0].low});
  CHECK(constant_of(file, clip, 2).integers() == Integers{100});
}

TEST_CASE("onnx-float holds the weights of training with the norms folded in, and ReLU where the network has one",
          "[mcu][formats]") {
  const NetworkSpec spec = family_network(3, {{false, 3}, {true, 5}}, {8, 6, 3}, 2);
  const Network network(spec, {100, 0.25f}, Rng(2));
  const auto folded = fold_batch_norm(network);
  const OnnxModel file = read_onnx(onnx_float(float_model(network, {"a", "b"}), {}));
  // output 5, input channel 2, row 1, column 0
  CHECK(file.constants.at("stem/weights").floats()[((5 * 3 + 2) * 3 + 1) * 3 + 0] ==
        folded[0].weight.data()[((5 * 3 + 1) * 3 + 0) * 3 + 2]);
  CHECK(file.constants.at("stem/bias").floats() ==
        std::vector<float>(folded[0].bias.data(), folded[0].bias.data() + folded[0].bias.size()));
  for (int i = 0; i < spec.size(); ++i)
    CHECK((file.node_of(spec.layer(i).name).operation == "Relu") == spec.layer(i).relu);
  const OnnxNode& scaled = file.node_of(file.node_of(file.node_of("stem").inputs[0]).inputs[0]);
  CHECK(constant_of(file, scaled, 1).floats() == std::vector<float>{0.25f});
  CHECK(constant_of(file, file.node_of(scaled.inputs[0]), 1).floats() == std::vector<float>{100});
  CHECK(file.outputs.at("logits").type == 1);
}

TEST_CASE("strided windows on images of even size are padded on both sides alike, and depthwise ones are grouped",
          "[mcu][formats]") {
  const OnnxModel file = read_onnx(written(strided_model()));
  const auto convolutions = file.nodes_of("ConvInteger");
  for (size_t i = 0; i < 2; ++i) {
    const auto& attributes = convolutions[i]->attributes;
    const int64_t kernel = i == 0 ? 3 : 5, padding = kernel / 2;
    CHECK(attributes.at("kernel_shape") == Integers{kernel, kernel});
    CHECK(attributes.at("pads") == Integers{padding, padding, padding, padding});
    CHECK(attributes.at("strides") == Integers{2, 2});
    CHECK(attributes.at("group") == Integers{i == 0 ? 1 : 4});
  }
}

TEST_CASE("an ONNX file takes the image in three types, and gives logits or every layer", "[mcu][formats]") {
  const QuantizedModel model = strided_model();
  const auto types = [&](FileTypes chosen) {
    const OnnxModel file = read_onnx(written(model, {chosen, LayerOutputs::kNone, ""}));
    CHECK(file.inputs.at("image").extents == Integers{-1, 8, 6, 2});
    CHECK(file.outputs.size() == 1);
    CHECK(file.outputs.at("logits").extents == Integers{-1, 3});
    return std::pair(file.inputs.at("image").type, file.outputs.at("logits").type);
  };
  CHECK(types(FileTypes::kInt8) == std::pair(3, 3));
  CHECK(types(FileTypes::kUint8) == std::pair(2, 3));
  CHECK(types(FileTypes::kFloat) == std::pair(1, 1));
  const OnnxModel all = read_onnx(written(model, {FileTypes::kUint8, LayerOutputs::kAll, ""}));
  CHECK(all.outputs.size() == 5);
  CHECK(all.outputs.at("depthwise").extents == Integers{-1, 4, 2, 2});
}

TEST_CASE("every tensor of an ONNX file is computed once, before it is read", "[mcu][formats]") {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const QuantizedModel model = random_model(random_network(Rng(seed)), Rng(seed));
    const OnnxModel file = read_onnx(written(model, {FileTypes::kUint8, LayerOutputs::kAll, ""}));
    std::set<std::string> known = {"image"};
    for (const auto& [name, tensor] : file.constants) CHECK(known.insert(name).second);
    for (const OnnxNode& node : file.nodes) {
      for (const std::string& input : node.inputs) CHECK(known.count(input) == 1);
      for (const std::string& output : node.outputs) CHECK(known.insert(output).second);
    }
    for (const auto& [name, tensor] : file.outputs) CHECK(known.count(name) == 1);
    CHECK(static_cast<int>(file.outputs.size()) == model.spec.size() + 1);
  }
}

TEST_CASE("the operators of onnx-exact, computed as ONNX defines them, give every byte of every layer",
          "[mcu][formats]") {
  for (uint64_t seed = 1; seed <= rounds(24); ++seed) {
    const NetworkSpec spec = random_network(Rng(seed), {10, 5, 5, 4});
    const QuantizedModel model = random_model(spec, Rng(seed));
    const auto image = random_images(spec.input(), 4, Rng(seed));  // the first is noise
    const std::vector<uint8_t> noise(image.begin(), image.begin() + static_cast<std::ptrdiff_t>(spec.input().size()));
    const auto expected = integer_forward(model, noise.data(), 1).layers;
    const auto found = evaluate(read_onnx(written(model)), noise);
    for (int i = 0; i < spec.size(); ++i) {
      const ImageShape& shape = spec.shape(i);
      const Integers& theirs = found.at(spec.layer(i).name).values;
      int64_t different = 0;
      for (int64_t pixel = 0; pixel < shape.height * shape.width; ++pixel)
        for (int64_t channel = 0; channel < shape.channels; ++channel)
          different += theirs.at(static_cast<size_t>(channel * shape.height * shape.width + pixel)) !=
                       expected[static_cast<size_t>(i)][static_cast<size_t>(pixel * shape.channels + channel)];
      CAPTURE(seed, spec.layer(i).name);
      REQUIRE(different == 0);
    }
  }
}

TEST_CASE("a file names its format, version, run, classes and the image's scale; the same network, the same bytes",
          "[mcu][formats]") {
  QuantizedModel model = strided_model();
  model.class_names = {"cat", "caf\xE9", "dog"};  // Latin-1, which no ONNX file may hold
  model.input = {0.5f, -7};
  const auto facts = read_onnx(written(model, {FileTypes::kUint8, LayerOutputs::kNone, "run7"})).facts;
  CHECK(facts.at("format") == "onnx-exact");
  CHECK(facts.at("run") == "run7");
  CHECK(facts.at("class_names") == "cat\ncaf\xC3\xA9\ndog");
  CHECK(facts.at("image") == "NHWC; real = 0.5 * (byte - 121)");
  CHECK_THAT(facts.at("mininas"), Catch::Contains("("));
  CHECK(written(model) == written(model));
}

TEST_CASE("an operation that a format has no row for is refused by its layer's name and its own", "[mcu][formats]") {
  struct Row {
    LayerKind kind;
  };
  constexpr Row kRows[] = {{LayerKind::kConv}, {LayerKind::kAdd}};
  LayerSpec layer{.name = "n3", .kind = LayerKind::kAdd};
  CHECK(&row_of(kRows, layer, "some-format") == &kRows[1]);
  layer.kind = LayerKind::kRelu;
  CHECK_THROWS_WITH(row_of(kRows, layer, "some-format"),
                    Catch::StartsWith("layer n3: some-format has no form for relu yet; export the network as C"));
}
