// RamPlan: by which rules the device's tensors are laid into RAM (memory_plan.h does it). A choice of whoever exports: what
// a network computes does not depend on it.
#pragma once
#include <string>
#include <vector>

namespace mininas {

//   kWhole     every tensor whole and apart from those it is computed from
//   kOverlap   whole, outputs on top of what is used up
//   kStrips    also, where that needs less, neighbouring layers row by row, so that the tensors between them never exist
//              whole
enum class RamPlan { kWhole, kOverlap, kStrips };

const std::vector<std::string>& ram_plan_names();  // "whole", "overlap", "strips", in the order of the values
const std::string& to_text(RamPlan plan);

}  // namespace mininas
