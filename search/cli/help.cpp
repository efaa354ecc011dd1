#include "search/cli/help.h"

#include <algorithm>

#include "core/error.h"
#include "core/wrapped.h"

namespace mininas {
namespace {

constexpr size_t kCommands = 18;     // columns of the names of commands
constexpr size_t kNames = 26;        // columns of the names
constexpr size_t kMostInGroup = 12;  // a longer group is divided into parts

std::string described(const HelpOption& option) {
  if (option.required) return option.help + " (required)";
  return option.initial.empty() ? option.help : text(option.help, " (default: ", option.initial, ")");
}

std::string option_text(const HelpOption& option) {
  std::string names;
  for (const std::string& name : option.names) names += (names.empty() ? "  " : ", ") + name;
  if (!option.value.empty()) names += " " + option.value;
  return beside(names, kNames, described(option), kHelpColumns);
}

// One group, in parts of about equal length.
std::string group_text(const std::vector<HelpOption>& options) {
  const size_t parts = (options.size() + kMostInGroup - 1) / kMostInGroup;
  std::string out;
  for (size_t part = 0; part < parts; ++part) {
    out += text("\n", options.front().group, part == 0 ? "" : ", continued", ":\n");
    for (size_t i = part * options.size() / parts; i < (part + 1) * options.size() / parts; ++i)
      out += option_text(options[i]);
  }
  return out;
}

std::string groups_text(const std::vector<HelpOption>& options) {
  std::string out;
  for (auto first = options.begin(); first != options.end();) {
    const auto last =
        std::find_if(first, options.end(), [&](const HelpOption& option) { return option.group != first->group; });
    out += group_text({first, last});
    first = last;
  }
  return out;
}

}  // namespace

std::string to_text(const HelpPage& page, bool all) {
  std::string out = text("Usage: ", page.usage, "\n\n", wrapped(page.summary, kHelpColumns), "\n");
  if (!page.positionals.empty()) out += "\n";
  for (const auto& [name, help] : page.positionals) out += beside("  " + name, kNames, help, kHelpColumns);
  std::vector<HelpOption> shown;
  std::copy_if(page.options.begin(), page.options.end(), std::back_inserter(shown),
               [&](const HelpOption& option) { return all || option.brief; });
  out += groups_text(shown);
  if (const size_t hidden = page.options.size() - shown.size(); hidden > 0)
    out += text("\n", hidden, " more options: ", page.usage.substr(0, page.usage.find(" [")), " --help-all\n");
  out += "\n" + wrapped(page.footer, kHelpColumns) + "\n";
  if (all && !page.details.empty()) out += "\n" + wrapped(page.details, kHelpColumns) + "\n";
  return out;
}

std::string to_text(const HelpList& list) {
  std::string out = "\n" + list.title + ":\n";
  for (const auto& [name, summary] : list.rows) out += beside("  " + name, kCommands, summary, kHelpColumns);
  return out;
}

}  // namespace mininas
