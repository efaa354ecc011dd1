// The command line, as the commands use it: named options that are bound to variables. No other file includes the
// library that parses the command line, so commands compile fast and behave alike. Wrong use throws UsageError.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/options.h"
#include "core/quoted.h"
#include "search/cli/help.h"

namespace CLI {
class App;
}

namespace mininas {

// Returns make(), which interprets what the user typed. A ConfigError is thrown on as a UsageError.
template <class Make>
auto usage_of(const Make& make) {
  try {
    return make();
  } catch (const ConfigError& error) {
    throw UsageError(error.what());
  }
}
// The same for the value of one option, which the error then names.
template <class Make>
auto usage_of(const std::string& option, const Make& make) {
  try {
    return make();
  } catch (const ConfigError& error) {
    throw UsageError(text("--", option, ": ", error.what()));
  }
}

// One command: `mininas NAME ...`. The bound variables must outlive the parse.
class Command {
 public:
  Command(const std::string& name, const std::string& summary, const std::string& footer);
  ~Command();

  Command& positional(const std::string& name, std::string& value, const std::string& help);  // required
  // The last positional argument, which takes one or more words.
  Command& positionals(const std::string& name, std::vector<std::string>& values, const std::string& help);
  // `name` without the dashes; an older name that is still accepted follows after a comma.
  Command& option(const std::string& name, std::string& value, const std::string& help);
  Command& required(const std::string& name, std::string& value, const std::string& help);
  Command& flag(const std::string& name, bool& value, const std::string& help);
  // Adds one option per field: texts, numbers, lists (comma-separated), yes/no (`--flip`, `--no-flip`), choices and
  // amounts. Ranges are checked after the whole line is parsed. `otherwise` is what the help names as the default, if
  // it is not the current value.
  Command& fields(const OptionFields& fields, const std::string& otherwise = "");

  // Options that are added after this call appear under this title in the help.
  Command& section(const std::string& title);
  // For a command with more than about ten options: the ones that `--help` shows; `--help-all` shows all. Must be
  // called last, with names of existing options.
  Command& brief(const std::vector<std::string>& names);
  // The text that `--help-all` shows below the options.
  Command& details(const std::string& content);

  const std::string& name() const { return name_; }
  const HelpPage& help() const { return help_; }

  // Names of the options that were given, in the order in which they were added.
  std::vector<std::string> given() const;
  bool given(const std::string& name) const;
  // Throws UsageError if one of `names` was given: "--seed WHY".
  void refuse(const std::vector<std::string>& names, const std::string& why) const;
  // The whole command line as typed.
  const std::string& typed() const { return typed_; }

 private:
  friend class Parser;
  void add_help(HelpOption option);
  void add_positional(const std::string& name, const std::string& help);
  // Reads the words after the command's name. Throws UsageError.
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

  // Commands that are added after this call appear under this title in the help.
  void section(const std::string& title) { section_ = title; }
  // Adds a command: its one-line summary, a text for the end of its help (examples first), and its action, which
  // returns the exit status.
  using Action = std::function<int(const Command&)>;
  Command& add(const std::string& name, const std::string& summary, const std::string& footer, Action run);
  // `mininas help NAME` prints `content`.
  void add_topic(const std::string& name, const std::string& summary, const std::string& content);

  // Returns the action of the command that was typed. For --help it prints the help and returns an action that does
  // nothing. Throws UsageError.
  std::function<int()> parse(int argc, const char* const* argv);

 private:
  struct Entry;
  struct Topic {
    std::string name, summary, content;
  };
  using Words = std::vector<std::string>;

  Entry& find(const std::string& name) const;  // throws UsageError
  std::string overview() const;
  std::string help_about(const Words& words) const;  // the output of `mininas help WORDS`

  std::string section_;
  std::vector<std::unique_ptr<Entry>> entries_;
  std::vector<Topic> topics_;
};

}  // namespace mininas
