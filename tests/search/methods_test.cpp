#include <cstdlib>
#include <map>
#include <set>

#include "core/error.h"
#include "core/io/sha256.h"
#include "search/methods/best_so_far.h"
#include "search/methods/random.h"
#include "search/methods/registry.h"
#include "search/methods/regularized_evolution.h"
#include "tests/search/random_tables.h"
#include "tests/search/table_session.h"
#include "tests/support/catch.h"
#include "tests/support/skip.h"

using namespace mininas;
using namespace mininas::test;

namespace {

// Wider, deeper and with more standard convolutions is better, up to 100 %. Of graphs, those with longer texts are.
Outcome landscape(const Candidate& candidate) {
  if (candidate.architecture.as<Chain>() == nullptr)
    return score(50 + static_cast<double>(to_text(candidate.architecture).size() % 500) / 10);
  const Chain& a = candidate.architecture.chain();
  double percent = 50 + 0.2 * a.width + a.depth();
  for (const SearchedLayer& layer : a.layers) percent += layer.operation == Operation::kConv ? 0.7 : 0.1 * layer.kernel;
  return score(std::min(percent, 100.0));
}

std::string words(const Candidate& candidate) {
  std::string out =
      text(candidate.stage, " ", to_text(candidate.architecture), " ", candidate.epochs, " ", candidate.branch_epoch);
  for (const Architecture& ancestor : candidate.ancestors) out += " " + to_text(ancestor);
  return out;
}

// The method with options that make its search short, where it has such.
std::unique_ptr<Method> short_method(const std::string& name) {
  const std::map<std::string, int> shorter = {{"candidates", 16},     {"fit-draws", 20},    {"first-networks", 6},
                                              {"middle-networks", 1}, {"last-networks", 1}, {"replays", 5},
                                              {"layer-every", 8},     {"units", 6}};
  auto method = make_method(name);
  for (const OptionField& field : method->fields())
    if (const auto value = shorter.find(field.name); value != shorter.end())
      *std::get<int*>(field.value) = value->second;
  return method;
}

std::vector<std::string> evaluated(const Method& method, uint64_t seed) {
  TableSession session(landscape, {{32, 32, 3}, 10, 1000}, seed);
  method.run(session);
  std::vector<std::string> all;
  for (const TableSession::Step& step : session.steps) all.push_back(words(step.trial.candidate));
  return all;
}

}  // namespace

TEST_CASE("every method of the table runs by its name, decides on all its candidates, and expects enough of them",
          "[search][methods]") {
  for (const std::string& name : method_names()) {
    INFO(name);
    const auto method = short_method(name);
    CHECK(method->name() == name);
    CHECK_FALSE(method->summary().empty());
    TableSession session(landscape);
    const SearchResult found = method->run(session);
    REQUIRE(found.best);
    CHECK(landscape(found.best->candidate).score == found.best->outcome.score);
    CHECK(expected_enough(session));
    for (const TableSession::Step& step : session.steps) CHECK(step.decision);
    CHECK(evaluated(*method, 5) == evaluated(*short_method(name), 5));
  }
}

TEST_CASE("every preset is one of its method's, within range, and remembered", "[search][methods]") {
  for (const std::string& name : method_names())
    for (const PresetName& preset : make_method(name)->presets()) {
      INFO(name << ", " << preset.name);
      const auto method = make_method(name, preset.name);
      CHECK(method->preset() == preset.name);
      CHECK_NOTHROW(method->validate());
    }
  CHECK(to_record(make_method("regularized-evolution", "paper")->fields()).integer("population") == 100);
  CHECK_THROWS_WITH(make_method("random", "paper"), Catch::Contains("random has no such preset"));
  CHECK_THROWS_WITH(make_method("magic"), Catch::Contains("there are: mini-nas-fast, mini-nas,"));
}

// The digests record the candidates and decisions of these searches when each was still a state machine.
TEST_CASE("the greedy searches evaluate and decide as before, over tables of random scores", "[search][methods]") {
  const std::pair<const char*, const char*> digests[] = {
      {"mini-nas-fast", "86eafb50776de26253bef669a03a4adafe98ba6b0ad89927dfd4838257ca00df"},
      {"mini-nas", "0fef09481534c1474eeee1e8e02e3976562b66021188593ebd5c7ef260a85464"},
      {"trg-nas", "b53dedb2ead50a5ca734ff7e2744f463bcf60342cb199ea97c5e8e1013b5c1c3"},
      {"macro-micro", "bc64b4f769304797147a63578d56080e03110becbc9ac74aea8e2ce03f506899"}};
  for (const auto& [name, digest] : digests) {
    INFO(name);
    std::string course;
    for (uint64_t number = 0; number < 40; ++number) {
      const RandomTable table(name, number);
      const auto method = make_method(name);
      table.set_options(method->fields());
      TableSession session([&](const Candidate& candidate) { return table.answer(candidate); },
                           {{32, 32, 3}, 10, table.score_images});
      const SearchResult found = method->run(session);
      for (const TableSession::Step& step : session.steps)
        course += words(step.trial.candidate) + (step.decision->kept ? ": kept, " : ": rejected, ") +
                  step.decision->reason + "\n";
      for (const Architecture& final : found.finals) course += "final " + to_text(final) + "\n";
    }
    CHECK(sha256_hex(std::as_bytes(std::span(course))) == digest);
  }
}

TEST_CASE("random search draws members of its space by the seed, asks for them together and finds the best",
          "[search][methods][random]") {
  RandomOptions o;
  o.space = {3, 6, 8, 20, 4, {3, 5}};
  o.candidates = 20;
  o.epochs = 4;
  TableSession session(landscape, {{32, 32, 3}, 10, 1000}, 7);
  const SearchResult found = random_search(session, o);
  CHECK(session.batches == std::vector<size_t>{8, 8, 4});
  double best = 0;
  for (const TableSession::Step& step : session.steps) {
    CHECK(why_illegal(o.space, step.trial.candidate.architecture.chain()).value_or("") == "");
    CHECK(step.trial.candidate.epochs == 4);
    CHECK(step.decision->kept == (step.trial.outcome.score > best));
    best = std::max(best, step.trial.outcome.score);
  }
  CHECK(found.best->outcome.score == best);
  const auto method = make_method("random");
  CHECK(evaluated(*method, 1) != evaluated(*method, 2));
}

TEST_CASE("random search draws graphs where it is told to, under canonical ids, by the seed",
          "[search][methods][random][graph]") {
  RandomOptions o;
  o.form = DrawnForm::kGraph;
  o.graphs = {2, 5, {4, 6}, {1, 3}, 1};
  o.candidates = 20;
  const auto drawn = [&](uint64_t seed) {
    TableSession session(
        [](const Candidate& candidate) { return score(static_cast<int>(to_text(candidate.architecture).size() % 89)); },
        {{32, 32, 3}, 10, 1000}, seed);
    CHECK(random_search(session, o).best);
    std::vector<std::string> texts;
    for (const TableSession::Step& step : session.steps) {
      const Graph* graph = step.trial.candidate.architecture.as<Graph>();
      REQUIRE(graph != nullptr);
      CHECK(graph->canonical() == *graph);
      texts.push_back(to_text(*graph));
    }
    return texts;
  };
  CHECK(drawn(1) == drawn(1));
  CHECK(drawn(1) != drawn(2));
}

TEST_CASE("what is over the budget is drawn again, a bounded number of times, and then reported",
          "[search][methods][random]") {
  RandomOptions o;
  o.candidates = 10;
  TableSession session(landscape);
  session.budget.max_parameters = 50000;
  random_search(session, o);
  for (const TableSession::Step& step : session.steps)
    CHECK(session.cost(step.trial.candidate.architecture).parameters <= 50000);
  TableSession nothing([](const Candidate&) { return infeasible(); });
  nothing.budget.max_parameters = 1;
  CHECK(random_search(nothing, o).finals.empty());
  CHECK(nothing.steps.size() == 10);
  CHECK_THAT(nothing.steps[9].decision->reason, Catch::Contains("over the limit"));
}

TEST_CASE("methods without a current network stop between two questions where the time is up",
          "[search][methods][random][evolution]") {
  for (const std::string name : {"random", "regularized-evolution"})
    for (const size_t most : {size_t{0}, size_t{9}, size_t{15}}) {
      TableSession session(landscape);
      session.max_candidates = most;
      CHECK(make_method(name)->run(session).best);
      CHECK(session.steps.size() >= std::max<size_t>(most, 1));
      CHECK(session.steps.size() < most + kCandidatesAtOnce + 1);
    }
}

namespace {

EvolutionOptions small_evolution() {
  EvolutionOptions o;
  o.space = {3, 6, 8, 20, 4, {3, 5}};
  o.population = 6;
  o.sample = 2;
  o.candidates = 40;
  return o;
}

// The number of decisions (width, depth, layers) in which two chains differ, at most 2.
bool one_decision_apart(const SearchSpace& space, const Chain& parent, const Chain& child) {
  if (parent.width != child.width)
    return parent.layers == child.layers && std::abs(parent.width - child.width) == space.width_step;
  if (parent.depth() != child.depth()) {
    const Chain &longer = parent.depth() > child.depth() ? parent : child,
                &shorter = &longer == &parent ? child : parent;
    for (size_t i = 0; i < longer.layers.size(); ++i) {
      Chain without = longer;
      without.layers.erase(without.layers.begin() + static_cast<std::ptrdiff_t>(i));
      if (without == shorter) return true;
    }
    return false;
  }
  int different = 0;
  for (size_t i = 0; i < parent.layers.size(); ++i) {
    const SearchedLayer &a = parent.layers[i], &b = child.layers[i];
    different += (a.operation != b.operation) + (a.kernel != b.kernel);
  }
  return different == 1;
}

}  // namespace

TEST_CASE("children of an evolution differ in one decision from a parent that is alive, or in none where asked for",
          "[search][methods][evolution]") {
  for (const double identity : {0.0, 0.5, 1.0}) {
    EvolutionOptions o = small_evolution();
    o.identity = identity;
    TableSession session(landscape, {{32, 32, 3}, 10, 1000}, 3);
    const SearchResult found = regularized_evolution(session, o);
    REQUIRE(session.steps.size() == 40);
    int identical = 0;
    double best = 0;
    for (size_t i = 0; i < session.steps.size(); ++i) {
      const Trial& trial = session.steps[i].trial;
      best = std::max(best, trial.outcome.score);
      CHECK(trial.candidate.stage == (i < 6 ? "first" : "child"));
      if (i < 6) continue;
      const std::string& reason = session.steps[i].decision->reason;
      const size_t parent = std::stoul(reason.substr(reason.rfind(' '))) - 1;
      CHECK(parent + 6 >= i);  // the population has the six youngest
      REQUIRE(parent < i);
      const Architecture& from = session.steps[parent].trial.candidate.architecture;
      if (from == trial.candidate.architecture)
        ++identical;
      else
        CHECK(one_decision_apart(o.space, from.chain(), trial.candidate.architecture.chain()));
    }
    CHECK(found.best->outcome.score == best);  // of the whole history
    CHECK(session.batches.front() == 6);
    if (identity == 0) CHECK(identical == 0);
    if (identity == 0.5) CHECK((identical > 5 && identical < 29));
    if (identity == 1) CHECK(identical == 34);
  }
}

TEST_CASE("an evolution climbs: its last population is better than its first", "[search][methods][evolution]") {
  int better = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    TableSession session(landscape, {{32, 32, 3}, 10, 1000}, seed);
    regularized_evolution(session, small_evolution());
    double first = 0, last = 0;
    for (size_t i = 0; i < 6; ++i) {
      first += session.steps[i].trial.outcome.score;
      last += session.steps[34 + i].trial.outcome.score;
    }
    better += last > first;
  }
  CHECK(better >= 18);
}

TEST_CASE("an evolution survives candidates that cannot be trained", "[search][methods][evolution]") {
  int asked_for = 0;
  TableSession session([&](const Candidate& candidate) {
    Outcome outcome = landscape(candidate);
    if (++asked_for % 3 != 0) return outcome;
    outcome = {};
    outcome.status = Status::kFailed;
    outcome.problem = "training diverged";
    return outcome;
  });
  const SearchResult found = regularized_evolution(session, small_evolution());
  CHECK(session.steps.size() == 40);
  CHECK(found.best->outcome.status == Status::kOk);
  CHECK_THAT(session.steps[2].decision->reason, Catch::StartsWith("training diverged"));
}

TEST_CASE("the aging population chooses parents and lets members go as its authors' code did",
          "[search][methods][evolution][reference]") {
  const char* folder = std::getenv("MININAS_REFERENCE");
  if (folder == nullptr) return skip("MININAS_REFERENCE is not set");
  const Record file = Record::read(std::filesystem::path(folder) / "methods/aging-evolution.json");
  const auto traces = file.records("traces");
  REQUIRE_FALSE(traces.empty());
  for (const Record& trace : traces) {
    AgingPopulation population(trace.integer("population"));
    std::vector<double> history = trace.numbers("initial");
    for (size_t i = 0; i < history.size(); ++i) population.join({{}, history[i], static_cast<int>(i)});
    CHECK(population.full());
    for (const Record& cycle : trace.records("cycles")) {
      std::vector<uint32_t> drawn;
      for (const int model : cycle.integers("sampled"))
        drawn.push_back(static_cast<uint32_t>(model - population.oldest().index));
      CHECK(static_cast<int>(drawn.size()) == trace.integer("sample"));
      CHECK(population.best_of(drawn).index == cycle.integer("parent"));
      CHECK(population.oldest().index == cycle.integer("removed"));
      CHECK(cycle.integer("child") == static_cast<int>(history.size()));
      history.push_back(cycle.number("child_accuracy"));
      population.join({{}, history.back(), cycle.integer("child")});
      CHECK(population.oldest().index == cycle.integer("removed") + 1);
    }
    CHECK(static_cast<int>(history.size()) == trace.integer("models_in_all"));
    TableSession session([&](const Candidate&) { return Outcome(); });
    BestSoFar best(session);
    for (const double accuracy : history) {
      Trial trial = session.evaluate(std::vector<Candidate>(1)).front();
      trial.outcome.score = accuracy;
      best.judge(trial);
    }
    CHECK(best.result().best->index == trace.integer("best_in_history"));
  }
}
