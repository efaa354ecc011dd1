#include "search/run/replay.h"

#include <cstdlib>

#include "core/error.h"
#include "core/io/file.h"
#include "tests/search/table_session.h"
#include "tests/support/catch.h"
#include "tests/support/skip.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

namespace {

constexpr int64_t kImages = 10000;

// A log as a search over a landscape of our own would leave it.
std::vector<LoggedTrial> made_log(const Method& method, const LoggedTask& task) {
  const auto outcome_of = [](const Candidate& candidate) {
    const Chain& a = candidate.architecture.chain();
    Outcome outcome;
    outcome.score = 70 + 0.3 * a.depth() - 0.02 * (a.depth() - 14) * (a.depth() - 14) + 0.01 * a.width;
    for (size_t i = 0; i < a.layers.size(); ++i) {
      outcome.score += a.layers[i].operation == Operation::kConv ? (i % 3 == 0 ? 0.4 : -0.4) : 0;
      outcome.score += a.layers[i].kernel > 3 ? (i % 4 == 1 ? 0.6 : -0.2) : 0;
    }
    outcome.curve = {50};
    return outcome;
  };
  TableSession session(outcome_of, {{32, 32, task.channels}, task.classes, kImages});
  method.run(session);
  std::vector<LoggedTrial> log;
  for (const TableSession::Step& step : session.steps)
    log.push_back({step.trial.index + 2, step.trial, parameter_count(step.trial.candidate.architecture, task)});
  return log;
}

std::optional<std::string> replayed(const std::string& method, const std::vector<LoggedTrial>& log,
                                    const LoggedTask& task) {
  return replay(*make_method(method), log, task, kImages).difference;
}

// The searches whose questions depend on scores and parameters alone, as a published log has them.
const std::vector<std::string> kGreedy = {"mini-nas-fast", "mini-nas", "trg-nas", "macro-micro"};

}  // namespace

TEST_CASE("both published logs replay without a difference", "[search][replay][reference]") {
  const char* folder = std::getenv("MININAS_REFERENCE");
  if (folder == nullptr) return skip("MININAS_REFERENCE is not set");
  struct Published {
    std::string method, file, found, to_train;
    size_t candidates;
    int64_t parameters;
  };
  for (const Published& p :
       {Published{"trg-nas", "trg-cifar10.csv", "w56:c3,s3,c3,s3*13", "w56:c3,s3,c3,s3*13", 46, 453498},
        Published{"macro-micro", "macro-cifar10-20240212-132306.csv", "w43:c3,s3,c3,s3*10,s5,s3*3,s5,s3*8",
                  "w46:c3,s3,c3,s3*10,s5,s3*3,s5,s3*8", 86, 466312}}) {
    const auto log = read_published_log(std::filesystem::path(folder) / p.file);
    const LoggedTask task = deduce_task(log.front(), 0, 0);
    CHECK(task.channels == 3);
    CHECK(task.classes == 10);
    CHECK(log.size() == p.candidates);
    const ReplayResult end = replay(*make_method(p.method), log, task, kImages);
    CHECK(end.difference == std::nullopt);
    CHECK(to_text(end.result.best->candidate.architecture) == p.found);
    CHECK(to_text(end.result.finals.front()) == p.to_train);
    CHECK(parameter_count(end.result.finals.front(), task) == p.parameters);
  }
}

TEST_CASE("every greedy search replays its own log, grey images and any number of classes too", "[search][replay]") {
  const TempDir folder;
  for (const std::string& name : kGreedy)
    for (const LoggedTask& task : {LoggedTask{3, 10}, LoggedTask{1, 47}, LoggedTask{3, 100}}) {
      INFO(name << ", " << task.channels << " channels, " << task.classes << " classes");
      write_text_file(folder / "log.csv", to_published_log(made_log(*make_method(name), task)));
      const auto log = read_published_log(folder / "log.csv");
      const LoggedTask found = deduce_task(log.front(), 0, 0);
      CHECK(found.channels == task.channels);
      CHECK(found.classes == task.classes);
      CHECK(replayed(name, log, found) == std::nullopt);
    }
}

TEST_CASE("the first difference of a log is told with its line and both sides", "[search][replay]") {
  const LoggedTask task{3, 10};
  const auto log = made_log(*make_method("macro-micro"), task);
  const auto difference_of = [&](auto change) {
    auto changed = log;
    change(changed);
    return replayed("macro-micro", changed, task).value_or("none");
  };
  CHECK_THAT(difference_of([](auto& l) { l[3].trial.outcome.score = 99.95; }),
             Catch::Contains("line 6: expected") && Catch::Contains("(width"));
  CHECK_THAT(difference_of([](auto& l) { l[3].trial.candidate.epochs = 99; }),
             Catch::Contains("line 5") && Catch::Contains("99 epochs"));
  CHECK_THAT(difference_of([](auto& l) { l[2].parameters += 1; }),
             Catch::Contains("line 4: expected") && Catch::Contains("parameters"));
  CHECK_THAT(difference_of([](auto& l) { l.pop_back(); }), Catch::Contains("expected the end of the search"));
  CHECK_THAT(difference_of([](auto& l) { l.push_back(l.back()); }), Catch::Contains("but the search is over"));
  CHECK_THAT(difference_of([](auto& l) { std::swap(l[4], l[5]); }), Catch::Contains("but the search evaluates"));
}

TEST_CASE("a damaged log is refused with file, line and column", "[search][replay]") {
  const TempDir folder;
  const std::string head = "step,stage,depth,width,ops,kernels,epochs,params,train_acc,valid_acc,epoch1_valid_acc\n";
  const auto refusal = [&](const std::string& content) {
    write_text_file(folder / "log.csv", content);
    try {
      read_published_log(folder / "log.csv");
    } catch (const FormatError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  CHECK_THAT(refusal(""), Catch::Contains("line 1: column 'step' is missing"));
  CHECK_THAT(refusal(head), Catch::Contains("no candidate"));
  CHECK_THAT(refusal(head + "0,depth,3,8,000,333,2,1770,50,50\n"), Catch::Contains("line 2: 10 cells, expected 11"));
  CHECK_THAT(refusal(head + "0,depth,3,8,000,333,2,1770,x,50,50\n"), Catch::Contains("line 2: column train_acc: 'x'"));
  CHECK_THAT(refusal(head + "0,depth,3,8,002,333,2,1770,50,50,50\n"), Catch::Contains("column ops: '2'"));
  CHECK_THAT(refusal(head + "0,depth,4,8,000,333,2,1770,50,50,50\n"), Catch::Contains("depth 4 with 3 operations"));
  CHECK_THAT(refusal(head + "0,depth,3,8,000,343,2,1770,50,50,50\n"),
             Catch::Contains("line 2: architecture: kernel 4"));
  CHECK_THAT(refusal(head + "0,depth,3,8,000,333,2,1770,50,nan,50\n"),
             Catch::Contains("line 2: column valid_acc: nan, expected 0 to 100"));
  CHECK_THAT(refusal(head + "0,depth,3,8,000,333,0,1770,50,50,50\n"), Catch::Contains("column epochs: 0, expected 1"));
  CHECK_THAT(refusal(head + "0,depth,3,8,000,333,2,-9223372036854775808,50,50,50\n"),
             Catch::Contains("column params: -9223372036854775808, expected 1"));
  CHECK_THAT(refusal("step," + head + "0,depth,3,8,000,333,2,1770,50,50,50\n"),
             Catch::Contains("line 1: column 'step' occurs twice"));
  CHECK(refusal(head + "0,depth,3,8,000,333,2,1770,50,50,50\n") == "accepted");
}

TEST_CASE("a parameter count that no task explains is refused", "[search][replay]") {
  LoggedTrial logged{2, {{"depth", plain_chain(8, 3), 2}, {}}, parameter_count(plain_chain(8, 3), {3, 2})};
  CHECK(deduce_task(logged, 0, 0).classes == 2);
  CHECK_THROWS_WITH(deduce_task(logged, 1, 0), Catch::Contains("1 channels"));
  CHECK_THROWS_WITH(deduce_task(logged, 0, 3), Catch::Contains("3 classes"));
  ++logged.parameters;
  CHECK_THROWS_WITH(deduce_task(logged, 0, 0), Catch::Contains("line 2"));
}

TEST_CASE("the rules of stages say which layers are tried and how noise changes tolerances, if options do",
          "[search][replay]") {
  for (const std::string& name : kGreedy) {
    INFO(name);
    const auto rules = [&](double fraction, double noise) {
      const auto method = make_method(name);
      for (const OptionField& field : method->fields()) {
        if (field.name == "layer-fraction") *std::get<double*>(field.value) = fraction;
        if (field.name == "noise") *std::get<double*>(field.value) = noise;
      }
      return method->rule("depth") + method->rule("width") + method->rule("operation") + method->rule("kernel");
    };
    CHECK_THAT(rules(0.5, 2), Catch::Contains("on the first 50.00 % of the layers") &&
                                  Catch::Contains("at least 2 standard errors of"));
    CHECK_THAT(rules(1, 1), !Catch::Contains("on the first") && Catch::Contains("at least 1 standard error of"));
    CHECK_THAT(rules(1, 0), !Catch::Contains("standard error"));
  }
}

TEST_CASE("a log's own ranges stand where no option does, and a published log leaves them as they were",
          "[search][replay]") {
  const LoggedTask task{3, 10};
  for (const std::string& name : kGreedy) {
    INFO(name);
    const auto origin = make_method(name);
    for (const OptionField& field : origin->fields()) {
      const auto set = [&](const char* option, int value) {
        if (field.name == option) *std::get<int*>(field.value) = value;
      };
      set("min-depth", 4);
      set("max-depth", 23);
      set("min-width", 8);
      set("max-width", 128);
      set("width-step", 8);
      set("candidate-epochs", 9);
      set("micro-epochs", 9);
    }
    const std::vector<LoggedTrial> log = made_log(*origin, task);
    const auto method = make_method(name);
    for (const OptionField& field : method->fields())
      if (field.name == "micro-epochs") *std::get<int*>(field.value) = 9;
    CHECK(replay(*method, log, task, kImages).difference);
    CHECK_THAT(take_ranges(log, method->fields()),
               Catch::Contains("max-width 128") && Catch::Contains("min-depth 4") && Catch::Contains("width-step 8"));
    CHECK(replay(*method, log, task, kImages).difference.value_or("") == "");
    // An option that was given is not touched.
    const auto other = make_method(name);
    const std::string changed = take_ranges(log, without(other->fields(), {"max-width", "candidate-epochs"}));
    CHECK(changed.find("max-width") == std::string::npos);
    CHECK(changed.find("candidate-epochs") == std::string::npos);
    CHECK(take_ranges(made_log(*make_method(name), task), make_method(name)->fields()).empty());
  }
}
