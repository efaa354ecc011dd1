// .tflite files, read again by a reader of the tests' own. That a runtime computes from them what it should is measured
// by `make export-test`.
#include <map>

#include "mcu/host/formats/flatbuffer.h"
#include "mcu/host/formats/tflite.h"
#include "nn/layers/operations.h"
#include "tests/mcu/flat_reader.h"
#include "tests/mcu/small_export.h"
#include "tests/support/catch.h"
#include "tests/support/random_model.h"

using namespace mininas;
using namespace mininas::test;

namespace {

using Numbers = std::vector<int32_t>;

// One operator, with the tensors it reads and writes by name.
struct Step {
  int code = 0;
  std::vector<std::string> inputs;
  std::string output;
  FlatReader table;

  FlatReader options() const { return table.table(4); }
};

struct TfliteFile {
  explicit TfliteFile(const QuantizedModel& model, FormatOptions options = {FileTypes::kInt8, {}, "run7"})
      : bytes(tflite(model, options)), root(bytes) {
    const FlatReader graph = root.tables(2).at(0);
    const auto codes = root.tables(1), all = graph.tables(0);
    for (const FlatReader& tensor : all) CHECK(tensors.emplace(tensor.text(3), tensor).second);
    const auto name = [&](int32_t index) { return all.at(static_cast<size_t>(index)).text(3); };
    for (const int32_t index : graph.vector<int32_t>(1)) inputs.push_back(name(index));
    for (const int32_t index : graph.vector<int32_t>(2)) outputs.push_back(name(index));
    for (const FlatReader& table : graph.tables(3)) {
      Step step{
          codes.at(table.number<uint32_t>(0)).number<int32_t>(3), {}, name(table.vector<int32_t>(2).at(0)), table};
      for (const int32_t index : table.vector<int32_t>(1)) step.inputs.push_back(name(index));
      steps.push_back(step);
    }
  }

  const FlatReader& tensor(const std::string& name) const { return tensors.at(name); }
  template <class T>
  std::vector<T> values(const std::string& name) const {
    const FlatReader buffer = root.tables(4).at(tensor(name).number<uint32_t>(2));
    const auto raw = buffer.vector<char>(0, 16);
    std::vector<T> values(raw.size() / sizeof(T));
    std::memcpy(values.data(), raw.data(), raw.size());
    return values;
  }
  std::vector<float> scales(const std::string& name) const { return tensor(name).table(4).vector<float>(2, 4); }
  std::vector<int64_t> zeros(const std::string& name) const { return tensor(name).table(4).vector<int64_t>(3, 8); }
  const Step& step_of(const std::string& output) const {
    for (const Step& step : steps)
      if (step.output == output) return step;
    throw FormatError("no operator writes " + output);
  }

  std::string bytes;
  FlatReader root;
  std::map<std::string, FlatReader> tensors;
  std::vector<std::string> inputs, outputs;
  std::vector<Step> steps;
};

constexpr int kAdd = 0, kAveragePool = 1, kConv = 3, kDepthwise = 4, kDequantize = 6, kRelu = 19, kReshape = 22,
              kPad = 34, kQuantize = 114;

// With strides of 2 on even extents, sums and separate ReLUs.
QuantizedModel residual_model() { return trained_like_model(rectified_network(), Rng(4)); }
QuantizedModel strided_model() {
  return trained_like_model(family_network(4, {{true, 3}, {true, 5}, {false, 3}}, {8, 6, 3}, 3), Rng(5));
}

}  // namespace

TEST_CASE("a FlatBuffer holds numbers of all sizes, texts, vectors and tables, each aligned", "[mcu][formats]") {
  const FlatTable child = FlatTable().number(2, int8_t{-3}).number(0, int64_t{1} << 40);
  const std::string file = FlatTable()
                               .number(0, int16_t{-2})
                               .text(1, "name")
                               .vector(3, std::vector<int64_t>{5, -6})
                               .table(4, child)
                               .tables(5, {child, FlatTable(), FlatTable().number(1, 1.5f)})
                               .vector(6, std::vector<uint8_t>{1, 2, 3}, 16)
                               .file("TEST");
  CHECK(file.substr(4, 4) == "TEST");
  const FlatReader root(file);
  CHECK(root.number<int16_t>(0) == -2);
  CHECK(root.text(1) == "name");
  CHECK_FALSE(root.has(2));
  CHECK(root.vector<int64_t>(3, 8) == std::vector<int64_t>{5, -6});
  CHECK(root.table(4).number<int64_t>(0) == int64_t{1} << 40);
  CHECK(root.table(4).number<int8_t>(2) == -3);
  REQUIRE(root.tables(5).size() == 3);
  CHECK_FALSE(root.tables(5)[1].has(0));
  CHECK(root.tables(5)[2].number<float>(1) == 1.5f);
  CHECK(root.vector<uint8_t>(6, 16) == std::vector<uint8_t>{1, 2, 3});
  CHECK_FALSE(root.has(7));
}

TEST_CASE("a .tflite file holds the network's weights, biases and scales, from which its multipliers follow",
          "[mcu][formats]") {
  for (const QuantizedModel& model : {strided_model(), residual_model()}) {
    const TfliteFile file(model);
    CHECK(file.bytes.substr(4, 4) == "TFL3");
    CHECK(file.root.number<uint32_t>(0) == 3);
    for (int i = 0; i < model.spec.size(); ++i) {
      const std::string& name = model.spec.layer(i).name;
      const QuantizedLayer& layer = model.layers[static_cast<size_t>(i)];
      const ImageShape& shape = model.spec.shape(i);
      CHECK(file.tensor(name).vector<int32_t>(0) == Numbers{1, shape.height, shape.width, shape.channels});
      CHECK(file.tensor(name).number<int8_t>(1) == 9);
      CHECK(file.scales(name) == std::vector<float>{layer.output.scale});
      CHECK(file.zeros(name) == std::vector<int64_t>{layer.output.zero_point});
      if (!has_weights(model.spec.layer(i).kind)) continue;
      CHECK(file.values<int8_t>(name + "/weights") == layer.weights);
      CHECK(file.values<int32_t>(name + "/bias") == layer.bias);
      const auto scales = file.scales(name + "/weights"), bias_scales = file.scales(name + "/bias");
      const float input = file.scales(file.step_of(name).inputs[0])[0];
      REQUIRE(scales.size() == layer.rescale.size());
      for (size_t channel = 0; channel < scales.size(); ++channel) {
        CHECK(fixed_point_of(rescale_factor(input, scales[channel], layer.output.scale)) == layer.rescale[channel]);
        CHECK(bias_scales[channel] == input * scales[channel]);
      }
      const bool depthwise = traits_of(model.spec.layer(i)).depthwise;
      CHECK(file.tensor(name + "/weights").table(4).number<int32_t>(6) == (depthwise ? 3 : 0));
    }
  }
}

TEST_CASE("in .tflite a strided window is padded by an operator on both sides alike, any other by SAME",
          "[mcu][formats]") {
  const QuantizedModel model = strided_model();
  const TfliteFile file(model);
  int strided = 0;
  for (int i = 0; i < model.spec.size(); ++i) {
    const LayerSpec& layer = model.spec.layer(i);
    if (layer.kind != LayerKind::kConv && layer.kind != LayerKind::kDepthwise) continue;
    const Step& step = file.step_of(layer.name);
    CHECK(step.code == (layer.kind == LayerKind::kConv ? kConv : kDepthwise));
    const bool padded = layer.stride == 2 && layer.kernel > 1;
    CHECK(step.options().number<int8_t>(0) == (padded ? 1 : 0));
    CHECK(step.options().number<int32_t>(1) == layer.stride);
    CHECK(step.options().number<int32_t>(2) == layer.stride);
    CHECK(step.options().number<int8_t>(layer.kind == LayerKind::kConv ? 3 : 4) == (layer.relu ? 1 : 0));
    if (!padded) continue;
    ++strided;
    const Step& pad = file.step_of(step.inputs[0]);
    const int by = (layer.kernel - 1) / 2;
    CHECK(pad.code == kPad);
    CHECK(file.values<int32_t>(pad.inputs[1]) == Numbers{0, 0, by, by, by, by, 0, 0});
    CHECK(file.zeros(pad.output) == file.zeros(pad.inputs[0]));
    const auto before = file.tensor(pad.inputs[0]).vector<int32_t>(0),
               after = file.tensor(pad.output).vector<int32_t>(0);
    CHECK(after == Numbers{1, before[1] + 2 * by, before[2] + 2 * by, before[3]});
  }
  CHECK(strided == 2);
}

TEST_CASE("in .tflite a pool is AVERAGE_POOL_2D over the image, a linear layer a convolution, a sum ADD",
          "[mcu][formats]") {
  const QuantizedModel model = residual_model();
  const TfliteFile file(model);
  std::map<LayerKind, int> codes = {{LayerKind::kConv, kConv},   {LayerKind::kDepthwise, kDepthwise},
                                    {LayerKind::kLinear, kConv}, {LayerKind::kAdd, kAdd},
                                    {LayerKind::kRelu, kRelu},   {LayerKind::kGlobalAveragePool, kAveragePool}};
  for (int i = 0; i < model.spec.size(); ++i) {
    const LayerSpec& layer = model.spec.layer(i);
    const Step& step = file.step_of(layer.name);
    CHECK(step.code == codes.at(layer.kind));
    if (layer.kind == LayerKind::kAdd)
      CHECK(step.inputs ==
            std::vector<std::string>{model.spec.layer(layer.inputs[0]).name, model.spec.layer(layer.inputs[1]).name});
    if (layer.kind != LayerKind::kGlobalAveragePool) continue;
    CHECK(step.options().number<int32_t>(3) == model.spec.input_shape(i).width);
    CHECK(step.options().number<int32_t>(4) == model.spec.input_shape(i).height);
  }
  CHECK(file.steps.back().code == kReshape);
  CHECK(file.steps.back().inputs[0] == model.spec.layers().back().name);
}

TEST_CASE("a .tflite file takes the image in three types, gives logits or every layer, and names its run",
          "[mcu][formats]") {
  const QuantizedModel model = strided_model();
  const TfliteFile plain(model);
  CHECK(plain.outputs == std::vector<std::string>{"logits"});
  CHECK(plain.tensor("image").number<int8_t>(1) == 9);
  CHECK(plain.tensor("logits").vector<int32_t>(0) == Numbers{1, 3});
  const TfliteFile bytes(model, {FileTypes::kUint8, LayerOutputs::kAll, ""});
  CHECK(bytes.tensor("image").number<int8_t>(1) == 3);
  CHECK(bytes.zeros("image") == std::vector<int64_t>{model.input.zero_point + 128});
  CHECK(bytes.step_of("image/int8").code == kQuantize);
  CHECK(static_cast<int>(bytes.outputs.size()) == model.spec.size() + 1);
  const TfliteFile real(model, {FileTypes::kFloat, LayerOutputs::kNone, ""});
  CHECK(real.tensor("image").number<int8_t>(1) == 0);
  CHECK_FALSE(real.tensor("image").has(4));
  CHECK(real.step_of("logits").code == kDequantize);
  CHECK(real.scales("image/int8") == std::vector<float>{model.input.scale});
  const auto metadata = plain.root.tables(6);
  CHECK(metadata.at(2).text(0) == "run");
  const auto run = plain.root.tables(4).at(metadata.at(2).number<uint32_t>(1)).vector<char>(0);
  CHECK(std::string(run.begin(), run.end()) == "run7");
}

TEST_CASE("a clamp that is not ReLU's is refused by .tflite, with the layer's name", "[mcu][formats]") {
  QuantizedModel model = strided_model();
  model.layers[1].high = 100;
  CHECK_THROWS_WITH(tflite(model, {}), Catch::StartsWith("layer layer1.depthwise: clamps to [") &&
                                           Catch::Contains("100], which tflite has no form for"));
}
