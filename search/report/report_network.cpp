// The sections of a report about the network: its layers, and how it classifies the test images.
#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "mcu/host/cost/sizes.h"
#include "nn/layers/operations.h"
#include "search/methods/paired_error.h"
#include "search/methods/scores.h"
#include "search/report/html.h"
#include "search/report/report_parts.h"

namespace mininas {
namespace {

constexpr size_t kMaxClasses = 30;  // a larger confusion matrix is replaced by a list of its most common confusions
constexpr size_t kConfusions = 20;

std::string with_unit(int64_t value, const char* unit) { return grouped(value) + " " + unit; }

std::string layer_kind(const LayerSpec& layer) {
  std::string out = to_text(layer.kind);
  if (traits_of(layer).largest_kernel > 0) out += text(" ", layer.kernel, "x", layer.kernel);
  if (layer.stride > 1) out += text(" stride ", layer.stride);
  return out + (layer.relu ? " ReLU" : "");
}

// "; reads a and b", unless it reads only the layer before it.
std::string layer_inputs(const NetworkSpec& spec, int index) {
  if (spec.inputs(index) == std::vector<int>{index - 1}) return "";
  std::string names;
  for (const int input : spec.inputs(index))
    names += (names.empty() ? "" : " and ") + (input == kImage ? "the image" : spec.layer(input).name);
  return "; reads " + names;
}

struct Confusion {
  std::string label, prediction;
  int count, of;
};

std::vector<Confusion> commonest(const std::vector<ConfusionRow>& rows) {
  std::vector<Confusion> all;
  for (size_t label = 0; label < rows.size(); ++label) {
    const std::vector<int>& counts = rows[label].predicted;
    for (size_t p = 0; p < counts.size(); ++p)
      if (p != label && counts[p] > 0)
        all.push_back({rows[label].label, rows[p].label, counts[p], rows[label].images()});
  }
  std::stable_sort(all.begin(), all.end(), [](const Confusion& a, const Confusion& b) { return a.count > b.count; });
  all.resize(std::min(all.size(), kConfusions));
  return all;
}

std::string commonest_table(const std::vector<ConfusionRow>& rows) {
  HtmlTable table{"The commonest confusions", {"label", "taken for", "images", "of"}, {}, 2};
  for (const Confusion& c : commonest(rows))
    table.rows.push_back({escaped(c.label), escaped(c.prediction), std::to_string(c.count), std::to_string(c.of)});
  return to_html(table);
}

// Cells are shaded by their share of the label's images.
std::string matrix_table(const std::vector<ConfusionRow>& rows) {
  const auto column = [](const std::string& name, const char* kind) {
    return text("<th scope=\"col\"", kind, ">", name, "</th>");
  };
  std::string head = column("label \\ prediction", "");
  for (const ConfusionRow& row : rows) head += column(escaped(row.label), " class=\"n\"");
  std::string body = element("tr", head + column("correct", " class=\"n\""));
  for (size_t label = 0; label < rows.size(); ++label) {
    const std::vector<int>& counts = rows[label].predicted;
    const int total = rows[label].images();
    std::string cells = text("<th scope=\"row\">", escaped(rows[label].label), "</th>");
    for (const int count : counts) {
      const int shade = total == 0 ? 0 : (50 * count + total / 2) / total;
      cells += text("<td class=\"n\" style=\"background:rgba(var(--shade),", shade / 100, ".", shade / 10, shade % 10,
                    ")\">", count, "</td>");
    }
    cells += element("td", total == 0 ? "-" : as_percent(static_cast<double>(counts[label]) / total), "n");
    body += element("tr", cells);
  }
  return html_scroll(element("table", body), "Labels and predictions");
}

// "98.00 % ± 1.40" for `right` of `total` images.
std::string share_text(int64_t right, int64_t total) {
  if (total == 0) return "-";
  const double share = static_cast<double>(right) / static_cast<double>(total);
  return text(as_percent(share), " ± ", points(100 * share_error(share, static_cast<double>(total))));
}

}  // namespace

std::string as_percent(double fraction) {
  const int64_t hundredths = std::llround(fraction * 10000);
  return text(hundredths / 100, ".", hundredths / 10 % 10, hundredths % 10, " %");
}

double share_error(double share, double images) { return measured_error(100 * share, images) / 100; }

double chance_of(const TestResult& result) {
  int64_t all = 0, most = 0;
  for (const ConfusionRow& row : result.confusion) {
    all += row.images();
    most = std::max<int64_t>(most, row.images());
  }
  return all == 0 ? 0 : static_cast<double>(most) / static_cast<double>(all);
}

std::string worst_class_text(const TestResult& result) {
  const ConfusionRow* worst = nullptr;
  double least = 2;
  std::string never;
  for (size_t label = 0; label < result.confusion.size(); ++label) {
    const ConfusionRow& row = result.confusion[label];
    int predicted = 0;
    for (const ConfusionRow& other : result.confusion) predicted += other.predicted[label];
    if (predicted == 0) never += (never.empty() ? "" : ", ") + row.label;
    if (row.images() == 0) continue;
    const double share = static_cast<double>(row.predicted[label]) / row.images();
    if (share < least) worst = &row;
    least = std::min(least, share);
  }
  if (worst == nullptr) return "";
  return text("The worst class is ", worst->label, " with ", as_percent(least), " of ", grouped(worst->images()),
              worst->images() == 1 ? " image." : " images.",
              never.empty() ? "" : text(" Never predicted: ", never, "."));
}

HtmlSection layers_part(const NetworkSpec& spec, const Target& target, int64_t max_ram_bytes) {
  const CodeBuild build = code_build(target);
  const DeviceCost device = device_cost(spec, target.ram_plan, build);
  int64_t peak = 1;
  for (const LayerCost& layer : device.layers) peak = std::max(peak, layer.live_ram_bytes);
  std::string rows;
  for (int i = 0; i < spec.size(); ++i) {
    const LayerSpec& layer = spec.layer(i);
    const LayerCost& cost = device.layers[static_cast<size_t>(i)];
    const int64_t live = cost.live_ram_bytes;
    const std::string bar = text("<i", live == peak ? " class=\"peak\"" : "", " style=\"width:", live * 62 / peak,
                                 "%\"></i>", element("em", with_unit(live, "B")));
    rows += element("div",
                    element("div", element("b", escaped(layer.name)) + " " + escaped(to_text(spec.shape(i)))) +
                        element("div",
                                text(layer_kind(layer), escaped(layer_inputs(spec, i)), "; ",
                                     grouped(parameter_count(spec, i)), " parameters, ", grouped(mac_count(spec, i)),
                                     " MACs, ", grouped(cost.constant_bytes), " B flash"),
                                "soft") +
                        element("div", bar, "bar"),
                    "layer");
  }
  const std::string explained = text(
      "From the image, ", to_text(spec.input()), ", to ", spec.classes(),
      " logits. Bars: bytes of RAM in use while the layer runs; ", "the longest, ", grouped(peak),
      " bytes, determines the arena", max_ram_bytes > 0 ? text(" (the budget is ", grouped(max_ram_bytes), ")") : "",
      ". Together: ", grouped(parameter_count(spec)), " parameters, ", grouped(mac_count(spec)), " MACs, ",
      grouped(device.flash_bytes()), " bytes of flash (", grouped(device.model_bytes), " model and ",
      grouped(device.code_bytes), " code for ", to_text(build), "), ", grouped(device.ram_bytes), " bytes of arena.");
  return {"The network, layer by layer", network_drawing(spec, target.ram_plan) + element("h3", "The arena over time") +
                                             arena_drawing(spec, target.ram_plan) + element("p", explained) + rows};
}

HtmlSection confusion_part(const FinalEvaluation& evaluation) {
  const std::vector<ConfusionRow>& rows = evaluation.integer.confusion;
  if (rows.size() > kMaxClasses)
    return {"Most frequent confusions",
            element("p", "Of the integer network on the test images.") + commonest_table(rows)};
  return {"Confusion matrix",
          element("p", "Of the integer network on the test images: one row per label, one column per prediction.") +
              matrix_table(rows)};
}

HtmlSection mistakes_part(const FinalEvaluation& evaluation) {
  std::string pictures;
  for (const Mistake& mistake : evaluation.mistakes) {
    const std::string what = text(mistake.label, " predicted as ", mistake.prediction);
    const std::string file = mistake.file ? ", " + element("code", escaped(*mistake.file)) : "";
    pictures += element("figure", html_picture(mistake.picture, evaluation.width, evaluation.height, what) +
                                      element("figcaption", text(escaped(what), ", ", as_percent(mistake.confidence),
                                                                 " confident; image ", mistake.image, file)));
  }
  if (pictures.empty())
    return {"Most confident mistakes", element("p", "None: every test image is classified correctly.")};
  return {
      "Most confident mistakes",
      element(
          "p",
          "Test images that the integer network gets wrong, the most confident first; <code>mininas eval RUN --int8 "
          "--mistakes</code> lists all. <code>mininas inspect RUN --trace N</code> shows how the prediction for "
          "image N was computed.") +
          element("div", pictures, "pictures")};
}

HtmlSection arithmetic_part(const FinalEvaluation& evaluation) {
  const TestResult &real = evaluation.real, &integer = evaluation.integer;
  HtmlTable table{"Accuracy class by class", {"class", "images", "float", "int8"}, {}, 1};
  for (size_t i = 0; i < real.confusion.size(); ++i) {
    const int total = real.confusion[i].images();
    const auto part = [&](const TestResult& result) { return share_text(result.confusion[i].predicted[i], total); };
    table.rows.push_back({escaped(real.confusion[i].label), grouped(total), part(real), part(integer)});
  }
  table.rows.push_back({"<b>all</b>", grouped(evaluation.images), share_text(real.correct, evaluation.images),
                        share_text(integer.correct, evaluation.images)});
  const std::string agreement = text("Float and integers predict the same class for ", grouped(evaluation.agree),
                                     " of ", grouped(evaluation.images), " test images. ± is one standard error.");
  return {"Float against int8",
          element("p", escaped(worst_class_text(integer))) + element("p", agreement) + to_html(table)};
}

}  // namespace mininas
