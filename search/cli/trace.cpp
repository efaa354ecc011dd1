#include "search/cli/trace.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>

#include "core/error.h"
#include "datasets/image_files.h"
#include "datasets/open.h"
#include "nn/weights/model_file.h"
#include "search/cli/gradient_trace.h"
#include "search/cli/trace_text.h"
#include "search/inspect/trace.h"

namespace mininas {
namespace {

std::optional<int64_t> whole_number(const std::string& source) {
  int64_t value = 0;
  const auto [end, status] = std::from_chars(source.data(), source.data() + source.size(), value);
  if (status != std::errc() || end != source.data() + source.size()) return std::nullopt;
  return value;
}

// The image that --trace names, in the network's input shape; its label where it is a test image.
struct TracedImage {
  std::vector<uint8_t> bytes;
  std::optional<int> label;
};

TracedImage traced_image(const RunFolder& folder, const std::string& name, const ImageShape& shape) {
  if (const auto index = whole_number(name)) {
    const ImageSet images = open_run_data(folder, "", DataUse::kMeasure, {}, {}).test;
    if (*index < 0 || *index >= images.count())
      throw ConfigError(text("--trace ", name, ": test images are numbered 0 to ", images.count() - 1));
    return {{images.image(*index), images.image(*index) + shape.size()}, images.labels[static_cast<size_t>(*index)]};
  }
  return {load_image_bytes(name, shape, fit_of(read_run_file(folder, "").identity.data)), std::nullopt};
}

// The class that the loss is computed for: the one of --label, or else that of the image, or else the prediction.
int label_of(const QuantizedModel& model, const TraceOptions& o, const TracedImage& image) {
  if (o.label.empty()) return image.label ? *image.label : integer_predict(model, image.bytes.data(), 1).front();
  const std::vector<std::string>& names = model.class_names;
  const auto found = std::find(names.begin(), names.end(), o.label);
  if (found != names.end()) return static_cast<int>(found - names.begin());
  std::string known;
  for (const std::string& name : names) known += (known.empty() ? "" : ", ") + name;
  throw UsageError(text("--label ", o.label, ": there is no such class; there are: ", known));
}

int layer_index(const NetworkSpec& spec, const std::string& name) {
  if (name.empty()) return spec.size() - 1;
  std::string known;
  for (int i = 0; i < spec.size(); ++i) {
    if (spec.layer(i).name == name) return i;
    known += (i == 0 ? "" : ", ") + spec.layer(i).name;
  }
  if (const auto number = whole_number(name)) return static_cast<int>(std::clamp<int64_t>(*number, -1, 1 << 20));
  throw UsageError(text("--layer ", name, ": there is no such layer; there are: ", known));
}

TracePosition place_of(const QuantizedModel& model, const TraceOptions& o, const uint8_t* image) {
  TracePosition place{layer_index(model.spec, o.layer)};
  if (!o.at.empty()) {
    int used = 0;
    if (std::sscanf(o.at.c_str(), "%d,%d,%d%n", &place.y, &place.x, &place.channel, &used) != 3 ||
        o.at[static_cast<size_t>(used)] != '\0')
      throw UsageError(text("--at ", o.at, ": expected y,x,c"));
    return place;
  }
  if (place.layer + 1 == model.spec.size()) {
    place.channel = integer_predict(model, image, 1).front();
  } else if (place.layer >= 0 && place.layer < model.spec.size()) {
    const ImageShape& shape = model.spec.shape(place.layer);
    place.y = shape.height / 2;
    place.x = shape.width / 2;
  }
  return place;
}

// A row of the table of taps: three columns of integers, three of their real values, three of the float network.
struct TapLine {
  std::string where, input, weight, product, real_input, real_weight, real_product, float_input, float_weight,
      float_product;

  void print() const {
    std::printf("%-12s %7s %7s %10s  | %10s %10s %11s  | %10s %10s %11s\n", where.c_str(), input.c_str(),
                weight.c_str(), product.c_str(), real_input.c_str(), real_weight.c_str(), real_product.c_str(),
                float_input.c_str(), float_weight.c_str(), float_product.c_str());
  }
};

// The sum of the products of several taps.
struct TapSum {
  int count = 0;
  int64_t product = 0;
  double real = 0, in_float = 0;

  void add(const Tap& tap) {
    ++count;
    product += tap.product;
    real += tap.real_input * tap.real_weight;
    in_float += tap.float_input * tap.float_weight;
  }
  void print(const std::string& name) const {
    TapLine{name, "", "", std::to_string(product), "", "", real_text(real), "", "", real_text(in_float)}.print();
  }
};

void print_taps(const Trace& t, int most) {
  std::printf("%-12s %-26s  | %-33s  | %s\n", "", "integers", "their real values", "the float network");
  TapLine{"row,col,ch", "input", "weight", "product", "input", "weight", "product", "input", "weight", "product"}
      .print();
  TapSum shown, hidden;
  for (const Tap& tap : t.taps) {
    if (shown.count == most) {
      hidden.add(tap);
      continue;
    }
    shown.add(tap);
    TapSum one;
    one.add(tap);
    TapLine{tap.padding ? "padding" : text(tap.y, ",", tap.x, ",", tap.channel),
            std::to_string(tap.input),
            std::to_string(tap.weight),
            std::to_string(tap.product),
            real_text(tap.real_input, 5),
            real_text(tap.real_weight, 5),
            real_text(one.real),
            real_text(tap.float_input, 5),
            real_text(tap.float_weight, 5),
            real_text(one.in_float)}
        .print();
  }
  if (hidden.count > 0) hidden.print(text(hidden.count, " more"));
  shown.product += hidden.product;
  shown.real += hidden.real;
  shown.in_float += hidden.in_float;
  shown.print("sum");
}

// The scales of the integer columns.
void print_scales(const Trace& t) {
  if (t.combination == Combination::kAverage)
    std::printf("input    the bytes; the real value is %.6g x (byte - %d)\n", t.input.scale, t.input.zero_point);
  else if (t.combination == Combination::kRescaledSum)
    std::printf("input    byte - zero point; the product is the input at the scale of the sum, times 2^20\n");
  else if (t.combination == Combination::kCopy)
    std::printf("input    byte - zero point, which is %d; one step is %.6g\n", t.input.zero_point, t.input.scale);
  else
    std::printf(
        "input    byte - zero point, which is %d; one step is %.6g\nweight   one step is %.6g, the scale of this "
        "channel\n",
        t.input.zero_point, t.input.scale, t.weight_scale);
}

// The steps from the accumulator to the output.
void print_rescaling(const Trace& t) {
  if (t.combination == Combination::kCopy)
    return print_step("rescaled", t.shifted, "the sum itself: input and output have the same scale");
  if (t.combination == Combination::kAverage) {
    print_step("pixels", t.divisor, "the sum is divided by them");
    print_step("rounded", t.shifted,
               text("the average, rounded to nearest, minus the zero point ", t.output.zero_point));
    return;
  }
  const double multiplier = t.factor.multiplier / 2147483648.0;
  char factor[32];
  std::snprintf(factor, sizeof factor, "%.6g", std::ldexp(multiplier, -t.factor.right_shift));
  print_step("factor", factor,
             "steps of the output per step of the accumulator; as integers multiplier / 2^31 / 2^shift");
  print_step("multiplier", t.factor.multiplier, text("/ 2^31 is ", real_text(multiplier)));
  print_step("shift", t.factor.right_shift, "divisions by 2");
  print_step("high product", t.high, "accumulator x multiplier / 2^31, rounded to nearest, halves up");
  print_step("rounded", t.shifted,
             text("high product / 2^shift, to nearest, halves away from zero; real value ", real_text(t.rounded),
                  ", moved by ", real_text(t.rounded - t.exact)));
}

void print_steps(const Trace& t) {
  const bool weighted = has_weights(t.layer.kind);
  if (weighted)
    print_step("bias", t.bias,
               text("real value ", real_text(t.real_bias), "; float network ", real_text(t.float_bias)));
  print_step("accumulator", t.accumulator,
             text(weighted ? "the sum and the bias" : "the sum",
                  t.combination != Combination::kAverage ? "; real value " : "; the real value of the average is ",
                  real_text(t.exact)));
  print_rescaling(t);
  print_step(
      "clamp", t.clamped,
      text("to ", t.low, " ... ", t.top,
           rectifies(t.layer) ? ": the ReLU and the range of a byte" : ": the range of a byte",
           t.clamped == t.shifted ? ", which changes nothing" : text("; moved by ", real_text(t.real - t.rounded))));
  print_step("zero point", t.output.zero_point, "added");
  print_step("byte", t.byte,
             text("the layer's output; real value ", real_text(t.output.scale), " x (", t.byte, " - ",
                  t.output.zero_point, ") = ", real_text(t.real)));
  print_step("float network", real_text(t.float_value),
             text("the integers are off by ", real_text(t.real - t.float_value)));
}

Record tap_record(const Tap& tap) {
  Record record;
  record.set("y", tap.y).set("x", tap.x).set("channel", tap.channel).set("padding", tap.padding);
  record.set("input", tap.input).set("weight", tap.weight).set("product", tap.product);
  record.set("real_input", tap.real_input).set("real_weight", tap.real_weight);
  return record.set("float_input", tap.float_input).set("float_weight", tap.float_weight);
}

Record to_record(const Trace& t, const TracePosition& place) {
  std::vector<Record> taps;
  std::transform(t.taps.begin(), t.taps.end(), std::back_inserter(taps), tap_record);
  Record record;
  record.set("layer", t.layer.name).set("at", std::vector<int>{place.y, place.x, place.channel}).set("taps", taps);
  record.set("input_scale", t.input.scale)
      .set("input_zero_point", t.input.zero_point)
      .set("weight_scale", t.weight_scale);
  record.set("output_scale", t.output.scale).set("real_bias", t.real_bias).set("float_bias", t.float_bias);
  record.set("bias", t.bias).set("accumulator", t.accumulator).set("multiplier", int64_t{t.factor.multiplier});
  record.set("shift", t.factor.right_shift)
      .set("high_product", t.high)
      .set("rounded", t.shifted)
      .set("clamped", t.clamped);
  record.set("zero_point", t.output.zero_point)
      .set("byte", t.byte)
      .set("real", t.real)
      .set("exact", t.exact)
      .set("rounded_real", t.rounded);
  return record.set("float", t.float_value);
}

int run_gradient_trace(const QuantizedModel& model, const Network& network, const TracedImage& image,
                       const TracePosition& place, const TraceOptions& o, bool json) {
  const TracedGradient what{model, place, o.image, label_of(model, o, image)};
  const GradientTrace traced = trace_gradient(model, network, image.bytes.data(), what.label, place);
  if (json)
    print_json(to_record(traced, what));
  else
    print_gradient_trace(traced, what, o.taps);
  return 0;
}

}  // namespace

int run_trace(const RunFolder& folder, const TraceOptions& o, bool json) {
  check_quantized(folder);
  check_trained(folder);
  const QuantizedModel model = load_quantized_model(folder.quantized_file());
  const NamedNetwork trained = load_network(folder.network_file());
  const TracedImage image = traced_image(folder, o.image, model.spec.input());
  const TracePosition place = place_of(model, o, image.bytes.data());
  if (o.backward) return run_gradient_trace(model, trained.network, image, place, o, json);
  const Trace traced = trace(model, trained.network, image.bytes.data(), place);
  if (json) {
    print_json(to_record(traced, place));
    return 0;
  }
  std::printf("layer    %s: %s, kernel %d, stride %d%s\n", traced.layer.name.c_str(), to_text(traced.layer.kind),
              traced.layer.kernel, traced.layer.stride, traced.layer.relu ? ", ReLU" : "");
  std::printf("position row %d, column %d, channel %d of its output, %s\n", place.y, place.x, place.channel,
              to_text(model.spec.shape(place.layer)).c_str());
  std::printf("image    %s\n", o.image.c_str());
  print_scales(traced);
  std::printf("\n");
  print_taps(traced, o.taps);
  std::printf("\n");
  print_steps(traced);
  return 0;
}

}  // namespace mininas
