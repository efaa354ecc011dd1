#include "search/methods/darts/cells.h"

#include <algorithm>
#include <numeric>

#include "core/error.h"
#include "core/portable_math.h"

namespace mininas::darts {
namespace {

constexpr std::array<const char*, 10> kNames = {"none",         "max_pool_3x3", "avg_pool_3x3", "skip_connect",
                                                "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5",
                                                "sep_conv_7x7", "conv_7x1_1x7"};
constexpr int kStemFactor = 3;

// Counts a network layer by layer.
class Counter {
 public:
  explicit Counter(bool norms_have_weights) : norms_have_weights_(norms_have_weights) {}

  // A square convolution is one of kernel * kernel taps; `pixels`: of its output.
  void convolution(int64_t in, int64_t out, int64_t taps, int64_t pixels) {
    cost_.parameters += in * out * taps;
    cost_.macs += in * out * taps * pixels;
  }
  void depthwise(int64_t channels, int64_t taps, int64_t pixels) { convolution(1, channels, taps, pixels); }
  void norm(int64_t channels) { cost_.parameters += norms_have_weights_ ? 2 * channels : 0; }
  void linear(int64_t in, int64_t out) {
    cost_.parameters += in * out + out;
    cost_.macs += in * out;
  }
  const PublishedCost& cost() const { return cost_; }

 private:
  bool norms_have_weights_;
  PublishedCost cost_;
};

int64_t kernel_of(CellOperation operation) {
  switch (operation) {
    case CellOperation::kSeparable5:
    case CellOperation::kDilated5:
      return 5;
    case CellOperation::kSeparable7:
    case CellOperation::kConv7x1:
      return 7;
    default:
      return 3;
  }
}

struct Extent {
  int64_t height, width;
  int64_t pixels() const { return height * width; }
  Extent halved() const { return {(height + 1) / 2, (width + 1) / 2}; }
};

void count_operation(Counter& counter, CellOperation operation, int64_t channels, Extent in, bool halves) {
  const Extent out = halves ? in.halved() : in;
  const int64_t kernel = kernel_of(operation), c = channels;
  switch (operation) {
    case CellOperation::kSkip:
      if (!halves) return;
      counter.convolution(c, c, 1, out.pixels());  // two halves of the channels
      return counter.norm(c);
    case CellOperation::kSeparable3:
    case CellOperation::kSeparable5:
    case CellOperation::kSeparable7:
      counter.depthwise(c, kernel * kernel, out.pixels());
      counter.convolution(c, c, 1, out.pixels());
      counter.norm(c);
      [[fallthrough]];
    case CellOperation::kDilated3:
    case CellOperation::kDilated5:
      counter.depthwise(c, kernel * kernel, out.pixels());
      counter.convolution(c, c, 1, out.pixels());
      return counter.norm(c);
    case CellOperation::kConv7x1:
      counter.convolution(c, c, kernel, in.height * out.width);
      counter.convolution(c, c, kernel, out.pixels());
      return counter.norm(c);
    default:
      return;  // pools, none
  }
}

// What a cell reads: channels and extent of the two outputs before it.
struct CellOutput {
  int64_t channels;
  Extent extent;
};

// Both inputs of a cell get its channels; one from before a reduction is halved on the way.
void count_preprocessing(Counter& counter, const CellOutput& before, const CellOutput& last, int64_t channels) {
  counter.convolution(before.channels, channels, 1, last.extent.pixels());
  counter.norm(channels);
  counter.convolution(last.channels, channels, 1, last.extent.pixels());
  counter.norm(channels);
}

// `count_edges(counter, channels, extent, is_reduction)` counts the operations of a cell; `joined(is_reduction)`: how
// many nodes its output concatenates.
template <class CountEdges, class Joined>
PublishedCost count_network(Counter counter, Counter stem, const CellNetwork& network, const CountEdges& count_edges,
                            const Joined& joined) {
  int64_t channels = network.channels;
  const Extent image{network.image.height, network.image.width};
  stem.convolution(network.image.channels, kStemFactor * channels, 9, image.pixels());
  stem.norm(kStemFactor * channels);
  CellOutput before{kStemFactor * channels, image}, last = before;
  for (int cell = 0; cell < network.cells; ++cell) {
    const bool reduces = is_reduction(cell, network.cells);
    if (reduces) channels *= 2;
    count_preprocessing(counter, before, last, channels);
    count_edges(counter, channels, last.extent, reduces);
    before = last;
    last = {joined(reduces) * channels, reduces ? last.extent.halved() : last.extent};
  }
  counter.linear(last.channels, network.classes);
  return {counter.cost().parameters + stem.cost().parameters, counter.cost().macs + stem.cost().macs};
}

}  // namespace

std::string to_text(CellOperation operation) { return kNames[static_cast<size_t>(operation)]; }

CellOperation parse_cell_operation(const std::string& name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) throw ConfigError(text("'", name, "': no operation of cells"));
  return static_cast<CellOperation>(found - kNames.begin());
}

EdgeWeights softmax(const EdgeWeights& alphas) {
  const double largest = *std::max_element(alphas.begin(), alphas.end());
  EdgeWeights weights{};
  double total = 0;
  for (size_t i = 0; i < weights.size(); ++i) total += weights[i] = portable_exp(alphas[i] - largest);
  for (double& weight : weights) weight /= total;
  return weights;
}

Cell derive(const Alphas& alphas) {
  struct Strongest {
    CellEdge edge;
    double weight = 0;
  };
  Cell cell;
  size_t edge = 0;
  for (int node = 2; node < 2 + kIntermediateNodes; ++node) {
    std::vector<Strongest> strongest;
    for (int source = 0; source < node; ++source) {
      const EdgeWeights weights = softmax(alphas[edge++]);
      const auto best = std::max_element(weights.begin() + 1, weights.end());
      strongest.push_back({{static_cast<CellOperation>(best - weights.begin()), source}, *best});
    }
    std::stable_sort(strongest.begin(), strongest.end(),
                     [](const Strongest& a, const Strongest& b) { return a.weight > b.weight; });
    cell.edges.insert(cell.edges.end(), {strongest[0].edge, strongest[1].edge});
    cell.output.push_back(node);
  }
  return cell;
}

bool is_reduction(int cell, int cells) { return cell == cells / 3 || cell == 2 * cells / 3; }

PublishedCost published_cost(const Genotype& genotype, const CellNetwork& network) {
  const auto cell = [&](bool reduces) -> const Cell& { return reduces ? genotype.reduction : genotype.normal; };
  const auto count_edges = [&](Counter& counter, int64_t channels, Extent extent, bool reduces) {
    for (const CellEdge& edge : cell(reduces).edges) {
      const bool halves = reduces && edge.source < 2;
      count_operation(counter, edge.operation, channels, reduces && !halves ? extent.halved() : extent, halves);
    }
  };
  const auto joined = [&](bool reduces) { return static_cast<int64_t>(cell(reduces).output.size()); };
  return count_network(Counter(true), Counter(true), network, count_edges, joined);
}

int64_t search_network_weights(const CellNetwork& network) {
  const auto count_edges = [](Counter& counter, int64_t channels, Extent extent, bool reduces) {
    for (int node = 2; node < 2 + kIntermediateNodes; ++node)
      for (int source = 0; source < node; ++source)
        for (int operation = 0; operation < kSearchedOperations; ++operation)
          count_operation(counter, static_cast<CellOperation>(operation), channels, extent, reduces && source < 2);
  };
  const auto joined = [](bool) { return int64_t{kIntermediateNodes}; };
  return count_network(Counter(false), Counter(true), network, count_edges, joined).parameters;
}

}  // namespace mininas::darts
