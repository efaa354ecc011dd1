// Options: the settings of a plain struct, each listed once with its name, its meaning and its legal values. That one
// list defines the command line (search/cli/parser.h), the form in files (search/record/options.h), the check of
// values, and the text that identifies settings (checkpoints, caches). A struct provides its list with a function
// `option_fields(settings)`; the fields point into that struct, which must outlive them.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace mininas {

// One of a few named values.
struct Choice {
  std::vector<std::string> names;
  std::function<size_t()> get;  // index in `names`
  std::function<void(size_t)> set;

  const std::string& name() const;
  // Throws ConfigError that lists the names: "'x': expected a, b or c".
  void choose(const std::string& name) const;
};

// For a string whose value is one of the names.
Choice choice(std::string& value, const std::vector<std::string>& names);

// For an enumeration with the values 0, 1, 2..., which have these names in this order.
template <class Enumeration>
requires std::is_enum_v<Enumeration> Choice choice(Enumeration& value, std::vector<std::string> names) {
  return {std::move(names), [&value] { return static_cast<size_t>(value); },
          [&value](size_t index) { value = static_cast<Enumeration>(index); }};
}

// A whole number that is typed with its unit ("64K", "120MHz") and stored in files as a plain number (65536); 0 if it
// was not given.
struct Amount {
  int64_t* value;
  int64_t (*parse)(const std::string&);  // throws ConfigError
};

struct OptionField {
  std::string name;  // as on the command line, without the dashes
  std::string help;  // one line
  std::variant<int*, uint64_t*, float*, double*, bool*, std::string*, std::vector<int>*, Choice, Amount> value;
  double low = 0, high = 0;    // legal range of a number, inclusive; for a list, of each element
  std::string other_key = {};  // key in files, if it is not the name

  const std::string& key() const;
};
using OptionFields = std::vector<OptionField>;

// Throws ConfigError with the option's name, its value and its range: "lr 0: expected 1e-09 to 100". Lists may be
// empty.
void validate(const OptionFields& fields);

// Throws ConfigError unless there are kernel sizes and all of them are odd: "node-kernels 4: a kernel must be odd".
void validate_kernels(const std::string& option, const std::vector<int>& kernels);

// The same as validate for a struct of settings that lists its fields.
template <class Settings>
void validate_fields(const Settings& settings) {
  Settings copy = settings;  // fields need a struct that is not const
  validate(option_fields(copy));
}

// Every field with its value, equal only if all values are equal to the bit: "epochs=10 lr=0x1.99999ap-6 flip=1".
std::string exact_text(const OptionFields& fields);

// The fields with these names, or all others. Requires that the names exist.
OptionFields only(const OptionFields& fields, const std::vector<std::string>& names);
OptionFields without(const OptionFields& fields, const std::vector<std::string>& names);

// "a, b or c"
std::string alternatives(const std::vector<std::string>& names);

}  // namespace mininas
