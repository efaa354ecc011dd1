#include "search/record/options.h"

#include <charconv>

#include "core/error.h"

namespace mininas {
namespace {

// The double that prints as the shortest decimal of `value`: 0.025 rather than 0.02500000037.
double short_form(float value) {
  char digits[64];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return std::stod(std::string(digits, end));
}

struct Writer {
  Record& record;
  const std::string& name;

  void operator()(const float* value) const { record.set(name, short_form(*value)); }
  void operator()(const Choice& choice) const { record.set(name, choice.name()); }
  void operator()(const Amount& amount) const { record.set(name, *amount.value); }
  template <class T>
  void operator()(const T* value) const {
    record.set(name, *value);
  }
};

struct Reader {
  const Record& record;
  const std::string& name;

  void operator()(int* value) const { *value = record.integer(name); }
  void operator()(uint64_t* value) const { *value = record.unsigned64(name); }
  void operator()(float* value) const { *value = static_cast<float>(record.number(name)); }
  void operator()(double* value) const { *value = record.number(name); }
  void operator()(bool* value) const { *value = record.boolean(name); }
  void operator()(std::string* value) const { *value = record.string(name); }
  void operator()(std::vector<int>* value) const { *value = record.integers(name); }
  void operator()(const Choice& choice) const { choice.set(record.choice(name, choice.names)); }
  void operator()(const Amount& amount) const { *amount.value = record.integer64(name); }
};

}  // namespace

Record to_record(const OptionFields& fields) {
  Record record;
  for (const OptionField& field : fields) std::visit(Writer{record, field.name}, field.value);
  return record;
}

void from_record(const OptionFields& fields, const Record& record) {
  std::vector<std::string> names;
  for (const OptionField& field : fields) {
    std::visit(Reader{record, field.name}, field.value);
    names.push_back(field.name);
  }
  record.expect_only(names);
  try {
    validate(fields);
  } catch (const ConfigError& error) {
    throw FormatError(text(record.where(), ": ", error.what()));
  }
}

}  // namespace mininas
