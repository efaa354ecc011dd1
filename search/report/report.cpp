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

std::string count_tile(int64_t count, const char* name) { return tile(grouped(count), name); }
std::string percent_tile(double fraction, const char* name) { return tile(as_percent(fraction), name); }

std::string class_tiles(const ClassFigures& c) {
  return percent_tile(c.balanced_accuracy, "balanced accuracy, the mean of the classes") +
         percent_tile(c.worst_class_accuracy, ("of the worst class, " + c.worst_class).c_str());
}

std::string tiles(const RunSummary& summary) {
  const FinishedNetwork& n = summary.network;
  std::string out = percent_tile(n.test_accuracy_int8, "test accuracy, int8") +
                    percent_tile(n.test_accuracy_float, "test accuracy, float") + class_tiles(n.classes) +
                    count_tile(n.cost.parameters, "parameters") + count_tile(n.cost.flash_bytes, "bytes of flash") +
                    count_tile(n.cost.ram_bytes, "bytes of RAM") + count_tile(n.cost.macs, "MACs per image");
  if (summary.latency) {
    out += count_tile(summary.latency->instructions, "instructions, predicted");
    if (const auto& ms = summary.latency->milliseconds) out += tile(points(*ms), "milliseconds, estimated");
  }
  if (summary.search) out += count_tile(summary.search->trained, "candidates trained");
  return element("div", out + count_tile(static_cast<int64_t>(n.seconds), "seconds"), "tiles");
}

std::string tiles(const TrainSummary& summary) {
  return element("div",
                 percent_tile(summary.test_accuracy, "test accuracy") + class_tiles(summary.classes) +
                     count_tile(summary.params, "parameters") +
                     count_tile(static_cast<int64_t>(summary.seconds), "seconds"),
                 "tiles");
}

// "depth-gain 0.25, depth-loss 0.15"
std::string list_text(const OptionFields& fields) {
  std::string out;
  for (const OptionField& field : fields) {
    std::string value = to_record(OptionFields{field}).to_line();  // {"key":value}
    value = value.substr(field.key().size() + 4, value.size() - field.key().size() - 5);
    out += (out.empty() ? "" : ", ") + field.name + " " + value;
  }
  return escaped(out);
}

// The number of epochs and the seed are shown elsewhere.
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

HtmlSection asked_part(const RunFile& run, SearchSettings& settings) {
  const Budget& b = settings.budget;
  const auto limit = [](int64_t value, const char* what) {
    return value == 0 ? std::string("any ") + what : text(what, " up to ", grouped(value));
  };
  OptionFields other;
  for (const OptionGroup& group : option_groups(settings))
    if (group.key == "numbers" || group.key == "quantize")
      other.insert(other.end(), group.fields.begin(), group.fields.end());
  return {"Settings",
          html_facts({{"images", escaped(run.identity.data)},
                      {"search", escaped(searched_by(*settings.method))},
                      {"scored on", escaped(to_text(settings.scored_on))},
                      {"budget", escaped(text(limit(b.max_flash_bytes, "bytes of flash"), ", ",
                                              limit(b.max_ram_bytes, "bytes of RAM"), ", ", limit(b.max_macs, "MACs"),
                                              ", ", limit(b.max_parameters, "parameters"), latency_text(settings)))},
                      {"rules", list_text(settings.method->fields())},
                      {"recipe", recipe_text(settings.recipe)},
                      {"seed", std::to_string(settings.recipe.seed)},
                      {"other options", list_text(other)}})};
}

// For a run of `mininas train`, including the baseline of a suite.
HtmlSection training_asked_part(const RunFile& run) {
  TrainSettings settings = train_settings_from(run.settings);
  const TrainConfig& recipe = settings.recipe;
  std::string length = text(recipe.epochs, " epochs, seed ", recipe.seed);
  if (recipe.max_steps > 0) length += text(", at most ", grouped(recipe.max_steps), " steps");
  return {"Settings", html_facts({{"images", escaped(run.identity.data)},
                                  {"network", element("code", escaped(settings.architecture))},
                                  {"recipe", recipe_text(settings.recipe)},
                                  {"length", length}})};
}

// What the scores of a search are worth.
std::string scores_line(const std::optional<SearchFigures>& search) {
  if (!search || search->scores.scored == 0) return "";
  const std::string doubt = doubt_text(search->scores);
  return element("p", escaped("Candidates scored " + scores_text(search->scores) + ".")) +
         (doubt.empty() ? "" : element("p", escaped("Note: " + doubt + "."), "label"));
}

using Facts = std::vector<std::pair<std::string, std::string>>;

Facts digests(const std::string& weights) { return {{"weights_sha256", element("code", escaped(weights))}}; }

// The parts of a page that come from the summary of a finished run.
struct Finished {
  std::string architecture, verdict, figures;  // these two in HTML
  Facts digests;
  bool by_the_clock = false;  // the search was ended by the time limit
};

// `evaluation` is that of the run, if there is one.
std::optional<Finished> finished(const RunFolder& folder, const RunFile& run, const Budget& budget,
                                 const std::optional<FinalEvaluation>& evaluation) {
  if (run.identity.kind == "train") {
    const auto summary = read_train_summary(folder);
    if (!summary) return std::nullopt;
    return Finished{summary->architecture, verdict(*summary, folder.path()), tiles(*summary),
                    digests(summary->weights_sha256)};
  }
  const auto summary = read_run_summary(folder);
  if (!summary) return std::nullopt;
  Finished done{summary->architecture,
                evaluation ? verdict(*summary, budget, evaluation->integer, evaluation->images) : "",
                tiles(*summary) + scores_line(summary->search), digests(summary->network.weights_sha256),
                summary->search && summary->search->end == "time limit"};
  done.digests.push_back({"quantized_sha256", element("code", escaped(summary->network.quantized_sha256))});
  return done;
}

HtmlSection made_part(const RunFile& run, const std::optional<Finished>& done) {
  Facts facts = {{"command", element("pre", escaped(run.identity.command))}, {"compiler", escaped(run.compiler)}};
  if (done) facts.insert(facts.end(), done->digests.begin(), done->digests.end());
  facts.push_back({"training images", element("code", escaped(run.identity.train_digest))});
  facts.push_back({"test images", element("code", escaped(run.identity.test_digest))});
  return {"Made by",
          element("p", done && done->by_the_clock
                           ? "The time limit ended this search: on another machine it may end earlier or later. What "
                             "was trained until then is "
                             "the same to the bit."
                           : "The same command on the same images gives the same network to the bit, on any machine.") +
              html_facts(facts)};
}

// Plots of training.json and quantizing.json, if they exist, and those of the candidates.
HtmlSection curves_part(const RunFolder& folder, const std::string& candidates) {
  std::string plots = candidates;
  for (const auto& [file, name] :
       {std::pair{folder.training_file(), "Training"}, std::pair{folder.quantizing_file(), "Training in integers"}})
    if (fs::exists(file))
      for (const Plot& plot : training_curves(from_record<TrainResult>(read_record(file)), name))
        plots += to_html(plot);
  return {"Curves", plots.empty() ? "" : element("div", plots, "plots")};
}

HtmlSection network_part(const RunFolder& folder, const Target& target, int64_t max_ram_bytes) {
  if (fs::exists(folder.quantized_file()))
    return layers_part(load_quantized_model(folder.quantized_file()).spec, target, max_ram_bytes);
  if (fs::exists(folder.network_file()))
    return layers_part(load_network(folder.network_file()).network.spec(), target, max_ram_bytes);
  return {};
}

using Sections = std::vector<HtmlSection>;

void add(Sections& sections, Sections more) {
  for (HtmlSection& section : more) sections.push_back(std::move(section));
}

// The most important part for the user: how the network classifies the test images.
Sections evaluation_parts(const std::optional<FinalEvaluation>& evaluation) {
  if (!evaluation) return {};
  return {mistakes_part(*evaluation), confusion_part(*evaluation), arithmetic_part(*evaluation)};
}

// `architecture` is the result; empty while the search is running.
Sections search_parts(const RunFolder& folder, const SearchSettings& settings, const std::string& architecture) {
  const Journal journal(folder.journal_file());
  const std::string score =
      settings.scored_on == ScoredOn::kValidation ? "validation accuracy" : "accuracy on the test images";
  Architecture chosen;
  if (!architecture.empty()) chosen = parse_architecture(architecture);
  return {candidates_part(journal, chosen, settings.budget, score), path_part(journal, *settings.method),
          curves_part(folder, to_html(candidate_curves(journal, score))),
          network_part(folder, settings.target, settings.budget.max_ram_bytes)};
}

// The text of a graph is too long for a headline; it follows below.
std::string headline(const std::string& whole) {
  const std::string brief = short_text(parse_architecture(whole));
  return element("h1", escaped(brief)) + (brief == whole ? "" : element("p", element("code", escaped(whole))));
}

std::string opening(const RunFolder& folder, const RunFile& run, const std::optional<Finished>& done,
                    const fs::path& target) {
  std::string out =
      element("p", escaped(text("Mini-NAS, run of `mininas ", command_of(run.identity.kind), "`")), "soft");
  out += done ? headline(done->architecture) : element("h1", "Not finished yet");
  out += element("p", escaped(run.identity.data), "soft") + parent_link(folder, target);
  if (const std::string label = network_settings_of(run).label; !label.empty())
    out += element("p", escaped(label), "label");
  return out + (done ? done->verdict + done->figures : progress_text(folder, run));
}

std::string run_page(const RunFolder& folder, const RunFile& run, const fs::path& target) {
  SearchSettings settings;
  const bool search = run.identity.kind == "search", taken = run.identity.kind == "take";
  if (search) settings = search_settings_from(run.settings);
  if (taken) settings = take_settings_from(run.settings).search;
  std::optional<FinalEvaluation> evaluation;
  if (fs::exists(folder.evaluation_file()))
    evaluation = from_record<FinalEvaluation>(read_record(folder.evaluation_file()));
  const std::optional<Finished> done = finished(folder, run, settings.budget, evaluation);
  Sections sections = evaluation_parts(evaluation);
  if (search) {
    sections.push_back(front_part(folder, target));
    add(sections, search_parts(folder, settings, done ? done->architecture : ""));
    sections.push_back(asked_part(run, settings));
  } else {
    add(sections, {curves_part(folder, ""), network_part(folder, settings.target, settings.budget.max_ram_bytes),
                   taken ? asked_part(run, settings) : training_asked_part(run)});
  }
  sections.push_back(made_part(run, done));
  sections.push_back(glossary_part());
  return html_page("Mini-NAS: " + folder.path().filename().string(), opening(folder, run, done, target), sections);
}

}  // namespace

int64_t write_report(const RunFolder& folder, const fs::path& target) {
  const RunFile run = read_run_file(folder, "");
  const bool suite = run.identity.kind == "suite";
  for (const fs::path& part : suite ? suite_run_folders(folder.path()) : front_run_folders(folder.path())) {
    const RunFolder view = RunFolder::view(part);
    write_report(view, view.report_file());
  }
  const std::string page = suite ? suite_report(folder, run, target) : run_page(folder, run, target);
  remove_leftovers(folder.path());  // of a report that was killed: nothing else looks after them in a finished run
  write_text_file(target, page);
  return static_cast<int64_t>(page.size());
}

}  // namespace mininas
