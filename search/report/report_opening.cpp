// The beginning of a run's page: the verdict on a finished run in one sentence, or the progress of an unfinished one.
#include <algorithm>
#include <cmath>

#include "core/duration.h"
#include "core/error.h"
#include "search/methods/scores.h"
#include "search/record/record_file.h"
#include "search/report/report_parts.h"
#include "search/run/score_check.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

// "flash 56,264 of 65,536 bytes, RAM 26,816 of 65,536 bytes"
std::string limits_text(const Cost& cost, const std::optional<Latency>& latency, const Budget& budget) {
  std::string out;
  const auto add = [&](const char* what, int64_t value, int64_t limit, const char* unit) {
    if (limit > 0) out += text(out.empty() ? "" : ", ", what, " ", grouped(value), " of ", grouped(limit), unit);
  };
  add("flash", cost.flash_bytes, budget.max_flash_bytes, " bytes");
  add("RAM", cost.ram_bytes, budget.max_ram_bytes, " bytes");
  add("MACs", cost.macs, budget.max_macs, "");
  add("parameters", cost.parameters, budget.max_parameters, "");
  if (latency) add("instructions", latency->instructions, budget.max_instructions, "");
  if (latency && latency->milliseconds && budget.max_milliseconds > 0)
    out += text(out.empty() ? "" : ", ", "estimated milliseconds ", points(*latency->milliseconds), " of ",
                budget.max_milliseconds);
  return out;
}

// "98.40 % ± 0.28 of 2,000 test images", and how that compares with chance.
std::string accuracy_text(const TestResult& result, int64_t images) {
  const double error = share_error(result.accuracy, static_cast<double>(images)), chance = chance_of(result);
  const bool told_apart = result.accuracy - chance > kToldApart * error;
  return text(as_percent(result.accuracy), " (± ", points(100 * error), ", one standard error) of ", grouped(images),
              " test images, ",
              told_apart ? "where always naming the commonest class would get "
                         : "which cannot be told from always naming the commonest class, ",
              as_percent(chance));
}

// The parts of a run in their order, and whether each is done.
struct Step {
  std::string name;
  bool done;
};

std::vector<Step> steps_of(const RunFolder& folder, const std::string& kind, const Journal& journal) {
  std::vector<Step> steps;
  if (kind == "search") steps.push_back({"search", journal.end().has_value()});
  steps.push_back({kind == "train" ? "training" : "final training", fs::exists(folder.network_file())});
  if (kind == "train") return steps;
  steps.push_back({"quantisation-aware training", fs::exists(folder.quantized_file())});
  steps.push_back({"export", fs::exists(folder.export_folder())});
  steps.push_back({"verification", fs::exists(folder.summary_file())});
  return steps;
}

double seconds_so_far(const RunFolder& folder, const Journal& journal) {
  double seconds = journal.seconds();
  for (const fs::path& file : {folder.training_file(), folder.quantizing_file()})
    if (fs::exists(file)) seconds += from_record<TrainResult>(read_record(file)).seconds;
  return seconds;
}

}  // namespace

std::string verdict(const RunSummary& summary, const Budget& budget, const TestResult& result, int64_t images) {
  const Verification& v = summary.network.verify;
  const std::string limits = limits_text(summary.network.cost, summary.latency, budget);
  return element("p",
                 text("The network in integers classifies ", accuracy_text(result, images), "; ",
                      limits.empty() ? "no limits were set" : text("it keeps its limits (", limits, ")"),
                      ", and the exported C is <b>VERIFIED</b>: it computes the same bytes as the engine, ",
                      grouped(v.bytes_compared), " bytes of ", v.layers, " layers on ", grouped(v.images),
                      " test images, ", grouped(v.bytes_different), " different. ", escaped(worst_class_text(result))),
                 "verdict");
}

std::string verdict(const TrainSummary& summary, const fs::path& run) {
  return element("p",
                 text("The float network classifies ", as_percent(summary.test_accuracy), " of the test images after ",
                      summary.epochs, " epochs of training. <code>mininas quantize ", escaped(run.string()),
                      "</code> makes it a network in integers."),
                 "verdict");
}

std::string progress_text(const RunFolder& folder, const RunFile& run) {
  const std::string& kind = run.identity.kind;
  const Journal journal(folder.journal_file());
  std::string list;
  bool before = true;
  for (const Step& step : steps_of(folder, kind, journal)) {
    const std::string candidates =
        text(journal.entries().size(), " candidates so far, ", journal.trained(), " trained");
    const char* state = step.done ? "done" : before ? "at work, or where the run goes on" : "to do";
    list += element("li", text(step.name, ": ", step.name == "search" ? candidates + ", " : "", state));
    before = before && step.done;
  }
  return element("ol", list) +
         element("p", text(duration_text(seconds_so_far(folder, journal)),
                           " of training so far, without what a training at work has not finished. If no process works "
                           "on it: <code>",
                           escaped(command_that_goes_on(folder, run.identity)), "</code>"));
}

std::string parent_link(const RunFolder& folder, const fs::path& target) {
  const fs::path parent = fs::weakly_canonical(folder.path()).parent_path().parent_path();
  std::string kind;
  try {
    kind = read_run_file(RunFolder::view(parent), "").identity.kind;
  } catch (const Error&) {
    return "";  // not a run, or one that cannot be read, which does not matter for this page
  }
  const fs::path page = fs::relative(parent / "report.html", fs::weakly_canonical(fs::absolute(target)).parent_path());
  return element("p", text("Part of <a href=\"", escaped(page.generic_string()), "\">a ", escaped(kind), "</a>."));
}

}  // namespace mininas
