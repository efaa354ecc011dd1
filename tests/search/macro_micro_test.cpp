#include "search/methods/macro_micro.h"

#include "core/error.h"
#include "search/run/published_log.h"
#include "tests/search/table_session.h"
#include "tests/support/catch.h"

using namespace mininas;
using namespace mininas::test;

namespace {

// Small enough to write down all candidates.
MacroMicroOptions small_options() {
  MacroMicroOptions o;
  o.min_depth = 3;
  o.max_depth = 8;
  o.min_width = 8;
  o.max_width = 16;
  o.width_step = 4;
  o.epochs = 3;
  o.size_slack = 100;
  return o;
}

// Scores the candidates with `scores` in turn, then with the last of them.
struct Drive {
  Drive(const MacroMicroOptions& options, const std::vector<double>& scores)
      : session([&](const Candidate&) { return score(scores[std::min(next++, scores.size() - 1)]); }),
        result(macro_micro(session, options)) {}

  // "stage architecture epochs"
  std::vector<std::string> evaluated() const {
    std::vector<std::string> all;
    for (const TableSession::Step& step : session.steps) {
      const Candidate& c = step.trial.candidate;
      all.push_back(text(c.stage, " ", to_text(c.architecture), " ", c.epochs));
    }
    return all;
  }

  size_t next = 0;
  TableSession session;
  SearchResult result;
};

std::vector<std::string> first(std::vector<std::string> list, size_t count) {
  list.resize(std::min(count, list.size()));
  return list;
}

}  // namespace

TEST_CASE("epochs grow with depth and width, and the micro stage begins with the macro network",
          "[search][macro-micro]") {
  const auto evaluated = Drive(small_options(), {80, 81, 80, 80, 80, 81, 80, 40}).evaluated();
  CHECK(first(evaluated, 8) == std::vector<std::string>{"depth w16:s3*3 3", "depth w16:s3*4 4", "depth w16:s3*5 5",
                                                        "depth w16:s3*6 6", "depth w16:s3*7 7", "width w12:s3*4 9",
                                                        "width w8:s3*4 11", "operation w12:s3*4 2"});
}

TEST_CASE("near-ties neither count as failures nor forgive them", "[search][macro-micro]") {
  // failure, tie, failure, tie, third failure
  const auto evaluated = Drive(small_options(), {80, 79, 80.05, 79, 79.95, 79, 50}).evaluated();
  CHECK(evaluated[5] == "depth w16:s3*8 8");
  CHECK(evaluated[6].rfind("width w12:s3*3", 0) == 0);
  // a gain resets the count of failures
  CHECK(Drive(small_options(), {80, 79, 79, 81, 79, 79, 50}).evaluated()[5] == "depth w16:s3*8 8");
}

TEST_CASE("changed layers are paid for with width, from the macro width on", "[search][macro-micro]") {
  const Drive drive(small_options(), {99.95, 90, 90, 50, 60});
  const auto evaluated = drive.evaluated();
  REQUIRE(evaluated[3] == "operation w16:s3*3 2");
  const int64_t limit = parameter_count(plain_chain(16, 3), {3, 10}) + 100;
  for (size_t i = 4; i < evaluated.size(); ++i) {
    const size_t start = evaluated[i].find(' ') + 1;
    Chain a = parse_chain(evaluated[i].substr(start, evaluated[i].rfind(' ') - start));
    CHECK(parameter_count(a, {3, 10}) <= limit + 200);  // the kernel stage may add its own slack
    ++a.width;
    if (evaluated[i].rfind("operation", 0) == 0) CHECK((a.width > 16 || parameter_count(a, {3, 10}) > limit));
  }
  // The first change was kept at a smaller width. The final network has the macro width again, unless it is over the
  // budget.
  const auto& finals = drive.result.finals;
  CHECK(finals.front().chain().width == 16);
  CHECK(finals.back() == drive.result.best->candidate.architecture);
  CHECK(finals.size() == static_cast<size_t>(16 - finals.back().chain().width + 1));
  CHECK(finals.front().chain().layers[0].operation == Operation::kConv);
}

TEST_CASE("growth ends where the target or the training accuracy is reached", "[search][macro-micro]") {
  for (const auto& reached : {std::pair{99.9, 0.0}, std::pair{80.0, 99.5}}) {
    TableSession session([&](const Candidate&) {
      Outcome outcome = score(reached.first);
      outcome.best_train = reached.second;
      return outcome;
    });
    macro_micro(session, small_options());
    CHECK(session.steps[1].trial.candidate.stage == "width");
  }
}

TEST_CASE("a macro network that cannot be trained briefly ends the search with the macro network",
          "[search][macro-micro]") {
  TableSession session([&](const Candidate& candidate) {
    Outcome outcome = score(99.95);
    if (candidate.epochs == 2) outcome.status = Status::kFailed;
    return outcome;
  });
  const SearchResult found = macro_micro(session, small_options());
  CHECK(to_text(found.best->candidate.architecture) == "w8:s3*3");
  CHECK(session.steps.back().trial.candidate.stage == "kernel");  // evaluated once more
}

TEST_CASE("the number of questions left in macro-micro is never underestimated", "[search][macro-micro]") {
  for (const double gain : {-1.0, 0.0, 1.0}) {
    double percent = 60;
    TableSession session([&](const Candidate&) { return score(percent += gain); });
    macro_micro(session, small_options());
    CHECK(expected_enough(session));
  }
}

TEST_CASE("a search whose time is up in a micro stage ends with the changes found until then at the macro width",
          "[search][macro-micro]") {
  double percent = 60;
  TableSession session([&](const Candidate&) { return score(percent += 1); });
  session.max_candidates = 12;
  const SearchResult found = macro_micro(session, small_options());
  CHECK(session.steps.size() == 12);
  CHECK(session.steps.back().trial.candidate.stage == "operation");
  CHECK(found.finals.front().chain().width > found.best->candidate.architecture.chain().width);
}
