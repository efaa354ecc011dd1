#include "search/cli/parser.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include "core/error.h"
#include "core/wrapped.h"

namespace mininas {

Command& Command::positional(const std::string& name, std::string& value, const std::string& help) {
  app_->add_option(name, value, help)->required()->type_name("");
  return *this;
}

Command& Command::option(const std::string& name, std::string& value, const std::string& help) {
  std::string names = "--" + name;
  if (const size_t comma = names.find(','); comma != std::string::npos) names.insert(comma + 1, "--");
  app_->add_option(names, value, help)->capture_default_str()->type_name("TEXT")->group(section_);
  return *this;
}

Command& Command::required(const std::string& name, std::string& value, const std::string& help) {
  app_->add_option("--" + name, value, help)->required()->type_name("TEXT")->group(section_);
  return *this;
}

Command& Command::flag(const std::string& name, bool& value, const std::string& help) {
  app_->add_flag("--" + name, value, help)->group(section_);
  return *this;
}

Command& Command::section(const std::string& title) {
  section_ = title;
  return *this;
}

namespace {

// Registers a field by the type that it points to.
struct Registration {
  CLI::App& app;
  const OptionField& field;

  void operator()(bool* value) const {
    app.add_flag("--" + field.name + ",!--no-" + field.name, *value,
                 field.help + (*value ? " (default: yes)" : " (default: no)"));
  }
  void operator()(std::vector<int>* value) const {
    std::string numbers;
    for (const int number : *value) numbers += text(numbers.empty() ? "" : ",", number);
    // Without allow_extra_args(false), a list would swallow the words behind it.
    app.add_option("--" + field.name, *value, field.help)
        ->delimiter(',')
        ->allow_extra_args(false)
        ->default_str(numbers)
        ->type_name("N,N");
  }
  void operator()(std::string* value) const {
    app.add_option("--" + field.name, *value, field.help)->capture_default_str()->type_name("TEXT");
  }
  void operator()(const Choice& choice) const {
    typed([choice](const std::string& word) { choice.choose(word); })->default_str(choice.name());
  }
  void operator()(const Amount& amount) const {
    typed([amount](const std::string& word) { *amount.value = amount.parse(word); });
  }
  template <class T>
  void operator()(T* value) const {
    app.add_option("--" + field.name, *value, field.help)->capture_default_str()->type_name("N");
  }

 private:
  // An option whose word `take` reads; what it complains of becomes wrong usage of this option.
  template <class Take>
  CLI::Option* typed(Take take) const {
    const auto read = [take, name = field.name](const std::string& word) { usage_of(name, [&] { take(word); }); };
    return app.add_option_function<std::string>("--" + field.name, read, field.help)->type_name("TEXT");
  }
};

}  // namespace

Command& Command::fields(const OptionFields& fields, const std::string& otherwise) {
  for (const OptionField& field : fields) {
    std::visit(Registration{*app_, field}, field.value);
    CLI::Option* const added = app_->get_option("--" + field.name)->group(section_);
    if (!otherwise.empty()) added->default_str("")->description(field.help + "; default: " + otherwise);
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

void Command::check_ranges() const {
  try {
    validate(fields_);
  } catch (const ConfigError& error) {
    throw UsageError(text("--", error.what()));
  }
}

namespace {

constexpr size_t kColumns = 120;  // of help

// As a shell would need it again.
std::string quoted(const std::string& word) {
  if (!word.empty() && word.find_first_of(" \t\n\"'\\$&|;<>()*?[]#~`!{}") == std::string::npos) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// Options as they are typed, and no line longer than kColumns. CLI11 writes what `--no-X` sets behind its name, dots
// behind a list that takes one word here, and the default in a form of its own in each of its versions.
class HelpFormatter : public CLI::Formatter {
  static std::string without(std::string line, const std::string& part) {
    const size_t at = line.find(part);
    return at == std::string::npos ? line : line.erase(at, part.size());
  }

  std::string make_option_name(const CLI::Option* option, bool positional) const override {
    return without(CLI::Formatter::make_option_name(option, positional), "{false}");
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_type_size() == 0) return "";
    std::string out = option->get_type_name().empty() ? "" : " " + option->get_type_name();
    if (!option->get_default_str().empty()) out += "=" + option->get_default_str();
    return out + (option->get_required() ? " REQUIRED" : "");
  }
  std::string make_option_desc(const CLI::Option* option) const override {
    return wrapped(CLI::Formatter::make_option_desc(option), kColumns - get_column_width());
  }
};

}  // namespace

struct Parser::Entry {
  CLI::App* app;
  Command command;
  Action run;
};

Parser::Parser()
    : app_(std::make_unique<CLI::App>("Mini-NAS: finds, trains, quantises and exports small image classifiers.",
                                      "mininas")) {
  app_->formatter(std::make_shared<HelpFormatter>());
  app_->require_subcommand(1);
  app_->footer(
      "Exit status: 0 done, 1 could not be done, 2 wrong usage, 130 interrupted (everything is saved).\n"
      "Start with: mininas search --data synthetic --out run");
}

Parser::~Parser() = default;

Command& Parser::add(const std::string& name, const std::string& summary, const std::string& footer, Action run) {
  CLI::App* app = app_->add_subcommand(name, summary);
  app->footer(wrapped(footer, kColumns));
  entries_.push_back(std::make_unique<Entry>(Entry{app, Command(*app), std::move(run)}));
  return entries_.back()->command;
}

std::function<int()> Parser::parse(int argc, const char* const* argv) {
  try {
    app_->parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::cout << app_->help();
    return [] { return 0; };
  } catch (const CLI::ParseError& error) {
    std::string used = "mininas";
    for (const auto& entry : entries_)
      if (entry->app->parsed()) used += " " + entry->app->get_name();
    throw UsageError(text(error.what(), "; `", used, " --help` shows more"));
  }
  for (const auto& entry : entries_) {
    if (!entry->app->parsed()) continue;
    entry->command.check_ranges();
    for (int i = 0; i < argc; ++i) entry->command.typed_ += (i == 0 ? "" : " ") + quoted(argv[i]);
    return [found = entry.get()] { return found->run(found->command); };
  }
  throw UsageError("no command was given; `mininas --help` lists them");
}

}  // namespace mininas
