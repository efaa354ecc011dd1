#include "search/methods/eas/blocks.h"

#include <algorithm>
#include <sstream>

#include "core/error.h"
#include "core/portable_math.h"

namespace mininas::eas {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kNewShare = 0.95;
constexpr double kLargestAccuracy = 0.9999;  // the tangent has no end at 1

double portable_tan(double x) { return portable_cos(kPi / 2 - x) / portable_cos(x); }

const std::vector<int>& list_of(const Layer& layer, const WidthLists& lists) {
  return layer.type == LayerType::kConv ? lists.filters : lists.units;
}

bool can_widen(const Layer& layer, const WidthLists& lists) {
  return layer.type != LayerType::kPool && layer.width < list_of(layer, lists).back();
}

Layer parse_layer(const std::string& text) {
  if (text == "pool") return {LayerType::kPool};
  const size_t first = text.find('-'), second = text.find('-', first + 1);
  const std::string kind = text.substr(0, first);
  const bool conv = kind == "conv" && second != std::string::npos, linear = kind == "fc" && first != std::string::npos;
  if (!conv && !linear) throw ConfigError(mininas::text("'", text, "': expected conv-F-K, pool or fc-U"));
  try {
    const int width = std::stoi(text.substr(first + 1));
    return conv ? Layer{LayerType::kConv, width, std::stoi(text.substr(second + 1))} : Layer{LayerType::kLinear, width};
  } catch (const std::logic_error&) {
    throw ConfigError(mininas::text("'", text, "': expected conv-F-K, pool or fc-U"));
  }
}

}  // namespace

std::string to_text(const BlockNetwork& network) {
  std::string all;
  for (const Layer& layer : network) {
    if (!all.empty()) all += "_";
    if (layer.type == LayerType::kConv) all += text("conv-", layer.width, "-", layer.kernel);
    if (layer.type == LayerType::kPool) all += "pool";
    if (layer.type == LayerType::kLinear) all += text("fc-", layer.width);
  }
  return all;
}

BlockNetwork parse_blocks(const std::string& text) {
  BlockNetwork network;
  std::istringstream stream(text);
  for (std::string token; std::getline(stream, token, '_');) network.push_back(parse_layer(token));
  return network;
}

Widening widened(const BlockNetwork& network, const std::vector<bool>& decisions, const WidthLists& lists) {
  Widening result{network, {}};
  for (size_t i = 0; i < network.size(); ++i) {
    result.counts.push_back(can_widen(network[i], lists));
    if (!decisions[i] || !result.counts[i]) continue;
    const std::vector<int>& list = list_of(network[i], lists);
    result.network[i].width = *std::upper_bound(list.begin(), list.end(), network[i].width);
  }
  return result;
}

std::vector<int> block_lengths(const BlockNetwork& network) {
  std::vector<int> lengths = {0};
  for (const Layer& layer : network) {
    if (layer.type == LayerType::kPool)
      lengths.push_back(0);
    else
      ++lengths.back();
  }
  return lengths;
}

int place_of(const BlockNetwork& network, const Insertion& insertion) {
  int block = 0, position = 0;
  for (size_t i = 0; i < network.size(); ++i) {
    if (network[i].type == LayerType::kPool) {
      ++block;
      position = 0;
    } else if (block == insertion.block && position++ == insertion.position) {
      return static_cast<int>(i);
    }
  }
  MN_CHECK(false, "no layer ", insertion.position, " in block ", insertion.block, " of ", to_text(network));
}

BlockNetwork deepened(const BlockNetwork& network, const Insertion& insertion) {
  const int place = place_of(network, insertion);
  Layer layer = network[static_cast<size_t>(place)];
  if (layer.type == LayerType::kConv) layer.kernel = insertion.kernel;
  BlockNetwork deeper = network;
  deeper.insert(deeper.begin() + place + 1, layer);
  return deeper;
}

std::vector<bool> counts_of(const BlockNetwork& network, const Insertion& insertion) {
  const Layer& before = network[static_cast<size_t>(place_of(network, insertion))];
  return {true, true, before.type == LayerType::kConv};
}

std::vector<double> Reward::advantages(const std::vector<double>& accuracies) {
  std::vector<double> rewards;
  double sum = 0;
  for (const double accuracy : accuracies)
    sum += rewards.emplace_back(portable_tan(std::min(accuracy, kLargestAccuracy) * kPi / 2));
  average_ = kNewShare * sum / static_cast<double>(accuracies.size()) + (1 - kNewShare) * average_;
  for (double& reward : rewards) reward -= average_;
  return rewards;
}

}  // namespace mininas::eas
