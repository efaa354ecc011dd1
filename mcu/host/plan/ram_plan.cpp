#include "mcu/host/plan/ram_plan.h"

#include "core/error.h"

namespace mininas {

const char* to_text(RamPlan plan) {
  constexpr const char* kNames[] = {"whole", "overlap", "strips"};
  return kNames[static_cast<size_t>(plan)];
}

RamPlan parse_ram_plan(const std::string& name) {
  for (const RamPlan plan : {RamPlan::kWhole, RamPlan::kOverlap, RamPlan::kStrips})
    if (name == to_text(plan)) return plan;
  throw UsageError(text("--ram-plan ", name, ": expected whole, overlap or strips"));
}

}  // namespace mininas
