#include "search/record/options.h"

#include <charconv>
#include <type_traits>

#include "core/error.h"

namespace mininas {
namespace {

template <class T>
void check_range(const OptionField& field, const T& value) {
  const auto number = static_cast<double>(value);
  // Written so that not-a-number is refused too.
  if (!(number >= field.low && number <= field.high))
    throw ConfigError(text("--", field.name, " ", value, ": must be ", field.low, " to ", field.high));
}

// The double that prints as the shortest decimal of `value`: 0.025 rather than 0.02500000037.
double short_form(float value) {
  char digits[64];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return std::stod(std::string(digits, end));
}

}  // namespace

void validate(const OptionFields& fields) {
  for (const OptionField& field : fields)
    std::visit(
        [&](auto* value) {
          using T = std::remove_pointer_t<decltype(value)>;
          if constexpr (std::is_same_v<T, std::vector<int>>) {
            for (const int element : *value) check_range(field, element);
          } else if constexpr (!std::is_same_v<T, bool>) {
            check_range(field, *value);
          }
        },
        field.value);
}

Record to_record(const OptionFields& fields) {
  Record record;
  for (const OptionField& field : fields)
    std::visit(
        [&](const auto* value) {
          if constexpr (std::is_same_v<decltype(value), const float*>)
            record.set(field.name, short_form(*value));
          else
            record.set(field.name, *value);
        },
        field.value);
  return record;
}

void from_record(const OptionFields& fields, const Record& record) {
  struct Reader {
    const Record& record;
    const std::string& name;
    void operator()(int* value) const { *value = record.integer(name); }
    void operator()(uint64_t* value) const { *value = record.unsigned64(name); }
    void operator()(float* value) const { *value = static_cast<float>(record.number(name)); }
    void operator()(double* value) const { *value = record.number(name); }
    void operator()(bool* value) const { *value = record.boolean(name); }
    void operator()(std::vector<int>* value) const { *value = record.integers(name); }
  };
  for (const OptionField& field : fields)
    if (record.has(field.name)) std::visit(Reader{record, field.name}, field.value);
}

}  // namespace mininas
