#include "search/cost.h"

#include <charconv>
#include <limits>

#include "core/error.h"
#include "mcu/host/sizes.h"

namespace mininas {
namespace {

int64_t parse_scaled(const std::string& source, int64_t thousand, const char* example) {
  int64_t value = 0;
  const auto [end, status] = std::from_chars(source.data(), source.data() + source.size(), value);
  const std::string unit(end, source.data() + source.size());
  const int64_t scale = unit.empty() ? 1 : unit == "K" || unit == "k" ? thousand : unit == "M" || unit == "m" ? thousand * thousand : 0;
  if (status != std::errc() || value < 1 || scale == 0 || value > std::numeric_limits<int64_t>::max() / (2 * thousand * thousand))
    throw ConfigError(
        text("'", source, "' is no size: expected a whole number of at least 1, with K or M behind it where wanted (", example, ")"));
  return value * scale;
}

std::optional<std::string> over(const char* what, int64_t value, int64_t limit) {
  if (limit == 0 || value <= limit) return std::nullopt;
  return text(what, " ", grouped(value), " is over the limit of ", grouped(limit));
}

}  // namespace

Cost predict_cost(const NetworkSpec& spec) {
  const DeviceCost device = device_cost(spec);
  return {parameter_count(spec), mac_count(spec), device.flash_bytes(), device.code_bytes, device.ram_bytes};
}

std::optional<std::string> why_over(const Budget& budget, const Cost& cost) {
  if (auto why = over("flash", cost.flash_bytes, budget.max_flash_bytes)) return why;
  if (auto why = over("RAM", cost.ram_bytes, budget.max_ram_bytes)) return why;
  return over("MACs", cost.macs, budget.max_macs);
}

int64_t parse_size(const std::string& source) { return parse_scaled(source, 1024, "64K is 65536"); }

int64_t parse_count(const std::string& source) { return parse_scaled(source, 1000, "3M is 3000000"); }

std::string grouped(int64_t value) {
  std::string digits = std::to_string(value);
  for (int64_t place = static_cast<int64_t>(digits.size()) - 3; place > (value < 0 ? 1 : 0); place -= 3)
    digits.insert(static_cast<size_t>(place), ",");
  return digits;
}

}  // namespace mininas
