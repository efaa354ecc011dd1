#include "search/cli/trace.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>

#include "core/error.h"
#include "core/file.h"
#include "datasets/resize.h"
#include "datasets/stb_decoder.h"
#include "nn/model_file.h"
#include "search/trace.h"

namespace mininas {
namespace {

std::optional<int64_t> whole_number(const std::string& source) {
  int64_t value = 0;
  const auto [end, status] = std::from_chars(source.data(), source.data() + source.size(), value);
  if (status != std::errc() || end != source.data() + source.size()) return std::nullopt;
  return value;
}

// The bytes of the picture that --trace names, in the shape that the network reads.
std::vector<uint8_t> image_bytes(const RunFolder& folder, const std::string& name, const ImageShape& shape) {
  if (const auto index = whole_number(name)) {
    const ImageSet images = open_run_data(read_run_file(folder, ""), "").test;
    if (*index < 0 || *index >= images.count())
      throw ConfigError(text("--trace ", name, ": test images are numbered 0 to ", images.count() - 1));
    return {images.image(*index), images.image(*index) + shape.size()};
  }
  const ColourImage image = resize_image(decode_image(read_file(name, kMaxImageFileBytes), name), shape.height, shape.width);
  if (shape.channels != 3) throw ConfigError(text("--trace ", name, ": the network reads grey images; name a test image by its number"));
  return image.pixels;
}

int layer_index(const NetworkSpec& spec, const std::string& name) {
  if (name.empty()) return static_cast<int>(spec.layers.size()) - 1;
  std::string known;
  for (size_t i = 0; i < spec.layers.size(); ++i) {
    if (spec.layers[i].name == name) return static_cast<int>(i);
    known += (i == 0 ? "" : ", ") + spec.layers[i].name;
  }
  if (const auto number = whole_number(name)) return static_cast<int>(std::clamp<int64_t>(*number, -1, 1 << 20));
  throw UsageError(text("--layer ", name, ": there is no such layer; there are: ", known));
}

TracePlace place_of(const QuantizedModel& model, const TraceOptions& o, const uint8_t* image) {
  TracePlace place{layer_index(model.spec, o.layer)};
  if (!o.at.empty()) {
    int used = 0;
    if (std::sscanf(o.at.c_str(), "%d,%d,%d%n", &place.y, &place.x, &place.channel, &used) != 3 || o.at[static_cast<size_t>(used)] != '\0')
      throw UsageError(text("--at ", o.at, ": expected y,x,c"));
    return place;
  }
  if (place.layer + 1 == static_cast<int>(model.spec.layers.size())) {
    place.channel = integer_predict(model, image, 1).front();
  } else if (place.layer >= 0 && place.layer < static_cast<int>(model.spec.layers.size())) {
    const ImageShape shape = layer_shapes(model.spec)[static_cast<size_t>(place.layer)];
    place.y = shape.height / 2;
    place.x = shape.width / 2;
  }
  return place;
}

void print_taps(const Trace& t, int most) {
  std::printf("%-12s %7s %7s %9s   %10s %10s %11s   %10s %10s %11s\n", "input y,x,c", "input", "weight", "product", "real input", "weight",
              "product", "float in", "weight", "product");
  double real_rest = 0, float_rest = 0;
  int64_t rest = 0;
  int hidden = 0;
  for (size_t i = 0; i < t.taps.size(); ++i) {
    const Tap& tap = t.taps[i];
    const double real = tap.real_input * tap.real_weight, in_float = tap.float_input * tap.float_weight;
    if (static_cast<int>(i) >= most) {
      rest += tap.product;
      real_rest += real;
      float_rest += in_float;
      ++hidden;
      continue;
    }
    const std::string where = tap.padding ? "padding" : text(tap.y, ",", tap.x, ",", tap.channel);
    std::printf("%-12s %7d %7d %9lld   %10.5f %10.5f %11.6f   %10.5f %10.5f %11.6f\n", where.c_str(), tap.input, tap.weight,
                static_cast<long long>(tap.product), tap.real_input, tap.real_weight, real, tap.float_input, tap.float_weight, in_float);
  }
  if (hidden > 0)
    std::printf("%-12s %7s %7s %9lld   %10s %10s %11.6f   %10s %10s %11.6f\n", text(hidden, " more").c_str(), "", "",
                static_cast<long long>(rest), "", "", real_rest, "", "", float_rest);
}

void print_steps(const Trace& t) {
  const auto step = [](const char* name, int64_t value, const std::string& how) {
    std::printf("%-14s %14lld   %s\n", name, static_cast<long long>(value), how.c_str());
  };
  const auto real = [](double value) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.6f", value);
    return std::string(digits);
  };
  if (has_weights(t.layer.kind)) step("bias", t.bias, text("stands for ", real(t.real_bias), "; float network ", real(t.float_bias)));
  step("accumulator", t.accumulator,
       text(has_weights(t.layer.kind) ? "all products and the bias" : "all products", "; stands for ", real(t.exact)));
  if (t.rescaled) {
    step("multiplier", t.factor.multiplier, text("times 2^-31: ", real(t.factor.multiplier / 2147483648.0)));
    step("high product", t.high, "accumulator x multiplier / 2^31, to nearest, halves up");
    step("shift", t.factor.right_shift, "further halvings");
    step("rounded", t.shifted, "high product / 2^shift, to nearest, halves away from zero");
  } else {
    step("pixels", t.divisor, "the sum is divided by them");
    step("rounded", t.shifted, text("the average, to nearest, less the zero point ", t.output.zero_point));
  }
  step("clamp", t.clamped,
       text("to ", t.low, " ... ", t.top, t.layer.relu ? ": the ReLU and the range of a byte" : ": the range of a byte"));
  step("zero point", t.output.zero_point, "added");
  step("byte", t.byte, text("stands for ", real(t.output.scale), " x (", t.byte, " - ", t.output.zero_point, ") = ", real(t.real)));
  std::printf("%-14s %14s   %s here; rounding and clamp moved the integers' value by %s\n", "float network", "",
              real(t.float_value).c_str(), real(t.real - t.exact).c_str());
}

Record tap_record(const Tap& tap) {
  Record record;
  record.set("y", tap.y).set("x", tap.x).set("channel", tap.channel).set("padding", tap.padding);
  record.set("input", tap.input).set("weight", tap.weight).set("product", tap.product);
  record.set("real_input", tap.real_input).set("real_weight", tap.real_weight);
  return record.set("float_input", tap.float_input).set("float_weight", tap.float_weight);
}

Record to_record(const Trace& t, const TracePlace& place) {
  std::vector<Record> taps;
  std::transform(t.taps.begin(), t.taps.end(), std::back_inserter(taps), tap_record);
  Record record;
  record.set("layer", t.layer.name).set("at", std::vector<int>{place.y, place.x, place.channel}).set("taps", taps);
  record.set("bias", t.bias).set("accumulator", t.accumulator).set("multiplier", int64_t{t.factor.multiplier});
  record.set("shift", t.factor.right_shift).set("high_product", t.high).set("rounded", t.shifted).set("clamped", t.clamped);
  record.set("zero_point", t.output.zero_point).set("byte", t.byte).set("real", t.real).set("exact", t.exact);
  return record.set("float", t.float_value);
}

}  // namespace

int run_trace(const RunFolder& folder, const TraceOptions& o, bool json) {
  const QuantizedModel model = load_quantized_model(folder.quantized_file());
  const NamedNetwork trained = load_network(folder.network_file());
  const std::vector<uint8_t> image = image_bytes(folder, o.image, model.spec.input);
  const TracePlace place = place_of(model, o, image.data());
  const Trace traced = trace(model, trained.network, image.data(), place);
  if (json) {
    print_json(to_record(traced, place));
    return 0;
  }
  std::printf("layer %s (%s, kernel %d, stride %d), row %d, column %d, channel %d of %s\n\n", traced.layer.name.c_str(),
              to_text(traced.layer.kind), traced.layer.kernel, traced.layer.stride, place.y, place.x, place.channel, o.image.c_str());
  print_taps(traced, o.taps);
  std::printf("\n");
  print_steps(traced);
  return 0;
}

}  // namespace mininas
