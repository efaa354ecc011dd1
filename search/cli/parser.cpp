#include "search/cli/parser.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <iostream>

#include "core/did_you_mean.h"
#include "core/wrapped.h"

namespace mininas {

Command::Command(const std::string& name, const std::string& summary, const std::string& footer)
    : app_(std::make_unique<CLI::App>("", name)), name_(name) {
  app_->set_help_flag();  // help.h prints it
  help_.usage = "mininas " + name + " [OPTIONS]";
  help_.summary = summary;
  help_.footer = footer;
}

Command::~Command() = default;

void Command::add_help(HelpOption option) {
  option.group = section_;
  // Options of a group stay together; groups are in the order of their first options.
  const auto last = std::find_if(help_.options.rbegin(), help_.options.rend(),
                                 [&](const HelpOption& other) { return other.group == section_; });
  help_.options.insert(last == help_.options.rend() ? help_.options.end() : last.base(), std::move(option));
}

void Command::add_positional(const std::string& name, const std::string& help) {
  help_.usage += " " + name;
  help_.positionals.push_back({name, help});
}

Command& Command::positional(const std::string& name, std::string& value, const std::string& help) {
  app_->add_option(name, value)->required();
  add_positional(name, help);
  return *this;
}

Command& Command::positionals(const std::string& name, std::vector<std::string>& values, const std::string& help) {
  app_->add_option(name, values)->required();
  add_positional(name + "...", help);
  return *this;
}

Command& Command::option(const std::string& name, std::string& value, const std::string& help) {
  const size_t comma = name.find(',');
  HelpOption added{.names = {"--" + name.substr(0, comma)}, .value = "TEXT", .help = help, .initial = value};
  if (comma != std::string::npos) added.older_name = "--" + name.substr(comma + 1);
  app_->add_option(added.names[0] + (comma == std::string::npos ? "" : "," + added.older_name), value);
  add_help(added);
  return *this;
}

Command& Command::required(const std::string& name, std::string& value, const std::string& help) {
  app_->add_option("--" + name, value)->required();
  add_help({.names = {"--" + name}, .value = "TEXT", .help = help, .required = true});
  return *this;
}

Command& Command::flag(const std::string& name, bool& value, const std::string& help) {
  app_->add_flag("--" + name, value);
  add_help({.names = {"--" + name}, .help = help});
  return *this;
}

Command& Command::section(const std::string& title) {
  section_ = title;
  return *this;
}

Command& Command::brief(const std::vector<std::string>& names) {
  for (HelpOption& option : help_.options) option.brief = false;
  for (const std::string& name : names) {
    const auto found = std::find_if(help_.options.begin(), help_.options.end(),
                                    [&](const HelpOption& option) { return option.names[0] == "--" + name; });
    MN_CHECK(found != help_.options.end(), "no option ", name);
    found->brief = true;
  }
  return *this;
}

Command& Command::details(const std::string& content) {
  help_.details = content;
  return *this;
}

namespace {

// Reads `word` as a whole number. Throws ConfigError.
template <class Whole>
Whole whole_number(const std::string& word) {
  Whole number{};
  const char* const end = word.data() + word.size();
  const auto [stop, failure] = std::from_chars(word.data(), end, number);
  if (failure != std::errc() || stop != end)
    throw ConfigError(text("'", word, "': expected a whole number", std::is_unsigned_v<Whole> ? ", 0 or more" : ""));
  return number;
}

std::string joined(const std::vector<std::string>& parts, const char* separator) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : separator) + part;
  return out;
}

// Adds an option for a field, by the type of the field, and returns its description for the help.
struct Registration {
  CLI::App& app;
  const OptionField& field;

  HelpOption operator()(bool* value) const {
    const std::string name = "--" + field.name, opposite = "--no-" + field.name;
    app.add_flag(name + ",!" + opposite, *value);
    return {.names = {name, opposite}, .help = field.help, .initial = *value ? "yes" : "no"};
  }
  HelpOption operator()(std::vector<int>* value) const {
    std::vector<std::string> numbers;
    for (const int number : *value) numbers.push_back(std::to_string(number));
    // Without allow_extra_args(false), a list would also take the words after it.
    app.add_option("--" + field.name, *value)->delimiter(',')->allow_extra_args(false);
    return shown("N,N", joined(numbers, ","));
  }
  HelpOption operator()(std::string* value) const {
    app.add_option("--" + field.name, *value);
    return shown("TEXT", *value);
  }
  HelpOption operator()(const Choice& choice) const {
    add([choice](const std::string& word) { choice.choose(word); });
    const std::string names = joined(choice.names, "|");
    return shown(names.size() <= 24 ? names : "NAME", choice.name());
  }
  HelpOption operator()(const Amount& amount) const {
    add([amount](const std::string& word) { *amount.value = amount.parse(word); });
    return shown("AMOUNT", "");
  }
  template <class Number>
  HelpOption operator()(Number* value) const {
    if constexpr (std::is_integral_v<Number>)
      add([value](const std::string& word) { *value = whole_number<Number>(word); });
    else
      app.add_option("--" + field.name, *value);
    return shown("N", text(*value));
  }

 private:
  // An option whose value is read by `take`; an error that `take` throws becomes wrong usage of this option.
  template <class Take>
  void add(Take take) const {
    const auto read = [take, name = field.name](const std::string& word) { usage_of(name, [&] { take(word); }); };
    app.add_option_function<std::string>("--" + field.name, read);
  }
  HelpOption shown(const std::string& value, const std::string& initial) const {
    return {.names = {"--" + field.name}, .value = value, .help = field.help, .initial = initial};
  }
};

}  // namespace

Command& Command::fields(const OptionFields& fields, const std::string& otherwise) {
  for (const OptionField& field : fields) {
    HelpOption added = std::visit(Registration{*app_, field}, field.value);
    if (!otherwise.empty()) added.initial = otherwise;
    add_help(added);
  }
  fields_.insert(fields_.end(), fields.begin(), fields.end());
  return *this;
}

std::vector<std::string> Command::given() const {
  std::vector<std::string> names;
  for (const CLI::Option* option : app_->get_options())
    if (option->count() > 0) names.push_back(option->get_single_name());
  return names;
}

bool Command::given(const std::string& name) const { return app_->get_option("--" + name)->count() > 0; }

void Command::refuse(const std::vector<std::string>& names, const std::string& why) const {
  for (const std::string& name : names)
    if (given(name)) throw UsageError(text("--", name, " ", why));
}

void Command::check_options(const std::vector<std::string>& words) const {
  std::vector<std::string> known;
  for (const HelpOption& option : help_.options) known.insert(known.end(), option.names.begin(), option.names.end());
  for (size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    if (words[i].size() < 2 || words[i][0] != '-') continue;
    const std::string name = words[i].substr(0, words[i].find('='));
    const auto takes = [&](const HelpOption& option) {
      return option.older_name == name || std::count(option.names.begin(), option.names.end(), name) > 0;
    };
    const auto option = std::find_if(help_.options.begin(), help_.options.end(), takes);
    if (option == help_.options.end())
      throw UsageError(text(name, ": `mininas ", name_, "` has no such option, `mininas ", name_,
                            " --help-all` lists them", did_you_mean(name, known)));
    if (option->value.empty() || name != words[i]) continue;
    if (i + 1 == words.size() || words[i + 1].starts_with("--"))
      throw UsageError(text(name, ": expected a value: ", name, " ", option->value));
    ++i;
  }
}

void Command::check_ranges() const {
  try {
    validate(fields_);
  } catch (const ConfigError& error) {
    throw UsageError(text("--", error.what()));
  }
}

void Command::parse(const std::vector<std::string>& words) {
  const std::string more = text("; `mininas ", name_, " --help` shows more");
  check_options(words);
  try {
    app_->parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::ExtrasError&) {
    throw UsageError(text("'", app_->remaining().front(), "': `mininas ", name_, "` takes no such word", more));
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what() + more);
  }
  check_ranges();
}

namespace {

bool asks_for_help(const std::string& word) { return word == "--help" || word == "-h" || word == "--help-all"; }

}  // namespace

struct Parser::Entry {
  std::string section;
  Command command;
  Action run;
};

Parser::Parser() = default;
Parser::~Parser() = default;

Command& Parser::add(const std::string& name, const std::string& summary, const std::string& footer, Action run) {
  entries_.push_back(std::unique_ptr<Entry>(new Entry{section_, Command(name, summary, footer), std::move(run)}));
  return entries_.back()->command;
}

void Parser::add_topic(const std::string& name, const std::string& summary, const std::string& content) {
  topics_.push_back({name, summary, content});
}

Parser::Entry& Parser::find(const std::string& name) const {
  Words names;
  for (const auto& entry : entries_) {
    if (entry->command.name() == name) return *entry;
    names.push_back(entry->command.name());
  }
  if (name.starts_with("-"))
    throw UsageError(text(name,
                          ": options follow a command, as in `mininas search --data D --out RUN`; `mininas "
                          "--help` lists the commands"));
  throw UsageError(text("'", name, "' is not a command, `mininas --help` lists them", did_you_mean(name, names)));
}

std::string Parser::overview() const {
  std::string out =
      "Mini-NAS finds, trains, quantises and exports small image classifiers.\n\nUsage: mininas COMMAND [OPTIONS]\n";
  for (size_t i = 0; i < entries_.size();) {
    HelpList list{entries_[i]->section, {}};
    for (; i < entries_.size() && entries_[i]->section == list.title; ++i)
      list.rows.push_back({entries_[i]->command.name(), entries_[i]->command.help().summary});
    out += to_text(list);
  }
  HelpList topics{"Topics, with `mininas help NAME`", {}};
  for (const Topic& topic : topics_) topics.rows.push_back({topic.name, topic.summary});
  out += to_text(topics) + "\n";
  return out + wrapped(
                   "`mininas COMMAND --help` shows a command's most important options, `--help-all` all of them.\n"
                   "Exit status: 0 done, 1 could not be done, 2 wrong usage, 130 interrupted.\n"
                   "Start with: mininas search --data synthetic --out run\n",
                   kHelpColumns);
}

std::string Parser::help_about(const Words& words) const {
  const auto name = std::find_if_not(words.begin(), words.end(), asks_for_help);
  if (name == words.end()) return overview();
  for (const Topic& topic : topics_)
    if (topic.name == *name) return wrapped(topic.content, kHelpColumns);
  return to_text(find(*name).command.help(), std::count(words.begin(), words.end(), "--help-all") > 0);
}

std::function<int()> Parser::parse(int argc, const char* const* argv) {
  Words words(argv + 1, argv + argc);
  if (words.empty()) {
    std::cerr << overview();
    return [] { return 2; };
  }
  if (words.front() == "--version") words.front() = "version";
  if (words.front() == "help") words.front() = "--help";
  if (std::any_of(words.begin(), std::find(words.begin(), words.end(), "--"), asks_for_help)) {
    std::cout << help_about(words);
    return [] { return 0; };
  }
  Entry& entry = find(words.front());
  entry.command.parse(Words(words.begin() + 1, words.end()));
  for (int i = 0; i < argc; ++i) entry.command.typed_ += (i == 0 ? "" : " ") + quoted(argv[i]);
  return [&entry] { return entry.run(entry.command); };
}

}  // namespace mininas
