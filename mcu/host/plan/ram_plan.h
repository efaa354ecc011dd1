// RamPlan: how tensors may be laid out in the device's RAM (memory_plan.h does it). The user of an export chooses it;
// it does not change what a network computes.
#pragma once
#include <string>
#include <vector>

namespace mininas {

//   kWhole     every tensor is stored whole and separate from the inputs it is computed from
//   kOverlap   tensors are stored whole; an output may overwrite an input that is no longer needed
//   kStrips    in addition, if that needs less RAM, neighbouring layers run row by row, so that the tensors between
//              them are never stored whole
enum class RamPlan { kWhole, kOverlap, kStrips };

const std::vector<std::string>& ram_plan_names();  // "whole", "overlap", "strips", in the order of the values
const std::string& to_text(RamPlan plan);

}  // namespace mininas
