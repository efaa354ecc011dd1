// The report of a run: RUN/report.html, one file that opens offline and needs no script. It is made of the files in the
// run's folder alone (search/job/run_folder.h), so it needs neither the images nor a finished run: what is not there
// yet is left out.
#pragma once
#include <filesystem>

#include "search/job/run_folder.h"

namespace mininas {

// Writes the page for a run of `mininas search`, `mininas train` or `mininas suite` to `target` and returns its bytes.
// The page of a suite has a link to that of each of its runs, which is written into the run's own folder. Throws
// FormatError where a file of a run is damaged, IoError where `target` cannot be written.
int64_t write_report(const RunFolder& folder, const std::filesystem::path& target);

}  // namespace mininas
