#include "search/methods/mini_nas.h"

#include "core/error.h"
#include "tests/search/mini_nas_drive.h"
#include "tests/support/catch.h"

using namespace mininas;
using namespace mininas::test;

TEST_CASE("the published search is walked candidate by candidate", "[search][mini-nas]") {
  // The scores of the log, in its order.
  const std::vector<double> scores = {
      94.86, 95.28, 95.16, 95.43, 95.58, 95.8,  96.0,  95.9,  96.09, 96.13, 96.16, 95.79, 95.97, 95.51, 95.53, 95.36,
      95.7,  95.48, 96.0,  95.86, 95.78, 95.81, 95.81, 96.01, 95.92, 95.81, 95.73, 95.61, 95.63, 95.64, 95.56, 95.81,
      95.57, 95.7,  95.6,  95.64, 95.77, 95.71, 95.57, 95.75, 95.7,  95.85, 95.68, 95.67, 95.58, 95.8};
  size_t next = 0;
  TableSession session([&](const Candidate& candidate) {
    CHECK(candidate.epochs == 600);
    return score(scores.at(next++));
  });
  const SearchResult found = mini_nas(session, trg_nas_options());
  const std::vector<std::string> evaluated = course_of(session, found).evaluated;
  REQUIRE(evaluated.size() == scores.size());
  CHECK(evaluated[0] == "depth w72:s3*10");
  CHECK(evaluated[10] == "depth w72:s3*20");
  CHECK(evaluated[11] == "width w68:s3*16");
  CHECK(evaluated[15] == "width w52:s3*16");
  CHECK(evaluated[16] == "operation w56:c3,s3*15");
  CHECK(evaluated[17] == "operation w56:c3*2,s3*14");
  CHECK(evaluated[19] == "operation w56:c3,s3,c3*2,s3*12");
  CHECK(evaluated[25] == "operation w56:c3,s3,c3,s3*6,c3,s3*6");
  CHECK(evaluated[26] == "kernel w56:c5,s3,c3,s3*13");
  CHECK(evaluated[27] == "kernel w56:c7,s3,c3,s3*13");
  CHECK(evaluated[45] == "kernel w56:c3,s3,c3,s3*6,s7,s3*6");
  CHECK(to_text(found.finals.front()) == "w56:c3,s3,c3,s3*13");
  CHECK(found.best->candidate.architecture == found.finals.front());
  CHECK(found.best->outcome.score == 96.0);
}

TEST_CASE("a search without any gain stays with the first network and tries every change once", "[search][mini-nas]") {
  const Course d = drive(small_options(), {{"w16:s3*3", score(90)}});
  CHECK(d.evaluated == std::vector<std::string>{"depth w16:s3*3", "depth w16:s3*4", "width w12:s3*3",
                                                "operation w16:c3,s3*2", "operation w16:s3,c3,s3",
                                                "operation w16:s3*2,c3", "kernel w16:s5,s3*2", "kernel w16:s3,s5,s3",
                                                "kernel w16:s3*2,s5"});
  CHECK(d.kept == std::vector<std::string>{"w16:s3*3"});
  CHECK(to_text(d.result.finals.front()) == "w16:s3*3");
}

TEST_CASE("a small loss does not end the growth, and only accepted depths count", "[search][mini-nas]") {
  auto o = small_options();
  const Course d = drive(o, {{"w16:s3*3", score(90)}, {"w16:s3*4", score(89.85)}, {"w16:s3*5", score(90.25)}});
  CHECK(d.evaluated[2] == "depth w16:s3*5");
  CHECK(d.kept == std::vector<std::string>{"w16:s3*3", "w16:s3*5"});
  const Course e = drive(o, {{"w16:s3*3", score(90)}, {"w16:s3*4", score(89.84)}, {"w16:s3*5", score(90.25)}});
  CHECK(e.evaluated[2] == "width w12:s3*3");
}

TEST_CASE("the growth stops at the target and when nothing is left to learn", "[search][mini-nas]") {
  CHECK(drive(small_options(), {{"w16:s3*3", score(98.5)}}).evaluated[1] == "width w12:s3*3");
  CHECK(drive(small_options(), {{"w16:s3*3", score(98.49)}}).evaluated[1] == "depth w16:s3*4");
  Outcome learned = score(90);
  learned.best_train = 100;
  CHECK(drive(small_options(), {{"w16:s3*3", learned}}).evaluated[1] == "width w12:s3*3");
}

TEST_CASE("the width's reference does not move", "[search][mini-nas]") {
  // Each step loses 0.3. The second one is 0.6 below the end of the depth stage and ends the shrinking, although it is
  // only 0.3 below the step before.
  const Course d =
      drive(small_options(), {{"w16:s3*3", score(90)}, {"w12:s3*3", score(89.7)}, {"w8:s3*3", score(89.4)}});
  CHECK(d.kept == std::vector<std::string>{"w16:s3*3", "w12:s3*3"});
  CHECK(d.evaluated[3] == "width w8:s3*3");
  CHECK(d.evaluated[4] == "operation w12:c3,s3*2");
}

TEST_CASE("a gain below zero is a loss that is forgiven, a deeper network or a larger kernel then kept",
          "[search][mini-nas]") {
  auto o = small_options();
  const std::map<std::string, Outcome> answers = {
      {"w16:s3*3", score(90)}, {"w16:s3*4", score(89.9)}, {"w16:s3*5", score(89.7)}, {"w16:s7,s3*3", score(89.5)}};
  CHECK(drive(o, answers).kept == std::vector<std::string>{"w16:s3*3"});
  o.depth_gain = -0.15;
  o.kernel_margin = -0.5;
  o.kernels = {7, 5};
  o.max_depth = 5;
  const Course d = drive(o, answers);
  CHECK(d.kept == std::vector<std::string>{"w16:s3*3", "w16:s3*4", "w16:s7,s3*3"});
  CHECK_THAT(d.reasons[1], Catch::Contains("no more than 0.15 lost"));
  const auto evaluated = [&](const std::string& candidate) {
    return std::count(d.evaluated.begin(), d.evaluated.end(), candidate);
  };
  CHECK(evaluated("kernel w16:s5,s3*3") == 0);  // nothing smaller than what was kept
  CHECK(evaluated("kernel w16:s7,s5,s3*2") == 1);
  CHECK_THAT(mini_nas_rule(o, "depth"), Catch::Contains("loses no more than 0.15 points"));
  CHECK_THAT(mini_nas_rule(o, "kernel"), Catch::Contains("loses no more than 0.50 points"));
  o.noise = 1;  // on 100 images: tolerances of three points
  const Course noisy = drive(o, answers, 100);
  CHECK(noisy.kept == d.kept);
  CHECK_THAT(noisy.reasons[2], Catch::Contains("more than 0.15 lost, but no more than"));
  CHECK_THAT(mini_nas_rule(o, "depth"), Catch::Contains("or noise is not otherwise"));
  CHECK_THAT(mini_nas_rule(o, "kernel"), !Catch::Contains("standard error"));
}

TEST_CASE("operations and kernels accumulate, and an equal score changes nothing", "[search][mini-nas]") {
  const Course d = drive(small_options(), {{"w16:s3*3", score(90)},
                                           {"w16:c3,s3*2", score(90)},
                                           {"w16:s3,c3,s3", score(90.1)},
                                           {"w16:s3,c3*2", score(90.1)},
                                           {"w16:s3,c5,s3", score(90.2)},
                                           {"w16:s3,c5,s5", score(90.3)}});
  CHECK(d.kept == std::vector<std::string>{"w16:s3*3", "w16:s3,c3,s3", "w16:s3,c5,s3", "w16:s3,c5,s5"});
}

TEST_CASE("changes that would have to gain more than is missing to 100 % are not tried", "[search][mini-nas]") {
  auto o = small_options();
  CHECK(drive(o, {{"w16:s3*3", score(100)}, {"w12:s3*3", score(90)}}).evaluated.size() == 2);
  o.operation_margin = 2;
  const Course d = drive(o, {{"w16:s3*3", score(98.5)}, {"w12:s3*3", score(90)}});
  CHECK(d.evaluated[2] == "kernel w16:s5,s3*2");
}

TEST_CASE("a rejected kernel goes back to the best so far of that layer", "[search][mini-nas]") {
  auto o = small_options();
  o.kernels = {5, 7};
  const Course d = drive(o, {{"w16:s3*3", score(90)}, {"w16:s5,s3*2", score(91)}, {"w16:s7,s3*2", score(90.5)}});
  CHECK(to_text(d.result.finals.front()) == "w16:s5,s3*2");
  CHECK(std::count(d.evaluated.begin(), d.evaluated.end(), "kernel w16:s5*2,s3") == 1);
}

TEST_CASE("the search starts at the largest width whose shallowest network fits", "[search][mini-nas]") {
  const Course d = drive(small_options(), {{"w16:s3*3", infeasible()}, {"w12:s3*3", score(90)}});
  CHECK(d.evaluated[1] == "depth w12:s3*3");
  CHECK(d.evaluated[2] == "depth w12:s3*4");
  CHECK(d.evaluated[3] == "width w8:s3*3");
  CHECK_THAT(d.reasons[0], Catch::Contains("over the limit") && Catch::Contains("cheaper"));
}

TEST_CASE("where no width of the range fits, narrower ones are tried, and the width stage has nothing to do",
          "[search][mini-nas]") {
  const Course d = drive(
      small_options(),
      {{"w16:s3*3", infeasible()}, {"w12:s3*3", infeasible()}, {"w8:s3*3", infeasible()}, {"w4:s3*3", score(80)}});
  CHECK(d.evaluated[3] == "depth w4:s3*3");
  CHECK(d.evaluated[4] == "depth w4:s3*4");
  CHECK(d.evaluated[5] == "operation w4:c3,s3*2");
}

TEST_CASE("where nothing fits the search ends without a network", "[search][mini-nas]") {
  const Course d = drive(
      small_options(),
      {{"w16:s3*3", infeasible()}, {"w12:s3*3", infeasible()}, {"w8:s3*3", infeasible()}, {"w4:s3*3", infeasible()}});
  CHECK(d.evaluated.size() == 4);
  CHECK(d.result.finals.empty());
  CHECK_FALSE(d.result.best);
}

TEST_CASE("a deeper network that does not fit is tried narrower", "[search][mini-nas]") {
  const Course d = drive(small_options(), {{"w16:s3*3", score(90)},
                                           {"w16:s3*4", infeasible()},
                                           {"w12:s3*4", score(92)},
                                           {"w12:s3*5", infeasible()},
                                           {"w8:s3*5", score(80)}});
  CHECK(d.evaluated[2] == "depth w12:s3*4");
  CHECK_THAT(d.reasons[1], Catch::Contains("over the limit") && Catch::Contains("narrower"));
  CHECK(d.evaluated[4] == "depth w8:s3*5");
  CHECK(d.evaluated[5] == "width w8:s3*4");  // narrower than the network that was kept, not than the one tried last
}

TEST_CASE("depths that fit in no width end the growth, an infeasible change is not made", "[search][mini-nas]") {
  const Course d = drive(small_options(), {{"w16:s3*3", score(90)},
                                           {"w16:s3*4", infeasible()},
                                           {"w12:s3*4", infeasible()},
                                           {"w8:s3*4", infeasible()},
                                           {"w16:c3,s3*2", infeasible()},
                                           {"w16:s3,c3,s3", score(95)}});
  CHECK(d.evaluated[4] == "width w12:s3*3");
  CHECK_THAT(d.reasons[3], Catch::Contains("no deeper network"));
  CHECK(d.evaluated[5] == "operation w16:c3,s3*2");
  CHECK_THAT(d.reasons[5], Catch::Contains("over the limit") && Catch::Contains("stays as it was"));
  CHECK(to_text(d.result.finals.front()) == "w16:s3,c3,s3");
}

TEST_CASE("tolerances grow to the standard error of a small validation set", "[search][mini-nas]") {
  auto o = small_options();
  // One standard error of 90 % on 100 images is 3 points: a gain of 2 is noise, a loss of 2 as well.
  const std::map<std::string, Outcome> answers = {
      {"w16:s3*3", score(90)}, {"w16:s3*4", score(92)}, {"w16:s3*5", score(88)}, {"w12:s3*3", score(87.5)}};
  CHECK(drive(o, answers, 100).kept == std::vector<std::string>{"w16:s3*3", "w16:s3*4"});
  o.noise = 1;
  const Course d = drive(o, answers, 100);
  CHECK(d.kept == std::vector<std::string>{"w16:s3*3", "w12:s3*3"});
  CHECK_THAT(d.reasons[1], Catch::Contains("less than 3.00 gained"));
}

TEST_CASE(
    "where it is known which images are classified correctly, the tolerance is the standard error of the difference on "
    "the same images",
    "[search][mini-nas]") {
  auto o = small_options();
  o.noise = 1;
  // On 100 images the deeper network classifies 2 more correctly. If this is the only difference, 2 points are a gain:
  // one standard error is 1.4 points. If they also differ in 10 and 8 other images, it is 4.2.
  const std::string reference(25, 'f');
  const auto with_correct = [](double percent, const std::string& correct) {
    Outcome outcome = score(percent);
    outcome.correct = correct;
    return outcome;
  };
  const std::string lost = std::string(20, 'f') + "ff300", alike = std::string(20, 'f') + "ffc00";
  const Course apart =
      drive(o, {{"w16:s3*3", with_correct(90, lost)}, {"w16:s3*4", with_correct(92, "00" + reference.substr(2))}}, 100);
  CHECK(apart.kept == std::vector<std::string>{"w16:s3*3"});
  CHECK_THAT(apart.reasons[1], Catch::Contains("less than 4.24 gained"));
  const Course near = drive(
      o, {{"w16:s3*3", with_correct(90, alike)}, {"w16:s3*4", with_correct(92, std::string(22, 'f') + "f00")}}, 100);
  CHECK(near.kept.back() == "w16:s3*4");
  CHECK_THAT(near.reasons[1], Catch::Contains("a gain of at least 1.40"));
}

TEST_CASE("the layer fraction limits where operations and kernels are tried", "[search][mini-nas]") {
  auto o = small_options();
  o.layer_fraction = 2.0 / 3.0;
  const Course d = drive(o, {{"w16:s3*3", score(90)}});
  CHECK(d.evaluated.back() == "kernel w16:s3,s5,s3");
  CHECK(std::count_if(d.evaluated.begin(), d.evaluated.end(),
                      [](const std::string& name) { return name.rfind("operation", 0) == 0; }) == 2);
}

TEST_CASE("the number of questions left is never underestimated", "[search][mini-nas]") {
  for (const double gain : {-1.0, 0.0, 1.0, 1.5})
    for (const int finalists : {0, 3}) {
      MiniNasOptions o = small_options();
      o.finalists = finalists;
      double percent = 60;
      TableSession session([&](const Candidate&) { return score(percent += gain); });
      mini_nas(session, o);
      CHECK(expected_enough(session));
      CHECK(session.steps.back().left == 0);
    }
}

TEST_CASE("nor is it where deeper networks must be narrower", "[search][mini-nas]") {
  for (const double gain : {-1.0, 0.0, 1.0}) {
    double percent = 60;
    TableSession session([&](const Candidate& candidate) {
      const bool fits = candidate.architecture.chain().depth() * candidate.architecture.chain().width <= 48;
      return fits ? score(percent += gain) : infeasible();
    });
    mini_nas(session, small_options());
    CHECK(expected_enough(session));
  }
}

TEST_CASE("when the time is up nothing more is evaluated, and the current network is the result",
          "[search][mini-nas]") {
  const std::map<std::string, Outcome> answers = {{"w16:s3*3", score(90)}, {"w16:s3*4", score(91)}};
  const size_t all = drive(small_options(), answers).evaluated.size();
  for (size_t most = 0; most <= all; ++most) {
    TableSession session([&](const Candidate& candidate) {
      const auto known = answers.find(to_text(candidate.architecture));
      return known == answers.end() ? score(50) : known->second;
    });
    session.max_candidates = most;
    const SearchResult found = mini_nas(session, small_options());
    CHECK(session.steps.size() == std::max<size_t>(most, 1));  // the first network is always evaluated
    CHECK(to_text(found.finals.front()) == (most < 2 ? "w16:s3*3" : "w16:s3*4"));
  }
}

TEST_CASE("options out of range are refused by name", "[search][mini-nas]") {
  MiniNasOptions o;
  o.depth_loss = -1;
  CHECK_THROWS_WITH(validate(o), Catch::StartsWith("depth-loss -1: expected 0 to 100"));
  o = {};
  o.kernels = {6};
  CHECK_THROWS_WITH(validate(o), Catch::Contains("kernel 6"));
  o = {};
  o.min_depth = 9;
  CHECK_THROWS_WITH(validate(o), Catch::Contains("the smallest depth, 9, is beyond the largest, 8"));
  o = {};
  o.width_step = 0;
  CHECK_THROWS_WITH(validate(o), Catch::StartsWith("width-step 0: expected 1 to"));
  o = {};
  o.finalists = -1;
  CHECK_THROWS_WITH(validate(o), Catch::StartsWith("finalists -1: expected 0 to"));
}

TEST_CASE("options survive their record", "[search][options]") {
  MiniNasOptions o = trg_nas_options(), back;
  o.kernels = {7, 5};
  const Record record = Record::parse(to_record(option_fields(o)).to_line(), "test");
  from_record(option_fields(back), record);
  CHECK(to_record(option_fields(back)).to_line() == record.to_line());
  CHECK(back.kernels == std::vector<int>{7, 5});
  CHECK(back.layer_fraction == 2.0 / 3.0);
}
