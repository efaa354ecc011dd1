// `make mcu-test`: exports some networks with random weights, runs each on every board in an emulator, without an
// operating system, and prints a table. Exit status 1 if a byte differs or a board fails. Networks that do not fit a
// board, and boards that cannot be emulated, are listed with the reason. `mcu_boards NAME...` uses only these boards.
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/parallel.h"
#include "mcu/host/export/emit_c.h"
#include "mcu/host/verify/board_fit.h"
#include "mcu/host/verify/verify_board.h"
#include "search/cost/cost.h"
#include "search/space/build.h"
#include "tests/support/random_model.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

namespace {

constexpr int64_t kImages = 2;

struct Example {
  std::string name;
  NetworkSpec spec;
};

std::vector<Example> examples() {
  const ImageShape cifar{32, 32, 3};
  return {{"w4:s3,c5,s7 9x7", family_network(4, {{true, 3}, {false, 5}, {true, 7}}, {9, 7, 3}, 3)},
          {"22 layers 12x13", random_network(Rng(369), {13, 4, 5, 5, false})},
          {"w16:s3*5", build_network_spec("w16:s3*5", cifar, 2)},
          {"resnet8", build_network_spec("resnet8", cifar, 10)}};
}

// A network on a board: the result, or the reason why there is none.
struct Job {
  const Example* example = nullptr;
  const Board* board = nullptr;
  BoardVerification result;
  std::string skipped, failed;
};

void run(Job& job) {
  try {
    if (const auto why = why_unavailable(*job.board)) job.skipped = *why;
    if (const auto why = why_too_large(*job.board, job.example->spec, RamPlan::kStrips))
      job.skipped = text("the network ", *why);
    if (!job.skipped.empty()) return;
    const TempDir folder;
    const NetworkSpec& spec = job.example->spec;
    const QuantizedModel model = random_model(spec, Rng(1));
    const ImageSet images{spec.input(), model.class_names, random_images(spec.input(), kImages, Rng(2)),
                          std::vector<int>(kImages, 0)};
    export_c(model, RamPlan::kStrips, images, folder / "c");
    job.result = verify_on_board(model, folder / "c", images, *job.board);
    if (job.result.bytes.first) job.failed = to_text(*job.result.bytes.first);
  } catch (const std::exception& error) {
    job.failed = error.what();
  }
}

void print_row(const Job& job) {
  std::printf("| %-5s | %-10s | %-16s |", job.board->name.c_str(), job.board->core.c_str(), job.example->name.c_str());
  if (!job.skipped.empty()) {
    std::printf(" skipped: %s |\n", job.skipped.c_str());
    return;
  }
  const BoardVerification& result = job.result;
  std::printf(" %9s | %9s | %12s | %6s | %7s | %7s |\n", grouped(result.bytes.bytes_compared).c_str(),
              grouped(result.bytes.bytes_different).c_str(), grouped(result.instructions).c_str(),
              grouped(result.linked.text).c_str(), grouped(result.linked.constants).c_str(),
              grouped(result.linked.arena).c_str());
  if (!job.failed.empty())
    std::printf("FAILED: %s on %s: %s\n", job.example->name.c_str(), job.board->name.c_str(), job.failed.c_str());
}

std::vector<Job> make_jobs(const std::vector<Example>& examples, const std::vector<std::string>& names) {
  std::vector<Job> jobs;
  const auto add = [&](const Board& board) {
    for (const Example& example : examples) jobs.push_back({&example, &board, {}, {}, {}});
  };
  if (names.empty())
    for (const Board& board : boards()) add(board);
  for (const std::string& name : names) add(find_board(name));
  return jobs;
}

int run_all(const std::vector<std::string>& names) {
  const std::vector<Example> networks = examples();
  std::vector<Job> jobs = make_jobs(networks, names);
  parallel_for(static_cast<int64_t>(jobs.size()), [&](int64_t i) { run(jobs[static_cast<size_t>(i)]); });
  std::printf(
      "Code compiled with %s. Instructions of one inference after the first; an emulator counts instructions, not "
      "cycles.\n",
      kBoardOptimisation);
  std::printf(
      "| board | core       | network          |  compared | different | instructions |   text |   const |   arena "
      "|\n");
  std::printf(
      "|-------|------------|------------------|-----------|-----------|--------------|--------|---------|---------|"
      "\n");
  int failed = 0;
  for (const Job& job : jobs) {
    print_row(job);
    failed += !job.failed.empty();
  }
  std::printf("%s: %zu runs, %d failed\n", failed == 0 ? "PASSED" : "FAILED", jobs.size(), failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run_all({argv + 1, argv + argc});
  } catch (const Error& error) {
    std::fprintf(stderr, "boards: %s\n", error.what());
    return 1;
  }
}
