// Compares whole networks with PyTorch: `network_bench [--json] [ROUNDS] [ARCHITECTURE...]` (default: 7 rounds of the
// six networks below). Each round runs ours, PyTorch, and "tuned" PyTorch one after another, each in its own process,
// so that disturbances of the machine affect all three. Tuned: the C library keeps freed memory, which makes PyTorch up
// to twice as fast on these networks. Ratios are computed within a round; the table shows their median with the
// smallest and the largest.
//   PEER    the PyTorch program (default: bench/peers/torch_net.py, which explains its arguments)
//   PYTHON  the interpreter (default: /usr/bin/python3, which has Debian's python3-torch). Without PyTorch, only
//           ours is measured
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "bench/harness.h"
#include "bench/programs.h"
#include "bench/shapes.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/parallel.h"

using namespace mininas;
using namespace mininas::bench;

namespace {

constexpr double kSeconds = 0.7;  // of each measurement; a round has 3 of ours and 2 of each peer

std::string environment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

class Peers {
 public:
  // `version` is empty if there is no PyTorch.
  Peers() : python_(environment("PYTHON", "/usr/bin/python3")), peer_(environment("PEER", "bench/peers/torch_net.py")) {
    if (!std::filesystem::exists(peer_))
      throw ConfigError(text("there is no peer program ", peer_, "; run from the top folder, or set PEER"));
    if (std::filesystem::exists(python_))
      version_ = output_of({python_, "-c", "import torch; print(torch.__version__, end='')"}, work_.path() / "errors")
                     .value_or("");
  }
  const std::string& version() const { return version_; }

  Record ours(const std::string& architecture) const {
    return answer_of({mininas_program(), "bench", "--arch", architecture, "--classes", text(kClasses), "--input",
                      to_text(kImageShape), "--batch", text(kBatch), "--seconds", text(kSeconds), "--threads",
                      text(thread_count()), "--json"},
                     work_);
  }

  Record torch(const std::string& architecture, bool tuned) const {
    const Record description = answer_of({mininas_program(), "inspect", architecture, "--classes", text(kClasses),
                                          "--input", to_text(kImageShape), "--json"},
                                         work_);
    const auto file = work_.path() / "network.json";
    write_text_file(file, description.to_line());
    std::vector<std::string> command{python_, peer_, file.string(), text(kBatch), text(thread_count()), text(kSeconds)};
    if (tuned)
      command.insert(command.begin(),
                     {"env", "MALLOC_MMAP_THRESHOLD_=8000000000", "MALLOC_TRIM_THRESHOLD_=16000000000"});
    return answer_of(command, work_);
  }

 private:
  WorkFolder work_;
  std::string python_, peer_, version_;
};

struct Round {
  Record ours, plain, tuned;
};

const char* const kTrain = "train_images_per_second";
const char* const kInfer = "infer_images_per_second";
const char* const kInt8 = "infer_int8_images_per_second";
const char* const kMemory = "peak_memory_bytes";

// The values of a figure in all rounds, sorted.
template <class Figure>
std::vector<double> over(const std::vector<Round>& rounds, const Figure& figure) {
  std::vector<double> values;
  for (const Round& round : rounds) values.push_back(figure(round));
  std::sort(values.begin(), values.end());
  return values;
}

double middle(const std::vector<double>& sorted) { return sorted[sorted.size() / 2]; }

std::string spread(const std::vector<double>& sorted) {
  return text(fixed(middle(sorted), 2), " (", fixed(sorted.front(), 2), "-", fixed(sorted.back(), 2), ")");
}

double training_operations(const std::string& architecture) {
  return training_operations_of(build_network_spec(architecture, kImageShape, kClasses));
}

std::vector<std::string> cells(const std::string& architecture, const std::vector<Round>& rounds, bool with_torch,
                               double peak_gflops) {
  const auto median_of = [&](Record Round::*who, const char* key) {
    return middle(over(rounds, [&](const Round& r) { return (r.*who).number(key); }));
  };
  const auto ratio = [&](Record Round::*who, const char* key) {
    return spread(over(rounds, [&](const Round& r) { return r.ours.number(key) / (r.*who).number(key); }));
  };
  const double train = median_of(&Round::ours, kTrain);
  std::vector<std::string> row{architecture, text(rounds[0].ours.integer64("params")), fixed(train, 1),
                               fixed(100.0 * train * training_operations(architecture) * 1e-9 / peak_gflops, 0),
                               fixed(median_of(&Round::ours, kMemory) / 1048576.0, 0)};
  if (with_torch)
    row.insert(row.end(), {fixed(median_of(&Round::plain, kTrain), 1), fixed(median_of(&Round::tuned, kTrain), 1),
                           fixed(median_of(&Round::tuned, kMemory) / 1048576.0, 0), ratio(&Round::plain, kTrain),
                           ratio(&Round::tuned, kTrain)});
  row.insert(row.end(), {fixed(median_of(&Round::ours, kInfer), 1), fixed(median_of(&Round::ours, kInt8), 1)});
  if (with_torch) row.insert(row.end(), {fixed(median_of(&Round::tuned, kInfer), 1), ratio(&Round::tuned, kInfer)});
  return row;
}

std::vector<std::string> columns(bool with_torch) {
  std::vector<std::string> names{"network", "parameters", "train, images/s", "% of peak", "MiB"};
  if (with_torch)
    names.insert(names.end(), {"PyTorch plain", "PyTorch tuned", "its MiB", "ours / plain (least-most)",
                               "ours / tuned (least-most)"});
  names.insert(names.end(), {"infer, images/s", "infer int8"});
  if (with_torch) names.insert(names.end(), {"PyTorch tuned infers", "ours / tuned (least-most)"});
  return names;
}

void check_same_network(const Round& round) {
  if (round.ours.integer64("params") != round.tuned.integer64("params"))
    throw ConfigError(text("the peer's network has ", round.tuned.integer64("params"), " parameters, ours ",
                           round.ours.integer64("params")));
}

void run(const std::vector<std::string>& architectures, int rounds, bool json) {
  const Peers peers;
  const bool with_torch = !peers.version().empty();
  const MachineLimits limits = measure_limits();
  if (!json)
    std::cout << "# Whole networks beside PyTorch\n\n    make bench        # or: build/release/network_bench " << rounds
              << "\n\nTraining steps and inference of whole networks, batch " << kBatch << ", " << to_text(kImageShape)
              << ", " << kClasses << " classes, float32. " << machine_line() << ". Peak " << fixed(limits.gflops, 0)
              << " GFLOP/s. "
              << (with_torch ? "PyTorch " + peers.version() + ", channels-last"
                             : "PyTorch is not installed (python3-torch)")
              << ". " << rounds
              << " alternating rounds, medians. Shares of the peak count convolutions as direct ones, "
              << "also those in Winograd's form.\n\n";
  Table table(columns(with_torch), json);
  for (const std::string& architecture : architectures) {
    std::vector<Round> measured;
    for (int i = 0; i < rounds; ++i) {
      Round round{peers.ours(architecture), {}, {}};
      if (with_torch) {
        round.plain = peers.torch(architecture, false);
        round.tuned = peers.torch(architecture, true);
        check_same_network(round);
      }
      measured.push_back(round);
    }
    table.row(cells(architecture, measured, with_torch, limits.gflops));
  }
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments = parse_arguments(
      argc, argv, "usage: network_bench [--json] [ROUNDS] [ARCHITECTURE...]   (default: 7 of six networks)");
  auto& words = arguments.words;
  int rounds = 7;
  if (!words.empty() && std::isdigit(static_cast<unsigned char>(words.front()[0]))) {
    rounds = std::max(1, std::atoi(words.front().c_str()));
    words.erase(words.begin());
  }
  try {
    run(words.empty() ? default_architectures() : words, rounds, arguments.json);
  } catch (const Error& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
  return 0;
}
