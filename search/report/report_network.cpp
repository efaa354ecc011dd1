// The parts of a report that speak of the network that was found: its layers, and how it classifies the test images.
#include <algorithm>

#include "core/error.h"
#include "mcu/host/cost/sizes.h"
#include "nn/layers/operations.h"
#include "search/report/html.h"
#include "search/report/report_parts.h"

namespace mininas {
namespace {

constexpr size_t kMaxClasses = 30;  // a larger confusion matrix shows its commonest confusions instead
constexpr size_t kConfusions = 20;

std::string with_unit(int64_t value, const char* unit) { return grouped(value) + " " + unit; }

std::string layer_kind(const LayerSpec& layer) {
  std::string out = to_text(layer.kind);
  if (traits_of(layer).largest_kernel > 0) out += text(" ", layer.kernel, "x", layer.kernel);
  if (layer.stride > 1) out += text(" stride ", layer.stride);
  return out + (layer.relu ? " ReLU" : "");
}

// "; reads a and b", where that is not the layer before it alone.
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
  HtmlTable table{{"label", "taken for", "images", "of"}, {}, 2};
  for (const Confusion& c : commonest(rows))
    table.rows.push_back({escaped(c.label), escaped(c.prediction), std::to_string(c.count), std::to_string(c.of)});
  return to_html(table);
}

// Shaded by the part of the label's images.
std::string matrix_table(const std::vector<ConfusionRow>& rows) {
  std::string head = element("th", "label \\ prediction");
  for (const ConfusionRow& row : rows) head += element("th", escaped(row.label), "n");
  std::string body = element("tr", head + element("th", "correct", "n"));
  for (size_t label = 0; label < rows.size(); ++label) {
    const std::vector<int>& counts = rows[label].predicted;
    const int total = rows[label].images();
    std::string cells = element("th", escaped(rows[label].label));
    for (const int count : counts) {
      const int shade = total == 0 ? 0 : (60 * count + total / 2) / total;
      cells += text("<td class=\"n\" style=\"background:rgba(var(--shade),", shade / 100, ".", shade / 10, shade % 10,
                    ")\">", count, "</td>");
    }
    cells += element("td", total == 0 ? "-" : as_percent(static_cast<double>(counts[label]) / total), "n");
    body += element("tr", cells);
  }
  return element("div", element("table", body), "scroll");
}

}  // namespace

std::string as_percent(double fraction) {
  const auto hundredths = static_cast<int64_t>(fraction * 10000 + 0.5);
  return text(hundredths / 100, ".", hundredths / 10 % 10, hundredths % 10, " %");
}

std::string layers_part(const NetworkSpec& spec, RamPlan ram_plan, int64_t max_ram_bytes) {
  const DeviceCost device = device_cost(spec, ram_plan);
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
      grouped(device.code_bytes), " code for Cortex-M4), ", grouped(device.ram_bytes), " bytes of arena.");
  return html_section("The network, layer by layer", network_drawing(spec, ram_plan) + element("p", explained) + rows);
}

std::string confusion_part(const FinalEvaluation& evaluation) {
  const std::vector<ConfusionRow>& rows = evaluation.integer.confusion;
  if (rows.size() > kMaxClasses)
    return html_section("Most frequent confusions",
                        element("p", "Of the integer network on the test images.") + commonest_table(rows));
  return html_section(
      "Confusion matrix",
      element("p", "Of the integer network on the test images: one row per label, one column per prediction.") +
          matrix_table(rows));
}

std::string mistakes_part(const FinalEvaluation& evaluation) {
  std::string pictures;
  for (const Mistake& mistake : evaluation.mistakes) {
    const std::string what = text(mistake.label, " predicted as ", mistake.prediction);
    pictures += element("figure", html_picture(mistake.picture, evaluation.width, evaluation.height, what) +
                                      element("figcaption", text(escaped(what), ", ", as_percent(mistake.confidence),
                                                                 " confident; image ", mistake.image)));
  }
  if (pictures.empty())
    return html_section("Most confident mistakes", element("p", "None: every test image is classified correctly."));
  return html_section("Most confident mistakes",
                      element("p",
                              "Test images that the integer network gets wrong, the most confident first. "
                              "<code>mininas inspect RUN --trace N</code> shows how the "
                              "prediction for image N was computed.") +
                          element("div", pictures, "pictures"));
}

std::string arithmetic_part(const FinalEvaluation& evaluation) {
  const TestResult &real = evaluation.real, &integer = evaluation.integer;
  HtmlTable table{{"class", "images", "float", "int8"}, {}, 1};
  for (size_t i = 0; i < real.confusion.size(); ++i) {
    const int total = real.confusion[i].images();
    const auto part = [&](const TestResult& result) {
      return total == 0 ? "-" : as_percent(static_cast<double>(result.confusion[i].predicted[i]) / total);
    };
    table.rows.push_back({escaped(real.confusion[i].label), grouped(total), part(real), part(integer)});
  }
  table.rows.push_back(
      {"<b>all</b>", grouped(evaluation.images), as_percent(real.accuracy), as_percent(integer.accuracy)});
  const std::string agreement = text("Float and integers predict the same class for ", grouped(evaluation.agree),
                                     " of ", grouped(evaluation.images), " test images.");
  return html_section("Float against int8", element("p", agreement) + to_html(table));
}

}  // namespace mininas
