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

void write(const OptionFields& fields, Record& record) {
  for (const OptionField& field : fields) std::visit(Writer{record, field.key()}, field.value);
}

// Sets the fields that the record has, and adds the keys of all to `known`.
void read(const OptionFields& fields, const Record& record, std::vector<std::string>& known) {
  for (const OptionField& field : fields) {
    if (record.has(field.key())) std::visit(Reader{record, field.key()}, field.value);
    known.push_back(field.key());
  }
  try {
    validate(fields);
  } catch (const ConfigError& error) {
    throw FormatError(text(record.where(), ": ", error.what()));
  }
}

}  // namespace

Record to_record(const OptionFields& fields) {
  Record record;
  write(fields, record);
  return record;
}

void from_record(const OptionFields& fields, const Record& record) {
  std::vector<std::string> known;
  read(fields, record, known);
  record.expect_only(known);
}

void validate(const OptionGroups& groups) {
  for (const OptionGroup& group : groups) validate(group.fields);
}

Record to_record(const OptionGroups& groups) {
  Record record;
  for (const OptionGroup& group : groups)
    if (group.key.empty())
      write(group.fields, record);
    else
      record.set(group.key, to_record(group.fields));
  return record;
}

void from_record(const OptionGroups& groups, const Record& record, const std::vector<std::string>& others) {
  std::vector<std::string> known = others;
  for (const OptionGroup& group : groups) {
    if (group.key.empty()) {
      read(group.fields, record, known);
    } else {
      from_record(group.fields, record.record(group.key));
      known.push_back(group.key);
    }
  }
  record.expect_only(known);
}

}  // namespace mininas
