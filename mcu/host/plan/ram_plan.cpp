#include "mcu/host/plan/ram_plan.h"

namespace mininas {

const std::vector<std::string>& ram_plan_names() {
  static const std::vector<std::string> names = {"whole", "overlap", "strips"};
  return names;
}

const std::string& to_text(RamPlan plan) { return ram_plan_names()[static_cast<size_t>(plan)]; }

}  // namespace mininas
