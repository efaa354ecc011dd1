#include "nn/weights/model_file.h"

#include <cmath>

#include "core/error.h"
#include "core/io/binary_io.h"

namespace mininas {
namespace {

constexpr uint32_t kVersion = 3;

constexpr int kMaxLayers = 10000;

LayerKind get_kind(BinaryReader& in) {
  const auto kind = in.get<uint8_t>();
  if (kind >= kLayerKinds) in.fail(text("layer kind ", int{kind}, " does not exist"));
  return static_cast<LayerKind>(kind);
}

int get_int(BinaryReader& in) { return in.get<int32_t>(); }

int get_count(BinaryReader& in, int most, const char* what) {
  const int count = get_int(in);
  if (count < 1 || count > most) in.fail(text(count, " ", what, ", expected 1 to ", most));
  return count;
}

// Name, kind, inputs, attributes; numbers and flags are stored as int32.
void put_layer(BinaryWriter& out, const LayerSpec& layer) {
  out.put(layer.name);
  out.put(static_cast<uint8_t>(layer.kind));
  out.put(static_cast<int32_t>(layer.inputs.size()));
  for (const int input : layer.inputs) out.put(int32_t{input});
  visit_attributes(layer, [&](const char*, auto value) { out.put(static_cast<int32_t>(value)); });
}

LayerSpec get_layer(BinaryReader& in) {
  LayerSpec layer;
  layer.name = in.get_text();
  layer.kind = get_kind(in);
  layer.inputs.clear();
  for (int left = get_count(in, kMaxLayers, "inputs of a layer"); left > 0; --left) layer.inputs.push_back(get_int(in));
  visit_attributes(layer, [&](const char* name, auto& value) {
    const int stored = get_int(in);
    value = static_cast<std::remove_reference_t<decltype(value)>>(stored);
    if (int{value} != stored) in.fail(text("layer ", layer.name, ": ", name, " is ", stored, ", expected 0 or 1"));
  });
  return layer;
}

std::vector<Tensor*> tensors_of(Network& network) {
  std::vector<Tensor*> all;
  for (Parameter* p : network.parameters()) all.push_back(&p->value);
  for (Tensor* t : network.state()) all.push_back(t);
  return all;
}

}  // namespace

void SpecCodec::put(BinaryWriter& out, const NetworkSpec& spec) {
  const ImageShape& image = spec.input();
  for (const int value : {image.height, image.width, image.channels, spec.classes(), spec.size()})
    out.put(int32_t{value});
  for (const LayerSpec& layer : spec.layers()) put_layer(out, layer);
}

NetworkSpec SpecCodec::get(BinaryReader& in) {
  ImageShape image;
  int classes = 0;
  for (int* field : {&image.height, &image.width, &image.channels, &classes}) *field = get_int(in);
  std::vector<LayerSpec> layers;
  for (int left = get_count(in, kMaxLayers, "layers of a network"); left > 0; --left) layers.push_back(get_layer(in));
  try {
    return NetworkSpec(image, classes, std::move(layers));
  } catch (const ConfigError& error) {
    in.fail(error.what());
  }
}

void save_network(Network& network, const std::vector<std::string>& class_names, const std::filesystem::path& path) {
  MN_CHECK(static_cast<int>(class_names.size()) == network.spec().classes(), class_names.size(), " names");
  BinaryWriter out("NETW", kVersion);
  SpecCodec::put(out, network.spec());
  for (const std::string& name : class_names) out.put(name);
  out.put(int32_t{network.pixel_scale().zero});
  out.put(network.pixel_scale().scale);
  for (const Tensor* tensor : tensors_of(network)) out.put(*tensor);
  out.write(path);
}

NamedNetwork load_network(const std::filesystem::path& path) {
  BinaryReader in(path, "NETW", kVersion);
  NetworkSpec spec = SpecCodec::get(in);
  std::vector<std::string> class_names;
  for (int i = 0; i < spec.classes(); ++i) class_names.push_back(in.get_text());
  PixelScale pixels;
  pixels.zero = in.get<int32_t>();
  pixels.scale = in.get<float>();
  if (pixels.zero < 0 || pixels.zero > 255 || !(pixels.scale > 0.0f) || !std::isfinite(pixels.scale))
    in.fail("a pixel scale with zero in 0..255 and a positive factor was expected");
  in.expect_left(4 * static_cast<uint64_t>(parameter_count(spec)), "weights");  // before memory is asked for
  Network network(std::move(spec), pixels, Rng(0));
  for (Tensor* tensor : tensors_of(network)) *tensor = in.get_tensor(tensor->shape(), "weights");
  in.expect_end();
  return {std::move(network), std::move(class_names)};
}

}  // namespace mininas
