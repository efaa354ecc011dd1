#include "search/methods/cgp/cgp_cnn.h"

#include <algorithm>

#include "core/error.h"
#include "search/methods/best_so_far.h"
#include "search/methods/graph_writer.h"
#include "search/space/graph_operations.h"

namespace mininas {
namespace cgp {
namespace {

using Value = GraphWriter::Value;

Value conv_block(GraphWriter& writer, const Value& in, const Function& function) {
  return writer.relu(writer.conv(in, function.channels, function.kernel));
}

Value residual_block(GraphWriter& writer, const Value& in, const Function& function) {
  const Value inner = writer.conv(conv_block(writer, in, function), function.channels, function.kernel);
  const int channels = std::max(in.shape.channels, function.channels);
  return writer.relu(writer.sum({writer.with_channels(inner, channels), writer.with_channels(in, channels)}));
}

Value written(GraphWriter& writer, const Function& function, Value first, Value second) {
  if (function.kind == FunctionKind::kConvBlock) return conv_block(writer, first, function);
  if (function.kind == FunctionKind::kResidualBlock) return residual_block(writer, first, function);
  if (is_pool(function)) {
    if (first.shape.height == 1) return first;
    return function.kind == FunctionKind::kMaxPool ? writer.max_pool(first) : writer.average_pool(first);
  }
  const int height = std::min(first.shape.height, second.shape.height);
  first = halved_to(writer, first, height);
  second = halved_to(writer, second, height);
  if (function.kind == FunctionKind::kConcat) return writer.concatenation({first, second});
  const int channels = std::max(first.shape.channels, second.shape.channels);
  return writer.sum({writer.with_channels(first, channels), writer.with_channels(second, channels)});
}

}  // namespace

Graph to_graph(const Phenotype& network, const ImageShape& image) {
  GraphWriter writer(image);
  std::vector<Value> values;
  const auto value = [&](int node) { return node == kImageInput ? writer.image() : values[static_cast<size_t>(node)]; };
  for (const ActiveNode& node : network.nodes)
    values.push_back(written(writer, node.function, value(node.inputs.front()), value(node.inputs.back())));
  Value output = value(network.output);
  if (output.id == kImageId) output = writer.conv(output, output.shape.channels, 1);  // the classifier reads no image
  return writer.finish(output).canonical();
}

Selection select(double parent, const std::vector<double>& children) {
  const auto best = std::max_element(children.begin(), children.end());
  return {static_cast<size_t>(best - children.begin()), *best > parent};
}

namespace {

// Draws until a condition holds. Of a thousand draws that failed the last one is taken.
constexpr int kMaxGenotypes = 1000;

class Search {
 public:
  Search(Session& session, const CgpOptions& options)
      : session_(session), options_(options), grid_(options.grid()), best_(session), rng_(session.rng("genotypes")) {}

  SearchResult run() {
    int left = options_.candidates;
    session_.expect(left);
    Genotype parent = drawn([&] { return random_genotype(grid_, rng_); }, [&](const Genotype&) { return true; });
    double parent_score = train("first", {parent}).front();
    for (left -= 1; left > 0 && !(best_.exists() && session_.time_is_up()); left -= options_.children) {
      std::vector<Genotype> children;
      for (int i = std::min(options_.children, left); i > 0; --i) children.push_back(child_of(parent));
      const std::vector<double> scores = train("child", children);
      const Selection selection = select(parent_score, scores);
      if (selection.replaces) {
        parent = children[selection.best_child];
        parent_score = scores[selection.best_child];
      } else {
        parent = neutrally_mutated(grid_, parent, options_.mutation_rate, rng_);
      }
    }
    return best_.result();
  }

 private:
  Graph graph_of(const Genotype& genotype) const { return to_graph(decode(grid_, genotype), session_.task().input); }

  template <class Draw, class Fits>
  Genotype drawn(const Draw& draw, const Fits& fits) {
    Genotype genotype = draw();
    for (int draws = 1; draws < kMaxGenotypes && !(is_legal(genotype) && fits(genotype)); ++draws) genotype = draw();
    return genotype;
  }

  Genotype child_of(const Genotype& parent) {
    return drawn([&] { return mutated(grid_, parent, options_.mutation_rate, rng_); },
                 [&](const Genotype& child) { return counts_as_change(grid_, parent, child); });
  }

  // Planning the device's memory takes time, so the number of nodes is asked first.
  bool is_legal(const Genotype& genotype) const {
    const int active = active_count(grid_, genotype);
    if (active < options_.min_active || active > options_.max_active) return false;
    for (const ImageShape& shape : shapes(decode(grid_, genotype), session_.task().input))
      if (shape.channels > kMaxNodeChannels) return false;  // concatenations of concatenations
    return !session_.over_budget(session_.cost(graph_of(genotype)));
  }

  // A network that cannot be trained is worth nothing.
  std::vector<double> train(const std::string& stage, const std::vector<Genotype>& genotypes) {
    std::vector<Candidate> candidates;
    for (const Genotype& genotype : genotypes) candidates.push_back({stage, graph_of(genotype), options_.epochs});
    std::vector<double> scores;
    for (const Trial& trial : session_.evaluate(candidates)) {
      best_.judge(trial);
      scores.push_back(trial.outcome.status == Status::kOk ? trial.outcome.score : 0.0);
    }
    return scores;
  }

  Session& session_;
  const CgpOptions& options_;
  const Grid grid_;
  BestSoFar best_;
  Rng rng_;
};

}  // namespace
}  // namespace cgp

cgp::Grid CgpOptions::grid() const {
  const auto kind = block == CgpBlock::kConv ? cgp::FunctionKind::kConvBlock : cgp::FunctionKind::kResidualBlock;
  return {rows, columns, levels_back, cgp::function_set(kind, channels, kernels)};
}

OptionFields option_fields(CgpOptions& o) {
  return {
      {"block", "what its convolutions are: conv, or residual blocks of two", choice(o.block, {"conv", "residual"})},
      {"rows", "rows of the grid of nodes", &o.rows, 1, 100},
      {"columns", "columns of the grid; a longer one allows deeper networks", &o.columns, 1, 1000},
      {"levels-back", "how many columns back a node may read", &o.levels_back, 1, 1000},
      {"min-active", "active nodes of a network at least, the output counted", &o.min_active, 1, 10000},
      {"max-active", "active nodes of a network at most", &o.max_active, 1, 10000},
      {"node-channels", "channels of the blocks", &o.channels, 1, 4096},
      {"node-kernels", "kernel sizes of the blocks", &o.kernels, 1, 7},
      {"children", "children of a generation", &o.children, 1, 1000},
      {"mutation-rate", "share of the genes that change from parent to child", &o.mutation_rate, 0.001, 1},
      {"candidates", "how many networks are trained in all", &o.candidates, 1, 1e6},
      {"candidate-epochs", "epochs of each candidate", &o.epochs, 1, 10000}};
}

void validate(const CgpOptions& options) {
  validate_fields(options);
  if (options.channels.empty()) throw ConfigError("node-channels: at least one number is needed");
  validate_kernels("node-kernels", options.kernels);
  if (options.min_active > options.max_active)
    throw ConfigError(text("min-active ", options.min_active, ": expected at most max-active, ", options.max_active));
}

CgpOptions published_cgp_options() {
  return {.rows = 5,
          .columns = 30,
          .levels_back = 10,
          .min_active = 10,
          .max_active = 50,
          .channels = {32, 64, 128},
          .candidates = 1000,
          .epochs = 50};
}

SearchResult cgp_cnn(Session& session, const CgpOptions& options) { return cgp::Search(session, options).run(); }

}  // namespace mininas
