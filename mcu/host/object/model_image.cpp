#include "mcu/host/object/model_image.h"

#include <bit>
#include <cstddef>
#include <cstring>

#include "core/error.h"
#include "mcu/host/object/device_constants.h"
#include "mcu/host/plan/device_operation.h"
#include "mcu/runtime/mn_crc32.h"

namespace mininas {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the device's object is little-endian and is copied as it lies in memory");

// Zero points, clamp and kind.
mn_layer row_of(const QuantizedModel& model, int index) {
  const LayerSpec& spec = model.spec.layer(index);
  const QuantizedLayer& integers = model.layers[static_cast<size_t>(index)];
  mn_layer row{};
  row.kind = device_operation(spec.kind).code;
  row.kernel = static_cast<uint8_t>(spec.kernel);
  row.stride = static_cast<uint8_t>(spec.stride);
  row.in_zero = static_cast<int8_t>(model.input_of(index).zero_point);
  if (spec.inputs.size() > 1) row.other_zero = static_cast<int8_t>(model.input_of(index, 1).zero_point);
  row.out_zero = static_cast<int8_t>(integers.output.zero_point);
  row.low = static_cast<int8_t>(integers.low);
  row.high = static_cast<int8_t>(integers.high);
  return row;
}

void set_extents(mn_layer& row, const ImageShape& in, const ImageShape& out) {
  row.in_height = static_cast<uint16_t>(in.height);
  row.in_width = static_cast<uint16_t>(in.width);
  row.in_channels = static_cast<uint16_t>(in.channels);
  row.out_height = static_cast<uint16_t>(out.height);
  row.out_width = static_cast<uint16_t>(out.width);
  row.out_channels = static_cast<uint16_t>(out.channels);
}

// Where input, output and scratch lie, and when rows come to be.
void set_places(mn_layer& row, const NetworkSpec& spec, const MemoryPlan& plan, int index) {
  const LayerSpec& layer = spec.layer(index);
  const LayerPlan& own = plan.layers[static_cast<size_t>(index)];
  const auto place = [](int64_t offset) { return offset == kCallerBuffer ? MN_CALLER : static_cast<uint32_t>(offset); };
  row.input = MN_CALLER;
  row.in_rows = row.in_height;
  if (layer.input() != kImage) {
    const LayerPlan& input = plan.layers[static_cast<size_t>(layer.input())];
    row.input = place(input.output);
    row.in_rows = static_cast<uint16_t>(input.output_rows);
  }
  if (layer.inputs.size() > 1) {
    const LayerPlan& other = plan.layers[static_cast<size_t>(layer.inputs[1])];
    row.other = place(other.output);
    row.other_rows = static_cast<uint16_t>(other.output_rows);
  }
  row.output = place(own.output);
  row.out_rows = static_cast<uint16_t>(own.output_rows);
  row.scratch = static_cast<uint32_t>(own.scratch);
  row.strip = static_cast<uint16_t>(own.strip);
  row.row_steps = static_cast<uint16_t>(own.pace.steps);
  row.row_delay = static_cast<uint16_t>(own.pace.delay);
}

// Offsets of what the layer has; 0 otherwise.
void set_constants(mn_layer& row, const LayerLayout& layout) {
  if (layout.bias_count > 0) row.bias = layout.bias;
  if (layout.rescale_count > 0) row.multipliers = layout.multipliers;
  if (layout.rescale_count > 0) row.shifts = layout.shifts;
  if (layout.weight_count > 0) row.weights = layout.weights;
}

template <class T>
void write_values(std::vector<uint8_t>& bytes, size_t offset, const std::vector<T>& values) {
  if (!values.empty()) std::memcpy(bytes.data() + offset, values.data(), values.size() * sizeof(T));
}

void write_constants(std::vector<uint8_t>& bytes, const LayerLayout& layout, const DeviceConstants& constants) {
  write_values(bytes, layout.bias, constants.bias);
  write_values(bytes, layout.multipliers, constants.multipliers);
  write_values(bytes, layout.weights, constants.weights);
  write_values(bytes, layout.shifts, constants.shifts);
}

mn_model header_of(const QuantizedModel& model, const ModelLayout& layout, const MemoryPlan& plan) {
  mn_model header{};
  header.magic = MN_MAGIC;
  header.bytes = static_cast<uint32_t>(layout.bytes);
  if (plan.arena_bytes > INT32_MAX)
    throw ConfigError(text("the arena needs ", plan.arena_bytes, " bytes, expected less than 2^31"));
  header.arena_bytes = static_cast<uint32_t>(plan.arena_bytes);
  header.version = MN_VERSION;
  header.layers = static_cast<uint16_t>(model.layers.size());
  header.height = static_cast<uint16_t>(model.spec.input().height);
  header.width = static_cast<uint16_t>(model.spec.input().width);
  header.channels = static_cast<uint16_t>(model.spec.input().channels);
  header.classes = static_cast<uint16_t>(model.spec.classes());
  return header;
}

void write_header(std::vector<uint8_t>& bytes, const mn_model& header) {
  std::memcpy(bytes.data(), &header, sizeof header);
}

}  // namespace

ModelImage make_model_image(const QuantizedModel& model, RamPlan ram_plan) {
  validate(model);
  const MemoryPlan plan = plan_memory(model.spec, ram_plan);
  ModelImage image{ram_plan, lay_out_model(model.spec), {}, {}, {}};
  image.header = header_of(model, image.layout, plan);
  image.bytes.assign(static_cast<size_t>(image.layout.bytes), 0);
  for (int index = 0; index < model.spec.size(); ++index) {
    const LayerLayout& layout = image.layout.layers[static_cast<size_t>(index)];
    mn_layer row = row_of(model, index);
    set_extents(row, model.spec.input_shape(index), model.spec.shape(index));
    set_places(row, model.spec, plan, index);
    set_constants(row, layout);
    image.layers.push_back(row);
    write_constants(image.bytes, layout, device_constants(model, index));
  }
  write_values(image.bytes, sizeof(mn_model), image.layers);
  write_header(image.bytes, image.header);
  constexpr size_t kUncovered = offsetof(mn_model, digest) + sizeof image.header.digest;
  image.header.digest = mn_crc32(0, image.bytes.data() + kUncovered, image.bytes.size() - kUncovered);
  write_header(image.bytes, image.header);
  return image;
}

}  // namespace mininas
