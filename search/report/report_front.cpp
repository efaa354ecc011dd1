// The networks of a search's Pareto front that were finished too (`search --pareto`), with links to their pages.
#include <algorithm>

#include "core/error.h"
#include "search/methods/scores.h"
#include "search/report/report_parts.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

// "7", the number of a candidate, as a link to that run's page.
std::string link_to(const fs::path& run, const fs::path& target) {
  const fs::path page =
      fs::relative(fs::weakly_canonical(run) / "report.html", fs::weakly_canonical(fs::absolute(target)).parent_path());
  return text("<a href=\"", escaped(page.generic_string()), "\">", escaped(run.filename().string()), "</a>");
}

std::vector<std::string> row_of(const fs::path& run, const fs::path& target) {
  const auto summary = read_run_summary(RunFolder::view(run));
  if (!summary) return {link_to(run, target), "not finished yet", "", "", "", ""};
  const FinishedNetwork& network = summary->network;
  const double error = share_error(network.test_accuracy_int8, static_cast<double>(network.test_images));
  return {link_to(run, target),
          element("code", escaped(summary->architecture)),
          text(as_percent(network.test_accuracy_int8), " ± ", points(100 * error)),
          grouped(network.cost.flash_bytes),
          grouped(network.cost.ram_bytes),
          grouped(network.cost.macs)};
}

}  // namespace

std::vector<fs::path> front_run_folders(const fs::path& run) {
  std::vector<fs::path> folders;
  std::error_code none;  // of a run without a front
  for (fs::directory_iterator it(run / "front", none), end; !none && it != end; it.increment(none))
    if (fs::exists(it->path() / "run.json")) folders.push_back(it->path());
  const auto number = [](const fs::path& folder) {
    const std::string name = folder.filename().string();
    return std::pair(name.size(), name);
  };
  std::sort(folders.begin(), folders.end(), [&](const auto& a, const auto& b) { return number(a) < number(b); });
  return folders;
}

HtmlSection front_part(const RunFolder& folder, const fs::path& target) {
  HtmlTable table{
      "Members of the front", {"candidate", "architecture", "accuracy, int8", "flash", "RAM", "MACs"}, {}, 2};
  for (const fs::path& run : front_run_folders(folder.path())) table.rows.push_back(row_of(run, target));
  if (table.rows.empty()) return {};
  return {"Finished networks of the front",
          element("p",
                  "These candidates were trained, quantised, exported and verified too, each for other limits. "
                  "Each has a page of its own, and its C code beside that.") +
              to_html(table)};
}

}  // namespace mininas
