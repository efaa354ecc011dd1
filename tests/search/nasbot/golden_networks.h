// Converts the networks of the golden files to ours.
#pragma once
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "search/methods/nasbot/layered_network.h"

namespace mininas::test {

inline nasbot::Layer layer_named(const std::string& type) {
  using nasbot::LayerType;
  if (type.rfind("conv", 0) == 0) return {LayerType::kConv, std::stoi(type.substr(4))};
  if (type.rfind("res", 0) == 0) return {LayerType::kResidual, std::stoi(type.substr(3))};
  if (type == "ip") return {LayerType::kInput};
  if (type == "op") return {LayerType::kOutput};
  if (type == "fc") return {LayerType::kLinear};
  if (type == "max-pool") return {LayerType::kMaxPool};
  if (type == "avg-pool") return {LayerType::kAveragePool};
  if (type == "softmax") return {LayerType::kSoftmax};
  throw std::runtime_error("no layer type " + type);
}

inline nasbot::LayeredNetwork network_from(const nlohmann::json& json) {
  nasbot::LayeredNetwork network;
  for (const auto& entry : json["layers"]) {
    nasbot::Layer layer = layer_named(entry["type"]);
    if (!entry["units"].is_null()) layer.units = entry["units"];
    if (!entry["stride"].is_null()) layer.stride = entry["stride"];
    network.layers.push_back(layer);
  }
  for (const auto& edge : json["edges"]) network.edges.emplace_back(edge[0], edge[1]);
  return network;
}

}  // namespace mininas::test
