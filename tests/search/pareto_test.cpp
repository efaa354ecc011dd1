#include "search/run/pareto.h"

#include "core/rng.h"
#include "search/record/csv.h"
#include "tests/support/catch.h"

using namespace mininas;

namespace {

JournalEntry entry_of(const std::string& architecture, double score, int64_t flash, int64_t ram, int64_t work) {
  JournalEntry entry;
  entry.trial.candidate.architecture = parse_architecture(architecture);
  entry.trial.outcome.score = score;
  entry.cost.flash_bytes = flash;
  entry.cost.ram_bytes = ram;
  entry.cost.macs = work;
  return entry;
}

}  // namespace

TEST_CASE("the Pareto front is made of those that no other beats, by the definition", "[search][pareto]") {
  Rng rng(3);
  std::vector<JournalEntry> entries;
  for (int i = 0; i < 60; ++i) {
    const auto small = [&] { return static_cast<int64_t>(rng.below(6)); };
    entries.push_back(entry_of("w" + std::to_string(4 + i) + ":s3*3", 80 + static_cast<double>(rng.below(8)), small(),
                               small(), small()));
    entries.back().trial.index = i;
    if (i % 9 == 4) entries.back().trial.outcome.status = Status::kInfeasible;
  }
  const std::vector<bool> front = pareto_front(entries);
  for (size_t a = 0; a < entries.size(); ++a) {
    const bool ok = entries[a].trial.outcome.status == Status::kOk;
    bool beaten = false;
    for (const JournalEntry& b : entries) {
      const Cost &own = entries[a].cost, &its = b.cost;
      const double score = entries[a].trial.outcome.score, other = b.trial.outcome.score;
      const bool no_worse = other >= score && its.flash_bytes <= own.flash_bytes && its.ram_bytes <= own.ram_bytes &&
                            its.macs <= own.macs;
      const bool better =
          other > score || its.flash_bytes < own.flash_bytes || its.ram_bytes < own.ram_bytes || its.macs < own.macs;
      beaten = beaten || (b.trial.outcome.status == Status::kOk && no_worse && better);
    }
    CHECK(front[a] == (ok && !beaten));
  }
}

TEST_CASE("of one architecture the last evaluation counts, and instructions stand for MACs where they are known",
          "[search][pareto]") {
  std::vector<JournalEntry> entries = {entry_of("w8:s3*3", 99, 10, 10, 10), entry_of("w4:s3*3", 90, 5, 5, 5),
                                       entry_of("w8:s3*3", 85, 10, 10, 10)};
  CHECK(pareto_front(entries) == std::vector<bool>{false, true, false});
  entries[1].cost.instructions = 900;
  entries[2].cost.instructions = 300;  // fewer, though it has more MACs
  CHECK(pareto_front(entries) == std::vector<bool>{false, true, true});
  CHECK(pareto_front({}).empty());
}

TEST_CASE("cells with commas, quotation marks or line ends are quoted", "[search][csv]") {
  CHECK(to_csv({{"a", "b"}, {"w8:s3,c5", "the \"best\""}, {"two\nlines", ""}}) ==
        "a,b\n\"w8:s3,c5\",\"the \"\"best\"\"\"\n\"two\nlines\",\n");
  CHECK(csv_number(0.1) == "0.1");
  CHECK(csv_number(93.75) == "93.75");
}
