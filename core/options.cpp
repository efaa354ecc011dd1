#include "core/options.h"

#include <algorithm>
#include <iomanip>
#include <type_traits>

#include "core/error.h"

namespace mininas {
namespace {

template <class Number>
void check_range(const OptionField& field, Number value) {
  const auto number = static_cast<double>(value);
  // Written so that NaN is refused, too.
  if (!(number >= field.low && number <= field.high))
    throw ConfigError(text(field.name, " ", value, ": expected ", field.low, " to ", field.high));
}

struct RangeCheck {
  const OptionField& field;

  void operator()(const std::vector<int>* list) const {
    for (const int element : *list) check_range(field, element);
  }
  template <class T>
  void operator()(const T* value) const {
    if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) check_range(field, *value);
  }
  // These cannot hold an illegal value.
  void operator()(const Choice&) const {}
  void operator()(const Amount&) const {}
};

struct ExactText {
  std::string operator()(const std::vector<int>* list) const {
    std::string joined;
    for (const int element : *list) joined += text(joined.empty() ? "" : ",", element);
    return joined;
  }
  std::string operator()(const std::string* value) const { return text(std::quoted(*value)); }
  template <class T>
  std::string operator()(const T* value) const {
    return text(std::hexfloat, *value);
  }
  std::string operator()(const Choice& choice) const { return choice.name(); }
  std::string operator()(const Amount& amount) const { return std::to_string(*amount.value); }
};

}  // namespace

const std::string& Choice::name() const { return names[get()]; }

const std::string& OptionField::key() const { return other_key.empty() ? name : other_key; }

void Choice::choose(const std::string& wanted) const {
  const auto found = std::find(names.begin(), names.end(), wanted);
  if (found == names.end()) throw ConfigError(text("'", wanted, "': expected ", alternatives(names)));
  set(static_cast<size_t>(found - names.begin()));
}

Choice choice(std::string& value, const std::vector<std::string>& names) {
  const auto get = [&value, names] {
    return static_cast<size_t>(std::find(names.begin(), names.end(), value) - names.begin());
  };
  const auto set = [&value, names](size_t index) { value = names[index]; };
  return {names, get, set};
}

void validate(const OptionFields& fields) {
  for (const OptionField& field : fields) std::visit(RangeCheck{field}, field.value);
}

void validate_kernels(const std::string& option, const std::vector<int>& kernels) {
  if (kernels.empty()) throw ConfigError(text(option, ": at least one kernel size is needed"));
  for (const int kernel : kernels)
    if (kernel % 2 == 0) throw ConfigError(text(option, " ", kernel, ": a kernel must be odd"));
}

std::string exact_text(const OptionFields& fields) {
  std::string all;
  for (const OptionField& field : fields)
    all += text(all.empty() ? "" : " ", field.name, "=", std::visit(ExactText(), field.value));
  return all;
}

OptionFields only(const OptionFields& fields, const std::vector<std::string>& names) {
  OptionFields chosen;
  for (const std::string& name : names) {
    const auto found =
        std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return field.name == name; });
    MN_CHECK(found != fields.end(), "no option ", name);
    chosen.push_back(*found);
  }
  return chosen;
}

OptionFields without(const OptionFields& fields, const std::vector<std::string>& names) {
  only(fields, names);  // checks that they exist
  OptionFields rest;
  std::copy_if(fields.begin(), fields.end(), std::back_inserter(rest), [&](const OptionField& field) {
    return std::find(names.begin(), names.end(), field.name) == names.end();
  });
  return rest;
}

std::string alternatives(const std::vector<std::string>& names) {
  std::string list;
  for (size_t i = 0; i < names.size(); ++i) list += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
  return list;
}

}  // namespace mininas
