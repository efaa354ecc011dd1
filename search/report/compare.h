// Several finished runs side by side: what each found, how good it is and what it cost, as records, as rows of a table
// and as a page.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "search/job/results.h"
#include "search/record/csv.h"

namespace mininas {

// Accuracies are those of the test images, in [0, 1]: of the integers, or, of a run of `mininas train`, in float.
struct ComparedRun {
  std::string run, method, architecture, data, arithmetic;
  std::string test_digest;  // of the test images
  double accuracy = 0, standard_error = 0;
  ClassFigures classes;
  int64_t params = 0;
  std::optional<int64_t> flash_bytes, ram_bytes, macs;
  std::optional<Latency> latency;
  std::optional<int> candidates;
  std::optional<int64_t> image_epochs;  // of the search
  double seconds = 0;
  uint64_t seed = 0;
};
template <>
inline constexpr auto kFields<ComparedRun> = std::tuple(
    field("run", &ComparedRun::run), field("method", &ComparedRun::method),
    field("architecture", &ComparedRun::architecture), field("data", &ComparedRun::data),
    field("arithmetic", &ComparedRun::arithmetic), field("test_digest", &ComparedRun::test_digest),
    field("test_accuracy", &ComparedRun::accuracy), field("standard_error", &ComparedRun::standard_error),
    part(&ComparedRun::classes), field("params", &ComparedRun::params), field("flash_bytes", &ComparedRun::flash_bytes),
    field("ram_bytes", &ComparedRun::ram_bytes), field("macs", &ComparedRun::macs), part(&ComparedRun::latency),
    field("candidates", &ComparedRun::candidates), field("search_image_epochs", &ComparedRun::image_epochs),
    field("seconds", &ComparedRun::seconds), field("seed", &ComparedRun::seed));

// Throws ConfigError for a run that is not finished, and for a suite.
ComparedRun compared_run(const std::filesystem::path& folder);

// What should not be overlooked when these are compared, a sentence each: other test images, other arithmetic,
// differences within the noise.
std::vector<std::string> comparison_notes(const std::vector<ComparedRun>& runs);

// A row a run under the names of the columns. `exact`: numbers as programs read them; otherwise for people.
std::vector<CsvRow> comparison_rows(const std::vector<ComparedRun>& runs, bool exact);

// The whole page, a column a run, so that any number of figures fits.
std::string comparison_page(const std::vector<ComparedRun>& runs);

}  // namespace mininas
