#include "nn/weights/model_file.h"

#include <cmath>

#include "core/error.h"
#include "core/io/binary_io.h"

namespace mininas {
namespace {

constexpr uint32_t kVersion = 2;

LayerKind get_kind(BinaryReader& in) {
  const auto kind = in.get<uint8_t>();
  if (kind > static_cast<uint8_t>(LayerKind::kAdd)) in.fail(text("layer kind ", int{kind}, " does not exist"));
  return static_cast<LayerKind>(kind);
}

int get_int(BinaryReader& in) { return in.get<int32_t>(); }

LayerSpec get_layer(BinaryReader& in) {
  LayerSpec layer;
  layer.name = in.get_text();
  layer.kind = get_kind(in);
  for (int* field : {&layer.input, &layer.other, &layer.out_channels, &layer.kernel, &layer.stride})
    *field = get_int(in);
  for (bool* flag : {&layer.bias, &layer.batch_norm, &layer.relu}) *flag = in.get<uint8_t>() != 0;
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
  for (const int value :
       {spec.input.height, spec.input.width, spec.input.channels, spec.classes, static_cast<int>(spec.layers.size())})
    out.put(int32_t{value});
  for (const LayerSpec& layer : spec.layers) {
    out.put(layer.name);
    out.put(static_cast<uint8_t>(layer.kind));
    for (const int value : {layer.input, layer.other, layer.out_channels, layer.kernel, layer.stride})
      out.put(int32_t{value});
    for (const bool flag : {layer.bias, layer.batch_norm, layer.relu}) out.put(static_cast<uint8_t>(flag));
  }
  out.put(static_cast<uint8_t>(spec.ram_plan));
}

NetworkSpec SpecCodec::get(BinaryReader& in) {
  NetworkSpec spec;
  for (int* field : {&spec.input.height, &spec.input.width, &spec.input.channels, &spec.classes}) *field = get_int(in);
  const int count = get_int(in);
  if (count < 1 || count > 10000) in.fail(text("a network of ", count, " layers cannot be"));
  for (int i = 0; i < count; ++i) spec.layers.push_back(get_layer(in));
  const auto ram_plan = in.get<uint8_t>();
  if (ram_plan > static_cast<uint8_t>(RamPlan::kStrips)) in.fail(text("RAM plan ", int{ram_plan}, " does not exist"));
  spec.ram_plan = static_cast<RamPlan>(ram_plan);
  try {
    layer_shapes(spec);
  } catch (const ConfigError& error) {
    in.fail(error.what());
  }
  return spec;
}

void save_network(Network& network, const std::vector<std::string>& class_names, const std::filesystem::path& path) {
  MN_CHECK(static_cast<int>(class_names.size()) == network.spec().classes, class_names.size(), " names");
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
  for (int i = 0; i < spec.classes; ++i) class_names.push_back(in.get_text());
  PixelScale pixels;
  pixels.zero = in.get<int32_t>();
  pixels.scale = in.get<float>();
  if (pixels.zero < 0 || pixels.zero > 255 || !(pixels.scale > 0.0f) || !std::isfinite(pixels.scale))
    in.fail("a pixel scale with zero in 0..255 and a positive factor was expected");
  Network network(std::move(spec), pixels, Rng(0));
  for (Tensor* tensor : tensors_of(network)) *tensor = in.get_tensor(tensor->shape(), "weights");
  in.expect_end();
  return {std::move(network), std::move(class_names)};
}

}  // namespace mininas
