// The overall progress of a search (search/run/overall_progress.h), and how it is shown.
#include "search/run/overall_progress.h"

#include <regex>

#include "tests/cli/program.h"
#include "tests/support/catch.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

TEST_CASE("overall progress weighs parts by their work, never falls, and ends at 1", "[cli][progress]") {
  // Four candidates of 1,000 images, and a final training that takes as much as all of them.
  OverallProgress overall({1000, 4000, 0});
  double before = 0;
  const auto rises_to = [&](double share, double expected) {
    const double now = overall.fraction(share);
    CHECK(now >= before);
    CHECK(now == Approx(0.99 * expected));
    before = now;
  };
  for (int i = 0; i < 4; ++i) {
    overall.begin_candidate(1, 10, 3 - i);
    rises_to(0.5, (i + 0.5) / 8);
    rises_to(1, (i + 1) / 8.0);
  }
  overall.begin_final_training();
  rises_to(0.5, 0.75);
  overall.begin_quantizing();
  overall.begin_rest();
  rises_to(0, 1);
  CHECK(overall.fraction(1) == Approx(1));
}

TEST_CASE("overall progress stands still where more is to come than was thought", "[cli][progress]") {
  OverallProgress overall({1000, 0, 0});
  overall.begin_candidate(1, 10, 1);
  const double half = overall.fraction(1);
  CHECK(half == Approx(0.495));
  overall.begin_candidate(1, 10, 8);
  CHECK(overall.fraction(0.5) == half);
}

TEST_CASE("in a log each line of a search has a time of day and the overall percentage", "[cli][progress]") {
  const TempDir folder;
  auto command = tiny_search(folder / "run");
  command.insert(command.end(), {"--layer-fraction", "0"});
  const ProgramResult result = mininas::test::mininas(command);
  REQUIRE(result.status == 0);
  const std::regex line(R"([0-2][0-9]:[0-5][0-9]:[0-6][0-9]\s+([0-9]+) %  .*)");
  std::istringstream lines(result.errors);
  int before = 0, count = 0;
  for (std::string text; std::getline(lines, text); ++count) {
    INFO(text);
    std::smatch match;
    REQUIRE(std::regex_match(text, match, line));
    CHECK(std::stoi(match[1]) >= before);
    before = std::stoi(match[1]);
  }
  CHECK(count >= 4);  // a decision at least, and the stages
  CHECK(before >= 90);
}
