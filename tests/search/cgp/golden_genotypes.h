// Genotypes and networks of the golden files as values of ours.
#pragma once
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "search/methods/cgp/phenotype.h"

namespace mininas::test {

inline cgp::Function function_named(const std::string& name) {
  using cgp::FunctionKind;
  if (name == "max-pool") return {FunctionKind::kMaxPool};
  if (name == "average-pool") return {FunctionKind::kAveragePool};
  if (name == "concat") return {FunctionKind::kConcat};
  if (name == "sum") return {FunctionKind::kSum};
  const size_t first = name.find('-'), second = name.rfind('-');
  const std::string block = name.substr(0, first);
  if (block != "conv" && block != "residual") throw std::runtime_error("no function " + name);
  return {block == "conv" ? FunctionKind::kConvBlock : FunctionKind::kResidualBlock,
          std::stoi(name.substr(first + 1, second - first - 1)), std::stoi(name.substr(second + 1))};
}

inline std::vector<cgp::Function> functions_named(const nlohmann::json& names) {
  std::vector<cgp::Function> functions;
  for (const auto& name : names) functions.push_back(function_named(name.get<std::string>()));
  return functions;
}

inline cgp::Genotype genotype_from(const nlohmann::json& rows) {
  cgp::Genotype genotype;
  for (const auto& row : rows) genotype.push_back({row[0], {row[1], row[2]}});
  return genotype;
}

// Of a list whose first entry is the image and whose last is the output.
inline cgp::Phenotype phenotype_from(const nlohmann::json& list) {
  cgp::Phenotype network;
  const auto index = [](int place) { return place == 0 ? cgp::kImageInput : place - 1; };
  for (const auto& entry : list) {
    if (entry["type"] == "input") continue;
    if (entry["type"] == "output") {
      network.output = index(entry["inputs"][0]);
      continue;
    }
    cgp::ActiveNode node{function_named(entry["type"]), {}};
    for (const int place : entry["inputs"]) node.inputs.push_back(index(place));
    network.nodes.push_back(node);
  }
  return network;
}

inline ImageShape shape_from(const nlohmann::json& chw) { return {chw[1], chw[2], chw[0]}; }

}  // namespace mininas::test
