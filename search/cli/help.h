// The output of `mininas --help` and `mininas COMMAND --help`: options in groups, each with its value, its purpose and
// its default, in lines of at most 80 columns. A command's page shows the options that most users need, and
// `--help-all` shows all. It works with texts only; parser.h reads the command line.
#pragma once
#include <string>
#include <vector>

namespace mininas {

constexpr size_t kHelpColumns = 80;

struct HelpOption {
  std::vector<std::string> names;  // as typed: "--flip", "--no-flip"
  std::string value;               // placeholder of its value: "N"; empty for a flag
  std::string help;                // one sentence
  std::string initial;             // default value; empty: none
  std::string group;               // title of its group
  std::string older_name;          // still accepted, but not shown
  bool required = false;
  bool brief = true;  // whether `--help` shows it
};

struct HelpPage {
  std::string usage, summary;                                    // "mininas eval [OPTIONS] RUN"
  std::vector<std::pair<std::string, std::string>> positionals;  // name and help
  std::vector<HelpOption> options;                               // options of the same group must be adjacent
  std::string footer;                                            // begins with an example
  std::string details;                                           // only for `--help-all`
};

// `all`: shows every option and the details.
std::string to_text(const HelpPage& page, bool all);

// A list of names with their summaries under a title.
struct HelpList {
  std::string title;
  std::vector<std::pair<std::string, std::string>> rows;
};
std::string to_text(const HelpList& list);

}  // namespace mininas
