#include "search/methods/mini_nas.h"
#include "tests/search/mini_nas_drive.h"
#include "tests/support/catch.h"

using namespace mininas;
using namespace mininas::test;

TEST_CASE("the best networks of the largest depths train longer in the end, and the best of these is found",
          "[search][mini-nas]") {
  auto o = small_options();
  o.max_depth = 6;
  o.epochs = 5;
  o.warm_epochs = 2;
  o.finalists = 3;
  o.finalist_epochs = 9;
  // Scores after 5 and after 9 epochs: short trainings prefer three layers.
  const std::map<std::string, std::pair<double, double>> scores = {
      {"w16:s3*3", {90, 92}}, {"w16:s3*4", {88, 93}},      {"w16:s3*5", {89, 94}},   {"w16:s3*6", {87, 99}},
      {"w12:s3*3", {80, 80}}, {"w16:c3,s3*2", {91, 91.5}}, {"w16:c5,s3*2", {50, 50}}};
  TableSession session([&](const Candidate& candidate) {
    const auto known = scores.find(to_text(candidate.architecture));
    const bool last = candidate.stage == "finalists";
    CHECK(candidate.epochs == (last ? 9 : 5));
    return score(known == scores.end() ? 50 : last ? known->second.second : known->second.first);
  });
  const SearchResult found = mini_nas(session, o);
  std::vector<std::string> finalists;
  for (const TableSession::Step& step : session.steps) {
    const Candidate& candidate = step.trial.candidate;
    if (candidate.stage != "finalists") continue;
    finalists.push_back(to_text(candidate.architecture));
    CHECK(candidate.branch_epoch == 0);
    CHECK(candidate.ancestors.empty());
    CHECK(step.left == static_cast<int>(3 - finalists.size()));
  }
  CHECK(session.batches.back() == 3);  // finalists are independent, so they are evaluated in one call
  CHECK(finalists ==
        std::vector<std::string>{"w16:c3,s3*2", "w16:s3*6", "w16:s3*5"});  // the search's own choice, then the deepest
  CHECK(to_text(found.finals.front()) == "w16:s3*6");
  CHECK(found.best->outcome.score == 99);
  CHECK_THAT(mini_nas_rule(o, "finalists"), Catch::Contains("9 epochs"));
}

TEST_CASE("a finalist that diverges is out", "[search][mini-nas]") {
  auto o = small_options();
  o.finalists = 3;
  o.finalist_epochs = 9;
  Outcome diverged;
  diverged.status = Status::kFailed;
  diverged.problem = "the loss is no number";
  TableSession session([&](const Candidate& candidate) {
    const bool out = candidate.stage == "finalists" && candidate.architecture.chain().depth() != 4;
    return out ? diverged : score(60 + candidate.epochs);
  });
  const SearchResult found = mini_nas(session, o);
  std::vector<std::string> reasons;
  for (const TableSession::Step& step : session.steps)
    if (step.trial.candidate.stage == "finalists") reasons.push_back(step.decision->reason);
  REQUIRE(reasons.size() == 3);
  CHECK_THAT(reasons[0], Catch::Contains("the loss is no number") && Catch::Contains("out"));
  CHECK(found.finals.front().chain().depth() == 4);  // the only one whose training did not fail
}

TEST_CASE("a finalist that scores no more changes nothing, and without finalists the search ends with the kernels",
          "[search][mini-nas]") {
  auto o = small_options();
  o.finalists = 2;
  o.finalist_epochs = 2;  // as long as the candidates: equal candidate keys
  const Course d = drive(o, {{"w16:s3*3", score(90)}, {"w16:s3*4", score(89.9)}});
  CHECK(d.evaluated[d.evaluated.size() - 2] == "finalists w16:s3*3");
  CHECK(d.evaluated.back() == "finalists w16:s3*5");
  CHECK(to_text(d.result.finals.front()) == "w16:s3*3");
  o.finalists = 0;
  for (const std::string& evaluated : drive(o, {{"w16:s3*3", score(90)}}).evaluated)
    CHECK_THAT(evaluated, !Catch::Contains("finalists"));
}
