#include "search/report/report.h"

#include "core/error.h"
#include "core/io/file.h"
#include "nn/quant/quantized_model.h"
#include "nn/weights/model_file.h"
#include "search/job/suite.h"
#include "search/methods/scores.h"
#include "search/record/record_file.h"
#include "search/report/html.h"
#include "search/report/report_parts.h"
#include "search/space/build.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

std::string tile(const std::string& value, const std::string& name) {
  return element("div", element("b", escaped(value)) + element("span", escaped(name)), "tile");
}

// The figures of summary.json, as far as this kind of run has them.
std::string tiles(const Record& summary) {
  std::string out;
  const auto percent = [&](const char* key, const char* name) {
    if (summary.has(key) && summary.number(key) >= 0) out += tile(as_percent(summary.number(key)), name);
  };
  const auto count = [&](const char* key, const char* name) {
    if (summary.has(key)) out += tile(grouped(summary.integer64(key)), name);
  };
  percent("test_accuracy_int8", "test accuracy, int8");
  percent("test_accuracy_float", "test accuracy, float");
  percent("test_accuracy", "test accuracy");
  count("params", "parameters");
  count("flash_bytes", "bytes of flash");
  count("ram_bytes", "bytes of RAM");
  count("macs", "MACs an image");
  count("instructions", "instructions, predicted");
  if (summary.has("milliseconds")) out += tile(points(summary.number("milliseconds")), "milliseconds, estimated");
  count("candidates_trained", "candidates trained");
  if (summary.has("seconds")) out += tile(grouped(static_cast<int64_t>(summary.number("seconds"))), "seconds");
  return element("div", out, "tiles");
}

// "depth-gain 0.25, depth-loss 0.15"
std::string list_text(const OptionFields& fields) {
  std::string out;
  for (const OptionField& field : fields) {
    const Record one = to_record(OptionFields{field});
    std::string value = one.to_line();  // {"name":value}
    value = value.substr(field.name.size() + 4, value.size() - field.name.size() - 5);
    out += (out.empty() ? "" : ", ") + field.name + " " + value;
  }
  return escaped(out);
}

// The length and the seed stand elsewhere.
std::string recipe_text(TrainConfig& recipe) {
  return list_text(without(option_fields(recipe), {"epochs", "steps", "seed"}));
}

// ", instructions on m4 up to 5,000,000, estimated milliseconds at 120 MHz up to 25"
std::string latency_text(const SearchSettings& settings) {
  std::string out;
  if (settings.budget.max_instructions > 0)
    out += text(", instructions on ", settings.target.board, " up to ", grouped(settings.budget.max_instructions));
  if (settings.budget.max_milliseconds > 0)
    out += text(", estimated milliseconds on ", settings.target.board, " at ", clock_text(settings.target.clock_hz),
                " up to ", settings.budget.max_milliseconds);
  return out;
}

// "mini-nas, preset paper: as published ... (Siddiqui: ...)"
std::string searched_by(const Method& method) {
  return text(method.name(), method.preset().empty() ? "" : ", preset " + method.preset(), ": ", method.summary(),
              method.paper().empty() ? "" : " (" + method.paper() + ")");
}

std::string asked_part(const RunFile& run, SearchSettings& settings) {
  const Budget& b = settings.budget;
  const auto limit = [](int64_t value, const char* what) {
    return value == 0 ? std::string("any ") + what : text(what, " up to ", grouped(value));
  };
  return html_section(
      "What was asked",
      html_facts({{"images", escaped(run.identity.data)},
                  {"search", escaped(searched_by(*settings.method))},
                  {"scored on", escaped(to_text(settings.scored_on))},
                  {"budget", escaped(text(limit(b.max_flash_bytes, "bytes of flash"), ", ",
                                          limit(b.max_ram_bytes, "bytes of RAM"), ", ", limit(b.max_macs, "MACs"), ", ",
                                          limit(b.max_parameters, "parameters"), latency_text(settings)))},
                  {"rules", list_text(settings.method->fields())},
                  {"recipe", recipe_text(settings.recipe)},
                  {"seed", std::to_string(settings.recipe.seed)},
                  {"other options",
                   list_text(option_fields(settings)) + ", " + list_text(quantize_fields(settings.quantize))}}));
}

// Of a run of `mininas train`, a suite's baseline among them.
std::string training_asked_part(const RunFile& run) {
  TrainConfig recipe = train_config_from(run.settings.record("recipe"));
  std::string length = text(recipe.epochs, " epochs, seed ", recipe.seed);
  if (recipe.max_steps > 0) length += text(", at most ", grouped(recipe.max_steps), " steps");
  return html_section("What was asked",
                      html_facts({{"images", escaped(run.identity.data)},
                                  {"network", element("code", escaped(run.settings.string("architecture")))},
                                  {"recipe", recipe_text(recipe)},
                                  {"length", length}}));
}

std::string made_part(const RunFolder& folder, const RunFile& run, const Record& summary) {
  std::vector<std::pair<std::string, std::string>> facts = {
      {"command", element("pre", escaped(run.identity.command))},
      {"compiler", escaped(read_record(folder.run_file()).string("compiler"))}};
  for (const char* key : {"weights_sha256", "quantized_sha256"})
    if (summary.has(key)) facts.push_back({key, element("code", escaped(summary.string(key)))});
  facts.push_back({"training images", element("code", escaped(run.identity.train_digest))});
  facts.push_back({"test images", element("code", escaped(run.identity.test_digest))});
  const bool by_the_clock = summary.has("search_end") && summary.string("search_end") == "time limit";
  return html_section(
      "Made by",
      element(
          "p",
          by_the_clock
              ? "The clock ended this search: on another machine it may end elsewhere. What was trained until then is "
                "the same to the bit."
              : "The same command on the same images gives the same network to the bit, on any machine.") +
          html_facts(facts));
}

std::string verified_line(const Record& summary) {
  if (!summary.has("verify")) return "";
  const Record v = summary.record("verify");
  return element("p", text("<b>VERIFIED</b>: the exported C computes the same bytes as the engine, ",
                           grouped(v.integer64("bytes_compared")), " bytes of ", v.integer64("layers"), " layers on ",
                           grouped(v.integer64("images")), " test images, ", grouped(v.integer64("bytes_different")),
                           " different."));
}

// What is there of training.json and quantizing.json, and the candidates'.
std::string curves_part(const RunFolder& folder, const std::string& candidates) {
  std::string plots = candidates;
  if (fs::exists(folder.training_file()))
    for (const Plot& plot : training_curves(read_record(folder.training_file()), "Training")) plots += to_html(plot);
  if (fs::exists(folder.quantizing_file()))
    for (const Plot& plot : training_curves(read_record(folder.quantizing_file()), "Training in integers"))
      plots += to_html(plot);
  return plots.empty() ? "" : html_section("Curves", element("div", plots, "plots"));
}

std::string network_parts(const RunFolder& folder, RamPlan ram_plan, int64_t max_ram_bytes) {
  std::string out;
  if (fs::exists(folder.quantized_file()))
    out += layers_part(load_quantized_model(folder.quantized_file()).spec, ram_plan, max_ram_bytes);
  else if (fs::exists(folder.network_file()))
    out += layers_part(load_network(folder.network_file()).network.spec(), ram_plan, max_ram_bytes);
  if (!fs::exists(folder.evaluation_file())) return out;
  const Record evaluation = read_record(folder.evaluation_file());
  return out + arithmetic_part(evaluation) + confusion_part(evaluation) + mistakes_part(evaluation);
}

std::string search_parts(const RunFolder& folder, const RunFile& run, const Record& summary) {
  SearchSettings settings = search_settings_from(run.settings);
  const Journal journal(folder.journal_file());
  const std::string score =
      settings.scored_on == ScoredOn::kValidation ? "validation accuracy" : "accuracy on the test images";
  Architecture chosen;
  if (summary.has("architecture")) chosen = parse_architecture(summary.string("architecture"));
  return asked_part(run, settings) + candidates_part(journal, chosen, settings.budget, score) +
         path_part(journal, *settings.method) + curves_part(folder, to_html(candidate_curves(journal, score))) +
         network_parts(folder, settings.target.ram_plan, settings.budget.max_ram_bytes);
}

std::string run_page(const RunFolder& folder, const RunFile& run) {
  const bool search = run.identity.kind == "search";
  const bool finished = fs::exists(folder.summary_file());
  const Record summary = finished ? read_record(folder.summary_file()) : Record();
  std::string body = element("p", escaped(text("Mini-NAS, run of `mininas ", run.identity.kind, "`")), "soft");
  body += element("h1", escaped(finished ? summary.string("architecture") : "Not finished yet"));
  body += element("p", escaped(run.identity.data), "soft");
  if (const std::string label = label_of(run.settings); !label.empty()) body += element("p", escaped(label), "label");
  if (finished) body += tiles(summary) + verified_line(summary);
  body += search ? search_parts(folder, run, summary)
                 : training_asked_part(run) + curves_part(folder, "") + network_parts(folder, RamPlan::kStrips, 0);
  body += made_part(folder, run, summary);
  return html_page("Mini-NAS: " + folder.path().filename().string(), body);
}

}  // namespace

int64_t write_report(const RunFolder& folder, const fs::path& target) {
  const RunFile run = read_run_file(folder, "");
  const bool suite = run.identity.kind == "suite";
  if (suite)
    for (const fs::path& part : suite_run_folders(folder.path())) {
      const RunFolder view = RunFolder::view(part);
      write_report(view, view.report_file());
    }
  const std::string page = suite ? suite_report(folder, run, target) : run_page(folder, run);
  write_text_file(target, page);
  return static_cast<int64_t>(page.size());
}

}  // namespace mininas
