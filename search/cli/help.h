// What `mininas --help` and `mininas COMMAND --help` print: options in groups, each with its value, what it is for and
// its default, in lines of at most 80 columns. A command's page shows the options that most people need, and
// `--help-all` shows all. Knows texts only; parser.h reads the command line.
#pragma once
#include <string>
#include <vector>

namespace mininas {

constexpr size_t kHelpColumns = 80;

struct HelpOption {
  std::vector<std::string> names;  // as they are typed: "--flip", "--no-flip"
  std::string value;               // what stands for its value: "N"; empty: a flag
  std::string help;                // one sentence
  std::string initial;             // its value where it is not given; empty: none
  std::string group;               // the title that it stands under
  std::string older_name;          // is still taken, and not shown
  bool required = false;
  bool brief = true;  // whether `--help` shows it
};

struct HelpPage {
  std::string usage, summary;                                    // "mininas eval [OPTIONS] RUN"
  std::vector<std::pair<std::string, std::string>> positionals;  // name and help
  std::vector<HelpOption> options;                               // options of one group stand together
  std::string footer;                                            // an example first
  std::string details;                                           // only for `--help-all`
};

// `all`: with every option and the details.
std::string to_text(const HelpPage& page, bool all);

// A list of names with their summaries under a title.
struct HelpList {
  std::string title;
  std::vector<std::pair<std::string, std::string>> rows;
};
std::string to_text(const HelpList& list);

}  // namespace mininas
