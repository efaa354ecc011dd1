// `make mcu-calibrate`: counts the layers of networks made from chance on every core in the emulator, fits what a turn
// of each loop costs (mcu/host/cost/instruction_model.h), and holds the result against networks that the fit never saw.
//   mcu_calibrate COEFFICIENTS.csv REPORT.md COUNTS [BOARD...]
// writes the first two, for the cores of these boards or all; COUNTS keeps the counts, so that a killed calibration
// goes on and an equal one is done at once. A core whose tools are missing keeps its coefficients and is named with the
// reason.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "bench/harness.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/parallel.h"
#include "mcu/host/verify/board_fit.h"
#include "mcu/host/verify/verify_board.h"
#include "search/cost/cost.h"
#include "search/space/build.h"
#include "tests/support/count_cache.h"
#include "tests/support/random_model.h"

using namespace mininas;
using namespace mininas::test;

namespace {

constexpr uint64_t kSeed = 5;
constexpr uint64_t kToLearnFrom = 40, kUnseen = 32;
constexpr double kTolerance = 0.05;

// One network on one board.
struct Job {
  const Board* board = nullptr;
  std::string name;
  PlannedNetwork network;
  bool learn = false;
  Rng rng{0};
  CountedNetwork counted;
  std::string failed;
};

// Boards that execute one code and have one model; networks to learn from run on the one with the most memory.
struct Core {
  std::vector<const Board*> boards;
  std::vector<Job> jobs;

  const Board& largest() const {
    return **std::max_element(boards.begin(), boards.end(),
                              [](const Board* a, const Board* b) { return a->ram.bytes < b->ram.bytes; });
  }
  std::string names() const {
    std::string all;
    for (const Board* board : boards) all += (all.empty() ? "" : ", ") + board->name;
    return all;
  }
};

// Of these boards or of all; those that cannot be emulated are left out and named.
std::vector<Core> cores(const std::vector<std::string>& names, std::vector<std::string>& skipped) {
  std::vector<Core> all;
  for (const Board& board : boards()) {
    if (!names.empty() && std::find(names.begin(), names.end(), board.name) == names.end()) continue;
    if (const auto why = why_unavailable(board)) {
      skipped.push_back(text(board.name, " was skipped: ", *why));
      continue;
    }
    const auto known = std::find_if(all.begin(), all.end(),
                                    [&](const Core& core) { return code_of(*core.boards[0]) == code_of(board); });
    if (known != all.end())
      known->boards.push_back(&board);
    else
      all.push_back({{&board}, {}});
  }
  return all;
}

void add_jobs(Core& core) {
  const Board& largest = core.largest();
  const Rng rng = Rng(kSeed).fork(largest.name);
  for (uint64_t i = 0; i < kToLearnFrom; ++i)
    core.jobs.push_back(
        {&largest, "", network_to_learn_from(largest, rng.fork("learn", i)), true, rng.fork("learn model", i), {}, {}});
  for (uint64_t i = 0; i < kUnseen; ++i) {
    const Board& board = *core.boards[i % core.boards.size()];
    const NamedSpec unseen = searched_network(board, rng.fork("held out", i));
    core.jobs.push_back({&board, unseen.name, {unseen.spec}, false, rng.fork("held out model", i), {}, {}});
  }
  for (const char* name : {"resnet8", "mobilenetv2"}) {
    const NetworkSpec spec = build_network_spec(std::string(name), {32, 32, 3}, 10);
    if (!why_too_large(largest, spec, RamPlan::kStrips))
      core.jobs.push_back({&largest, name, {spec}, false, rng.fork(name), {}, {}});
  }
}

void count_all(std::vector<Core>& all, const std::string& file) {
  CountCache cache(file);
  std::vector<Job*> jobs;
  for (Core& core : all)
    for (Job& job : core.jobs) jobs.push_back(&job);
  std::atomic<size_t> done = 0;
  std::atomic<bool> failed = false;
  parallel_for(static_cast<int64_t>(jobs.size()), [&](int64_t i) {
    Job& job = *jobs[static_cast<size_t>(i)];
    if (failed) return;
    try {
      job.counted = cache.count(trained_like_model(job.network.spec, job.rng), job.network.ram_plan, *job.board);
    } catch (const std::exception& error) {
      job.failed = error.what();
      failed = true;
    }
    std::fprintf(stderr, "\rcounted %zu of %zu networks", ++done, jobs.size());
  });
  std::fprintf(stderr, "\n");
  for (const Job* job : jobs)
    if (!job->failed.empty()) throw Error(job->failed);
}

// (predicted - counted) / counted of a network; of a searched one as a search would predict it.
double error_of(const InstructionModel& model, const Job& job) {
  double predicted = 0;
  const std::vector<LayerLoops> layers =
      job.learn ? job.counted.loops
                : layer_loops(job.network.spec, plan_memory(job.network.spec, job.network.ram_plan));
  for (const LayerLoops& loops : layers) predicted += model.instructions(loops);
  const auto counted = static_cast<double>(job.counted.total);
  return (predicted - counted) / counted;
}

struct Errors {
  std::vector<double> sorted;  // without sign

  double percentile(double part) const {
    if (sorted.empty()) return 0;
    return sorted[static_cast<size_t>(std::ceil(part * static_cast<double>(sorted.size()))) - 1];
  }
  size_t within(double tolerance) const {
    return static_cast<size_t>(
        std::count_if(sorted.begin(), sorted.end(), [&](double error) { return error <= tolerance; }));
  }
};

Errors errors_of(std::vector<double> errors) {
  for (double& error : errors) error = std::abs(error);
  std::sort(errors.begin(), errors.end());
  return {errors};
}

std::string percent(double part) { return bench::fixed(100 * part, 2); }

std::string percentiles(const Errors& errors) {
  return text(percent(errors.percentile(0.5)), " | ", percent(errors.percentile(0.9)), " | ",
              percent(errors.percentile(1)));
}

struct Fitted {
  const Core* core = nullptr;
  InstructionModel model;
  size_t samples = 0;
  Errors layers, seen, unseen;
};

bool is_searched(const Job& job) { return !job.learn && job.name.find(':') != std::string::npos; }

Fitted fit(const Core& core) {
  std::vector<CountedNetwork> learned;
  for (const Job& job : core.jobs)
    if (job.learn) learned.push_back(job.counted);
  const std::vector<LayerSample> samples = layer_samples(learned);
  Fitted fitted{&core, InstructionModel::fit(samples), samples.size(), {}, {}, {}};
  std::vector<double> layers, seen, unseen;
  for (const LayerSample& sample : samples)
    layers.push_back(fitted.model.instructions(sample.loops) / sample.instructions - 1);
  for (const Job& job : core.jobs) {
    if (job.learn) seen.push_back(error_of(fitted.model, job));
    if (is_searched(job)) unseen.push_back(error_of(fitted.model, job));
  }
  fitted.layers = errors_of(layers);
  fitted.seen = errors_of(seen);
  fitted.unseen = errors_of(unseen);
  return fitted;
}

std::string board_row(const Fitted& f) {
  return text("| ", f.core->names(), " | ", f.core->boards[0]->core, " | ", f.samples, " | ", percentiles(f.layers),
              " | ", percentiles(f.seen), " | ", f.unseen.within(kTolerance), " of ", f.unseen.sorted.size(), " | ",
              percentiles(f.unseen), " |\n");
}

std::string network_row(const Fitted& f, const Job& job) {
  const double error = error_of(f.model, job), counted = static_cast<double>(job.counted.total);
  return text("| ", job.board->name, " | `", job.name, "` | ", grouped(job.counted.total), " | ",
              grouped(std::llround(counted * (1 + error))), " | ", percent(error), " |\n");
}

// The networks by name, and the searched ones with the largest errors.
std::string network_rows(const Fitted& f) {
  constexpr size_t kWorst = 3;
  std::string rows;
  std::vector<const Job*> searched;
  for (const Job& job : f.core->jobs) {
    if (is_searched(job)) searched.push_back(&job);
    if (!job.learn && !is_searched(job)) rows += network_row(f, job);
  }
  std::stable_sort(searched.begin(), searched.end(), [&](const Job* a, const Job* b) {
    return std::abs(error_of(f.model, *a)) > std::abs(error_of(f.model, *b));
  });
  for (size_t i = 0; i < std::min(kWorst, searched.size()); ++i) rows += network_row(f, *searched[i]);
  return rows;
}

// The unseen networks of all cores together.
std::string unseen_line(const std::vector<Fitted>& fitted) {
  std::vector<double> all;
  for (const Fitted& f : fitted) all.insert(all.end(), f.unseen.sorted.begin(), f.unseen.sorted.end());
  const Errors errors = errors_of(all);
  return text("\nOf all ", all.size(), " unseen networks ", errors.within(kTolerance),
              " lie within 5 %; 95 % of them within ", percent(errors.percentile(0.95)), " %, all within ",
              percent(errors.percentile(1)), " %.\n");
}

std::string report(const std::vector<Fitted>& fitted, const std::vector<std::string>& skipped) {
  std::string page = text("# Instructions predicted and counted\n\n    make mcu-calibrate\n\n", bench::machine_line(),
                          "; seed ", kSeed, "; device code compiled with `", kBoardOptimisation, "`.\n\n");
  page += text(
      "Counted in an emulator, which counts instructions and knows nothing of cycles: one inference after the first. "
      "Fitted to the layers "
      "of ",
      kToLearnFrom, " networks made from chance for each compiler's code; held against ", kUnseen,
      " members of the search's family, 3 to 10 layers deep and 4 to 64 wide on images of 24x24 to 64x64, that the fit "
      "never saw "
      "(on a board with little memory: what fits it). Boards in one row execute one code and share the networks. "
      "Errors in percent of the "
      "count, without sign: median, 90th percentile, largest.\n\n");
  page +=
      "| boards | core | layers fitted | layers: median | 90 % | largest | networks fitted: median | 90 % | largest | "
      "unseen within 5 % | "
      "unseen: median | 90 % | largest |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|\n";
  for (const Fitted& f : fitted) page += board_row(f);
  page += unseen_line(fitted);
  for (const std::string& line : skipped) page += text("\n", line, "\n");
  page +=
      "\nNetworks by name, and of the unseen ones those with the largest errors:\n\n| board | network | counted | "
      "predicted | error, % |\n"
      "|---|---|---|---|---|\n";
  for (const Fitted& f : fitted) page += network_rows(f);
  return page;
}

int calibrate(const std::string& coefficients, const std::string& page, const std::string& counts,
              const std::vector<std::string>& names) {
  for (const std::string& name : names) find_board(name);
  std::vector<std::string> skipped;
  std::vector<Core> all = cores(names, skipped);
  for (const std::string& line : skipped) std::printf("%s\n", line.c_str());
  parallel_for(static_cast<int64_t>(all.size()), [&](int64_t i) { add_jobs(all[static_cast<size_t>(i)]); });
  count_all(all, counts);
  InstructionModels models = instruction_models();
  std::vector<Fitted> fitted;
  for (const Core& core : all) fitted.push_back(fit(core));
  for (const Fitted& f : fitted) models[code_of(*f.core->boards[0])] = f.model;
  write_text_file(coefficients, to_csv(models));
  const std::string content = report(fitted, skipped);
  write_text_file(page, content);
  std::printf("%s", content.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: mcu_calibrate COEFFICIENTS.csv REPORT.md COUNTS [BOARD...]\n");
    return 2;
  }
  try {
    return calibrate(argv[1], argv[2], argv[3], {argv + 4, argv + argc});
  } catch (const Error& error) {
    std::fprintf(stderr, "calibrate: %s\n", error.what());
    return 1;
  }
}
