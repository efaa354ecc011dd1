// The sections of a report about the search.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <numeric>

#include "core/error.h"
#include "search/methods/scores.h"
#include "search/report/html.h"
#include "search/report/report_parts.h"
#include "search/run/pareto.h"

namespace mininas {
namespace {

std::string note_of(const JournalEntry& entry) {
  const Trial& trial = entry.trial;
  return text(to_text(trial.candidate.architecture), ": ", points(trial.outcome.score), " %, ",
              entry.kept() ? "kept" : "rejected");
}

// The number of images that a candidate was scored on, from its score and its correct images. 0: unknown.
double score_images(const Outcome& outcome) {
  int right = 0;
  for (const char digit : outcome.correct)
    right += std::popcount(static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10));
  return outcome.score > 0 ? std::round(100 * right / outcome.score) : 0;
}

// In percentage points; 0 if unknown.
double score_error(const Outcome& outcome) {
  const double images = score_images(outcome);
  return images == 0 ? 0 : 100 * share_error(outcome.score / 100, images);
}

// The entry of the network that was trained at the end: the last one with that architecture.
const JournalEntry* chosen_entry(const Journal& journal, const Architecture& chosen) {
  const JournalEntry* found = nullptr;
  for (const JournalEntry& entry : journal.entries())
    if (entry.trial.candidate.architecture == chosen && entry.trial.outcome.status == Status::kOk) found = &entry;
  return found;
}

struct Measure {
  std::string title, label;
  std::function<int64_t(const Cost&)> value;
  int64_t limit = 0;
};

Plot cost_plot(const Journal& journal, const JournalEntry* chosen, const Measure& measure,
               const std::string& score_name) {
  Plot plot{measure.title, measure.label, score_name + ", %", {}, std::nullopt};
  PlotSeries rejected{"rejected", "rejected", Mark::kRing, {}}, kept{"kept", "kept", Mark::kDot, {}},
      end{"chosen", "final", Mark::kDiamond, {}};
  for (const JournalEntry& entry : journal.entries()) {
    if (entry.trial.outcome.status != Status::kOk) continue;
    PlotSeries& series = &entry == chosen ? end : entry.kept() ? kept : rejected;
    series.points.push_back({static_cast<double>(measure.value(entry.cost)), entry.trial.outcome.score, note_of(entry),
                             score_error(entry.trial.outcome)});
  }
  plot.series = {rejected, kept, end};
  if (measure.limit > 0) plot.x_limit = static_cast<double>(measure.limit);
  return plot;
}

// ", 5 epochs", and after a warm start the candidate that the first of them were trained with.
std::string epochs_of(const Candidate& candidate, Status status) {
  if (status == Status::kInfeasible) return ", not trained";
  std::string all = text(", ", candidate.epochs, candidate.epochs == 1 ? " epoch" : " epochs");
  if (candidate.ancestors.empty()) return all;
  return text(all, ", the first ", candidate.branch_epoch, " of them as ",
              element("code", escaped(to_text(candidate.ancestors.front()))));
}

std::string step_html(const JournalEntry& entry, size_t index) {
  const Candidate& candidate = entry.trial.candidate;
  const Outcome& outcome = entry.trial.outcome;
  std::string head = text(element("b", entry.kept() ? "kept" : "rejected"), " ", index + 1, ". ",
                          element("code", escaped(to_text(candidate.architecture))), " ");
  head += text(outcome.status == Status::kOk ? points(outcome.score) + " %, " : "", grouped(entry.cost.parameters),
               " parameters", epochs_of(candidate, outcome.status), outcome.from_journal ? ", answered before" : "");
  return text("<li", entry.kept() ? " class=\"kept\"" : "", ">", head,
              element("span", escaped(entry.decision ? entry.decision->reason : "not decided")), "</li>\n");
}

// The position of each row when rows are sorted by `key`; equal rows keep their order.
template <class Key>
std::vector<size_t> places_by(const std::vector<JournalEntry>& entries, const Key& key) {
  std::vector<size_t> order(entries.size()), places(entries.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return key(entries[a]) < key(entries[b]); });
  for (size_t i = 0; i < order.size(); ++i) places[order[i]] = i;
  return places;
}

std::string score_text(const Outcome& outcome) {
  if (outcome.status == Status::kInfeasible) return "over a limit";
  if (outcome.status == Status::kFailed) return "failed";
  const double error = score_error(outcome);
  return points(outcome.score) + (error > 0 ? " ± " + points(error) : "");
}

SortedTable candidates_table(const Journal& journal, const JournalEntry* chosen) {
  const std::vector<JournalEntry>& entries = journal.entries();
  const bool board = std::any_of(entries.begin(), entries.end(), [](const auto& e) { return e.cost.instructions > 0; });
  SortedTable sorted{
      {"All candidates",
       {"number", "stage", "architecture", "outcome", "score, %", "flash", "RAM", board ? "instructions" : "MACs"},
       {},
       4},
      {},
      {9, 10, 29, 20, 14, 9, 9, 13}};
  const std::vector<bool> front = pareto_front(entries);
  const auto on_front = [&](const JournalEntry& e) { return front[static_cast<size_t>(e.trial.index)]; };
  const auto work = [board](const JournalEntry& e) { return board ? e.cost.instructions : e.cost.macs; };
  for (const JournalEntry& e : entries) {
    const std::string what = text(&e == chosen ? "chosen"
                                  : e.kept()   ? "kept"
                                               : "rejected",
                                  on_front(e) ? ", on the front" : "");
    sorted.table.rows.push_back({std::to_string(sorted.table.rows.size() + 1), escaped(e.trial.candidate.stage),
                                 element("code", escaped(short_text(e.trial.candidate.architecture))), what,
                                 score_text(e.trial.outcome), grouped(e.cost.flash_bytes), grouped(e.cost.ram_bytes),
                                 grouped(work(e))});
  }
  sorted.orders = {
      {"number", {}},
      {"score", places_by(entries, [](const auto& e) { return -e.trial.outcome.score; })},
      {"front first", places_by(entries, [&](const auto& e) { return std::pair(!on_front(e), e.cost.flash_bytes); })},
      {"flash", places_by(entries, [](const auto& e) { return e.cost.flash_bytes; })},
      {"RAM", places_by(entries, [](const auto& e) { return e.cost.ram_bytes; })},
      {board ? "instructions" : "MACs", places_by(entries, work)}};
  return sorted;
}

}  // namespace

HtmlSection candidates_part(const Journal& journal, const Architecture& chosen, const Budget& budget,
                            const std::string& score_name) {
  const JournalEntry* end = chosen_entry(journal, chosen);
  const std::vector<Measure> measures = {
      {"Parameters", "parameters", [](const Cost& c) { return c.parameters; }, budget.max_parameters},
      {"Work", "multiply-accumulates per image", [](const Cost& c) { return c.macs; }, budget.max_macs},
      {"Flash", "flash, bytes", [](const Cost& c) { return c.flash_bytes; }, budget.max_flash_bytes},
      {"RAM", "RAM, bytes", [](const Cost& c) { return c.ram_bytes; }, budget.max_ram_bytes},
      {"Instructions", "instructions per inference, predicted", [](const Cost& c) { return c.instructions; },
       budget.max_instructions},
  };
  std::string plots;
  for (const Measure& measure : measures) {
    const auto unknown = [&](const JournalEntry& entry) { return measure.value(entry.cost) == 0; };
    if (!std::all_of(journal.entries().begin(), journal.entries().end(), unknown))
      plots += to_html(cost_plot(journal, end, measure, score_name));
  }
  int over = 0, failed = 0, warm = 0;
  for (const JournalEntry& entry : journal.entries()) {
    const Candidate& candidate = entry.trial.candidate;
    const Outcome& outcome = entry.trial.outcome;
    over += outcome.status == Status::kInfeasible;
    failed += outcome.status == Status::kFailed;
    warm += outcome.status == Status::kOk && !outcome.from_journal && !candidate.ancestors.empty();
  }
  const std::string counts =
      text(journal.entries().size(), " candidates, ", journal.trained(), " of them trained, on ",
           grouped(journal.image_epochs()), " images in all (an image counts once per epoch)",
           warm > 0 ? text("; ", warm, " started with the weights of another") : "", ". ", over,
           " were over the budget and ", failed, " failed to train: those have no score to draw.",
           journal.end() ? " The search ended: " + *journal.end() + "." : " It has not ended.");
  if (journal.entries().empty()) return {"Candidates", ""};
  return {"Candidates",
          element("p", counts) + element("div", plots, "plots") +
              element("p",
                      "Bars and ± are one standard error, from the number of images that scored. On "
                      "the Pareto front is a candidate that no other beats: none has at least its score at "
                      "no more flash, RAM and work.") +
              to_html(candidates_table(journal, end))};
}

HtmlSection path_part(const Journal& journal, const Method& method) {
  std::string out, steps, stage;
  const auto close = [&] {
    if (!steps.empty()) out += element("ol", steps, "path");
    steps.clear();
  };
  for (size_t i = 0; i < journal.entries().size(); ++i) {
    const JournalEntry& entry = journal.entries()[i];
    if (entry.trial.candidate.stage != stage) {
      close();
      stage = entry.trial.candidate.stage;
      out += element("h3", escaped("Stage: " + stage)) +
             (method.rule(stage).empty() ? "" : element("p", escaped(method.rule(stage)), "soft"));
    }
    steps += step_html(entry, i);
  }
  close();
  return {"Steps of the search", out};
}

Plot candidate_curves(const Journal& journal, const std::string& score_name) {
  Plot plot{"Candidates", "epoch", score_name + ", %", {}, std::nullopt, true};
  bool named[2] = {false, false};
  for (const bool kept : {false, true})
    for (const JournalEntry& entry : journal.entries()) {
      const auto& curve = entry.trial.outcome.curve;
      if (entry.kept() != kept || curve.empty()) continue;
      const Candidate& candidate = entry.trial.candidate;
      const auto first = static_cast<size_t>(candidate.ancestors.empty() ? 1 : candidate.branch_epoch + 1);
      PlotSeries series{named[kept] ? "" : kept ? "kept" : "rejected", kept ? "kept" : "rejected", Mark::kLine, {}};
      named[kept] = true;
      for (size_t e = 0; e < curve.size(); ++e) series.points.push_back({static_cast<double>(first + e), curve[e], ""});
      plot.series.push_back(series);
    }
  return plot;
}

std::vector<Plot> training_curves(const TrainResult& training, const std::string& name) {
  Plot loss{name + ": loss", "epoch", "cross entropy, nats", {}, std::nullopt, true};
  Plot accuracy{name + ": accuracy", "epoch", "accuracy, %", {}, std::nullopt, true};
  const PlotSeries curve{"training (augmented)", "second", Mark::kDashes, {}};
  PlotSeries losses = curve, trained = curve, tested{"test", "final", Mark::kLine, {}};
  for (const EpochResult& epoch : training.epochs) {
    const double x = epoch.epoch + 1;
    losses.points.push_back({x, epoch.train_loss, ""});
    trained.points.push_back({x, 100 * epoch.train_accuracy, ""});
    if (epoch.eval_accuracy >= 0) tested.points.push_back({x, 100 * epoch.eval_accuracy, ""});
  }
  loss.series = {losses};
  accuracy.series = {trained, tested};
  return {loss, accuracy};
}

}  // namespace mininas
