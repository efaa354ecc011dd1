#include "search/cli/gradient_trace.h"

#include <algorithm>
#include <cstdio>

#include "core/error.h"
#include "search/cli/trace_text.h"

namespace mininas {
namespace {

// A row of the table of taps: three columns of each network.
struct GradientLine {
  std::string reader, where;
  std::string weight, gradient, product, float_weight, float_gradient, float_product;

  void print(int reader_width) const {
    std::printf("%-*s %-12s %10s %12s %12s  | %10s %12s %12s\n", reader_width, reader.c_str(), where.c_str(),
                weight.c_str(), gradient.c_str(), product.c_str(), float_weight.c_str(), float_gradient.c_str(),
                float_product.c_str());
  }
};

BothForms product_of(const GradientTap& tap) {
  return {tap.weight.in_integers * tap.gradient.in_integers, tap.weight.in_float * tap.gradient.in_float};
}

std::string gradient_text(double gradient, bool stopped) { return stopped ? "stopped" : real_text(gradient, 8); }

GradientLine line_of(const GradientTap& tap, const QuantizedModel& model) {
  const BothForms product = product_of(tap);
  return {model.spec.layer(tap.layer).name,
          text(tap.y, ",", tap.x, ",", tap.channel),
          real_text(tap.weight.in_integers, 5),
          gradient_text(tap.gradient.in_integers, tap.stopped_in_integers),
          real_text(product.in_integers, 8),
          real_text(tap.weight.in_float, 5),
          gradient_text(tap.gradient.in_float, tap.stopped_in_float),
          real_text(product.in_float, 8)};
}

GradientLine sum_line(const std::string& name, const BothForms& sum) {
  return {name, "", "", "", real_text(sum.in_integers, 8), "", "", real_text(sum.in_float, 8)};
}

void print_gradient_taps(const GradientTrace& t, const TracedGradient& what, int most) {
  size_t width = 6;
  for (const LayerSpec& layer : what.model.spec.layers()) width = std::max(width, layer.name.size());
  const auto columns = static_cast<int>(width);
  std::printf("%-*s %-36s  | %s\n", columns + 13, "", "integers, straight-through", "the float network");
  GradientLine{"reader", "row,col,ch", "weight", "gradient", "product", "weight", "gradient", "product"}.print(columns);
  BothForms hidden;
  int count = 0;
  for (const GradientTap& tap : t.taps) {
    if (count++ < most) {
      line_of(tap, what.model).print(columns);
      continue;
    }
    hidden.in_integers += product_of(tap).in_integers;
    hidden.in_float += product_of(tap).in_float;
  }
  if (count > most) sum_line(text(count - most, " more"), hidden).print(columns);
  sum_line("sum", t.gradient).print(columns);
}

bool is_logit(const TracedGradient& what) { return what.place.layer + 1 == what.model.spec.size(); }

std::string clamp_text(const GradientTrace& t) {
  if (t.stopped_in_integers)
    return "the value is on a bound of its clamp: nothing goes on from here to the layer's inputs and weights";
  return "the value is between the bounds of its clamp: this gradient goes on to the layer's inputs and weights";
}

void print_gradient_steps(const GradientTrace& t, const TracedGradient& what) {
  if (is_logit(what))
    print_step("probability", real_text(t.probability.in_integers),
               text("of the class ", what.model.class_names[static_cast<size_t>(what.label)], "; float network ",
                    real_text(t.probability.in_float)));
  const char* how = is_logit(what) ? "the probability of this logit's class, minus 1 if it is the class of the image"
                                   : "of the loss with respect to this value: the sum";
  print_step("gradient", real_text(t.gradient.in_integers, 8),
             text(how, "; float network ", real_text(t.gradient.in_float, 8)));
  print_step("clamp", t.stopped_in_integers ? "stopped" : "passed", clamp_text(t));
}

Record record_of(const BothForms& both) {
  return Record().set("integers", both.in_integers).set("float", both.in_float);
}

Record tap_record(const GradientTap& tap, const NetworkSpec& spec) {
  Record record;
  record.set("layer", spec.layer(tap.layer).name).set("at", std::vector<int>{tap.y, tap.x, tap.channel});
  record.set("weight", record_of(tap.weight)).set("gradient", record_of(tap.gradient));
  return record.set("stopped", tap.stopped_in_integers).set("float_stopped", tap.stopped_in_float);
}

}  // namespace

void print_gradient_trace(const GradientTrace& trace, const TracedGradient& what, int most) {
  const std::string& label = what.model.class_names[static_cast<size_t>(what.label)];
  std::printf("layer    %s: %s\n", trace.layer.name.c_str(), to_text(trace.layer.kind));
  std::printf("position row %d, column %d, channel %d of its output, %s\n", what.place.y, what.place.x,
              what.place.channel, to_text(what.model.spec.shape(what.place.layer)).c_str());
  std::printf("value    %s; float network %s\n", real_text(trace.value.in_integers).c_str(),
              real_text(trace.value.in_float).c_str());
  std::printf("image    %s, class %s\n", what.image.c_str(), label.c_str());
  std::printf("loss     %s, the cross-entropy of this class; float network %s\n\n",
              real_text(trace.loss.in_integers).c_str(), real_text(trace.loss.in_float).c_str());
  if (!is_logit(what)) {
    print_gradient_taps(trace, what, most);
    std::printf("\n");
  }
  print_gradient_steps(trace, what);
}

Record to_record(const GradientTrace& trace, const TracedGradient& what) {
  std::vector<Record> taps;
  for (const GradientTap& tap : trace.taps) taps.push_back(tap_record(tap, what.model.spec));
  Record record;
  record.set("layer", trace.layer.name)
      .set("at", std::vector<int>{what.place.y, what.place.x, what.place.channel})
      .set("class", what.model.class_names[static_cast<size_t>(what.label)])
      .set("loss", record_of(trace.loss))
      .set("probability", record_of(trace.probability))
      .set("value", record_of(trace.value))
      .set("taps", taps)
      .set("gradient", record_of(trace.gradient))
      .set("stopped", trace.stopped_in_integers);
  return record.set("float_stopped", trace.stopped_in_float);
}

}  // namespace mininas
