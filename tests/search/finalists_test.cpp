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
  // By 5 epochs, by 9 epochs: short trainings put the three layers first.
  const std::map<std::string, std::pair<double, double>> scores = {
      {"w16:s3*3", {90, 92}}, {"w16:s3*4", {88, 93}},      {"w16:s3*5", {89, 94}},   {"w16:s3*6", {87, 99}},
      {"w12:s3*3", {80, 80}}, {"w16:c3,s3*2", {91, 91.5}}, {"w16:c5,s3*2", {50, 50}}};
  MiniNas search(o, 10000);
  std::vector<std::string> finalists;
  while (const auto candidate = search.ask()) {
    const auto known = scores.find(to_text(candidate->architecture));
    const bool last = candidate->stage == "finalists";
    CHECK(candidate->epochs == (last ? 9 : 5));
    if (last) {
      finalists.push_back(to_text(candidate->architecture));
      CHECK(candidate->branch_epoch == 0);
      CHECK(candidate->ancestors.empty());
      CHECK(search.most_left() == static_cast<int>(3 - finalists.size()));
    }
    search.tell({*candidate, score(known == scores.end() ? 50 : last ? known->second.second : known->second.first)});
  }
  CHECK(finalists ==
        std::vector<std::string>{"w16:c3,s3*2", "w16:s3*6", "w16:s3*5"});  // the search's own choice, then the deepest
  CHECK(to_text(search.best()->candidate.architecture) == "w16:s3*6");
  CHECK(search.best()->outcome.score == 99);
  CHECK_THAT(search.rule("finalists"), Catch::Contains("9 epochs"));
}

TEST_CASE("a finalist that diverges is out", "[search][mini-nas]") {
  auto o = small_options();
  o.finalists = 3;
  o.finalist_epochs = 9;
  Outcome diverged;
  diverged.status = Status::kFailed;
  diverged.problem = "the loss is no number";
  MiniNas search(o, 10000);
  std::vector<std::string> reasons;
  while (const auto candidate = search.ask()) {
    const bool out = candidate->stage == "finalists" && candidate->architecture.depth() != 4;
    const Decision decision = search.tell({*candidate, out ? diverged : score(60 + candidate->epochs)});
    if (candidate->stage == "finalists") reasons.push_back(decision.reason);
  }
  REQUIRE(reasons.size() == 3);
  CHECK_THAT(reasons[0], Catch::Contains("the loss is no number") && Catch::Contains("out"));
  CHECK(search.best()->candidate.architecture.depth() == 4);  // the only one that trained to its end
}

TEST_CASE("a finalist that scores no more changes nothing, and without finalists the search ends with the kernels",
          "[search][mini-nas]") {
  auto o = small_options();
  o.finalists = 2;
  o.finalist_epochs = 2;  // as long as the candidates: the same question again
  const Drive d = drive(o, {{"w16:s3*3", score(90)}, {"w16:s3*4", score(89.9)}});
  CHECK(d.asked[d.asked.size() - 2] == "finalists w16:s3*3");
  CHECK(d.asked.back() == "finalists w16:s3*5");
  CHECK(to_text(d.best->candidate.architecture) == "w16:s3*3");
  o.finalists = 0;
  for (const std::string& asked : drive(o, {{"w16:s3*3", score(90)}}).asked)
    CHECK_THAT(asked, !Catch::Contains("finalists"));
}
