// The command line as the commands see it: named options bound to variables. The only door to the library that parses
// it, so that commands compile fast and look alike. Wrong use throws UsageError.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/options.h"
#include "search/cli/help.h"

namespace CLI {
class App;
}

namespace mininas {

// What `make` makes of what was typed; a ConfigError about it becomes wrong usage.
template <class Make>
auto usage_of(const Make& make) {
  try {
    return make();
  } catch (const ConfigError& error) {
    throw UsageError(error.what());
  }
}
// Of one option, which the error then names.
template <class Make>
auto usage_of(const std::string& option, const Make& make) {
  try {
    return make();
  } catch (const ConfigError& error) {
    throw UsageError(text("--", option, ": ", error.what()));
  }
}

// As a shell would need it again.
std::string quoted(const std::string& word);

// One command: `mininas NAME ...`. The variables outlive the parse.
class Command {
 public:
  Command(const std::string& name, const std::string& summary, const std::string& footer);
  ~Command();

  Command& positional(const std::string& name, std::string& value, const std::string& help);  // required
  // The last positional, one word or more.
  Command& positionals(const std::string& name, std::vector<std::string>& values, const std::string& help);
  // The name without the dashes; an older name that is still taken behind a comma.
  Command& option(const std::string& name, std::string& value, const std::string& help);
  Command& required(const std::string& name, std::string& value, const std::string& help);
  Command& flag(const std::string& name, bool& value, const std::string& help);
  // Texts, numbers, lists (comma-separated), yes/no (`--flip`, `--no-flip`), choices and amounts; ranges are checked
  // once the line is parsed. `otherwise`: what stands for those that are not given, where it is not their value.
  Command& fields(const OptionFields& fields, const std::string& otherwise = "");

  // Options that are added from here on stand under this title in the help.
  Command& section(const std::string& title);
  // For a command with more than about ten options: those that `--help` shows; `--help-all` shows all. Comes last: each
  // name must be one of the options.
  Command& brief(const std::vector<std::string>& names);
  // What `--help-all` shows below the options.
  Command& details(const std::string& content);

  const std::string& name() const { return name_; }
  const HelpPage& help() const { return help_; }

  // Names of the options that were given, in the order of their registration.
  std::vector<std::string> given() const;
  bool given(const std::string& name) const;
  // Throws UsageError where one of `names` was given: "--seed WHY".
  void refuse(const std::vector<std::string>& names, const std::string& why) const;
  // The whole line as it was typed.
  const std::string& typed() const { return typed_; }

 private:
  friend class Parser;
  void add_help(HelpOption option);
  void add_positional(const std::string& name, const std::string& help);
  // Reads the words behind the command's name. Throws UsageError.
  void parse(const std::vector<std::string>& words);
  void check_options(const std::vector<std::string>& words) const;
  void check_ranges() const;

  std::unique_ptr<CLI::App> app_;
  std::string name_;
  std::string section_ = "Options";
  HelpPage help_;
  OptionFields fields_;
  std::string typed_;
};

class Parser {
 public:
  Parser();
  ~Parser();

  // Commands that are added from here on stand under this title in the help.
  void section(const std::string& title) { section_ = title; }
  // A command with its one-line summary, a text for the end of its help (an example first), and what it does, which
  // returns the exit status.
  using Action = std::function<int(const Command&)>;
  Command& add(const std::string& name, const std::string& summary, const std::string& footer, Action run);
  // `mininas help NAME` prints `content`.
  void add_topic(const std::string& name, const std::string& summary, const std::string& content);

  // The action of the command that was named. Help prints and gives an action that does nothing. Throws UsageError.
  std::function<int()> parse(int argc, const char* const* argv);

 private:
  struct Entry;
  struct Topic {
    std::string name, summary, content;
  };
  using Words = std::vector<std::string>;

  Entry& find(const std::string& name) const;  // throws UsageError
  std::string overview() const;
  std::string help_about(const Words& words) const;  // what `mininas help WORDS` prints

  std::string section_;
  std::vector<std::unique_ptr<Entry>> entries_;
  std::vector<Topic> topics_;
};

}  // namespace mininas
